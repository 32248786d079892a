"""One walk over Snowflake's tree makes DuckDB's. Dispatch is by class, from tables built once.

    ENTER     classes whose handler takes over the descent: scopes, names, table functions
    LEAVE     classes whose handler runs after their children: functions, operators, clauses
    CALLS     functions that sqlglot has no class for, by upper-case name
    KEPT      classes that mean the same in both engines, with the arguments they may carry

A node of any other class is refused by name, and so is an argument of a kept class that is not
listed: nothing reaches DuckDB that was not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from operator import is_
from typing import Any, Final, cast

from sqlglot import exp

from mockhaus.errors import (
    InvalidIdentifier,
    SqlError,
    UnknownFunction,
    UnsupportedFeature,
)
from mockhaus.translation import names, references
from mockhaus.translation.clauses import (
    ENTER as CLAUSE_ENTER,
    LEAVE as CLAUSE_LEAVE,
    literals,
    paths,
    select,
    sources,
    windows,
)
from mockhaus.translation.clauses.types import typed
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.dialect import CALLED
from mockhaus.translation.functions import FAMILIES, postgres
from mockhaus.translation.kept import FOREIGN, KEPT
from mockhaus.translation.output import formatted
from mockhaus.translation.reading import as_told
from mockhaus.translation.refusals import check_call, refused_function, unknown, unknown_name
from mockhaus.translation.registry import Function, Rewriter
from mockhaus.translation.routines import calls as routines
from mockhaus.translation.trees import PLAIN, Census
from mockhaus.translation.types import coercion, scopes
from mockhaus.translation.types.comparisons import FITTED, fitted, needs_fitting
from mockhaus.translation.types.operands import KIND

Enter = Callable[[Any, "Walk"], exp.Expression]


class Walk:
    """One translation: what a handler may ask, and what it leaves behind.

    `text` is the statement's text for messages; `volatile` is set when something of this moment
    was written into the tree (a variable, LAST_QUERY_ID), so that the answer must not be cached;
    `counts` when the numbers of rows of tables are asked for, which must be told before it runs.
    """

    __slots__ = (
        "_ctes", "_numbers", "_rowid", "_tables", "answers", "arguments", "calls", "compared",
        "context", "counts", "doubtful", "made", "merged", "numbered", "products", "queries",
        "scopes", "text", "types", "used", "volatile", "within",
    )  # fmt: skip

    def __init__(self, context: Context, text: str, types: Sequence[str] = ()) -> None:
        self.context = context
        self.text = text
        #: What names of columns mean, by the id of the query (see `scopes`).
        self.scopes: dict[int, tuple[exp.Expression, scopes.Scope]] = {}
        #: The names that a query answers, by its id (see `clauses.sources`).
        self.answers: dict[int, tuple[exp.Expression, list[str] | None]] = {}
        #: DuckDB's types of the statement's parameters, '' of unknown ones.
        self.types = types
        self.volatile = False
        self.counts = False
        #: Whether types of operands are to be brought together (see `coercion`).
        self.doubtful = context.mixes
        #: What is compared for equality, which is in doubt where text may meet numbers.
        self.compared: list[tuple[exp.Expression, ...]] = []
        #: Values of which one is the answer.
        self.merged: list[tuple[exp.Expression, ...]] = []
        self.queries = 0
        #: Multiplications, whose digits after the point may be more than Snowflake keeps.
        self.products: list[exp.Expression] = []
        #: Whether columns by table and number, `t.$2`, are still to be found.
        self.numbered = ".$" in text
        self._ctes: list[set[str]] = []
        self._tables: set[ObjectName] = set()
        self._rowid: int | None = None
        #: Of user-defined functions (see `routines`): the arguments of the body that is walked,
        #: the calls that wait for their types, and the functions used and those around.
        self.arguments: dict[str, exp.Expression] = {}
        self.calls: list[routines.Call] = []
        self.used: set[tuple[str, ...]] = set()
        self.within: tuple[tuple[str, ...], ...] = ()
        #: Columns of relations that are made for the statement: see `history`.
        self.made: list[Mapping[str, str]] = []
        self._numbers = count()

    def finished(self, tree: exp.Expression) -> exp.Expression:
        """The whole tree when all of it is rewritten: what depends on the types of columns.

        Raises NumberOutOfRange for a number that is written out and no FLOAT holds.
        """
        literals.check(tree, self.text)
        if self.calls:
            tree = routines.decided(tree, self)
        if self._rowid is not None:
            self._check_rowid(tree)
        if self.types:
            tree = typed(tree, self.types)
        if self.doubtful or self.compared or self.products:
            tree = coercion.agreed(tree, self)
        tree = self.told(tree)
        if self.context.has_formats:
            tree = formatted(tree, self.context.parameters)
        census = Census(tree, KIND)
        if not needs_fitting(census):
            return tree
        known = [pair for each in self.known_columns() for pair in each.items()]
        return fitted(tree, census, {n: kind for kind in FITTED for n, k in known if k == kind})

    def told(self, tree: exp.Expression) -> exp.Expression:
        """The tree, in place, with its constants read by the session's own formats, if any."""
        if self.context.reads_otherwise:
            return as_told(tree, self.context.parameters)
        return tree

    def inside(
        self,
        body: exp.Expression,
        context: Context,
        arguments: dict[str, exp.Expression],
        within: tuple[tuple[str, ...], ...],
    ) -> exp.Expression:
        """The body of a function, rewritten in its own context; `within` are the calls around."""
        walk = Walk(context, self.text)
        walk.arguments, walk.within = arguments, within
        walk.calls, walk.used = self.calls, self.used
        walk._tables, walk._numbers, walk.made = self._tables, self._numbers, self.made
        try:
            new = walk.rewrite(body)
        except SqlError as error:  # its place is one in the body, which was not sent
            error.position = None
            raise
        self.volatile, self.counts = self.volatile or walk.volatile, self.counts or walk.counts
        self.doubtful = self.doubtful or walk.doubtful
        self.compared += walk.compared
        self.merged += walk.merged
        self.products += walk.products
        self.queries += walk.queries
        return new

    def known_columns(self) -> list[Mapping[str, str]]:
        """The columns of the tables that were read: name in upper case -> DuckDB's type."""
        return [*self.made, *(self.context.columns(name) for name in self._tables)]

    def doubt(self, *values: exp.Expression | None) -> None:
        """Note that values have one type together, which may be another one in DuckDB."""
        self.doubtful = self.doubtful or coercion.doubtful(values)
        told = tuple(each for each in values if each is not None)
        self.compared.append(told)
        self.merged.append(told)

    def knows(self, name: str) -> bool:
        """Whether a function of that name, in upper case, is one of Snowflake's own."""
        return name in CALLS

    def fresh(self) -> int:
        """A number that nothing else in the statement has."""
        return next(self._numbers)

    def _check_rowid(self, tree: exp.Expression) -> None:
        """DuckDB's ROWID is no column of Snowflake's."""
        named = any("ROWID" in self.context.columns(name) for name in self._tables)
        aliased = any(
            str(each.this).upper() == "ROWID" and not isinstance(each.parent, exp.Column)
            for each in tree.find_all(exp.Identifier)
        )
        if not (named or aliased):
            raise InvalidIdentifier(
                "SQL compilation error:\ninvalid identifier 'ROWID'", position=self._rowid
            )

    def note_rowid(self, node: exp.Expression) -> None:
        """Note that the statement names a column ROWID."""
        self._rowid = node.meta.get("start", 0)

    def read(self, table: ObjectName) -> None:
        """Note that the statement reads a table."""
        self._tables.add(table)

    def rewrite(self, node: exp.Expression) -> exp.Expression:
        """The DuckDB tree for a Snowflake tree; the given tree is used up."""
        # (`node.meta` would make a dict for every node.)
        if (meta := node._meta) and CALLED in meta and str(meta[CALLED]).upper() not in NAMES:
            raise unknown_name(node)
        rule = RULES.get(type(node))
        if rule is None:
            raise unknown(node)
        descends, handler = rule
        if descends:
            self.children(node)
        return node if handler is None else handler(node, self)

    def children(self, node: exp.Expression) -> None:
        """Rewrite everything below a node, in place."""
        args = node.args
        scoped = args.get("with_") is not None
        if scoped:
            self._ctes.append(set())
            self._with(args["with_"])
        for key, value in tuple(args.items()):
            kind = type(value)
            if kind in PLAIN:
                continue
            if kind is list:
                self.items(node, key, value)
            elif isinstance(value, exp.Expression) and key != "with_":
                new = self.rewrite(value)
                if new is not value:
                    node.set(key, new)
        if scoped:
            self._ctes.pop()

    def items(self, node: exp.Expression, key: str, values: list[Any]) -> None:
        """Rewrite the items of a list argument."""
        new = [self.rewrite(v) if isinstance(v, exp.Expression) else v for v in values]
        if not all(map(is_, new, values)):
            node.set(key, new)

    def _with(self, with_: exp.With) -> None:
        """Snowflake's RECURSIVE is optional: a CTE whose union names itself is recursive."""
        scope = self._ctes[-1]
        for cte in with_.expressions:
            if cte.args.get("materialized") is not None:
                raise UnsupportedFeature("Unsupported feature 'AS [NOT] MATERIALIZED'.")
            if cte.args.get("key_expressions"):
                raise UnsupportedFeature("Unsupported feature 'USING KEY'.")
            name = names.stored(cte.args["alias"].this)
            if isinstance(cte.this, exp.SetOperation) and names.mentions(cte.this.expression, name):
                meant = self.context.postgres and with_.args.get("recursive")
                if cte.this.args.get("distinct") and not meant:
                    raise UnsupportedFeature(
                        "SQL compilation error:\nUNION not yet supported within a Recursive CTE"
                    )
                select.check_recursive(cte.this.expression, self)
                with_.set("recursive", True)
                scope.add(name)
            sources.check_list(cte.args["alias"], sources.answered(cte.this, self))
            cte.set("alias", self.rewrite(cte.args["alias"]))
            cte.set("this", self.rewrite(cte.this))
            scope.add(name)

    def over(self, name: str, tree: exp.Expression) -> exp.Expression:
        """A tree rewritten where a name is that of a relation of ours."""
        self._ctes.append({name})
        try:
            return self.finished(self.rewrite(tree))
        finally:
            self._ctes.pop()

    def is_cte(self, name: str) -> bool:
        """Whether a stored name is that of a CTE in scope."""
        return any(name in scope for scope in self._ctes)


