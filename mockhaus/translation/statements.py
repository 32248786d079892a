"""What a SQL text consists of: statements, as frozen values.

`parse` makes them, handlers (one per class, found by table) carry them out. A statement that is
answered by DuckDB after translation keeps its sqlglot tree in `tree`; all others have been read by
a grammar of our own into plain fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from msgspec import Struct, field
from sqlglot import exp

from mockhaus.translation.context import ObjectName
from mockhaus.translation.shapes import Shaped


class Statement(Struct, frozen=True, kw_only=True):
    """`text` is the statement without its semicolon; `offset` where it starts in what was sent."""

    text: str
    offset: int = 0

    @property
    def kind(self) -> str:
        """The query type as QUERY_HISTORY names it, for example `CREATE_TABLE`."""
        return _words(type(self).__name__)


class Unknown(Statement, frozen=True, kw_only=True):
    """A text that could not be read as statements, for the history."""


@cache
def _words(name: str) -> str:
    """`CreateTable` -> `CREATE_TABLE`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


def spelled(tree: exp.Expression, name: str, *, of_table: bool) -> tuple[int, str] | None:
    """Where a name first stands in the text that was sent (a 0-based offset), and how it is spelled
    there with the names before it: `T.A`. Columns and tables have names alike: `of_table` tells
    which of them it is sooner."""
    kind = exp.Table if of_table else exp.Column
    found = [
        (not isinstance(node.parent, kind), node.meta["start"], node)
        for node in tree.find_all(exp.Identifier)
        if str(node.this).upper() == name.upper() and "start" in node.meta
    ]
    if not found:
        return None
    _, start, node = min(found, key=lambda place: place[:2])
    if not isinstance(node.parent, exp.Column):
        return start, name
    parts = node.parent.parts
    shown = ".".join(p.name if p.args.get("quoted") else p.name.upper() for p in parts)
    return parts[0].meta.get("start", start), shown


# --- answered by DuckDB after translation --------------------------------------------------------


class Tree(Statement, frozen=True, kw_only=True):
    """A statement held as a sqlglot tree. The tree is read, never changed: translation copies."""

    tree: exp.Expression
    #: How many `$n` / `?` parameters the statement takes.
    parameters: int = 0
    #: What the client calls each parameter, in the order of their numbers: "1", "2", "NAME". Empty
    #: where the text was read with PostgreSQL's placeholders, whose numbers stay as they are.
    binds: tuple[str, ...] = ()
    #: Snowflake's names for the items of the outermost SELECT: their texts in upper case.
    labels: tuple[str, ...] = ()
    #: Whether it was read with PostgreSQL's forms beside Snowflake's.
    postgres: bool = False


class Select(Tree, frozen=True, kw_only=True):
    """A query: SELECT, VALUES, WITH, set operations.

    With `shaped`, `tree` has placeholders for numbers of the text; see `shapes`.
    """

    shaped: Shaped | None = None


class CatalogSelect(Tree, frozen=True):
    """A query of PostgreSQL's system catalogs, in PostgreSQL's SQL; see `translation.postgres`."""

    @property
    def kind(self) -> str:
        return "SELECT"


class Insert(Tree, frozen=True):
    """INSERT of all forms but multi-table."""


class Update(Tree, frozen=True):
    """UPDATE."""


class Delete(Tree, frozen=True):
    """DELETE."""


class Merge(Tree, frozen=True):
    """MERGE."""


class Truncate(Tree, frozen=True):
    """TRUNCATE TABLE."""


class CreateTable(Tree, frozen=True):
    """CREATE TABLE, with columns or AS SELECT or LIKE or CLONE."""


class CreateView(Tree, frozen=True):
    """CREATE VIEW."""


class AlterTable(Tree, frozen=True):
    """ALTER TABLE."""


#: Forms of EXPLAIN's answer; the first is that of an EXPLAIN that names none.
EXPLAIN_FORMS: Final = ("TABULAR", "JSON", "TEXT")


class Explain(Tree, frozen=True, kw_only=True):
    """EXPLAIN of the statement `of`; `using` is one of EXPLAIN_FORMS."""

    of: Tree
    using: str = EXPLAIN_FORMS[0]


# --- databases, schemas, context -----------------------------------------------------------------


#: Tags as written with their values; None for one that is taken away.
Tags = tuple[tuple[ObjectName, str | None], ...]


class Create(Statement, frozen=True, kw_only=True):
    """CREATE of something the catalog keeps; `options` by upper-case name."""

    name: ObjectName
    replace: bool = False
    if_not_exists: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    tags: Tags = ()


class CreateDatabase(Create, frozen=True):
    """CREATE DATABASE; `name.name` is the database."""


class CreateSchema(Create, frozen=True):
    """CREATE SCHEMA; `name.name` is the schema, `name.database` its database."""


class CreateSequence(Create, frozen=True):
    """CREATE SEQUENCE; options START, INCREMENT, ORDER."""


class CreateStage(Create, frozen=True):
    """CREATE STAGE; options as written: URL, FILE_FORMAT (a dict), COMMENT, ..."""


class CreateFileFormat(Create, frozen=True):
    """CREATE FILE FORMAT; options as written: TYPE, FIELD_DELIMITER, ..."""


class Drop(Statement, frozen=True, kw_only=True):
    """DROP of any object. `object` is its kind in upper case: TABLE, VIEW, FILE FORMAT, ..."""

    object: str
    name: ObjectName
    if_exists: bool = False
    cascade: bool = False
    #: The types of a function's arguments.
    signature: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return f"DROP_{self.object.replace(' ', '_')}"


class Undrop(Statement, frozen=True, kw_only=True):
    """UNDROP TABLE."""

    name: ObjectName

    @property
    def kind(self) -> str:
        return "UNDROP_TABLE"


