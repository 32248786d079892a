"""Format models: of dates and times, compiled to strftime / strptime; of numbers, taken apart.

Snowflake's manual: "Date and time input and output formats", "SQL format models".
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from mockhaus.errors import InvalidParameter, UnsupportedFeature

#: Elements of date models, the longest first, and what strftime and strptime call them.
_ELEMENTS: Final[dict[str, str]] = {
    "YYYY": "%Y", "UUUU": "%Y", "MMMM": "%B", "HH24": "%H", "HH12": "%I", "TZH:TZM": "%z",
    "TZHTZM": "%z", "TZH": "%z", "MON": "%b", "YY": "%y", "MM": "%m", "DD": "%d", "DY": "%a",
    "HH": "%H", "AM": "%p", "PM": "%p", "MI": "%M", "SS": "%S",
}  # fmt: skip
_TOKEN: Final = re.compile(
    r'"((?:[^"]|"")*)"|(' + "|".join(_ELEMENTS) + r"|FF[0-9]?)|(.)", re.I | re.S
)

#: Marks around what strftime cannot cut to size; a regular expression does it afterwards.
FRACTION_MARK: Final = "\x01"
ZONE_MARK: Final = "\x02"


class Output(Struct, frozen=True):
    """A strftime format; `fractions` are the widths of FF1, FF2 ...; `zones` their separators."""

    strftime: str
    fractions: tuple[int, ...]
    zones: tuple[str, ...]


def output_format(model: str) -> Output:
    """The strftime format of a date model."""
    pieces: list[str] = []
    fractions: list[int] = []
    zones: list[str] = []
    for quoted, element, other in _TOKEN.findall(model):
        upper = element.upper()
        if upper.startswith("FF"):
            digits = int(upper[2:] or "9")
            if digits:
                fractions.append(digits)
                pieces.append(f"{FRACTION_MARK}%f{FRACTION_MARK}")
        elif upper.startswith("TZ"):
            zones.append({"TZH:TZM": ":", "TZHTZM": "", "TZH": "-"}[upper])
            pieces.append(f"{ZONE_MARK}%z{ZONE_MARK}")
        elif upper:
            pieces.append(_ELEMENTS[upper])
        else:
            pieces.append((quoted.replace('""', '"') or other).replace("%", "%%"))
    return Output("".join(pieces), tuple(fractions), tuple(zones))


def input_formats(model: str) -> list[str]:
    """The strptime formats that read texts of a date model; several where names may be long."""
    pieces: list[str] = []
    for quoted, element, other in _TOKEN.findall(model):
        upper = element.upper()
        if upper.startswith("FF"):
            pieces.append("%f" if "1" <= upper[2:] <= "6" else "%n")
        elif upper:
            pieces.append(_ELEMENTS[upper])
        else:
            pieces.append((quoted.replace('""', '"') or other).replace("%", "%%"))
    base = "".join(pieces)
    return [base, base.replace("%b", "%B")] if "%b" in base else [base]


def offset_pattern(form: str) -> str:
    """What finds the offset in a text of a strptime format. Raises UnsupportedFeature."""
    if "%z" not in form:
        return "^$()"
    tail = form.partition("%z")[2]
    if tail not in ("", " %Y"):
        raise UnsupportedFeature("Unsupported feature 'an offset inside of a timestamp format'.")
    return r"(Z|[+-]\d\d?(?::?\d\d)?)" + (r" \d{4}$" if tail else "$")


_NUMBER: Final = re.compile(r"(?:[09X$.,SBDGEFM _+;:=/()-]|MI|TM9?|TME|EEE+)*", re.I)
#: Elements of dates and times whose letters are all letters of numbers too, as in SS.FF9.
_MOMENT: Final = re.compile(r"FF|SS|DD|MM", re.I)
_QUOTED: Final = re.compile(r'"((?:[^"]|"")*)"')


def is_number_model(model: str) -> bool:
    """Whether a model is one of numbers."""
    bare = _QUOTED.sub("", model)
    if _MOMENT.search(bare):
        return False
    return bool(_NUMBER.fullmatch(bare)) and bool(re.search(r"[09X]|TM", bare, re.I))


class NumberModel(Struct, frozen=True):
    """A number model taken apart: fixed digits, hexadecimal digits, or the minimal text (TM).

    `whole` and `decimals` count digits, `zeros` those that are always shown; `sign` is "" (a
    leading minus or blank), "S", "MI" (trailing).
    """

    before: str
    after: str
    kind: str
    whole: int = 0
    zeros: int = 0
    decimals: int = 0
    grouped: bool = False
    dollar: bool = False
    blank_zero: bool = False
    compact: bool = False
    sign: str = ""


def number_model(model: str) -> NumberModel:
    """Take a number model apart. Raises UnsupportedFeature for elements that are not known."""
    before, bare, after = _split_literals(model)
    upper = bare.upper()
    if upper in ("TM", "TM9", "TME"):
        return NumberModel(before, after, upper)
    compact = upper.startswith("FM")
    body = upper.removeprefix("FM")
    sign = ""
    for mark in ("MI", "S"):
        if body.startswith(mark) or body.endswith(mark):
            sign = mark if body.endswith(mark) or mark == "S" else "MI<"
            sign = "S>" if mark == "S" and body.endswith("S") and not body.startswith("S") else sign
            body = body.removeprefix(mark) if body.startswith(mark) else body.removesuffix(mark)
            break
    dollar, blank = "$" in body, "B" in body
    body = body.replace("$", "").replace("B", "").replace("D", ".").replace("G", ",")
    if re.fullmatch(r"0?X+", body):
        zeros = len(body) if body.startswith("0") else 1
        return NumberModel(before, after, "X", len(body), zeros, sign=sign, compact=compact)
    match = re.fullmatch(r"([09,]*)(?:\.([09]*))?", body)
    if match is None:
        raise UnsupportedFeature(f"Unsupported feature 'number format {model}'.")
    digits, decimals = match[1].replace(",", ""), match[2] or ""
    first_zero = digits.find("0")
    return NumberModel(
        before, after, "9", len(digits), len(digits) - first_zero if first_zero >= 0 else 0,
        len(decimals), "," in match[1], dollar, blank, compact, sign,
    )  # fmt: skip


def number_pattern(model: NumberModel) -> str:
    """What texts of a number model look like, as a regular expression."""
    if model.kind == "X":
        return f"[0-9A-Fa-f]{{1,{model.whole}}}"
    if model.kind.startswith("TM"):
        return r"[+-]? ?[0-9]*\.?[0-9]*([eE][+-]?[0-9]+)?"
    dollar = r"\$?" if model.dollar else ""
    comma = "," if model.grouped else ""
    point = rf"(\.[0-9]{{0,{model.decimals}}})?" if model.decimals else r"\.?"
    digits = f"[0-9{comma}]{{0,{model.whole + model.whole // 3}}}"
    return rf"\s*[+-]? ?{dollar}{digits}{point}[+-]?"


def _split_literals(model: str) -> tuple[str, str, str]:
    """Quoted text and signs that stand for themselves before and after the elements."""
    literal = r'((?:"(?:[^"]|"")*"|[;:=/()-])*)'
    match = re.fullmatch(literal + r'([^";:=/()]*?)' + literal, model)
    if match is None:
        raise InvalidParameter(f"SQL compilation error:\nBad number format model '{model}'")
    return _unquoted(match[1]), match[2].strip(), _unquoted(match[3])


def _unquoted(text: str) -> str:
    return _QUOTED.sub(lambda m: m[1].replace('""', '"'), text)
