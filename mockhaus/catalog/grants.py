"""Grants: recorded and shown. They give and bar nothing.

A privilege on an object is a record of its own; OWNERSHIP is who the object's record says, and
what is granted on future objects a record in their schema or database. Snowflake's manual:
"GRANT <privileges>", "GRANT OWNERSHIP", "GRANT ROLE", "REVOKE <privileges>", "SHOW GRANTS".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog import account, routines
from mockhaus.catalog.answers import status
from mockhaus.catalog.containers import require_database, schema_name
from mockhaus.catalog.listing import Listing, Rows, shaped
from mockhaus.catalog.objects import FUTURE, CatalogObject, called, grant_key
from mockhaus.catalog.tables import missing, relation_kind, require_schema
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import DependentGrants, InvalidParameter, UnsupportedFeature
from mockhaus.result import Result
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.account import Grant

#: Kinds of objects of the account, of databases, and of schemas.
_ACCOUNT: Final = ("WAREHOUSE", "ROLE", "USER", "INTEGRATION")
_CALLED: Final = ("FUNCTION", "PROCEDURE")
_IN_SCHEMAS: Final = (
    "TABLE", "VIEW", "SEQUENCE", "STAGE", "FILE FORMAT", "FUNCTION", "PROCEDURE", "TAG",
)  # fmt: skip
_OWNED: Final = ("DATABASE", "SCHEMA", *_IN_SCHEMAS, *_ACCOUNT)

OWNERSHIP: Final = "OWNERSHIP"

#: The privileges that ALL stands for, by the kind of the object: the manual's "Access control
#: privileges".
PRIVILEGES: Final[dict[str, tuple[str, ...]]] = {
    "WAREHOUSE": ("APPLYBUDGET", "MODIFY", "MONITOR", "OPERATE", "USAGE"),
    "DATABASE": ("APPLYBUDGET", "CREATE DATABASE ROLE", "CREATE SCHEMA", "MODIFY", "MONITOR",
                 "USAGE"),
    "SCHEMA": ("ADD SEARCH OPTIMIZATION", "APPLYBUDGET", "CREATE FILE FORMAT", "CREATE FUNCTION",
               "CREATE PROCEDURE", "CREATE SEQUENCE", "CREATE STAGE", "CREATE TABLE", "CREATE TAG",
               "CREATE VIEW", "MODIFY", "MONITOR", "USAGE"),
    "TABLE": ("APPLYBUDGET", "DELETE", "EVOLVE SCHEMA", "INSERT", "REFERENCES", "SELECT",
              "TRUNCATE", "UPDATE"),
    "VIEW": ("DELETE", "INSERT", "REFERENCES", "SELECT", "TRUNCATE", "UPDATE"),
    "SEQUENCE": ("USAGE",),
    "STAGE": ("READ", "USAGE", "WRITE"),
    "FILE FORMAT": ("USAGE",),
    "FUNCTION": ("USAGE",),
    "PROCEDURE": ("USAGE",),
    "TAG": ("APPLY", "READ"),
    "USER": ("MONITOR",),
    "INTEGRATION": ("USAGE", "USE_ANY_ROLE"),
}  # fmt: skip

#: First words of the privileges on schemas and on the account that are too many to be listed.
_VERBS: Final = frozenset(
    ("APPLY", "ATTACH", "AUDIT", "BIND", "CREATE", "EXECUTE", "IMPORT", "IMPORTED", "MANAGE",
     "MODIFY", "MONITOR", "OVERRIDE", "PURCHASE", "READ", "REFERENCE_USAGE", "RESOLVE", "USE",
     "VIEW")
)  # fmt: skip
_MANY: Final = ("ACCOUNT", "DATABASE", "SCHEMA")


def grant(workspace: Workspace, statement: Grant) -> Result:
    """GRANT, REVOKE. Raises UndefinedObject, InvalidParameter, UnsupportedFeature."""
    account.require(workspace, statement.to_kind, statement.to)
    if statement.on == "ROLE" and statement.privileges != (OWNERSHIP,):
        account.require(workspace, "ROLE", statement.name.name)
        privileges = statement.privileges
    else:
        privileges = _privileges(workspace, statement)
    if statement.each == "FUTURE":
        _future(workspace, statement, privileges)
        return status(statement.kind, "Statement executed successfully.")
    if not statement.each:
        _one(workspace, statement, _granted_name(workspace, statement), privileges)
        return status(statement.kind, "Statement executed successfully.")
    found = list(_all(workspace, statement))
    for each in found:
        _one(workspace, statement, each, privileges)
    said = f"Statement executed successfully. {len(found)} objects affected."
    return status(statement.kind, said)


def _privileges(workspace: Workspace, statement: Grant) -> tuple[str, ...]:
    """What is granted, ALL spelled out. Raises UnsupportedFeature, InvalidParameter."""
    on = statement.on
    if on not in (*_OWNED, "ACCOUNT"):
        raise UnsupportedFeature(f"Unsupported feature '{statement.kind} ON {on}'.")
    known = PRIVILEGES.get(on, ())
    if statement.privileges == ("ALL",):
        if not known:
            raise UnsupportedFeature(f"Unsupported feature '{statement.kind} ALL ON {on}'.")
        return known
    for each in statement.privileges:
        many = on in _MANY and each.split()[0] in _VERBS
        if each not in (*known, OWNERSHIP) and not many and not workspace.context.postgres:
            raise InvalidParameter(
                f"SQL compilation error:\nPrivilege '{each}' cannot be granted on object type"
                f" '{on}'."
            )
    return statement.privileges


def _one(
    workspace: Workspace, statement: Grant, name: ObjectName, privileges: tuple[str, ...]
) -> None:
    """Privileges on one object: a record each."""
    for privilege in privileges:
        if privilege == OWNERSHIP:
            _own(workspace, statement, name)
            continue
        properties = {
            "privilege": privilege, "on": statement.on, "name": str(name),
            "to_kind": statement.to_kind, "to": statement.to,
            "grant_option": statement.grant_option,
        }  # fmt: skip
        _record(workspace, statement, CatalogObject("GRANT", grant_key(properties), properties))


def _record(workspace: Workspace, statement: Grant, new: CatalogObject) -> None:
    if not statement.revoked:
        workspace.objects.create(replace(new, owner=workspace.context.role), replace=True)
        return
    _revoke_granted_on(workspace, statement, new.properties, statement.to)
    if not statement.grant_option:
        workspace.objects.drop(new.kind, new.name, if_exists=True)
    elif (found := workspace.objects.find(new.kind, new.name)) is not None:
        less = {**found.properties, "grant_option": False}
        workspace.objects.update(found, replace(found, properties=less))


_WHAT: Final = ("privilege", "on", "name")


def _revoke_granted_on(
    workspace: Workspace, statement: Grant, told: Mapping[str, Any], grantor: str
) -> None:
    """REVOKE CASCADE takes what the grantee has granted on. Raises DependentGrants without it."""
    for each in workspace.objects.list("GRANT"):
        own = each.properties
        if each.owner.upper() != grantor.upper() or any(
            own.get(key) != told.get(key) for key in _WHAT
        ):
            continue
        if own["to"].upper() == statement.to.upper():
            continue
        if not statement.cascade:
            raise DependentGrants(
                f"SQL execution error:\nDependent grant of privilege '{own['privilege']}' on"
                f" securable '{own['name']}' to role '{own['to']}' exists. It must be revoked"
                " first, or with REVOKE .. CASCADE."
            )
        workspace.objects.drop("GRANT", each.name, if_exists=True)
        _revoke_granted_on(workspace, statement, told, str(own["to"]))


def _own(workspace: Workspace, statement: Grant, name: ObjectName) -> None:
    """GRANT OWNERSHIP: the object is another's; what was granted on it stands in the way."""
    if statement.revoked or statement.on == "ACCOUNT" or statement.to_kind != "ROLE":
        raise UnsupportedFeature(f"Unsupported feature '{statement.kind} OWNERSHIP'.")
    found = _object(workspace, statement.on, name)
    grants = workspace.objects.granted_on(statement.on, name)
    for each in grants:
        if statement.current == "REVOKE":
            workspace.objects.drop("GRANT", each.name)
        elif not statement.current:
            told = each.properties
            raise DependentGrants(
                f"SQL execution error:\nDependent grant of privilege '{told['privilege']}' on"
                f" securable '{name}' to role '{told['to']}' exists. It must be revoked first. More"
                " than one dependent grant may exist: use 'SHOW GRANTS' command to view them. To"
                " revoke all dependent grants while transferring object ownership, use convenience"
                " command 'GRANT OWNERSHIP ON <target_objects> TO <target_role> REVOKE CURRENT"
                " GRANTS'."
            )
    owner = account.require(workspace, "ROLE", statement.to)
    workspace.objects.update(found, replace(found, owner=owner))


