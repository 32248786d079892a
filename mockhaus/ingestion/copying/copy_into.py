"""COPY INTO a table: which files, loaded how, remembered, answered.

Everything happens in the transaction that is open: rows and load history commit or roll back
together. Snowflake's manual: "COPY INTO <table>".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import InvalidParameter, LoadError, UnsupportedFeature
from mockhaus.ingestion import stopping
from mockhaus.ingestion.copying import (
    copy_options,
    history,
    many,
    target,
    transformation,
    validation,
)
from mockhaus.ingestion.copying.copy_options import CopyOptions
from mockhaus.ingestion.copying.fields import fields_of
from mockhaus.ingestion.copying.loading import Loader
from mockhaus.ingestion.copying.outcome import COLUMNS, Outcome
from mockhaus.ingestion.files import file_formats
from mockhaus.ingestion.files.format_options import TYPES
from mockhaus.ingestion.files.readers import Source
from mockhaus.ingestion.storage import stages
from mockhaus.ingestion.storage.stages import Location
from mockhaus.ingestion.storage.stores import StoredFile
from mockhaus.result import Column, Result
from mockhaus.translation.context import ObjectName
from mockhaus.translation.parse import parse
from mockhaus.translation.statements import CopyIntoTable
from mockhaus.types import VARCHAR

_NOTHING: Final = "Copy executed with 0 files processed."


def copy_into_table(workspace: Workspace, statement: CopyIntoTable) -> Result:
    """Load the files of a stage that were not loaded yet.

    The answer has one row a file; `row_count` is the rows loaded. Raises LoadError naming file,
    line, character and column, UndefinedObject, InvalidParameter, UnsupportedFeature.
    """
    with stopping.heeding(workspace.cursor):
        return _copied(workspace, statement)


def _copied(workspace: Workspace, statement: CopyIntoTable) -> Result:
    location, loader = _loader(workspace, statement)
    options, table = loader.options, workspace.context.resolve(statement.table)
    files = _chosen(workspace, table, location, options)
    if options.validation is not None:
        return _validated(loader, location, files)
    history.begin(workspace, table, statement.text, [file.name for file in files])
    outcomes = many.load(loader, [(file, location.show(file)) for file in files])
    loads = [
        (location.identity + file.name, file, outcome)
        for file, outcome in zip(files, outcomes, strict=True)
    ]
    history.record(workspace.cursor, table, loads, workspace.query_id)
    stopping.check()
    if options.purge and workspace.after_commit is not None:
        gone = [file for _, file, outcome in loads if outcome.status == "LOADED"]
        workspace.after_commit(lambda: _purge(location, gone))
    return _answer(outcomes, options)


def validate(workspace: Workspace, table: ObjectName, query_id: str) -> list[tuple[Any, ...]]:
    """VALIDATE: every error of the files of an earlier COPY, found by reading them again.

    Raises InvalidParameter, UndefinedObject. Snowflake's manual: "VALIDATE".
    """
    name = workspace.context.resolve(table)
    target.describe(workspace.cursor, name)
    copy = history.copy_of(workspace, name, query_id)
    if copy is None:
        raise InvalidParameter(
            f"SQL compilation error:\nno COPY INTO of table '{name}' has the query id '{query_id}'."
        )
    there = replace(
        workspace, context=replace(workspace.context, database=copy.database, schema=copy.schema)
    )
    (statement,) = parse(copy.text)
    assert isinstance(statement, CopyIntoTable)
    if statement.query is not None:
        raise UnsupportedFeature("Unsupported feature 'VALIDATE of a COPY INTO with a query'.")
    location, loader = _loader(there, statement)
    files = [file for each in copy.files if (file := location.store.find(each)) is not None]
    gone = set(copy.files) - {file.name for file in files}
    if gone:
        raise LoadError(f"Remote file '{location.shown}{min(gone)}' was not found.")
    return list(validation.errors(loader, location, files).rows or [])


def _loader(workspace: Workspace, statement: CopyIntoTable) -> tuple[Location, Loader]:
    """Where the files are, and how they are loaded. Raises what is wrong with the statement."""
    location = stages.locate(workspace, statement.source)
    properties = location.properties
    options = copy_options.read(
        statement.options, copy_options.read(properties.get("COPY_OPTIONS", {}))
    )
    format = file_formats.for_load(workspace, statement.options.get("FILE_FORMAT"), properties)
    if options.purge and workspace.after_commit is None:
        raise UnsupportedFeature("Unsupported feature 'COPY INTO with PURGE = TRUE'.")
    table = workspace.context.resolve(statement.table)
    described = target.describe(workspace.cursor, table, statement.columns)
    query = (
        transformation.read(statement.query, workspace.context, format.reads_as)
        if statement.query is not None
        else None
    )
    if query is not None and (options.match != "NONE" or format.get("PARSE_HEADER")):
        raise InvalidParameter(
            "SQL compilation error:\nMATCH_BY_COLUMN_NAME and PARSE_HEADER do not go with a query."
        )
    if query is not None:
        _check_query(format)
    if query is None:
        _check(described, format, options)
    return location, Loader(workspace, described, format, options, query)


def columns(workspace: Workspace, statement: CopyIntoTable) -> tuple[Column, ...]:
    """The columns that a COPY answers, known before it runs. Raises UndefinedObject."""
    mode = str(statement.options.get("VALIDATION_MODE") or "").upper()
    if not mode:
        return COLUMNS
    if not mode.endswith("_ROWS"):
        return validation.ERROR_COLUMNS
    table = workspace.context.resolve(statement.table)
    return validation.row_columns(target.describe(workspace.cursor, table, statement.columns))


def _validated(loader: Loader, location: Location, files: list[StoredFile]) -> Result:
    """What VALIDATION_MODE answers; nothing is loaded."""
    if loader.query is not None:
        raise UnsupportedFeature(
            "SQL compilation error:\nVALIDATION_MODE does not support COPY statements that"
            " transform data during a load."
        )
    if loader.options.validation == "ROWS":
        return validation.rows(loader, location, files, loader.options.rows)
    return validation.errors(loader, location, files)


#: Options that Snowflake applies to the values which a query takes out of JSON and its like.
_OF_VALUES: Final = (
    *("TRIM_SPACE", "NULL_IF"),
    *("DATE_FORMAT", "TIME_FORMAT", "TIMESTAMP_FORMAT", "BINARY_FORMAT"),
)


def _check_query(format: file_formats.FileFormat) -> None:
    """Refuse the options that a query would not heed."""
    if format.reads_as == "CSV":
        return
    for name in _OF_VALUES:
        option = TYPES[format.type].get(name)
        if option is not None and format[name] != option.default:
            raise UnsupportedFeature(
                f"Unsupported feature '{name} of {format.type} files in a COPY INTO with a query'."
            )


def _check(described: target.Target, format: file_formats.FileFormat, options: CopyOptions) -> None:
    """Refuse what cannot go together before any file is looked at."""
    if format.type == "CSV" and (options.match != "NONE") != format["PARSE_HEADER"]:
        raise InvalidParameter(
            "SQL compilation error:\nMATCH_BY_COLUMN_NAME of CSV files and PARSE_HEADER = TRUE need"
            " each other."
        )
    if format.type == "XML" and options.match != "NONE":
        raise UnsupportedFeature("Unsupported feature 'MATCH_BY_COLUMN_NAME of XML files'.")
    width = len(described.columns)
    kinds = ("VARCHAR",) * width if format.type == "CSV" else ("JSON",)
    names = tuple(f"f{n}" for n in range(len(kinds)))
    header = () if options.match != "NONE" and format.type == "CSV" else None
    fields_of(Source("", names, kinds), described, format, options, header)


def _chosen(
    workspace: Workspace, table: ObjectName, location: Location, options: CopyOptions
) -> list[StoredFile]:
    """The files to load: named or matched, not loaded before, up to SIZE_LIMIT, by name."""
    files = _named(location, options) if options.files else location.files(options.pattern)
    if not options.force:
        files = _unloaded(workspace, table, location, options, files)
    if options.size_limit is None:
        return files
    chosen, size = [], 0
    for file in files:
        if size >= options.size_limit:
            break
        chosen.append(file)
        size += file.size
    return chosen


def _unloaded(
    workspace: Workspace,
    table: ObjectName,
    location: Location,
    options: CopyOptions,
    files: list[StoredFile],
) -> list[StoredFile]:
    """The files that were not loaded before, as far as the load history tells.

    Of a file as old as the history goes back it does not, if the table was loaded before that.
    """
    known = history.known(workspace.cursor, table)
    beginning = None if options.uncertain else history.uncertain_before(workspace.cursor, table)
    chosen = []
    for file in files:
        before = known.get(location.identity + file.name)
        if before is None:
            if beginning is None or file.modified >= beginning:
                chosen.append(file)
        elif not before.same(file) or (
            options.validation == "ALL_ERRORS" and before.status != "LOADED"
        ):
            chosen.append(file)
    return chosen


def _named(location: Location, options: CopyOptions) -> list[StoredFile]:
    """The files of FILES, whose names follow the path of the stage reference."""
    base = location.prefix.rstrip("/")
    found = []
    for name in dict.fromkeys(options.files):
        file = location.store.find(f"{base}/{name}" if base else name)
        if file is None:
            raise LoadError(
                f"Remote file '{location.shown}{base + '/' if base else ''}{name}' was not found.",
                hint="ON_ERROR does not cover files that FILES names and the stage does not have.",
            )
        found.append(file)
    return found


def _purge(location: Location, files: Sequence[StoredFile]) -> None:
    for file in files:
        location.store.remove(file)


def _answer(outcomes: list[Outcome], options: CopyOptions) -> Result:
    if not outcomes:
        columns = (Column("status", VARCHAR),)
        return Result(columns, tag="COPY", row_count=0, rows=[(_NOTHING,)])
    shown = [o for o in outcomes if o.errors or not options.failed_only]
    return Result(
        COLUMNS,
        tag="COPY",
        row_count=sum(outcome.loaded for outcome in outcomes),
        rows=[outcome.row() for outcome in shown],
    )
