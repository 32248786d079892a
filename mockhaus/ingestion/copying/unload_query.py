"""The query of an unload: what is written of each row, computed by DuckDB.

CSV and JSON become one column, the line with its end; Parquet keeps its columns. PARTITION BY adds
a last column, by which the rows come sorted. Snowflake's manual: "COPY INTO <location>".
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from typing import Final

from msgspec import Struct

from mockhaus.catalog.workspace import Workspace
from mockhaus.engine.cursor import Described
from mockhaus.errors import TypeMismatch, UnsupportedFeature
from mockhaus.ingestion.copying.target import literal, quoted
from mockhaus.ingestion.copying.unload_options import UnloadOptions
from mockhaus.ingestion.files.conversions import family_of
from mockhaus.ingestion.files.file_formats import FileFormat
from mockhaus.result import Column, Result
from mockhaus.translation.parse import parse
from mockhaus.translation.statements import CopyIntoLocation, Select
from mockhaus.translation.translate import translate
from mockhaus.types import from_duckdb
from mockhaus.zoned import STORED

#: Rows of no partition go here.
NO_PARTITION: Final = "__NULL__"
_PARTITION: Final = "__MOCKHAUS_PARTITION"
#: Families of types whose texts are never enclosed.
_BARE: Final = frozenset(
    [
        *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL", "FLOAT", "DOUBLE"),
        *("UBIGINT", "BOOLEAN"),
    ]
)
_MODELS: Final = {
    "DATE": "DATE_FORMAT",
    "TIME": "TIME_FORMAT",
    "TIMESTAMP": "TIMESTAMP_FORMAT",
    "TIMESTAMP_NS": "TIMESTAMP_FORMAT",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_FORMAT",
    STORED: "TIMESTAMP_FORMAT",
}
#: The signs of dates and times as `text_of` spells them.
_OF_DATES: Final = frozenset(
    "0123456789-+:. ()abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
#: What `text_of` does for a type. It has to be told no type, and goes by way of a text.
_DIRECT: Final = {"TIMESTAMP": "NTZ_TEXT", "TIME": "TIME_TEXT", "DOUBLE": "FLOAT_TEXT"}
_TEXT_OF: Final = re.compile(r'\bTEXT_OF\("?C(\d+)"?\) AS "?V\1\b')


class Unload(Struct, frozen=True):
    """`sql` is DuckDB's; `names` are the columns of a Parquet file, `header` a text file's head."""

    sql: str
    names: tuple[str, ...]
    header: bytes = b""


def columns(workspace: Workspace, statement: CopyIntoLocation) -> tuple[Column, ...]:
    """The columns of the query itself."""
    described = workspace.cursor.describe(_translated(workspace, _source(statement)))
    return tuple(Column(column.name, from_duckdb(column.type)) for column in described)


def rows(workspace: Workspace, statement: CopyIntoLocation) -> Result:
    """VALIDATION_MODE = RETURN_ROWS: what would be unloaded."""
    sql = _translated(workspace, _source(statement))
    return Result(columns(workspace, statement), "SELECT", batches=workspace.cursor.stream(sql))


def read(
    workspace: Workspace, statement: CopyIntoLocation, format: FileFormat, options: UnloadOptions
) -> Unload:
    """What an unload runs. Raises CompilationError, TypeMismatch, UnsupportedFeature."""
    source = _source(statement)
    found = workspace.cursor.describe(_translated(workspace, source))
    if format.type == "JSON" and (len(found) != 1 or found[0].type != "JSON"):
        raise TypeMismatch(
            "SQL compilation error:\nJSON file format can only unload one column of type variant,"
            " object or array. Use OBJECT_CONSTRUCT."
        )
    if format.type == "JSON" and options.header:
        raise UnsupportedFeature("Unsupported feature 'HEADER = TRUE with JSON files'.")
    inner = _partitioned(source, options.partition)
    aliases = [f"C{n}" for n in range(1, len(found) + 1)]
    if format.type == "PARQUET":
        values = [_parquet(f'"{a}"', c) for a, c in zip(aliases, found, strict=True)]
        names = [c.name if options.header else f"_COL_{n}" for n, c in enumerate(found)]
    else:
        values = [_text(f'"{a}"', c, format) for a, c in zip(aliases, found, strict=True)]
        names = [column.name for column in found]
    if options.partition is not None:
        aliases.append("P")
        values.append(f"COALESCE(TO_VARCHAR(\"P\"), '{NO_PARTITION}')")
    texts = [f'{value} AS "V{n}"' for n, value in enumerate(values, 1)]
    listed = ", ".join(f'"{alias}"' for alias in aliases)
    sql = _translated(workspace, f"SELECT {', '.join(texts)} FROM ({inner}) AS q ({listed})")
    spelled = {int(number) for number in _TEXT_OF.findall(sql)}
    dates = {n for n, c in enumerate(found, 1) if c.type in ("DATE", "TIMESTAMP")} & spelled
    sql = _direct(sql, found)
    outer = [f'"V{n}"' for n in range(1, len(found) + 1)]
    if format.type != "PARQUET":
        outer = [f"{_line(outer, found, format, dates)} AS line"]
    order = ""
    if options.partition is not None:
        outer.append(f'"V{len(values)}"')
        order = f' ORDER BY "V{len(values)}"'
    header = _header(names, format) if options.header and format.type == "CSV" else b""
    return Unload(f"SELECT {', '.join(outer)} FROM ({sql}){order}", tuple(names), header)


def _direct(sql: str, found: Sequence[Described]) -> str:
    """Texts of columns, made from their values without a detour."""

    def call(match: re.Match[str]) -> str:
        number = int(match[1])
        macro = _DIRECT.get(found[number - 1].type) if number <= len(found) else None
        return match[0] if macro is None else match[0].replace("TEXT_OF", macro, 1)

    return _TEXT_OF.sub(call, sql)


def _source(statement: CopyIntoLocation) -> str:
    """The rows to unload, as Snowflake's text."""
    if statement.query is not None:
        return statement.query
    assert statement.table is not None
    name = statement.table
    parts = [part for part in (name.database, name.schema, name.name) if part is not None]
    return f"SELECT * FROM {'.'.join(quoted(part) for part in parts)}"


