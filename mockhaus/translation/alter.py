"""ALTER TABLE and ALTER VIEW, read into steps.

Snowflake's manual: "ALTER TABLE", "ALTER TABLE ... ALTER COLUMN", "ALTER VIEW".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import names, tables
from mockhaus.translation import statements as s
from mockhaus.translation.clauses.types import duckdb_type, meant
from mockhaus.translation.constraints import column_names, table_constraint
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.dialect import generate, snowflake_text
from mockhaus.translation.rewrite import Walk
from mockhaus.translation.translate import guarded


@dataclass(frozen=True, slots=True)
class AddColumn:
    """ADD COLUMN."""

    column: tables.ColumnDefinition
    if_not_exists: bool
    constraints: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class DropColumn:
    """DROP COLUMN."""

    name: str
    if_exists: bool


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """RENAME COLUMN."""

    name: str
    new: str


@dataclass(frozen=True, slots=True)
class Retype:
    """ALTER COLUMN SET DATA TYPE; `type` as written in upper case, `stored` DuckDB's."""

    name: str
    type: str
    stored: str


@dataclass(frozen=True, slots=True)
class SetDefault:
    """ALTER COLUMN SET DEFAULT, DROP DEFAULT (None); `sql` for DuckDB."""

    name: str
    sql: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class SetNotNull:
    """ALTER COLUMN SET NOT NULL, DROP NOT NULL."""

    name: str
    not_null: bool


@dataclass(frozen=True, slots=True)
class SetComment:
    """ALTER COLUMN COMMENT; of the table where `name` is None."""

    name: str | None
    comment: str


@dataclass(frozen=True, slots=True)
class RenameTo:
    """RENAME TO, of any schema."""

    name: ObjectName


@dataclass(frozen=True, slots=True)
class SwapWith:
    """SWAP WITH."""

    name: ObjectName


@dataclass(frozen=True, slots=True)
class ClusterBy:
    """CLUSTER BY; empty for DROP CLUSTERING KEY."""

    key: str


@dataclass(frozen=True, slots=True)
class AddConstraint:
    """ADD PRIMARY KEY, UNIQUE, FOREIGN KEY, CONSTRAINT."""

    constraint: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DropConstraint:
    """DROP CONSTRAINT name, DROP PRIMARY KEY."""

    name: str | None
    kind: str | None = None


