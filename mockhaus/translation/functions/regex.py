"""Regular expressions. Snowflake's manual: "String functions (regular expressions)".

Snowflake anchors RLIKE and REGEXP_LIKE at both ends. Parameters become flags within the pattern:
c (case-sensitive), i, m (multi-line), e (extract a group), s (`.` is also a new line).
DuckDB's engine is RE2: no look-around and no back-references within a pattern.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter
from mockhaus.translation.registry import Function, apply, call, rewrite
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import integer, noted, number_call, string, text, text_call

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


#: The letters of a parameter argument, or the argument where it is no literal.
_Parameters = str | exp.Expression


def _parameters(node: exp.Expression | None) -> _Parameters:
    """The letters of a parameter argument, the last of c and i deciding."""
    if node is None or operands.is_null(node):
        return ""
    if not isinstance(operands.plain(node), exp.Literal):
        return node
    letters = operands.literal_text(node, "regular expression parameter")
    unknown = set(letters) - set("cimes")
    if unknown:
        raise InvalidParameter(
            f"SQL compilation error:\ninvalid regular expression parameter '{unknown.pop()}'"
        )
    cases = [letter for letter in letters if letter in "ci"]
    others = "".join(letter for letter in letters if letter in "mes")
    return others + ("i" if cases and cases[-1] == "i" else "")


def _pattern(node: exp.Expression, parameters: _Parameters) -> exp.Expression:
    """A pattern with the parameters as flags in front."""
    if not isinstance(parameters, str):
        return text_call("regexp_with_flags", text(node), text(parameters))
    flags = "".join(letter for letter in "ims" if letter in parameters)
    bare = operands.plain(node)
    prefix = f"(?{flags})" if flags else ""
    if isinstance(bare, exp.Literal):
        return string(prefix + str(bare.this))
    if not prefix:
        return text(node)
    return noted(exp.Paren(this=exp.DPipe(this=string(prefix), expression=text(node))), "text")


def _argument(node: exp.Anonymous, index: int) -> exp.Expression | None:
    values = node.expressions
    return values[index] if index < len(values) else None


def _from(node: exp.Anonymous, index: int) -> exp.Expression:
    """The subject from a position on."""
    subject, position = text(node.expressions[0]), _argument(node, index)
    if position is None or operands.literal_number(position) == 1:
        return subject
    number = operands.literal_number(position)
    if number is not None and number < 1:
        raise InvalidParameter("SQL compilation error:\nthe position must be positive")
    return text_call("substr", subject, operands.number(position))


def _like(node: exp.RegexpLike, walk: Walk) -> exp.Expression:
    """`s RLIKE p`, `s REGEXP p`: the whole text must match."""
    return apply("regexp_full_match", text(node.this), _pattern(node.expression, ""))


def _regexp_like(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REGEXP_LIKE(s, p [, parameters]): the whole text must match."""
    if any(map(operands.is_null, node.expressions)):
        return exp.cast(exp.Null(), "BOOLEAN")
    parameters = _parameters(_argument(node, 2))
    subject = text(node.expressions[0])
    return apply("regexp_full_match", subject, _pattern(node.expressions[1], parameters))


