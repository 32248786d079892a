"""Disks that are full, or may be read and no longer written, under a server at work.

A file system that turns read-only under open files is ext4 that has met an error: a loop device
with `remount,abort`. Where this machine may not mount, that is counted as not tried, by name.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import psycopg
from psycopg import pq

from tests.cli.test_serve import serving
from tests.endurance.report import Report

#: Bytes that the disk of a server has, and rows of about 1000 bytes that are written at once. The
#: smaller one is full before DuckDB would tidy up its log of 16 MiB, the larger one while it does.
DISKS: Final = (12 * 2**20, 24 * 2**20)
BATCH: Final = 2000

_ROWS: Final = f"TABLE(GENERATOR(ROWCOUNT => {BATCH}))"
_INSERT: Final = f"INSERT INTO big SELECT %s, REPEAT(MD5(RANDOM()), 30) FROM {_ROWS}".encode()
_COUNT: Final = "SELECT COUNT(DISTINCT n), COUNT(*) FROM big"
_KEPT: Final = "-c session=kept"


def disk_full(folder: Path, seed: int, report: Report) -> None:
    """A file system without room: refusals have codes, other sessions go on."""
    for size in DISKS:
        mounted = f'mount -t tmpfs -o size={size} none "$0" && exec "$@"'
        before = ("unshare", "-m", "sh", "-c", mounted, str(folder))
        if _works((*before, "true"), report, "full file systems"):
            _filled(folder, before, report)


def file_limit(folder: Path, seed: int, report: Report) -> None:
    """Files that cannot grow; what was acknowledged, and nothing else, is there when the server has
    room again."""
    for size in DISKS:
        home = folder / str(size)
        acknowledged = _filled(home, ("prlimit", f"--fsize={size}", "--"), report)
        with (
            serving("--data-dir", str(home)) as (_, address, _),
            psycopg.connect(address, autocommit=True, options=_KEPT) as client,
        ):
            _holds(client, acknowledged, report)


def room_again(folder: Path, seed: int, report: Report) -> None:
    """Files that cannot grow, and then can again: the server need not be started anew."""
    with (
        serving("--data-dir", str(folder)) as (process, address, _),
        psycopg.connect(address, autocommit=True, options=_KEPT) as client,
    ):
        client.execute("CREATE TABLE big (n INT, x VARCHAR)")
        client.execute(_INSERT, (0,))
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, hard))
        for _ in range(3):
            try:
                client.execute(_INSERT, (1,))
                report.lost.append("what cannot be written was acknowledged")
            except psycopg.Error as error:
                report.refused(error.sqlstate, "writes without room")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        client.execute(_INSERT, (1,))
        _holds(client, 2, report)


def turned_read_only(folder: Path, seed: int, report: Report) -> None:
    """The file system takes no more writes: reads go on, writes are refused, all is there after."""
    image, place = folder / "image", folder / "place"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(64 * 2**20)
    mounted = f'mount -o loop "{image}" "$0" && exec "$@"'
    before = ("unshare", "-m", "sh", "-c", mounted, str(place))
    made = shutil.which("mkfs.ext4") and shutil.which("nsenter")
    if not (made and _works(("mkfs.ext4", "-q", str(image)), report, "") and
            _works((*before, "true"), report, "read-only file systems")):  # fmt: skip
        return
    with (
        serving("--data-dir", str(place), before=before) as (process, address, _),
        psycopg.connect(address, autocommit=True, options=_KEPT) as client,
    ):
        client.execute("CREATE TABLE big (n INT, x VARCHAR)")
        for number in range(3):
            client.execute(_INSERT, (number,))
        aborted = ("mount", "-o", "remount,abort", str(place))
        subprocess.run(["nsenter", "-t", str(process.pid), "-m", *aborted], check=True)
        for statement in ("INSERT INTO big VALUES (9, '')", "CREATE TABLE u (n INT)"):
            try:
                client.execute(statement.encode())
                report.lost.append(f"{statement} was acknowledged on a read-only file system")
            except psycopg.Error as error:
                report.refused(error.sqlstate, "writes to a read-only file system")
        _holds(client, 3, report)
        _others_go_on(address, report)
        report.check(process.poll() is None, "the server is gone")
    with (
        _mounted_again(before, place) as (_, address, _),
        psycopg.connect(address, autocommit=True, options=_KEPT) as client,
    ):
        _holds(client, 3, report)


def read_only_from_the_start(folder: Path, seed: int, report: Report) -> None:
    """A data directory that cannot be written: the server does not start, and says why in a line."""
    mounted = 'mount -t tmpfs none "$0" && mount -o remount,ro "$0" && exec "$@"'
    before = ("unshare", "-m", "sh", "-c", mounted, str(folder))
    if not _works((*before, "true"), report, "read-only data directories"):
        return
    command = (*before, sys.executable, "-m", "mockhaus", "serve", "--port", "0", "--pg-port", "0")
    ended = subprocess.run(
        [*command, "--data-dir", str(folder)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    told = (ended.stdout + ended.stderr).strip()
    report.check(
        ended.returncode > 0 and len(told.splitlines()) == 1 and str(folder) in told,
        f"a read-only data directory: status {ended.returncode}, {told[-400:]}",
    )


@contextlib.contextmanager
def _mounted_again(before: Sequence[str], place: Path):  # type: ignore[no-untyped-def]
    """A server over the same file system, once whoever had it is gone."""
    until = time.monotonic() + 10
    while subprocess.run([*before, "true"], capture_output=True, check=False).returncode:
        if time.monotonic() > until:
            raise AssertionError("the file system cannot be mounted again")
        time.sleep(0.1)
    with serving("--data-dir", str(place), before=before) as server:
        yield server


def _works(command: Sequence[str], report: Report, what: str) -> bool:
    """Whether this machine can do that; counted, or said to be not tried."""
    able = os.getuid() == 0 and shutil.which(command[0]) is not None
    able = able and subprocess.run(command, capture_output=True, check=False).returncode == 0
    if what or not able:
        report.tried[what if able else f"{what or command[0]}: not tried, want mount and root"] += 1
    return able


def _filled(folder: Path, before: Sequence[str], report: Report) -> int:
    """Write until it is refused; how many batches were acknowledged."""
    with (
        serving("--data-dir", str(folder), before=before) as (process, address, _),
        psycopg.connect(address, autocommit=True, options=_KEPT) as client,
    ):
        client.execute("CREATE TABLE big (n INT, x VARCHAR); CREATE TABLE small (n INT)")
        acknowledged = _fill(client, report)
        _holds(client, acknowledged, report)
        try:
            client.execute("INSERT INTO small VALUES (1)")
        except psycopg.Error as error:
            report.refused(error.sqlstate, "statements after it")
        _others_go_on(address, report)
        told = pq.PGconn.connect(f"{address}?options=-csession%3Dnew".encode())
        report.check(
            told.status == pq.ConnStatus.OK or b"FATAL" in told.error_message,
            f"a new session was refused without a word: {told.error_message!r}",
        )
        told.finish()
        report.check(process.poll() is None, "the server is gone")
    return acknowledged


def _others_go_on(address: str, report: Report) -> None:
    try:
        with psycopg.connect(address, autocommit=True) as other:
            found = other.execute("SELECT 6 * 7").fetchone()
            report.check(found == (42,), "another session is stuck")
    except psycopg.Error as error:
        report.lost.append(f"another session is stuck: {error}")


def _fill(client: psycopg.Connection, report: Report) -> int:
    """Insert 2 MB at a time until it is refused; how many were acknowledged, each with its count."""
    for number in range(200):
        try:
            count = client.execute(_INSERT, (number,)).rowcount
            report.check(count == BATCH, f"{BATCH} rows were inserted, {count} told")
        except psycopg.Error as error:
            report.refused(error.sqlstate, "writes to a full disk")
            report.check(number > 0, f"not even a first batch was written: {error}")
            return number
    report.lost.append("the disk was never full")
    return 200


def _holds(client: psycopg.Connection, batches: int, report: Report) -> None:
    """Exactly what was acknowledged is there."""
    try:
        found = client.execute(_COUNT).fetchone()
    except psycopg.Error as error:
        report.lost.append(f"{batches} batches that were acknowledged cannot be read: {error}")
        return
    wanted = (batches, batches * BATCH)
    report.check(found == wanted, f"{found} batches and rows are there, acknowledged {wanted}")
    report.tried["rows that were there after it"] += batches * BATCH


FAULTS: Final[tuple[Callable[[Path, int, Report], None], ...]] = (
    disk_full, file_limit, room_again, turned_read_only, read_only_from_the_start,
)  # fmt: skip
