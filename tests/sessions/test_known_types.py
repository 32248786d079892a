"""Types of columns that are known while translating change what DuckDB plans, and no answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from mockhaus.config import Config
from mockhaus.errors import SqlError
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions
from mockhaus.translation.statements import Tree
from mockhaus.translation.translate import translate
from tests.support import run

TABLE = """
    CREATE OR REPLACE TABLE typed (
        c VARCHAR, d VARCHAR, n NUMBER(10, 2), i INT, w NUMBER(38, 0), f FLOAT, dt DATE, tm TIME,
        ts TIMESTAMP_NTZ, l TIMESTAMP_LTZ, z TIMESTAMP_TZ, v VARIANT, a ARRAY, o OBJECT, b BOOLEAN,
        x BINARY
    );
    INSERT INTO typed SELECT
        'Straße, 5', 'a%b', 12.50, 7, 12345678901234567890, 2.5, '2024-02-29', '10:20:30.5',
        '2024-02-29 10:20:30.25', '2024-02-29 10:20:30 +0200', '2024-02-29 10:20:30 +0530',
        PARSE_JSON('{"k": [1, 2.5, "t"]}'), ARRAY_CONSTRUCT(1, 'x', NULL),
        OBJECT_CONSTRUCT('k', 1), TRUE, TO_BINARY('00FF');
    INSERT INTO typed SELECT
        '', ' b ', -0.05, -1, -1, 1e300, '0001-01-01', '00:00', '1969-12-31 23:59:59.999',
        '1970-01-01 00:00:00 +0000', '1999-12-31 23:59:59 -0800', TO_VARIANT('10'::FLOAT),
        ARRAY_CONSTRUCT(), OBJECT_CONSTRUCT(), FALSE, TO_BINARY('');
    INSERT INTO typed (c, d, v) SELECT '2024-01-01', '7', TO_VARIANT('2024-01-01'::DATE);
    INSERT INTO typed (c) VALUES (NULL)
