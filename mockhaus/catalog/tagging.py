"""Tags on recorded objects: each object keeps those that were set on it, a column its own.

Kept as `[database, schema, tag, value]` under `tags` in an object's properties, or in the entry of
a column, so that they follow whatever becomes of the object. Snowflake's manual: "Object tagging"
(a value has 256 characters at most, an object 50 tags).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog.objects import CatalogObject, Objects
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import InvalidParameter, UndefinedObject
from mockhaus.translation.context import ObjectName
from mockhaus.translation.statements import Tags

#: Characters of a value; tags of an object.
LONGEST: Final = 256
MOST: Final = 50

#: One tag that is set.
Entry = list[str]


def entry(tag: ObjectName, value: str) -> Entry:
    """A tag of a full name as it is kept."""
    return [tag.database or "", tag.schema or "", tag.name, value]


def name_of(kept: Sequence[str]) -> ObjectName:
    """The full name of a kept tag."""
    return ObjectName(kept[2], kept[1], kept[0])


def require(workspace: Workspace, name: ObjectName) -> CatalogObject:
    """The tag of a name as written. Raises UndefinedObject."""
    full = workspace.context.resolve(name)
    found = workspace.objects.find("TAG", full)
    if found is None:
        raise UndefinedObject(
            f"SQL compilation error:\nTag '{full}' does not exist or not authorized.",
            subject=full.name,
        )
    return found


def put(workspace: Workspace, told: Mapping[str, Any], tags: Tags) -> list[Entry]:
    """The tags of an object or column of these properties, once `tags` are set and unset."""
    kept: list[Entry] = list(told.get("tags", ()))
    for name, value in tags:
        tag = require(workspace, name)
        kept = [each for each in kept if name_of(each).folded() != tag.name.folded()]
        if value is not None:
            _check(tag, value)
            kept = sorted([*kept, entry(tag.name, value)])
    if len(kept) > MOST:
        raise InvalidParameter(f"SQL compilation error:\nAn object has {MOST} tags at most.")
    return kept


def told(workspace: Workspace, tags: Tags) -> dict[str, list[Entry]]:
    """What is recorded of the tags of a definition; nothing if it has none."""
    return {"tags": put(workspace, {}, tags)} if tags else {}


def _check(tag: CatalogObject, value: str) -> None:
    allowed = tag.properties.get("allowed")
    if len(value) > LONGEST or (allowed and value not in allowed):
        raise InvalidParameter(
            f"SQL compilation error:\ninvalid value '{value[:40]}' for tag '{tag.name}'"
        )


def rename(objects: Objects, old: ObjectName, new: ObjectName) -> None:
    """A tag has another name: so it has on every object."""
    _each(objects, old, lambda kept: entry(new, kept[3]))


def forget(objects: Objects, tag: ObjectName) -> None:
    """A tag is dropped: no object has it any more."""
    _each(objects, tag, lambda kept: None)


def _each(objects: Objects, tag: ObjectName, change: Callable[[Entry], Entry | None]) -> None:
    def changed(told: dict[str, Any]) -> dict[str, Any]:
        if "tags" not in told:
            return told
        found = [change(t) if name_of(t).folded() == tag.folded() else t for t in told["tags"]]
        return {**told, "tags": [each for each in found if each is not None]}

    for each in objects.with_tags():
        told = changed(dict(each.properties))
        if "columns" in told:
            told["columns"] = [changed(column) for column in told["columns"] or ()]
        if told != each.properties:
            objects.update(each, replace(each, properties=told))
