"""pgjdbc, which DBeaver, Metabase and most of Java use: parameters, batches, keys, metadata."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.conftest import Server

#: Where the driver may be: PGJDBC_JAR, else of Debian's libpostgresql-jdbc-java.
JAR = Path(os.environ.get("PGJDBC_JAR", "/usr/share/java/postgresql.jar"))
TALK = Path(__file__).with_name("jdbc") / "Talk.java"
PATIENCE = 120

pytestmark = pytest.mark.skipif(
    shutil.which("java") is None or not JAR.exists(), reason="needs java and pgjdbc (PGJDBC_JAR)"
)

#: Step of the conversation -> what it gives.
GIVEN = {
    "types": "-7 0.1 12345678901234567890.12345 zoë 'q' \\n 9999-12-31 0001-01-01T00:00:00.000001"
    " 2024-02-29T10:00:00.500Z 00112233-4455-6677-8899-aabbccddeeff 23:59:59.123456 [0, -1]",
    "dates": "1",
    "array": "1; 2",
    "batch": "200 202 2",
    "failed transaction": "42703 25P02",
    "fetch size": "95",
    "generated keys": "1, a",
    "updatable": "1, b; 9, c",
    "columns of an answer": "customer int8 19 0 0; customer varchar 40 0 0;"
    " customer numeric 10 2 1; customer date 13 0 1;  int8 19 0 2",
    "tables": "customer, TABLE, Who buys; purchase, TABLE, null; spending, VIEW, null",
    "columns": "id, int8, 19, 0, null; name, varchar, 40, 0, null; balance, numeric, 10, 1, 0;"
    " since, date, 13, 1, null; active, bool, 1, 1, true",
    "primary keys": "id, 1, customer_pkey",
    "imported keys": "customer, id, customer_id, purchase_fk",
    "indexes": "customer_pkey, f, id",
    "functions": "twice, returnValue, int8; twice, a, int8",
    "schemas": "shop",
}


@pytest.fixture(scope="module")
def given(server: Server) -> dict[str, str]:
    """What each step gave."""
    url = f"jdbc:postgresql://127.0.0.1:{server.port}/{server.database}"
    command = ["java", "-Duser.timezone=UTC", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8"]
    command += ["-cp", str(JAR), str(TALK), url, server.user]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    lines = (line.partition("\t") for line in done.stdout.splitlines())
    found = {name: value for name, _, value in lines}
    assert done.returncode == 0, done.stderr
    return found


@pytest.mark.parametrize("step", GIVEN)
def test_jdbc(given: dict[str, str], step: str) -> None:
    assert given[step] == GIVEN[step]
