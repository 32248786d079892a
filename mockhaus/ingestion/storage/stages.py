"""Stages: objects of the catalog, and the places that `@stage/path` denotes.

    @name/path    named; internal: a folder of the session; external: the folder of its URL
    @~/path       the user's, one for the session
    @%table/path  a table's

An internal stage has a folder of its own from the moment it is created, so that a stage which is
dropped, replaced or rolled back never shows the files of another. Snowflake's manual: "CREATE
STAGE".
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import compress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct

from mockhaus.access.hiding import hidden
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import (
    InvalidParameter,
    LoadError,
    UndefinedObject,
    UnsupportedFeature,
)
from mockhaus.ingestion.copying import copy_options
from mockhaus.ingestion.copying.target import exists
from mockhaus.ingestion.files import file_formats
from mockhaus.ingestion.files.format_options import invalid_value
from mockhaus.ingestion.storage import endpoints, integrations, object_stores
from mockhaus.ingestion.storage.stores import LocalStore, Store, StoredFile, checked
from mockhaus.translation.context import ObjectName
from mockhaus.translation.statements import CreateStage, StageRef

KIND: Final = "STAGE"
FOLDER: Final = "stages"

REFUSED: Final = frozenset(
    [
        "ENCRYPTION",
        "TAG",
        "USE_PRIVATELINK_ENDPOINT",
        "AWS_ACCESS_POINT_ARN",
        "NOTIFICATION_INTEGRATION",
    ]
)


class Location(Struct, frozen=True):
    """What a stage reference denotes.

    `prefix` narrows the store's files; `shown` goes before a file's name where Snowflake shows
    one; `identity` does in the load history; `properties` are the named stage's.
    """

    store: Store
    prefix: str
    shown: str
    identity: str
    properties: Mapping[str, Any]

    def files(self, pattern: str | None = None) -> list[StoredFile]:
        """The files of the location, by name; `pattern` has to match all of a name as shown."""
        found = self.store.list(self.prefix)
        if pattern is None:
            return found
        return list(compress(found, matching([self.show(file) for file in found], pattern)))

    def show(self, file: StoredFile) -> str:
        """A file's name as LIST and COPY show it."""
        return f"{self.shown}{file.name}"


