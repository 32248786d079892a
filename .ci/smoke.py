"""Start the installed server, ask both doors, press Ctrl-C.

Run where nothing but the run-time requirements is installed, this finds the import that only the
development tools made possible.
"""

import contextlib
import importlib
import pkgutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg

import mockhaus

PATIENCE = 30.0

#: What pytest loads, which brings itself.
NOT_ALONE = ("mockhaus.plugin",)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in taken]


def connect(port: int, server: "subprocess.Popen[bytes]") -> "psycopg.Connection[tuple[object]]":
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return psycopg.connect(f"host=127.0.0.1 port={port} user=smoke", autocommit=True)
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def main() -> None:
    for module in pkgutil.walk_packages(mockhaus.__path__, "mockhaus."):
        if not module.name.endswith("__main__") and module.name not in NOT_ALONE:
            importlib.import_module(module.name)

    port, pg_port = free_ports(2)
    command = Path(sys.executable).with_name("mockhaus")
    server = subprocess.Popen([command, "serve", "--port", str(port), "--pg-port", str(pg_port)])
    try:
        with connect(pg_port, server) as connection:
            row = connection.execute("select iff(true, 'yes', 'no')").fetchone()
            assert row == ("yes",), row
        health = f"http://127.0.0.1:{port}/api/v1/health"
        with urllib.request.urlopen(health, timeout=PATIENCE) as answer:
            assert answer.status == 200, answer.status
        server.send_signal(signal.SIGINT)
        status = server.wait(PATIENCE)
        assert status == 0, f"exit status {status} after Ctrl-C"
    finally:
        server.kill()
    print("smoke: both doors answered, Ctrl-C ended with status 0")


if __name__ == "__main__":
    main()
