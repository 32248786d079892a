"""Stages in S3, Google Cloud Storage and Azure, against servers that the test starts.

`moto_server` (PyPI: moto[server]), `gcp-storage-emulator` (PyPI) and `azurite-blob` (npm: azurite)
are looked for on the PATH, where `make clouds` has them; what is not there is skipped by name.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from pyarrow.fs import AzureFileSystem, FileSystem, GcsFileSystem, S3FileSystem

from mockhaus import errors
from mockhaus.translation.parse import parse
from tests.ingestion.conftest import Room

_SECRET = "secretsecretsecret"
_ACCOUNT = "devstoreaccount1"
#: The key that Azurite documents for its only account.
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def _port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


@contextmanager
def _serving(command: str, *arguments: str, port: int) -> Iterator[str]:
    """A server of that command; its authority. Skips where the command is not installed."""
    program = shutil.which(command)
    if program is None:
        pytest.skip(f"{command} is not installed")
    server = subprocess.Popen(
        [program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        if not _answers(server, port):
            pytest.fail(f"{command} does not answer")
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Whether the server takes connections, within half a minute."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.05)
    return False


def _post(url: str, data: bytes = b"", method: str = "POST", **headers: str) -> None:
    request = urllib.request.Request(url, data, headers, method=method)
    urllib.request.urlopen(request, timeout=10).close()


def _sas() -> str:
    """A token for the account: everything, for an hour. "Create an account SAS", Azure Storage."""
    end = f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    fields = [_ACCOUNT, "rwdlac", "b", "sco", "", end, "", "https,http", "2020-12-06", "", ""]
    digest = hmac.new(base64.b64decode(_KEY), "\n".join(fields).encode(), hashlib.sha256).digest()
    signed = quote(base64.b64encode(digest).decode(), safe="")
    return (
        f"sv=2020-12-06&ss=b&srt=sco&sp=rwdlac&se={quote(end, safe='')}&spr=https,http&sig={signed}"
    )


@contextmanager
def _s3() -> Iterator[tuple[str, str, FileSystem]]:
    port = _port()
    with _serving("moto_server", "-H", "127.0.0.1", "-p", str(port), port=port) as authority:
        files = S3FileSystem(
            access_key="key",
            secret_key=_SECRET,
            endpoint_override=authority,
            scheme="http",
            region="us-east-1",
            allow_bucket_creation=True,
            allow_delayed_open=True,
        )
        files.create_dir("bucket")
        keys = f"CREDENTIALS = (AWS_KEY_ID = 'key' AWS_SECRET_KEY = '{_SECRET}')"
        yield "s3://bucket/in", f"{keys} ENDPOINT = 'http://{authority}'", files


@contextmanager
def _gcs() -> Iterator[tuple[str, str, FileSystem]]:
    port = _port()
    arguments = ("start", f"--port={port}", "--host=127.0.0.1", "--in-memory")
    with _serving("gcp-storage-emulator", *arguments, port=port) as authority:
        content = b'{"name": "bucket"}'
        _post(
            f"http://{authority}/storage/v1/b?project=p",
            content,
            **{"content-type": "application/json"},
        )
        files = GcsFileSystem(anonymous=True, endpoint_override=authority, scheme="http")
        yield "gcs://bucket/in", f"ENDPOINT = 'http://{authority}'", files


@contextmanager
def _azure() -> Iterator[tuple[str, str, FileSystem]]:
    port = _port()
    arguments = (
        "--inMemoryPersistence",
        "--skipApiVersionCheck",
        "--disableTelemetry",
        "--blobPort",
        str(port),
    )
    with _serving("azurite-blob", *arguments, port=port) as authority:
        files = AzureFileSystem(
            _ACCOUNT,
            account_key=_KEY,
            blob_storage_authority=authority,
            blob_storage_scheme="http",
            dfs_storage_authority=authority,
            dfs_storage_scheme="http",
        )
        files.create_dir("bucket")
        keys = f"CREDENTIALS = (AZURE_SAS_TOKEN = '{_sas()}')"
        url = f"azure://{_ACCOUNT}.blob.core.windows.net/bucket/in"
        yield url, f"{keys} ENDPOINT = 'http://{authority}'", files


@pytest.fixture(params=[_s3, _gcs, _azure], ids=["s3", "gcs", "azure"])
def cloud(
    request: pytest.FixtureRequest, room: Room
) -> Iterator[tuple[Room, Callable[[str, bytes], None]]]:
    """A room with the stage CLOUD, and what writes an object into it."""
    with request.param() as (url, options, files):
        room.run(f"CREATE STAGE cloud URL = '{url}/' {options}")

        def write(name: str, content: bytes) -> None:
            with files.open_output_stream(f"bucket/in/{name}", compression=None) as stream:
                stream.write(content)

        yield room, write


def test_a_stage_in_the_cloud(cloud: tuple[Room, Callable[[str, bytes], None]]) -> None:
    """LIST, COPY INTO both ways, a query, the load history, REMOVE."""
    room, write = cloud
    write("a.csv", b"1,x\n2,y\n")
    write("sub/b.csv.gz", gzip.compress(b"3,z\n"))
    write("other.txt", b"?")
    listed = room.answer("LIST @cloud PATTERN = '.*csv.*'")
    assert (listed[0]["name"].partition("in/")[2], listed[0]["size"]) == ("a.csv", 8)
    assert listed[0]["md5"] == hashlib.md5(b"1,x\n2,y\n").hexdigest()
    assert len(listed) == 2
    room.table("N BIGINT, S VARCHAR")
    copy = "COPY INTO t FROM @cloud PATTERN = '.*csv.*'"
    assert room.run(copy).row_count == 3
    assert room.rows() == [(1, "x"), (2, "y"), (3, "z")]
    assert room.run(copy).row_count == 0
    write("a.csv", b"4,xx\n")
    assert room.run(copy).row_count == 1
    room.run("COPY INTO @cloud/out/ FROM t FILE_FORMAT = (COMPRESSION = NONE) SINGLE = FALSE")
    (out,) = room.answer("LIST @cloud/out/")
    room.table("N BIGINT, S VARCHAR", "U")
    assert room.run("COPY INTO u FROM @cloud/out/").row_count == 4
    assert len(room.answer("REMOVE @cloud/out/")) == 1
    assert room.answer("LIST @cloud/out/") == []
    assert not list((room.workspace.files / "scratch").glob("*"))
    assert out["size"] > 0


def test_formats_and_folders_in_the_cloud(
    cloud: tuple[Room, Callable[[str, bytes], None]],
) -> None:
    """JSON, Parquet, PARTITION BY, SINGLE, OVERWRITE, PURGE, a query: there and back."""
    room, write = cloud
    write("x.json", b'{"n": 1, "s": "x"}\n{"n": 2, "s": "y"}\n')
    room.table("N BIGINT, S VARCHAR")
    by_name = "MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
    room.run(f"COPY INTO t FROM @cloud/x.json FILE_FORMAT = (TYPE = JSON) {by_name} PURGE = TRUE")
    assert room.answer("LIST @cloud") == []
    parquet = "FILE_FORMAT = (TYPE = PARQUET)"
    room.run(f"COPY INTO @cloud/p/ FROM t PARTITION BY (s) {parquet} HEADER = TRUE")
    folders = [row["name"].partition("in/p/")[2][:2] for row in room.answer("LIST @cloud/p/")]
    assert folders == ["x/", "y/"]
    for _ in range(2):
        room.run(
            f"COPY INTO @cloud/one.parquet FROM t {parquet} HEADER = TRUE SINGLE = TRUE OVERWRITE = TRUE"
        )
    room.table("N BIGINT, S VARCHAR", "U")
    room.run(f"COPY INTO u FROM @cloud PATTERN = '.*parquet' {parquet} {by_name}")
    assert room.rows("U") == [(1, "x"), (1, "x"), (2, "y"), (2, "y")]
    room.table("N BIGINT", "W")
    room.run(f"COPY INTO w FROM (SELECT $1:N * 10 FROM @cloud/one) {parquet}")
    assert room.rows("W") == [(10,), (20,)]


def test_an_integration_lends_the_credentials_of_the_machine(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", _SECRET)
    with _s3() as (url, options, _):
        endpoint = options.partition(") ")[2]
        room.run(
            "CREATE STORAGE INTEGRATION i TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3'"
            " ENABLED = TRUE STORAGE_ALLOWED_LOCATIONS = ('s3://bucket/')"
        )
        room.run(f"CREATE STAGE cloud URL = '{url}/' STORAGE_INTEGRATION = i {endpoint}")
        room.table("N BIGINT")
        room.cursor.run("""INSERT INTO "MOCKHAUS.PUBLIC"."T" VALUES (7)""")
        room.run("COPY INTO @cloud FROM t")
        assert room.run("COPY INTO t FROM @cloud").row_count == 1
        room.run("ALTER STORAGE INTEGRATION i SET ENABLED = FALSE")
        assert "not enabled" in room.fails("LIST @cloud").message


def test_credentials_are_never_shown(room: Room) -> None:
    sql = (
        "CREATE STAGE c URL = 's3://b/p' CREDENTIALS = (AWS_KEY_ID = 'AKIA123'"
        f" AWS_SECRET_KEY = '{_SECRET}') COMMENT = 'mine'"
    )
    (statement,) = parse(sql)
    masked = sql.replace("AKIA123", "****").replace(_SECRET, "****")
    assert statement.text == masked
    (altered,) = parse(
        f"ALTER STAGE c SET CREDENTIALS = (AWS_KEY_ID='x' AWS_SECRET_KEY='{_SECRET}')"
    )
    assert _SECRET not in altered.text
    room.run(sql)
    (row,) = room.answer("SHOW STAGES LIKE 'c'")
    assert (row["has_credentials"], row["cloud"], row["url"]) == ("Y", "AWS", "s3://b/p")
    shown = str([row, *room.answer("DESC STAGE c")])
    assert _SECRET not in shown
    assert "AKIA123" not in shown


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ("URL = 's3://b' CREDENTIALS = (AWS_KEY_ID = 'x')", errors.InvalidParameter),
        ("URL = 's3://b' CREDENTIALS = (AWS_ROLE = 'x')", errors.UnsupportedFeature),
        ("URL = 's3://b' CREDENTIALS = (AZURE_SAS_TOKEN = 'x')", errors.InvalidParameter),
        ("URL = 'gcs://b' CREDENTIALS = (AWS_KEY_ID = 'x')", errors.InvalidParameter),
        ("URL = 'file:///tmp' CREDENTIALS = (AWS_KEY_ID = 'x')", errors.InvalidParameter),
        ("CREDENTIALS = (AWS_KEY_ID = 'x')", errors.InvalidParameter),
        ("URL = 's3compat://b/p'", errors.InvalidParameter),
        ("URL = 's3://b/../c'", errors.InvalidParameter),
        ("URL = 's3://user:word@b/c'", errors.InvalidParameter),
        ("URL = 'gs://b'", errors.InvalidParameter),
        ("URL = 'abfss://b'", errors.InvalidParameter),
        ("URL = 'azure://a.blob.core.windows.net'", errors.InvalidParameter),
        ("URL = 's3://b' STORAGE_INTEGRATION = nix", errors.UndefinedObject),
        ("URL = 's3://b' ENCRYPTION = (TYPE = 'AWS_SSE_S3')", errors.UnsupportedFeature),
    ],
)
def test_what_a_stage_cannot_be(room: Room, options: str, error: type[errors.SqlError]) -> None:
    assert type(room.fails(f"CREATE STAGE c {options}")) is error


def test_an_integration_says_where_the_servers_credentials_may_go(room: Room) -> None:
    create = (
        "CREATE STORAGE INTEGRATION i TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE"
        " STORAGE_AWS_ROLE_ARN = 'arn:x' STORAGE_ALLOWED_LOCATIONS = ('s3://b/in/')"
        " STORAGE_BLOCKED_LOCATIONS = ('s3://b/in/no/')"
    )
    room.run(create)
    room.run("CREATE STAGE ok URL = 's3://b/in/deep' STORAGE_INTEGRATION = i")
    for url in ("s3://b", "s3://b/in/no/x", "s3://b/input", "gcs://b/in"):
        error = room.fails(f"CREATE STAGE bad URL = '{url}' STORAGE_INTEGRATION = i")
        assert "not allowed" in error.message
    assert [row["name"] for row in room.answer("SHOW STORAGE INTEGRATIONS")] == ["I"]
    described = {
        row["property"]: row["property_value"] for row in room.answer("DESC INTEGRATION i")
    }
    assert described["STORAGE_ALLOWED_LOCATIONS"] == "s3://b/in/"
    room.run("DROP INTEGRATION i")
    assert type(room.fails("LIST @ok")) is errors.UndefinedObject


class _Breaking(threading.Thread):
    """An S3 server whose objects break off half way, and that never has anything else to say."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]

    def run(self) -> None:
        """Answer until the socket is closed."""
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            with client, suppress(OSError):
                self._answer(client)

    def _answer(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(65_536)
        kind = head.split(b" ", 1)[0]
        common = b'Last-Modified: Wed, 01 Jan 2025 00:00:00 GMT\r\nETag: "x"\r\n'
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n" + common + b"\r\n")
        if kind != b"HEAD":
            client.sendall(b"1\n" * 1000)
            reset = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)

    def close(self) -> None:
        """Stop listening."""
        self._listening.close()


