"""Full-text search, vectors, compression, addresses: expression, value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockhaus import errors
from tests.translation.conftest import Snowflake

FOX = "'The quick-brown fox'"

VALUES: list[tuple[str, Any]] = [
    (f"SEARCH({FOX}, 'FOX dog')", True),
    (f"SEARCH({FOX}, 'dog')", False),
    (f"SEARCH({FOX}, 'qui')", False),
    (f"SEARCH({FOX}, 'fox dog', SEARCH_MODE => 'AND')", False),
    (f"SEARCH({FOX}, 'fox the', SEARCH_MODE => 'AND')", True),
    (f"SEARCH({FOX}, 'quick brown', SEARCH_MODE => 'PHRASE')", True),
    (f"SEARCH({FOX}, 'brown quick', SEARCH_MODE => 'PHRASE')", False),
    (f"SEARCH({FOX}, 'fox', ANALYZER => 'NO_OP_ANALYZER')", False),
    (f"SEARCH(('a', {FOX}), 'fox')", True),
    ("SEARCH(NULL::VARCHAR, 'fox')", None),
    # vectors
    ("VECTOR_INNER_PRODUCT([1, 2]::VECTOR(INT, 2), [3, 4]::VECTOR(INT, 2))", 11.0),
    ("VECTOR_L1_DISTANCE([1, 2]::VECTOR(FLOAT, 2), [4, -2]::VECTOR(FLOAT, 2))", 7.0),
    ("VECTOR_L2_DISTANCE([1, 2]::VECTOR(FLOAT, 2), [4, -2]::VECTOR(FLOAT, 2))", 5.0),
    ("VECTOR_COSINE_SIMILARITY([1, 0]::VECTOR(FLOAT, 2), [0, 1]::VECTOR(FLOAT, 2))", 0.0),
    ("[1, 2.5]::VECTOR(FLOAT, 2)", (1.0, 2.5)),
    # compression
    ("HEX_ENCODE(COMPRESS('Snowflake', 'SNAPPY'))", "0920536E6F77666C616B65"),
    *(
        (f"DECOMPRESS_STRING(COMPRESS('Snowflake', '{method}'), '{method}')", "Snowflake")
        for method in ("SNAPPY", "ZLIB", "ZLIB(9)", "ZSTD", "BZ2")
    ),
    ("DECOMPRESS_BINARY(COMPRESS(X'00FF', 'ZSTD'), 'ZSTD')", b"\x00\xff"),
    ("COMPRESS(NULL, 'ZLIB')", None),
    ("COLLATION(COLLATE('a', 'es-ci'))", "es-ci"),
    ("COLLATION('a')", None),
    ("SEARCH_IP('from 10.1.2.3 to 10.1.2.4', '10.1.2.4')", True),
    ("SEARCH_IP('from 10.1.2.3', '10.1.0.0/16')", True),
    ("SEARCH_IP('from 10.1.2.3', '10.1.2.30')", False),
    ("SEARCH_IP('010.001.002.003', '10.1.2.3')", True),
    ("SEARCH_IP(('x', '2001:db8::1'), '2001:0db8:0:0:0:0:0:1')", True),
    ("SEARCH_IP({'a': '10.0.0.1'}, '10.0.0.1')", True),
    ("SEARCH_IP('', '10.0.0.1')", False),
    ("SEARCH_IP(NULL, '10.0.0.1')", None),
    # EXACT: what parts the words counts
    ("SEARCH('blue jay bird', 'Blue jay', SEARCH_MODE => 'EXACT')", True),
    ("SEARCH('blue-jay bird', 'blue jay', SEARCH_MODE => 'EXACT')", False),
    ("SEARCH('bluer jay', 'blue jay', SEARCH_MODE => 'EXACT')", False),
    # a star is the columns that may hold text
    ("(SELECT SEARCH((*), 'king') FROM VALUES (1, 'a king', NULL) t(n, a, b))", True),
    ("(SELECT SEARCH((t.*), '1') FROM VALUES (1, 'a king', NULL) t(n, a, b))", False),
    ("(SELECT SEARCH((* EXCLUDE a), 'king') FROM VALUES (1, 'a king') t(n, a))", False),
    ("(SELECT SEARCH((* ILIKE 'a%'), 'king') FROM VALUES ('king', 'x') t(b, a))", False),
    ("(SELECT COUNT(*) FROM VALUES ('a king'), ('x') t(a) WHERE SEARCH((*), 'king'))", 1),
    ("SEARCH_IP('at 10.0.0.7', '10.0.0.5-10.0.0.9')", True),
    ("SEARCH_IP('at 10.0.0.7', '10.0.0.8-10.0.0.9')", False),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


def test_addresses(snowflake: Snowflake) -> None:
    found = json.loads(snowflake.value("PARSE_IP('192.168.242.188/24', 'INET')"))
    assert found == {
        "family": 4,
        "host": "192.168.242.188",
        "ip_fields": [3232297660, 0, 0, 0],
        "ip_type": "inet",
        "ipv4": 3232297660,
        "ipv4_range_end": 3232297727,
        "ipv4_range_start": 3232297472,
        "netmask_prefix_length": 24,
        "snowflake$type": "ip_address",
    }
    six = json.loads(snowflake.value("PARSE_IP('fe80::20c:29ff:fe2c:429/64', 'INET')"))
    assert six["hex_ipv6"] == "FE80000000000000020C29FFFE2C0429"
    assert six["ip_fields"] == [4269801472, 0, 34351615, 4264297513]
    assert "error" in snowflake.value("PARSE_IP('x', 'INET', 1)")


ERRORS: list[tuple[str, type[Exception]]] = [
    ("SEARCH('a', 'b', ANALYZER => 'ENTITY_ANALYZER')", errors.UnsupportedFeature),
    ("[1]::VECTOR(FLOAT, 2)", errors.InvalidText),
    ("[1]::VECTOR(VARCHAR, 1)", errors.UnsupportedFeature),
    ("DECOMPRESS_BINARY(X'F0', 'ZLIB')", errors.InvalidText),
    ("COMPRESS('a', 'LZ4')", errors.InvalidParameter),
    ("PARSE_IP('x', 'INET')", errors.InvalidText),
    ("ST_AREA(1)", errors.UnsupportedFeature),
    ("SYSTEM$WAIT(1)", errors.UnsupportedFeature),
    ("SEARCH('a', NULL)", errors.InvalidParameter),
    ("SEARCH('a', 5)", errors.InvalidParameter),
    ("SEARCH(5, 'a')", errors.InvalidParameter),
]


@pytest.mark.parametrize(("expression", "error"), ERRORS)
def test_error(snowflake: Snowflake, expression: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        snowflake.value(expression)


def test_vectors_of_a_column_element_by_element(snowflake: Snowflake) -> None:
    sql = """SELECT VECTOR_SUM(V), VECTOR_MIN(V), VECTOR_MAX(V) FROM (
                 SELECT [1, 5]::VECTOR(INT, 2) V UNION ALL SELECT [3, 4]::VECTOR(INT, 2) UNION ALL SELECT NULL)"""
    assert [tuple(map(list, row)) for row in snowflake.rows(sql)] == [([4, 9], [1, 4], [3, 5])]
