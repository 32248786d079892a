"""Refusals of what no table of the walk knows, by name."""

from __future__ import annotations

from sqlglot import exp

from mockhaus.errors import UnknownFunction, UnsupportedFeature
from mockhaus.translation.dialect import CALLED, snowflake_text
from mockhaus.translation.registry import Function, check_arity


def by_case_alone(name: str, other: str) -> UnsupportedFeature:
    """The refusal of two names that are one to DuckDB, and two to Snowflake."""
    return UnsupportedFeature(
        f'Unsupported feature \'names that differ by case alone: "{other}" and "{name}"\'.'
    )


def unknown(node: exp.Expression) -> UnsupportedFeature | UnknownFunction:
    """The refusal of a node that no table knows."""
    position = node.meta.get("start")
    if isinstance(node, exp.Func):
        own = isinstance(node, exp.Anonymous)
        name = str(node.this).upper() if own else type(node).sql_names()[0]
        return UnknownFunction(
            f"SQL compilation error:\nUnknown function {name}", position=position
        )
    shown = snowflake_text(node).split("\n", 1)[0][:60]
    return UnsupportedFeature(f"Unsupported feature '{shown}'.", position=position)


def unknown_name(node: exp.Expression) -> UnknownFunction:
    """The refusal of a function by a name that other dialects have for one of Snowflake's."""
    return UnknownFunction(
        f"SQL compilation error:\nUnknown function {str(node.meta[CALLED]).upper()}",
        position=node.meta.get("start"),
    )


def check_call(function: Function, node: exp.Anonymous) -> None:
    """Raises WrongArguments for a call with a wrong number of arguments."""
    count = len(node.expressions)
    if not function.least <= count <= function.most:
        check_arity(function, snowflake_text(node), count, node.meta.get("start"))


def refused_function(function: Function, node: exp.Expression) -> UnsupportedFeature:
    """The refusal of a function that Snowflake has and Mockhaus has not."""
    name = str(node.this).upper() if isinstance(node, exp.Anonymous) else function.names[0]
    return UnsupportedFeature(
        f"Unsupported feature 'function {name}'.",
        hint=function.refused,
        position=node.meta.get("start"),
    )
