"""CLONE, RENAME and SWAP of schemas and databases; ALTER of sequences, warehouses, roles."""

from __future__ import annotations

import pytest

from mockhaus import errors
from mockhaus.errors import SqlError
from mockhaus.sessions.connection import Connection
from tests.support import run, sentence

_FILLED = """
CREATE SCHEMA src COMMENT = 'c';
CREATE SEQUENCE seq START 10 INCREMENT 5;
CREATE TABLE t (id INT AUTOINCREMENT, n INT DEFAULT seq.NEXTVAL, v VARCHAR(5) NOT NULL);
INSERT INTO t (v) VALUES ('a'), ('b');
CREATE FUNCTION f(x INT) RETURNS INT AS 'SELECT count(*) + x FROM t';
CREATE VIEW v AS SELECT id, f(0) AS c FROM t;
CREATE FILE FORMAT ff TYPE = CSV;
"""


@pytest.fixture
def filled(snowflake: Connection) -> Connection:
    run(snowflake, _FILLED)
    return snowflake


def _works_alone(connection: Connection, schema: str) -> None:
    """The schema has all that SRC had, and what is done to it is done to no other."""
    run(connection, f"USE SCHEMA {schema}; INSERT INTO t (v) VALUES ('c')")
    assert run(connection, "SELECT * FROM t ORDER BY id") == [
        (1, 10, "a"), (2, 15, "b"), (3, 20, "c"),
    ]  # fmt: skip
    assert run(connection, "SELECT max(c), f(1) FROM v") == [(3, 4)]
    assert [row[1] for row in run(connection, "SHOW FILE FORMATS")] == ["FF"]
    with pytest.raises(SqlError, match="NULL"):
        run(connection, "INSERT INTO t (v) VALUES (NULL)")


def test_clone_of_a_schema(filled: Connection) -> None:
    run(filled, "CREATE SCHEMA copy CLONE src")
    _works_alone(filled, "copy")
    run(filled, "DROP SCHEMA copy")
    _works_alone(filled, "src")


def test_clone_of_a_database(filled: Connection) -> None:
    run(filled, "CREATE DATABASE other CLONE mockhaus")
    assert [row[1] for row in run(filled, "SHOW SCHEMAS IN DATABASE other")] == [
        "INFORMATION_SCHEMA", "PUBLIC", "SRC",
    ]  # fmt: skip
    run(filled, "USE SCHEMA mockhaus.public")
    _works_alone(filled, "other.src")
    _works_alone(filled, "mockhaus.src")


def test_rename_and_swap(filled: Connection) -> None:
    run(filled, "GRANT SELECT ON TABLE t TO ROLE public; ALTER SCHEMA src RENAME TO moved")
    assert run(filled, "SELECT CURRENT_SCHEMA()") == [("MOVED",)]
    with pytest.raises(SqlError, match="does not exist"):
        run(filled, "SELECT * FROM src.t")
    run(filled, "CREATE SCHEMA empty; ALTER SCHEMA moved SWAP WITH empty")
    assert run(filled, "SHOW TABLES IN SCHEMA moved") == []
    run(filled, "ALTER DATABASE mockhaus RENAME TO renamed")
    assert run(filled, "SELECT CURRENT_DATABASE()") == [("RENAMED",)]
    _works_alone(filled, "renamed.empty")


def test_sequences(filled: Connection) -> None:
    run(filled, "ALTER SEQUENCE seq SET INCREMENT BY 100 COMMENT = 'x'")
    run(filled, "INSERT INTO t (v) VALUES ('c'), ('d')")
    assert run(filled, "SELECT n FROM t ORDER BY id") == [(10,), (15,), (20,), (120,)]
    assert [row[4] for row in run(filled, "SHOW SEQUENCES")] == [100]
    run(filled, "ALTER SEQUENCE seq RENAME TO seq2")
    assert run(filled, "SELECT seq2.NEXTVAL") == [(220,)]