# --- queries -------------------------------------------------------------------------------------

_QUERY_PARTS: Final = frozenset(
    (
        "with_", "expressions", "distinct", "from_", "joins", "laterals", "where", "group",
        "having", "qualify", "order", "limit", "offset", "pivots", "sample", "this", "expression",
        "alias", "by_name", "side", "kind", "operation_modifiers", "exclude",
    )
)  # fmt: skip
#: Parts that are refused by words which are not the parser's names of them.
_PART_NAMES: Final = {
    "locks": "FOR UPDATE",
    "sort": "SORT BY",
    "cluster": "CLUSTER BY",
    "distribute": "DISTRIBUTE BY",
}


def _query(node: exp.Expression, walk: Walk) -> exp.Expression:
    """SELECT and set operations: unlabelled items of a derived table get Snowflake's labels."""
    if isinstance(node, exp.Select):
        select.replaced(node, walk)
    for key, value in node.args.items():
        if value and key not in _QUERY_PARTS:
            name = _PART_NAMES.get(key) or key.strip("_").upper()
            raise UnsupportedFeature(f"Unsupported feature '{name}'.")
    if walk.numbered:
        walk.numbered = False
        sources.numbered(node, walk)
    walk.queries += 1
    if isinstance(node, exp.Select):
        select.settled(node, walk)
    else:
        select.checked(cast(exp.SetOperation, node))
        walk.doubtful = True
    walk.children(node)
    if windows.LIFTED in node.meta:
        windows.lifted(cast(exp.Select, node))
    leave = LEAVE.get(type(node))
    return node if leave is None else leave(node, walk)