Step = (
    AddColumn | DropColumn | RenameColumn | Retype | SetDefault | SetNotNull | SetComment
    | RenameTo | SwapWith | ClusterBy | AddConstraint | DropConstraint
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Alteration:
    """An ALTER TABLE or ALTER VIEW."""

    name: ObjectName
    kind: str
    steps: tuple[Step, ...]
    if_exists: bool = False

    @property
    def renamed(self) -> ObjectName | None:
        """The new name of RENAME TO."""
        return next((step.name for step in self.steps if isinstance(step, RenameTo)), None)


def alter_table(statement: s.Tree, context: Context) -> Alteration:
    """Read an ALTER TABLE or ALTER VIEW. Raises CompilationError."""
    return guarded(lambda: _alter_table(statement, context), statement)


def _alter_table(statement: s.Tree, context: Context) -> Alteration:
    tree = statement.tree.copy()
    tables.only(tree, "this", "kind", "actions", "exists")
    kind = tree.args.get("kind") or ""
    if kind not in ("TABLE", "VIEW"):
        raise UnsupportedFeature(f"Unsupported feature 'ALTER {kind}'.")
    walk = Walk(context, statement.text)
    steps: list[Step] = []
    for action in tree.args.get("actions") or ():
        read = _READERS.get(type(action))
        if read is None:
            raise _unsupported(kind, action)
        steps += read(action, walk)
    if kind == "VIEW" and any(not isinstance(each, (RenameTo, SetComment)) for each in steps):
        raise _unsupported(kind, tree.args["actions"][0])
    name = context.resolve(names.object_name(tree.this))
    return Alteration(name, kind, tuple(steps), bool(tree.args.get("exists")))


def _unsupported(kind: str, action: exp.Expression) -> UnsupportedFeature:
    return UnsupportedFeature(f"Unsupported feature 'ALTER {kind} {snowflake_text(action)[:40]}'.")


def _add_column(action: exp.ColumnDef, walk: Walk) -> list[Step]:
    constraints: list[dict[str, Any]] = []
    column = tables.column(action, walk, constraints)
    return [AddColumn(column, bool(action.args.get("exists")), tuple(constraints))]


def _drop(action: exp.Drop, walk: Walk) -> list[Step]:
    if action.args.get("kind") == "CONSTRAINT":
        return [DropConstraint(names.stored(t.this)) for t in action.args["tables"]]
    if action.args.get("kind") != "COLUMN":
        raise _unsupported("TABLE", action)
    exists = bool(action.args.get("exists"))
    return [DropColumn(name, exists) for name in column_names(action.args["tables"])]


def _rename_column(action: exp.RenameColumn, walk: Walk) -> list[Step]:
    return [RenameColumn(names.stored(action.this.this), names.stored(action.args["to"].this))]


def _rename(action: exp.AlterRename, walk: Walk) -> list[Step]:
    """A bare name is in the current schema; at the PostgreSQL door in that of the table, as its
    tools expect (its manual, ALTER TABLE)."""
    new, context = names.object_name(action.this), walk.context
    if context.postgres and new.schema is None:
        assert action.parent is not None
        old = context.resolve(names.object_name(action.parent.this))
        return [RenameTo(replace(old, name=new.name))]
    return [RenameTo(context.resolve(new))]


def _swap(action: exp.SwapTable, walk: Walk) -> list[Step]:
    return [SwapWith(walk.context.resolve(names.object_name(action.this)))]


def _cluster(action: exp.ClusterProperty, walk: Walk) -> list[Step]:
    return [ClusterBy(tables.clustering(action))]


def _constraint(action: exp.AddConstraint, walk: Walk) -> list[Step]:
    return [AddConstraint(table_constraint(each)) for each in action.expressions]


def _set(action: exp.AlterSet, walk: Walk) -> list[Step]:
    for key, value in action.args.items():
        if value and key != "expressions":
            words = key.upper().removeprefix("FILE_").removeprefix("COPY_")
            raise UnsupportedFeature(f"Unsupported feature 'ALTER TABLE SET {words}'.")
    found: list[Step] = []
    for group in action.expressions:
        for item in group.expressions if isinstance(group, exp.Properties) else [group]:
            if not isinstance(item, exp.SchemaCommentProperty):
                raise _unsupported("TABLE SET", item)
            found.append(SetComment(None, item.this.name))
    return found


def _unset(action: exp.Set, walk: Walk) -> list[Step]:
    for item in action.expressions:
        if not action.args.get("unset") or item.name.upper() != "COMMENT":
            raise _unsupported("TABLE", action)
    return [SetComment(None, "")]


def _command(action: exp.Command, walk: Walk) -> list[Step]:
    words = f"{action.this} {action.args.get('expression') or ''}".upper().split()
    if words == ["DROP", "CLUSTERING", "KEY"]:
        return [ClusterBy("")]
    if words == ["DROP", "PRIMARY", "KEY"]:
        return [DropConstraint(None, "PRIMARY KEY")]
    raise UnsupportedFeature(f"Unsupported feature 'ALTER TABLE {' '.join(words)[:40]}'.")


def _alter_column(action: exp.AlterColumn, walk: Walk) -> list[Step]:
    name = names.stored(action.this.this if isinstance(action.this, exp.Column) else action.this)
    if (kind := action.args.get("dtype")) is not None:
        kind = meant(kind, walk)
        return [Retype(name, tables.snowflake_type(kind), generate(duckdb_type(kind)))]
    if (default := action.args.get("default")) is not None:
        text = snowflake_text(default)
        return [SetDefault(name, generate(walk.rewrite(default)), text)]
    if action.args.get("allow_null") is not None:
        return [SetNotNull(name, not action.args["allow_null"])]
    if (comment := action.args.get("comment")) is not None:
        return [SetComment(name, comment.name)]
    if action.args.get("drop"):
        return [SetDefault(name)]
    raise UnsupportedFeature("Unsupported feature 'ALTER TABLE ALTER COLUMN'.")


_READERS: Final[dict[type[exp.Expression], Any]] = {
    exp.ColumnDef: _add_column,
    exp.Drop: _drop,
    exp.RenameColumn: _rename_column,
    exp.AlterRename: _rename,
    exp.SwapTable: _swap,
    exp.ClusterProperty: _cluster,
    exp.AddConstraint: _constraint,
    exp.AlterSet: _set,
    exp.Set: _unset,
    exp.Command: _command,
    exp.AlterColumn: _alter_column,
}
