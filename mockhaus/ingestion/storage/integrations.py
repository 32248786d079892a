"""Storage integrations: the server's own credentials for an object store, and where they may go.

The credentials are those that the machine has for S3, GCS or Azure (environment, profile, metadata
service); the object says for which locations stages may use them. Snowflake's manual: "CREATE
STORAGE INTEGRATION".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from mockhaus.catalog.answers import status
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.ingestion.storage import object_stores
from mockhaus.result import Result
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.files import CreateIntegration

KIND: Final = "INTEGRATION"


def _places(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _provider(value: Any) -> bool:
    return str(value).upper() in {each.provider for each in object_stores.SCHEMES.values()}


#: Options, and whether a value is one of theirs. Those that say who the cloud's account is are
#: recorded, for the credentials are the machine's.
_OPTIONS: Final[dict[str, Callable[[Any], bool]]] = {
    "TYPE": lambda value: isinstance(value, str),
    "STORAGE_PROVIDER": _provider,
    "ENABLED": lambda value: isinstance(value, bool),
    "STORAGE_ALLOWED_LOCATIONS": _places,
    "STORAGE_BLOCKED_LOCATIONS": _places,
    "USE_PRIVATELINK_ENDPOINT": lambda value: isinstance(value, bool),
    "STORAGE_AWS_ROLE_ARN": lambda value: isinstance(value, str),
    "STORAGE_AWS_EXTERNAL_ID": lambda value: isinstance(value, str),
    "STORAGE_AWS_OBJECT_ACL": lambda value: isinstance(value, str),
    "AZURE_TENANT_ID": lambda value: isinstance(value, str),
}
_REFUSED: Final = (("USE_PRIVATELINK_ENDPOINT", True),)
#: Every option of the manual, COMMENT apart.
OPTIONS: Final = tuple(_OPTIONS)


def create(workspace: Workspace, statement: CreateIntegration) -> Result:
    """CREATE STORAGE INTEGRATION. Raises InvalidParameter, UnsupportedFeature, DuplicateObject."""
    options = dict(statement.options)
    comment = str(options.pop("COMMENT", ""))
    recorded = checked(options)
    name = ObjectName(statement.name.name)
    created = workspace.objects.create(
        CatalogObject(KIND, name, recorded, comment, workspace.context.role),
        replace=statement.replace,
        if_not_exists=statement.if_not_exists,
    )
    said = f"Integration {name} successfully created."
    if not created:
        said = f"{name} already exists, statement succeeded."
    return status("CREATE INTEGRATION", said)


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as they are recorded. Raises InvalidParameter, UnsupportedFeature."""
    recorded = dict(options)
    for name, value in options.items():
        if (name, value) in _REFUSED or (name == "TYPE" and str(value).upper() != "EXTERNAL_STAGE"):
            raise UnsupportedFeature(f"Unsupported feature 'INTEGRATION with {name} = {value}'.")
        fits = _OPTIONS.get(name)
        if fits is None:
            raise InvalidParameter(f"SQL compilation error:\ninvalid property '{name}'.")
        if not fits(value):
            raise InvalidParameter(f"SQL compilation error:\ninvalid value for '{name}'.")
    for needed in ("TYPE", "STORAGE_PROVIDER", "ENABLED", "STORAGE_ALLOWED_LOCATIONS"):
        if needed not in recorded:
            raise InvalidParameter(f"SQL compilation error:\nmissing required property '{needed}'.")
    return recorded


def check(workspace: Workspace, name: str, url: str) -> None:
    """Raises UndefinedObject, InvalidParameter unless the integration covers the URL."""
    found = workspace.objects.get(KIND, ObjectName(name)).properties
    if not found["ENABLED"]:
        raise InvalidParameter(f"SQL compilation error:\nIntegration '{name}' is not enabled.")
    scheme = object_stores.SCHEMES[url.partition("://")[0]]
    fits = str(found["STORAGE_PROVIDER"]).upper() == scheme.provider
    allowed = [str(each) for each in found["STORAGE_ALLOWED_LOCATIONS"]]
    blocked = [str(each) for each in found.get("STORAGE_BLOCKED_LOCATIONS", [])]
    inside = any(each == "*" or _covers(each, url) for each in allowed)
    if not fits or not inside or any(_covers(each, url) for each in blocked):
        raise InvalidParameter(
            f"SQL compilation error:\nLocation '{url}/' is not allowed by integration {name}.",
            hint="STORAGE_ALLOWED_LOCATIONS of the integration has to cover it.",
        )


def _covers(location: str, url: str) -> bool:
    return f"{url}/".startswith(location.rstrip("/") + "/")


def drop(workspace: Workspace, name: ObjectName, *, if_exists: bool) -> bool:
    """Forget an integration; False if IF EXISTS met none."""
    return workspace.objects.drop(KIND, ObjectName(name.name), if_exists=if_exists)
