"""SET, UNSET, SHOW VARIABLES: session variables and their types."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run

#: (SET, query, row)
SET: list[tuple[str, str, tuple[Any, ...]]] = [
    ("SET (a, b) = (1 + 1, 'two'); SET c = (SELECT 3)", "$a, $B, $c", (2, "two", 3)),
    ("SET (a, b) = (SELECT 1, 'x')", "$a, $b", (1, "x")),
    ("SET (a, b) = (SELECT 1, 2 WHERE FALSE)", "$a, $b", (None, None)),
    ("SET a = 5; SET (b, c) = (50, 2 * $a)", "$b, $c", (50, 10)),
    ("SET a = -1.50", "SYSTEM$TYPEOF($a), $a || ''", ("NUMBER(3,2)[SB2]", "-1.50")),
    ("SET a = 1.5::FLOAT", "SYSTEM$TYPEOF($a)", ("FLOAT[DOUBLE]",)),
    ("SET a = '2024-01-02'::DATE", "$a + 1, SYSTEM$TYPEOF($a)::VARCHAR LIKE 'DATE%'", (..., True)),
    ("SET a = '2024-01-02 03:04:05'::TIMESTAMP_NTZ", "TO_VARCHAR($a)", ("2024-01-02 03:04:05.000",)),
    ("SET a = '2024-01-02 03:04:05 +0130'::TIMESTAMP_TZ", "TO_VARCHAR($a)",
     ("2024-01-02 03:04:05.000 +0130",)),
    ("SET a = '2024-01-02 03:04:05 +0130'::TIMESTAMP_LTZ",
     "$a = '2024-01-02 01:34:05 +0000'::TIMESTAMP_TZ", (True,)),
    ("SET a = TO_BINARY('4142')", "TO_VARCHAR($a, 'UTF-8'), GETVARIABLE('A')", ("AB", "4142")),
    ("SET a = REPEAT('x', 256)", "LENGTH($a)", (256,)),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "items", "row"), SET)
def test_set(snowflake: Connection, setting: str, items: str, row: tuple[Any, ...]) -> None:
    run(snowflake, setting)
    (found,) = run(snowflake, f"SELECT {items}")
    assert all(want is ... or got == want for got, want in zip(found, row, strict=True))


def test_show(snowflake: Connection) -> None:
    run(snowflake, "SET (a, b) = (1.50, 'x'); SET (c, d) = (TRUE, TO_BINARY('ff'))")
    run(snowflake, "SET (e, f) = ('2024-01-02'::DATE, NULL); SET \"q\" = 1; UNSET (a)")
    shown = run(snowflake, "SHOW VARIABLES")
    assert [each[3:6] for each in shown] == [
        ("B", "x", "text"),
        ("C", "true", "boolean"),
        ("D", "FF", "binary"),
        ("E", "2024-01-02", "date"),
        ("F", None, "text"),
        ("q", "1", "fixed"),
    ]
    assert [each[3] for each in run(snowflake, "SHOW VARIABLES LIKE 'b%'")] == ["B"]


ERRORS: list[tuple[str, type[errors.SqlError], str]] = [
    ("SET (a, b) = (1)", errors.WrongArguments, "2 names and 1 values"),
    ("SET (a, b) = (SELECT 1)", errors.WrongArguments, "2 names and 1 values"),
    (
        "SET a = (SELECT column1 FROM VALUES (1), (2))",
        errors.SingleRowExpected,
        "more than one row",
    ),
    (
        "SET (a, b) = (SELECT * FROM VALUES (1, 2), (3, 4))",
        errors.SingleRowExpected,
        "more than one",
    ),
    ("SET a = REPEAT('x', 257)", errors.StringTooLong, "Its size is 257; the limit is 256"),
    ("SET a = REPEAT('\u00e9', 129)", errors.StringTooLong, "Its size is 258"),
    ("SET a = PARSE_JSON('{}')", errors.UnsupportedFeature, "session variable"),
    ("SET a = [1, 2]", errors.UnsupportedFeature, "session variable"),
    ("SELECT $nope", errors.UndefinedVariable, "Session variable '$NOPE' does not exist"),
]


@pytest.mark.parametrize(("text", "kind", "words"), ERRORS)
def test_error(snowflake: Connection, text: str, kind: type[errors.SqlError], words: str) -> None:
    with pytest.raises(kind) as caught:
        run(snowflake, text)
    assert words in caught.value.message
