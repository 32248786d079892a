"""Parameters: put into a statement's text (`pyformat`, `format`) or bound (`qmark`, `numeric`).

    Python                      in the text                    bound as
    None                        NULL                           any
    bool                        TRUE, FALSE                    BOOLEAN
    int, Decimal                digits                         FIXED
    float                       1.5, 'NaN'::FLOAT              REAL
    str                         'text', escaped                TEXT
    bytes, bytearray            X'00FF'                        BINARY
    date                        '2024-02-29'                   DATE
    time, timedelta             '13:45:00.500000'              TIME
    datetime                    '2024-02-29 13:45:00.5+01:00'  TIMESTAMP_NTZ
    struct_time                 '2024-02-29 13:45:00'          TIMESTAMP_NTZ
    list, tuple                 its values between commas      -
    ("TIMESTAMP_LTZ", datetime) -                              the type that it names

A bound datetime with a zone is the time in UTC, as with Snowflake's connector; name the type to
keep it. Snowflake's manual: "Using the Python Connector", "Binding data".
"""

from __future__ import annotations

import math
import re
import time as clock
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from mockhaus.dbapi.errors import BAD_PYFORMAT, UNBINDABLE, ProgrammingError
from mockhaus.http.sqlapi.bindings import Binding

PARAMSTYLES: Final = ("pyformat", "format", "qmark", "numeric")

#: A list, a dict for `%(name)s`, or one value.
Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any] | Any

#: Values that are bound, by their numbers.
Bound: TypeAlias = Mapping[str, Binding]

#: In a text a value is escaped: Snowflake's strings know the backslash.
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "'": "''", "\n": "\\n", "\r": "\\r"})

#: `INSERT INTO t (columns) VALUES (row)`, which takes many rows at once.
_ONE_ROW: Final = re.compile(
    r"(\s*INSERT\s+(?:OVERWRITE\s+)?INTO\s+[^()%]+(?:\([^()%]*\)\s*)?VALUES\s*)(\(.*\))\s*;?\s*",
    re.I | re.S,
)
#: A row of nothing but marks.
_MARKS: Final = re.compile(r"\(\s*(?:\?|:\d+)(?:\s*,\s*(?:\?|:\d+))*\s*\)")


# --- in the text ---------------------------------------------------------------------------------


def formatted(text: str, parameters: Parameters | None) -> str:
    """The text with its parameters put in; as it is where there are none.

    Raises ProgrammingError.
    """
    if parameters is None or (isinstance(parameters, Sequence) and not len(parameters)):
        return text
    values: Any
    if isinstance(parameters, Mapping):
        values = {name: _quoted(value) for name, value in parameters.items()}
    elif isinstance(parameters, (list, tuple)):
        values = tuple(map(_quoted, parameters))
    else:
        values = (_quoted(parameters),)
    try:
        made: str = text % values
        return made
    except (TypeError, ValueError, KeyError) as error:
        found = f"no value for {error}" if isinstance(error, KeyError) else str(error)
        raise ProgrammingError(
            f"Failed processing pyformat-parameters; {found}",
            BAD_PYFORMAT,
            hint="A percent sign that is none of a parameter's is written twice.",
        ) from None


def many_rows(text: str, rows: Sequence[Parameters]) -> str | None:
    """One INSERT of all rows, None where the statement is no INSERT of a row of values."""
    match = _ONE_ROW.fullmatch(text)
    if match is None:
        return None
    return match[1] + ", ".join(formatted(match[2], row) for row in rows)


def _quoted(value: Any) -> str:
    if _is_list(value):
        return ",".join(map(_quoted, value))
    kind, text = _told(value)
    if text is None:
        return "NULL"
    if kind == "REAL" and not math.isfinite(float(text)):
        return f"'{text}'::FLOAT"
    if kind in ("FIXED", "REAL"):
        return text
    if kind == "BOOLEAN":
        return text.upper()
    if kind == "BINARY":
        return f"X'{text}'"
    return f"'{text.translate(_ESCAPES)}'"


# --- bound ---------------------------------------------------------------------------------------


def bound(parameters: Parameters | None, zone: str) -> dict[str, Binding]:
    """The values by their numbers; a moment whose type has a zone and that has none is in `zone`.

    Raises ProgrammingError.
    """
    found: dict[str, Binding] = {}
    for number, value in enumerate(_listed(parameters), start=1):
        kind, text = _typed(value, zone)
        found[str(number)] = Binding(kind, text)
    return found


def many_rows_bound(text: str, rows: Sequence[Parameters], zone: str) -> str | None:
    """One INSERT of all rows, None where the statement is no INSERT of a row of marks alone.

    The values are literals of the types that they would be bound as: DuckDB reads thousands of
    them in the time that it takes to run a statement of parameters for a few rows.
    """
    match = _ONE_ROW.fullmatch(text)
    if match is None or not _MARKS.fullmatch(match[2]):
        return None
    places = [mark.strip(" \t\r\n:") for mark in match[2].strip()[1:-1].split(",")]
    order = [n if mark == "?" else int(mark) - 1 for n, mark in enumerate(places)]
    made: list[str] = []
    for row in map(_listed, rows):
        if sorted({*order}) != list(range(len(row))):
            raise ProgrammingError(
                f"The statement has {len({*order})} parameters, a row {len(row)} values.",
                UNBINDABLE,
            )
        values = [_literal(*_typed(value, zone)) for value in row]
        made.append(f"({', '.join(values[n] for n in order)})")
    return match[1] + ", ".join(made)


