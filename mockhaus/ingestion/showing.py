"""What SHOW and DESCRIBE tell of stages and file formats, in Snowflake's column shapes."""

from __future__ import annotations

import json
from typing import Any, Final

from mockhaus.catalog.listing import WHOLE, Listing, Rows, answer, scope, shaped
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.workspace import Workspace
from mockhaus.ingestion.files import file_formats
from mockhaus.ingestion.files.format_options import TYPES
from mockhaus.ingestion.storage import integrations, stages
from mockhaus.result import Column, Result
from mockhaus.translation.context import ObjectName
from mockhaus.translation.statements import Describe, Show
from mockhaus.types import NUMBER, VARCHAR

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


#: Snowflake names them in lower case, like those of a file format.
_INTEGRATION_COLUMNS: Final = _PROPERTY_COLUMNS


def shape(statement: Show | Describe) -> tuple[Column, ...]:
    """The columns that SHOW or DESCRIBE answers, known before it runs."""
    if isinstance(statement, Show):
        return LISTINGS[statement.object].columns(statement)
    if statement.object == integrations.KIND:
        return _INTEGRATION_COLUMNS
    return _STAGE_PROPERTY_COLUMNS if statement.object == stages.KIND else _PROPERTY_COLUMNS


def show(workspace: Workspace, statement: Show) -> Result:
    """SHOW STAGES, SHOW FILE FORMATS."""
    return answer(workspace, statement, LISTINGS[statement.object])


def _stages(workspace: Workspace, statement: Show) -> Rows:
    return map(_stage_row, workspace.objects.list(stages.KIND, *scope(workspace, statement)))


def _formats(workspace: Workspace, statement: Show) -> Rows:
    return map(_format_row, workspace.objects.list(file_formats.KIND, *scope(workspace, statement)))


def _stage_row(each: CatalogObject) -> tuple[Any, ...]:
    url = each.properties.get("URL")
    return (
        each.created,
        each.name.name,
        each.name.database,
        each.name.schema,
        url or "",
        "Y" if "CREDENTIALS" in each.properties else "N",
        "N",
        each.owner,
        each.comment,
        None,
        ("EXTERNAL" if url else "INTERNAL") + (" TEMPORARY" if each.is_passing else ""),
        _CLOUDS.get(str(url).partition("://")[0]),
        None,
        each.properties.get("STORAGE_INTEGRATION"),
        each.properties.get("ENDPOINT"),
        "ROLE",
        "Y" if stages.has_directory(each.properties) else "N",
    )


_CLOUDS: Final = {"gcs": "GCP", "azure": "AZURE"} | dict.fromkeys(
    ("s3", "s3gov", "s3china", "s3compat"), "AWS"
)


def _format_row(each: CatalogObject) -> tuple[Any, ...]:
    format = file_formats.of(each)
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


def _integrations(workspace: Workspace, statement: Show) -> Rows:
    for each in workspace.objects.list(integrations.KIND):
        enabled = str(each.properties["ENABLED"]).lower()
        yield (each.name.name, "EXTERNAL_STAGE", "STORAGE", enabled, each.comment, each.created)


LISTINGS: Final = {
    "STAGES": Listing(
        shaped(
            "@created_on name database_name schema_name url has_credentials has_encryption_key"
            " owner comment region type cloud notification_channel storage_integration endpoint"
            " owner_role_type directory_enabled"
        ),
        _stages,
        terse=WHOLE,
    ),
    "FILE FORMATS": Listing(
        shaped(
            "@created_on name database_name schema_name type owner comment format_options"
            " owner_role_type"
        ),
        _formats,
        terse=WHOLE,
    ),
    "INTEGRATIONS": Listing(
        shaped("name type category enabled comment @created_on"),
        _integrations,
    ),
}


def describe(workspace: Workspace, statement: Describe) -> Result:
    """DESCRIBE STAGE, DESCRIBE FILE FORMAT: one row a property."""
    name = workspace.context.resolve(statement.name)
    if statement.object == stages.KIND:
        return _describe_stage(workspace, name)
    if statement.object == integrations.KIND:
        return _describe_integration(workspace, name)
    format = file_formats.of(workspace.objects.get(file_formats.KIND, name))
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
    enabled = _text(stages.has_directory(stage.properties))
    rows.append(("DIRECTORY", "ENABLE", "Boolean", enabled, "false"))
    return Result(_STAGE_PROPERTY_COLUMNS, tag="DESCRIBE", row_count=len(rows), rows=rows)


def _describe_integration(workspace: Workspace, name: ObjectName) -> Result:
    found = workspace.objects.get(integrations.KIND, ObjectName(name.name))
    rows = [
        (key, _kind(value), ",".join(value) if isinstance(value, list) else _text(value), "")
        for key, value in found.properties.items()
        if key != "TYPE"
    ]
    return Result(_INTEGRATION_COLUMNS, tag="DESCRIBE", row_count=len(rows), rows=rows)


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
