"""Rows that a client sends by PostgreSQL's COPY FROM STDIN: from the spooled file into the table.

DuckDB's CSV reader cuts the file into texts, and expressions make values of them with
PostgreSQL's input rules (manual, COPY, "File Formats"). When that fails, the file is read again
with care, to say which line and column.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import (
    Canceled,
    DatetimeOutOfRange,
    InvalidDatetime,
    InvalidEncoding,
    InvalidIdentifier,
    InvalidText,
    LoadError,
    NotNullViolation,
    SqlError,
    StringTooLong,
)
from mockhaus.ingestion.copying.target import literal, quoted
from mockhaus.result import Result
from mockhaus.translation import names, statements as s
from mockhaus.translation.dml import assignment
from mockhaus.zoned import STORED

#: A line that DuckDB's reader allows at least; of quoted CSV, whose values may have lines within.
#: The reader's threads take a buffer each: a larger one would keep them from sharing the work.
_LINE: Final = 2 * 2**20
_QUOTED_LINE: Final = 16 * 2**20

_INTEGERS: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")

#: What a backslash and a letter stand for; `\d` is written by the spooler for the delimiter.
_ESCAPES: Final = {"b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}

#: PostgreSQL's words for a type in its messages.
_WORDS: Final = {
    STORED: "timestamp with time zone",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
}


class _Column(Struct, frozen=True):
    """A column of the target, and the one of the file (`c1`, ...) that it is loaded from."""

    name: str
    type: str
    field: str


def load(workspace: Workspace, statement: s.CopyFromClient) -> Result:
    """Load the file. Raises LoadError, InvalidText and whatever the table refuses."""
    target = names.storage_name(workspace.context.resolve(statement.table), workspace.context)
    columns = _columns(workspace, target, statement.columns)
    listed = ", ".join(quoted(column.name) for column in columns)
    form = statement.format
    if form is None:
        values = _cut(workspace, statement, columns, [_binary(column) for column in columns])
        source = f"SELECT {', '.join(values)} FROM read_parquet({literal(statement.path)})"
    else:
        _check_forced(form, columns)
        given = [_value(column, form, statement.escapes) for column in columns]
        values = _cut(workspace, statement, columns, given)
        source = f"SELECT {', '.join(values)} FROM {_reader(statement, form, columns)}"
    try:
        count = workspace.cursor.change(f"INSERT INTO {target} ({listed}) {source}")
    except SqlError as error:
        if isinstance(error, Canceled) or form is None:
            raise
        raise _explained(workspace, statement, columns, error) from None
    return Result((), "COPY", count)


def _cut(
    workspace: Workspace, statement: s.CopyFromClient, columns: list[_Column], values: list[str]
) -> list[str]:
    """The values with as many fractional digits as their columns keep."""
    context = workspace.context
    kinds = assignment.kinds(context, context.resolve(statement.table))
    pairs = zip(columns, values, strict=True)
    return [assignment.cut(kinds, column.name, value) for column, value in pairs]


def _columns(workspace: Workspace, target: str, listed: tuple[str, ...]) -> list[_Column]:
    described = workspace.cursor.describe(f"SELECT * FROM {target}")
    found = {column.name.upper(): column for column in described}
    chosen: list[_Column] = []
    for name in listed or [column.name for column in described]:
        column = found.pop(name.upper(), None)
        if column is None:
            raise InvalidIdentifier(
                f"SQL compilation error:\ninvalid identifier '{name}'", subject=name
            )
        chosen.append(_Column(column.name, column.type, f"c{len(chosen) + 1}"))
    return chosen


def _check_forced(form: s.ClientFormat, columns: list[_Column]) -> None:
    known = {column.name.upper() for column in columns} | {"*"}
    for name in (*form.force_null, *form.force_not_null):
        if name.upper() not in known:
            raise InvalidIdentifier(
                f"SQL compilation error:\ninvalid identifier '{name}'", subject=name
            )


def _reader(statement: s.CopyFromClient, form: s.ClientFormat, columns: list[_Column]) -> str:
    """DuckDB's reader with every option spelled out; all fields are text."""
    line = max(_QUOTED_LINE if form.quote else _LINE, statement.longest + 1)
    fields = ", ".join(f"{literal(column.field)}: 'VARCHAR'" for column in columns)
    return (
        f"read_csv({literal(statement.path)}, columns={{{fields}}}, auto_detect=false,"
        f" delim={literal(form.delimiter)}, quote={literal(form.quote)},"
        f" escape={literal(form.escape)}, header={str(form.header).lower()},"
        f" nullstr={literal(form.null)}, allow_quoted_nulls=false, strict_mode=true,"
        f" max_line_size={line}, buffer_size={line * 4})"
    )


