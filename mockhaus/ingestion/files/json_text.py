"""A JSON file value by value, in Python, for files that DuckDB's reader refuses: where, and why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from mockhaus.engine.json_text import is_too_deep

_SPACE = re.compile(r"\s*")


class Value(Struct, frozen=True):
    """One value's text, the line it begins on and its character there, both from 1."""

    text: str | None
    line: int
    at: int
    problem: str | None = None


def json_records(text: str, *, strip: bool) -> Iterator[Value]:
    """The values of a text one after another; those of an outer array with `strip`.

    After a malformed value reading goes on with the next line.
    """
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    at = _skip(text, 0)
    inside = strip and text.startswith("[", at)
    at = _skip(text, at + 1) if inside else at
    line, counted = 1 + text.count("\n", 0, at), at
    while at < len(text):
        if inside and text[at] in ",]":
            at = _skip(text, at + 1)
            continue
        line, counted = line + text.count("\n", counted, at), at
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        try:
            _, end = decoder.raw_decode(text, at)
            if is_too_deep(text, at, end):
                raise RecursionError
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", None) or "malformed or nested too deeply"
            yield Value(None, line, column, f"Error parsing JSON: {reason}")
            following = text.find("\n", at)
            at = len(text) if following < 0 else _skip(text, following)
            continue
        yield Value(text[at:end], line, column)
        at = _skip(text, end)


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
