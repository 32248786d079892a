"""Files of a stage as a relation: what stands in a FROM for `@stage/path`.

The columns are `$1`, `$2`, ... and those of METADATA$. A relation is needed twice: without any
file, so that the query's columns are known before it runs, and over the files when it does.
Snowflake's manual: "Querying data in staged files"; "Querying metadata for staged files".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import CompilationError, InvalidParameter, LoadError
from mockhaus.ingestion.copying import copy_into, transformation, validation
from mockhaus.ingestion.copying.copy_options import CopyOptions
from mockhaus.ingestion.copying.loading import Loader
from mockhaus.ingestion.copying.target import Target, quoted
from mockhaus.ingestion.copying.transformation import METADATA, About, Transformation
from mockhaus.ingestion.files import file_formats, inference
from mockhaus.ingestion.files.csv_text import CsvText
from mockhaus.ingestion.files.file_formats import FileFormat
from mockhaus.ingestion.files.prepared import DAMAGED, Prepared, prepared
from mockhaus.ingestion.files.readers import Source
from mockhaus.ingestion.storage import directory, stages
from mockhaus.ingestion.storage.stages import Location
from mockhaus.ingestion.storage.stores import StoredFile
from mockhaus.result import Batches
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.stage_refs import name_of, reference
from mockhaus.translation.staged import StageFunction, StageTable, stage_tables
from mockhaus.translation.statements import Tree

if TYPE_CHECKING:
    import pyarrow as pa


def described(workspace: Workspace, statement: Tree) -> Mapping[str, str]:
    """A relation without rows for each stage of a statement. Raises what `opened` raises."""
    found = {}
    for key, table in stage_tables(statement).items():
        if isinstance(table, StageFunction):
            found[key] = inference.text_of([], _function(table)[0])
        else:
            _, format = _place(workspace, table)
            found[key] = _empty(format, table.width)
    return found


def _function(function: StageFunction) -> tuple[Mapping[str, str], FunctionRows]:
    """The columns of a table function over files, and what makes its rows."""
    return _FUNCTIONS[function.name]


def _inferred(workspace: Workspace, function: StageFunction) -> list[tuple[Any, ...]]:
    return inference.rows(workspace, function.arguments)


def _directory(workspace: Workspace, function: StageFunction) -> list[tuple[Any, ...]]:
    return directory.rows(workspace, reference(str(function.arguments["THIS"]), None, ""))


def _validated(workspace: Workspace, function: StageFunction) -> list[tuple[Any, ...]]:
    table, job = function.arguments.get("THIS"), function.arguments.get("JOB_ID")
    if not isinstance(table, (ObjectName, str)) or not isinstance(job, str):
        raise InvalidParameter(
            "SQL compilation error:\nVALIDATE takes a table and JOB_ID => '...'."
        )
    name = name_of(table) if isinstance(table, str) else table
    return copy_into.validate(workspace, name, job)


FunctionRows = Callable[[Workspace, StageFunction], list[tuple[Any, ...]]]
_FUNCTIONS: Final[dict[str, tuple[Mapping[str, str], FunctionRows]]] = {
    "INFER_SCHEMA": (inference.COLUMNS, _inferred),
    "DIRECTORY": (directory.COLUMNS, _directory),
    "VALIDATE": (validation.ERROR_TYPES, _validated),
}


def opened(workspace: Workspace, statement: Tree, stack: ExitStack) -> Mapping[str, str]:
    """A relation over the files for each stage of a statement; `stack` closes what it needs.

    Raises UndefinedObject, LoadError, CompilationError.
    """
    found = {}
    for key, table in stage_tables(statement).items():
        if isinstance(table, StageFunction):
            columns, rows = _function(table)
            found[key] = inference.text_of(rows(workspace, table), columns)
        else:
            found[key] = _relation(workspace, table, stack)
    return found


def _place(workspace: Workspace, table: StageTable) -> tuple[Location, FileFormat]:
    location = stages.locate(workspace, table.ref)
    given = None if table.format is None else {"FORMAT_NAME": table.format}
    format = file_formats.for_copy(workspace, given, location.properties)
    if format.reads_as != "CSV" and table.width > 1:
        raise CompilationError(
            f"SQL compilation error:\na {format.type} file has one column only, $1."
        )
    if format.get("PARSE_HEADER"):
        raise InvalidParameter(
            "SQL compilation error:\nPARSE_HEADER = TRUE is for INFER_SCHEMA and"
            " MATCH_BY_COLUMN_NAME alone."
        )
    for name in table.metadata:
        if name not in METADATA:
            raise CompilationError(f"SQL compilation error:\ninvalid identifier '{name}'")
    return location, format


def _empty(format: FileFormat, width: int) -> str:
    kind = "VARCHAR" if format.type == "CSV" else "JSON"
    columns = [f"CAST(NULL AS {kind}) AS {quoted(f'${n}')}" for n in range(1, width + 1)]
    columns += [f"CAST(NULL AS {type}) AS {quoted(name)}" for name, type in METADATA.items()]
    return f"(SELECT {', '.join(columns)} WHERE FALSE)"


def _relation(workspace: Workspace, table: StageTable, stack: ExitStack) -> str:
    location, format = _place(workspace, table)
    nothing = Target(ObjectName("STAGE"), ())
    query = Transformation("", table.width)
    loader = Loader(workspace, nothing, format, CopyOptions(), query)
    parts = []
    for file in location.files(table.pattern):
        source = _source(loader, file, location.show(file), stack)
        about = About(file, location.show(file), table.metadata)
        columns = transformation.columns(source, format.reads_as, table.width, about)
        parts.append(f"SELECT {columns} FROM {source.sql} AS r")
    return f"({' UNION ALL '.join(parts)})" if parts else _empty(format, table.width)


def _source(loader: Loader, file: StoredFile, shown: str, stack: ExitStack) -> Source:
    """A file as DuckDB reads it, looked through once: a query cannot start anew half way."""
    format, scratch = loader.format, loader.workspace.files / "scratch"
    assert loader.query is not None
    try:
        ready = stack.enter_context(prepared(file, format, scratch))
        if format.type == "CSV":
            width = max(loader.query.width, _fields(ready, format))
            loader = replace(loader, query=Transformation("", width))
        return loader.of(ready, file, shown).readable(ready, shown, stack)
    except FileNotFoundError:
        raise LoadError(f"Remote file '{shown}' was not found.") from None
    except LoadError as error:
        if "File '" not in error.message:
            error.message = f"{error.message}\n  File '{shown}'"
        raise


def _fields(file: Prepared, format: FileFormat) -> int:
    """How many fields the first record has: DuckDB's reader refuses records with more."""
    try:
        with file.open_text() as text:
            first = next(iter(CsvText(text, format)), None)
    except DAMAGED as error:
        raise LoadError(f"the file cannot be read: {error}") from None
    return len(first.fields) if first is not None else 0


class Closing(Struct):
    """Batches over files that are given back at the end."""

    batches: Batches
    stack: ExitStack

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self.batches
        finally:
            self.stack.close()

    def close(self) -> None:
        """Give up the rest, and the files."""
        self.batches.close()
        self.stack.close()
