"""PREPARE, EXECUTE, DEALLOCATE and what else PostgreSQL's clients say of their connection's state.

Manual: PREPARE, EXECUTE, DEALLOCATE, LISTEN, DISCARD, SET CONSTRAINTS, TABLE in SELECT, VALUES.
"""

from __future__ import annotations

import pytest

from mockhaus.gateway.wire import messages as m
from tests.gateway.wire import Running, Wire

SETUP = "CREATE TABLE t (a INT, b VARCHAR(10)); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, NULL)"

#: Statements, each a simple query -> what the last one answers, without ReadyForQuery.
ANSWERS: dict[tuple[str, ...], list[str]] = {
    ("PREPARE p AS SELECT a FROM t WHERE b = $1", "EXECUTE p('y')"): [
        "RowDescription a:20", "DataRow 2", "CommandComplete SELECT 1",
    ],
    ("PREPARE p (int, text) AS SELECT $1 + 1 AS n, $2 AS s", "EXECUTE p(41, 'it''s')"): [
        "RowDescription n:20 s:25", "DataRow 42 it's", "CommandComplete SELECT 1",
    ],
    ("PREPARE p(numeric(10,2), date) AS SELECT $2 AS d WHERE $1 > 1", "EXECUTE p(1.5, '2024-02-29')"): [
        "RowDescription d:1082", "DataRow 2024-02-29", "CommandComplete SELECT 1",
    ],
    ("PREPARE \"My P\" AS SELECT 1 AS one", 'execute "My P"'): [
        "RowDescription one:20", "DataRow 1", "CommandComplete SELECT 1",
    ],
    ("PREPARE p AS SELECT 1 AS one; EXECUTE p()",): [
        "CommandComplete PREPARE", "RowDescription one:20", "DataRow 1", "CommandComplete SELECT 1",
    ],
    ("PREPARE p AS INSERT INTO t VALUES ($1, $2)", "EXECUTE p(9, NULL)"): [
        "CommandComplete INSERT 0 1"
    ],
    ("PREPARE p AS UPDATE t SET b = $1 WHERE a < 3 RETURNING a", "EXECUTE p(upper('z') || 1)"): [
        "RowDescription a:20", "DataRow 1", "DataRow 2", "CommandComplete UPDATE 2",
    ],
    # an argument that computes, and one that has no value of the type
    ("PREPARE p (int) AS SELECT $1 AS n", "EXECUTE p((SELECT max(a) FROM t) * 2)"): [
        "RowDescription n:20", "DataRow 6", "CommandComplete SELECT 1",
    ],
    ("PREPARE p (int) AS SELECT $1 AS n", "EXECUTE p('many')"): [
        'ERROR 22P02: invalid input syntax for type int4: "many" in parameter $1'
    ],
    # errors
    ("EXECUTE nobody",): ['ERROR 26000: prepared statement "nobody" does not exist'],
    ("PREPARE p AS SELECT 1", "PREPARE p AS SELECT 2"): [
        'ERROR 42P05: prepared statement "p" already exists'
    ],
    ("PREPARE p (int) AS SELECT $1 AS n", "EXECUTE p"): [
        'ERROR 42601: wrong number of parameters for prepared statement "p"'
    ],
    ("PREPARE p (wonder) AS SELECT $1",): ['ERROR 42704: type "wonder" does not exist'],
    ("PREPARE p AS CREATE TABLE u (a INT)",): [
        "ERROR 42601: PREPARE is for a query, INSERT, UPDATE, DELETE or MERGE"
    ],
    ("PREPARE TRANSACTION 'x'",): ["ERROR 0A000: PREPARE TRANSACTION is not supported"],
    ("COMMIT PREPARED 'x'",): ["ERROR 0A000: COMMIT PREPARED is not supported"],
    ("BEGIN", "COMMIT AND CHAIN"): ["ERROR 0A000: COMMIT AND CHAIN is not supported"],
    ("BEGIN", "ROLLBACK WORK AND NO CHAIN"): [
        "ERROR 0A000: ROLLBACK WORK AND NO CHAIN is not supported"
    ],
    # it is kept until it is deallocated, whatever becomes of the transaction
    ("BEGIN", "PREPARE p AS SELECT 1 AS one", "ROLLBACK", "EXECUTE p"): [
        "RowDescription one:20", "DataRow 1", "CommandComplete SELECT 1",
    ],
    ("PREPARE p AS SELECT 1", "DEALLOCATE PREPARE p", "EXECUTE p"): [
        'ERROR 26000: prepared statement "p" does not exist'
    ],
    ("PREPARE p AS SELECT 1", "DEALLOCATE ALL", "EXECUTE p"): [
        'ERROR 26000: prepared statement "p" does not exist'
    ],
    ("BEGIN", "SELECT nope", "EXECUTE p"): [
        "ERROR 25P02: current transaction is aborted, commands ignored until end of transaction"
        " block"
    ],
    ("PREPARE p AS SELECT * FROM t", "ALTER TABLE t DROP COLUMN b", "EXECUTE p"): [
        "ERROR 0A000: cached plan must not change result type"
    ],
    ("BEGIN READ ONLY", "PREPARE p AS DELETE FROM t", "EXECUTE p"): [
        "ERROR 25006: cannot execute DELETE in a read-only transaction"
    ],
    # Snowflake's own EXECUTE
    ("EXECUTE IMMEDIATE 'SELECT 1 AS one'",): [
        "RowDescription one:20", "DataRow 1", "CommandComplete SELECT 1",
    ],
    # notifications: none ever come, for none can be sent
    ("LISTEN news",): ["CommandComplete LISTEN"],
    ('UNLISTEN "News"',): ["CommandComplete UNLISTEN"],
    ("UNLISTEN *",): ["CommandComplete UNLISTEN"],
    ("NOTIFY news, 'x'",): ["ERROR 0A000: NOTIFY is not supported"],
    # constraints
    ("BEGIN", "SET CONSTRAINTS ALL DEFERRED"): ["CommandComplete SET CONSTRAINTS"],
    ("SET CONSTRAINTS t_fk IMMEDIATE",): [
        "ERROR 0A000: SET CONSTRAINTS of names is not supported; ALL is"
    ],
    # queries without SELECT
    ("TABLE t",): [
        "RowDescription a:20 b:1043", "DataRow 1 x", "DataRow 2 y", "DataRow 3 NULL",
        "CommandComplete SELECT 3",
    ],
    ("-- all\nTABLE ONLY t ORDER BY a DESC LIMIT 1;",): [
        "RowDescription a:20 b:1043", "DataRow 3 NULL", "CommandComplete SELECT 1",
    ],
    ("  TABLE nowhere",): ["ERROR 42P01 at 9: Object 'NOWHERE' does not exist or not authorized."],
    ("VALUES (1, 'a'), (2, 'b')",): [
        "RowDescription column1:20 column2:25", "DataRow 1 a", "DataRow 2 b",
        "CommandComplete SELECT 2",
    ],
    ("VALUES (2), (1) ORDER BY 1 LIMIT 1",): [
        "RowDescription column1:20", "DataRow 1", "CommandComplete SELECT 1",
    ],
    ("SELECT 1 AS a; VALUES (nope)",): [
        "RowDescription a:20", "DataRow 1", "CommandComplete SELECT 1",
        "ERROR 42703 at 24: invalid identifier 'NOPE'",
    ],
    # DISCARD
    ("CREATE TEMP TABLE w (a INT)", "DISCARD TEMP", "SELECT * FROM w"): [
        "ERROR 42P01 at 15: Object 'W' does not exist or not authorized."
    ],
    ("DISCARD TEMPORARY",): ["CommandComplete DISCARD TEMP"],
    ("DISCARD PLANS",): ["CommandComplete DISCARD PLANS"],
    ("DISCARD SEQUENCES",): ["CommandComplete DISCARD SEQUENCES"],
    ("BEGIN", "DISCARD ALL"): ["ERROR 25001: DISCARD ALL cannot run inside a transaction block"],
    ("PREPARE p AS SELECT 1", "DISCARD ALL", "EXECUTE p"): [
        'ERROR 26000: prepared statement "p" does not exist'
    ],
    ("SET v = 5", "DISCARD ALL", "SELECT $v"): [
        "ERROR 42704: Session variable '$V' does not exist"
    ],
    ("CREATE TEMP TABLE w (a INT)", "DISCARD ALL", "SELECT * FROM w"): [
        "ERROR 42P01 at 15: Object 'W' does not exist or not authorized."
    ],
    ("CREATE SCHEMA s", "SET search_path = s", "DISCARD ALL", "SELECT CURRENT_SCHEMA() AS s"): [
        "RowDescription s:25", "DataRow PUBLIC", "CommandComplete SELECT 1",
    ],
}  # fmt: skip


