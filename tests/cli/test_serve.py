"""The command as a process: ready lines, Ctrl-C, a port in use, refusals."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import pq

from mockhaus import __version__

COMMAND = [sys.executable, "-m", "mockhaus"]


@contextmanager
def serving(
    *arguments: str, before: Sequence[str] = (), **variables: str
) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A server on free ports: the process, its PostgreSQL address, its REST base. `before` is a
    command that runs the one after it."""
    process = subprocess.Popen(
        [*before, *COMMAND, "serve", "--port", "0", "--pg-port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **variables},
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        text = "".join(lines)
        address = re.search(r"postgresql\+psycopg://(\S+)", text)
        rest = re.search(r"https?://\S+", text)
        assert address, text
        assert rest, text
        yield process, f"postgresql://{address[1]}", rest[0]
    finally:
        process.kill()
        process.communicate()


def stop(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    """Signal the process; its exit status and what it still printed."""
    process.send_signal(number)
    output, _ = process.communicate(timeout=20)
    return process.returncode, output


def test_both_doors_of_one_server() -> None:
    with serving() as (process, address, rest):
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE t AS SELECT 42 AS answer")
            connection.commit()
            assert connection.execute("SELECT answer FROM t").fetchone() == (42,)
        with urllib.request.urlopen(f"{rest}health") as reply:
            assert b"healthy" in reply.read()
        assert stop(process, signal.SIGINT) == (0, "")


def test_sigterm_interrupts_what_runs() -> None:
    with serving() as (process, address, _):
        client = pq.PGconn.connect(address.encode())
        client.exec_(
            b"CREATE TABLE t AS SELECT seq4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 1000))"
        )
        client.send_query(b"SELECT count(*) FROM t a, t b, t c, t d WHERE a.n + b.n + c.n = d.n")
        client.flush()
        assert stop(process, signal.SIGTERM) == (0, "")
        client.finish()


def test_a_persistent_session_is_there_after_a_restart(tmp_path: Path) -> None:
    directory = str(tmp_path / "data")
    with serving("--data-dir", directory) as (process, address, _):
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE TABLE t AS SELECT 1 AS a")
        assert stop(process, signal.SIGINT)[0] == 0
    with (
        serving(MOCKHAUS_DATA_DIR=directory) as (_, address, _rest),
        psycopg.connect(address) as connection,
    ):
        assert connection.execute("SELECT a FROM t").fetchone() == (1,)


@pytest.mark.parametrize("flag", ["--port", "--pg-port"])
def test_a_port_in_use_is_one_line(flag: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = "--pg-port" if flag == "--port" else "--port"
        done = subprocess.run(
            [*COMMAND, "serve", flag, str(port), other, "0"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        f"Error: Cannot listen on 127.0.0.1:{port}: address already in use"
    ]
    assert done.stdout == ""


def test_a_data_directory_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("a file where the folder is to be")
    done = subprocess.run(
        [*COMMAND, "serve", "--port", "0", "--pg-port", "0", "--data-dir", str(tmp_path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"Error: Cannot use the data directory {tmp_path}: file exists"
    ]


def test_listening_beyond_loopback_must_be_asked_for() -> None:
    done = subprocess.run(
        [*COMMAND, "serve", "--host", "0.0.0.0"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--insecure" in done.stderr


def test_version() -> None:
    done = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"mockhaus, version {__version__}\n"
