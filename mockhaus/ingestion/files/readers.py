"""A prepared file as a relation of DuckDB's: one reader SQL a file, nothing left to sniffing.

CSV has two readers. DuckDB's own takes files in which it and Snowflake see the same records, which
a scan of the bytes tells; the others, and those it rejects a record of, go through `csv_text` into
a Parquet file of texts, which also knows the line and character of each field.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from msgspec import Struct

from mockhaus.engine.json_text import JsonError, canonical, without_nulls
from mockhaus.errors import LoadError
from mockhaus.ingestion import stopping
from mockhaus.ingestion.copying.target import literal, quoted
from mockhaus.ingestion.files.csv_text import CsvText, Record
from mockhaus.ingestion.files.file_formats import FileFormat
from mockhaus.ingestion.files.json_text import Value, json_records
from mockhaus.ingestion.files.prepared import DAMAGED, Prepared, is_full, no_space
from mockhaus.ingestion.files.signs import LONG

#: DuckDB writes the records it could not split into this temporary table.
REJECTS: Final = "__mockhaus_rejects"
_REJECT_SCANS: Final = "__mockhaus_reject_scans"
#: The longest value of a JSON file, in bytes: Snowflake's VARIANT.
_JSON_BYTES: Final = 16 * 1024 * 1024
_BATCH: Final = 20_000
_LINES_PER_MB: Final = 2_000_000


class Source(Struct, frozen=True):
    """A relation. `columns` are its texts or values, `types` theirs in DuckDB.

    `located`: it has the columns `__line`, `__begin` (a byte), `__at` (a character of the record
    for each field), `__problem` and `__text` (the record, where that was asked for or it has
    several lines).
    `rejects`: records that DuckDB could not split are in `REJECTS` once the relation was read.
    `queried`: its columns are a query's, in the table's order.
    `row` is the number of a record in its file, from 1.
    """

    sql: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    located: bool = False
    rejects: bool = False
    queried: bool = False
    row: str = "row_number() OVER ()"


def path_literal(path: Path) -> str:
    """A file's path for DuckDB, which would otherwise take `*`, `?` and `[` as patterns."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))


# --- CSV -----------------------------------------------------------------------------------------


def quick_csv(
    file: Prepared, format: FileFormat, types: Sequence[str], *, ragged: bool
) -> Source | None:
    """DuckDB's reader for a file of fields of these types; None if it might read it otherwise.

    `ragged`: a record may have fewer fields, which are NULL. Values that are none of their type
    are rejected with their records; with VARCHAR everywhere only what cannot be split is.
    """
    delimiter, quote = format["FIELD_DELIMITER"], format["FIELD_OPTIONALLY_ENCLOSED_BY"]
    if delimiter is None or len(delimiter.encode()) > 4 or delimiter in ("\n", "\r"):
        return None
    if format["RECORD_DELIMITER"] not in ("\n", "\r\n") or file.has_mark:
        return None
    held = _plain(file, format, delimiter, quote)
    if held is None:
        return None
    quotes = quote in held
    if not ragged and _ends_in(
        file, held, delimiter, len(types), skip=format["SKIP_HEADER"], quotes=quotes
    ):
        return None
    if quotes and (ragged or format["TRIM_SPACE"] or not format["MULTI_LINE"]):
        return None
    if format["TRIM_SPACE"]:
        types = ["VARCHAR"] * len(types)
    nulls = [*format["NULL_IF"], *([""] if format["EMPTY_FIELD_AS_NULL"] else [])]
    names = [f"f{n + 1}" for n in range(len(types))]
    columns = ", ".join(f"{literal(n)}: '{t}'" for n, t in zip(names, types, strict=True))
    mark = literal(quote) if quotes else "''"
    return Source(
        f"read_csv({path_literal(file.path)}, auto_detect = false, columns = {{{columns}}},"
        f" header = false, delim = {literal(delimiter)}, quote = {mark}, escape = {mark},"
        f" skip = {format['SKIP_HEADER']}, compression = '{file.duckdb_compression}',"
        f" nullstr = [{', '.join(literal(each) for each in nulls or [_NEVER])}],"
        f" allow_quoted_nulls = false, null_padding = {str(ragged).lower()},"
        f" max_line_size = {_LINES_PER_MB}, store_rejects = true,"
        f" rejects_limit = 1000, rejects_table = '{REJECTS}', rejects_scan = '{_REJECT_SCANS}')",
        tuple(
            _text(quoted(name), format, quotes) if type == "VARCHAR" else quoted(name)
            for name, type in zip(names, types, strict=True)
        ),
        tuple(types),
        rejects=True,
    )


