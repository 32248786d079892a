"""ALTER TABLE and ALTER VIEW, read into steps.

Snowflake's manual: "ALTER TABLE", "ALTER TABLE ... ALTER COLUMN", "ALTER VIEW".
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import names, statements as s
from mockhaus.translation.clauses.types import cast, duckdb_type, meant
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.ddl import tables
from mockhaus.translation.ddl.checks import check
from mockhaus.translation.ddl.constraints import (
    column_names,
    from_words as constraint_options,
    table_constraint,
)
from mockhaus.translation.dialect import generate, parse_tree, snowflake_text, tokenize
from mockhaus.translation.grammar.alter_table import separated
from mockhaus.translation.grammar.reader import Reader
from mockhaus.translation.rewrite import Walk
from mockhaus.translation.translate import guarded
from mockhaus.translation.trees import copied


class AddColumn(Struct, frozen=True):
    """ADD COLUMN."""

    column: tables.ColumnDefinition
    if_not_exists: bool
    constraints: tuple[dict[str, Any], ...] = ()


class DropColumn(Struct, frozen=True):
    """DROP COLUMN."""

    name: str
    if_exists: bool


class RenameColumn(Struct, frozen=True):
    """RENAME COLUMN."""

    name: str
    new: str


class Retype(Struct, frozen=True):
    """ALTER COLUMN SET DATA TYPE; `type` as written in upper case, `stored` DuckDB's.

    Of PostgreSQL's ALTER TABLE `value` is what becomes of a row's value, in DuckDB's text;
    `using`: it was said with USING.
    """

    name: str
    type: str
    stored: str
    value: str = ""
    using: bool = False


class SetDefault(Struct, frozen=True):
    """ALTER COLUMN SET DEFAULT, DROP DEFAULT (None); `sql` for DuckDB."""

    name: str
    sql: str | None = None
    text: str | None = None


class SetNotNull(Struct, frozen=True):
    """ALTER COLUMN SET NOT NULL, DROP NOT NULL."""

    name: str
    not_null: bool


class SetComment(Struct, frozen=True):
    """ALTER COLUMN COMMENT; of the table where `name` is None."""

    name: str | None
    comment: str


class RenameTo(Struct, frozen=True):
    """RENAME TO, of any schema."""

    name: ObjectName


class SwapWith(Struct, frozen=True):
    """SWAP WITH."""

    name: ObjectName


class ClusterBy(Struct, frozen=True):
    """CLUSTER BY; empty for DROP CLUSTERING KEY."""

    key: str


class AddConstraint(Struct, frozen=True):
    """ADD PRIMARY KEY, UNIQUE, FOREIGN KEY, CONSTRAINT."""

    constraint: dict[str, Any]


class NamedConstraint(Struct, frozen=True):
    """A constraint by its name, or by its kind and, but for a PRIMARY KEY, its columns."""

    name: str | None = None
    kind: str | None = None
    columns: tuple[str, ...] | None = None


class DropConstraint(Struct, frozen=True):
    """DROP CONSTRAINT name, DROP PRIMARY KEY, DROP UNIQUE (columns)."""

    which: NamedConstraint


class ChangeConstraint(Struct, frozen=True):
    """RENAME CONSTRAINT, ALTER CONSTRAINT: what is recorded of it from now on."""

    which: NamedConstraint
    told: dict[str, Any]


class SetProperty(Struct, frozen=True):
    """SET name = value of the table itself; None of UNSET."""

    name: str
    value: Any


Step = (
    AddColumn | DropColumn | RenameColumn | Retype | SetDefault | SetNotNull | SetComment
    | RenameTo | SwapWith | ClusterBy | AddConstraint | DropConstraint | ChangeConstraint
    | SetProperty
)  # fmt: skip


class Alteration(Struct, frozen=True):
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
    tree = copied(statement.tree)
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
    for step in steps:
        if not _fits(kind, step):
            raise _unsupported(kind, tree.args["actions"][0])
    name = context.resolve(names.object_name(tree.this))
    return Alteration(name, kind, tuple(steps), bool(tree.args.get("exists")))


def _fits(kind: str, step: Step) -> bool:
    """Whether a table, or a view, can be changed so."""
    if isinstance(step, SetProperty):
        secure = step.name == "secure"
        return secure if kind == "VIEW" and step.name != "CHANGE_TRACKING" else not secure
    return kind == "TABLE" or isinstance(step, (RenameTo, SetComment))


def _unsupported(kind: str, action: exp.Expression) -> UnsupportedFeature:
    return UnsupportedFeature(f"Unsupported feature 'ALTER {kind} {snowflake_text(action)[:40]}'.")


def _add_column(action: exp.ColumnDef, walk: Walk) -> list[Step]:
    constraints: list[dict[str, Any]] = []
    assert action.parent is not None
    column = tables.column(action, walk, constraints, action.parent.this.name)
    return [AddColumn(column, bool(action.args.get("exists")), tuple(constraints))]


def _drop(action: exp.Drop, walk: Walk) -> list[Step]:
    if action.args.get("kind") == "CONSTRAINT":
        return [
            DropConstraint(NamedConstraint(names.stored(t.this))) for t in action.args["tables"]
        ]
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
    assert action.parent is not None
    table = action.parent.this.name
    return [
        AddConstraint(check(each, walk, table) or table_constraint(each))
        for each in action.expressions
    ]


def _set(action: exp.AlterSet, walk: Walk) -> list[Step]:
    for key, value in action.args.items():
        if value and key != "expressions":
            words = key.upper().removeprefix("FILE_").removeprefix("COPY_")
            raise UnsupportedFeature(f"Unsupported feature 'ALTER TABLE SET {words}'.")
    found: list[Step] = []
    for group in action.expressions:
        for item in group.expressions if isinstance(group, exp.Properties) else [group]:
            if isinstance(item, exp.SchemaCommentProperty):
                found.append(SetComment(None, item.this.name))
            elif isinstance(item, exp.SecureProperty):
                found.append(SetProperty("secure", True))
            elif (told := tables.option(item)) is not None:
                found.append(SetProperty(*told))
            else:
                raise _unsupported("TABLE SET", item)
    return found


def _unset(action: exp.Set, walk: Walk) -> list[Step]:
    found: list[Step] = []
    for item in action.expressions:
        name = item.name.upper()
        if not action.args.get("unset"):
            raise _unsupported("TABLE", action)
        if name == "COMMENT":
            found.append(SetComment(None, ""))
        elif name == "SECURE":
            found.append(SetProperty("secure", False))
        elif name in tables.OPTIONS:
            found.append(SetProperty(name, None))
        else:
            raise UnsupportedFeature(f"Unsupported feature 'ALTER TABLE UNSET {name}'.")
    return found


# --- what sqlglot leaves as words ----------------------------------------------------------------


def _command(action: exp.Command, walk: Walk) -> list[Step]:
    text = f"{action.this} {action.args.get('expression') or ''}".strip()
    reader = _reader(text)
    if reader.word() in ("ALTER", "MODIFY") and reader.word(1) != "CONSTRAINT":
        return _columns(reader, walk)
    step = _one(reader)
    if step is None and (dropped := _dropped(reader)):
        return dropped
    if step is None:
        raise UnsupportedFeature(f"Unsupported feature 'ALTER TABLE {_words(text)}'.")
    reader.end()
    return [step]


def _dropped(reader: Reader) -> list[Step]:
    """DROP [IF EXISTS] column, ..; empty for what is none."""
    at = reader.at
    if not reader.accept("DROP"):
        return []
    exists = reader.accept("IF", "EXISTS")
    found: list[Step] = [DropColumn(reader.identifier(), exists)]
    while reader.accept(","):
        found.append(DropColumn(reader.identifier(), exists))
    if reader.done:
        return found
    reader.at = at
    return []


def _reader(words: str) -> Reader:
    """A reader of words from within a statement; some would begin another kind of statement."""
    text = f"x {words}"
    reader = Reader(tokenize(text), text)
    reader.take()
    return reader


def _words(text: str) -> str:
    return " ".join(text.upper().split())[:40]


def _one(reader: Reader) -> Step | None:
    if reader.accept("DROP", "CLUSTERING", "KEY"):
        return ClusterBy("")
    if reader.word() in ("SUSPEND", "RESUME") and reader.word(1) == "RECLUSTER":
        suspended = reader.take().text.upper() == "SUSPEND"
        reader.take()
        return SetProperty("recluster_suspended", suspended)
    if reader.word() in ("ADD", "DROP") and reader.looking_at(reader.word(), "SEARCH"):
        added = reader.take().text.upper() == "ADD"
        reader.expect("SEARCH", "OPTIMIZATION")
        if not reader.done:
            raise UnsupportedFeature("Unsupported feature 'SEARCH OPTIMIZATION ON'.")
        return SetProperty("search_optimization", added)
    if reader.accept("RENAME", "CONSTRAINT"):
        which = NamedConstraint(reader.identifier())
        reader.expect("TO")
        return ChangeConstraint(which, {"name": reader.identifier()})
    if reader.accept("DROP", "CONSTRAINT") or reader.looking_at("DROP", "PRIMARY KEY"):
        reader.accept("DROP")
        return DropConstraint(_which(reader))
    if reader.word() == "DROP" and reader.word(1) in ("UNIQUE", "FOREIGN KEY"):
        reader.take()
        return DropConstraint(_which(reader))
    if reader.accept("ALTER") or reader.accept("MODIFY"):
        reader.expect("CONSTRAINT")
        return ChangeConstraint(_which(reader), constraint_options(reader.rest()))
    return None


def _which(reader: Reader) -> NamedConstraint:
    if reader.accept("PRIMARY KEY"):
        return NamedConstraint(kind="PRIMARY KEY")
    if reader.accept("UNIQUE"):
        return NamedConstraint(kind="UNIQUE", columns=_listed(reader))
    if reader.accept("FOREIGN KEY"):
        return NamedConstraint(kind="FOREIGN KEY", columns=_listed(reader))
    return NamedConstraint(reader.identifier())


def _listed(reader: Reader) -> tuple[str, ...]:
    reader.expect("(")
    found = [reader.identifier()]
    while reader.accept(","):
        found.append(reader.identifier())
    reader.expect(")")
    return tuple(found)


def _columns(reader: Reader, walk: Walk) -> list[Step]:
    """ALTER | MODIFY [(] [COLUMN] name change, .. [)]."""
    reader.take()
    if reader.accept("("):
        if reader.tokens[-1].text != ")":
            raise reader.unexpected()
        reader.tokens = reader.tokens[:-1]
    steps: list[Step] = []
    for part in separated(reader.tokens[reader.at :]):
        if not part:
            raise reader.unexpected()
        steps += _column_change(reader.text[part[0].start : part[-1].end + 1], walk)
    return steps


def _column_change(words: str, walk: Walk) -> list[Step]:
    reader = _reader(words)
    reader.accept("COLUMN")
    change = reader.text[reader.tokens[reader.at].start :]
    name = reader.identifier()
    if reader.accept("UNSET", "COMMENT"):
        reader.end()
        return [SetComment(name, "")]
    for policy in ("MASKING", "PROJECTION"):
        if reader.looking_at(reader.word(), policy):
            raise UnsupportedFeature(
                f"Unsupported feature 'ALTER TABLE {reader.word()} {policy} POLICY'."
            )
    text = f"ALTER TABLE t ALTER COLUMN {change}"
    tree = parse_tree(tokenize(text), text)
    if not isinstance(tree, exp.Alter):
        raise UnsupportedFeature(f"Unsupported feature 'ALTER TABLE ALTER {_words(words)}'.")
    return [step for each in tree.args["actions"] for step in _READERS[type(each)](each, walk)]


def _alter_column(action: exp.AlterColumn, walk: Walk) -> list[Step]:
    name = names.stored(action.this.this if isinstance(action.this, exp.Column) else action.this)
    if (kind := action.args.get("dtype")) is not None:
        kind = meant(kind, walk)
        using, value = action.args.get("using"), ""
        if walk.context.postgres:
            source = using or exp.Column(this=names.identifier(name))
            value = generate(cast(walk.rewrite(source), kind))
        stored = generate(duckdb_type(kind))
        return [Retype(name, tables.snowflake_type(kind), stored, value, bool(using))]
    if (default := action.args.get("default")) is not None:
        text = snowflake_text(default)
        return [SetDefault(name, tables.written_default(default, walk), text)]
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
