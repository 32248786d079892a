"""Types of a statement's `$n` that the client left open, from where they stand.

As PostgreSQL does it (manual, 10.2 "Operators", 10.3 "Functions", 10.4 "Value Storage" and 10.5
"UNION, CASE, and Related Constructs"): a cast says its type, a value that is stored has its
column's, an operand that of the other side; the first place that tells decides.

Types are DuckDB's names. What an operand's type is, DuckDB says: it is asked for the columns of a
query that selects the operand from the FROM clause around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from msgspec import Struct
from sqlglot import exp

from mockhaus.errors import SqlError
from mockhaus.translation import names, statements as s
from mockhaus.translation.clauses.types import ZONED, duckdb_type, meant
from mockhaus.translation.context import Context
from mockhaus.translation.postgres.arrays import item_type
from mockhaus.translation.postgres.functions import REG
from mockhaus.translation.postgres.labels import PREFIX, cast_name
from mockhaus.translation.postgres.relations import stored_type
from mockhaus.translation.rewrite import Walk
from mockhaus.translation.trees import choices
from mockhaus.zoned import STORED

#: DuckDB's types of the columns of a query. Raises SqlError.
Ask: TypeAlias = Callable[[s.Tree], Sequence[str]]

TEXT: Final = "VARCHAR"
_WHOLE: Final = "BIGINT"
_NUMERIC: Final = "DECIMAL(38,10)"
_FLOAT: Final = "DOUBLE"
_MOMENT: Final = "TIMESTAMP"
_SPAN: Final = "INTERVAL"
_INSTANT: Final = "TIMESTAMPTZ"


class Like(Struct, frozen=True):
    """The type of one of these operands, as `fit` makes it one for the parameter."""

    operands: tuple[exp.Expression, ...]
    fit: Callable[[str], str] = str


#: What a place tells: a type, operands whose type it is, or nothing.
_Told: TypeAlias = str | Like | None
_Rule = Callable[[Any, exp.Expression], _Told]


def number_of(node: Any) -> int | None:
    """The number of a `$n`, None of any other node."""
    if isinstance(node, exp.Placeholder) and node.name.isdigit():
        return int(node.name)
    if isinstance(node, exp.Column) and node.name.startswith(PREFIX):
        return int(node.name.removeprefix(PREFIX))
    return None


def inferred(
    statement: s.Tree, given: Sequence[str], context: Context, ask: Ask
) -> tuple[str, ...]:
    """The types of all parameters of a statement, '' of what nothing is known.

    `given` are those the client told, '' for none.
    """
    types = {n: kind for n, kind in enumerate(given, start=1) if kind and kind != _INSTANT}
    open_: list[tuple[int, Like]] = []
    places = _Places(statement, context)
    for number, node in _parameters(statement.tree):
        if number in types:
            continue
        told = places.told(node)
        if number <= len(given) and given[number - 1]:  # an instant, which may keep its offset
            types[number] = ZONED if told == ZONED else _INSTANT
        elif isinstance(told, str):
            types[number] = told
        elif told is not None:
            open_.append((number, told))
    for number, like in open_:
        for operand in like.operands:
            if number not in types and (kind := places.type_of(operand, ask)):
                types[number] = like.fit(kind)
    return tuple(types.get(n, "") for n in range(1, statement.parameters + 1))


def _parameters(tree: exp.Expression) -> Iterator[tuple[int, Any]]:
    for node in tree.dfs():
        number = number_of(node)
        if number is not None:
            yield number, node


def _bound(kind: str) -> str:
    """The type of a parameter for a place of a type: DuckDB's INTERVAL there is a TIMESTAMP_TZ."""
    return ZONED if kind == STORED else kind


