"""An answer as its reader gets it: heads of columns, and rows of texts as the server wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

#: How a value is shown: numbers to the right, JSON indented, the rest as it is.
Kind: TypeAlias = Literal["text", "number", "boolean", "json"]

#: One value a column; None is SQL's NULL.
Row: TypeAlias = Sequence[str | None]


class Head(Struct, frozen=True):
    """A column: its name, and what its values are."""

    name: str
    kind: Kind = "text"


class Answer(Struct, frozen=True):
    """Columns and rows; the rows may still be on their way, and are read once."""

    heads: tuple[Head, ...]
    rows: Iterable[Row]
