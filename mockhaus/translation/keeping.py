"""What is made of a text is kept for the next time: of many short texts, of a few long ones.

A statement's tree takes some 65 times the memory of its text. A query that comes again is rarely
longer than a screen; an INSERT of thousands of rows comes once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar, TypeVarTuple, cast

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

#: Characters of a short text, and of the longest one that is kept.
SHORT: Final = 1 << 13
LONG: Final = 1 << 17
_MANY: Final = 512
_FEW: Final = 16


def kept(function: Callable[[str, *Ts], T]) -> Callable[[str, *Ts], T]:
    """A pure function of a text, and of what can be hashed, that remembers its last answers."""
    many = cast("Callable[[str, *Ts], T]", lru_cache(maxsize=_MANY)(function))
    few = cast("Callable[[str, *Ts], T]", lru_cache(maxsize=_FEW)(function))

    def remembered(text: str, /, *others: *Ts) -> T:
        if len(text) <= SHORT:
            return many(text, *others)
        return (few if len(text) <= LONG else function)(text, *others)

    return remembered
