"""Joins. Snowflake's manual: "JOIN", "ASOF JOIN", "LATERAL"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


_WORDS: Final = frozenset(("NATURAL", "ASOF", "INNER", "OUTER", "CROSS", "DIRECTED"))


def _join(node: exp.Join, walk: Walk) -> exp.Expression:
    """A join without a condition is a cross join, and an outer one keeps every row.

    ASOF JOIN keeps the rows of its left side without a match (DuckDB: only ASOF LEFT JOIN does),
    and its MATCH_CONDITION is part of DuckDB's ON.
    """
    for word in (node.args.get("method"), node.kind):
        if word and str(word).upper() not in _WORDS:
            raise SqlSyntaxError(
                f"SQL compilation error:\nsyntax error unexpected '{word} JOIN'.",
                hint="Snowflake has no such join.",
            )
    match = node.args.get("match_condition")
    is_asof = node.args.get("method") == "ASOF"
    if is_asof and match is None:
        raise SqlSyntaxError("SQL compilation error:\nASOF JOIN needs a MATCH_CONDITION.")
    if is_asof and node.args.get("using"):
        raise UnsupportedFeature(
            "Unsupported feature 'ASOF JOIN .. USING'.", hint="Write the columns in ON."
        )
    walk.children(node)
    for name in node.args.get("using") or []:
        walk.compared.append((exp.column(name.name),))
    if str(node.args.get("method")).upper() == "NATURAL":
        walk.doubtful = True
    if is_asof:
        conditions = [
            each for each in (node.args.get("on"), node.args.get("match_condition")) if each
        ]
        node.set("match_condition", None)
        node.set("side", "LEFT")
        node.set("on", exp.and_(*conditions))
        return node
    bare = not (node.args.get("on") or node.args.get("using") or node.args.get("method"))
    if bare and node.side in ("LEFT", "RIGHT", "FULL"):
        node.set("on", exp.Boolean(this=True))
    elif bare and node.kind == "INNER":
        node.set("kind", "CROSS")
    return node


ENTER: Final[dict[type[exp.Expression], Any]] = {exp.Join: _join}
