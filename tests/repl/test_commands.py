"""What a line is; when Enter sends it; errors with their place; charts; PUT and GET as read."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockhaus.client.outcomes import Failure, NotTransferred
from mockhaus.repl.chart import NoChart, chart
from mockhaus.repl.commands import COMMANDS, Wrong, find
from mockhaus.repl.reading import is_done
from mockhaus.repl.screen import duration, explained
from mockhaus.repl.transfer import Transfer, located, transfer

LINES = [
    ("\\dt", ("\\dt", "")),
    ("  \\dt ord* ", ("\\dt", "ord*")),
    ("\\i a file.sql;", ("\\i", "a file.sql")),
    ("!set output_format=csv", ("!set", "output_format=csv")),
    ("quit", ("quit", "")),
    ("EXIT;", ("quit", "")),
    ("q", ("quit", "")),
    ("?", ("help", "")),
    ("sessions", ("sessions", "")),
    ("session 1", None),
    ("select 1", None),
    ("", None),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_what_a_line_is(line: str, expected: tuple[str, str] | None) -> None:
    found = find(line)
    assert (None if found is None else (found[0].name, found[1])) == expected


@pytest.mark.parametrize("line", ["\\nosuch", "!nosuch 1"])
def test_an_unknown_command_is_refused_by_name(line: str) -> None:
    with pytest.raises(Wrong, match=r"There is no command .nosuch"):
        find(line)


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("", True), ("quit", True), ("\\d", True), ("\\nosuch", True), ("select 1", False),
        ("select 1;", True), ("select $$a;", False), ("begin return 1;", False),
    ],
)  # fmt: skip
def test_when_enter_sends(text: str, done: bool) -> None:
    assert is_done(text) == done


def test_every_command_stands_in_the_manual() -> None:
    manual = Path(__file__).parents[2].joinpath("docs/repl.md").read_text(encoding="utf-8")
    assert [each.name for each in COMMANDS if f"`{each.name}" not in manual] == []


def test_an_error_is_explained() -> None:
    failure = Failure(
        "it is wrong", "000904", "42703", 15, "Say it right.", "", "select\n  日本, nosuch"
    )
    assert list(explained(failure)) == [
        "ERROR 000904, 42703: it is wrong",
        "LINE 2:   日本, nosuch",
        "                  ^",
        "Hint: Say it right.",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0021, "2.1 ms"), (1.25, "1.2 s"), (61, "1 min 01 s")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_chart() -> None:
    rows = [("a", "10"), ("bb", "5"), (None, None), ("c", "-10")]
    assert list(chart(rows, 23)) == [
        "a    | ██████████   10",
        "bb   | █████         5",
        "NULL |            NULL",
        "c    |-██████████  -10",
    ]


@pytest.mark.parametrize("rows", [[], [("a",)], [("a", "x")]])
def test_no_chart(rows: list[tuple[str, ...]]) -> None:
    with pytest.raises(NoChart):
        list(chart(rows, 80))


TRANSFERS = [
    ("put file:///tmp/a.csv @s", Transfer("PUT", "/tmp/a.csv", "@s", {})),
    ("PUT 'file:///tmp/a b.csv' '@s/x'", Transfer("PUT", "/tmp/a b.csv", "@s/x", {})),
    (
        "put file:///tmp/*.csv @~/in auto_compress = false overwrite=TRUE",
        Transfer("PUT", "/tmp/*.csv", "@~/in", {"AUTO_COMPRESS": "false", "OVERWRITE": "TRUE"}),
    ),
    ("get @%t file:///tmp/out", Transfer("GET", "/tmp/out", "@%t", {})),
    (
        "GET @s/x file:///tmp/out/ PATTERN='.*gz'",
        Transfer("GET", "/tmp/out/", "@s/x", {"PATTERN": ".*gz"}),
    ),
    ("select 1", None),
]


@pytest.mark.parametrize(("text", "expected"), TRANSFERS)
def test_put_and_get(text: str, expected: Transfer | None) -> None:
    assert transfer(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("put /tmp/a @s", "Say PUT file://path"),
        ("put file:///a @s nosuch=1", "no option NOSUCH"),
        ("get @s file:///a overwrite=true", "no option OVERWRITE"),
    ],
)
def test_other_forms_are_refused(text: str, says: str) -> None:
    with pytest.raises(NotTransferred, match=says):
        transfer(text)


@pytest.mark.parametrize(
    ("stage", "place"),
    [
        ("@s", '@"DB"."PUBLIC".s'),
        ("@s/a/b", '@"DB"."PUBLIC".s/a/b'),
        ("@%t", '@"DB"."PUBLIC".%t'),
        ('@"S s"', '@"DB"."PUBLIC"."S s"'),
        ("@~/x", "@~/x"),
        ("@a.b.s/x", "@a.b.s/x"),
    ],
)
def test_a_stage_in_full(stage: str, place: str) -> None:
    assert located(stage, "DB", "PUBLIC") == place


def test_the_list_of_commands_fits_a_window() -> None:
    wide = max(len(f"{each.name} {each.arguments}") for each in COMMANDS)
    assert max(wide + 4 + len(each.help) for each in COMMANDS) <= 80
