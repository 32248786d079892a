"""Operators, arrays and conditions of catalog queries.

PostgreSQL's manual: 9.24 "Row and Array Comparisons", 4.2.5 "Operator Invocations".
"""

from __future__ import annotations

import re
from typing import Final, cast

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.postgres.functions import FUNCTIONS, REG
from mockhaus.translation.postgres.labels import element_type
from mockhaus.translation.postgres.queries import columns_of
from mockhaus.translation.postgres.walk import (
    Walk,
    refused,
    type_of,
    typed,
)

NUMBERS: Final = frozenset(("oid", "int2", "int4", "int8", *REG))

_OPERATORS: Final[dict[str, type[exp.Binary]]] = {
    "=": exp.EQ, "<>": exp.NEQ, "!=": exp.NEQ, "<": exp.LT, ">": exp.GT, "<=": exp.LTE,
    ">=": exp.GTE, "~~": exp.Like, "~~*": exp.ILike, "||": exp.DPipe, "+": exp.Add, "-": exp.Sub,
}  # fmt: skip


def operator(node: exp.Operator, walk: Walk) -> exp.Expression:
    """`OPERATOR(pg_catalog.~)`: the operator whatever the search path is."""
    name = str(node.args["operator"]).removeprefix("pg_catalog.")
    this, other = node.this, node.expression
    if name in ("~", "~*", "!~", "!~*"):
        matched: exp.Expression = (exp.RegexpILike if "*" in name else exp.RegexpLike)(
            this=this, expression=other
        )
        return walk.rewrite(exp.Not(this=matched) if name.startswith("!") else matched)
    if name not in _OPERATORS:
        raise UnsupportedFeature(f"Unsupported feature 'operator {name}' in a catalog query.")
    return walk.rewrite(cast(exp.Expression, _OPERATORS[name](this=this, expression=other)))


def regexp(node: exp.Expression, walk: Walk) -> exp.Expression:
    flags = ", 'i'" if isinstance(node, exp.RegexpILike) else ""
    arguments = [node.this, node.expression]
    return walk.template(f"regexp_matches({{0}}, {{1}}{flags})", arguments, "bool")


def collate(node: exp.Collate, walk: Walk) -> exp.Expression:
    """All text is compared by its bytes here, so the default and "C" change nothing."""
    name = node.expression.sql(dialect="postgres").replace('"', "").removeprefix("pg_catalog.")
    if name not in ("default", "C", "POSIX"):
        raise UnsupportedFeature(f"Unsupported feature 'COLLATE \"{name}\"' in a catalog query.")
    return cast(exp.Expression, node.this)


def any_(node: exp.Any | exp.All, walk: Walk) -> exp.Expression:
    """`= ANY('{a,b}')`: the text is an array's."""
    inner = node.this
    while isinstance(inner, exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Placeholder) or (isinstance(inner, exp.Literal) and inner.is_string):
        node.set("this", exp.Paren(this=walk.template("pg_array({0})", [inner], None)))
    elif isinstance(inner, exp.Tuple) or isinstance(node.this, exp.Tuple):
        node.set("this", exp.Array(expressions=inner.expressions))
    else:
        node.set("this", exp.Paren(this=inner) if not isinstance(inner, exp.Query) else inner)
    return node


def compared(node: exp.Expression, walk: Walk) -> exp.Expression:
    """`x <> ALL (array)`, which sqlglot reads as a function."""
    right = node.expression
    if isinstance(right, exp.Anonymous) and str(right.this).lower() == "all":
        node.set("expression", exp.All(this=right.expressions[0]))
    walk.children(node)
    right = node.expression
    if isinstance(right, exp.All) and not isinstance(right.this, exp.Query):
        sql = "(NOT list_contains({1}, {0}))" if isinstance(node, exp.NEQ) else None
        if sql is None:
            raise refused(node)
        return walk.template(sql, [node.this, right.this], "bool")
    if isinstance(right, exp.Any) and not isinstance(right.this, exp.Query):
        if isinstance(node, exp.EQ):
            return walk.template("list_contains({1}, {0})", [node.this, right.this], "bool")
        raise refused(node)
    return typed(node, "bool")


