"""Stages as tables of a query: `FROM @s/path (FILE_FORMAT => 'f', PATTERN => '...') t`.

What a stage holds is not for this room to know: whoever translates such a query gives, in the
context, a relation of DuckDB's for each of its stages. Snowflake's manual: "Querying data in
staged files".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeGuard

from msgspec import Struct
from sqlglot import exp

from mockhaus.errors import CompilationError, UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.stage_refs import name_of, reference
from mockhaus.translation.statements import StageRef, Statement, Tree


class StageTable(Struct, frozen=True):
    """A stage of a FROM: `format` is a FILE FORMAT's name; `width` the highest `$n` asked for.

    `metadata`: the METADATA$ columns that the statement mentions.
    """

    ref: StageRef
    format: ObjectName | None
    pattern: str | None
    width: int
    metadata: frozenset[str]


class StageFunction(Struct, frozen=True):
    """A table function over files: INFER_SCHEMA, VALIDATE, DIRECTORY.

    `arguments` are by name in upper case, `THIS` the one without; a value is a literal's, a list
    of them, or an ObjectName.
    """

    name: str
    arguments: Mapping[str, Any]


_FUNCTIONS: Final = frozenset(("INFER_SCHEMA", "VALIDATE"))
_HINT = re.compile(r"@|\bVALIDATE\b", re.I)


def mentions(statement: Statement) -> TypeGuard[Tree]:
    """Whether a statement reads files of a stage."""
    return (
        isinstance(statement, Tree)
        and _HINT.search(statement.text) is not None
        and any(is_stage(table) for table in _relations(statement.tree))
    )


def _relations(tree: exp.Expression) -> list[exp.Expression]:
    return list(tree.find_all(exp.Table, exp.TableFromRows))


def is_stage(table: exp.Expression) -> bool:
    """Whether a part of FROM is a stage, or a function over one."""
    this = table.this
    if isinstance(table, exp.TableFromRows):
        return isinstance(this, exp.Anonymous) and str(this.this).upper() in _FUNCTIONS
    if isinstance(this, exp.DirectoryStage):
        return True
    if isinstance(this, exp.Var):
        return str(this.this).startswith("@")
    return isinstance(this, exp.Literal) and bool(this.is_string) and this.this.startswith("@")


def is_function(table: exp.Expression) -> bool:
    """Whether a part of FROM is a function over the files of a stage."""
    return is_stage(table) and isinstance(table.this, (exp.Anonymous, exp.DirectoryStage))


def stage_tables(statement: Tree) -> dict[str, StageTable | StageFunction]:
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
    found: dict[str, StageTable | StageFunction] = {}
    for table in _relations(tree):
        if is_stage(table) and (function := _function(table)) is not None:
            found[key(table)] = function
        elif isinstance(table, exp.Table) and is_stage(table):
            _check(table)
            found[key(table)] = StageTable(
                reference(str(table.this.this), None, statement.text),
                _format(table.args.get("format")),
                table.args["pattern"].this if table.args.get("pattern") else None,
                width,
                metadata,
            )
    return found


def _function(table: exp.Expression) -> StageFunction | None:
    this = table.this
    if isinstance(this, exp.DirectoryStage):
        return StageFunction("DIRECTORY", {"THIS": _argument(this.this)})
    if not isinstance(this, exp.Anonymous):
        return None
    arguments: dict[str, Any] = {}
    for item in this.expressions:
        named = isinstance(item, exp.Kwarg)
        name = str(item.this.this).upper() if named else "THIS"
        if name in arguments:
            raise CompilationError(f"SQL compilation error:\nduplicate argument '{name}'.")
        arguments[name] = _argument(item.expression if named else item)
    return StageFunction(str(this.this).upper(), arguments)


def _argument(node: exp.Expression) -> Any:
    """A constant, several in parentheses, or a name."""
    if isinstance(node, (exp.Tuple, exp.Array)):
        return [_argument(each) for each in node.expressions]
    if isinstance(node, exp.Paren):
        return [_argument(node.this)]
    if isinstance(node, exp.Literal):
        return str(node.this) if node.is_string else int(node.this)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, (exp.Column, exp.Dot)):
        parts = [names.stored(part) for part in node.parts if isinstance(part, exp.Identifier)]
        if len(parts) == len(node.parts) <= 3:
            return ObjectName(*reversed(parts))
    if isinstance(node, exp.Var):
        return str(node.this)
    shown = node.sql("snowflake")[:60]
    raise CompilationError(f"SQL compilation error:\ninvalid argument '{shown}': not a constant.")


def key(table: exp.Expression) -> str:
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
