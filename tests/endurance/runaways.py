"""Statements that want more than a session may use, beside a neighbour in another session.

Each must fail alone, with Snowflake's number for want of memory (or the time that its session sets),
the server must live, and the neighbour must have the right answers, in at most three times the time.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import psycopg

from tests.cli.test_serve import serving
from tests.endurance.report import strain
from tests.endurance.soak import usage

#: What a session of the server may use here, and the seconds after which a statement is stopped.
LIMITS: Final = ("--memory-limit", "96MB", "--spill-limit", "64MB", "--threads", "1")
TIMEOUT_S: Final = 20

#: Answers of the neighbour before anything else runs.
ALONE: Final = 100

#: And at least, beside a statement.
FEW: Final = 20

#: Bytes beyond which the server is killed before it takes the machine's.
FAR: Final = 4 * 2**30

#: How much longer than alone the neighbour may wait.
RATIO: Final = 3.0

#: What a statement may fail with: want of memory, the time its session sets, a value's size.
MEMORY: Final = frozenset({"53200"})
STOPPED: Final = MEMORY | {"57014"}
TOO_LONG: Final = frozenset({"22001"})
TOO_LARGE: Final = frozenset({"22000"})

_ROWS: Final = "TABLE(GENERATOR(ROWCOUNT => 20000000))"
_KEYS: Final = f"(SELECT SEQ4() AS r FROM {_ROWS})"

#: What is tried -> the statement, and what it may fail with.
RUNAWAYS: Final = {
    "sort": (f"CREATE TABLE w AS SELECT MD5(SEQ4()) AS r FROM {_ROWS} ORDER BY r", STOPPED),
    "groups": (f"SELECT COUNT(*) FROM (SELECT MD5(SEQ4()), COUNT(*) FROM {_ROWS} GROUP BY 1)", STOPPED),
    "distinct": (f"SELECT COUNT(DISTINCT MD5(SEQ4())) FROM {_ROWS}", STOPPED),
    "list": (f"SELECT ARRAY_SIZE(ARRAY_AGG(RANDOM())) FROM {_ROWS}", MEMORY),
    "text": (f"SELECT LENGTH(LISTAGG('abcdefghij' || SEQ8(), ',')) FROM {_ROWS}", MEMORY),
    "object": (f"SELECT OBJECT_AGG(SEQ8()::VARCHAR, SEQ8()) FROM {_ROWS}", MEMORY),
    "median": (f"SELECT MEDIAN(a.r + b.r) FROM {_KEYS} a, VALUES (1), (2), (3), (4) AS b (r)", MEMORY),
    "window": (f"SELECT MAX(n) FROM (SELECT ROW_NUMBER() OVER (ORDER BY RANDOM()) AS n FROM {_ROWS})", STOPPED),
    "join": (f"SELECT COUNT(*) FROM {_KEYS} a JOIN {_KEYS} b ON a.r < b.r", STOPPED),
    "product": (f"SELECT COUNT(*), SUM(a.r * b.r) FROM {_KEYS} a, {_KEYS} b", STOPPED),
    "recursion": ("WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT COUNT(*) FROM t", STOPPED),
    "repeat": ("SELECT LENGTH(REPEAT('x', 4000000000))", TOO_LONG),
    "space": ("SELECT LENGTH(SPACE(4000000000))", TOO_LONG),
    "pad": ("SELECT LENGTH(LPAD('x', 2000000000, 'y'))", TOO_LONG),
    "range": ("SELECT ARRAY_SIZE(ARRAY_GENERATE_RANGE(0, 1000000000))", TOO_LARGE),
    "series": ("SELECT COUNT(*) FROM generate_series(1, 2000000000) AS a (x)", MEMORY),
}  # fmt: skip


#: Statements of which one call takes longer than any time limit -> what they may fail with: refused
#: before, or left behind by the time that their session sets, as is a slow refusal on a busy machine.
CALLS: Final = {
    "split": ("SELECT ARRAY_SIZE(SPLIT(REPEAT('x,', 60000000), ','))", TOO_LARGE | STOPPED),
    "tokens": ("SELECT ARRAY_SIZE(STRTOK_TO_ARRAY(REPEAT('x,', 60000000), ','))", TOO_LARGE | STOPPED),
    "parts": ("SELECT COUNT(*) FROM TABLE(SPLIT_TO_TABLE(REPEAT('x,', 60000000), ','))", TOO_LARGE | STOPPED),
    "insert": ("SELECT ARRAY_SIZE(ARRAY_INSERT(ARRAY_CONSTRUCT(), 1000000000, 1))", TOO_LARGE),
    "distance": ("SELECT EDITDISTANCE(REPEAT('x', 1000000), REPEAT('y', 1000000))", frozenset({"0A000"})),
    "randstr": ("SELECT LENGTH(RANDSTR(1000000000, 1))", TOO_LONG),
    "unpacked": ("SELECT LENGTH(DECOMPRESS_BINARY(TO_BINARY('FFFFFFFF0F00'), 'SNAPPY'))", TOO_LONG),
    "model": ("SELECT TO_CHAR(CURRENT_TIMESTAMP(), m) FROM (SELECT REPEAT('YYYY', 1000000) AS m)", frozenset({"22023"})),
    "json": ("SELECT PARSE_JSON('\"' || REPEAT('x', 50000000))", frozenset({"22P02"}) | STOPPED),
    "digits": ("SELECT PARSE_JSON('[' || REPEAT('1', 1000000))", frozenset({"22P02"}) | STOPPED),
    "wildcards": ("SELECT 1 / (REPEAT('a', 10000) LIKE '%a%a%a%a%a%a_%b')::INT", frozenset({"22012"})),
    "pattern": ("SELECT REPEAT('a', 10000) LIKE p FROM (SELECT '%a%a%a%a%a%a_%b' AS p)", STOPPED),
    "expression": ("SELECT REGEXP_SUBSTR(REPEAT('a', 4000000), '(a?){900}a{900}b')", STOPPED),
    "reduce": ("SELECT REDUCE(ARRAY_GENERATE_RANGE(0, 1000000), '', (a, x) -> a || 'x')", STOPPED),
    "soundex": ("SELECT SOUNDEX(REPEAT('abcd', 4000000))", STOPPED),
    "initcap": ("SELECT LENGTH(INITCAP(REPEAT('é ', 1000000), ' '))", STOPPED),
}  # fmt: skip

#: Seconds after which such a statement is stopped, and those in which it must have ended then.
CALL_TIMEOUT_S: Final = 2
PROMPT_S: Final = 5


@dataclass(slots=True)
class Neighbour:
    """Someone in another session who asks for the same row again and again."""

    address: str
    server: subprocess.Popen[str]
    memory: int = 0
    took: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        """Until it is over: how long each answer took, and what was not 7."""
        try:
            with psycopg.connect(self.address, autocommit=True, options="-c session=calm") as calm:
                calm.execute("CREATE OR REPLACE TABLE k AS SELECT SEQ4() AS id, SEQ4() * 7 AS v "
                             "FROM TABLE(GENERATOR(ROWCOUNT => 10000))")  # fmt: skip
                while not self.is_over.is_set():
                    begun = time.perf_counter()
                    found = calm.execute("SELECT v FROM k WHERE id = 1").fetchone()
                    self.took.append(time.perf_counter() - begun)
                    if found != (7,):
                        self.wrong.append(str(found))
                    self.memory = max(self.memory, usage(self.server.pid).memory)
                    if self.memory > FAR:
                        self.server.kill()
                    time.sleep(0.005)
        except (psycopg.Error, OSError) as error:
            self.wrong.append(str(error))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a runaway ended: its SQLSTATE, None where it did not fail; seconds; the neighbour's median
    wait and that of one answer in fifty, as ratios to those without it."""

    name: str
    state: str | None
    message: str
    seconds: float
    middle: float
    slowest: float
    memory: int
    wrong: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether it failed alone; calls, in time. Those that were left share the processors with
        who comes after them, so that a neighbour's wait is told beside them and has no aim."""
        if self.name in CALLS:
            in_time = self.seconds <= (CALL_TIMEOUT_S + PROMPT_S) * strain()
            return self.state in CALLS[self.name][1] and not self.wrong and in_time
        return (
            self.state in RUNAWAYS[self.name][1]
            and not self.wrong
            and self.middle <= RATIO * strain()
        )