def _ends_in(
    file: Prepared, held: set[str], delimiter: str, width: int, *, skip: int, quotes: bool
) -> bool:
    """Whether a line may have one delimiter too many at its end, which DuckDB lets pass."""
    mark = delimiter.encode()
    if not held.intersection((f"{delimiter}\r", f"{delimiter}\n")):
        return False
    return quotes or any(
        line.endswith(mark) and line.count(mark) >= width
        for line in islice(file.lines(), skip, None)
    )


def _text(field: str, format: FileFormat, quotes: bool) -> str:
    """A field of text as Snowflake has it; DuckDB has made unenclosed null strings NULL."""
    if format["TRIM_SPACE"]:
        field = f"trim({field})"
        if format["EMPTY_FIELD_AS_NULL"]:
            field = f"nullif({field}, '')"
    return _null_if(field, format["NULL_IF"]) if quotes or format["TRIM_SPACE"] else field


#: A null string that no field is, for DuckDB wants at least one.
_NEVER: Final = "\x01mockhaus: no null\x01"


def _plain(
    file: Prepared, format: FileFormat, delimiter: str, quote: str | None
) -> set[str] | None:
    """Which signs of interest the file holds; None unless DuckDB sees the same records in it."""
    escapes = [e for e in (format["ESCAPE"], format["ESCAPE_UNENCLOSED_FIELD"]) if e]
    ends = ["\n\n", "\n\r", f"{delimiter}\n", f"{delimiter}\r"]
    quotes = [quote, f" {quote}", f"{quote} "] if quote else []
    held = file.holding([*escapes, "\r", *ends, *quotes])
    if LONG in held or held.intersection(escapes):
        return None
    if "\r" not in held and format["RECORD_DELIMITER"] == "\r\n":
        return None
    if "\r" in held and not file.one_line_end():
        return None
    if held.intersection(("\n\r", "\n\n")):
        return None
    if held.intersection((f" {quote}", f"{quote} ")):
        outside = [f"{delimiter} {quote}", f"\n {quote}", f"{quote} {delimiter}"]
        if file.holding([*outside, f"{quote} \n", f"{quote} \r"]):
            return None
    with file.open_text() as text:
        return None if text.read(1) in ("\n", "\r", " ") else held


def _null_if(text: str, nulls: Sequence[str]) -> str:
    if not nulls:
        return text
    return f"CASE WHEN {text} NOT IN ({', '.join(literal(each) for each in nulls)}) THEN {text} END"


@contextmanager
def careful_csv(
    file: Prepared, format: FileFormat, width: int, scratch: Path, *, ragged: bool, texts: bool
) -> Iterator[Source]:
    """The file through our own reader. Raises LoadError where even that cannot go on.

    `texts`: each record's text is wanted too.
    """

    def records() -> Iterator[Record]:
        with file.open_text() as opened:
            yield from CsvText(opened, format, file.begins)

    with located_csv(records(), width, scratch, ragged=ragged, texts=texts) as source:
        yield source


@contextmanager
def located_csv(
    records: Iterable[Record], width: int, scratch: Path, *, ragged: bool, texts: bool = False
) -> Iterator[Source]:
    """Records that our own reader has read, with their places. Raises LoadError."""
    names = [f"f{n + 1}" for n in range(width)]
    rows = (
        _row(each, each.text if texts or "\n" in each.text else None, width, ragged=ragged)
        for each in records
    )
    with _parquet(rows, names, scratch) as path:
        yield Source(
            f"read_parquet({path_literal(path)})",
            tuple(quoted(name) for name in names),
            ("VARCHAR",) * width,
            located=True,
        )


def _row(record: Record, text: str | None, width: int, *, ragged: bool) -> tuple[Any, ...]:
    found, problem, at = len(record.fields), record.problem, record.at
    if problem is None and found != width and not ragged:
        problem = (
            f"Number of columns in file ({found}) does not match that of the corresponding table"
            f" ({width}), use file format option error_on_column_count_mismatch=false to ignore"
            " this error"
        )
        at = [*at[: min(found, width)]] or [1]
    fields = (record.fields + [None] * width)[:width] if found != width else record.fields
    return record.line, record.begin, problem, at, text, *fields


