"""Context functions: they are answered from the connection and written in as literals.

Snowflake's manual: "Context functions".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus import __version__
from mockhaus.errors import InvalidParameter, UnsupportedFeature, WrongArguments
from mockhaus.translation.clauses import types
from mockhaus.translation.context import Context
from mockhaus.translation.registry import (
    Function,
    Rewriter,
    apply,
    call,
    refused,
    rewrite,
)
from mockhaus.translation.types import operands, structured
from mockhaus.translation.types.operands import (
    integer,
    literal_number,
    literal_text,
    string,
    text,
    variable_text,
)

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: The version of Snowflake whose behaviour is followed.
SNOWFLAKE_VERSION: Final = "9.36.0"


def _text(read: Callable[[Context], str | None]) -> Rewriter:
    def literal(node: exp.Expression, walk: Walk) -> exp.Expression:
        value = read(walk.context)
        if value is None:
            return exp.cast(exp.Null(), "TEXT")
        return exp.Literal.string(value)

    return literal


def _standing(name: str, walk: Walk) -> exp.Expression:
    """What the connection is, of those of `Context.standing`; in what is kept, who runs it."""
    if walk.context.is_kept:
        return exp.cast(apply("context_value", string(f"$.{name}")), "TEXT")
    value = walk.context.standing()[name]
    return exp.cast(exp.Null(), "TEXT") if value is None else string(value)


def _told(name: str) -> Rewriter:
    return lambda node, walk: _standing(name, walk)


def _held(walk: Walk, others: exp.Expression) -> exp.Expression:
    """The roles of the session, with what they inherit; `others`: all roles of its user."""
    walk.volatile = True
    return apply("session_roles", _standing("user", walk), _standing("role", walk), others)


def _has_others(walk: Walk) -> exp.Expression:
    return exp.EQ(this=_standing("secondary_roles", walk), expression=string("ALL"))


def _roles(node: exp.Expression, walk: Walk) -> exp.Expression:
    """CURRENT_AVAILABLE_ROLES: all that are granted to the user, as JSON text."""
    return exp.cast(apply("to_json", _held(walk, exp.true())), "TEXT")


def _other_roles(node: exp.Expression, walk: Walk) -> exp.Expression:
    """CURRENT_SECONDARY_ROLES: their names and what USE SECONDARY ROLES said, as JSON text."""
    held = _held(walk, exp.true())
    return apply("secondary_roles", held, _standing("role", walk), _has_others(walk))


def _last_query_id(node: exp.Expression, walk: Walk) -> exp.Expression:
    """LAST_QUERY_ID([n]): -1 is the most recent statement, 1 the connection's first."""
    walk.volatile = True
    arguments = node.args.get("expressions") or []
    number = literal_number(arguments[0]) if arguments else -1
    if number is None:
        raise WrongArguments(
            "SQL compilation error:\ninvalid argument for function [LAST_QUERY_ID]: a number"
        )
    ids = walk.context.last_query_ids
    at = number if number < 0 else number - 1
    found = ids[at] if ids and -len(ids) <= at < len(ids) else None
    return exp.Literal.string(found) if found is not None else exp.Null()


def _statement(node: exp.Expression, walk: Walk) -> exp.Expression:
    """CURRENT_STATEMENT: the text of this statement."""
    walk.volatile = True
    return exp.Literal.string(walk.text)


def _clock(node: exp.CurrentTimestamp, walk: Walk) -> exp.Expression:
    """CURRENT_TIMESTAMP, LOCALTIMESTAMP: a TIMESTAMP_LTZ. (SYSDATE is UTC without a zone.)"""
    digits = _digits(node)
    return _now() if digits is None else apply("timestamp_digits", _now(), digits)


def _now() -> exp.Expression:
    """The moment; without parentheses DuckDB takes it for an item of that label."""
    return apply("now")


def _digits(node: exp.Expression) -> exp.Expression | None:
    """The fractional digits asked for, None for all there are. Raises InvalidParameter."""
    given = node.args.get("this")
    if given is None:
        return None
    digits = literal_number(given)
    if digits is None or not 0 <= digits <= _MOST_DIGITS:
        raise InvalidParameter(
            "SQL compilation error:\nInvalid fractional seconds precision, it is 0 to 9"
        )
    return integer(digits) if digits < _KEPT_DIGITS else None