def _literal(kind: str, text: str | None) -> str:
    """A value as SQL has one of its type."""
    if text is None:
        return "NULL"
    if kind == "FIXED":
        return text
    if kind == "BINARY":
        return f"X'{text}'"
    quoted = f"'{text.translate(_ESCAPES)}'"
    if kind == "TEXT":
        return quoted
    if kind == "TIMESTAMP_NTZ":
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            quoted = f"'{moment.astimezone(UTC).replace(tzinfo=None).isoformat(' ')}'"
    return f"{quoted}::{'FLOAT' if kind == 'REAL' else kind}"


def bound_rows(rows: Sequence[Parameters], zone: str) -> dict[str, Binding]:
    """The same for many rows: for each number an array. Raises ProgrammingError."""
    listed = [_listed(row) for row in rows]
    if len({len(row) for row in listed}) > 1:
        raise ProgrammingError("The rows have different numbers of values.", BAD_PYFORMAT)
    found: dict[str, Binding] = {}
    for number, column in enumerate(zip(*listed, strict=True), start=1):
        typed = [_typed(value, zone) for value in column]
        kinds = {kind for kind, text in typed if text is not None}
        if kinds == {"FIXED", "REAL"}:
            kinds = {"REAL"}
        if len(kinds) > 1:
            raise ProgrammingError(
                f"Parameter {number} has values of several types: {', '.join(sorted(kinds))}.",
                UNBINDABLE,
            )
        kind = kinds.pop() if kinds else "TEXT"
        found[str(number)] = Binding(kind, [text for _, text in typed])
    return found


def _listed(parameters: Parameters | None) -> Sequence[Any]:
    if parameters is None:
        return ()
    if isinstance(parameters, Mapping):
        raise ProgrammingError(
            "Binding parameters must be a list: the paramstyle is qmark or numeric.", UNBINDABLE
        )
    return parameters if isinstance(parameters, (list, tuple)) else (parameters,)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and not isinstance(value, clock.struct_time)


def _typed(value: Any, zone: str) -> tuple[str, str | None]:
    """The type and the text of a value, or of one that names its type."""
    if not _is_list(value):
        return _told(value)
    if len(value) != 2 or not isinstance(value[0], str) or isinstance(value[1], (list, tuple)):
        raise ProgrammingError(
            "Binding parameters must be a list where one element is a single value or a pair of "
            "Snowflake datatype and a value",
            UNBINDABLE,
        )
    kind, given = value[0].upper(), value[1]
    if isinstance(given, datetime) and kind in ("TIMESTAMP_LTZ", "TIMESTAMP_TZ"):
        given = given if given.tzinfo is not None else given.replace(tzinfo=ZoneInfo(zone))
    if kind == "DATE" and isinstance(given, datetime):
        given = given.date()
    return kind, _told(given)[1]


# --- values --------------------------------------------------------------------------------------


def _told(value: Any) -> tuple[str, str | None]:
    """The type that a value is bound as, and its text. Raises ProgrammingError."""
    if value is None or type(value).__name__ == "NaTType":  # pandas' missing moment is a datetime
        return "TEXT", None
    if isinstance(value, bool):
        return "BOOLEAN", str(value).lower()
    for kinds, name, text in _FORMS:
        if isinstance(value, kinds):
            return name, text(value)
    if type(value).__module__ == "numpy" and callable(getattr(value, "item", None)):
        return _told(_of_numpy(value))
    raise ProgrammingError(
        f"Binding data in type ({type(value).__name__.lower()}) is not supported.", UNBINDABLE
    )


def _of_numpy(value: Any) -> Any:
    """The value of a numpy scalar as Python has it; of moments with microseconds."""
    if value.dtype.kind == "M":
        return value.astype("datetime64[us]").item()
    return value.item()


def _digits(value: Decimal) -> str:
    if not value.is_finite():
        raise ProgrammingError(f"Binding the number {value} is not supported.", UNBINDABLE)
    return f"{value:f}"


def _real(value: float) -> str:
    if math.isfinite(value):
        return repr(float(value))
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _moment(value: datetime) -> str:
    return value.isoformat(" ", "microseconds")


def _struct(value: clock.struct_time) -> str:
    return datetime(*value[:6]).isoformat(" ")


def _span(value: timedelta) -> str:
    """A time of day."""
    day = timedelta(days=1)
    if not timedelta() <= value < day:
        raise ProgrammingError(f"{value} is no time of a day.", UNBINDABLE)
    return (datetime.min + value).time().isoformat("microseconds")


#: Types -> what they are bound as, and their text; datetime before date, whose subclass it is.
_FORMS: Final[tuple[tuple[type, str, Any], ...]] = (
    (int, "FIXED", int.__repr__),
    (float, "REAL", _real),
    (Decimal, "FIXED", _digits),
    (str, "TEXT", str),
    (bytes, "BINARY", bytes.hex),
    (bytearray, "BINARY", bytearray.hex),
    (datetime, "TIMESTAMP_NTZ", _moment),
    (date, "DATE", date.isoformat),
    (time, "TIME", lambda value: value.isoformat("microseconds")),
    (timedelta, "TIME", _span),
    (clock.struct_time, "TIMESTAMP_NTZ", _struct),
)
