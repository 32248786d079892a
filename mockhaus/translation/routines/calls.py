"""Calls of user-defined functions: the body is written in, its arguments bound to typed values.

    f(x + 1)     AS 'a * a'                    a lambda names the value once
    g(x)         AS 'SELECT max(v) FROM t ..'  (SELECT b.v FROM (SELECT x AS p0) a, LATERAL (..) b)
    TABLE(h(x))                                the same as a part of FROM

The body's own names are resolved in the function's schema; a name in it is an argument unless a
relation of the body around it has a column of that name. Definitions of the same name and number
of arguments are chosen among when all else is translated, by the types that DuckDB tells.

Snowflake's manual: "CREATE FUNCTION", "SQL UDFs", "Tabular SQL UDFs (UDTFs)".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace
from sqlglot import exp

from mockhaus.errors import SqlError, SqlSyntaxError, UnknownFunction, UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation.clauses.types import cast
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.dialect import generate
from mockhaus.translation.registry import apply
from mockhaus.translation.routines import routine
from mockhaus.translation.routines.body import (
    ARGUMENT,
    bare_of,
    mark,
    parsed,
    parsed_expression,
)
from mockhaus.translation.routines.routine import Parameter, Routine
from mockhaus.translation.types.operands import plain
from mockhaus.types import from_duckdb

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: A call whose definition is chosen at the end of the walk; its first argument is its number.
_OPEN_CALL: Final = "__mockhaus_call"


class Call(Struct, frozen=True):
    """A call with its arguments rewritten: those in order, then those by name."""

    name: str
    candidates: tuple[Routine, ...]
    positional: tuple[exp.Expression, ...]
    named: tuple[tuple[str, exp.Expression], ...]


def named_by(node: exp.Expression) -> ObjectName | None:
    """The name of the function that a node calls: `f(..)`, `schema.f(..)`, `db.schema.f(..)`."""
    parts: list[str] = []
    while isinstance(node, exp.Dot):
        if parts and not isinstance(node.expression, exp.Identifier):
            return None
        parts.append(_name(node.expression))
        node = node.this
    if not isinstance(node, (exp.Identifier, exp.Anonymous)):
        return None
    parts.append(_name(node))
    return ObjectName(*parts) if len(parts) <= 3 and all(parts) else None


def _name(node: exp.Expression) -> str:
    if isinstance(node, exp.Anonymous):
        this = node.this
        return names.stored(this) if isinstance(this, exp.Identifier) else str(this).upper()
    return names.stored(node) if isinstance(node, exp.Identifier) else ""


def called(node: exp.Expression) -> exp.Anonymous:
    """The call itself within a qualified one."""
    found = node.expression if isinstance(node, exp.Dot) else node
    assert isinstance(found, exp.Anonymous)
    return found


def _known(name: ObjectName, walk: Walk, *, tabular: bool) -> list[Routine]:
    """The definitions of a name. Raises UnknownFunction."""
    found: Sequence[Routine] = ()
    if name.schema is not None or walk.context.schema is not None:
        found = walk.context.routines(walk.context.resolve(name))
    kind = [each for each in found if (each.columns is not None) == tabular]
    if kind:
        return kind
    what = "Unknown table function" if tabular else "Unknown function"
    if name.schema is not None:
        what = what.replace("Unknown", "Unknown user-defined")
    raise UnknownFunction(f"SQL compilation error:\n{what} {name}")


def _read(node: exp.Expression, name: ObjectName, walk: Walk, *, tabular: bool) -> Call:
    known = _known(name, walk, tabular=tabular)
    positional: list[exp.Expression] = []
    by_name: list[tuple[str, exp.Expression]] = []
    for item in called(node).expressions:
        if isinstance(item, exp.Kwarg):
            by_name.append((str(item.this.name).upper(), walk.rewrite(item.expression)))
        elif by_name:
            raise SqlSyntaxError(
                f"SQL compilation error:\nan argument without a name follows one with a name in the"
                f" call of function {name}."
            )
        else:
            positional.append(walk.rewrite(item))
    given = [each for each, _ in by_name]
    fitting = routine.callable_with(known, len(positional), given)
    if not fitting:
        kinds = ["?"] * (len(positional) + len(given))
        if walk.context.described is not None:
            kinds = [_family(each, walk) or "?" for each in (*positional, *dict(by_name).values())]
        raise routine.invalid_types(str(name), kinds)
    return Call(str(name), tuple(fitting), tuple(positional), tuple(by_name))


def is_users(name: ObjectName, context: Context) -> bool:
    """Whether users made a function of that name."""
    known = context.database is not None and context.schema is not None
    return known and bool(context.routines(context.resolve(name)))


def scalar(node: exp.Expression, name: ObjectName, walk: Walk) -> exp.Expression:
    """A call of a function that answers one value."""
    call = _read(node, name, walk, tabular=False)
    if len(call.candidates) > 1:
        walk.calls.append(call)
        number = exp.Literal.number(len(walk.calls) - 1)
        arguments = [*call.positional, *(value for _, value in call.named)]
        return apply(_OPEN_CALL, number, *arguments)
    return _value(call.candidates[0], call, walk)


def rows(node: exp.Expression, name: ObjectName, walk: Walk) -> exp.Select:
    """A call of a table function, as a query."""
    call = _read(node, name, walk, tabular=True)
    if len(call.candidates) == 1:
        return _select(call.candidates[0], call, walk)
    values = [*call.positional, *(value for _, value in call.named)]
    families = [_family(value, walk) for value in values]
    known = [each for each in families if each is not None]
    if len(known) < len(families):
        raise UnsupportedFeature(
            f"Unsupported feature 'overloads of table function {name} called with columns'."
        )
    chosen = routine.nearest(call.candidates, call.name, known, [each for each, _ in call.named])
    return _select(chosen, call, walk)


def in_from(table: exp.Table, walk: Walk) -> exp.Expression | None:
    """`FROM f(x)` of a user-defined function, as PostgreSQL has it: a function that answers one
    value is a table of one row, its column named after it (manual, 7.2.1.4); None of any other."""
    call = table.this
    if not (walk.context.postgres and isinstance(call, exp.Anonymous)):
        return None
    parts = [part for part in (table.args.get("db"), table.args.get("catalog")) if part is not None]
    name = ObjectName(_name(call), *map(names.stored, parts))
    found = walk.context.routines(walk.context.resolve(name))
    if not found or any(table.args.get(key) for key in ("joins", "pivots", "sample")):
        return None
    alias = table.args.get("alias")
    if all(each.columns is not None for each in found):
        query = rows(call, name, walk)
    else:
        shown = exp.Identifier(this=name.name, quoted=True) if alias is None else alias.this.copy()
        item = exp.Alias(this=scalar(call, name, walk), alias=shown)
        query = exp.Select(expressions=[item])
    named = exp.TableAlias(this=names.identifier(name.name)) if alias is None else alias
    correlated = isinstance(table.parent, exp.Join)
    if correlated:
        return exp.Lateral(this=exp.Subquery(this=query), alias=walk.rewrite(named))
    return exp.Subquery(this=query, alias=walk.rewrite(named))


def body_query(chosen: Routine, context: Context) -> str:
    """A function's body in DuckDB's text, its arguments NULLs of their types.

    Raises what is wrong with the body.
    """
    from mockhaus.translation.rewrite import Walk

    walk = Walk(context, chosen.body)
    arguments = {each.name: _typed(each, exp.Null(), chosen, walk) for each in chosen.parameters}
    for each in chosen.parameters:
        if each.default is not None:
            _typed(each, None, chosen, walk)
    body = parsed(chosen.body).copy()
    if body.find(exp.Placeholder) is not None:
        raise SqlSyntaxError("SQL compilation error:\nBind variables not allowed in a function.")
    mark(body, chosen, context)
    return generate(walk.finished(_rewritten(body, chosen, walk, arguments)))


# --- overloads -----------------------------------------------------------------------------------


def decided(tree: exp.Expression, walk: Walk) -> exp.Expression:
    """The tree with every open call decided by the types of its arguments, the innermost first."""
    while True:
        open_ = [each for each in tree.find_all(exp.Anonymous) if str(each.this) == _OPEN_CALL]
        if not open_:
            return tree
        node = open_[-1]
        number, *values = node.expressions
        call = walk.calls[int(number.name)]
        families = [_family_within(value, node, walk, call.name) for value in values]
        by_name = [name for name, _ in call.named]
        chosen = routine.nearest(call.candidates, call.name, families, by_name)
        split = len(call.positional)
        call = replace(
            call,
            positional=tuple(values[:split]),
            named=tuple(zip(by_name, values[split:], strict=True)),
        )
        value = _value(chosen, call, walk)
        if node is tree:
            tree = value
        node.replace(value)


def _family(value: exp.Expression, walk: Walk) -> str | None:
    """The type of an expression that needs nothing around it, None if it does."""
    if isinstance(plain(value), exp.Null):
        return "NULL"
    return _described(exp.Select(expressions=[value.copy()]), walk)


def _described(query: exp.Select, walk: Walk) -> str | None:
    if walk.context.described is None:
        return None
    try:
        found = walk.context.described(generate(query))
    except SqlError:
        return None
    return from_duckdb(found[0]).family


def _family_within(value: exp.Expression, node: exp.Expression, walk: Walk, name: str) -> str:
    """The type of an argument, read in ever more of the queries around its call."""
    found = _family(value, walk)
    query: exp.Expression = value.copy()
    around = node.find_ancestor(exp.Select)
    while found is None and isinstance(around, exp.Select):
        parts = {
            key: [e.copy() for e in part] if isinstance(part, list) else part.copy()
            for key in ("with_", "from_", "joins", "laterals")
            if (part := around.args.get(key))
        }
        select = exp.Select(expressions=[query], **parts)
        found = _described(select.copy(), walk)
        query = exp.Subquery(this=select)
        around = around.find_ancestor(exp.Select)
    changed = node.find_ancestor(exp.Update, exp.Delete, exp.Merge)
    if found is None and changed is not None:
        found = _described(_over_target(query, changed), walk)
    if found is None:
        raise UnsupportedFeature(
            f"Unsupported feature 'choice among definitions of function {name}: the types of its"
            " arguments cannot be told here'.",
            hint="Cast the arguments.",
        )
    return found


def _over_target(query: exp.Expression, changed: exp.Expression) -> exp.Select:
    """A query of an expression over what UPDATE, DELETE or MERGE reads."""
    using = changed.args.get("using")
    from_ = changed.args.get("from_")
    sources = [changed.this, *(using if isinstance(using, list) else [using])]
    sources.append(from_.this if from_ is not None else None)
    tables = [each.copy() for each in sources if isinstance(each, exp.Expression)]
    joins = [exp.Join(this=each) for each in tables[1:]]
    return exp.Select(expressions=[query], from_=exp.From(this=tables[0]), joins=joins)


# --- expansion -----------------------------------------------------------------------------------


def _bound(chosen: Routine, call: Call, walk: Walk) -> dict[str, exp.Expression]:
    """The arguments by parameter, as values of the declared types."""
    given = dict(zip((each.name for each in chosen.parameters), call.positional, strict=False))
    given |= dict(call.named)
    return {
        each.name: _typed(each, given.get(each.name), chosen, walk) for each in chosen.parameters
    }


def _typed(
    parameter: Parameter, given: exp.Expression | None, chosen: Routine, walk: Walk
) -> exp.Expression:
    if given is None:
        given = _rewritten(parsed_expression(parameter.default or "NULL"), chosen, walk, {})
    return cast(given, _type(parameter.type))


def _type(text: str) -> exp.DataType:
    return exp.DataType.build(text, dialect="snowflake")


def _rewritten(
    body: exp.Expression, chosen: Routine, walk: Walk, arguments: dict[str, exp.Expression]
) -> exp.Expression:
    """A body, walked in the function's own schema. Raises UnsupportedFeature on recursion."""
    if chosen.key in walk.within:
        raise UnsupportedFeature(
            f"SQL compilation error:\nRecursive reference in function {chosen.name}: a SQL function"
            " cannot call itself, directly or through another."
        )
    walk.used.add(chosen.key[:3])
    context = replace(walk.context, database=chosen.database, schema=chosen.schema)
    return walk.inside(body, context, arguments, (*walk.within, chosen.key))


