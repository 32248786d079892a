"""The columns of tables in their order, where a catalog query asks for none.

PostgreSQL promises no order either, but reads pg_attribute by its index, and clients (ADBC's driver
is one) take a table's columns as they come. DuckDB's joins mix rows.
"""

from __future__ import annotations

from typing import Any, Final

from sqlglot import exp

from mockhaus.translation.clauses import sources

#: Schema and name of a relation -> the columns that its rows are in the order of.
_ORDERS: Final = {
    ("PG_CATALOG", "PG_ATTRIBUTE"): ("ATTRELID", "ATTNUM"),
    ("INFORMATION_SCHEMA", "COLUMNS"): ("TABLE_SCHEMA", "TABLE_NAME", "ORDINAL_POSITION"),
}
#: What has its own order, or no rows of these relations.
_OWN: Final = ("order", "group", "distinct", "having")


def ordered(tree: exp.Expression) -> exp.Expression:
    """The query, in place, in the order of the first such relation that it reads."""
    if isinstance(tree, exp.Select) and not any(map(tree.args.get, _OWN)):
        for source in sources.of_select(tree):
            if (columns := _ORDERS.get(_relation(source))) and not _aggregates(tree):
                name = exp.to_identifier(sources.name_of(source), quoted=True)
                keys = (exp.column(exp.to_identifier(each), name.copy()) for each in columns)
                tree.set("order", exp.Order(expressions=[exp.Ordered(this=key) for key in keys]))
                break
    return tree


def _relation(source: exp.Expression) -> tuple[str, str]:
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return "", ""
    schema = source.db.upper() or "PG_CATALOG"
    return schema, source.name.upper()


def _aggregates(select: exp.Select) -> bool:
    """Whether the rows of a query without GROUP BY become one."""
    found: list[Any] = [node for item in select.expressions for node in item.find_all(exp.Func)]
    return any(isinstance(each, exp.AggFunc) or _is_named_so(each) for each in found)


def _is_named_so(call: exp.Func) -> bool:
    name = call.name.upper() if isinstance(call, exp.Anonymous) else call.sql_name()
    return name.endswith(("AGG", "_AND", "_OR", "EVERY")) or name.startswith("REGR_")
