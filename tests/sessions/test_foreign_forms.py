"""Forms that DuckDB reads and Snowflake does not: each is refused by name, at both doors.

What PostgreSQL has as well is refused where Snowflake's SQL alone is read.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockhaus import errors
from mockhaus.config import Config
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions
from tests.support import run

#: Words of DuckDB's own messages, which no user is to read.
DUCKDB = ("LINE 1", "Candidate", "Binder", "Parser Error", "acro", "did you mean", "Catalog Error")

Forms = dict[type[errors.SqlError], list[str]]

#: Refused at both doors.
ANYWHERE: Forms = {
    errors.SqlSyntaxError: [
        "FROM t SELECT a",
        "SELECT * FROM t ANTI JOIN u ON t.a = u.a",
        "SELECT * FROM t LEFT SEMI JOIN u USING (a)",
        "SELECT a FROM t USING SAMPLE reservoir(10 ROWS)",
        "SELECT a FROM t TABLESAMPLE 10 ROWS",
        "SUMMARIZE t",
        "DESCRIBE SELECT 1",
        "PIVOT t ON b USING sum(a) GROUP BY d",
        "UNPIVOT t ON a, b INTO NAME n VALUE v",
        "SELECT [x for x in [1,2,3]]",
        "SELECT MAP {'a': 1}",
        "SELECT 5 !",
        "SELECT @ -5",
        "SELECT 'a' GLOB 'a*'",
        "SELECT * LIKE 'a%' FROM t",
        "SELECT * GLOB 'a*' FROM t",
        "SELECT * EXCEPT (a) FROM t",
        "SELECT SUM(a ORDER BY a) FROM t",
        "SELECT LIST_FILTER([1,2], lambda x: x > 1)",
        "SELECT CAST(1 AS HUGEINT)",
        "SELECT 1::INT128",
        "SELECT TRY_CAST('1' AS HUGEINT)",
        "SELECT INTERVAL 3 DAY",
        "SELECT INTERVAL (3) DAY",
        "SELECT 1 WHERE 1 IN [1,2]",
        "SELECT $$a$$ 'b'",
        "SELECT X'4G'",
        "SELECT ?1",
        "SELECT #1 FROM t",
        "SELECT a FROM t ORDER BY a USING >",
        "SELECT SUM(a) OVER (ORDER BY a EXCLUDE CURRENT ROW) FROM t",
        "ATTACH 'x.db' AS x",
        "DETACH x",
        "INSTALL httpfs",
        "EXPORT DATABASE 'x'",
        "CREATE TABLE z AS FROM t",
        "CREATE TABLE z (a INT GENERATED ALWAYS AS (1) VIRTUAL)",
        "CREATE TABLE z (a HUGEINT)",
        "INSERT INTO u BY POSITION SELECT 1, 'a'",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "DEALLOCATE p",
        "RESET threads",
        "SELECT * FROM t AS OF SYSTEM TIME '2020-01-01'",
        "SELECT * FROM t NATURAL SEMI JOIN u",
        "SELECT * FROM t ASOF LEFT JOIN u ON t.a >= u.a",
        "SELECT DATE '2020-01-01' - DATE '2019-01-01' + INTERVAL 1 DAY",
        "SELECT * RENAME (a TO z) FROM t",
        "SELECT a FROM t ORDER BY ALL, a",
    ],
    errors.UnsupportedFeature: [
        "SELECT 1::INT16",
        "SELECT CAST(1 AS LONG)",
        "SELECT 'a'::CLOB",
        "SELECT TRY_CAST('a' AS VARCHAR2)",
        "CREATE TABLE z (a INT, b INT64 NOT NULL)",
        "ALTER TABLE t ADD COLUMN z SHORT",
        "SELECT 1::UINTEGER",
        "SELECT 1::UBIGINT",
        "SELECT 1::UTINYINT",
        "SELECT '2020-01-01'::TIMESTAMP_S",
        "SELECT '2020-01-01'::TIMESTAMP_MS",
        "SELECT a FROM t LIMIT 50%",
        "SHOW ALL TABLES",
        "SELECT * FROM (PIVOT t ON b USING SUM(a))",
        "SELECT {'a': 1}.a",
        "SELECT (1,2)",
        "SELECT * FROM 'data.parquet'",
        "SELECT md5_number('a')",
        "SELECT 'a'::BIT",
        "SELECT {'a':1}::STRUCT(a INT)",
        "SELECT 'a'::ENUM('a')",
        "SELECT 1::BIGNUM",
        "SELECT 'a' COLLATE NOCASE",
        "LOAD httpfs",
        "PRAGMA version",
        "COPY t TO 'file.csv'",
        "COPY (SELECT 1) TO 'x.parquet' (FORMAT parquet)",
        "COPY t FROM 'file.csv'",
        "CREATE MACRO m(x) AS x + 1",
        "CREATE TYPE mood AS ENUM ('a')",
        "CREATE SECRET s (TYPE s3)",
        "CREATE TABLE z (a STRUCT(x INT))",
        "CREATE TABLE z (a UNION(x INT, y VARCHAR))",
        "CREATE TABLE z (a ENUM('x'))",
        "INSERT OR REPLACE INTO u VALUES (1, 'a')",
        "INSERT OR IGNORE INTO u VALUES (1, 'a')",
        "INSERT INTO u BY NAME SELECT 1 AS a",
        "DELETE FROM u LIMIT 1",
        "WITH RECURSIVE x(a) USING KEY (a) AS (SELECT 1) SELECT * FROM x",
    ],
    errors.UnknownFunction: [
        "SELECT MAP(['a'],[1])",
        "SELECT STRUCT_PACK(a := 1)",
        "SELECT ROW(1,2)",
        "SELECT b.upper() FROM t",
        "SELECT COLUMNS('a') FROM t",
        "SELECT *COLUMNS('a') FROM t",
        "SELECT UNPACK(COLUMNS(*)) FROM t",
        "SELECT FIRST(a) FROM t",
        "SELECT LAST(a), ANY_VALUE(a) FROM t",
        "SELECT LIST(a) FROM t",
        "SELECT GROUP_CONCAT(b) FROM t",
        "SELECT QUANTILE_CONT(a, 0.5) FROM t",
        "SELECT * FROM RANGE(3)",
        "SELECT RANGE(3)",
        "SELECT * FROM READ_CSV('x.csv')",
        "SELECT * FROM READ_CSV_AUTO('x.csv')",
        "SELECT * FROM READ_PARQUET('x')",
        "SELECT * FROM READ_JSON_AUTO('x')",
        "SELECT * FROM PARQUET_SCAN('x')",
        "SELECT * FROM GLOB('*')",
        "SELECT * FROM DUCKDB_TABLES()",
        "SELECT * FROM DUCKDB_SETTINGS()",
        "SELECT * FROM PRAGMA_TABLE_INFO('t')",
        "SELECT getenv('HOME')",
        "SELECT error('x')",
        "SELECT epoch_ms(0)",
        "SELECT strftime(d, '%Y') FROM t",
        "SELECT strptime('2020', '%Y')",
        "SELECT date_diff('day', d, d) FROM t",
        "SELECT today()",
        "SELECT get_current_timestamp()",
        "SELECT printf('%d', 1)",
        "SELECT format('{}', 1)",
        "SELECT str_split('a,b', ',')",
        "SELECT string_split('a,b', ',')",
        "SELECT list_contains([1], 1)",
        "SELECT levenshtein('a', 'b')",
        "SELECT jaccard('a','b')",
        "SELECT isnan(1)",
        "SELECT greatest_common_divisor(4,6)",
        "SELECT uuid()",
        "SELECT setseed(0.5)",
        "SELECT json_extract(v, '$.a') FROM t",
        "SELECT json_extract_string(v, 'a') FROM t",
        "SELECT TRY(1/0)",
        "SELECT list_aggregate([1], 'sum')",
        "SELECT array_value(1)",
        "SELECT struct_extract(v, 'a') FROM t",
        "SELECT * FROM json_each('{}')",
        "SELECT * FROM repeat(1, 2)",
        "SELECT * FROM test_all_types()",
        "SELECT * FROM query('select 1')",
        "SELECT * FROM query_table('t')",
        "SELECT write_log('x')",
        "SELECT arg_min(a, b), arg_max(a, b) FROM t",
        "SELECT max_by(a, b, 2), histogram(a) FROM t",
        "SELECT product(a) FROM t",
        "SELECT sum_no_overflow(a) FROM t",
        "SELECT favg(a) FROM t",
        "SELECT kahan_sum(a) FROM t",
        "SELECT count_star() FROM t",
        "SELECT mad(a) FROM t",
        "SELECT reservoir_quantile(a, 0.5) FROM t",
        "SELECT fsum(a) FROM t",
        "SELECT entropy(a) FROM t",
        "SELECT bitstring('1', 3)",
        "SELECT bit_count(5)",
        "SELECT xor(1, 2)",
        "SELECT even(3.1)",
        "SELECT nextafter(1.0, 2.0)",
        "SELECT signbit(1.0)",
        "SELECT gamma(2)",
        "SELECT fdiv(1, 2)",
        "SELECT fmod(1, 2)",
        "SELECT log2(8)",
        "SELECT regexp_matches('a', 'a')",
        "SELECT regexp_full_match('a', 'a')",
        "SELECT prefix('abc', 'a')",
        "SELECT suffix('abc', 'c')",
        "SELECT bar(1, 0, 10)",
        "SELECT ord('a')",
        "SELECT strlen('a')",
        "SELECT instr('a', 'a')",
        "SELECT nfc_normalize('a')",
        "SELECT to_base(10, 2)",
        "SELECT bin(5)",
        "SELECT hex('a')",
        "SELECT unhex('41')",
        "SELECT from_base64('YQ==')",
        "SELECT date_sub('day', d, d) FROM t",
        "SELECT datesub('day', d, d) FROM t",
        "SELECT century(d) FROM t",
        "SELECT isodow(d) FROM t",
        "SELECT weekday(d) FROM t",
        "SELECT yearweek(d) FROM t",
        "SELECT time_bucket(INTERVAL '1 day', d) FROM t",
        "SELECT julian(d) FROM t",
        "SELECT to_days(1)",
        "SELECT epoch(d) FROM t",
        "SELECT constant_or_null(1, 2)",
        "SELECT alias(a) FROM t",
        "SELECT in_search_path('a', 'b')",
    ],
    errors.InvalidIdentifier: [
        "SELECT a.b FROM t",
        "SELECT x: 1",
        "SELECT a FROM t GROUP BY ALL HAVING ALL",
        "SELECT a FROM t WHERE ALL",
        "SELECT a FROM t GROUP BY GROUPING SETS (ALL)",
        "SELECT rowid FROM t",
        "SELECT t FROM t",
        "SELECT EXCLUDE a FROM t",
    ],
    errors.UndefinedObject: [
        'SELECT * FROM "data.csv"',
        "SELECT * FROM sqlite_master",
        "SELECT * FROM duckdb_columns",
    ],
}

#: Refused where Snowflake's SQL alone is read; PostgreSQL's clients send them.
SNOWFLAKE: Forms = {
    errors.UnsupportedFeature: [
        "SELECT 2 ^ 3",
        "SELECT ~5",
        "SELECT 1 << 2",
        "SELECT 5 & 3",
        "SELECT 5 | 3",
        "SELECT 'a' SIMILAR TO 'a'",
        "SELECT DISTINCT ON (a) a, b FROM t",
        "SELECT a, COUNT(*) FILTER (WHERE a > 1) FROM t GROUP BY a",
        "SELECT TIMESTAMP '2020-01-01' + INTERVAL '1 day 2 hours'",
        "SELECT a BETWEEN SYMMETRIC 1 AND 0 FROM t",
        "SELECT U&'a'",
        "SELECT SUM(a) OVER (ORDER BY a GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
        "CREATE INDEX i ON t (a)",
        "INSERT INTO u DEFAULT VALUES",
        "TRUNCATE TABLE t, u",
        "WITH x AS MATERIALIZED (SELECT 1) SELECT * FROM x",
    ],
    errors.SqlSyntaxError: [
        "SELECT 'a' ~ 'a'",
        "SELECT 'a' ~~ 'a'",
        "SELECT 'a' !~~ 'a'",
        "SELECT v -> 'a' FROM t",
        "SELECT v ->> 'a' FROM t",
        "SELECT '1 day'::INTERVAL",
        "SELECT [1]::INT[]",
        "SELECT 'a'::BPCHAR",
        "SELECT a IS UNKNOWN FROM t",
        "SELECT a NOTNULL FROM t",
        "SELECT a ISNULL FROM t",
        "SELECT a, ROW_NUMBER() OVER w FROM t WINDOW w AS (ORDER BY a)",
        "CHECKPOINT",
        "VACUUM t",
        "CREATE TABLE z (a INT[])",
        "INSERT INTO u VALUES (1, 'a') RETURNING a",
        "UPDATE u SET a = 1 RETURNING a",
        "DELETE FROM u RETURNING a",
        "WITH c AS (SELECT 1 AS a) INSERT INTO u (a) SELECT a FROM c",
        "WITH c AS (SELECT 1 AS a) DELETE FROM u USING c WHERE u.a = c.a",
        "VALUES (1), (2)",
        "TABLE t",
        "SELECT [1] && [2]",
    ],
    errors.UnknownFunction: [
        "SELECT UNNEST([1,2])",
        "SELECT * FROM UNNEST([1,2])",
        "SELECT GENERATE_SERIES(1, 3)",
        "SELECT * FROM GENERATE_SERIES(1, 3)",
        "SELECT version()",
        "SELECT pg_typeof(1)",
        "SELECT age(d) FROM t",
        "SELECT now()",
        "SELECT sha256('a')",
        "SELECT gcd(4, 6)",
        "SELECT gen_random_uuid()",
        "SELECT json_object('a', 1)",
        "SELECT cardinality(arr) FROM t",
        "SELECT bool_and(a > 1) FROM t",
        "SELECT regexp_split_to_array('a', 'a')",
        "SELECT string_to_array('a', ',')",
        "SELECT starts_with('abc', 'a')",
        "SELECT strpos('a', 'a')",
        "SELECT make_date(2020, 1, 1)",
        "SELECT make_timestamp(2020, 1, 1, 0, 0, 0)",
        "SELECT pg_backend_pid()",
        "SELECT txid_current()",
    ],
    errors.UndefinedObject: [
        "SELECT * FROM pg_catalog.pg_class",
    ],
}


@pytest.fixture(scope="module")
def http() -> Iterator[Connection]:
    """Where Snowflake's SQL alone is read."""
    yield from _connected("http", Transactions.SNOWFLAKE)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Connection]:
    """Where PostgreSQL's is read beside it."""
    yield from _connected("postgresql", Transactions.POSTGRESQL)


