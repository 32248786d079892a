"""Operands: what an expression's form tells of its type, and conversions that Snowflake implies.

Snowflake converts arguments on its own (a number where text is needed, text where a number is);
DuckDB does not. Types of columns are not known while translating: the macros `text_of`, `number_of`
find them when DuckDB binds the query, which costs nothing at run time.

Snowflake's manual: "Data type conversion", implicit casting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import UnsupportedFeature, WrongArguments
from mockhaus.translation.registry import Function, apply, call

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: Key of `meta` under which a rewriter notes the type of what it made: TEXT or NUMBER.
KIND: Final = "kind"
TEXT: Final = "text"
NUMBER: Final = "number"
VARIANT: Final = "variant"

_SIMPLE: Final = (exp.Column, exp.Null, exp.Placeholder, exp.PositionalColumn, exp.Boolean)
_NUMBERS: Final = (exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Count)
_TEXT_TYPES: Final = frozenset((DataType.Type.TEXT, DataType.Type.VARCHAR))


def noted(node: exp.Expression, kind: str) -> exp.Expression:
    """The node, with a note of its type."""
    node.meta[KIND] = kind
    return node


def text_call(name: str, *arguments: exp.Expression) -> exp.Expression:
    """A call of a DuckDB function or macro that answers text."""
    return noted(apply(name, *arguments), TEXT)


def number_call(name: str, *arguments: exp.Expression) -> exp.Expression:
    """A call of a DuckDB function or macro that answers a number."""
    return noted(apply(name, *arguments), NUMBER)


def variant_call(name: str, *arguments: exp.Expression) -> exp.Expression:
    """A call of a DuckDB function or macro that answers a VARIANT."""
    return noted(apply(name, *arguments), VARIANT)


def plain(node: exp.Expression) -> exp.Expression:
    """The expression within parentheses."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def is_text(node: exp.Expression) -> bool:
    """Whether an expression is known to be VARCHAR."""
    node = plain(node)
    if isinstance(node, exp.Literal):
        return bool(node.is_string)
    if isinstance(node, (exp.Cast, exp.TryCast)):
        return node.to.this in _TEXT_TYPES
    return isinstance(node, exp.DPipe) or node.meta.get(KIND) == TEXT


def text(node: exp.Expression) -> exp.Expression:
    """The expression as text, spelled as Snowflake's TO_VARCHAR does."""
    bare = plain(node)
    if isinstance(bare, exp.Literal):
        return exp.Literal.string(bare.this)
    if is_text(bare):
        return node
    return text_call("text_of" if isinstance(bare, _SIMPLE) else "text_once", node)


def is_variant(node: exp.Expression) -> bool:
    """Whether an expression is known to be VARIANT: a path, or FLATTEN's column VALUE."""
    node = plain(node)
    if isinstance(node, exp.Column):
        return node.name.upper() == "VALUE" and bool(node.table)
    return isinstance(node, (exp.JSONExtract, exp.Bracket)) or node.meta.get(KIND) == VARIANT


def like_type(variant: exp.Expression, other: exp.Expression) -> exp.Expression:
    """A VARIANT as the type of what it is compared with."""
    if is_text(other):
        return text(variant)
    if isinstance(other, (exp.Literal, *_NUMBERS)) or other.meta.get(KIND) == NUMBER:
        return number(variant)
    if isinstance(other, exp.Boolean):
        return apply("to_boolean", variant)
    return variant


def number(node: exp.Expression) -> exp.Expression:
    """The expression as a number: text and VARIANT are converted, others left alone."""
    bare = plain(node)
    if isinstance(bare, exp.Literal) and not bare.is_string:
        return node
    if isinstance(bare, _NUMBERS) or bare.meta.get(KIND) == NUMBER:
        return node
    return number_call("number_of", node)


def literal_text(node: exp.Expression, what: str) -> str:
    """The text of a literal argument. Raises UnsupportedFeature if it is not one."""
    bare = plain(node)
    if isinstance(bare, exp.Literal):
        return str(bare.this)
    raise UnsupportedFeature(
        f"Unsupported feature '{what} that is not a literal'.", position=node.meta.get("start")
    )


def literal_number(node: exp.Expression | None) -> int | None:
    """The value of an integer literal with an optional sign, else None."""
    if node is None:
        return None
    bare = plain(node)
    sign = 1
    if isinstance(bare, exp.Neg):
        sign, bare = -1, plain(bare.this)
    if isinstance(bare, exp.Literal):
        try:
            return sign * int(str(bare.this))
        except ValueError:
            return None
    return None


def is_null(node: exp.Expression) -> bool:
    """Whether an expression is the literal NULL."""
    return isinstance(plain(node), exp.Null)


def positional(node: exp.Anonymous, *names: str) -> None:
    """Put arguments given by name (`SCALE => 2`) in their places. Raises WrongArguments."""
    given = {
        value.this.name.upper(): value.expression
        for value in node.expressions
        if isinstance(value, exp.Kwarg)
    }
    if not given:
        return
    plain_ones = [value for value in node.expressions if not isinstance(value, exp.Kwarg)]
    rest = names[len(plain_ones) :]
    used = [given.pop(name) for name in rest if name in given]
    if given:
        raise WrongArguments(f"SQL compilation error:\nunknown argument names {sorted(given)}")
    node.set("expressions", [*plain_ones, *used])


def integer(value: int) -> exp.Expression:
    """An integer literal."""
    return exp.Literal.number(value)


def string(value: str) -> exp.Expression:
    """A text literal."""
    return exp.Literal.string(value)


def converted(node: exp.Expression, kind: str) -> exp.Expression:
    """An argument as a signature asks for it: `t` text, `n` number, `x` as it is."""
    if kind == "t":
        return text(node)
    if kind == "n":
        return number(node)
    return node


def typed(names: str, signature: str, to: str = "", *, partial: str = "") -> Function:
    """A function that becomes the DuckDB function or macro `to`, its arguments converted.

    `"tn?t>t"`: text and a number are needed, a text may follow, and the answer is text.
    """
    arguments, _, result = signature.partition(">")
    needed = arguments.partition("?")[0]
    kinds = arguments.replace("?", "")
    target = to or names.split(maxsplit=1)[0].lower()

    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        values = [converted(v, kinds[i]) for i, v in enumerate(node.expressions)]
        made = apply(target, *values)
        return noted(made, _RESULTS[result]) if result else made

    return call(names, rewritten, len(needed), len(kinds), partial=partial)


_RESULTS: Final = {"t": TEXT, "n": NUMBER, "v": VARIANT}
