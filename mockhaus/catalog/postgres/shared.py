"""The catalogs' rows that the connections of a session read in common.

They are tables of a database in memory beside the session's, made by connections of their own. What
is the same for many is made once for all of them: a layer for what is the same in every state of
the session's objects, one for each state of a database, one for each state of a place, which is a
schema and a user in it. A layer is one schema of DuckDB's and only ever gets more tables, so what a
query was prepared over is what it reads. It goes when no connection reads it any more.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Set
from typing import Any, Final

from mockhaus.catalog.objects import SCHEMA, set_up_temporaries
from mockhaus.catalog.postgres.making import Maker, own, values_of
from mockhaus.catalog.postgres.queries import (
    FLEETING,
    KEPT,
    PASSING,
    Scope,
    dictionaries,
    scope_of,
)
from mockhaus.engine.cursor import Cursor
from mockhaus.engine.instance import BESIDE
from mockhaus.errors import SqlError
from mockhaus.quoting import sql_literal
from mockhaus.translation.context import Context
from mockhaus.translation.postgres.walk import STORED

#: What is there of a schema, for a transaction that began before it was made.
_LIST: Final = "made"

#: Databases and places that are remembered, the last ones.
_KEPT_LAYERS: Final = 16

#: Database, schema and user of a connection: what the rows depend on beside the objects.
Place = tuple[str | None, str | None, str]


def place_of(context: Context) -> Place:
    """What the rows depend on beside the objects."""
    return context.database, context.schema, context.user


class Layer:
    """The rows of one state of the objects, as far as they are the same for some scope."""

    def __init__(self, number: int, state: str) -> None:
        self.schema = f"{BESIDE}.l{number}"
        self.state = state
        self.is_there = False
        self.made: Set[str] = frozenset()
        self.dictionaries: Mapping[str, Mapping[Any, Any]] = {}

    def spot(self, name: str) -> str:
        """Where a relation of its own is, in full."""
        return f"{self.schema}.{STORED.format(name)}"

    def seen_by(self, cursor: Cursor) -> Set[str]:
        """The relations that the connection's transaction sees, which may be older than they."""
        try:
            return {name for (name,) in cursor.rows(f"FROM {self.schema}.{_LIST}")}
        except SqlError:
            return frozenset()


class Generation:
    """The rows of one state of the objects for one place: a layer of each scope."""

    def __init__(self, place: Place, layers: Mapping[Scope, Layer]) -> None:
        self.place = place
        self.layers = layers
        self.state = layers[Scope.PLACE].state
        #: Where a connection finds its relations.
        self.schemas = tuple(each.schema for each in layers.values())

    def spot(self, name: str) -> str:
        """Where a relation is, in full."""
        if name in FLEETING or name in PASSING:
            return own(name)
        return self.layers[scope_of(name)].spot(name)

    @property
    def made(self) -> Set[str]:
        """The relations that are there."""
        return frozenset().union(*(each.made for each in self.layers.values()))

    def dictionary(self, name: str) -> Mapping[Any, Any] | None:
        """The keys and values of a dictionary, None if it is not there."""
        return self.layers[dictionaries()[name].scope].dictionaries.get(name)

    def has(self, wanted: Set[str], looked_up: Iterable[str]) -> bool:
        """Whether relations and dictionaries are there, and their layers."""
        if not all(each.is_there for each in self.layers.values()):
            return False
        return wanted <= self.made and all(self.dictionary(name) is not None for name in looked_up)

    def is_seen_by(self, cursor: Cursor, wanted: Set[str]) -> bool:
        """Whether the connection's transaction sees these relations."""
        return wanted <= frozenset().union(*(each.seen_by(cursor) for each in self.layers.values()))


