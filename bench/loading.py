"""COPY INTO a table beside DuckDB's own INSERT .. SELECT FROM its readers, and many small files.

DuckDB runs in this process, over the same files with the same column types, while the server waits.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb

from bench.figures import (
    Curve,
    Figure,
    Section,
    Spread,
    aimed,
    compared,
    interleaved,
    number,
    ratios,
)
from bench.process import Server
from bench.wire import Client, WireError

#: About 250 MB of CSV.
ROWS: Final = 4_000_000
FILES: Final = 10_000
BAD: Final = 1_000
#: One row in so many is unloaded again: about 60 MB.
_UNLOADED: Final = 4
#: Seconds for one statement.
_PATIENCE: Final = 300.0

_CSV: Final = (
    "Snowflake's rules of NULL, empty and enclosed fields, and the check of each file, stand "
    "between DuckDB's reader and the table; see the growth for what is constant of it."
)
_GZIP: Final = "gzip is unpacked by one thread here and there; see CSV for the rest."
_PARTS: Final = (
    "Names are matched and types cast as Snowflake does, over DuckDB's own Parquet reader."
)
_UNLOADING: Final = (
    "Values are written in Snowflake's forms (timestamps, numbers, JSON), which DuckDB's own "
    "writers do not have."
)
_ROUNDS: Final = 3

_MADE: Final = """
select i, 'N' || (i % 5000) as tail, i % 1000 as distance, (i % 24) * 1.5 as hours,
  date '2013-01-01' + (i % 365)::int as day, timestamp '2013-01-01' + interval (i) second as seen,
  'carrier ' || (i % 17) as carrier
