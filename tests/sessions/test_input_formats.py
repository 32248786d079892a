"""How a session reads texts: DATE_INPUT_FORMAT and its sisters, BINARY_INPUT_FORMAT, centuries.

Snowflake's manual: "Date and time input and output formats", "Parameters".
"""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from mockhaus.errors import InvalidDatetime, InvalidText, SqlError
from mockhaus.sessions.connection import Connection
from tests.support import run

_DAY = "DATE_INPUT_FORMAT = 'DD/MM/YYYY'"
_MOMENT = "TIMESTAMP_INPUT_FORMAT = 'DD.MM.YYYY HH24:MI'"
_ZONED = "TIMESTAMP_INPUT_FORMAT = 'DD/MM/YYYY HH24:MI TZH:TZM'"
_FEBRUARY = date(2024, 2, 1)

#: Settings, an expression, and its value or the error it is.
READ: list[tuple[str, str, Any]] = [
    (_DAY, "'01/02/2024'::DATE", _FEBRUARY),
    (_DAY, "CAST('2024-02-01' AS DATE)", InvalidDatetime),
    (_DAY, "DATE '01/02/2024'", _FEBRUARY),
    (_DAY, "TO_DATE('01/02/2024')", _FEBRUARY),
    (_DAY, "TO_DATE('2024-02-01', 'YYYY-MM-DD')", _FEBRUARY),
    (_DAY, "TO_DATE('2024-02-01', 'AUTO')", _FEBRUARY),
    (_DAY, "TRY_TO_DATE('01/02/2024')", _FEBRUARY),
    (_DAY, "TRY_TO_DATE('2024-02-01')", None),
    (_DAY, "TRY_CAST('2024-02-01' AS DATE)", None),
    (_DAY, "TRY_CAST('19000' AS DATE)", None),
    (_DAY, "PARSE_JSON('\"01/02/2024\"')::DATE", _FEBRUARY),
    (_DAY, "LAST_DAY('01/02/2024')", date(2024, 2, 29)),
    (_DAY, "'01/02/2024'::DATE = '01/02/2024'", True),
    (_DAY, "'01/02/2024'::DATE < '2024-03-01'", InvalidDatetime),
    (_DAY, "'01/02/2024'::DATE BETWEEN '31/01/2024' AND '02/02/2024'", True),
    (_DAY, "'01/02/2024'::DATE IN ('02/02/2024', '01/02/2024')", True),
    (_DAY, "COALESCE(NULL::DATE, '01/02/2024')", _FEBRUARY),
    (_DAY, "CASE '01/02/2024'::DATE WHEN '01/02/2024' THEN 1 END", 1),
    # Timestamps have a parameter of their own.
    (_DAY, "'2024-02-01 10:00'::TIMESTAMP", datetime(2024, 2, 1, 10)),
    (_DAY, "DATEADD(DAY, 1, '2024-02-01')", datetime(2024, 2, 2)),
    (_MOMENT, "'2024-02-01'::DATE", _FEBRUARY),
    (_MOMENT, "'01.02.2024 10:30'::TIMESTAMP", datetime(2024, 2, 1, 10, 30)),
    (_MOMENT, "'2024-02-01 10:30'::TIMESTAMP", InvalidDatetime),
    (_MOMENT, "TIMESTAMP '01.02.2024 10:30'", datetime(2024, 2, 1, 10, 30)),
    (_MOMENT, "TO_TIMESTAMP_NTZ('01.02.2024 10:30')", datetime(2024, 2, 1, 10, 30)),
    (_MOMENT, "TRY_TO_TIMESTAMP('2024-02-01 10:30')", None),
    (_MOMENT, "TRY_TO_TIMESTAMP('1706745600')", None),
    (_MOMENT, "TO_TIMESTAMP(1706745600)", datetime(2024, 2, 1)),
    (_MOMENT, "DATEADD(HOUR, 1, '01.02.2024 10:30')", datetime(2024, 2, 1, 11, 30)),
    (_MOMENT, "DATEDIFF(DAY, '01.02.2024 10:30', '03.02.2024 00:00')", 2),
    (_MOMENT, "DATE_TRUNC('MONTH', '11.02.2024 10:30')", datetime(2024, 2, 1)),
    (_MOMENT, "HOUR('01.02.2024 10:30')", 10),
    (_MOMENT, "TO_VARCHAR('01.02.2024 10:30'::TIMESTAMP_LTZ)", "2024-02-01 10:30:00.000 +0000"),
    (_MOMENT, "TO_VARCHAR('01.02.2024 10:30'::TIMESTAMP_TZ)", "2024-02-01 10:30:00.000 +0000"),
    (_ZONED, "'01/02/2024 10:30 +05:00'::TIMESTAMP_NTZ", datetime(2024, 2, 1, 10, 30)),
    (_ZONED, "TO_VARCHAR('01/02/2024 10:30 +05:00'::TIMESTAMP_TZ)",
     "2024-02-01 10:30:00.000 +0500"),
    (_ZONED, "TO_VARCHAR('01/02/2024 10:30 +05:00'::TIMESTAMP_LTZ)",
     "2024-02-01 05:30:00.000 +0000"),
    ("TIME_INPUT_FORMAT = 'HH12.MI AM'", "'10.15 PM'::TIME", time(22, 15)),
    ("TIME_INPUT_FORMAT = 'HH12.MI AM'", "TRY_TO_TIME('22:15')", None),
    ("TIMESTAMP_INPUT_FORMAT = 'YYYYMMDDHH24MISS'", "'20240201103000'::TIMESTAMP",
     datetime(2024, 2, 1, 10, 30)),
    ("DATE_INPUT_FORMAT = 'DD MON YYYY'", "'1 February 2024'::DATE", _FEBRUARY),
    ("DATE_INPUT_FORMAT = 'YYYY\"y\"MMDD'", "'2024y0201'::DATE", _FEBRUARY),
    # TWO_DIGIT_CENTURY_START: the first year that two digits stand for.
    ("TIMEZONE = 'UTC'", "TO_DATE('79-01-01', 'YY-MM-DD')", date(1979, 1, 1)),
    ("TWO_DIGIT_CENTURY_START = 1980", "TO_DATE('79-01-01', 'YY-MM-DD')", date(2079, 1, 1)),
    ("TWO_DIGIT_CENTURY_START = 1980", "TO_DATE('80-01-01', 'YY-MM-DD')", date(1980, 1, 1)),
    ("TWO_DIGIT_CENTURY_START = 1900", "TO_DATE('99-12-31', 'YY-MM-DD')", date(1999, 12, 31)),
    ("TWO_DIGIT_CENTURY_START = 1900", "TO_DATE('00-01-01', 'YY-MM-DD')", date(1900, 1, 1)),
    ("TWO_DIGIT_CENTURY_START = 1900", "TRY_TO_DATE('00-02-29', 'YY-MM-DD')", None),
    ("TWO_DIGIT_CENTURY_START = 2100", "TO_DATE('69-06-01', 'YY-MM-DD')", date(2169, 6, 1)),
    ("TWO_DIGIT_CENTURY_START = 1980", "TO_DATE('79-01-01', m) FROM (SELECT 'YY-MM-DD' AS m)",
     date(2079, 1, 1)),
    ("TWO_DIGIT_CENTURY_START = 1980", "TO_TIMESTAMP('79-01-01', 'YY-MM-DD')",
     datetime(2079, 1, 1)),
    ("TWO_DIGIT_CENTURY_START = 2000, DATE_INPUT_FORMAT = 'DD/MM/YY'", "'01/02/99'::DATE",
     date(2099, 2, 1)),
    ("BINARY_INPUT_FORMAT = BASE64", "'TW8='::BINARY", b"Mo"),
    ("BINARY_INPUT_FORMAT = BASE64", "TO_BINARY('TW8=')", b"Mo"),
    ("BINARY_INPUT_FORMAT = BASE64", "TO_BINARY('4D6F', 'HEX')", b"Mo"),
    ("BINARY_INPUT_FORMAT = BASE64", "TO_BINARY('x')", InvalidText),
    ("BINARY_INPUT_FORMAT = BASE64", "TRY_TO_BINARY('x')", None),
    ("BINARY_INPUT_FORMAT = BASE64", "HEX_DECODE_STRING('4D6F')", "Mo"),
    ("BINARY_INPUT_FORMAT = UTF8", "TO_BINARY('Mo')", b"Mo"),
    ("BINARY_INPUT_FORMAT = 'utf-8'", "TO_BINARY('Mo')", b"Mo"),
    ("BINARY_INPUT_FORMAT = HEX", "TO_BINARY('4D6F')", b"Mo"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "expression", "expected"), READ)