def _object(workspace: Workspace, kind: str, name: ObjectName) -> CatalogObject:
    """The record of an object of a full name."""
    if kind in _CALLED:
        return next(each for each in workspace.objects.list(kind) if called(each) == str(name))
    if kind in _ACCOUNT and kind != "INTEGRATION":
        found = account.recorded(workspace, kind, name.name)
        assert found is not None
        return found
    return workspace.objects.get(kind, name)


# --- names ---------------------------------------------------------------------------------------


def _granted_name(workspace: Workspace, statement: Grant) -> ObjectName:
    return _full(workspace, statement.on, statement.name)


def _full(workspace: Workspace, on: str, name: ObjectName) -> ObjectName:
    """What a grant is on, in full. Raises UndefinedObject."""
    if on == "ACCOUNT":
        return name
    if on in ("WAREHOUSE", "ROLE", "USER"):
        return ObjectName(account.require(workspace, on, name.name))
    if on == "SCHEMA":
        name = schema_name(workspace, ObjectName(name.name, None, name.schema))
    elif on in _CALLED:
        return _function(workspace, on, workspace.context.resolve(name))
    elif on in ("TABLE", "VIEW"):
        name = workspace.context.resolve(name)
        if relation_kind(workspace, name) != on:
            raise missing(on, name)
    elif on not in ("DATABASE", "INTEGRATION"):
        name = workspace.context.resolve(name)
    return workspace.objects.get(on, name).name


