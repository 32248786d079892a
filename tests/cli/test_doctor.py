"""`mockhaus doctor`: a line for each look, a status that says whether a server would start."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockhaus.access.users import Users
from mockhaus.cli.main import main
from mockhaus.client import checkup
from mockhaus.client.server import own

ACCESS = Path(__file__).parents[1] / "access"

FREE = ["--port", "0", "--pg-port", "0"]


def _doctor(*arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    """The exit status, and the findings by what was looked at."""
    done = CliRunner().invoke(main, ["doctor", *FREE, *arguments, "--json"])
    assert done.stderr == ""
    return done.exit_code, {each["what"]: each for each in json.loads(done.stdout)}


def test_all_is_well() -> None:
    status, found = _doctor()
    assert status == 0
    assert found["duckdb"]["text"] == f"{metadata.version('duckdb')}, as Mockhaus is made for"
    assert found["sqlglot"]["state"] == found["python"]["state"] == found["clock"]["state"] == "ok"
    assert found["port 0"]["text"].endswith("a free one will be taken")


def test_lines_for_people() -> None:
    done = CliRunner().invoke(main, ["doctor", *FREE])
    lines = done.stdout.splitlines()
    assert lines[0].startswith("ok    python: 3.")
    assert all(line[:4].strip() in ("ok", "warn", "fail", "") for line in lines)
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("version", "state", "said"),
    [
        (None, "fail", "is not installed"),
        ("0.1", "fail", "0.1, but Mockhaus is made for 1.5.5"),
        ("1.5.5", "ok", "1.5.5, as Mockhaus is made for"),
    ],
)
def test_versions(
    monkeypatch: pytest.MonkeyPatch, version: str | None, state: str, said: str
) -> None:
    real = checkup._version
    monkeypatch.setattr(checkup, "_version", lambda n: version if n == "duckdb" else real(n))
    status, found = _doctor()
    assert (found["duckdb"]["state"], found["duckdb"]["text"]) == (state, said)
    assert status == (state == "fail")


def test_what_is_not_installed_for_everybody_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "_EXTRAS", {"no-such-package": "nothing"})
    status, found = _doctor()
    assert (status, found["no-such-package"]["state"]) == (0, "warn")


@contextmanager
def _answering(answer: bytes) -> Iterator[int]:
    """A port whose server answers everything with the same, and leaves."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def test_a_server_of_mockhaus_answers() -> None:
    with own() as doors:
        http, postgresql = (
            url.rpartition(":")[2] for url in (doors.http_url, doors.pg_url)
        )  # fmt: skip
        status, found = _doctor("--port", http, "--pg-port", postgresql)
    assert status == 0
    assert found[f"port {http}"]["text"].startswith("Mockhaus ")
    assert "PostgreSQL's protocol" in found[f"port {postgresql}"]["text"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.0 404 Not Found\r\n\r\n", "another HTTP server answers on 127.0.0.1"),
        (b"220 mail\r\n", "another program answers on 127.0.0.1"),
    ],
)
def test_another_program_has_the_port(answer: bytes, said: str) -> None:
    with _answering(answer) as port:
        status, found = _doctor("--port", str(port))
    assert (status, found[f"port {port}"]["text"]) == (1, said)
    assert "--port" in found[f"port {port}"]["hint"]


def test_a_free_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _, found = _doctor("--port", str(port))
    assert found[f"port {port}"]["text"] == "free for HTTP on 127.0.0.1"


def _one(arguments: list[str], what: str) -> tuple[int, str, str]:
    status, found = _doctor(*arguments)
    (it,) = [each for name, each in found.items() if name.startswith(what)]
    return status, it["state"], it["text"]


def test_data_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    there = ["--data-dir", str(tmp_path)]
    assert _one(there, "data")[2].startswith("can be written to, ")
    assert _one(["--data-dir", str(tmp_path / "new")], "data")[2].startswith("is made when")
    status, state, text = _one(["--data-dir", str(tmp_path / "file")], "data")
    assert (status, state, text) == (1, "fail", f"{tmp_path / 'file'} is no folder")
    monkeypatch.setattr(checkup, "_free", lambda path: 1 << 20)
    assert _one(there, "data") == (0, "warn", "0.0 GiB free")
    monkeypatch.setattr(checkup, "_is_writable", lambda path: False)
    assert _one(there, "data") == (1, "fail", f"{tmp_path} cannot be written to")


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_users(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    asked = ["--users", str(path)]
    assert _one(asked, "users")[:2] == (1, "fail")
    Users(path).add("ann", "secret")
    assert _one(asked, "users") == (0, "ok", "1 users, mode 0600")
    path.chmod(0o644)
    status, state, text = _one(asked, "users")
    assert (status, state) == (0, "warn")
    assert "others on this machine can read it" in text
    path.write_text("no json")
    assert _one(asked, "users")[:2] == (1, "fail")
    assert _one(["--host", "0.0.0.0"], "users")[:2] == (1, "fail")


def test_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = str(ACCESS / "certificate.pem"), tmp_path / "key.pem"
    key.write_bytes((ACCESS / "key.pem").read_bytes())
    asked = ["--tls-cert", certificate, "--tls-key", str(key)]
    key.chmod(0o600)
    status, found = _doctor(*asked)
    told = found[f"TLS {certificate}"]
    assert (status, told["state"], told["text"][:6]) == (0, "ok", "until ")
    until = datetime.fromisoformat(told["text"][6:]).replace(tzinfo=UTC).timestamp()
    for now, state, said in ((until - 86_400, "warn", "ends on"), (until + 172_800, "fail", "has")):
        monkeypatch.setattr(checkup, "_now", partial(float, now))
        status, found = _doctor(*asked)
        told = found[f"TLS {certificate}"]
        assert (status, told["state"]) == (state == "fail", state)
        assert told["text"].startswith(said)
    status, state, text = _one(["--tls-cert", str(tmp_path / "none.pem")], "TLS")
    assert (status, state) == (1, "fail")
    assert "No such file" in text
