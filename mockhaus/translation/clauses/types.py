"""Type names and casts.

Where Snowflake and DuckDB differ: NUMBER without arguments is NUMBER(38,0) (DuckDB: DECIMAL(18,3)),
all integer names are NUMBER(38,0) (kept as BIGINT, which runs at full speed; a larger value is an
error, not a wrong number), FLOAT is a double, semi-structured types are JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.dialect import snowflake_text

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_T = DataType.Type

_PLAIN: Final[dict[Any, Any]] = {
    **dict.fromkeys(
        (_T.INT, _T.BIGINT, _T.SMALLINT, _T.TINYINT, _T.INT128, _T.MEDIUMINT, _T.UINT), _T.BIGINT
    ),
    **dict.fromkeys((_T.FLOAT, _T.DOUBLE), _T.DOUBLE),
    **dict.fromkeys((_T.VARCHAR, _T.TEXT, _T.CHAR, _T.NCHAR, _T.NVARCHAR, _T.NAME), _T.TEXT),
    _T.BOOLEAN: _T.BOOLEAN,
    **dict.fromkeys((_T.BINARY, _T.VARBINARY), _T.VARBINARY),
    _T.DATE: _T.DATE,
    _T.TIME: _T.TIME,
    **dict.fromkeys((_T.TIMESTAMP, _T.TIMESTAMPNTZ, _T.DATETIME), _T.TIMESTAMP),
    **dict.fromkeys((_T.TIMESTAMPLTZ, _T.TIMESTAMPTZ), _T.TIMESTAMPTZ),
    **dict.fromkeys((_T.VARIANT, _T.OBJECT, _T.JSON), _T.JSON),
    _T.UUID: _T.UUID,
    _T.INTERVAL: _T.INTERVAL,
}


def duckdb_type(node: DataType) -> DataType:
    """The DuckDB type that holds values of a Snowflake type. Raises UnsupportedFeature."""
    kind = node.this
    if kind == _T.ARRAY:
        return DataType(this=_T.JSON)
    if kind in (_T.DECIMAL, _T.BIGDECIMAL):
        arguments = node.expressions or [_parameter(38), _parameter(0)]
        if len(arguments) == 1:
            arguments = [*arguments, _parameter(0)]
        return DataType(this=_T.DECIMAL, expressions=arguments)
    plain = _PLAIN.get(kind)
    if plain is None:
        raise UnsupportedFeature(f"Unsupported data type '{snowflake_text(node)}'.")
    return DataType(this=plain)


def length(node: DataType) -> int | None:
    """The length of VARCHAR(n), CHAR (1) and BINARY(n), None where none is given."""
    if node.expressions and node.this not in (_T.DECIMAL, _T.BIGDECIMAL):
        try:
            return int(node.expressions[0].name)
        except ValueError:
            return None
    return 1 if node.this in (_T.CHAR, _T.NCHAR) else None


def _parameter(value: int) -> exp.DataTypeParam:
    return exp.DataTypeParam(this=exp.Literal.number(value))


def _data_type(node: DataType, walk: Walk) -> exp.Expression:
    return duckdb_type(node)


ENTER: Final[dict[type[exp.Expression], Any]] = {DataType: _data_type}
LEAVE: Final[dict[type[exp.Expression], Any]] = {
    exp.Cast: lambda node, walk: node,
    exp.TryCast: lambda node, walk: node,
}
