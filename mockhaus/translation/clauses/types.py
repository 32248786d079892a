"""Type names and casts.

Where Snowflake and DuckDB differ: NUMBER without arguments is NUMBER(38,0) (DuckDB: DECIMAL(18,3)),
all integer names are NUMBER(38,0) (kept as BIGINT, which runs at full speed; a larger value is an
error, not a wrong number), FLOAT is a double, semi-structured types are JSON. NUMBER(38,0) itself
is a HUGEINT: of a DECIMAL(38,0) and a number with a scale DuckDB makes a DECIMAL(38,0) (in CASE,
COALESCE, UNION), and reading one from text takes it 30 us, a HUGEINT 0.1 us.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import InvalidArgumentTypes, NumberOutOfRange, UnsupportedFeature
from mockhaus.translation.clauses.declared import checked
from mockhaus.translation.dialect import snowflake_text
from mockhaus.translation.reading import TRIED, WRITTEN
from mockhaus.translation.registry import apply
from mockhaus.translation.routines.routine import type_of
from mockhaus.translation.types import operands, structured, variants
from mockhaus.zoned import STORED

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
    _T.TIMESTAMPLTZ: _T.TIMESTAMPTZ,
    **dict.fromkeys((_T.VARIANT, _T.OBJECT, _T.JSON), _T.JSON),
    _T.UUID: _T.UUID,
    _T.INTERVAL: _T.INTERVAL,
}


def duckdb_type(node: DataType) -> DataType:
    """The DuckDB type that holds values of a Snowflake type. Raises UnsupportedFeature."""
    kind = node.this
    if kind in (_T.ARRAY, _T.MAP):
        structured.check(node)
        return DataType(this=_T.JSON)
    if kind in (_T.DECIMAL, _T.BIGDECIMAL):
        arguments = node.expressions or [_parameter(38), _parameter(0)]
        if len(arguments) == 1:
            arguments = [*arguments, _parameter(0)]
        if [each.name for each in arguments] == ["38", "0"]:
            return DataType(this=_T.INT128)
        return DataType(this=_T.DECIMAL, expressions=arguments)
    if kind == _T.VECTOR and len(node.expressions) == 2:
        item = _VECTORS.get(node.expressions[0].this)
        if item is not None:
            return DataType(
                this=_T.ARRAY,
                expressions=[DataType(this=item)],
                values=[node.expressions[1].this],
                nested=True,
            )
    if kind == _T.TIMESTAMPTZ:
        return bound_type(ZONED)
    plain = _PLAIN.get(kind)
    if plain is None:
        raise UnsupportedFeature(f"Unsupported data type '{snowflake_text(node)}'.")
    return DataType(this=plain)


#: Types of a VECTOR's elements, of 32 bits each.
_VECTORS: Final[dict[Any, Any]] = {
    **dict.fromkeys((_T.FLOAT, _T.DOUBLE), _T.FLOAT),
    **dict.fromkeys((_T.INT, _T.BIGINT), _T.INT),
}

_MAPPINGS: Final = {
    "TIMESTAMP_NTZ": _T.TIMESTAMPNTZ,
    "TIMESTAMP_LTZ": _T.TIMESTAMPLTZ,
    "TIMESTAMP_TZ": _T.TIMESTAMPTZ,
}


def meant(node: DataType, walk: Walk) -> DataType:
    """A type as TIMESTAMP_TYPE_MAPPING has it: TIMESTAMP alone is one of the three types.

    Raises UnsupportedFeature, InvalidParameter (see `declared`).
    """
    checked(node, postgres=walk.context.postgres)
    if node.this != _T.TIMESTAMP:
        return node
    mapping = str(walk.context.parameters.get("TIMESTAMP_TYPE_MAPPING", "")).upper()
    kind = _MAPPINGS.get(mapping)
    if kind is None:
        return node
    return DataType(this=kind, expressions=[each.copy() for each in node.expressions])


def length(node: DataType) -> int | None:
    """The length of VARCHAR(n), CHAR (1) and BINARY(n), None where none is given."""
    if node.expressions and _PLAIN.get(node.this) in (_T.TEXT, _T.VARBINARY):
        try:
            return int(node.expressions[0].name)
        except ValueError:
            return None
    return 1 if node.this in (_T.CHAR, _T.NCHAR) else None


def spelled(node: DataType) -> str:
    """A type that is not structured as DESCRIBE spells it: NUMBER(38,0) for INT."""
    text = snowflake_text(node).upper()
    known = type_of(text)
    return text if known is None else str(known)


def is_text(node: DataType) -> bool:
    """Whether a type is VARCHAR or another name of it."""
    return _PLAIN.get(node.this) == _T.TEXT


def _parameter(value: int) -> exp.DataTypeParam:
    return exp.DataTypeParam(this=exp.Literal.number(value))


def _data_type(node: DataType, walk: Walk) -> exp.Expression:
    return duckdb_type(meant(node, walk))


#: The type of a parameter for a TIMESTAMP_TZ: it is bound as text, which keeps its offset.
ZONED: Final = "TIMESTAMP_TZ"


def typed(tree: exp.Expression, types: Sequence[str]) -> exp.Expression:
    """The tree, in place, with parameters cast to their types: a NULL has one then as well.

    Numbers keep the digits that they come with.
    """
    for placeholder in list(tree.find_all(exp.Placeholder)):
        number = int(placeholder.name)
        kind = types[number - 1] if number <= len(types) else ""
        if kind == ZONED:
            text = exp.Cast(this=placeholder.copy(), to=DataType(this=_T.TEXT))
            placeholder.replace(apply("of_auto_timestamp_tz", text))
        elif kind and not kind.startswith("DECIMAL"):
            placeholder.replace(exp.Cast(this=placeholder.copy(), to=bound_type(kind)))
    return tree


def bound_type(kind: str) -> DataType:
    """The DuckDB type that a parameter of a type has in a statement."""
    return DataType.build(STORED if kind == ZONED else kind, dialect="duckdb")


# --- casts ---------------------------------------------------------------------------------------

_NUMBERS: Final = (_T.BIGINT, _T.INT128, _T.DECIMAL, _T.DOUBLE)
_WHOLE: Final = {_T.BIGINT: "integer_of", _T.INT128: "whole_of"}
_ISO_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_ISO_TIMESTAMP: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(?: ?(?:Z|[+-]\d\d:?\d\d))?"
)


def cast(node: exp.Expression, to: DataType, *, safe: bool = False) -> exp.Expression:
    """A rewritten expression as a Snowflake type; `safe` answers NULL where CAST is an error.

    Snowflake's manual: "CAST", "TRY_CAST", "Data type conversion".
    """
    if structured.is_structured(to) and not safe:
        return structured.cast(node, to, duckdb_type, cast)
    target = duckdb_type(to)
    kind = target.this
    if kind in _NUMBERS:
        known = operands.type_of(node)
        if known == "JSON" or (not known and operands.is_variant(node)):
            node = operands.text_call("variant_numeral", node)
        return _to_number(node, target, safe)
    if kind == _T.TEXT:
        return _to_text(node, length(to), safe)
    if kind in _MOMENTS:
        return _to_moment(node, to, kind, safe)
    if kind == _T.BOOLEAN:
        return operands.called("try_to_boolean" if safe else "to_boolean", node)
    if kind == _T.VARBINARY:
        size = length(to)
        value = apply("try_to_binary" if safe else "to_binary", node)
        return value if size is None else apply("fit_binary", value, operands.integer(size))
    if kind == _T.ARRAY and not safe:
        return exp.Cast(this=apply("vector_source", node), to=target)
    if kind == _T.JSON:
        if to.this not in (_T.OBJECT, _T.ARRAY):
            return variants.variant(node)
        if to.this == _T.OBJECT:
            return structured.of_type(apply("to_object", node), structured.OBJECT)
        return structured.of_type(apply("to_array", node), structured.ARRAY)
    return exp.TryCast(this=node, to=target) if safe else exp.Cast(this=node, to=target)


def _to_number(node: exp.Expression, target: DataType, safe: bool) -> exp.Expression:
    """FLOAT is rounded half away from zero on its way to a whole number (DuckDB: to even)."""
    bare = operands.plain(node)
    constant = isinstance(bare, (exp.Literal, exp.Null))
    if target.this == _T.BIGINT and _has_more_digits(bare, _NARROW):
        target = DataType(this=_T.INT128)
    if target.this in _WHOLE and not constant:
        name = _WHOLE[target.this]
        return operands.number_call(f"try_{name}" if safe else name, node)
    wrap = exp.TryCast if safe else exp.Cast
    if target.this == _T.INT128 and _has_more_digits(bare, _LONGEST):
        if not safe:
            raise NumberOutOfRange("Number out of representable range")
        node = exp.Null()
    if target.this == _T.DOUBLE:
        return _to_float(node, safe)
    if constant and target.this == _T.DECIMAL:
        return operands.noted(wrap(this=node, to=target), operands.NUMBER)
    if target.this == _T.DECIMAL:
        digits, scale = (int(each.name) for each in target.expressions)
        if digits > _NARROW and scale < _NARROW and not safe:
            narrow = DataType(this=_T.DECIMAL, expressions=[_parameter(_NARROW), _parameter(scale)])
            fits = exp.cast(exp.Literal.number(0), narrow), exp.cast(exp.Literal.number(0), target)
            made = operands.called("decimal_of", node, *fits, operands.integer(_NARROW - scale))
            return operands.noted(made, operands.NUMBER)
    if not constant:
        node = apply("numeric_source", node)
    return operands.noted(wrap(this=node, to=target), operands.NUMBER)


def _to_float(node: exp.Expression, safe: bool) -> exp.Expression:
    """A number beyond FLOAT is an error (DuckDB: infinity)."""
    bare = operands.plain(node)
    double = DataType(this=_T.DOUBLE)
    if not isinstance(bare, (exp.Literal, exp.Null)):
        return operands.number_call("try_float_of" if safe else "float_of", node)
    if isinstance(bare, exp.Literal) and _is_beyond_float(str(bare.this)):
        if not safe:
            raise NumberOutOfRange("Number out of representable range")
        node = exp.Null()
    wrap = exp.TryCast if safe else exp.Cast
    return operands.noted(wrap(this=node, to=double), operands.NUMBER)


def _is_beyond_float(text: str) -> bool:
    try:
        return _FINITE.fullmatch(text) is not None and math.isinf(float(text))
    except ValueError:
        return False


#: A number in digits, which is not called infinite or no number.
_FINITE: Final = re.compile(r"\s*[+-]?[\d.]+(?:[eE][+-]?\d+)?\s*")


def _has_more_digits(bare: exp.Expression, digits: int) -> bool:
    """Whether a literal has more digits before the point, of which DuckDB takes some."""
    if not isinstance(bare, exp.Literal):
        return False
    try:
        value = Decimal(str(bare.this).strip())
    except InvalidOperation:
        return False
    return value.is_finite() and value.adjusted() >= digits


_LONGEST: Final = 38
#: Digits up to which DuckDB keeps a DECIMAL in 64 bits and reads it from text in no time.
_NARROW: Final = 18


def _to_text(node: exp.Expression, size: int | None, safe: bool) -> exp.Expression:
    node = operands.text(node)
    if isinstance(operands.plain(node), exp.Null):
        node = exp.Cast(this=node, to=DataType(this=_T.TEXT))
    if size is None:
        return node
    number = operands.integer(size)
    return operands.text_call("try_fit_text" if safe else "fit_text", node, number)


_MOMENTS: Final[dict[Any, str]] = {
    _T.DATE: "to_date",
    _T.TIME: "to_time",
    _T.TIMESTAMP: "to_timestamp_ntz",
    _T.TIMESTAMPTZ: "to_timestamp_ltz",
    _T.STRUCT: "to_timestamp_tz",
}


def _to_moment(node: exp.Expression, to: DataType, kind: Any, safe: bool) -> exp.Expression:
    """Text in one of the formats of the AUTO detection; ISO literals are plain constants."""
    value = iso_literal(node, kind)
    if value is not None and safe:
        value.meta[TRIED] = True
    if value is None and kind == _T.TIMESTAMP and operands.is_variant(node):
        value = apply("variant_to_timestamp", node)
    if value is None:
        value = operands.called(f"try_{_MOMENTS[kind]}" if safe else _MOMENTS[kind], node)
    if kind == _T.STRUCT:
        value = operands.noted(value, operands.ZONED)
    digits = None if not to.expressions else operands.literal_number(to.expressions[0].this)
    if digits is None or digits >= 6:
        return value
    cut = "time_digits" if kind == _T.TIME else "timestamp_digits"
    value = apply(cut, value, operands.integer(digits))
    return operands.noted(value, operands.ZONED) if kind == _T.STRUCT else value


def iso_literal(node: exp.Expression, kind: Any) -> exp.Expression | None:
    """A literal in ISO form (or NULL) as a constant that DuckDB folds, else None."""
    bare = operands.plain(node)
    if isinstance(bare, exp.Null):
        return exp.Cast(
            this=bare, to=bound_type(ZONED) if kind == _T.STRUCT else DataType(this=kind)
        )
    if not isinstance(bare, exp.Literal) or not bare.is_string:
        return None
    value = str(bare.this)
    if kind == _T.DATE and _ISO_DATE.fullmatch(value) and _is_date(value):
        return _constant(value, value, kind)
    if kind == _T.TIMESTAMP:
        match = _ISO_TIMESTAMP.fullmatch(value)
        if match is not None and _is_date(value):
            moment = f"{match[1]} {match[2] or '00:00:00'}"
            return _constant(moment, value, kind)
    return None


def _constant(text: str, written: str, kind: Any) -> exp.Expression:
    made = exp.Cast(this=operands.string(text), to=DataType(this=kind))
    made.meta[WRITTEN] = written
    return made


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True


def _cast(node: exp.Cast, walk: Walk) -> exp.Expression:
    action = node.args.get("action")
    if action is not None:
        return structured.cast(
            walk.rewrite(node.this), node.to, duckdb_type, cast, action.name.upper()
        )
    return cast(walk.rewrite(node.this), meant(node.to, walk))


_NOT_TRIED: Final = frozenset((_T.VARIANT, _T.OBJECT, _T.ARRAY, _T.MAP))


def _shown(node: exp.TryCast) -> str:
    if structured.is_structured(node.to):
        return structured.spelled(node.to, spelled)
    return snowflake_text(node)[:60]


def _try_cast(node: exp.TryCast, walk: Walk) -> exp.Expression:
    value = walk.rewrite(node.this)
    if node.to.this in _NOT_TRIED or is_no_text(value):
        raise InvalidArgumentTypes(
            "SQL compilation error:\nFunction TRY_CAST cannot be used with arguments of these"
            f" types: {_shown(node)}",
            hint="TRY_CAST takes texts.",
        )
    return cast(value, meant(node.to, walk), safe=True)


_NO_TEXTS: Final = (_T.DATE, _T.TIME, _T.TIMESTAMP, _T.TIMESTAMPTZ, _T.BOOLEAN, *_NUMBERS)


def is_no_text(node: exp.Expression) -> bool:
    """Whether a rewritten expression is known to be a number, a truth or a moment."""
    bare = operands.plain(node)
    if isinstance(bare, exp.Cast):
        return bare.to.this in _NO_TEXTS
    return operands.is_boolean(bare) or operands.is_number(bare)


def _to_boolean(node: exp.ToBoolean, walk: Walk) -> exp.Expression:
    """What sqlglot makes of TRY_CAST(x AS BOOLEAN)."""
    to = DataType(this=_T.BOOLEAN)
    return cast(walk.rewrite(node.this), to, safe=bool(node.args.get("safe")))


ENTER: Final[dict[type[exp.Expression], Any]] = {
    DataType: _data_type,
    exp.ToBoolean: _to_boolean,
    exp.Cast: _cast,
    exp.TryCast: _try_cast,
}
LEAVE: Final[dict[type[exp.Expression], Any]] = {}
