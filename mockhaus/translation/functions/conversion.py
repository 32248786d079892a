"""Conversion functions. Snowflake's manual: "Conversion functions".

Formats that are literals are compiled while translating (see `formats`), those of dates and times
that are not are read row by row (`engine/models`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus import formats, inputs
from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.translation.clauses import types
from mockhaus.translation.registry import Function, Rewriter, apply, call
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import integer, literal_text, string, text, text_call

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_T = DataType.Type

# --- to text -------------------------------------------------------------------------------------


def _to_char(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """TO_CHAR, TO_VARCHAR: of numbers and moments by a model, of BINARY by an encoding."""
    value = node.expressions[0]
    if len(node.expressions) == 1:
        return types.cast(value, DataType(this=_T.TEXT))
    if _is_open(node.expressions[1]):
        return text_call("text_by_model", value, text(node.expressions[1]))
    model = literal_text(node.expressions[1], "format")
    upper = model.upper()
    if upper in ("HEX", "BASE64", "UTF-8", "UTF8"):
        encodings = {"HEX": "hex_encode", "BASE64": "base64_of"}
        return text_call(encodings.get(upper, "utf8_of"), value)
    if formats.is_number_model(model):
        return _number_text(operands.number(value), formats.number_model(model))
    if upper == "AUTO":
        return text(value)
    if operands.is_number(value):
        raise InvalidParameter(f"SQL compilation error:\nBad number format model '{model}'")
    return moment_text(value, formats.output_format(model))


def _is_open(model: exp.Expression) -> bool:
    """Whether a format is known only when the query runs."""
    bare = operands.plain(model)
    return not isinstance(bare.this if isinstance(bare, exp.Neg) else bare, exp.Literal)


def moment_text(value: exp.Expression, output: formats.Output) -> exp.Expression:
    """A date, time or timestamp as text in a format."""
    plain = output.strftime.replace("%z", "+00:00")
    made = text_call("format_moment", value, string(plain), string(output.strftime))
    for digits in output.fractions:
        pattern = string(f"\x01(\\d{{{min(digits, 6)}}})\\d*\x01")
        made = text_call("cut_fraction", made, pattern, string("\\1" + "0" * (digits - 6)))
    for separator in output.zones:
        template = "\\1" if separator == "-" else f"\\1{separator}\\2"
        made = text_call("place_zone", made, string(template))
    return made


def _number_text(value: exp.Expression, model: formats.NumberModel) -> exp.Expression:
    if model.kind.startswith("TM"):
        macro = "number_scientific" if model.kind == "TME" else "text_once"
        made = text_call(macro, value)
    elif model.kind == "X":
        sizes = (integer(model.whole), integer(model.zeros))
        made = text_call("number_hex", value, *sizes, string(model.sign))
    else:
        rounded = apply("round", value, integer(model.decimals))
        made = text_call(
            "number_fixed",
            *(rounded, integer(model.whole), integer(model.zeros), integer(model.decimals)),
            *(exp.Boolean(this=flag) for flag in (model.grouped, model.dollar, model.blank_zero)),
            *(exp.Boolean(this=model.compact), string(model.sign)),
        )
    for literal, before in ((model.before, True), (model.after, False)):
        if literal:
            pair = (string(literal), made) if before else (made, string(literal))
            made = exp.DPipe(this=pair[0], expression=pair[1], safe=True)
    return made


# --- to numbers ----------------------------------------------------------------------------------


def _to_number(safe: bool) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """TO_NUMBER(x [, format] [, precision [, scale]]): NUMBER(38, 0) where nothing is said."""
        value, *rest = node.expressions
        if rest and (_is_open(rest[0]) or operands.is_text(rest[0])):
            value = _by_model(value, rest.pop(0), safe)
        sizes = [operands.literal_number(each) for each in rest]
        if None in sizes or len(sizes) > 2:
            raise UnsupportedFeature("Unsupported feature 'precision that is not a literal'.")
        precision = sizes[0] if sizes else 38
        scale = sizes[1] if len(sizes) > 1 else 0
        arguments = [exp.DataTypeParam(this=integer(size or 0)) for size in (precision, scale)]
        return types.cast(value, DataType(this=_T.DECIMAL, expressions=arguments), safe=safe)

    return rewritten


def _formatted_number(value: exp.Expression, model: str, safe: bool) -> exp.Expression:
    """The text of a number that was written by a model, as plain text."""
    taken = formats.number_model(model)
    macro = "hexadecimal_number" if taken.kind == "X" else "formatted_number"
    name = f"try_{macro}" if safe else macro
    return text_call(name, text(value), string(formats.number_pattern(taken)), string(model))


def _by_model(value: exp.Expression, model: exp.Expression, safe: bool) -> exp.Expression:
    """The same by a model that is known row by row."""
    if _is_open(model):
        flag = exp.Boolean(this=safe)
        return text_call("number_by_model", text(value), text(model), flag)
    return _formatted_number(value, literal_text(model, "format"), safe)


def _to_double(safe: bool) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        value, *model = node.expressions
        if model:
            value = _by_model(value, model[0], safe)
        return types.cast(value, DataType(this=_T.DOUBLE), safe=safe)

    return rewritten


# --- to BOOLEAN, BINARY --------------------------------------------------------------------------


def _to_type(kind: Any, safe: bool) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        return types.cast(node.expressions[0], DataType(this=kind), safe=safe)

    return rewritten


def _to_binary(safe: bool) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """TO_BINARY(x [, 'HEX' | 'BASE64' | 'UTF-8']): as BINARY_INPUT_FORMAT says."""
        value, *rest = node.expressions
        prefix = "try_" if safe else ""
        if not rest:
            return apply(f"{prefix}to_binary", value)
        encoding = literal_text(rest[0], "binary format").upper()
        if encoding == "HEX":
            return apply(f"{prefix}hex_to_binary", value)
        if encoding == "BASE64":
            return apply(f"{prefix}to_binary_base64", text(value))
        if encoding in ("UTF-8", "UTF8"):
            return apply("encode", text(value))
        raise InvalidParameter(f"SQL compilation error:\ninvalid binary format '{encoding}'")

    return rewritten


# --- to DATE, TIME, TIMESTAMP --------------------------------------------------------------------

_INSTANTS: Final = (_T.TIMESTAMPLTZ, _T.TIMESTAMPTZ)
_OFFSET: Final = re.compile(r" ?%z$")
_CENTURY: Final = "TWO_DIGIT_CENTURY_START"


def _to_moment(kind: Any, safe: bool) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """TO_DATE, TO_TIME, TO_TIMESTAMP*: text by AUTO detection or a format; epochs."""
        value, *rest = node.expressions
        target = kind or _mapped(walk)
        if rest:
            scale = operands.literal_number(rest[0])
            if scale is not None:
                return _of_epoch(value, scale, target)
            if _is_open(rest[0]):
                flags = (exp.Boolean(this=flag) for flag in (target in _INSTANTS, safe))
                century = integer(int(walk.context.parameters.get(_CENTURY, inputs.CENTURY)))
                found = text_call("read_by_model", text(value), text(rest[0]), *flags, century)
                return _by_auto(found, target, safe)
            model = literal_text(rest[0], "format")
            if model.upper() != "AUTO":
                return _parsed(text(value), model, target, safe)
            if walk.context.reads_otherwise:
                return _by_auto(text(value), target, safe)
        return types.cast(value, DataType(this=target), safe=safe)

    return rewritten


_AUTO: Final[dict[Any, str]] = {
    _T.DATE: "auto_date",
    _T.TIME: "auto_time",
    _T.TIMESTAMP: "auto_timestamp",
    _T.TIMESTAMPNTZ: "auto_timestamp",
    _T.TIMESTAMPLTZ: "auto_timestamptz",
    _T.TIMESTAMPTZ: "auto_timestamp_tz",
}


def _by_auto(value: exp.Expression, target: Any, safe: bool) -> exp.Expression:
    """A text by AUTO detection, whatever the session's own formats are."""
    name = _AUTO[target]
    made = apply(name if safe else f"of_{name}", value)
    return operands.noted(made, operands.ZONED) if target == _T.TIMESTAMPTZ else made


def _mapped(walk: Walk) -> Any:
    """What TIMESTAMP means: TIMESTAMP_TYPE_MAPPING."""
    return types.meant(DataType(this=_T.TIMESTAMP), walk).this


def _of_epoch(value: exp.Expression, scale: int, target: Any) -> exp.Expression:
    moment = apply("epoch_scaled", value, integer(scale))
    if target in _INSTANTS:
        instant = apply("timezone", string("UTC"), moment)
        return operands.zoned_call("tz_of", instant) if target == _T.TIMESTAMPTZ else instant
    return exp.Cast(this=moment, to=types.duckdb_type(DataType(this=target)))


def _parsed(value: exp.Expression, model: str, target: Any, safe: bool) -> exp.Expression:
    """Text by a format. A TIMESTAMP_NTZ keeps the clock and drops the offset."""
    found = formats.input_formats(model)
    if target not in _INSTANTS and any("%z" in each for each in found):
        found = [_OFFSET.sub("", each) for each in found]
        value = text_call("without_offset", value)
    listed = exp.Array(expressions=[string(each) for each in found])
    if target == _T.TIMESTAMPTZ:
        pattern = string(formats.offset_pattern(found[0]))
        if safe:
            return operands.zoned_call("try_parse_format_tz", value, listed, pattern)
        return operands.zoned_call("parse_format_tz", value, listed, string(model), pattern)
    if safe:
        moment = apply("try_parse_format", value, listed)
    else:
        moment = apply("parse_format", value, listed, string(model))
    return exp.Cast(this=moment, to=types.duckdb_type(DataType(this=target)))


def _both(
    names: str, make: Any, least: int, most: int, *, partial: str = ""
) -> tuple[Function, Function]:
    """A conversion and its TRY_ form."""
    tries = " ".join(f"TRY_{name}" for name in names.split())
    return (
        call(names, make(False), least, most, partial=partial),
        call(tries, make(True), least, most, partial=partial),
    )


def _moment_of(kind: Any) -> Any:
    return lambda safe: _to_moment(kind, safe)


FUNCTIONS: Final[tuple[Function, ...]] = (
    call("TO_CHAR TO_VARCHAR", _to_char, 1, 2),
    *_both("TO_NUMBER TO_DECIMAL TO_NUMERIC", _to_number, 1, 4),
    *_both("TO_DOUBLE", _to_double, 1, 2),
    *_both("TO_BOOLEAN", lambda safe: _to_type(_T.BOOLEAN, safe), 1, 1),
    *_both("TO_BINARY", _to_binary, 1, 2),
    *_both("TO_DATE", _moment_of(_T.DATE), 1, 2),
    call("DATE", _to_moment(_T.DATE, safe=False), 1, 2),
    *_both("TO_TIME", _moment_of(_T.TIME), 1, 2),
    call("TIME", _to_moment(_T.TIME, safe=False), 1, 2),
    *_both("TO_TIMESTAMP", _moment_of(None), 1, 2),
    *_both("TO_TIMESTAMP_NTZ", _moment_of(_T.TIMESTAMP), 1, 2),
    *_both("TO_TIMESTAMP_LTZ", _moment_of(_T.TIMESTAMPLTZ), 1, 2),
    *_both("TO_TIMESTAMP_TZ", _moment_of(_T.TIMESTAMPTZ), 1, 2),
)
