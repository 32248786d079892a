"""Queries that differ in whole numbers of their WHERE: each answers as if it came alone."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus.errors import SqlError
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.session import Session
from mockhaus.sessions.transaction import Transactions
from mockhaus.translation.shapes import shaped

#: A query with a place for a number, and the numbers that come there one after another.
QUERIES: list[tuple[str, list[int]]] = [
    ("SELECT * FROM t WHERE id = {}", [1, 2, 3, 1, 99]),
    ("SELECT id, name FROM t WHERE id >= {} AND id<{} ORDER BY id LIMIT 2", [1, 2, 3]),
    ("select t.id from t where (t.id = {}) or t.id > {};", [1, 2, 3]),
    ('SELECT name AS "a = {} AND" FROM t WHERE id = {}', [1, 2, 3]),
    ("SELECT 'WHERE a = {} AND' FROM t WHERE id = {}", [1, 2, 3]),
    ("SELECT 'WHERE a = {} AND' AS x FROM t WHERE id = {}", [1, 2, 3]),
    ("SELECT id FROM t WHERE name = 'x = {} AND' OR id = {}", [1, 2, 3]),
    ("SELECT id FROM t WHERE id = {} -- AND id = {}", [1, 2, 3]),
    ("SELECT id FROM t WHERE /* id = {} AND */ id = {}", [1, 2, 3]),
    ("SELECT COUNT(*), {} FROM t WHERE id > {}", [1, 2, 3]),
    ("SELECT id FROM t WHERE name = {} ORDER BY id", [5, 6, 7]),
    ("SELECT id FROM t WHERE flag = {} ORDER BY id", [1, 0, 1, 0]),
    ("SELECT id FROM t WHERE amount = {} ORDER BY id", [1, 2, 3]),
    ("SELECT id FROM t WHERE v:a = {} ORDER BY id", [1, 2, 3]),
    ("SELECT id FROM t WHERE v:a > {} ORDER BY id", [1, 2, 3]),
    ("SELECT id FROM t WHERE born = {}", [1, 2, 3]),
    ("SELECT id + 1 FROM t WHERE id = {} GROUP BY id HAVING COUNT(*) = {}", [1, 2, 1]),
    ("SELECT id, ROW_NUMBER() OVER (ORDER BY id) n FROM t WHERE id > {} QUALIFY n = {}", [1, 2, 1]),
    ("SELECT nothing FROM t WHERE id = {}", [1, 2, 3]),
    ("SELECT id FROM t WHERE id = {} AND nothing = 5", [1, 22, 3]),
    ("SELECT id FROM nowhere WHERE id = {}", [1, 2, 3]),
    ("SELECT id FROM t WHERE 1 / 0 > {}", [1, 2, 3]),
    ("SELECT id FROM t WHERE id = {} SELECT", [1, 2, 3]),
    ("SELECT SUM(id) FROM TABLE(GENERATOR(ROWCOUNT => 3)), t WHERE id > {}", [0, 1, 2]),
    ("SELECT DATEADD(day, 1, born) FROM t WHERE id = {}", [1, 2, 3]),
]


@pytest.fixture
def alone(session: Session) -> Connection:
    """A connection whose queries come alone."""
    connection = session.connect(user="ann", door="http", transactions=Transactions.SNOWFLAKE)
    for statement in (
        "CREATE TABLE t (id INT, name VARCHAR, flag BOOLEAN, amount NUMBER(10,2), v VARIANT, born DATE)",
        "INSERT INTO t SELECT 1, '5', TRUE, 1, PARSE_JSON('{\"a\": 1}'), '2020-01-01'",
        "INSERT INTO t SELECT 2, '05', FALSE, 2.5, PARSE_JSON('{\"a\": 2.5}'), '2020-01-02'",
        "INSERT INTO t SELECT 3, '7', NULL, 3, PARSE_JSON('{\"a\": \"3\"}'), '2020-01-03'",
    ):
        for result in connection.execute(statement):
            result.close()
    return connection


def _answer(connection: Connection, text: str) -> Any:
    try:
        (result,) = connection.execute(text)
        return [each.name for each in result.columns], list(result.python_rows())
    except SqlError as error:
        return type(error), error.message, error.position


@pytest.mark.parametrize(("query", "numbers"), QUERIES)
def test_answers(query: str, numbers: list[int], alone: Connection, snowflake: Connection) -> None:
    for place, number in enumerate(numbers, start=1):
        text = query.replace("{}", str(number))
        # With other blanks at its end a text has a shape of its own.
        assert _answer(snowflake, text) == _answer(alone, text + " " * place)


def test_objects_may_change_between(snowflake: Connection, alone: Connection) -> None:
    query = "SELECT * FROM t WHERE id = "
    assert [len(_answer(snowflake, f"{query}{n}")[0]) for n in (1, 2, 3)] == [6, 6, 6]
    list(alone.execute("ALTER TABLE t ADD COLUMN more INT DEFAULT 8"))
    names, rows = _answer(snowflake, f"{query}1")
    assert (names[-1], rows[0][-1]) == ("MORE", 8)
    list(alone.execute("DROP TABLE t"))
    assert "does not exist" in _answer(snowflake, f"{query}2")[1]


def test_history_tells_what_was_sent(snowflake: Connection, alone: Connection) -> None:
    texts = [f"SELECT id FROM t WHERE id = {number}" for number in (11, 12, 13, 14)]
    for text in texts:
        _answer(snowflake, text)
    recent = snowflake.session.history.recent(2)
    assert [each.text for each in recent] == texts[:1:-1]
    assert ["= 14" in recent[0].translated, "= 13" in recent[1].translated] == [True, True]


#: Texts that have no shape.
SHAPELESS = [
    "SELECT 1",
    "SELECT id FROM t",
    "SELECT id FROM t WHERE name = 'x'",
    "SELECT id FROM t WHERE id = 1.5",
    "SELECT id FROM t WHERE id = 1 + 2",
    "SELECT id FROM t WHERE id = 1::VARCHAR",
    "SELECT id FROM t WHERE id = 12345678901234567890",
    "SELECT id FROM t WHERE id IN (SELECT id FROM t WHERE id = 1)",
    "SELECT id FROM t WHERE id = $1 AND id = 2",
    "DELETE FROM t WHERE id = 1",
    "SELECT id FROM t WHERE id = 7301094855127400",
]


@pytest.mark.parametrize("text", SHAPELESS)
def test_no_shape(text: str) -> None:
    assert [shaped(text) for _ in range(3)] == [None] * 3


def test_a_shape_is_known_at_its_second_text() -> None:
    first, second, third = (shaped(f"SELECT a FROM b WHERE c = {n} AND d >={n}") for n in (1, 2, 3))
    assert first is None
    assert second is not None
    assert third is not None
    assert second.shape is third.shape
    assert third.numbers == ("3", "3")
