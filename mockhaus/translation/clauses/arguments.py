"""Stars that stand for several arguments: `COALESCE(* ILIKE 'a%')`, `{t.*}`.

Snowflake's manual: "SELECT", "Object constants". They become the columns before the walk.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.translation.clauses import sources, star

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: Functions of any number of arguments, of which the first may be an argument of its own.
_VARIADIC: Final = (
    exp.Coalesce, exp.Greatest, exp.Least, exp.Concat, exp.ConcatWs, exp.Array, exp.Anonymous,
    exp.Count, exp.In,
)  # fmt: skip


#: Functions that know a plain star themselves.
_STARS: Final = frozenset(("HASH", "HASH_AGG", "OBJECT_CONSTRUCT", "OBJECT_CONSTRUCT_KEEP_NULL"))
#: Functions to which a star is one argument in any form.
_ONE: Final = frozenset(("SEARCH", "SEARCH_IP"))
#: A star behind a bracket or a comma, but for a plain COUNT(*).
_STARRED: Final = re.compile(
    r"(?<!count)[({,]\s*(?:[\w\"$]+\.)*\*|\*\s*(?:EXCLUDE|ILIKE)\b", re.IGNORECASE
)


def spelled_out(select: exp.Select, walk: Walk) -> None:
    """Stars among the arguments of functions become columns, in place."""
    if not _may_have_stars(walk.text):
        return
    for node in list(select.find_all(exp.Star)):
        item = node.parent if isinstance(node.parent, exp.Column) else node
        call = item.parent
        if call is None or call.find_ancestor(exp.Select) is not select:
            continue
        if isinstance(call, exp.StarMap) and (node.args.get("ilike") or _is_of_many(select, item)):
            pairs = [_pair(each) for each in star.columns(item, select, walk)]
            call.replace(exp.Struct(expressions=pairs))
        elif isinstance(call, exp.Struct) and len(call.expressions) == 1:
            if item is not node or node.args.get("ilike"):
                columns = star.columns(item, select, walk)
                call.set("expressions", [_pair(each) for each in columns])
        elif isinstance(call, _VARIADIC) and _is_argument(item, call):
            _expand(call, item, star.columns(item, select, walk))


@lru_cache(maxsize=64)
def _may_have_stars(text: str) -> bool:
    return _STARRED.search(text) is not None


def _is_argument(item: exp.Expression, call: exp.Expression) -> bool:
    """Whether a star stands for arguments: HASH(*) and its like know what it is."""
    if isinstance(call, exp.Anonymous) and str(call.this).upper() in _ONE:
        return False
    plain = not any(sources.star_of(item).args.values())
    if isinstance(call, exp.Count):
        return not plain
    own = isinstance(call, exp.Anonymous) and str(call.this).upper() in _STARS
    return not (plain and own)


def _is_of_many(select: exp.Select, item: exp.Expression) -> bool:
    """Whether a star without a table stands for the columns of several."""
    return isinstance(item, exp.Star) and len(list(sources.of_select(select))) > 1


def _pair(column: exp.Column) -> exp.PropertyEQ:
    key = exp.Literal.string(str(column.this.this))
    return exp.PropertyEQ(this=key, expression=column)


def _expand(call: exp.Expression, item: exp.Expression, columns: list[exp.Column]) -> None:
    if isinstance(call, exp.In):
        call.set("expressions", _listed(call.expressions, item, columns))
        return
    first = None if isinstance(call, exp.Anonymous) else call.args.get("this")
    given = [*([] if first is None else [first]), *call.expressions]
    values = _listed(given, item, columns)
    if first is not None:
        call.set("this", values.pop(0))
    call.set("expressions", values)


def _listed(
    given: list[exp.Expression], item: exp.Expression, columns: list[exp.Column]
) -> list[exp.Expression]:
    made: list[exp.Expression] = []
    for each in given:
        made.extend(columns if each is item else [each])
    return made
