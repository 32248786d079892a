"""The servers Mockhaus is measured against: PostgreSQL 15, buenavista 0.5.0, fakesnow 0.12.1.

Each is had when it is wanted: PostgreSQL as Debian's package with a cluster of its own in a
temporary folder, the others in virtual environments of their own in the user's cache. What cannot
be had raises PeerMissing, and the report says so.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench.process import (
    PeerMissing,
    Server,
    free_port,
    running,
    wait_until_answering,
    wait_until_listening,
)

BUENAVISTA: Final = "0.5.0"
FAKESNOW: Final = "0.12.1"
POSTGRESQL: Final = "15"
_BINARIES: Final = Path(f"/usr/lib/postgresql/{POSTGRESQL}/bin")


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    """PostgreSQL with a new cluster on a free port, its settings as they come."""
    binaries = _postgresql_binaries()
    # PostgreSQL refuses to run as root; Debian's package brings the user it is meant to run as.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="mockhaus-bench-"))
    try:
        if user is not None:
            shutil.chown(folder, user, user)
        data = str(folder / "data")
        initdb = [str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", "bench", "--no-sync"]
        _call([*initdb, "-E", "UTF8", "--locale=C.UTF-8"], user=user, cwd=str(folder))
        port = free_port()
        command = [str(binaries / "postgres"), "-D", data, "-p", str(port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        with running(command, user=user, cwd=str(folder)) as process:
            wait_until_answering(process, port, "postgres")
            told = _call([str(binaries / "postgres"), "--version"]).split()[2]
            yield Server("PostgreSQL", told, port, "postgres", process.pid)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _postgresql_binaries() -> Path:
    if not (_BINARIES / "postgres").exists():
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise PeerMissing(
                f"Debian's package postgresql-{POSTGRESQL} is not here and only root can add it"
            )
        _call(["apt-get", "update", "-qq"])
        _call(
            ["apt-get", "install", "-qq", "-y", f"postgresql-{POSTGRESQL}"],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            raise PeerMissing(
                "PostgreSQL does not run as root, and there is no user postgres"
            ) from None
    return _BINARIES


@contextlib.contextmanager
def buenavista() -> Iterator[Server]:
    """buenavista over DuckDB in memory, as its own example starts it."""
    python = _buenavista_python()
    port = free_port()
    # With BUENAVISTA_HOST unset it listens everywhere and turns others away; with it, it is here.
    environment = {
        **os.environ,
        "BUENAVISTA_HOST": "127.0.0.1",
        "BUENAVISTA_PORT": str(port),
    }
    command = [str(python), "-W", "ignore", "-m", "buenavista.examples.duckdb_postgres"]
    with running(command, env=environment) as process:
        wait_until_answering(process, port, "memory")
        yield Server("buenavista", BUENAVISTA, port, "memory", process.pid)


def _buenavista_python() -> Path:
    """The interpreter of an environment that has it, with the engine versions Mockhaus has."""
    engines = [f"{name}=={version(name)}" for name in ("duckdb", "pyarrow")]
    # It imports duckdb, pyarrow and dateutil without declaring them.
    return environment(f"buenavista=={BUENAVISTA}", *engines, "python-dateutil")


@dataclass(frozen=True, slots=True)
class Fakesnow:
    """A running server of fakesnow, and the interpreter that has Snowflake's connector for it."""

    port: int
    pid: int
    python: Path
    engine: str


@contextlib.contextmanager
def fakesnow() -> Iterator[Fakesnow]:
    """fakesnow's server in memory, on the engine that it asks for."""
    # It imports modules of Snowflake's connector that version 5 no longer has.
    python = environment(f"fakesnow[server]=={FAKESNOW}", "snowflake-connector-python<5")
    engine = _call([str(python), "-c", "import duckdb; print(duckdb.__version__)"]).strip()
    port = free_port()
    command = [str(python), "-m", "fakesnow", "--server", "--port", str(port)]
    with running(command, quiet=True) as process:
        wait_until_listening(process, port)
        yield Fakesnow(port, process.pid, python, engine)


def tools() -> Path:
    """The interpreter that has what the bench draws and profiles with. Raises PeerMissing."""
    pinned = Path(__file__).parent.parent / "requirements" / "bench.txt"
    name = f"tools-{hashlib.sha256(pinned.read_bytes()).hexdigest()[:12]}"
    return made_environment(name, ["--require-hashes", "--requirement", str(pinned)])


def environment(*wanted: str) -> Path:
    """The interpreter of a kept virtual environment that has these packages. Raises PeerMissing."""
    return made_environment("-".join(wanted), wanted)


def made_environment(name: str, arguments: Sequence[str]) -> Path:
    """The same, of the arguments of `pip install`. Raises PeerMissing."""
    kept = re.sub(r"[^a-zA-Z0-9.-]+", "", name)
    folder = cache() / f"{kept}-py{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    ready = folder / ".ready"
    if not ready.exists():
        _call([sys.executable, "-m", "venv", "--clear", str(folder)])
        _call([str(python), "-m", "pip", "install", "--quiet", *arguments])
        ready.touch()
    return python


def cache() -> Path:
    """Where environments of peers are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "mockhaus-bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _call(
    command: list[str],
    *,
    env: dict[str, str] | None = None,
    user: str | None = None,
    cwd: str | None = None,
) -> str:
    """Run to the end. Raises PeerMissing with the last line it printed."""
    done = subprocess.run(
        command,
        env=env,
        cwd=cwd,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise PeerMissing(f"{Path(command[0]).name} failed: {' '.join(last)}")
    return done.stdout
