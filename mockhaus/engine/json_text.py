"""JSON as Snowflake reads and writes it: forgiving on the way in, canonical on the way out.

Canonical text has its keys sorted and no white space. Snowflake's manual: "PARSE_JSON".
"""

from __future__ import annotations

import json
import re
import sys
from math import isinf
from typing import Any, Final

import msgspec

from mockhaus.marks import MARK, UNDEFINED, is_exact


class JsonError(ValueError):
    """Text that Snowflake does not take for JSON; says what and where."""


def _number(text: str) -> msgspec.Raw:
    """A decimal without zeros at its end; one with an exponent is a double with 15 digits.

    What readers of JSON would not keep has a mark (see `mockhaus.marks`).
    """
    if "e" in text or "E" in text:
        if isinf(float(text)):
            raise JsonError(f"the number {text[:40]} is out of range")
        text = f'"{MARK}E{float(text):.15e}"'
    else:
        text = text.rstrip("0").rstrip(".") if text[-1] == "0" else text
        if not is_exact(text):
            text = f'"{MARK}N{text}"'
    return msgspec.Raw(text.encode())


_decoder: Final = msgspec.json.Decoder(float_hook=_number)
_encoder: Final = msgspec.json.Encoder(order="sorted")

_DEPTH: Final = 500

#: Values nested deeper are refused, whatever the limit of Python is.
DEEPEST: Final = 1000
#: Nothing of a string is looked at twice, however it ends: a step back costs memory for each.
_STRING: Final = r'"(?:[^"\\]++|\\.)*+'
_BRACKET: Final = re.compile(rf'{_STRING}"?|(?P<open>[\[{{])|(?P<close>[\]}}])', re.S)

#: What may stand in forgiving JSON: white space, strings of both quotes, punctuation, words.
_TOKEN: Final = re.compile(
    rf"""\s*+(?: (?P<double>{_STRING}") | (?P<single>'(?:[^'\\]++|\\.)*+')
        | (?P<mark>[\[\]{{}},:]) | (?P<word>[^\s\[\]{{}},:"']++) | (?P<end>$) )""",
    re.X | re.S,
)
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_KEYWORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}


def canonical(text: str, *, last_key_wins: bool = False) -> str | None:
    """The canonical text of a JSON value; None for blank text. Raises JsonError."""
    try:
        return _canonical(text, last_key_wins=last_key_wins)
    except JsonError:
        raise
    except ValueError:  # Python's limit
        raise JsonError("a number has too many digits") from None


def _canonical(text: str, *, last_key_wins: bool) -> str | None:
    if MARK in text:
        raise JsonError(f"the character U+{ord(MARK):04X} is kept for internal use")
    if len(text) > DEEPEST and is_too_deep(text):
        raise JsonError(f"the value is nested more than {DEEPEST} deep")
    try:
        value = _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError):
        if not text.strip():
            return None
        value = _Forgiving(text, last_key_wins).value()
        return _encoder.encode(value).decode()
    encoded = _encoder.encode(value).decode()
    if not last_key_wins and len(encoded) != len(text) and _may_repeat(text, encoded):
        _refuse_repeated_keys(text)
    return encoded


def _may_repeat(text: str, encoded: str) -> bool:
    """Whether an object may have lost a member: one of its colons is gone, or hidden."""
    return text.count(":") != encoded.count(":") or "\\u" in text


def is_too_deep(text: str, start: int = 0, end: int = sys.maxsize) -> bool:
    """Whether a value, or the part of a text from `start` to `end`, is nested too deeply."""
    if text.count("[", start, end) + text.count("{", start, end) <= DEEPEST:
        return False
    depth = 0
    for match in _BRACKET.finditer(text, start, end):
        depth += 1 if match["open"] else -1 if match["close"] else 0
        if depth > DEEPEST:
            return True
    return False


def without_nulls(text: str) -> str:
    """A value of canonical text without members and items that are null, at any depth.

    Snowflake's manual: "CREATE FILE FORMAT", STRIP_NULL_VALUES.
    """
    return _encoder.encode(_stripped(_decoder.decode(text))).decode()


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_stripped(each) for each in value if each not in (None, UNDEFINED)]
    return value


