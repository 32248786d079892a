"""Hash functions: expression, value."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from mockhaus import errors
from tests.translation.conftest import Snowflake

_MD5 = hashlib.md5(b"Snowflake").hexdigest()

VALUES: list[tuple[str, Any]] = [
    ("MD5('Snowflake')", _MD5),
    ("MD5_HEX('Snowflake')", _MD5),
    ("MD5_BINARY('Snowflake')", bytes.fromhex(_MD5)),
    ("MD5_NUMBER_UPPER64('Snowflake')", int(_MD5[:16], 16)),
    ("MD5_NUMBER_LOWER64('Snowflake')", int(_MD5[16:], 16)),
    ("MD5(X'00FF')", hashlib.md5(b"\x00\xff").hexdigest()),
    ("MD5(12)", hashlib.md5(b"12").hexdigest()),
    ("MD5(NULL)", None),
    ("SHA1('Snowflake')", hashlib.sha1(b"Snowflake").hexdigest()),
    ("SHA1_BINARY('')", hashlib.sha1(b"").digest()),
    ("SHA2('Snowflake')", hashlib.sha256(b"Snowflake").hexdigest()),
    ("SHA2_HEX('Snowflake', 256)", hashlib.sha256(b"Snowflake").hexdigest()),
    ("SHA2('Snowflake', 512)", hashlib.sha512(b"Snowflake").hexdigest()),
    ("SHA2_HEX('Snowflake', 384)", hashlib.sha384(b"Snowflake").hexdigest()),
    ("SHA2_BINARY('Snowflake', 224)", hashlib.sha224(b"Snowflake").digest()),
    ("SHA2(NULL, 512)", None),
    ("SHA2_BINARY('é')", hashlib.sha256("é".encode()).digest()),
    ("HASH(1, 'a') = HASH(1, 'a')", True),
    ("HASH(1) = HASH(2)", False),
    ("HASH(NULL) IS NULL", False),
    # equal numbers of any types
    ("HASH(10::NUMBER(38,0)) = HASH(10::NUMBER(5,3))", True),
    ("HASH(10) = HASH(10::FLOAT)", True),
    ("HASH(-1.50) = HASH(-1.5::NUMBER(10,4))", True),
    ("HASH(-0.0::FLOAT) = HASH(0)", True),
    ("HASH(10) = HASH('10')", False),
    ("HASH(10) = HASH(10::VARIANT)", False),
    ("HASH('10') = HASH(10::VARIANT)", False),
    ("HASH(1.5) = HASH('1.5')", False),
    ("HASH(TRUE) = HASH(1)", False),
    ("HASH(1.5, 'a') = HASH(1.50, 'a')", True),
    ("MD5_NUMBER_LOWER64('')", 0xE9800998ECF8427E),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


@pytest.mark.parametrize("expression", ["ENCRYPT('a', 'b')", "MD5_NUMBER('a')"])
def test_refused(snowflake: Snowflake, expression: str) -> None:
    with pytest.raises(errors.UnsupportedFeature):
        snowflake.value(expression)


def test_columns_hash_as_their_values(snowflake: Snowflake) -> None:
    sql = (
        "SELECT HASH(A) = HASH(B), HASH(A) = HASH(C), HASH_AGG(A) = HASH_AGG(C), HASH(*) ="
        " HASH(A, B, C) FROM (SELECT 5 A, 5.0 B, 5::FLOAT C) GROUP BY ALL"
    )
    assert snowflake.rows(sql) == [(True, True, True, True)]


def test_star_is_all_columns(snowflake: Snowflake) -> None:
    sql = "SELECT HASH(*) = HASH(A, B), HASH(T.*) IS NULL FROM VALUES (1, 2) T(A, B)"
    assert snowflake.rows(sql) == [(True, False)]