# --- texts to values ------------------------------------------------------------------------------


def _value(column: _Column, form: s.ClientFormat, escapes: bool) -> str:
    text = _text(column, form, escapes)
    if column.type == "VARCHAR":
        return text
    return _converted(text, column.type)


def _binary(column: _Column) -> str:
    """A column of the binary format, which has no offset: a TIMESTAMP_TZ gets the session's."""
    return f"tz_of({column.field})" if column.type == STORED else column.field


def _text(column: _Column, form: s.ClientFormat, escapes: bool) -> str:
    """The field's text, its NULL and its escapes resolved."""
    text = column.field
    if _named(column, form.force_not_null):
        text = f"coalesce({text}, {literal(form.null)})"
    if _named(column, form.force_null):
        text = f"nullif({text}, {literal(form.null)})"
    if form.quote or not escapes:
        return text
    return f"CASE WHEN contains({text}, '\\') THEN {_unescaped(text, form)} ELSE {text} END"


def _named(column: _Column, listed: tuple[str, ...]) -> bool:
    return any(name == "*" or name.upper() == column.name.upper() for name in listed)


def _unescaped(text: str, form: s.ClientFormat) -> str:
    """`\\\\` is cut out first, so that what is left of backslashes begins an escape."""
    inner = "x"
    for letter, code in _ESCAPES.items():
        inner = f"replace({inner}, '\\{letter}', chr({code}))"
    inner = f"replace({inner}, '\\d', {literal(form.delimiter)})"
    inner = f"replace(replace({inner}, '\\N', 'N'), '\\.', '.')"
    split = f"string_split({text}, '\\\\')"
    return f"array_to_string(list_transform({split}, lambda x: {inner}), '\\')"


def _converted(text: str, kind: str) -> str:
    """A text as a value of DuckDB's type by PostgreSQL's input rules.

    DuckDB would round '1.5' to an integer; PostgreSQL refuses it.
    """
    if kind in _INTEGERS:
        shape = f"contains({text}, '.') OR contains(lower({text}), 'e')"
        return f"CAST(CASE WHEN {shape} THEN '?' || {text} ELSE {text} END AS {kind})"
    if kind == "BOOLEAN":
        return (
            f"CAST(CASE lower(trim({text})) WHEN 'on' THEN 't' WHEN 'off' THEN 'f'"
            f" ELSE {text} END AS BOOLEAN)"
        )
    if kind == "BLOB":
        return (
            f"CASE WHEN starts_with({text}, '\\x') THEN unhex(substr({text}, 3))"
            f" ELSE encode({text}) END"
        )
    if kind == "INTERVAL":  # in which DuckDB knows no plus sign
        return f"CAST(replace({text}, '+', '') AS INTERVAL)"
    if kind == STORED:
        return f"of_auto_timestamp_tz({text})"
    if kind == "JSON" or kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return f"CAST(CAST({text} AS JSON) AS {kind})"
    return f"CAST({text} AS {kind})"


# --- errors ---------------------------------------------------------------------------------------


def _explained(
    workspace: Workspace, statement: s.CopyFromClient, columns: list[_Column], error: SqlError
) -> SqlError:
    """The error with the line that it is about; the open transaction is not touched."""
    form = statement.format
    assert form is not None
    if (shape := _bad_shape(statement, columns, error)) is not None:
        return shape
    wrong = [_suspects(column, form, statement.escapes, error) for column in columns]
    reader = _reader(statement, form, columns)
    looking = workspace.cursor.sibling()
    try:
        rows = looking.rows(
            f"SELECT * FROM (SELECT row_number() OVER () AS line, * FROM {reader})"
            f" WHERE {' OR '.join(wrong)} ORDER BY line LIMIT 1"
        )
        for number, column in enumerate(columns if rows else ()):
            held = _held(rows[0][number + 1])
            test = f"SELECT {wrong[number]} FROM (SELECT {held} AS {column.field})"
            if looking.rows(test)[0][0]:
                return _bad_value(statement, column, rows[0][0], rows[0][number + 1], error)
    except SqlError as found:
        return _bad_shape(statement, columns, found) or error
    finally:
        looking.close()
    return error


