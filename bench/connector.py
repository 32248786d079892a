"""Snowflake's own connector as a process: run by an interpreter that has it, driven line by line.

`python -m bench.connector PORT` connects to a server of Snowflake's protocol on the loopback
interface. Each line it reads is a statement in JSON; each it prints tells the seconds from execute
to the last of the rows, as Python values, and how many there were.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Driven:
    """The connector in its process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, sql: str) -> tuple[float, int]:
        """Seconds, and rows. Raises ConnectionError with what the connector said."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(sql) + "\n")
            self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline() or '{"error": "it ended"}')
        if "error" in told:
            raise ConnectionError(f"Snowflake's connector: {told['error']}")
        return told["seconds"], told["rows"]


@contextlib.contextmanager
def connector(python: Path, port: int) -> Iterator[Driven]:
    """A connection of the connector."""
    process = subprocess.Popen(
        [str(python), "-m", "bench.connector", str(port)],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Driven(process)
    finally:
        with contextlib.suppress(BrokenPipeError):
            process.communicate()  # an end of its input is its end


def main() -> None:
    import snowflake.connector

    connection: Any = snowflake.connector.connect(
        user="bench",
        password="bench",
        account="bench",
        host="127.0.0.1",
        port=int(sys.argv[1]),
        protocol="http",
        database="bench",
        schema="public",
        # Otherwise it sends to Snowflake what it was used for.
        session_parameters={"CLIENT_TELEMETRY_ENABLED": False},
    )
    cursor = connection.cursor()
    for line in sys.stdin:
        sql = json.loads(line)
        try:
            begun = time.perf_counter()
            rows = cursor.execute(sql).fetchall()
            told: dict[str, Any] = {"seconds": time.perf_counter() - begun, "rows": len(rows)}
        except Exception as error:
            told = {"error": str(error)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
