"""Clients that come all at once, say half a word or one sign a second, and go without one."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from typing import Final
from urllib.parse import urlsplit

import psycopg

from tests.cli.test_serve import serving
from tests.endurance.report import Report, strain
from tests.endurance.soak import usage

#: Connects a second that are asked for, and clients that are left half open.
RATE: Final = 2000
HALF: Final = 200

#: Files that the server may have more in the end than in the beginning.
SPARE: Final = 20

#: How a client begins -> what it sends before it waits or goes.
BEGINNINGS: Final = {
    "nothing": b"",
    "half a length": b"\0\0",
    "a length": b"\0\0\0\x20",
    "a startup packet by half": b"\0\0\0\x20\0\x03\0\0user\0a",
    "an SSL request": b"\0\0\0\x08\x04\xd2\x16/",
    "a request by half": b"POST /api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Le",
    "a body by half": b"POST /api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n{",
    "noise": bytes(range(256)),
}


def run(seconds: float, seed: int) -> Report:
    """A storm for the time, beside a client that asks all the while."""
    report, chance = Report(), random.Random(seed)
    with serving() as (process, address, rest):
        ports = (urlsplit(address).port or 0, urlsplit(rest).port or 0)
        _ask(address, report)
        before = usage(process.pid)
        over = threading.Event()
        asking = threading.Thread(target=_keep_asking, args=(address, report, over))
        asking.start()
        try:
            half = [_begun(chance, ports, report) for _ in range(HALF)]
            _storm(time.monotonic() + seconds * 0.7, chance, ports, report)
            _slowly(time.monotonic() + seconds * 0.3, [each for each in half if each])
        finally:
            over.set()
            asking.join()
        for each in half:
            if each:
                each.close()
        _ask(address, report)
        until = time.monotonic() + 5 * strain()
        while usage(process.pid).files > before.files + SPARE and time.monotonic() < until:
            time.sleep(0.1)
        after = usage(process.pid)
        report.check(
            after.files <= before.files + SPARE,
            f"{after.files} open files after the storm, {before.files} before",
        )
        report.check(process.poll() is None, "the server is gone")
    return report


def _begun(chance: random.Random, ports: tuple[int, int], report: Report) -> socket.socket | None:
    name, sent = chance.choice(list(BEGINNINGS.items()))
    try:
        client = socket.create_connection(("127.0.0.1", chance.choice(ports)), timeout=5)
        client.sendall(sent)
    except OSError:
        report.tried["connects that were turned away"] += 1
        return None
    report.tried[f"left with {name}"] += 1
    return client


def _storm(until: float, chance: random.Random, ports: tuple[int, int], report: Report) -> None:
    begun, count = time.monotonic(), 0
    while time.monotonic() < until:
        client = _begun(chance, ports, report)
        count += 1
        if client is not None:
            if chance.random() < 0.5:  # reset, without a word
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
        if count / RATE > time.monotonic() - begun:
            time.sleep(0.001)
    report.tried["connects a second"] = round(count / (time.monotonic() - begun))


def _slowly(until: float, clients: list[socket.socket]) -> None:
    while time.monotonic() < until:
        for each in clients:
            with contextlib.suppress(OSError):
                each.send(b"x")
        time.sleep(1)


def _keep_asking(address: str, report: Report, over: threading.Event) -> None:
    while not over.is_set():
        _ask(address, report)


def _ask(address: str, report: Report) -> None:
    try:
        with (
            report.timed("right answers to new clients"),
            psycopg.connect(address, autocommit=True, connect_timeout=10) as client,
        ):
            found = client.execute("SELECT 6 * 7").fetchone()
            report.check(found == (42,), f"a client was told {found}")
    except psycopg.Error as error:
        report.lost.append(f"a client was turned away: {error}")
