"""Table functions in FROM: FLATTEN, GENERATOR, SPLIT_TO_TABLE, STRTOK_SPLIT_TO_TABLE.

Snowflake's manual: "FLATTEN", "GENERATOR", "Table functions". FLATTEN becomes a lateral UNNEST of
a list of rows, which DuckDB computes once per distinct input. SEQ and THIS cost memory: they are
made where the statement can see them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter, UnsupportedFeature, WrongArguments
from mockhaus.translation import history, staged
from mockhaus.translation.clauses.sequences import ROW, SEQ
from mockhaus.translation.clauses.sources import FLATTENED
from mockhaus.translation.context import ObjectName
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.functions.tables import GENERATED
from mockhaus.translation.information_schema import is_information_schema
from mockhaus.translation.registry import apply
from mockhaus.translation.routines import calls as routines
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import variant_call

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_ARGUMENTS: Final = ("input", "path", "outer", "recursive", "mode")
_MODES: Final = {
    "BOTH": "flat_rows",
    "ARRAY": "flat_rows_of_array",
    "OBJECT": "flat_rows_of_object",
}


def _arguments(node: exp.Func, known: tuple[str, ...]) -> dict[str, exp.Expression]:
    """Arguments by name; those without come in the order of the reference."""
    given: dict[str, exp.Expression] = {}
    for position, item in enumerate([node.this, *(node.args.get("expressions") or [])]):
        name = known[min(position, len(known) - 1)]
        if isinstance(item, exp.Kwarg):
            name, item = str(item.this.this).lower(), item.expression
        if name not in known:
            raise WrongArguments(f"Invalid argument name '{name.upper()}' for function FLATTEN")
        given[name] = item
    return given


def _flag(node: exp.Expression | None, name: str) -> bool:
    if node is None:
        return False
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    raise InvalidParameter(f"FLATTEN: {name} must be TRUE or FALSE.")


def _column(name: str, value: exp.Expression) -> exp.Expression:
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def _uses(node: exp.Expression, name: str) -> bool:
    """Whether the statement can see a column of FLATTEN: by its name or by a star."""
    root = node.root()
    return any(
        isinstance(each, exp.Star) or str(each.this).upper() == name
        for each in root.find_all(exp.Identifier, exp.Star)
    )


def _numbered(rows: exp.Select, node: exp.Expression) -> exp.Select:
    """With the hidden column that numbers its rows, where the SEQ of another needs it."""
    name = node.meta.get(ROW)
    if name is None:
        return rows
    number = exp.Window(this=exp.RowNumber())
    outer = exp.Select(expressions=[exp.Star(), _column(name, number)])
    outer.set("from_", exp.From(this=exp.Subquery(this=rows)))
    return outer


def _flatten(
    node: exp.Explode, walk: Walk, uses: dict[str, bool], seq: exp.Expression
) -> exp.Select:
    """The rows of FLATTEN as a subquery."""
    given = _arguments(node, _ARGUMENTS)
    if "input" not in given:
        raise WrongArguments("not enough arguments for function [FLATTEN], expected 1, got 0")
    mode = given.get("mode", exp.Literal.string("BOTH"))
    if str(mode.this).upper() not in _MODES:
        raise InvalidParameter("FLATTEN: MODE must be 'OBJECT', 'ARRAY' or 'BOTH'.")
    value = walk.rewrite(given["input"])
    prefix: exp.Expression = exp.Literal.string("")
    path = given.get("path")
    if path is not None and not (isinstance(path, exp.Literal) and path.is_string):
        raise InvalidParameter("FLATTEN: PATH must be a constant text.")
    if path is not None and path.this:
        prefix = path
        value = variant_call("get_path", value, path)
    value = exp.cast(value, "JSON")
    outer = _flag(given.get("outer"), "OUTER")
    kind = str(mode.this).upper()
    this = uses["THIS"]
    if _flag(given.get("recursive"), "RECURSIVE"):
        rows = _below(value, prefix, kind, outer=outer, this=this)
        this = False
    else:
        rows = apply(_MODES[kind], value, prefix.copy())
        if outer:
            rows = apply("flat_outer", rows, prefix.copy())
    depth = exp.PropertyEQ(this=exp.to_identifier("max_depth"), expression=_number(2))
    select = exp.Select(expressions=[apply("unnest", rows, depth)])
    if uses["SEQ"]:
        select.set("expressions", [_column("SEQ", seq), *select.expressions])
    if this:
        select.set("expressions", [*select.expressions, _column("THIS", value.copy())])
    return select


def _below(
    value: exp.Expression, prefix: exp.Expression, kind: str, *, outer: bool, this: bool
) -> exp.Expression:
    """RECURSIVE => TRUE: every value below, depth first; each with its own THIS."""
    mode = exp.Literal.string(kind)
    if not this:
        rows = apply("flat_tree", value, prefix.copy(), mode)
        return apply("flat_outer", rows, prefix.copy()) if outer else rows
    rows = apply("flat_tree_with_this", value, prefix.copy(), mode)
    return apply("flat_outer_with_this", rows, prefix.copy(), value.copy()) if outer else rows


def _number(value: int) -> exp.Expression:
    return exp.Literal.number(value)


def _derived(
    query: exp.Select, alias: exp.TableAlias | None, walk: Walk, *, correlated: bool
) -> exp.Expression:
    """A subquery in FROM, lateral where it refers to what stands before it."""
    named = None if alias is None else walk.rewrite(alias)
    if correlated:
        return exp.Lateral(this=exp.Subquery(this=query), alias=named)
    return exp.Subquery(this=query, alias=named)


def _table_function(node: exp.TableFromRows | exp.Lateral, walk: Walk) -> exp.Expression:
    function, alias = node.this, node.args.get("alias")
    if staged.is_stage(node):
        relation = walk.context.stages[staged.key(node)]
        return exp.Table(this=exp.Var(this=relation), alias=alias and walk.rewrite(alias))
    if isinstance(function, exp.Subquery):
        walk.children(node)
        return node
    for key in ("joins", "pivots", "sample", "view", "outer", "ordinality"):
        if node.args.get(key):
            raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(node)[:60]}'.")
    correlated = isinstance(node.parent, exp.Join)
    seq = walk.rewrite(node.meta[SEQ]) if SEQ in node.meta else _number(1)
    if isinstance(function, exp.Explode):
        own_names = alias is not None and [
            str(c.this).upper() for c in alias.args.get("columns") or []
        ] not in ([], list(FLATTENED))
        uses = {name: own_names or _uses(node, name) for name in ("SEQ", "THIS")}
        if alias is not None and not own_names:
            alias.set("columns", None)
        rows = _numbered(_flatten(function, walk, uses, seq), node)
        return _derived(rows, alias, walk, correlated=correlated)
    if isinstance(function, exp.Generator):
        return _derived(_generator(function, walk), alias, walk, correlated=False)
    if isinstance(function, (exp.SplitToTable, exp.StrtokSplitToTable)):
        rows = _numbered(_split(function, walk, seq), node)
        return _derived(rows, alias, walk, correlated=correlated)
    return _derived(_named(function, walk), alias, walk, correlated=correlated)


def _named(function: exp.Expression, walk: Walk) -> exp.Select:
    """A table function that sqlglot has no class for. Raises UnsupportedFeature."""
    name = routines.named_by(function)
    past: exp.Select | None = None
    if name is not None and name.schema is None and name.name == "RESULT_SCAN":
        past = history.result_scan(routines.called(function), walk)
    elif name is not None and is_information_schema(ObjectName("", name.schema)):
        function = routines.called(function)
        past = history.function(name.name, routines.called(function), walk)
    elif name is not None and (name.schema is not None or not walk.knows(name.name)):
        past = routines.rows(function, name, walk)
    if past is not None:
        return past
    walk.rewrite(function)  # known functions are refused by their name
    raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(function)[:60]}'.")


def _generator(node: exp.Generator, walk: Walk) -> exp.Select:
    """GENERATOR(ROWCOUNT => n): n rows without columns; ours has one, for SEQ1() and its like.

    With neither ROWCOUNT nor TIMELIMIT there are none.
    """
    count = node.args.get("rowcount")
    if isinstance(count, exp.Kwarg):
        count = count.expression
    if count is None:
        if node.args.get("timelimit") is not None:
            raise UnsupportedFeature("Unsupported feature 'GENERATOR without ROWCOUNT'.")
        count = operands.integer(0)
    rows = exp.Table(
        this=apply("range", exp.cast(walk.rewrite(count), "BIGINT")),
        alias=exp.TableAlias(this=exp.to_identifier("_rows"), columns=[exp.to_identifier("n")]),
    )
    column = _column(GENERATED, exp.column("n", table="_rows"))
    return exp.Select(expressions=[column], from_=exp.From(this=rows))


def _split(
    node: exp.SplitToTable | exp.StrtokSplitToTable, walk: Walk, seq: exp.Expression
) -> exp.Select:
    """SPLIT_TO_TABLE, STRTOK_SPLIT_TO_TABLE: columns SEQ, INDEX (from 1) and VALUE."""
    strtok = isinstance(node, exp.StrtokSplitToTable)
    given = [walk.rewrite(each) for each in (node.this, node.expression) if each is not None]
    if len(given) == 1:
        given.append(exp.Literal.string(" "))
    rows = apply("strtok_rows" if strtok else "split_rows", *map(operands.text, given))
    depth = exp.PropertyEQ(this=exp.to_identifier("max_depth"), expression=_number(2))
    return exp.Select(expressions=[_column("SEQ", seq), apply("unnest", rows, depth)])


ENTER: Final[dict[type[exp.Expression], Any]] = {
    exp.TableFromRows: _table_function,
    exp.Lateral: _table_function,
}
LEAVE: Final[dict[type[exp.Expression], Any]] = {}