def _value(chosen: Routine, call: Call, walk: Walk) -> exp.Expression:
    """A scalar call: an expression where the body is one, else a scalar subquery."""
    body = parsed(chosen.body).copy()
    bare = bare_of(body)
    arguments = _bound(chosen, call, walk)
    if bare is None or bare.find(exp.Query) is not None:
        column = (("_V", chosen.returns),)
        value: exp.Expression = exp.Subquery(
            this=_rows(replace(chosen, columns=column), body, arguments, walk)
        )
    else:
        value = _inlined(chosen, bare, arguments, walk)
    return value


_SIMPLE: Final = (exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Placeholder)


def _is_simple(value: exp.Expression) -> bool:
    """Whether an argument may be written several times: a name or a constant, converted or not."""
    return all(
        isinstance(each, (*_SIMPLE, exp.Cast, exp.Paren, exp.Neg, exp.DataType, exp.DataTypeParam))
        or (isinstance(each, exp.Anonymous) and str(each.this) in _CONVERSIONS)
        for each in value.walk()
    )


_CONVERSIONS: Final = frozenset(
    ("integer_of", "numeric_source", "text_of", "to_date", "to_boolean")
)


def _inlined(
    chosen: Routine, body: exp.Expression, arguments: dict[str, exp.Expression], walk: Walk
) -> exp.Expression:
    """A body without a query, with its arguments written in; a long one is named once."""
    mark(body, chosen, walk.context)
    uses = [each.meta[ARGUMENT] for each in body.find_all(exp.Column) if ARGUMENT in each.meta]
    once = {
        name
        for name, value in arguments.items()
        if not _is_simple(value) and uses.count(name) + chosen.strict > 1
    }
    number = walk.fresh()
    written = {
        name: _named(f"_u{number}_{place}", parameter.type) if name in once else arguments[name]
        for place, parameter in enumerate(chosen.parameters)
        for name in (parameter.name,)
    }
    value = cast(_rewritten(body, chosen, walk, written), _type(chosen.returns))
    if chosen.strict and written:
        nulls = [exp.Is(this=each.copy(), expression=exp.Null()) for each in written.values()]
        value = exp.Case(ifs=[exp.If(this=exp.or_(*nulls), true=exp.Null())], default=value)
    for place, parameter in enumerate(chosen.parameters):
        if parameter.name in once:
            name = exp.to_identifier(f"_u{number}_{place}")
            given = apply("list_value", arguments[parameter.name])
            mapped = apply("list_transform", given, exp.Lambda(this=value, expressions=[name]))
            value = apply("list_extract", mapped, exp.Literal.number(1))
    return cast(value, _type(chosen.returns)) if once else value


