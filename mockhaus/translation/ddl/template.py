"""CREATE TABLE ... USING TEMPLATE (query): the query answers an array of column definitions.

Snowflake's manual: "CREATE TABLE", USING TEMPLATE.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from sqlglot import exp

from mockhaus.errors import InvalidParameter
from mockhaus.translation.dialect import parse_tree, tokenize
from mockhaus.translation.statements import CreateTable, Select
from mockhaus.translation.trees import copied


def query_of(statement: CreateTable) -> Select | None:
    """The query of the template, None for a table that has none."""
    template = statement.tree.find(exp.UsingTemplateProperty)
    if template is None:
        return None
    tree = template.this.unnest()
    return Select(text=statement.text, offset=statement.offset, tree=tree)


def filled(statement: CreateTable, columns: Sequence[Mapping[str, Any]]) -> CreateTable:
    """The statement with columns in place of its template. Raises InvalidParameter."""
    if not isinstance(columns, list):
        raise _malformed()
    if not columns:
        raise InvalidParameter("SQL compilation error:\nthe template of the table has no columns.")
    text = f"CREATE TABLE t ({', '.join(map(_column, columns))})"
    schema = parse_tree(tokenize(text), text).this
    tree = copied(statement.tree)
    schema.set("this", tree.this)
    tree.set("this", schema)
    properties = tree.args["properties"]
    left = [p for p in properties.expressions if not isinstance(p, exp.UsingTemplateProperty)]
    tree.set("properties", exp.Properties(expressions=left) if left else None)
    return replace(statement, tree=tree)


def _column(column: Mapping[str, Any]) -> str:
    try:
        name, kind = str(column["COLUMN_NAME"]), str(column["TYPE"])
    except (KeyError, TypeError):
        raise _malformed() from None
    quoted = name.replace('"', '""')
    return f'"{quoted}" {kind}' + ("" if column.get("NULLABLE", True) else " NOT NULL")


def _malformed() -> InvalidParameter:
    return InvalidParameter(
        "SQL compilation error:\na template is an array of objects with COLUMN_NAME, TYPE and"
        " NULLABLE."
    )
