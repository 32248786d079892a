"""The names that a session has at this moment, asked for on a connection of their own.

They are fetched while the user types, so neither a statement that runs nor LAST_QUERY_ID() has to
do with them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct, field

from mockhaus.client.outcomes import Disconnected, Failure, Speech


class Relation(Struct, frozen=True):
    """A table or view: where it is, and its columns with their types."""

    database: str
    schema: str
    name: str
    columns: Mapping[str, str] = field(default_factory=dict)


class Names(Struct, frozen=True):
    """Names as they are stored. `functions` have a remark on their arguments."""

    database: str = ""
    schema: str = ""
    databases: tuple[str, ...] = ()
    schemas: tuple[tuple[str, str], ...] = ()
    relations: tuple[Relation, ...] = ()
    stages: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    functions: Mapping[str, str] = field(default_factory=dict)


#: Seconds that whoever wants to know waits for the answers.
_PATIENCE: Final = 5.0

_SCHEMAS: Final = "SHOW TERSE SCHEMAS IN ACCOUNT"
_STAGES: Final = "SHOW STAGES IN ACCOUNT"
_COLUMNS: Final = """SELECT table_schema, table_name, column_name, data_type
FROM {}.INFORMATION_SCHEMA.COLUMNS ORDER BY table_schema, table_name, ordinal_position"""


class Live:
    """The names; `connect` makes the connection that they are asked for on."""

    def __init__(self, connect: Callable[[], Speech]) -> None:
        self._connect = connect
        self._talk: Speech | None = None
        self._known = Names()
        self._thread: threading.Thread | None = None

    def known(self, main: Speech) -> Names:
        """What is known, with what the main connection tells of itself. Waits a little while names
        are asked for."""
        if self._thread is not None:
            self._thread.join(_PATIENCE)
        known, variables = self._known, main.told("variables")
        return Names(
            main.told("database"),
            main.told("schema"),
            known.databases,
            known.schemas,
            known.relations,
            known.stages,
            tuple(variables.split(",")) if variables else (),
            known.functions,
        )

    def refresh(self) -> None:
        """Ask anew, in a thread; does nothing while that goes on."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._fetch, name="names", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Give the connection back, once nothing is asked."""
        if self._thread is not None:
            self._thread.join(5)
        if self._talk is not None:
            self._talk.close()

    def _fetch(self) -> None:
        try:
            if self._talk is None or self._talk.is_gone:
                self._talk = self._connect()
            self._known = fetched(self._talk)
        except (Disconnected, Failure):
            self._talk = None  # the names of before are better than none


def fetched(talk: Speech) -> Names:
    """What a connection sees. Raises Failure, Disconnected."""
    schemas = tuple((row["database_name"], row["name"]) for row in _shown(talk, _SCHEMAS))
    databases = tuple(dict.fromkeys(database for database, _ in schemas))
    relations = [each for database in databases for each in _relations(talk, database)]
    stages = tuple(row["name"] for row in _shown(talk, _STAGES))
    return Names(
        databases=databases,
        schemas=schemas,
        relations=tuple(relations),
        stages=stages,
        functions=functions(),
    )


def _relations(talk: Speech, database: str) -> list[Relation]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in talk.rows(_COLUMNS.format(f'"{database}"')):
        schema, table, column, kind = (value or "" for value in row)
        if schema != "INFORMATION_SCHEMA":
            found.setdefault((schema, table), {})[column] = kind
    return [Relation(database, schema, name, kinds) for (schema, name), kinds in found.items()]


def _shown(talk: Speech, text: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for outcome in talk.run(text):
        if outcome.answer is not None:
            heads = [head.name for head in outcome.answer.heads]
            rows += [dict(zip(heads, map(str, row), strict=True)) for row in outcome.answer.rows]
    return rows


_functions: dict[str, str] = {}


def functions() -> Mapping[str, str]:
    """Snowflake's functions that work here, and how many arguments each takes."""
    if not _functions:
        from mockhaus.translation.functions import FAMILIES  # takes its time to load
        from mockhaus.translation.registry import MANY

        for family in FAMILIES.values():
            for function in family:
                if not function.refused:
                    most = None if function.most >= MANY else function.most
                    remark = arguments(function.least, most)
                    _functions.update(dict.fromkeys(function.names, remark))
    return _functions


def arguments(least: int, most: int | None) -> str:
    """A number of arguments in words; `most` None is any number."""
    if most is None:
        return f"({least} or more arguments)" if least else "(...)"
    if least == most:
        return {0: "()", 1: "(1 argument)"}.get(least, f"({least} arguments)")
    return f"({least} to {most} arguments)"