def _function(workspace: Workspace, kind: str, name: ObjectName) -> ObjectName:
    """`F(NUMBER)` in full. Raises UndefinedObject."""
    bare, _, types = name.name.removesuffix(")").partition("(")
    own = ObjectName(bare, name.schema, name.database)
    routines.require(workspace, own, types.split(", ") if types else (), kind)
    return name


def _place(workspace: Workspace, within: str, name: ObjectName) -> tuple[str, str | None]:
    """The database, and the schema, that IN names. Raises UndefinedDatabase, UndefinedSchema."""
    if within == "DATABASE":
        require_database(workspace, name.name)
        return workspace.objects.get("DATABASE", ObjectName(name.name)).name.name, None
    full = schema_name(workspace, ObjectName(name.name, None, name.schema))
    found = require_schema(workspace, ObjectName("", full.name, full.database))
    return found.database or "", found.schema


def _all(workspace: Workspace, statement: Grant) -> Iterator[ObjectName]:
    """The objects of a kind that are there now."""
    place = _place(workspace, statement.within, statement.name)
    for each in workspace.objects.list(statement.on, *place):
        if statement.on in _CALLED:
            bare = called(each).rpartition(f"{each.name.schema}.")[2]
            yield replace(each.name, name=bare)
        else:
            yield each.name


def _future(workspace: Workspace, statement: Grant, privileges: tuple[str, ...]) -> None:
    """Privileges on what will be made: a record each, which `Objects.add` reads."""
    database, schema = _place(workspace, statement.within, statement.name)
    for privilege in privileges:
        properties = {
            "privilege": privilege, "on": statement.on, "to_kind": statement.to_kind,
            "to": statement.to, "grant_option": statement.grant_option,
        }  # fmt: skip
        key = ObjectName(grant_key({**properties, "name": ""}).name, schema, database)
        _record(workspace, statement, CatalogObject(FUTURE, key, properties))


# --- SHOW GRANTS ---------------------------------------------------------------------------------


def _shown(each: CatalogObject) -> tuple[Any, ...]:
    told = each.properties
    option = "true" if told["grant_option"] else "false"
    return (each.created, told["privilege"], told["on"].replace(" ", "_"), told["name"],
            told["to_kind"], told["to"], option, each.owner)  # fmt: skip


def _owned(each: CatalogObject, kind: str) -> tuple[Any, ...]:
    name = called(each) if kind in _CALLED else str(each.name)
    return (each.created, OWNERSHIP, kind.replace(" ", "_"), name, "ROLE", each.owner, "true",
            each.owner)  # fmt: skip


