"""The query of an unload: what is written of each row, computed by DuckDB.

CSV and JSON become one column, the line with its end; Parquet keeps its columns. PARTITION BY adds
a last column, by which the rows come sorted. Snowflake's manual: "COPY INTO <location>".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mockhaus.catalog.workspace import Workspace
from mockhaus.engine.database import Described
from mockhaus.errors import TypeMismatch, UnsupportedFeature
from mockhaus.ingestion.conversions import family_of
from mockhaus.ingestion.file_formats import FileFormat
from mockhaus.ingestion.target import literal, quoted
from mockhaus.ingestion.unload_options import UnloadOptions
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


@dataclass(frozen=True, slots=True)
class Unload:
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
    outer = [f'"V{n}"' for n in range(1, len(found) + 1)]
    if format.type != "PARQUET":
        outer = [f"{_line(outer, found, format)} AS line"]
    order = ""
    if options.partition is not None:
        outer.append(f'"V{len(values)}"')
        order = f' ORDER BY "V{len(values)}"'
    header = _header(names, format) if options.header and format.type == "CSV" else b""
    return Unload(f"SELECT {', '.join(outer)} FROM ({sql}){order}", tuple(names), header)


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


def _line(values: Sequence[str], found: Sequence[Described], format: FileFormat) -> str:
    """DuckDB's expression of a whole line over the texts of its fields."""
    if format.type == "JSON":
        return f"coalesce(CAST(plain_json({values[0]}) AS VARCHAR), 'null') || chr(10)"
    null = literal(format["NULL_IF"][0] if format["NULL_IF"] else "")
    fields = [
        f"coalesce({_field(value, column, format)}, {null})"
        for value, column in zip(values, found, strict=True)
    ]
    delimiter = literal(format["FIELD_DELIMITER"] or "")
    end = literal(format["RECORD_DELIMITER"] or "")
    return f"{f' || {delimiter} || '.join(fields)} || {end}"


def _field(value: str, column: Described, format: FileFormat) -> str:
    """A field enclosed and escaped so that it reads back as it is."""
    quote = format["FIELD_OPTIONALLY_ENCLOSED_BY"]
    if column.type.split("(")[0] in _BARE:
        return value
    if quote is None:
        for sign in _special(format):
            escape = literal(_unenclosed(format) + sign)
            value = f"replace({value}, {literal(sign)}, {escape})"
        return value
    escape = format["ESCAPE"]
    if escape:
        value = f"replace({value}, {literal(escape)}, {literal(escape * 2)})"
    doubled = literal((escape or quote) + quote)
    return f"{literal(quote)} || replace({value}, {literal(quote)}, {doubled}) || {literal(quote)}"


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
