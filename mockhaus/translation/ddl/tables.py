"""CREATE TABLE: what DuckDB is to create, and what is only recorded.

Snowflake records PRIMARY KEY, UNIQUE and FOREIGN KEY and does not enforce them; it does enforce
NOT NULL and the length of VARCHAR(n) and BINARY(n), which DuckDB does not know: a CHECK stands in.
Snowflake's manual: "CREATE TABLE".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace
from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import (
    InvalidParameter,
    MissingColumnName,
    SqlSyntaxError,
    UnsupportedFeature,
)
from mockhaus.quoting import sql_literal
from mockhaus.translation import names, statements as s
from mockhaus.translation.clauses.types import duckdb_type, length, meant, spelled
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.ddl.checks import CHECK, check
from mockhaus.translation.ddl.constraints import options, reference, table_constraint
from mockhaus.translation.dialect import generate, snowflake_text
from mockhaus.translation.functions import context as context_functions, generation
from mockhaus.translation.labels import label
from mockhaus.translation.rewrite import Walk
from mockhaus.translation.routines.body import parsed_expression
from mockhaus.translation.translate import guarded
from mockhaus.translation.trees import copied
from mockhaus.translation.types import structured
from mockhaus.translation.types.origins import Source, origins
from mockhaus.zoned import STORED


class ColumnDefinition(Struct, frozen=True):
    """One column of CREATE TABLE. `type` is as written in upper case, `stored` DuckDB's.

    Both are empty of a column that has the type of what AS SELECT answers.
    """

    name: str
    type: str
    stored: str
    #: DuckDB's CHECK for the length of VARCHAR(n) and BINARY(n).
    check: str = ""
    not_null: bool = False
    #: DEFAULT for DuckDB, and as it was written.
    default_sql: str | None = None
    default: str | None = None
    #: Whether its value is the same each time, and computed when the column is made.
    settles: bool = False
    comment: str = ""
    #: (start, increment) of AUTOINCREMENT / IDENTITY; `ordered`: ORDER was asked for.
    identity: tuple[int, int] | None = None
    ordered: bool = False
    tags: s.Tags = ()

    @property
    def default_value(self) -> str | None:
        """DEFAULT as the column's type takes it: DuckDB makes no TIMESTAMP_TZ of others itself."""
        if self.default_sql is None or self.stored != STORED:
            return self.default_sql
        return f"tz_default({self.default_sql})"

    @property
    def sql(self) -> str:
        """DuckDB's definition, but for the default of AUTOINCREMENT."""
        parts = [names.quoted(self.name), self.stored, self.check]
        parts.append("NOT NULL" if self.not_null else "")
        parts.append(f"DEFAULT ({self.default_value})" if self.default_sql is not None else "")
        return " ".join(part for part in parts if part)


class TableDefinition(Struct, frozen=True):
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
    checks: tuple[dict[str, Any], ...] = ()
    comment: str = ""
    cluster_by: str = ""
    #: The table of LIKE or CLONE; `cloned`: its rows come too.
    like: ObjectName | None = None
    cloned: bool = False
    tags: s.Tags = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    #: COPY GRANTS: a table that is replaced leaves its grants to this one.
    copy_grants: bool = False
    #: Where the columns of AS SELECT come from, as far as it is known.
    sources: tuple[Source, ...] = ()


# --- CREATE TABLE --------------------------------------------------------------------------------


def create_table(statement: s.Tree, context: Context) -> TableDefinition:
    """Read a CREATE TABLE. Raises CompilationError."""
    return guarded(lambda: _create_table(statement, context), statement)


def _create_table(statement: s.Tree, context: Context) -> TableDefinition:
    tree = copied(statement.tree)
    only(tree, "this", "kind", "expression", "exists", "properties", "replace", "clone")
    if tree.args.get("replace") and tree.args.get("exists"):
        raise SqlSyntaxError(
            "SQL compilation error:\noptions IF NOT EXISTS and OR REPLACE are incompatible.",
            position=statement.offset,
        )
    walk = Walk(context, statement.text)
    schema = tree.this if isinstance(tree.this, exp.Schema) else None
    table = schema.this if schema is not None else tree.this
    columns, constraints, renamed = _columns(schema, walk, table.name)
    properties = _properties(tree.args.get("properties"))
    properties |= _model(tree, properties.pop("like", None), walk)
    query, sources = tree.expression, tuple[Source, ...]()
    if query is not None:
        labels, sources = names_of(query), origins(query, context, statement.text)
        check_named(query, listed=bool(columns or renamed or statement.postgres))
        label(query, labels)
        query = generate(walk.finished(walk.rewrite(query)))
    if query is None and not columns and properties["like"] is None:
        raise MissingColumnName(_UNNAMED, position=statement.offset)
    return TableDefinition(
        context.resolve(names.object_name(table)),
        tuple(columns),
        query,
        tuple(renamed),
        replace=bool(tree.args.get("replace")),
        if_not_exists=bool(tree.args.get("exists")),
        constraints=tuple(each for each in constraints if each["type"] != CHECK),
        checks=tuple(each for each in constraints if each["type"] == CHECK),
        sources=sources,
        **properties,
    )


