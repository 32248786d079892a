"""Full-text search. Snowflake's manual: "SEARCH", "Using full-text search".

Data and search string become texts of tokens, a blank around each: ` blue jay `. The tokens of an
analyzer are what stands between its delimiters, in lower case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.translation import operands
from mockhaus.translation.operands import literal_text, string, text
from mockhaus.translation.registry import Function, apply, call

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: Analyzer -> the characters between tokens, as a pattern; '' for none.
_ANALYZERS: Final = {
    "DEFAULT_ANALYZER": r"""[\[\];<>(){}|!,'"*&?+/:=@.\-$%\\_\s]+""",
    "UNICODE_ANALYZER": r"[^\p{L}\p{N}_']+",
    "NO_OP_ANALYZER": "",
}
_MODES: Final = {"OR": "search_any", "AND": "search_all", "PHRASE": "search_phrase"}


def _option(given: dict[str, exp.Expression], name: str, default: str) -> str:
    value = given.get(name)
    return default if value is None else literal_text(value, f"{name} of SEARCH").upper()


def _search(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """SEARCH((a, b), 'words' [, ANALYZER => ...] [, SEARCH_MODE => 'OR' | 'AND' | 'PHRASE'])."""
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
    subjects = _subjects(rest[0])
    pattern = string(_ANALYZERS[analyzer])
    sought = string(literal_text(rest[1], "search string"))
    found = [
        apply(_MODES[mode], text(operands.plain(subject)), sought.copy(), pattern.copy())
        for subject in subjects
    ]
    return exp.Paren(this=exp.or_(*found))


def _search_ip(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """SEARCH_IP((a, b), '10.0.0.0/8'): whether an address of a range stands in the data."""
    data, wanted = node.expressions
    sought = string(literal_text(wanted, "search string"))
    found = [
        apply("holds_address", text(operands.plain(subject)), sought.copy())
        for subject in _subjects(data)
    ]
    return exp.Paren(this=exp.or_(*found))


def _subjects(data: exp.Expression) -> list[exp.Expression]:
    if data.find(exp.Star) is not None:
        raise UnsupportedFeature("Unsupported feature 'SEARCH of *'.")
    return data.expressions if isinstance(data, exp.Tuple) else [data]


FUNCTIONS: Final[tuple[Function, ...]] = (
    call("SEARCH", _search, 2, 4, partial="no ENTITY_ANALYZER, no EXACT, no *"),
    call("SEARCH_IP", _search_ip, 2, 2),
)
