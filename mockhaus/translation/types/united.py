"""Columns of several rows or queries: what one type they have in set operations and in VALUES.

Snowflake's manual: "Set operators", "VALUES", "Data type conversion".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlglot import exp

from mockhaus.translation.types.common_types import as_type, common_type, differs
from mockhaus.translation.types.described import Types, unaliased
from mockhaus.translation.types.families import Names
from mockhaus.translation.types.operands import plain
from mockhaus.types import SqlType

SETS: Final = (exp.Union, exp.Intersect, exp.Except)
#: Digits after the point of a text that stands in one column with numbers.
MIXED: Final = 5


def united(node: exp.Expression, types: Types) -> None:
    """Branches of a set operation: each column has one type in all of them."""
    branches = list(_branches(node))
    if any(each.args.get("by_name") for each in node.find_all(*SETS)):
        _united_by_name(branches, types)
        return
    if _alike(branches):
        return
    found = [types.query(branch, node) for branch in branches]
    known = [each for each in found if each is not None]
    if len(known) < len(found) or len({len(each) for each in known}) != 1:
        return
    common = []
    for place, column in enumerate(zip(*known, strict=True)):
        rows = [_item(branch, place) for branch in branches]
        most = digits([each for each in rows if each is not None], MIXED)
        common.append(common_type(column, most, united=True))
    for number, (branch, kinds) in enumerate(zip(branches, known, strict=True)):
        wanted = [
            to if to is not None and differs(kind, to) else None
            for kind, to in zip(kinds, common, strict=True)
        ]
        if any(wanted):
            _convert_branch(branch, wanted, is_first=number == 0)


def _united_by_name(branches: Sequence[exp.Expression], types: Types) -> None:
    """The same of UNION BY NAME, as far as the branches spell their columns out."""
    places = [_places(branch) for branch in branches]
    known = [
        types.query(branch, branch) if found else None
        for branch, found in zip(branches, places, strict=True)
    ]
    wanted: list[dict[int, SqlType]] = [{} for _ in branches]
    for name in {name: None for found in places for name in found}:
        of = [
            (number, found[name], kinds[found[name]])
            for number, (found, kinds) in enumerate(zip(places, known, strict=True))
            if kinds is not None and name in found
        ]
        items = [_item(branches[number], place) for number, place, _ in of]
        most = digits([each for each in items if each is not None], MIXED)
        common = common_type([kind for *_, kind in of], most, united=True)
        for number, place, kind in of:
            if common is not None and differs(kind, common):
                wanted[number][place] = common
    for number, (branch, found) in enumerate(zip(branches, wanted, strict=True)):
        if found:
            given = [found.get(place) for place in range(len(branch.expressions))]
            _convert_branch(branch, given, is_first=number == 0)


def _places(branch: exp.Expression) -> Mapping[str, int]:
    """The columns of a branch by name in upper case, none where they are not all spelled out."""
    items = branch.expressions if isinstance(branch, exp.Select) else []
    if any(each.is_star for each in items) or branch.args.get("distinct"):
        return {}
    return {each.alias_or_name.upper(): place for place, each in enumerate(items)}


def tabulated(node: exp.Values, types: Types, names: Names) -> None:
    """The rows of VALUES: each column has one type in all of them."""
    if isinstance(node.parent, exp.Insert):
        return
    for column in _columns(node):
        families = frozenset[str]().union(*map(names.families, column))
        if len(families) < _SEVERAL:
            continue
        select = exp.Select(expressions=[each.copy() for each in column])
        found = types.query(select, node)
        common = None if found is None else common_type(found, digits(column, MIXED))
        if found is not None and common is not None:
            convert(column, found, common)


def is_mixed(node: exp.Values) -> bool:
    """Whether a column of VALUES may have several types, by the forms of its values."""
    return any(
        len({_literal_kind(each) for each in column} - {"null"}) >= _SEVERAL
        for column in _columns(node)
    )


_SEVERAL: Final = 2


def _columns(node: exp.Values) -> list[tuple[exp.Expression, ...]]:
    rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
    return list(zip(*rows, strict=False))


def _item(branch: exp.Expression, place: int) -> exp.Expression | None:
    items = branch.expressions if isinstance(branch, exp.Select) else []
    if not place < len(items) or any(each.is_star for each in items):
        return None
    return unaliased(items[place])


def digits(values: Sequence[exp.Expression], most: int) -> int:
    """The digits after the point that texts need as numbers: those of literals, or `most`."""
    texts = [e for e in map(plain, values) if not (_is_number(e) or isinstance(e, exp.Null))]
    literals = [each for each in texts if isinstance(each, exp.Literal)]
    if len(literals) < len(texts) or any("e" in str(each.this).lower() for each in literals):
        return most
    return max((len(str(each.this).strip().partition(".")[2]) for each in literals), default=0)


def _is_number(node: exp.Expression) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string


def _branches(node: exp.Expression) -> Iterable[exp.Expression]:
    for side in (node.this, node.expression):
        bare = side
        while isinstance(bare, (exp.Subquery, exp.Paren)) and not bare.args.get("alias"):
            bare = bare.this
        if isinstance(bare, SETS) and bare.args.get("with_") is None:
            yield from _branches(bare)
        else:
            yield bare


def _alike(branches: Sequence[exp.Expression]) -> bool:
    """Whether the items of all branches are literals of the same kinds."""
    rows = [branch.expressions if isinstance(branch, exp.Select) else [] for branch in branches]
    if len({len(row) for row in rows}) != 1 or not rows[0]:
        return False
    return all(
        len({kind for item in column if (kind := _literal_kind(item)) != "null"} | {""}) <= 2
        and "?" not in {_literal_kind(item) for item in column}
        for column in zip(*rows, strict=True)
    )


def _literal_kind(item: exp.Expression) -> str:
    bare = plain(item.this if isinstance(item, exp.Alias) else item)
    if isinstance(bare, exp.Literal):
        return "text" if bare.is_string else "number"
    if isinstance(bare, exp.Boolean):
        return "boolean"
    return "null" if isinstance(bare, exp.Null) else "?"


def _convert_branch(
    branch: exp.Expression, wanted: Sequence[SqlType | None], *, is_first: bool
) -> None:
    """A branch with its columns as they are wanted; those of the first have names to keep."""
    items = branch.expressions if isinstance(branch, exp.Select) else []
    plain_items = len(items) == len(wanted) and not any(each.is_star for each in items)
    if isinstance(branch, exp.Select) and plain_items and not branch.args.get("distinct"):
        for item, to in zip(items, wanted, strict=True):
            if to is None:
                continue
            value = item.this if isinstance(item, exp.Alias) else item
            name = item.alias_or_name
            made = as_type(value.copy(), to)
            if isinstance(item, exp.Alias):
                value.replace(made)
            elif name:
                item.replace(exp.Alias(this=made, alias=exp.to_identifier(name, quoted=True)))
            else:
                item.replace(made)
        return
    if not is_first:
        branch.replace(converted_query(branch, wanted))


def converted_query(query: exp.Expression, wanted: Sequence[SqlType | None]) -> exp.Select:
    """A query with its columns as they are wanted, None for those that stay."""
    names = [f"_c{number}" for number in range(len(wanted))]
    alias = exp.TableAlias(
        this=exp.to_identifier("_s"), columns=[exp.to_identifier(name) for name in names]
    )
    items = [
        exp.column(name) if to is None else as_type(exp.column(name), to)
        for name, to in zip(names, wanted, strict=True)
    ]
    source = exp.Subquery(this=query.copy(), alias=alias)
    return exp.Select(expressions=items, from_=exp.From(this=source))


def convert(
    values: Sequence[exp.Expression],
    found: Sequence[SqlType | None],
    to: SqlType,
) -> None:
    """Cast the values that are of another type, in place; `found` are their types."""
    for value, kind in zip(values, found, strict=True):
        if differs(kind, to):
            value.replace(as_type(value.copy(), to))