def _model(tree: exp.Expression, like: exp.Table | None, walk: Walk) -> dict[str, Any]:
    """The table of LIKE or CLONE, in full."""
    clone = tree.args.get("clone")
    if clone is None:
        name = None if like is None else walk.context.resolve(names.object_name(like))
        return {"like": name, "cloned": False}
    table = clone.this
    if table.args.get("when"):
        raise UnsupportedFeature("Unsupported feature 'time travel: CLONE AT | BEFORE'.")
    return {"like": walk.context.resolve(names.object_name(table)), "cloned": True}


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
        "" if _has_name(item) else snowflake_text(item).upper() for item in select.expressions
    )


def _has_name(item: exp.Expression) -> bool:
    """Whether an item is a column, or has a name; `t.$1` has none."""
    if isinstance(item, exp.Column):
        return not isinstance(item.this, exp.Parameter)
    return isinstance(item, (exp.Alias, exp.Star))


_UNNAMED: Final = "SQL compilation error:\nMissing column specification"


def check_named(query: exp.Expression, *, listed: bool) -> None:
    """Raises MissingColumnName for an item of the query of a table or a view that is neither a
    column nor has a name, unless names are listed; PostgreSQL makes them up."""
    select = query.unnest()
    while isinstance(select, exp.SetOperation):
        select = select.this.unnest()
    items = select.expressions if isinstance(select, exp.Select) and not listed else ()
    for item in items:
        if not isinstance(item.unnest(), _NAMED):
            raise MissingColumnName(_UNNAMED, hint=f"Name it: {snowflake_text(item)} AS name.")


_NAMED: Final = (exp.Alias, exp.Aliases, exp.Column, exp.Dot, exp.Parameter, exp.Star)


def only(tree: exp.Expression, *arguments: str) -> None:
    for key, value in tree.args.items():
        if value and key not in arguments:
            what = f"{tree.args.get('kind') or ''} {key.strip('_').upper()}".strip()
            raise UnsupportedFeature(f"Unsupported feature '{what}'.")


_Parts = tuple[list[ColumnDefinition], list[dict[str, Any]], list[str]]


def _columns(schema: exp.Schema | None, walk: Walk, table: str) -> _Parts:
    columns: list[ColumnDefinition] = []
    constraints: list[dict[str, Any]] = []
    renamed: list[str] = []
    for item in schema.expressions if schema is not None else ():
        if isinstance(item, exp.ColumnDef) and item.args.get("kind") is not None:
            columns.append(column(item, walk, constraints, table))
        elif isinstance(item, (exp.ColumnDef, exp.Identifier, exp.Column)):
            name = names.stored(item if isinstance(item, exp.Identifier) else item.this)
            renamed.append(name)
            columns.append(ColumnDefinition(name, "", ""))
        else:
            constraints.append(check(item, walk, table) or table_constraint(item))
    if all(not column.type for column in columns):
        return [], constraints, renamed
    return [_keyed(column, constraints) for column in columns], constraints, []


def _keyed(column: ColumnDefinition, constraints: list[dict[str, Any]]) -> ColumnDefinition:
    """The column, NOT NULL if it is of the primary key."""
    keys = [key.upper() for c in constraints if c["type"] == "PRIMARY KEY" for key in c["columns"]]
    return replace(column, not_null=True) if column.name.upper() in keys else column