def run(names: Iterable[str] = RUNAWAYS) -> Iterator[Outcome]:
    """Each of them, one after another, in one server. Raises AssertionError when it is gone."""
    with serving(*LIMITS) as (process, address, _):
        calm = Neighbour(address, process)
        thread = threading.Thread(target=calm.ask)
        thread.start()
        try:
            while len(calm.took) < ALONE and thread.is_alive():
                time.sleep(0.05)
            alone = sorted(calm.took[ALONE // 5 :])
            for name in names:
                yield _one(name, address, calm, alone)
                assert process.poll() is None, f"the server is gone after {name}"
        finally:
            calm.is_over.set()
            thread.join()


def _one(name: str, address: str, calm: Neighbour, alone: list[float]) -> Outcome:
    sql, _ = (RUNAWAYS | CALLS)[name]
    limit = CALL_TIMEOUT_S if name in CALLS else TIMEOUT_S
    calm.took.clear()
    calm.memory = 0
    calm.wrong.clear()
    begun = time.perf_counter()
    state, message = None, ""
    try:
        with psycopg.connect(address, autocommit=True, options="-c session=wild") as wild:
            wild.execute(f"ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = {limit}".encode())
            wild.execute(sql.encode())
    except psycopg.Error as error:
        state, message = error.sqlstate, str(error)
    seconds = time.perf_counter() - begun
    while len(calm.took) < FEW and not calm.wrong:
        time.sleep(0.01)
    took = sorted(calm.took) or alone
    return Outcome(
        name,
        state,
        message.splitlines()[0] if message else "it was answered",
        seconds,
        statistics.median(took) / statistics.median(alone),
        took[-1 - len(took) // 50] / alone[-1 - len(alone) // 50],
        calm.memory,
        tuple(calm.wrong[:1]),
    )


def main() -> int:
    """All of them, or those that are named."""
    status = 0
    for each in run(sys.argv[1:] or [*RUNAWAYS, *CALLS]):
        status |= not each.is_right
        print(
            f"{'ok' if each.is_right else 'WRONG':5} {each.name:9} {each.state} after"
            f" {each.seconds:5.1f} s, neighbour {each.middle:4.1f} x ({each.slowest:.1f} x at the"
            f" 98th percentile), {each.memory >> 20} MiB: {each.message[:120]}{' '.join(each.wrong)}",
            flush=True,
        )
    return status


if __name__ == "__main__":
    sys.exit(main())
