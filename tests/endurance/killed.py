"""A server that is killed while clients write: `python -m tests.endurance.killed --times 50`.

Four clients write into one persistent session through both doors: single rows with autocommit and
pairs of rows in a transaction, over the PostgreSQL wire; single rows over REST and the SQL API. The
server is killed at a random moment and started again. Then what was acknowledged must be there, what
was under way is there or not, and no transaction is there by half.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import httpx2
import psycopg

from tests.cli.test_serve import serving

SESSION: Final = "kept"
TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS one (w INT, n INT); CREATE TABLE IF NOT EXISTS two (w INT, n INT)"
)

#: Inserts the row of a writer and a number, or raises.
Write = Callable[[int, int], None]


@dataclass(slots=True)
class Writer:
    """A client: the numbers of the rows it has tried to write and of those that were acknowledged."""

    number: int
    door: Callable[[str, str], contextlib.AbstractContextManager[Write]]
    tried: int = 0
    acknowledged: list[int] = field(default_factory=list)

    def write(self, address: str, rest: str) -> None:
        """Write until the server is gone."""
        with (
            contextlib.suppress(psycopg.Error, httpx2.HTTPError),
            self.door(address, rest) as write,
        ):
            while True:
                self.tried += 1
                write(self.number, self.tried)
                self.acknowledged.append(self.tried)


def _connect(address: str) -> psycopg.Connection:
    return psycopg.connect(address, autocommit=True, options=f"-c session={SESSION}")


@contextlib.contextmanager
def _single(address: str, rest: str) -> Iterator[Write]:
    with _connect(address) as connection:
        yield lambda writer, n: _run(connection, "INSERT INTO one VALUES (%s, %s)", (writer, n))


@contextlib.contextmanager
def _pairs(address: str, rest: str) -> Iterator[Write]:
    with _connect(address) as connection:

        def write(writer: int, n: int) -> None:
            with connection.transaction():
                _run(connection, "INSERT INTO one VALUES (%s, %s)", (writer, n))
                _run(connection, "INSERT INTO two VALUES (%s, %s)", (writer, n))

        yield write


def _run(connection: psycopg.Connection, sql: str, values: tuple[int, int]) -> None:
    connection.execute(sql.encode(), values)


@contextlib.contextmanager
def _rest(address: str, rest: str) -> Iterator[Write]:
    with httpx2.Client(base_url=rest, timeout=60) as client:

        def write(writer: int, n: int) -> None:
            sql = "INSERT INTO one VALUES (?, ?)"
            body = {"session_id": SESSION, "sql": sql, "parameters": [writer, n]}
            client.post("query", json=body).raise_for_status()

        yield write


@contextlib.contextmanager
def _sql_api(address: str, rest: str) -> Iterator[Write]:
    headers = {"Authorization": "Bearer any", "X-Mockhaus-Session": SESSION}
    url = httpx2.URL(rest).copy_with(path="/api/v2/statements")
    with httpx2.Client(timeout=60, headers=headers) as client:

        def write(writer: int, n: int) -> None:
            sql = f"INSERT INTO one VALUES ({writer}, {n})"
            client.post(url, json={"statement": sql}).raise_for_status()

        yield write


DOORS: Final = (_single, _pairs, _rest, _sql_api)


def run(
    folder: Path, times: int, seed: int, number: signal.Signals = signal.SIGKILL
) -> list[Writer]:
    """End a server so many times by a signal; the writers, after all they wrote was found."""
    chance = random.Random(seed)
    writers = [Writer(number, door) for number, door in enumerate(DOORS)]
    for _ in range(times):
        with serving("--data-dir", str(folder)) as (process, address, rest):
            _check(address, writers)
            end = partial(process.send_signal, number)
            _end_while_writing(end, address, rest, writers, chance.uniform(0.05, 1.0))
            status = process.wait(20)
            assert status == (-number if number is signal.SIGKILL else 0), f"it ended with {status}"
    with serving("--data-dir", str(folder)) as (_, address, _rest_base):
        _check(address, writers)
    return writers


def _end_while_writing(
    end: Callable[[], None], address: str, rest: str, writers: list[Writer], after: float
) -> None:
    threads = [threading.Thread(target=each.write, args=(address, rest)) for each in writers]
    for thread in threads:
        thread.start()
    threading.Timer(after, end).start()
    for thread in threads:
        thread.join()


def _check(address: str, writers: list[Writer]) -> None:
    """Raises AssertionError if what was acknowledged is not there, or something is by half."""
    with _connect(address) as connection:
        for statement in TABLES.split("; "):
            connection.execute(statement.encode())
        for writer in writers:
            found = _numbers(connection, "one", writer.number)
            lost = set(writer.acknowledged) - set(found)
            assert not lost, f"writer {writer.number} lost {sorted(lost)}"
            assert len(found) == len(set(found)), f"writer {writer.number} has rows twice"
            assert set(found) <= set(range(1, writer.tried + 1))
            half = _numbers(connection, "two", writer.number)
            assert writer.door is not _pairs or found == half, "a transaction is there by half"
            writer.acknowledged = found


def _numbers(connection: psycopg.Connection, table: str, writer: int) -> list[int]:
    sql = f"SELECT n FROM {table} WHERE w = {writer} ORDER BY n"
    return [row[0] for row in connection.execute(sql.encode())]


def main() -> int:
    """Kill, check, and say what was written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        writers = run(Path(folder), asked.times, asked.seed)
    for writer in writers:
        assert writer.acknowledged, f"writer {writer.number} could write nothing"
        name = writer.door.__name__.strip("_")
        print(f"{name:8} {writer.tried:6} tried {len(writer.acknowledged):6} there")
    print(f"killed {asked.times} times: nothing lost, nothing by half")
    return 0


if __name__ == "__main__":
    sys.exit(main())
