"""What SHOW and DESCRIBE tell of stages and file formats, in Snowflake's column shapes."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UnsupportedFeature
from mockhaus.ingestion import file_formats, stages
from mockhaus.ingestion.format_options import TYPES
from mockhaus.result import Column, Result
from mockhaus.translation.context import ObjectName
from mockhaus.translation.statements import Describe, Show
from mockhaus.types import NUMBER, TIMESTAMP_LTZ, VARCHAR

_STAGE_COLUMNS: Final = (
    Column("created_on", TIMESTAMP_LTZ),
    *(Column(name, VARCHAR) for name in ("name", "database_name", "schema_name", "url")),
    *(Column(name, VARCHAR) for name in ("has_credentials", "has_encryption_key", "owner")),
    *(
        Column(name, VARCHAR)
        for name in ("comment", "region", "type", "cloud", "notification_channel")
    ),
    *(Column(name, VARCHAR) for name in ("storage_integration", "endpoint", "owner_role_type")),
    *(Column(name, VARCHAR) for name in ("directory_enabled",)),
)
_FORMAT_COLUMNS: Final = (
    Column("created_on", TIMESTAMP_LTZ),
    *(Column(name, VARCHAR) for name in ("name", "database_name", "schema_name", "type", "owner")),
    *(Column(name, VARCHAR) for name in ("comment", "format_options", "owner_role_type")),
)
_PROPERTY_COLUMNS: Final = tuple(
    Column(name, VARCHAR)
    for name in ("property", "property_type", "property_value", "property_default")
)
FILE_COLUMNS: Final = (
    Column("name", VARCHAR),
    Column("size", NUMBER),
    Column("md5", VARCHAR),
    Column("last_modified", VARCHAR),
)
REMOVED_COLUMNS: Final = (Column("name", VARCHAR), Column("result", VARCHAR))
_STAGE_PROPERTY_COLUMNS: Final = (Column("parent_property", VARCHAR), *_PROPERTY_COLUMNS)


def shape(statement: Show | Describe) -> tuple[Column, ...]:
    """The columns that SHOW or DESCRIBE answers, known before it runs."""
    if isinstance(statement, Show):
        return _STAGE_COLUMNS if statement.object == "STAGES" else _FORMAT_COLUMNS
    return _STAGE_PROPERTY_COLUMNS if statement.object == stages.KIND else _PROPERTY_COLUMNS


def show(workspace: Workspace, statement: Show) -> Result:
    """SHOW STAGES, SHOW FILE FORMATS; of the current schema unless IN says otherwise."""
    if statement.terse or statement.history:
        raise UnsupportedFeature(f"Unsupported feature 'SHOW TERSE or HISTORY {statement.object}'.")
    kind = stages.KIND if statement.object == "STAGES" else file_formats.KIND
    database, schema = _scope(workspace, statement)
    found = [o for o in workspace.objects.list(kind, database, schema) if _wanted(o, statement)]
    found.sort(key=lambda each: (each.name.database or "", each.name.schema or "", each.name.name))
    if statement.from_name is not None:
        found = [each for each in found if each.name.name > statement.from_name]
    row = _stage_row if kind == stages.KIND else _format_row
    rows = [row(each) for each in found[: statement.limit]]
    return Result(shape(statement), tag="SHOW", row_count=len(rows), rows=rows)


def _scope(workspace: Workspace, statement: Show) -> tuple[str | None, str | None]:
    """Database and schema to look in, None for all."""
    context, name = workspace.context, statement.in_name
    if statement.in_kind == "ACCOUNT":
        return None, None
    if statement.in_kind == "DATABASE":
        return (name.name if name else context.database), None
    if name is not None:
        return name.schema or context.database, name.name
    return context.database, context.schema


def _wanted(each: CatalogObject, statement: Show) -> bool:
    name = each.name.name
    if statement.starts_with is not None and not name.startswith(statement.starts_with):
        return False
    return statement.like is None or bool(like(statement.like).fullmatch(name))


def like(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern of SHOW, which minds no case."""
    signs = {"%": ".*", "_": "."}
    return re.compile("".join(signs.get(c) or re.escape(c) for c in pattern), re.I | re.S)


def _stage_row(each: CatalogObject) -> tuple[Any, ...]:
    url = each.properties.get("URL")
    return (
        each.created,
        each.name.name,
        each.name.database,
        each.name.schema,
        url or "",
        "N",
        "N",
        each.owner,
        each.comment,
        None,
        "EXTERNAL" if url else "INTERNAL",
        None,
        None,
        None,
        None,
        "ROLE",
        "N",
    )


def _format_row(each: CatalogObject) -> tuple[Any, ...]:
    format = file_formats.make(each.properties)
    return (
        each.created,
        each.name.name,
        each.name.database,
        each.name.schema,
        format.type,
        each.owner,
        each.comment,
        json.dumps({"TYPE": format.type, **format.options}),
        "ROLE",
    )


def describe(workspace: Workspace, statement: Describe) -> Result:
    """DESCRIBE STAGE, DESCRIBE FILE FORMAT: one row a property."""
    name = workspace.context.resolve(statement.name)
    if statement.object == stages.KIND:
        return _describe_stage(workspace, name)
    format = file_formats.make(workspace.objects.get(file_formats.KIND, name).properties)
    rows = _properties(format)
    return Result(_PROPERTY_COLUMNS, tag="DESCRIBE", row_count=len(rows), rows=rows)


def _properties(format: file_formats.FileFormat) -> list[tuple[Any, ...]]:
    options = TYPES[format.type]
    rows: list[tuple[Any, ...]] = [("TYPE", "String", format.type, "CSV")]
    for name, option in options.items():
        default = option.default
        rows.append((name, _kind(default), _text(format[name]), _text(default)))
    return rows


def _describe_stage(workspace: Workspace, name: ObjectName) -> Result:
    stage = workspace.objects.get(stages.KIND, name)
    format = file_formats.resolve(workspace, stage.properties.get("FILE_FORMAT"))
    copy = {"ON_ERROR": "ABORT_STATEMENT", "SIZE_LIMIT": None, "PURGE": False, "FORCE": False}
    given = stage.properties.get("COPY_OPTIONS", {})
    rows: list[tuple[Any, ...]] = [("STAGE_FILE_FORMAT", *row) for row in _properties(format)]
    rows += [
        ("STAGE_COPY_OPTIONS", key, _kind(default), _text(given.get(key, default)), _text(default))
        for key, default in copy.items()
    ]
    url = stage.properties.get("URL")
    rows.append(("STAGE_LOCATION", "URL", "String", json.dumps([url]) if url else "", ""))
    rows.append(("DIRECTORY", "ENABLE", "Boolean", "false", "false"))
    return Result(_STAGE_PROPERTY_COLUMNS, tag="DESCRIBE", row_count=len(rows), rows=rows)


def _kind(default: Any) -> str:
    if isinstance(default, bool):
        return "Boolean"
    if isinstance(default, int):
        return "Integer"
    return "List" if isinstance(default, list) else "String"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(value)}]"
    if value is None:
        return "NONE"
    return str(value).encode("unicode_escape").decode()
