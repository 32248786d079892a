"""Mixed load over every door against a model that knows the right answers.

Each client keeps what it has committed: keys and values of its own, changed by INSERT, UPDATE, DELETE
and MERGE, read back at random and compared as a whole; numbers of a sequence, which nobody may get
twice; files that it uploads, loads and removes. Clients that have transactions move money between
two tables, and readers see the same sum at every moment.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import httpx2
import psycopg

from tests.cli.test_serve import serving
from tests.endurance import doors, leaks
from tests.endurance.doors import Ask, Door, Refused
from tests.endurance.report import Report

SESSION: Final = "bank"
ACCOUNTS: Final = 20
BALANCE: Final = 1000
TOTAL: Final = 2 * ACCOUNTS * BALANCE

_SETUP: Final = (
    f"CREATE OR REPLACE TABLE checking AS SELECT SEQ4() AS id, {BALANCE} AS n "
    f"FROM TABLE(GENERATOR(ROWCOUNT => {ACCOUNTS}))",
    "CREATE OR REPLACE TABLE savings AS SELECT * FROM checking",
    "CREATE OR REPLACE TABLE kept (w VARCHAR, k INT, v INT)",
    "CREATE OR REPLACE TABLE drawn (w VARCHAR, n INT)",
    "CREATE OR REPLACE TABLE loaded (w VARCHAR, n INT)",
    "CREATE OR REPLACE SEQUENCE numbers",
)
_MERGE: Final = (
    "MERGE INTO kept USING (SELECT ?::VARCHAR AS w, ?::INT AS k, ?::INT AS v) s "
    "ON kept.w = s.w AND kept.k = s.k WHEN MATCHED THEN UPDATE SET v = s.v "
    "WHEN NOT MATCHED THEN INSERT (w, k, v) VALUES (s.w, s.k, s.v)"
)
_SUM: Final = "SELECT (SELECT SUM(n) FROM checking) + (SELECT SUM(n) FROM savings) AS n"

#: What a client may hear because others write as well: to be tried again.
_AGAIN: Final = frozenset({"40001", "40P01", "55P03", "000625"})


@dataclass(slots=True)
class Client:
    """One client, and what it has committed."""

    name: str
    ask: Ask
    chance: random.Random
    report: Report
    values: dict[int, int] = field(default_factory=dict)
    numbers: int = 0
    lines: int = 0

    def merge(self) -> None:
        """MERGE of a key that may be there."""
        key, value = self.chance.randrange(50), self.chance.randrange(10**6)
        self.ask(_MERGE, (self.name, key, value))
        self.values[key] = value

    def change(self) -> None:
        """INSERT, UPDATE or DELETE of a key, by what the model knows of it."""
        key, value = self.chance.randrange(50), self.chance.randrange(10**6)
        if key not in self.values:
            self.ask("INSERT INTO kept VALUES (?, ?, ?)", (self.name, key, value))
            self.values[key] = value
        elif self.chance.random() < 0.7:
            self.ask("UPDATE kept SET v = ? WHERE w = ? AND k = ?", (value, self.name, key))
            self.values[key] = value
        else:
            self.ask("DELETE FROM kept WHERE w = ? AND k = ?", (self.name, key))
            del self.values[key]

    def look(self) -> None:
        """A key, or all of them."""
        if self.chance.random() < 0.2:
            rows = self.ask("SELECT k, v FROM kept WHERE w = ? ORDER BY k", (self.name,))
            self.report.check(
                [(k, v) for k, v in rows] == sorted(self.values.items()),
                f"{self.name} reads {rows[:5]}.., committed {sorted(self.values.items())[:5]}..",
            )
            return
        key = self.chance.randrange(50)
        rows = self.ask("SELECT v FROM kept WHERE w = ? AND k = ?", (self.name, key))
        wanted = [(self.values[key],)] if key in self.values else []
        self.report.check(rows == wanted, f"{self.name} reads {rows} of {key}, not {wanted}")

    def draw(self) -> None:
        """A number of the sequence."""
        self.ask("INSERT INTO drawn SELECT ?::VARCHAR, numbers.NEXTVAL", (self.name,))
        self.numbers += 1

    def sum(self) -> None:
        """All the money, which is the same at every moment."""
        rows = self.ask(_SUM, ())
        self.report.check(rows == [(TOTAL,)], f"{self.name} sees {rows} of {TOTAL}")

    def large(self) -> None:
        """An answer of several partitions, or batches."""
        rows = self.ask(
            "SELECT SEQ8() AS n FROM TABLE(GENERATOR(ROWCOUNT => 30000)) ORDER BY n", ()
        )
        self.report.check([n for (n,) in rows] == list(range(30000)), "a large answer is wrong")

    def move(self) -> None:
        """Money from one table to the other, and back now and then; some of it taken back."""
        tables = self.chance.sample(("checking", "savings"), 2)
        amount = self.chance.randrange(1, 50)
        self.ask("BEGIN", ())
        try:
            for table, change in zip(tables, (-amount, amount), strict=True):
                account = self.chance.randrange(ACCOUNTS)
                self.ask(f"UPDATE {table} SET n = n + ?::INT WHERE id = ?::INT", (change, account))
        except Refused:
            self.ask("ROLLBACK", ())
            raise
        self.ask("COMMIT" if self.chance.random() < 0.9 else "ROLLBACK", ())


@dataclass(frozen=True, slots=True)
class Place:
    """Where clients work, and until when by the monotonic clock."""

    address: str
    rest: str
    session: str
    until: float
    seed: int
    report: Report


Step = Callable[[Client], None]

_COMMON: Final[tuple[Step, ...]] = (
    *[Client.merge] * 3, *[Client.change] * 5, *[Client.look] * 6, *[Client.draw] * 2,
    *[Client.sum] * 3, Client.large,
)  # fmt: skip


def run(seconds: float, seed: int) -> Report:
    """All doors at once for so long; then everything is compared."""
    report = Report()
    with (
        tempfile.TemporaryDirectory() as folder,
        leaks.watched(report, folder) as variables,
        serving("--data-dir", folder, **variables) as (server, address, rest),
    ):
        with psycopg.connect(address, autocommit=True, options=f"-c session={SESSION}") as setup:
            for statement in _SETUP:
                setup.execute(statement.encode())
            until = time.monotonic() + seconds
            place = Place(address, rest, SESSION, until, seed, report)
            works: list[Callable[[Place], None]] = [
                *(partial(_work, each, (*_COMMON, *[Client.move] * 8)) for each in doors.CONNECTED),
                *(partial(_work, each, _COMMON) for each in doors.SINGLE),
                _files,
                _within,
            ]
            threads = [threading.Thread(target=each, args=(place,)) for each in works]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            found = setup.execute("SELECT COUNT(*), COUNT(DISTINCT n) FROM drawn").fetchone()
            report.check(found is not None and found[0] == found[1], f"numbers came twice: {found}")
            report.check(setup.execute(_SUM.encode()).fetchone() == (TOTAL,), "money is lost")
        leaks.check(report, server, rest, SESSION)
        report.check(server.poll() is None, "the server is gone")
    return report


def _work(door: Door, steps: tuple[Step, ...], place: Place) -> None:
    name, report = door.__name__, place.report
    try:
        with door(place.address, place.rest, place.session) as ask:
            client = Client(name, ask, random.Random(f"{place.seed} {name}"), report)
            _step(client, steps, place.until)
            _compare(client)
    except Exception as error:
        report.lost.append(f"{name}: {type(error).__name__} {error}")


def _step(client: Client, steps: tuple[Step, ...], until: float) -> None:
    while time.monotonic() < until:
        step = client.chance.choice(steps)
        client.report.tried[f"{client.name}: steps"] += 1
        try:
            step(client)
        except Refused as error:
            if error.code not in _AGAIN:
                raise
            client.report.refused(error.code, "steps beside other writers")


def _compare(client: Client) -> None:
    """The model as a whole, in the end."""
    rows = client.ask("SELECT k, v FROM kept WHERE w = ? ORDER BY k", (client.name,))
    client.report.check(
        [(k, v) for k, v in rows] == sorted(client.values.items()),
        f"{client.name} has {len(rows)} rows in the end, committed {len(client.values)}",
    )
    rows = client.ask("SELECT COUNT(*) AS n FROM drawn WHERE w = ?", (client.name,))
    client.report.check(rows == [(client.numbers,)], f"{client.name} drew {client.numbers}: {rows}")


def _within(place: Place) -> None:
    """The same in this process, without a server."""
    try:
        with doors.process(place.address, place.rest, place.session) as ask:
            for statement in _SETUP:
                ask(statement, ())
            client = Client("process", ask, random.Random(f"{place.seed} process"), place.report)
            _step(client, (*_COMMON, *[Client.move] * 4), place.until)
            _compare(client)
    except Exception as error:
        place.report.lost.append(f"process: {type(error).__name__} {error}")


def _files(place: Place) -> None:
    """Files go up by REST, are loaded once, come down as they are, and go."""
    chance, lines, number = random.Random(f"{place.seed} files"), 0, 0
    report = place.report
    try:
        with (
            doors.rest(place.address, place.rest, SESSION) as ask,
            httpx2.Client(base_url=place.rest, timeout=60) as http,
        ):
            ask("CREATE OR REPLACE STAGE files", ())
            while time.monotonic() < place.until:
                number += 1
                count = chance.randrange(1, 2000)
                data = "".join(f"f{number},{line}\n" for line in range(count)).encode()
                path = f"sessions/{SESSION}/files"
                name = {"file": f"@files/f{number}.csv"}
                http.put(path, params=name, content=data).raise_for_status()
                back = http.get(path, params=name).content
                report.check(back == data, "a file came back otherwise")
                for wanted in (count, 0):  # what is loaded is not loaded again
                    ask("COPY INTO loaded FROM @files", ())
                    lines += wanted
                    ((found,),) = ask("SELECT COUNT(*) AS n FROM loaded", ())
                    report.check(found == lines, f"{found} lines are loaded, not {lines}")
                if chance.random() < 0.5:
                    ask(f"REMOVE @files/f{number}.csv", ())
                report.tried["files: up, loaded, down"] += 1
    except Exception as error:
        report.lost.append(f"files: {type(error).__name__} {error}")
