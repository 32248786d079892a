"""One walk over a catalog query of PostgreSQL's makes DuckDB's, and finds its columns' types.

Dispatch is by class, as in `translation.rewrite`: ENTER takes over the descent, LEAVE runs after
the children, KEPT means the same in both engines. Anything else is refused by name.

Each node that comes out may carry PostgreSQL's name of its type (`type_of`); where it carries none,
DuckDB's type says enough. What a query needs is left in `Walk.relations` and `Walk.dictionaries`,
which are filled before it runs (see `catalog.postgres`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, cast

from msgspec import Struct, field
from sqlglot import exp

import mockhaus
from mockhaus.errors import UnknownFunction, UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation.context import Context
from mockhaus.translation.dialect import DUCKDB
from mockhaus.translation.postgres import relations as catalog

#: What version() says; clients read the number after the first word.
VERSION: Final = f"PostgreSQL 15.0 (Mockhaus {mockhaus.__version__}) on DuckDB"

#: Columns of a source in FROM by name, with their types.
Columns = Mapping[str, str | None]
Enter = Callable[[Any, "Walk"], exp.Expression]

#: The name of what has the rows of a relation, which the connection finds; see `catalog.postgres`.
STORED: Final = '"pg_catalog.{}"'


class Scope(Struct):
    """The sources of one SELECT, by alias; `ctes` are named in its WITH."""

    sources: dict[str, Columns | None] = field(default_factory=dict)
    ctes: dict[str, Columns | None] = field(default_factory=dict)
    oids: dict[str, int] = field(default_factory=dict)


class Walk:
    """One translation: what a handler may ask, and what it leaves behind."""

    __slots__ = (
        "context",
        "dictionaries",
        "enter",
        "kept",
        "leave",
        "relations",
        "scopes",
        "settings",
    )

    def __init__(
        self,
        context: Context,
        enter: Mapping[type[exp.Expression], Enter],
        leave: Mapping[type[exp.Expression], Enter],
        kept: frozenset[type[exp.Expression]],
    ) -> None:
        self.context = context
        self.enter, self.leave, self.kept = enter, leave, kept
        self.relations: set[str] = set()
        self.dictionaries: set[str] = set()
        self.settings: list[tuple[exp.Expression, ...]] = []
        self.scopes: list[Scope] = []

    def rewrite(self, node: exp.Expression) -> exp.Expression:
        """The DuckDB tree for a PostgreSQL tree; the given tree is used up."""
        kind = type(node)
        if (enter := self.enter.get(kind)) is not None:
            return enter(node, self)
        if (leave := self.leave.get(kind)) is not None:
            self.children(node)
            return leave(node, self)
        if kind not in self.kept:
            raise refused(node)
        self.children(node)
        return node

    def children(self, node: exp.Expression, *without: str) -> None:
        """Rewrite what is below a node, in place."""
        for key, value in tuple(node.args.items()):
            if value is not None and key not in without:
                self.argument(node, key)

    def argument(self, node: exp.Expression, key: str) -> None:
        """Rewrite one argument of a node."""
        value = node.args.get(key)
        if isinstance(value, exp.Expression):
            new = self.rewrite(value)
            if new is not value:
                node.set(key, new)
        elif isinstance(value, list):
            items = [self.rewrite(v) if isinstance(v, exp.Expression) else v for v in value]
            node.set(key, items)

    def cte(self, name: str) -> tuple[bool, Columns | None]:
        """Whether a name is that of a CTE in scope, and its columns."""
        for scope in reversed(self.scopes):
            if name in scope.ctes:
                return True, scope.ctes[name]
        return False, None

    def table_oid(self, alias: str) -> int | None:
        """The OID of the system relation that an alias means; of the only one if it is empty."""
        for scope in reversed(self.scopes):
            if alias in scope.oids:
                return scope.oids[alias]
            if not alias and len(scope.oids) == 1:
                return next(iter(scope.oids.values()))
        return None

    def source(self, name: str) -> str | None:
        """The source that a column without one is of, None if none is known to have it."""
        for scope in reversed(self.scopes):
            for alias, columns in scope.sources.items():
                if columns is not None and name in columns:
                    return alias
        return None

    def column(self, name: str, table: str | None) -> str | None:
        """The type of a column, as far as it is known."""
        for scope in reversed(self.scopes):
            if table is not None:
                if table in scope.sources:
                    return (scope.sources[table] or {}).get(name)
                continue
            for columns in scope.sources.values():
                if columns is not None and name in columns:
                    return columns[name]
        return None

    def template(
        self, sql: str, arguments: list[exp.Expression], type: str | None
    ) -> exp.Expression:
        """A DuckDB expression with arguments in it; see `functions`."""
        if sql.endswith("({*})"):
            call = exp.Anonymous(this=sql.removesuffix("({*})"), expressions=arguments)
            return typed(call, type)
        tree = exp.Paren(this=_template(sql).copy())
        for node in list(tree.find_all(exp.Column, exp.Table)):
            name = node.name
            if isinstance(node, exp.Table) and name.startswith("__rel_"):
                relation = name.removeprefix("__rel_")
                self.relations.add(relation)
                new = exp.to_table(STORED.format(relation), dialect=DUCKDB)
                new.set("alias", node.args.get("alias"))
                node.replace(new)
            elif name.startswith("__dict_"):
                dictionary = name.removeprefix("__dict_")
                self.dictionaries.add(dictionary)
                node.replace(exp.Literal.string(dictionary))
            elif name.startswith("__arg_"):
                number = int(name.removeprefix("__arg_"))
                value = arguments[number] if number < len(arguments) else exp.Null()
                node.replace(exp.Paren(this=_again(value)))
            elif name.startswith("__val_"):
                node.replace(self.value(name.removeprefix("__val_")))
        bare = tree.this
        keep = isinstance(bare, (exp.Binary, exp.Query)) and not isinstance(bare, exp.Subquery)
        return typed(tree if keep else bare.pop(), type)

    def value(self, name: str) -> exp.Expression:
        """A value of the connection."""
        context = self.context
        if name == "pid":
            return exp.Literal.number(context.connection_id)
        if name == "version":
            return exp.Literal.string(VERSION)
        value = {"database": context.database, "schema": context.schema, "user": context.user}[name]
        return exp.Null() if value is None else exp.Literal.string(shown(value))


def _again(value: exp.Expression) -> exp.Expression:
    """A rewritten argument, to be used once more; what was noted of it has been asked for."""
    for query in value.find_all(exp.Query):
        query.meta.pop("columns", None)
    return value.copy()


@lru_cache(maxsize=512)
def _template(sql: str) -> exp.Expression:
    text = sql.replace("{{", "{").replace("}}", "}")
    text = re.sub(r"\{(\d)\}", r"__arg_\1", text)
    text = re.sub(r"@(\w+)", r"__rel_\1", text)
    text = re.sub(r"#(\w+)", r"__dict_\1", text)
    text = re.sub(r"(?<![:'\w]):([a-z]+)\b", r"__val_\1", text)
    return cast(exp.Expression, DUCKDB.parse(text)[0])


def shown(name: str) -> str:
    """A stored name as PostgreSQL's clients see it: unquoted ones in lower case."""
    return name.lower() if name == name.upper() else name


