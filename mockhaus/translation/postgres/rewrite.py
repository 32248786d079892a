"""The tables of the walk, and the names, casts and functions of catalog queries.

PostgreSQL's manual: chapters 4.1 "Lexical Structure", 8.19 "Object Identifier Types".
"""

from __future__ import annotations

from typing import Final, cast

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import WrongArguments
from mockhaus.translation.postgres import relations as catalog
from mockhaus.translation.postgres.functions import FUNCTIONS, MISSING, REG, SHOWN
from mockhaus.translation.postgres.labels import (
    BARE,
    PREFIX,
    arguments_of,
    cast_name,
    function_name,
    result_type,
)
from mockhaus.translation.postgres.operators import (
    NUMBERS,
    any_,
    array,
    boolean,
    bracket,
    byte_string,
    case,
    collate,
    compared,
    div,
    format_,
    like,
    operator,
    regexp,
    same,
    text,
)
from mockhaus.translation.postgres.queries import (
    quote,
    select,
    subquery,
    table,
    union,
    unnest,
    values,
)
from mockhaus.translation.postgres.walk import (
    Enter,
    Walk,
    folded,
    type_of,
    typed,
    unknown_function,
)

# --- names ---------------------------------------------------------------------------------------


def _identifier(node: exp.Identifier, walk: Walk) -> exp.Expression:
    return exp.Identifier(this=folded(node), quoted=True)


def _column(node: exp.Column, walk: Walk) -> exp.Expression:
    this, table = node.this, node.args.get("table")
    if isinstance(this, exp.Star):
        if table is not None:
            node.set("table", _identifier(table, walk))
        return node
    name = folded(this)
    if table is None and name in BARE and not this.args.get("quoted"):
        return walk.template(FUNCTIONS[name].sql, [], FUNCTIONS[name].type)
    if name.startswith(PREFIX):
        return exp.Placeholder(this=name.removeprefix(PREFIX))
    if name == "tableoid" and (oid := walk.table_oid(folded(table))) is not None:
        return walk.template(f"CAST({oid} AS UINTEGER)", [], "oid")
    new = exp.Column(this=exp.Identifier(this=name, quoted=True))
    if table is not None:
        new.set("table", _identifier(table, walk))
    elif not isinstance(node.parent, exp.Ordered) and (source := walk.source(name)) is not None:
        # In full, so that no column of a function's own query is meant instead.
        new.set("table", exp.Identifier(this=source, quoted=True))
    return typed(new, walk.column(name, folded(table) if table is not None else None))


def _alias(node: exp.Alias, walk: Walk) -> exp.Expression:
    node.set("this", walk.rewrite(node.this))
    quote(node)
    return typed(node, type_of(node.this))


def _dot(node: exp.Dot, walk: Walk) -> exp.Expression:
    """`pg_catalog.f(x)` is a function; `(x).field` a field of a composite value."""
    right = node.expression
    if isinstance(right, exp.Func):
        return walk.rewrite(cast(exp.Expression, right))
    left = walk.rewrite(node.this)
    return typed(
        exp.Dot(this=left, expression=_identifier(right, walk)), _FIELDS.get(folded(right))
    )


#: Fields of the composite values there are: _pg_expandarray's and aclexplode's.
_FIELDS: Final = {
    "n": "int4", "x": "int2", "grantor": "oid", "grantee": "oid", "privilege_type": "text",
    "is_grantable": "bool",
}  # fmt: skip


# --- casts ---------------------------------------------------------------------------------------


