"""A reader over tokens, for the statements that sqlglot does not know or only half reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import SqlSyntaxError
from mockhaus.translation.context import ObjectName
from mockhaus.translation.dialect import where

_STRINGS: Final = frozenset((TokenType.STRING, TokenType.RAW_STRING, TokenType.NATIONAL_STRING))


class Reader:
    """Tokens of one statement and how far they have been read.

    `text` is the whole text that was sent, so that positions in errors are the sender's.
    """

    def __init__(self, tokens: list[Token], text: str) -> None:
        self.tokens = tokens
        self.text = text
        self.at = 0

    # --- looking -------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        """Whether everything has been read."""
        return self.at >= len(self.tokens)

    def token(self, ahead: int = 0) -> Token | None:
        """The next token, or the one `ahead` of it."""
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else None

    def word(self, ahead: int = 0) -> str:
        """The next token's text in upper case; '' for a string, a quoted name, or the end."""
        token = self.token(ahead)
        if token is None or token.token_type in _STRINGS or self.is_quoted(token):
            return ""
        return token.text.upper()

    def is_quoted(self, token: Token) -> bool:
        """Whether the token is a name in double quotes."""
        return token.token_type is TokenType.IDENTIFIER and self.text[token.start] == '"'

    def looking_at(self, *words: str) -> bool:
        """Whether the next tokens are these words."""
        return all(self.word(ahead) == word for ahead, word in enumerate(words))

    # --- reading -------------------------------------------------------------------------------

    def accept(self, *words: str) -> bool:
        """Read these words if they come next."""
        if self.looking_at(*words):
            self.at += len(words)
            return True
        return False

    def expect(self, *words: str) -> None:
        """Read these words. Raises SqlSyntaxError if something else comes."""
        for word in words:
            if not self.accept(word):
                raise self.unexpected()

    def take(self) -> Token:
        """Read any token."""
        token = self.token()
        if token is None:
            raise self.unexpected()
        self.at += 1
        return token

    def identifier(self) -> str:
        """Read one name: upper-cased, or as written if it is quoted."""
        token = self.token()
        if token is None or token.token_type in _STRINGS:
            raise self.unexpected()
        if self.is_quoted(token):
            self.at += 1
            return token.text
        if not (token.text[:1].isalpha() or token.text[:1] == "_"):
            raise self.unexpected()
        self.at += 1
        return token.text.upper()

    def object_name(self) -> ObjectName:
        """Read a name of one to three parts."""
        parts = [self.identifier()]
        while len(parts) < 3 and self.accept("."):
            if self.word() == ".":  # database..name: the schema is PUBLIC
                self.take()
                parts += ["PUBLIC", self.identifier()]
                break
            parts.append(self.identifier())
        return ObjectName(*reversed(parts))

    def string(self) -> str:
        """Read a string literal."""
        token = self.token()
        if token is None or token.token_type not in _STRINGS:
            raise self.unexpected()
        self.at += 1
        return token.text

    def is_string(self) -> bool:
        """Whether a string literal comes next."""
        token = self.token()
        return token is not None and token.token_type in _STRINGS

    def whole(self) -> int:
        """Read a whole number, with its sign."""
        at = self.at
        sign = -1 if self.accept("-") else 1
        token = self.token()
        if token is None or token.token_type is not TokenType.NUMBER or not token.text.isdigit():
            self.at = at
            raise self.unexpected()
        self.at += 1
        return sign * int(token.text)

    def value(self) -> Any:
        """Read an option's value.

        A string, a number (int or float), TRUE / FALSE / NULL, a bare word (upper-cased text), or
        a parenthesised list of values or of `NAME = value` pairs (a dict).
        """
        token = self.token()
        if token is None:
            raise self.unexpected()
        if self.is_string():
            return self.string()
        if token.token_type is TokenType.L_PAREN:
            return self._parenthesised()
        if token.token_type is TokenType.DASH and self.token(1) is not None:
            self.take()
            if (number := self.token()) is None or number.token_type is not TokenType.NUMBER:
                raise self.unexpected()
            return -self.value()
        self.take()
        if token.token_type is TokenType.NUMBER:
            return float(token.text) if "." in token.text else int(token.text)
        if self.is_quoted(token):
            return token.text
        return {"TRUE": True, "FALSE": False, "NULL": None}.get(
            token.text.upper(), token.text.upper()
        )

    def _parenthesised(self) -> Any:
        self.expect("(")
        second = self.token(1)
        if second is not None and second.token_type is TokenType.EQ:
            options = self.options()
            self.expect(")")
            return options
        values = []
        while not self.accept(")"):
            values.append(self.value())
            if not self.accept(",") and self.word() != ")":
                raise self.unexpected()
        return values

    def options(self) -> dict[str, Any]:
        """Read `NAME = value` pairs, with or without commas between, as far as they go.

        A name given twice is an error, as in Snowflake.
        """
        options: dict[str, Any] = {}
        while (equals := self.token(1)) is not None and equals.token_type is TokenType.EQ:
            name_token = self.token()
            name = self.identifier()
            if name in options:
                raise SqlSyntaxError(
                    f"SQL compilation error:\nduplicate property '{name}'.",
                    position=name_token.start if name_token else None,
                )
            self.expect("=")
            options[name] = self.value()
            self.accept(",")
        return options

    def rest(self) -> str:
        """Read everything that is left, as text."""
        if self.done:
            return ""
        start, end = self.tokens[self.at].start, self.tokens[-1].end
        self.at = len(self.tokens)
        return self.text[start : end + 1]

    def end(self) -> None:
        """Raises SqlSyntaxError if anything is left."""
        if not self.done:
            raise self.unexpected()

    def unexpected(self) -> SqlSyntaxError:
        """The error for the next token."""
        token = self.token()
        position = token.start if token is not None else self.tokens[-1].end + 1
        shown = self.text[token.start : token.end + 1] if token is not None else "<EOF>"
        return SqlSyntaxError(
            f"SQL compilation error:\nsyntax error {where(self.text, position)}"
            f" unexpected '{shown}'.",
            position=position,
        )


def statement_fields(reader: Reader) -> Mapping[str, Any]:
    """`text` and `offset` of the statement that the reader's tokens make up."""
    first, last = reader.tokens[0], reader.tokens[-1]
    return {"text": reader.text[first.start : last.end + 1], "offset": first.start}


def named_or_commented(reader: Reader) -> dict[str, Any]:
    """What ALTER does to most kinds of objects, as fields of its statement; {} if it is none of
    these: RENAME TO, SET COMMENT, UNSET COMMENT."""
    if reader.accept("RENAME", "TO"):
        return {"renamed": reader.object_name()}
    if reader.accept("SET", "COMMENT"):
        reader.expect("=")
        return {"comment": reader.string()}
    return {"comment": ""} if reader.accept("UNSET", "COMMENT") else {}
