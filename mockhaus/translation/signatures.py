"""Functions told by a signature: how their arguments are converted, and what they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.translation.registry import Function, call
from mockhaus.translation.types.operands import (
    NUMBER,
    TEXT,
    VARIANT,
    called,
    is_character,
    noted,
    number,
    text,
)

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def converted(node: exp.Expression, kind: str) -> exp.Expression:
    """An argument as a signature asks for it: `t` text, `n` number, `x` and `s` as it is."""
    if kind == "t" or (kind == "s" and is_character(node)):
        return text(node)
    if kind == "n":
        return number(node)
    return node


def typed(
    names: str, signature: str, to: str = "", *, text_to: str = "", partial: str = ""
) -> Function:
    """A function that becomes the DuckDB function or macro `to`, its arguments converted.

    `"tn?t>t"`: text and a number are needed, a text may follow, and the answer is text. `s` is text
    or BINARY; it becomes `text_to` where that is known to be text.
    """
    arguments, _, result = signature.partition(">")
    needed = arguments.partition("?")[0]
    kinds = arguments.replace("?", "")
    target = to or names.split(maxsplit=1)[0].lower()

    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        values = [converted(v, kinds[i]) for i, v in enumerate(node.expressions)]
        texts = bool(text_to) and all(
            is_character(each)
            for each, kind in zip(node.expressions, kinds, strict=False)
            if kind == "s"
        )
        made = called(text_to if texts else target, *values)
        return noted(made, _RESULTS[result]) if result else made

    return call(names, rewritten, len(needed), len(kinds), partial=partial)


_RESULTS: Final = {"t": TEXT, "n": NUMBER, "v": VARIANT}
