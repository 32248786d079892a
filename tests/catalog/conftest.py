"""One connection with Snowflake's rules into a memory session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockhaus.config import Config
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions


@pytest.fixture
def snowflake() -> Iterator[Connection]:
    registry = Registry(Config())
    session = registry.create("sandbox")
    yield session.connect(user="ann", door="http", transactions=Transactions.SNOWFLAKE)
    registry.close()
