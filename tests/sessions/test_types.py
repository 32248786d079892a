"""Types as they are written, their limits, and the precision and scale of arithmetic."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

#: (a type's name and arguments, SYSTEM$TYPEOF of a NULL of it)
NAMES: list[tuple[str, str]] = [
    ("NUMBER", "NUMBER(38,0)"),
    ("DECIMAL", "NUMBER(38,0)"),
    ("NUMERIC(10)", "NUMBER(10,0)"),
    ("DEC(10, 2)", "NUMBER(10,2)"),
    ("INT", "NUMBER(38,0)"),
    ("BYTEINT", "NUMBER(38,0)"),
    ("FLOAT", "FLOAT"),
    ("DOUBLE PRECISION", "FLOAT"),
    ("REAL", "FLOAT"),
    ("STRING(3)", "VARCHAR(16777216)"),
    ("NVARCHAR2", "VARCHAR(16777216)"),
    ("CHAR VARYING(5)", "VARCHAR(16777216)"),
    ("VARBINARY", "BINARY(8388608)"),
    ("BOOLEAN", "BOOLEAN"),
    ("DATETIME", "TIMESTAMP_NTZ(9)"),
    ("TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP_NTZ(9)"),
    ("TIMESTAMP WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(9)"),
    ("TIMESTAMPTZ", "TIMESTAMP_TZ(9)"),
    ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP_TZ(9)"),
]


@pytest.mark.parametrize(("name", "kind"), NAMES)
def test_names(snowflake: Connection, name: str, kind: str) -> None:
    rows = run(snowflake, f"SELECT SYSTEM$TYPEOF(NULL::{name})")
    assert str(rows[0][0]).partition("[")[0] == kind


#: (a type, the error)
REFUSED: list[tuple[str, type[errors.SqlError]]] = [
    ("HUGEINT", errors.CompilationError),
    ("INT128", errors.CompilationError),
    ("MEDIUMINT", errors.CompilationError),
    ("UINT", errors.UnsupportedFeature),
    ("DECFLOAT", errors.UnsupportedFeature),
    ("ENUM", errors.UnsupportedFeature),
    ("UBIGINT", errors.CompilationError),
    ("NUMBER(39)", errors.InvalidParameter),
    ("NUMBER(0)", errors.InvalidParameter),
    ("NUMBER(10, 11)", errors.InvalidParameter),
    ("NUMBER(1, 2, 3)", errors.InvalidParameter),
    ("INT(5)", errors.InvalidParameter),
    ("FLOAT(5)", errors.InvalidParameter),
    ("BOOLEAN(1)", errors.InvalidParameter),
    ("DATE(3)", errors.InvalidParameter),
    ("VARCHAR(0)", errors.InvalidParameter),
    ("VARCHAR(134217729)", errors.InvalidParameter),
    ("VARCHAR(5, 2)", errors.InvalidParameter),
    ("BINARY(67108865)", errors.InvalidParameter),
    ("TIME(10)", errors.InvalidParameter),
    ("TIMESTAMP_LTZ(10)", errors.InvalidParameter),
]


@pytest.mark.parametrize(("name", "error"), REFUSED)
def test_refused(snowflake: Connection, name: str, error: type[errors.SqlError]) -> None:
    with pytest.raises(error):
        run(snowflake, f"SELECT NULL::{name}")
    with pytest.raises(error):
        run(snowflake, f"CREATE TABLE T (A {name})")


_BIG = 10**37

#: (expression, its value, its type)
ARITHMETIC: list[tuple[str, Any, str]] = [
    ("1.5 * 2.25", Decimal("3.375"), "NUMBER(5,3)"),
    ("1.5 + 2.25", Decimal("3.75"), "NUMBER(4,2)"),
    ("1.1234567 * 1.1234567", Decimal("1.262154956775"), "NUMBER(38,12)"),
    ("1 / 3", Decimal("0.333333"), "NUMBER(38,6)"),
    ("1.5 / 3", Decimal("0.5000000"), "NUMBER(38,7)"),
    ("1.123456789 / 3", Decimal("0.374485596333"), "NUMBER(38,12)"),
    ("1.1234567890123 / 3", Decimal("0.3744855963374"), "NUMBER(38,13)"),
    ("-7 % 3", -1, "NUMBER(38,0)"),
    ("5.55 % 0.2", Decimal("0.15"), "NUMBER(12,2)"),
    ("999999999999999999 * 999999999", 999999998999999999000000001, "NUMBER(38,0)"),
    ("9223372036854775807 + 1", 2**63, "NUMBER(38,0)"),
    ("-9223372036854775808 - 1", -(2**63) - 1, "NUMBER(38,0)"),
    ("12345678901234567890::INT", 12345678901234567890, "NUMBER(38,0)"),
    (f"{_BIG}::NUMBER(38, 0) * 9", 9 * _BIG, "NUMBER(38,0)"),
    ("SUM(9223372036854775807) + 1", 2**63, "NUMBER(38,0)"),
    ("SUM(1.25)", Decimal("1.25"), "NUMBER(38,2)"),
    ("AVG(1.25)", Decimal("1.25"), "NUMBER(38,8)"),
    ("AVG(1.25::FLOAT)", 1.25, "FLOAT"),
    ("1.5::FLOAT * 2", 3.0, "FLOAT"),
]


@pytest.mark.parametrize(("expression", "value", "kind"), ARITHMETIC)
def test_arithmetic(snowflake: Connection, expression: str, value: Any, kind: str) -> None:
    ((found, told),) = run(snowflake, f"SELECT {expression}, SYSTEM$TYPEOF({expression})")
    assert found == value
    assert str(told).partition("[")[0] == kind


#: (column's type, a value for it, what the column keeps; None: refused as too long or too large)
KEPT: list[tuple[str, str, str | None]] = [
    ("VARCHAR(3)", "'abc'", "abc"),
    ("VARCHAR(3)", "'abcd'", None),
    ("VARCHAR(3)", "12345", None),
    ("CHAR", "'ab'", None),
    ("BINARY(2)", "TO_BINARY('aabb')", "AABB"),
    ("BINARY(2)", "TO_BINARY('aabbcc')", None),
    ("NUMBER(4, 2)", "99.994", "99.99"),
    ("NUMBER(4, 2)", "99.995", None),
    ("NUMBER(4, 2)", "100::FLOAT", None),
    ("INT", "12.5", "13"),
    ("TIME(3)", "'12:34:56.98765'", "12:34:56"),
    ("TIME(0)", "'12:34:56.98765'", "12:34:56"),
    ("TIMESTAMP_NTZ(3)", "'2024-01-01 00:00:00.98765'", "2024-01-01 00:00:00.987"),
    ("TIMESTAMP_NTZ(3)", "'2024-01-01'::DATE", "2024-01-01 00:00:00.000"),
    ("TIMESTAMP_NTZ(3)", "NULL", None),
    ("TIMESTAMP_TZ(0)", "'2024-01-01 00:00:00.98 +0200'", "2024-01-01 00:00:00.000 +0200"),
]


@pytest.mark.parametrize(("kind", "value", "kept"), [row for row in KEPT if row[2] is not None])
def test_kept(snowflake: Connection, kind: str, value: str, kept: str) -> None:
    """The same by each statement that writes."""
    run(snowflake, f"CREATE OR REPLACE TABLE LIMITED (I INT, A {kind})")
    run(snowflake, f"INSERT INTO LIMITED VALUES (1, {value}), (2, NULL)")
    run(snowflake, f"INSERT INTO LIMITED SELECT 3, {value}")
    run(snowflake, f"UPDATE LIMITED SET A = {value} WHERE I = 2")
    run(
        snowflake,
        "MERGE INTO LIMITED USING (SELECT 4 X) ON I = X"
        f" WHEN NOT MATCHED THEN INSERT (I, A) VALUES (X, {value})",
    )
    found = run(snowflake, "SELECT DISTINCT TO_VARCHAR(A), COUNT(*) FROM LIMITED GROUP BY 1")
    assert found == [(kept, 4)]


def test_kept_by_copy(snowflake: Connection) -> None:
    run(
        snowflake, "CREATE STAGE files; CREATE TABLE loaded (t TIME(3), n TIMESTAMP_NTZ(0), d DATE)"
    )
    run(
        snowflake,
        "COPY INTO @files/f.csv FROM (SELECT '01:02:03.98765', '2024-01-01 00:00:00.98', '2024-01-01')"
        " SINGLE = TRUE FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)",
    )
    run(snowflake, "COPY INTO loaded FROM @files/f.csv FILE_FORMAT = (TYPE = CSV)")
    row = (dt.time(1, 2, 3, 987000), dt.datetime(2024, 1, 1), dt.date(2024, 1, 1))
    assert run(snowflake, "SELECT * FROM loaded") == [row]


@pytest.mark.parametrize(("kind", "value"), [row[:2] for row in KEPT if row[2] is None])
def test_limits(snowflake: Connection, kind: str, value: str) -> None:
    run(snowflake, f"CREATE OR REPLACE TABLE LIMITED (I INT, A {kind})")
    if value == "NULL":
        run(snowflake, f"INSERT INTO LIMITED VALUES (1, {value})")
        assert run(snowflake, "SELECT A FROM LIMITED") == [(None,)]
        return
    run(snowflake, "INSERT INTO LIMITED VALUES (1, NULL)")
    for statement in (
        f"INSERT INTO LIMITED VALUES (2, {value})",
        f"INSERT INTO LIMITED SELECT 2, {value}",
        f"UPDATE LIMITED SET A = {value}",
        f"MERGE INTO LIMITED USING (SELECT 1 X) ON I = X WHEN MATCHED THEN UPDATE SET A = {value}",
    ):
        with pytest.raises((errors.StringTooLong, errors.NumberOutOfRange)):
            run(snowflake, statement)


#: Values of the types, as a query that has each as a column.
SOURCES: dict[str, str] = {
    "NUMBER": "2",
    "FLOAT": "2.5::FLOAT",
    "BOOLEAN": "TRUE",
    "VARCHAR": "'12'",
    "BINARY": "TO_BINARY('31')",
    "DATE": "'2024-01-02'::DATE",
    "TIME": "'01:02:03'::TIME",
    "TIMESTAMP_NTZ": "'2024-01-02 01:02:03'::TIMESTAMP_NTZ",
    "TIMESTAMP_LTZ": "'2024-01-02 01:02:03'::TIMESTAMP_LTZ",
    "TIMESTAMP_TZ": "'2024-01-02 01:02:03 +0100'::TIMESTAMP_TZ",
    "VARIANT": "TO_VARIANT(2)",
    "ARRAY": "[1]",
    "OBJECT": "{'a': 1}",
}

_TARGETS = list(SOURCES)

#: The manual's table "Data types that can be cast", a row a source, a column a target in the same
#: order: `=` the value of a cast, which is implied where a column takes the value; `c` cast only;
#: `-` refused, or a value that the target has not ('12' is no BOOLEAN).
MATRIX = """
               NUMBER FLOAT BOOLEAN VARCHAR BINARY DATE TIME NTZ LTZ TZ VARIANT ARRAY OBJECT
