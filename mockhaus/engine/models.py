"""Dates and times by models that are columns: what literals are compiled to beforehand.

Snowflake's manual: "Date and time input and output formats".
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import pyarrow as pa

from mockhaus.formats import FRACTION_MARK, ZONE_MARK, Output, input_formats, output_format

#: Characters of a model, of which a literal has far fewer.
_LONGEST: Final = 1000


@lru_cache(maxsize=256)
def _output(model: str) -> Output:
    _check(model)
    return output_format(model)


def _check(model: str) -> None:
    if len(model) > _LONGEST:
        raise _bad(model)


def _bad(model: str) -> ValueError:
    return ValueError(f"MOCKHAUS:InvalidParameter:Bad date/time format model '{model[:_LONGEST]}'")


_FRACTION: Final = re.compile(f"{FRACTION_MARK}(\\d{{6}}){FRACTION_MARK}")
_ZONE: Final = re.compile(f"{ZONE_MARK}([+-]\\d\\d)(\\d\\d){ZONE_MARK}")


def _written(moment: datetime, output: Output) -> str:
    """A moment by the strftime form of a model; one without a zone is at no offset."""
    form = output.strftime if moment.tzinfo else output.strftime.replace("%z", "+0000")
    text = moment.strftime(form)
    for digits in output.fractions:
        text = _FRACTION.sub(lambda m, n=digits: m[1][:n].ljust(n, "0"), text, count=1)  # type: ignore[misc]
    for separator in output.zones:
        template = r"\1" if separator == "-" else rf"\1{separator}\2"
        text = _ZONE.sub(template, text, count=1)
    return text


def written(moments: Any, models: Any) -> Any:
    """TO_CHAR: moments as ISO texts, each by its model."""
    values = [
        None
        if text is None or model is None
        else _written(datetime.fromisoformat(text), _output(model))
        for text, model in zip(moments.to_pylist(), models.to_pylist(), strict=True)
    ]
    return pa.array(values, pa.string())


#: Codes of strptime -> what they read. All signs are those of the code, `%f` and `%n` the fraction.
_CODES: Final = {
    "Y": r"(?P<Y>\d{4})", "y": r"(?P<y>\d\d)", "m": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})",
    "B": "(?P<B>[A-Za-z]+)", "b": "(?P<B>[A-Za-z]{3})", "a": "[A-Za-z]{3}",
    "p": "(?P<p>[AaPp])[Mm]",
    "H": r"(?P<H>\d{1,2})", "I": r"(?P<I>\d{1,2})", "M": r"(?P<M>\d{1,2})", "S": r"(?P<S>\d{1,2})",
    "f": r"(?P<f>\d{1,9})", "n": r"(?P<f>\d{1,9})", "z": r"(?P<z>Z|[+-]\d\d?(?::?\d\d)?)",
    "%": "%",
}  # fmt: skip
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)


@lru_cache(maxsize=256)
def _patterns(model: str) -> list[re.Pattern[str]]:
    """What reads texts of a model."""
    _check(model)
    try:
        return [
            re.compile(re.sub(r"\\?%(.)", lambda m: _CODES[m[1]], re.escape(form)))
            for form in input_formats(model)
        ]
    except re.error:  # an element stands twice
        raise _bad(model) from None


def _read(text: str, model: str, *, zoned: bool, century: int) -> str | None:
    """A text by its model as an ISO text, with its offset if `zoned`; None for no such text."""
    if model.upper() == "AUTO":
        return text
    for pattern in _patterns(model):
        if match := pattern.fullmatch(text.strip()):
            try:
                return _iso(match.groupdict(), zoned=zoned, century=century)
            except ValueError:
                return None
    return None


def _iso(parts: dict[str, str | None], *, zoned: bool, century: int) -> str:
    """Raises ValueError for parts beyond their range. `century` is the first year of two digits."""
    year = int(parts.get("Y") or 1970)
    if short := parts.get("y"):
        year = century + (int(short) - century) % 100
    name = (parts.get("B") or "")[:3].lower()
    month = _MONTHS.index(name) + 1 if name else int(parts.get("m") or 1)
    hour = int(parts.get("H") or parts.get("I") or 0)
    if half := parts.get("p"):
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    fraction = int((parts.get("f") or "0").ljust(6, "0")[:6])
    found = datetime(
        year, month, int(parts.get("d") or 1), hour,
        int(parts.get("M") or 0), int(parts.get("S") or 0), fraction,
    )  # fmt: skip
    offset = parts.get("z") if zoned else None
    if offset and offset != "Z" and len(offset) < 4:
        offset = f"{offset[0]}{offset[1:].zfill(2)}00"
    return found.isoformat(" ") + (offset or "")


def read(texts: Any, models: Any, zoned: Any, safe: Any, centuries: Any) -> Any:
    """TO_TIMESTAMP and its kin: ISO texts; what is none by its model is an error, or NULL."""
    values: list[str | None] = []
    given = (texts, models, zoned, safe, centuries)
    rows = zip(*(each.to_pylist() for each in given), strict=True)
    for text, model, is_zoned, is_safe, century in rows:
        found = None
        if text is not None and model is not None:
            found = _read(text, model, zoned=is_zoned, century=century)
        if found is None and text is not None and model is not None and not is_safe:
            raise ValueError(
                f"MOCKHAUS:InvalidDatetime:Can't parse '{text}' as timestamp with format '{model}'"
            )
        values.append(found)
    return pa.array(values, pa.string())
