"""The pytest plugin: a sandbox for each test, forked from one that was prepared once.

    mockhaus_server      session   a server of this process (of each worker of pytest-xdist)
    mockhaus_base        session   the sandbox that tests begin as; to be overridden, or prepared
                                   by the files of the ini option `mockhaus_setup`
    mockhaus_options     session   options of `mockhaus.connect` for the connections of tests
    mockhaus_session     test      a fork of the base, the test's own
    mockhaus_connection  test      a connection into it, in the process
    mockhaus_cursor      test      a cursor of that connection

pytest imports this module wherever Mockhaus is installed: it loads nothing until a test asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from mockhaus.dbapi.connection import Connection
    from mockhaus.dbapi.cursor import Cursor
    from mockhaus.testing import Sandbox, Server

_SETUP: Final = "mockhaus_setup"
#: The snapshot of the base that tests are forked from.
_SNAPSHOT: Final = "mockhaus-base"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's ini option."""
    help_text = "files of Snowflake SQL that mockhaus_base runs, relative to the ini file"
    parser.addini(_SETUP, help_text, type="paths", default=[])


@pytest.fixture(scope="session")
def mockhaus_server() -> Iterator[Server]:
    """A server in this process; its doors open when an address is asked for first."""
    from mockhaus.testing import server

    made = server()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="session")
def mockhaus_base(mockhaus_server: Server, pytestconfig: pytest.Config) -> Iterator[Sandbox]:
    """The sandbox that each test's begins as. Override it to prepare it in Python."""
    with mockhaus_server.session() as base:
        for path in pytestconfig.getini(_SETUP):
            if not path.is_file():
                raise pytest.UsageError(f"{_SETUP}: there is no file {path}")
            try:
                base.run_file(path)
            except Exception as error:
                error.add_note(f"in {path}, which {_SETUP} names")
                raise
        yield base


@pytest.fixture(scope="session")
def mockhaus_options() -> dict[str, Any]:
    """What `mockhaus_connection` gives to `connect`: override it for a database or a paramstyle."""
    return {}


@pytest.fixture(scope="session")
def _mockhaus_bases() -> set[str]:
    """The bases whose snapshot has been made: folders may override theirs."""
    return set()


@pytest.fixture
def mockhaus_session(mockhaus_base: Sandbox, _mockhaus_bases: set[str]) -> Iterator[Sandbox]:
    """A fork of the base, which ends with the test."""
    if mockhaus_base.id not in _mockhaus_bases:
        mockhaus_base.snapshot(_SNAPSHOT)
        _mockhaus_bases.add(mockhaus_base.id)
    with mockhaus_base.fork(_SNAPSHOT) as made:
        yield made


@pytest.fixture
def mockhaus_connection(
    mockhaus_session: Sandbox, mockhaus_options: dict[str, Any]
) -> Iterator[Connection]:
    """A connection into the test's sandbox."""
    connection = mockhaus_session.connect(**mockhaus_options)
    try:
        yield connection
    finally:
        connection.close()


@pytest.fixture
def mockhaus_cursor(mockhaus_connection: Connection) -> Cursor:
    """A cursor of the test's connection."""
    return mockhaus_connection.cursor()
