"""Object stores that end connections: at once, and within bodies, at a load and at an unload."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import psycopg

from tests.cli.test_serve import serving
from tests.endurance.object_store import Store, running
from tests.endurance.report import Report

#: Lines of each file, about 100 bytes each, and the bytes of a body after which it is reset.
LINES: Final = 10_000
BREAKS: Final = (0, 1000, 400_000)

_STAGE: Final = (
    "CREATE OR REPLACE STAGE s URL = 's3compat://bucket/x' ENDPOINT = 'http://127.0.0.1:{port}' "
    "CREDENTIALS = (AWS_KEY_ID = 'key-of-store' AWS_SECRET_KEY = 'secret-of-store')"
)
_UNLOAD: Final = (
    "COPY INTO @s/out/ FROM (SELECT SEQ4(), REPEAT(MD5(RANDOM()), 3) "
    f"FROM TABLE(GENERATOR(ROWCOUNT => {LINES}))) FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)"
)


def store_resets(folder: Path, seed: int, report: Report) -> None:
    """Nothing is loaded by half nor told to be unloaded that is not; afterwards all works."""
    store = Store()
    for name in ("a", "b"):
        lines = (f"{name},{number},{'x' * 90}\n" for number in range(LINES))
        store.objects[f"bucket/x/in/{name}.csv"] = "".join(lines).encode()
    with (
        running(store) as port,
        serving() as (process, address, _),
        psycopg.connect(address, autocommit=True) as client,
    ):
        client.execute("CREATE TABLE t (a VARCHAR, n INT, x VARCHAR)")
        client.execute(_STAGE.format(port=port).encode())
        for number in BREAKS:
            store.breaks_after = number
            for statement in ("COPY INTO t FROM @s/in/", _UNLOAD):
                _refused(client, statement, report)
            report.check(_rows(client) == 0, f"{_rows(client)} rows of a load that was refused")
            left = [key for key in store.objects if "/out/" in key]
            report.check(not left, f"an unload that was refused left {left}")
        store.breaks_after = None
        client.execute("COPY INTO t FROM @s/in/")
        report.check(_rows(client) == 2 * LINES, f"{_rows(client)} rows were loaded in the end")
        client.execute(_UNLOAD.encode())
        client.execute("CREATE TABLE back (n INT, x VARCHAR)")
        client.execute("COPY INTO back FROM @s/out/")
        found = client.execute("SELECT COUNT(*), COUNT(DISTINCT n) FROM back").fetchone()
        report.check(found == (LINES, LINES), f"{found} rows came back of {LINES}")
        report.check(process.poll() is None, "the server is gone")
    report.tried["bodies that were reset"] += store.resets
    report.check(store.resets > 0, "the store has reset nothing")


def _rows(client: psycopg.Connection) -> int:
    found = client.execute("SELECT COUNT(*) FROM t").fetchone()
    assert found is not None
    return int(found[0])


def _refused(client: psycopg.Connection, statement: str, report: Report) -> None:
    what = " ".join(statement.split()[:2])
    try:
        client.execute(statement.encode())
        report.lost.append(f"{what} of a store that resets was answered")
    except psycopg.Error as error:
        report.refused(error.sqlstate, f"{what} over a store that resets")


FAULTS: Final = (store_resets,)