def test_a_connection_that_breaks_half_way_loads_nothing(room: Room) -> None:
    server = _Breaking()
    server.start()
    try:
        room.run(
            "CREATE STAGE c URL = 's3://b/p' CREDENTIALS = (AWS_KEY_ID = 'AKIA123'"
            f" AWS_SECRET_KEY = '{_SECRET}') ENDPOINT = 'http://127.0.0.1:{server.port}'"
        )
        room.table("N BIGINT")
        error = room.fails("COPY INTO t FROM @c FILES = ('x.csv')")
    finally:
        server.close()
    assert type(error) is errors.LoadError
    assert "x.csv" in error.message
    assert _SECRET not in error.message
    assert room.rows() == []
    assert not list(Path(room.workspace.files / "scratch").glob("*"))


class _Saying(_Breaking):
    """An S3 server with one object of four bytes, which come one by one, or with faults."""

    def __init__(self, head: int, get: int) -> None:
        super().__init__()
        self._statuses = {b"HEAD": head, b"GET": get}

    def _answer(self, client: socket.socket) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked and (more := client.recv(65_536)):
            asked += more
        kind = asked.split(b" ", 1)[0]
        status = self._statuses[kind]
        body = b"1\n2\n" if status == 200 else b""
        client.sendall(
            b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\nETag: x\r\n"
            b"Last-Modified: Wed, 01 Jan 2025 00:00:00 GMT\r\n\r\n" % (status, len(body))
        )
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(len(body) if kind == b"GET" else 0):
            client.sendall(body[at : at + 1])


