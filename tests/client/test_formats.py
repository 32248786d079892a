"""Answers as text: each format, widths, NULL beside empty texts, JSON, what a terminal must not get."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest

from mockhaus.client.answers import Answer, Head, Kind
from mockhaus.client.formats import lines
from mockhaus.client.tables import Look, indented
from mockhaus.client.width import harmless, width

PEOPLE: tuple[tuple[str, Kind], ...] = (("n", "number"), ("name", "text"))


def answer(heads: Sequence[tuple[str, Kind]], *rows: Sequence[str | None]) -> Answer:
    return Answer(tuple(Head(name, kind) for name, kind in heads), rows)


def text(asked: Answer, name: str, look: Look | None = None) -> str:
    return "\n".join(lines(asked, name, look))


FORMATS = {
    "table": """\
  n | name
----+------
  1 | Ann
 10 |
  2 | NULL""",
    "markdown": """\
| n | name |
| --: | --- |
| 1 | Ann |
| 10 |  |
| 2 | NULL |""",
    "csv": """\
n,name
1,Ann
10,""
2,""",
    "json": """\
[{"n": 1, "name": "Ann"},
 {"n": 10, "name": ""},
 {"n": 2, "name": null}]""",
    "ndjson": """\
{"n": 1, "name": "Ann"}
{"n": 10, "name": ""}
{"n": 2, "name": null}""",
}


@pytest.mark.parametrize(("name", "expected"), FORMATS.items())
def test_formats(name: str, expected: str) -> None:
    people = answer(PEOPLE, ("1", "Ann"), ("10", ""), ("2", None))
    assert text(people, name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("table", " n | name\n---+------"),
        ("markdown", "| n | name |\n| --: | --- |"),
        ("csv", "n,name"),
        ("json", "[]"),
        ("ndjson", ""),
    ],
)
def test_no_rows(name: str, expected: str) -> None:
    assert text(answer(PEOPLE), name) == expected


def test_rows_too_wide_for_the_window_are_records() -> None:
    wide = answer((("id", "number"), ("a", "text"), ("b", "text")), ("1", "x" * 40, "y" * 40))
    assert text(wide, "table", Look(columns=80)) == (
        "-[ RECORD 1 ]--------------------------\n".replace("-\n", "--\n")
        + "id | 1\na  | " + "x" * 40 + "\nb  | " + "y" * 40
    )  # fmt: skip


@pytest.mark.parametrize(
    ("expanded", "columns", "records"),
    [("auto", 80, False), ("auto", 9, True), ("on", 80, True), ("off", 5, False), ("auto", None, False)],
)  # fmt: skip
def test_records_or_not(
    expanded: Literal["on", "off", "auto"], columns: int | None, records: bool
) -> None:
    one = answer(PEOPLE, ("1", "Annabel"))
    assert ("RECORD" in text(one, "table", Look(columns, expanded))) == records


def test_a_table_as_wide_as_the_window_stays_one() -> None:
    one = answer((("a", "text"),), ("x" * 78,))
    drawn = text(one, "table", Look(columns=80))
    assert "RECORD" not in drawn
    assert max(map(width, drawn.splitlines())) == 80


def test_wide_characters_align() -> None:
    rows = answer((("a", "text"), ("b", "number")), ("日本", "1"), ("🎉", "22"), ("é", "3"))
    assert text(rows, "table") == " a    |  b\n------+----\n 日本 |  1\n 🎉   | 22\n é    |  3"


def test_lines_of_a_value_stay_in_their_column() -> None:
    rows = answer((("a", "text"), ("b", "text")), ("one\ntwo", "x"))
    assert text(rows, "table") == " a   | b\n-----+---\n one | x\n two |"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('{"a":1}', '{"a":1}'),
        ('{"a":1.50,"b":[1,2,3],"c":{"d":"a long text, so that it does not fit"}}',
         '{\n  "a": 1.50,\n  "b": [1, 2, 3],\n  "c": {\n    "d": "a long text, so that it does not fit"\n  }\n}'),
        ('[12345678901234567890123456789012345678,"日本語日本語"]',
         '[\n  12345678901234567890123456789012345678,\n  "日本語日本語"\n]'),
        ("[undefined, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]", "[undefined, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]"),
    ],
)  # fmt: skip
def test_json_is_indented_where_it_is_long(value: str, shown: str) -> None:
    assert indented(value) == shown


def test_values_in_json() -> None:
    heads: tuple[tuple[str, Kind], ...] = (
        ("a", "number"), ("a", "number"), ("t", "boolean"), ("v", "json"), ("s", "text"),
    )  # fmt: skip
    one = answer(heads, ("1.50", "NaN", "TRUE", '{"x":[1]}', 'é"'))
    assert (
        text(one, "ndjson") == '{"a": 1.50, "a_1": "NaN", "t": true, "v": {"x":[1]}, "s": "é\\""}'
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [("a,b", '"a,b"'), ('a"b', '"a""b"'), ("a\nb", '"a\nb"'), (" a", '" a"'), ("a;b", "a;b")],
)
def test_values_in_csv(value: str, written: str) -> None:
    assert text(answer((("c", "text"),), (value,)), "csv") == f"c\n{written}"


def test_values_in_markdown() -> None:
    assert text(answer((("c", "text"),), ("a|b\nc",)), "markdown").endswith("| a\\|b<br>c |")


def test_nothing_moves_the_terminal() -> None:
    assert harmless("a\x1b[2J\r\nb\tc") == "a\\x1b[2J\nb       c"
    assert "\x1b" not in text(answer((("\x1b", "text"),), ("\x1b",)), "table")


def test_colours_tell_null() -> None:
    rows = answer((("a", "text"),), (None,), ("NULL",))
    drawn = text(rows, "table", Look(colours=True))
    assert drawn.count("\x1b[2mNULL") == 1
