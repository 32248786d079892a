"""An answer as its reader gets it: heads of columns, and rows of texts as the server wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

#: How a value is shown: numbers to the right, JSON indented, the rest as it is.
Kind: TypeAlias = Literal["text", "number", "boolean", "json"]

#: One value a column; None is SQL's NULL.
Row: TypeAlias = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its name, and what its values are."""

    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows; the rows may still be on their way, and are read once."""

    heads: tuple[Head, ...]
    rows: Iterable[Row]
