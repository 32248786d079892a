"""Secrets are told to nobody: not by logs, histories, errors, metrics, nor by what SHOW answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from mockhaus.access.users import Users
from tests.security.conftest import PASSWORDS, Server

#: Each is part of a statement below, and of nothing that anybody may read.
SECRETS = {
    "key": "SeCrEtKey/4713+abc",
    "token": "SeCrEtToken4714",
    "sas": "?sv=2024&sig=SeCrEtSas4715%3D",
    "password": "SeCrEtPassword4716",
    "signature": "SeCrEtSignature4717",
    "http": "SeCrEtBasic4718",
}

STATEMENTS = [
    "CREATE STAGE k1 URL = 's3://bucket/x' CREDENTIALS = (AWS_KEY_ID = 'AK' AWS_SECRET_KEY = '{key}' AWS_TOKEN = '{token}')",
    "CREATE OR REPLACE STAGE k2 URL = 'azure://account.blob.core.windows.net/c/x' CREDENTIALS = (AZURE_SAS_TOKEN = '{sas}')",
    "ALTER STAGE k1 SET CREDENTIALS = (AWS_KEY_ID = 'AK' AWS_SECRET_KEY = '{key}')",
    "CREATE STAGE k1 URL = 's3://bucket/x' CREDENTIALS = (AWS_KEY_ID = 'AK' AWS_SECRET_KEY = '{key}')",
    "CREATE STAGE k3 URL = 's3://bucket/x' CREDENTIALS = (AWS_SECRET_KEY = '{key}')",
    "CREATE STAGE k4 URL = 's3://bucket/x' CREDENTIALS = (AWS_KEY_ID = 'AK' AWS_SECRET_KEY = '{key}') NONSENSE = 1",
    "COPY INTO none FROM 's3://bucket/x' CREDENTIALS = (AWS_KEY_ID = 'AK' AWS_SECRET_KEY = '{key}')",
    "COPY INTO 's3://bucket/x' FROM (SELECT 1) CREDENTIALS = (AWS_KEY_ID = 'AK' AWS_SECRET_KEY = '{key}') NONSENSE = 2",
    "CREATE USER u1 PASSWORD = '{password}'",
    "ALTER USER u1 SET PASSWORD = '{password}'",
    "CREATE USER u1 PASSWORD = '{password}'",
    "CREATE USER u2 PASSWORD '{password}'",
    "CREATE ROLE r WITH LOGIN PASSWORD '{password}'",
    "ALTER ROLE r PASSWORD '{password}'",
    "CREATE STAGE k5 URL = 's3://bucket/x?X-Amz-Signature={signature}'",
    "CREATE STAGE k6 URL = 'https://user:{http}@example.com/x'",
]  # fmt: skip

#: Where people look.
LOOKS = [
    "SHOW STAGES",
    "DESC STAGE k1",
    "DESC STAGE k2",
    "SELECT GET_DDL('STAGE', 'k1')",
    "SELECT * FROM INFORMATION_SCHEMA.STAGES",
    "SELECT * FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())",
    "SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY",
    "SELECT * FROM pg_stat_activity",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_shadow",
    "SHOW USERS",
    "DESC USER u1",
    "SHOW PARAMETERS",
    "SHOW VARIABLES",
    "SHOW STAGES IN ACCOUNT",
    "SHOW INTEGRATIONS",
    "SHOW CONNECTIONS",
    "SHOW ALL",
    "SELECT GET_DDL('SCHEMA', 'PUBLIC')",
    "SELECT GET_DDL('DATABASE', 'MOCKHAUS')",
    "SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))",
    "SELECT * FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION())",
    "SELECT * FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_USER())",
    "SELECT * FROM TABLE(INFORMATION_SCHEMA.LOGIN_HISTORY())",
    "SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.LOGIN_HISTORY",
    "SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.STAGES",
    "SELECT * FROM __mockhaus__.query_history",
    "SELECT * FROM pg_settings",
    "SELECT * FROM pg_user",
    "SELECT * FROM pg_roles",
    "SELECT * FROM pg_prepared_statements",
    "SELECT * FROM pg_cursors",
    "SELECT * FROM pg_foreign_server",
    "SELECT * FROM pg_user_mapping",
    "SELECT * FROM __mockhaus.objects",
    'SELECT * FROM "__mockhaus"."objects"',
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_settings()",
    "SELECT getenv('MOCKHAUS_CANARY')",
    "EXPLAIN SELECT * FROM @k1",
    "LIST @k1x",
    "CREATE STAGE k9 CLONE k1",
    "SELECT GET_DDL('STAGE', 'k9')",
]
PAGES = [
    "/api/v1/history", "/api/v1/sessions", "/api/v1/", "/api/v1/health", "/metrics",
    "/api/v1/metrics", "/api/v1/sessions/default/connections",
]  # fmt: skip


def _held(text: str) -> list[str]:
    every = {**SECRETS, **{f"{name}'s password": text for name, text in PASSWORDS.items()}}
    return [name for name, secret in every.items() if secret in text]


@pytest.fixture(scope="module")
def said(server: Server) -> str:
    """Everything that the doors answer to statements with secrets, apart from what echoes a URL."""
    found = []
    for statement in STATEMENTS:
        for answer in server.answers(statement.format(**SECRETS)).values():
            found.append(answer.text)
    return "\n".join(found)


def test_answers_and_errors(said: str) -> None:
    assert _held(said) == []


@pytest.mark.parametrize("look", LOOKS)
def test_what_sql_tells(server: Server, said: str, look: str) -> None:
    for door, answer in server.answers(look).items():
        assert _held(answer.text) == [], f"{door}: {answer.text}"


@pytest.mark.parametrize("page", PAGES)
def test_what_http_tells(server: Server, said: str, page: str) -> None:
    with server.http() as http:
        assert _held(http.get(page).text) == []


def test_the_log_and_the_trace(server: Server, said: str) -> None:
    """With --debug, --log-format json and --trace, after logins that went well and badly."""
    for password in (PASSWORDS["ann"], SECRETS["password"]):
        httpx2.get(f"http://127.0.0.1:{server.http_port}/api/v1/sessions", auth=("ann", password))
    with server.http() as http:
        http.get("/api/v1/sessions", headers={"Authorization": f"Bearer {SECRETS['token']}"})
    log = server.log.read_text()
    assert "CREATE STAGE" in log
    assert _held(log) == []


def test_names_of_processes_and_files(server: Server, said: str) -> None:
    """Neither the command lines nor the names of files that others of the machine see."""
    arguments = Path(f"/proc/{server.process.pid}/cmdline")
    if arguments.exists():
        assert _held(arguments.read_text()) == []
    assert _held("\n".join(str(each) for each in server.data.rglob("*"))) == []


#: What lies on the disk, below the data directory -> who may look at it: its owner alone.
FILES = ["sessions", "users.json"]


@pytest.mark.parametrize("name", FILES)
def test_files_are_their_owners(server: Server, said: str, name: str) -> None:
    """All of a session is below `sessions`: its data, the files of its stages, its snapshots."""
    assert (server.data / name).stat().st_mode & 0o077 == 0


def test_all_that_holds_data_is_below_a_folder_of_the_owners(server: Server, said: str) -> None:
    open_to_all = [
        str(each.relative_to(server.data))
        for each in server.data.rglob("*")
        if each.is_file()
        and "sessions" not in each.parts
        and each.stat().st_size
        and each.stat().st_mode & 0o077
    ]
    assert open_to_all == []


@pytest.mark.skipif(sys.platform != "linux", reason="what Linux tells of a process")
def test_what_others_see_of_the_process(server: Server) -> None:
    process = Path(f"/proc/{server.process.pid}")
    (core,) = (line for line in (process / "limits").read_text().splitlines() if "core" in line)
    assert core.split()[4] == "0"
    children = [each.read_text() for each in process.glob("task/*/children")]
    assert "".join(children) == ""  # to whom the environment and its secrets would go


@pytest.mark.skipif(sys.platform != "linux", reason="a call of Linux")
def test_memory_is_kept() -> None:
    code = (
        "import ctypes; from mockhaus.cli import process; process.keep_memory();"
        "print(ctypes.CDLL(None).prctl(3, 0))"  # PR_GET_DUMPABLE
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "0"


def test_the_file_of_users_holds_no_password_and_no_token(tmp_path: Path) -> None:
    users = Users(tmp_path / "users.json")
    users.add("ann", PASSWORDS["ann"])
    token = users.create_token("ann")
    text = (tmp_path / "users.json").read_text()
    assert PASSWORDS["ann"] not in text
    assert str(getattr(token, "text", token)) not in text
    assert (tmp_path / "users.json").stat().st_mode & 0o077 == 0


def test_a_traceback_shows_no_password() -> None:
    """The settings' repr, which a crash would print."""
    code = "from mockhaus.config import Config; print(Config(first_password='hunter-4719'))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "hunter-4719" not in shown.stdout
