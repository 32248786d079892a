"""Calls of PostgreSQL's functions that Snowflake has under another name or in another form.

Manual: chapter 9. Those that Snowflake does not have at all are in `functions.postgres`.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from mockhaus.translation.postgres import intervals
from mockhaus.translation.postgres.definitions import next_number
from mockhaus.translation.postgres.forms import Form, named, refused
from mockhaus.translation.postgres.sources import row_list


def _all(node: exp.Anonymous) -> exp.Expression | None:
    """`ALL (array)`, which comes as a call."""
    if str(node.this).upper() == "ALL" and len(node.expressions) == 1:
        return exp.All(this=node.expressions[0])
    return None


def called(node: exp.Anonymous) -> exp.Expression:
    """A call by name: ALL of an array, or a function that has a Snowflake form."""
    found = _all(node)
    if found is not None:
        return found
    rows = None if isinstance(node.parent, (exp.Table, exp.Lateral)) else row_list(node)
    if rows is not None:
        return named("UNNEST_LIST", rows)
    make = _CALLS.get(str(node.this).upper())
    return node if make is None else make(node)


def _renamed(kind: type[exp.Expression]) -> Form:
    """A call of one argument as a class of Snowflake's functions."""
    return lambda node: kind(this=node.expressions[0]) if len(node.expressions) == 1 else node


def _renaming(name: str) -> Form:
    return lambda node: named(name, *node.expressions)


def _object(node: exp.Anonymous) -> exp.Expression:
    """json_build_object(key, value, ..)."""
    items = node.expressions
    if len(items) % 2:
        raise refused("json_build_object of an odd number of arguments")
    pairs = [
        exp.JSONKeyValue(this=k, expression=v) for k, v in zip(items[::2], items[1::2], strict=True)
    ]
    return exp.JSONObject(expressions=pairs)


def _flags(node: exp.Anonymous) -> exp.Expression:
    """`regexp_replace(a, p, r, 'g')`: a number in the fourth place is Snowflake's."""
    if len(node.expressions) == 4 and getattr(node.expressions[3], "is_string", False):
        return named("REGEXP_REPLACE_FLAGS", *node.expressions)
    return node


def _fractions(node: exp.Anonymous) -> exp.Expression:
    """`SS.US`, `SS.MS` in the model of a timestamp are FF6, FF3 in Snowflake's."""
    if len(node.expressions) == 2:
        model = node.expressions[1]
        if isinstance(model, exp.Literal) and model.is_string:
            text = model.name.replace("SS.US", "SS.FF6").replace("SS.MS", "SS.FF3")
            model.replace(exp.Literal.string(text))
    return node


def _one(name: str) -> Form:
    """A function that has one argument more in Snowflake's sense of its name."""
    return lambda node: named(name, *node.expressions) if len(node.expressions) == 1 else node


_CALLS: Final[dict[str, Form]] = {
    "MAKE_INTERVAL": intervals.made,
    "NEXTVAL": next_number,
    **dict.fromkeys(("BOOL_AND", "EVERY"), _renamed(exp.LogicalAnd)),
    "BOOL_OR": _renamed(exp.LogicalOr),
    "BIT_AND": _renamed(exp.BitwiseAndAgg),
    "BIT_OR": _renamed(exp.BitwiseOrAgg),
    "BIT_XOR": _renamed(exp.BitwiseXorAgg),
    "LOG": _one("LOG10"),
    "CEILING": _renamed(exp.Ceil),
    "TO_JSONB": _renamed(exp.ToVariant),
    **dict.fromkeys(
        ("JSON_OBJECT_AGG", "JSONB_OBJECT_AGG"),
        lambda node: exp.ObjectAgg(this=node.expressions[0], expression=node.expressions[1]),
    ),
    **dict.fromkeys(("JSON_ARRAY_LENGTH", "JSONB_ARRAY_LENGTH"), _renamed(exp.ArraySize)),
    **dict.fromkeys(("JSON_BUILD_OBJECT", "JSONB_BUILD_OBJECT"), _object),
    **dict.fromkeys(
        ("JSON_BUILD_ARRAY", "JSONB_BUILD_ARRAY"),
        lambda node: exp.Array(expressions=node.expressions),
    ),
    "REGEXP_REPLACE": _flags,
    "TO_TIMESTAMP": _fractions,
    "MAKE_DATE": _renaming("DATE_FROM_PARTS"),
    "MAKE_TIME": _renaming("TIME_FROM_PARTS"),
}