def matching(names: Sequence[str], pattern: str) -> list[bool]:
    """Which names a regular expression matches whole. Raises InvalidParameter.

    By RE2, as in SQL: Python's own may take for ever with a pattern, and all sessions wait for it.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.array([""]), pattern)  # what is none is none within ours
        found = pc.match_substring_regex(pa.array(names, pa.string()), f"^(?s:{pattern})$")
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise InvalidParameter(f"Invalid regular expression: '{pattern}', {reason}.") from None
    return found.to_pylist()  # type: ignore[no-any-return]


def modified(stamp: int) -> datetime:
    """A time in nanoseconds since 1970."""
    return datetime.fromtimestamp(stamp / 1e9, UTC)


def create(workspace: Workspace, statement: CreateStage) -> bool:
    """Record a stage; False if IF NOT EXISTS met one.

    Raises InvalidParameter, UnsupportedFeature, DuplicateObject, UndefinedObject.
    """
    options = dict(statement.options)
    comment = options.pop("COMMENT", "")
    passing = {"TEMPORARY": True} if options.pop("TEMPORARY", False) else {}
    name = workspace.context.resolve(statement.name)
    if "CLONE" in options:
        source = workspace.objects.get(KIND, workspace.context.resolve(options["CLONE"]))
        if "URL" not in source.properties:
            raise UnsupportedFeature("Unsupported feature 'CLONE of an internal stage'.")
        recorded, comment = dict(source.properties), source.comment
        recorded.pop("TEMPORARY", None)
    else:
        recorded = properties(workspace, options)
    _agree(workspace, recorded)
    recorded |= passing
    if "URL" not in recorded:
        slug = quote(name.name, safe="")[:40]
        place = f"{_passing(workspace.context.connection_id)}/" if passing else ""
        recorded["FOLDER"] = f"{place}{slug}-{uuid.uuid4().hex[:12]}"
    new = CatalogObject(KIND, name, recorded, str(comment), workspace.context.role)
    old = workspace.objects.met(new)
    created = workspace.objects.create(
        new, replace=statement.replace, if_not_exists=statement.if_not_exists
    )
    if created and old is not None:
        forget_files(workspace, old)
    return created


def properties(workspace: Workspace, options: dict[str, Any]) -> dict[str, Any]:
    """The options of CREATE or ALTER STAGE, validated, as they are recorded."""
    recorded: dict[str, Any] = {}
    for name, value in options.items():
        read = _READERS.get(name)
        if read is not None:
            recorded[name] = read(workspace, value)
        elif name in REFUSED:
            raise UnsupportedFeature(f"Unsupported feature 'a stage with {name}'.")
        else:
            raise InvalidParameter(
                f"SQL compilation error:\ninvalid property '{name}' for 'STAGE'."
            )
    return recorded


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise invalid_value("STAGE", value)
    return value


def _format(workspace: Workspace, value: Any) -> dict[str, Any]:
    file_formats.resolve(workspace, value)
    return file_formats.recorded(workspace, value)


def _copying(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid_value("COPY_OPTIONS", value)
    copy_options.read(value)
    return value


def _directory(value: Any) -> dict[str, bool]:
    """DIRECTORY = (...) of CREATE or ALTER STAGE, read. Raises what is wrong with it."""
    if not isinstance(value, Mapping) or not all(isinstance(each, bool) for each in value.values()):
        raise InvalidParameter("SQL compilation error:\ninvalid value for property 'DIRECTORY'.")
    for name, on in value.items():
        if name in ("AUTO_REFRESH", "NOTIFICATION_INTEGRATION") and on:
            raise UnsupportedFeature(
                f"Unsupported feature 'DIRECTORY = ({name} = TRUE)'.",
                hint="ALTER STAGE ... REFRESH brings a directory table up to date.",
            )
        if name not in ("ENABLE", "AUTO_REFRESH", "REFRESH_ON_CREATE"):
            raise InvalidParameter(f"SQL compilation error:\ninvalid property '{name}'.")
    return dict(value)


def has_directory(properties: Mapping[str, Any]) -> bool:
    """Whether a stage has a directory table."""
    return bool(properties.get("DIRECTORY", {}).get("ENABLE"))


def altered(
    workspace: Workspace, old: Mapping[str, Any], options: dict[str, Any]
) -> dict[str, Any]:
    """A stage's properties with those of SET in their place; credentials go with their URL."""
    new = properties(workspace, options)
    kept = dict(old)
    if {"CREDENTIALS", "STORAGE_INTEGRATION"} & new.keys():
        kept.pop("CREDENTIALS", None)
        kept.pop("STORAGE_INTEGRATION", None)
    made = {**kept, **new}
    _agree(workspace, made)
    return made


def _agree(workspace: Workspace, recorded: dict[str, Any]) -> None:
    """Check what URL, CREDENTIALS, ENDPOINT and STORAGE_INTEGRATION say together."""
    url = str(recorded.get("URL", ""))
    remote = url.partition("://")[0] in object_stores.SCHEMES
    given = [n for n in ("CREDENTIALS", "ENDPOINT", "STORAGE_INTEGRATION") if n in recorded]
    if given and not remote:
        raise InvalidParameter(
            f"SQL compilation error:\n{given[0]} goes with the URL of an object store."
        )
    if "CREDENTIALS" in recorded and "STORAGE_INTEGRATION" in recorded:
        raise InvalidParameter(
            "SQL compilation error:\nCREDENTIALS and STORAGE_INTEGRATION exclude each other."
        )
    if "CREDENTIALS" in recorded:
        checked = object_stores.checked_credentials(recorded["CREDENTIALS"], url)
        recorded["CREDENTIALS"] = checked
    if url.startswith("s3compat:") and "ENDPOINT" not in recorded:
        raise InvalidParameter("SQL compilation error:\nan s3compat:// stage needs an ENDPOINT.")
    if "STORAGE_INTEGRATION" in recorded:
        integrations.check(workspace, recorded["STORAGE_INTEGRATION"], url)


def _url(url: Any) -> str:
    scheme, separator, path = str(url).partition("://")
    if separator and scheme.lower() in object_stores.SCHEMES:
        return object_stores.checked_url(str(url))
    if not separator or scheme.lower() != "file" or not path.startswith("/") or "\0" in path:
        raise InvalidParameter(
            f"SQL compilation error:\ninvalid URL prefix found in: '{hidden(url)}'."
        )
    checked(path.lstrip("/").rstrip("/"))
    return f"file:///{path.strip('/')}"