def _named(name: str, kind: str) -> exp.Expression:
    return cast(exp.to_identifier(name), _type(kind))


def _select(chosen: Routine, call: Call, walk: Walk) -> exp.Select:
    body = parsed(chosen.body).copy()
    return _rows(chosen, body, _bound(chosen, call, walk), walk)


def _rows(
    chosen: Routine, body: exp.Expression, arguments: dict[str, exp.Expression], walk: Walk
) -> exp.Select:
    """A body that is a query, as a query with the declared columns."""
    mark(body, chosen, walk.context)
    number = walk.fresh()
    held = {name: value for name, value in arguments.items() if not _is_constant(value)}
    if any(value.find(exp.Window) for value in held.values()):
        raise UnsupportedFeature(
            f"Unsupported feature 'a window function as argument of function {chosen.name}, whose"
            " body is a query'."
        )
    places = {name: f"p{place}" for place, name in enumerate(held)}
    typed = {each.name: _type(each.type) for each in chosen.parameters}
    written = {
        name: cast(exp.column(places[name], table=f"_a{number}"), typed[name])
        if name in held
        else value
        for name, value in arguments.items()
    }
    query = _rewritten(body, chosen, walk, written)
    columns = chosen.columns or ()
    items = [f"c{place}" for place in range(len(columns))]
    alias = exp.TableAlias(
        this=exp.to_identifier(f"_b{number}"), columns=[exp.to_identifier(item) for item in items]
    )
    select = exp.Select(
        expressions=[
            exp.Alias(
                this=cast(exp.column(item, table=f"_b{number}"), _type(kind)),
                alias=names.identifier(name),
            )
            for item, (name, kind) in zip(items, columns, strict=True)
        ]
    )
    if chosen.strict and written:
        known = [
            exp.Not(this=exp.Is(this=each.copy(), expression=exp.Null()))
            for each in written.values()
        ]
        select.set("where", exp.Where(this=exp.and_(*known)))
    source = exp.Subquery(this=query)
    if not held:
        source.set("alias", alias)
        select.set("from_", exp.From(this=source))
        return select
    values = exp.Select(
        expressions=[
            exp.Alias(this=value, alias=exp.to_identifier(places[name]))
            for name, value in held.items()
        ]
    )
    given = exp.TableAlias(this=exp.to_identifier(f"_a{number}"))
    select.set("from_", exp.From(this=exp.Subquery(this=values, alias=given)))
    select.set("joins", [exp.Join(this=exp.Lateral(this=source, alias=alias))])
    return select


def _is_constant(value: exp.Expression) -> bool:
    return not any(
        isinstance(each, (exp.Column, exp.Identifier, exp.Query, exp.AggFunc))
        or (isinstance(each, exp.Anonymous) and str(each.this) not in _CONVERSIONS)
        for each in value.walk()
    )
