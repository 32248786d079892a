r"""Backslashes in plain strings: Snowflake's escapes, and what PostgreSQL's clients mean by them."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tests.gateway.wire import Running, Wire

WARNING = "WARNING 22P06: nonstandard use of escape in a string literal"
REFUSED = "ERROR 0A000: a backslash before a quote can be read in two ways here"

#: An expression -> its value.
VALUES: dict[str, str] = {
    # Snowflake's
    r"'a\tb'": "a\tb",
    r"'it\'s'": "it's",
    r"'\\d+'": r"\d+",
    r"'it\'s' || '\'' || 'that\'s'": "it's'that's",
    r"REPLACE('a\'b', '\'', '')": "ab",
    r"'x' || '\''": "x'",
    # no escape of Snowflake's
    r"'\d+ \ %'": r"\d+ \ %",
    # strings in PostgreSQL's reading alone
    r"'C:\'": "C:\\",
    r"'a\''b'": r"a\'b",
    r"'x\' || 'y\n'": r"x\y\n",
    # what is the same to both
    r"E'C:\\new\ttab'": "C:\\new\ttab",
    r"$$C:\new$$": r"C:\new",
    r"$q$C:\'$q$": r"C:\'",
    r"'C:' -- a comment with a \ and a '": "C:",
    # bytes
    r"HEX_ENCODE('\x4142'::bytea)": "4142",
    r"HEX_ENCODE(E'\\x4142' :: BYTEA)": "4142",
}


@pytest.mark.parametrize("expression", VALUES)
def test_plain_strings(client: psycopg.Connection, expression: str) -> None:
    query = f"SELECT {expression}\n AS v".encode()
    assert client.execute(query).fetchone() == (VALUES[expression],)
    # and where a text is cut up, for what is not Snowflake's
    cursor = client.execute(b"SET TIME ZONE 'UTC'; " + query)
    cursor.nextset()
    assert cursor.fetchone() == (VALUES[expression],)


#: Two readings with strings at different places: what a client puts around a value must stay it.
TWO_WAYS = [
    r"SELECT '\' /* it's */ || 'n'",
    r"SELECT 'a\'' OR 1=1 --'",
    r"SELECT '\'', '; DROP TABLE t; --'",
    r"DELETE FROM t WHERE a = '\'' OR a > '' --'",
]


@pytest.mark.parametrize("text", TWO_WAYS)
def test_what_can_be_read_in_two_ways_is_refused(wire: Wire, text: str) -> None:
    assert [x for x in wire.query(text) if x != WARNING] == [REFUSED, "ReadyForQuery I"]


def test_the_first_escape_of_a_connection_is_warned_of(wire: Wire) -> None:
    assert wire.query(r"SELECT '\d' AS a")[0] == "RowDescription a:25"
    assert wire.query(r"SELECT '\n' AS a")[0] == WARNING
    assert wire.query(r"SELECT '\n' AS a")[0] == "RowDescription a:25"


@pytest.mark.parametrize("setting", ["standard_conforming_strings", "escape_string_warning"])
def test_the_warning_can_be_switched_off(wire: Wire, setting: str) -> None:
    wire.query(f"SET {setting} = off")
    assert wire.query(r"SELECT '\n' AS a")[0] == "RowDescription a:25"


#: What libpq quotes, as drivers and programs do that put values into the text.
WRITTEN = [
    "C:\\new",
    "\\",
    "a\\'b",
    "x\\\\y",
    "\\x41 \\101 \\u0041",
    "it's",
    "\\' OR 1=1 --",
    "é\\n",
]


@pytest.mark.parametrize("value", WRITTEN)
def test_values_that_clients_write_into_the_text(server: Running, value: str) -> None:
    options = "-c standard_conforming_strings=off -c session=strings"
    with psycopg.connect(server.dsn, options=options, autocommit=True) as client:
        assert client.info.parameter_status("standard_conforming_strings") == "off"
        escaped = psycopg.pq.Escaping(client.pgconn).escape_string(value.encode())
        assert client.execute(b"SELECT '" + escaped + b"'").fetchone() == (value,)


@pytest.mark.parametrize("value", WRITTEN)
def test_literals_of_libpq_need_no_setting(client: psycopg.Connection, value: str) -> None:
    query = sql.SQL("SELECT {}").format(sql.Literal(value))
    assert client.execute(query).fetchone() == (value,)