def _refuse_repeated_keys(text: str) -> None:
    def pairs(items: list[tuple[str, Any]]) -> None:
        seen = set()
        for key, _ in items:
            if key in seen:
                at = text.rfind(json.dumps(key)) + len(json.dumps(key)) + 1
                raise JsonError(f'duplicate object attribute "{key}", pos {at}')
            seen.add(key)

    json.loads(text, object_pairs_hook=pairs, strict=False)


class _Forgiving:
    """A reader of JSON with unquoted keys, single quotes, spare commas and words in any case."""

    def __init__(self, text: str, last_key_wins: bool) -> None:
        self._text = text
        self._last_key_wins = last_key_wins
        self._kind, self._token, self._at, self._end = "", "", 0, 0
        self._take()

    def value(self) -> Any:
        """The one value of the text."""
        value = self._value(0)
        if self._kind != "end":
            raise self._unexpected("unexpected text after the value")
        return value

    def _take(self) -> None:
        match = _TOKEN.match(self._text, self._end)
        if match is None:
            raise JsonError(f"unfinished string, pos {self._end + 1}")
        self._kind = str(match.lastgroup)
        self._token = match[self._kind]
        self._at, self._end = match.start(self._kind), match.end()

    def _unexpected(self, what: str) -> JsonError:
        return JsonError(f"{what}, pos {self._at + 1}")

    def _value(self, depth: int) -> Any:
        if depth > _DEPTH:
            raise self._unexpected("nested too deeply")
        token = self._token
        if self._kind == "mark":
            if token == "{":
                return self._object(depth)
            if token == "[":
                return self._array(depth)
            raise self._unexpected("misplaced " + token)
        if self._kind == "end":
            raise self._unexpected("incomplete value")
        value = self._word() if self._kind == "word" else self._string()
        self._take()
        return value

    def _word(self) -> Any:
        word = self._token.lower()
        if word == "undefined":
            return UNDEFINED
        if word in _KEYWORDS:
            return _KEYWORDS[word]
        if not _NUMBER.fullmatch(word):
            raise self._unexpected(f'unknown keyword "{self._token}"')
        if word.lstrip("+-").isdigit():
            return msgspec.Raw(str(int(word)).encode())
        whole = re.sub(r"\.(?=[e]|$)", "", re.sub(r"^([+-]?)\.", r"\g<1>0.", word)).lstrip("+")
        return _number(whole)

    def _string(self) -> str:
        inner = self._token[1:-1]
        if self._kind == "single":
            inner = re.sub(r'(?<!\\)"', r"\"", inner.replace("\\'", "'"))
        try:
            return str(json.loads(f'"{inner}"', strict=False))
        except ValueError:
            raise self._unexpected("malformed string") from None

    def _array(self, depth: int) -> list[Any]:
        items: list[Any] = []
        self._take()
        pending = False
        while True:
            if self._token == "]" and self._kind == "mark":
                if pending:
                    items.append(UNDEFINED)
                self._take()
                return items
            if self._token == "," and self._kind == "mark":
                items.append(UNDEFINED)
                self._take()
                pending = True
                continue
            items.append(self._value(depth + 1))
            pending = self._separator("]")

    def _object(self, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        self._take()
        while not (self._token == "}" and self._kind == "mark"):
            if self._kind == "end":
                raise self._unexpected("incomplete object value")
            if self._kind == "mark":
                raise self._unexpected("misplaced " + self._token)
            key = self._token if self._kind == "word" else self._string()
            self._take()
            if self._token != ":" or self._kind != "mark":
                raise self._unexpected("missing colon")
            if key in members and not self._last_key_wins:
                raise self._unexpected(f'duplicate object attribute "{key}"')
            self._take()
            members[key] = self._value(depth + 1)
            self._separator("}")
        self._take()
        return members

    def _separator(self, closing: str) -> bool:
        """Pass a comma; whether there was one. The closing mark is left to the caller."""
        if self._kind == "mark" and self._token == ",":
            self._take()
            return True
        if self._kind == "mark" and self._token == closing:
            return False
        raise self._unexpected("missing comma" if self._kind != "end" else "incomplete value")
