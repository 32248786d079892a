"""Sessions over real DuckDB instances, made fresh where a test changes what others could see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mockhaus.config import Config
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.session import Session
from mockhaus.sessions.transaction import Transactions


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """A registry with a data directory."""
    registry = Registry(Config(data_dir=tmp_path / "data", max_sessions=3, session_ttl=60))
    yield registry
    registry.close()


@pytest.fixture
def session(registry: Registry) -> Session:
    """A memory session."""
    return registry.create("sandbox")


@pytest.fixture
def snowflake(session: Session) -> Connection:
    """A connection with Snowflake's transaction rules."""
    return session.connect(user="ann", door="http", transactions=Transactions.SNOWFLAKE)


@pytest.fixture
def postgresql(session: Session) -> Connection:
    """A connection with PostgreSQL's transaction rules."""
    return session.connect(user="ann", door="postgresql", transactions=Transactions.POSTGRESQL)
