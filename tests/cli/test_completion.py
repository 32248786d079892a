"""Completion in a shell: what the shells get, and what they are told of a line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from mockhaus.cli.main import main


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"_MOCKHAUS_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("mockhaus se", ["serve", "session"]),
        ("mockhaus session sn", ["snapshot"]),
        ("mockhaus query --fo", ["--format"]),
        ("mockhaus query --format nd", ["ndjson"]),
        ("mockhaus sample --scale ", ["sf001", "sf01", "sf1"]),
        ("mockhaus completion z", ["zsh"]),
    ],
)
def test_words(line: str, words: list[str]) -> None:
    count = str(len(line.split(" ")) - 1)
    variables = {"_MOCKHAUS_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": count}
    assert [word.partition(",")[2] for word in _run(variables).splitlines()] == words


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_a_line() -> None:
    script = CliRunner().invoke(main, ["completion", "bash"]).stdout
    ask = """
mockhaus() { "$PYTHON" -m mockhaus "$@"; }
COMP_WORDS=(mockhaus history ex); COMP_CWORD=2
_mockhaus_completion mockhaus ex history
printf '%s\\n' "${COMPREPLY[@]}"
"""
    # The function calls the command by its name, with variables of its own.
    script = script.replace("env COMP_WORDS", "COMP_WORDS").replace(" $1)", " mockhaus)")
    done = subprocess.run(
        ["bash", "-c", script + ask], env={**os.environ, "PYTHON": sys.executable},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["export"]


def _run(variables: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mockhaus"], env={**os.environ, **variables},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout
