"""The type that Snowflake makes of values of several types.

Snowflake's manual: "Data type conversion", "Set operators".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import ColumnTypeMismatch
from mockhaus.translation.types.described import WHOLE
from mockhaus.types import BOOLEAN, NUMBER, SEMI_STRUCTURED, SqlType

_T = DataType.Type

#: Beside this type text, dates and other timestamps become one.
ZONED: Final = "TIMESTAMP_TZ"
#: Digits of a NUMBER at most.
DIGITS: Final = 38
NUMERIC_FAMILIES: Final = frozenset(("NUMBER", "FLOAT"))
MOMENTS: Final = {"DATE": _T.DATE, "TIME": _T.TIME, "TIMESTAMP_NTZ": _T.TIMESTAMPNTZ,
                   "TIMESTAMP_LTZ": _T.TIMESTAMPLTZ, "TIMESTAMP_TZ": _T.TIMESTAMPTZ}  # fmt: skip


def common_type(
    found: Sequence[SqlType | None], digits: int, *, united: bool = False
) -> SqlType | None:
    """The type of several values, None where DuckDB's own is right or nothing is known.

    Text that becomes a number keeps `digits` after the point. Raises ColumnTypeMismatch.
    """
    kinds = [each for each in found if each is not None]
    families = {each.family for each in kinds}
    if len(kinds) < 2 or (families <= {"NUMBER"} and not _overflows(kinds)):
        return None
    if families & SEMI_STRUCTURED:
        return SqlType("VARIANT") if len(families) > 1 else None
    moments = families & set(MOMENTS)
    if ZONED in families and moments != families - {"VARCHAR"}:
        raise _inconsistent(kinds, united=united)
    if ZONED in families and len(families) > 1:
        return next(each for each in kinds if each.family == ZONED)
    if moments and families & NUMERIC_FAMILIES:
        raise _inconsistent(kinds, united=united)
    if "BOOLEAN" in families and families <= {"BOOLEAN", "VARCHAR", *NUMERIC_FAMILIES}:
        return BOOLEAN if len(families) > 1 else None
    if families <= {"NUMBER", "VARCHAR"} and "NUMBER" in families:
        scales = [each.scale or 0 for each in kinds if each.family == "NUMBER"]
        return SqlType("NUMBER", DIGITS, max(*scales, digits if "VARCHAR" in families else 0, 0))
    if "VARCHAR" not in families:
        return None
    for family in ("FLOAT", "BINARY", *sorted(moments, reverse=True)):
        if family in families:
            return next(each for each in kinds if each.family == family)
    return None


def _inconsistent(kinds: Sequence[SqlType], *, united: bool) -> ColumnTypeMismatch:
    first = kinds[0]
    other = next(each for each in kinds if each.family != first.family)
    names = [NUMBER if each == WHOLE else each for each in (first, other)]
    if united:
        return ColumnTypeMismatch(
            "SQL compilation error:\ninconsistent data type for result columns for set operator"
            f" input branches, expected {names[0]}, got {names[1]}"
        )
    return ColumnTypeMismatch(
        f"SQL compilation error:\nCan not convert a value of type [{names[1]}] into expected type"
        f" [{names[0]}]"
    )


def _overflows(kinds: Sequence[SqlType]) -> bool:
    """Whether DuckDB would cut digits off to make one DECIMAL of several."""
    scales = {each.scale or 0 for each in kinds}
    leading = max((each.precision or 0) - (each.scale or 0) for each in kinds)
    return len(scales) > 1 and leading + max(scales) > DIGITS


def differs(kind: SqlType | None, to: SqlType) -> bool:
    if kind is None or (kind == WHOLE and to.family == "NUMBER"):
        return False
    return kind.family != to.family or (kind.family == "NUMBER" and kind != to)


def as_type(value: exp.Expression, to: SqlType) -> exp.Expression:
    """A value as another type."""
    from mockhaus.translation.clauses.types import cast

    if to.family == "NUMBER":
        return cast(value, decimal(to.scale or 0))
    return cast(value, DataType(this=_TARGETS[to.family]))


def decimal(scale: int) -> DataType:
    parameters = [exp.DataTypeParam(this=exp.Literal.number(n)) for n in (DIGITS, scale)]
    return DataType(this=_T.DECIMAL, expressions=parameters)


_TARGETS: Final = {
    **MOMENTS,
    "FLOAT": _T.DOUBLE,
    "BOOLEAN": _T.BOOLEAN,
    "BINARY": _T.VARBINARY,
    "VARIANT": _T.VARIANT,
}
