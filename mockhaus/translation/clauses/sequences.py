"""SEQ of FLATTEN and its like: a number for each input row.

A lateral subquery does not know the row it is computed for. Where a statement can see SEQ, each
source before the table function gets a hidden column that numbers its rows, which the stars of the
SELECT leave out, and SEQ is made of these. Snowflake's manual: "FLATTEN", output.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature

#: Functions with a column SEQ.
SEQUENCED: Final = (exp.Explode, exp.SplitToTable, exp.StrtokSplitToTable)
#: Keys of `meta`: the SEQ of a table function, and the name of the column that numbers its rows.
SEQ: Final = "seq"
ROW: Final = "row"

_LATERAL: Final = (exp.TableFromRows, exp.Lateral)
_SOURCES: Final = 2
#: More than the rows of a second source, and than the items of one value.
_ROWS: Final = 1_000_000_000
_ITEMS: Final = 1_000_000


def numbered(select: exp.Select) -> None:
    """Number the input rows of the table functions in a FROM, in place, before the walk."""
    joins = select.args.get("joins") or []
    places = [at for at, join in enumerate(joins) if _is_sequenced(join.this)]
    if not places or not _is_visible(select):
        return
    hidden: dict[int, tuple[str, str]] = {}
    for at in places:
        function = joins[at].this
        if function.this.find(exp.Column) is None:
            continue  # one input for all rows
        before = [select.args["from_"], *joins[:at]]
        if sum(not _is_lateral(part) for part in before) > _SOURCES:
            raise UnsupportedFeature("Unsupported feature 'SEQ of FLATTEN over several joins'.")
        number: exp.Expression | None = None
        for part in before:
            key = id(part)
            if key not in hidden:
                hidden[key] = _hide(part, f"_SEQ{len(hidden) + 1}")
            column = exp.column(exp.to_identifier(hidden[key][1], quoted=True), hidden[key][0])
            number = _joined(number, column, _ITEMS if _is_lateral(part) else _ROWS)
        function.meta[SEQ] = number
    _leave_out(select, dict(hidden.values()))


def _is_sequenced(source: exp.Expr | None) -> bool:
    return isinstance(source, _LATERAL) and isinstance(source.this, SEQUENCED)


def _is_lateral(part: exp.Expr) -> bool:
    return isinstance(part, exp.Join) and _is_sequenced(part.this)


def _is_visible(select: exp.Select) -> bool:
    if any(_star(item) is not None for item in select.expressions):
        return True
    names = (each for each in select.find_all(exp.Column) if isinstance(each.this, exp.Identifier))
    return any(name.name.upper() == SEQ.upper() for name in names)


def _star(item: exp.Expr) -> exp.Star | None:
    inner = item.this if isinstance(item, exp.Column) else item
    return inner if isinstance(inner, exp.Star) else None


def _hide(part: exp.Expression, name: str) -> tuple[str, str]:
    """Number the rows of a source: its name and that of the hidden column."""
    source = part.this
    if not source.alias_or_name:
        source.set("alias", exp.TableAlias(this=exp.to_identifier(f"_SOURCE{name}", quoted=True)))
    known = source.alias_or_name
    alias = source.args.get("alias")
    if _is_lateral(part):
        source.meta[ROW] = name
        return known, name
    label = alias.this.copy() if alias is not None else source.this.copy()
    rows = exp.Window(this=exp.RowNumber())
    column = exp.Alias(this=rows, alias=exp.to_identifier(name, quoted=True))
    inner = exp.Select(expressions=[exp.Star(), column])
    inner.set("from_", exp.From(this=source))
    part.set("this", exp.Subquery(this=inner, alias=exp.TableAlias(this=label)))
    return known, name


def _joined(number: exp.Expression | None, column: exp.Expression, room: int) -> exp.Expression:
    """A number of its own for each pair: the first counts in steps of `room`."""
    if number is None:
        return column
    before = exp.Paren(this=exp.Sub(this=number, expression=exp.Literal.number(1)))
    return exp.Paren(
        this=exp.Add(
            this=exp.Mul(this=before, expression=exp.Literal.number(room)), expression=column
        )
    )


def _leave_out(select: exp.Select, hidden: dict[str, str]) -> None:
    """The stars of the SELECT do not show the hidden columns."""
    tops = {id(star) for item in select.expressions if (star := _star(item)) is not None}
    for item in select.expressions:
        star = _star(item)
        if star is None:
            continue
        table = item.text("table").upper()
        names = [name for known, name in hidden.items() if not table or known.upper() == table]
        if names and star.args.get("ilike"):
            raise UnsupportedFeature("Unsupported feature '* ILIKE over FLATTEN'.")
        columns = [exp.Column(this=exp.to_identifier(name, quoted=True)) for name in names]
        star.set("except_", [*(star.args.get("except_") or []), *columns])
    for star in select.find_all(exp.Star):
        owner = star.parent
        plain = isinstance(owner, (exp.Count, exp.Select))
        if hidden and id(star) not in tops and not plain and star.parent_select is select:
            raise UnsupportedFeature("Unsupported feature 'SEQ of FLATTEN beside a star'.")
