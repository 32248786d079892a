"""A small session for the ingestion room: DuckDB in memory, one folder of files, real handlers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mockhaus.catalog.objects import Objects, set_up
from mockhaus.catalog.workspace import Workspace
from mockhaus.engine import library
from mockhaus.engine.cursor import Cursor
from mockhaus.engine.database import Database
from mockhaus.errors import SqlError
from mockhaus.ingestion import handlers
from mockhaus.ingestion.copying import history
from mockhaus.result import Result
from mockhaus.translation import statements as s
from mockhaus.translation.context import Context
from mockhaus.translation.ddl.tables import length_check
from mockhaus.translation.parse import parse


@dataclass
class Room:
    """Runs statements one by one, each in a transaction of its own."""

    cursor: Cursor
    folder: Path
    workspace: Workspace
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    def run(self, sql: str) -> Result:
        """One statement in a transaction: rolled back if it fails."""
        self.cursor.begin()
        try:
            result = self.inside(sql)
        except BaseException:
            self.after_commit.clear()
            self.cursor.rollback()
            raise
        self.cursor.commit()
        self.done()
        return result

    def done(self) -> None:
        """What was put off until the commit."""
        while self.after_commit:
            self.after_commit.pop(0)()

    def inside(self, sql: str) -> Result:
        """One statement in the transaction that is open."""
        (statement,) = parse(sql)
        if isinstance(statement, s.Drop):
            return handlers.drop(self.workspace, statement)
        if isinstance(statement, s.Show):
            return handlers.show(self.workspace, statement)
        if isinstance(statement, s.Describe):
            return handlers.describe(self.workspace, statement)
        return handlers.HANDLERS[type(statement)](self.workspace, statement)

    def answer(self, sql: str) -> list[dict[str, Any]]:
        """The rows of an answer by column name."""
        result = self.run(sql)
        names = [column.name for column in result.columns]
        return [dict(zip(names, row, strict=True)) for row in result.python_rows()]

    def said(self, sql: str) -> Any:
        """The one sentence of a DDL statement."""
        result = self.run(sql)
        assert result.status_only
        assert result.rows is not None
        return result.rows[0][0]

    def table(self, definition: str, name: str = "T") -> None:
        """CREATE TABLE MOCKHAUS.PUBLIC.name in DuckDB's words, but with lengths."""
        definition = _LENGTH.sub(_limited, definition)
        self.cursor.run(f'CREATE OR REPLACE TABLE "MOCKHAUS.PUBLIC"."{name}" ({definition})')

    def rows(self, name: str = "T", order: str = "ALL") -> list[tuple[Any, ...]]:
        """What a table holds."""
        return self.cursor.rows(f'SELECT * FROM "MOCKHAUS.PUBLIC"."{name}" ORDER BY {order}')

    def write(self, name: str, content: str | bytes) -> Path:
        """A file in the folder that the stage ST points at."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self, content: str | bytes, options: str = "", name: str = "x.csv") -> dict[str, Any]:
        """Write a file, COPY it into T with options of CSV, and answer its row."""
        self.write(name, content)
        (row,) = self.answer(f"COPY INTO t FROM @st/{name} FILE_FORMAT = (TYPE = CSV {options})")
        return row

    def fails(self, sql: str) -> SqlError:
        """The error of a statement."""
        with pytest.raises(SqlError) as caught:
            self.run(sql)
        return caught.value


#: A column with a length: `S VARCHAR(3)`.
_LENGTH = re.compile(r"(\w+) (VARCHAR|BLOB)\((\d+)\)")


def _limited(found: re.Match[str]) -> str:
    name, type, limit = found.groups()
    return f"{name} {type} {length_check(name, int(limit), binary=type == 'BLOB')}"


@pytest.fixture(scope="session")
def macros(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of macros, built once."""
    path = tmp_path_factory.mktemp("library") / "library.duckdb"
    library.build(path)
    return path


@pytest.fixture
def room(tmp_path: Path, macros: Path) -> Iterator[Room]:
    """A session with a stage ST over an empty folder."""
    folder, files = tmp_path / "data", tmp_path / "files"
    folder.mkdir()
    database = Database(None, macros, [tmp_path])
    cursor = database.cursor()
    set_up(cursor)
    history.set_up(cursor)
    cursor.run('CREATE SCHEMA "MOCKHAUS.PUBLIC"')
    after_commit: list[Callable[[], None]] = []
    workspace = Workspace(
        cursor, Context(), Objects(cursor), files, after_commit.append, folders=(tmp_path,)
    )
    room = Room(cursor, folder, workspace, after_commit)
    room.run(f"CREATE STAGE st URL = 'file://{folder}'")
    yield room
    cursor.close()
    database.close()
