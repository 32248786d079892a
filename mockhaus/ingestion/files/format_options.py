"""The options of each file format type: what Snowflake documents, its defaults, and what is built.

One row an option: how a value is read, its default, and, where only some of Snowflake's values
have their effect here, those values; another is refused by name. Snowflake's manual: "CREATE FILE
FORMAT".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from mockhaus.errors import InvalidParameter

#: Reads a value as written; raises ValueError if it is none of Snowflake's.
Read = Callable[[Any], Any]

#: For options whose every documented value has its effect.
ANY: Final = None


class Option(Struct, frozen=True):
    """`built` are the values that have their effect; ANY for all."""

    read: Read
    default: Any
    built: tuple[Any, ...] | None = ANY


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.upper() in ("TRUE", "FALSE"):
        return value.upper() == "TRUE"
    raise ValueError


def _natural(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError
    number = int(value)
    if number < 0 or number != float(value):
        raise ValueError
    return number


def _choice(*words: str) -> Read:
    def read(value: Any) -> str:
        word = "NONE" if value is None else str(value).upper().replace("-", "_")
        if word not in words:
            raise ValueError
        return word

    return read


_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([0-7]{1,3})|(.))|^0x((?:[0-9A-Fa-f]{2})+)$", re.S)
_SIGNS: Final = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


def characters(value: Any) -> str | None:
    r"""A delimiter: text, with escapes (`\t`), octal (`\174`) or hexadecimal (`\x7C`, `0x7C`).

    NONE is None. Raises ValueError.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError
    if value.upper() == "NONE":
        return None

    def one(match: re.Match[str]) -> str:
        hexadecimal, octal, sign, bare = match.groups()
        if bare:
            return bytes.fromhex(bare).decode("utf-8")
        if hexadecimal or octal:
            return chr(int(hexadecimal, 16) if hexadecimal else int(octal, 8))
        return _SIGNS.get(sign, sign)

    return value if value == "\\" else _ESCAPED.sub(one, value)


def _delimiter(value: Any) -> str | None:
    text = characters(value)
    if text is not None and not 1 <= len(text) <= 20:
        raise ValueError
    return text


def _character(value: Any) -> str | None:
    text = characters(value)
    if text is not None and len(text) > 1:
        raise ValueError
    return text or None


