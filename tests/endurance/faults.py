"""Faults while clients write: processes that end, a disk that is full, stores that reset."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import pq

from tests.cli.test_serve import serving
from tests.endurance import killed
from tests.endurance.report import Report

#: Bytes that the disk of a server has, and rows of about 1000 bytes that are written at once.
DISK: Final = 12 * 2**20
BATCH: Final = 2000

_TMPFS: Final = (
    "unshare",
    "-m",
    "sh",
    "-c",
    f'mount -t tmpfs -o size={DISK} none "$0" && exec "$@"',
)
_QUOTA: Final = ("prlimit", f"--fsize={DISK}", "--")

#: A client that has a transaction open, says so, and waits to be killed.
_CLIENT: Final = """
import sys, psycopg
connection = psycopg.connect(sys.argv[1])
connection.execute("UPDATE t SET a = 2")
print("open", flush=True)
sys.stdin.read()
"""


def run(seconds: float, seed: int) -> Report:
    """Each fault, and again until the time is over."""
    report, chance = Report(), random.Random(seed)
    until = time.monotonic() + seconds
    while True:
        for fault in FAULTS:
            report.tried[fault.__name__.strip("_").replace("_", " ")] += 1
            with tempfile.TemporaryDirectory() as folder:
                fault(Path(folder), chance.randrange(2**31), report)
        if time.monotonic() > until:
            return report


def _server_killed(folder: Path, seed: int, report: Report) -> None:
    _ended(folder, seed, report, signal.SIGKILL)


def _server_told_to_stop(folder: Path, seed: int, report: Report) -> None:
    _ended(folder, seed, report, signal.SIGTERM)


def _ended(folder: Path, seed: int, report: Report, number: signal.Signals) -> None:
    try:
        writers = killed.run(folder, 1, seed, number)
    except AssertionError as error:
        report.lost.append(f"{number.name}: {error}")
        return
    report.tried["rows that were there after it"] += sum(len(each.acknowledged) for each in writers)


def _client_killed(folder: Path, seed: int, report: Report) -> None:
    """Its transaction is rolled back and its locks are free."""
    with serving() as (_, address, _), psycopg.connect(address, autocommit=True) as other:
        other.execute("CREATE TABLE t AS SELECT 1 AS a")
        command = [sys.executable, "-c", _CLIENT, address]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, **pipes) as client:  # type: ignore[call-overload]
            client.stdout.readline()
            client.kill()
        with report.timed("writes after a client was killed"):
            other.execute("UPDATE t SET a = a + 10")
        found = other.execute("SELECT a FROM t").fetchone()
        report.check(found == (11,), f"after a killed client there is {found}, not 11")


def _disk_full(folder: Path, seed: int, report: Report) -> None:
    """A file system without room: refusals have codes, other sessions go on."""
    if os.getuid() != 0 or shutil.which("unshare") is None:
        return
    before = (*_TMPFS, str(folder))
    if subprocess.run([*before, "true"], capture_output=True, check=False).returncode == 0:
        report.tried["file systems that were full"] += 1
        _full(folder, before, report)


def file_limit(folder: Path, seed: int, report: Report) -> None:
    """A file that cannot grow; what was acknowledged is there when the server has room again."""
    acknowledged = _full(folder, _QUOTA, report)
    with (
        serving("--data-dir", str(folder)) as (_, address, _),
        psycopg.connect(address, autocommit=True, options="-c session=kept") as client,
    ):
        found = client.execute("SELECT COUNT(DISTINCT n), COUNT(*) FROM big").fetchone()
        # The one that was refused may be there, whole: its commit was written, its check point not.
        wholes = [(count, count * BATCH) for count in (acknowledged, acknowledged + 1)]
        report.check(found in wholes, f"{found} batches and rows are there, of {wholes}")
        report.tried["rows that were there after it"] += acknowledged * BATCH


def _full(folder: Path, before: Sequence[str], report: Report) -> int:
    """Write until it is refused; how many batches were acknowledged."""
    with (
        serving("--data-dir", str(folder), before=before) as (process, address, _),
        psycopg.connect(address, autocommit=True, options="-c session=kept") as client,
    ):
        client.execute("CREATE TABLE big (n INT, x VARCHAR); CREATE TABLE small (n INT)")
        acknowledged = _fill(client, report)
        for statement in ("SELECT COUNT(*) FROM big", "INSERT INTO small VALUES (1)"):
            try:
                client.execute(statement.encode())
            except psycopg.Error as error:
                report.refused(error.sqlstate, "statements after it")
        try:
            with psycopg.connect(address, autocommit=True) as other:
                found = other.execute("SELECT 6 * 7").fetchone()
                report.check(found == (42,), "another session is stuck")
        except psycopg.Error as error:
            report.lost.append(f"another session is stuck: {error}")
        told = pq.PGconn.connect(f"{address}?options=-csession%3Dnew".encode())
        report.check(
            told.status == pq.ConnStatus.OK or b"FATAL" in told.error_message,
            f"a new session was refused without a word: {told.error_message!r}",
        )
        told.finish()
        report.check(process.poll() is None, "the server is gone")
    return acknowledged


def _fill(client: psycopg.Connection, report: Report) -> int:
    """Insert 2 MB at a time until it is refused; how many were acknowledged."""
    rows = f"TABLE(GENERATOR(ROWCOUNT => {BATCH}))"
    batch = f"INSERT INTO big SELECT %s, REPEAT(MD5(RANDOM()), 30) FROM {rows}".encode()
    for number in range(200):
        try:
            client.execute(batch, (number,))
        except psycopg.Error as error:
            report.refused(error.sqlstate, "writes to a full disk")
            report.check(number > 0, f"not even a first batch was written: {error}")
            return number
    report.lost.append("the disk was never full")
    return 200


def _store_resets(folder: Path, seed: int, report: Report) -> None:
    """A store that ends every connection loads nothing, and says so with a code."""
    with (
        _resetting() as port,
        serving() as (_, address, _),
        psycopg.connect(address, autocommit=True) as client,
    ):
        client.execute("CREATE TABLE t (a VARCHAR)")
        client.execute(
            f"CREATE STAGE s URL = 's3compat://bucket/x' ENDPOINT = 'http://127.0.0.1:{port}' "
            "CREDENTIALS = (AWS_KEY_ID = 'a' AWS_SECRET_KEY = 'b')".encode()
        )
        for statement in ("LIST @s", "COPY INTO t FROM @s"):
            try:
                client.execute(statement.encode())
                report.lost.append(f"{statement} of a store that resets was answered")
            except psycopg.Error as error:
                report.refused(error.sqlstate, "reads of a store that resets")
        report.check(client.execute("SELECT COUNT(*) FROM t").fetchone() == (0,), "a half load")


@contextmanager
def _resetting() -> Iterator[int]:
    """A port where every connection is reset once something was said."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)

        def reset() -> None:
            while not over.is_set():
                try:
                    client, _ = listener.accept()
                except TimeoutError:
                    continue
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()

        thread = threading.Thread(target=reset)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join()


FAULTS: Final[tuple[Callable[[Path, int, Report], None], ...]] = (
    _server_killed, _server_told_to_stop, _client_killed, _disk_full, file_limit, _store_resets,
)  # fmt: skip