@pytest.mark.parametrize(
    ("head", "get", "said"),
    [
        (200, 200, None),
        (403, 403, "ACCESS_DENIED"),
        (404, 404, "was not found"),
        (500, 500, "500"),
        (200, 403, "ACCESS_DENIED"),
        (200, 404, "NOT_FOUND"),
    ],
)
def test_what_a_store_answers(room: Room, head: int, get: int, said: str | None) -> None:
    server = _Saying(head, get)
    server.start()
    room.run(
        "CREATE STAGE c URL = 's3://b/p' CREDENTIALS = (AWS_KEY_ID = 'AKIA123'"
        f" AWS_SECRET_KEY = '{_SECRET}') ENDPOINT = 'http://127.0.0.1:{server.port}'"
    )
    room.table("N BIGINT")
    copy = "COPY INTO t FROM @c FILES = ('x.csv')"
    try:
        if said is None:
            assert room.run(copy).row_count == 2
            return
        error = room.fails(copy)
    finally:
        server.close()
    assert type(error) is errors.LoadError
    assert said in error.message
    assert "s3://b/p/x.csv" in error.message
    assert _SECRET not in error.message
    assert room.rows() == []
    assert not list((room.workspace.files / "scratch").glob("*"))


def test_a_store_that_is_not_there_is_an_error(room: Room) -> None:
    room.run(
        "CREATE STAGE c URL = 's3://b/p' CREDENTIALS = (AWS_KEY_ID = 'AKIA123'"
        f" AWS_SECRET_KEY = '{_SECRET}') ENDPOINT = 'http://127.0.0.1:{_port()}'"
    )
    error = room.fails("LIST @c")
    assert type(error) is errors.LoadError
    assert "s3://b/p" in error.message
    assert _SECRET not in error.message
