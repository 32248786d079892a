"""Snowflake's SQL API: small questions, and answers in partitions, beside fakesnow's server.

fakesnow speaks the protocol of Snowflake's connector, which has the whole answer in one piece:
Arrow in base64. So one HTTP client stands beside another, neither of which looks into the rows; and
then, with rows made Python values, psycopg at the PostgreSQL door beside the connector.
"""

from __future__ import annotations

import contextlib
import gzip
import http.client
import itertools
import json
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, Final

import psycopg

from bench.connector import connector
from bench.figures import Curve, Figure, Section, Spread, compared, interleaved
from bench.peers import FAKESNOW, fakesnow
from bench.process import PeerMissing, Server
from bench.rows import SNOWFLAKE

_MS: Final = 1e3
_SMALL: Final = {"select 1": "select 1", "point query": "select * from wide where id = 3904067"}
_WIDE: Final = "select * from wide"
#: Rows of an answer -> how often it is asked for.
_SIZES: Final = {1_000: 7, 10_000: 7, 100_000: 3, 1_000_000: 1}
_QUICK: Final = {1_000: 5, 10_000: 5, 100_000: 1}
_AIM: Final = 1.0
_TEXTS: Final = (
    "The SQL API's contract is rows of texts in JSON, packed with gzip and unpacked in the time; "
    "beside it stand Arrow's columns as they lie."
)
_SMALL_ANSWER: Final = (
    "The SQL API's answer is packed with gzip and has the statement's whole description; each "
    "request brings its session along and is looked up anew."
)
#: Seconds; fakesnow's server ends a connection after five in which nothing came.
_IDLE: Final = 2.0
_ACCOUNT: Final = "bench"

#: Asks a question and answers the seconds and the rows.
_Ask = Callable[[str], tuple[float, int]]


class _Kept:
    """A connection that is used again, and opened anew before a server ends it for being idle."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._used = 0.0

    def called(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> bytes:
        """The body of the answer. Raises ConnectionError for any status but 200."""
        if time.perf_counter() - self._used > _IDLE:
            self._http.close()
        self._http.request(method, path, body, headers)
        response = self._http.getresponse()
        text = response.read()
        self._used = time.perf_counter()
        if response.status != http.client.OK:
            raise ConnectionError(f"{method} {path}: {response.status} {text[:200]!r}")
        return text


class Caller:
    """The SQL API on one connection, with answers as a driver has them: gzip."""

    PATH: Final = "/api/v2/statements"
    HEADERS: Final = {
        "Authorization": "Bearer bench",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }

    def __init__(self, port: int) -> None:
        self._http = _Kept(port)

    def ask(self, sql: str) -> tuple[float, int]:
        """All partitions, unpacked; the first is read for the number of the others."""
        begun = time.perf_counter()
        body = json.loads(self._called("POST", self.PATH, json.dumps({"statement": sql})))
        meta, handle = body["resultSetMetaData"], body["statementHandle"]
        for partition in range(1, len(meta["partitionInfo"])):
            self._called("GET", f"{self.PATH}/{handle}?partition={partition}", None)
        return time.perf_counter() - begun, meta["numRows"]

    def _called(self, method: str, path: str, body: str | None) -> bytes:
        return gzip.decompress(self._http.called(method, path, body, self.HEADERS))


class ConnectorCaller:
    """The protocol of Snowflake's connector on one connection: log in, ask, take what comes."""

    def __init__(self, port: int) -> None:
        self._http = _Kept(port)
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        names = {"LOGIN_NAME": "bench", "ACCOUNT_NAME": _ACCOUNT, "SESSION_PARAMETERS": {}}
        path = "/session/v1/login-request?databaseName=bench&schemaName=public"
        token = self._called(path, {"data": names})["data"]["token"]
        self._headers["Authorization"] = f'Snowflake Token="{token}"'

    def ask(self, sql: str) -> tuple[float, int]:
        """The answer, its JSON read and its rows left as they are."""
        begun = time.perf_counter()
        told = self._called("/queries/v1/query-request", {"sqlText": sql})
        if not told["success"]:
            raise ConnectionError(f"fakesnow: {told['message']}")
        return time.perf_counter() - begun, told["data"]["total"]

    def _called(self, path: str, body: dict[str, Any]) -> Any:
        return json.loads(self._http.called("POST", path, json.dumps(body), self._headers))


