"""Snowflake SQL through parse, translate and DuckDB: tests give expressions and expect values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockhaus import xml
from mockhaus.engine import library
from mockhaus.engine.cursor import Cursor
from mockhaus.engine.database import Database
from mockhaus.translation.context import Context
from mockhaus.translation.parse import parse
from mockhaus.translation.statements import Tree
from mockhaus.translation.translate import translate


class Snowflake:
    """Runs queries and answers Python values."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def rows(self, sql: str, context: Context | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        (statement,) = parse(sql)
        assert isinstance(statement, Tree)
        return self._cursor.rows(translate(statement, context or Context()).sql)

    def value(self, expression: str, context: Context | None = None) -> Any:
        """The value of an expression; that of a VARIANT as it is shown."""
        value = self.rows(f"SELECT {expression}", context)[0][0]
        return xml.text_of(value) if isinstance(value, str) else value

    def names(self, sql: str) -> list[str]:
        """The names of the columns of a query."""
        (statement,) = parse(sql)
        assert isinstance(statement, Tree)
        sql = translate(statement, Context()).sql
        return [column.name for column in self._cursor.describe(sql)]

    def types(self, expression: str) -> list[str]:
        """The DuckDB types of the columns of SELECT <expression>."""
        (statement,) = parse(f"SELECT {expression}")
        assert isinstance(statement, Tree)
        sql = translate(statement, Context()).sql
        return [column.type for column in self._cursor.describe(sql)]


@pytest.fixture(scope="session")
def snowflake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snowflake]:
    """A database with the library of macros, built once; the time zone is Los Angeles."""
    path: Path = tmp_path_factory.mktemp("library") / "library.duckdb"
    library.build(path)
    database = Database(None, path, [])
    cursor = database.cursor()
    cursor.run("SET TimeZone = 'America/Los_Angeles'")
    yield Snowflake(cursor)
    cursor.close()
    database.close()
