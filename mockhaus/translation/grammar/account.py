"""Warehouses, roles, users; GRANT and REVOKE.

Snowflake's manual: "CREATE WAREHOUSE", "CREATE ROLE", "CREATE USER", "GRANT <privileges>",
"GRANT ROLE", and their sisters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar import kinds
from mockhaus.translation.grammar.objects import CreateHead, called
from mockhaus.translation.grammar.reader import Reader, statement_fields
from mockhaus.translation.statements import Create, Statement


class CreateAccountObject(Create, frozen=True, kw_only=True):
    """CREATE WAREHOUSE, ROLE, USER; `object` is the kind."""

    object: str

    @property
    def kind(self) -> str:
        return f"CREATE_{self.object}"


class Grant(Statement, frozen=True, kw_only=True):
    """GRANT and REVOKE (`revoked`): privileges on an object, or a role, to a role or a user.

    `on` is the object's kind, ROLE for a role that is granted itself. With `each`, ALL or FUTURE,
    it is the kind of the objects within the SCHEMA or DATABASE (`within`) that `name` names.
    """

    privileges: tuple[str, ...]
    on: str
    name: ObjectName
    to_kind: str
    to: str
    each: str = ""
    within: str = ""
    grant_option: bool = False
    revoked: bool = False
    #: What the grantee has granted on goes too.
    cascade: bool = False
    #: REVOKE or COPY CURRENT GRANTS, behind GRANT OWNERSHIP.
    current: str = ""

    @property
    def kind(self) -> str:
        return "REVOKE" if self.revoked else "GRANT"


def create(reader: Reader) -> CreateAccountObject:
    """CREATE [OR REPLACE] kind [IF NOT EXISTS] name [WITH] options."""
    head = CreateHead(reader)
    if head.name.schema is not None:
        raise reader.unexpected()
    reader.accept("WITH")
    options = reader.options()
    reader.end()
    return CreateAccountObject(**head.fields(reader), options=options, object=head.kind)


def grant(reader: Reader) -> Grant:
    """GRANT privileges ON kind name TO [ROLE | USER] name [WITH GRANT OPTION]; GRANT ROLE r TO"""
    reader.expect("GRANT")
    fields = _granted(reader, "TO")
    fields["grant_option"] = reader.accept("WITH", "GRANT", "OPTION")
    if fields["privileges"] == ("OWNERSHIP",) and reader.word() in ("REVOKE", "COPY"):
        fields["current"] = reader.identifier()
        reader.expect("CURRENT", "GRANTS")
    reader.end()
    return Grant(**statement_fields(reader), **fields)


def revoke(reader: Reader) -> Grant:
    """REVOKE [GRANT OPTION FOR] privileges ON kind name FROM [ROLE | USER] name; REVOKE ROLE r"""
    reader.expect("REVOKE")
    option = reader.accept("GRANT", "OPTION", "FOR")
    fields = _granted(reader, "FROM")
    cascade = reader.accept("CASCADE")
    if not cascade:
        reader.accept("RESTRICT")  # the default
    reader.end()
    return Grant(
        **statement_fields(reader), **fields, revoked=True, grant_option=option, cascade=cascade
    )


def _granted(reader: Reader, direction: str) -> dict[str, Any]:
    if reader.word() in ("DATABASE", "APPLICATION") and reader.word(1) == "ROLE":
        raise UnsupportedFeature(f"Unsupported feature '{reader.word()} ROLE'.")
    if reader.accept("ROLE"):
        fields: dict[str, Any] = {"privileges": ("USAGE",), "on": "ROLE"}
        fields["name"] = ObjectName(reader.identifier())
    else:
        privileges = [_privilege(reader)]
        while reader.accept(","):
            privileges.append(_privilege(reader))
        reader.expect("ON")
        on = _several(reader) if reader.word() in ("ALL", "FUTURE") else _object(reader)
        fields = {"privileges": tuple(privileges), **on}
    reader.expect(direction)
    if (kind := _other_grantee(reader)) is not None:
        raise UnsupportedFeature(f"Unsupported feature '{direction} {kind}'.")
    fields["to_kind"] = reader.identifier() if reader.word() in ("ROLE", "USER") else "ROLE"
    fields["to"] = reader.identifier()
    return fields


#: Kinds of objects that ALL and FUTURE may name, by their plurals.
_PLURALS: Final = {
    kinds.plural(kind): kind
    for kind in (
        "SCHEMA", "TABLE", "VIEW", "SEQUENCE", "STAGE", "FILE FORMAT", "FUNCTION", "PROCEDURE",
        "TAG",
    )
}  # fmt: skip


def _several(reader: Reader) -> dict[str, Any]:
    """ALL | FUTURE kinds IN SCHEMA | DATABASE name."""
    each, plural = reader.identifier(), kinds.read(reader)
    if plural not in _PLURALS:
        raise UnsupportedFeature(f"Unsupported feature 'GRANT ON {each} {plural}'.")
    reader.expect("IN")
    within = reader.identifier()
    if within not in ("SCHEMA", "DATABASE"):
        raise UnsupportedFeature(f"Unsupported feature 'GRANT ON {each} {plural} IN {within}'.")
    return {"on": _PLURALS[plural], "name": reader.object_name(), "each": each, "within": within}


def _other_grantee(reader: Reader) -> str | None:
    """The kind of a grantee that is neither a role nor a user."""
    others = (("SHARE",), ("DATABASE", "ROLE"), ("APPLICATION", "ROLE"), ("APPLICATION",))
    found = next((each for each in others if reader.looking_at(*each)), None)
    return None if found is None or reader.token(len(found)) is None else " ".join(found)


def _privilege(reader: Reader) -> str:
    """One privilege, of one word or several: SELECT, CREATE TABLE, ALL PRIVILEGES."""
    words = [reader.identifier()]
    while reader.word() not in ("", ",", "ON", "TO", "FROM"):
        words.append(reader.identifier())
    return "ALL" if words[0] == "ALL" else " ".join(words)


def _object(reader: Reader) -> dict[str, Any]:
    if reader.accept("ACCOUNT"):
        return {"on": "ACCOUNT", "name": ObjectName("MOCKHAUS")}
    if reader.word(1) in ("TO", "FROM", ".") or reader.word() == "":  # PostgreSQL's form: a table
        return {"on": "TABLE", "name": reader.object_name()}
    kind = kinds.read(reader)
    return {"on": kind, "name": called(reader, kind)}


GRAMMARS: Final[dict[tuple[str, ...], Callable[[Reader], Statement]]] = {
    ("CREATE", "WAREHOUSE"): create,
    ("CREATE", "ROLE"): create,
    ("CREATE", "USER"): create,
    ("GRANT",): grant,
    ("REVOKE",): revoke,
}
