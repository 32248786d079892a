"""Bad input: one clear line on standard error, nothing on standard output, and a status."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockhaus.access.users import Users
from mockhaus.cli.main import main
from mockhaus.client.server import Doors, own
from mockhaus.config import Config

#: {server} is the address of a server with users, {pg} of its other door, {taken} a port in use.
TABLE: list[tuple[str, int, str]] = [
    # what the command line says
    ("nosuch", 2, "No such command 'nosuch'. Try 'main --help'."),
    ("--nosuch", 2, "No such option '--nosuch'. Try 'main --help'."),
    ("query --nosuch", 2, "No such option '--nosuch'. Try 'main query --help'."),
    ("session nosuch", 2, "No such command 'nosuch'. Try 'main session --help'."),
    ("query 1 --format", 2, "Option '--format' requires an argument."),
    ("query 1 --format xml", 2, "'xml' is not one of 'table', 'markdown', 'csv', 'json', 'ndjson'"),
    ("session show", 2, "Missing argument 'ID'. Try 'main session show --help'."),
    ("session show a b", 2, "Got unexpected extra argument (b)"),
    ("query", 2, "There is no statement to run."),
    ("serve --port x", 2, "'--port' (env var: 'MOCKHAUS_PORT'): 'x' is not a valid integer"),
    ("serve --pg-port 70000", 2, "70000 is not in the range 0<=x<=65535."),
    ("doctor --port x", 2, "'x' is not a valid integer"),
    ("sample --scale sf7", 2, "'sf7' is not one of 'sf001', 'sf01', 'sf1'"),
    ("completion tcsh", 2, "'tcsh' is not one of 'bash', 'zsh', 'fish'"),
    ("session create s --ttl soon", 2, "'soon' is not a valid float range"),
    ("serve --host 0.0.0.0", 2, "Refusing to listen on 0.0.0.0: nobody would be asked"),
    ("serve --tls required", 2, "TLS needs a certificate: --tls-cert FILE."),
    ("user list", 2, "Name the file of users: --users FILE, or --data-dir DIR."),
    # files and folders
    ("query -f nosuch.sql", 2, "File 'nosuch.sql' does not exist."),
    ("query -f folder", 2, "File 'folder' is a directory."),
    ("query -f binary", 2, "binary is not text in UTF-8."),
    ("query 1 --data-dir binary", 2, "Directory 'binary' is a file."),
    ("serve --data-dir binary", 2, "Directory 'binary' is a file."),
    ("serve --allow-path nosuch", 2, "Directory 'nosuch' does not exist."),
    ("serve --port 0 --pg-port 0 --users brace", 1, "Users: brace is not a file of users."),
    ("serve --port 0 --pg-port 0 --tls-cert brace", 1, "brace cannot be used for TLS: it and its"),
    ("user list --users brace", 1, "brace is not a file of users."),
    ("user list --users nosuch", 1, "nosuch: No such file; mockhaus user add NAME makes one."),
    ("translate nosuch/", 2, "nosuch/ does not exist."),
    ("translate nosuch.sql", 2, "nosuch.sql does not exist."),
    ("translate folder", 2, "folder has no statements in .sql files."),
    ("translate broken", 1, "broken/manifest.json is no manifest of dbt's"),
    ("stage put nosuch @x", 2, "File 'nosuch' does not exist."),
    # servers
    ("query 1 --server-url http://127.0.0.1:1", 3, "No server answers at http://127.0.0.1:1: conn"),
    ("query 1 --server-url nonsense", 3, "'nonsense' is no address of a server"),
    ("query 1 --pg-url postgresql://127.0.0.1:1", 3, "connection to server at \"127.0.0.1\", port 1"),
    ("query 1 --session s", 3, "No server runs whose session s could be meant"),
    ("repl --server-url http://127.0.0.1:1", 3, "No server answers at http://127.0.0.1:1: conn"),
    ("translate 1 --server-url http://127.0.0.1:1", 3, "No server answers at"),
    ("session list --url http://127.0.0.1:1", 3, "No server answers at http://127.0.0.1:1: conn"),
    ("history recent --url http://127.0.0.1:1", 3, "No server answers at"),
    ("stage list @s --url http://127.0.0.1:1", 3, "No server answers at"),
    ("file-format list --url http://127.0.0.1:1", 3, "No server answers at"),
    ("sample --url http://127.0.0.1:1", 3, "No server answers at"),
    ("session list --url {server}", 1, "The server asks who you are: --user and --password"),
    ("session list --url {server} --user ann --password no", 1, "The server asks who you are"),
    ("session list --url {server} --token no", 1, "The server asks who you are"),
    ("query 1 --pg-url postgresql://ann:no@{pg}", 3, 'password authentication failed for user "ann"'),
    ("repl --pg-url postgresql://ann:no@{pg}", 3, 'password authentication failed for user "ann"'),
    ("serve --port 0 --pg-port {taken}", 1, "Cannot listen on 127.0.0.1:{taken}: address already"),
    ("serve --pg-port 0 --port {taken}", 1, "Cannot listen on 127.0.0.1:{taken}: address already"),
]  # fmt: skip


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What the commands name; the folder that they run in has the files."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "folder").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken" / "manifest.json").write_text("{")
    (folder / "binary").write_bytes(b"\xff\xfe\xff")
    (folder / "brace").write_text("{")
    Users(folder / "users.json").add("ann", "secret")
    before = Path.cwd()
    os.chdir(folder)
    try:
        with socket.create_server(("127.0.0.1", 0)) as taken, _server(folder) as doors:
            yield {
                "server": doors.http_url,
                "pg": doors.pg_url.rpartition("@")[2],
                "taken": str(taken.getsockname()[1]),
            }
    finally:
        os.chdir(before)


def _server(folder: Path) -> AbstractContextManager[Doors]:
    return own(Config(users=folder / "users.json"))


@pytest.mark.parametrize(("line", "status", "said"), TABLE, ids=[line for line, *_ in TABLE])
def test_a_line_and_a_status(places: dict[str, str], line: str, status: int, said: str) -> None:
    arguments = line.format(**places).split()
    done = CliRunner().invoke(main, arguments, input="")
    assert (done.exit_code, done.stdout) == (status, ""), done.output
    assert said.format(**places) in done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


ENDLESS = "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 100000000000)) WHERE RANDOM() = 1"
MANY = "SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 300000))"


@pytest.mark.parametrize("server", [False, True], ids=["alone", "through a server"])
def test_a_pipe_that_is_closed(server: bool) -> None:
    with own() as doors:
        where = f"--pg-url {doors.pg_url}" if server else ""
        done = _shell(
            f'"$PYTHON" -m mockhaus query "{MANY}" {where} | head -1; echo "${{PIPESTATUS[@]}}"'
        )
    assert done.stdout == "SEQ4()\n1 0\n"
    assert done.stderr == "Error: Standard output was closed before all was written.\n"


@pytest.mark.parametrize("server", [False, True], ids=["alone", "through a server"])
def test_ctrl_c(server: bool) -> None:
    with own() as doors:
        where = ["--pg-url", doors.pg_url, "--server-url", doors.http_url] if server else []
        process = subprocess.Popen(
            [sys.executable, "-m", "mockhaus", "query", f"SELECT 1 AS n; {ENDLESS}", *where],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["N\n", "1\n"]
        process.send_signal(signal.SIGINT)
        written, told = process.communicate(timeout=60)
    assert (written, told, process.returncode) == ("", "Error: Canceled.\n", 130)


def _shell(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", text], env={**os.environ, "PYTHON": sys.executable},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