def _held(text: str | None) -> str:
    return "NULL::VARCHAR" if text is None else literal(text)


def _suspects(column: _Column, form: s.ClientFormat, escapes: bool, error: SqlError) -> str:
    """A condition that holds for a field that may have caused the error."""
    value = _value(column, form, escapes)
    if isinstance(error, NotNullViolation):
        mine = error.message.endswith(f": {column.name}")
        return f"({value}) IS NULL" if mine else "false"
    if isinstance(error, StringTooLong):
        match = _TOO_LONG.search(error.message)
        mine = match is not None and match["name"].upper() == column.name.upper()
        return f"length({value}) > {match['n']}" if match is not None and mine else "false"
    return f"{column.field} IS NOT NULL AND try({value}) IS NULL"


_TOO_LONG: Final = re.compile(r"column (?P<name>.+) holds (?P<n>\d+)")


def _bad_value(
    statement: s.CopyFromClient, column: _Column, line: int, text: str | None, error: SqlError
) -> SqlError:
    assert statement.format is not None
    word = _WORDS.get(column.type, column.type.lower())
    if isinstance(error, DatetimeOutOfRange):
        error.message = f'date/time field value out of range: "{text}"'
    elif error.sqlstate in (InvalidText.sqlstate, InvalidDatetime.sqlstate):
        error.message = f'invalid input syntax for type {word}: "{text}"'
    shown = "null input" if text is None else f'"{text[:100]}"'
    number = line + statement.format.header
    error.context = f"{_place(statement, number)}, column {shown_name(column.name)}: {shown}"
    return error


def _place(statement: s.CopyFromClient, row: int) -> str:
    return f"COPY {shown_name(statement.table.name)}, line {_line(statement, row)}"


def _line(statement: s.CopyFromClient, row: int) -> int:
    """The line that a row ends in, where values within quotes may have lines of their own."""
    form = statement.format
    if form is None or not form.quote:
        return row
    quote, escape = form.quote.encode(), form.escape.encode()
    rows, within = 0, False
    with open(statement.path, "rb") as file:
        for number, line in enumerate(file, start=1):
            if escape != quote:
                line = line.replace(escape * 2, b"").replace(escape + quote, b"")
            within ^= bool(line.count(quote) % 2)
            rows += not within
            if rows == row:
                return number
    return row


_LINE_OF: Final = re.compile(r"CSV Error on Line: (?P<line>\d+)")
_COUNTS: Final = re.compile(r"Expected Number of Columns: (?P<wanted>\d+) Found: (?P<found>\d+)")


def _bad_shape(
    statement: s.CopyFromClient, columns: list[_Column], error: SqlError
) -> SqlError | None:
    """What DuckDB's reader refused, in PostgreSQL's words; None if it was not the reader."""
    line = _LINE_OF.search(error.message)
    if line is None:
        return None
    made: SqlError
    counts = _COUNTS.search(error.message)
    if "Invalid unicode" in error.message:
        made = InvalidEncoding('invalid byte sequence for encoding "UTF8"')
    elif counts is None:
        reason = error.message.partition("\n\n")[0].splitlines()[-1]
        made = LoadError("the data cannot be read as " + ("CSV" if _quotes(statement) else "text"))
        made.detail = reason
    elif int(counts["found"]) < len(columns):
        missing = shown_name(columns[int(counts["found"])].name)
        made = LoadError(f'missing data for column "{missing}"')
    else:
        made = LoadError("extra data after last expected column")
    made.context = _place(statement, int(line["line"]))
    return made


def _quotes(statement: s.CopyFromClient) -> bool:
    return statement.format is not None and bool(statement.format.quote)


def shown_name(name: str) -> str:
    """A name as PostgreSQL shows one that was not quoted."""
    return name.lower() if name == name.upper() else name