def column(
    item: exp.ColumnDef, walk: Walk, constraints: list[dict[str, Any]], table: str
) -> ColumnDefinition:
    """Read a column of a table; its constraints but NOT NULL are added to `constraints`."""
    name, kind = names.stored(item.this), meant(item.args["kind"], walk)
    found: dict[str, Any] = {}
    limit = length(kind)
    if limit is not None:
        found["check"] = length_check(name, limit, binary=kind.this in _BINARY)
    for constraint in item.args.get("constraints") or ():
        told = check(constraint.kind, walk, table, name, constraint.this)
        if told is not None:
            constraints.append(told)
            continue
        default = constraint.kind.this if _is_default(constraint.kind) else None
        text = _read(default, kind) if walk.context.postgres else None
        if default is not None:
            found["settles"] = text is not None or _settles(default, kind)
        _column_constraint(constraint.kind, name, walk, constraints, found)
        if text is not None:
            found["default_sql"] = written_default(text, walk)
    return ColumnDefinition(name, snowflake_type(kind), generate(duckdb_type(kind)), **found)


#: Types of which a text is read by the session's formats.
_MOMENTS: Final = frozenset(
    (DataType.Type.DATE, DataType.Type.TIME, DataType.Type.TIMESTAMP, DataType.Type.TIMESTAMPNTZ)
)


def _is_default(constraint: exp.Expression) -> bool:
    return isinstance(constraint, exp.DefaultColumnConstraint)


def _read(default: exp.Expression | None, kind: DataType) -> exp.Expression | None:
    """PostgreSQL's text that becomes a moment as its cast, None for other defaults."""
    if isinstance(default, exp.Literal) and default.is_string and kind.this in _MOMENTS:
        return exp.Cast(this=default.copy(), to=kind.copy())
    return None


def _settles(default: exp.Expression, kind: DataType) -> bool:
    """Whether a default is computed once: DuckDB takes no lambda in one, as many macros have."""
    if kind.this in _ZONED or isinstance(default, (exp.Literal, exp.Null, exp.Boolean)):
        return False
    return not any(
        isinstance(each, (exp.Column, *_CHANGING))
        or (isinstance(each, exp.Anonymous) and str(each.this).upper() in _CHANGING_NAMES)
        for each in default.walk()
    )


_ZONED: Final = frozenset((DataType.Type.TIMESTAMPTZ,))
#: Functions of the moment, of the session and of chance.
_OF_NOW: Final = (*context_functions.FUNCTIONS, *generation.FUNCTIONS)
_CHANGING: Final = tuple(node for each in _OF_NOW for node in each.nodes)
_CHANGING_NAMES: Final = frozenset(name for each in _OF_NOW for name in each.names)


def length_check(name: str, limit: int, *, binary: bool) -> str:
    """DuckDB's CHECK for the length of a VARCHAR(n) or BINARY(n), with Snowflake's words."""
    column = names.quoted(name)
    measure = "octet_length" if binary else "length"
    shown = f"hex({column})" if binary else column
    before = f"MOCKHAUS:StringTooLong:{'Binary' if binary else 'String'} '"
    after = "' is too long and would be truncated"
    message = f"{sql_literal(before)} || {shown} || {sql_literal(after)}"
    return (
        f"CHECK (CASE WHEN {measure}({column}) > {limit} "
        f"THEN CAST(error({message}) AS BOOLEAN) ELSE true END)"
    )


_BINARY: Final = (DataType.Type.BINARY, DataType.Type.VARBINARY)


def snowflake_type(kind: DataType) -> str:
    """A declared type as it was written, in upper case."""
    if structured.is_structured(kind) and (
        kind.this.value != "ARRAY" or structured.is_spelled(kind)
    ):
        return structured.spelled(kind, spelled)
    return snowflake_text(kind).upper()


def _number(constraint: exp.Expression, key: str) -> int:
    value = constraint.args.get(key)
    return int(value.name) if value is not None else 1


def _column_constraint(
    inner: exp.Expression,
    name: str,
    walk: Walk,
    constraints: list[dict[str, Any]],
    found: dict[str, Any],
) -> None:
    """Write a constraint of a column into the column's fields, or into `constraints`."""
    if isinstance(inner, exp.CommentColumnConstraint):
        found["comment"] = inner.this.name
    elif isinstance(inner, exp.GeneratedAsIdentityColumnConstraint):
        found["identity"] = (_number(inner, "start"), _number(inner, "increment"))
        found["ordered"] = bool(inner.args.get("order"))
    elif isinstance(inner, exp.AutoIncrementColumnConstraint):
        found["identity"] = (1, 1)
    elif isinstance(inner, exp.NotNullColumnConstraint):
        found["not_null"] = not inner.args.get("allow_null")
    elif isinstance(inner, exp.DefaultColumnConstraint):
        _name_sequences(inner.this, walk.context)
        found["default"] = snowflake_text(inner.this)
        found["default_sql"] = written_default(inner.this, walk)
        if walk.used or walk.calls:
            raise UnsupportedFeature("Unsupported feature 'DEFAULT with a user-defined function'.")
    elif isinstance(inner, exp.PrimaryKeyColumnConstraint):
        told = {"type": "PRIMARY KEY", "columns": [name], **options(inner)}
        constraints.append(told)
    elif isinstance(inner, exp.UniqueColumnConstraint):
        constraints.append({"type": "UNIQUE", "columns": [name], **options(inner)})
    elif isinstance(inner, exp.Reference):
        constraints.append(reference(inner, [name]))
    elif isinstance(inner, exp.Tags):
        found["tags"] = tags_of(inner)
    else:
        raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(inner)}'.")


