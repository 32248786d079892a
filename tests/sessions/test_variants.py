"""VARIANT columns of tables: what a connection knows of them reaches the translation."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus.sessions.connection import Connection
from tests.support import run

SETUP = """
CREATE TABLE T (ID INT, V VARIANT, S VARCHAR, D DATE);
INSERT INTO T SELECT 1, PARSE_JSON('"abc"'), 'abc', '2024-01-02';
INSERT INTO T SELECT 2, PARSE_JSON('"2024-01-02"'), 'x', '2024-01-02';
CREATE VIEW W AS SELECT ID, V AS X FROM T WHERE V <> 'none';
CREATE TABLE N (ID INT, V VARIANT);
INSERT INTO N SELECT 1, PARSE_JSON('10') UNION ALL SELECT 2, PARSE_JSON('9');
CREATE TEMPORARY TABLE P (Q VARIANT);
INSERT INTO P SELECT PARSE_JSON('9')
"""

#: (query, rows)
QUERIES: list[tuple[str, list[tuple[Any, ...]]]] = [
    ("SELECT ID FROM T WHERE V = 'abc'", [(1,)]),
    ("SELECT ID FROM T WHERE V = S", [(1,)]),
    ("SELECT A.ID, B.ID FROM T A LEFT JOIN T B ON A.V = B.S ORDER BY 1", [(1, 1), (2, None)]),
    ("SELECT ID FROM T WHERE ID = 2 AND V = D", [(2,)]),
    ("SELECT ID FROM W WHERE X = 'abc'", [(1,)]),
    ("SELECT ID FROM N ORDER BY V", [(2,), (1,)]),
    ("SELECT ID FROM N WHERE V > 9", [(1,)]),
    ("SELECT COUNT(*) FROM P WHERE Q = 9", [(1,)]),
    ("SELECT V, COUNT(*) FROM N GROUP BY V ORDER BY V DESC", [("10", 1), ("9", 1)]),
    ("SELECT N.ID FROM N JOIN P ON N.V = P.Q", [(2,)]),
    ("UPDATE N SET ID = 5 WHERE V = 9; SELECT ID FROM N ORDER BY ID", [(1,), (5,)]),
    ("DELETE FROM T WHERE V = 'abc'; SELECT ID FROM T", [(2,)]),
    (
        "MERGE INTO N USING P ON N.V = P.Q WHEN MATCHED THEN UPDATE SET ID = 7; "
        "SELECT ID FROM N ORDER BY 1",
        [(1,), (7,)],
    ),
    ("ALTER TABLE T ADD COLUMN Z VARIANT; SELECT COUNT(*) FROM T WHERE Z = 1", [(0,)]),
]


@pytest.mark.parametrize(("query", "rows"), QUERIES)
def test_variant_columns(snowflake: Connection, query: str, rows: list[tuple[Any, ...]]) -> None:
    for result in snowflake.execute(SETUP):
        result.close()
    answers = [list(result.python_rows()) for result in snowflake.execute(query)]
    assert answers[-1] == rows


#: (item of SELECT over a table of structured columns, value)
STRUCTURED = [
    ("o:a", 1),
    ("o['a'] + 1", 2),
    ("o:b[0]", "x"),
    ("l[0]:y", "z"),
    ("l[0].y || '!'", "z!"),
    ("m['k']", 2),
    ("m['z']", None),
    ("s.o:a", 1),
    ("SYSTEM$TYPEOF(o:b)", "ARRAY(VARCHAR(16777216))[LOB]"),
    ("SYSTEM$TYPEOF(m)", "MAP(VARCHAR(16777216), NUMBER(38,0))[LOB]"),
    ("SYSTEM$TYPEOF(l[0]:y)", "VARCHAR(16777216)[LOB]"),
    ("SYSTEM$TYPEOF(v)", "VARIANT[LOB]"),
    ("SYSTEM$TYPEOF(a)", "ARRAY[LOB]"),
    ("SYSTEM$TYPEOF(p)", "OBJECT[LOB]"),
    ("v:y", '"z"'),
]


def test_items_of_structured_columns_have_their_types(snowflake: Connection) -> None:
    run(
        snowflake,
        """CREATE OR REPLACE TABLE s (
               o OBJECT(a INT, b ARRAY(VARCHAR)), m MAP(VARCHAR, INT),
               l ARRAY(OBJECT(x INT, y VARCHAR)), v VARIANT, a ARRAY, p OBJECT);
           INSERT INTO s SELECT {'a': 1, 'b': ['x']}::OBJECT(a INT, b ARRAY(VARCHAR)),
               {'k': 2}::MAP(VARCHAR, INT), [{'x': 1, 'y': 'z'}]::ARRAY(OBJECT(x INT, y VARCHAR)),
               {'y': 'z'}::VARIANT, [1], {'q': 1}""",
    )
    items = ", ".join(item for item, _ in STRUCTURED)
    assert run(snowflake, f"SELECT {items} FROM s") == [tuple(value for _, value in STRUCTURED)]
