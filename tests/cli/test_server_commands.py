"""`mockhaus session`, `history` and `file-format` against a running server."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from mockhaus.cli.main import main
from mockhaus.client.server import own
from mockhaus.client.talking import Talk


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The HTTP door of a server whose session default has run a statement."""
    with own() as doors:
        with closing(Talk(doors.pg_url)) as talk:
            talk.rows("SELECT 1 AS marked")
        yield doors.http_url


def _call(url: str, line: str, text: str = "") -> Result:
    return CliRunner().invoke(main, [*shlex.split(line), "--server-url", url], input=text)


def _json(url: str, line: str) -> Any:
    result = _call(url, f"{line} --json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_a_session_from_beginning_to_end(url: str) -> None:
    assert _call(url, "session create s --ttl 60").output == "Created memory session s\n"
    shown = _json(url, "session show s")
    assert (shown["session_id"], shown["type"], shown["ttl_seconds"]) == ("s", "memory", 60)
    assert "s" in [each["session_id"] for each in _json(url, "session list")]
    assert _call(url, "session snapshot s before").exit_code == 0
    assert [each["name"] for each in _json(url, "session snapshot s")] == ["before"]
    _call(url, "file-format create f --session s")
    assert _call(url, "session fork s now").output == "Forked s as now\n"
    assert _call(url, "session fork s then --snapshot before").exit_code == 0
    assert _call(url, "session restore s before").exit_code == 0
    counts = [
        len(_json(url, f"file-format list --session {each}")) for each in ("s", "now", "then")
    ]
    assert counts == [0, 1, 0]
    assert _call(url, "session snapshot s before --delete").exit_code == 0
    assert _json(url, "session snapshot s") == []
    assert _call(url, "session delete s").output == "Session s terminated successfully\n"
    assert _call(url, "session show s").exit_code == 1


def test_a_file_format_from_beginning_to_end(url: str) -> None:
    options = "-o \"FIELD_DELIMITER='|'\" -o SKIP_HEADER=1 -o \"NULL_IF=('', 'NA')\" -o ESCAPE=\\^"
    made = _json(url, f"file-format create pipes {options}")
    assert made == [{"status": "File format PIPES successfully created."}]
    shown = {
        each["property"]: each["property_value"] for each in _json(url, "file-format show pipes")
    }
    wanted = {"FIELD_DELIMITER": "|", "SKIP_HEADER": "1", "NULL_IF": "[, NA]", "ESCAPE": "^"}
    assert {name: shown[name] for name in wanted} == wanted
    assert [each["name"] for each in _json(url, "file-format list --like 'P%'")] == ["PIPES"]
    assert _call(url, "file-format create pipes --type json --replace").exit_code == 0
    assert _call(url, "file-format drop pipes").exit_code == 0


def test_history(url: str, tmp_path: Path) -> None:
    _call(url, "file-format drop nix")
    failed, *_ = _json(url, "history search -t 'format NIX' -s ERROR -d 1 -n 1")
    assert (failed["sql"], failed["error_code"]) == ("DROP FILE FORMAT nix", "002003")
    assert _json(url, f"history show {failed['query_id']}")["sql"] == failed["sql"]
    assert "MARKED" in _call(url, "history search -y select --format csv").output.upper()
    assert len(_json(url, "history recent -n 2 -v")) == 2
    assert _json(url, "history stats")["by_error"]["002003"] >= 1
    for kind, first in (("json", b"["), ("csv", b"query_id,"), ("parquet", b"PAR1")):
        path = tmp_path / f"history.{kind}"
        assert _call(url, f"history export -f {kind} -o {path}").exit_code == 0
        assert path.read_bytes().startswith(first)
    assert _json(url, "history clear --force --before 2020-01-01")["cleared"] == 0
    assert _call(url, "history clear", "n\n").exit_code == 1
    assert _json(url, "history recent")
    assert _call(url, "history clear", "y\n").exit_code == 0
    assert _json(url, "history recent") == []


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("session show nix", 1, "Session 'nix' not found or expired."),
        ("session create default", 1, "exists already"),
        ("session create 'a b'", 1, "is not a session id"),
        ("session create --type disk", 2, "--type"),
        ("session restore default nix", 1, "nix"),
        ("session snapshot default --delete", 2, "Name the snapshot"),
        ("history show nix", 1, "Query nix not found"),
        ("history recent -n 0", 2, "--limit"),
        ("history clear --before soon", 2, "--before"),
        ("history export -o /no/such/folder/x", 1, "/no/such/folder/x: No such file or directory"),
        ("file-format show nix", 1, "does not exist"),
        ("file-format show 'a; drop'", 2, "is no name"),
        ("file-format create f -o NIX=1", 1, "invalid parameter 'NIX'"),
        ("file-format create f -o NIX", 2, "write NAME=VALUE"),
        ("file-format list --session nix", 1, "nix"),
    ],
)
def test_bad_input_is_a_line(url: str, line: str, status: int, said: str) -> None:
    done = _call(url, line)
    assert (done.exit_code, said in done.stderr) == (status, True), done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert done.stdout == ""


@pytest.mark.parametrize("line", ["session list", "history recent", "file-format list"])
def test_no_server(line: str) -> None:
    done = _call("http://127.0.0.1:1", line)
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr == "Error: No server answers at http://127.0.0.1:1: connection refused\n"


def _commands(group: click.Group, *above: str) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*above, name)
        if isinstance(command, click.Group):
            yield from _commands(command, *above, name)


@pytest.mark.parametrize("words", list(_commands(main)), ids=" ".join)
def test_help_has_an_example(words: tuple[str, ...]) -> None:
    """Of a group, one of its commands; of a command, itself."""
    shown = CliRunner().invoke(main, [*words, "--help"]).output
    assert f"Example: mockhaus {' '.join(words)}" in " ".join(shown.split())
