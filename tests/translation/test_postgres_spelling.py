"""PostgreSQL's spellings as Snowflake's: the text that comes, the text that is read."""

from __future__ import annotations

import pytest

from mockhaus.translation.postgres.spelling import respelled


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        # strings keep their place
        ("COMMENT ON TABLE t IS $dbt$it's; x$dbt$", "COMMENT ON TABLE t IS    $$it's; x$$   "),
        (r"SELECT E'a\n\d', e'b'", r"SELECT  'a\n\d',  'b'"),
        ("SELECT $a$x$$y\\$a$", "SELECT 'x$$y\\\\'"),
        # a backslash that begins no escape
        (r"SELECT 'a \ b', 'C:\data\n', '\\d'", r"SELECT 'a \\ b', 'C:\\data\n', '\\d'"),
        # a column that is SERIAL
        ("CREATE TABLE t (id SERIAL, n INT)", "CREATE TABLE t (id INT NOT NULL IDENTITY, n INT)"),
        (
            "CREATE TEMP TABLE t (id bigserial primary key)",
            "CREATE TEMP TABLE t (id INT NOT NULL IDENTITY primary key)",
        ),
    ],
)
def test_a_text_is_respelled(text: str, meant: str) -> None:
    assert respelled(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "SELECT $$a$b$$",
        "SELECT '$a$x$a$', \"$a$x$a$\"",
        "SELECT $variable, name'E'",
        "SELECT 1 -- $a$x$a$ E'x'",
        "SELECT serial FROM t",
        "CREATE TABLE t (serial INT)",
        "INSERT INTO t VALUES ('a serial, not')",
    ],
)
def test_a_text_stays_as_it_is(text: str) -> None:
    assert respelled(text) == text