from range({rows}) t(i)
"""
_COLUMNS: Final = {
    "i": "BIGINT",
    "tail": "VARCHAR",
    "distance": "BIGINT",
    "hours": "DECIMAL(10,2)",
    "day": "DATE",
    "seen": "TIMESTAMP",
    "carrier": "VARCHAR",
}
_TABLE: Final = (
    "i int, tail varchar, distance int, hours number(10,2), day date, seen timestamp_ntz,"
    " carrier varchar"
)


def measure(server: Server, *, quick: bool) -> Section:
    """Ratios to DuckDB, and seconds of many files."""
    rows, files = (ROWS // 50, FILES // 10) if quick else (ROWS, FILES)
    with tempfile.TemporaryDirectory(prefix="mockhaus-bench-") as name, server.client() as client:
        folder = Path(name)
        duck = duckdb.connect()
        client.socket.settimeout(_PATIENCE)
        size = _make(duck, folder, rows)
        client.run(f"create or replace stage bench url = 'file://{folder}'")
        section = Section(f"COPY INTO, {number(size / 1e6)} MB of CSV, {rows:,} rows")
        read = f"read_csv('{{}}', header = false, auto_detect = false, columns = {_COLUMNS})"
        for what, file, relation, options, aim, reason in (
            ("CSV", "a.csv", read, "", 0.9, _CSV),
            ("CSV, enclosed fields", "quoted.csv", read, _QUOTED, 0.9, _CSV),
            ("CSV, gzip", "packed.csv.gz", read, "", 0.9, _GZIP),
            (f"CSV, CONTINUE, {BAD} bad", "bad.csv", read, "on_error = continue", 0.5, _CSV),
            ("Parquet", "a.parquet", "read_parquet('{}')", _PARQUET, 0.95, _PARTS),
        ):
            beside = folder / ("a.csv" if file == "bad.csv" else file)
            wanted = rows - BAD if file == "bad.csv" else rows
            us, them = interleaved(
                [
                    _copy(client, f"@bench/{file} {options}", wanted),
                    _insert(duck, relation.replace("{}", str(beside))),
                ],
                _ROUNDS,
            )
            section.figures.append(
                compared(what, us, them, "s", at_least=aim, ratio=ratios(them, us), reason=reason)
            )
        section.curves += _by_rows(client, duck, folder, read, rows)
        section.figures += _unloads(client, duck, folder, rows)
        _many(section, client, folder, files)
    section.notes.append(
        "Beside it, DuckDB's INSERT .. SELECT from its own reader with the same types, or its COPY"
        " TO of the same table; a gzip file beside the same gzip file, the file with bad records"
        " beside the good one. All bad records are reported: rows_loaded is checked."
    )
    return section


_QUOTED: Final = "file_format = (field_optionally_enclosed_by = '\"')"
_ENCLOSED: Final = "type = csv compression = none field_optionally_enclosed_by = '\"'"
_OBJECT: Final = "object_construct('i', i, 'tail', tail, 'seen', seen) as o"
_PARQUET: Final = "file_format = (type = parquet) match_by_column_name = case_insensitive"


def _make(duck: duckdb.DuckDBPyConnection, folder: Path, rows: int) -> int:
    """The files; the size of the plain one."""
    duck.execute(f"create table made as {_MADE.format(rows=rows)}")
    for name, options in (
        ("a.csv", "header false"),
        ("quoted.csv", "header false, force_quote (tail, carrier)"),
        ("packed.csv.gz", "header false, compression gzip"),
        ("a.parquet", "format parquet"),
    ):
        duck.execute(f"copy made to '{folder / name}' ({options})")
    duck.execute("drop table made")
    every = rows // BAD
    with (folder / "a.csv").open() as good, (folder / "bad.csv").open("w") as bad:
        for number_of, line in enumerate(good):
            bad.write(line if number_of % every or number_of // every >= BAD else f"x{line}")
    return (folder / "a.csv").stat().st_size


def _copy(client: Client, source: str, wanted: int) -> Callable[[], float]:
    def once() -> float:
        client.run(f"create or replace table loaded ({_TABLE})")
        begun = time.perf_counter()
        client.run(f"copy into loaded from {source}")
        taken = time.perf_counter() - begun
        _expect(client, wanted)
        return taken

    return once


def _expect(client: Client, wanted: int) -> None:
    (row,) = client.rows("select count(*) from loaded")
    if int(row[0] or 0) != wanted:
        raise WireError(f"{row[0]} rows were loaded instead of {wanted}")


def _insert(duck: duckdb.DuckDBPyConnection, relation: str) -> Callable[[], float]:
    columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())

    def once() -> float:
        duck.execute(f"create or replace table loaded ({columns})")
        begun = time.perf_counter()
        duck.execute(f"insert into loaded select * from {relation}")
        return time.perf_counter() - begun

    return once


def _by_rows(
    client: Client, duck: duckdb.DuckDBPyConnection, folder: Path, read: str, rows: int
) -> list[Curve]:
    """CSV of a hundredth, a tenth and all of the rows."""
    found: list[list[tuple[float, float]]] = [[], []]
    for part in (100, 10, 1):
        count, file = rows // part, folder / f"by{part}.csv"
        duck.execute(f"copy ({_MADE.format(rows=count)}) to '{file}' (header false)")
        source, relation = f"@bench/{file.name}", read.replace("{}", str(file))
        pair = [_copy(client, source, count), _insert(duck, relation)]
        for points, times in zip(found, interleaved(pair, 3 if part > 1 else 1), strict=True):
            points.append((count, Spread.of(times).median))
        file.unlink()
    names = ("CSV", "CSV, DuckDB in process")
    return [Curve(name, "rows", "s", tuple(p)) for name, p in zip(names, found, strict=True)]


def _unloads(
    client: Client, duck: duckdb.DuckDBPyConnection, folder: Path, rows: int
) -> list[Figure]:
    """COPY INTO a location beside DuckDB's COPY TO, of some of the rows that were loaded last."""
    some = f"create or replace table unloaded as select {{}} from loaded limit {rows // _UNLOADED}"
    out = f"{folder / 'out.duck'}"
    figures = []
    for what, ours, theirs, options, beside in (
        ("CSV", "*", "*", "type = csv compression = none", "header false"),
        ("CSV, enclosed fields", "*", "*", _ENCLOSED, "header false, force_quote (tail, carrier)"),
        ("JSON", _OBJECT, "i, tail, seen", "type = json compression = none", "format json"),
        ("Parquet", "*", "*", "type = parquet", "format parquet"),
    ):
        client.run(some.format(ours))
        duck.execute(some.format(theirs))
        unload = (
            f"copy into @bench/out/ from unloaded file_format = ({options}) overwrite = true"
            " max_file_size = 5000000000"
        )
        copy = f"copy unloaded to '{out}' ({beside})"
        us, them = interleaved(
            [_timed(client.run, unload), _timed(duck.execute, copy)],
            _ROUNDS,
        )
        ratio = ratios(them, us)
        figures.append(
            compared(
                f"unloading, {what}", us, them, "s", at_least=0.5, ratio=ratio, reason=_UNLOADING
            )
        )
    return figures


def _timed(run: Callable[[str], object], sql: str) -> Callable[[], float]:
    def once() -> float:
        begun = time.perf_counter()
        run(sql)
        return time.perf_counter() - begun

    return once


def _many(section: Section, client: Client, folder: Path, files: int) -> None:
    """Files of a kilobyte: all in one COPY, then a COPY that skips them all; fewer of them."""
    small = folder / "small"
    line = "1,N1,1,1.5,2013-01-01,2013-01-01 00:00:00,carrier 1\n"
    for part in (100, 10, 1):
        place = small / f"of{part}"
        place.mkdir(parents=True)
        for n in range(files // part):
            (place / f"{n:05}.csv").write_text(line * 20)
    client.run(f"create stage small url = 'file://{small}'")
    points, taken = [], 0.0
    for part in (100, 10, 1):
        client.run(f"create or replace table loaded ({_TABLE})")
        taken = _timed(client.run, f"copy into loaded from @small/of{part}/")()
        _expect(client, files // part * 20)
        points.append((files // part, taken))
    again = _timed(client.run, "copy into loaded from @small/of1/")()
    _expect(client, files * 20)
    section.curves.append(Curve("files of 1 KB", "files", "s", tuple(points)))
    section.figures += [
        aimed(what, seconds, "s", at_most=aim)
        for what, seconds, aim in (
            (f"{files:,} files of 1 KB", taken, 30 * files // FILES),
            ("the same again, all skipped", again, max(2 * files // FILES, 1)),
        )
    ]
