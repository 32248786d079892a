"""What things are called: unnamed columns, functions, types.

PostgreSQL's manual: 7.3.2 "Column Labels", chapter 8 "Data Types".
"""

from __future__ import annotations

from typing import Final, cast

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.postgres.walk import (
    folded,
    type_of,
)


def name_items(node: exp.Select) -> None:
    """Give unnamed items PostgreSQL's names (manual, 7.3.2 "Column Labels")."""
    items = []
    for item in node.expressions:
        plain = isinstance(item, exp.Column) and item.name.lower() not in BARE
        if plain or isinstance(item, (exp.Alias, exp.Star)):
            items.append(item)
        else:
            name = exp.Identifier(this=label(item), quoted=True)
            items.append(exp.Alias(this=item, alias=name))
    node.set("expressions", items)


#: Functions that are called without parentheses, which sqlglot takes for columns.
BARE: Final = frozenset(("current_user", "session_user", "current_catalog", "user", "current_role"))


def label(node: exp.Expression) -> str:
    return _figured(node)[0]


def _figured(node: exp.Expression) -> tuple[str, int]:
    """A label and how good it is: 2 for names, 1 for what was made up, 0 for none."""
    if isinstance(node, (exp.Column, exp.Dot)):
        last = node.expression if isinstance(node, exp.Dot) else node.this
        if isinstance(last, exp.Func):
            return _figured(cast(exp.Expression, last))
        return ("?column?", 0) if folded(last).startswith(PREFIX) else (folded(last), 2)
    if isinstance(node, (exp.Paren, exp.Bracket, exp.Collate)):
        return _figured(node.this)
    if isinstance(node, exp.Cast):
        inner = _figured(node.this)
        return inner if inner[1] > 1 else (cast_name(node.to).removeprefix("_"), 1)
    if isinstance(node, exp.Subquery):
        first = node.this.expressions[0] if node.this.expressions else exp.Null()
        return (first.alias, 2) if isinstance(first, exp.Alias) else _figured(first)
    if isinstance(node, exp.Case):
        inner = _figured(node.args.get("default") or exp.Null())
        return inner if inner[1] > 1 else ("case", 1)
    if isinstance(node, exp.Trim):
        return {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(node.text("position"), "btrim"), 2
    if isinstance(node, exp.Func) and not isinstance(node, (exp.Binary, exp.Connector)):
        return function_name(node), 2
    return ("?column?", 0)


_LABELS: Final[dict[type[exp.Expression], str]] = {
    exp.CurrentVersion: "version",
    exp.LogicalAnd: "bool_and",
    exp.LogicalOr: "bool_or",
    exp.GroupConcat: "string_agg",
    exp.Explode: "unnest",
    exp.Array: "array",
    exp.Exists: "exists",
    exp.ExplodingGenerateSeries: "generate_series",
    exp.Trim: "btrim",
    exp.Substring: "substring",
    exp.ArraySize: "array_length",
    exp.Count: "count",
    exp.RowNumber: "row_number",
}


#: `$1` is a column of this name and its number: sqlglot has no parameters in PostgreSQL's SQL.
PREFIX: Final = "__param_"

_TYPES: Final = {
    "INT": "int4", "SMALLINT": "int2", "BIGINT": "int8", "BOOLEAN": "bool", "TEXT": "text",
    "VARCHAR": "varchar", "NAME": "name", "OID": "oid", "REGCLASS": "regclass",
    "REGTYPE": "regtype", "REGPROCEDURE": "regprocedure",
    "REGPROC": "regproc", "REGNAMESPACE": "regnamespace", "REGROLE": "regrole", "CHAR": "char",
    "FLOAT": "float4", "DOUBLE": "float8", "DECIMAL": "numeric", "TIMESTAMPTZ": "timestamptz",
    "JSON": "json", "BPCHAR": "bpchar", "CHARACTER": "bpchar", "BYTEA": "bytea",
}  # fmt: skip
_NAMES: Final = frozenset((
    "text", "name", "oid", "int2", "int4", "int8", "regclass", "regtype", "regproc", "char", "bool",
    "regnamespace", "regrole", "regprocedure", "varchar", "int2vector", "oidvector", "xid",
    "float8", "numeric",
))  # fmt: skip


def cast_name(to: exp.Expression) -> str:
    """PostgreSQL's name of the type of a cast. Raises UnsupportedFeature."""
    if isinstance(to, DataType) and to.this == DataType.Type.CHAR:
        return "bpchar"
    if isinstance(to, DataType) and to.this == DataType.Type.ARRAY and to.expressions:
        return f"_{cast_name(to.expressions[0])}"
    text = to.sql(dialect="postgres").replace('"', "").removeprefix("pg_catalog.")
    if text.startswith("_"):  # how PostgreSQL names the types of arrays
        return f"_{cast_name(exp.DataType.build(text[1:], dialect='postgres', udt=True))}"
    if text.endswith("[]"):
        return f"_{cast_name(exp.DataType.build(text[:-2], dialect='postgres', udt=True))}"
    base = text.split("(")[0].strip()
    if base[:1] == "_" and base[1:].lower() in _NAMES:
        return base.lower()
    name = _TYPES.get(base.upper()) or (base.lower() if base.lower() in _NAMES else None)
    if name is None:
        raise UnsupportedFeature(f"Unsupported feature 'cast to {text}' in a catalog query.")
    return name


def element_type(kind: str | None) -> str | None:
    if kind is None:
        return None
    return {"int2vector": "int2", "oidvector": "oid"}.get(kind) or kind.removeprefix("_")


def function_name(node: exp.Expression) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower()
    return (
        _LABELS.get(type(node))
        or _SPELLED.get(type(node))
        or (cast(exp.Func, node).sql_names()[0].lower())
    )


_SPELLED: Final[dict[type[exp.Expression], str]] = {
    exp.CurrentSchemas: "current_schemas",
    exp.CurrentDatabase: "current_database",
    exp.CurrentSchema: "current_schema",
    exp.StringToArray: "string_to_array",
    exp.GenerateSeries: "generate_series",
    exp.Unnest: "unnest",
    exp.StrPosition: "position",
    exp.Length: "length",
    exp.CurrentTimestamp: "now",
}


def arguments_of(node: exp.Expression) -> list[exp.Expression]:
    if isinstance(node, exp.Anonymous):
        return list(node.expressions)
    found: list[exp.Expression] = []
    for key in node.arg_types:
        value = node.args.get(key)
        if isinstance(value, list):
            found += [each for each in value if isinstance(each, exp.Expression)]
        elif isinstance(value, exp.Expression):
            found.append(value)
    return found


def result_type(kind: str | None, arguments: list[exp.Expression]) -> str | None:
    if kind is not None and kind.startswith("element:"):
        return element_type(type_of(arguments[int(kind.removeprefix("element:"))]))
    return type_of(arguments[0]) if kind == "array:0" else kind
