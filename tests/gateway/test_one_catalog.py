"""One catalog, two views of it: what PostgreSQL's catalogs say is what SHOW says."""

from __future__ import annotations

import json
from typing import Any

import psycopg

#: A schema with every kind of relation and every type.
SETUP = """
CREATE SCHEMA every;
CREATE TABLE a1 (i INT, n NUMBER(10,2), whole NUMBER(12), big NUMBER(30), f FLOAT, b BOOLEAN,
    v VARCHAR(20), c CHAR(3), bi BINARY(8), d DATE, t TIME, tn TIMESTAMP_NTZ, tl TIMESTAMP_LTZ,
    tz TIMESTAMP_TZ(3), va VARIANT, ar ARRAY, ob OBJECT, "a b" INT DEFAULT 5 COMMENT 'a column',
    nn INT NOT NULL, id INT AUTOINCREMENT, PRIMARY KEY (i), UNIQUE (n, v)) COMMENT = 'a table';
CREATE TABLE child (x INT REFERENCES a1 (i));
CREATE TRANSIENT TABLE tr (a INT);
CREATE TEMPORARY TABLE tmp (a INT);
CREATE VIEW w AS SELECT i, UPPER(v) AS u, tz FROM a1;
CREATE SEQUENCE sq
"""

#: The type that SHOW COLUMNS tells -> PostgreSQL's.
TYPES = {
    "FIXED": "numeric", "REAL": "double precision", "BOOLEAN": "boolean", "BINARY": "bytea",
    "TEXT": "character varying", "DATE": "date", "TIME": "time without time zone",
    "TIMESTAMP_NTZ": "timestamp without time zone", "TIMESTAMP_LTZ": "timestamp with time zone",
    "TIMESTAMP_TZ": "timestamp with time zone", "VARIANT": "json", "ARRAY": "json", "OBJECT": "json",
}  # fmt: skip
_OF = "FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = 'every'"


def folded(name: str) -> str:
    """A name as PostgreSQL's catalogs have it."""
    return name.lower() if name.upper() == name else name


def shown(client: psycopg.Connection, text: str) -> list[dict[str, Any]]:
    cursor = client.execute(text.encode())
    names = [each.name for each in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def described(data_type: str) -> str:
    """The type of SHOW COLUMNS as format_type writes it."""
    told = json.loads(data_type)
    kind = TYPES[told["type"]]
    if kind == "numeric":
        digits, scale = told["precision"], told["scale"]
        short = digits <= 18 or digits == 38
        return "bigint" if scale == 0 and short else f"numeric({digits},{scale})"
    is_short = kind == "character varying" and told["length"] < 2**24
    return f"{kind}({told['length']})" if is_short else kind


def test_what_show_says(client: psycopg.Connection) -> None:
    for statement in SETUP.split(";"):
        client.execute(statement.encode())
    tables = shown(client, "SHOW TABLES IN SCHEMA every")
    views = shown(client, "SHOW VIEWS IN SCHEMA every")
    numbers = shown(client, "SHOW SEQUENCES IN SCHEMA every")
    columns = shown(client, "SHOW COLUMNS IN SCHEMA every")

    relations = f"SELECT relname, relkind::text {_OF} AND relkind IN ('r', 'v')"
    want = {(folded(each["name"]), "r") for each in tables}
    want |= {(folded(each["name"]), "v") for each in views}
    assert set(client.execute(relations.encode())) == want

    attributes = (
        "SELECT relname, attname, attnotnull, format_type(atttypid, atttypmod)"
        " FROM pg_attribute a JOIN (SELECT c.oid, relname, relkind "
        f"{_OF}) r ON r.oid = a.attrelid WHERE attnum > 0 AND relkind IN ('r', 'v')"
        " ORDER BY relname, attnum"
    )
    found = [
        (table, name, required, "character varying" if kind == "text" else kind)
        for table, name, required, kind in client.execute(attributes.encode())
    ]
    assert found == [
        (folded(each["table_name"]), folded(each["column_name"]), each["null?"] == "false",
         described(each["data_type"]))
        for each in columns
    ]  # fmt: skip

    standard = (
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'every' ORDER BY table_name, ordinal_position"
    )
    assert list(client.execute(standard.encode())) == [row[:2] for row in found]

    sequences = f"SELECT relname {_OF} AND relkind = 'S' AND relname NOT LIKE 'a1%'"
    assert list(client.execute(sequences.encode())) == [(folded(e["name"]),) for e in numbers]

    keys = (
        "SELECT a.attname FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_attribute a"
        " ON a.attrelid = c.oid AND a.attnum = ANY (x.indkey) WHERE x.indisprimary AND relname = 'a1'"
    )
    primary = shown(client, "SHOW PRIMARY KEYS IN TABLE every.a1")
    assert list(client.execute(keys.encode())) == [(folded(e["column_name"]),) for e in primary]

    comments = f"SELECT relname, obj_description(c.oid) {_OF} AND relkind = 'r'"
    assert {(name, text or "") for name, text in client.execute(comments.encode())} == {
        (folded(each["name"]), each["comment"]) for each in tables
    }