def _grants(workspace: Workspace, statement: s.Show) -> Rows:
    """SHOW GRANTS TO ROLE and SHOW GRANTS ON."""
    side, _, kind = (statement.in_kind or "").partition(" ")
    if kind not in (*_OWNED, "ACCOUNT") or (side == "TO" and kind != "ROLE"):
        raise UnsupportedFeature(f"Unsupported feature 'SHOW GRANTS {statement.in_kind}'.")
    if kind == "ACCOUNT":
        name = "MOCKHAUS"
    elif statement.in_name is None:
        raise UnsupportedFeature(f"Unsupported feature 'SHOW GRANTS {statement.in_kind}'.")
    else:
        name = str(_full(workspace, kind, statement.in_name))
    keys = ("to_kind", "to") if side == "TO" else ("on", "name")
    found = [
        _shown(each)
        for each in workspace.objects.list("GRANT")
        if (each.properties[keys[0]], str(each.properties[keys[1]]).upper()) == (kind, name.upper())
    ]
    if side == "TO":
        found += [
            _owned(each, kind)
            for kind in _OWNED
            for each in workspace.objects.list(kind)
            if each.owner.upper() == name.upper()
        ]
    elif kind != "ACCOUNT":
        found += [
            _owned(each, kind)
            for each in workspace.objects.list(kind)
            if each.owner and _owned(each, kind)[3].upper() == name.upper()
        ]
    return sorted(found, key=lambda row: (row[2], row[3], row[1], row[5]))


def _granted_to(workspace: Workspace, statement: s.Show) -> Rows:
    """SHOW GRANTS TO USER, and SHOW GRANTS: those to the current user."""
    given = statement.in_name
    user = workspace.context.user if given is None else given.name
    user = account.require(workspace, "USER", user)
    for each in workspace.objects.list("GRANT"):
        if (each.properties["to_kind"], str(each.properties["to"]).upper()) == (
            "USER",
            user.upper(),
        ):
            created, privilege, on, name, to_kind, to, option, by = _shown(each)
            role = name if on == "ROLE" else None
            yield created, privilege, on, name, role, to_kind, to, option, by


def _granted_of(workspace: Workspace, statement: s.Show) -> Rows:
    """SHOW GRANTS OF ROLE: to whom a role is granted."""
    kind = (statement.in_kind or "").removeprefix("OF ")
    if kind != "ROLE" or statement.in_name is None:
        raise UnsupportedFeature(f"Unsupported feature 'SHOW GRANTS OF {kind}'.")
    role = account.require(workspace, "ROLE", statement.in_name.name)
    for each in workspace.objects.list("GRANT"):
        told = each.properties
        if told["on"] == "ROLE" and str(told["name"]).upper() == role.upper():
            yield each.created, role, told["to_kind"], told["to"], each.owner


def _future_grants(workspace: Workspace, statement: s.Show) -> Rows:
    """SHOW FUTURE GRANTS IN SCHEMA | DATABASE, TO ROLE."""
    kind, given = statement.in_kind or "", statement.in_name
    if given is None or kind not in ("SCHEMA", "DATABASE", "TO ROLE"):
        raise UnsupportedFeature(f"Unsupported feature 'SHOW FUTURE GRANTS {kind}'.".strip())
    if kind == "TO ROLE":
        role = account.require(workspace, "ROLE", given.name).upper()
        found = [
            each
            for each in workspace.objects.list(FUTURE)
            if each.properties["to_kind"] == "ROLE" and each.properties["to"].upper() == role
        ]
    else:
        database, schema = _place(workspace, kind, given)
        found = [
            each
            for each in workspace.objects.list(FUTURE, database)
            if (each.name.schema or "").upper() == (schema or "").upper()
        ]
    for each in found:
        told, place = each.properties, each.name
        parts = [part for part in (place.database, place.schema) if part]
        option = "true" if told["grant_option"] else "false"
        yield (each.created, told["privilege"], told["on"].replace(" ", "_"),
               ".".join((*parts, f"<{told['on']}>")), told["to_kind"], told["to"],
               option)  # fmt: skip


LISTINGS: Final = {
    "GRANTS": Listing(
        shaped(
            "@created_on privilege granted_on name granted_to grantee_name grant_option granted_by"
        ),
        _grants,
    ),
    "GRANTS TO USER": Listing(
        shaped(
            "@created_on privilege granted_on name role granted_to grantee_name grant_option"
            " granted_by"
        ),
        _granted_to,
    ),
    "GRANTS OF": Listing(
        shaped("@created_on role granted_to grantee_name granted_by"), _granted_of, name="role"
    ),
    "FUTURE GRANTS": Listing(
        shaped("@created_on privilege grant_on name grant_to grantee_name grant_option"),
        _future_grants,
    ),
}
