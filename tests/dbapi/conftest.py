"""Connections of `mockhaus.connect` into sessions of a test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest

import mockhaus
from mockhaus.dbapi import connecting
from mockhaus.errors import MockhausError

_numbers = itertools.count(1)

Connect = Callable[..., Any]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """`mockhaus.connect` into a session of this test alone."""
    session_id = f"dbapi-{next(_numbers)}"
    with ExitStack() as stack:

        def connected(**options: Any) -> Any:
            made = mockhaus.connect(**{"session_id": session_id, **options})
            stack.callback(made.close)
            return made

        yield connected
    for home in connecting._homes.values():
        if home._registry is not None:
            with suppress(MockhausError):  # of a test that made none
                home._registry.delete(session_id)


@pytest.fixture
def connection(connect: Connect) -> Any:
    """A connection with nothing said."""
    return connect()


@pytest.fixture
def cursor(connection: Any) -> Any:
    """A cursor of it."""
    return connection.cursor()
