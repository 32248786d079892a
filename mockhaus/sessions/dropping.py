"""What connections stand in, and where they stand once that was dropped.

Snowflake's manual: "DROP DATABASE", "DROP SCHEMA": the session has none afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Final, TypeAlias

from msgspec.structs import replace

from mockhaus.catalog import account
from mockhaus.catalog.objects import Objects
from mockhaus.sessions import logins
from mockhaus.sessions.transaction import Transaction
from mockhaus.translation import statements as s
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.postgres.grammar import DropSeveral

#: Kind, database and name in upper case.
Key: TypeAlias = tuple[str, str, str]

_KINDS: Final = ("DATABASE", "SCHEMA", "ROLE", "WAREHOUSE")


class Drops:
    """What the connections of a session have dropped and committed; `count` grows with each."""

    def __init__(self) -> None:
        self.count = 0
        self._numbers: dict[Key, int] = {}
        self._guard = Lock()

    def add(self, keys: Iterable[Key]) -> None:
        """These were dropped."""
        with self._guard:
            for key in keys:
                self._numbers[key] = self.count + 1
            self.count += 1

    def once_committed(self, keys: Sequence[Key], transaction: Transaction) -> None:
        """These are dropped when the transaction is committed; now, where none is open."""
        if keys and transaction.is_open:
            transaction.after_commit(lambda: self.add(keys))
        elif keys:
            self.add(keys)

    def since(self, number: int, context: Context) -> tuple[int, list[Key]]:
        """What of a connection's was dropped after so many had been; and how many have been now."""
        with self._guard:
            found = [key for key in _standing(context) if self._numbers.get(key, 0) > number]
            return self.count, found


def dropped(statement: s.Statement, context: Context) -> list[Key]:
    """What a connection may stand in, of what a statement drops."""
    drops = statement.of if isinstance(statement, DropSeveral) else (statement,)
    return [
        _key(each.object, each.name.name, each.name.schema or context.database)
        for each in drops
        if isinstance(each, s.Drop) and each.object in _KINDS
    ]


def left(context: Context, keys: Iterable[Key], objects: Objects) -> Context:
    """The context without what was dropped and is not there again.

    Who has lost its role has the one that its user begins with.
    """
    for kind, database, name in set(keys).intersection(_standing(context)):
        if kind in ("ROLE", "WAREHOUSE"):
            if account.stored(objects, kind, name) is not None:
                continue
        elif objects.find(kind, ObjectName(name, None, database or None)) is not None:
            continue
        match kind:
            case "DATABASE":
                context = replace(context, database=None, schema=None)
            case "SCHEMA":
                context = replace(context, schema=None)
            case "WAREHOUSE":
                context = replace(context, warehouse=None)
            case "ROLE":
                context = replace(context, role=logins.of_user(Context(context.user), objects).role)
    return context


def _standing(context: Context) -> list[Key]:
    return [
        _key("DATABASE", context.database),
        _key("SCHEMA", context.schema, context.database),
        _key("WAREHOUSE", context.warehouse),
        _key("ROLE", context.role),
    ]


def _key(kind: str, name: str | None, database: str | None = None) -> Key:
    return kind, (database or "").upper() if kind == "SCHEMA" else "", (name or "").upper()
