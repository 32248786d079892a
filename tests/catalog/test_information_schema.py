"""INFORMATION_SCHEMA: what its views say of one small database."""

from __future__ import annotations

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

SETUP = """
CREATE DATABASE shop COMMENT = 'things for sale';
CREATE TABLE item (
    id NUMBER(10, 0) AUTOINCREMENT START 5 INCREMENT 2 ORDER PRIMARY KEY,
    name VARCHAR(20) NOT NULL COMMENT 'as sold', price NUMBER(10, 2) DEFAULT 1.5,
    seen TIMESTAMP_NTZ, raw VARIANT, photo BINARY(8), ok BOOLEAN);
CREATE TRANSIENT TABLE sale (item INT REFERENCES item (id), at TIMESTAMP_TZ(3), UNIQUE (item, at));
CREATE VIEW cheap COMMENT = 'under 1' AS SELECT name, price FROM item WHERE price < 1;
CREATE STAGE loads;
CREATE FILE FORMAT semi TYPE = CSV FIELD_DELIMITER = ';';
CREATE SEQUENCE numbers START 10 INCREMENT 5;
INSERT INTO item (name) VALUES ('a'), ('b'), ('c');
DELETE FROM item WHERE name = 'a';
"""

#: Query -> rows.
QUERIES = [
    ("SELECT table_name, table_type, is_transient, row_count FROM information_schema.tables "
     "ORDER BY 1",
     [("CHEAP", "VIEW", None, None), ("ITEM", "BASE TABLE", "NO", 2),
      ("SALE", "BASE TABLE", "YES", 0)]),
    ("SELECT column_name, ordinal_position, data_type, is_nullable, column_default "
     "FROM shop.information_schema.columns WHERE table_name = 'ITEM' ORDER BY 2",
     [("ID", 1, "NUMBER", "NO", None), ("NAME", 2, "TEXT", "NO", None),
      ("PRICE", 3, "NUMBER", "YES", "1.5"), ("SEEN", 4, "TIMESTAMP_NTZ", "YES", None),
      ("RAW", 5, "VARIANT", "YES", None), ("PHOTO", 6, "BINARY", "YES", None),
      ("OK", 7, "BOOLEAN", "YES", None)]),
    ("SELECT character_maximum_length, character_octet_length, numeric_precision, numeric_scale, "
     "datetime_precision FROM information_schema.columns WHERE table_name = 'ITEM' "
     "AND column_name IN ('NAME', 'PRICE', 'SEEN', 'PHOTO') ORDER BY ordinal_position",
     [(20, 80, None, None, None), (None, None, 10, 2, None), (None, None, None, None, 9),
      (8, 8, None, None, None)]),
    ("SELECT is_identity, identity_start, identity_increment, identity_ordered "
     "FROM information_schema.columns WHERE column_name = 'ID'", [("YES", "5", "2", "YES")]),
    ("SELECT column_name, comment FROM information_schema.columns WHERE comment IS NOT NULL",
     [("NAME", "as sold")]),
    ("SELECT column_name, data_type, numeric_scale FROM information_schema.columns "
     "WHERE table_name = 'CHEAP' ORDER BY ordinal_position",
     [("NAME", "TEXT", None), ("PRICE", "NUMBER", 2)]),
    ("SELECT schema_name FROM information_schema.schemata ORDER BY 1",
     [("INFORMATION_SCHEMA",), ("PUBLIC",)]),
    ("SELECT database_name, comment FROM information_schema.databases ORDER BY 1",
     [("MOCKHAUS", ""), ("SHOP", "things for sale")]),
    ("SELECT table_name, is_secure, comment FROM information_schema.views",
     [("CHEAP", "NO", "under 1")]),
    ("SELECT sequence_name, start_value, next_value, \"INCREMENT\" "
     "FROM information_schema.sequences", [("NUMBERS", "10", "10", "5")]),
    ("SELECT table_name, constraint_type FROM information_schema.table_constraints ORDER BY 1, 2",
     [("ITEM", "PRIMARY KEY"), ("SALE", "FOREIGN KEY"), ("SALE", "UNIQUE")]),
    ("SELECT c.table_name, u.table_name FROM information_schema.referential_constraints r "
     "JOIN information_schema.table_constraints c ON r.constraint_name = c.constraint_name "
     "JOIN information_schema.table_constraints u ON r.unique_constraint_name = u.constraint_name",
     [("SALE", "ITEM")]),
    ("SELECT tables.table_name FROM information_schema.tables WHERE row_count = 0", [("SALE",)]),
    ("SELECT count(*) FROM mockhaus.information_schema.tables", [(0,)]),
    ("SELECT stage_name, stage_url, stage_type FROM information_schema.stages",
     [("LOADS", None, "Internal Named")]),
    ("SELECT file_format_name, file_format_type, field_delimiter "
     "FROM information_schema.file_formats", [("SEMI", "CSV", ";")]),
    ("SELECT catalog_name FROM information_schema.information_schema_catalog_name", [("SHOP",)]),
]  # fmt: skip


