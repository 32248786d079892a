"""Which value of a source goes into which column of the table."""

from __future__ import annotations

from mockhaus.errors import InvalidIdentifier, TypeMismatch
from mockhaus.ingestion.copying.copy_options import CopyOptions
from mockhaus.ingestion.copying.target import Target, TargetColumn, literal, quoted
from mockhaus.ingestion.copying.transformation import METADATA, About, metadata, record, text_of
from mockhaus.ingestion.files.conversions import Field, from_text, from_value, missing
from mockhaus.ingestion.files.file_formats import FileFormat
from mockhaus.ingestion.files.readers import Source


def fields_of(  # noqa: PLR0917 (what is loaded, into what, how)
    source: Source,
    target: Target,
    format: FileFormat,
    options: CopyOptions,
    header: tuple[str, ...] | None = None,
    about: About | None = None,
) -> list[Field]:
    """The columns to load; `header` names a CSV file's fields. Raises TypeMismatch."""
    told = [_told(source, c, name, format, about) for c, name in _metadata(target, options)]
    if told:
        columns = tuple(c for c in target.columns if c not in {field.column for field in told})
        target = Target(target.name, columns)
    return _from_file(source, target, format, options, header) + told


def _metadata(target: Target, options: CopyOptions) -> list[tuple[TargetColumn, str]]:
    """The columns that INCLUDE_METADATA names, and what each gets."""
    columns = {column.name.upper(): column for column in target.columns}
    for name in options.metadata:
        if name.upper() not in columns:
            raise InvalidIdentifier(f"SQL compilation error:\ninvalid identifier '{name}'")
    return [(columns[name.upper()], told) for name, told in options.metadata.items()]


def _told(
    source: Source, column: TargetColumn, name: str, format: FileFormat, about: About | None
) -> Field:
    value = metadata(source, about)[name] if about is not None else "NULL"
    return from_value(f"CAST({value} AS {METADATA[name]})", METADATA[name], column, format, False)


def matched(
    header: tuple[str, ...], target: Target, options: CopyOptions
) -> list[tuple[TargetColumn, int | None]]:
    """Each column of the table, and which of the fields has its name, from 0."""
    fold = str.upper if options.match == "CASE_INSENSITIVE" else str
    names = [fold(name) for name in header]
    return [
        (column, names.index(fold(column.name)) if fold(column.name) in names else None)
        for column in target.columns
    ]


def _by_header(
    source: Source,
    target: Target,
    format: FileFormat,
    options: CopyOptions,
    header: tuple[str, ...],
) -> list[Field]:
    return [
        missing(column)
        if at is None
        else from_value(source.columns[at], source.types[at], column, format, options.truncate)
        for column, at in matched(header, target, options)
    ]


def _from_file(
    source: Source,
    target: Target,
    format: FileFormat,
    options: CopyOptions,
    header: tuple[str, ...] | None,
) -> list[Field]:
    if header is not None:
        return _by_header(source, target, format, options, header)
    if format.type == "CSV" or source.queried:
        return [
            from_value(text, type, column, format, options.truncate)
            for text, type, column in zip(source.columns, source.types, target.columns, strict=True)
        ]
    if options.match == "NONE":
        return [_whole(source, target, format)]
    if format.type == "JSON":
        return [_member(source.columns[0], c, format, options) for c in target.columns]
    return [_column(source, c, format, options) for c in target.columns]


def _whole(source: Source, target: Target, format: FileFormat) -> Field:
    """The whole record as one VARIANT."""
    if len(target.columns) != 1 or target.columns[0].type != "JSON":
        raise TypeMismatch(
            f"SQL compilation error:\n{format.type} file format can produce one and only one column"
            " of type variant, object, or array. Load data into separate columns using the"
            " MATCH_BY_COLUMN_NAME copy option or copy with transformation."
        )
    value = source.columns[0] if format.type == "JSON" else record(source)
    return from_value(value, "JSON", target.columns[0], format, truncate=False)


def _member(record: str, column: TargetColumn, format: FileFormat, options: CopyOptions) -> Field:
    """A member of a JSON object, by the column's name."""
    name = column.name
    if options.match == "CASE_SENSITIVE":
        value = _pointed(record, _pointer(literal(name)))
    else:
        key = f"list_filter(json_keys({record}), k -> upper(k) = {literal(name.upper())})[1]"
        lower = _pointed(record, _pointer(literal(name.lower())))
        value = f"coalesce({lower}, {_pointed(record, _pointer(key))})"
    if column.type == "JSON":
        return from_value(value, "JSON", column, format, options.truncate)
    text = f"json_text({value})"
    if format["TRIM_SPACE"]:
        text = f"trim({text})"
    if format["NULL_IF"]:
        nulls = ", ".join(literal(each) for each in format["NULL_IF"])
        text = f"CASE WHEN {text} NOT IN ({nulls}) THEN {text} END"
    return from_text(text, column, format, options.truncate)


def _pointer(key: str) -> str:
    """A JSON pointer (RFC 6901) to a member; `key` is an expression."""
    return f"('/' || replace(replace({key}, '~', '~0'), '/', '~1'))"


def _pointed(record: str, pointer: str) -> str:
    return f"json_extract({record}, {pointer})"


def _column(
    source: Source, column: TargetColumn, format: FileFormat, options: CopyOptions
) -> Field:
    """A column of a Parquet file, by name."""
    for name, type in zip(source.columns, source.types, strict=True):
        exact = name == column.name
        if exact or (options.match == "CASE_INSENSITIVE" and name.upper() == column.name.upper()):
            value = f"r.{quoted(name)}"
            if type == "VARCHAR" and format["TRIM_SPACE"]:
                value = f"trim({value})"
            if type == "VARCHAR" and format["NULL_IF"]:
                nulls = ", ".join(literal(each) for each in format["NULL_IF"])
                value = f"CASE WHEN {value} NOT IN ({nulls}) THEN {value} END"
            if type in ("VARCHAR", "BLOB") and column.type == "JSON":  # a text is one there, too
                made = f"to_json({text_of(value, type)})"
                value, type = f"CASE WHEN {value} IS NOT NULL THEN {made} END", "JSON"
            return from_value(value, type, column, format, options.truncate)
    return missing(column)
