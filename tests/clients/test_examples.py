"""The programs of examples/ print what their READMEs show."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.conftest import Server

EXAMPLES = Path(__file__).parents[2] / "examples"
DRIVERS = list(Path("/usr/lib").glob("*/odbc/psqlodbcw.so"))


def shown(example: str) -> str:
    """The lines of a README behind the last command of its console."""
    text = (EXAMPLES / example / "README.md").read_text()
    console: str = re.findall(r"```console\n(.*?)```", text, re.S)[0]
    return console.rpartition("$ ")[2].partition("\n")[2]


def printed(program: str, argument: str) -> str:
    command = [sys.executable, str(EXAMPLES / program), argument]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_sqlalchemy_app(server: Server) -> None:
    assert printed("sqlalchemy_app/app.py", server.url("psycopg")) == shown("sqlalchemy_app")


@pytest.mark.skipif(
    not DRIVERS or importlib.util.find_spec("pyodbc") is None, reason="needs psqlODBC and pyodbc"
)
def test_bi_odbc(server: Server) -> None:
    lines = (EXAMPLES / "bi_odbc" / "odbc.ini").read_text().splitlines()[1:]
    fields = dict(line.split(" = ") for line in lines)
    fields |= {"Driver": str(DRIVERS[0]), "Port": str(server.port), "Database": server.database}
    told = ";".join(f"{name}={value}" for name, value in fields.items())
    assert printed("bi_odbc/report.py", told) == shown("bi_odbc")