class Shared:
    """What the connections of a session read in common.

    `activity` has of each connection its number, user, database, client, start and state.
    """

    def __init__(self, activity: Callable[[], list[tuple[str, ...]]]) -> None:
        self.activity = activity
        self._lock = threading.Lock()
        #: The layers of each scope, by what they are the same for.
        self._layers: dict[Scope, OrderedDict[Hashable, Layer]] = {
            scope: OrderedDict() for scope in Scope
        }
        self._numbers = itertools.count(1)
        #: Schemas that nobody reads any more.
        self._over: list[str] = []
        self._is_there = False
        #: How often the objects have become what they were once.
        self._returns = 0

    def forget(self) -> None:
        """The session's objects may be what they were once: no state is known any more."""
        with self._lock:
            self._returns += 1
            for scope in (Scope.DATABASE, Scope.PLACE):
                self._layers[scope].clear()

    def state_of(self, cursor: Cursor) -> str:
        """What is another whenever an object of the session is, as this connection sees them."""
        told = f"SELECT count(*), max(stamp), sum(stamp) FROM {SCHEMA}.objects"
        return repr((self._returns, *cursor.rows(told)[0]))

    def last(self, context: Context) -> Layer | None:
        """Where the columns and keys of a database's tables are that were read last."""
        with self._lock:
            return self._last(context)

    def _last(self, context: Context) -> Layer | None:
        found = self._layers[Scope.DATABASE].get(context.database)
        return found if found is not None and found.made >= KEPT else None

    def provide(
        self,
        cursor: Cursor,
        context: Context,
        state: str,
        wanted: Set[str],
        looked_up: Iterable[str],
    ) -> Generation | None:
        """What a place reads in this state, with relations and dictionaries, made by a connection
        beside the caller's; None where what is committed is of another state."""
        with self._lock:
            place = place_of(context)
            keys: dict[Scope, Hashable] = {
                Scope.PLACE: place,
                Scope.DATABASE: context.database,
                Scope.FIXED: None,
            }
            layers = {scope: self._layer(scope, keys[scope], state) for scope in keys}
            found = Generation(place, layers)
            if not found.has(wanted, looked_up):
                with cursor.aside() as maker:
                    if not self._fill(maker, found, context, wanted, looked_up):
                        return None
            for scope, layer in found.layers.items():
                self._keep(self._layers[scope], keys[scope], layer)
            return found

    def _layer(self, scope: Scope, key: Hashable, state: str) -> Layer:
        found = self._layers[scope].get(key)
        if found is None or (found.state != state and scope is not Scope.FIXED):
            found = Layer(next(self._numbers), state)
        return found

    def _keep(self, layers: OrderedDict[Hashable, Layer], key: Hashable, layer: Layer) -> None:
        layers[key] = layer
        layers.move_to_end(key)
        if len(layers) > _KEPT_LAYERS:
            layers.popitem(last=False)

    def _fill(
        self,
        cursor: Cursor,
        generation: Generation,
        context: Context,
        wanted: Set[str],
        looked_up: Iterable[str],
    ) -> bool:
        """Make what is missing, all or nothing; False where that would be of another state."""
        if not self._is_there:
            cursor.attach_beside()
            self._is_there = True
        set_up_temporaries(cursor)
        cursor.begin()
        try:
            if self.state_of(cursor) != generation.state:
                return False
            over = self._over[:]
            for schema in over:
                cursor.rows(f"DROP SCHEMA {schema} CASCADE")
            coming, read = self._made(cursor, generation, context, wanted, looked_up)
            cursor.commit()
        finally:
            cursor.rollback()
        del self._over[: len(over)]
        for scope, layer in generation.layers.items():
            if not layer.is_there:
                layer.is_there = True
                weakref.finalize(layer, self._over.append, layer.schema)
            layer.made = layer.made | {name for name in coming if scope_of(name) is scope}
            layer.dictionaries = {
                **layer.dictionaries,
                **{name: of for name, of in read.items() if dictionaries()[name].scope is scope},
            }
        return True

    def _made(
        self,
        cursor: Cursor,
        generation: Generation,
        context: Context,
        wanted: Set[str],
        looked_up: Iterable[str],
    ) -> tuple[list[str], dict[str, Mapping[Any, Any]]]:
        """The names of the relations that were made, and the dictionaries."""
        for layer in generation.layers.values():
            if not layer.is_there:
                cursor.rows(f"CREATE SCHEMA {layer.schema}")
                cursor.rows(f"CREATE TABLE {layer.schema}.{_LIST} (name VARCHAR)")
        coming: list[str] = []
        last = self._last(context)
        maker = Maker(
            cursor,
            generation.spot,
            values_of(context),
            made=generation.made,
            previous=lambda: None if last is None else last.spot,
            coming=coming.append,
        )
        for name in wanted:
            maker.make(name)
        read: dict[str, Mapping[Any, Any]] = {
            name: maker.look_up(name) for name in looked_up if generation.dictionary(name) is None
        }
        for scope, layer in generation.layers.items():
            names = [name for name in coming if scope_of(name) is scope]
            if names:
                rows = ", ".join(f"({sql_literal(name)})" for name in names)
                cursor.rows(f"INSERT INTO {layer.schema}.{_LIST} VALUES {rows}")
        return coming, read
