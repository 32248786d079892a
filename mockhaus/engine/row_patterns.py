"""MATCH_RECOGNIZE: the program of a PATTERN run over the rows of a partition.

The program is that of `translation.row_pattern`. A state that led nowhere once does so again,
also from another start, so that what does not match is at most rows times instructions of work.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import pyarrow as pa

#: row and match count from 1, as does seq, the row's place in its match; var is the variable.
MATCHED: Final = pa.list_(
    pa.struct([("rn", pa.int64()), ("mn", pa.int64()), ("seq", pa.int64()), ("var", pa.string())])
)
_Program = tuple[tuple[str, int, int], ...]


@lru_cache(maxsize=256)
def _program(text: str) -> _Program:
    code = []
    for word in text.split():
        first, _, second = word[1:].partition(",")
        code.append((word[0], int(first or 0), int(second or 0)))
    return tuple(code)


#: States that may be looked at in vain: a pattern with many ways takes the rows' number squared.
PATIENCE: Final = 2 * 10**6

#: Rows that the matches of one partition may have together, which may begin at each row.
MOST: Final = 2**20


def _match(
    masks: Sequence[int], start: int, program: _Program, dead: set[tuple[int, int]]
) -> tuple[list[int] | None, int]:
    """The variables of the rows from `start` on that match, None if none do: then `dead` has all
    states on the way, which lead nowhere. And how many states there were."""
    seen: set[tuple[int, int]] = set()
    path: list[int] = []
    waiting = [(0, start, 0)]
    while waiting:
        at, row, length = waiting.pop()
        del path[length:]
        while (at, row) not in seen and (at, row) not in dead:
            seen.add((at, row))
            kind, first, second = program[at]
            if kind == "m":
                return path, len(seen)
            if kind == "v":
                if row >= len(masks) or not masks[row] >> first & 1:
                    break
                path.append(first)
                at, row = at + 1, row + 1
            elif kind == "s":
                waiting.append((second, row, len(path)))
                at = first
            elif kind == "j":
                at = first
            elif row == (0 if kind == "^" else len(masks)):
                at += 1
            else:
                break
    dead |= seen
    return None, len(seen)


def _next(start: int, path: list[int], after: str) -> int:
    """Where to look on: after the match, at the next row, at the first or last of a variable."""
    where, _, variable = after.partition(" ")
    if where == "NEXT":
        return start + 1
    if where == "PAST":
        return start + len(path)
    rows = [start + n for n, each in enumerate(path) if each == int(variable)]
    found = (rows[0] if where == "FIRST" else rows[-1]) if rows else start
    if found == start:
        raise ValueError(
            "MOCKHAUS:InvalidParameter:AFTER MATCH SKIP TO leads to the first row of the match "
            "or to a variable without rows"
        )
    return found


def _matches(masks: Sequence[int], names: str, code: str, after: str) -> list[dict[str, Any]]:
    program, variables = _program(code), names.split("\x1f")
    found: list[dict[str, Any]] = []
    dead: set[tuple[int, int]] = set()
    steps = PATIENCE + 4 * len(masks) * len(program)
    start = number = 0
    while start < len(masks):
        path, tried = _match(masks, start, program, dead)
        steps -= tried
        if steps < 0:
            raise ValueError(
                "MOCKHAUS:OutOfMemory:The pattern has too many ways to match a partition."
            )
        if not path:
            start += 1
            continue
        number += 1
        if len(found) + len(path) > MOST:
            raise ValueError(
                f"MOCKHAUS:OutOfMemory:The matches of a partition have more than {MOST} rows."
            )
        found += [
            {"rn": start + seq, "mn": number, "seq": seq, "var": variables[each]}
            for seq, each in enumerate(path, 1)
        ]
        start = _next(start, path, after)
    return found


def match_rows(masks: Any, names: Any, code: Any, after: Any) -> Any:
    """For each partition, given as the variables that each row has (bits), its matched rows."""
    columns = (masks.to_pylist(), names.to_pylist(), code.to_pylist(), after.to_pylist())
    return pa.array([_matches(*each) for each in zip(*columns, strict=True)], MATCHED)
