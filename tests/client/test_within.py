"""A session in this process answers what a server does, in the same words."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockhaus.client.answers import Row
from mockhaus.client.outcomes import Failure, Speech
from mockhaus.client.server import own
from mockhaus.client.talking import Talk
from mockhaus.client.within import within
from mockhaus.config import Config

Answers = list[tuple[list[tuple[str, str]], list[Row], str]]

STATEMENTS = [
    "SELECT 1, -1.50, 1e20, 1.5::FLOAT, 'é\n', TRUE, FALSE, NULL, X'00ff' AS b",
    "SELECT '2024-02-29'::DATE, '23:59:59.5'::TIME, '2024-02-29 01:02:03'::TIMESTAMP_NTZ",
    "SELECT '2024-02-29 01:02:03 +02:00'::TIMESTAMP_TZ, '2024-07-01 12:00'::TIMESTAMP_LTZ",
    "SELECT PARSE_JSON('{\"b\": [1, null], \"a\": \"x\"}') AS v, ARRAY_CONSTRUCT(1, 'a'), {'k': 1}",
    "SELECT 12345678901234567890123456789012345678 AS n, 0.0000001::NUMBER(38, 10), 1/3",
    'SELECT SEQ4() AS n, n * 2 AS "Mixed" FROM TABLE(GENERATOR(ROWCOUNT => 30000)) ORDER BY n',
    "SELECT 'it\\'s', 'C:\\\\new', $$a'b$$",
    "CREATE TABLE t (a INT, b VARCHAR(3))",
    "CREATE TABLE IF NOT EXISTS t (a INT)",
    "DROP TABLE IF EXISTS nothing_of_that_name",
    "INSERT INTO t VALUES (1, 'a'), (2, NULL)",
    "UPDATE t SET b = 'z' WHERE a = 2",
    "SELECT * FROM t ORDER BY a",
    "SHOW SEQUENCES",
    "DESCRIBE TABLE t",
    "SET x = 3",
    "SELECT $x + 1",
    "BEGIN",
    "DELETE FROM t",
    "ROLLBACK",
    "SELECT COUNT(*) FROM t",
    "EXECUTE IMMEDIATE $$ BEGIN LET n := 4; RETURN n * 2; END $$",
    "INSERT INTO t VALUES (1, 'too long')",
    "SELECT nosuch FROM t",
    "SELECT 1 +",
    "SELECT 1/0",
    "SELECT NO_SUCH_FUNCTION(1)",
    "ALTER SESSION SET TIMEZONE = 'Asia/Tokyo'",
    "SELECT '2024-07-01 12:00'::TIMESTAMP_LTZ",
    "SELECT CURRENT_DATABASE(), CURRENT_SCHEMA(), CURRENT_USER(), CURRENT_ROLE()",
]


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Speech, Speech]]:
    """A connection through a server's door, and one without."""
    with own() as doors, within(Config(), "default") as inside:
        talk = Talk(doors.pg_url)
        yield talk, inside
        talk.close()


def _answers(talk: Speech, text: str) -> Answers | Failure:
    told: list[str] = []
    talk.notice = told.append
    found: Answers = []
    try:
        for outcome in talk.run(text):
            answer = outcome.answer
            heads: list[tuple[str, str]] = (
                [(head.name, head.kind) for head in answer.heads] if answer else []
            )
            rows: list[Row] = [list(row) for row in answer.rows] if answer else []
            found.append((heads, rows, outcome.tag if answer is None else ""))
    except Failure as failure:
        return failure
    return [*found, ([], [], "\n".join(told))]


@pytest.mark.parametrize("text", STATEMENTS)
def test_the_same_as_through_a_door(both: tuple[Speech, Speech], text: str) -> None:
    through, inside = both
    assert _answers(inside, text) == _answers(through, text)
    assert inside.in_transaction == through.in_transaction
    for name in ("database", "schema", "variables"):
        assert inside.told(name) == through.told(name)


def test_a_statement_is_cancelled(both: tuple[Speech, Speech]) -> None:
    _, inside = both
    asked = threading.Event()

    def waiting(seconds: float) -> None:
        if not asked.is_set():
            asked.set()
            raise KeyboardInterrupt

    inside.waiting = waiting
    endless = "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 100000000000)) WHERE RANDOM() = 1"
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(inside.run(endless))
    inside.cancel()
    assert time.monotonic() - began < 30
    assert inside.rows("SELECT 1") == [["1"]]


def test_a_folder_keeps_the_session(tmp_path: Path) -> None:
    with within(Config(data_dir=tmp_path), "mine") as inside:
        inside.rows("CREATE TABLE t AS SELECT 7 AS n")
    with within(Config(data_dir=tmp_path), "mine") as inside:
        assert inside.rows("SELECT n FROM t") == [["7"]]


def test_a_parameter_has_no_value(both: tuple[Speech, Speech]) -> None:
    with pytest.raises(Failure) as failed:
        list(both[1].run("SELECT ?"))
    assert "Bind variable 1 not set" in failed.value.text


def test_what_a_statement_needs_not_is_not_loaded() -> None:
    sql = "SELECT 1.5 AS a, 'b' AS b, CURRENT_DATE() > '2020-01-01' AS c"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "mockhaus", "query", sql],
        capture_output=True, text=True, check=True, timeout=100,
        env={**os.environ, "MOCKHAUS_DATA_DIR": ""},
    )  # fmt: skip
    assert done.stdout == "A,B,C\n1.5,b,TRUE\n"
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not loaded & {
        "asyncio", "fastavro", "http.client", "mockhaus.app", "mockhaus.gateway.server",
        "mockhaus.http.app", "pandas.core", "prompt_toolkit", "psycopg", "pyarrow.compute",
        "pyarrow.parquet", "pygments", "ssl", "starlette", "urllib.request", "uvicorn", "wcwidth",
    }  # fmt: skip