class Use(Statement, frozen=True, kw_only=True):
    """USE [DATABASE | SCHEMA | ROLE | WAREHOUSE] name; `object` is empty for a bare USE."""

    object: str
    name: ObjectName


#: What the argument of RESULT_SCAN begins with that stands for `$n` behind a pipe.
PIPED: Final = "->>"


class Chain(Statement, frozen=True, kw_only=True):
    """Statements joined by the pipe operator."""

    parts: tuple[Statement, ...]


class SetVariables(Statement, frozen=True, kw_only=True):
    """SET name = expression, SET (a, b) = (x, y); `values` is a query of one row."""

    names: tuple[str, ...]
    values: exp.Expression


class UnsetVariables(Statement, frozen=True, kw_only=True):
    """UNSET name, UNSET (a, b)."""

    names: tuple[str, ...]


class AlterSession(Statement, frozen=True, kw_only=True):
    """ALTER SESSION SET / UNSET parameters; a value of None unsets."""

    parameters: Mapping[str, str | None]


class Show(Statement, frozen=True, kw_only=True):
    """SHOW objects. `object` in the plural as written: TABLES, SCHEMAS, FILE FORMATS, ..."""

    object: str
    terse: bool = False
    history: bool = False
    like: str | None = None
    in_kind: str | None = None
    in_name: ObjectName | None = None
    starts_with: str | None = None
    limit: int | None = None
    from_name: str | None = None


class Describe(Statement, frozen=True, kw_only=True):
    """DESCRIBE kind name; `signature` are the types of a function's arguments."""

    object: str
    name: ObjectName
    signature: tuple[str, ...] = ()


class Comment(Statement, frozen=True, kw_only=True):
    """COMMENT [IF EXISTS] ON kind name IS text; `column` for COMMENT ON COLUMN."""

    object: str
    name: ObjectName
    column: str | None
    comment: str
    if_exists: bool = False
    signature: tuple[str, ...] = ()


# --- transactions --------------------------------------------------------------------------------


class Begin(Statement, frozen=True, kw_only=True):
    """BEGIN, START TRANSACTION; `name` is that of NAME."""

    name: str = ""


class Commit(Statement, frozen=True):
    """COMMIT."""


class Rollback(Statement, frozen=True):
    """ROLLBACK."""


class RefreshStage(Statement, frozen=True, kw_only=True):
    """ALTER STAGE ... REFRESH: the directory table is brought up to date, all or below a path."""

    name: ObjectName
    if_exists: bool = False
    path: str = ""


class AlterFileObject(Statement, frozen=True, kw_only=True):
    """ALTER STAGE, FILE FORMAT or INTEGRATION: one of RENAME TO, SET, UNSET.

    `object` is one of these words; `options` as CREATE has them, those that SET gives.
    """

    object: str
    name: ObjectName
    if_exists: bool = False
    renamed: ObjectName | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    unset: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return f"ALTER_{self.object.replace(' ', '_')}"


# --- files ---------------------------------------------------------------------------------------


class StageRef(Struct, frozen=True):
    """`@stage/path`, `@~/path`, `@%table/path`.

    `kind` is NAMED, USER or TABLE; `name` the stage (NAMED) or the table (TABLE); `path` what
    follows it, without a leading slash.
    """

    kind: str
    name: ObjectName | None
    path: str

    def __str__(self) -> str:
        stage = {"USER": "~", "TABLE": f"%{self.name}"}.get(self.kind, str(self.name))
        return f"@{stage}/{self.path}" if self.path else f"@{stage}"


class CopyIntoTable(Statement, frozen=True, kw_only=True):
    """COPY INTO table FROM stage.

    `columns` is the column list, empty for all; `query` the SELECT of a transformation, whose
    FROM is the stage; `options` by upper-case name, FILE_FORMAT as a dict.
    """

    table: ObjectName
    columns: tuple[str, ...]
    source: StageRef
    query: str | None
    options: Mapping[str, Any]


class CopyIntoLocation(Statement, frozen=True, kw_only=True):
    """COPY INTO stage FROM table or query."""

    target: StageRef
    table: ObjectName | None
    query: str | None
    options: Mapping[str, Any]


class ListStage(Statement, frozen=True, kw_only=True):
    """LIST, LS."""

    source: StageRef
    pattern: str | None


class RemoveFiles(Statement, frozen=True, kw_only=True):
    """REMOVE, RM."""

    source: StageRef
    pattern: str | None


class Put(Statement, frozen=True, kw_only=True):
    """PUT file://local @stage."""

    local: str
    target: StageRef
    options: Mapping[str, Any]


class Get(Statement, frozen=True, kw_only=True):
    """GET @stage file://local."""

    source: StageRef
    local: str
    options: Mapping[str, Any]


class ClientFormat(Struct, frozen=True):
    """The text or CSV that a client sends or gets through PostgreSQL's COPY.

    `quote` is empty for the text format. The `force_` lists name columns, `*` all of them.
    """

    delimiter: str = ""
    null: str = ""
    quote: str = ""
    escape: str = ""
    header: bool = False
    force_quote: tuple[str, ...] = ()
    force_null: tuple[str, ...] = ()
    force_not_null: tuple[str, ...] = ()


class CopyFromClient(Statement, frozen=True, kw_only=True):
    """COPY table FROM STDIN of PostgreSQL, once the data is there: spooled into the file `path`.

    `format` is None where the file is Parquet, made of COPY's binary format. `escapes` tells
    whether a text has backslash escapes at all; no line has more bytes than `longest`.
    """

    table: ObjectName
    columns: tuple[str, ...]
    path: str
    format: ClientFormat | None
    escapes: bool = True
    longest: int = 0