def test_texts_are_read(
    snowflake: Connection, settings: str, expression: str, expected: Any
) -> None:
    run(snowflake, f"ALTER SESSION SET {settings}")
    if isinstance(expected, type) and issubclass(expected, SqlError):
        with pytest.raises(expected):
            run(snowflake, f"SELECT {expression}")
    else:
        assert run(snowflake, f"SELECT {expression}") == [(expected,)]


def test_what_was_prepared_before_is_read_anew(snowflake: Connection) -> None:
    query = "SELECT '01/02/2024'::DATE, TRY_TO_DATE('2024-02-01')"
    before = run(snowflake, query)
    run(snowflake, f"ALTER SESSION SET {_DAY}")
    assert run(snowflake, query) == [(_FEBRUARY, None)]
    run(snowflake, "ALTER SESSION UNSET DATE_INPUT_FORMAT")
    assert run(snowflake, query) == before == [(date(2024, 1, 2), _FEBRUARY)]


def test_values_on_their_way_into_columns(snowflake: Connection) -> None:
    run(snowflake, f"ALTER SESSION SET {_DAY}, {_MOMENT}")
    run(snowflake, "CREATE TABLE t (d DATE, m TIMESTAMP)")
    run(snowflake, "INSERT INTO t VALUES ('01/02/2024', '01.02.2024 10:30')")
    run(snowflake, "INSERT INTO t SELECT '02/02/2024', '02.02.2024 10:30'")
    run(snowflake, "UPDATE t SET d = '03/02/2024' WHERE d = '02/02/2024'")
    run(snowflake, "MERGE INTO t USING (SELECT '01/02/2024' AS k) s ON t.d = s.k"
                   " WHEN MATCHED THEN UPDATE SET m = '05.02.2024 00:00'")  # fmt: skip
    assert run(snowflake, "SELECT * FROM t ORDER BY d") == [
        (_FEBRUARY, datetime(2024, 2, 5)),
        (date(2024, 2, 3), datetime(2024, 2, 2, 10, 30)),
    ]
    with pytest.raises(InvalidDatetime):
        run(snowflake, "INSERT INTO t (d) VALUES ('2024-02-01')")


