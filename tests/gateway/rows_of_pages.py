"""Tables of statements and answers in docs/, as rows of tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import psycopg

_DOCS: Final = Path(__file__).parents[2] / "docs"
_ROW: Final = re.compile(r"^\| `(?P<sql>.+?)` \| `(?P<answer>.+?)` \|", re.M)
_SETUP: Final = re.compile(r"^```sql\n(.+?)^```", re.M | re.S)


def rows(page: str) -> list[tuple[str, str]]:
    """The statements of a page's tables, and their answers."""
    return [
        (match["sql"].replace("\\|", "|"), match["answer"].replace("\\|", "|"))
        for match in _ROW.finditer((_DOCS / page).read_text(encoding="utf-8"))
    ]


def setups(page: str) -> list[str]:
    """The blocks of SQL that make the tables of a page."""
    return _SETUP.findall((_DOCS / page).read_text(encoding="utf-8"))


def answer(connection: psycopg.Connection, sql: str) -> str:
    """What a statement answers, as pages write it: rows, the command's tag, or an SQLSTATE."""
    try:
        with connection.transaction(force_rollback=True):
            cursor = connection.execute(sql.encode())
            found = cursor.pgresult
            assert found is not None
            if cursor.description is None:
                return str(cursor.statusmessage)
            lines = (
                ", ".join(_cell(found.get_value(row, column)) for column in range(found.nfields))
                for row in range(found.ntuples)
            )
            return "; ".join(lines) or "(no row)"
    except psycopg.Error as error:
        return str(error.sqlstate)


def _cell(value: bytes | None) -> str:
    return "NULL" if value is None else value.decode() or "''"