class _Places:
    """What the places of one statement tell."""

    def __init__(self, statement: s.Tree, context: Context) -> None:
        self._statement = statement
        self._tree = statement.tree
        self._context = context
        self._walk = Walk(context, statement.text)

    def told(self, node: Any) -> _Told:
        """What the place of a parameter tells of its type."""
        while isinstance(node.parent, (exp.Paren, exp.Neg)):
            node = node.parent
        parent = node.parent
        if isinstance(parent, (exp.Any, exp.All)):
            return _array(parent)
        if isinstance(parent, (exp.Cast, exp.TryCast)):
            return self._cast_to(parent.to)
        stored = self._stored(node)
        if stored is not None:
            return stored
        rule = _RULES.get(type(parent))
        if rule is not None:
            return rule(parent, node)
        if isinstance(parent, exp.Func):
            return _argument(parent, node)
        return None

    def _cast_to(self, to: exp.DataType) -> str:
        """DuckDB's type of a cast's, by the tables of the dialect; text where there is none."""
        try:
            if isinstance(self._statement, s.CatalogSelect):
                name = cast_name(to)
                return TEXT if name in REG else stored_type(name)
            return _bound(str(duckdb_type(meant(to, self._walk)).sql(dialect="duckdb")))
        except SqlError:
            return TEXT

    def _stored(self, node: exp.Expression) -> str | None:
        """The type of the column that a value is stored in."""
        parent = node.parent
        if isinstance(parent, exp.EQ) and isinstance(parent.parent, (exp.Update, exp.OnConflict)):
            return self._column(parent.this.name) if parent.expression is node else None
        if isinstance(parent, exp.Alias):
            node, parent = parent, parent.parent
        if isinstance(parent, exp.Tuple) and isinstance(parent.parent, exp.Values):
            target: Any = parent.parent.parent
        elif isinstance(parent, (exp.Select, exp.Tuple)):
            target = parent.parent
        else:
            return None
        if not isinstance(target, exp.Insert) or node.arg_key != "expressions":
            return None
        if target.expression is not parent and target.expression is not parent.parent:
            return None
        return self._column_at(target, parent.expressions.index(node))

    def _columns(self) -> Mapping[str, str]:
        """The columns of the table that the statement writes."""
        table = self._tree.this
        table = table.this if isinstance(table, exp.Schema) else table
        if not isinstance(table, exp.Table):
            return {}
        return self._context.columns(self._context.resolve(names.object_name(table)))

    def _column(self, name: str) -> str | None:
        kind = self._columns().get(name.upper())
        if kind == "JSON" and self._context.postgres:
            table = self._tree.this.this if isinstance(self._tree.this, exp.Schema) else None
            full = self._context.resolve(names.object_name(table or self._tree.this))
            item = item_type(name, self._context.relation(full))
            return kind if item is None else f"{item}[]"
        return None if kind is None else _bound(kind)

    def _column_at(self, insert: exp.Insert, position: int) -> str | None:
        listed = insert.this.expressions if isinstance(insert.this, (exp.Schema, exp.Tuple)) else []
        named = [each.name for each in listed] or list(self._columns())
        return self._column(named[position]) if position < len(named) else None

    def type_of(self, operand: exp.Expression, ask: Ask) -> str | None:
        """The type of an operand, None where nobody knows: a literal's, or what DuckDB says."""
        if isinstance(operand, exp.Literal):
            return TEXT if operand.is_string else (_WHOLE if operand.is_int else _NUMERIC)
        if isinstance(operand, exp.Boolean):
            return "BOOLEAN"
        is_catalog = isinstance(self._statement, s.CatalogSelect)
        for tree in _questions(operand):
            query = (s.CatalogSelect if is_catalog else s.Select)(
                text=self._statement.text, tree=tree, parameters=self._statement.parameters
            )
            try:
                return _bound(ask(query)[-1])
            except SqlError:  # a wider scope may know; the statement itself says what is wrong
                continue
        return None


# --- rules, by the class of what stands around ---------------------------------------------------


def _others(nodes: Sequence[Any], node: exp.Expression) -> _Told:
    """The type of the others of a group whose members have one type."""
    operands = tuple(
        each
        for each in nodes
        if isinstance(each, exp.Expression) and each is not node and not _is_open(each)
    )
    return Like(operands) if operands else None


def _is_open(node: exp.Expression) -> bool:
    bare = node.unnest()
    return isinstance(bare, (exp.Null, exp.Var)) or number_of(bare) is not None


def _compared(parent: exp.Expression, node: exp.Expression) -> _Told:
    other = parent.expression if parent.this is node else parent.this
    if isinstance(other, (exp.Any, exp.All)):
        return None
    return _others((other,), node)


def _array(any_: exp.Any | exp.All) -> _Told:
    """`x = ANY($1)`, `x <> ALL($1)`: an array of what x is."""
    parent = any_.parent
    if parent is None:
        return None
    other = parent.this if parent.expression is any_ else parent.expression
    told = _others((other,), any_)
    return Like(told.operands, "{}[]".format) if isinstance(told, Like) else f"{TEXT}[]"


def _in(parent: exp.In, node: exp.Expression) -> _Told:
    query = parent.args.get("query")
    if parent.this is not node:
        return _others((parent.this,), node)
    return _others((*parent.expressions, *([query] if query else [])), node)


