"""Statements and commands from a pipe: answers to stdout, errors to stderr, a status that tells."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockhaus.client.server import Doors, own


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    with own() as doors:
        yield doors


def piped(doors: Doors, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    addresses = ("--server-url", doors.http_url, "--pg-url", doors.pg_url)
    return subprocess.run(
        [sys.executable, "-m", "mockhaus", "repl", *addresses, "--session-type", "memory", *options],
        input=text, capture_output=True, text=True, timeout=100, check=False,
        env={**os.environ, "NO_COLOR": ""},
    )  # fmt: skip


def test_answers_and_errors_go_apart(doors: Doors) -> None:
    done = piped(doors, "select 1 as a;\nselect nosuch;\nselect 2 as a", "--format", "csv")
    assert done.stdout == "A\n1\nA\n2\n"
    assert done.stderr.splitlines()[0].startswith("ERROR 000904, 42703: ")
    assert "\x1b" not in done.stdout + done.stderr
    assert done.returncode == 1


def test_files_of_this_machine_go_through_stages_and_copy(doors: Doors, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a,b\n1,x\n2,\n", encoding="utf-8")
    (tmp_path / "script.sql").write_text("select count(*) as n from t;\n", encoding="utf-8")
    script = f"""
create stage st;
put file://{tmp_path}/in.csv @st/dir auto_compress=false;
put file://{tmp_path}/*.csv @st/dir auto_compress=false;
get @st file://{tmp_path}/out;
create table t (a int, b varchar);
\\copy t from '{tmp_path}/in.csv'
\\copy (select a from t order by a) to '{tmp_path}/a.csv'
\\i {tmp_path}/script.sql
!spool {tmp_path}/spool.json
!set output_format=json
select a, b from t order by a;
!spool off
"""
    done = piped(doors, script, "--format", "ndjson")
    assert done.stderr == ""
    assert '"status": "UPLOADED"' in done.stdout
    assert '"status": "SKIPPED"' in done.stdout
    assert '{"N": 2}' in done.stdout
    assert (tmp_path / "out" / "in.csv").read_bytes() == (tmp_path / "in.csv").read_bytes()
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "a\n1\n2\n"
    assert (tmp_path / "spool.json").read_text(encoding="utf-8") == (
        '[{"A": 1, "B": "x"},\n {"A": 2, "B": null}]\n'
    )
    assert done.returncode == 0


def test_a_session_that_was_made_ends_with_it(doors: Doors) -> None:
    before = set(doors.rest.call("GET", "sessions")["sessions"])
    done = piped(
        doors, "session\nsessions\nhealth\n!queries\nselect 1;\n\\translate\n\\q\nselect 3;"
    )
    assert "(memory, expires after 3600 s without use)" in done.stdout
    assert "is healthy" in done.stdout
    assert "SELECT\n  1" in done.stdout or "SELECT 1" in done.stdout
    assert " 3\n" not in done.stdout
    assert set(doors.rest.call("GET", "sessions")["sessions"]) == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--server-url", "http://127.0.0.1:1"), "No server answers at http://127.0.0.1:1"),
        (("--pg-url", "postgresql://127.0.0.1:1"), "onnection"),
        (("--pg-url", "nonsense"), "nonsense is no PostgreSQL address"),
        (("--server-url", "nonsense"), "'nonsense' is no address of a server"),
        (("--format", "xml"), "Invalid value for '--format'"),
    ],
)
def test_bad_options_are_one_line(options: tuple[str, ...], says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mockhaus", "repl", *options],
        input="", capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert says in done.stderr
    assert "Traceback" not in done.stderr
