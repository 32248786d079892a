"""A CSV file with bad records, in one reading: ON_ERROR = CONTINUE and SKIP_FILE.

DuckDB's reader makes the columns' types, inserts what it can and notes the other records, which are
then read one by one as Snowflake does: some are good, each of the others is an error.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from mockhaus.ingestion.copying.outcome import Failure, Outcome
from mockhaus.ingestion.copying.target import quoted
from mockhaus.ingestion.files import readers
from mockhaus.ingestion.files.csv_text import CsvText
from mockhaus.ingestion.files.file_formats import FileFormat
from mockhaus.ingestion.files.prepared import Prepared
from mockhaus.ingestion.files.readers import REJECTS, Source

if TYPE_CHECKING:
    from mockhaus.ingestion.copying.loading import Loader

#: More bad records than these are read by the other way.
_MOST: Final = 50_000
#: Why DuckDB rejects a record whose beginning and end it knows.
_WHOLE: Final = frozenset(("CAST", "MISSING COLUMNS", "TOO MANY COLUMNS"))


def load(loader: Loader, file: Prepared, shown: str) -> Outcome | None:
    """Load one file; None, and nothing done, where this way does not do."""
    source = loader.quick(file, typed=True) if loader.format.type == "CSV" else None
    if source is None or not source.rejects:
        return None
    if any(field.bad != "FALSE" for field in loader.fields(source)):
        return None  # what the table does not take would have to be looked for
    limited = source.sql.replace("rejects_limit = 1000", f"rejects_limit = {_MOST}")
    loaded = loader.insert(replace(source, sql=limited), strict=False)
    rejected = _rejected(loader)
    if rejected is None:
        loader.take_back(loaded)
        return None
    with ExitStack() as stack:
        some = _source(loader, file, rejected, stack) if rejected else None
        failures = loader.failures(loader.cursor, some) if some is not None else []
        parsed, bad = loaded + len(rejected), len(failures)
        rule = loader.options.on_error
        first = min(failures, key=_line, default=None)
        if rule.skips(bad, parsed):
            loader.take_back(loaded)
            return Outcome(shown, parsed, 0, rule.limit(parsed), bad, first)
        if some is not None and bad < len(rejected):
            loaded += loader.insert(some, strict=False, good_only=True)
        return Outcome(shown, parsed, loaded, rule.limit(parsed), bad, first)


def _rejected(loader: Loader) -> list[tuple[int, str]] | None:
    """Where the rejected records begin (in bytes), and their texts; None if they are not whole."""
    table = f"temp.{quoted(REJECTS)}"
    rows = loader.cursor.rows(
        f"SELECT line_byte_position, any_value(csv_line), list(error_type) FROM {table}"
        " GROUP BY ALL ORDER BY 1"
    )
    if not rows:
        return []
    loader.cursor.run(f"DELETE FROM {table}")
    known = all(text is not None and _WHOLE.issuperset(kinds) for _, text, kinds in rows)
    if not known or len(rows) >= _MOST:
        return None
    return [(int(at), str(text)) for at, text, _ in rows]


def _source(
    loader: Loader, file: Prepared, rejected: list[tuple[int, str]], stack: ExitStack
) -> Source:
    """The rejected records, read with care."""
    format = loader.format
    alone = FileFormat("CSV", {**format.options, "SKIP_HEADER": 0})
    lines = file.line_numbers([at for at, _ in rejected])
    records = (
        replace(record, line=line)
        for line, (_, text) in zip(lines, rejected, strict=True)
        for record in CsvText(io.StringIO(text, newline=""), alone)
    )
    width = loader.width()
    ragged = not format["ERROR_ON_COLUMN_COUNT_MISMATCH"]
    scratch = loader.workspace.files / "scratch"
    made: Iterator[Any] = iter(records)
    return stack.enter_context(readers.located_csv(made, width, scratch, ragged=ragged))


def _line(failure: Failure) -> int:
    return failure.line or 0