def _partitioned(source: str, partition: str | None) -> str:
    if partition is None:
        return source
    return f'SELECT *, ({partition}) AS "{_PARTITION}" FROM ({source}) AS s'


def _translated(workspace: Workspace, text: str) -> str:
    statements = parse(text)
    if len(statements) != 1 or not isinstance(statements[0], Select):
        raise UnsupportedFeature("Unsupported feature 'COPY INTO with a query that is no SELECT'.")
    return translate(statements[0], workspace.context).sql


# --- Parquet -------------------------------------------------------------------------------------


def _parquet(value: str, column: Described) -> str:
    """A value as Parquet keeps it. Snowflake's manual: "COPY INTO <location>", "Usage notes"."""
    if column.type in ("TIMESTAMP WITH TIME ZONE", STORED):
        raise UnsupportedFeature(
            f"SQL compilation error:\nUnloading TIMESTAMP_TZ or TIMESTAMP_LTZ data"
            f" ('{column.name}') to PARQUET is not supported.",
            hint="Cast the column to TIMESTAMP_NTZ.",
        )
    if column.type == "JSON":
        return f"TO_JSON({value})"
    if column.type == "HUGEINT":
        return f"CAST({value} AS NUMBER(38, 0))"
    if column.type == "UUID":
        return f"TO_VARCHAR({value})"
    return value


# --- text ----------------------------------------------------------------------------------------


