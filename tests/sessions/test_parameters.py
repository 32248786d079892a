"""Session parameters: each acts, or is refused by name."""

from __future__ import annotations

import pytest

from mockhaus.errors import (
    InvalidParameter,
    SqlError,
    StatementTimeout,
    UndefinedContext,
    UnsupportedFeature,
)
from mockhaus.sessions.connection import Connection
from tests.support import run

_MOMENT = "TO_TIMESTAMP_NTZ('2024-02-03 14:05:06.789')"

#: ALTER SESSION SET .. -> a query and its rows before and after.
ACTING = {
    "TIMEZONE = 'Asia/Tokyo'": (
        "SELECT TO_VARCHAR('2024-02-03 00:00:00 +0000'::TIMESTAMP_LTZ)",
        [("2024-02-03 00:00:00.000 +0000",)], [("2024-02-03 09:00:00.000 +0900",)],
    ),
    "WEEK_START = 7": ("SELECT DAYOFWEEK(DATE '2024-02-04')", [(0,)], [(1,)]),
    "WEEK_OF_YEAR_POLICY = 1": ("SELECT WEEKOFYEAR(DATE '2021-01-01')", [(53,)], [(1,)]),
    "DATE_OUTPUT_FORMAT = 'DD.MM.YYYY'": (
        "SELECT DATE '2024-02-03'::VARCHAR, 'on ' || d, TO_VARCHAR(d) FROM"
        " (SELECT DATE '2024-02-03' AS d)",
        [("2024-02-03", "on 2024-02-03", "2024-02-03")],
        [("03.02.2024", "on 03.02.2024", "03.02.2024")],
    ),
    "TIME_OUTPUT_FORMAT = 'HH12:MI AM'": (
        "SELECT TIME '14:05:06'::VARCHAR", [("14:05:06",)], [("02:05 PM",)],
    ),
    "TIMESTAMP_NTZ_OUTPUT_FORMAT = 'YYYYMMDD\"T\"HH24MISS.FF1'": (
        f"SELECT {_MOMENT}::VARCHAR", [("2024-02-03 14:05:06.789",)], [("20240203T140506.7",)],
    ),
    "TIMESTAMP_OUTPUT_FORMAT = 'YYYY-MM-DD TZH:TZM'": (
        f"SELECT {_MOMENT}::TIMESTAMP_LTZ::VARCHAR, {_MOMENT}::VARCHAR",
        [("2024-02-03 14:05:06.789 +0000", "2024-02-03 14:05:06.789")],
        [("2024-02-03 +00:00", "2024-02-03 14:05:06.789")],
    ),
    "BINARY_OUTPUT_FORMAT = BASE64": (
        "SELECT TO_BINARY('4D6F', 'HEX')::VARCHAR", [("4D6F",)], [("TW8=",)],
    ),
    "ROWS_PER_RESULTSET = 2": (
        "SELECT * FROM (VALUES (1), (2), (3)) ORDER BY 1", [(1,), (2,), (3,)], [(1,), (2,)],
    ),
    "QUOTED_IDENTIFIERS_IGNORE_CASE = TRUE": (
        'SELECT "Name" FROM (SELECT 1 AS "Name")', [(1,)], [(1,)],
    ),
    "DEFAULT_NULL_ORDERING = 'FIRST'": (
        "SELECT n, RANK() OVER (ORDER BY n), RANK() OVER (ORDER BY n DESC),"
        " RANK() OVER (ORDER BY n NULLS LAST), RANK() OVER (ORDER BY n DESC NULLS FIRST)"
        " FROM (SELECT COLUMN1 AS n FROM VALUES (1), (NULL)) ORDER BY n",
        [(1, 1, 2, 1, 2), (None, 2, 1, 2, 1)], [(None, 1, 2, 2, 1), (1, 2, 1, 1, 2)],
    ),
    "TIMESTAMP_TYPE_MAPPING = TIMESTAMP_LTZ": (
        "SELECT TO_VARCHAR('2024-02-03'::TIMESTAMP)",
        [("2024-02-03 00:00:00.000",)], [("2024-02-03 00:00:00.000 +0000",)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("setting", ACTING)
def test_what_a_parameter_changes(snowflake: Connection, setting: str) -> None:
    query, before, after = ACTING[setting]
    assert run(snowflake, query) == before
    run(snowflake, f"ALTER SESSION SET {setting}")
    assert run(snowflake, query) == after
    name = setting.split(maxsplit=1)[0]
    assert [row[3] for row in run(snowflake, f"SHOW PARAMETERS LIKE '{name}'")] == ["SESSION"]
    run(snowflake, f"ALTER SESSION UNSET {name}")
    assert run(snowflake, query) == before


def test_days_of_other_lengths(snowflake: Connection) -> None:
    run(snowflake, "ALTER SESSION SET TIMEZONE = 'America/Los_Angeles'")
    moment = "'2024-03-09 12:00'::TIMESTAMP_LTZ"
    query = (
        f"SELECT TO_VARCHAR(DATEADD(DAY, 1, {moment}), 'DD HH24'),"
        f" TO_VARCHAR(DATEADD(WEEK, 1, {moment}), 'DD HH24'),"
        f" TO_VARCHAR(DATEADD(MONTH, 1, {moment}), 'DD HH24')"
    )
    assert run(snowflake, query) == [("10 12", "16 12", "09 12")]
    run(snowflake, "ALTER SESSION SET TIMESTAMP_DAY_IS_ALWAYS_24H = TRUE")
    assert run(snowflake, query) == [("10 13", "16 13", "09 12")]


def test_quoted_names(snowflake: Connection) -> None:
    run(snowflake, "ALTER SESSION SET QUOTED_IDENTIFIERS_IGNORE_CASE = TRUE")
    run(snowflake, 'CREATE TABLE "Mixed" ("a b" INT, c INT)')
    assert [row[1] for row in run(snowflake, "SHOW TABLES")] == ["MIXED"]
    assert [row[0] for row in run(snowflake, "DESCRIBE TABLE mixed")] == ["A B", "C"]


def test_autocommit(snowflake: Connection) -> None:
    run(snowflake, "CREATE TABLE t (a INT)")
    run(snowflake, "ALTER SESSION SET AUTOCOMMIT = FALSE")
    run(snowflake, "INSERT INTO t VALUES (1)")
    statuses = [snowflake.status]
    run(snowflake, "ROLLBACK")
    run(snowflake, "INSERT INTO t VALUES (2); COMMIT")
    statuses.append(snowflake.status)
    assert statuses == ["T", "I"]
    run(snowflake, "INSERT INTO t VALUES (3); CREATE TABLE u (a INT); ROLLBACK")
    assert run(snowflake, "SELECT a FROM t ORDER BY a") == [(2,), (3,)]


def test_statement_timeout(snowflake: Connection) -> None:
    run(snowflake, "ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1")
    rows = "TABLE(GENERATOR(ROWCOUNT => 300000))"
    with pytest.raises(StatementTimeout, match=r"timeout of 1 second\(s\) and was canceled"):
        run(snowflake, f"SELECT count(*) FROM {rows} a, {rows} b WHERE UNIFORM(1, 9, RANDOM()) > 9")
    assert run(snowflake, "SELECT 1") == [(1,)]


def test_levels(snowflake: Connection) -> None:
    shown = "SHOW PARAMETERS LIKE 'week_start'"
    run(snowflake, "ALTER ACCOUNT SET WEEK_START = 3, DATA_RETENTION_TIME_IN_DAYS = 2")
    later = snowflake.session.connect(
        user="bob", door="http", transactions=snowflake._transaction.rules
    )
    assert [row[1:4] for row in run(later, shown)] == [("3", "0", "ACCOUNT")]
    run(later, "ALTER SESSION SET WEEK_START = 1")
    assert [row[1:4] for row in run(later, shown)] == [("1", "0", "SESSION")]
    run(later, "ALTER SESSION UNSET WEEK_START")
    assert [row[1:4] for row in run(later, shown)] == [("3", "0", "ACCOUNT")]
    run(later, "ALTER DATABASE mockhaus SET DATA_RETENTION_TIME_IN_DAYS = 5")
    run(later, "CREATE TABLE t (a INT)")
    for place, told in {
        "ACCOUNT": ("2", "ACCOUNT"), "DATABASE": ("5", "DATABASE"), "SCHEMA": ("5", "DATABASE"),
        "TABLE t": ("5", "DATABASE"),
    }.items():  # fmt: skip
        rows = run(later, f"SHOW PARAMETERS LIKE 'data_ret%' IN {place}")
        assert [(row[1], row[3]) for row in rows] == [told]


@pytest.mark.parametrize(
    ("setting", "error"),
    [
        ("NO_SUCH_THING = 1", InvalidParameter),
        ("JSON_INDENT = 17", InvalidParameter),
        ("JDBC_QUERY_RESULT_FORMAT = CSV", InvalidParameter),
        ("MULTI_STATEMENT_COUNT = 3", UnsupportedFeature),
        ("TIMESTAMP_INPUT_FORMAT = 'TZHTZM HH24:MI'", UnsupportedFeature),
        ("BINARY_INPUT_FORMAT = OCTAL", InvalidParameter),
        ("TWO_DIGIT_CENTURY_START = 50", InvalidParameter),
        ("TRANSACTION_DEFAULT_ISOLATION_LEVEL = SERIALIZABLE", InvalidParameter),
        ("PYTHON_PROFILER_MODULES = 'm'", UnsupportedFeature),
        ("LOCK_TIMEOUT = -1", InvalidParameter),
        ("TIMEZONE = 'Nowhere'", InvalidParameter),
        ("TIMEZONE = '''Nowhere'", InvalidParameter),
        ("WEEK_START = 8", InvalidParameter),
        ("AUTOCOMMIT = MAYBE", InvalidParameter),
        ("BINARY_OUTPUT_FORMAT = UTF8", InvalidParameter),
        ("ROWS_PER_RESULTSET = -1", InvalidParameter),
    ],
)
def test_refused(snowflake: Connection, setting: str, error: type[SqlError]) -> None:
    with pytest.raises(error):
        run(snowflake, f"ALTER SESSION SET {setting}")


def test_every_parameter_takes_its_default(snowflake: Connection) -> None:
    for name, value, default, *_ in run(snowflake, "SHOW PARAMETERS"):
        assert value == default, name
        run(snowflake, f"ALTER SESSION SET {name} = '{default}'; ALTER SESSION UNSET {name}")


def test_use_of_what_is_not_there(snowflake: Connection) -> None:
    for what in ("ROLE", "WAREHOUSE"):
        with pytest.raises(UndefinedContext) as caught:
            run(snowflake, f"USE {what} nobody")
        assert f"{what.capitalize()} 'NOBODY' does not exist" in str(caught.value.detail)
        run(snowflake, f"CREATE {what} somebody; USE {what} somebody")
        assert run(snowflake, f"SELECT CURRENT_{what}()") == [("SOMEBODY",)]
    run(snowflake, "USE SECONDARY ROLES ALL")
    assert run(snowflake, "SELECT CURRENT_SECONDARY_ROLES()") == [
        ('{"roles":"PUBLIC","value":"ALL"}',)
    ]


#: Expression over a DATE column d and a TIME column t -> what DATE_OUTPUT_FORMAT makes of it.
AS_TEXT = {
    "UPPER(d)": "05-JAN-2024",
    "LENGTH(d)": 11,
    "LEFT(d, 3)": "05-",
    "RIGHT(d, 4)": "2024",
    "SUBSTR(d, 4, 3)": "Jan",
    "REVERSE(d)": "4202-naJ-50",
    "d || '|' || t": "05-Jan-2024|10.20",
    "d || t": "05-Jan-202410.20",
    "BOOLOR_AGG(MD5(d) = MD5('05-Jan-2024'))": True,
    "LISTAGG(d, ',') WITHIN GROUP (ORDER BY d)": "05-Jan-2024,06-Jan-2024",
    "LISTAGG(DISTINCT t)": "10.20",
}


@pytest.mark.parametrize("expression", AS_TEXT)
@pytest.mark.parametrize("relation", ["moments", "seen"])
def test_whatever_takes_text_follows_the_formats(
    snowflake: Connection, expression: str, relation: str
) -> None:
    run(snowflake, "CREATE TABLE moments (d DATE, t TIME)")
    run(snowflake, "INSERT INTO moments VALUES ('2024-01-05', '10:20'), ('2024-01-06', '10:20')")
    run(snowflake, "CREATE VIEW seen AS SELECT * FROM moments")
    run(snowflake, "ALTER SESSION SET DATE_OUTPUT_FORMAT = 'DD-MON-YYYY'")
    run(snowflake, "ALTER SESSION SET TIME_OUTPUT_FORMAT = 'HH24.MI'")
    (value,) = run(snowflake, f"SELECT {expression} FROM {relation} ORDER BY 1")[0]
    assert value == AS_TEXT[expression]
