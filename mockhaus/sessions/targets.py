"""What a statement writes, and what it does to the context of the connection that ran it."""

from __future__ import annotations

from msgspec.structs import replace

from mockhaus.translation import statements as s
from mockhaus.translation.context import DEFAULT_SCHEMA, Context, ObjectName
from mockhaus.translation.ddl.alter import alter_table
from mockhaus.translation.ddl.tables import is_temporary
from mockhaus.translation.dml.change import Change
from mockhaus.translation.dml.plain import target_of
from mockhaus.translation.grammar.altering import AlterObject
from mockhaus.translation.postgres.grammar import DropSeveral


def lock_key(statement: s.Statement, context: Context) -> str:
    """The full name, in upper case, of the object that a statement writes."""
    if isinstance(statement, s.Tree):
        return str(target_of(statement, context).folded())
    if isinstance(statement, (s.CopyIntoTable, s.CopyFromClient)):
        return str(context.resolve(statement.table).folded())
    if isinstance(statement, (s.Create, s.Drop, s.Undrop, s.Comment)):
        return f"{context.database}.{context.schema}.{statement.name}".upper()
    return f"{context.database}.{context.schema}".upper()


def to_count(
    statement: s.Statement, change: Change | None, context: Context, *, alone: bool
) -> ObjectName | None:
    """The table whose rows DuckDB's own figure will not tell after this statement.

    `alone`: it is a transaction by itself. See catalog.counts.
    """
    if isinstance(statement, (s.CopyIntoTable, s.CopyFromClient)):
        return context.resolve(statement.table)
    if change is None:
        made = isinstance(statement, s.CreateTable) and not alone
        return target_of(statement, context) if made and isinstance(statement, s.Tree) else None
    if isinstance(statement, s.Insert) and alone and change.is_one_statement:
        return None
    return change.target


def after_ddl(statement: s.Statement, context: Context) -> Context:
    """The context once DDL has run: a new database or schema is current. (See `dropping`.)"""
    if isinstance(statement, s.CreateDatabase):
        return replace(context, database=statement.name.name, schema=DEFAULT_SCHEMA)
    if isinstance(statement, s.CreateSchema):
        database = statement.name.database or context.database
        return replace(context, database=database, schema=statement.name.name)
    if isinstance(statement, s.CreateTable) and is_temporary(statement):
        name = target_of(statement, context).folded()
        return replace(context, temporary=context.temporary | {name})
    if isinstance(statement, s.AlterTable) and context.temporary:
        return _after_alter(statement, context)
    if isinstance(statement, AlterObject) and statement.renamed is not None:
        return _after_rename(statement, statement.renamed, context)
    if isinstance(statement, s.Drop):
        return _after_drop(statement, context)
    if isinstance(statement, DropSeveral):
        for each in statement.of:
            context = _after_drop(each, context)
    return context


def _after_alter(statement: s.AlterTable, context: Context) -> Context:
    """A temporary table that is renamed is one by its new name."""
    change = alter_table(statement, context)
    old, new = change.name.folded(), change.renamed
    if new is None or old not in context.temporary:
        return context
    return replace(context, temporary=(context.temporary - {old}) | {new.folded()})


def _after_rename(statement: AlterObject, new: ObjectName, context: Context) -> Context:
    """A current database, schema, warehouse or role that is renamed stays current."""
    name = statement.name
    if statement.object == "WAREHOUSE" and name.name.upper() == (context.warehouse or "").upper():
        return replace(context, warehouse=new.name)
    if statement.object == "ROLE" and name.name.upper() == context.role.upper():
        return replace(context, role=new.name)
    if statement.object == "DATABASE" and name.name.upper() == (context.database or "").upper():
        return replace(context, database=new.name)
    if statement.object == "SCHEMA":
        was = ((name.schema or context.database or "").upper(), name.name.upper())
        if was == ((context.database or "").upper(), (context.schema or "").upper()):
            return replace(context, database=new.schema or context.database, schema=new.name)
    return context


def _after_drop(statement: s.Drop, context: Context) -> Context:
    name = statement.name
    if statement.object == "TABLE" and context.temporary:
        return replace(context, temporary=context.temporary - {context.resolve(name).folded()})
    return context
