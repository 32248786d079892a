"""The programs of docs/connect.md run as they stand there, against a server of this test."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.cli.test_pages import blocks
from tests.cli.test_serve import serving

PROGRAMS = [
    each.text for each in blocks() if (each.page, each.language) == ("connect.md", "python")
]


@pytest.mark.parametrize("program", PROGRAMS, ids=["sqlalchemy", "psycopg"])
def test_program(program: str) -> None:
    if "sqlalchemy" in program:
        pytest.importorskip("sqlalchemy")
    with serving() as (_, address, _):
        (port,) = re.findall(r":(\d+)", address)
        text = program.replace("5433", port)
        ran = subprocess.run(
            [sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False
        )
    assert ran.returncode == 0, ran.stderr