NUMBER         =      =     =       =       -      -    -    =   =   =  =       c     -
FLOAT          =      =     =       =       -      -    -    =   =   =  =       c     -
BOOLEAN        c      c     =       =       -      -    -    -   -   -  =       c     -
VARCHAR        =      =     -       =       c      =    =    =   =   =  c       c     -
BINARY         -      -     -       c       =      -    -    -   -   -  c       c     -
DATE           -      -     -       =       -      =    -    =   =   =  c       c     -
TIME           -      -     -       =       -      -    =    -   -   -  c       c     -
TIMESTAMP_NTZ  -      -     -       =       -      =    =    =   =   =  c       c     -
TIMESTAMP_LTZ  -      -     -       =       -      =    =    =   =   =  c       c     -
TIMESTAMP_TZ   -      -     -       =       -      =    =    =   =   =  c       c     -
VARIANT        =      =     =       =       -      =    =    =   =   =  =       =     -
ARRAY          -      -     -       =       -      -    -    -   -   -  =       =     -
OBJECT         -      -     -       =       -      -    -    -   -   -  =       =     =
"""

_ROWS = [line.split() for line in MATRIX.strip().splitlines()[1:]]


@pytest.mark.parametrize("marks", _ROWS, ids=lambda marks: marks[0])
def test_conversions(snowflake: Connection, marks: list[str]) -> None:
    """Of a value and of a column alike."""
    source, found = marks[0], [marks[0]]
    columns = ", ".join(f'"{target}" {target}' for target in _TARGETS)
    run(snowflake, f"CREATE TABLE given AS SELECT {SOURCES[source]} AS a")
    run(snowflake, f"CREATE TABLE taken ({columns})")
    for target in _TARGETS:
        values = [
            _answer(snowflake, f"SELECT ({SOURCES[source]})::{target}::VARCHAR"),
            _answer(snowflake, f"SELECT a::{target}::VARCHAR FROM given"),
        ]
        assert values[0] == values[1], target
        taken = _answer(snowflake, f'INSERT INTO taken ("{target}") SELECT a FROM given')
        if taken is not None:
            kept = f'SELECT "{target}"::VARCHAR FROM taken WHERE "{target}" IS NOT NULL'
            assert _answer(snowflake, kept) == values[0], target
        found.append("-" if values[0] is None else "c" if taken is None else "=")
    assert found == marks


def _answer(connection: Connection, sql: str) -> list[tuple[Any, ...]] | None:
    """The rows of a statement, None if it is refused."""
    try:
        return run(connection, sql)
    except errors.SqlError:
        return None


#: (query, its rows): columns have one type in all rows and branches
TOGETHER: list[tuple[str, list[Any]]] = [
    ("SELECT COLUMN1 FROM VALUES (1), ('2.75')", [Decimal("1.00"), Decimal("2.75")]),
    ("SELECT COLUMN1 FROM VALUES ('1'), (2)", [1, 2]),
    ("SELECT COLUMN1 FROM VALUES (TRUE), (0), (NULL)", [True, False, None]),
    ("SELECT COLUMN1 FROM VALUES (-1), (2.5)", [Decimal("-1.0"), Decimal("2.5")]),
    ("SELECT 1 A UNION ALL BY NAME SELECT '2.5' A", [1, Decimal("2.5")]),
    ("SELECT 'x' B, 2.5 A UNION ALL BY NAME SELECT '1' A", [Decimal("2.5"), 1]),
    ("SELECT TRUE A UNION ALL BY NAME SELECT 0 A", [True, False]),
    ("SELECT CASE WHEN TRUE THEN TRUE ELSE 1 END", [True]),
    ("SELECT COALESCE(NULL, 0, TRUE)", [False]),
]


@pytest.mark.parametrize(("query", "values"), TOGETHER)
def test_one_type(snowflake: Connection, query: str, values: list[Any]) -> None:
    rows = run(snowflake, f"SELECT {'A' if 'NAME' in query else '*'} FROM ({query})")
    found = [row[0] for row in rows]
    assert found == values
    assert len({type(each) for each in found if each is not None}) == 1


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM VALUES (1), ('x')",
        "SELECT 1 A UNION BY NAME SELECT 'x' A",
        "SELECT 1 A UNION ALL BY NAME SELECT CURRENT_DATE() A",
    ],
)
def test_no_type(snowflake: Connection, query: str) -> None:
    with pytest.raises((errors.InvalidNumber, errors.ColumnTypeMismatch)):
        run(snowflake, query)
