"""Stages as tables of a query: `FROM @s/path (FILE_FORMAT => 'f', PATTERN => '...') t`.

What a stage holds is not for this room to know: whoever translates such a query gives, in the
context, a relation of DuckDB's for each of its stages. Snowflake's manual: "Querying data in
staged files".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

from sqlglot import exp

from mockhaus.errors import CompilationError, UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.stage_refs import name_of, reference
from mockhaus.translation.statements import StageRef, Statement, Tree


@dataclass(frozen=True, slots=True)
class StageTable:
    """A stage of a FROM: `format` is a FILE FORMAT's name; `width` the highest `$n` asked for.

    `metadata`: the METADATA$ columns that the statement mentions.
    """

    ref: StageRef
    format: ObjectName | None
    pattern: str | None
    width: int
    metadata: frozenset[str]


def mentions(statement: Statement) -> TypeGuard[Tree]:
    """Whether a statement reads files of a stage."""
    return (
        isinstance(statement, Tree)
        and "@" in statement.text
        and any(is_stage(table) for table in statement.tree.find_all(exp.Table))
    )


def is_stage(table: exp.Expression) -> bool:
    """Whether a table node is a stage."""
    this = table.this
    if isinstance(this, exp.Var):
        return str(this.this).startswith("@")
    return isinstance(this, exp.Literal) and bool(this.is_string) and this.this.startswith("@")


def stage_tables(statement: Tree) -> dict[str, StageTable]:
    """The stages of a statement by what `key` says of their nodes. Raises CompilationError."""
    tree = statement.tree
    numbers = [
        int(node.this.this)
        for node in tree.find_all(exp.Parameter)
        if isinstance(node.this, exp.Literal) and not node.this.is_string
    ]
    texts = {str(node.this).upper() for node in tree.find_all(exp.Identifier)}
    metadata = frozenset(text for text in texts if text.startswith("METADATA$"))
    width = max(numbers, default=1)
    found = {}
    for table in tree.find_all(exp.Table):
        if is_stage(table):
            _check(table)
            found[key(table)] = StageTable(
                reference(str(table.this.this), None, statement.text),
                _format(table.args.get("format")),
                table.args["pattern"].this if table.args.get("pattern") else None,
                width,
                metadata,
            )
    return found


def key(table: exp.Table) -> str:
    """What tells one stage of a query from another."""
    parts = (table.this, table.args.get("format"), table.args.get("pattern"))
    return " ".join(part.sql("snowflake") for part in parts if part is not None)


def _format(node: exp.Expression | None) -> ObjectName | None:
    if isinstance(node, exp.Literal) and node.is_string:
        return name_of(str(node.this))
    if isinstance(node, exp.Table):
        return names.object_name(node)
    if node is None:
        return None
    raise UnsupportedFeature(
        "Unsupported feature 'FILE_FORMAT of a stage in FROM that is no name'.",
        hint="CREATE FILE FORMAT, and give its name.",
    )


def _check(table: exp.Table) -> None:
    select = table.find_ancestor(exp.Select)
    if select is not None and any(isinstance(item, exp.Star) for item in select.expressions):
        raise CompilationError(
            "SQL compilation error:\nSELECT with no columns: a stage has $1, $2, ... and"
            " METADATA$ columns."
        )


def over_stage(node: exp.Expression) -> bool:
    """Whether the nearest SELECT around a node reads a stage, so that `$1` is its column."""
    select = node.find_ancestor(exp.Select)
    if select is None:
        return False
    from_ = select.args.get("from_")
    sources = [from_, *(select.args.get("joins") or ())]
    return any(
        source is not None and isinstance(source.this, exp.Table) and _is_relation(source.this)
        for source in sources
    )


def _is_relation(table: exp.Table) -> bool:
    return isinstance(table.this, (exp.Var, exp.Literal))