@pytest.mark.parametrize("statements", ANSWERS, ids=lambda statements: "; ".join(statements)[:60])
def test_statements(wire: Wire, statements: tuple[str, ...]) -> None:
    wire.query(SETUP)
    answers = [wire.query(statement) for statement in statements]
    shown = [x for x in answers[-1] if not x.startswith(("ReadyForQuery", "ParameterStatus"))]
    assert shown == ANSWERS[statements]


def test_both_kinds_of_prepared_statements_are_one(wire: Wire) -> None:
    wire.query("PREPARE p (text) AS SELECT $1 AS s")
    assert wire.say(
        m.Describe("S", "p"), m.Bind("", "p", (), (b"x",)), m.Execute(""), m.Sync()
    ) == [
        "ParameterDescription 1 25",
        "RowDescription s:25",
        "BindComplete",
        "DataRow x",
        "CommandComplete SELECT 1",
        "ReadyForQuery I",
    ]
    wire.say(m.Parse("q", "SELECT $1::int + 1 AS n"), m.Sync())
    assert wire.query("EXECUTE q(1)")[1] == "DataRow 2"
    assert wire.say(m.Close("S", "p"), m.Sync())[0] == "CloseComplete"
    assert wire.query("EXECUTE p('x')")[0].startswith("ERROR 26000")


def test_execute_in_the_extended_protocol(wire: Wire) -> None:
    wire.query("PREPARE p (int) AS SELECT $1 AS n, 'x' AS s")
    parts = (m.Parse("", "EXECUTE p($1)"), m.Describe("S", ""), m.Bind("", "", (), (b"7",), (1, 0)))
    assert wire.say(*parts, m.Execute(""), m.Sync()) == [
        "ParseComplete",
        "ParameterDescription 1 25",
        "RowDescription n:20 s:25",
        "BindComplete",
        "DataRow \x00\x00\x00\x00\x00\x00\x00\x07 x",
        "CommandComplete SELECT 1",
        "ReadyForQuery I",
    ]


def test_discard_all_leaves_others_alone(server: Running) -> None:
    both = {"user": "alice", "options": "-c session=discards"}
    with Wire(server.port, both) as one, Wire(server.port, both) as other:
        other.query("CREATE TEMP TABLE w AS SELECT 1 AS a")
        other.query("PREPARE p AS SELECT a FROM w")
        assert one.query("DISCARD ALL")[0] == "CommandComplete DISCARD ALL"
        assert other.query("EXECUTE p")[1] == "DataRow 1"
