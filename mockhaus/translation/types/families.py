"""Families of types, as far as the form of an expression and the names of columns tell them.

DuckDB reads a text that it compares with a number as a number of the other side's type: '1.5' = 2
is true. So the walk notes what is compared, and `may_mix` says where text may meet numbers: there
`coercion` asks DuckDB for the types. What is told here is a guess on the safe side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlglot import exp

from mockhaus.translation.trees import choices
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import KIND, ZONED, plain
from mockhaus.zoned import STORED

TEXT: Final = "text"
NUMBER: Final = "number"
TRUTH: Final = "truth"
VARIANT: Final = "variant"
OTHER: Final = "other"
#: A TIMESTAMP_TZ, beside which text, dates and other timestamps become one.
MOMENT: Final = "moment"
UNKNOWN: Final = "?"

_Families = frozenset[str]
_NUMBERS: Final = (
    exp.Count, exp.Sum, exp.Avg, exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.RowNumber, exp.Rank,
    exp.DenseRank, exp.Ntile,
)  # fmt: skip
_TRUTHS: Final = (exp.Boolean, exp.Predicate, exp.Connector, exp.Not, exp.Exists)
#: What answers one of its arguments.
_PASSING: Final = (
    exp.AnyValue, exp.Case, exp.Coalesce, exp.FirstValue, exp.If, exp.IgnoreNulls, exp.Lag,
    exp.LastValue, exp.Lead, exp.Max, exp.Min, exp.Nullif, exp.Window, exp.Subquery,
)  # fmt: skip
_KINDS: Final = {
    operands.TEXT: TEXT, operands.NUMBER: NUMBER, operands.VARIANT: VARIANT, ZONED: MOMENT,
}  # fmt: skip
_LETTERS: Final = {
    **dict.fromkeys(("VARCHAR", "TEXT", "ENUM"), TEXT),
    **dict.fromkeys((STORED, STORED.upper()), MOMENT),
    "BOOLEAN": TRUTH,
    "JSON": VARIANT,
}
_DIGITS: Final = (
    "TINYINT",
    "SMALLINT",
    "INT",
    "BIGINT",
    "HUGEINT",
    "DECIMAL",
    "DOUBLE",
    "FLOAT",
    "U",
)


def family_of(kind: str) -> str:
    """The family of a DuckDB type."""
    found = _LETTERS.get(kind)
    if found is None:
        found = NUMBER if kind.startswith(_DIGITS) else OTHER
    return found


class Names:
    """The families of the columns that a statement may name.

    `tables` are the columns of its tables: name in upper case -> DuckDB's type. In a `nested` query
    an alias may hide one of these.
    """

    def __init__(
        self, tree: exp.Expression, tables: Iterable[Mapping[str, str]], *, nested: bool
    ) -> None:
        self._tree = tree
        self._tables = list(tables)
        self._nested = nested
        self._found: dict[str, _Families] = {}
        self._aliases: dict[str, list[exp.Expression]] | None = None

    def of(self, name: str) -> _Families:
        """The families that a name may be of."""
        if name not in self._found:
            self._found[name] = frozenset((UNKNOWN,))  # of a name that is made of itself
            self._found[name] = self._looked_up(name)
        return self._found[name]

    def _looked_up(self, name: str) -> _Families:
        found = {family_of(each) for each in self.types(name)}
        for value in self.named(name):
            found |= self.families(value)
        return frozenset(found or (UNKNOWN,))

    def types(self, name: str) -> list[str]:
        """DuckDB's types of the tables' columns of a name."""
        return [each[name] for each in self._tables if name in each]

    def all(self) -> list[str]:
        """The names of the tables' columns."""
        return list({name: None for each in self._tables for name in each})

    def named(self, name: str) -> Sequence[exp.Expression]:
        """What a name is an alias of."""
        if not self._nested and any(name in each for each in self._tables):
            return ()
        if self._aliases is None:
            self._aliases = {}
            for alias in self._tree.find_all(exp.Alias):
                self._aliases.setdefault(alias.alias.upper(), []).append(alias.this)
        return self._aliases.get(name, ())

    def families(self, node: exp.Expression) -> _Families:
        """The families that an expression may be of; none of a NULL."""
        node = plain(node)
        if isinstance(node, exp.Column):
            return self.of(node.name.upper())
        if isinstance(node, exp.Literal):
            return frozenset((TEXT if node.is_string else NUMBER,))
        if isinstance(node, (exp.Cast, exp.TryCast)):
            return frozenset((family_of(node.to.sql("duckdb").upper()),))
        if (kind := node.meta.get(KIND)) is not None:
            return frozenset((_KINDS.get(kind, OTHER),))
        if isinstance(node, exp.Null):
            return frozenset()
        if isinstance(node, exp.DPipe):
            return frozenset((TEXT,))
        if isinstance(node, _NUMBERS):
            return frozenset((NUMBER,))
        if isinstance(node, _TRUTHS):
            return frozenset((TRUTH,))
        if isinstance(node, _PASSING):
            return self._passed(node)
        return frozenset((UNKNOWN,))

    def _passed(self, node: exp.Expression) -> _Families:
        values: list[Any] = choices(node) or [node.this]
        if isinstance(node, exp.Subquery):
            values = [each.unalias() for each in node.selects[:1]]
        return frozenset[str]().union(*map(self.families, values))


