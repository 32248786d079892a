"""Types as they are written: names that Snowflake has none of, and arguments out of bounds.

Snowflake's manual: "Summary of data types", "Unsupported data types".
"""

from __future__ import annotations

from typing import Any, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.translation.types.operands import literal_number

_T = DataType.Type

#: Types of other engines that sqlglot reads, by their names there.
_FOREIGN: Final[dict[Any, str]] = {
    _T.MEDIUMINT: "MEDIUMINT",
    _T.UINT: "UINT",
    _T.BIGDECIMAL: "BIGDECIMAL",
}

#: (least, most) of the one argument of a type.
_LENGTHS: Final[dict[Any, tuple[str, int, int]]] = {
    **dict.fromkeys(
        (_T.VARCHAR, _T.TEXT, _T.CHAR, _T.NCHAR, _T.NVARCHAR), ("length", 1, 134_217_728)
    ),
    **dict.fromkeys((_T.BINARY, _T.VARBINARY), ("length", 1, 67_108_864)),
    **dict.fromkeys(
        (_T.TIME, _T.TIMESTAMP, _T.TIMESTAMPNTZ, _T.TIMESTAMPLTZ, _T.TIMESTAMPTZ, _T.DATETIME),
        ("precision", 0, 9),
    ),
}
#: Types that take no argument.
_BARE: Final = frozenset(
    (_T.INT, _T.BIGINT, _T.SMALLINT, _T.TINYINT, _T.FLOAT, _T.DOUBLE, _T.BOOLEAN, _T.DATE)
)
_DECIMALS: Final = 38


def checked(node: DataType, *, postgres: bool) -> DataType:
    """A type as it is written. Raises UnsupportedFeature, InvalidParameter.

    `postgres`: float(n) is PostgreSQL's.
    """
    kind, arguments = node.this, node.expressions
    if kind in _FOREIGN:
        raise UnsupportedFeature(f"Unsupported data type '{_FOREIGN[kind]}'.")
    if not arguments:
        return node
    if kind == _T.DECIMAL:
        _check_number([literal_number(each.this) for each in arguments])
    elif kind in _LENGTHS:
        what, least, most = _LENGTHS[kind]
        size = literal_number(arguments[0].this)
        if len(arguments) > 1 or size is None or not least <= size <= most:
            raise _invalid(f"{what} of {_name(node)}", arguments, least, most)
    elif kind in _BARE and not (postgres and kind in (_T.FLOAT, _T.DOUBLE)):
        raise InvalidParameter(
            f"SQL compilation error:\n{_name(node)} takes no length or precision"
        )
    return node


def _check_number(sizes: list[int | None]) -> None:
    precision, scale = sizes[0], sizes[1] if len(sizes) > 1 else 0
    if precision is None or not 1 <= precision <= _DECIMALS:
        raise InvalidParameter(
            f"SQL compilation error:\nInvalid number precision: {precision}. Must be between 1 and"
            f" {_DECIMALS}."
        )
    if scale is None or len(sizes) > 2 or not 0 <= scale <= precision:
        raise InvalidParameter(
            f"SQL compilation error:\nInvalid number scale: {scale}. Must be between 0 and"
            f" {precision}."
        )


def _name(node: DataType) -> str:
    return str(node.this.value)


def _invalid(what: str, given: list[exp.Expression], least: int, most: int) -> InvalidParameter:
    shown = ",".join(each.name for each in given)
    return InvalidParameter(
        f"SQL compilation error:\nInvalid {what}: {shown}. Must be between {least} and {most}."
    )