def _text(value: str, column: Described, format: FileFormat) -> str:
    """A value as text, in Snowflake's words."""
    family = family_of(column.type)
    if family == "VARCHAR":
        return value
    if family == "JSON":
        return value if format.type == "JSON" else f"TO_JSON({value})"
    if family == "BLOB":
        coding = str(format.get("BINARY_FORMAT", "HEX")).replace("_", "-")
        return f"TO_VARCHAR({value}, '{coding}')"
    model = str(format.get(_MODELS.get(family, ""), "AUTO"))
    if model == "AUTO":
        return f"TO_VARCHAR({value})"
    return f"TO_VARCHAR({value}, {literal(model)})"


def _line(
    values: Sequence[str], found: Sequence[Described], format: FileFormat, dates: Container[int]
) -> str:
    """DuckDB's expression of a whole line over the texts of its fields.

    `dates`: the numbers, from 1, of those that hold dates and times as `text_of` spells them.
    """
    if format.type == "JSON":
        return f"coalesce(plain_text(CAST({values[0]} AS VARCHAR)), 'null') || chr(10)"
    fields = [
        _field(value, column, format, of_dates=n in dates)
        for n, (value, column) in enumerate(zip(values, found, strict=True), 1)
    ]
    delimiter = literal(format["FIELD_DELIMITER"] or "")
    end = literal(format["RECORD_DELIMITER"] or "")
    # One call: a chain of || copies the line once for each of its pieces.
    return f"concat({f', {delimiter}, '.join(fields)}, {end})"


def _field(value: str, column: Described, format: FileFormat, *, of_dates: bool) -> str:
    """The pieces of a field, enclosed and escaped so that it reads back as it is."""
    quote = format["FIELD_OPTIONALLY_ENCLOSED_BY"]
    null = literal(format["NULL_IF"][0] if format["NULL_IF"] else "")
    if column.type.split("(")[0] in _BARE:
        return f"coalesce({value}, {null})"
    if quote is None:
        escape = _unenclosed(format)
        signs = {sign: escape + sign for sign in _special(format)}
        return f"coalesce({_escaped(value, signs, of_dates=of_dates)}, {null})"
    escape = format["ESCAPE"]
    signs = {escape: escape * 2} if escape else {}
    signs[quote] = (escape or quote) + quote
    mark = f"CASE WHEN {value} IS NULL THEN '' ELSE {literal(quote)} END"
    return f"{mark}, coalesce({_escaped(value, signs, of_dates=of_dates)}, {null}), {mark}"


def _escaped(value: str, signs: Mapping[str, str], *, of_dates: bool) -> str:
    """A text with some signs, one after the other, written otherwise.

    Texts without any are let be: to look for a sign takes a fifth of what replacing it does.
    """
    if of_dates:
        signs = {sign: other for sign, other in signs.items() if _OF_DATES.issuperset(sign)}
    if not signs:
        return value
    found = " OR ".join(f"contains({value}, {literal(sign)})" for sign in signs)
    replaced = value
    for sign, other in signs.items():
        replaced = f"replace({replaced}, {literal(sign)}, {literal(other)})"
    return f"CASE WHEN {found} THEN {replaced} ELSE {value} END"


def _unenclosed(format: FileFormat) -> str:
    return str(format["ESCAPE"] or format["ESCAPE_UNENCLOSED_FIELD"] or "")


def _special(format: FileFormat) -> list[str]:
    """What has to be escaped where nothing encloses a field; the escape itself first."""
    escape = _unenclosed(format)
    if not escape:
        return []
    return [escape, *(e for e in (format["FIELD_DELIMITER"], format["RECORD_DELIMITER"]) if e)]


def _header(names: Sequence[str], format: FileFormat) -> bytes:
    quote = format["FIELD_OPTIONALLY_ENCLOSED_BY"]
    if quote is None:
        fields = list(names)
    else:
        fields = [quote + name.replace(quote, quote * 2) + quote for name in names]
    return (
        (format["FIELD_DELIMITER"] or "").join(fields) + (format["RECORD_DELIMITER"] or "")
    ).encode()