def test_views(snowflake: Connection) -> None:
    run(snowflake, SETUP)
    for text, rows in QUERIES:
        assert (text, run(snowflake, text)) == (text, rows)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("SELECT * FROM information_schema.nothing", errors.UndefinedObject),
        ("SELECT * FROM information_schema.packages", errors.UnsupportedFeature),
        ("SELECT * FROM nowhere.information_schema.tables", errors.UndefinedDatabase),
        ("INSERT INTO information_schema.tables SELECT 1", errors.UnsupportedFeature),
        ("DELETE FROM information_schema.tables", errors.UnsupportedFeature),
        ("TRUNCATE TABLE information_schema.tables", errors.UnsupportedFeature),
        ("DROP TABLE information_schema.tables", errors.UndefinedObject),
        ("SELECT QUERY_HISTORY()", errors.UnsupportedFeature),
        ("SELECT GET_DDL('PIPE', 't')", errors.UnsupportedFeature),
        ("SELECT GET_DDL('TABLE', 'nothing')", errors.UndefinedObject),
        ("SELECT GET_DDL('WORD', 't')", errors.InvalidParameter),
        ("CREATE TABLE information_schema.t (a INT)", errors.UndefinedSchema),
        ("CREATE SCHEMA information_schema", errors.DuplicateObject),
    ],
)
def test_refused(snowflake: Connection, text: str, error: type[errors.SqlError]) -> None:
    with pytest.raises(error):
        run(snowflake, text)


#: Statements -> the rows of T that SHOW TABLES and INFORMATION_SCHEMA tell afterwards.
COUNTED = [
    ("CREATE TABLE t AS SELECT seq4() AS a FROM TABLE(GENERATOR(ROWCOUNT => 100))", 100),
    ("INSERT INTO t VALUES (1)", 101),
    ("DELETE FROM t WHERE a < 50", 50),
    ("UPDATE t SET a = a + 1", 50),
    ("INSERT INTO t VALUES (1)", 51),
    ("BEGIN; INSERT INTO t VALUES (1), (2)", 53),
    ("ROLLBACK", 51),
    ("INSERT OVERWRITE INTO t VALUES (1)", 1),
    ("TRUNCATE TABLE t", 0),
]


def test_row_counts_are_true(snowflake: Connection) -> None:
    for text, rows in COUNTED:
        run(snowflake, text)
        (shown,) = run(snowflake, "SHOW TABLES")
        assert (text, shown[7]) == (text, rows)
        query = "SELECT row_count FROM information_schema.tables"
        assert (text, run(snowflake, query)) == (text, [(rows,)])


def test_rows_of_many_tables(snowflake: Connection) -> None:
    """So many tables are not counted one by one, and their rows are true all the same."""
    other = snowflake.session.connect(
        user="bob", door="http", transactions=snowflake.transaction.rules
    )
    for number in range(30):
        run(snowflake, f"CREATE TABLE n{number} AS SELECT {number} AS a")

    def rows(connection: Connection) -> list[int]:
        found = {row[1]: row[7] for row in run(connection, "SHOW TABLES LIKE 'n%'")}
        assert {row[1]: row[7] for row in run(connection, "SHOW OBJECTS")} == found
        told = "SELECT table_name, row_count FROM information_schema.tables"
        assert dict(run(connection, f"{told} WHERE table_schema <> 'INFORMATION_SCHEMA'")) == found
        return [found[f"N{number}"] for number in range(3)]

    assert rows(snowflake) == [1, 1, 1]
    run(snowflake, "INSERT INTO n0 VALUES (5), (6)")
    run(other, "DELETE FROM n1; TRUNCATE TABLE n2")
    assert rows(snowflake) == rows(other) == [3, 0, 0]
    run(other, "BEGIN; INSERT INTO n1 VALUES (1)")
    assert (rows(snowflake), rows(other)) == ([3, 0, 0], [3, 1, 0])
    run(other, "ROLLBACK; INSERT INTO n2 VALUES (1)")
    assert rows(snowflake) == rows(other) == [3, 0, 1]
