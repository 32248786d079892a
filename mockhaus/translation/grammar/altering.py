"""ALTER of databases, schemas, sequences, warehouses, roles, users and the account.

Snowflake's manual: "ALTER DATABASE" and its sisters, "ALTER ACCOUNT".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import field

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.reader import Reader, statement_fields
from mockhaus.translation.statements import Statement


class AlterObject(Statement, frozen=True, kw_only=True):
    """One of RENAME TO, SWAP WITH, SET, UNSET, or a bare `action`: SUSPEND, RESUME of a warehouse,
    ENABLE, DISABLE of a schema's MANAGED ACCESS.

    `object` is the kind in upper case; `name` is empty for ACCOUNT and for the current warehouse
    or user.
    """

    object: str
    name: ObjectName
    if_exists: bool = False
    renamed: ObjectName | None = None
    swapped: ObjectName | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    unset: tuple[str, ...] = ()
    action: str = ""

    @property
    def kind(self) -> str:
        return f"ALTER_{self.object}"


def alter(reader: Reader) -> AlterObject:
    """ALTER kind [IF EXISTS] name RENAME TO | SWAP WITH | SET | UNSET | SUSPEND | RESUME."""
    reader.expect("ALTER")
    kind = reader.identifier()
    fields: dict[str, Any] = {"object": kind, "name": ObjectName("")}
    if kind != "ACCOUNT":
        fields["if_exists"] = reader.accept("IF", "EXISTS")
        if not _is_nameless(reader, kind):
            fields["name"] = reader.object_name()
    _change(reader, kind, fields)
    reader.end()
    return AlterObject(**statement_fields(reader), **fields)


_NAMELESS: Final = {"WAREHOUSE": ("SET", "UNSET", "SUSPEND", "RESUME"), "USER": ("SET", "UNSET")}


def _is_nameless(reader: Reader, kind: str) -> bool:
    """Whether the current warehouse or user is meant: its name is left out."""
    words = _NAMELESS.get(kind, ())
    return reader.word() in words and reader.word(1) not in words


def _change(reader: Reader, kind: str, fields: dict[str, Any]) -> None:
    if reader.accept("RENAME", "TO"):
        fields["renamed"] = reader.object_name()
    elif reader.accept("SWAP", "WITH"):
        fields["swapped"] = reader.object_name()
    elif reader.accept("SET"):
        fields["options"] = _options(reader)
    elif reader.accept("UNSET"):
        names = [reader.identifier()]
        while reader.accept(","):
            names.append(reader.identifier())
        fields["unset"] = tuple(names)
    elif kind == "SEQUENCE":
        fields["options"] = _options(reader)
    elif kind == "WAREHOUSE" and reader.word() in ("SUSPEND", "RESUME"):
        fields["action"] = reader.identifier()
        reader.accept("IF", "SUSPENDED")
    elif kind == "SCHEMA" and reader.looking_at(reader.word(), "MANAGED", "ACCESS"):
        fields["action"] = reader.identifier()
        reader.expect("MANAGED", "ACCESS")
    elif reader.done:
        raise reader.unexpected()
    else:
        raise UnsupportedFeature(f"Unsupported feature 'ALTER {kind} {reader.word()}'.")


def _options(reader: Reader) -> dict[str, Any]:
    """`NAME = value` pairs, and a sequence's INCREMENT [BY] n and [NO]ORDER."""
    options: dict[str, Any] = {}
    while not reader.done:
        if reader.accept("INCREMENT"):
            reader.accept("BY")
            reader.accept("=")
            options["INCREMENT"] = reader.whole()
        elif reader.word() in ("ORDER", "NOORDER"):
            options["ORDER"] = reader.identifier() == "ORDER"
        else:
            found = reader.options()
            if not found:
                raise reader.unexpected()
            options.update(found)
        reader.accept(",")
    return options


_KINDS: Final = ("ACCOUNT", "DATABASE", "SCHEMA", "SEQUENCE", "WAREHOUSE", "ROLE", "USER")

GRAMMARS: Final[dict[tuple[str, ...], Callable[[Reader], Statement]]] = {
    ("ALTER", kind): alter for kind in _KINDS
}
