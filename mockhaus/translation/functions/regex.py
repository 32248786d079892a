"""Regular expressions. Snowflake's manual: "String functions (regular expressions)".

Snowflake anchors RLIKE and REGEXP_LIKE at both ends. Parameters become flags within the pattern:
c (case-sensitive), i, m (multi-line), e (extract a group), s (`.` is also a new line).
DuckDB's engine is RE2: no look-around and no back-references within a pattern.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.translation import operands
from mockhaus.translation.operands import integer, noted, number_call, string, text, text_call
from mockhaus.translation.registry import Function, apply, call, rewrite

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _parameters(node: exp.Expression | None) -> str:
    """The letters of a parameter argument, the last of c and i deciding."""
    if node is None or operands.is_null(node):
        return ""
    letters = operands.literal_text(node, "regular expression parameter")
    unknown = set(letters) - set("cimes")
    if unknown:
        raise InvalidParameter(
            f"SQL compilation error:\ninvalid regular expression parameter '{unknown.pop()}'"
        )
    cases = [letter for letter in letters if letter in "ci"]
    others = "".join(letter for letter in letters if letter in "mes")
    return others + ("i" if cases and cases[-1] == "i" else "")


def _pattern(node: exp.Expression, parameters: str) -> exp.Expression:
    """A pattern with the parameters as flags in front."""
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
    parameters = _parameters(_argument(node, 2))
    subject = text(node.expressions[0])
    return apply("regexp_full_match", subject, _pattern(node.expressions[1], parameters))


def _count(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REGEXP_COUNT(s, p [, position [, parameters]])."""
    pattern = _pattern(node.expressions[1], _parameters(_argument(node, 3)))
    return number_call("regexp_count", _from(node, 2), pattern)


def _group(node: exp.Anonymous, index: int, parameters: str) -> int:
    group = _argument(node, index)
    if group is None:
        return 1 if "e" in parameters else 0
    number = operands.literal_number(group)
    if number is None or number < 0:
        raise UnsupportedFeature("Unsupported feature 'group number that is not a literal'.")
    return number


def _substr(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REGEXP_SUBSTR(s, p [, position [, occurrence [, parameters [, group]]]]): NULL if none."""
    parameters = _parameters(_argument(node, 4))
    occurrence = _argument(node, 3)
    return text_call(
        "regexp_nth",
        _from(node, 2),
        _pattern(node.expressions[1], parameters),
        integer(_group(node, 5, parameters)),
        integer(1) if occurrence is None else operands.number(occurrence),
    )


def _substr_all(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REGEXP_SUBSTR_ALL: an array of all matches from an occurrence on."""
    parameters = _parameters(_argument(node, 4))
    occurrence = _argument(node, 3)
    made = apply(
        "regexp_all",
        _from(node, 2),
        _pattern(node.expressions[1], parameters),
        integer(_group(node, 5, parameters)),
        integer(1) if occurrence is None else operands.number(occurrence),
    )
    return noted(made, operands.VARIANT)


def _instr(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REGEXP_INSTR(s, p [, position [, occurrence [, option [, parameters [, group]]]]])."""
    parameters = _parameters(_argument(node, 5))
    if _group(node, 6, parameters):
        raise UnsupportedFeature("Unsupported feature 'REGEXP_INSTR with a group'.")
    position, occurrence, option = (_argument(node, index) for index in (2, 3, 4))
    return number_call(
        "regexp_instr",
        _from(node, 2),
        _pattern(node.expressions[1], parameters),
        integer(1) if position is None else operands.number(position),
        integer(1) if occurrence is None else operands.number(occurrence),
        integer(0) if option is None else operands.number(option),
    )


_REFERENCE: Final = re.compile(r"\\(\d)")


def _replace(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REGEXP_REPLACE(s, p [, by [, position [, occurrence [, parameters]]]]); 0 is all."""
    pattern = _pattern(node.expressions[1], _parameters(_argument(node, 5)))
    by = _argument(node, 2)
    replacement = string("") if by is None else text(by)
    occurrence = operands.literal_number(_argument(node, 4) or integer(0))
    if occurrence is None:
        raise UnsupportedFeature("Unsupported feature 'occurrence that is not a literal'.")
    rest = _from(node, 3)
    if occurrence == 0:
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
    groups = len(re.findall(r"(?<!\\)\((?!\?)", one))
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
    call("REGEXP_INSTR", _instr, 2, 7, partial="no group"),
    call("REGEXP_REPLACE", _replace, 2, 6, partial="an occurrence above 1 needs literals"),
)
