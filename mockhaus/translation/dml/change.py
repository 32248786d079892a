"""What the statements that change rows share: their translation, targets and assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct
from sqlglot import exp

from mockhaus.errors import InvalidIdentifier, UnsupportedFeature
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.dialect import generate
from mockhaus.translation.dml import assignment

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


class Change(Struct, frozen=True):
    """A translated change.

    `source` is a query whose rows are kept in the temporary table ROWS while the rest runs;
    `before` are statements to run first, `sql` is the change itself; `check`, of MERGE, answers a
    row if some target row would be updated twice; `actions` are the count columns of a MERGE;
    `several` counts the rows that UPDATE or MERGE finds several sources for, and the surplus;
    `inserts` are those of a multi-table INSERT: the name of each table, and the statement.
    """

    target: ObjectName
    sql: str
    before: tuple[str, ...] = ()
    source: str = ""
    check: str = ""
    actions: tuple[str, ...] = ()
    several: str = ""
    returning: str = ""
    inserts: tuple[tuple[str, str], ...] = ()
    volatile: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def is_one_statement(self) -> bool:
        """Whether DuckDB runs it as one statement, which needs no transaction around it."""
        return not (self.before or self.check or self.source or self.several)


#: The temporary table that holds the rows of a change's `source`.
ROWS: Final = "_MOCKHAUS_ROWS"


def allowed(tree: exp.Expression, what: str, *arguments: str) -> None:
    """Refuse, by name, an argument of a statement that is not listed."""
    for key, value in tree.args.items():
        if value and key not in arguments:
            raise UnsupportedFeature(f"Unsupported feature '{what} {key.strip('_').upper()}'.")


def table_of(tree: exp.Expression) -> exp.Table:
    """The table that a statement writes."""
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if not isinstance(table, exp.Table):
        raise UnsupportedFeature("Unsupported feature 'multi-table INSERT'.")
    return table


def columns_of(table: exp.Expression, target: ObjectName, walk: Walk) -> assignment.Columns | None:
    """The columns that an INSERT writes, with their types; None where they are not known."""
    listed = table.expressions if isinstance(table, exp.Schema) else []
    return assignment.targets(listed, assignment.kinds(walk.context, target))


def name_of(table: exp.Expression) -> str:
    """The name that a target goes by."""
    return table.alias or table.name


def convert(assignments: list[exp.Expression], target: ObjectName, walk: Walk) -> None:
    """`SET column = value`: each value as its column takes it, in place."""
    known = assignment.kinds(walk.context, target)
    for each in assignments:
        if not known or not isinstance(each, exp.EQ):
            continue
        name, value = str(each.this.name), each.expression
        kind = known.get(name.upper())
        if kind is None:
            raise InvalidIdentifier(
                f"SQL compilation error:\ninvalid identifier '{name}'", subject=name
            )
        if isinstance(value, exp.Column) and value.name.upper() == "DEFAULT" and not value.table:
            each.set("expression", exp.var("DEFAULT"))
        else:
            postgres = walk.context.postgres
            each.set("expression", assignment.assigned(value, name, kind, postgres=postgres))
            walk.told(each)


def unqualify(assignments: list[exp.Expression]) -> None:
    """`SET t.column = value` without the table, in place."""
    for each in assignments:
        if isinstance(each, exp.EQ) and isinstance(each.this, exp.Column):
            each.set("this", exp.Column(this=each.this.this))


def counted(rows: exp.Select) -> str:
    """A query that counts rows with several sources, and the sources beyond the first of each."""
    query = exp.select("COUNT(*)", "COALESCE(SUM(beyond), 0)").from_(rows.subquery("_TWICE"))
    return generate(query)


def is_on(context: Context, parameter: str, default: str = "false") -> bool:
    """Whether a session parameter that is a flag is set."""
    return context.parameters.get(parameter, default).lower() == "true"