def _between(parent: exp.Between, node: exp.Expression) -> _Told:
    return _others((parent.this, parent.args["low"], parent.args["high"]), node)


def _row(parent: exp.Tuple, node: exp.Expression) -> _Told:
    """`(a, b) = ($1, $2)`, `(a, b) IN (($1, $2))`: item by item."""
    around = parent.parent
    if not isinstance(around, (exp.In, *_COMPARISONS)):
        return None
    other = around.this if around.this is not parent else around.args.get("expression")
    position = parent.expressions.index(node)
    if not isinstance(other, exp.Tuple) or position >= len(other.expressions):
        return None
    return _others((other.expressions[position],), node)


def _calculated(parent: exp.Expression, node: exp.Expression) -> _Told:
    other = parent.expression if parent.this is node else parent.this
    told = _others((other,), node)
    moment = "INTEGER" if isinstance(parent, exp.Add) else "DATE"

    def fit(kind: str) -> str:
        if kind == "DATE":
            return moment
        if kind.startswith("TIMESTAMP"):
            return _SPAN
        return kind if kind.startswith(_NUMBERS) or kind == _SPAN else _NUMERIC

    return Like(told.operands, fit) if isinstance(told, Like) else _NUMERIC


def _case(parent: exp.Case, node: exp.Expression) -> _Told:
    if parent.this is node:
        return _others([each.this for each in parent.args["ifs"]], node)
    return _others(choices(parent), node)


def _when(parent: exp.If, node: exp.Expression) -> _Told:
    case = parent.parent
    if not isinstance(case, exp.Case):
        return "BOOLEAN" if parent.this is node else _others(list(parent.args.values()), node)
    if parent.this is node:
        return "BOOLEAN" if case.this is None else _others((case.this,), node)
    return _others(choices(case), node)


def _item(parent: exp.Select, node: exp.Expression) -> _Told:
    """An item of a SELECT: within a UNION the other side's, else text."""
    union = parent.parent
    if not isinstance(union, exp.SetOperation) or node.arg_key != "expressions":
        return None
    other = union.expression if union.this is parent else union.this
    position = parent.expressions.index(node)
    if not isinstance(other, exp.Select) or position >= len(other.expressions):
        return None
    return _others((other.expressions[position].unalias(),), node)


def _alias(parent: exp.Alias, node: exp.Expression) -> _Told:
    return _item(parent.parent, parent) if isinstance(parent.parent, exp.Select) else None


def _argument(call: exp.Func, node: exp.Expression) -> _Told:
    """An argument of a function, by its name and the place among the arguments."""
    name = str(call.this if isinstance(call, exp.Anonymous) else call.sql_name()).upper()
    arguments = list(_arguments(call))
    position = next(n for n, each in enumerate(arguments) if each is node)
    if name in ("LIST_CAST", "ARRAY_CAST"):
        return f"{arguments[1].name}[]"
    if name in _ALIKE and position >= _ALIKE[name]:
        return _others(arguments[_ALIKE[name] :], node)
    if (name, position) == ("JSON_PATH", 1):
        return f"{TEXT}[]"
    return _ARGUMENTS.get((name, position)) or _ARGUMENTS.get((name, None))


def _arguments(call: exp.Func) -> Iterator[exp.Expression]:
    for key in call.arg_types:
        value = call.args.get(key)
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, exp.Expression):
                yield each


_COMPARISONS: Final = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ,
)  # fmt: skip

_NUMBERS: Final = ("BIGINT", "DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "INTEGER", "SMALLINT")

_RULES: Final[dict[type[exp.Expression], _Rule]] = {
    **dict.fromkeys(_COMPARISONS, _compared),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod), _calculated),
    **dict.fromkeys(
        (exp.Limit, exp.Offset, exp.Fetch, exp.Bracket, exp.WindowSpec), lambda *_: _WHOLE
    ),
    **dict.fromkeys((exp.And, exp.Or, exp.Not, exp.Where, exp.Having), lambda *_: "BOOLEAN"),
    exp.In: _in,
    exp.Between: _between,
    exp.Tuple: _row,
    exp.Case: _case,
    exp.If: _when,
    exp.Select: _item,
    exp.Alias: _alias,
}

#: Functions whose arguments have one type, from this one on.
_ALIKE: Final = {
    **dict.fromkeys(("COALESCE", "NVL", "IFNULL", "NULLIF", "GREATEST", "LEAST"), 0),
    **dict.fromkeys(("IFF", "NVL2"), 1),
}

