"""Names inside macros that no name of a user's query can meet.

A macro is text put into the query that calls it. A lambda's parameter `e` would capture a column
`e` of the argument that stands in its body, and inside a lateral join DuckDB takes it for a table
that happens to be called `e`. So every parameter of every lambda gets a name of its own:

    list_transform(l, lambda e: e || suffix)   ->   list_transform(l, lambda _e_7: _e_7 || suffix)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Final

_TOKEN: Final = re.compile(
    r"""(?P<skip>'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/)"""
    r"""|(?P<word>[A-Za-z_]\w*)|(?P<other>\s+|\d[\w.]*|.)""",
    re.S,
)
_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")


def hygienic(text: str, numbers: Iterator[int] | None = None) -> str:
    """The SQL with parameters of lambdas renamed; `numbers` go on from text to text."""
    tokens = [match[0] for match in _TOKEN.finditer(text)]
    _renamed(tokens, 0, len(tokens), count(1) if numbers is None else numbers)
    return "".join(tokens)


def _renamed(tokens: list[str], start: int, end: int, numbers: Iterator[int]) -> None:
    at = start
    while at < end:
        if tokens[at].lower() != "lambda":
            at += 1
            continue
        colon = tokens.index(":", at)
        last = _body_end(tokens, colon + 1, end)
        # Inner lambdas first: what they name is theirs.
        _renamed(tokens, colon + 1, last, numbers)
        number = next(numbers)
        for place in range(at + 1, colon):
            if _is_word(tokens[place]):
                name = tokens[place]
                _rename(tokens, place, last, name, f"_{name}_{number}")
        at = last


def _body_end(tokens: list[str], start: int, end: int) -> int:
    """Where the body of a lambda ends: at the comma or bracket that is not its own."""
    depth = 0
    for at in range(start, end):
        token = tokens[at]
        if token in _OPENING:
            depth += 1
        elif depth == 0 and (token in _CLOSING or token == ","):
            return at
        elif token in _CLOSING:
            depth -= 1
    return end


def _rename(tokens: list[str], start: int, end: int, name: str, new: str) -> None:
    for at in range(start, end):
        if tokens[at].lower() == name.lower() and tokens[at - 1] != ".":
            tokens[at] = new


def _is_word(token: str) -> bool:
    return token[0].isalpha() or token[0] == "_"
