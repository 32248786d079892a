"""A server of its own for real PostgreSQL clients: `make clients`.

The clients live in an environment that Mockhaus is not installed in; the server is a process of
the development set-up, named by MOCKHAUS_PYTHON. Where the clients are not installed nothing here
is collected.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

CLIENTS = ("psycopg2", "asyncpg", "pg8000", "sqlalchemy")

collect_ignore_glob = (
    [] if all(importlib.util.find_spec(name) for name in CLIENTS) else ["test_*.py"]
)

PATIENCE = 60.0

#: Valid in PostgreSQL and in Snowflake.
SCHEMA = """
CREATE SCHEMA shop;
CREATE TABLE shop.customer (
    id INT NOT NULL, name VARCHAR(40) NOT NULL, balance NUMERIC(10,2) DEFAULT 0,
    since DATE, active BOOLEAN DEFAULT TRUE, CONSTRAINT customer_pkey PRIMARY KEY (id));
CREATE TABLE shop.purchase (
    id INT NOT NULL, customer_id INT NOT NULL, bought TIMESTAMP, note VARCHAR,
    CONSTRAINT purchase_pkey PRIMARY KEY (id),
    CONSTRAINT purchase_fk FOREIGN KEY (customer_id) REFERENCES shop.customer (id));
CREATE VIEW shop.spending AS SELECT c.name, COUNT(*) AS n
    FROM shop.purchase p JOIN shop.customer c ON c.id = p.customer_id GROUP BY c.name;
CREATE SEQUENCE shop.numbers START WITH 5 INCREMENT BY 2;
CREATE FUNCTION shop.twice(a INT) RETURNS INT LANGUAGE SQL AS $$ SELECT a * 2 $$;
COMMENT ON TABLE shop.customer IS 'Who buys';
COMMENT ON COLUMN shop.customer.name IS 'In full';
INSERT INTO shop.customer (id, name, balance, since)
    VALUES (1, 'Ann', 10.50, '2024-02-29'), (2, 'Zoë', 0, NULL);
INSERT INTO shop.purchase VALUES (10, 1, '2024-03-01 10:30:00', 'a	tab'), (11, 1, NULL, NULL)
"""


@dataclass(frozen=True)
class Server:
    """Where the server listens."""

    port: int
    user: str = "ann"
    database: str = "demo"

    @property
    def environment(self) -> dict[str, str]:
        """What libpq's programs are told with."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "DBT_"))}
        return {
            **kept,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGDATABASE": self.database,
        }

    def url(self, driver: str) -> str:
        """What SQLAlchemy connects to with a driver; without one, what others do."""
        plus = driver and f"+{driver}"
        return f"postgresql{plus}://{self.user}@127.0.0.1:{self.port}/{self.database}"


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server with the schema `shop`."""
    import psycopg

    port = _free_port()
    python = os.environ.get("MOCKHAUS_PYTHON", sys.executable)
    command = [python, "-m", "mockhaus", "serve", "--port", "0", "--pg-port", str(port)]
    command += ["--missing-database", "refuse"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait(port, process)
        running = Server(port)
        place = f"host=127.0.0.1 port={port} user=ann"
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute("CREATE DATABASE demo")
        with psycopg.connect(f"{place} dbname=demo", autocommit=True) as connection:
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement.encode())
        yield running
    finally:
        process.terminate()
        process.wait(PATIENCE)
