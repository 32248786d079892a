"""User-defined functions in SQL: what calls mean, and what is told of the functions."""

from __future__ import annotations

import pytest

from mockhaus.errors import MockhausError, SqlError
from mockhaus.sessions.connection import Connection
from tests.support import run, sentence

_TABLE = (
    "CREATE TABLE t (id INT, x INT, v VARCHAR)",
    "INSERT INTO t VALUES (1, 10, 'a'), (2, 20, 'b'), (3, 30, 'c')",
)

#: definitions, a query, its rows
CALLS = {
    "an expression": (
        ["CREATE FUNCTION area(r FLOAT) RETURNS FLOAT AS 'r * r'"],
        "SELECT area(3), area('2'), area(NULL)",
        [(9.0, 4.0, None)],
    ),
    "dollar quotes, nested calls": (
        ["CREATE FUNCTION dbl(n INT) RETURNS INT AS $$ n + n $$"],
        "SELECT dbl(x + 1), dbl(dbl(dbl(x))) FROM t ORDER BY 1",
        [(22, 80), (42, 160), (62, 240)],
    ),
    "a query over the column that the argument is": (
        ["CREATE FUNCTION vof(k INT) RETURNS VARCHAR AS 'SELECT max(v) FROM t WHERE id = k'"],
        "SELECT id, vof(id), vof(4 - id) FROM t ORDER BY 1",
        [(1, "a", "c"), (2, "b", "b"), (3, "c", "a")],
    ),
    "a query of no row": (
        ["CREATE FUNCTION vof(k INT) RETURNS VARCHAR AS 'SELECT v FROM t WHERE id = k'"],
        "SELECT vof(1), vof(99)",
        [("a", None)],
    ),
    "a query, called with an aggregate": (
        ["CREATE FUNCTION vof(k INT) RETURNS VARCHAR AS 'SELECT max(v) FROM t WHERE id = k'"],
        "SELECT x > 10, vof(max(id)) FROM t GROUP BY 1 ORDER BY 1",
        [(False, "a"), (True, "c")],
    ),
    "a column of the body's table is not the argument": (
        ["CREATE FUNCTION total(x INT) RETURNS INT AS 'SELECT sum(x) FROM t'"],
        "SELECT total(1)",
        [(60,)],
    ),
    "a table function": (
        [
            "CREATE FUNCTION upto(n INT) RETURNS TABLE (k INT, w VARCHAR)"
            " AS 'SELECT id, v FROM t WHERE id <= n'"
        ],
        "SELECT u.k, u.w FROM TABLE(upto(1 + 1)) u ORDER BY 1",
        [(1, "a"), (2, "b")],
    ),
    "a table function of another table's rows": (
        [
            "CREATE FUNCTION upto(n INT) RETURNS TABLE (k INT, w VARCHAR)"
            " AS 'SELECT id, v FROM t WHERE id <= n'"
        ],
        "SELECT t.id, count(u.k) FROM t, TABLE(upto(t.id)) u GROUP BY 1 ORDER BY 1",
        [(1, 1), (2, 2), (3, 3)],
    ),
    "defaults and names": (
        ["CREATE FUNCTION g(a INT, b INT DEFAULT 7) RETURNS INT AS 'a * 100 + b'"],
        "SELECT g(1), g(1, 2), g(b => 3, a => 4), g(5, b => 6)",
        [(107, 102, 403, 506)],
    ),
    "overloads": (
        [
            "CREATE FUNCTION k(a VARCHAR) RETURNS VARCHAR AS $$'text ' || a$$",
            "CREATE FUNCTION k(a NUMBER) RETURNS VARCHAR AS $$'number ' || a$$",
            "CREATE FUNCTION k(a DATE) RETURNS VARCHAR AS $$'date ' || a$$",
        ],
        "SELECT k(v), k(x), k(x + 1), k(DATE '2024-01-01') FROM t WHERE k(id) = 'number 1'",
        [("text a", "number 10", "number 11", "date 2024-01-01")],
    ),
    "strict": (
        [
            "CREATE FUNCTION plus(a INT, b INT) RETURNS INT RETURNS NULL ON NULL INPUT"
            " AS 'coalesce(a, 0) + coalesce(b, 0)'"
        ],
        "SELECT plus(1, 2), plus(1, NULL), plus(NULL, 2)",
        [(3, None, None)],
    ),
    "an argument is evaluated once": (
        ["CREATE FUNCTION same(a FLOAT) RETURNS BOOLEAN AS 'a = a'"],
        "SELECT same(UNIFORM(0::FLOAT, 1::FLOAT, RANDOM()))",
        [(True,)],
    ),
    "names of the body are those of its schema": (
        [
            "CREATE FUNCTION rows_of() RETURNS INT AS 'SELECT count(*) FROM t'",
            "CREATE SCHEMA other",
            "CREATE TABLE t (id INT)",
        ],
        "SELECT public.rows_of(), mockhaus.public.rows_of(), (SELECT count(*) FROM t)",
        [(3, 3, 0)],
    ),
    "a name that another dialect has a function of": (
        ["CREATE FUNCTION is_inf(a FLOAT) RETURNS BOOLEAN AS 'a > 1e300'"],
        "SELECT is_inf(1), is_inf(a => 1e301)",
        [(False, True)],
    ),
}


