"""`mockhaus query`: what goes where, in which format, with which exit status."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mockhaus.cli.main import main
from mockhaus.client.server import Doors, own


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    with own() as doors:
        yield doors


def _query(doors: Doors, *arguments: str, text: str = "") -> Result:
    addresses = ("--server-url", doors.http_url, "--pg-url", doors.pg_url)
    return CliRunner().invoke(main, ["query", *addresses, *arguments], input=text)


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        ((), "N,S\n1.50,\n"),
        (("--format", "csv"), "N,S\n1.50,\n"),
        (("--format", "table"), "    N | S\n------+------\n 1.50 | NULL\n"),
        (("--format", "markdown"), "| N | S |\n| --: | --- |\n| 1.50 | NULL |\n"),
        (("--format", "json"), '[{"N": 1.50, "S": null}]\n'),
        (("--json",), '[{"N": 1.50, "S": null}]\n'),
        (("--format", "ndjson"), '{"N": 1.50, "S": null}\n'),
    ],
)
def test_formats(doors: Doors, arguments: tuple[str, ...], written: str) -> None:
    done = _query(doors, "SELECT 1.50 AS n, NULL::VARCHAR AS s", *arguments)
    assert done.stdout == written
    assert (done.stderr, done.exit_code) == ("", 0)


def test_statements_come_from_a_file_and_from_standard_input(doors: Doors, tmp_path: Path) -> None:
    text = "SELECT ';' AS a; -- one\nSELECT 2 AS b;\n"
    (tmp_path / "two.sql").write_text(text, encoding="utf-8")
    for done in (
        _query(doors, "-f", str(tmp_path / "two.sql")),
        _query(doors, "-f", "-", text=text),
        _query(doors, text=text),
    ):
        assert (done.stdout, done.exit_code) == ("A\n;\nB\n2\n", 0)


@pytest.mark.parametrize(
    ("sql", "variables", "written"),
    [
        ("SELECT &n + &{n}0 AS x", ("n=4",), "X\n44\n"),
        ("SELECT '&who && co' AS x", ("who=ann",), "X\nann & co\n"),
        ("SELECT '&Who' AS x", ("wHO=a=b",), "X\na=b\n"),
        ("SELECT '&n && co' AS x", (), "X\n&n && co\n"),
    ],
)
def test_variables(doors: Doors, sql: str, variables: tuple[str, ...], written: str) -> None:
    given = [part for each in variables for part in ("-D", each)]
    assert _query(doors, sql, *given).stdout == written


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("SELECT 1;\nSELECT nosuch; SELECT 3",), 1, "000904, 42703, line 2 position 7: SQL comp"),
        (("SELEC 1",), 1, "001003, 42601"),
        (("SELECT 1/0",), 1, "100051, 22012"),
        (("SELECT &x", "-D", "y=1"), 2, "Variable x is not defined"),
        (("SELECT 1", "-D", "1x"), 2, "-D 1x: write NAME=VALUE"),
        (("SELECT 1", "-f", "-"), 2, "either SQL or a file"),
        (("-f", "/no/such/file"), 2, "does not exist"),
        ((" -- nothing\n",), 2, "no statement"),
        (("SELECT 1", "--format", "xml"), 2, "xml"),
        (("SELECT 1", "--data-dir", "x"), 2, "--data-dir"),
        (("SELECT 1", "--server-url", "http://127.0.0.1:1"), 3, "No server answers"),
        (("SELECT 1", "--server-url", "nonsense"), 3, "is no address of a server"),
        (("SELECT 1", "--pg-url", "nonsense"), 3, "no PostgreSQL address"),
    ],
)
def test_the_status_tells_how_it_went(
    doors: Doors, arguments: tuple[str, ...], status: int, said: str
) -> None:
    done = _query(doors, *arguments)
    assert (done.exit_code, said in done.stderr) == (status, True), done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert status == 2 or len(done.stderr.splitlines()) == 1
    assert "3\n" not in done.stdout  # nothing runs after a failure


def test_a_session_is_kept_by_the_server(doors: Doors) -> None:
    made = _query(doors, "CREATE TABLE t AS SELECT 7 AS n", "--session", "nightly")
    assert made.exit_code == 0
    assert _query(doors, "SELECT n FROM t", "--session", "nightly").stdout == "N\n7\n"
    assert _query(doors, "SELECT n FROM t").exit_code == 1


def test_a_folder_keeps_a_session_without_a_server(tmp_path: Path) -> None:
    def alone(sql: str) -> subprocess.CompletedProcess[str]:
        where = ("--data-dir", str(tmp_path), "--session", "mine")
        return subprocess.run(
            [sys.executable, "-m", "mockhaus", "query", sql, *where],
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip

    assert alone("CREATE TABLE t AS SELECT 7 AS n").returncode == 0
    done = alone("SELECT n FROM t")
    assert (done.stdout, done.stderr, done.returncode) == ("N\n7\n", "", 0)
