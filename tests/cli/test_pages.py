"""The commands and statements that README and docs show, run as they stand there.

A block of ```console is run line by line, but for what `NOT_RUN` names; a block of ```sql through
the PostgreSQL door, in order, and where a table follows it that is what the last statement answers.
Ports and folders are those of a server of this test.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.cli.test_serve import serving

ROOT = Path(__file__).parents[2]

#: How a command begins that is not run here -> why.
NOT_RUN = {
    "make serve": "installs packages; what it starts is the server of these tests",
    "make test": "this is part of it",
    "mockhaus user add ann": "asks for a password; tests/cli/test_users.py runs it",
    "mockhaus serve --users": "tests/cli/test_users.py runs it",
    'psql "host=db.example.com': "another machine",
    "curl -u ann https://db.example.com": "another machine",
}


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, and the one after it if nothing but it follows."""

    page: str
    language: str
    text: str
    answer: str


def blocks() -> Iterator[Block]:
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        found = re.findall(
            r"^```(\w*)\n(.*?)^```$(?:\n```\n(.*?)^```$)?", path.read_text(), re.M | re.S
        )
        for language, text, answer in found:
            yield Block(path.name, language, text, answer)


def commands(text: str) -> list[str]:
    """The lines that begin with a dollar, with those that continue them."""
    joined = text.replace("\\\n", " ")
    return [line[2:].split("  #")[0].strip() for line in joined.splitlines() if line[:2] == "$ "]


def cells(table: str) -> list[list[str]]:
    lines = [line for line in table.splitlines() if "|" in line]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


CONSOLE = [
    (b.page, command) for b in blocks() if b.language == "console" for command in commands(b.text)
]
SQL = [block for block in blocks() if block.language == "sql" and block.page != "postgresql.md"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands run: with the files that they name."""
    folder = tmp_path_factory.mktemp("pages")
    for orders in (folder / "orders", folder / "data" / "orders"):
        orders.mkdir(parents=True)
        (orders / "a.csv").write_text("id,customer,placed\n1,Ann,2024-01-30\n2,Bob,2023-02-01\n")
    (folder / "data" / "back").mkdir()
    (folder / "variables").touch()
    (folder / "back").mkdir()
    shutil.copy(folder / "orders" / "a.csv", folder / "orders.csv")
    (folder / "report.sql").write_text("SELECT '&day'::DATE AS day;\n")
    (folder / "target" / "compiled").mkdir(parents=True)
    (folder / "target" / "compiled" / "a.sql").write_text("SELECT 1 AS n")
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, str]]:
    """The addresses of both doors; the stage that commands name is there."""
    with serving() as (_, address, rest):
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE STAGE landing")
        yield address, rest


def test_what_is_not_run_is_still_there() -> None:
    for start in NOT_RUN:
        assert any(command.startswith(start) for _, command in CONSOLE), start


@pytest.mark.parametrize(
    "command", [c for _, c in CONSOLE if not c.startswith(tuple(NOT_RUN))]
)  # fmt: skip
def test_commands(server: tuple[str, str], folder: Path, command: str) -> None:
    address, rest = server
    ports = {"8080": re.findall(r":(\d+)", rest)[0], "5433": re.findall(r":(\d+)", address)[0]}
    text = re.sub(r"\b(8080|5433)\b", lambda found: ports[found[0]], command)
    text = re.sub(r"^curl\b", "curl --fail-with-body", text)
    shell = f'mockhaus() {{ "{sys.executable}" -m mockhaus "$@"; }}\n. ./variables\n{text}\n'
    if (variable := re.match(r"([A-Z]+)=\$\(", text)) is not None:  # for the commands after it
        shell += f'test -n "${variable[1]}" && declare -p {variable[1]} >> variables\n'
    url = rest.removesuffix("/api/v1/")
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "MOCKHAUS_URL": url}
    ran = subprocess.run(
        ["bash", "-c", shell],
        cwd=folder, env=variables, input="SELECT 1;\n",
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    if command.startswith("curl") and " -o " not in command:
        assert [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.mark.parametrize("block", SQL, ids=[block.page for block in SQL])
def test_statements(server: tuple[str, str], folder: Path, block: Block) -> None:
    address, _ = server
    text = block.text.replace("/data/", f"{folder}/data/")
    with psycopg.connect(f"{address}/pages_{block.page[:4]}", autocommit=True) as connection:
        for statement in re.split(r";[^\n']*\n", text):
            if statement.strip():
                cursor = connection.execute(statement.encode())
        if block.answer:
            names = [column.name for column in cursor.description or ()]
            rows = [[str(value) for value in row] for row in cursor.fetchall()]
            assert cells(block.answer) == [names, *rows]
