"""String and binary functions: expression, value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockhaus import errors
from tests.translation.conftest import Snowflake

VALUES: list[tuple[str, Any]] = [
    # case
    ("UPPER('aé1')", "AÉ1"),
    ("LOWER('AÉ1')", "aé1"),
    ("INITCAP('hello wORLD')", "Hello World"),
    ("INITCAP('apple is-sweet_and:sour')", "Apple Is-Sweet_And:Sour"),
    ("INITCAP('the sky is blue', ' ')", "The Sky Is Blue"),
    ("INITCAP('this is-fun', '-')", "This is-Fun"),
    ("INITCAP('ABC def', '')", "Abc def"),
    ("INITCAP(NULL)", None),
    # lengths
    ("LENGTH('joyeux')", 6),
    ("LENGTH('')", 0),
    ("LEN('né')", 2),
    ("LENGTH(NULL)", None),
    ("LENGTH(12345)", 5),
    ("LENGTH(TO_BINARY('48656C6C6F'))", 5),
    ("OCTET_LENGTH('né')", 3),
    ("OCTET_LENGTH(X'A1B2')", 2),
    ("BIT_LENGTH('abc')", 24),
    ("RTRIMMED_LENGTH(' ABCD ')", 5),
    # parts
    ("LEFT('ABCDEF', 3)", "ABC"),
    ("LEFT('ABC', 9)", "ABC"),
    ("LEFT('ABC', -1)", ""),
    ("LEFT('ABC', NULL)", None),
    ("LEFT(12345, 2)", "12"),
    ("LEFT(X'A1B2C3', 2)", b"\xa1\xb2"),
    ("RIGHT('ABCDEFG', 3)", "EFG"),
    ("RIGHT('ABC', 0)", ""),
    ("SUBSTR('testing 1 2 3', 9, 5)", "1 2 3"),
    ("SUBSTR('mystring', 3)", "string"),
    ("SUBSTR('mystring', 0, 2)", "my"),
    ("SUBSTR('mystring', -4, 2)", "ri"),
    ("SUBSTR('mystring', -4)", "ring"),
    ("SUBSTR('mystring', 2, 0)", ""),
    ("SUBSTR('mystring', 2, -1)", ""),
    ("SUBSTR('mystring', 90, 1)", ""),
    ("SUBSTR('abc', -9, 2)", ""),
    ("SUBSTR('abc', NULL)", None),
    ("SUBSTRING('abc', 2, 1)", "b"),
    ("SUBSTR(X'A1B2C3', 2, 1)", b"\xb2"),
    ("SPLIT_PART('11.22.33', '.', 0)", "11"),
    ("SPLIT_PART('11.22.33', '.', 1)", "11"),
    ("SPLIT_PART('11.22.33', '.', 3)", "33"),
    ("SPLIT_PART('11.22.33', '.', 4)", ""),
    ("SPLIT_PART('11.22.33', '.', -1)", "33"),
    ("SPLIT_PART('aaa', '', 1)", "aaa"),
    ("SPLIT_PART('aaa', '', 2)", ""),
    ("SPLIT_PART(NULL, ',', 1)", None),
    ("STRTOK('a.b.c', '.', 1)", "a"),
    ("STRTOK('user@snowflake.com', '@.', 3)", "com"),
    ("STRTOK('@a..b', '@.', 2)", "b"),
    ("STRTOK('a b', ' ', 3)", None),
    ("STRTOK('a b c')", "a"),
    ("STRTOK('', '.', 1)", None),
    ("STRTOK('a.b', '', 1)", "a.b"),
    # search
    ("POSITION('an', 'banana')", 2),
    ("POSITION('an', 'banana', 3)", 4),
    ("POSITION('x', 'banana')", 0),
    ("POSITION('' IN 'abc')", 1),
    ("POSITION('b' IN 'abc')", 2),
    ("POSITION(NULL, 'a')", None),
    ("CHARINDEX('an', 'banana', 5)", 0),
    ("CHARINDEX(X'EF', X'ABCDEF')", 3),
    ("CHARINDEX(X'BC', X'ABCD')", 0),
    ("CONTAINS('ice tea', 'te')", True),
    ("CONTAINS('ice', NULL)", None),
    ("STARTSWITH('ice tea', 'ice')", True),
    ("ENDSWITH('ice tea', 'ice')", False),
    # joining: NULL in, NULL out
    ("CONCAT('a', 'b', 'c')", "abc"),
    ("CONCAT('a', NULL)", None),
    ("CONCAT('a')", "a"),
    ("CONCAT(1.50, TRUE)", "1.50true"),
    ("CONCAT_WS('-', 'KEEP', 'IT', 'SIMPLE')", "KEEP-IT-SIMPLE"),
    ("CONCAT_WS('-', 'a')", "a"),
    ("CONCAT_WS('-', '', 'a')", "-a"),
    ("CONCAT_WS('-', 'a', NULL)", None),
    ("'a' || 1 || 'b'", "a1b"),
    ("'a' || NULL", None),
    ("17 || '76'", "1776"),
    ("2.50 || ''", "2.50"),
    ("DATE '2024-01-02' || ''", "2024-01-02"),
    # changing
    ("REPLACE('down', 'down', 'up')", "up"),
    ("REPLACE('snowball', 'ball')", "snow"),
    ("REPLACE('abc', '', 'x')", "abc"),
    ("REPLACE('abc', 'b', NULL)", None),
    ("TRANSLATE('X*Y*Z', 'XYZ*', 'abc')", "abc"),
    ("TRANSLATE('peña', 'ñ', 'n')", "pena"),
    ("INSERT('abcdef', 3, 2, 'zzz')", "abzzzef"),
    ("INSERT('abc', 1, 0, 'Z')", "Zabc"),
    ("REVERSE('Hello')", "olleH"),
    ("REPEAT('xy', 3)", "xyxyxy"),
    ("REPEAT('xy', 0)", ""),
    ("REPEAT('xy', NULL)", None),
    ("SPACE(3)", "   "),
    ("TRIM('  a b  ')", "a b"),
    ("TRIM('*-*ABC-*-', '*-')", "ABC"),
    ("LTRIM('#000012', '0#')", "12"),
    ("RTRIM('$125.00', '0.')", "$125"),
    ("TRIM('\\t a ')", "\t a"),
    ("LPAD('Hi', 5)", "   Hi"),
    ("LPAD('Hi', 7, 'ab')", "ababaHi"),
    ("LPAD('123456', 3)", "123"),
    ("LPAD('Hi', 5, '')", "Hi"),
    ("LPAD('Hi', -1, 'x')", ""),
    ("RPAD('Hi', 5, '_')", "Hi___"),
    ("LPAD(7, 3, 0)", "007"),
    ("LPAD(X'4869', 4, X'20')", b"  Hi"),
    # characters
    ("ASCII('!')", 33),
    ("ASCII('')", 0),
    ("UNICODE('❄')", 10052),
    ("CHR(83)", "S"),
    ("CHAR(8364)", "€"),
    # similarity
    ("EDITDISTANCE('Snowflake', 'Oracle')", 7),
    ("EDITDISTANCE('święta', 'swieta')", 2),
    ("EDITDISTANCE('Snowflake', 'Oracle', 3)", 3),
    ("EDITDISTANCE('a', NULL)", None),
    ("JAROWINKLER_SIMILARITY('Snowflake', 'Oracle')", 61),
    ("JAROWINKLER_SIMILARITY('Gute nacht', 'Ich weis nicht')", 56),
    ("SOUNDEX('Robert')", "R163"),
    ("SOUNDEX('Rupert')", "R163"),
    ("SOUNDEX('Tymczak')", "T522"),
    ("SOUNDEX('Pfister')", "P236"),
    ("SOUNDEX_P123('Pfister')", "P123"),
    ("SOUNDEX(NULL)", None),
    ("SOUNDEX('')", ""),
    # encodings
    ("HEX_ENCODE('HELLO')", "48454C4C4F"),
    ("HEX_ENCODE('SNOW~', 0)", "534e4f577e"),
    ("HEX_DECODE_STRING('534E4F57')", "SNOW"),
    ("HEX_DECODE_BINARY('A1B2')", b"\xa1\xb2"),
    ("TRY_HEX_DECODE_STRING('zz')", None),
    (
        "BASE64_ENCODE('Snowflake ❄❄❄ Snowman ☃☃☃')",
        "U25vd2ZsYWtlIOKdhOKdhOKdhCBTbm93bWFuIOKYg+KYg+KYgw==",
    ),
    (
        "BASE64_ENCODE('Snowflake ❄❄❄ Snowman ☃☃☃', 32, '$')",
        "U25vd2ZsYWtlIOKdhOKdhOKdhCBTbm93\nbWFuIOKYg$KYg$KYgw==",
    ),
    ("BASE64_DECODE_STRING('U25vd2ZsYWtl')", "Snowflake"),
    ("BASE64_DECODE_BINARY('oQ==')", b"\xa1"),
    ("TRY_BASE64_DECODE_STRING('*')", None),
    # texts that are not text
    ("UPPER(NULL)", None),
    ("UPPER(TRUE)", "TRUE"),
    ("LENGTH(PARSE_JSON('\"abc\"'))", 3),
    ('UPPER(PARSE_JSON(\'{"a": "x"}\'):a)', "X"),
    ("'it''s' || '\\n'", "it's\n"),
    ("$$a\\n'b$$", "a\\n'b"),
    ("'a' COLLATE 'en-ci' = 'A'", True),
    ("INSERT('abc', 4, 0, 'd')", "abcd"),
    ("INSERT('abc', 2, 9, 'z')", "az"),
    ("INSERT(X'010203', 2, 1, X'FFFF')", bytes.fromhex("01FFFF03")),
    ("TRY_HEX_DECODE_STRING('FF')", None),
    ("TRY_BASE64_DECODE_STRING('/w==')", None),
    ("'a' COLLATE 'en' < 'B'", True),
    ("'e' COLLATE 'fr-ci-ai' = 'É'", True),
    # BINARY stays BINARY
    ("X'AB' || X'CD'", b"\xab\xcd"),
    ("CONCAT(X'AB', X'CD', X'00')", b"\xab\xcd\x00"),
    ("CONCAT_WS(X'00', X'AA', X'BB')", b"\xaa\x00\xbb"),
    ("(SELECT a || a || a FROM (SELECT X'AB' a))", b"\xab\xab\xab"),
    ("(SELECT a || b FROM (SELECT X'AB' a, 1 b))", "AB1"),
    ("REVERSE(X'ABCDEF')", b"\xef\xcd\xab"),
    ("SUBSTR(X'ABCDEF', 2)", b"\xcd\xef"),
    ("SPLIT('a', NULL)", None),
    ("BASE64_DECODE_STRING(BASE64_ENCODE('Snowman', 4))", "Snowman"),
    ("BASE64_DECODE_BINARY(BASE64_ENCODE(X'AABBCCDDEE', 4))", b"\xaa\xbb\xcc\xdd\xee"),
    # what is not written out
    ("(SELECT HEX_ENCODE('SNOW', n) FROM (SELECT 0 n))", "534e4f57"),
    ("(SELECT BASE64_ENCODE('SNOW', n) FROM (SELECT 4 n))", "U05P\nVw=="),
    ("(SELECT PARSE_IP('x', 'INET', n):error IS NULL FROM (SELECT 1 n))", False),
    # collations that change what is compared
    ("'a' COLLATE 'upper' = 'A'", True),
    ("'ABC' COLLATE 'lower' = 'abc'", True),
    ("' a ' COLLATE 'en-trim' = 'a'", True),
    ("'a' COLLATE 'en-rtrim' = 'a  '", True),
    ("' a' COLLATE 'en-rtrim' = 'a'", False),
    ("' a' COLLATE 'en-ltrim' = 'a'", True),
    ("COLLATE('A ', 'en-ci-trim') <> ' a'", False),
    ("COLLATE('A ', 'en-ci-trim')", "A "),
    ("COLLATION(COLLATE('A ', 'en-ci-trim'))", "en-ci-trim"),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


JSON_VALUES: list[tuple[str, Any]] = [
    ("SPLIT('127.0.0.1', '.')", ["127", "0", "0", "1"]),
    ("SPLIT('|a||', '|')", ["", "a", "", ""]),
    ("SPLIT('abc', '')", ["abc"]),
    ("STRTOK_TO_ARRAY('a.b.c', '.')", ["a", "b", "c"]),
    ("STRTOK_TO_ARRAY('user@snowflake.com', '.@')", ["user", "snowflake", "com"]),
    (
        "PARSE_URL('HTTP://USER:PASS@EXAMPLE.INT:4345/HELLO.PHP?USER=1')",
        {
            "fragment": None, "host": "USER:PASS@EXAMPLE.INT", "parameters": {"USER": "1"},
            "path": "HELLO.PHP", "port": "4345", "query": "USER=1", "scheme": "http",
        },
    ),
    ("PARSE_URL('mailto:a@x.com'):path", "a@x.com"),
    ("PARSE_URL('http://a/b?z=1&a=&y'):parameters", {"a": "", "y": None, "z": "1"}),
    ("PARSE_URL('example.int/hello.php', 1):error", "scheme not specified"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value"), JSON_VALUES)
def test_json(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert json.loads(snowflake.value(expression)) == value


ERRORS: list[tuple[str, type[errors.SqlError]]] = [
    ("CHR(-1)", errors.InvalidText),
    ("HEX_DECODE_STRING('xyz')", errors.InvalidText),
    ("BASE64_DECODE_STRING('*')", errors.InvalidText),
    ("PARSE_URL('example.int')", errors.InvalidText),
    ("PARSE_URL('http://a/b?x=1&x=2')", errors.UnsupportedFeature),
    # functions that go by the characters alone
    ("REGEXP_LIKE(COLLATE('A', 'en-ci'), 'a')", errors.UnsupportedFeature),
    ("'a' REGEXP COLLATE('A', 'en-ci')", errors.UnsupportedFeature),
    ("REPLACE(COLLATE('A', 'en-ci'), 'a', 'b')", errors.UnsupportedFeature),
    ("COUNT(DISTINCT COLLATE('A', 'en-ci'))", errors.UnsupportedFeature),
    ("'ab' LIKE 'a^' ESCAPE '^'", errors.InvalidParameter),
    ("LPAD('a')", errors.WrongArguments),
    ("SPLIT_PART('a', 'b')", errors.WrongArguments),
    ("NO_SUCH_FUNCTION('a')", errors.UnknownFunction),
    ("STRFTIME('a', 'b')", errors.UnknownFunction),
    ("INSERT('abc', 0, 1, 'd')", errors.InvalidParameter),
    ("INSERT('abc', 5, 1, 'd')", errors.InvalidParameter),
    ("INSERT('abc', 1, -1, 'd')", errors.InvalidParameter),
    ("LPAD(X'01', 3)", errors.WrongArguments),
    ("'a' COLLATE 'en-pi' = 'A'", errors.UnsupportedFeature),
    ("CONTAINS('a ' COLLATE 'trim', ' ')", errors.UnsupportedFeature),
    ("'a' COLLATE 'en-xx' = 'A'", errors.InvalidParameter),
    ("'a' COLLATE 'nothing' = 'A'", errors.InvalidParameter),
    ("HEX_DECODE_STRING('FF')", errors.InvalidText),
]


@pytest.mark.parametrize(("expression", "kind"), ERRORS)
def test_error(snowflake: Snowflake, expression: str, kind: type[errors.SqlError]) -> None:
    with pytest.raises(kind):
        snowflake.value(expression)
