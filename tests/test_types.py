"""The table of types: Snowflake's name, DuckDB's, PostgreSQL's OID, the SQL API's."""

from __future__ import annotations

import pytest

from mockhaus import types
from mockhaus.types import SqlType, from_duckdb, from_name

FROM_DUCKDB = [
    # DuckDB, Snowflake, PostgreSQL: OID, typlen, typmod, SQL API
    ("TINYINT", "NUMBER(38,0)", 20, 8, -1, "fixed"),
    ("INTEGER", "NUMBER(38,0)", 20, 8, -1, "fixed"),
    ("BIGINT", "NUMBER(38,0)", 20, 8, -1, "fixed"),
    ("HUGEINT", "NUMBER(38,0)", 1700, -1, (38 << 16) + 4, "fixed"),
    ("DECIMAL(18, 0)", "NUMBER(18,0)", 20, 8, -1, "fixed"),
    ("DECIMAL(19, 0)", "NUMBER(19,0)", 1700, -1, (19 << 16) + 4, "fixed"),
    ("UBIGINT", "NUMBER(38,0)", 20, 8, -1, "fixed"),
    ("DECIMAL(10,0)", "NUMBER(10,0)", 20, 8, -1, "fixed"),
    ("DECIMAL(10,2)", "NUMBER(10,2)", 1700, -1, (10 << 16 | 2) + 4, "fixed"),
    ("DECIMAL(38, 37)", "NUMBER(38,37)", 1700, -1, (38 << 16 | 37) + 4, "fixed"),
    ("FLOAT", "FLOAT", 701, 8, -1, "real"),
    ("DOUBLE", "FLOAT", 701, 8, -1, "real"),
    ("VARCHAR", "VARCHAR(16777216)", 25, -1, -1, "text"),
    ('"NULL"', "VARCHAR(16777216)", 25, -1, -1, "text"),
    ("ENUM('a', 'b')", "VARCHAR(16777216)", 25, -1, -1, "text"),
    ("BOOLEAN", "BOOLEAN", 16, 1, -1, "boolean"),
    ("BLOB", "BINARY(8388608)", 17, -1, -1, "binary"),
    ("DATE", "DATE", 1082, 4, -1, "date"),
    ("TIME", "TIME(9)", 1083, 8, -1, "time"),
    ("TIMESTAMP", "TIMESTAMP_NTZ(9)", 1114, 8, -1, "timestamp_ntz"),
    ("TIMESTAMP_NS", "TIMESTAMP_NTZ(9)", 1114, 8, -1, "timestamp_ntz"),
    ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP_LTZ(9)", 1184, 8, -1, "timestamp_ltz"),
    ("JSON", "VARIANT", 114, -1, -1, "variant"),
    ("INTEGER[]", "ARRAY", 114, -1, -1, "array"),
    ("INTEGER[3]", "ARRAY", 114, -1, -1, "array"),
    ("STRUCT(a INTEGER)", "OBJECT", 114, -1, -1, "object"),
    ("MAP(VARCHAR, INTEGER)", "OBJECT", 114, -1, -1, "object"),
    ("STRUCT(a INTEGER)[]", "ARRAY", 114, -1, -1, "array"),
    ("INTERVAL", "INTERVAL", 1186, 16, -1, "text"),
    ("STRUCT(utc TIMESTAMP, spread INTERVAL)", "TIMESTAMP_TZ(9)", 1184, 8, -1, "timestamp_tz"),
    ("UUID", "UUID", 2950, 16, -1, "text"),
]


@pytest.mark.parametrize(("duckdb", "expected"), [(row[0], row[1:]) for row in FROM_DUCKDB])
def test_from_duckdb(duckdb: str, expected: tuple[str, int, int, int, str]) -> None:
    found = from_duckdb(duckdb)
    assert (str(found), found.oid, found.size, found.typmod, found.api) == expected


FROM_NAME = [
    # as written, arguments, type
    ("NUMBER", (), "NUMBER(38,0)"),
    ("NUMBER", (10,), "NUMBER(10,0)"),
    ("numeric", (10, 2), "NUMBER(10,2)"),
    ("INT", (), "NUMBER(38,0)"),
    ("BYTEINT", (), "NUMBER(38,0)"),
    ("double  precision", (), "FLOAT"),
    ("REAL", (), "FLOAT"),
    ("STRING", (), "VARCHAR(16777216)"),
    ("VARCHAR", (20,), "VARCHAR(20)"),
    ("CHAR", (), "VARCHAR(1)"),
    ("CHAR", (3,), "VARCHAR(3)"),
    ("VARBINARY", (16,), "BINARY(16)"),
    ("DATETIME", (), "TIMESTAMP_NTZ(9)"),
    ("TIMESTAMP", (3,), "TIMESTAMP_NTZ(3)"),
    ("timestamp with local time zone", (), "TIMESTAMP_LTZ(9)"),
    ("TIMESTAMPTZ", (6,), "TIMESTAMP_TZ(6)"),
    ("TIME", (0,), "TIME(0)"),
    ("DATE", (), "DATE"),
    ("VARIANT", (), "VARIANT"),
    ("OBJECT", (), "OBJECT"),
    ("ARRAY", (), "ARRAY"),
    ("BOOLEAN", (), "BOOLEAN"),
    ("MONEY", (), "None"),
    ("", (), "None"),
]


@pytest.mark.parametrize(("name", "arguments", "kind"), FROM_NAME)
def test_from_name(name: str, arguments: tuple[int, ...], kind: str) -> None:
    assert str(from_name(name, arguments)) == kind


@pytest.mark.parametrize(
    ("kind", "oid", "typmod"),
    [
        (SqlType("VARCHAR", length=20), 1043, 24),
        (types.VARCHAR, 25, -1),
        (SqlType("NUMBER", 12, 3), 1700, (12 << 16 | 3) + 4),
        (SqlType("TIMESTAMP_TZ", scale=3), 1184, -1),
    ],
)
def test_postgresql_modifier(kind: SqlType, oid: int, typmod: int) -> None:
    assert (kind.oid, kind.typmod) == (oid, typmod)


@pytest.mark.parametrize("family", sorted(types.FAMILIES))
def test_every_family_has_every_name(family: str) -> None:
    kind = SqlType(family, 38, 0, 10)
    assert kind.oid > 0
    assert types.FAMILIES[family].array_oid > 0
    assert kind.size in (-1, 1, 4, 8, 16)
    assert kind.api == kind.api.lower()
    assert str(kind).startswith(family)