#: Function and place of the argument, None for any -> type; what is not here is text.
_ARGUMENTS: Final[dict[tuple[str, int | None], str]] = {
    ("IFF", 0): "BOOLEAN",
    **dict.fromkeys(
        [(name, None) for name in (
            "ABS", "CEIL", "FLOOR", "SQRT", "CBRT", "EXP", "LN", "LOG", "POWER", "POW", "SIGN",
            "SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN", "ATAN2", "DEGREES", "RADIANS",
            "SUM", "AVG", "STDDEV", "VARIANCE", "MEDIAN", "ROUND", "TRUNC", "TRUNCATE", "MOD",
            "DIV0", "ZEROIFNULL",
        )],
        _FLOAT,
    ),
    **dict.fromkeys(
        [
            ("SUBSTRING", 1), ("SUBSTRING", 2), ("SUBSTR", 1), ("SUBSTR", 2), ("LEFT", 1),
            ("RIGHT", 1), ("LPAD", 1), ("RPAD", 1), ("REPEAT", 1), ("SPLIT_PART", 2),
            ("ROUND", 1), ("TRUNC", 1), ("DATEADD", 1), ("DATE_ADD", 1), ("ADD_MONTHS", 1),
            ("CHR", 0), ("CHAR", 0), ("SPACE", 0), ("NTILE", 0), ("LAG", 1), ("LEAD", 1),
            ("SERIES_LIST", None),
            ("ARRAY_SLICE", 1), ("ARRAY_SLICE", 2), ("GET", 1), ("UNIFORM", 0), ("UNIFORM", 1),
        ],
        _WHOLE,
    ),
    **dict.fromkeys(
        [
            ("DATE_TRUNC", 1), ("DATEADD", 2), ("DATE_ADD", 2), ("TIMEADD", 2),
            ("TIMESTAMPADD", 2), ("DATEDIFF", 1), ("DATEDIFF", 2), ("TIMESTAMPDIFF", 1),
            ("TIMESTAMPDIFF", 2), ("TIMEDIFF", 1), ("TIMEDIFF", 2), ("EXTRACT", 1),
            ("DATE_PART", 1), ("ADD_MONTHS", 0), ("LAST_DAY", 0), ("MONTHS_BETWEEN", None),
            ("YEAR", 0), ("MONTH", 0), ("DAY", 0), ("DAYOFWEEK", 0), ("DAYOFYEAR", 0),
            ("HOUR", 0), ("MINUTE", 0), ("SECOND", 0), ("QUARTER", 0), ("WEEK", 0),
        ],
        _MOMENT,
    ),
}  # fmt: skip


# --- operands ------------------------------------------------------------------------------------


def _questions(operand: exp.Expression) -> Iterator[exp.Select]:
    """Queries whose last column is the operand: in its scope, with the items it may refer to."""
    around: Any = operand.parent
    if isinstance(operand, exp.Query) and not isinstance(operand, exp.Subquery):
        operand = operand.subquery()
    while around is not None:
        if isinstance(around, (exp.Select, exp.Update, exp.Delete, exp.Merge)):
            select = exp.Select(expressions=[operand.copy()])
            _put_sources(select, around)
            yield select
            if isinstance(around, exp.Select) and around.expressions:
                items = [each.copy() for each in around.expressions]
                wider = select.copy()
                wider.set("expressions", [*items, operand.copy()])
                if around.args.get("group"):
                    wider.set("group", around.args["group"].copy())
                yield wider
        around = around.parent


def _put_sources(select: exp.Select, around: exp.Expression) -> None:
    """Give a query the FROM clause of another statement, and the CTEs that it sees."""
    for key in ("from_", "joins", "laterals"):
        value = around.args.get(key)
        if value:
            copied = [e.copy() for e in value] if isinstance(value, list) else value.copy()
            select.set(key, copied)
    if not isinstance(around, exp.Select):
        sources = [around.this, around.args.get("using"), around.args.get("from_")]
        tables = [
            each.this if isinstance(each, exp.From) else each
            for source in sources
            for each in (source if isinstance(source, list) else [source])
            if isinstance(each, exp.Expression)
        ]
        select.set("from_", exp.From(this=tables[0].copy()))
        select.set("joins", [exp.Join(this=each.copy(), kind="CROSS") for each in tables[1:]])
    ctes: list[exp.Expression] = []
    scope: Any = around
    while scope is not None:
        with_ = scope.args.get("with_")
        if with_ is not None:
            ctes = [each.copy() for each in with_.expressions] + ctes
        scope = scope.parent
    if ctes:
        select.set("with_", exp.With(expressions=ctes))
