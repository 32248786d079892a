"""Statement -> Prepared: translated, with the columns of its answer, and nothing run.

What is prepared is kept by its text until the connection's context or the session's objects change.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from mockhaus.catalog.objects import Objects
from mockhaus.catalog.postgres.shared import Shared
from mockhaus.catalog.postgres.snapshot import Settings, Snapshot
from mockhaus.catalog.routines import defined
from mockhaus.catalog.workspace import Workspace
from mockhaus.engine.cursor import Cursor, Described
from mockhaus.engine.stream import Stream
from mockhaus.errors import (
    InvalidArgumentTypes,
    SqlError,
    StalePlan,
    TypeMismatch,
    UnsupportedFeature,
)
from mockhaus.ingestion import staged
from mockhaus.inputs import inputs_of
from mockhaus.quoting import sql_literal
from mockhaus.result import Column
from mockhaus.sessions import chains, explain
from mockhaus.sessions.describing import Relations, described, unbounded
from mockhaus.sessions.dispatch import SHAPES
from mockhaus.sessions.scripting import run as scripting
from mockhaus.sessions.transaction import Transaction
from mockhaus.translation import statements as s
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.dml.change import Change
from mockhaus.translation.dml.plain import change
from mockhaus.translation.indirect import uses_variables, with_variables
from mockhaus.translation.keeping import LONG
from mockhaus.translation.names import storage_name
from mockhaus.translation.parameters import inferred
from mockhaus.translation.parse import as_sent, parse
from mockhaus.translation.postgres import translate as postgres
from mockhaus.translation.postgres.translate import CatalogTranslation
from mockhaus.translation.routines.routine import Routine
from mockhaus.translation.shapes import Shaped
from mockhaus.translation.staged import mentions
from mockhaus.translation.translate import Translation, translate
from mockhaus.translation.types.origins import returned
from mockhaus.types import from_catalog

T = TypeVar("T")

_CACHE_SIZE: Final = 256
#: Of their texts together: what is kept of one takes many times the memory.
_CACHE_CHARACTERS: Final = 1 << 19
#: Rows up to which an answer is short.
FEW: Final = 80
#: DuckDB's types whose values Python holds exactly; of dates see `exact`.
_EXACT: Final = frozenset(
    {"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "VARCHAR", "JSON"}
    | {"DATE", "TIMESTAMP"}
)
_DATED: Final = frozenset(("DATE", "TIMESTAMP_NTZ"))
#: What DuckDB hands to Python for infinity and the like, and for these dates themselves.
_DOUBTFUL: Final = frozenset((date.min, date.max, datetime.min, datetime.max))
#: What DuckDB answers where operands are of types that it does not bring together.
MIXED: Final = (TypeMismatch, InvalidArgumentTypes)
#: Statements of which the query is translated when they run.
_CREATES: Final = (s.CreateTable, s.CreateView)
_CHANGES: Final = (s.Insert, s.Update, s.Delete, s.Merge, s.Truncate)


class Prepared(Struct, eq=False):
    """A statement ready to run.

    `columns` is None where it answers no rows on the PostgreSQL door (DDL, DML), and of a query
    whose columns are learned from its first run; `parameters` is the
    number of `$n` and `types` their DuckDB types as far as known; `query` is the translation of
    a query, `change` that of a DML statement.
    """

    statement: s.Statement
    columns: tuple[Column, ...] | None
    parameters: int = 0
    types: tuple[str, ...] = ()
    query: Translation | None = None
    catalog: CatalogTranslation | None = None
    change: Change | None = None
    #: The context and the version of the session that it was made for.
    made_for: tuple[Context | None, int] = (None, -1)
    #: Whether its values are the same in Python as in Arrow, and it may run twice.
    is_plain: bool = False
    #: Whether it reads files of stages: it is prepared again over those that are there.
    reads_files: bool = False
    #: Whether its operands are brought together.
    mixed: bool = False
    #: The columns that may hold dates beyond Python's.
    dated: tuple[int, ...] = ()
    #: Its last answer, of a query that is kept: short ones take a shorter way the next time.
    last: Stream | None = None


def _is_postgres(prepared: Prepared) -> bool:
    return isinstance(prepared.statement, s.Tree) and prepared.statement.postgres


def exact(rows: Sequence[tuple[Any, ...]], dated: Sequence[int]) -> bool:
    """Whether Python rows of a plain query, with dates in some columns, are the answer.

    Dates beyond Python's come as text, or as its first and last ones.
    """
    return not dated or all(
        row[n] is None or (type(row[n]) is not str and row[n] not in _DOUBTFUL)
        for row in rows
        for n in dated
    )


def _alike(known: Sequence[Column], now: Sequence[Column] | None) -> bool:
    return (
        now is not None
        and len(known) == len(now)
        and all(a.is_like(b) for a, b in zip(known, now, strict=True))
    )


class Preparer:
    """Prepares the statements of one connection.

    `version` tells of changes to the session's objects; `workspace` is the connection's, made when
    it is needed; `settings` says what a catalog query sees of the door's settings, `shared` is what
    connections tell each other of the catalogs' rows.
    """

    def __init__(
        self,
        cursor: Cursor,
        transaction: Transaction,
        version: Callable[[], int],
        workspace: Callable[[], Workspace],
        settings: Callable[[], Settings],
        *,
        shared: Shared,
    ) -> None:
        self._cursor = cursor
        self._transaction = transaction
        self._version = version
        self._workspace = workspace
        self._settings = settings
        self._snapshot = Snapshot(cursor, shared)
        self._standing: dict[str, str | None] = {}
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], Prepared] = OrderedDict()
        self._characters = 0
        #: Translations of shapes, and the query of each that was prepared last.
        self._shapes: dict[tuple[Any, ...], tuple[Translation, Prepared]] = {}
        self._kept_for: tuple[Context | None, int] = (None, -1)
        #: The functions that statements name, as of a version of the session.
        self._functions: tuple[int, dict[ObjectName, Sequence[Routine]]] = (-1, {})
        #: Columns of tables that statements name, as of a version of the session.
        self._known: tuple[int, dict[str, dict[str, str]]] = (-1, {})
        self.relations = Relations(cursor, version)

    def prepare(
        self,
        statement: s.Statement,
        context: Context,
        types: tuple[str, ...],
        *,
        describe: bool = True,
    ) -> Prepared:
        """`types` are DuckDB's types of the parameters as far as they are known, '' for unknown.

        Without `describe` a query's columns may be left to be learned when it runs, which is next.

        Raises what is wrong with the statement, as far as can be told without running it.
        """
        if not self._is_current(context):
            self._kept.clear()
            self._characters = 0
            self._shapes.clear()
            self._kept_for = (context, self._version())
            self._tell(context)
        key = (statement.text, types)
        prepared = self._kept.get(key)
        if prepared is not None and prepared.statement is statement:
            self._kept.move_to_end(key)
            if describe and prepared.query is not None and prepared.columns is None:
                self._learn(prepared, self._described(prepared.query))
            return prepared
        try:
            prepared = self.fresh(statement, context, types, describe=describe)
        except MIXED:
            prepared = self.fresh(statement, replace(context, mixed=True), types, describe=describe)
            prepared.mixed = True
        prepared.made_for = self._kept_for
        prepared.reads_files = mentions(statement)
        translated = prepared.query or prepared.change
        if translated is not None and not translated.volatile:
            self._keep(key, prepared)
        return prepared

    def _keep(self, key: tuple[str, tuple[str, ...]], prepared: Prepared) -> None:
        """Keep it for the next time; the ones used longest ago make room."""
        if len(key[0]) > LONG:
            return
        if key not in self._kept:
            self._characters += len(key[0])
        self._kept[key] = prepared
        while len(self._kept) > _CACHE_SIZE or self._characters > _CACHE_CHARACTERS:
            (text, _), _ = self._kept.popitem(last=False)
            self._characters -= len(text)

    def _tell(self, context: Context) -> None:
        """Have views and defaults know what the connection is that runs them."""
        if (standing := context.standing()) != self._standing:
            told = sql_literal(json.dumps(standing))
            self._cursor.rows(f"SET VARIABLE context = {told}")
            self._standing = standing
        self._cursor.read_by(inputs_of(context.parameters))

    def current(self, prepared: Prepared, context: Context) -> Prepared:
        """What was prepared before a USE, SET or DDL, prepared anew. Raises StalePlan."""
        if prepared.query is None and prepared.change is None:
            return prepared
        if prepared.made_for is self._kept_for and self._is_current(context):
            return prepared
        known = prepared.columns
        fresh = self.prepare(
            prepared.statement, context, prepared.types, describe=known is not None
        )
        if known is not None and not _alike(known, fresh.columns):
            raise StalePlan("cached plan must not change result type")
        return fresh

    def tried(
        self,
        prepared: Prepared,
        context: Context,
        run: Callable[[Prepared], T],
        mixed: Callable[[], AbstractContextManager[None]],
    ) -> T:
        """Run; what DuckDB refuses for the types of its operands, with those brought together.

        Within `mixed` the connection's context brings them together.
        """
        try:
            return run(prepared)
        except MIXED:
            if isinstance(prepared.statement, _CREATES):
                with mixed():
                    return run(prepared)
            coerced = self._coerced(prepared, context)
            if coerced is None:
                raise
            return run(coerced)

    def _coerced(self, prepared: Prepared, context: Context) -> Prepared | None:
        """What DuckDB has refused for the types of its operands, with those brought together.

        None if that changes nothing. Raises what is wrong with the types.
        """
        statement = prepared.statement
        if prepared.query is None and prepared.change is None:
            return None
        if isinstance(statement, s.Select) and statement.shaped is not None:
            statement = as_sent(statement)
        described = prepared.columns is not None
        mixed = replace(context, mixed=True)
        fresh = self.fresh(statement, mixed, prepared.types, describe=described)
        if (fresh.query, fresh.change) == (prepared.query, prepared.change):
            return None
        fresh.reads_files, fresh.mixed = prepared.reads_files, True
        return fresh

    def _is_current(self, context: Context) -> bool:
        kept, version = self._kept_for
        return kept is context and version == self._version()

    def fresh(
        self,
        statement: s.Statement,
        context: Context,
        types: tuple[str, ...],
        *,
        describe: bool = True,
    ) -> Prepared:
        """Prepared from nothing, whatever is kept."""
        if isinstance(statement, s.Select) and statement.shaped is not None:
            return self._alike(statement, statement.shaped, context, types, describe=describe)
        if not isinstance(statement, (s.Commit, s.Rollback)):
            self._transaction.check()
        if uses_variables(statement.text):
            statement = self._with_names(statement, context)
        if not context.stages and mentions(statement):
            found = staged.described(self._workspace(), statement)
            context = replace(context, stages=found)
        types = self._types(statement, context, types)
        if isinstance(statement, scripting.STATEMENTS):
            columns = scripting.shape(self._workspace(), statement, describe=describe)
            parameters = statement.parameters if isinstance(statement, s.Tree) else 0
            return Prepared(statement, columns, parameters, types)
        if isinstance(statement, s.Select):
            query = translate(statement, context, types)
            prepared = Prepared(statement, None, statement.parameters, types, query)
            if describe or statement.parameters or not query.repeatable:
                self._learn(prepared, self._described(query))
            return prepared
        if isinstance(statement, s.CatalogSelect):
            return self._catalog_query(statement, context, types)
        if isinstance(statement, s.Chain):
            told = chains.described(self, statement, context) if describe else None
            return Prepared(statement, told)
        if isinstance(statement, s.Explain):
            form = explain.shape(statement.using)
            return Prepared(statement, form, query=self._explained(statement.of, context))
        if isinstance(statement, _CHANGES):
            changed = change(statement, context, types)
            columns = None
            if changed.returning:
                answered = self._cursor.describe(changed.returning)
                columns = described(answered, returned(statement.tree, context))
            return Prepared(statement, columns, statement.parameters, types, change=changed)
        shape = SHAPES.get(type(statement))
        return Prepared(statement, None if shape is None else shape(self._workspace(), statement))

    def _alike(
        self,
        statement: s.Select,
        shaped: Shaped,
        context: Context,
        types: tuple[str, ...],
        *,
        describe: bool,
    ) -> Prepared:
        """A query of a shape: the translation of the shape with this one's numbers."""
        key = (shaped.shape.text, types)
        try:
            whole, former = self._shapes.get(key) or self._whole(statement, context, types)
        except SqlError:  # which the text itself tells better
            return self.fresh(as_sent(statement), context, types, describe=describe)
        sql = None if whole.volatile else shaped.filled(whole.sql)
        if sql is None:
            shaped.shape.is_usable = False
            return self.fresh(as_sent(statement), context, types, describe=describe)
        query = replace(whole, sql=sql, described=sql)
        prepared = replace(former, statement=statement, parameters=0, types=types, query=query)
        if describe and prepared.columns is None:
            self._learn(prepared, self._described(query))
        if len(self._shapes) >= _CACHE_SIZE:
            self._shapes.clear()
        self._shapes[key] = (whole, prepared)
        return prepared

    def _whole(
        self, statement: s.Select, context: Context, types: tuple[str, ...]
    ) -> tuple[Translation, Prepared]:
        """The translation of a shape, with its placeholders."""
        prepared = self.fresh(replace(statement, shaped=None), context, types, describe=False)
        assert prepared.query is not None
        return prepared.query, prepared

    @staticmethod
    def _explained(statement: s.Tree, context: Context) -> Translation:
        """What EXPLAIN asks DuckDB about. Raises UnsupportedFeature."""
        if isinstance(statement, s.Select):
            return translate(statement, context)
        if not isinstance(statement, _CHANGES):
            raise UnsupportedFeature(f"Unsupported feature 'EXPLAIN of {statement.kind}'.")
        sql = change(statement, context).sql
        return Translation(sql, sql, volatile=True)

    @staticmethod
    def _with_names(statement: s.Statement, context: Context) -> s.Statement:
        """The statement as it is with the values of the variables that it takes names from."""
        text = with_variables(statement.text, context.variables)
        placeholders = isinstance(statement, s.Tree) and bool(
            statement.parameters and not statement.binds
        )
        (found,) = parse(text, placeholders=placeholders, postgres=context.postgres)
        return replace(found, text=statement.text, offset=statement.offset)

    def _types(
        self, statement: s.Statement, context: Context, given: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The types of the parameters, those inferred that the client left open."""
        if not isinstance(statement, s.Tree) or statement.binds or not statement.parameters:
            return given
        if len(given) == statement.parameters and all(given) and "TIMESTAMPTZ" not in given:
            return given

        def ask(query: s.Tree) -> list[str]:
            if isinstance(query, s.CatalogSelect):
                catalog = postgres.translate(query, context, given)
                self.provide(catalog, context)
                translation = catalog.translation
            else:
                translation = translate(query, context, given)
            return [each.type for each in self._cursor.describe(translation.described)]

        return inferred(statement, given, context, ask)

    def columns(self, name: ObjectName, context: Context) -> Mapping[str, str]:
        """The columns of a table or view: name in upper case -> DuckDB's type. None is no error."""
        if self._known[0] != self._version():
            self._known = (self._version(), {})
        table, known = storage_name(name, context), self._known[1]
        if table not in known:
            try:
                answered = self._cursor.describe(f"SELECT * FROM {table}")
            except SqlError:  # the statement itself says what is wrong
                return {}
            known[table] = {each.name.upper(): each.type for each in answered}
        return known[table]

    def routines(self, name: ObjectName) -> Sequence[Routine]:
        """The user-defined functions of a full name."""
        if self._functions[0] != self._version():
            self._functions = (self._version(), {})
        known = self._functions[1]
        if name not in known:
            known[name] = defined(Objects(self._cursor), name)
        return known[name]

    def _catalog_query(
        self, statement: s.CatalogSelect, context: Context, types: tuple[str, ...]
    ) -> Prepared:
        catalog = postgres.translate(statement, context, types)
        self.provide(catalog, context)
        found = self._cursor.describe(catalog.translation.described)
        known = catalog.types if len(catalog.types) == len(found) else (None,) * len(found)
        columns = tuple(
            Column(each.name, from_catalog(kind, each.type), is_exact=True)
            for each, kind in zip(found, known, strict=True)
        )
        query = catalog.translation
        return Prepared(statement, columns, statement.parameters, types, query, catalog)

    def provide(self, catalog: CatalogTranslation, context: Context) -> None:
        """Have the rows of the system catalogs there that a query reads."""
        is_open = self._transaction.is_open
        self._snapshot.provide(
            catalog.relations,
            catalog.dictionaries,
            context,
            (self._version(), self._transaction.number if is_open else 0),
            self._settings(),
            is_open=is_open,
            anew=self._transaction.anew,
        )

    def learn(self, prepared: Prepared) -> tuple[Column, ...]:
        """The columns of a query, which has just begun to run if they were not known."""
        if prepared.columns is None:
            return self._learn(prepared, self._cursor.columns())
        return prepared.columns

    def _learn(self, prepared: Prepared, found: Sequence[Described]) -> tuple[Column, ...]:
        assert prepared.query is not None
        columns = described(found, prepared.query.sources)
        if prepared.parameters and any(each.startswith("DECIMAL") for each in prepared.types):
            columns = tuple(map(unbounded, columns)) if _is_postgres(prepared) else columns
        prepared.columns = columns
        prepared.dated = tuple(n for n, each in enumerate(columns) if each.type.family in _DATED)
        prepared.is_plain = prepared.query.repeatable and all(
            each.type in _EXACT or each.type.startswith("DECIMAL") for each in found
        )
        return columns

    def _described(self, translation: Translation) -> list[Described]:
        try:
            return self._cursor.describe(translation.described)
        except SqlError:
            # A parameter of unknown type is not text here: what is around it tells its type.
            return self._cursor.describe(translation.untyped or translation.described)
