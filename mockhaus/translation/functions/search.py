"""Full-text search. Snowflake's manual: "SEARCH", "Using full-text search".

Data and search string become texts of tokens, a blank around each: ` blue jay `. The tokens of an
analyzer are what stands between its delimiters, in lower case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.translation.registry import Function, apply, call
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import literal_text, string, text

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: Analyzer -> the characters between tokens, as a pattern; '' for none.
_ANALYZERS: Final = {
    "DEFAULT_ANALYZER": r"""[\[\];<>(){}|!,'"*&?+/:=@.\-$%\\_\s]+""",
    "UNICODE_ANALYZER": r"[^\p{L}\p{N}_']+",
    "NO_OP_ANALYZER": "",
}
_MODES: Final = {
    "OR": "search_any",
    "AND": "search_all",
    "PHRASE": "search_phrase",
    "EXACT": "search_exact",
}


def _option(given: dict[str, exp.Expression], name: str, default: str) -> str:
    value = given.get(name)
    return default if value is None else literal_text(value, f"{name} of SEARCH").upper()


def _search(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """SEARCH((a, b), 'words' [, ANALYZER => ...] [, SEARCH_MODE => 'OR' | 'AND' | ...])."""
    named = [value for value in node.expressions if isinstance(value, exp.Kwarg)]
    given = {value.this.name.upper(): value.expression for value in named}
    rest = [value for value in node.expressions if not isinstance(value, exp.Kwarg)]
    if len(rest) != 2 or set(given) - {"ANALYZER", "SEARCH_MODE"}:
        raise InvalidParameter("SQL compilation error:\ninvalid arguments for function [SEARCH]")
    analyzer = _option(given, "ANALYZER", "DEFAULT_ANALYZER")
    mode = _option(given, "SEARCH_MODE", "OR")
    if analyzer not in _ANALYZERS:
        raise UnsupportedFeature(f"Unsupported feature 'SEARCH with {analyzer}'.")
    if mode not in _MODES:
        raise UnsupportedFeature(f"Unsupported feature 'SEARCH_MODE {mode}'.")
    pattern = string(_ANALYZERS[analyzer])
    sought = string(_sought(rest[1]))
    return _found(
        rest[0], lambda data: apply(_MODES[mode], data, sought.copy(), pattern.copy()), walk
    )


def _sought(node: exp.Expression) -> str:
    """The literal that is looked for. Raises InvalidParameter."""
    bare = operands.plain(node)
    if isinstance(bare, exp.Null) or (isinstance(bare, exp.Literal) and not bare.is_string):
        shown = "NULL" if isinstance(bare, exp.Null) else f"'{bare.this}'"
        raise InvalidParameter(f"SQL compilation error:\nargument needs to be a string: {shown}")
    return literal_text(bare, "search string")


def _search_ip(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """SEARCH_IP((a, b), '10.0.0.0/8'): whether an address of a range stands in the data."""
    data, wanted = node.expressions
    sought = string(_sought(wanted))
    return _found(data, lambda each: apply("holds_address", each, sought.copy()), walk)


def _found(
    data: exp.Expression, search: Callable[[exp.Expression], exp.Expression], walk: Walk
) -> exp.Expression:
    """Whether one of the data has it. A star stands for the columns that texts may be in."""
    found: list[exp.Expression] = []
    for each in data.expressions if isinstance(data, exp.Tuple) else [data]:
        subject = operands.plain(each)
        if subject.find(exp.Star) is None:
            if isinstance(subject, exp.Literal):
                _sought(subject)
            found.append(search(text(subject)))
            continue
        found.extend(
            exp.Coalesce(this=search(apply("searchable", column)), expressions=[exp.false()])
            for column in _columns(subject, walk)
        )
    return exp.Paren(this=exp.or_(*found))


def _columns(item: exp.Expression, walk: Walk) -> list[exp.Expression]:
    """The columns of a star. Raises UnsupportedFeature where they are not known."""
    from mockhaus.translation.clauses import star  # clauses need the functions

    select = item.find_ancestor(exp.Select)
    if select is None:
        raise UnsupportedFeature("Unsupported feature 'SEARCH of *' here.")
    return [walk.rewrite(each) for each in star.columns(item, select, walk)]


FUNCTIONS: Final[tuple[Function, ...]] = (
    call("SEARCH", _search, 2, 4, partial="no ENTITY_ANALYZER"),
    call("SEARCH_IP", _search_ip, 2, 2),
)