def typed(node: exp.Expression, type: str | None) -> exp.Expression:
    """The node with PostgreSQL's type noted on it."""
    if type is not None:
        node.meta["pg"] = type
    return node


def type_of(node: exp.Expression | None) -> str | None:
    """PostgreSQL's type of a rewritten node, None where DuckDB's says enough."""
    while isinstance(node, exp.Paren) and "pg" not in node.meta:
        node = node.this
    return None if node is None else cast("str | None", node.meta.get("pg"))


def refused(node: exp.Expression) -> UnsupportedFeature | UnknownFunction:
    """The refusal of a node that no table knows."""
    if isinstance(node, exp.Func):
        return unknown_function(type(node).sql_names()[0].lower())
    text = node.sql(dialect="postgres").split("\n", 1)[0][:60]
    return UnsupportedFeature(f"Unsupported feature '{text}' in a catalog query.")


def unknown_function(name: str) -> UnknownFunction:
    return UnknownFunction(f"function {name} does not exist")


def folded(node: exp.Expression | None) -> str:
    """An identifier as PostgreSQL folds it: lower case unless it was quoted."""
    if node is None:
        return ""
    name = str(node.this)
    return name if node.args.get("quoted") else name.lower()


def relation_source(relation: catalog.Relation, walk: Walk) -> exp.Expression:
    """What stands in FROM for a system relation: its rows, or none at all."""
    if relation.is_filled:
        walk.relations.add(relation.name)
        return exp.to_table(STORED.format(relation.name), dialect=DUCKDB)
    columns = ", ".join(
        f"CAST(NULL AS {catalog.stored_type(kind)}) AS {names.quoted(name)}"
        for name, kind in relation.columns.items()
    )
    query = DUCKDB.parse(f"SELECT {columns} WHERE FALSE")[0]
    return exp.Subquery(this=query)
