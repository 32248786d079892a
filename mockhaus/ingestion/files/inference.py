"""INFER_SCHEMA: the columns of files, found by reading them.

Text is a column's type if every value of it converts. Columns of several files with one name are
one column, of a type that holds the values of all. Snowflake's manual: "INFER_SCHEMA".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import InvalidParameter, LoadError, UnsupportedFeature
from mockhaus.ingestion.copying.copy_options import CopyOptions
from mockhaus.ingestion.copying.loading import Loader
from mockhaus.ingestion.copying.target import Target, literal, quoted
from mockhaus.ingestion.copying.transformation import Transformation
from mockhaus.ingestion.files import file_formats
from mockhaus.ingestion.files.csv_text import CsvText
from mockhaus.ingestion.files.prepared import DAMAGED, Prepared, prepared
from mockhaus.ingestion.files.readers import Source
from mockhaus.ingestion.storage import stages
from mockhaus.ingestion.storage.stores import StoredFile
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.stage_refs import name_of, reference
from mockhaus.types import from_duckdb

#: The columns of INFER_SCHEMA, and their types in DuckDB.
COLUMNS: Final = {
    "COLUMN_NAME": "VARCHAR",
    "TYPE": "VARCHAR",
    "NULLABLE": "BOOLEAN",
    "EXPRESSION": "VARCHAR",
    "FILENAMES": "VARCHAR",
    "ORDER_ID": "BIGINT",
}
_ARGUMENTS: Final = frozenset(
    [
        *("LOCATION", "FILE_FORMAT", "FILES", "IGNORE_CASE", "KIND"),
        *("MAX_FILE_COUNT", "MAX_RECORDS_PER_FILE"),
    ]
)


class _Column(Struct):
    """A column of the files: `type` is Snowflake's, `precision` and `scale` those of a NUMBER."""

    name: str
    type: str
    at: int
    nullable: bool = True
    precision: int = 38
    scale: int = 0
    files: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        return f"NUMBER({self.precision}, {self.scale})" if self.type == "NUMBER" else self.type


