"""Calls of macros that would grow by powers when nested, their arguments bound first.

A macro's arguments are text to DuckDB: `f(f(f(x)))` of a macro that names its argument five times
is 125 times x, bound and optimised before anything runs. How often each parameter comes in the
whole of a macro's expansion is counted from its definition; where an argument is long itself, the
call moves into a lambda, which names it once and costs 0.2 us a row:

    f(f(f(x)))   ->   list_transform([f(f(x))], lambda _m1: f(_m1))[1]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import resources
from itertools import accumulate
from typing import Final

from sqlglot import exp

from mockhaus.translation.registry import apply
from mockhaus.translation.types.untyped import AGGREGATES

#: Nodes of an expanded argument up to which it is written as often as the macro likes.
_LONG: Final = 60

_HEAD: Final = re.compile(r"CREATE(?: OR REPLACE)? MACRO (\w+)\s*(?=\()", re.IGNORECASE)
_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\w+|[(),\[\]{}]")

#: DuckDB's own functions that are macros and repeat their arguments: length, times.
_OWN: Final = {"array_to_string": (20, (3, 2))}

#: name -> (definitions: parameters, tokens of the body)
_Definitions = dict[str, list[tuple[list[str], list[str]]]]


@lru_cache(maxsize=1)
def _definitions() -> _Definitions:
    found: _Definitions = {}
    for file in (resources.files("mockhaus") / "engine" / "macros").iterdir():
        if not file.name.endswith(".sql"):
            continue
        text = re.sub(r"--.*", "", file.read_text(encoding="utf-8"))
        _, *parts = _HEAD.split(text.lower())
        for name, body in zip(parts[::2], parts[1::2], strict=True):
            found.setdefault(name, []).extend(_overloads(_TOKEN.findall(body)))
    return found


def _overloads(tokens: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """The definitions of one macro: `(a DATE, n) AS body, (a, n) AS body`."""
    parameters, begun, opened, depth = list[str](), 0, 0, 0
    for at, token in enumerate(tokens):
        if token in "([{":
            opened = at if depth == 0 else opened
            depth += 1
        elif token in ")]}":
            depth -= 1
            if depth == 0 and tokens[at + 1 : at + 2] == ["as"]:
                if begun:
                    yield parameters, tokens[begun : opened - 1]
                parameters, begun = _parameters(tokens[opened + 1 : at]), at + 2
    yield parameters, tokens[begun:]


def _parameters(tokens: list[str]) -> list[str]:
    """The names of a definition's parameters; types may have brackets and commas of their own."""
    depths = accumulate((token == "(") - (token == ")") for token in tokens)
    heads = [",", *tokens]
    return [
        token
        for token, before, depth in zip(tokens, heads, depths, strict=False)
        if before == "," and depth == 0
    ]


@lru_cache(maxsize=1024)
def growth(name: str) -> tuple[int, tuple[int, ...]]:
    """The length of a macro's expansion, and how often it holds each argument; () of no macro."""
    if name in _OWN:
        return _OWN[name]
    length, times = 0, list[int]()
    for parameters, tokens in _definitions().get(name, ()):
        counted = _counted(name, parameters, tokens)
        length = max(length, counted[0])
        for place, count in enumerate(counted[1]):
            if place == len(times):
                times.append(count)
            times[place] = max(times[place], count)
    if len(_definitions().get(name, ())) > 1:
        # DuckDB binds the arguments once to choose a definition and again within it.
        times = [max(each, 2) for each in times]
    return length, tuple(times)


def _counted(name: str, parameters: list[str], tokens: list[str]) -> tuple[int, list[int]]:
    """The same of one definition: what stands in another macro's argument counts as often."""
    counts, length = dict.fromkeys(parameters, 0), 0
    calls: list[tuple[str, int, int]] = []  # macro or '', argument, how often what is here comes
    before, often = "", 1
    for token in tokens:
        if token in "([{":
            is_macro = token == "(" and (before in _definitions() or before in _OWN)
            callee = before if is_macro and before != name else ""
            calls.append((callee, 0, often))
            length += often * growth(callee)[0] if callee else 0
            often *= _times(callee, 0)
        elif token in ")]}" and calls:
            often = calls.pop()[2]
        elif token == "," and calls:
            callee, place, outside = calls.pop()
            calls.append((callee, place + 1, outside))
            often = outside * _times(callee, place + 1)
        else:
            length += often
            if token in counts:
                counts[token] += often
        before = token
    return length, list(counts.values())


def _times(name: str, place: int) -> int:
    times = growth(name)[1] if name else ()
    return max(times[place], 1) if place < len(times) else 1


def bound(calls: Sequence[exp.Anonymous]) -> None:
    """Bind the long arguments of macros that repeat them, in place: the innermost first.

    `calls` are those of a whole tree, the outermost first.
    """
    movable = [call for call in calls if _may_move(call)]
    if len(movable) < 2:
        return
    weights: dict[int, int] = {}
    for call in reversed(movable):
        length, times = growth(str(call.this).lower())
        given = [_weight(argument, weights) for argument in call.expressions]
        whole = length + sum(w * t for w, t in zip(given, times, strict=False))
        if not any(w > _LONG and t > 1 for w, t in zip(given, times, strict=False)):
            weights[id(call)] = whole
            continue
        moved = _moved(call, f"_m{_height(call)}")
        call.replace(moved)
        weights[id(moved)] = length + sum(given) + 4


def _may_move(call: exp.Anonymous) -> bool:
    """Whether a call is that of a macro, and no table and no aggregate."""
    return _is_plain(str(call.this).lower()) and not isinstance(
        call.parent, (exp.Table, exp.Window, exp.IgnoreNulls, exp.WithinGroup)
    )


@lru_cache(maxsize=1024)
def _is_plain(name: str) -> bool:
    return bool(growth(name)[1]) and all(
        AGGREGATES.isdisjoint(tokens) for _, tokens in _definitions().get(name, ())
    )


def _weight(node: exp.Expression, weights: dict[int, int]) -> int:
    """The length of an argument when everything within is expanded."""
    known = weights.get(id(node))
    if known is not None:
        return known
    return 1 + sum(_weight(child, weights) for child in node.iter_expressions())


def _height(call: exp.Expression) -> int:
    """A number that differs from those of the calls within, and is the same for the same text."""
    return 1 + sum(isinstance(each, exp.Lambda) for each in call.walk())


_CONSTANT: Final = (exp.Literal, exp.Null, exp.Boolean, exp.Var, exp.Lambda)


def _moved(call: exp.Anonymous, name: str) -> exp.Expression:
    taken = [each for each in call.expressions if not isinstance(each, _CONSTANT)]
    whole = exp.Identifier(this=name)

    def parameter(argument: exp.Expression) -> exp.Expression:
        if isinstance(argument, _CONSTANT):
            return argument
        if len(taken) == 1:
            return whole.copy()
        place = next(n for n, each in enumerate(taken, 1) if each is argument)
        return apply("struct_extract", whole.copy(), exp.Literal.number(place))

    body = apply(str(call.this), *[parameter(argument) for argument in call.expressions])
    bundle = taken[0] if len(taken) == 1 else apply("row", *taken)
    moved = exp.Lambda(this=body, expressions=[whole])
    values = apply("list_transform", apply("list_value", bundle), moved)
    return apply("list_extract", values, exp.Literal.number(1))
