"""TPC-H over the wire: beside PostgreSQL, and DuckDB in process on its own text of the queries.

The data are made by DuckDB's extension `tpch`, which comes as a wheel of its version, and
go into Mockhaus as Parquet files, into PostgreSQL as CSV.
"""

from __future__ import annotations

import math
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import psycopg

from bench.figures import Curve, Figure, Section, Spread, interleaved, met, number, ratios
from bench.peers import postgresql
from bench.process import PeerMissing, Server
from bench.wire import Client, WireError, query
from mockhaus.engine.tpch import TABLES, ExtensionMissing, extension

_FOLDER: Final = Path(__file__).with_name("tpch")
_KEYS: Final = (
    "region (r_regionkey)", "nation (n_nationkey)", "supplier (s_suppkey)", "customer (c_custkey)",
    "part (p_partkey)", "partsupp (ps_partkey, ps_suppkey)", "orders (o_orderkey)",
    "orders (o_custkey)", "lineitem (l_orderkey)", "lineitem (l_partkey, l_suppkey)",
)  # fmt: skip
_AIM: Final = 1.1
_PLANS: Final = (
    "Short queries pay for translation and for planning more than DuckDB's own text needs: "
    "Snowflake's functions are macros there, and rows go over a socket."
)
#: Seconds for the largest table, on a busy machine.
_LOADING_S: Final = 600.0
_PATIENCE_MS: Final = 60_000


def queries() -> list[str]:
    """The 22 texts, in order."""
    return [path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("q*.sql"))]


def measure(server: Server, *, quick: bool) -> Section:
    """Every query, some rounds: the geometric means of the ratios, for the largest scale."""
    scales, rounds = ((0.01, 0.1), 2) if quick else ((0.01, 0.1, 1.0), 3)
    section = Section(f"TPC-H, scale factor {scales[-1]:g}")
    found: list[list[tuple[float, float]]] = [[], []]
    for scale in scales:
        folder = Path(tempfile.mkdtemp(prefix="mockhaus-bench-"))
        try:
            taken, unlike = _in_turn(server, scale, folder, rounds if scale == scales[-1] else 2)
            for side, points in enumerate(found):
                total = sum(statistics.median(pair[side]) for pair in taken)
                points.append((scale, total))
            if scale == scales[-1]:
                _tell(section, taken, unlike)
                _beside_postgresql(section, folder, [Spread.of(ours).median for ours, _ in taken])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    for name, points in zip(("22 queries, Mockhaus", "22 queries, DuckDB"), found, strict=True):
        section.curves.append(Curve(name, "scale factor", "s", tuple(points)))
    return section


def _in_turn(
    server: Server, scale: float, folder: Path, rounds: int
) -> tuple[list[tuple[list[float], list[float]]], list[int]]:
    """Seconds of each query, ours and DuckDB's; the numbers of those that are answered unlike."""
    with _generated(scale, folder) as local, server.client() as client:
        own = _own(local)
        client.socket.settimeout(_LOADING_S)
        _load(client, folder)
        unlike = _unlike(server, local, own)
        return [_times(client, local, text, own[n], rounds) for n, text in _numbered()], unlike


def _numbered() -> Iterator[tuple[int, str]]:
    yield from enumerate(queries())


