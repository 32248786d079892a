"""Warehouses, roles and users: recorded and shown. They give and bar nothing.

Snowflake's manual: "SHOW WAREHOUSES", "SHOW ROLES", "SHOW USERS".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from mockhaus.catalog import parameters
from mockhaus.catalog.answers import already_dropped, already_there, status
from mockhaus.catalog.listing import WHOLE, Listing, Rows, Terse, shaped, yes
from mockhaus.catalog.objects import CatalogObject, Objects
from mockhaus.catalog.parameter_table import SESSION
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import DuplicateObject, UndefinedObject, UnsupportedFeature
from mockhaus.result import Result
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.account import CreateAccountObject

#: What is there without being created, by kind.
_BUILT_IN: Final = {
    "WAREHOUSE": ("COMPUTE_WH",),
    "ROLE": ("ACCOUNTADMIN", "ORGADMIN", "PUBLIC", "SECURITYADMIN", "SYSADMIN", "USERADMIN"),
    "USER": (),
}

#: Options that are recorded and shown; others are refused by name.
OPTIONS: Final = {
    "WAREHOUSE": frozenset(
        ("WAREHOUSE_SIZE", "WAREHOUSE_TYPE", "MIN_CLUSTER_COUNT", "MAX_CLUSTER_COUNT",
         "SCALING_POLICY", "AUTO_SUSPEND", "AUTO_RESUME", "INITIALLY_SUSPENDED", "COMMENT",
         "ENABLE_QUERY_ACCELERATION", "QUERY_ACCELERATION_MAX_SCALE_FACTOR")
    ),
    "ROLE": frozenset(("COMMENT",)),
    "USER": frozenset(
        ("LOGIN_NAME", "DISPLAY_NAME", "FIRST_NAME", "LAST_NAME", "EMAIL", "DEFAULT_WAREHOUSE",
         "DEFAULT_NAMESPACE", "DEFAULT_ROLE", "DEFAULT_SECONDARY_ROLES", "DISABLED", "COMMENT",
         "TYPE", *SESSION)
    ),
}  # fmt: skip

_HINTS: Final = {
    "PASSWORD": "Who may connect is told by the file of users: `mockhaus user`.",
    "RSA_PUBLIC_KEY": "Who may connect is told by the file of users: `mockhaus user`.",
}

_SIZES: Final = {
    "XSMALL": "X-Small", "X-SMALL": "X-Small", "SMALL": "Small", "MEDIUM": "Medium",
    "LARGE": "Large", "XLARGE": "X-Large", "X-LARGE": "X-Large", "XXLARGE": "2X-Large",
    "X2LARGE": "2X-Large", "2X-LARGE": "2X-Large", "XXXLARGE": "3X-Large", "X3LARGE": "3X-Large",
    "3X-LARGE": "3X-Large", "X4LARGE": "4X-Large", "4X-LARGE": "4X-Large",
    "X5LARGE": "5X-Large", "5X-LARGE": "5X-Large", "X6LARGE": "6X-Large", "6X-LARGE": "6X-Large",
}  # fmt: skip


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _one_of(*values: str) -> Callable[[Any], bool]:
    return lambda value: str(value).upper() in values


def _flag_value(value: Any) -> bool:
    return isinstance(value, bool)


#: What the options of warehouses and users take; all else takes any text.
_TAKES: Final[dict[str, Callable[[Any], bool]]] = {
    "WAREHOUSE_SIZE": _one_of(*_SIZES),
    "WAREHOUSE_TYPE": _one_of("STANDARD", "SNOWPARK-OPTIMIZED"),
    "MIN_CLUSTER_COUNT": _whole(1, 300),
    "MAX_CLUSTER_COUNT": _whole(1, 300),
    "SCALING_POLICY": _one_of("STANDARD", "ECONOMY"),
    "AUTO_SUSPEND": lambda value: value is None or _whole(0, 2**31)(value),
    "AUTO_RESUME": _flag_value,
    "INITIALLY_SUSPENDED": _flag_value,
    "ENABLE_QUERY_ACCELERATION": _flag_value,
    "QUERY_ACCELERATION_MAX_SCALE_FACTOR": _whole(0, 100),
    "DISABLED": _flag_value,
    "TYPE": _one_of("PERSON", "SERVICE", "LEGACY_SERVICE"),
    "DEFAULT_SECONDARY_ROLES": lambda value: value in ([], ["ALL"]),
}


def check_values(
    kind: str, options: Mapping[str, Any], known: Mapping[str, Any] | None = None
) -> None:
    """Raises UnsupportedFeature, InvalidParameter for a value that an option does not take.

    `known` are the options that an object has already.
    """
    for name, value in options.items():
        takes = _TAKES.get(name)
        if takes is not None and not takes(value):
            raise parameters.invalid_value(name, parameters.as_text(value))
        if kind == "USER" and name in SESSION:
            parameters.check(name, parameters.as_text(value), "user")
    told = {**(known or {}), **options}
    least, most = int(told.get("MIN_CLUSTER_COUNT", 1)), int(told.get("MAX_CLUSTER_COUNT", 1))
    if least > max(most, 1) and kind == "WAREHOUSE":
        raise parameters.invalid_value("MIN_CLUSTER_COUNT", str(least))


def create(workspace: Workspace, statement: CreateAccountObject) -> Result:
    """CREATE WAREHOUSE, ROLE, USER."""
    kind, name, options = statement.object, statement.name, dict(statement.options)
    for option in options:
        if option not in OPTIONS[kind]:
            raise UnsupportedFeature(
                f"Unsupported feature 'CREATE {kind} {option}'.", hint=_HINTS.get(option)
            )
    check_values(kind, options)
    built_in = name.name.upper() in _BUILT_IN[kind]
    if built_in and not statement.if_not_exists:
        raise DuplicateObject(f"SQL compilation error:\nObject '{name}' already exists.")
    comment = str(options.pop("COMMENT", ""))
    made = not built_in and workspace.objects.create(
        CatalogObject(kind, name, options, comment, workspace.context.role),
        replace=statement.replace,
        if_not_exists=statement.if_not_exists,
    )
    if not made:
        return already_there(f"CREATE {kind}", name.name)
    return status(f"CREATE {kind}", f"{kind.capitalize()} {name.name} successfully created.")


def drop(workspace: Workspace, statement: s.Drop) -> Result:
    """DROP WAREHOUSE, ROLE, USER; what was granted to it goes too."""
    kind, name = statement.object, statement.name
    if name.name.upper() in _BUILT_IN[kind]:
        raise UnsupportedFeature(f"Unsupported feature 'DROP {kind} {name}'.")
    if not workspace.objects.drop(kind, name, if_exists=statement.if_exists):
        return already_dropped(f"DROP {kind}", name.name)
    for each in workspace.objects.list("GRANT"):
        if (each.properties["to_kind"], str(each.properties["to"]).upper()) == (
            kind,
            name.name.upper(),
        ):
            workspace.objects.drop("GRANT", each.name)
    return status(f"DROP {kind}", f"{name.name} successfully dropped.")


def stored_name(workspace: Workspace, kind: str, name: str) -> str | None:
    """The name of a warehouse, role or user as it is stored, None if there is none."""
    if kind == "USER" and name.upper() == workspace.context.user.upper():
        return stored(workspace.objects, kind, name) or workspace.context.user
    return stored(workspace.objects, kind, name)


def stored(objects: Objects, kind: str, name: str) -> str | None:
    """The same of one that is recorded or there without being created."""
    found = objects.find(kind, ObjectName(name))
    if found is not None:
        return found.name.name
    return next((each for each in _BUILT_IN[kind] if each.upper() == name.upper()), None)


def _built_in(workspace: Workspace, kind: str) -> tuple[str, ...]:
    own = (workspace.context.user,) if kind == "USER" else ()
    return (*_BUILT_IN.get(kind, ()), *own)


def is_built_in(workspace: Workspace, kind: str, name: str) -> bool:
    """Whether it is there without being created."""
    return name.upper() in (each.upper() for each in _built_in(workspace, kind))


def recorded(workspace: Workspace, kind: str, name: str) -> CatalogObject | None:
    """The record of a warehouse, role or user, to be altered; None if there is none of them.

    What is there without being created is recorded now.
    """
    stored = stored_name(workspace, kind, name)
    if stored is None:
        return None
    key = ObjectName(stored)
    workspace.objects.create(CatalogObject(kind, key, {}, "", ""), if_not_exists=True)
    return workspace.objects.get(kind, key)


def require(workspace: Workspace, kind: str, name: str) -> str:
    """The stored name of a warehouse, role or user. Raises UndefinedObject."""
    found = stored_name(workspace, kind, name)
    if found is None:
        raise UndefinedObject(
            f"SQL compilation error:\n{kind.capitalize()} '{name}' does not exist or not"
            " authorized.",
            subject=name,
        )
    return found


# --- SHOW ----------------------------------------------------------------------------------------


def _all(workspace: Workspace, kind: str) -> list[CatalogObject]:
    names = set(_built_in(workspace, kind))
    created = next((each.created for each in workspace.objects.list("DATABASE")), None)
    recorded = workspace.objects.list(kind)
    names -= {each.name.name.upper() for each in recorded}
    built_in = [CatalogObject(kind, ObjectName(name), {}, "", "", created) for name in names]
    return sorted((*recorded, *built_in), key=lambda each: each.name.name)


def _warehouses(workspace: Workspace, statement: s.Show) -> Rows:
    current = (workspace.context.warehouse or "").upper()
    for each in _all(workspace, "WAREHOUSE"):
        options, name = each.properties, each.name.name
        size = _SIZES[str(options.get("WAREHOUSE_SIZE", "XSMALL")).upper()]
        low = int(options.get("MIN_CLUSTER_COUNT", 1))
        high = int(options.get("MAX_CLUSTER_COUNT", 1))
        state = "SUSPENDED" if options.get("INITIALLY_SUSPENDED") else "STARTED"
        yield (name, state, str(options.get("WAREHOUSE_TYPE", "STANDARD")), size, low, high,
               0 if state == "SUSPENDED" else low, 0, 0, "N", yes(name.upper() == current),
               options.get("AUTO_SUSPEND", 600), _flag(options.get("AUTO_RESUME", True)), "100",
               "0", "0", "0", each.created, each.created, each.created, each.owner, each.comment,
               _flag(options.get("ENABLE_QUERY_ACCELERATION")),
               options.get("QUERY_ACCELERATION_MAX_SCALE_FACTOR", 8), "null", 0, 0, 0, 0, None,
               str(options.get("SCALING_POLICY", "STANDARD")), None, "ROLE", None)  # fmt: skip


def _flag(value: Any) -> str:
    return "true" if value else "false"


def _listed(value: Any) -> str:
    return json.dumps(value) if isinstance(value, list) else str(value or "")


def _roles(workspace: Workspace, statement: s.Show) -> Rows:
    grants = [g.properties for g in workspace.objects.list("GRANT") if g.properties["on"] == "ROLE"]
    current = workspace.context.role.upper()
    for each in _all(workspace, "ROLE"):
        name = each.name.name
        mine = [g for g in grants if g["name"].upper() == name.upper()]
        users = sum(g["to_kind"] == "USER" for g in mine)
        granted = sum(g["to_kind"] == "ROLE" and g["to"].upper() == name.upper() for g in grants)
        yield (each.created, name, "N", yes(name.upper() == current), "N", users,
               len(mine) - users, granted, each.owner, each.comment)  # fmt: skip


def _users(workspace: Workspace, statement: s.Show) -> Rows:
    for each in _all(workspace, "USER"):
        told, name = each.properties, each.name.name
        yield (name, each.created, told.get("LOGIN_NAME", name), told.get("DISPLAY_NAME", name),
               told.get("FIRST_NAME", ""), told.get("LAST_NAME", ""), told.get("EMAIL", ""), "", "",
               each.comment, _flag(told.get("DISABLED")), "false", "false",
               told.get("DEFAULT_WAREHOUSE", ""), told.get("DEFAULT_NAMESPACE", ""),
               told.get("DEFAULT_ROLE", ""), _listed(told.get("DEFAULT_SECONDARY_ROLES")), "false",
               "", "", each.owner, None, None, None, "false", "false",
               told.get("TYPE", "PERSON"), "false")  # fmt: skip


#: Property of a user, its default, what it is; the value is that of the option of its name.
_PROPERTIES: Final = (
    ("NAME", "null", "Name of the user"),
    ("COMMENT", "null", "Comment about the user"),
    ("DISPLAY_NAME", "null", "Name that is displayed"),
    ("TYPE", "null", "PERSON, SERVICE or LEGACY_SERVICE"),
    ("LOGIN_NAME", "null", "Name that the user logs in by"),
    ("FIRST_NAME", "null", "First name"),
    ("MIDDLE_NAME", "null", "Middle name"),
    ("LAST_NAME", "null", "Last name"),
    ("EMAIL", "null", "Email address"),
    ("PASSWORD", "null", "Password, which is never shown"),
    ("MUST_CHANGE_PASSWORD", "false", "Whether the password must be changed at the next login"),
    ("DISABLED", "false", "Whether the user is disabled"),
    ("SNOWFLAKE_LOCK", "false", "Whether the user is locked"),
    ("SNOWFLAKE_SUPPORT", "false", "Whether support may use the user"),
    ("DAYS_TO_EXPIRY", "null", "Days after which the user can log in no more"),
    ("MINS_TO_UNLOCK", "null", "Minutes until a lock of the login ends"),
    ("DEFAULT_WAREHOUSE", "null", "Warehouse that a session begins with"),
    ("DEFAULT_NAMESPACE", "null", "Database and schema that a session begins with"),
    ("DEFAULT_ROLE", "null", "Role that a session begins with"),
    ("DEFAULT_SECONDARY_ROLES", "null", "Secondary roles that a session begins with"),
    ("EXT_AUTHN_DUO", "false", "Whether Duo is asked at login"),
    ("EXT_AUTHN_UID", "null", "Name of the user at Duo"),
    ("HAS_MFA", "false", "Whether the user has a second factor"),
    ("MINS_TO_BYPASS_MFA", "null", "Minutes for which no second factor is asked"),
    ("MINS_TO_BYPASS_NETWORK_POLICY", "null", "Minutes for which no network policy holds"),
    ("RSA_PUBLIC_KEY", "null", "RSA public key"),
    ("RSA_PUBLIC_KEY_FP", "null", "Fingerprint of the RSA public key"),
    ("RSA_PUBLIC_KEY_LAST_SET_TIME", "null", "When the RSA public key was set"),
    ("RSA_PUBLIC_KEY_2", "null", "Second RSA public key"),
    ("RSA_PUBLIC_KEY_2_FP", "null", "Fingerprint of the second RSA public key"),
    ("RSA_PUBLIC_KEY_2_LAST_SET_TIME", "null", "When the second RSA public key was set"),
    ("PASSWORD_LAST_SET_TIME", "null", "When the password was set"),
    ("CUSTOM_LANDING_PAGE_URL", "null", "Page that is shown first"),
    ("CUSTOM_LANDING_PAGE_URL_FLUSH_NEXT_UI_LOAD", "false", "Whether that is read anew"),
)


def describe_user(workspace: Workspace, statement: s.Describe) -> list[tuple[Any, ...]]:
    """DESCRIBE USER: a row a property. What has no value is the text `null`, as in Snowflake."""
    name = require(workspace, "USER", statement.name.name)
    found = workspace.objects.find("USER", ObjectName(name))
    told: dict[str, Any] = {"LOGIN_NAME": name, "DISPLAY_NAME": name, "TYPE": "PERSON"}
    if found is not None:
        told |= {**found.properties, "COMMENT": found.comment}
    told["NAME"] = name
    return [(key, _shown(told.get(key), default), default, what)
            for key, default, what in _PROPERTIES]  # fmt: skip


def _shown(value: Any, default: str) -> str:
    if isinstance(value, bool):
        return _flag(value)
    return default if value in (None, "") else _listed(value)


LISTINGS: Final = {
    "WAREHOUSES": Listing(
        shaped(
            "name state type size #min_cluster_count #max_cluster_count #started_clusters #running"
            " #queued is_default is_current #auto_suspend auto_resume available provisioning"
            " quiescing other @created_on @resumed_on @updated_on owner comment"
            " enable_query_acceleration #query_acceleration_max_scale_factor resource_monitor"
            " #actives #pendings #failed #suspended uuid scaling_policy budget owner_role_type"
            " resource_constraint"
        ),
        _warehouses,
        terse=WHOLE,
        holder="WAREHOUSE",
    ),
    "ROLES": Listing(
        shaped(
            "@created_on name is_default is_current is_inherited #assigned_to_users"
            " #granted_to_roles #granted_roles owner comment"
        ),
        _roles,
        terse=Terse(
            shaped("name is_default is_current is_inherited is_from_organization_user_group"),
            {"is_from_organization_user_group": "false"},
        ),
        holder="ROLE",
    ),
    "USERS": Listing(
        shaped(
            "name @created_on login_name display_name first_name last_name email mins_to_unlock"
            " days_to_expiry comment disabled must_change_password snowflake_lock"
            " default_warehouse default_namespace default_role default_secondary_roles"
            " ext_authn_duo ext_authn_uid mins_to_bypass_mfa owner @last_success_login"
            " @expires_at_time @locked_until_time has_password has_rsa_public_key type has_mfa"
        ),
        _users,
        terse=Terse(
            shaped(
                "name @created_on display_name first_name last_name email org_identity comment"
                " has_password has_rsa_public_key type has_mfa"
            )
        ),
        holder="USER",
    ),
}
