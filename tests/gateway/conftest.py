"""One server for the tests that do not stop it; each connects to a session of its own."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.gateway.wire import Running, Wire, running


@pytest.fixture(scope="package")
def server() -> Iterator[Running]:
    with running() as it:
        yield it


@pytest.fixture
def wire(server: Running, request: pytest.FixtureRequest) -> Iterator[Wire]:
    """A raw connection to a new session."""
    session = f"s{abs(hash(request.node.nodeid))}"
    with Wire(server.port, {"user": "alice", "options": f"-c session={session}"}) as it:
        yield it


@pytest.fixture
def client(server: Running, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """A psycopg connection to a new session, in autocommit."""
    session = f"s{abs(hash(request.node.nodeid))}"
    with psycopg.connect(
        server.dsn, options=f"-c session={session}", autocommit=True
    ) as connection:
        yield connection