@contextmanager
def _generated(scale: float, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with the tables, which are also written to `folder` as Parquet and CSV."""
    connection = duckdb.connect()
    try:
        connection.execute(f"LOAD '{_extension()}'")
        connection.execute(f"CALL dbgen(sf = {scale})")
        for table in TABLES:
            connection.execute(f"COPY {table} TO '{folder / table}.csv' (HEADER false)")
            connection.execute(f"COPY {table} TO '{folder / table}.parquet'")
        yield connection
    finally:
        connection.close()


def _extension() -> Path:
    """The extension `tpch` of DuckDB's version. Raises PeerMissing."""
    try:
        return extension()
    except ExtensionMissing as error:
        raise PeerMissing(str(error)) from None


def _own(local: duckdb.DuckDBPyConnection) -> list[str]:
    """DuckDB's own texts of the queries."""
    rows = local.execute("SELECT query FROM tpch_queries() ORDER BY query_nr").fetchall()
    return [str(text) for (text,) in rows]


def _load(client: Client, folder: Path) -> None:
    for statement in (_FOLDER / "schema.sql").read_text(encoding="utf-8").split(";"):
        if statement.strip():
            client.run(statement.replace("create table", "create or replace table"))
    client.run(f"create or replace stage tpch_files url = 'file://{folder}'")
    for table in TABLES:
        client.run(
            f"copy into {table} from @tpch_files/{table}.parquet "
            "file_format = (type = parquet) match_by_column_name = case_insensitive"
        )


def _times(
    client: Client, local: duckdb.DuckDBPyConnection, text: str, own: str, rounds: int
) -> tuple[list[float], list[float]]:
    """Seconds of one query: over the wire, in process. The first round is not counted."""
    asked = query(text)
    ours, theirs = interleaved(
        [_timed(lambda: client.ask(asked)), _timed(lambda: local.execute(own).fetchall())],
        rounds + 1,
    )
    return ours[1:], theirs[1:]


def _timed(run: Callable[[], object]) -> Callable[[], float]:
    def seconds() -> float:
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    return seconds


def _unlike(server: Server, local: duckdb.DuckDBPyConnection, own: list[str]) -> list[int]:
    """The numbers of the queries whose answers differ from DuckDB's."""
    found = []
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        for n, text in _numbered():
            ours = connection.execute(text.encode()).fetchall()
            theirs = local.execute(own[n]).fetchall()
            if len(ours) != len(theirs) or not all(map(_same_row, ours, theirs)):
                found.append(n + 1)
    return found


def _same_row(ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> bool:
    return len(ours) == len(theirs) and all(map(_same, ours, theirs))


def _same(ours: Any, theirs: Any) -> bool:
    numbers = (int, float, Decimal)
    if isinstance(ours, numbers) and isinstance(theirs, numbers):
        return math.isclose(ours, theirs, rel_tol=1e-6, abs_tol=1e-6)
    return bool(ours == theirs)


def _tell(
    section: Section, taken: list[tuple[list[float], list[float]]], unlike: list[int]
) -> None:
    medians = [ratios(ours, theirs).median for ours, theirs in taken]
    mean = statistics.geometric_mean(medians)
    worst = max(range(len(medians)), key=medians.__getitem__)
    ours, theirs = (sum(statistics.median(pair[k]) for pair in taken) for k in (0, 1))
    section.figures.append(
        Figure(
            "22 queries over the wire, geometric mean",
            f"{mean:.2f}",
            f"{number(ours)} s in all",
            f"DuckDB in process: {number(theirs)} s",
            f"<= {_AIM}",
            met(mean <= _AIM),
            _PLANS,
            mean / _AIM,
            "TPC-H",
        )
    )
    section.notes.append(
        "Ratios of the queries: "
        + ", ".join(f"{n} {ratio:.2f}" for n, ratio in enumerate(medians, 1))
        + f"; the largest is that of query {worst + 1}."
    )
    section.notes.append(
        "Every answer is that of DuckDB in process."
        if not unlike
        else f"Answers that differ from DuckDB's: queries {', '.join(map(str, unlike))}."
    )


def _beside_postgresql(section: Section, folder: Path, ours: list[float]) -> None:
    try:
        with postgresql() as server:
            theirs = _postgresql_times(server, folder)
    except PeerMissing as error:
        section.notes.append(f"PostgreSQL is not measured: {error}")
        return
    mean = statistics.geometric_mean(b / a for a, b in zip(ours, theirs, strict=True))
    stopped = [n for n, seconds in enumerate(theirs, 1) if seconds >= _PATIENCE_MS / 1000]
    section.figures.append(
        Figure(
            "22 queries, geometric mean, times as fast as PostgreSQL",
            f"{mean:.1f}",
            f"{number(sum(ours))} s in all",
            f"PostgreSQL 15: {number(sum(theirs))} s",
        )
    )
    if stopped:
        numbers = ", ".join(map(str, stopped))
        section.notes.append(f"PostgreSQL was stopped after 60 s at queries {numbers}.")


def _postgresql_times(server: Server, folder: Path) -> list[float]:
    """Seconds of each query, run once, on analysed tables with indexes on their keys."""
    schema = (_FOLDER / "schema.sql").read_text(encoding="utf-8")
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute(schema.encode())
        for table in TABLES:
            with (
                connection.cursor() as cursor,
                cursor.copy(f"copy {table} from stdin (format csv)".encode()) as copy,
                (folder / f"{table}.csv").open("rb") as file,
            ):
                while chunk := file.read(1 << 20):
                    copy.write(chunk)
        for key in _KEYS:
            connection.execute(f"create index on {key}".encode())
        connection.execute("vacuum analyze")
    with server.client() as client:
        client.socket.settimeout(2 * _PATIENCE_MS / 1000)
        client.run(f"set statement_timeout = {_PATIENCE_MS}")
        return [_stopped(client, query(text)) for text in queries()]


def _stopped(client: Client, asked: bytes) -> float:
    """Seconds of one query, or of the patience with it."""
    start = time.perf_counter()
    try:
        client.ask(asked)
    except WireError as error:
        if "statement timeout" not in str(error):
            raise
        return _PATIENCE_MS / 1000
    return time.perf_counter() - start
