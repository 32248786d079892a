"""Patterns of LIKE with many wildcards, as regular expressions.

DuckDB tries every place for every `%`: a text of 10,000 characters and `'%a%b%c_'` take it hours in
one call, which nothing interrupts. Only where there is nothing but `%` it goes along the text once,
as RE2 does with any pattern. Snowflake's manual: "LIKE".
"""

from __future__ import annotations

import re
from typing import Final

from sqlglot import exp

from mockhaus.translation.registry import apply

#: Runs of `%` in a pattern up to which DuckDB's way is a quick one.
_FEW: Final = 2

_RUNS: Final = re.compile("%+")


def bounded(node: exp.Expression, escape: str | None = None) -> exp.Expression:
    """A LIKE or ILIKE: where its pattern has many wildcards, a match of a regular expression."""
    pattern = node.expression
    if not isinstance(node, (exp.Like, exp.ILike)):
        return node
    if not (isinstance(pattern, exp.Literal) and pattern.is_string):
        return node
    text, ignores_case = str(pattern.this), isinstance(node, exp.ILike)
    is_quick = escape is None and "_" not in text and not ignores_case
    if is_quick or len(_RUNS.findall(text)) <= _FEW:
        return node
    made = regular(text, escape, ignores_case=ignores_case)
    if made is None:  # an error, which DuckDB tells
        return node
    # DuckDB compares in lower case, which is not what RE2's flag takes for equal.
    subject = apply("lower", node.this) if ignores_case else node.this
    return apply("regexp_full_match", subject, exp.Literal.string(made))


def python(pattern: str, escape: str | None = None) -> re.Pattern[str]:
    """What matches a pattern of names in Python, whatever their case.

    A piece between two `%` counts where it is met first: Python would try all places of all pieces.
    """
    pieces, characters = [""], iter(pattern)
    for char in characters:
        if char == "%":
            pieces.append("")
        elif char == "_":
            pieces[-1] += "."
        else:
            pieces[-1] += re.escape(next(characters, char) if char == escape else char)
    first, *others = pieces
    inner = [f"(?>.*?{piece})" for piece in others[:-1]]
    return re.compile("".join((first, *inner, *(f".*{each}" for each in others[-1:]))), re.I | re.S)


def regular(pattern: str, escape: str | None, *, ignores_case: bool) -> str | None:
    """The regular expression of a pattern; None for one that ends with its escape."""
    made, characters = ["(?s)"], iter(pattern)
    for char in characters:
        found = None if char == escape else {"%": ".*", "_": "."}.get(char)
        literal = next(characters, "") if char == escape else char
        if not literal:
            return None
        made.append(found or re.escape(literal.lower() if ignores_case else literal))
    return "".join(made)
