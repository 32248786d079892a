"""CREATE TABLE, CREATE VIEW and ALTER TABLE: what DuckDB is to create, and what is only recorded.

Snowflake records PRIMARY KEY, UNIQUE and FOREIGN KEY and does not enforce them; it does enforce
NOT NULL and the length of VARCHAR(n) and BINARY(n), which DuckDB does not know: a CHECK stands in.
Snowflake's manual: "CREATE TABLE", "CREATE VIEW", "ALTER TABLE".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation import statements as s
from mockhaus.translation.clauses.types import duckdb_type, length
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.dialect import generate, snowflake_text
from mockhaus.translation.rewrite import Walk, label
from mockhaus.translation.translate import guarded


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
    """One column of CREATE TABLE. `sql` is DuckDB's definition; the rest is recorded."""

    name: str
    type: str
    sql: str
    comment: str = ""
    #: (start, increment) of AUTOINCREMENT / IDENTITY; `ordered`: ORDER was asked for.
    identity: tuple[int, int] | None = None
    ordered: bool = False
    #: DEFAULT as it was written.
    default: str | None = None


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """A CREATE TABLE. `query` is DuckDB's text of AS SELECT, `columns` may rename its columns."""

    name: ObjectName
    columns: tuple[ColumnDefinition, ...]
    query: str | None = None
    renamed: tuple[str, ...] = ()
    replace: bool = False
    if_not_exists: bool = False
    temporary: bool = False
    transient: bool = False
    constraints: tuple[dict[str, Any], ...] = ()
    comment: str = ""
    cluster_by: str = ""


@dataclass(frozen=True, slots=True)
class ViewDefinition:
    """A CREATE VIEW. `query` is DuckDB's text; `columns` the column list, empty for none."""

    name: ObjectName
    query: str
    columns: tuple[str, ...]
    replace: bool
    if_not_exists: bool
    comment: str = ""
    secure: bool = False


# --- CREATE TABLE --------------------------------------------------------------------------------


def create_table(statement: s.Tree, context: Context) -> TableDefinition:
    """Read a CREATE TABLE. Raises CompilationError."""
    return guarded(lambda: _create_table(statement, context), statement)


def _create_table(statement: s.Tree, context: Context) -> TableDefinition:
    tree = statement.tree.copy()
    _only(tree, "this", "kind", "expression", "exists", "properties", "replace")
    if tree.args.get("replace") and tree.args.get("exists"):
        raise SqlSyntaxError(
            "SQL compilation error:\noptions IF NOT EXISTS and OR REPLACE are incompatible.",
            position=statement.offset,
        )
    walk = Walk(context, statement.text)
    schema = tree.this if isinstance(tree.this, exp.Schema) else None
    table = schema.this if schema is not None else tree.this
    columns, constraints, renamed = _columns(schema, walk)
    properties = _properties(tree.args.get("properties"))
    query = tree.expression
    if query is not None:
        labels = names_of(query)
        label(query, labels)
        query = generate(walk.rewrite(query))
    if query is None and not columns:
        raise SqlSyntaxError(
            "SQL compilation error:\nMissing column specification", position=statement.offset
        )
    return TableDefinition(
        context.resolve(names.object_name(table)),
        tuple(columns),
        query,
        tuple(renamed),
        replace=bool(tree.args.get("replace")),
        if_not_exists=bool(tree.args.get("exists")),
        constraints=tuple(constraints),
        **properties,
    )


def is_temporary(statement: s.CreateTable) -> bool:
    """Whether a CREATE TABLE makes a temporary table."""
    properties = statement.tree.args.get("properties")
    return properties is not None and any(
        isinstance(item, exp.TemporaryProperty) for item in properties.expressions
    )


def names_of(query: exp.Expression) -> tuple[str, ...]:
    """Labels of a query's items, from the tree alone."""
    select = query
    while isinstance(select, (exp.SetOperation, exp.Subquery)):
        select = select.this
    if not isinstance(select, exp.Select):
        return ()
    return tuple(
        "" if isinstance(item, (exp.Alias, exp.Column, exp.Star)) else snowflake_text(item).upper()
        for item in select.expressions
    )


