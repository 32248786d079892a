"""Stages send no request into the server's own network, once others than the local user can connect."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mockhaus import errors
from mockhaus.config import Config
from mockhaus.ingestion import endpoints
from tests.security.conftest import Server

#: An endpoint, and whether it is refused while no host is allowed, and while all are.
ENDPOINTS = [
    ("127.0.0.1:9000", True, False),
    ("http://127.0.0.1:9000", True, False),
    ("127.1:9000", True, False),
    ("2130706433:9000", True, False),
    ("0.0.0.0:9000", True, False),
    ("localhost:9000", True, False),
    ("[::1]:9000", True, False),
    ("[::ffff:127.0.0.1]:9000", True, False),
    ("[::ffff:10.0.0.1]", True, False),
    ("10.0.0.1", True, False),
    ("172.16.9.9", True, False),
    ("192.168.1.1:443", True, False),
    ("100.64.0.1", True, False),
    ("[fd00::1]", True, False),
    ("169.254.169.254", True, True),
    ("http://169.254.169.254/", True, True),
    ("[::ffff:169.254.169.254]", True, True),
    ("[fe80::1]", True, True),
    ("example.com@127.0.0.1", True, True),
    ("example.com#@127.0.0.1", True, True),
    ("127.0.0.1/latest/meta-data", True, True),
    ("file://127.0.0.1", True, True),
    ("", True, True),
    ("1.1.1.1", False, False),
    ("https://8.8.8.8:443/", False, False),
]


@pytest.mark.parametrize(("endpoint", "refused", "refused_to_all"), ENDPOINTS)
def test_endpoints(endpoint: str, refused: bool, refused_to_all: bool) -> None:
    for allowed, expected in (((), refused), (None, refused_to_all)):
        if expected:
            with pytest.raises(errors.LoadError):
                endpoints.check(endpoint, allowed)
        else:
            endpoints.check(endpoint, allowed)


def test_those_that_the_server_was_started_with_are_reached() -> None:
    endpoints.check("http://127.0.0.1:9000", ("other", "127.0.0.1"))
    endpoints.check("LOCALHOST:9000", ("localhost",))
    with pytest.raises(errors.LoadError):
        endpoints.check("169.254.169.254", ("169.254.169.254",))


@pytest.mark.parametrize(
    ("config", "allowed"),
    [
        (Config(), None),
        (Config(first_password="p"), ()),
        (Config(host="0.0.0.0", insecure=True), ()),
        (Config(first_password="p", allow_endpoint=("minio",)), ("minio",)),
    ],
)
def test_all_while_only_the_local_user_can_connect(
    config: Config, allowed: tuple[str, ...] | None
) -> None:
    assert config.stage_endpoints == allowed


@contextmanager
def _listening() -> Iterator[tuple[int, list[str]]]:
    """A port of this machine, and who has knocked at it."""
    knocks: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                try:
                    listener.accept()[0].close()
                    knocks.append("a connection")
                except TimeoutError:
                    pass

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1], knocks
        finally:
            over.set()
            thread.join()


#: {a} is a host and port of the server's own machine that listens.
WAYS = [
    "SELECT * FROM read_csv('http://{a}/x.csv')",
    "SELECT * FROM 'http://{a}/x.csv'",
    'SELECT * FROM "http://{a}/x.csv"',
    "COPY t FROM 'http://{a}/x.csv'",
    "COPY INTO t FROM 'http://{a}/x.csv'",
    "COPY INTO t FROM 's3compat://bucket/x' ENDPOINT = '{a}'",
    "CREATE STAGE x URL = 'http://{a}/'",
    "INSTALL x FROM 'http://{a}/'",
    "SET http_proxy = '{a}'; SELECT * FROM 'http://example.com/x.csv'",
    "LIST @inner",
    "SELECT $1 FROM @inner/x.csv",
    "COPY INTO t FROM @inner",
    "COPY INTO @inner/x FROM t",
    "REMOVE @inner",
    "GET @inner 'file:///anywhere'",
    "ALTER STAGE inner_directory REFRESH",
]


def test_no_statement_knocks_at_the_servers_own_machine(server: Server) -> None:
    with _listening() as (port, knocks):
        server.postgres("CREATE TABLE IF NOT EXISTS t (a VARCHAR, b VARCHAR)")
        keys = "CREDENTIALS = (AWS_KEY_ID = 'a', AWS_SECRET_KEY = 'b')"
        address = f"127.0.0.1:{port}"
        created = server.postgres(
            f"CREATE STAGE inner URL = 's3compat://b/x' ENDPOINT = '{address}' {keys}"
        )
        assert created.code is None
        for way in WAYS:
            for door, answer in server.answers(way.format(a=address)).items():
                if ";" not in way:
                    assert answer.code not in (None, "XX000", "000603"), f"{door} {way}: {answer}"
        assert not knocks
