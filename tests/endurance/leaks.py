"""What a server still holds when its clients are gone and their sessions are dropped."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx2

from tests.endurance.report import Report

#: Seconds after which what goes must be gone.
PATIENCE: Final = 30

_CONNECTIONS: Final = re.compile(r'^mockhaus_connections\{door="(\w+)"\} (\d+)', re.M)


@contextmanager
def watched(report: Report, folder: str) -> Iterator[dict[str, str]]:
    """Variables for a server whose temporary files are looked at; when it has ended, none are left
    of it but those that it may keep when it is killed, in one folder with a lock."""
    with tempfile.TemporaryDirectory() as temporary:
        yield {"TMPDIR": temporary}
        left = [each.name for each in Path(temporary).iterdir()]
        report.tried["things in the temporary folder in the end"] = len(left)
        strange = [name for name in left if not name.startswith("mockhaus-memory-")]
        report.check(not strange, f"left in the temporary folder: {strange[:5]}")
        report.check(len(left) <= 1, f"more than one scratch folder: {left[:5]}")


def check(report: Report, server: subprocess.Popen[str], rest: str, *sessions: str) -> None:
    """Drop the sessions, with their data; then nothing of them and of their connections is left."""
    base = str(httpx2.URL(rest).copy_with(path=""))
    with httpx2.Client(base_url=base, timeout=60) as http:
        for name in sessions:
            http.delete(f"/api/v1/sessions/{name}", params={"with_data": "true"}).raise_for_status()
        until = time.monotonic() + PATIENCE
        while (held := _held(http, server.pid)) and time.monotonic() < until:
            time.sleep(0.2)
    for what, count in held.items():
        report.lost.append(f"{count} {what} are left when all sessions are dropped")
    report.tried["kinds of things that were left"] = len(held)


def _held(http: httpx2.Client, pid: int) -> dict[str, int]:
    """What is still there and should not be: connections, files of databases, spilled files."""
    told = {door: int(n) for door, n in _CONNECTIONS.findall(http.get("/metrics").text)}
    found = {f"connections of {door}": count for door, count in told.items()}
    names = [_target(each) for each in Path(f"/proc/{pid}/fd").iterdir()]
    found["open databases"] = sum("/bank/" in name for name in names)
    found["open files that are deleted"] = sum(name.endswith("(deleted)") for name in names)
    return {what: count for what, count in found.items() if count}


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:  # closed meanwhile
        return ""
