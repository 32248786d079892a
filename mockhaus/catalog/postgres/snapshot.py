"""The rows of PostgreSQL's system catalogs, made of Mockhaus's own catalog.

Each relation is one query over DuckDB's catalog functions and the recorded objects, kept in the
`*.sql` files beside this module. Those that a statement reads, and those they are made of, become
tables (the widest of them views), and stay until an object changes: a client asks many questions in
a row. The dictionaries of its functions are read from them.

Nearly all connections read what the connections of their session share (`shared`). What a
connection alone sees, of its temporary tables and of an open transaction's changes, it makes as
temporary tables of the same names, which DuckDB finds first. Those are of the connection's
transaction and go with it: what is there, and of which state of the catalog, stands in a temporary
table as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, Final

from mockhaus.catalog.objects import TEMPORARIES, set_up_temporaries
from mockhaus.catalog.postgres.making import (
    Maker,
    Spot,
    needed,
    own,
    values_of,
)
from mockhaus.catalog.postgres.queries import FLEETING, KEPT, Query, Scope, dictionaries, relations
from mockhaus.catalog.postgres.shared import Generation, Place, Shared, place_of
from mockhaus.engine.cursor import Cursor
from mockhaus.engine.dictionaries import Dictionaries
from mockhaus.translation.context import Context

#: Name, value and description of each setting, from the door.
Settings = Callable[[], list[tuple[str, str, str]]]

_MADE: Final = own("made")
_FIXED: Final = "fixed"
_MOVING: Final = "moving"
_VIEW: Final = "view"

#: How often a state is looked for that stays while it is made.
_TRIES: Final = 3


class Snapshot:
    """The catalog tables of one connection."""

    def __init__(self, cursor: Cursor, shared: Shared) -> None:
        self._cursor = cursor
        self._shared = shared
        self._own = Own(cursor, shared.state_of)
        self._dictionaries: Dictionaries | None = None
        self._key: object = None
        #: What it reads, None for its own.
        self._generation: Generation | None = None
        #: The relations that are known to be seen.
        self._seen: Set[str] = frozenset()

    def provide(
        self,
        wanted: Set[str],
        looked_up: Set[str],
        context: Context,
        key: object,
        settings: Settings,
        *,
        is_open: bool,
        anew: Callable[[], bool],
    ) -> None:
        """Make the relations and dictionaries that are wanted and not there.

        `key` is another whenever they may be out of date; `is_open` says of a transaction that it
        is. `anew` begins it anew where that changes nothing, and tells whether it did.
        """
        if not wanted and not looked_up:
            return
        if self._dictionaries is None:
            self._dictionaries = Dictionaries(self._cursor)
        place = place_of(context)
        fleeting = FLEETING.intersection(wanted)
        values = self._values(context, settings) if fleeting else values_of(context)
        spot = own
        if not self._share(
            needed(wanted, looked_up), looked_up, context, (key, place), is_open=is_open, anew=anew
        ):
            found = self._own.provide(
                needed(wanted, looked_up), looked_up, context, key, lambda: self._previous(context)
            )
            made = self._own.made
        else:
            assert self._generation is not None
            spot, made = self._generation.spot, self._seen
            found = {name: self._generation.dictionary(name) or {} for name in looked_up}
        for name in looked_up:
            self._dictionaries.put(name, found[name])
        maker = Maker(self._cursor, spot, values, made=made)
        for name in fleeting:
            maker.make(name)

    def _values(self, context: Context, settings: Settings) -> dict[str, str]:
        told = {"settings": _lines(settings()), "activity": _lines(self._shared.activity())}
        return {**values_of(context), **told}

    def _share(
        self,
        wanted: Set[str],
        looked_up: Iterable[str],
        context: Context,
        key: object,
        *,
        is_open: bool,
        anew: Callable[[], bool],
    ) -> bool:
        """Read what others read too; False where this connection sees something else."""
        if context.temporary:
            self._leave()
            return False
        known = self._generation if key == self._key else None
        if key == self._key and known is None:
            return False
        if known is not None and wanted <= self._seen and known.has(wanted, looked_up):
            return True
        for _ in range(_TRIES):
            state = self._shared.state_of(self._cursor) if known is None else known.state
            known = None
            found = self._found(state, context, wanted, looked_up)
            if found is None and is_open:  # what it has changed, or others have since it began
                break
            if found is None:
                continue
            if not is_open or found.is_seen_by(self._cursor, wanted):
                self._take(found, key, wanted)
                return True
            if not anew():
                break
        self._leave()
        self._key = key
        return False

    def _found(
        self, state: str, context: Context, wanted: Set[str], looked_up: Iterable[str]
    ) -> Generation | None:
        """What it reads already, or what others read, of a state."""
        known = self._generation
        if (
            known is not None
            and (known.place, known.state) == (place_of(context), state)
            and known.has(wanted, looked_up)
        ):
            return known
        return self._shared.provide(self._cursor, context, state, wanted, looked_up)

    def _previous(self, context: Context) -> Spot | None:
        """Where this connection finds what another has read of tables' columns and keys."""
        found = self._shared.last(context)
        return found.spot if found is not None and found.seen_by(self._cursor) >= KEPT else None

    def _take(self, generation: Generation, key: object, wanted: Set[str]) -> None:
        self._own.drop()
        self._cursor.find_in(generation.schemas)
        is_new = self._generation is not generation or key != self._key
        self._seen = wanted if is_new else self._seen | wanted
        self._generation, self._key = generation, key

    def _leave(self) -> None:
        """Find nothing of what others read."""
        self._cursor.find_in(())
        self._generation = self._key = None
        self._seen = frozenset()


