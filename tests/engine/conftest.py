"""A connection to a database with the library of macros."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mockhaus.engine import library
from mockhaus.engine.cursor import Cursor
from mockhaus.engine.database import Database


@pytest.fixture(scope="session")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    path: Path = tmp_path_factory.mktemp("library") / "library.duckdb"
    library.build(path)
    database = Database(None, path, [])
    cursor = database.cursor()
    cursor.run("SET TimeZone = 'America/Los_Angeles'")
    yield cursor
    cursor.close()
    database.close()