#: Fractional digits that may be asked for, and those that DuckDB keeps.
_MOST_DIGITS: Final = 9
_KEPT_DIGITS: Final = 6


def _today(node: exp.CurrentDate, walk: Walk) -> exp.Expression:
    return operands.noted(apply("today"), operands.DATE)


def _time_of_day(node: exp.Expression, walk: Walk) -> exp.Expression:
    """CURRENT_TIME, LOCALTIME: of the session's time zone."""
    time, digits = apply("to_time", _now()), _digits(node)
    return time if digits is None else apply("time_digits", time, digits)


def _schemas(node: exp.Expression, walk: Walk) -> exp.Expression:
    """CURRENT_SCHEMAS: the search path as JSON text."""
    context = walk.context
    if context.database is None or context.schema is None:
        return exp.Literal.string("[]")
    return exp.Literal.string(json.dumps([f"{context.database}.{context.schema}"]))


def _variable(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """GETVARIABLE('NAME'): a session variable as text, NULL for one that is not set."""
    walk.volatile = True
    name = literal_text(node.expressions[0], "name")
    value = walk.context.variables.get(name)
    text = exp.Null() if value is None else exp.Literal.string(variable_text(value))
    return exp.cast(text, "TEXT")


def _in_session(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """IS_ROLE_IN_SESSION: the role, the secondary ones, and what they inherit."""
    held = _held(walk, _has_others(walk))
    return apply("list_contains", held, apply("upper", text(node.expressions[0])))


def _get_ddl(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """GET_DDL(kind, name [, in full]): the text of now."""
    kind, name = (literal_text(each, "GET_DDL of a name") for each in node.expressions[:2])
    full = len(node.expressions) > 2 and _is_true(node.expressions[2])
    if walk.context.ddl is None:
        raise UnsupportedFeature("Unsupported feature 'function GET_DDL'.")
    walk.volatile = True
    return exp.Literal.string(walk.context.ddl(kind, name, full))


def _transaction(node: exp.Expression, walk: Walk) -> exp.Expression:
    """CURRENT_TRANSACTION: the id of the open one, NULL if none is."""
    walk.volatile = True
    running = walk.context.transaction
    return _id("" if running is None else running.id)


def _last_transaction(node: exp.Expression, walk: Walk) -> exp.Expression:
    """LAST_TRANSACTION: the id of the latest one, committed, rolled back or open."""
    walk.volatile = True
    running = walk.context.transaction
    return _id("" if running is None else running.last)


def _id(number: str) -> exp.Expression:
    return exp.cast(exp.Literal.string(number) if number else exp.Null(), "TEXT")


def _is_true(node: exp.Expression) -> bool:
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    raise WrongArguments(
        "SQL compilation error:\ninvalid argument for function [GET_DDL]: TRUE or FALSE"
    )


#: The largest whole number of an integer of so many bytes.
_BYTES: Final = ((1, 2**7), (2, 2**15), (4, 2**31), (8, 2**63), (16, 10**38))


def _kept(literal: exp.Literal) -> str:
    """How Snowflake keeps a literal: a text as a large object, a number in so many bytes."""
    if literal.is_string:
        return "LOB"
    number = Decimal(str(literal.this))
    whole = abs(int(number.scaleb(max(-int(number.as_tuple().exponent), 0))))
    return f"SB{next(size for size, limit in _BYTES if whole < limit)}"


def _meant(value: exp.Expression, node: exp.Expression) -> exp.Expression:
    """What an alias of an earlier item of the SELECT stands for, where only that tells the type."""
    select = node.find_ancestor(exp.Select)
    if not isinstance(value, exp.Column) or value.table or select is None:
        return value
    if structured.kind_of(value) is not None:
        return value
    for item in select.expressions:
        if isinstance(item, exp.Alias) and item.alias.upper() == value.name.upper():
            found = operands.plain(item.this)
            known = isinstance(found, exp.Literal) or structured.kind_of(found) is not None
            return found if known else value
    return value


def _typeof(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """SYSTEM$TYPEOF: a literal's own type, else that of what DuckDB has."""
    if structured.ASKED in node.meta:
        return exp.Literal.string(f"{node.meta[structured.ASKED]}[LOB]")
    value = _meant(operands.plain(node.expressions[0]), node)
    bare = operands.plain(value.this) if isinstance(value, exp.Neg) else value
    if isinstance(value, exp.Null):
        return exp.Literal.string("NULL[LOB]")
    if isinstance(bare, exp.Literal):
        return exp.Literal.string(f"{operands.system_type(bare)}[{_kept(bare)}]")
    kind = structured.kind_of(value)
    if kind is not None:
        return exp.Literal.string(f"{structured.spelled(kind, types.spelled)}[LOB]")
    if value.meta.get(operands.KIND) == operands.VARIANT:
        return exp.Literal.string("VARIANT[LOB]")
    return operands.text_call("system_typeof", value)


FUNCTIONS: Final[tuple[Function, ...]] = (
    rewrite("CURRENT_DATABASE", _text(lambda c: c.database), exp.CurrentDatabase, most=0),
    rewrite("CURRENT_SCHEMA", _text(lambda c: c.schema), exp.CurrentSchema, most=0),
    rewrite("CURRENT_SCHEMAS", _schemas, exp.CurrentSchemas, most=0),
    rewrite("CURRENT_USER", _told("user"), exp.CurrentUser, most=0),
    rewrite("CURRENT_ROLE", _told("role"), exp.CurrentRole, most=0),
    rewrite("CURRENT_ROLE_TYPE", _text(lambda c: "ROLE"), exp.CurrentRoleType, most=0),
    rewrite("CURRENT_AVAILABLE_ROLES", _roles, exp.CurrentAvailableRoles, most=0),
    rewrite("CURRENT_SECONDARY_ROLES", _other_roles, exp.CurrentSecondaryRoles, most=0),
    rewrite("CURRENT_WAREHOUSE", _told("warehouse"), exp.CurrentWarehouse, most=0),
    rewrite("CURRENT_ACCOUNT", _text(lambda c: "MOCKHAUS"), exp.CurrentAccount, most=0),
    rewrite("CURRENT_ACCOUNT_NAME", _text(lambda c: "MOCKHAUS"), exp.CurrentAccountName, most=0),
    rewrite(
        "CURRENT_ORGANIZATION_NAME", _text(lambda c: "MOCKHAUS"),
        exp.CurrentOrganizationName, most=0,
    ),
    rewrite("CURRENT_REGION", _text(lambda c: "LOCAL"), exp.CurrentRegion, most=0),
    rewrite("CURRENT_VERSION", _text(lambda c: SNOWFLAKE_VERSION), exp.CurrentVersion, most=0),
    rewrite(
        "CURRENT_CLIENT", _text(lambda c: f"Mockhaus {__version__}"), exp.CurrentClient, most=0
    ),
    rewrite("CURRENT_SESSION", _told("session"), exp.CurrentSession, most=0),
    rewrite("CURRENT_STATEMENT", _statement, exp.CurrentStatement, most=0),
    call("LAST_QUERY_ID", _last_query_id, 0, 1),
    call("IS_ROLE_IN_SESSION", _in_session, 1, 1),
    call("GETVARIABLE", _variable, 1, 1),
    call("INVOKER_ROLE", _told("role"), 0, 0),
    rewrite("CURRENT_DATE", _today, exp.CurrentDate, most=0),
    rewrite("CURRENT_TIMESTAMP LOCALTIMESTAMP", _clock, exp.CurrentTimestamp, most=1),
    call("GETDATE SYSTIMESTAMP", lambda node, walk: _now(), 0, 0),
    call("SYSDATE", lambda node, walk: apply("timezone", exp.Literal.string("UTC"), _now()), 0, 0),
    rewrite("CURRENT_TIME LOCALTIME", _time_of_day, exp.Localtime, exp.CurrentTime, most=1),
    call("GET_DDL", _get_ddl, 2, 3),
    call(
        structured.TYPEOF, _typeof, 1, 1,
        partial="the precision of what is computed is DuckDB's",
    ),
    refused("CURRENT_IP_ADDRESS", "not recorded", exp.CurrentIpAddress),
    rewrite("CURRENT_TRANSACTION", _transaction, exp.CurrentTransaction, most=0),
    call("LAST_TRANSACTION", _last_transaction, 0, 0),
    refused("ALL_USER_NAMES INVOKER_SHARE", "account administration"),
)  # fmt: skip