class Own:
    """The catalog tables that only one connection reads."""

    def __init__(self, cursor: Cursor, state_of: Callable[[Cursor], str]) -> None:
        self.made: Set[str] = frozenset()
        self._cursor = cursor
        self._state_of = state_of
        self._read: dict[str, tuple[str, Mapping[Any, Any]]] = {}
        self._key: object = None
        self._state = ""
        self._here: Place | None = None
        self._views: Set[str] = frozenset()
        #: Whether there may be any: a rollback may bring them back.
        self._was_used = False

    def provide(
        self,
        wanted: Iterable[str],
        looked_up: Iterable[str],
        context: Context,
        key: object,
        previous: Callable[[], Spot | None],
    ) -> Mapping[str, Mapping[Any, Any]]:
        """Make relations that are not there, and answer the dictionaries."""
        key = (key, place_of(context))
        if key != self._key:
            self._look(context)
            self._key = key
        coming: list[str] = []
        missing = {*wanted} - self.made
        if missing or not self._read.keys() >= {*looked_up}:
            maker = Maker(
                self._cursor,
                own,
                values_of(context),
                made=self.made,
                views=self._views,
                previous=previous,
                coming=coming.append,
            )
            try:
                for name in missing:
                    maker.make(name)
                for name in looked_up:
                    if name not in self._read:
                        self._read[name] = (_state(dictionaries()[name]), maker.look_up(name))
            finally:
                self.made = frozenset(maker.made)
            self._note(coming)
        return {name: keys for name, (_, keys) in self._read.items()}

    def drop(self) -> None:
        """Have none, so that what others read is found."""
        if self._was_used:
            for name, query in relations().items():
                kind = "VIEW" if query.is_view else "TABLE"
                self._cursor.rows(f"DROP {kind} IF EXISTS {own(name)}")
            for name in (*KEPT, "made"):
                self._cursor.rows(f"DROP TABLE IF EXISTS {own(name)}")
            self._key, self._state, self._here = None, "", None
            self._read.clear()

    def _look(self, context: Context) -> None:
        """See what is there, and of which state of the catalog."""
        self._was_used = True
        set_up_temporaries(self._cursor)
        self._cursor.rows(f"CREATE TEMP TABLE IF NOT EXISTS {_MADE} (name VARCHAR, state VARCHAR)")
        (mine,) = self._cursor.rows(f"SELECT list(oid) FROM {TEMPORARIES}")[0]
        here = place_of(context)
        if here != self._here:
            self._cursor.rows(f"DELETE FROM {_MADE} WHERE state = '{_VIEW}'")
            self._here = here
        state = repr((here, self._state_of(self._cursor), mine))
        if state != self._state:
            self._cursor.rows(f"DELETE FROM {_MADE} WHERE state = '{_MOVING}'")
            self._read = {name: of for name, of in self._read.items() if of[0] == _FIXED}
            self._state = state
        made = dict(self._cursor.rows(f"SELECT name, state FROM {_MADE}"))
        self._views = {name for name, state in made.items() if state == _VIEW}
        self.made = made.keys() - self._views

    def _note(self, coming: Iterable[str]) -> None:
        """Put down what has been made."""
        rows = ", ".join(
            f"('{name}', '{_MOVING if name in KEPT else _state(relations()[name])}')"
            for name in coming
        )
        if rows:
            self._cursor.rows(f"INSERT INTO {_MADE} VALUES {rows}")


def _state(query: Query) -> str:
    return _FIXED if query.scope is Scope.FIXED else _VIEW if query.is_view else _MOVING


def _lines(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows as lines of tab-separated texts."""
    return "\n".join("\t".join(row) for row in rows)
