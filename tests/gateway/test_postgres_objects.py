"""What PostgreSQL's statements leave behind: indexes, emptied tables, arrays and their parameters."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest


def rows(client: psycopg.Connection[Any], sql: str, *values: Any) -> list[tuple[Any, ...]]:
    return psycopg.RawCursor(client).execute(sql, values).fetchall()


#: Statements in their order -> the rows of the last.
STORIES: list[tuple[str, list[tuple[Any, ...]]]] = [
    # a unique index is a key that ON CONFLICT goes by
    (
        "CREATE TABLE t (a INT, b INT); CREATE UNIQUE INDEX u ON t (a, b);"
        " INSERT INTO t VALUES (1, 1); INSERT INTO t VALUES (1, 1), (1, 2) ON CONFLICT DO NOTHING;"
        " SELECT * FROM t ORDER BY b",
        [(1, 1), (1, 2)],
    ),
    (
        "CREATE TABLE t (a INT); CREATE UNIQUE INDEX u ON t (a); DROP INDEX u;"
        " INSERT INTO t VALUES (1), (1) ON CONFLICT DO NOTHING; SELECT * FROM t",
        [(1,), (1,)],
    ),
    # an index is shown, and goes by the names of its columns
    (
        "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, c INT); CREATE INDEX i ON t (b, a);"
        " CREATE INDEX j ON t (c); CREATE INDEX k ON t (lower(c::text)); ALTER TABLE t RENAME a TO z;"
        " ALTER TABLE t DROP COLUMN c; CREATE TABLE u (LIKE t INCLUDING ALL);"
        " SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
        [
            ("i", "CREATE INDEX i ON public.t USING btree (b, z)"),
            ("t_pkey", "CREATE UNIQUE INDEX t_pkey ON public.t USING btree (id)"),
            ("u_pkey", "CREATE UNIQUE INDEX u_pkey ON public.u USING btree (id)"),
        ],
    ),
    (
        "CREATE TABLE t (a INT, b INT); CREATE INDEX i ON t (b); CREATE TABLE u (b INT REFERENCES t (b));"
        " SELECT i.relname, x.indisunique, x.indkey::text, c.relhasindex,"
        " (SELECT count(*) FROM pg_constraint WHERE conrelid = c.oid)"
        " FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid"
        " WHERE c.relname = 't'",
        [("i", False, "2", True, 0)],
    ),
    # identity columns count from their start again, tables that refer are emptied
    (
        "CREATE TABLE t (id SERIAL PRIMARY KEY, v INT); CREATE TABLE u (t INT REFERENCES t (id));"
        " INSERT INTO t (v) VALUES (1), (2); INSERT INTO u VALUES (1);"
        " TRUNCATE t RESTART IDENTITY CASCADE; INSERT INTO t (v) VALUES (3);"
        " SELECT id, v, (SELECT count(*) FROM u) FROM t",
        [(1, 3, 0)],
    ),
    (
        "CREATE TABLE t (id SERIAL, v INT); INSERT INTO t (v) VALUES (1), (2); TRUNCATE ONLY t;"
        " INSERT INTO t (v) VALUES (3); SELECT id, v FROM t",
        [(3, 3)],
    ),
    # sequences
    (
        "CREATE SEQUENCE s START WITH 5; CREATE TABLE t (id INT DEFAULT nextval('s'::regclass),"
        " v INT); INSERT INTO t (v) VALUES (1), (2); SELECT id, nextval('s') > 6 FROM t ORDER BY 1",
        [(5, True), (6, True)],
    ),
    # arrays by their text
    (
        "CREATE TABLE t (a INT[], b TEXT[]); INSERT INTO t VALUES ('{1,2}', '{}');"
        " UPDATE t SET b = '{x,\"y z\"}'; SELECT a, b, 2 = ANY (a), 'x' <> ALL (b) FROM t",
        [([1, 2], ["x", "y z"], True, False)],
    ),
    # CHECK constraints hold, and stay when the table changes
    (
        "CREATE TABLE t (a INT CHECK (a > 0), b VARCHAR(2), CONSTRAINT c CHECK (a < 9 OR b = 'x'));"
        " ALTER TABLE t ALTER COLUMN b TYPE VARCHAR(5); ALTER TABLE t DROP CONSTRAINT c;"
        " INSERT INTO t VALUES (10, 'abcde'), (NULL, NULL); SELECT count(*) FROM t",
        [(2,)],
    ),
    (
        "CREATE TABLE t (id INT, tags TEXT[] DEFAULT '{}', m JSONB DEFAULT '{}');"
        " INSERT INTO t (id) VALUES (1); SELECT tags, m FROM t",
        [([], {})],
    ),
    # a column's type changes by a cast, or as USING says
    (
        "CREATE TABLE t (a INT, b TEXT); INSERT INTO t VALUES (1, '7'), (NULL, '8');"
        " ALTER TABLE t ALTER COLUMN a TYPE TEXT; ALTER TABLE t ALTER b TYPE INT USING b::int + 1;"
        " SELECT a || 'x', b + 1 FROM t ORDER BY b",
        [("1x", 9), (None, 10)],
    ),
    # a user's function comes before PostgreSQL's
    (
        "CREATE FUNCTION gcd(a INT, b INT) RETURNS INT AS 'a + b'; SELECT gcd(4, 6), lcm(4, 6)",
        [(10, 12)],
    ),
    # Snowflake's functions and collations stay what they are
    (
        "SELECT JSON_EXTRACT_PATH_TEXT('{\"a\": {\"b\": 1}}', 'a.b'), SUBSTRING('abc', '2'),"
        " EXTRACT(epoch_second FROM '2024-01-02'::timestamp - INTERVAL '1 day')",
        [("1", "bc", 1704067200)],
    ),
    # temporary tables, names in whatever case
    (
        'SELECT 1 AS "Id" INTO TEMP "tmp"; SELECT "Id" FROM TMP',
        [(1,)],
    ),
    # a view keeps PostgreSQL's forms
    (
        "CREATE TABLE t (n TEXT); INSERT INTO t VALUES ('ab'), ('cd');"
        " CREATE VIEW v AS SELECT n FROM t WHERE n ~ '^a'; SELECT * FROM v",
        [("ab",)],
    ),
]


@pytest.mark.parametrize(("text", "expected"), STORIES, ids=[text[:60] for text, _ in STORIES])
def test_what_is_left(
    client: psycopg.Connection[Any], text: str, expected: list[tuple[Any, ...]]
) -> None:
    *before, last = text.split(";")
    for each in before:
        client.execute(each)
    assert client.execute(last).fetchall() == expected


#: Query, values -> rows. Types are those that psycopg tells, or none for an empty list.
PARAMETERS: list[tuple[str, list[Any], list[tuple[Any, ...]]]] = [
    ("SELECT id FROM t WHERE id = ANY ($1) ORDER BY 1", [[1, 3]], [(1,), (3,)]),
    ("SELECT id FROM t WHERE id <> ALL ($1) ORDER BY 1", [[1, 3]], [(2,)]),
    ("SELECT id FROM t WHERE id = ANY ($1)", [[]], []),
    ("SELECT id FROM t WHERE name = ANY ($1)", [["b", None]], [(2,)]),
    ("SELECT id FROM t WHERE NOT name = ANY ($1)", [["b", None]], []),
    ("SELECT id FROM t WHERE id = ANY ($1::int[]) AND name ~ $2", [[1, 2], "^a"], [(1,)]),
    ("SELECT x FROM unnest($1::int[]) AS x ORDER BY x", [[2, 1]], [(1,), (2,)]),
    ("SELECT n, v FROM unnest($1::text[]) WITH ORDINALITY AS u(v, n)", [["p"]], [(1, "p")]),
    ("SELECT * FROM generate_series($1, $2) AS g", [1, 2], [(1,), (2,)]),
    ("SELECT tags FROM t WHERE tags && ARRAY[$1]", ["q"], [(["p", "q"],)]),
    ("UPDATE t SET tags = $1 WHERE id = 2 RETURNING tags", [["z"]], [(["z"],)]),
    ("UPDATE t SET tags = $1 WHERE id = 2 RETURNING tags", [[]], [([],)]),
]


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize(
    ("sql", "values", "expected"), PARAMETERS, ids=[f"{s} {v}" for s, v, _ in PARAMETERS]
)
def test_array_parameters(
    client: psycopg.Connection[Any],
    sql: str,
    values: list[Any],
    expected: list[tuple[Any, ...]],
    binary: bool,
) -> None:
    client.execute("CREATE TABLE t (id INT, name TEXT, tags TEXT[])")
    client.execute("INSERT INTO t VALUES (1, 'a', '{p,q}'), (2, 'b', NULL), (3, NULL, NULL)")
    cursor = psycopg.RawCursor(client)
    assert cursor.execute(sql, values, binary=binary).fetchall() == expected


def test_notices(client: psycopg.Connection[Any]) -> None:
    """What is not built, or not enforced, is said."""
    said: list[str | None] = []
    client.add_notice_handler(lambda notice: said.append(notice.message_primary))
    client.execute("CREATE TABLE t (a INT)")
    for statement in ("CREATE INDEX ON t (a)", "CREATE UNIQUE INDEX u ON t (a)", "VACUUM t"):
        client.execute(statement)
    assert said == [
        "the index is recorded and not built: no query needs it here",
        "the unique index is recorded as a UNIQUE constraint, which is not enforced",
        "VACUUM has nothing to do here",
    ]


@pytest.mark.parametrize(
    ("statement", "sqlstate"),
    [
        ("CREATE INDEX i ON t (a)", "42P07"),
        ("CREATE INDEX ON nosuch (a)", "42P01"),
        ("CREATE INDEX ON t (nosuch)", "42703"),
        ("TRUNCATE t, nosuch", "42P01"),
        ("SELECT currval('s')", "0A000"),
        ("ALTER SEQUENCE s RESTART WITH 5", "0A000"),
        ("INSERT INTO k VALUES (0, 'x')", "23514"),
        ("UPDATE k SET a = 50", "23514"),
        ("ALTER TABLE k ADD CHECK (a > 5)", "0A000"),
        ("ALTER TABLE k ADD CONSTRAINT c CHECK (a > 5)", "23514"),
        ("ALTER TABLE k RENAME a TO z", "0A000"),
        ("CREATE TABLE l (LIKE k INCLUDING ALL); INSERT INTO l VALUES (0, 'x')", "23514"),
        ("CREATE TABLE l (a INT CHECK (a IN (SELECT 1)))", "0A000"),
        ("SELECT 'a' ~ '('", "2201B"),
        ("SELECT '{1,'::int[]", "22P02"),
        ("SELECT interval 'x'", "22P02"),
        ("SELECT x FROM unnest(a) AS x, t", "0A000"),
    ],
)
def test_refusals(client: psycopg.Connection[Any], statement: str, sqlstate: str) -> None:
    client.execute("CREATE TABLE t (a INT)")
    client.execute("CREATE INDEX i ON t (a)")
    client.execute("CREATE TABLE k (a INT CHECK (a > 0), b TEXT, CHECK (a < 9))")
    client.execute("INSERT INTO k VALUES (1, 'x')")
    with pytest.raises(psycopg.Error) as caught:
        client.execute(statement)
    assert caught.value.sqlstate == sqlstate
