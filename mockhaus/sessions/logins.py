"""Where a connection begins: the database, schema, role and warehouse that a login names."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from mockhaus.catalog import account, containers, parameters
from mockhaus.catalog.objects import Objects
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UndefinedDatabase
from mockhaus.sessions.transaction import Transaction
from mockhaus.translation.context import DEFAULT_SCHEMA, Context, ObjectName

if TYPE_CHECKING:
    from mockhaus.sessions.session import Session

#: Names of logins that are remembered.
_ENTRANCES: Final = 256


def entered(
    context: Context,
    objects: Objects,
    database: str | None,
    schema: str | None,
    make: Callable[[str], str] | None,
) -> Context:
    """The context of a login whose names are unquoted: what does not exist has upper case.

    `make` creates a database, unless there is one by then, and answers its stored name; without
    it one that does not exist is an error. Raises UndefinedDatabase.
    """
    if database is not None:
        if (known := objects.find("DATABASE", ObjectName(database))) is not None:
            stored = known.name.name
        elif make is not None:
            stored = make(database)
        else:
            raise UndefinedDatabase(f"Database '{database}' does not exist or not authorized.")
        context = replace(context, database=stored, schema=DEFAULT_SCHEMA)
    if schema is not None:
        found = objects.find("SCHEMA", ObjectName(schema, None, context.database))
        context = replace(context, schema=schema.upper() if found is None else found.name.name)
    return context


class Entrances:
    """Where the logins of a session that name these came to stand, until an object changes.

    `version` is another whenever one may have.
    """

    def __init__(self, version: Callable[[], int]) -> None:
        self._now, self._version = version, -1
        self._known: dict[tuple[str | None, ...], tuple[str | None, str | None]] = {}

    def entered(
        self,
        context: Context,
        objects: Objects,
        database: str | None,
        schema: str | None,
        make: Callable[[str], str] | None,
    ) -> Context:
        """What the function of this name answers."""
        version = self._now()
        if version != self._version or len(self._known) >= _ENTRANCES:
            self._known, self._version = {}, version
        known, named = self._known, (database, schema, context.database, context.schema)
        if named not in known:
            found = entered(context, objects, database, schema, make)
            known[named] = found.database, found.schema
        database, schema = known[named]
        return replace(context, database=database, schema=schema)


def make_database(
    session: Session, workspace: Callable[[], Workspace], transaction: Transaction, name: str
) -> str:
    """The stored name of a database, which is created if it is new."""
    with session.setup:
        place = workspace()
        found = place.objects.find("DATABASE", ObjectName(name))
        if found is not None:
            return found.name.name
        with transaction.writing(name.upper(), atomic=True):
            containers.make_database(place, name.upper())
    session.changed()
    return name.upper()


def of_user(context: Context, objects: Objects) -> Context:
    """The context with the session parameters of the account and of its user, and with the user's
    defaults as far as they exist: role, warehouse, namespace.

    Snowflake's manual: "CREATE USER", DEFAULT_ROLE and its sisters.
    """
    given = parameters.of_account(objects)
    found = objects.find("USER", ObjectName(context.user))
    if found is None:
        return replace(context, parameters=MappingProxyType(dict(given)))
    told = found.properties
    given = {**given, **parameters.in_record(found)}
    context = replace(context, parameters=MappingProxyType(given))
    if named := str(told.get("DEFAULT_ROLE", "")):
        context = replace(context, role=account.stored(objects, "ROLE", named) or context.role)
    if named := str(told.get("DEFAULT_WAREHOUSE", "")):
        warehouse = account.stored(objects, "WAREHOUSE", named)
        context = replace(context, warehouse=warehouse or context.warehouse)
    if told.get("DEFAULT_SECONDARY_ROLES"):
        context = replace(context, secondary_roles="ALL")  # nothing else is taken there
    database, _, schema = str(told.get("DEFAULT_NAMESPACE", "")).partition(".")
    known = objects.find("DATABASE", ObjectName(database)) if database else None
    if known is None:
        return context
    inner = objects.find("SCHEMA", ObjectName(schema or DEFAULT_SCHEMA, None, known.name.name))
    return replace(
        context, database=known.name.name, schema=None if inner is None else inner.name.name
    )


def started(
    context: Context,
    objects: Objects,
    *,
    database: str | None,
    schema: str | None,
    role: str | None,
    warehouse: str | None,
) -> Context:
    """The context of a login that names these: as stored, none of what does not exist.

    A role that does not exist leaves the one that there was.
    """
    if database is not None:
        found = objects.find("DATABASE", ObjectName(database))
        exists = found is not None and found.name.name == database
        context = replace(context, database=database if exists else None, schema=None)
        schema = schema or DEFAULT_SCHEMA
    if schema is not None:
        found = objects.find("SCHEMA", ObjectName(schema, None, context.database))
        exists = found is not None and found.name.name == schema
        context = replace(context, schema=schema if exists else None)
    if role is not None and account.stored(objects, "ROLE", role) == role:
        context = replace(context, role=role)
    return replace(context, warehouse=warehouse or context.warehouse)
