"""Calls of functions among the tokens: which of them arrive by name, and with how many arguments.

sqlglot has classes for most functions, which drop surplus arguments, reorder them or replace the
call by another expression. A comment after the closing parenthesis is its way of asking for the
plain call.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.translation.registry import MANY, Function, check_arity

#: What sqlglot reads like a function and Snowflake as a part of its grammar.
_SYNTAX: Final = frozenset(
    """
    AND ANY ARRAY CASE CAST COLUMNS CONVERT EXISTS IDENTIFIER IF ILIKE LIKE LIST MAP OR STRUCT TABLE
    TIMESTAMP TRY TRY_CAST UNNEST XOR
    """.split()  # noqa: SIM905  a list of a word a line is no easier to read
)

#: Where a call begins -> the function, where the call ends, and its arguments: too few or too many.
Miscounted = dict[int, tuple[Function, int, int]]


@cache
def _called_by_name() -> frozenset[str]:
    from mockhaus.translation.functions import FAMILIES
    from mockhaus.translation.rewrite import CALLS

    known = frozenset(Dialect.get_or_raise("snowflake").parser_class.FUNCTIONS)
    ours = {name for family in FAMILIES.values() for each in family for name in each.names}
    return frozenset(CALLS) | (known - ours - _SYNTAX)


@cache
def _counted() -> dict[str, Function]:
    """Functions that arrive as classes and have bounds: what is no argument must not be dropped."""
    from mockhaus.translation.functions import FAMILIES

    return {
        name: function
        for family in FAMILIES.values()
        for function in family
        if function.nodes and (function.least or function.most < MANY)
        for name in function.names
    }


_OPENING: Final = frozenset((TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE))
_CLOSING: Final = frozenset((TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE))


def marked(tokens: list[Token]) -> Miscounted:
    """Mark the calls that are to arrive by name, in place; tell those with a wrong count."""
    names, counted = _called_by_name(), _counted()
    miscounted: Miscounted = {}
    #: Of each bracket that is open: the word before it, and the commas in it.
    words: list[Token | None] = []
    commas: list[int] = []
    previous: Token | None = None
    for token in tokens:
        kind = token.token_type
        if kind is TokenType.COMMA and commas:
            commas[-1] += 1
        elif kind in _OPENING:
            words.append(previous if kind is TokenType.L_PAREN else None)
            commas.append(0)
        elif kind in _CLOSING and words:
            word, count = words.pop(), commas.pop()
            name = "" if word is None else word.text.upper()
            if name in names:
                token.comments.append(exp.SQLGLOT_ANONYMOUS)
            elif word is not None and (function := counted.get(name)) is not None:
                empty = previous is not None and previous.token_type in _OPENING
                count += not empty
                if not function.least <= count <= function.most:
                    miscounted[word.start] = (function, token.end + 1, count)
        previous = token
    return miscounted


def check_arity_at(miscounted: Miscounted, start: int, text: str, place: str) -> None:
    """Raises WrongArguments if a call that begins there has a wrong number of arguments."""
    if start in miscounted:
        function, end, count = miscounted[start]
        check_arity(function, text[start:end], count, start, f"error {place}")
