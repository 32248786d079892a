"""What transactions may see of each other, as Snowflake's READ COMMITTED has it.

Snowflake's manual: "Transactions", "READ COMMITTED isolation". No update of a row is lost, nothing
that is not committed is seen, a statement sees what was committed when it began, and two
transactions that read what the other writes both commit (write skew).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Final

import psycopg

from tests.cli.test_serve import serving
from tests.endurance.report import Report, strain

WRITERS: Final = 6


def run(seconds: float, seed: int) -> Report:
    """The schedules, then counters that many raise at once for the rest of the time."""
    report = Report()
    until = time.monotonic() + seconds
    with serving() as (process, address, _):
        for schedule in (_dirty_read, _sees_what_is_committed, _write_skew, _second_writer):
            with _connect(address) as one, _connect(address) as two:
                one.execute(
                    "CREATE OR REPLACE TABLE k AS SELECT 1 AS id, 10 AS n UNION SELECT 2, 10"
                )
                with report.timed(f"schedules: {schedule.__name__.strip('_')}"):
                    schedule(one, two, report)
        _counters(address, max(1.0, until - time.monotonic()), seed, report)
        report.check(process.poll() is None, "the server is gone")
    return report


def _connect(address: str) -> psycopg.Connection:
    return psycopg.connect(address, autocommit=True)


def _n(connection: psycopg.Connection, key: int) -> int:
    found = connection.execute("SELECT n FROM k WHERE id = %s", (key,)).fetchone()
    assert found is not None
    return int(found[0])


def _dirty_read(one: psycopg.Connection, two: psycopg.Connection, report: Report) -> None:
    one.execute("BEGIN")
    one.execute("UPDATE k SET n = 99 WHERE id = 1")
    report.check(_n(two, 1) == 10, "what is not committed was seen")
    one.execute("ROLLBACK")
    report.check(_n(two, 1) == 10, "what was rolled back is there")


def _sees_what_is_committed(
    one: psycopg.Connection, two: psycopg.Connection, report: Report
) -> None:
    one.execute("BEGIN")
    report.check(_n(one, 1) == 10, "the first read is wrong")
    two.execute("UPDATE k SET n = 11 WHERE id = 1")
    report.check(_n(one, 1) == 11, "a statement does not see what was committed before it")
    one.execute("COMMIT")


def _write_skew(one: psycopg.Connection, two: psycopg.Connection, report: Report) -> None:
    two.execute("CREATE OR REPLACE TABLE k2 AS SELECT 2 AS id, 10 AS n")
    one.execute("BEGIN")
    two.execute("BEGIN")
    both = "SELECT (SELECT SUM(n) FROM k WHERE id = 1) + (SELECT SUM(n) FROM k2)"
    for each in (one, two):
        report.check(each.execute(both).fetchone() == (20,), "a read is wrong")
    one.execute("UPDATE k SET n = n - 15 WHERE id = 1")
    two.execute("UPDATE k2 SET n = n - 15")
    one.execute("COMMIT")
    two.execute("COMMIT")
    report.check(one.execute(both).fetchone() == (-10,), "one of two skewed writes is lost")


def _second_writer(one: psycopg.Connection, two: psycopg.Connection, report: Report) -> None:
    one.execute("BEGIN")
    one.execute("UPDATE k SET n = n + 1 WHERE id = 1")
    waiting = threading.Thread(target=lambda: two.execute("UPDATE k SET n = n * 2 WHERE id = 1"))
    waiting.start()
    waiting.join(0.3)
    report.check(waiting.is_alive(), "a second writer did not wait")
    one.execute("COMMIT")
    waiting.join(5 * strain())
    report.check(_n(one, 1) == 22, f"two updates of a row made {_n(one, 1)}, not 22")


def _counters(address: str, seconds: float, seed: int, report: Report) -> None:
    """Every acknowledged increment counts once, every refused one not at all."""
    with _connect(address) as setup:
        setup.execute("CREATE OR REPLACE TABLE c AS SELECT SEQ4() AS id, 0 AS n "
                      "FROM TABLE(GENERATOR(ROWCOUNT => 3))")  # fmt: skip
    until = time.monotonic() + seconds
    raised: list[int] = []
    threads = [
        threading.Thread(
            target=_raise,
            args=(address, random.Random(f"{seed} {number}"), until, raised, report),
        )
        for number in range(WRITERS)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with _connect(address) as looking:
        found = looking.execute("SELECT SUM(n) FROM c").fetchone()
    report.tried["increments"] = sum(raised)
    report.check(found == (sum(raised),), f"counters are {found}, acknowledged were {sum(raised)}")


def _raise(
    address: str, chance: random.Random, until: float, raised: list[int], report: Report
) -> None:
    ways: list[Callable[[psycopg.Connection, int], int]] = [_alone, _twice, _taken_back]
    with _connect(address) as connection:
        while time.monotonic() < until:
            try:
                raised.append(chance.choice(ways)(connection, chance.randrange(3)))
            except psycopg.Error as error:
                connection.execute("ROLLBACK")
                report.refused(error.sqlstate, "increments")


def _alone(connection: psycopg.Connection, key: int) -> int:
    connection.execute("UPDATE c SET n = n + 1 WHERE id = %s", (key,))
    return 1


def _twice(connection: psycopg.Connection, key: int) -> int:
    with connection.transaction():
        connection.execute("UPDATE c SET n = n + 1 WHERE id = %s", (key,))
        connection.execute("UPDATE c SET n = n + 1 WHERE id = %s", ((key + 1) % 3,))
    return 2


def _taken_back(connection: psycopg.Connection, key: int) -> int:
    with connection.transaction(force_rollback=True):
        connection.execute("UPDATE c SET n = n + 1000 WHERE id = %s", (key,))
    return 0