def _connected(door: str, rules: Transactions) -> Iterator[Connection]:
    registry = Registry(Config())
    connection = registry.create("sandbox").connect(user="ann", door=door, transactions=rules)
    run(connection, "CREATE TABLE t (a INT, b VARCHAR, d DATE, arr ARRAY, v VARIANT)")
    run(connection, "CREATE TABLE u (a INT, b VARCHAR)")
    yield connection
    registry.close()


def _rows(forms: Forms) -> list[tuple[str, type[errors.SqlError]]]:
    return [(text, kind) for kind, texts in forms.items() for text in texts]


def _refused(connection: Connection, text: str, kind: type[errors.SqlError]) -> None:
    with pytest.raises(kind) as caught:
        run(connection, text)
    assert not any(word in caught.value.message for word in DUCKDB)


@pytest.mark.parametrize(("text", "kind"), _rows(ANYWHERE))
def test_anywhere(
    http: Connection, postgresql: Connection, text: str, kind: type[errors.SqlError]
) -> None:
    _refused(http, text, kind)
    _refused(postgresql, text, kind)


@pytest.mark.parametrize(("text", "kind"), _rows(SNOWFLAKE))
def test_in_snowflake(http: Connection, text: str, kind: type[errors.SqlError]) -> None:
    _refused(http, text, kind)