def test_views_read_as_who_asks(snowflake: Connection) -> None:
    run(snowflake, "CREATE VIEW v AS SELECT TO_DATE(t) AS d FROM (SELECT '01/02/2024' AS t)")
    assert run(snowflake, "SELECT * FROM v") == [(date(2024, 1, 2),)]
    run(snowflake, f"ALTER SESSION SET {_DAY}")
    assert run(snowflake, "SELECT * FROM v") == [(_FEBRUARY,)]


def test_no_rollback_takes_a_format_back(snowflake: Connection) -> None:
    run(snowflake, f"BEGIN; ALTER SESSION SET {_DAY}; ROLLBACK")
    assert run(snowflake, "SELECT '01/02/2024'::DATE") == [(_FEBRUARY,)]


def test_connections_begin_with_the_accounts_format(snowflake: Connection) -> None:
    run(snowflake, f"ALTER ACCOUNT SET {_DAY}")
    later = snowflake.session.connect(
        user="bob", door="http", transactions=snowflake._transaction.rules
    )
    assert run(later, "SELECT '01/02/2024'::DATE") == [(_FEBRUARY,)]
    assert run(snowflake, "SELECT '01/02/2024'::DATE") == [(date(2024, 1, 2),)]


def test_loads_without_a_format_of_their_own(snowflake: Connection, tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_text("01/02/2024\n")
    run(snowflake, "CREATE STAGE days; CREATE TABLE t (d DATE)")
    run(snowflake, f"PUT file://{tmp_path}/days.csv @days")
    run(snowflake, "COPY INTO t FROM @days")
    run(snowflake, f"ALTER SESSION SET {_DAY}")
    run(snowflake, "COPY INTO t FROM @days FORCE = TRUE")
    run(snowflake, "COPY INTO t FROM @days FORCE = TRUE"
                   " FILE_FORMAT = (TYPE = CSV DATE_FORMAT = 'MM/DD/YYYY')")  # fmt: skip
    january = date(2024, 1, 2)
    assert run(snowflake, "SELECT d FROM t") == [(january,), (_FEBRUARY,), (january,)]
    assert run(snowflake, "SELECT $1::DATE FROM @days") == [(_FEBRUARY,)]
