"""The REPL in a real terminal: what a person sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from mockhaus.client.server import Doors, own
from tests.repl.terminal import HAS_TMUX, repl

pytestmark = pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed")

LONG = "SELECT COUNT(*) FROM big a, big b WHERE a.n * b.n = -1;"


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    with own() as doors:
        with psycopg.connect(doors.pg_url, autocommit=True) as connection:
            connection.execute("CREATE TABLE parcels (parcel_weight INT, sender VARCHAR)")
            connection.execute("INSERT INTO parcels VALUES (12, 'Ann'), (7, NULL), (3, '')")
            connection.execute(
                "CREATE TABLE big AS SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 300000))"
            )
        yield doors


@pytest.fixture
def server(doors: Doors) -> tuple[str, ...]:
    return ("--server-url", doors.http_url, "--pg-url", doors.pg_url)


def test_a_live_column_is_completed(tmp_path: Path, server: tuple[str, ...]) -> None:
    with repl(tmp_path, *server) as terminal:
        terminal.type("select parcel_w from parcels;")
        terminal.press(*["Left"] * len(" from parcels;"))
        terminal.press("Tab")
        shown = terminal.wait("parcel_weight")
        assert "select parcel_weight from parcels;" in shown
        terminal.press("Enter")
        shown = terminal.wait(r"\(3 rows\)")
        assert re.search(r"PARCEL_WEIGHT\n-+\n +12\n +7\n +3\n", shown)


def test_null_is_told_from_empty_and_numbers_stand_right(
    tmp_path: Path, server: tuple[str, ...]
) -> None:
    with repl(tmp_path, *server) as terminal:
        terminal.enter("select * from parcels order by 1;")
        shown = terminal.wait(r"\(3 rows\)")
        assert " +3 |\n" in re.sub(r" +3 \|", " +3 |", shown)
        assert re.search(r"\n +7 \| NULL\n +12 \| Ann\n", shown)


def test_ctrl_c_cancels_the_statement_and_not_the_repl(
    tmp_path: Path, server: tuple[str, ...]
) -> None:
    with repl(tmp_path, *server) as terminal:
        terminal.enter(LONG)
        terminal.wait(r"Running \d+\.\d s.*Ctrl-C cancels")
        terminal.press("C-c")
        terminal.wait(r"Canceled[\s\S]*mockhaus\(MOCKHAUS\.PUBLIC\)>")
        terminal.enter("select 40 + 2 as answer;")
        # Between two prompts the terminal is the kernel's, and Ctrl-D says nothing to the REPL.
        terminal.wait(r"ANSWER\n-+\n +42[\s\S]*mockhaus\(MOCKHAUS\.PUBLIC\)>\s*$")
        terminal.press("C-d")
        terminal.wait("left with 0")


def test_a_row_wider_than_the_window_is_a_record(tmp_path: Path, server: tuple[str, ...]) -> None:
    with repl(tmp_path, *server, columns=80) as terminal:
        terminal.enter("select 1 as id, repeat('x', 50) as a, repeat('y', 50) as b;")
        shown = terminal.wait(r"\(1 row\)")
        assert re.search(r"-\[ RECORD 1 \]-+\nID \| 1\nA  \| x{50}\nB  \| y{50}\n", shown)
        terminal.enter("select 1 as id, repeat('x', 60) as a;")
        shown = terminal.wait(r"ID \| A\n")
        assert re.search(r"\n +1 \| x{60}\n", shown)


def test_a_statement_of_several_lines_with_dollar_quotes(
    tmp_path: Path, server: tuple[str, ...]
) -> None:
    with repl(tmp_path, *server) as terminal:
        terminal.enter("select $$one;")
        terminal.wait(r"\.\.\.\n")
        terminal.enter("two$$ as text")
        terminal.enter(";")
        terminal.wait(r"TEXT\n-+\n one;\n two\n")
        terminal.enter("begin")
        terminal.enter("let x := 20; let y := 22;")
        terminal.enter("return x + y;")
        terminal.enter("end;")
        terminal.wait(r"\n +42\n")


def test_an_error_shows_its_place_and_the_repl_goes_on(
    tmp_path: Path, server: tuple[str, ...]
) -> None:
    with repl(tmp_path, *server) as terminal:
        terminal.enter("select nosuch(1);")
        shown = terminal.wait(r"LINE 1")
        assert "ERROR 002140, 42883: SQL compilation error: Unknown function NOSUCH" in shown
        assert re.search(r"LINE 1: select nosuch\(1\)\n {15}\^\n", shown)
        terminal.enter("select 1 as fine;")
        terminal.wait(r"FINE\n-+\n +1")


def test_the_history_of_earlier_times_is_searched(tmp_path: Path, server: tuple[str, ...]) -> None:
    with repl(tmp_path, *server) as terminal:
        terminal.enter("select 'remember me' as told;")
        terminal.wait(r"\(1 row\)")
        terminal.enter("quit")
        terminal.wait("left with 0")
    with repl(tmp_path, *server) as terminal:
        terminal.press("C-r")
        terminal.type("remember")
        terminal.wait("select 'remember me' as told;")
        terminal.press("Enter")
        terminal.press("Enter")
        terminal.wait(r"TOLD\n-+\n remember me")


def test_a_server_that_went_away_and_came_back(tmp_path: Path) -> None:
    with own() as doors:
        port = doors.pg_url.rpartition(":")[2]
        options = ("--server-url", doors.http_url, "--pg-url", doors.pg_url)
        context = repl(tmp_path, *options, columns=200)
        terminal = context.__enter__()
    try:
        terminal.enter("select 1;")
        terminal.wait("The connection to the server is lost")
        terminal.enter("select 2;")
        terminal.wait("Connection refused")
        with own(pg_port=int(port)):
            terminal.enter("select 40 + 2 as answer;")
            shown = terminal.wait(r"ANSWER\n-+\n +42")
            assert "Connected again" in shown
    finally:
        context.__exit__(None, None, None)


def test_with_no_server_one_is_started_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with repl(tmp_path) as terminal:
        terminal.enter("select 40 + 2 as answer;")
        # Between two prompts the terminal is the kernel's, and Ctrl-D says nothing to the REPL.
        terminal.wait(r"ANSWER\n-+\n +42[\s\S]*mockhaus\(MOCKHAUS\.PUBLIC\)>\s*$")
        terminal.press("C-d")
        terminal.wait("left with 0")


def test_long_answers_are_paged_and_end_at_the_limit(
    tmp_path: Path, server: tuple[str, ...]
) -> None:
    with repl(tmp_path, *server) as terminal:
        terminal.enter("select n from big order by n;")
        shown = terminal.wait(r"the first 1,000 rows of more")
        assert len(re.findall(r"^ *999$", shown, re.MULTILINE)) == 1
        terminal.enter("\\limit 2")
        terminal.enter("select n from big order by n;")
        terminal.wait(r"the first 2 rows of more")
        terminal.enter("help")
        shown = terminal.wait("Ctrl-D leaves")
        assert shown.count("Ctrl-D leaves") == 1


def test_progress_has_a_percentage_where_it_is_known(
    tmp_path: Path, server: tuple[str, ...]
) -> None:
    with repl(tmp_path, *server) as terminal:
        terminal.enter(LONG)
        terminal.wait(r"Running \d+\.\d s · \d+% · Ctrl-C cancels")
        terminal.press("C-c")
        terminal.wait("Canceled")