def _only(tree: exp.Expression, *arguments: str) -> None:
    for key, value in tree.args.items():
        if value and key not in arguments:
            what = f"{tree.args.get('kind') or ''} {key.strip('_').upper()}".strip()
            raise UnsupportedFeature(f"Unsupported feature '{what}'.")


_Parts = tuple[list[ColumnDefinition], list[dict[str, Any]], list[str]]


def _columns(schema: exp.Schema | None, walk: Walk) -> _Parts:
    columns: list[ColumnDefinition] = []
    constraints: list[dict[str, Any]] = []
    renamed: list[str] = []
    for item in schema.expressions if schema is not None else ():
        if isinstance(item, exp.ColumnDef) and item.args.get("kind") is not None:
            columns.append(_column(item, walk, constraints))
        elif isinstance(item, (exp.ColumnDef, exp.Identifier, exp.Column)):
            name = item if isinstance(item, exp.Identifier) else item.this
            renamed.append(names.stored(name))
        else:
            constraints.append(_table_constraint(item))
    return columns, constraints, renamed


def _column(item: exp.ColumnDef, walk: Walk, constraints: list[dict[str, Any]]) -> ColumnDefinition:
    name, kind = names.stored(item.this), item.args["kind"]
    parts = [names.quoted(name), generate(duckdb_type(kind))]
    limit = length(kind)
    if limit is not None:
        measure = "octet_length" if kind.this in _BINARY else "length"
        parts.append(f"CHECK ({measure}({names.quoted(name)}) <= {limit})")
    comment, identity, ordered, default = "", None, False, None
    for constraint in item.args.get("constraints") or ():
        inner = constraint.kind
        if isinstance(inner, exp.CommentColumnConstraint):
            comment = inner.this.name
        elif isinstance(inner, exp.GeneratedAsIdentityColumnConstraint):
            identity = (_number(inner, "start"), _number(inner, "increment"))
            ordered = bool(inner.args.get("order"))
        elif isinstance(inner, exp.AutoIncrementColumnConstraint):
            identity = (1, 1)
        else:
            if isinstance(inner, exp.DefaultColumnConstraint):
                default = snowflake_text(inner.this)
            parts += _column_constraint(inner, name, walk, constraints)
    sql = " ".join(parts)
    return ColumnDefinition(name, snowflake_type(kind), sql, comment, identity, ordered, default)


_BINARY: Final = (DataType.Type.BINARY, DataType.Type.VARBINARY)


def snowflake_type(kind: DataType) -> str:
    """A declared type as it was written, in upper case."""
    return snowflake_text(kind).upper()


def _number(constraint: exp.Expression, key: str) -> int:
    value = constraint.args.get(key)
    return int(value.name) if value is not None else 1


def _column_constraint(
    inner: exp.Expression, name: str, walk: Walk, constraints: list[dict[str, Any]]
) -> list[str]:
    """DuckDB's words for a constraint; what is only recorded is added to `constraints`."""
    if isinstance(inner, exp.NotNullColumnConstraint):
        return [] if inner.args.get("allow_null") else ["NOT NULL"]
    if isinstance(inner, exp.DefaultColumnConstraint):
        return [f"DEFAULT ({generate(walk.rewrite(inner.this))})"]
    if isinstance(inner, exp.PrimaryKeyColumnConstraint):
        constraints.append({"type": "PRIMARY KEY", "columns": [name]})
        return ["NOT NULL"]
    if isinstance(inner, exp.UniqueColumnConstraint):
        constraints.append({"type": "UNIQUE", "columns": [name]})
        return []
    if isinstance(inner, exp.Reference):
        constraints.append(_reference(inner, [name]))
        return []
    raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(inner)}'.")


def _table_constraint(item: exp.Expression) -> dict[str, Any]:
    if isinstance(item, exp.Constraint):
        inner = _table_constraint(item.expressions[0])
        return {**inner, "name": names.stored(item.this)}
    if isinstance(item, exp.PrimaryKey):
        return {"type": "PRIMARY KEY", "columns": _column_names(item.expressions)}
    if isinstance(item, exp.UniqueColumnConstraint):
        listed = item.this.expressions if isinstance(item.this, exp.Schema) else []
        return {"type": "UNIQUE", "columns": _column_names(listed)}
    if isinstance(item, exp.ForeignKey):
        return _reference(item.args["reference"], _column_names(item.expressions))
    raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(item)}'.")


