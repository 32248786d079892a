"""Parameters: what there are, their defaults, and what values they take.

A session parameter acts, or a value that would have to is refused by name. Those that are for
clients, or ask for nothing that a server without queues and result caches could do otherwise, are
kept for who asks. ALTER ACCOUNT and ALTER USER give sessions that are opened later another default.
Snowflake's manual: "Parameters".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mockhaus.catalog.objects import CatalogObject, Objects
from mockhaus.catalog.parameter_table import OBJECT, REFUSED, SESSION
from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.translation.context import ObjectName

#: Under which the account's own parameters are recorded.
ACCOUNT: Final = ObjectName("ACCOUNT")

#: Those of sessions that a warehouse has too.
WAREHOUSE: Final = ("STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", "STATEMENT_TIMEOUT_IN_SECONDS")


def check(name: str, value: str | None, where: str = "session") -> None:
    """Raises UnsupportedFeature, InvalidParameter for what cannot be set; None unsets."""
    known = {**SESSION, **OBJECT} if where == "account" else SESSION
    if name in REFUSED:
        raise UnsupportedFeature(f"Unsupported feature '{where} parameter {name}'.")
    if name not in known:
        raise InvalidParameter(f"SQL compilation error:\ninvalid parameter '{name}'")
    if value is not None and not known[name].takes(value):
        raise invalid_value(name, value)
    if value is not None and not known[name].acts(value):
        raise UnsupportedFeature(f"Unsupported feature '{where} parameter {name} = {value}'.")


def check_object(name: str, value: object) -> None:
    """Raises InvalidParameter for a value that a parameter of objects does not take."""
    told = str(value).lower() if isinstance(value, bool) else str(value)
    if name in OBJECT and not OBJECT[name].takes(told):
        raise invalid_value(name, told)


def invalid_value(name: str, value: str) -> InvalidParameter:
    """The error for a value that a parameter does not take."""
    return InvalidParameter(
        f"SQL compilation error:\ninvalid value ['{value}'] for parameter '{name}'"
    )


def of_account(objects: Objects) -> Mapping[str, str]:
    """The session parameters that ALTER ACCOUNT has set."""
    found = objects.find("ACCOUNT", ACCOUNT)
    told = {} if found is None else found.properties
    return {name: str(value) for name, value in told.items() if name.isupper()}


def of_user(objects: Objects, user: str) -> Mapping[str, str]:
    """The session parameters that ALTER USER has set."""
    found = objects.find("USER", ObjectName(user))
    return {} if found is None else in_record(found)


def in_record(user: CatalogObject) -> Mapping[str, str]:
    """The same of a user's record."""
    told = user.properties.items()
    return {name: as_text(value) for name, value in told if name in SESSION}


def as_text(value: object) -> str:
    """A parameter's value as it is kept: TRUE and FALSE in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def defaults(objects: Objects, user: str) -> Mapping[str, str]:
    """What a session of a user begins with: the account's parameters under the user's own."""
    return {**of_account(objects), **of_user(objects, user)}


def account(objects: Objects) -> CatalogObject:
    """The record of the account, to be altered."""
    objects.create(CatalogObject("ACCOUNT", ACCOUNT), if_not_exists=True)
    return objects.get("ACCOUNT", ACCOUNT)
