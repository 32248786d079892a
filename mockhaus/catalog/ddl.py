"""GET_DDL: the statements that create an object again.

A database and a schema are written with everything in them, in the order in which it was created
but for tags, sequences and file formats, which come first. Snowflake's manual: "GET_DDL".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from mockhaus.catalog import account, columns, routines
from mockhaus.catalog.containers import schema_name
from mockhaus.catalog.objects import CatalogObject
from mockhaus.catalog.parameter_table import OBJECT
from mockhaus.catalog.tables import relation_kind
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import InvalidParameter, UndefinedObject, UnsupportedFeature
from mockhaus.quoting import snowflake_literal
from mockhaus.translation import names
from mockhaus.translation.context import ObjectName
from mockhaus.translation.ddl.views import view_query
from mockhaus.translation.dialect import tokenize
from mockhaus.translation.grammar.reader import Reader
from mockhaus.translation.grammar.types import signature
from mockhaus.translation.routines.routine import Routine, type_of
from mockhaus.types import from_duckdb

#: Kinds of objects in a schema, in the order in which they are written.
_WITHIN: Final = (
    ("TAG",),
    ("SEQUENCE", "FILE FORMAT"),
    ("TABLE", "VIEW", "FUNCTION", "PROCEDURE"),
)

_CALLED: Final = ("FUNCTION", "PROCEDURE")

_PLAIN: Final = re.compile(r"[A-Z_][A-Z0-9_$]*")


def get_ddl(workspace: Workspace, kind: str, name: str, *, full: bool) -> str:
    """The text for an object of a kind as GET_DDL names it, and a name as written.

    `full`: names of what is created are written in full. Raises UndefinedObject, InvalidParameter,
    UnsupportedFeature.
    """
    wanted = kind.upper().replace("_", " ")
    if wanted in _REFUSED:
        raise UnsupportedFeature(f"Unsupported feature 'GET_DDL of {kind.upper()}'.")
    writer = _WRITERS.get(wanted)
    if writer is None:
        raise InvalidParameter(
            f"SQL compilation error:\ninvalid value ['{kind}'] for parameter 'object_type'"
        )
    return writer(workspace, _found(workspace, wanted, name), full)


_REFUSED: Final = frozenset(
    ("PIPE", "STREAM", "TASK", "POLICY", "DYNAMIC TABLE", "EVENT TABLE", "ICEBERG TABLE",
     "INTEGRATION", "STORAGE INTEGRATION", "ALERT", "SEMANTIC VIEW")
)  # fmt: skip


def _found(workspace: Workspace, kind: str, text: str) -> CatalogObject:
    """The object that a text names. Raises UndefinedObject."""
    reader = Reader(tokenize(text), text)
    if reader.done:
        raise InvalidParameter("SQL compilation error:\nGET_DDL needs the name of an object")
    name = reader.object_name()
    families = signature(reader) if kind in _CALLED else ()
    reader.end()
    context = workspace.context
    if kind in _CALLED:
        return routines.require(workspace, context.resolve(name), families, kind)
    if kind == "WAREHOUSE":
        stored = ObjectName(account.require(workspace, kind, name.name))
        return workspace.objects.find(kind, stored) or CatalogObject(kind, stored)
    if kind == "SCHEMA":
        name = schema_name(workspace, ObjectName(name.name, None, name.schema))
    elif kind != "DATABASE":
        name = context.resolve(name)
    if kind in ("TABLE", "VIEW"):
        if context.is_temporary(name):
            own = workspace.objects.temporary(name) or CatalogObject("TABLE", name)
            return replace(own, properties={**own.properties, "temporary": True})
        kind = relation_kind(workspace, name) or kind  # either word names both
    found = workspace.objects.find(kind, name)
    if found is None:
        raise UndefinedObject(
            f"SQL compilation error:\n{kind.capitalize()} '{name}' does not exist or not"
            " authorized.",
            subject=name.name,
        )
    return found


# --- spelling ------------------------------------------------------------------------------------


def quoted(name: str) -> str:
    """A stored name as Snowflake reads it back."""
    plain = _PLAIN.fullmatch(name) is not None and not names.is_reserved(name)
    return name if plain else names.quoted(name)


def _name(found: CatalogObject, full: bool) -> str:
    name = found.name
    parts = (name.database, name.schema, name.name) if full else (name.name,)
    return ".".join(quoted(part) for part in parts if part is not None)


def _tags(told: Mapping[str, Any]) -> str:
    """` WITH TAG (name='value', ..)`, by full names."""
    listed = ", ".join(
        f"{'.'.join(map(quoted, kept[:3]))}={snowflake_literal(kept[3])}"
        for kept in told.get("tags") or ()
    )
    return f" WITH TAG ({listed})" if listed else ""


def _comment(found: CatalogObject) -> str:
    return f" COMMENT={snowflake_literal(found.comment)}" if found.comment else ""


# --- tables and views ----------------------------------------------------------------------------


def _relation(workspace: Workspace, found: CatalogObject, full: bool) -> str:
    return (_view if found.kind == "VIEW" else _table)(workspace, found, full)


def _table(workspace: Workspace, found: CatalogObject, full: bool) -> str:
    told = found.properties
    entries = {each["name"].upper(): each for each in told.get("columns", ())}
    lines = [
        _column(each, entries.get(each.name.upper(), {}))
        for each in columns.of(workspace, found.name)
    ]
    lines += [_constraint(each) for each in told.get("constraints", ())]
    lines += [
        f"constraint {quoted(each['name'])} check ({each['text']})"
        for each in told.get("checks", ())
    ]
    what = "TEMPORARY " if told.get("temporary") else "TRANSIENT " if told.get("transient") else ""
    key = str(told.get("cluster_by") or "").removeprefix("LINEAR")
    cluster = f" cluster by {key}" if key else ""
    body = ",\n\t".join(lines)
    return (
        f"create or replace {what}TABLE {_name(found, full)}{cluster} (\n\t{body}\n)"
        f"{(_options(told) + _tags(told) + _comment(found)).lstrip()};"
    )


def _column(found: columns.Found, told: Mapping[str, Any]) -> str:
    parts = [quoted(found.name), told.get("type") or str(from_duckdb(found.type))]
    if not found.nullable:
        parts.append("NOT NULL")
    if told.get("identity"):
        start, step = told["identity"]
        order = "order" if told.get("ordered") else "noorder"
        parts.append(f"autoincrement start {start} increment {step} {order}")
    elif told.get("default") is not None:
        parts.append(f"DEFAULT {told['default']}")
    if told.get("tags"):
        parts.append(_tags(told).lstrip())
    if told.get("comment"):
        parts.append(f"COMMENT {snowflake_literal(told['comment'])}")
    return " ".join(parts)


def _constraint(told: Mapping[str, Any]) -> str:
    head = f"constraint {quoted(told['name'])} " if told.get("name") else ""
    line = f"{head}{told['type'].lower()} ({_listed(told['columns'])})"
    if told["type"] == "FOREIGN KEY":
        target = ".".join(quoted(part) for part in told["table"] if part)
        referenced = f"({_listed(told['referenced'])})" if told.get("referenced") else ""
        line += f" references {target}{referenced}"
    for key, words in _SAID.items():
        line += words.format(told[key]) if told.get(key) else ""
    return line + (f" COMMENT {snowflake_literal(told['comment'])}" if told.get("comment") else "")


#: What is recorded of a constraint -> how it is said; what is false or absent is not.
_SAID: Final = {
    "match": " match {}",
    "update_rule": " on update {}",
    "delete_rule": " on delete {}",
    "deferrable": " deferrable",
    "rely": " rely",
}


def _options(told: Mapping[str, Any]) -> str:
    """Recorded parameters of a table, schema or database."""
    return "".join(
        f" {name}={str(told[name]).upper()}"
        for name in ("CHANGE_TRACKING", *OBJECT)
        if told.get(name) is not None and told[name] is not False
    )


def _listed(items: Iterable[str]) -> str:
    return ", ".join(map(quoted, items))


def _view(workspace: Workspace, found: CatalogObject, full: bool) -> str:
    entries = {each["name"].upper(): each for each in found.properties.get("columns", ())}
    listed = ",\n\t".join(
        _view_column(each.name, entries.get(each.name.upper(), {}))
        for each in columns.of(workspace, found.name)
    )
    secure = "secure " if found.properties.get("secure") else ""
    query = view_query(str(found.properties["text"]))
    return (
        f"create or replace {secure}view {_name(found, full)}(\n\t{listed}\n)"
        f"{_options(found.properties)}{_tags(found.properties)}{_comment(found)} as {query};"
    )


def _view_column(name: str, told: Mapping[str, Any]) -> str:
    comment = f" COMMENT {snowflake_literal(told['comment'])}" if told.get("comment") else ""
    return f"{quoted(name)}{_tags(told)}{comment}"


# --- the rest ------------------------------------------------------------------------------------


def _sequence(workspace: Workspace, found: CatalogObject, full: bool) -> str:
    told = found.properties
    order = "order" if told.get("ORDER") else "noorder"
    return (
        f"create or replace sequence {_name(found, full)} start with {told['START']} increment by"
        f" {told['INCREMENT']} {order}{_tags(told)}{_comment(found)};"
    )


def _function(workspace: Workspace, found: CatalogObject, full: bool) -> str:
    told, called = routines.routine(found), found.properties
    words = [
        " NOT NULL" if called.get("not_null") else "",
        "\nLANGUAGE SQL",
        "\nSTRICT" if told.strict else "",
        "\nIMMUTABLE" if called.get("volatility") == "IMMUTABLE" else "",
        "\nMEMOIZABLE" if called.get("memoizable") else "",
        f"\n{_tags(called).lstrip()}" if called.get("tags") else "",
        f"\nCOMMENT={snowflake_literal(found.comment)}" if found.comment else "",
    ]
    secure = "SECURE " if called.get("secure") else ""
    return (
        f"CREATE OR REPLACE {secure}FUNCTION {_name(found, full)}{_called(told)}"
        f"{''.join(words)}\nAS {snowflake_literal(told.body)};"
    )


def _called(told: Routine) -> str:
    """The arguments and RETURNS of a function or procedure."""
    listed = ", ".join(
        f"{quoted(each.name)} {type_of(each.type) or each.type}"
        + (f" DEFAULT {each.default}" if each.default is not None else "")
        for each in told.parameters
    )
    returned = (
        str(type_of(told.returns))
        if told.columns is None
        else (f"TABLE ({', '.join(f'{quoted(n)} {type_of(t) or t}' for n, t in told.columns)})")
    )
    return f"({listed})\nRETURNS {returned}"


def _procedure(workspace: Workspace, found: CatalogObject, full: bool) -> str:
    told, called = routines.routine(found), found.properties
    words = [
        " NOT NULL" if called.get("not_null") else "",
        "\nLANGUAGE SQL",
        "\nSTRICT" if told.strict else "",
        f"\nCOMMENT={snowflake_literal(found.comment)}" if found.comment else "",
        f"\nEXECUTE AS {called['rights']}",
    ]
    return (
        f"CREATE OR REPLACE PROCEDURE {_name(found, full)}{_called(told)}{''.join(words)}"
        f"\nAS {snowflake_literal(told.body)};"
    )


def _warehouse(workspace: Workspace, found: CatalogObject, full: bool) -> str:
    told = {name: each for name, each in found.properties.items() if name != "tags"}
    lines = [f"with {'='.join(('warehouse_type', _value(told.pop('WAREHOUSE_TYPE', 'STANDARD'))))}"]
    lines += [f"{name.lower()}={_value(value)}" for name, value in told.items()]
    lines += [f"COMMENT={snowflake_literal(found.comment)}"] if found.comment else []
    body = "\n\t".join(lines)
    return f"create or replace warehouse {_name(found, full)}\n\t{body}\n;"


def _file_format(workspace: Workspace, found: CatalogObject, full: bool) -> str:
    told = dict(found.properties)
    kind = told.pop("TYPE", "CSV")
    lines = [f"TYPE = {kind}", *(f"{key} = {_value(value)}" for key, value in told.items())]
    if found.comment:
        lines.append(f"COMMENT = {snowflake_literal(found.comment)}")
    body = "\n\t".join(lines)
    return f"CREATE OR REPLACE FILE FORMAT {_name(found, full)}\n\t{body}\n;"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return str(value)
    if value is None:
        return "NONE"
    if isinstance(value, list):
        return f"({', '.join(_value(each) for each in value)})"
    return snowflake_literal(str(value))


def _tag(workspace: Workspace, found: CatalogObject, full: bool) -> str:
    allowed = found.properties.get("allowed") or ()
    values = f" allowed_values {', '.join(map(snowflake_literal, allowed))}" if allowed else ""
    return f"create or replace tag {_name(found, full)}{values}{_comment(found)};"


def _schema(workspace: Workspace, found: CatalogObject, full: bool) -> str:
    transient = "transient " if found.properties.get("TRANSIENT") else ""
    managed = " with managed access" if found.properties.get("MANAGED ACCESS") else ""
    said = managed + _options(found.properties)
    head = f"create or replace {transient}schema {_name(found, full)}{said}{_comment(found)};"
    parts = [head]
    for kinds in _WITHIN:
        inside = [
            each
            for kind in kinds
            for each in workspace.objects.list(kind, found.name.database, found.name.name)
        ]
        inside.sort(key=lambda each: each.oid or 0)
        parts += [_WRITERS[each.kind](workspace, each, full) for each in inside]
    return "\n\n".join((*parts, *_tagged(found, _name(found, full))))


def _tagged(found: CatalogObject, name: str) -> list[str]:
    """The tags of a container come last: they may be in it."""
    tags = _tags(found.properties).removeprefix(" WITH TAG (").removesuffix(")")
    return [f"alter {found.kind.lower()} {name} set tag {tags};"] if tags else []


def _database(workspace: Workspace, found: CatalogObject, full: bool) -> str:
    transient = "transient " if found.properties.get("TRANSIENT") else ""
    name = quoted(found.name.name)
    said = _options(found.properties) + _comment(found)
    parts = [f"create or replace {transient}database {name}{said};"]
    schemas = sorted(
        workspace.objects.list("SCHEMA", found.name.name), key=lambda each: each.oid or 0
    )
    within = [_schema(workspace, each, full) for each in schemas]
    return "\n\n".join((*parts, *within, *_tagged(found, name)))


_WRITERS: Final[dict[str, Callable[[Workspace, CatalogObject, bool], str]]] = {
    "TABLE": _relation,
    "VIEW": _relation,
    "SEQUENCE": _sequence,
    "FUNCTION": _function,
    "PROCEDURE": _procedure,
    "WAREHOUSE": _warehouse,
    "FILE FORMAT": _file_format,
    "TAG": _tag,
    "SCHEMA": _schema,
    "DATABASE": _database,
}