def _column_names(items: list[exp.Expression]) -> list[str]:
    found = []
    for item in items:
        node = item
        while not isinstance(node, exp.Identifier):
            node = node.this
        found.append(names.stored(node))
    return found


def _reference(node: exp.Expression, columns: list[str]) -> dict[str, Any]:
    target = node.this
    referenced = _column_names(target.expressions) if isinstance(target, exp.Schema) else []
    table = target.this if isinstance(target, exp.Schema) else target
    name = names.object_name(table)
    return {
        "type": "FOREIGN KEY",
        "columns": columns,
        "table": [name.database, name.schema, name.name],
        "referenced": referenced,
    }


def _properties(properties: exp.Expression | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in properties.expressions if properties is not None else ():
        if isinstance(item, exp.TemporaryProperty):
            found["temporary"] = True
        elif isinstance(item, exp.TransientProperty):
            found["transient"] = True
        elif isinstance(item, exp.SchemaCommentProperty):
            found["comment"] = item.this.name
        elif isinstance(item, exp.ClusterProperty):
            found["cluster_by"] = f"LINEAR{snowflake_text(item).removeprefix('CLUSTER BY ')}"
        else:
            raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(item)}'.")
    return found


# --- CREATE VIEW ---------------------------------------------------------------------------------


def create_view(statement: s.Tree, context: Context) -> ViewDefinition:
    """Read a CREATE VIEW. Raises CompilationError."""
    return guarded(lambda: _create_view(statement, context), statement)


def _create_view(statement: s.Tree, context: Context) -> ViewDefinition:
    tree = statement.tree.copy()
    _only(tree, "this", "kind", "expression", "exists", "properties", "replace")
    schema = tree.this if isinstance(tree.this, exp.Schema) else None
    table = schema.this if schema is not None else tree.this
    comment, secure = "", False
    for item in tree.args["properties"].expressions if tree.args.get("properties") else ():
        if isinstance(item, exp.SchemaCommentProperty):
            comment = item.this.name
        elif isinstance(item, exp.SecureProperty):
            secure = True
        else:
            raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(item)}'.")
    columns = []
    for item in schema.expressions if schema is not None else ():
        if isinstance(item, exp.ColumnDef) and item.args.get("constraints"):
            raise UnsupportedFeature("Unsupported feature 'view column properties'.")
        columns.append(names.stored(item if isinstance(item, exp.Identifier) else item.this))
    query = tree.expression
    label(query, names_of(query))
    walk = Walk(context, statement.text)
    return ViewDefinition(
        context.resolve(names.object_name(table)),
        generate(walk.rewrite(query)),
        tuple(columns),
        bool(tree.args.get("replace")),
        bool(tree.args.get("exists")),
        comment,
        secure,
    )


# --- ALTER TABLE ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alteration:
    """An ALTER TABLE: DuckDB's statements; `renamed` is the new name of RENAME TO."""

    name: ObjectName
    kind: str
    sql: tuple[str, ...]
    if_exists: bool = False
    renamed: ObjectName | None = None
    added: tuple[ColumnDefinition, ...] = ()
    dropped: tuple[str, ...] = ()
    columns_renamed: dict[str, str] = field(default_factory=dict)
    retyped: dict[str, str] = field(default_factory=dict)


def alter_table(statement: s.Tree, context: Context) -> Alteration:
    """Read an ALTER TABLE or ALTER VIEW. Raises CompilationError."""
    return guarded(lambda: _alter_table(statement, context), statement)


