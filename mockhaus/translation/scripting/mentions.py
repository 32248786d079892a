"""Where a text names variables. In an expression of Snowflake Scripting a variable stands by its
name; in a SQL statement, and in a query inside an expression, behind a colon.

Snowflake's manual: "Working with variables", "Using a variable in a SQL statement (binding)".
"""

from __future__ import annotations

from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.translation.scripting.blocks import Mention, Source

#: What, right before a colon, makes it a path into a VARIANT.
_BASES: Final = frozenset(
    (TokenType.VAR, TokenType.IDENTIFIER, TokenType.R_PAREN, TokenType.R_BRACKET)
)
#: What a name follows that is no variable: `::type`, `.column`, `AS alias`.
_NOT_AFTER: Final = frozenset((TokenType.DCOLON, TokenType.DOT, TokenType.ALIAS, TokenType.COLON))
#: What follows a name that is no variable: a function's, an argument's.
_NOT_BEFORE: Final = frozenset((TokenType.L_PAREN, TokenType.FARROW))
_QUERIES: Final = frozenset((TokenType.SELECT, TokenType.WITH))


def source(tokens: list[Token], text: str, *, statement: bool = False) -> Source:
    """The text that tokens stand for, with its variables. `statement`: it is a SQL statement."""
    if not tokens:
        return Source("")
    start, end = tokens[0].start, tokens[-1].end + 1
    found: list[Mention] = []
    queries = [statement or tokens[0].token_type in _QUERIES]
    for at, token in enumerate(tokens):
        if token.token_type is TokenType.L_PAREN:
            following = tokens[at + 1].token_type if at + 1 < len(tokens) else None
            queries.append(queries[-1] or following in _QUERIES)
        elif token.token_type is TokenType.R_PAREN and len(queries) > 1:
            queries.pop()
        mention = _at(tokens, at, text, in_query=queries[-1])
        if mention is not None:
            found.append(
                Mention(mention.start - start, mention.end - start, mention.parts, mention.bare)
            )
    return Source(text[start:end], tuple(found))


def _at(tokens: list[Token], at: int, text: str, *, in_query: bool) -> Mention | None:
    token, before = tokens[at], tokens[at - 1] if at else None
    if token.token_type is TokenType.COLON:
        is_path = (
            before is not None and before.end + 1 == token.start and before.token_type in _BASES
        )
        if is_path or at + 1 >= len(tokens) or not _is_name(tokens[at + 1], text):
            return None
        return _named(tokens, at + 1, text, token.start, bare=False)
    if in_query or not _is_name(token, text):
        return None
    if before is not None and before.token_type in _NOT_AFTER:
        return None
    mention = _named(tokens, at, text, token.start, bare=True)
    following = next((t for t in tokens[at + 1 :] if t.start >= mention.end), None)
    if following is not None and following.token_type in _NOT_BEFORE:
        return None
    return mention


def _named(tokens: list[Token], at: int, text: str, start: int, *, bare: bool) -> Mention:
    parts, end = [_name(tokens[at], text)], tokens[at].end + 1
    while (
        at + 2 < len(tokens)
        and tokens[at + 1].token_type is TokenType.DOT
        and _is_name(tokens[at + 2], text)
    ):
        at += 2
        parts.append(_name(tokens[at], text))
        end = tokens[at].end + 1
    return Mention(start, end, tuple(parts), bare)


def _is_name(token: Token, text: str) -> bool:
    if token.token_type is TokenType.IDENTIFIER:
        return text[token.start] == '"'
    return token.token_type is not TokenType.STRING and (
        text[token.start].isalpha() or text[token.start] == "_"
    )


def _name(token: Token, text: str) -> str:
    return token.text if token.token_type is TokenType.IDENTIFIER else token.text.upper()
