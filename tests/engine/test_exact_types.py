"""Macros that find the type of an argument, and conversions that come to nothing."""

from __future__ import annotations

import pytest

from mockhaus.engine.cursor import Cursor
from mockhaus.marks import MARK
from mockhaus.translation.types.conversions import CONVERTED
from mockhaus.zoned import STORED

NOON = "TIMESTAMP '2024-02-29 12:00:00.25'"
OF_TYPE = {
    "DATE": "DATE '2024-02-29'",
    "TIME": "TIME '10:20:30.5'",
    "TIMESTAMP": NOON,
    "TIMESTAMP WITH TIME ZONE": f"CAST({NOON} AS TIMESTAMPTZ)",
    STORED: f"tz_at({NOON}, CAST(330 AS BIGINT))",
    "BOOLEAN": "true",
}


PAIRS = [(name, kind, target) for name, of in CONVERTED.items() for kind, target in of.items()]


@pytest.mark.parametrize(("name", "kind", "target"), PAIRS)
def test_a_conversion_that_is_left_out_is_what_the_macro_says(
    cursor: Cursor, name: str, kind: str, target: str
) -> None:
    value = OF_TYPE[kind]
    short = f"CAST({value} AS {target})" if target else value
    ((alike, same),) = cursor.rows(
        f"SELECT {name}({value}) = {short}, typeof({name}({value})) = typeof({short})"
    )
    assert (alike, same) == (True, True)


#: A value of each type: its text, and the same in a VARIANT.
VALUES = [
    ("'a\"b'", 'a"b', '"a\\"b"'),
    ("CAST('1.50' AS VARCHAR)", "1.50", '"1.50"'),
    ('CAST(\'{"k":[1,"x"]}\' AS JSON)', '{"k":[1,"x"]}', '{"k":[1,"x"]}'),
    ("CAST('\"x\\ny\"' AS JSON)", "x\ny", '"x\\ny"'),
    (f"CAST('\"{MARK}E2.500000000000000e+00\"' AS JSON)", "2.5", f'"{MARK}E2.500000000000000e+00"'),
    (f"CAST('\"{MARK}t10:20:30.5\"' AS JSON)", "10:20:30", f'"{MARK}t10:20:30.5"'),
    (f"CAST('\"{MARK}d2024-02-29\"' AS JSON)", "2024-02-29", f'"{MARK}d2024-02-29"'),
    (f"CAST('[1,\"{MARK}U\"]' AS JSON)", "[1,undefined]", f'[1,"{MARK}U"]'),
    ("true", "true", "true"),
    ("CAST(7 AS TINYINT)", "7", "7"),
    ("CAST(-7 AS BIGINT)", "-7", "-7"),
    ("CAST(12345678901234567890 AS HUGEINT)", "12345678901234567890", "12345678901234567890"),
    ("CAST(18446744073709551615 AS UBIGINT)", "18446744073709551615", "18446744073709551615"),
    ("CAST(2.50 AS DECIMAL(4, 2))", "2.50", "2.5"),
    ("CAST(2 AS DECIMAL(38, 10))", "2.0000000000", "2"),
    ("CAST(1e300 AS DOUBLE)", "1e+300", f'"{MARK}E1.000000000000000e+300"'),
    ("CAST(0.1 AS FLOAT)", "0.1", f'"{MARK}E1.000000000000000e-01"'),
    ("CAST('\\x00\\xFF' AS BLOB)", "00FF", f'"{MARK}b00FF"'),
    ("DATE '2024-02-29'", "2024-02-29", f'"{MARK}d2024-02-29"'),
    ("TIME '10:20:30.5'", "10:20:30", f'"{MARK}t10:20:30.5"'),
    (NOON, "2024-02-29 12:00:00.250", f'"{MARK}n2024-02-29 12:00:00.250"'),
    (
        f"tz_at({NOON}, CAST(330 AS BIGINT))",
        "2024-02-29 12:00:00.250 +0530",
        f'"{MARK}z2024-02-29 12:00:00.250 +0530"',
    ),
    ("NULL", None, None),
]


@pytest.mark.parametrize(("value", "text", "variant"), VALUES)
def test_text_and_variant_go_by_the_exact_type(
    cursor: Cursor, value: str, text: str | None, variant: str | None
) -> None:
    expressions = f"text_of({value}), text_once({value}), CAST(to_variant({value}) AS VARCHAR)"
    assert cursor.rows(f"SELECT {expressions}") == [(text, text, variant)]


def test_a_float_in_a_variant_is_spelled_as_any_other(cursor: Cursor) -> None:
    values = "0, -0.0, 0.1, 1e-7, 1234567.891, 12345678901.5, 1e10, 1e15, 123456789012345678, 1e22"
    spelled = cursor.rows(
        f"SELECT float_text(f), json_text(to_variant(f)) "
        f"FROM unnest(CAST([{values}] AS DOUBLE[])) AS t(f)"
    )
    assert [floating for floating, _ in spelled] == [variant for _, variant in spelled]