def rows(workspace: Workspace, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of INFER_SCHEMA. Raises InvalidParameter, UndefinedObject, LoadError."""
    arguments = _checked(given)
    location = stages.locate(workspace, reference(arguments["LOCATION"], None, ""))
    name = arguments.get("FILE_FORMAT")
    clause = {"FORMAT_NAME": name_of(name) if isinstance(name, str) else name} if name else None
    format = file_formats.for_copy(workspace, clause, location.properties)
    if format.type == "XML":
        raise UnsupportedFeature("Unsupported feature 'INFER_SCHEMA of XML files'.")
    files = location.files()
    if "FILES" in arguments:
        wanted = set(arguments["FILES"])
        files = [file for file in files if file.name.removeprefix(location.prefix) in wanted]
    files = files[: arguments.get("MAX_FILE_COUNT")]
    query = Transformation("", 1)
    loader = Loader(workspace, Target(ObjectName("STAGE"), ()), format, CopyOptions(), query)
    fold = bool(arguments.get("IGNORE_CASE", False))
    found: dict[str, _Column] = {}
    for file in files:
        shown = location.show(file)
        for column in _columns(loader, file, shown, arguments.get("MAX_RECORDS_PER_FILE")):
            column.name = column.name.upper() if fold else column.name
            column.files.append(file.name)
            known = found.get(column.name)
            found[column.name] = column if known is None else _merged(known, column)
    return [
        (c.name, c.shown, c.nullable, _expression(c, format.reads_as, fold), ", ".join(c.files), n)
        for n, c in enumerate(found.values())
    ]


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments. Raises InvalidParameter, UnsupportedFeature."""
    for name, value in given.items():
        if name not in _ARGUMENTS:
            raise InvalidParameter(f"SQL compilation error:\ninvalid argument '{name}'.")
        if name == "KIND" and str(value).upper() != "STANDARD":
            raise UnsupportedFeature(f"Unsupported feature 'INFER_SCHEMA with KIND = {value}'.")
        if name.startswith("MAX_") and (not isinstance(value, int) or value < 1):
            raise InvalidParameter(f"SQL compilation error:\ninvalid value for argument '{name}'.")
    if not isinstance(given.get("LOCATION"), str):
        raise InvalidParameter("SQL compilation error:\nINFER_SCHEMA needs LOCATION => '@stage'.")
    files = given.get("FILES", [])
    return {**given, **({"FILES": files if isinstance(files, list) else [files]} if files else {})}


def _expression(column: _Column, type: str, fold: bool) -> str:
    if type == "CSV":
        return f"${column.at + 1}::{column.shown}"
    if fold:
        return f"GET_IGNORE_CASE ($1, '{column.name}')::{column.shown}"
    return f"$1:{column.name}::{column.shown}"


def _merged(one: _Column, other: _Column) -> _Column:
    """A column that holds the values of both."""
    made = replace(one, files=one.files + other.files, nullable=one.nullable or other.nullable)
    kinds = {one.type, other.type}
    if kinds == {"NUMBER"}:
        scale = max(one.scale, other.scale)
        whole = max(one.precision - one.scale, other.precision - other.scale)
        made.precision, made.scale = min(whole + scale, 38), scale
    elif kinds == {"NUMBER", "REAL"}:
        made.type = "REAL"
    elif kinds == {"DATE", "TIMESTAMP_NTZ"}:
        made.type = "TIMESTAMP_NTZ"
    elif len(kinds) > 1:
        made.type = "VARIANT" if "VARIANT" in kinds else "TEXT"
    return made


# --- one file ------------------------------------------------------------------------------------


def _columns(loader: Loader, file: StoredFile, shown: str, most: int | None) -> list[_Column]:
    scratch = loader.workspace.files / "scratch"
    with ExitStack() as stack:
        try:
            ready = stack.enter_context(prepared(file, loader.format, scratch))
            mine = loader.of(ready, file, shown)
            if mine.format.reads_as == "CSV":
                return _csv(mine, ready, shown, most, stack)
            source = mine.readable(ready, shown, stack)
        except FileNotFoundError:
            raise LoadError(f"Remote file '{shown}' was not found.") from None
        except LoadError as error:
            if "File '" not in error.message:
                error.message = f"{error.message}\n  File '{shown}'"
            raise
        if mine.format.reads_as == "PARQUET":
            return [
                _typed(name, type, at)
                for at, (name, type) in enumerate(zip(source.columns, source.types, strict=True))
            ]
        return _json(loader, source, most)


#: DuckDB's types of a Parquet file -> INFER_SCHEMA's words; what is not here is a VARIANT.
_WORDS: Final = {"VARCHAR": "TEXT", "FLOAT": "REAL"}


def _typed(name: str, type: str, at: int) -> _Column:
    if type.endswith("]") or type.startswith(("STRUCT", "MAP", "JSON", "UNION")):
        return _Column(name, "VARIANT", at)
    known = from_duckdb(type)
    column = _Column(name, _WORDS.get(known.family, known.family), at)
    match = type.removeprefix("DECIMAL(").removesuffix(")").split(",")
    if type.startswith("DECIMAL("):
        column.precision, column.scale = int(match[0]), int(match[1])
    return column


def _csv(
    loader: Loader, ready: Prepared, shown: str, most: int | None, stack: ExitStack
) -> list[_Column]:
    names = loader.header
    if names is None:
        try:
            with ready.open_text() as text:
                first = next(iter(CsvText(text, loader.format)), None)
        except DAMAGED as error:
            raise LoadError(f"the file cannot be read: {error}") from None
        names = tuple(f"c{n + 1}" for n in range(len(first.fields) if first else 0))
    if not names:
        return []
    wide = replace(loader, query=Transformation("", len(names)), header=None)
    source = wide.readable(ready, shown, stack)
    return list(_texts(loader, source, names, most))


def _texts(
    loader: Loader, source: Source, names: Iterable[str], most: int | None
) -> Iterable[_Column]:
    """Columns of text, each of the narrowest type that takes all of its values."""
    texts = [f"t{n}" for n in range(len(source.columns))]
    limit = f" LIMIT {most}" if most else ""
    listed = ", ".join(f"{c} AS {t}" for c, t in zip(source.columns, texts, strict=True))
    inner = f"(SELECT {listed} FROM {source.sql} AS r{limit})"
    (row,) = loader.workspace.cursor.rows(f"SELECT {', '.join(map(_judged, texts))} FROM {inner}")
    for at, (name, judged) in enumerate(zip(names, row, strict=True)):
        yield _column(name, at, judged)


def _judged(text: str) -> str:
    """What there is to know of a column of text, as a struct."""
    number = f"regexp_full_match({text}, '[+-]?[0-9]+(\\.[0-9]+)?')"
    digits = f"ltrim({text}, '+-')"
    whole = f"length(ltrim(split_part({digits}, '.', 1), '0'))"
    tests = {
        "BOOLEAN": f"lower({text}) IN ('true', 'false')",
        "NUMBER": number,
        "REAL": f"try_cast({text} AS DOUBLE) IS NOT NULL",
        "DATE": f"regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}')"
        f" AND try_cast({text} AS DATE) IS NOT NULL",
        "TIME": f"regexp_full_match({text}, '[0-9]{{1,2}}:[0-9]{{2}}(:[0-9]{{2}}(\\.[0-9]+)?)?')"
        f" AND try_cast({text} AS TIME) IS NOT NULL",
        "TIMESTAMP_NTZ": f"contains({text}, '-') AND try_cast({text} AS TIMESTAMP) IS NOT NULL",
    }
    parts = [
        f"'{kind}': bool_and({test}) FILTER ({text} IS NOT NULL)" for kind, test in tests.items()
    ]
    parts.append(f"'whole': max({whole}) FILTER ({number})")
    parts.append(f"'scale': max(length(split_part({text}, '.', 2))) FILTER ({number})")
    return "{" + ", ".join(parts) + "}"


def _column(name: str, at: int, judged: Mapping[str, Any]) -> _Column:
    whole, scale = judged["whole"] or 0, judged["scale"] or 0
    for kind in ("BOOLEAN", "NUMBER", "REAL", "DATE", "TIME", "TIMESTAMP_NTZ"):
        if judged[kind] and not (kind == "NUMBER" and whole + scale > 38):
            return _Column(name, kind, at, precision=max(whole + scale, 1), scale=scale)
    return _Column(name, "TEXT", at)


def _json(loader: Loader, source: Source, most: int | None) -> list[_Column]:
    """The members of the objects, in the order of their names in canonical text."""
    limit = f" LIMIT {most}" if most else ""
    value = source.columns[0]
    cursor = loader.workspace.cursor
    records = f"(SELECT {value} AS v FROM {source.sql}{limit})"
    keys = f"(SELECT v, unnest(json_keys(v)) AS key FROM {records} WHERE json_type(v) = 'OBJECT')"
    pointer = "'/' || replace(replace(key, '~', '~0'), '/', '~1')"
    members = f"(SELECT key, json_extract(v, {pointer}) AS m FROM {keys})"
    found = cursor.rows(
        f"SELECT key, list(DISTINCT json_type(m)), {_judged('t')} FROM"
        f" (SELECT *, m ->> '$' AS t FROM {members}) GROUP BY key ORDER BY key"
    )
    made = []
    for at, (key, kinds, judged) in enumerate(found):
        nested = {"OBJECT", "ARRAY"} & set(kinds)
        made.append(_Column(key, "VARIANT", at) if nested else _column(key, at, judged))
    return made


def text_of(rows: list[tuple[Any, ...]], columns: Mapping[str, str]) -> str:
    """Rows as a relation with these columns, in DuckDB's text."""
    names = ", ".join(
        f"CAST({quoted(name)} AS {type}) AS {quoted(name)}" for name, type in columns.items()
    )
    held = rows or [(None,) * len(columns)]
    values = ", ".join(f"({', '.join(map(_constant, row))})" for row in held)
    listed = ", ".join(map(quoted, columns))
    return f"(SELECT {names} FROM (VALUES {values}) AS v({listed}){'' if rows else ' WHERE FALSE'})"


def _constant(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, (bool, int)) else literal(str(value))