def _without_lambda(default: exp.Expression) -> exp.Expression:
    """The rewritten default with calls that DuckDB takes there, in place."""
    for call in default.find_all(exp.Anonymous):
        if call.this == "to_timestamp_tz":
            call.set("this", "tz_default")
    return default


def _name_sequences(default: exp.Expression, context: Context) -> None:
    """Write the sequences of a default in full: it means the same wherever it is read."""
    for column in default.find_all(exp.Column):
        if column.name.upper() == "NEXTVAL" and column.args.get("table") is not None:
            parts = [column.args.get(key) for key in ("table", "db", "catalog")]
            own = [names.stored(part) for part in parts if isinstance(part, exp.Identifier)]
            full = context.resolve(ObjectName(*own))
            column.set("table", names.identifier(full.name))
            column.set("db", names.identifier(full.schema or ""))
            column.set("catalog", names.identifier(full.database or ""))


def tags_of(node: exp.Tags) -> s.Tags:
    """WITH TAG (name = 'value', ..)."""
    return tuple((_dotted(each.this), each.args["value"].name) for each in node.expressions)


def _dotted(node: exp.Expression) -> ObjectName:
    parts: list[str] = []
    while isinstance(node, exp.Dot):
        parts.append(names.stored(node.expression))
        node = node.this
    parts.append(names.stored(node) if isinstance(node, exp.Identifier) else node.name.upper())
    return ObjectName(*parts)


def default_sql(text: str, context: Context) -> str:
    """A recorded default in DuckDB's text."""
    return written_default(parsed_expression(text), Walk(context, text))


def written_default(value: exp.Expression, walk: Walk) -> str:
    """A default in DuckDB's text, which whoever inserts a row runs."""
    before, walk.context = walk.context, replace(walk.context, is_kept=True)
    try:
        return generate(_without_lambda(walk.rewrite(value)))
    finally:
        walk.context = before


def clustering(item: exp.Expression) -> str:
    """A clustering key as SHOW TABLES writes it."""
    shown = item.copy()
    for name in shown.find_all(exp.Identifier):
        name.set("this", names.stored(name))
    return f"LINEAR{snowflake_text(shown).removeprefix('CLUSTER BY ')}"


#: Properties of a table that are recorded and shown -> whether a value is one of theirs.
OPTIONS: Final[dict[str, Callable[[Any], bool]]] = {
    "DATA_RETENTION_TIME_IN_DAYS": lambda value: type(value) is int and 0 <= value <= 90,
    "MAX_DATA_EXTENSION_TIME_IN_DAYS": lambda value: type(value) is int and 0 <= value <= 90,
    "CHANGE_TRACKING": lambda value: isinstance(value, bool),
}


def option(item: exp.Expression) -> tuple[str, Any] | None:
    """`NAME = value`, of those that are recorded. Raises InvalidParameter."""
    name = item.name.upper()
    if not isinstance(item, exp.Property) or name not in OPTIONS:
        return None
    node = item.args["value"]
    value: Any = node.name
    if isinstance(node, exp.Boolean):
        value = bool(node.this)
    elif isinstance(node, exp.Literal) and not node.is_string:
        value = int(node.name) if node.is_int else node.name
    if not OPTIONS[name](value):
        raise InvalidParameter(
            f"SQL compilation error:\ninvalid value ['{value}'] for parameter '{name}'"
        )
    return name, value


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
            found["cluster_by"] = clustering(item)
        elif isinstance(item, exp.LikeProperty):
            found["like"] = item.this
        elif isinstance(item, exp.Tags):
            found["tags"] = tags_of(item)
        elif (told := option(item)) is not None:
            found.setdefault("options", {})[told[0]] = told[1]
        elif isinstance(item, exp.CopyGrantsProperty):
            found["copy_grants"] = True
        else:
            raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(item)}'.")
    return found
