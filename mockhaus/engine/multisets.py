"""Equal items of long lists, counted in one go: a lambda looks through the list for each item.

Snowflake's manual: "ARRAY_DISTINCT", "ARRAY_INTERSECTION", "ARRAY_EXCEPT".
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import pyarrow as pa

PLACES: Final = pa.list_(pa.int64())


def places_of_first(lists: Any) -> Any:
    """Where each different item stands first, from 1 on."""
    return pa.array([None if keys is None else _firsts(keys) for keys in lists.to_pylist()], PLACES)


def _firsts(keys: list[str]) -> list[int]:
    found: dict[str, int] = {}
    for place, key in enumerate(keys, 1):
        found.setdefault(key, place)
    return list(found.values())


def places_in_both(lists: Any, others: Any, kept: Any) -> Any:
    """Where the items stand that the other list has as well, or those that it has not: the n-th of
    equal items is that of the other list."""
    rows = zip(lists.to_pylist(), others.to_pylist(), kept.to_pylist(), strict=True)
    return pa.array([None if None in row else _common(*row) for row in rows], PLACES)


def _common(keys: list[str], others: list[str], kept: bool) -> list[int]:
    left, found = Counter(others), []
    for place, key in enumerate(keys, 1):
        if (left[key] > 0) is kept:
            found.append(place)
        left[key] -= 1
    return found
