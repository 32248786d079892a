"""Statements of Snowflake Scripting: blocks, EXECUTE IMMEDIATE, procedures.

Snowflake's manual: "EXECUTE IMMEDIATE", "CREATE PROCEDURE", "CALL".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.alter_table import separated
from mockhaus.translation.grammar.objects import CreateHead
from mockhaus.translation.grammar.reader import Reader, named_or_commented, statement_fields
from mockhaus.translation.grammar.routines import parameter_list, returned
from mockhaus.translation.grammar.types import signature
from mockhaus.translation.routines.routine import Parameter
from mockhaus.translation.scripting import blocks as b
from mockhaus.translation.scripting.mentions import source
from mockhaus.translation.scripting.parse import block_of, whole


class ExecuteBlock(s.Statement, frozen=True, kw_only=True):
    """An anonymous block, or EXECUTE IMMEDIATE of what is known only when it runs.

    `body` is the text that the block's offsets are of.
    """

    block: b.Block | b.ExecuteImmediate
    body: str


class Call(s.Tree, frozen=True, kw_only=True):
    """CALL; `tree` is a query of the arguments, `keywords` their names, None for one by place."""

    name: ObjectName
    keywords: tuple[str | None, ...]


class CreateProcedure(s.Create, frozen=True, kw_only=True):
    """CREATE PROCEDURE in SQL. `columns` are those of RETURNS TABLE, none if it tells none."""

    parameters: tuple[Parameter, ...]
    returns: str
    columns: tuple[tuple[str, str], ...] | None
    body: str

    @property
    def kind(self) -> str:
        return "CREATE_PROCEDURE"


class AlterProcedure(s.Statement, frozen=True, kw_only=True):
    """ALTER PROCEDURE: RENAME TO, SET and UNSET COMMENT, EXECUTE AS; None leaves as it is."""

    name: ObjectName
    signature: tuple[str, ...]
    if_exists: bool = False
    renamed: ObjectName | None = None
    comment: str | None = None
    rights: str | None = None

    @property
    def kind(self) -> str:
        return "ALTER_PROCEDURE"


def anonymous(reader: Reader) -> ExecuteBlock:
    """DECLARE .. BEGIN .. END."""
    fields = statement_fields(reader)
    own = Reader(reader.tokens, reader.text)
    block = whole(own)
    # Offsets are of the whole text: the body is it up to the block's end.
    return ExecuteBlock(**fields, block=block, body=reader.text)


def immediate(reader: Reader, parse: Callable[[str], list[s.Statement]]) -> s.Statement:
    """EXECUTE IMMEDIATE 'text' | $variable. A text that is no block is the statement itself."""
    fields = statement_fields(reader)
    reader.expect("EXECUTE", "IMMEDIATE")
    if reader.looking_at("FROM"):
        raise UnsupportedFeature("Unsupported feature 'EXECUTE IMMEDIATE FROM'.")
    if not reader.is_string():
        value = source(reader.tokens[reader.at :], reader.text)
        return ExecuteBlock(**fields, block=b.ExecuteImmediate(0, value), body=reader.text)
    text = reader.string()
    if reader.looking_at("USING"):
        raise UnsupportedFeature("Unsupported feature 'EXECUTE IMMEDIATE USING' outside a block.")
    reader.end()
    found = parse(text)
    if len(found) != 1:
        raise UnsupportedFeature("Unsupported feature 'EXECUTE IMMEDIATE of several statements'.")
    if isinstance(found[0], ExecuteBlock):
        return ExecuteBlock(**fields, block=found[0].block, body=found[0].body)
    return found[0]


def call(reader: Reader, query: Callable[[list[Token]], s.Tree]) -> Call:
    """CALL name([keyword =>] expression, ..)."""
    fields = statement_fields(reader)
    reader.expect("CALL")
    name = reader.object_name()
    reader.expect("(")
    start = reader.at
    if reader.tokens[-1].token_type is not TokenType.R_PAREN:
        reader.at = len(reader.tokens) - 1
        raise reader.unexpected()
    keywords: list[str | None] = []
    first = reader.tokens[0]
    place = (first.line, first.col, first.start, first.end)
    tokens = [Token(TokenType.SELECT, "SELECT", *place)]
    inside = reader.tokens[start:-1]
    for part in separated(inside) if inside else ():
        is_named = len(part) > 1 and part[1].token_type is TokenType.FARROW
        keywords.append(part[0].text.upper() if is_named else None)
        tokens += [*(part[2:] if is_named else part), Token(TokenType.COMMA, ",", *place)]
    if not keywords:
        tree = exp.Select(expressions=[exp.Null()])
        return Call(**fields, tree=tree, name=name, keywords=())
    found = query(tokens[:-1])
    return Call(
        **fields, tree=found.tree, parameters=found.parameters, binds=found.binds, name=name,
        keywords=tuple(keywords),
    )  # fmt: skip


#: Words of CREATE PROCEDURE -> what they say; the longest come first.
_WORDS: Final[tuple[tuple[tuple[str, ...], str, Any], ...]] = (
    (("RETURNS", "NULL", "ON", "NULL", "INPUT"), "STRICT", True),
    (("CALLED", "ON", "NULL", "INPUT"), "STRICT", False),
    (("STRICT",), "STRICT", True),
    (("NOT", "NULL"), "NOT NULL", True),
    (("EXECUTE", "AS", "OWNER"), "RIGHTS", "OWNER"),
    (("EXECUTE", "AS", "CALLER"), "RIGHTS", "CALLER"),
    (("IMMUTABLE",), "VOLATILITY", "IMMUTABLE"),
    (("VOLATILE",), "VOLATILITY", "VOLATILE"),
)


def create(reader: Reader) -> CreateProcedure:
    """CREATE [OR REPLACE] PROCEDURE name (arguments) RETURNS .. LANGUAGE SQL .. AS body."""
    head = CreateHead(reader, frozenset(("SECURE", "TEMPORARY", "TEMP")))
    if head.modifiers:
        raise UnsupportedFeature(f"Unsupported feature 'CREATE {min(head.modifiers)} PROCEDURE'.")
    parameters = parameter_list(reader)
    if reader.accept("COPY", "GRANTS"):
        raise UnsupportedFeature("Unsupported feature 'CREATE PROCEDURE COPY GRANTS'.")
    returns, columns = returned(reader)
    options: dict[str, Any] = {"RIGHTS": "OWNER"}
    while not reader.looking_at("AS"):
        _option(reader, options)
    reader.expect("AS")
    body = reader.string() if reader.is_string() else reader.rest()
    reader.end()
    block_of(body)
    return CreateProcedure(
        **head.fields(reader), options=options, parameters=parameters, returns=returns,
        columns=columns, body=body,
    )  # fmt: skip


def _option(reader: Reader, options: dict[str, Any]) -> None:
    for words, name, value in _WORDS:
        if reader.accept(*words):
            options[name] = value
            return
    if reader.accept("LANGUAGE"):
        if (language := reader.identifier()) != "SQL":
            raise UnsupportedFeature(f"Unsupported feature 'CREATE PROCEDURE LANGUAGE {language}'.")
    elif reader.accept("COMMENT"):
        reader.expect("=")
        options["COMMENT"] = reader.string()
    else:
        raise reader.unexpected()


def alter(reader: Reader) -> AlterProcedure:
    """ALTER PROCEDURE [IF EXISTS] name (types), then one change."""
    reader.expect("ALTER", "PROCEDURE")
    if_exists = reader.accept("IF", "EXISTS")
    fields: dict[str, Any] = {"name": reader.object_name(), "signature": signature(reader)}
    if common := named_or_commented(reader):
        fields |= common
    elif reader.accept("EXECUTE", "AS") and reader.word() in ("OWNER", "CALLER"):
        fields["rights"] = reader.identifier()
    else:
        raise UnsupportedFeature(f"Unsupported feature 'ALTER PROCEDURE {reader.word()}'.")
    reader.end()
    return AlterProcedure(**statement_fields(reader), if_exists=if_exists, **fields)


GRAMMARS: Final[dict[tuple[str, ...], Callable[[Reader], s.Statement]]] = {
    ("DECLARE",): anonymous,
    ("CREATE", "PROCEDURE"): create,
    ("ALTER", "PROCEDURE"): alter,
}
