"""Literals of dates and times that a session reads by a format of its own.

Casts of literals in ISO form are constants otherwise (see `clauses.types`). Whatever else reads a
text calls macros, of which the connection has others then (see `mockhaus.inputs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus import inputs
from mockhaus.translation.registry import apply

#: Key of `meta` of a constant: the text that it was written as.
WRITTEN: Final = "written"
#: ... that what cannot be read is NULL.
TRIED: Final = "tried"

_READERS: Final[dict[Any, tuple[str, str]]] = {
    DataType.Type.DATE: ("DATE_INPUT_FORMAT", "to_date"),
    DataType.Type.TIMESTAMP: ("TIMESTAMP_INPUT_FORMAT", "to_timestamp_ntz"),
}


def as_told(tree: exp.Expression, parameters: Mapping[str, str]) -> exp.Expression:
    """A rewritten tree in which the session's formats read constants too; changed in place."""
    for cast in list(tree.find_all(exp.Cast)):
        written = cast.meta.get(WRITTEN)
        if written is None:
            continue
        parameter, macro = _READERS[cast.to.this]
        if inputs.model(parameters, parameter) is not None:
            made = apply(
                f"try_{macro}" if cast.meta.get(TRIED) else macro, exp.Literal.string(written)
            )
            if cast is tree:
                return made
            cast.replace(made)
    return tree