def _cast(node: exp.Cast, walk: Walk) -> exp.Expression:
    name = cast_name(node.to)
    value = walk.rewrite(node.this)
    have = type_of(value)
    if name in REG:
        return _to_reg(value, have, name, walk)
    if name in ("text", "name", "char", "varchar") and have in SHOWN:
        return walk.template(SHOWN[have], [value], name)
    if name in ("_text", "_name", "_varchar") and have is not None and have[1:] in SHOWN:
        item = SHOWN[have[1:]].format("__e")
        return walk.template(f"list_transform({{0}}, lambda __e: {item})", [value], name)
    if name in ("varchar", "bpchar") and node.to.expressions:
        value = walk.template(
            "left(CAST({0} AS VARCHAR), {1})", [value, node.to.expressions[0]], name
        )
    if name.startswith("_") and have in ("int2vector", "oidvector"):
        return typed(value, name)
    if name.startswith("_") and isinstance(value, (exp.Literal, exp.Placeholder)):
        inner = catalog.stored_type(name[1:])
        return walk.template(f"CAST(pg_array({{0}}) AS {inner}[])", [value], name)
    if name == "text" and have == "int2vector":
        return walk.template("array_to_string({0}, ' ')", [value], "text")
    to = DataType.build(catalog.stored_type(name), dialect="duckdb")
    return typed(exp.Cast(this=value, to=to), name)


def _to_reg(value: exp.Expression, have: str | None, name: str, walk: Walk) -> exp.Expression:
    number = isinstance(value, exp.Literal) and not value.is_string
    if have in NUMBERS or number:
        return typed(exp.Cast(this=value, to=DataType.build("UINTEGER", dialect="duckdb")), name)
    if isinstance(value, exp.Null):
        return typed(value, name)
    text = exp.Cast(this=value, to=DataType.build("TEXT"))
    lookup = REG[name]
    sql = (
        f"(CASE WHEN {{0}} IS NULL THEN NULL ELSE coalesce({lookup},"
        f" CASE WHEN regexp_full_match({{0}}, '[0-9]+') THEN CAST({{0}} AS UINTEGER) END,"
        f" CAST(error('{MISSING[name]}') AS UINTEGER)) END)"
    )
    return walk.template(sql, [text], name)


def _parameter(node: exp.Parameter, walk: Walk) -> exp.Expression:
    return exp.Placeholder(this=str(node.name))


# --- functions -----------------------------------------------------------------------------------


def call(node: exp.Expression, walk: Walk) -> exp.Expression:
    """A system function by name."""
    name = function_name(node)
    arguments = [walk.rewrite(each) for each in arguments_of(node)]
    if name == "current_schemas":
        return _current_schemas(arguments, walk)
    function = FUNCTIONS.get(name)
    if function is None:
        raise unknown_function(name)
    if not function.least <= len(arguments) <= function.most:
        raise WrongArguments(f"function {name} takes other arguments than {len(arguments)}")
    if name.removeprefix("to_") in REG:
        kind = name.removeprefix("to_")
        return walk.template(REG[kind], arguments, kind)
    if name in _BY_NAME and isinstance(arguments[0], exp.Literal) and arguments[0].is_string:
        arguments[0] = _to_reg(arguments[0], None, "regclass", walk)
    if name == "set_config":
        walk.settings.append(tuple(arguments))
    if name == "pg_typeof":
        return _typeof(arguments[0], walk)
    if name in _FROM_ZERO and type_of(arguments[0]) in ("int2vector", "oidvector"):
        return walk.template(f"({function.sql} - 1)", arguments, function.type)
    if name == "pg_get_indexdef" and len(arguments) == 3:
        return walk.template(_INDEX_COLUMN, arguments, "text")
    return walk.template(function.sql, arguments, result_type(function.type, arguments))


#: Functions of a relation, which a text that stands for it is the name of.
_BY_NAME: Final = frozenset(
    ("pg_get_viewdef", "pg_relation_size", "pg_total_relation_size", "pg_table_size",
     "pg_indexes_size", "pg_relation_filenode")
)  # fmt: skip

#: Positions in an array, which in PostgreSQL's two vector types count from 0.
_FROM_ZERO: Final = frozenset(("array_lower", "array_upper", "generate_subscripts"))


