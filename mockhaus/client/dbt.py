"""A dbt project's target folder: what `manifest.json` says of its models, in an order that runs.

Documentation of dbt: "Manifest JSON file". Read are the texts that dbt compiled; what its adapter
writes around them (`run/`) is the adapter's, which is another one here.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

MANIFEST: Final = "manifest.json"

#: What a snapshot has beside its query's columns.
_OF_SNAPSHOTS: Final = (
    "NULL::VARCHAR AS dbt_scd_id, NULL::TIMESTAMP_NTZ AS dbt_updated_at, "
    "NULL::TIMESTAMP_NTZ AS dbt_valid_from, NULL::TIMESTAMP_NTZ AS dbt_valid_to"
)

#: Rows of a seed that its columns' types are guessed of, and the types, the narrowest first.
_LOOKED_AT: Final = 1000
_TYPES: Final = (
    (re.compile(r"[-+]?\d{1,18}"), "INT"),
    (re.compile(r"[-+]?\d*\.?\d+"), "NUMBER(38, 10)"),
    (re.compile(r"true|false", re.I), "BOOLEAN"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "DATE"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?"), "TIMESTAMP_NTZ"),
)


class NoManifest(Exception):
    """A manifest that cannot be read: one line for the user."""


class Node(Struct, frozen=True):
    """Something that dbt builds. `sql` is what it compiled, None for what has none (seeds, sources,
    models that are not SQL); `made` is a statement that has others find it, empty for none.
    `before` has an incremental model find itself, as far as its columns are documented."""

    name: str
    file: str
    sql: str | None
    schema: tuple[str, str]
    made: str
    before: str = ""


def is_target(folder: Path) -> bool:
    """Whether a folder is dbt's target folder."""
    return (folder / MANIFEST).is_file()


def nodes(folder: Path) -> list[Node]:
    """What a project builds, each after what it is built of. Raises NoManifest, OSError."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        found: dict[str, Any] = {**manifest["sources"], **manifest["nodes"]}
        needs = {name: _needs(each, found) for name, each in found.items()}
        order = list(TopologicalSorter(needs).static_order())
        return [_node(found[name], folder) for name in order if _is_built(found[name])]
    except (ValueError, KeyError, TypeError, AttributeError, CycleError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise NoManifest(f"{folder / MANIFEST} is no manifest of dbt's: {reason}") from None


def _needs(node: Mapping[str, Any], found: Mapping[str, Any]) -> Sequence[str]:
    return [each for each in node.get("depends_on", {}).get("nodes", ()) if each in found]


def _is_built(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] in ("source", "seed", "model", "snapshot", "test")


def _node(node: Mapping[str, Any], folder: Path) -> Node:
    kind, config = node["resource_type"], node.get("config") or {}
    sql = _compiled(node, folder) if node.get("language", "sql") == "sql" else None
    how = config.get("materialized") if kind == "model" else None
    return Node(
        f"{kind} {node['name']}" + (f" ({how})" if how else ""),
        node["original_file_path"],
        sql,
        (node.get("database") or "", node.get("schema") or ""),
        _made(node, kind, how, sql),
        _stub(node) if _reads_itself(node, sql) else "",
    )


def _compiled(node: Mapping[str, Any], folder: Path) -> str | None:
    """What dbt compiled, in the manifest or in the file beside it."""
    if node["resource_type"] not in ("model", "snapshot", "test"):
        return None
    if text := node.get("compiled_code"):
        return str(text)
    path = node.get("compiled_path")
    # It begins with the folder's name as the project knew it.
    file = folder / Path(*Path(path).parts[1:]) if path else None
    return file.read_text(encoding="utf-8") if file is not None and file.is_file() else None


def _made(node: Mapping[str, Any], kind: str, how: str | None, sql: str | None) -> str:
    relation = node.get("relation_name")
    if not relation or kind == "test" or how == "ephemeral":
        return ""
    if kind in ("source", "seed"):
        columns = dict(_columns(node))
        listed = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        return f"CREATE TABLE IF NOT EXISTS {relation} ({listed})" if columns else ""
    if sql is None:
        return ""
    query = sql.strip().rstrip(";")
    if kind == "snapshot":
        query = f"SELECT *, {_OF_SNAPSHOTS} FROM (\n{query}\n)"
    if _reads_itself(node, sql):
        return f"CREATE OR REPLACE TABLE {relation} AS\n{query}"
    return f"CREATE OR REPLACE VIEW {relation} AS\n{query}"


def _reads_itself(node: Mapping[str, Any], sql: str | None) -> bool:
    """Whether it was compiled for a table that is there already (`is_incremental()`)."""
    return sql is not None and bool(node.get("relation_name")) and node["relation_name"] in sql


def _stub(node: Mapping[str, Any]) -> str:
    documented = node.get("columns") or {}
    columns = [f"{name} {each.get('data_type') or 'VARCHAR'}" for name, each in documented.items()]
    return f"CREATE TABLE {node['relation_name']} ({', '.join(columns)})" if columns else ""


def _columns(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and types: what is documented, of a seed what its file shows as well."""
    told = {
        name: each["data_type"]
        for name, each in (node.get("columns") or {}).items()
        if each.get("data_type")
    }
    if node["resource_type"] == "source":
        yield from ((name, told.get(name, "VARCHAR")) for name in node.get("columns") or {})
        return
    told |= (node.get("config") or {}).get("column_types") or {}
    file = Path(node.get("root_path") or "") / node["original_file_path"]
    if not file.is_file():
        yield from told.items()
        return
    with file.open(encoding="utf-8-sig", newline="") as lines:
        delimiter = (node.get("config") or {}).get("delimiter") or ","
        rows = csv.reader(lines, delimiter=delimiter)
        head = next(rows, [])
        values = [row for row, _ in zip(rows, range(_LOOKED_AT), strict=False)]
    for number, name in enumerate(head):
        cells = [row[number] for row in values if number < len(row) and row[number]]
        yield name, told.get(name) or _guessed(cells)


def _guessed(cells: Sequence[str]) -> str:
    for pattern, name in _TYPES:
        if cells and all(pattern.fullmatch(cell) for cell in cells):
            return name
    return "VARCHAR"