def same(node: exp.Expression, walk: Walk) -> exp.Expression:
    """The type is that of the first argument that has one."""
    children = [node.this, *(node.args.get("expressions") or [])]
    kinds = [type_of(each) for each in children if isinstance(each, exp.Expression)]
    return typed(node, next((kind for kind in kinds if kind), None))


def case(node: exp.Case, walk: Walk) -> exp.Expression:
    walk.argument(node, "this")
    kinds: list[str | None] = []
    for branch in node.args["ifs"]:
        branch.set("this", walk.rewrite(branch.this))
        branch.set("true", walk.rewrite(branch.args["true"]))
        kinds.append(type_of(branch.args["true"]))
    if node.args.get("default") is not None:
        walk.argument(node, "default")
        kinds.append(type_of(node.args["default"]))
    # the last branch comes first (manual, 10.5), and a bare NULL says nothing
    return typed(node, next((kind for kind in reversed(kinds) if kind), None))


def array(node: exp.Expression, walk: Walk) -> exp.Expression:
    first = node.expressions[0] if node.expressions else node.this
    if isinstance(first, exp.Query):
        columns = columns_of(cast(exp.Expression, first))
        kind = columns[0][1] if columns else None
    else:
        kind = type_of(first.this if isinstance(first, exp.Order) else first)
    return typed(node, f"_{kind}" if kind else None)


def bracket(node: exp.Bracket, walk: Walk) -> exp.Expression:
    kind = type_of(node.this)
    if kind in ("int2vector", "oidvector"):  # they count from 0
        node.set(
            "expressions",
            [
                exp.Add(this=exp.Paren(this=e), expression=exp.Literal.number(1))
                for e in node.expressions
            ],
        )
    return typed(node, element_type(kind))


def byte_string(node: exp.Expression, walk: Walk) -> exp.Expression:
    text = str(node.this).encode().decode("unicode_escape")
    return exp.Literal.string(text)


def like(node: exp.Like | exp.ILike, walk: Walk) -> exp.Expression:
    """A backslash escapes unless another sign is named (manual, 9.7.1)."""
    if isinstance(node.parent, exp.Escape):
        return typed(node, "bool")
    return typed(exp.Escape(this=node, expression=exp.Literal.string("\\")), "bool")


def boolean(node: exp.Expression, walk: Walk) -> exp.Expression:
    return typed(node, "bool")


def div(node: exp.Div, walk: Walk) -> exp.Expression:
    """Whole numbers divide to a whole number."""
    kind = type_of(node.this)
    if kind in NUMBERS:
        return walk.template("({0} // {1})", [node.this, node.expression], kind)
    return node


def text(node: exp.Expression, walk: Walk) -> exp.Expression:
    return typed(node, "text")


def format_(node: exp.Expression, walk: Walk) -> exp.Expression:
    """`format('%I.%I', a, b)` with a literal pattern (manual, 9.4.1)."""
    pattern, arguments = node.this, list(node.expressions)
    if not (isinstance(pattern, exp.Literal) and pattern.is_string):
        raise refused(node)
    parts: list[exp.Expression] = []
    for piece in re.split(r"(%[sILn%])", str(pattern.this)):
        if piece in ("%I", "%s", "%L"):
            name = {"%I": "quote_ident", "%L": "quote_literal"}.get(piece)
            value = walk.template("CAST({0} AS VARCHAR)", [arguments.pop(0)], "text")
            parts.append(
                value if name is None else walk.template(FUNCTIONS[name].sql, [value], "text")
            )
        elif piece:
            parts.append(exp.Literal.string(piece.replace("%%", "%")))
    return walk.template("concat({*})", parts, "text")