def test_account_objects(snowflake: Connection) -> None:
    run(snowflake, "CREATE WAREHOUSE w; ALTER WAREHOUSE w SET WAREHOUSE_SIZE = LARGE COMMENT = 'c'")
    run(snowflake, "ALTER WAREHOUSE w SUSPEND; ALTER WAREHOUSE w RENAME TO w2")
    shown = [(row[0], row[1], row[3]) for row in run(snowflake, "SHOW WAREHOUSES LIKE 'w2'")]
    assert shown == [("W2", "SUSPENDED", "Large")]
    run(snowflake, "CREATE ROLE r; ALTER ROLE r SET COMMENT = 'd'; ALTER ROLE r RENAME TO r2")
    assert [row[9] for row in run(snowflake, "SHOW ROLES LIKE 'r2'")] == ["d"]
    run(snowflake, "ALTER WAREHOUSE compute_wh SET COMMENT = 'own'")
    comments = [row[21] for row in run(snowflake, "SHOW WAREHOUSES LIKE 'compute%'")]
    assert comments == ["own"]


REFUSED = {
    "CREATE SCHEMA a CLONE nothing": "Schema 'MOCKHAUS.NOTHING' does not exist",
    "CREATE DATABASE a CLONE nothing": "Database 'NOTHING' does not exist",
    "CREATE OR REPLACE SCHEMA src CLONE src": "CLONE of MOCKHAUS.SRC over itself",
    "CREATE SCHEMA a CLONE src AT (OFFSET => -60)": "time travel",
    "ALTER SCHEMA src RENAME TO public": "already exists",
    "ALTER SCHEMA nothing SET COMMENT = 'c'": "Schema 'MOCKHAUS.NOTHING' does not exist",
    "ALTER SCHEMA src SET LOG_LEVEL = 'INFO'": "'ALTER SCHEMA LOG_LEVEL'",
    "ALTER DATABASE nothing RENAME TO b": "Database 'NOTHING' does not exist",
    "ALTER SEQUENCE nothing SET COMMENT = 'c'": "does not exist",
    "ALTER WAREHOUSE nothing SUSPEND": "Warehouse 'NOTHING' does not exist",
    "ALTER WAREHOUSE compute_wh SET WAREHOUSE_SIZE = HUGE": "invalid value ['HUGE']",
    "ALTER ACCOUNT SET NO_SUCH = 1": "invalid parameter 'NO_SUCH'",
    "CREATE DATABASE snowflake": "already exists",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(filled: Connection, text: str) -> None:
    with pytest.raises(SqlError) as caught:
        run(filled, text)
    assert REFUSED[text] in caught.value.message


def test_a_refused_clone_leaves_nothing(filled: Connection) -> None:
    assert sentence(filled, "ALTER SCHEMA IF EXISTS nothing SET COMMENT = 'c'").startswith("State")
    with pytest.raises(SqlError):
        run(filled, "CREATE SCHEMA public CLONE src")
    assert run(filled, "SHOW TABLES IN SCHEMA public") == []


#: Statements about a table of a schema S, whose default has lost its sequence -> that table then.
LOST = {
    "CREATE SCHEMA r CLONE s": "r.t",
    "ALTER SCHEMA s RENAME TO r": "r.t",
    "CREATE DATABASE d CLONE mockhaus": "d.s.t",
    "ALTER DATABASE mockhaus RENAME TO d": "d.s.t",
}


@pytest.mark.parametrize(("text", "table"), LOST.items())
def test_a_default_without_its_sequence(snowflake: Connection, text: str, table: str) -> None:
    run(snowflake, "CREATE SCHEMA s; CREATE SEQUENCE q; CREATE TABLE t (n INT DEFAULT q.NEXTVAL,"
        f" a INT); DROP SEQUENCE q; {text}; INSERT INTO {table} VALUES (1, 2)")  # fmt: skip
    with pytest.raises(errors.UndefinedObject, match=r"Sequence '.*\.Q' does not exist"):
        run(snowflake, f"INSERT INTO {table} (a) VALUES (3)")
    schema = table.rpartition(".")[0]
    run(snowflake, f"CREATE SEQUENCE {schema}.q START 5; INSERT INTO {table} (a) VALUES (4)")
    assert run(snowflake, f"SELECT * FROM {table} ORDER BY n") == [(1, 2), (5, 4)]
