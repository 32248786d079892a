"""Tags: CREATE and ALTER TAG, and SET, UNSET and WITH TAG of whatever carries them.

Snowflake's manual: "CREATE TAG", "ALTER TAG", "Object tagging".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.objects import CreateHead
from mockhaus.translation.grammar.reader import Reader, named_or_commented, statement_fields
from mockhaus.translation.grammar.types import signature
from mockhaus.translation.statements import Create, Statement, Tags


class CreateTag(Create, frozen=True):
    """CREATE TAG; options ALLOWED_VALUES (a list) and COMMENT."""


class AlterTag(Statement, frozen=True, kw_only=True):
    """ALTER TAG: one of RENAME TO, ADD, DROP and UNSET of ALLOWED_VALUES, SET and UNSET COMMENT."""

    name: ObjectName
    if_exists: bool = False
    renamed: ObjectName | None = None
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    unset: bool = False
    comment: str | None = None


class SetTags(Statement, frozen=True, kw_only=True):
    """ALTER kind name [MODIFY COLUMN column] SET | UNSET TAG; a value of None unsets."""

    object: str
    name: ObjectName
    column: str | None
    signature: tuple[str, ...]
    if_exists: bool
    tags: Tags

    @property
    def kind(self) -> str:
        return f"ALTER_{self.object}"


#: Kinds of objects that carry tags.
KINDS: Final = (
    "ACCOUNT", "DATABASE", "FUNCTION", "ROLE", "SCHEMA", "SEQUENCE", "STAGE", "TABLE", "USER",
    "VIEW", "WAREHOUSE",
)  # fmt: skip


def create(reader: Reader) -> CreateTag:
    """CREATE [OR REPLACE] TAG [IF NOT EXISTS] name [ALLOWED_VALUES 'a', ..] [COMMENT = '..']."""
    head = CreateHead(reader)
    options: dict[str, Any] = {}
    while not reader.done:
        if reader.accept("ALLOWED_VALUES"):
            options["ALLOWED_VALUES"] = list(_values(reader))
        elif reader.looking_at("COMMENT", "="):
            options.update(reader.options())
        elif reader.looking_at("PROPAGATE"):
            raise UnsupportedFeature("Unsupported feature 'CREATE TAG PROPAGATE'.")
        else:
            raise reader.unexpected()
    return CreateTag(**head.fields(reader), options=options)


def _values(reader: Reader) -> tuple[str, ...]:
    found = [reader.string()]
    while reader.accept(","):
        found.append(reader.string())
    return tuple(found)


def alter(reader: Reader) -> AlterTag:
    """ALTER TAG [IF EXISTS] name, then one action."""
    reader.expect("ALTER", "TAG")
    fields: dict[str, Any] = {"if_exists": reader.accept("IF", "EXISTS")}
    fields["name"] = reader.object_name()
    if common := named_or_commented(reader):
        fields |= common
    elif reader.accept("ADD", "ALLOWED_VALUES"):
        fields["added"] = _values(reader)
    elif reader.accept("DROP", "ALLOWED_VALUES"):
        fields["dropped"] = _values(reader)
    elif reader.accept("UNSET", "ALLOWED_VALUES"):
        fields["unset"] = True
    else:
        words = " ".join(filter(None, (reader.word(), reader.word(1))))
        raise UnsupportedFeature(f"Unsupported feature 'ALTER TAG {words}'.")
    reader.end()
    return AlterTag(**statement_fields(reader), **fields)


def set_tags(reader: Reader) -> SetTags | None:
    """An ALTER that sets or unsets tags; None, and nothing read, if it is another."""
    found = _set_tags(reader)
    if found is None:
        reader.at = 0
    return found


def _set_tags(reader: Reader) -> SetTags | None:
    if not any(token.text.upper() == "TAG" for token in reader.tokens[3:]):
        return None
    reader.expect("ALTER")
    kind = reader.word()
    if kind not in KINDS:
        return None
    reader.take()
    fields: dict[str, Any] = {"object": kind, "name": ObjectName(kind), "column": None}
    fields["if_exists"] = reader.accept("IF", "EXISTS")
    if kind != "ACCOUNT":
        fields["name"] = reader.object_name()
    fields["signature"] = signature(reader) if kind == "FUNCTION" else ()
    if kind in ("TABLE", "VIEW") and (reader.accept("MODIFY") or reader.accept("ALTER")):
        reader.accept("COLUMN")
        fields["column"] = reader.identifier()
    if reader.accept("SET", "TAG"):
        tags = [_assignment(reader)]
        while reader.accept(","):
            tags.append(_assignment(reader))
    elif reader.accept("UNSET", "TAG"):
        tags = [(reader.object_name(), None)]
        while reader.accept(","):
            tags.append((reader.object_name(), None))
    else:
        return None
    reader.end()
    return SetTags(**statement_fields(reader), **fields, tags=tuple(tags))


def _assignment(reader: Reader) -> tuple[ObjectName, str | None]:
    name = reader.object_name()
    reader.expect("=")
    return name, reader.string()


def cut(reader: Reader) -> tuple[list[Token], Tags]:
    """The tokens of a CREATE without its `[WITH] TAG (name = 'value', ..)`, and the tags of it."""
    depth, tokens = 0, reader.tokens
    for at, token in enumerate(tokens):
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        follows = tokens[at + 1].token_type if at + 1 < len(tokens) else None
        if depth or at < 2 or token.text.upper() != "TAG" or follows is not TokenType.L_PAREN:
            continue
        inner = Reader(tokens, reader.text)
        inner.at = at + 2
        tags = [_assignment(inner)]
        while inner.accept(","):
            tags.append(_assignment(inner))
        inner.expect(")")
        start = at - 1 if tokens[at - 1].text.upper() == "WITH" else at
        return [*tokens[:start], *tokens[inner.at :]], tuple(tags)
    return tokens, ()


GRAMMARS: Final[dict[tuple[str, ...], Callable[[Reader], Statement]]] = {
    ("CREATE", "TAG"): create,
    ("ALTER", "TAG"): alter,
}