#: Options, and what reads their values.
_READERS: Final[dict[str, Callable[[Workspace, Any], Any]]] = {
    "URL": lambda _, value: _url(value),
    "CREDENTIALS": lambda _, value: value,  # read when the URL is known
    "ENDPOINT": lambda _, value: _text(value),
    "STORAGE_INTEGRATION": lambda _, value: _text(value).upper(),
    "FILE_FORMAT": _format,
    "COPY_OPTIONS": lambda _, value: _copying(value),
    "DIRECTORY": lambda _, value: _directory(value),
}
#: Every option of the manual, COMMENT apart.
OPTIONS: Final = (*_READERS, *sorted(REFUSED))


def drop(workspace: Workspace, name: ObjectName, *, if_exists: bool) -> bool:
    """Forget a stage and, once that is committed, its files; False if IF EXISTS met none."""
    name = workspace.context.resolve(name)
    old = workspace.objects.find(KIND, name)
    dropped = workspace.objects.drop(KIND, name, if_exists=if_exists)
    if old is not None:
        forget_files(workspace, old)
    return dropped


def forget_files(workspace: Workspace, stage: CatalogObject) -> None:
    """Delete the folder of an internal stage after the commit; without a commit it stays."""
    folder = stage.properties.get("FOLDER")
    if folder and workspace.after_commit is not None:
        path = workspace.files / FOLDER / str(folder)
        workspace.after_commit(lambda: shutil.rmtree(path, ignore_errors=True))


def _passing(connection: int) -> str:
    """Where the folders of a connection's temporary stages are."""
    return f"temporary/{connection}"


def left(files: Path, connection: int) -> None:
    """A connection has ended: the files of its temporary stages go with it."""
    shutil.rmtree(files / FOLDER / _passing(connection), ignore_errors=True)


def locate(workspace: Workspace, ref: StageRef) -> Location:
    """The place that a reference denotes. Raises UndefinedObject, InvalidParameter."""
    prefix = checked(ref.path)
    if ref.kind == "USER":
        return _internal(workspace.files / "user", "~", prefix, "", {})
    assert ref.name is not None
    name = workspace.context.resolve(ref.name)
    if ref.kind == "TABLE":
        if not exists(workspace.cursor, name):
            raise UndefinedObject(f"Table '{name}' does not exist or not authorized.")
        return _internal(table_folder(workspace.files, name), f"%{name}", prefix, "", {})
    stage = workspace.objects.get(KIND, name)
    url = stage.properties.get("URL")
    if url is None:
        folder = str(stage.properties["FOLDER"])
        shown = f"{stage.name.name.lower()}/"
        return _internal(workspace.files / FOLDER / folder, folder, prefix, shown, stage.properties)
    if not str(url).startswith("file:"):
        return _remote(workspace, str(url), prefix, stage.properties)
    root = Path(str(url).removeprefix("file://"))
    allowed(workspace, root)
    base = str(url).rstrip("/") + "/"
    return Location(LocalStore(root, must_exist=True), prefix, base, base, stage.properties)


def _remote(workspace: Workspace, url: str, prefix: str, properties: Mapping[str, Any]) -> Location:
    integration = properties.get("STORAGE_INTEGRATION")
    if integration is not None:
        integrations.check(workspace, integration, url)
    endpoint = properties.get("ENDPOINT")
    if endpoint is not None:
        endpoints.check(endpoint, workspace.endpoints)
    access = object_stores.Access(
        properties.get("CREDENTIALS", {}),
        endpoint,
        own=integration is not None,
        allowed=workspace.endpoints,
    )
    store = object_stores.ObjectStore(url, access, workspace.files / "scratch")
    return Location(store, prefix, f"{url}/", f"{url}/", properties)


def _internal(
    folder: Path, identity: str, prefix: str, shown: str, properties: Mapping[str, Any]
) -> Location:
    return Location(LocalStore(folder), prefix, shown, f"@{identity}/", properties)


def table_folder(files: Path, table: ObjectName) -> Path:
    """The folder of a table's stage."""
    parts = [table.database or "", table.schema or "", table.name]
    return files.joinpath("tables", *(quote(part, safe=" ").replace(".", "%2E") for part in parts))


def allowed(workspace: Workspace, root: Path) -> None:
    """Raises LoadError for a folder that stages may not reach."""
    real = root.resolve()
    if not any(real.is_relative_to(each.resolve()) for each in workspace.folders):
        raise LoadError(
            f"The folder '{root}' is outside the folders that stages may use.",
            hint="Start the server with --allow-path.",
        )
