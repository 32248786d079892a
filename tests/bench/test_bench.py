"""The parts of the bench that must be right for its figures to mean anything."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.figures import (
    Curve,
    Figure,
    Section,
    Spread,
    compared,
    interleaved,
    lines,
    number,
    ratios,
    summary,
)
from bench.plots import asked, draw
from bench.profiles import told, worst
from bench.wire import Client, WireError, execute, message, query, row
from demo.server import server


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A raw-socket client of a Mockhaus server."""
    with server() as address, Client(address.pg_port, "bench", "bench") as found:
        yield found


def test_messages_are_encoded_as_the_protocol_says() -> None:
    assert message(b"X", b"") == b"X\x00\x00\x00\x04"
    assert query("select 1") == b"Q\x00\x00\x00\x0dselect 1\x00"


def test_a_data_row_is_read() -> None:
    body = b"\x00\x03" + b"\x00\x00\x00\x02hi" + b"\xff\xff\xff\xff" + b"\x00\x00\x00\x00"
    assert row(body) == ("hi", None, "")


def test_an_answer_is_received_to_its_end(client: Client) -> None:
    encoded = query("select seq4() as n, 'ZI' as t from table(generator(rowcount => 100000))")
    answer = client.ask(encoded)
    assert answer.tag == "SELECT 100000"
    messages = list(client.messages(encoded))
    assert sum(kind == b"D" for kind, _ in messages) == 100_000
    assert sum(len(body) + 5 for _, body in messages) == answer.size


def test_a_named_statement_is_used_again(client: Client) -> None:
    client.prepare("twice", "select 2 * $1::int as n")
    for value in ("3", "21"):
        rows = [row(b) for kind, b in client.messages(execute("twice", value)) if kind == b"D"]
        assert rows == [(str(2 * int(value)),)]


def test_results_come_in_binary(client: Client) -> None:
    client.prepare("binary", "select 258::int as n")
    asked = execute("binary", binary=True)
    (body,) = [b for kind, b in client.messages(asked) if kind == b"D"]
    assert body.endswith(b"\x01\x02")


def test_an_error_is_told_and_the_connection_goes_on(client: Client) -> None:
    with pytest.raises(WireError, match=r"42P01: (.|\n)*NOWHERE"):
        client.run("select * from nowhere")
    assert client.rows("select 1, null") == [("1", None)]


def test_contestants_take_turns() -> None:
    turns = itertools.count()
    taken = interleaved([lambda: next(turns), lambda: next(turns)], 3)
    assert taken == [[0, 2, 4], [1, 3, 5]]


def test_ratios_are_of_neighbours() -> None:
    assert ratios([2, 20, 200], [1, 10, 100]) == Spread(2, 2, 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"),
        (0.00084, "0.00084"),
        (1234567.8, "1,234,568"),
        (42.06, "42.1"),
        (1.234, "1.23"),
        (0.04567, "0.046"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("aim", "text", "verdict", "short"),
    [
        ({}, "", "", 0),
        ({"at_most": 2.0}, "<= 2x", "missed", 2),
        ({"at_most": 4.0}, "<= 4x", "met", 1),
        ({"at_least": 1.0}, ">= 1x", "met", 0.25),
        ({"at_least": 8.0}, ">= 8x", "missed", 2),
    ],
)
def test_an_aim_is_met_or_missed_by_a_factor(
    aim: dict[str, Any], text: str, verdict: str, short: float
) -> None:
    figure = compared("time", [4, 8], [1, 2], "s", **aim)
    assert (figure.ratio, figure.aim, figure.verdict, figure.short) == (
        "4.00 x (4.00-4.00)", text, verdict, short,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("points", "fit", "last"),
    [
        (((10, 1), (100, 10), (1000, 100)), 1, 1),
        (((10, 5), (100, 5), (1000, 5)), 0, 0),
        (((1, 3), (2, 12), (4, 48)), 2, 2),
        (((10, 10), (100, 10), (1000, 1000)), 1, 2),
    ],
)
def test_growth_is_the_exponent_of_a_fit(
    points: tuple[tuple[float, float], ...], fit: float, last: float
) -> None:
    curve = Curve("time", "rows", "s", points)
    assert [curve.exponent, curve.last] == pytest.approx([fit, last])


def test_growth_needs_three_sizes_for_a_fit() -> None:
    section = Section("Things", curves=[Curve("time", "rows", "s", ((1000, 0.5), (10000, 5)))])
    assert (
        "| time   | 0.50 s at 1,000 rows | 5.00 s at 10,000 rows |                   | 1.00 "
        in ("\n".join(lines([section])))
    )


def test_a_missed_aim_is_told_with_its_reason() -> None:
    figures = [
        compared("quick", [1], [1], "s", at_most=1, reason="never told"),
        compared("slow", [2], [1], "s", at_most=1, reason="It sleeps."),
        compared("strange", [3], [1], "s", at_most=1),
    ]
    sections = [Section("Things", figures)]
    assert [line for line in lines(sections) if line.startswith("-")] == [
        "- Missed: slow. It sleeps.",
        "- Missed: strange. Why is not known yet.",
    ]
    first = summary(sections)
    assert [figure.what for figure in first.figures] == [
        "strange (Things)", "slow (Things)", "quick (Things)",
    ]  # fmt: skip
    assert not [line for line in lines([first]) if "Missed" in line]


def test_what_falls_shortest_is_profiled_once() -> None:
    figures = [
        compared("a", [2], [1], "s", at_most=1, load="select 1"),
        compared("b", [9], [1], "s", at_most=1, load="select 1"),
        compared("c", [5], [1], "s", at_most=1),
        compared("d", [1], [2], "s", at_most=1, load="SQL API"),
        compared("e", [3], [1], "s", at_most=1, load="SQL API"),
    ]
    assert [figure.what for figure in worst([Section("Things", figures)])] == ["b", "e"]


def test_a_profile_tells_time_of_functions_own() -> None:
    assert told(
        "main;run;read (a.py) 3\nmain;run 1\nmain;read (a.py) 4\n"
        "main;Condition.wait (threading.py:295) 90\n"
    ) == [
        " 87.5 %  read (a.py)",
        " 12.5 %  run",
    ]


def test_plots_need_their_library(tmp_path: Path) -> None:
    curve = Curve("time", "rows", "s", ((1, 1), (10, 10)))
    with pytest.raises(OSError, match="no such library"):
        draw(_without(tmp_path), tmp_path, [asked("things", Section("Things", curves=[curve]))])


def _without(folder: Path) -> Path:
    python = folder / "python"
    python.write_text("#!/bin/sh\necho no such library >&2\nexit 1\n")
    python.chmod(0o755)
    return python


def test_a_report_is_a_table() -> None:
    figure = Figure("time", "2.00 x", Spread(1, 2, 3).text("ms"), aim="< 3 ms", verdict="met")
    assert lines([Section("Things", [figure], ["a note"])]) == [
        "## Things",
        "",
        "| figure | ratio  | measured            | beside | aim    |     |",
        "|--------|--------|---------------------|--------|--------|-----|",
        "| time   | 2.00 x | 2.00 ms (1.00-3.00) |        | < 3 ms | met |",
        "",
        "- a note",
        "",
    ]
