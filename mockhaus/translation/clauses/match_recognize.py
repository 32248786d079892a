"""MATCH_RECOGNIZE. Snowflake's manual: "MATCH_RECOGNIZE".

    _NUMBERED   the rows: their partition, their number in it, the variables they have (bits)
    _FOUND      the matched rows of each partition, by the engine's `match_rows`
    _MATCHED    both together: match (_MN), place in the match (_SEQ), variable (_VAR)

ONE ROW PER MATCH aggregates _MATCHED, ALL ROWS PER MATCH computes windows over it. What a variable
is must be told from a row and its neighbours (LAG, LEAD); measures are FIRST, LAST, aggregates and
the functions of the match. Everything else is refused by name. The tree is Snowflake's, before the
walk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.quoting import sql_literal
from mockhaus.translation import names, row_pattern
from mockhaus.translation.dialect import snowflake_text

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_HELPERS: Final = ("_PART", "_RN", "_MASK", "_MN", "_SEQ", "_VAR")
_AGGREGATES: Final = (exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Count)
_FUNCTIONS: Final = {
    "MATCH_NUMBER": "_MN",
    "MATCH_SEQUENCE_NUMBER": "_SEQ",
    "CLASSIFIER": "_VAR",
}


def recognised(select: exp.Select, walk: Walk) -> None:
    """A SELECT over MATCH_RECOGNIZE reads a subquery of the matches instead, in place."""
    clause = select.args["match"]
    from_ = select.args.get("from_")
    if from_ is None or select.args.get("joins") or from_.this.args.get("joins"):
        raise UnsupportedFeature("Unsupported feature 'MATCH_RECOGNIZE over a join'.")
    select.set("match", None)
    query = _Matches(clause).query(from_.this)
    alias = clause.args.get("alias") or exp.TableAlias(this=_quoted("_MATCHES"))
    select.set("from_", exp.From(this=exp.Subquery(this=query, alias=alias)))


def _quoted(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


def _column(name: str, table: str = "") -> exp.Column:
    return exp.Column(this=_quoted(name), table=_quoted(table) if table else None)


def _table(name: str) -> exp.From:
    return exp.From(this=exp.Table(this=_quoted(name)))


def _named(name: str, value: exp.Expression) -> exp.Alias:
    return exp.Alias(this=value, alias=_quoted(name))


#: Functions that arrive by name.
_ENDS: Final = {"FIRST": exp.First, "LAST": exp.Last}


def _copied(node: exp.Expression) -> exp.Paren:
    """A copy in parentheses, with FIRST and LAST as classes of their own."""
    holder = exp.Paren(this=node.copy())
    for call in list(holder.find_all(exp.Anonymous)):
        kind = _ENDS.get(str(call.this).upper())
        if kind is not None and call.expressions:
            first, *others = call.expressions
            call.replace(kind(this=first, expressions=others))
    return holder


class _Matches:
    """One MATCH_RECOGNIZE clause."""

    def __init__(self, clause: exp.MatchRecognize) -> None:
        self.partition: list[exp.Expression] = clause.args.get("partition_by") or []
        self.order = clause.args.get("order")
        self.measures = clause.args.get("measures") or []
        pattern = clause.args.get("pattern")
        if pattern is None or self.order is None:
            raise SqlSyntaxError(
                "SQL compilation error:\nMATCH_RECOGNIZE needs ORDER BY, PATTERN and DEFINE."
            )
        self.variables, self.program = row_pattern.compiled(str(pattern.this))
        if row_pattern.may_be_empty(self.program):
            raise UnsupportedFeature("Unsupported feature 'PATTERN that matches no row'.")
        self.defined = {
            names.stored(each.args["alias"]): each.this for each in clause.args.get("define") or []
        }
        rows = str(clause.args["rows"].this).upper() if clause.args.get("rows") else ""
        rows = rows or "ONE ROW PER MATCH"
        shapes = (
            "ONE ROW PER MATCH",
            "ALL ROWS PER MATCH",
            "ALL ROWS PER MATCH OMIT EMPTY MATCHES",
        )
        self.unmatched = rows == "ALL ROWS PER MATCH WITH UNMATCHED ROWS"
        if rows not in shapes and not self.unmatched:
            raise UnsupportedFeature(f"Unsupported feature '{rows}'.")
        self.one_row = rows == shapes[0]
        self.after = self._after(clause.args.get("after"))

    def _after(self, node: exp.Expression | None) -> str:
        """AFTER MATCH SKIP as the engine reads it."""
        words = str(node.this).upper().split()[3:] if node is not None else ["PAST"]
        if words[:1] == ["PAST"]:
            return "PAST"
        if words[:2] == ["TO", "NEXT"]:
            return "NEXT"
        where = words[1] if len(words) == 3 else "LAST"
        if words[-1] not in self.variables or where not in ("FIRST", "LAST"):
            raise UnsupportedFeature(f"Unsupported feature 'AFTER MATCH SKIP {' '.join(words)}'.")
        return f"{where} {self.variables.index(words[-1])}"

    def query(self, source: exp.Expression) -> exp.Select:
        """The rows that the clause answers."""
        texts = (chr(31).join(self.variables), self.program, self.after)
        found = (
            f'unnest(match_rows(list("_MASK" ORDER BY "_RN"), '
            f"{', '.join(map(sql_literal, texts))}))"
        )
        per_partition = exp.Select(
            expressions=[_column("_PART"), _named("_HIT", exp.Var(this=found))],
            from_=_table("_NUMBERED"),
            group=exp.Group(expressions=[_column("_PART")]),
        )
        ctes = {
            "_NUMBERED": self._numbered(source),
            "_FOUND": per_partition,
            "_MATCHED": self._matched(),
        }
        select = self._one_row() if self.one_row else self._all_rows()
        made = [
            exp.CTE(this=query, alias=exp.TableAlias(this=_quoted(name)))
            for name, query in ctes.items()
        ]
        select.set("with_", exp.With(expressions=made))
        return select

    # --- the rows --------------------------------------------------------------------------------

    def _over(self, function: exp.Expression, *, ordered: bool = True) -> exp.Window:
        return exp.Window(
            this=function,
            partition_by=[each.copy() for each in self.partition],
            order=self.order.copy() if ordered and self.order is not None else None,
        )

    def _numbered(self, source: exp.Expression) -> exp.Select:
        part: exp.Expression = exp.Literal.number(1)
        if self.partition:
            order = exp.Order(expressions=[exp.Ordered(this=e.copy()) for e in self.partition])
            part = exp.Window(this=exp.DenseRank(), order=order)
        mask: exp.Expression = exp.Literal.number(0)
        for number, name in enumerate(self.variables):
            condition = self.defined.get(name)
            if condition is not None:
                value: exp.Expression = exp.Case().when(
                    self._condition(name, condition), exp.Literal.number(1 << number)
                )
                value.set("default", exp.Literal.number(0))
            else:
                value = exp.Literal.number(1 << number)
            mask = exp.Add(this=mask, expression=value)
        items = [
            exp.Star(),
            _named("_PART", part),
            _named("_RN", self._over(exp.RowNumber())),
            _named("_MASK", exp.cast(exp.Paren(this=mask), "BIGINT")),
        ]
        return exp.Select(expressions=items, from_=exp.From(this=source))

    def _condition(self, variable: str, condition: exp.Expression) -> exp.Expression:
        """A condition of DEFINE over the numbered rows."""
        holder = _copied(condition)
        if any(
            isinstance(e, (*_AGGREGATES, exp.First, exp.Last, exp.Query)) for e in holder.walk()
        ):
            raise UnsupportedFeature(
                "Unsupported feature 'FIRST, LAST, aggregates and subqueries in DEFINE'."
            )
        for column in list(holder.find_all(exp.Column)):
            table = column.args.get("table")
            if table is None:
                continue
            if names.stored(table) != variable:
                raise UnsupportedFeature(
                    f"Unsupported feature 'DEFINE {variable} by rows of {names.stored(table)}'."
                )
            column.set("table", None)
        shifts: list[Any] = list(holder.find_all(exp.Lag, exp.Lead))
        for shift in shifts:
            shift.replace(self._over(shift.copy()))
        if any(self._function(each) for each in holder.find_all(exp.Anonymous)):
            raise UnsupportedFeature("Unsupported feature 'functions of the match in DEFINE'.")
        return holder

    def _matched(self) -> exp.Select:
        hits = {"_MN": "mn", "_SEQ": "seq", "_VAR": "var"}
        items: list[exp.Expression] = [exp.Column(this=exp.Star(), table=_quoted("_NUMBERED"))]
        items += [
            _named(name, exp.Var(this=f'"_FOUND"."_HIT".{field}')) for name, field in hits.items()
        ]
        on = exp.and_(
            exp.EQ(this=_column("_PART", "_NUMBERED"), expression=_column("_PART", "_FOUND")),
            exp.EQ(this=_column("_RN", "_NUMBERED"), expression=exp.Var(this='"_FOUND"."_HIT".rn')),
        )
        side = {"side": "LEFT"} if self.unmatched else {"kind": "INNER"}
        join = exp.Join(this=exp.Table(this=_quoted("_FOUND")), on=on, **side)
        return exp.Select(expressions=items, from_=_table("_NUMBERED"), joins=[join])

    # --- the answer ------------------------------------------------------------------------------

    @staticmethod
    def _function(node: exp.Expression) -> str:
        """The column of MATCH_NUMBER and its like, '' of another expression."""
        name = str(node.this).upper() if isinstance(node, exp.Anonymous) else ""
        return _FUNCTIONS.get(name, "")

    def _one_row(self) -> exp.Select:
        keys = [each.copy() for each in self.partition]
        items = [*keys, *(_named(*self._measure(each, self._final)) for each in self.measures)]
        if not items:
            raise UnsupportedFeature("Unsupported feature 'MATCH_RECOGNIZE without MEASURES'.")
        group = [_column("_PART"), *(each.copy() for each in keys), _column("_MN")]
        return exp.Select(
            expressions=items, from_=_table("_MATCHED"), group=exp.Group(expressions=group)
        )

    def _all_rows(self) -> exp.Select:
        star = exp.Star(except_=[_column(name) for name in _HELPERS])
        items: list[exp.Expression] = []
        for each in self.measures:
            name, value = self._measure(each, self._running)
            if self.unmatched:  # a row of no match has no measures
                matched = exp.Not(this=exp.Is(this=_column("_MN"), expression=exp.Null()))
                value = exp.Case().when(matched, value)
            items.append(_named(name, value))
        return exp.Select(expressions=[star, *items], from_=_table("_MATCHED"))

    def _measure(self, measure: exp.Expression, value: Any) -> tuple[str, exp.Expression]:
        alias, kind = measure.this, measure.args.get("window_frame")
        if not isinstance(alias, exp.Alias):
            raise SqlSyntaxError("SQL compilation error:\na measure needs a name: AS name.")
        holder = _copied(alias.this)
        final = str(kind or "").upper() == "FINAL"
        self._replace(holder.this, value, final)
        return names.stored(alias.args["alias"]), holder.this

    def _replace(self, node: exp.Expression, value: Any, final: bool) -> None:
        """Put in place whatever of a measure depends on the match."""
        if isinstance(node, (exp.Window, exp.Query, exp.Lag, exp.Lead)):
            shown = snowflake_text(node)[:60]
            raise UnsupportedFeature(f"Unsupported feature 'measure {shown}'.")
        made = isinstance(node, (exp.First, exp.Last, exp.Column, *_AGGREGATES))
        if made or self._function(node):
            node.replace(value(node, final))
            return
        for child in list(node.iter_expressions()):
            self._replace(child, value, final)

    def _of_variable(self, node: exp.Expression) -> tuple[str, exp.Expression]:
        """The variable whose rows an expression is over ('' for all), and the expression."""
        holder = exp.Paren(this=node.copy())
        found: set[str] = set()
        for column in list(holder.find_all(exp.Column)):
            table = column.args.get("table")
            found.add("" if table is None else names.stored(table))
            column.set("table", None)
            if isinstance(column.this, exp.Star):
                column.replace(exp.Literal.number(1))
        if len(found) > 1 or not found <= {"", *self.variables}:
            raise UnsupportedFeature(
                f"Unsupported feature 'measure {snowflake_text(node)[:60]}'.",
                hint="A measure is over the rows of one variable, or of all.",
            )
        return next(iter(found), ""), holder.this

    def _only(self, variable: str, value: exp.Expression) -> exp.Expression:
        """A value of the rows of a variable, NULL of others."""
        if not variable:
            return value
        is_one = exp.EQ(this=_column("_VAR"), expression=exp.Literal.string(variable))
        return exp.Case().when(is_one, value)

    def _argument(self, node: exp.Expression) -> tuple[str, exp.Expression]:
        if any(node.args.get(key) for key in ("expression", "expressions", "offset")):
            shown = snowflake_text(node)[:60]
            raise UnsupportedFeature(f"Unsupported feature 'measure {shown}'.")
        return self._of_variable(node if isinstance(node, exp.Column) else node.this)

    def _final(self, node: exp.Expression, final: bool) -> exp.Expression:
        """What a measure is at the end of the match, as an aggregate."""
        name = self._function(node)
        if name:
            if name == "_VAR":
                return exp.ArgMax(this=_column(name), expression=_column("_SEQ"))
            return exp.Max(this=_column(name))
        if isinstance(node, _AGGREGATES):
            return self._aggregate(node)
        variable, value = self._argument(node)
        place = self._only(variable, _column("_SEQ"))
        by = exp.ArgMin if isinstance(node, exp.First) else exp.ArgMax
        return by(this=value, expression=place)

    def _aggregate(self, node: exp.Expression) -> exp.Expression:
        made = node.copy()
        if isinstance(made.this, exp.Distinct):
            raise UnsupportedFeature("Unsupported feature 'DISTINCT in a measure'.")
        if not isinstance(made.this, exp.Star):
            variable, value = self._argument(node)
            made.set("this", self._only(variable, value))
        return made

    def _running(self, node: exp.Expression, final: bool) -> exp.Expression:
        """What a measure is at a row of the match, or FINAL at its end, as a window."""
        name = self._function(node)
        if name and not final:
            return _column(name)
        until = "UNBOUNDED" if final else "CURRENT ROW"
        spec = exp.WindowSpec(
            kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=until,
            end_side="FOLLOWING" if final else None,
        )  # fmt: skip
        if name:
            function: exp.Expression = exp.LastValue(this=_column(name))
        elif isinstance(node, _AGGREGATES):
            function = self._aggregate(node)
        else:
            variable, value = self._argument(node)
            if not variable and isinstance(node, (exp.Column, exp.Last)) and not final:
                return value
            kind = exp.FirstValue if isinstance(node, exp.First) else exp.LastValue
            function = kind(this=self._only(variable, value))
            if variable:
                function = exp.IgnoreNulls(this=function)
        order = exp.Order(expressions=[exp.Ordered(this=_column("_SEQ"), nulls_first=False)])
        return exp.Window(
            this=function,
            partition_by=[_column("_PART"), _column("_MN")],
            order=order,
            spec=spec,
        )