"""

#: Functions of text, and what they are tried with: `?` is each of the columns.
OF_ANYTHING = [
    "TO_VARCHAR(?)", "?::VARCHAR", "TO_VARIANT(?)", "? || '-' || c", "c || ?", "CONCAT(?, d)",
    "LENGTH(?)", "UPPER(?)", "LEFT(?, 3)", "RIGHT(?, 3)", "SUBSTR(?, 2)", "SUBSTR(?, -3, 2)",
    "REPLACE(?, '0', 'zero')", "LPAD(?, 4, '*')", "SPLIT_PART(?, '-', 2)", "SPLIT(?, ',')",
    "REVERSE(?)", "CONTAINS(?, '5')", "? LIKE '%2%'", "REGEXP_REPLACE(?, '[0-9]', '#')",
    "POSITION('2', ?)", "ARRAY_CONSTRUCT(?, c)", "OBJECT_CONSTRUCT('k', ?)", "MD5(?)", "SHA2(?)",
    "SHA1(?)", "OCTET_LENGTH(?)", "INSERT(?, 1, 1, '>')", "UPPER(COALESCE(?, c))",
    "LENGTH(CASE WHEN i > 0 THEN ? ELSE c END)", "LISTAGG(?, '|') WITHIN GROUP (ORDER BY c)",
    "LISTAGG(DISTINCT ?, '|') WITHIN GROUP (ORDER BY ?)", "ARRAY_AGG(?) WITHIN GROUP (ORDER BY c)",
    "ARRAY_AGG(DISTINCT ?) WITHIN GROUP (ORDER BY ?)", "MAX(?)::VARCHAR", "UPPER(MIN(?))",
    "ARRAY_CONTAINS(?::VARIANT, a)", "CONCAT_WS('+', ?, d)", "INITCAP(?)", "TRIM(?, '5')",
]  # fmt: skip
#: Functions of dates and times, whose conversions are left out where the type is known.
OF_MOMENTS = [
    "?::DATE", "?::TIME", "?::TIMESTAMP_NTZ", "?::TIMESTAMP_LTZ", "?::TIMESTAMP_TZ", "?::BOOLEAN",
    "TO_DATE(?)", "TO_TIME(?)", "TO_TIMESTAMP(?)", "TRY_TO_DATE(?)", "TRY_TO_TIME(?)",
    "TRY_TO_TIMESTAMP_TZ(?)", "TRY_TO_BOOLEAN(?)", "YEAR(?)", "HOUR(?)", "WEEK(?)", "DAYNAME(?)",
    "DATE_PART(epoch_second, ?)", "DATE_PART(timezone_hour, ?)", "DATE_PART(nanosecond, ?)",
    "DATEADD(month, 1, ?)", "DATEADD(hour, 1, ?)", "DATE_TRUNC(month, ?)", "LAST_DAY(?)",
    "LAST_DAY(?, 'week')", "NEXT_DAY(?, 'Monday')", "PREVIOUS_DAY(?, ' fr')::VARCHAR", "NEXT_DAY(?, 'no')",
    "ADD_MONTHS(?, 1)", "MONTHS_BETWEEN(?, dt)", "MONTHS_BETWEEN(ts, ?)", "DATEDIFF(day, ?, ts)",
    "DATEDIFF(hour, ?, z)", "DATEDIFF(minute, l, ?)", "TIME_SLICE(?, 2, 'DAY')",
    "TO_DATE(COALESCE(?, ts))", "MAX(?)::DATE", "NULLIF(?, dt)::TIMESTAMP_NTZ",
    "TIMESTAMP_NTZ_FROM_PARTS(?, tm)", "CONVERT_TIMEZONE('UTC', ?)", "TO_CHAR(?::DATE, 'YYYY')",
    "LOWER(NULLIF(?, 'a'))", "UPPER(NULLIF(c, ?))", "TO_CHAR(TO_DATE(?), 'DY')",
]  # fmt: skip
COLUMNS = ("c", "n", "i", "w", "f", "dt", "tm", "ts", "l", "z", "v", "a", "o", "b", "x")

#: Functions of numbers: `?` and `%` are each of these.
OF_NUMBERS = [
    "? / NULLIF(%, 0)", "DIV0(?, %)", "DIV0NULL(?, %)", "AVG(? - %)", "AVG(?)", "SUM(?) / COUNT(%)",
    "AVG(n) OVER (PARTITION BY ?)", "? / 3", "100 / NULLIF(?, 0)", "1.5 / NULLIF(?, 0)",
    "SUM(?) / NULLIF(SUM(%), 0)", "ROUND(?, 1) + %", "TO_VARIANT(? * 2)", "TO_VARCHAR(? + %)",
    "-? / 7",
    "SUM(? * %) / SUM(%)", "(? + %) / 3", "(1 - ?) * (1 + %) / NULLIF(%, 0)", "AVG(? * (1 - %))",
    "100.00 * SUM(CASE WHEN i > 0 THEN ? ELSE 0 END) / SUM(%)", "SUM(? * ? * ? * ? * ?) / 3",
    "AVG(CASE WHEN i > 0 THEN ? WHEN i < 0 THEN NULL ELSE % END)", "SUM(?) / 7.0",
    "AVG(CASE WHEN i > 0 THEN c ELSE ? END)", "DIV0(SUM(? - %), COUNT(?))", "AVG(w * ?)", "?::NUMBER(20, 8) / 7", "AVG(DISTINCT ?)",
]  # fmt: skip
NUMBERS = ("n", "i", "f")


def answer(connection: Connection, expressions: list[str], source: str) -> object:
    """The values of expressions and their types, or the error."""
    items = ", ".join(f"{each} AS a{number}" for number, each in enumerate(expressions))
    try:
        rows = run(connection, f"SELECT {items} FROM {source} ORDER BY ALL")
    except SqlError as error:  # which is an answer as well
        return str(error)
    return rows, [row[1] for row in run(connection, "DESCRIBE RESULT LAST_QUERY_ID()")]


def compare(connection: Connection, expressions: list[str]) -> None:
    """The same is answered over a table and over a query whose columns have no type yet."""
    unknown = "(SELECT * FROM typed UNION ALL SELECT * FROM typed WHERE FALSE)"
    found = answer(connection, expressions, "typed")
    assert found == answer(connection, expressions, unknown)
    if isinstance(found, str) and len(expressions) > 1:  # of one of them
        for each in expressions:
            compare(connection, [each])


@pytest.fixture(scope="module")
def typed() -> Iterator[Connection]:
    registry = Registry(Config())
    session = registry.create("typed", "memory")
    connection = session.connect(user="ann", door="http", transactions=Transactions.SNOWFLAKE)
    run(connection, TABLE)
    yield connection
    registry.close()


@pytest.mark.parametrize("form", OF_ANYTHING + OF_MOMENTS)
def test_a_known_type_changes_no_answer(typed: Connection, form: str) -> None:
    compare(typed, [form.replace("?", column) for column in COLUMNS])


@pytest.mark.parametrize("form", OF_NUMBERS)
def test_known_digits_change_no_answer(typed: Connection, form: str) -> None:
    pairs = product(NUMBERS, NUMBERS if "%" in form else ("",))
    compare(typed, [form.replace("?", left).replace("%", right) for left, right in pairs])


#: Which column a name means: `c` and `d` are texts, `i` is a number. `is known` tells whether
#: DuckDB is left to find out.
NAMES = [
    ("SELECT UPPER(c) FROM typed", True),
    ("SELECT UPPER(typed.c) FROM typed", True),
    ("SELECT UPPER(x.c) FROM typed AS x JOIN typed AS y ON x.c = y.c", True),
    ("SELECT UPPER(c) FROM (SELECT c FROM typed)", True),
    ("SELECT UPPER(c) FROM (SELECT * FROM typed)", True),
    ("WITH x AS (SELECT c AS e FROM typed) SELECT UPPER(e) FROM x", True),
    ("WITH x AS (SELECT UPPER(c) AS e FROM typed) SELECT UPPER(e) FROM x", True),
    ("WITH typed AS (SELECT * FROM typed) SELECT UPPER(c) FROM typed", True),
    ("SELECT UPPER(c) AS c FROM typed", True),
    ("SELECT i AS c FROM typed ORDER BY UPPER(c)", False),
    ("SELECT i AS c FROM typed QUALIFY UPPER(c) = 'A' AND ROW_NUMBER() OVER (ORDER BY i) = 1", False),
    ("SELECT UPPER(c) FROM typed JOIN typed AS y USING (c)", False),
    ("SELECT UPPER(c) FROM typed NATURAL JOIN typed AS y", False),
    ("SELECT (SELECT UPPER(typed.c)) FROM typed", False),
    ("SELECT FILTER(a, c -> UPPER(c) = 'A') FROM typed", False),
    ("SELECT UPPER(value) FROM typed, LATERAL FLATTEN(a)", False),
    ("WITH x (c) AS (SELECT i FROM typed) SELECT UPPER(c) FROM x", False),
    ("SELECT UPPER(c) FROM typed AS x (c)", False),
    ("SELECT UPPER(c) FROM (SELECT * FROM typed, TABLE(FLATTEN([1])))", False),
    ("SELECT UPPER(CASE WHEN i > 1 THEN c END) FROM typed", True),
    ("SELECT UPPER(CASE WHEN i > 1 THEN NULL END) FROM typed", False),
    ("WITH RECURSIVE x AS (SELECT c FROM typed UNION ALL SELECT UPPER(c) FROM x WHERE FALSE) "
     "SELECT UPPER(c) FROM x", False),
]  # fmt: skip


@pytest.mark.parametrize(("query", "is_known"), NAMES)
def test_a_type_is_known_where_one_column_is_meant(
    typed: Connection, query: str, is_known: bool
) -> None:
    (statement,) = typed.parse(query)
    assert isinstance(statement, Tree)
    assert ("text_o" not in translate(statement, typed.context).sql.lower()) == is_known


TARGETS = [
    "VARCHAR", "VARCHAR(3)", "NUMBER(10, 2)", "NUMBER(4, 1)", "INT", "FLOAT", "DATE", "TIME",
    "TIME(0)", "TIMESTAMP_NTZ", "TIMESTAMP_NTZ(0)", "TIMESTAMP_LTZ", "TIMESTAMP_TZ", "VARIANT",
    "ARRAY", "OBJECT", "BOOLEAN", "BINARY",
]  # fmt: skip
WAYS = [
    "INSERT INTO target SELECT {value} FROM {source} AS s WHERE i = 7",
    "MERGE INTO target USING (SELECT * FROM {source} WHERE i = 7) AS s ON FALSE "
    "WHEN NOT MATCHED THEN INSERT (x) VALUES (s.{value})",
    "MERGE INTO target USING {source} AS s ON s.i = 7 AND target.x IS NULL "
    "WHEN MATCHED AND s.i = 7 THEN UPDATE SET x = s.{value}",
    "UPDATE target SET x = s.{value} FROM {source} AS s WHERE s.i = 7",
]


def stored(connection: Connection, target: str, statement: str) -> object:
    """What is in a table after a change, or the change's error."""
    run(connection, f"CREATE OR REPLACE TABLE target (x {target})")
    if "INSERT" not in statement:
        run(connection, "INSERT INTO target VALUES (NULL)")
    try:
        run(connection, statement)
    except SqlError as error:
        return str(error)
    return run(connection, "SELECT x::VARCHAR, TYPEOF(TO_VARIANT(x)) FROM target")