@contextmanager
def _parquet(rows: Iterator[tuple[Any, ...]], names: list[str], scratch: Path) -> Iterator[Path]:
    """A scratch Parquet file of located rows of text; it goes when the block ends."""
    import pyarrow.parquet as pq  # loads long

    schema = pa.schema(
        [("__line", pa.int64()), ("__begin", pa.int64()), ("__problem", pa.string())]
        + [("__at", pa.list_(pa.int32()))]
        + [(name, pa.string()) for name in ("__text", *names)]
    )
    scratch.mkdir(parents=True, exist_ok=True)
    path = scratch / f"{uuid.uuid4().hex}.parquet"
    try:
        with pq.ParquetWriter(path, schema, compression="none") as writer:
            batch: list[tuple[Any, ...]] = []
            try:
                for row in rows:
                    batch.append(row)
                    if len(batch) == _BATCH:
                        stopping.check()
                        writer.write_batch(_batch(batch, schema))
                        batch = []
            except UnicodeError:
                raise LoadError("Invalid UTF8 detected in string") from None
            except DAMAGED as error:
                if is_full(error):
                    raise no_space() from None
                raise LoadError(f"the file cannot be read: {error}") from None
            if batch:
                writer.write_batch(_batch(batch, schema))
        yield path
    finally:
        path.unlink(missing_ok=True)


def _batch(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(c, field.type) for c, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


# --- JSON, PARQUET -------------------------------------------------------------------------------


def header(file: Prepared, format: FileFormat) -> tuple[tuple[str, ...], int]:
    """The names in a CSV file's first record, and how many lines it takes.

    A field without a text has no name that a column could have.
    """
    with file.open_text() as text:
        records = CsvText(text, format)
        first = next(iter(records), None)
        names = first.fields if first is not None else []
        return tuple(name or "" for name in names), records.lines


def quick_json(file: Prepared, format: FileFormat) -> Source | None:
    """DuckDB's reader: one row a value, or an element of the outer array with STRIP_OUTER_ARRAY.

    Values come in canonical text; one that has none stops the statement.
    """
    if not format["MULTI_LINE"] or file.has_mark:
        return None
    shape = "unstructured"
    if format["STRIP_OUTER_ARRAY"]:
        with file.open_text() as text:
            shape = "array" if _begins_with_bracket(text) else "unstructured"
    parse = "json_canonical_last" if format["ALLOW_DUPLICATE"] else "json_canonical"
    value = 'CAST("json" AS VARCHAR)'
    value = value if format.canonical else f"{parse}({value})"
    if format["STRIP_NULL_VALUES"]:
        value = f"json_without_nulls({value})"
    return Source(
        f'(SELECT CAST({value} AS JSON) AS "f1"'
        f" FROM read_json_objects({path_literal(file.path)}, format = '{shape}',"
        f" compression = '{file.duckdb_compression}', maximum_object_size = {_JSON_BYTES}))",
        ('"f1"',),
        ("JSON",),
    )


def _begins_with_bracket(text: Any) -> bool:
    while sign := text.read(1):
        if not sign.isspace():
            return bool(sign == "[")
    return False


@contextmanager
def careful_json(file: Prepared, format: FileFormat, scratch: Path) -> Iterator[Source]:
    """The file through our own reader, which goes on at the line after a malformed value."""

    def rows() -> Iterator[tuple[Any, ...]]:
        with file.open_text() as text:
            for value in json_records(text.read(), strip=format["STRIP_OUTER_ARRAY"]):
                made, problem = _json_value(value, format)
                yield value.line, None, problem, [value.at], value.text, made

    with _parquet(rows(), ["f1"], scratch) as path:
        yield Source(
            f"read_parquet({path_literal(path)})",
            ('CASE WHEN "__problem" IS NULL THEN CAST("f1" AS JSON) END',),
            ("JSON",),
            located=True,
        )


def _json_value(value: Value, format: FileFormat) -> tuple[str | None, str | None]:
    """A value in canonical text, or what is wrong with it."""
    if value.text is None or value.problem is not None:
        return None, value.problem
    if not format["MULTI_LINE"] and "\n" in value.text:
        return None, "Error parsing JSON: a new line within a value, and MULTI_LINE is FALSE"
    if format.canonical:
        return value.text, None
    try:
        made = canonical(value.text, last_key_wins=format["ALLOW_DUPLICATE"])
    except JsonError as error:
        return None, f"Error parsing JSON: {error}"
    return without_nulls(made) if made and format["STRIP_NULL_VALUES"] else made, None


def parquet(file: Prepared, format: FileFormat) -> str:
    """The reader of a Parquet file, without its columns."""
    return (
        f"read_parquet({path_literal(file.path)},"
        f" binary_as_string = {str(format['BINARY_AS_TEXT']).lower()})"
    )
