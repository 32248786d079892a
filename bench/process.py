"""Servers as processes of their own: started, measured, ended by their process id."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.wire import Client, WireError

USER: Final = "bench"
_PATIENCE: Final = 30.0


class PeerMissing(Exception):
    """A server to compare with cannot be had here; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server of the PostgreSQL protocol. `version` is how the report names it."""

    name: str
    version: str
    port: int
    database: str
    pid: int
    http_port: int = 0

    def client(self, *, user: str = USER, receive_buffer: int | None = None) -> Client:
        """A connection to it."""
        return Client(self.port, user, self.database, receive_buffer=receive_buffer)

    def conninfo(self) -> str:
        """For psycopg."""
        return f"host=127.0.0.1 port={self.port} user={USER} dbname={self.database}"


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def running(
    command: list[str],
    *,
    env: dict[str, str] | None = None,
    user: str | None = None,
    cwd: str | None = None,
    quiet: bool = False,
) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with the block: asked first, killed when it does not listen.

    What it prints is for who reads its `stdout`, or for nobody (`quiet`).
    """
    extra: list[int] | None = None if user is None else []
    process = subprocess.Popen(
        command,
        env=env,
        cwd=cwd,
        user=user,
        group=user,
        extra_groups=extra,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def wait_until_answering(process: subprocess.Popen[str], port: int, database: str) -> None:
    """Until `select 1` is answered. Raises PeerMissing when the process ends before."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        with contextlib.suppress(OSError, WireError):
            with Client(port, USER, database) as client:
                client.run("select 1")
            return
        if process.poll() is not None:
            assert process.stdout is not None
            last = process.stdout.read().strip().splitlines()[-1:]
            raise PeerMissing(f"it ended at once: {' '.join(last) or process.returncode}")
        if time.monotonic() > deadline:
            raise PeerMissing("it does not answer")
        time.sleep(0.02)


def wait_until_listening(process: subprocess.Popen[str], port: int) -> None:
    """Until the port takes connections. Raises PeerMissing when the process ends before."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            raise PeerMissing(f"it ended at once, with status {process.returncode}")
        if time.monotonic() > deadline:
            raise PeerMissing("it does not listen")
        time.sleep(0.02)


@contextlib.contextmanager
def mockhaus(*arguments: str) -> Iterator[Server]:
    """`mockhaus serve` on free ports; everything in memory, unless the arguments say otherwise."""
    from mockhaus import __version__

    with running([*serve_command(), *arguments]) as process:
        pg_port, http_port = announced(process)
        _drain(process)
        yield Server("Mockhaus", __version__, pg_port, "bench", process.pid, http_port)


def serve_command() -> list[str]:
    """The command, on free ports."""
    return [sys.executable, "-m", "mockhaus", "serve", "--port", "0", "--pg-port", "0"]


def announced(process: subprocess.Popen[str]) -> tuple[int, int]:
    """PostgreSQL and HTTP port, read off what `mockhaus serve` prints when it is ready."""
    assert process.stdout is not None
    seen: list[str] = []
    pg_port = 0
    for line in process.stdout:
        seen.append(line)
        words = line.split()
        if "-p" in words:
            pg_port = int(words[words.index("-p") + 1])
        if words[:1] == ["REST"]:
            return pg_port, int(words[1].split(":")[2].split("/")[0])
    raise PeerMissing("mockhaus serve ended: " + "".join(seen[-3:]).strip())


def _drain(process: subprocess.Popen[str]) -> None:
    """Read what a server prints, so that its pipe never fills."""

    def read() -> None:
        assert process.stdout is not None
        with contextlib.suppress(ValueError, OSError):
            for _ in process.stdout:
                pass

    threading.Thread(target=read, daemon=True).start()


def resident(pid: int) -> float:
    """Resident memory of a process, MB (of 10^6 bytes). Linux."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ProcessLookupError(pid)
