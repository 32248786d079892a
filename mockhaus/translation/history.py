"""What tells of the past: RESULT_SCAN, the history table functions, SNOWFLAKE.ACCOUNT_USAGE.

The connection makes each relation of this moment (`Context.made`); what a call narrows it to is
written around it. Snowflake's manual: "RESULT_SCAN", "QUERY_HISTORY, QUERY_HISTORY_BY_*",
"COPY_HISTORY", "Account Usage".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import ResultNotFound, UnsupportedFeature, WrongArguments
from mockhaus.translation.context import ObjectName
from mockhaus.translation.dialect import tokenize
from mockhaus.translation.functions import tags
from mockhaus.translation.grammar.reader import Reader
from mockhaus.translation.registry import apply
from mockhaus.translation.types.operands import literal_number, plain

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: Rows of a history that a call answers if it says nothing, and at most.
_LIMIT: Final = 100
_MOST: Final = 10_000

#: Argument of a history function -> column and comparison; the value is any expression.
_NARROWED: Final = {
    "END_TIME_RANGE_START": ("END_TIME", exp.GTE),
    "END_TIME_RANGE_END": ("END_TIME", exp.LTE),
    "SESSION_ID": ("SESSION_ID", exp.EQ),
    "USER_NAME": ("USER_NAME", exp.EQ),
    "WAREHOUSE_NAME": ("WAREHOUSE_NAME", exp.EQ),
    "START_TIME": ("LAST_LOAD_TIME", exp.GTE),
    "END_TIME": ("LAST_LOAD_TIME", exp.LTE),
    "TIME_RANGE_START": ("EVENT_TIMESTAMP", exp.GTE),
    "TIME_RANGE_END": ("EVENT_TIMESTAMP", exp.LTE),
}

_RANGE: Final = ("END_TIME_RANGE_START", "END_TIME_RANGE_END")
_LOGIN_RANGE: Final = ("TIME_RANGE_START", "TIME_RANGE_END")
#: Function of INFORMATION_SCHEMA -> its arguments, in order.
_FUNCTIONS: Final = {
    "QUERY_HISTORY": (*_RANGE, "RESULT_LIMIT", "INCLUDE_CLIENT_GENERATED_STATEMENT"),
    "QUERY_HISTORY_BY_SESSION": ("SESSION_ID", *_RANGE, "RESULT_LIMIT"),
    "QUERY_HISTORY_BY_USER": ("USER_NAME", *_RANGE, "RESULT_LIMIT"),
    "QUERY_HISTORY_BY_WAREHOUSE": ("WAREHOUSE_NAME", *_RANGE, "RESULT_LIMIT"),
    "COPY_HISTORY": ("TABLE_NAME", "START_TIME", "END_TIME"),
    "LOGIN_HISTORY": (*_LOGIN_RANGE, "RESULT_LIMIT"),
    "LOGIN_HISTORY_BY_USER": ("USER_NAME", *_LOGIN_RANGE, "RESULT_LIMIT"),
}

#: Views of SNOWFLAKE.ACCOUNT_USAGE.
_VIEW_MACROS: Final = frozenset(("TABLES", "COLUMNS", "COPY_HISTORY", "TAGS", "TAG_REFERENCES"))
VIEWS: Final = _VIEW_MACROS | {"QUERY_HISTORY", "LOGIN_HISTORY"}


#: The original server's own table of statements, in whatever database.
_ORIGINAL: Final = ("__MOCKHAUS__", "QUERY_HISTORY")


def is_view(name: ObjectName) -> bool:
    """Whether a full name is one of SNOWFLAKE.ACCOUNT_USAGE, or __MOCKHAUS__.QUERY_HISTORY."""
    schema = (name.schema or "").upper()
    if (name.database or "").upper() == "SNOWFLAKE":
        return schema == "ACCOUNT_USAGE"
    return (schema, name.name.upper()) == _ORIGINAL


def view(name: ObjectName, walk: Walk) -> exp.Table:
    """What `is_view` tells of. Raises UnsupportedFeature."""
    view = name.name.upper()
    if (name.schema or "").upper() == _ORIGINAL[0]:
        return _made(".".join(_ORIGINAL), None, walk)
    if view not in VIEWS:
        raise UnsupportedFeature(f"Unsupported feature 'ACCOUNT_USAGE.{view}'.")
    if view in _VIEW_MACROS:
        walk.counts = walk.counts or view == "TABLES"
        return exp.Table(this=apply(f"account_usage_{view.lower()}"))
    return _made(f"ACCOUNT_USAGE.{view}", None, walk)


def _made(name: str, argument: str | None, walk: Walk) -> exp.Table:
    """A relation that the connection makes."""
    if walk.context.made is None:
        raise UnsupportedFeature(f"Unsupported feature '{name}'.")
    walk.volatile = True
    text, columns = walk.context.made(name, argument)
    walk.made.append(columns)
    return exp.Table(this=exp.Var(this=f"({text})"))


def _star(source: exp.Table) -> exp.Select:
    source.set("alias", exp.TableAlias(this=exp.to_identifier("_past")))
    return exp.Select(expressions=[exp.Star()], from_=exp.From(this=source))


def result_scan(node: exp.Anonymous, walk: Walk) -> exp.Select:
    """RESULT_SCAN(query id): the rows of an earlier statement."""
    if len(node.expressions) != 1:
        raise WrongArguments(
            "SQL compilation error:\nwrong number of arguments for function [RESULT_SCAN]"
        )
    number = literal_number(node.expressions[0])
    if number is not None and not plain(node.expressions[0]).is_string:
        called = apply("LAST_QUERY_ID", exp.Literal.number(abs(number)))
        if number < 0:
            called.set("expressions", [exp.Neg(this=exp.Literal.number(-number))])
        node.set("expressions", [called])
    value = plain(walk.rewrite(node.expressions[0]))
    if isinstance(value, exp.Null):
        raise ResultNotFound("Statement NULL not found")
    if not isinstance(value, exp.Literal):
        raise UnsupportedFeature("Unsupported feature 'RESULT_SCAN of an expression'.")
    return _star(_made("RESULT_SCAN", str(value.this), walk))


def function(name: str, node: exp.Anonymous, walk: Walk) -> exp.Select | None:
    """A table function of INFORMATION_SCHEMA as a query, None if it is none of these."""
    if name in tags.TABLE_FUNCTIONS:
        return _star(exp.Table(this=tags.table_function(name, node, walk)))
    known = _FUNCTIONS.get(name)
    if known is None:
        return None
    given = _arguments(name, node, known)
    limit = literal_number(given.pop("RESULT_LIMIT", None) or exp.Literal.number(_LIMIT))
    if limit is None or not 1 <= limit <= _MOST:
        raise WrongArguments(
            f"SQL compilation error:\ninvalid value for RESULT_LIMIT of {name}: 1 to {_MOST}"
        )
    given.pop("INCLUDE_CLIENT_GENERATED_STATEMENT", None)
    if name == "COPY_HISTORY":
        select, limit = _star(_copies(given, walk)), _MOST
    else:
        select = _star(_made(name.partition("_BY_")[0], None, walk))
        if name.endswith("_BY_USER") and "USER_NAME" not in given:
            given["USER_NAME"] = exp.Literal.string(walk.context.user)
        if name == "QUERY_HISTORY_BY_SESSION" and "SESSION_ID" not in given:
            given["SESSION_ID"] = exp.Literal.number(walk.context.connection_id)
    conditions = []
    for key, value in given.items():
        column, compare = _NARROWED[key]
        other = walk.rewrite(value)
        if column == "SESSION_ID":
            other = exp.cast(other, "BIGINT")
        elif column.endswith(("TIME", "TIMESTAMP")):
            other = exp.cast(other, "TIMESTAMPTZ")
        conditions.append(compare(this=exp.column(column), expression=other))
    if conditions:
        select.set("where", exp.Where(this=exp.and_(*conditions)))
    select.set("limit", exp.Limit(expression=exp.Literal.number(limit)))
    return select


def _arguments(name: str, node: exp.Anonymous, known: tuple[str, ...]) -> dict[str, exp.Expression]:
    given: dict[str, exp.Expression] = {}
    for place, item in enumerate(node.expressions):
        key = known[min(place, len(known) - 1)]
        if isinstance(item, exp.Kwarg):
            key, item = str(item.this.name).upper(), item.expression
        if key not in known:
            raise WrongArguments(
                f"SQL compilation error:\nInvalid argument name '{key}' for function {name}"
            )
        given[key] = item
    return given


def _named(text: str) -> ObjectName:
    return Reader(tokenize(text), text).object_name()


def _copies(given: dict[str, exp.Expression], walk: Walk) -> exp.Table:
    table = given.pop("TABLE_NAME", None)
    if not isinstance(table, exp.Literal) or "START_TIME" not in given:
        raise WrongArguments(
            "SQL compilation error:\nCOPY_HISTORY needs a TABLE_NAME and a START_TIME"
        )
    full = walk.context.resolve(_named(str(table.this)))
    parts = (full.database, full.schema, full.name)
    return exp.Table(
        this=apply("copy_history", *(exp.Literal.string(part or "") for part in parts))
    )