def _alter_table(statement: s.Tree, context: Context) -> Alteration:
    tree = statement.tree.copy()
    _only(tree, "this", "kind", "actions", "exists")
    if tree.args.get("kind") not in ("TABLE", "VIEW"):
        raise UnsupportedFeature(f"Unsupported feature 'ALTER {tree.args.get('kind')}'.")
    walk = Walk(context, statement.text)
    name = context.resolve(names.object_name(tree.this))
    result: dict[str, Any] = {"added": [], "dropped": [], "columns_renamed": {}, "retyped": {}}
    sql: list[str] = []
    head = f"ALTER {tree.args['kind']} {names.storage_name(name, context)}"
    for action in tree.args.get("actions") or ():
        sql += [f"{head} {words}" for words in _action(action, name, walk, result)]
    result["added"] = tuple(result["added"])
    result["dropped"] = tuple(result["dropped"])
    return Alteration(
        name, tree.args["kind"], tuple(sql), if_exists=bool(tree.args.get("exists")), **result
    )


def _action(
    action: exp.Expression, name: ObjectName, walk: Walk, result: dict[str, Any]
) -> list[str]:
    if isinstance(action, exp.ColumnDef):
        return _add_column(action, walk, result)
    if isinstance(action, exp.Drop) and action.args.get("kind") == "COLUMN":
        columns = _column_names(action.args["tables"])
        result["dropped"] += columns
        exists = "IF EXISTS " if action.args.get("exists") else ""
        return [f"DROP COLUMN {exists}{names.quoted(column)}" for column in columns]
    if isinstance(action, exp.RenameColumn):
        old = names.stored(action.this.this)
        new = names.stored(action.args["to"].this)
        result["columns_renamed"][old] = new
        return [f"RENAME COLUMN {names.quoted(old)} TO {names.quoted(new)}"]
    if isinstance(action, exp.AlterRename):
        new_name = walk.context.resolve(names.object_name(action.this))
        if (new_name.folded().schema, new_name.folded().database) != (
            name.folded().schema,
            name.folded().database,
        ):
            raise UnsupportedFeature("Unsupported feature 'ALTER TABLE RENAME to another schema'.")
        result["renamed"] = new_name
        return [f"RENAME TO {names.quoted(new_name.name)}"]
    if isinstance(action, exp.AlterColumn):
        return _alter_column(action, walk, result)
    raise UnsupportedFeature(f"Unsupported feature 'ALTER TABLE {snowflake_text(action)[:40]}'.")


def _add_column(action: exp.ColumnDef, walk: Walk, result: dict[str, Any]) -> list[str]:
    constraints: list[dict[str, Any]] = []
    column = _column(action, walk, constraints)
    if constraints or column.identity:
        raise UnsupportedFeature("Unsupported feature 'ALTER TABLE ADD COLUMN with a constraint'.")
    result["added"].append(column)
    exists = "IF NOT EXISTS " if action.args.get("exists") else ""
    not_null = " NOT NULL" in column.sql
    words = column.sql.replace(" NOT NULL", "").split(" CHECK (", 1)[0]
    if " CHECK (" in column.sql:
        raise UnsupportedFeature(
            "Unsupported feature 'ALTER TABLE ADD COLUMN of a type with a length'.",
            hint="Use VARCHAR without a length.",
        )
    later = [f"ALTER COLUMN {names.quoted(column.name)} SET NOT NULL"] if not_null else []
    return [f"ADD COLUMN {exists}{words}", *later]


def _alter_column(action: exp.AlterColumn, walk: Walk, result: dict[str, Any]) -> list[str]:
    column = names.stored(action.this.this if isinstance(action.this, exp.Column) else action.this)
    head = f"ALTER COLUMN {names.quoted(column)}"
    if (kind := action.args.get("dtype")) is not None:
        result["retyped"][column] = snowflake_type(kind)
        return [f"{head} SET DATA TYPE {generate(duckdb_type(kind))}"]
    if (default := action.args.get("default")) is not None:
        return [f"{head} SET DEFAULT {generate(walk.rewrite(default))}"]
    if "allow_null" in action.args and action.args["allow_null"] is not None:
        words = "DROP" if action.args["allow_null"] else "SET"
        return [f"{head} {words} NOT NULL"]
    if action.args.get("drop"):
        return [f"{head} DROP DEFAULT"]
    raise UnsupportedFeature("Unsupported feature 'ALTER TABLE ALTER COLUMN'.")