def measure(server: Server, *, quick: bool) -> Section:
    """Each door of ours, and what of fakesnow's stands beside it."""
    section = Section("SQL API in partitions (gzip), and clients' rows, beside fakesnow's server")
    sizes, rounds = (_QUICK, 20) if quick else (_SIZES, 200)
    with contextlib.ExitStack() as stack:
        driver = psycopg.connect(server.conninfo(), autocommit=True)
        stack.enter_context(driver)
        pairs: dict[str, list[_Ask]] = {
            "HTTP": [Caller(server.http_port).ask],
            "client": [_driven(driver)],
        }
        try:
            peer = stack.enter_context(fakesnow())
            theirs = stack.enter_context(connector(peer.python, peer.port))
            pairs["HTTP"].append(ConnectorCaller(peer.port).ask)
            theirs.ask("select 1")
            pairs["client"].append(theirs.ask)
            section.notes.append(
                f"fakesnow {FAKESNOW} runs on DuckDB {peer.engine}, which it asks for."
            )
        except (PeerMissing, OSError) as error:
            pairs = {how: asks[:1] for how, asks in pairs.items()}
            section.notes.append(f"fakesnow: not measured. {error}")
        _fill(pairs, min(sizes))
        for (what, sql), (how, asks) in itertools.product(_SMALL.items(), pairs.items()):
            taken = interleaved([_one(ask, sql, 1) for ask in asks], rounds)
            reason, load = (_SMALL_ANSWER, "SQL API, select 1") if how == "HTTP" else ("", "")
            section.figures.append(
                _figure(f"{what}, {how}", taken, "ms", _MS, at_most=_AIM, reason=reason, load=load)
            )
        _answers(section, pairs, sizes)
    section.notes.append(
        "HTTP: the SQL API, all partitions fetched and unpacked, beside one answer of the "
        "connector's protocol; each client reads the JSON around the rows. Client: psycopg at the "
        "PostgreSQL door beside Snowflake's connector, with fetchall(). Statements are the same."
    )
    return section


_Pairs = Mapping[str, Sequence[_Ask]]


def _answers(section: Section, pairs: _Pairs, sizes: dict[int, int]) -> None:
    """Rows a second by size; the figure is of the largest."""
    found: dict[str, list[tuple[float, float]]] = {}
    for rows, rounds in sizes.items():
        _fill(pairs, rows)
        for how, asks in pairs.items():
            taken = interleaved([_one(ask, _WIDE, rows) for ask in asks], rounds)
            for name, times in zip(("Mockhaus", "fakesnow"), taken, strict=False):
                found.setdefault(f"{name}, {how}", []).append((rows, median(times)))
            rates = [[rows / seconds for seconds in times] for times in taken]
            what = f"rows/s of {rows:,}, {how}"
            load, reason = ("SQL API", _TEXTS) if how == "HTTP" else ("", "")
            figure = _figure(what, rates, "k rows/s", 1e-3, at_least=_AIM, reason=reason, load=load)
            section.figures.append(figure)
    section.curves += [Curve(name, "rows", "s", tuple(points)) for name, points in found.items()]


def _figure(
    what: str, taken: Sequence[Sequence[float]], unit: str, scale: float, **aim: Any
) -> Figure:
    if len(taken) == 1:
        return Figure(what, "", Spread.of(taken[0]).text(unit, scale))
    return compared(what, taken[0], taken[1], unit, scale, **aim)


def _fill(pairs: _Pairs, rows: int) -> None:
    """The table `wide`, for each: they do not share databases."""
    made = SNOWFLAKE.replace("create table", "create or replace table").format(rows=rows)
    for ask in itertools.chain.from_iterable(pairs.values()):
        ask(made)


def _one(ask: _Ask, sql: str, wanted: int) -> Callable[[], float]:
    def once() -> float:
        seconds, rows = ask(sql)
        if rows != wanted:
            raise ConnectionError(f"{rows} rows came instead of {wanted}")
        return seconds

    return once


def _driven(driver: psycopg.Connection[Any]) -> _Ask:
    def ask(sql: str) -> tuple[float, int]:
        begun = time.perf_counter()
        cursor = driver.execute(sql.encode())
        rows = len(cursor.fetchall()) if cursor.description is not None else 0
        return time.perf_counter() - begun, rows

    return ask
