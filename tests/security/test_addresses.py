"""Stages send no request into the server's own network, once others than the local user can connect."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from mockhaus import errors
from mockhaus.config import Config
from mockhaus.ingestion.storage import endpoints, guarded
from mockhaus.ingestion.storage.object_stores import Access, ObjectStore
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


#: A name, what it stands for, whether it is one that the server was started with -> the endpoint
#: that is connected to; None where it is refused.
NAMES = [
    ("http://store.example:9000", ["93.184.215.14"], False, "http://93.184.215.14:9000"),
    ("http://store.example", ["2606:2800:21f::1"], False, "http://[2606:2800:21f::1]"),
    ("http://minio:9000/", ["10.0.0.7"], True, "http://10.0.0.7:9000/"),
    # Who is not that host has no certificate of its name.
    ("store.example:9000", ["93.184.215.14"], False, "store.example:9000"),
    ("https://store.example", ["93.184.215.14"], False, "https://store.example"),
    # One good address beside another, and a name that only later has one
    ("http://store.example", ["93.184.215.14", "10.0.0.7"], False, None),
    ("http://store.example", ["169.254.169.254"], True, None),
    ("https://store.example", [], False, None),
    ("http://store.example", [], False, None),
]


@pytest.mark.parametrize(("endpoint", "found", "is_named", "expected"), NAMES)
def test_a_name_stays_what_it_was_when_it_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
    endpoint: str,
    found: list[str],
    is_named: bool,
    expected: str | None,
) -> None:
    def resolved(*_: object, **__: object) -> list[tuple[object, ...]]:
        if not found:
            raise socket.gaierror
        return [(0, 0, 0, "", (address, 0)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    allowed = ("minio", "store.example") if is_named else ()
    if expected is None:
        with pytest.raises(errors.LoadError):
            endpoints.check(endpoint, allowed)
    else:
        assert endpoints.fixed(endpoint, allowed) == expected


class _Store(BaseHTTPRequestHandler):
    """A store that sends whoever asks to `target`, with `status`; `asked` are the hosts that were."""

    status = 200
    target = ""
    asked: ClassVar[list[str]] = []

    def answer(self) -> None:
        self.asked.append(self.headers["Host"])
        self.send_response(self.status)
        self.send_header("Location", self.target)
        self.send_header("Content-Length", "6")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"secret")

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def _store(**fields: Any) -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []
    handler = type("Store", (_Store,), {"asked": asked, **fields})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, asked
        server.shutdown()


KEYS = {"AWS_KEY_ID": "key", "AWS_SECRET_KEY": "word"}
STORES: list[tuple[str, dict[str, str]]] = [
    ("s3compat://bucket/x", KEYS),
    ("gcs://bucket/x", {}),
    ("azure://account.blob.core.windows.net/box/x", {"AZURE_SAS_TOKEN": "sv=1&sig=x"}),
]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(("url", "keys"), STORES)
def test_a_store_does_not_send_its_client_elsewhere(
    tmp_path: Path, url: str, keys: dict[str, str], status: int
) -> None:
    """The store is `localhost`, which is allowed; 127.0.0.1, where it points to, is not."""
    with (
        _store() as (inner, found),
        _store(status=status, target=f"http://127.0.0.1:{inner}/x") as (outer, asked),
    ):
        access = Access(keys, f"http://localhost:{outer}", allowed=("localhost",))
        store = ObjectStore(url, access, tmp_path)
        for look in (
            lambda: store.list(""),
            lambda: store.find("f"),
            lambda: store._open("f").read(),
        ):
            with suppress(errors.LoadError):
                look()
        assert asked
        assert not found


#: What is said to the proxy of the S3 client, and whether it lets that through.
PROXY = [
    ("CONNECT localhost:{port} HTTP/1.1", True),
    ("GET http://localhost:{port}/x HTTP/1.1", True),
    ("CONNECT 127.0.0.1:{port} HTTP/1.1", False),
    ("CONNECT 127.1:{port} HTTP/1.1", False),
    ("CONNECT [::ffff:127.0.0.1]:{port} HTTP/1.1", False),
    ("CONNECT 169.254.169.254:80 HTTP/1.1", False),
    ("GET http://127.0.0.1:{port}/x HTTP/1.1", False),
    ("GET http://0.0.0.0:{port}/x HTTP/1.1", False),
    ("GET http://localhost@127.0.0.1:{port}/x HTTP/1.1", False),
    ("GET http://127.0.0.1:{port}\\@localhost/x HTTP/1.1", False),
    ("GET file:///etc/passwd HTTP/1.1", False),
    ("GET /x HTTP/1.1\r\nHost: 127.0.0.1:{port}", False),
    ("GET ftp://localhost:{port}/x HTTP/1.1", False),
    ("CONNECT localhost:99999 HTTP/1.1", False),
    ("nonsense", False),
]


@pytest.mark.parametrize(("line", "passes"), PROXY)
def test_the_proxy_of_the_client(line: str, passes: bool) -> None:
    with (
        _store() as (inner, asked),
        socket.create_connection(("127.0.0.1", guarded.port(("localhost",)))) as client,
    ):
        client.settimeout(30)
        client.sendall(line.format(port=inner).encode() + b"\r\n\r\n")
        said = client.recv(100)
        assert said.startswith(b"HTTP/1.1 403") is not passes
        assert bool(asked) is (passes and line.startswith("GET"))


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
