"""The parts of the bench that must be right for its figures to mean anything."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from bench.figures import Figure, Section, Spread, interleaved, lines, number, ratios
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
    [(1234567.8, "1,234,568"), (42.06, "42.1"), (1.234, "1.23"), (0.04567, "0.046")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


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
