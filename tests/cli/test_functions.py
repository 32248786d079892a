"""`mockhaus functions` and docs/functions.md, which is made of the same tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockhaus.cli.functions import markdown, rows
from mockhaus.cli.main import main
from mockhaus.translation.rewrite import CALLS, NODES

PAGE = Path(__file__).parents[2] / "docs" / "functions.md"

SHOWN: list[tuple[list[str], list[str], list[str]]] = [
    (["--family", "bitwise"], ["Bitwise", "BITAND", "supported"], ["ABS", "String"]),
    (["--family", "hash", "--state", "refused"], ["ENCRYPT", "refused"], ["MD5_HEX"]),
    (["--state", "partial"], ["RANDOM", "partial", "seed"], ["  ABS"]),
]


@pytest.mark.parametrize(("options", "there", "absent"), SHOWN)
def test_shown(options: list[str], there: list[str], absent: list[str]) -> None:
    answer = CliRunner().invoke(main, ["functions", *options])
    assert answer.exit_code == 0
    assert all(word in answer.output for word in there)
    assert not any(word in answer.output for word in absent)


def test_nothing_found() -> None:
    answer = CliRunner().invoke(main, ["functions", "--family", "no such family"])
    assert answer.exit_code == 2
    assert "No function" in answer.output


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(), (
        "run: mockhaus functions --markdown > docs/functions.md"
    )


def test_every_function_that_is_translated_is_listed() -> None:
    listed = {name for _, name, _, _ in rows()}
    translated = {name for each in (*CALLS.values(), *NODES.values()) for name in each.names}
    assert translated == listed


def test_no_name_has_two_states() -> None:
    states: dict[str, set[str]] = {}
    for _, name, how, _ in rows():
        states.setdefault(name, set()).add(how)
    assert {name: found for name, found in states.items() if len(found) > 1} == {}


def test_json() -> None:
    done = CliRunner().invoke(main, ["functions", "--state", "refused", "--json"])
    told = json.loads(done.stdout)
    assert told
    assert {each["state"] for each in told} == {"refused"}
    assert set(told[0]) == {"family", "name", "state", "remark"}
