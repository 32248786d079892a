"""Tables for a person's eyes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from demo.render import Column, cell, cells, cut, table

NAME, NUMBER = Column("name"), Column("number", numeric=True)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "NULL"),
        ("", ""),
        (True, "true"),
        (12, "12"),
        (0.1 + 0.2, "0.3"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (dt.date(2013, 1, 31), "2013-01-31"),
        (dt.datetime(2013, 1, 31, 5, 6), "2013-01-31 05:06:00"),
        ({"a": [1, None]}, '{"a": [1, null]}'),
        ("two\nlines", "two lines"),
        ("a bell \a", "a bell ·"),
    ],
)
def test_cell(value: Any, shown: str) -> None:
    assert cell(value) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("short", 5, "short"),
        ("long enough to be cut", 10, "long enou…"),
        ("file:///folder/flights.csv", 17, "file:///…ghts.csv"),
        ("東京 and Osaka", 6, "東京 …"),
    ],
)
def test_cut(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown
    assert cells(shown) <= width


def test_numbers_stand_on_the_right() -> None:
    assert table([NAME, NUMBER], [("one", 1), ("", None), ("a thousand", 1000)]) == [
        "name        number",
        "──────────  ──────",
        "one              1",
        "              NULL",
        "a thousand    1000",
    ]


def test_fractions_have_equally_many_decimals() -> None:
    lines = table([NUMBER], [(11.0,), (13.6,), (16.89,), (None,)])
    assert [line.strip() for line in lines[2:]] == ["11.00", "13.60", "16.89", "NULL"]


def test_very_small_fractions_stay_as_they_are() -> None:
    lines = table([NUMBER], [(1e-12,), (0.5,)])
    assert [line.strip() for line in lines[2:]] == ["1e-12", "0.5"]


@pytest.mark.parametrize(
    ("rows", "last"),
    [(10, "x  9"), (11, "… 1 more row"), (2011, "… 2,001 more rows")],
)
def test_ten_rows_are_enough(rows: int, last: str) -> None:
    lines = table([Column("x"), Column("n", numeric=True)], [("x", i) for i in range(rows)])
    assert lines[-1] == last
    assert len(lines) <= 2 + 10 + 1


def test_no_rows() -> None:
    assert table([NAME, NUMBER], []) == ["name  number", "────  ──────"]


def test_the_widest_column_gives_way() -> None:
    lines = table([NAME, Column("text")], [("left", "word " * 40)], width=30)
    assert lines[2] == "left  word word word word wor…"
    assert max(map(cells, lines)) == 30


def test_columns_without_a_value_give_way_first() -> None:
    columns = [NAME, Column("nothing_in_here"), NUMBER]
    lines = table(columns, [("a name of some length", None, 1)], width=32)
    assert lines == [
        "name                   number",
        "─────────────────────  ──────",
        "a name of some length       1",
        "NULL everywhere: nothing_in_here",
    ]


def test_every_column_is_null() -> None:
    wide = [Column("a" * 20), Column("b" * 20)]
    assert table(wide, [(None, None)], width=30)[2] == "NULL            NULL"