def may_mix(values: Iterable[exp.Expression], names: Names) -> bool:
    """Whether DuckDB's comparison of values may be another one than Snowflake's.

    That is where text or truth values meet numbers, a TIMESTAMP_TZ others, or a text that is no
    ISO date what may be a date: Snowflake reads more forms than DuckDB.
    """
    texts = numbers = truths = moments = others = dates = unread = False
    for value in values:
        if isinstance(plain(value), (exp.Tuple, exp.Any, exp.All)):
            return False
        found = names.families(value)
        may_be_text = TEXT in found or UNKNOWN in found
        texts = texts or (may_be_text and not _is_text_literal(value))
        numbers = numbers or NUMBER in found
        moments = moments or MOMENT in found
        others = others or bool(found - {MOMENT})
        truths = truths or TRUTH in found
        dates = dates or OTHER in found
        unread = unread or (TEXT in found and not _is_iso(value))
    return (numbers and (texts or truths)) or (moments and others) or (dates and unread)


def has_moment(values: Iterable[exp.Expression], names: Names) -> bool:
    """Whether a TIMESTAMP_TZ may be among values."""
    return any(MOMENT in names.families(each) for each in values)


def varies(values: Iterable[exp.Expression], names: Names) -> bool:
    """Whether a VARIANT may stand beside others, which become VARIANTs then."""
    found = frozenset[str]().union(*map(names.families, values))
    return VARIANT in found and len(found) > 1


def mixes_truths(values: Iterable[exp.Expression], names: Names) -> bool:
    """Whether truth values may stand beside numbers."""
    found = frozenset[str]().union(*map(names.families, values))
    return TRUTH in found and NUMBER in found


def _is_text_literal(node: exp.Expression) -> bool:
    """Of which DuckDB makes what is needed, but for fractions (see `coercion.is_fraction`)."""
    node = plain(node)
    return isinstance(node, exp.Literal) and bool(node.is_string)


#: Dates, times and timestamps as DuckDB reads them, too.
_ISO: Final = re.compile(
    r"(\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?|\d\d:\d\d(:\d\d(\.\d{1,6})?)?)"
)


def _is_iso(node: exp.Expression) -> bool:
    return _is_text_literal(node) and _ISO.fullmatch(str(plain(node).this)) is not None


#: The most digits after the point that a division has of numbers with fewer; what divides (see
#: `division`).
_DIVIDED: Final = 12
DIVISIONS: Final = frozenset(
    f"{name}{known}"
    for name in ("divide", "average", "div0", "div0null", "scaled_like")
    for known in ("", "_to")
)
_SCALE: Final = re.compile(r"DECIMAL\(\d+,\s*(\d+)\)")


def most_digits(node: exp.Expression, names: Names, depth: int = 0) -> int:
    """The digits after the point that a number may have: at least as many as it has."""
    node = plain(node)
    if isinstance(node, exp.Literal):
        return 0 if node.is_string else len(str(node.this).partition(".")[2])
    if isinstance(node, exp.Column):
        name = node.name.upper()
        scales = [_scale(kind) for kind in names.types(name)]
        if depth < _DEEPEST:
            scales += [most_digits(each, names, depth + 1) for each in names.named(name)]
        return max(scales, default=0)
    if isinstance(node, (exp.Cast, exp.TryCast)):
        return _scale(node.to.sql("duckdb").upper())
    values = [most_digits(each, names, depth) for each in node.iter_expressions()]
    if isinstance(node, exp.Mul):
        return sum(values)
    if isinstance(node, exp.Anonymous) and str(node.this).lower() in DIVISIONS:
        values.append(_DIVIDED)
    return max(values, default=0)


_DEEPEST: Final = 8


def _scale(kind: str) -> int:
    match = _SCALE.fullmatch(kind)
    return 0 if match is None else int(match[1])