@pytest.mark.parametrize(("number", "target"), list(enumerate(TARGETS)))
def test_a_known_type_changes_nothing_that_is_stored(
    typed: Connection, number: int, target: str
) -> None:
    for place, column in enumerate(COLUMNS):
        way = WAYS[(number + place) % len(WAYS)]
        known = way.format(value=column, source="typed")
        unknown = way.format(value=column, source="(SELECT * FROM typed UNION SELECT * FROM typed)")
        assert stored(typed, target, known) == stored(typed, target, unknown), known


def test_a_view_outlives_the_types_of_its_tables(typed: Connection) -> None:
    run(
        typed,
        "CREATE TABLE changing (c VARCHAR); CREATE VIEW over_it AS SELECT UPPER(c) u FROM changing",
    )
    run(typed, "CREATE OR REPLACE TABLE changing (c INT); INSERT INTO changing VALUES (7)")
    assert run(typed, "SELECT u FROM over_it") == [("7",)]
    assert run(typed, "SELECT UPPER(c) FROM changing") == [("7",)]
    run(
        typed,
        "CREATE OR REPLACE TABLE changing (c VARIANT); INSERT INTO changing SELECT 'a'::VARIANT",
    )
    assert run(typed, "SELECT UPPER(c) FROM changing") == [("A",)]
    assert run(typed, "SELECT u FROM over_it") == [("A",)]


def test_formats_of_the_session_are_kept(typed: Connection) -> None:
    query = "SELECT dt::VARCHAR, ts || '', x::VARCHAR FROM typed WHERE i = 7"
    assert run(typed, query) == [("2024-02-29", "2024-02-29 10:20:30.250", "00FF")]
    run(typed, "ALTER SESSION SET DATE_OUTPUT_FORMAT = 'DD.MM.YY' BINARY_OUTPUT_FORMAT = 'BASE64'")
    try:
        assert run(typed, query) == [("29.02.24", "2024-02-29 10:20:30.250", "AP8=")]
    finally:
        run(typed, "ALTER SESSION UNSET DATE_OUTPUT_FORMAT, BINARY_OUTPUT_FORMAT")
