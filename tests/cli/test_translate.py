"""`mockhaus translate`: the SQL of a statement, the report of a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mockhaus.cli.main import main
from mockhaus.client.server import Doors, own

#: File, its statements, and what becomes of each: line, status, a part of the reason.
_FILES = [
    (
        "a.sql",
        """-- the table is made by a later file
CREATE VIEW v AS SELECT id FROM raw_t;
SELECT id FROM v; SELECT id FROM elsewhere;
""",
        [(2, "runs", ""), (3, "runs", ""), (3, "missing", "'ELSEWHERE' does not exist")],
    ),
    (
        "b.sql",
        """CREATE DATABASE d2;
USE DATABASE d2;
CREATE TABLE here (a INT);
INSERT INTO here SELECT 1;
SELECT HASH_AGG(a), 'ST_AREA(1)' FROM here;
SELECT ST_AREA(a) FROM here;
SELECT nosuch(a) FROM here;
SELEC 1;
""",
        [
            (1, "runs", ""),
            (2, "runs", ""),
            (3, "runs", ""),
            (4, "runs", ""),
            (5, "partial", "HASH_AGG: Snowflake's values are not published"),
            (6, "refused", "ST_AREA"),
            (7, "refused", "NOSUCH"),
            (8, "wrong", "syntax error"),
        ],
    ),
    ("more/c.SQL", "CREATE TABLE mockhaus.public.raw_t (id INT)", [(1, "runs", "")]),
    ("more/notes.txt", "not SQL", []),
]


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    with own() as doors:
        yield doors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text, _ in _FILES:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def _translate(doors: Doors, *arguments: str, text: str = "") -> Result:
    addresses = ("--server-url", doors.http_url, "--pg-url", doors.pg_url)
    return CliRunner().invoke(main, ["translate", *arguments, *addresses], input=text)


def test_statements(doors: Doors) -> None:
    text = "SELECT IFF(1 > 0, 'a', 'b') AS x; CREATE STAGE st"
    for done in (_translate(doors, text), _translate(doors, "-", text=text)):
        assert done.output == (
            "SELECT CASE WHEN 1 > 0 THEN 'a' ELSE 'b' END AS X;\n"
            "-- CREATE_STAGE is not SQL of DuckDB's\n"
        )
    [found] = json.loads(_translate(doors, "SELECT 1 AS n", "--json").output)
    assert found["columns"][0]["name"] == "N"


def test_a_folder(doors: Doors, folder: Path) -> None:
    before = set(doors.rest.call("GET", "sessions")["sessions"])
    done = _translate(doors, str(folder), "--json")
    found = json.loads(done.output)
    wanted = [(name, *each) for name, _, verdicts in _FILES for each in verdicts]
    for each, (name, line, status, reason) in zip(found["details"], wanted, strict=True):
        assert (each["file"], each["line"], each["status"]) == (name, line, status), each
        assert reason in each["reason"]
    assert found["counts"] == {"runs": 7, "partial": 1, "refused": 2, "missing": 1, "wrong": 1}
    assert set(doors.rest.call("GET", "sessions")["sessions"]) <= before | {"default"}


def test_a_folder_for_people(doors: Doors, folder: Path) -> None:
    lines = _translate(doors, str(folder)).output.splitlines()
    assert lines[0].split(" | ")[0].strip() == "place"
    assert [line.split()[0] for line in lines[2:-1]] == [
        "a.sql:3", "b.sql:5", "b.sql:6", "b.sql:7", "b.sql:8",
    ]  # fmt: skip
    assert lines[-1] == "12 statements: 7 runs, 1 partial, 2 refused, 1 missing, 1 wrong"


@pytest.mark.parametrize(
    ("argument", "status", "said"),
    [
        ("SELECT nosuch", 1, "000904: SQL compilation error"),
        (" ", 2, "no statement"),
        (".", 2, "has no statements in .sql files"),
    ],
)
def test_bad_input_is_a_line(
    doors: Doors, tmp_path: Path, argument: str, status: int, said: str
) -> None:
    done = _translate(doors, str(tmp_path) if argument == "." else argument)
    assert (done.exit_code, said in done.stderr, done.stdout) == (status, True, ""), done.stderr
