"""Calls of functions among the tokens: which of them arrive by name, and with how many arguments.

sqlglot has classes for most functions, which drop surplus arguments, reorder them or replace the
call by another expression. A comment after the closing parenthesis is its way of asking for the
plain call.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from msgspec import Struct
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.translation.registry import Function, check_arity

#: What sqlglot reads like a function and Snowflake as a part of its grammar.
_SYNTAX: Final = frozenset(
    """
    AND ANY ARRAY CASE CAST COLUMNS CONVERT EXISTS IDENTIFIER IF ILIKE LIKE LIST MAP OR STRUCT TABLE
    TIMESTAMP TRY TRY_CAST UNNEST XOR
    """.split()  # noqa: SIM905  a list of a word a line is no easier to read
)


class Miscounted(Struct, frozen=True):
    """A call with too few or too many arguments: where it begins and ends, and how many it has."""

    function: Function
    start: int
    end: int
    count: int

    def refuse(self, text: str, place: str) -> None:
        """Raises WrongArguments. `place` is where it begins, in Snowflake's words."""
        call = text[self.start : self.end]
        check_arity(self.function, call, self.count, self.start, f"error {place}")


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
        if function.nodes and function.counted
        for name in function.names
    }


#: Functions that sqlglot reads by a grammar of their own: they cannot arrive by name.
_GRAMMAR: Final = frozenset(Dialect.get_or_raise("snowflake").parser_class.FUNCTION_PARSERS)

_OPENING: Final = frozenset((TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE))
_CLOSING: Final = frozenset((TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE))
#: Functions whose arguments words may part as well.
_PARTING: Final[dict[str, frozenset[TokenType]]] = {
    "EXTRACT": frozenset((TokenType.FROM,)),
    "DATE_PART": frozenset((TokenType.FROM,)),
    "POSITION": frozenset((TokenType.IN,)),
    "SUBSTRING": frozenset((TokenType.FROM, TokenType.FOR)),
}
#: All others are neither brackets nor part arguments.
_LOOKED_AT: Final = _OPENING.union(
    _CLOSING, (TokenType.COMMA, TokenType.ORDER_BY, TokenType.STAR), *_PARTING.values()
)


class _Bracket(Struct):
    """A bracket that is open: the word before it, its name in upper case, what parts arguments.

    `ordered` is set from an ORDER BY on, whose commas part no arguments; `star` where a star
    stands for arguments.
    """

    word: Token | None
    name: str
    parts: int = 0
    ordered: bool = False
    star: bool = False


def marked(tokens: list[Token]) -> list[Miscounted]:
    """Mark the calls that are to arrive by name, in place; tell those with a wrong count.

    What looks like a call may be a name with a list of columns, so a wrong count is only told:
    what arrives in the tree under such a name is refused there.
    """
    names, counted = _called_by_name(), _counted()
    miscounted: list[Miscounted] = []
    brackets: list[_Bracket] = []
    for at, token in enumerate(tokens):
        kind = token.token_type
        if kind not in _LOOKED_AT:
            continue
        previous = tokens[at - 1] if at else None
        if kind in _OPENING:
            word = previous if kind is TokenType.L_PAREN else None
            brackets.append(_Bracket(word, "" if word is None else word.text.upper()))
        elif kind in _CLOSING and brackets:
            bracket = brackets.pop()
            function = counted.get(bracket.name)
            if bracket.name in names:
                token.comments.append(exp.SQLGLOT_ANONYMOUS)
            elif bracket.word is not None and function is not None:
                empty = previous is not None and previous.token_type in _OPENING
                count = bracket.parts + (not empty)
                if not function.takes(count) and not bracket.star:
                    miscounted.append(
                        Miscounted(function, bracket.word.start, token.end + 1, count)
                    )
                    token.comments.append(exp.SQLGLOT_ANONYMOUS)
        elif brackets:
            _note(brackets[-1], kind, previous)
    return miscounted


def _note(bracket: _Bracket, kind: TokenType, previous: Token | None) -> None:
    """Count what parts the arguments of an open bracket."""
    if kind is TokenType.COMMA:
        bracket.parts += not bracket.ordered
    elif kind is TokenType.ORDER_BY:
        bracket.ordered = True
    elif kind is TokenType.STAR and previous is not None:
        bracket.star |= previous.token_type in _STARRING
    elif kind in _PARTING.get(bracket.name, ()):
        bracket.parts += 1


_STARRING: Final = _OPENING | {TokenType.DOT}


def miscounted_in(tree: exp.Expression, calls: list[Miscounted]) -> Miscounted | None:
    """The first of the miscounted calls that is a call in the tree."""
    starts = {call.start: call for call in calls}
    grammar: dict[type, Miscounted] = {
        node: call for call in calls for node in call.function.nodes if _by_grammar(call)
    }
    for node in tree.walk():
        if isinstance(node, exp.Func):
            start = node.meta.get("start")
            found = starts.get(start) if start is not None else grammar.get(type(node))
            if found is not None:
                return found
    return None


def miscounted_at(position: int | None, calls: list[Miscounted]) -> Miscounted | None:
    """The miscounted call in which sqlglot found a syntax error: those that it reads by grammar."""
    for call in calls:
        if position is not None and call.start <= position < call.end and _by_grammar(call):
            return call
    return None


def _by_grammar(call: Miscounted) -> bool:
    return not _GRAMMAR.isdisjoint(call.function.names)
