"""A session's statements have so much memory, room on the disk and threads, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mockhaus import errors
from mockhaus.clock import now
from mockhaus.config import Config
from mockhaus.errors import SqlError
from mockhaus.sessions import overseer
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.overseer import Overseer
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions
from tests.support import run

MANY = "TABLE(GENERATOR(ROWCOUNT => 2000000))"
MORE = "The statement needs more memory than a session may use"


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    made = Registry(Config(memory_limit=32 * 2**20, spill_limit=8 * 2**20, threads=1))
    yield made
    made.close()


def _connected(registry: Registry, name: str) -> Connection:
    return registry.attach(name).connect(
        user="ann", door="http", transactions=Transactions.SNOWFLAKE
    )


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            f"CREATE TABLE w AS SELECT MD5(SEQ4()) AS r FROM {MANY} ORDER BY r",
            "written to the disk",
        ),
        (f"SELECT COUNT(DISTINCT MD5(SEQ4())) FROM {MANY}", "written to the disk"),
        (f"SELECT ARRAY_SIZE(ARRAY_AGG(MD5(SEQ4()))) FROM {MANY}", "32.0 MiB"),
        (f"SELECT LENGTH(LISTAGG(MD5(SEQ4()), ',')) FROM {MANY}", "32.0 MiB"),
    ],
)
def test_who_wants_more_fails_alone(registry: Registry, sql: str, message: str) -> None:
    greedy, other = _connected(registry, "greedy"), _connected(registry, "other")
    with pytest.raises(errors.OutOfMemory) as caught:
        run(greedy, sql)
    error = caught.value
    assert (error.number, error.sqlstate) == ("100298", "53200")
    assert error.message.startswith(MORE)
    assert message in error.message
    assert "--memory-limit" in (error.hint or "")
    assert run(other, "SELECT 1") == run(greedy, "SELECT 1") == [(1,)]


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("SELECT REPEAT('xy', 70000000)", errors.StringTooLong),
        ("SELECT SPACE(200000000)", errors.StringTooLong),
        ("SELECT LPAD('x', 200000000, 'y')", errors.StringTooLong),
        ("SELECT RPAD('x', 200000000, 'y')", errors.StringTooLong),
        ("SELECT ARRAY_GENERATE_RANGE(0, 20000000)", errors.LobTooLarge),
        ("SELECT ARRAY_GENERATE_RANGE(0, -40000000, -2)", errors.LobTooLarge),
    ],
)
def test_a_value_is_no_larger_than_a_column(
    registry: Registry, sql: str, error: type[SqlError]
) -> None:
    with pytest.raises(error):
        run(_connected(registry, "other"), sql)


@dataclass
class _Running:
    """A connection in which a statement runs."""

    began_s_ago: float
    stopped_for: list[SqlError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.recorder = SimpleNamespace(began=now() - timedelta(seconds=self.began_s_ago))

    __hash__ = object.__hash__

    def cancel(self, reason: SqlError) -> None:
        self.stopped_for.append(reason)


LIMIT = 2**20
TOO_MUCH = int(LIMIT * overseer.SLACK + overseer.SPARE) + 2


@pytest.mark.parametrize(
    ("ages", "growths", "stopped"),
    [
        ([5.0], [TOO_MUCH - 10], []),
        ([5.0], [TOO_MUCH], [0]),
        ([5.0], [TOO_MUCH // 2] * 3, [0]),
        ([0.005, 60.0, 0.005], [TOO_MUCH + TOO_MUCH // 50], [1]),  # it was there all the time
        ([60.0, 5.0], [TOO_MUCH], []),
        ([60.0, 5.0], [2 * TOO_MUCH], [1]),
    ],
)
def test_who_grows_uncounted_is_stopped(
    ages: list[float], growths: list[int], stopped: list[int]
) -> None:
    running = [_Running(age) for age in ages]
    session: Any = SimpleNamespace(active=lambda: running)
    watching = Overseer(lambda: [session], LIMIT)
    for growth in growths:
        watching.put_down(growth)
    watching.stop_largest()
    assert [number for number, each in enumerate(running) if each.stopped_for] == stopped
    for number in stopped:
        assert type(running[number].stopped_for[0]) is errors.OutOfMemory
    assert not watching.stop_largest() or not stopped


def test_what_was_stopped_says_why(registry: Registry) -> None:
    connection = _connected(registry, "other")
    statement = connection.parse(f"SELECT 1 FROM {MANY} a, {MANY} b")[0]
    prepared = connection.prepare(statement, describe=False)
    result = connection.run(prepared)
    connection.cancel(errors.OutOfMemory(MORE))
    with pytest.raises(errors.OutOfMemory, match=MORE):
        list(cast(Any, result.batches))
    assert run(connection, "SELECT 1") == [(1,)]