def _typeof(value: exp.Expression, walk: Walk) -> exp.Expression:
    kind = type_of(value)
    if kind is None and isinstance(value, exp.Literal):
        kind = "unknown" if value.is_string else "int4"
    if kind is None:
        return walk.template("pg_type_oid(typeof({0}), NULL)", [value], "regtype")
    name = exp.Literal.string(f'"{kind}"')
    return walk.template(REG["regtype"], [name], "regtype")


_INDEX_COLUMN: Final = (
    "(CASE WHEN {1} = 0 THEN dictionary_text(#indexes, {0})"
    " ELSE dictionary_text(#index_columns, CAST({0} AS BIGINT) * 65536 + {1}) END)"
)


def _current_schemas(arguments: list[exp.Expression], walk: Walk) -> exp.Expression:
    schema = walk.value("schema")
    known = [] if isinstance(schema, exp.Null) else [schema]
    sql = "(CASE WHEN {0} THEN list_concat(['pg_catalog'], {1}) ELSE {1} END)"
    return walk.template(sql, [*arguments, exp.Array(expressions=known)], "_name")


_CALLED: Final = (
    exp.Anonymous, exp.CurrentVersion, exp.CurrentDatabase, exp.CurrentSchema, exp.CurrentSchemas,
    exp.CurrentUser, exp.SessionUser, exp.CurrentCatalog, exp.Explode,
    exp.ExplodingGenerateSeries, exp.StringToArray,
    exp.Upper, exp.Lower, exp.LogicalAnd, exp.LogicalOr, exp.ArraySize, exp.CurrentTimestamp,
    exp.Length, exp.GenerateSeries, exp.Concat, exp.StrPosition,
)  # fmt: skip

ENTER: Final[dict[type[exp.Expression], Enter]] = {
    exp.Select: select, exp.Union: union, exp.Intersect: union, exp.Except: union,
    exp.Table: table, exp.Unnest: unnest, exp.Subquery: subquery, exp.Values: values,
    exp.Identifier: _identifier, exp.Column: _column, exp.Alias: _alias, exp.Dot: _dot,
    exp.Cast: _cast, exp.Operator: operator, exp.Case: case, exp.Parameter: _parameter,
    exp.EQ: compared, exp.NEQ: compared,
    **dict.fromkeys(_CALLED, call),
}  # fmt: skip

LEAVE: Final[dict[type[exp.Expression], Enter]] = {
    exp.RegexpLike: regexp, exp.RegexpILike: regexp, exp.Collate: collate,
    exp.Any: any_, exp.All: any_, exp.Array: array, exp.ArrayAgg: array,
    exp.Bracket: bracket, exp.ByteString: byte_string, exp.GroupConcat: text,
    exp.Format: format_, exp.Div: div, exp.Like: like, exp.ILike: like,
    **dict.fromkeys((exp.Coalesce, exp.Nullif, exp.Min, exp.Max, exp.Paren), same),
    **dict.fromkeys(
        (exp.And, exp.Or, exp.Not, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In,
         exp.Exists, exp.Between, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Boolean,
         exp.Escape),
        boolean,
    ),
    **dict.fromkeys((exp.DPipe, exp.Replace, exp.Substring, exp.Trim), text),
}  # fmt: skip

KEPT: Final[frozenset[type[exp.Expression]]] = frozenset(
    (
        exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.Neg, exp.BitwiseAnd, exp.BitwiseOr,
        exp.Literal, exp.Null, exp.Star, exp.From, exp.Join, exp.Where, exp.Group, exp.Having,
        exp.Order, exp.Ordered, exp.Limit, exp.Offset, exp.Fetch, exp.Distinct, exp.Filter,
        exp.Window, exp.WindowSpec, exp.RowNumber, exp.Count, exp.Sum, exp.Tuple, exp.TableAlias,
        exp.Lateral, exp.Var, exp.Placeholder, exp.If, exp.DataType, exp.WithinGroup,
    )
)  # fmt: skip
