"""How the SQL API writes values and reads bindings: tables after the recorded service."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus.xml import pretty
from tests.rest.sql_api import SqlApiClient

#: Expression -> type in rowType, text.
ENCODED = [
    ("1", "fixed", "1"),
    ("-12345678.91::NUMBER(12,2)", "fixed", "-12345678.91"),
    ("99999999999999999999999999999999999999::NUMBER(38,0)", "fixed", "9" * 38),
    ("1.5::FLOAT", "real", "1.5"),
    ("1::FLOAT", "real", "1"),
    ("'NaN'::FLOAT", "real", "NaN"),
    ("'-inf'::FLOAT", "real", "-inf"),
    ("'it''s ü'", "text", "it's ü"),
    ("TRUE", "boolean", "true"),
    ("1 > 2", "boolean", "false"),
    ("TO_BINARY('deadbeef')", "binary", "DEADBEEF"),
    ("'2026-10-09'::DATE", "date", "20735"),
    ("'1900-01-01'::DATE", "date", "-25567"),
    ("'12:34:56.123456'::TIME", "time", "45296.123456000"),
    ("'2026-10-09 12:34:56.123456'::TIMESTAMP_NTZ", "timestamp_ntz", "1791549296.123456000"),
    ("'1969-12-31 23:59:58.5'::TIMESTAMP_NTZ", "timestamp_ntz", "-1.500000000"),
    ("'2026-10-09 12:34:56 +02:00'::TIMESTAMP_LTZ", "timestamp_ltz", "1791542096.000000000"),
    ("NULL::DATE", "date", None),
    ("ARRAY_CONSTRUCT(1)", "array", "[\n  1\n]"),
    ("OBJECT_CONSTRUCT('a', 1)", "object", '{\n  "a": 1\n}'),
    ("{'a': 1}::MAP(VARCHAR, INT)", "map", '{\n  "a": 1\n}'),
    ("[1]::ARRAY(INT)", "array", "[\n  1\n]"),
    ("PARSE_JSON('1')", "variant", "1"),
    ("PARSE_JSON('{\"b\":[1,null,[]],\"a\":{}}')", "variant",
     '{\n  "a": {},\n  "b": [\n    1,\n    null,\n    []\n  ]\n}'),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "kind", "text"), ENCODED)
def test_values_are_texts(api: SqlApiClient, expression: str, kind: str, text: str | None) -> None:
    body = api.run(f"SELECT {expression} AS v")
    (column,) = body["resultSetMetaData"]["rowType"]
    assert (column["name"], column["type"], body["data"]) == ("V", kind, [[text]])


#: Parameters, expression -> text.
FORMATTED = [
    ({"DATE_OUTPUT_FORMAT": "DD/MM/YYYY"}, "'2026-10-09'::DATE", "09/10/2026"),
    ({"date_output_format": "AUTO"}, "'2026-10-09'::DATE", "20735"),
    ({"TIME_OUTPUT_FORMAT": "HH24:MI:SS.FF3"}, "'12:34:56.123456'::TIME", "12:34:56.123"),
    ({"TIMESTAMP_OUTPUT_FORMAT": "YYYY"}, "'2026-10-09'::TIMESTAMP_NTZ", "2026"),
    ({"TIMESTAMP_OUTPUT_FORMAT": "YYYY", "TIMESTAMP_NTZ_OUTPUT_FORMAT": "MM"},
     "'2026-10-09'::TIMESTAMP_NTZ", "10"),
    ({"TIMESTAMP_LTZ_OUTPUT_FORMAT": "HH24:MI TZH:TZM", "TIMEZONE": "Asia/Kolkata"},
     "'2026-10-09 00:00:00 +00:00'::TIMESTAMP_LTZ", "05:30 +05:30"),
    ({"BINARY_OUTPUT_FORMAT": "BASE64"}, "TO_BINARY('deadbeef')", "3q2+7w=="),
    ({"JSON_INDENT": "0"}, "PARSE_JSON('[1]')", "[1]"),
    ({"DATE_INPUT_FORMAT": "DD/MM/YYYY"}, "'09/10/2026'::DATE", "20735"),
    ({}, "'09/10/2026'::DATE", "20706"),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "expression", "text"), FORMATTED)
def test_output_formats(
    api: SqlApiClient, parameters: dict[str, str], expression: str, text: str
) -> None:
    assert api.data(f"SELECT {expression}", parameters=parameters) == [[text]]


#: Type, value -> Snowflake's text of what is bound.
BOUND = [
    ("FIXED", "123", "123"),
    ("FIXED", "-1.50", "-1.50"),
    ("FIXED", "99999999999999999999999999999999999999", "9" * 38),
    ("REAL", "1.5e3", "1500"),
    ("REAL", "Infinity", "inf"),
    ("TEXT", "it's", "it's"),
    ("TEXT", None, None),
    ("BOOLEAN", "true", "true"),
    ("BINARY", "deadbeef", "DEADBEEF"),
    ("DATE", "1791504000000", "20735"),
    ("DATE", "2026-10-09", "20735"),
    ("DATE", None, None),
    ("TIME", "45296123456789", "45296.123456000"),
    ("TIMESTAMP_NTZ", "1791549296123456789", "1791549296.123456000"),
    ("TIMESTAMP_NTZ", "2026-10-09 12:34:56", "1791549296.000000000"),
    ("TIMESTAMP_LTZ", "1791549296123456789", "1791549296.123456000"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "text"), BOUND)
def test_bindings(api: SqlApiClient, kind: str, value: str | None, text: str | None) -> None:
    bindings = {"1": {"type": kind, "value": value}}
    assert api.data("SELECT ?", bindings=bindings) == [[text]]


def test_bound_instants_keep_their_moment(api: SqlApiClient) -> None:
    bindings = {"1": {"type": "TIMESTAMP_TZ", "value": "1791524096000000000 1860"}}
    ((text,),) = api.data("SELECT ?::TIMESTAMP_LTZ", bindings=bindings)
    assert text == "1791524096.000000000"


#: Statement, bindings -> rows: `?`, `:n`, `:name`; bindings that are not named are not looked at.
PLACED: list[tuple[str, dict[str, Any], list[list[str]]]] = [
    ("SELECT ?, ?", {"1": "a", "2": "b"}, [["a", "b"]]),
    ("SELECT :2, :1, :2", {"1": "a", "2": "b"}, [["b", "a", "b"]]),
    ("SELECT :2", {"1": "a", "2": "b"}, [["b"]]),
    ("SELECT :who, :What", {"who": "a", "WHAT": "b"}, [["a", "b"]]),
    ("SELECT 1", {"1": "a"}, [["1"]]),
]


@pytest.mark.parametrize(("statement", "given", "rows"), PLACED)
def test_placeholders(
    api: SqlApiClient, statement: str, given: dict[str, str], rows: list[list[str]]
) -> None:
    bindings = {name: {"type": "TEXT", "value": value} for name, value in given.items()}
    assert api.data(statement, bindings=bindings) == rows


#: Binding -> Snowflake's code.
REFUSED = [
    ({"type": "FIXED", "value": "abc"}, "002086"),
    ({"type": "FIXED", "value": "1" * 39}, "002086"),
    ({"type": "REAL", "value": "inf"}, "002086"),
    ({"type": "BOOLEAN", "value": "maybe"}, "002086"),
    ({"type": "BINARY", "value": "xyz"}, "002086"),
    ({"type": "DATE", "value": "99999999999999999"}, "002086"),
    ({"type": "TIMESTAMP_TZ", "value": "12"}, "002086"),
    ({"type": "VARIANT", "value": "1"}, "002040"),
    (None, "002049"),
]


@pytest.mark.parametrize(("binding", "code"), REFUSED)
def test_bindings_refused(api: SqlApiClient, binding: Any, code: str) -> None:
    response = api.post("SELECT ?", bindings={"1": binding} if binding else {})
    assert (response.status_code, response.json()["code"]) == (422, code)


def test_array_binding(api: SqlApiClient) -> None:
    """An INSERT runs once an element, all or none."""
    api.run("CREATE TABLE t (n INT NOT NULL, s VARCHAR)")
    insert = "INSERT INTO t VALUES (?, ?)"
    bindings: dict[str, Any] = {
        "1": {"type": "FIXED", "value": ["1", "2", "3"]},
        "2": {"type": "TEXT", "value": ["a", None, "c"]},
    }
    body = api.run(insert, bindings=bindings)
    assert (body["data"], body["stats"]["numRowsInserted"]) == ([["3"]], 3)
    bindings["1"]["value"][2] = None
    assert api.post(insert, bindings=bindings).json()["code"] == "100072"
    bindings["1"]["value"] = ["1"]
    assert api.post(insert, bindings=bindings).json()["code"] == "002099"
    assert api.data("SELECT * FROM t ORDER BY n") == [["1", "a"], ["2", None], ["3", "c"]]


#: An item -> its text. Whole rows are written by DuckDB, beside a VARIANT by Python.
TEXTS = [
    ("'a\"b\\\\c'", 'a"b\\c'),
    ("CHR(9) || CHR(10) || CHR(1) || CHR(127)", "\t\n\x01\x7f"),
    ("CHR(0)", "\x00"),
    ("'é' || CHR(128512) || CHR(8232)", "é😀\u2028"),
    ("''", ""),
    ("'null'", "null"),
    ("NULL::FLOAT", None),
    ("-0.5::FLOAT", "-0.5"),
    ("1e22::FLOAT", "1e+22"),
    ("'1969-12-31 23:59:59.5'::TIMESTAMP_NTZ", "-0.500000000"),
    ("'0001-01-01'::TIMESTAMP_NTZ", "-62135596800.000000000"),
    ("'9999-12-31 23:59:59.999999'::TIMESTAMP_LTZ", "253402300799.999999000"),
]


@pytest.mark.parametrize(("item", "text"), TEXTS)
def test_texts_of_whole_rows_and_of_cells(api: SqlApiClient, item: str, text: str | None) -> None:
    assert api.data(f"SELECT {item}, NULL, 1") == [[text, None, "1"]]
    assert api.data(f"SELECT {item}, TO_VARIANT(1)") == [[text, "1"]]


def test_nullable(api: SqlApiClient) -> None:
    assert api.data("SELECT NULL, 1", "?nullable=false") == [["null", "1"]]
    assert api.data("SELECT NULL, 1", "?nullable=true") == [[None, "1"]]


#: JSON text -> the same over several lines; numbers as they are written.
PRETTY = [
    ("1.50", "1.50"),
    ('"a"', '"a"'),
    ("[]", "[]"),
    ('[1e400,"x,]"]', '[\n  1e400,\n  "x,]"\n]'),
    ('{"a":{"b\\"":[]}}', '{\n  "a": {\n    "b\\"": []\n  }\n}'),
]


@pytest.mark.parametrize(("text", "shown"), PRETTY)
def test_pretty(text: str, shown: str) -> None:
    assert pretty(text) == shown