@pytest.mark.parametrize("case", CALLS)
def test_calls(snowflake: Connection, case: str) -> None:
    definitions, query, rows = CALLS[case]
    for text in (*_TABLE, *definitions):
        run(snowflake, text)
    assert run(snowflake, query) == rows


def test_calls_in_dml(snowflake: Connection) -> None:
    for text in (
        *_TABLE,
        "CREATE FUNCTION k(a VARCHAR) RETURNS VARCHAR AS $$'text ' || a$$",
        "CREATE FUNCTION k(a NUMBER) RETURNS VARCHAR AS $$'number ' || a$$",
        "UPDATE t SET v = k(id) WHERE k(v) = 'text b'",
        "INSERT INTO t SELECT 9, x, k(x) FROM t WHERE id = 3",
        "DELETE FROM t WHERE k(x) = 'number 10'",
    ):
        run(snowflake, text)
    assert run(snowflake, "SELECT id, v FROM t ORDER BY id") == [
        (2, "number 2"), (3, "c"), (9, "number 30"),
    ]  # fmt: skip


REFUSED = {
    "SELECT nope(1)": "Unknown function NOPE",
    "SELECT public.nope(1)": "Unknown user-defined function PUBLIC.NOPE",
    "SELECT * FROM TABLE(nope(1))": "Unknown table function NOPE",
    "SELECT f()": "Invalid argument types for function 'F': ()",
    "SELECT f(1, 2)": "Invalid argument types for function 'F': (NUMBER, NUMBER)",
    "CREATE FUNCTION g(a INT) RETURNS INT AS 'g(a - 1)'": "Unknown function G",
    "CREATE OR REPLACE FUNCTION f(a INT) RETURNS INT AS 'f(a)'": "Recursive reference",
    "CREATE FUNCTION f(b NUMBER) RETURNS INT AS '1'": "already exists",
    "CREATE FUNCTION g() RETURNS INT AS 'SELECT c FROM nothing'": "'NOTHING' does not exist",
    "CREATE FUNCTION g() RETURNS INT AS 'SELECT nocol FROM t'": "invalid identifier 'NOCOL'",
    "CREATE FUNCTION g(a INT) RETURNS DATE AS 'a'": "Declared return type 'DATE' is incompatible",
    "CREATE FUNCTION g() RETURNS TABLE (a INT) AS 'SELECT 1, 2'": "declares 1 columns",
    "CREATE FUNCTION g() RETURNS INT AS 'SELECT 1 FRM t x y'": "syntax error",
    "CREATE FUNCTION upper(a INT) RETURNS INT AS 'a'": "system-defined function",
    "CREATE FUNCTION g(a FLOAT) RETURNS FLOAT LANGUAGE JAVASCRIPT AS 'return A;'": "JAVASCRIPT",
    "CREATE FUNCTION g(a FLOAT) RETURNS FLOAT LANGUAGE PYTHON HANDLER = 'f' AS ''": "PYTHON",
    "CREATE FUNCTION g(a FLOAT) RETURNS FLOAT LANGUAGE JAVA HANDLER = 'f' AS ''": "JAVA",
    "CREATE AGGREGATE FUNCTION g(a INT) RETURNS INT AS 'a'": "'CREATE AGGREGATE FUNCTION'",
    "DROP FUNCTION f(VARCHAR)": "F(VARCHAR)' does not exist or not authorized",
    "DESCRIBE FUNCTION f(DATE)": "F(DATE)' does not exist or not authorized",
    "CREATE TABLE d (a INT DEFAULT f(1))": "DEFAULT with a user-defined function",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refusals(snowflake: Connection, text: str) -> None:
    for each in (*_TABLE, "CREATE FUNCTION f(a INT) RETURNS INT AS 'a'"):
        run(snowflake, each)
    with pytest.raises(MockhausError) as caught:
        run(snowflake, text)
    assert REFUSED[text] in caught.value.message
    assert isinstance(caught.value, SqlError)


def test_sentences(snowflake: Connection) -> None:
    made = "CREATE FUNCTION f(a INT) RETURNS INT AS 'a'"
    assert sentence(snowflake, made) == "Function F successfully created."
    assert (
        sentence(snowflake, made.replace("FUNCTION", "FUNCTION IF NOT EXISTS"))
        == "F already exists, statement succeeded."
    )
    assert (
        sentence(snowflake, "ALTER FUNCTION f(INT) RENAME TO g")
        == "Statement executed successfully."
    )
    assert sentence(snowflake, "DROP FUNCTION g(NUMBER)") == "G successfully dropped."
    assert (
        sentence(snowflake, "DROP FUNCTION IF EXISTS g(NUMBER)")
        == "Drop statement executed successfully (G already dropped)."
    )


def test_what_is_told_of_a_function(snowflake: Connection) -> None:
    run(
        snowflake,
        "CREATE SECURE FUNCTION f(a INT, b VARCHAR DEFAULT 'z') RETURNS NUMBER(10, 2) IMMUTABLE"
        " COMMENT = 'c' AS 'a + length(b)'",
    )
    run(snowflake, "CREATE FUNCTION r() RETURNS TABLE (k INT, v VARCHAR) AS $$SELECT 1, 'x'$$")
    shown = run(snowflake, "SHOW USER FUNCTIONS")
    assert [(row[1], row[6], row[7], row[8], row[9], row[11], row[13]) for row in shown] == [
        ("F", 1, 2, "F(NUMBER, DEFAULT VARCHAR) RETURN NUMBER", "c", "N", "Y"),
        ("R", 0, 0, "R() RETURN TABLE (K NUMBER, V VARCHAR)", "user-defined function", "Y", "N"),
    ]
    assert run(snowflake, "DESCRIBE FUNCTION f(NUMBER, VARCHAR)") == [
        ("signature", "(A NUMBER, B VARCHAR)"),
        ("returns", "NUMBER(10,2)"),
        ("language", "SQL"),
        ("body", "a + length(b)"),
    ]
    assert run(
        snowflake,
        "SELECT function_name, argument_signature, data_type, numeric_precision, is_secure,"
        " volatility FROM information_schema.functions",
    ) == [
        ("F", "(A NUMBER, B VARCHAR)", "NUMBER(10,2)", 10, "YES", "IMMUTABLE"),
        ("R", "()", "TABLE (K INT, V VARCHAR)", None, "NO", "VOLATILE"),
    ]


def test_a_view_follows_its_functions(snowflake: Connection) -> None:
    for text in (
        *_TABLE,
        "CREATE SCHEMA lib",
        "CREATE FUNCTION lib.f(n INT) RETURNS INT AS 'n + 1'",
        "CREATE VIEW public.w AS SELECT mockhaus.lib.f(id) AS n FROM t",
        "CREATE OR REPLACE FUNCTION lib.f(n INT) RETURNS INT AS 'n * 100'",
    ):
        run(snowflake, text)
    assert run(snowflake, "SELECT max(n) FROM public.w") == [(300,)]
    run(snowflake, "DROP SCHEMA lib")
    with pytest.raises(SqlError, match=r"Unknown user-defined function MOCKHAUS\.LIB\.F"):
        run(snowflake, "SELECT n FROM public.w")


def test_grants_on_a_function_go_with_it(snowflake: Connection) -> None:
    run(snowflake, "CREATE FUNCTION f(a INT) RETURNS INT AS 'a'")
    run(snowflake, "GRANT USAGE ON FUNCTION f(INT) TO ROLE public")
    assert [row[1:4] for row in run(snowflake, "SHOW GRANTS TO ROLE public")] == [
        ("USAGE", "FUNCTION", "MOCKHAUS.PUBLIC.F(NUMBER)")
    ]
    run(snowflake, "DROP FUNCTION f(INT)")
    assert run(snowflake, "SHOW GRANTS TO ROLE public") == []