# --- functions by name ---------------------------------------------------------------------------


def _anonymous(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    called = routines.named_by(node)
    name = "" if called is None else called.name
    function = CALLS.get(name)
    if function is None and walk.context.postgres:
        function = postgres.FUNCTIONS.get(name)
        if function is not None and called is not None and routines.is_users(called, walk.context):
            function = None
    if function is None:
        return _user_defined(node, called, walk)
    if function.refused:
        raise refused_function(function, node)
    check_call(function, node)
    walk.children(node)
    return node if function.rewriter is None else function.rewriter(node, walk)


def _user_defined(node: exp.Expression, called: ObjectName | None, walk: Walk) -> exp.Expression:
    """A call of a function that users made. Raises UnknownFunction with its position."""
    if called is None:
        raise unknown(node)
    try:
        return routines.scalar(node, called, walk)
    except UnknownFunction as error:
        if error.position is None:
            error.position = routines.called(node).meta.get("start")
        raise


def _dot(node: exp.Dot, walk: Walk) -> exp.Expression:
    """`schema.function(..)` is a call; other dots reach into values."""
    called = routines.named_by(node)
    if called is not None and isinstance(node.expression, exp.Anonymous):
        return _user_defined(node, called, walk)
    if isinstance(node.this, (exp.Struct, exp.Array)):
        raise unknown(node)
    if paths.is_step(node):
        return paths.step_into(node, walk)
    walk.children(node)
    return node


ENTER: Final[dict[type[exp.Expression], Enter]] = {
    **references.ENTER,
    exp.Dot: _dot,
    exp.Select: _query,
    exp.Union: _query,
    exp.Intersect: _query,
    exp.Except: _query,
    exp.Anonymous: _anonymous,
    **CLAUSE_ENTER,
}

LEAVE: Final[dict[type[exp.Expression], Rewriter]] = dict(CLAUSE_LEAVE)

#: Kept classes without anything below them.
_LEAVES: Final = frozenset((exp.Boolean, exp.Literal, exp.Null))

NODES: Final[dict[type[exp.Expression], Function]] = {
    node: function for family in FAMILIES.values() for function in family for node in function.nodes
}


def _kept(node: exp.Expression, walk: Walk) -> exp.Expression:
    """A node that may have what only others know; DISTINCT ON is PostgreSQL's and DuckDB's."""
    known = walk.context.postgres and isinstance(node, exp.Distinct)
    if not known and any(map(node.args.get, FOREIGN[type(node)])):
        raise unknown(node)
    walk.children(node)
    return node


def _refusing(function: Function) -> Rewriter:
    def refuse(node: exp.Expression, walk: Walk) -> exp.Expression:
        raise refused_function(function, node)

    return refuse


#: The tables in one: class -> whether the walk goes below a node first, and the handler.
RULES: Final[dict[type[exp.Expression], tuple[bool, Rewriter | None]]] = {
    **{kind: (kind not in _LEAVES, None) for kind in KEPT},
    **dict.fromkeys(FOREIGN, (False, _kept)),
    **{kind: (True, handler) for kind, handler in LEAVE.items()},
    **{
        kind: (True, _refusing(function) if function.refused else function.rewriter)
        for kind, function in NODES.items()
    },
    **{kind: (False, handler) for kind, handler in ENTER.items()},
}

CALLS: Final[dict[str, Function]] = {
    name: function
    for family in FAMILIES.values()
    for function in family
    if not function.nodes
    for name in function.names
}

#: Every name that a function may be called by; '' of what is no call.
NAMES: Final[frozenset[str]] = frozenset(
    (
        "",
        "TABLE",
        "LIKE",
        "ILIKE",
        *(name for family in FAMILIES.values() for function in family for name in function.names),
    )
)
