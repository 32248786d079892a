"""TIMESTAMP_TZ beside other types, which become one; and in tables, with bound values.

The session's time zone is Los Angeles. Snowflake's manual: "Date & time data types".
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

DELHI = "'2024-05-09 10:11:12.5 +0530'::TIMESTAMP_TZ"


@pytest.fixture
def session(snowflake: Connection) -> Connection:
    run(snowflake, "ALTER SESSION SET TIMEZONE = 'America/Los_Angeles'")
    run(snowflake, "CREATE TABLE T (ID INT, Z TIMESTAMP_TZ, L TIMESTAMP_LTZ, S VARCHAR)")
    run(
        snowflake,
        "INSERT INTO T VALUES (1, '2024-01-01 05:30:00 +0530', '2024-01-01 00:00:00 Z', '2024-01-01'),"
        " (2, '2024-01-01 00:00:00 Z', '2024-01-01', '2023-12-31 16:00'), (3, NULL, NULL, NULL)",
    )
    return snowflake


#: Expression, its text.
TEXTS: list[tuple[str, str]] = [
    (f"COALESCE({DELHI}, CURRENT_TIMESTAMP())", "2024-05-09 10:11:12.500 +0530"),
    (f"IFF(FALSE, {DELHI}, '2024-01-01'::TIMESTAMP_NTZ)", "2024-01-01 00:00:00.000 -0800"),
    (f"CASE WHEN FALSE THEN {DELHI} ELSE '2024-01-01 00:00:00 Z' END", "2024-01-01 00:00:00.000 +0000"),
    (f"LEAST({DELHI}, '2024-05-09'::DATE)", "2024-05-09 10:11:12.500 +0530"),
    (f"SELECT MAX(t) FROM (SELECT {DELHI} AS t UNION ALL SELECT '2024-05-10'::TIMESTAMP_NTZ)", "2024-05-10 00:00:00.000 -0700"),
    (f"SELECT MAX(t) FROM (SELECT '2024-05-10 01:00:00 Z' AS t UNION ALL SELECT {DELHI})", "2024-05-10 01:00:00.000 +0000"),
    (f"WITH a AS (SELECT {DELHI} AS d) SELECT MIN(t) FROM (SELECT CURRENT_TIMESTAMP() AS t UNION ALL SELECT d FROM a UNION ALL SELECT NULL)", "2024-05-09 10:11:12.500 +0530"),
    ("SELECT MIN(COALESCE(Z, '2023-01-01')) FROM T", "2023-01-01 00:00:00.000 -0800"),
    ("SELECT MIN(NVL(Z, L)) FROM T WHERE ID < 3", "2024-01-01 05:30:00.000 +0530"),
    ("SELECT MAX(z) FROM (SELECT S AS z FROM T UNION ALL SELECT Z FROM T)", "2024-01-01 00:00:00.000 -0800"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "text"), TEXTS)
def test_text(session: Connection, expression: str, text: str) -> None:
    inner = f"({expression})" if expression.startswith(("SELECT", "WITH")) else expression
    assert run(session, f"SELECT TO_VARCHAR({inner})") == [(text,)]


VALUES: list[tuple[str, Any]] = [
    ("'2024-01-01 00:00:00 -0800'::TIMESTAMP_TZ = '2024-01-01'::TIMESTAMP_NTZ", True),
    ("'2024-01-01'::TIMESTAMP_LTZ = '2024-01-01 08:00:00 Z'::TIMESTAMP_TZ", True),
    ("'2024-01-01 08:00:00 Z'::TIMESTAMP_TZ = DATE '2024-01-01'", True),
    ("'2024-01-01 08:00:00 Z'::TIMESTAMP_TZ = '2024-01-01'", True),
    ("'2024-01-01 08:00:00 Z'::TIMESTAMP_TZ < CURRENT_TIMESTAMP()", True),
    ("'2024-01-01 08:00:00 Z'::TIMESTAMP_TZ BETWEEN '2024-01-01' AND '2024-01-02'::DATE", True),
    ("'2024-01-01 08:00:00 Z'::TIMESTAMP_TZ IN ('2024-01-01', '2025-01-01')", True),
    ("CASE '2024-01-01 08:00:00 Z'::TIMESTAMP_TZ WHEN '2024-01-01' THEN 1 ELSE 2 END", 1),
    ("SELECT COUNT(*) FROM (SELECT '2024-01-01 00:00:00 Z'::TIMESTAMP_TZ t) a JOIN (SELECT '2024-01-01'::DATE d) b ON a.t < b.d", 1),
    ("SELECT COUNT(*) FROM T WHERE Z = L", 1),
    ("SELECT COUNT(*) FROM T WHERE Z = S", 1),
    ("SELECT COUNT(*) FROM T WHERE Z = '2024-01-01 00:00:00 Z'", 2),
    ("SELECT COUNT(*) FROM T WHERE Z >= '2024-01-01'", 0),
    ("SELECT COUNT(*) FROM T WHERE Z < CURRENT_TIMESTAMP()", 2),
    ("SELECT COUNT(*) FROM T WHERE Z BETWEEN '2023-12-31' AND '2024-01-01'::DATE", 2),
    ("SELECT COUNT(*) FROM T WHERE Z IN (SELECT L FROM T)", 2),
    ("SELECT COUNT(*) FROM T A JOIN T B ON A.Z = B.Z", 4),
    ("SELECT COUNT(*) FROM T A JOIN T B USING (Z)", 4),
    ("SELECT COUNT(*) FROM (SELECT Z FROM T UNION SELECT L FROM T)", 3),
    ("SELECT COUNT(*) FROM (SELECT DISTINCT Z FROM T WHERE ID < 3)", 1),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(session: Connection, expression: str, value: Any) -> None:
    inner = f"({expression})" if expression.startswith("SELECT") else expression
    assert run(session, f"SELECT {inner}") == [(value,)]


def test_order(session: Connection) -> None:
    """Equal instants are one rank, whatever their offsets; what follows orders among them."""
    run(
        session,
        "INSERT INTO T (ID, Z) VALUES (0, '2024-01-01 09:00:00 +0900'), (9, '1969-01-01 00:00:00 Z')",
    )
    query = "SELECT ID, RANK() OVER (ORDER BY Z) FROM T WHERE Z IS NOT NULL ORDER BY Z, ID"
    assert run(session, query) == [(9, 1), (0, 2), (1, 2), (2, 2)]
    assert run(session, "SELECT ID FROM T WHERE Z IS NOT NULL ORDER BY 1 DESC, Z") == [
        (9,),
        (2,),
        (1,),
        (0,),
    ]
    joined = "SELECT COUNT(*) FROM T A JOIN T B ON A.Z <= B.Z AND A.ID < B.ID"
    assert run(session, joined) == [(3,)]
    assert run(session, "SELECT MAX(Z) = MIN(Z) FROM T WHERE ID < 9") == [(True,)]
    assert run(session, "SELECT MIN_BY(ID, Z), MAX_BY(ID, Z) <> 9 FROM T") == [(9, True)]


def test_offset_of_its_own(session: Connection) -> None:
    """Another time zone of the session shows a TIMESTAMP_LTZ anew, a TIMESTAMP_TZ as it was."""
    delhi = timezone(timedelta(hours=5, minutes=30))
    for zone in ("Asia/Tokyo", "UTC"):
        run(session, f"ALTER SESSION SET TIMEZONE = '{zone}'")
        ((found,),) = run(session, "SELECT Z FROM T WHERE ID = 1")
        assert found == datetime(2024, 1, 1, 5, 30, tzinfo=delhi)
        assert found.utcoffset() == timedelta(hours=5, minutes=30)
    ((text,),) = run(session, "SELECT L::VARCHAR FROM T WHERE ID = 1")
    assert text == "2024-01-01 00:00:00.000 +0000"


#: A column's definition, and what the text of its default is LIKE.
DEFAULTS = [
    (
        "TIMESTAMP_TZ DEFAULT '2024-01-01 00:00:00 +0530'::TIMESTAMP_TZ",
        "2024-01-01 00:00:00.000 +0530",
    ),
    (
        "TIMESTAMP_TZ DEFAULT TO_TIMESTAMP_TZ('2024-01-01 00:00:00')",
        "2024-01-01 00:00:00.000 -0800",
    ),
    ("TIMESTAMP_TZ DEFAULT '2024-01-01'::TIMESTAMP_TZ", "2024-01-01 00:00:00.000 -0800"),
    ("TIMESTAMP_TZ NOT NULL DEFAULT CURRENT_TIMESTAMP()", "20%-0_00"),
]


@pytest.mark.parametrize(("column", "text"), DEFAULTS)
def test_default(session: Connection, column: str, text: str) -> None:
    run(session, f"CREATE TABLE D (ID INT, Z {column})")
    run(session, "INSERT INTO D (ID) VALUES (1)")
    assert run(session, f"SELECT Z::VARCHAR LIKE '{text}', SYSTEM$TYPEOF(Z) FROM D") == [
        (True, "TIMESTAMP_TZ(9)[SB16]")
    ]


ERRORS = [
    ("SELECT Z - Z FROM T", errors.InvalidArgumentTypes),
    ("SELECT -Z FROM T", errors.InvalidArgumentTypes),
    (
        "SELECT Z FROM VALUES ('2024-01-01 00:00:00 Z'::TIMESTAMP_TZ), ('soon') AS V(Z)",
        errors.InvalidDatetime,
    ),
    ("SELECT AVG(Z) FROM T", errors.SqlError),
    ("SELECT Z FROM T UNION ALL SELECT 1", errors.SqlError),
    ("SELECT Z = 1 FROM T", errors.SqlError),
    ("SELECT COUNT(*) FROM T WHERE Z = 'soon'", errors.InvalidDatetime),
    ("INSERT INTO T (Z) VALUES (TRUE)", errors.SqlError),
    ("INSERT INTO T (Z) VALUES ('soon')", errors.InvalidDatetime),
]


@pytest.mark.parametrize(("text", "kind"), ERRORS)
def test_error(session: Connection, text: str, kind: type[errors.SqlError]) -> None:
    with pytest.raises(kind):
        run(session, text)
