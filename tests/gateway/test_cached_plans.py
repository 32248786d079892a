"""Prepared statements whose objects change: 0A000 where the answer would have other columns.

Manual, PREPARE, "Notes"; asyncpg and pgjdbc prepare again when they are told.
"""

from __future__ import annotations

import pytest

from mockhaus.gateway.wire import messages as m
from tests.gateway.wire import Wire

STALE = "ERROR 0A000: cached plan must not change result type"
SETUP = "CREATE TABLE t (a INT, b VARCHAR(10)); INSERT INTO t VALUES (1, 'x')"

#: A named statement, what comes between -> what Bind and Execute answer.
CHANGES: dict[tuple[str, str], list[str]] = {
    ("SELECT * FROM t", "ALTER TABLE t ADD COLUMN c INT"): [STALE],
    ("SELECT * FROM t", "ALTER TABLE t DROP COLUMN b"): [STALE],
    ("SELECT * FROM t", "ALTER TABLE t RENAME COLUMN b TO c"): [STALE],
    ("SELECT b FROM t", "ALTER TABLE t ALTER COLUMN b TYPE VARCHAR(20)"): [STALE],
    ("UPDATE t SET a = 2 RETURNING *", "ALTER TABLE t DROP COLUMN b"): [STALE],
    # what does not concern the columns of the answer
    ("SELECT a FROM t", "ALTER TABLE t DROP COLUMN b"): [
        "BindComplete",
        "DataRow 1",
        "CommandComplete SELECT 1",
    ],
    ("SELECT a FROM t", "DROP TABLE t; CREATE TABLE t (x INT, a INT)"): [
        "BindComplete",
        "CommandComplete SELECT 0",
    ],
    ("SELECT count(*) FROM t", "CREATE TABLE u (a INT)"): [
        "BindComplete",
        "DataRow 1",
        "CommandComplete SELECT 1",
    ],
    ("INSERT INTO t (a) VALUES (2)", "ALTER TABLE t DROP COLUMN b"): [
        "BindComplete",
        "CommandComplete INSERT 0 1",
    ],
    # what is gone
    ("SELECT a FROM t", "DROP TABLE t"): [
        "ERROR 42P01 at 15: Object 'T' does not exist or not authorized."
    ],
}


@pytest.mark.parametrize(
    ("statement", "change"), CHANGES, ids=[" / ".join(pair) for pair in CHANGES]
)
def test_a_named_statement_after_ddl(wire: Wire, statement: str, change: str) -> None:
    wire.query(SETUP)
    wire.say(m.Parse("p", statement), m.Describe("S", "p"), m.Sync())
    assert not any("ERROR" in line for line in wire.query(change))
    answer = wire.say(m.Bind("", "p"), m.Execute(""), m.Sync())
    assert answer == [*CHANGES[statement, change], "ReadyForQuery I"]


def test_the_client_is_told_how_to_go_on(wire: Wire) -> None:
    wire.query(SETUP)
    wire.say(m.Parse("p", "SELECT * FROM t"), m.Sync())
    wire.query("ALTER TABLE t DROP COLUMN b")
    wire.send(m.Describe("S", "p"), m.Sync())
    (error,) = (x for x in wire.until(m.ReadyForQuery) if isinstance(x, m.ErrorResponse))
    assert (error.fields["C"], error.fields["R"]) == ("0A000", "RevalidateCachedQuery")
    # Prepared again, under the same name once it is free, it answers the new columns.
    again = wire.say(
        m.Close("S", "p"), m.Parse("p", "SELECT * FROM t"), m.Describe("S", "p"), m.Sync()
    )
    assert again[-2] == "RowDescription a:20"


def test_the_unnamed_statement_is_read_anew(wire: Wire) -> None:
    wire.query(SETUP)
    parts = (m.Parse("", "SELECT * FROM t"), m.Bind("", ""), m.Execute(""), m.Sync())
    assert wire.say(*parts)[2] == "DataRow 1 x"
    wire.query("ALTER TABLE t DROP COLUMN b")
    assert wire.say(*parts)[2] == "DataRow 1"
