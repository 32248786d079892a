"""A server with users and a folder for stages, its three doors, and a secret on its machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import httpx2
import psycopg
import pytest

from mockhaus.access.users import Users
from tests.cli.test_serve import COMMAND

#: What no answer and no error may hold: it is in files that SQL must not reach.
CANARY = "canary-4711"
PASSWORDS = {"ann": "ann's pass phrase 93", "bob": "bob's pass phrase 58"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door answered: a code (SQLSTATE or Snowflake's number), None without an error; and all
    that it said."""

    code: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Server:
    """The doors of a process. `inside` is the folder that stages may use, `outside` one that they
    may not."""

    process: subprocess.Popen[bytes]
    pg_port: int
    http_port: int
    inside: Path
    outside: Path
    data: Path
    log: Path
    #: Clients that are kept for the statements of a test.
    _kept: dict[tuple[str, str], Any] = field(default_factory=dict)

    def _client(self, door: str, user: str) -> Any:
        if (door, user) not in self._kept:
            self._kept[door, user] = (self.connect if door == "postgres" else self.http)(user)
        return self._kept[door, user]

    def close(self) -> None:
        """Let go of the clients."""
        for each in self._kept.values():
            each.close()

    def connect(self, user: str = "ann", session: str | None = None) -> psycopg.Connection:
        """A client of the PostgreSQL door."""
        name = user if session is None else f"{user}/{session}"
        return psycopg.connect(
            host="127.0.0.1", port=self.pg_port, user=name, password=PASSWORDS[user],
            dbname="mockhaus", autocommit=True,
        )  # fmt: skip

    def http(self, user: str = "ann") -> httpx2.Client:
        """A client of the HTTP door."""
        return httpx2.Client(
            base_url=f"http://127.0.0.1:{self.http_port}", auth=(user, PASSWORDS[user]), timeout=60
        )

    def answers(self, sql: str, user: str = "ann") -> dict[str, Answer]:
        """What each door answers to a statement."""
        return {
            "postgres": self.postgres(sql, user),
            "rest": self.rest(sql, user),
            "sql api": self.sql_api(sql, user),
        }

    def postgres(self, sql: str, user: str = "ann") -> Answer:
        """At the PostgreSQL door."""
        try:
            cursor = self._client("postgres", user).execute(sql.encode())
            rows = cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            said = error.diag  # without the text of the statement, which libpq adds
            told = (said.message_primary, said.message_detail, said.message_hint, said.context)
            return Answer(error.sqlstate or "none", str(told))
        return Answer(None, str(rows))

    def rest(self, sql: str, user: str = "ann", session: str = "default") -> Answer:
        """At REST."""
        body = {"sql": sql, "session_id": session}
        answer = self._client("http", user).post("/api/v1/query", json=body)
        if answer.status_code == 200:
            return Answer(None, answer.text)
        detail = answer.json()["detail"]
        return Answer(detail["code"] or detail["error"], answer.text)

    def sql_api(self, sql: str, user: str = "ann") -> Answer:
        """At the SQL API."""
        answer = self._client("http", user).post("/api/v2/statements", json={"statement": sql})
        code = None if answer.status_code == 200 else answer.json().get("code", "none")
        return Answer(code, answer.text)


def _secrets(folder: Path) -> None:
    (folder / "secret.csv").write_text(f"id,word\n1,{CANARY}\n")
    (folder / "secret.json").write_text(f'{{"word": "{CANARY}"}}\n')
    (folder / "secret.sql").write_text(f"SELECT '{CANARY}';\n")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT '{CANARY}' AS word) TO '{folder}/secret.parquet'")
        connection.execute(f"ATTACH '{folder}/secret.duckdb' AS s")
        connection.execute(f"CREATE TABLE s.secret AS SELECT '{CANARY}' AS word")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests: they leave nothing that another would meet."""
    folder = tmp_path_factory.mktemp("server").resolve()
    inside, outside, data = (folder / name for name in ("inside", "outside", "data"))
    for each in (inside, outside, data):
        each.mkdir()
    _secrets(outside)
    server_folder = outside
    for each in (outside, inside):
        (each / "three.part.csv").write_text(f"a\n{CANARY}\n")
    (inside / "fine.csv").write_text("1\n")
    (inside / "link.csv").symlink_to(outside / "secret.csv")
    users = Users(data / "users.json")
    for name, password in PASSWORDS.items():
        users.add(name, password)
    log = folder / "log"
    flags = ["--port", "0", "--pg-port", "0", "--data-dir", str(data), "--allow-path", str(inside)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, "serve", *flags, "--debug", "--log-format", "json", "--trace"],
            stdout=output, stderr=subprocess.STDOUT,
            cwd=server_folder,  # names without a folder would be those of secrets
            env={**os.environ, "PYTHONUNBUFFERED": "1", "MOCKHAUS_CANARY": CANARY},
        )  # fmt: skip
        try:
            ports = _ports(process, log)
            it = Server(process, *ports, inside, outside, data, log)
            yield it
            it.close()
        finally:
            process.kill()
            process.wait()


def _ports(process: subprocess.Popen[bytes], log: Path) -> tuple[int, int]:
    """Wait until it says that it is ready."""
    import re
    import time

    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        text = log.read_text()
        found = re.search(r"psql -h \S+ -p (\d+)", text), re.search(r"http://[^:\s]+:(\d+)/", text)
        if found[0] and found[1]:
            return int(found[0][1]), int(found[1][1])
        time.sleep(0.05)
    raise AssertionError(log.read_text())
