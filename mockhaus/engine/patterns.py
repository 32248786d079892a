"""Where a group of a regular expression matches, which DuckDB does not tell.

Snowflake's manual: "REGEXP_INSTR". Arrow's RE2 is DuckDB's.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from typing import Any, Final

import pyarrow as pa

#: A backslash with what follows it, a class of characters, the beginning of a group.
_PIECE: Final = re.compile(
    r"\\.|\[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\]|(?P<group>\((?:\?P<[^>]*>|(?!\?)))", re.S
)
_NAME: Final = "wanted"


def group_place(texts: Any, patterns: Any, occurrences: Any, after: Any, groups: Any) -> Any:
    """Where the group of the n-th match begins, or ends (after 1): from 0; -1 for nowhere."""
    rows = zip(
        *(each.to_pylist() for each in (texts, patterns, occurrences, after, groups)), strict=True
    )
    return pa.array([None if None in row else _place(*row) for row in rows], pa.int64())


def _place(text: str, pattern: str, occurrence: int, after: int, group: int) -> int:
    import pyarrow.compute as pc  # large, and for these calls alone

    plain, named = _only(pattern, 0), _only(pattern, group)
    if group == 0:
        named = f"(?P<{_NAME}>{plain})"
    if plain == named or not pattern:  # there is no such group
        return -1
    before = (
        f"(?s:.*?)(?:(?:{plain})(?s:.*?)){{{occurrence - 1}}}" if occurrence > 1 else "(?s:.*?)"
    )
    try:
        found = pc.extract_regex_span(pa.array([text]), pattern=f"^{before}(?:{named})")[0]
    except pa.ArrowInvalid as error:
        raise ValueError(
            f"MOCKHAUS:InvalidRegularExpression:Invalid regular expression: {error}"
        ) from None
    if not found.is_valid or found[_NAME].as_py() is None:
        return -1
    start, length = found[_NAME].as_py()
    if start < 0:
        return -1
    data = text.encode()
    return len(data[: start + (length if after else 0)].decode())


@lru_cache(maxsize=256)
def _only(pattern: str, group: int) -> str:
    """The pattern with one of its groups, which gets a name; the others only hold together."""
    number = count(1)

    def replaced(match: re.Match[str]) -> str:
        if not match["group"]:
            return match[0]
        return f"(?P<{_NAME}>" if next(number) == group else "(?:"

    return _PIECE.sub(replaced, pattern)