def _count(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REGEXP_COUNT(s, p [, position [, parameters]])."""
    pattern = _pattern(node.expressions[1], _parameters(_argument(node, 3)))
    return number_call("regexp_count", _from(node, 2), pattern)


#: What is no group within a pattern: an escaped character, a class of characters.
_NO_GROUP: Final = re.compile(r"\\.|\[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\]", re.S)
_GROUP: Final = re.compile(r"\((?!\?(?!P<))")


def _groups(pattern: str) -> int:
    """The number of groups of a pattern."""
    return len(_GROUP.findall(_NO_GROUP.sub("", pattern)))


def _group(node: exp.Anonymous, index: int, parameters: _Parameters) -> exp.Expression | None:
    """The number of the group to extract; None for the whole match.

    Without a number 'e' asks for the first group, or for the match of a pattern without groups.
    """
    group = _argument(node, index)
    if group is not None:
        number = operands.literal_number(group)
        if number is not None and number < 0:
            raise InvalidParameter("SQL compilation error:\na group's number is not negative")
        return None if number == 0 else operands.number(group)
    if not isinstance(parameters, str):
        first = apply("regexp_first_group", text(node.expressions[1].copy()))
        return apply("regexp_group_asked", text(parameters.copy()), first)
    if "e" not in parameters:
        return None
    pattern = operands.plain(node.expressions[1])
    if isinstance(pattern, exp.Literal):
        return integer(1) if _groups(str(pattern.this)) else None
    return apply("regexp_first_group", text(pattern.copy()))


def _grouped(
    node: exp.Anonymous, index: int, parameters: _Parameters
) -> tuple[exp.Expression, exp.Expression]:
    """The pattern, and the number of a group of it: 0 is the match, one beyond the last is NULL."""
    pattern = _pattern(node.expressions[1], parameters)
    group = _group(node, index, parameters)
    if group is None:
        return pattern, integer(0)
    number = operands.literal_number(group)
    bare = operands.plain(node.expressions[1])
    if number is not None and isinstance(bare, exp.Literal) and number <= _groups(str(bare.this)):
        return pattern, group
    return text_call("regexp_with_groups", pattern, group.copy()), group


def _substr(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REGEXP_SUBSTR(s, p [, position [, occurrence [, parameters [, group]]]]): NULL if none."""
    if any(map(operands.is_null, node.expressions)):
        return exp.cast(exp.Null(), "TEXT")
    pattern, group = _grouped(node, 5, _parameters(_argument(node, 4)))
    return text_call("regexp_nth", _from(node, 2), pattern, group, _occurrence(node, 3))


def _occurrence(node: exp.Anonymous, index: int, least: int = 1) -> exp.Expression:
    """Which match is meant. Raises InvalidParameter."""
    occurrence = _argument(node, index)
    if occurrence is None:
        return integer(least)
    number = operands.literal_number(occurrence)
    if number is not None and number < least:
        raise InvalidParameter(f"SQL compilation error:\nthe occurrence must be at least {least}")
    return operands.number(occurrence)


def _substr_all(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REGEXP_SUBSTR_ALL: an array of all matches from an occurrence on."""
    pattern, group = _grouped(node, 5, _parameters(_argument(node, 4)))
    made = apply("regexp_all", _from(node, 2), pattern, group, _occurrence(node, 3))
    return noted(made, operands.VARIANT)


def _instr(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REGEXP_INSTR(s, p [, position [, occurrence [, option [, parameters [, group]]]]])."""
    if any(map(operands.is_null, node.expressions)):
        return exp.cast(exp.Null(), "BIGINT")
    parameters = _parameters(_argument(node, 5))
    position, option = (_argument(node, index) for index in (2, 4))
    arguments = [
        _from(node, 2),
        _pattern(node.expressions[1], parameters),
        integer(1) if position is None else operands.number(position),
        _occurrence(node, 3),
        integer(0) if option is None else operands.number(option),
    ]
    group = _group(node, 6, parameters)
    if group is not None:
        return number_call("regexp_instr_group", *arguments, group)
    return number_call("regexp_instr", *arguments)


_REFERENCE: Final = re.compile(r"\\(\d)")


def _replace(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REGEXP_REPLACE(s, p [, by [, position [, occurrence [, parameters]]]]); 0 is all."""
    pattern = _pattern(node.expressions[1], _parameters(_argument(node, 5)))
    by = _argument(node, 2)
    replacement = string("") if by is None else text(by)
    nth = _occurrence(node, 4, least=0)
    occurrence = operands.literal_number(nth)
    rest = _from(node, 3)
    constant = all(isinstance(operands.plain(e), exp.Literal) for e in (pattern, replacement))
    if occurrence is None or (occurrence > 1 and not constant):
        made = text_call("regexp_replace_nth", rest, pattern, replacement, nth)
    elif occurrence == 0:
        made = text_call("regexp_replace", rest, pattern, replacement, string("g"))
    elif occurrence == 1:
        made = text_call("regexp_replace", rest, pattern, replacement)
    else:
        made = _replace_nth(rest, pattern, replacement, occurrence)
    position = _argument(node, 3)
    if position is None or operands.literal_number(position) == 1:
        return made
    before = text_call("text_before", text(node.expressions[0].copy()), operands.number(position))
    return noted(exp.Paren(this=exp.DPipe(this=before, expression=made)), operands.TEXT)


def _replace_nth(
    subject: exp.Expression, pattern: exp.Expression, by: exp.Expression, occurrence: int
) -> exp.Expression:
    """The n-th match: all before it is a group of its own, and kept."""
    one = operands.literal_text(pattern, "pattern with an occurrence")
    flags = ""
    if match := re.match(r"\(\?[ims]+\)", one):
        flags, one = match[0], one[match.end() :]
    groups = _groups(one)
    shifted = _REFERENCE.sub(
        lambda m: f"\\{int(m[1]) + 1 + groups if m[1] != '0' else 2 + groups}",
        operands.literal_text(by, "replacement with an occurrence"),
    )
    before = f"((?:(?s:.*?)(?:{one})){{{occurrence - 1}}}(?s:.*?))"
    whole = f"(?:{one})" if "\\0" not in str(by.this) else f"({one})"
    return text_call(
        "regexp_replace", subject, string(f"{flags}^{before}{whole}"), string(f"\\1{shifted}")
    )


FUNCTIONS: Final[tuple[Function, ...]] = (
    call("REGEXP_LIKE RLIKE", _regexp_like, 2, 3),
    rewrite("REGEXP", _like, exp.RegexpLike),
    call("REGEXP_COUNT", _count, 2, 4),
    call("REGEXP_SUBSTR", _substr, 2, 6),
    call("REGEXP_SUBSTR_ALL REGEXP_EXTRACT_ALL", _substr_all, 2, 6),
    call("REGEXP_INSTR", _instr, 2, 7),
    call("REGEXP_REPLACE", _replace, 2, 6),
)
