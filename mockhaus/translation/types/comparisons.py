"""Comparisons, IN, BETWEEN, CASE x WHEN and ORDER BY of what may be a VARIANT or a TIMESTAMP_TZ.

A VARIANT is JSON text to DuckDB, which would compare `"abc"` with its quotes and 10 before 9. In
Snowflake it compares as the type of the other side. Whether a column is VARIANT is known only when
DuckDB binds the query, and the macros of `comparisons.sql` cost a plain column nothing then:
filters are pushed down and equalities are hash joins as before. All the same they stand only where
a name may be a VARIANT's: the VARIANT columns of the statement's tables, and names that the
statement gives to expressions that may be one. A statement without any is left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.translation.names import identifier
from mockhaus.translation.registry import apply
from mockhaus.translation.trees import Census
from mockhaus.translation.types.operands import KIND, VARIANT, ZONED, is_text, is_variant, plain
from mockhaus.zoned import STORED

_COMPARISONS: Final = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ,
)  # fmt: skip
_ARITHMETIC: Final = (exp.Add, exp.Sub, exp.Mul)
#: What answers one of its arguments.
_PASSING: Final = (
    exp.AnyValue, exp.Case, exp.Coalesce, exp.FirstValue, exp.Greatest, exp.If, exp.IgnoreNulls,
    exp.Lag, exp.LastValue, exp.Lead, exp.Least, exp.Max, exp.Min, exp.Nullif, exp.Window,
)  # fmt: skip
_PASSING_CALLS: Final = frozenset(
    "any_value coalesce first last lag lead first_value last_value nth_value max_by min_by mode".split()  # noqa: SIM905 E501
)
#: DuckDB's types of the columns that are meant: VARIANT and TIMESTAMP_TZ.
FITTED: Final = ("JSON", STORED)
#: Columns that FLATTEN makes.
_FLAT: Final = ("VALUE", "THIS")


def needs_fitting(census: Census) -> bool:
    """Whether a tree has anything whose meaning depends on which columns are VARIANTs."""
    return not census.nodes.keys().isdisjoint(_FITS) or any(
        str(each.this) in _CALLS for each in census.of(exp.Anonymous)
    )


def fitted(tree: exp.Expression, census: Census, columns: Mapping[str, str]) -> exp.Expression:
    """The rewritten tree in which VARIANTs compare as Snowflake's do; it is changed in place.

    A TIMESTAMP_TZ is its instant where order matters. `columns` are the names, in upper case, of
    the columns of these types of the tables in the tree, with DuckDB's types.
    """
    names = _Names(tree, census, columns)
    if not names.any:
        return tree
    for node in reversed(list(tree.find_all(*_FITS, exp.Anonymous))):  # the innermost first
        fit = _CALLS.get(str(node.this)) if isinstance(node, exp.Anonymous) else _FITS[type(node)]
        if fit is None:
            continue
        new = fit(node, names)
        if new is not node:
            node.replace(new)
    return names.root


class _Names:
    """Which expressions of a tree may be VARIANTs."""

    def __init__(self, tree: exp.Expression, census: Census, columns: Mapping[str, str]) -> None:
        self.root = tree
        self._names = set(columns)
        #: Whether any may be a TIMESTAMP_TZ.
        self.has_instants = STORED in columns.values() or ZONED in census.noted
        noted = not census.noted.isdisjoint((VARIANT, ZONED)) or any(
            map(_is_json, census.of(exp.Cast))
        )
        self.any = bool(self._names) or noted
        if self.any:
            self._names.update(_FLAT)
            lists = [each for each in census.of(exp.TableAlias) if each.args.get("columns")]
            self._learn([*census.of(exp.Alias), *lists])

    def key(self, value: exp.Expression) -> exp.Expression:
        """What a value is sorted by."""
        made = apply("variant_order", value.copy(), _typeof(value))
        return apply("instant_order", made) if self.has_instants else made

    def _learn(self, aliases: list[exp.Expression]) -> None:
        before = -1
        while before != len(self._names):
            before = len(self._names)
            for alias in aliases:
                if isinstance(alias, exp.TableAlias):
                    self._names.update(str(c.name).upper() for c in alias.args["columns"])
                elif self.may_be(alias.this):
                    self._names.add(alias.alias.upper())

    def may_be(self, node: exp.Expression) -> bool:
        """Whether an expression may be a VARIANT."""
        node = plain(node)
        if isinstance(node, exp.Column):
            return node.name.upper() in self._names
        if isinstance(node, exp.PositionalColumn) or is_variant(node) or _is_json(node):
            return True
        if node.meta.get(KIND) == ZONED:
            return True
        if isinstance(node, exp.Anonymous) and str(node.this).lower() in _PASSING_CALLS:
            return any(map(self.may_be, node.expressions))
        return isinstance(node, _PASSING) and any(
            self.may_be(each)
            for each in node.iter_expressions()
            if not (isinstance(node, exp.If) and each.arg_key == "this")
        )


def _is_json(node: Any) -> bool:
    return isinstance(node, (exp.Cast, exp.TryCast)) and node.to.this == DataType.Type.JSON


def _typeof(node: exp.Expression) -> exp.Expression:
    return apply("typeof", node.copy())


def _fit(value: exp.Expression, other: exp.Expression) -> exp.Expression:
    """A value as it is to be compared with another."""
    bare = plain(other)
    if isinstance(bare, exp.Placeholder) or (is_text(bare) and not isinstance(bare, exp.Literal)):
        bare = exp.Literal.string("")
    return apply("variant_fit", bare.copy(), value.copy(), _typeof(value), _typeof(bare))


def _sought(value: exp.Expression) -> exp.Expression:
    return apply("variant_sought", value.copy())


def _pair(
    left: exp.Expression, right: exp.Expression, names: _Names
) -> tuple[exp.Expression, exp.Expression]:
    """Both sides of a comparison; as they are where neither may be a VARIANT."""
    bare = (plain(left), plain(right))
    if any(isinstance(each, (exp.Null, exp.Tuple, exp.Any, exp.All)) for each in bare):
        return left, right
    if not (names.may_be(left) or names.may_be(right)):
        return left, right
    if any(isinstance(each, (exp.Query, exp.Subquery)) for each in bare):
        return _sought(left), _sought(right)
    fixed = (exp.Literal, exp.Placeholder, exp.Boolean)
    return (
        left if isinstance(bare[0], fixed) else _fit(left, right),
        right if isinstance(bare[1], fixed) else _fit(right, left),
    )


def _comparison(node: exp.Expression, names: _Names) -> exp.Expression:
    if isinstance(node.parent, exp.Update) and node.arg_key == "expressions":
        return node  # an assignment
    left, right = _pair(node.this, node.expression, names)
    if left is not node.this:
        node.set("this", left)
    if right is not node.expression:
        node.set("expression", right)
    return node


def _between(node: exp.Between, names: _Names) -> exp.Expression:
    """`v BETWEEN a AND b` is `v >= a AND v <= b`."""
    value, low, high = node.this, node.args["low"], node.args["high"]
    if not any(map(names.may_be, (value, low, high))):
        return node
    least = _comparison(exp.GTE(this=value.copy(), expression=low.copy()), names)
    most = _comparison(exp.LTE(this=value.copy(), expression=high.copy()), names)
    return exp.Paren(this=exp.And(this=least, expression=most))


def _in(node: exp.In, names: _Names) -> exp.Expression:
    """`v IN (a, b)`: each compares by itself; in a subquery, by a key that VARIANTs share."""
    value = node.this
    query = node.args.get("query")
    if query is not None:
        if isinstance(plain(value), exp.Tuple) or not names.may_be(value):
            return node
        inner = exp.Select(expressions=[_sought(exp.column("_item"))])
        source = (
            query.copy() if isinstance(query, exp.Subquery) else exp.Subquery(this=query.copy())
        )
        alias = exp.TableAlias(this=exp.to_identifier("_of"), columns=[exp.to_identifier("_item")])
        source.set("alias", alias)
        inner.set("from_", exp.From(this=source))
        node.set("this", _sought(value))
        node.set("query", exp.Subquery(this=inner))
        return node
    items = node.expressions
    if isinstance(node.parent, exp.Pivot) or isinstance(plain(value), exp.Tuple):
        return node
    if not items or not (names.may_be(value) or any(map(names.may_be, items))):
        return node
    if _alike(items):
        node.set("this", _fit(value, items[0]))
        return node
    terms = [_comparison(exp.EQ(this=value.copy(), expression=i.copy()), names) for i in items]
    return exp.Paren(this=exp.or_(*terms, copy=False))


def _alike(items: list[exp.Expression]) -> bool:
    """Whether all items are literals of one kind."""
    return all(
        isinstance(each, exp.Literal) and each.is_string == items[0].is_string for each in items
    )


def _case(node: exp.Case, names: _Names) -> exp.Expression:
    """`CASE v WHEN a THEN b` is `CASE WHEN v = a THEN b`."""
    value = node.this
    branches = node.args["ifs"]
    if value is None or not any(map(names.may_be, (value, *(b.this for b in branches)))):
        return node
    for branch in branches:
        equal = exp.EQ(this=value.copy(), expression=branch.this.copy())
        branch.set("this", _comparison(equal, names))
    node.set("this", None)
    return node


def _nullif(node: exp.Nullif, names: _Names) -> exp.Expression:
    """`NULLIF(v, a)` is `CASE WHEN v = a THEN NULL ELSE v END`."""
    value, other = node.this, node.expression
    if not (names.may_be(value) or names.may_be(other)):
        return node
    equal = _comparison(exp.EQ(this=_wrapped(value), expression=_wrapped(other)), names)
    return exp.Case().when(equal, exp.Null(), copy=False).else_(value, copy=False)


def _wrapped(node: exp.Expression) -> exp.Expression:
    return exp.Paren(this=node.copy()) if isinstance(node, exp.Binary) else node.copy()


def _arithmetic(node: exp.Expression, names: _Names) -> exp.Expression:
    for key in ("this", "expression"):
        operand = plain(node.args[key])
        if isinstance(operand, exp.Column) and names.may_be(operand):
            made = apply("variant_as_number", operand.copy(), _typeof(operand))
            node.set(key, made)
    return node


# --- ORDER BY ------------------------------------------------------------------------------------


def _order(node: exp.Order, names: _Names) -> exp.Expression:
    """ORDER BY sorts VARIANTs by their values."""
    owner = node.parent
    if isinstance(owner, exp.Anonymous):
        return _listed(node, names)
    if not isinstance(owner, (exp.Select, exp.Window, exp.SetOperation)):
        return node
    items = owner.selects if isinstance(owner, exp.Query) else []
    found = [(item, _ordered(item.this, items)) for item in node.expressions]
    chosen = [(item, value) for item, value in found if value is not None and names.may_be(value)]
    if not chosen:
        return node
    if isinstance(owner, exp.SetOperation) or owner.args.get("distinct"):
        return _outside(node, owner, names)
    for item, value in chosen:
        item.set("this", names.key(value))
    return node


def _listed(node: exp.Order, names: _Names) -> exp.Expression:
    """`list([DISTINCT] v ORDER BY v)`: with DISTINCT DuckDB orders by what is listed alone."""
    chosen = [item for item in node.expressions if names.may_be(item.this)]
    distinct = node.this.expressions[0] if isinstance(node.this, exp.Distinct) else None
    if distinct is not None and any(item.this != distinct for item in node.expressions):
        return node  # an error
    for item in chosen:
        item.set("this", names.key(item.this))
    if chosen and distinct is not None:
        node.set("this", distinct)
        whole: Any = node.parent
        while isinstance(whole.parent, (exp.Filter, exp.Window)) and whole.arg_key == "this":
            whole = whole.parent
        first = apply("first_of_each")
        whole.replace(first)
        first.set("expressions", [whole])
    return node


def _ordered(item: exp.Expression, items: list[Any]) -> exp.Expression | None:
    """What an item of ORDER BY stands for: a position or an alias is an item of the SELECT."""
    bare = plain(item)
    if isinstance(bare, exp.Literal) and not bare.is_string:
        place = int(str(bare.this)) - 1
        if not 0 <= place < len(items):
            return None
        return _unnamed(items[place])
    if isinstance(bare, exp.Column) and not bare.table:
        for each in items:
            if isinstance(each, exp.Alias) and each.alias.upper() == bare.name.upper():
                return _unnamed(each)
    return bare


def _unnamed(item: exp.Expression) -> exp.Expression:
    return plain(item.this) if isinstance(item, exp.Alias) else item


def _outside(node: exp.Order, owner: exp.Expression, names: _Names) -> exp.Expression:
    """The order of a set operation or of SELECT DISTINCT, which knows only their columns."""
    items = owner.selects if isinstance(owner, exp.Query) else []
    for item in node.expressions:
        value = plain(item.this)
        if isinstance(value, exp.Literal) and (place := int(str(value.this))) <= len(items):
            value = exp.column(identifier(items[place - 1].alias_or_name))
        item.set("this", names.key(value))
    inner = owner.copy()
    for part in ("order", "limit", "offset", "with_"):
        inner.set(part, None)
    outer = exp.Select(expressions=[exp.Star()])
    outer.set("from_", exp.From(this=exp.Subquery(this=inner)))
    for part in ("order", "limit", "offset", "with_"):
        if owner.args.get(part):
            outer.set(part, owner.args[part].copy())
    if owner is names.root:
        names.root = outer
    owner.replace(outer)
    return node


def _extreme(name: str) -> Any:
    """MIN, MAX of VARIANTs go by their values."""

    def fit(node: exp.Min | exp.Max, names: _Names) -> exp.Expression:
        value = node.this
        if isinstance(value, exp.Distinct) or not names.may_be(value):
            return node
        return apply(name, value, names.key(value))

    return fit


#: Calls that answer the greatest or the least argument, and the comparison that tells it.
_SIDES: Final[dict[str, type[exp.Expression]]] = {"greatest": exp.GTE, "least": exp.LTE}


def _side(node: exp.Anonymous) -> type[exp.Expression] | None:
    return _SIDES.get(str(node.this))


def _chosen(node: exp.Anonymous, names: _Names) -> exp.Expression:
    """GREATEST, LEAST of VARIANTs: the first that stands all comparisons; NULLs are passed over."""
    values, side = node.expressions, _side(node)
    if side is None or len(values) < 2 or not any(map(names.may_be, values)):
        return node
    case = exp.Case()
    for number, value in enumerate(values[:-1]):
        terms: list[exp.Expression] = [exp.Not(this=_is_null(value))]
        for other in values[number + 1 :]:
            fits = _comparison(side(this=value.copy(), expression=other.copy()), names)
            terms.append(exp.Paren(this=exp.Or(this=fits, expression=_is_null(other))))
        case = case.when(exp.and_(*terms, copy=False), value.copy(), copy=False)
    return case.else_(values[-1].copy(), copy=False)


def _is_null(value: exp.Expression) -> exp.Expression:
    return exp.Is(this=exp.Paren(this=value.copy()), expression=exp.Null())


def _keyed(node: exp.Anonymous, names: _Names) -> exp.Expression:
    """MIN_BY, MAX_BY: by the values of VARIANTs."""
    value, by, *rest = node.expressions
    if names.may_be(by):
        node.set("expressions", [value, names.key(by), *rest])
    return node


def _as_number(node: exp.Anonymous, names: _Names) -> exp.Expression:
    """PERCENTILE_DISC: VARIANTs are numbers."""
    value, *rest = node.expressions
    if names.may_be(value):
        node.set("expressions", [apply("variant_as_number", value, _typeof(value)), *rest])
    return node


#: The same of what comes as a call.
_CALLS: Final[dict[str, Any]] = {
    **dict.fromkeys(_SIDES, _chosen),
    **dict.fromkeys(("arg_min_null", "arg_max_null", "arg_min", "arg_max"), _keyed),
    "quantile_disc": _as_number,
}

_FITS: Final[dict[type[exp.Expression], Any]] = {
    **dict.fromkeys(_COMPARISONS, _comparison),
    **dict.fromkeys(_ARITHMETIC, _arithmetic),
    exp.Between: _between,
    exp.In: _in,
    exp.Case: _case,
    exp.Nullif: _nullif,
    exp.Order: _order,
    exp.Min: _extreme("arg_min"),
    exp.Max: _extreme("arg_max"),
}