def _quote(value: Any) -> str | None:
    text = _character(value)
    if text not in (None, '"', "'"):
        raise ValueError
    return text


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError
    return list(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _model(value: Any) -> str:
    text = _text(value)
    return "AUTO" if text.upper() == "AUTO" else text


def _optional_text(value: Any) -> str | None:
    return None if value is None else _text(value)


_STREAMS: Final = ("AUTO", "GZIP", "BZ2", "BROTLI", "ZSTD", "DEFLATE", "RAW_DEFLATE", "NONE")

#: Snowflake's name of a character set -> Python's codec.
ENCODINGS: Final[dict[str, str]] = {
    "UTF8": "utf-8",
    "BIG5": "big5",
    "EUCJP": "euc_jp",
    "EUCKR": "euc_kr",
    "GB18030": "gb18030",
    "IBM420": "",
    "IBM424": "cp424",
    "IBM949": "cp949",
    "ISO2022CN": "",
    "ISO2022JP": "iso2022_jp",
    "ISO2022KR": "iso2022_kr",
    **{f"ISO8859{n}": f"iso8859_{n}" for n in (1, 2, 5, 6, 7, 8, 9, 15)},
    "KOI8R": "koi8_r",
    "SHIFTJIS": "shift_jis",
    "UTF16": "utf-16",
    "UTF16BE": "utf-16-be",
    "UTF16LE": "utf-16-le",
    "UTF32": "utf-32",
    "UTF32BE": "utf-32-be",
    "UTF32LE": "utf-32-le",
    **{f"WINDOWS125{n}": f"cp125{n}" for n in (0, 1, 2, 3, 4, 5, 6)},
    "WINDOWS949": "cp949",
}


def _encoding(value: Any) -> str:
    word = re.sub(r"[-_]", "", _text(value).upper())
    if word not in ENCODINGS:
        raise ValueError
    return word


_MODELS: Final = {
    "DATE_FORMAT": Option(_model, "AUTO"),
    "TIME_FORMAT": Option(_model, "AUTO"),
    "TIMESTAMP_FORMAT": Option(_model, "AUTO"),
    "BINARY_FORMAT": Option(_choice("HEX", "BASE64", "UTF8", "UTF_8"), "HEX"),
}

CSV: Final[dict[str, Option]] = {
    "COMPRESSION": Option(_choice(*_STREAMS), "AUTO"),
    "RECORD_DELIMITER": Option(_delimiter, "\n"),
    "FIELD_DELIMITER": Option(_delimiter, ","),
    "FILE_EXTENSION": Option(_optional_text, None),
    "PARSE_HEADER": Option(_flag, False),
    "SKIP_HEADER": Option(_natural, 0),
    "SKIP_BLANK_LINES": Option(_flag, False),
    **_MODELS,
    "ESCAPE": Option(_character, None),
    "ESCAPE_UNENCLOSED_FIELD": Option(_character, "\\"),
    "TRIM_SPACE": Option(_flag, False),
    "FIELD_OPTIONALLY_ENCLOSED_BY": Option(_quote, None),
    "NULL_IF": Option(_texts, ["\\N"]),
    "ERROR_ON_COLUMN_COUNT_MISMATCH": Option(_flag, True),
    "REPLACE_INVALID_CHARACTERS": Option(_flag, False),
    "EMPTY_FIELD_AS_NULL": Option(_flag, True),
    "SKIP_BYTE_ORDER_MARK": Option(_flag, True),
    "ENCODING": Option(_encoding, "UTF8", tuple(k for k, codec in ENCODINGS.items() if codec)),
    "MULTI_LINE": Option(_flag, True),
    "VALIDATE_UTF8": Option(_flag, True, (True,)),
}

JSON: Final[dict[str, Option]] = {
    "COMPRESSION": Option(_choice(*_STREAMS), "AUTO"),
    **_MODELS,
    "TRIM_SPACE": Option(_flag, False),
    "MULTI_LINE": Option(_flag, True),
    "NULL_IF": Option(_texts, []),
    "FILE_EXTENSION": Option(_optional_text, None),
    "ENABLE_OCTAL": Option(_flag, False, (False,)),
    "ALLOW_DUPLICATE": Option(_flag, False),
    "STRIP_OUTER_ARRAY": Option(_flag, False),
    "STRIP_NULL_VALUES": Option(_flag, False),
    "REPLACE_INVALID_CHARACTERS": Option(_flag, False),
    "IGNORE_UTF8_ERRORS": Option(_flag, False),
    "SKIP_BYTE_ORDER_MARK": Option(_flag, True),
}

PARQUET: Final[dict[str, Option]] = {
    "COMPRESSION": Option(
        _choice("AUTO", "LZO", "SNAPPY", "NONE"), "AUTO", ("AUTO", "SNAPPY", "NONE")
    ),
    "SNAPPY_COMPRESSION": Option(_flag, True),
    "BINARY_AS_TEXT": Option(_flag, True),
    "TRIM_SPACE": Option(_flag, False),
    # Logical types are always read.
    "USE_LOGICAL_TYPE": Option(_flag, False, (True,)),
    "USE_VECTORIZED_SCANNER": Option(_flag, False),
    "REPLACE_INVALID_CHARACTERS": Option(_flag, False, (False,)),
    "NULL_IF": Option(_texts, []),
}

AVRO: Final[dict[str, Option]] = {
    "COMPRESSION": Option(_choice(*_STREAMS), "AUTO"),
    "TRIM_SPACE": Option(_flag, False),
    "REPLACE_INVALID_CHARACTERS": Option(_flag, False, (False,)),
    "NULL_IF": Option(_texts, ["\\N"]),
}

ORC: Final[dict[str, Option]] = {
    "TRIM_SPACE": Option(_flag, False),
    "REPLACE_INVALID_CHARACTERS": Option(_flag, False, (False,)),
    "NULL_IF": Option(_texts, ["\\N"]),
}

XML: Final[dict[str, Option]] = {
    "COMPRESSION": Option(_choice(*_STREAMS), "AUTO"),
    "IGNORE_UTF8_ERRORS": Option(_flag, False),
    "PRESERVE_SPACE": Option(_flag, False),
    "STRIP_OUTER_ELEMENT": Option(_flag, False),
    "DISABLE_AUTO_CONVERT": Option(_flag, False),
    "REPLACE_INVALID_CHARACTERS": Option(_flag, False),
    "SKIP_BYTE_ORDER_MARK": Option(_flag, True),
}

TYPES: Final = {
    "CSV": CSV,
    "JSON": JSON,
    "PARQUET": PARQUET,
    "AVRO": AVRO,
    "ORC": ORC,
    "XML": XML,
}
#: Types that Snowflake has and this room has not.
REFUSED_TYPES: Final = ("CUSTOM",)


def invalid_value(name: str, value: Any) -> InvalidParameter:
    """The error for a value that Snowflake does not take."""
    return InvalidParameter(
        f"SQL compilation error:\ninvalid value [{value!r}] for parameter '{name}'"
    )
