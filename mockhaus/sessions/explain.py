"""EXPLAIN: DuckDB's plan in the three forms of Snowflake's answer.

Operations have Snowflake's names where the two engines have the same; there are no partitions, so
none are counted. Snowflake's manual: "EXPLAIN".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from mockhaus.catalog.listing import shaped
from mockhaus.result import Column, Result

_TABULAR: Final = tuple(
    Column(name, kind)
    for name, kind in shaped(
        "#step #id parentOperators operation objects alias expressions #partitionsTotal"
        " #partitionsAssigned #bytesAssigned"
    )
)
_CONTENT: Final = tuple(Column(name, kind) for name, kind in shaped("content"))

#: DuckDB's operator -> Snowflake's.
_NAMES: Final = {
    "SEQ_SCAN": "TableScan",
    "TABLE_SCAN": "TableScan",
    "INDEX_SCAN": "TableScan",
    "HASH_GROUP_BY": "Aggregate",
    "PERFECT_HASH_GROUP_BY": "Aggregate",
    "UNGROUPED_AGGREGATE": "Aggregate",
    "SIMPLE_AGGREGATE": "Aggregate",
    "ORDER_BY": "Sort",
    "TOP_N": "SortWithLimit",
    "STREAMING_LIMIT": "Limit",
    "LIMIT": "Limit",
    "FILTER": "Filter",
    "PROJECTION": "Projection",
    "WINDOW": "WindowFunction",
    "STREAMING_WINDOW": "WindowFunction",
    "UNNEST": "Flatten",
    "UNION": "UnionAll",
    "CROSS_PRODUCT": "CartesianJoin",
    "COLUMN_DATA_SCAN": "ValuesClause",
    "DUMMY_SCAN": "ValuesClause",
}
_JOINS: Final = {"INNER": "InnerJoin", "LEFT": "LeftOuterJoin", "RIGHT": "RightOuterJoin",
                 "OUTER": "FullOuterJoin", "SEMI": "SemiJoin", "ANTI": "AntiJoin"}  # fmt: skip


class Operation(Struct, frozen=True):
    """One step of a plan; `parent` is the number of the one that reads it, None of the first."""

    number: int
    parent: int | None
    name: str
    objects: tuple[str, ...]
    expressions: tuple[str, ...]


def shape(using: str) -> tuple[Column, ...]:
    """The columns of the answer."""
    return _TABULAR if using == "TABULAR" else _CONTENT


def answer(plan: str, using: str, sql: str) -> Result:
    """The answer for DuckDB's plan in JSON; `using` is TABULAR, JSON or TEXT."""
    found = tuple(operations(json.loads(plan)))
    rows = {"TABULAR": _tabular, "JSON": _json, "TEXT": _text}[using](found)
    return Result(shape(using), "EXPLAIN", len(rows), rows, translated=sql)


def operations(plan: list[Mapping[str, Any]]) -> Iterator[Operation]:
    """The steps of a plan, from its result down."""
    yield Operation(0, None, "Result", (), ())
    waiting = [(node, 0) for node in reversed(plan)]
    number = 0
    while waiting:
        node, parent = waiting.pop()
        below = number + 1
        told = node.get("extra_info") or {}
        expressions = tuple(_expressions(told))
        if node["name"] == "PROJECTION" and not expressions:  # of DuckDB's own making
            below = parent
        else:
            number += 1
            yield Operation(number, parent, _name(node["name"], told), _objects(told), expressions)
        waiting += [(child, below) for child in reversed(node.get("children") or ())]


def _name(name: str, told: Mapping[str, Any]) -> str:
    kind = str(told.get("Join Type", ""))
    if kind:
        return _JOINS.get(kind, f"{kind.title()}Join")
    return _NAMES.get(name.strip()) or name.strip().title().replace("_", "")


_PART: Final = re.compile(r'"((?:[^"]|"")*)"|([^."]+)')


def _objects(told: Mapping[str, Any]) -> tuple[str, ...]:
    """The table that a scan reads, by its full name."""
    parts = [(a or b).replace('""', '"') for a, b in _PART.findall(str(told.get("Table", "")))]
    if len(parts) < 2 or parts[-2].startswith("__"):
        return ()
    if parts[-2] == "main":
        return (parts[-1],)
    return (f"{parts[-2]}.{parts[-1]}",)


def _expressions(told: Mapping[str, Any]) -> Iterator[str]:
    for key in ("Projections", "Groups", "Aggregates", "Order By", "Conditions", "Filters",
                "Expression"):  # fmt: skip
        value = told.get(key)
        for item in value if isinstance(value, list) else [value]:
            if item is None or not str(item).strip("#0123456789 ") or "__internal" in str(item):
                continue
            yield f"joinKey: ({item})" if key == "Conditions" else str(item)


def _tabular(found: tuple[Operation, ...]) -> list[tuple[Any, ...]]:
    head = (None, None, None, "GlobalStats", None, None, None, 0, 0, 0)
    return [head] + [
        (1, each.number, None if each.parent is None else f"[{each.parent}]", each.name,
         ", ".join(each.objects) or None, None, ", ".join(each.expressions) or None, None, None,
         None)
        for each in found
    ]  # fmt: skip


def _json(found: tuple[Operation, ...]) -> list[tuple[Any, ...]]:
    told = []
    for each in found:
        one: dict[str, Any] = {"id": each.number, "operation": each.name}
        if each.parent is not None:
            one["parentOperators"] = [each.parent]
        if each.objects:
            one["objects"] = list(each.objects)
        if each.expressions:
            one["expressions"] = list(each.expressions)
        told.append(one)
    stats = {"partitionsTotal": 0, "partitionsAssigned": 0, "bytesAssigned": 0}
    return [(json.dumps({"GlobalStats": stats, "Operations": [told]}, separators=(",", ":")),)]


def _text(found: tuple[Operation, ...]) -> list[tuple[Any, ...]]:
    lines = [
        "GlobalStats:", "    partitionsTotal=0", "    partitionsAssigned=0", "    bytesAssigned=0",
        "Operations:",
    ]  # fmt: skip
    depths: dict[int | None, int] = {None: 0}
    for each in found:
        depths[each.number] = depth = depths[each.parent] + 1
        words = (*each.objects, ", ".join(each.expressions))
        line = f"1:{each.number}{' ' * (5 * depth)}->{each.name}  {'  '.join(filter(None, words))}"
        lines.append(line.rstrip())
    return [("\n".join(lines) + "\n",)]
