"""Operands: what an expression's form tells of its type, and conversions that Snowflake implies.

Snowflake converts arguments on its own (a number where text is needed, text where a number is);
DuckDB does not. Where the type is not known while translating, the macros `text_of`, `number_of`
find it when DuckDB binds the query, which costs nothing at run time and milliseconds to plan; for
columns see `scopes`.

Snowflake's manual: "Data type conversion", implicit casting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import UnsupportedFeature, WrongArguments
from mockhaus.translation.registry import apply
from mockhaus.translation.trees import choices
from mockhaus.translation.types.conversions import CAST, CONVERTED
from mockhaus.zoned import STORED

#: Key of `meta` under which a rewriter notes the type of what it made: TEXT or NUMBER.
KIND: Final = "kind"
TEXT: Final = "text"
NUMBER: Final = "number"
VARIANT: Final = "variant"
DATE: Final = "date"
BINARY: Final = "binary"
#: A TIMESTAMP_TZ.
ZONED: Final = "zoned"
#: Key of `meta` of a column: DuckDB's type, where it is certain (see `scopes`).
TYPE: Final = "type"
#: The same where session parameters say how its values become text (see `output`).
FORMATTED: Final = "formatted"

_SIMPLE: Final = (exp.Column, exp.Null, exp.Placeholder, exp.PositionalColumn, exp.Boolean)
_NUMBERS: Final = (exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Count)
#: How the names of DuckDB's types of numbers begin.
_NUMERIC: Final = ("INTEGER", "BIGINT", "HUGEINT", "DECIMAL", "DOUBLE")
_TEXT_TYPES: Final = frozenset((DataType.Type.TEXT, DataType.Type.VARCHAR))


#: Macros of ours that write an argument several times, and so do not nest as they are.
REPEATING: Final = frozenset(
    """
    acosh_of add_months atanh_of bit_and_of bit_length_of bit_or_of bit_xor_of bits_padded_left
    bits_padded_right bitshiftright bytes_of cbrt_of ceil_any chr_of cosh_of cot_of
    datediff_time day_of_week_from decimal_of div0 div0_to div0null div0null_to divide
    divide_to edit_distance exp_of factorial_of float_of floor_any getbit
    initcap_after insert_text integer_of jarowinkler_similarity last_day_of_week least_of
    left_of length_of lpad_of lpad_of_any md5_of months_between next_day number_hex
    octet_length_of pow_of position_from position_from_any position_of_any previous_day regexp_instr
    repeat_of replace_all right_of round_by round_tens round_to_even rpad_of rpad_of_any sha1_of
    sha256_of sinh_of
    split_array split_part_of strtok strtok_to_array substr_from substr_of to_date trunc_by
    to_timestamp_ltz to_timestamp_ntz to_timestamp_tz try_integer_of try_whole_of unicode_of
    snow_width_bucket try_float_of variant_numeral week_iso week_policy whole_of yearofweek_iso
    """.split()  # noqa: SIM905  a list of a word a line is no easier to read
)
_FEW: Final = 8


def called(name: str, *arguments: exp.Expression) -> exp.Expression:
    """A call of a DuckDB function or macro; arguments that must not be repeated are bound first.

    `f(g(x))` of a repeating macro f becomes `list_transform([g(x)], lambda _0: f(_0))[1]`. A
    conversion to the type that the argument has becomes the argument.
    """
    targets = CONVERTED.get(name)
    if targets is not None and (target := targets.get(type_of(arguments[0]))) is not None:
        return exp.cast(arguments[0], target) if target else arguments[0]
    if name not in REPEATING or all(map(_repeatable, arguments)):
        return apply(name, *arguments)
    return bound(name, arguments, _repeatable)


def bound(
    name: str, arguments: Sequence[exp.Expression], is_simple: Callable[[exp.Expression], bool]
) -> exp.Expression:
    """A call of a macro, in which arguments that are not simple are parameters of a lambda."""
    written = [
        each if is_simple(each) else exp.to_identifier(f"_{place}")
        for place, each in enumerate(arguments)
    ]
    call: exp.Expression = apply(name, *written)
    for parameter, each in zip(written, arguments, strict=True):
        if parameter is not each:
            body = exp.Lambda(this=call, expressions=[parameter.copy()])
            made = apply("list_transform", exp.Array(expressions=[each]), body)
            call = apply("list_extract", made, exp.Literal.number(1))
    return call


def _repeatable(node: exp.Expression) -> bool:
    """Whether writing an expression several times costs little and changes nothing."""
    for count, each in enumerate(node.walk()):
        if count > _FEW or isinstance(each, (exp.Query, exp.AggFunc, exp.Window, exp.Lambda)):
            return False
        if isinstance(each, exp.Anonymous) and str(each.this) in _NOT_REPEATABLE:
            return False
    return True


_NOT_REPEATABLE: Final = REPEATING | {"random_number", "uuid", "random", "text_once"}


def noted(node: exp.Expression, kind: str) -> exp.Expression:
    """The node, with a note of its type."""
    node.meta[KIND] = kind
    return node


def text_call(name: str, *arguments: exp.Expression) -> exp.Expression:
    """A call of a DuckDB function or macro that answers text."""
    return noted(called(name, *arguments), TEXT)


def number_call(name: str, *arguments: exp.Expression) -> exp.Expression:
    """A call of a DuckDB function or macro that answers a number."""
    return noted(called(name, *arguments), NUMBER)


def variant_call(name: str, *arguments: exp.Expression) -> exp.Expression:
    """A call of a DuckDB function or macro that answers a VARIANT."""
    return noted(apply(name, *arguments), VARIANT)


def plain(node: exp.Expression) -> exp.Expression:
    """The expression within parentheses."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def is_text(node: exp.Expression) -> bool:
    """Whether an expression is known to be VARCHAR."""
    node = plain(node)
    if isinstance(node, exp.Literal):
        return bool(node.is_string)
    if isinstance(node, (exp.Cast, exp.TryCast)):
        return node.to.this in _TEXT_TYPES
    kind = node.meta.get(KIND)
    return kind == TEXT or (isinstance(node, exp.DPipe) and kind is None)


def column_type(node: exp.Expression) -> str:
    """DuckDB's type of a column, '' where it is not certain, and of all other expressions."""
    bare = plain(node)
    return str(bare._meta.get(TYPE, "")) if isinstance(bare, exp.Column) and bare._meta else ""


def is_character(node: exp.Expression) -> bool:
    """Whether an expression is known to be VARCHAR, also as a column or what answers one."""
    return type_of(node) == "VARCHAR"


#: DuckDB's types of what has a note.
_NOTED: Final = {TEXT: "VARCHAR", VARIANT: "JSON", DATE: "DATE", ZONED: STORED}
#: What is of the type of its first argument.
_OF_FIRST: Final = (exp.Max, exp.Min, exp.AnyValue)


def type_of(node: exp.Expression) -> str:
    """DuckDB's type of a rewritten expression that is text, a truth or a moment; '' of others.

    It is known of columns (see `scopes`), casts and calls with a note, and of what answers these.
    """
    bare = plain(node)
    if isinstance(bare, exp.Column):
        return column_type(bare)
    if isinstance(bare, (exp.Cast, exp.TryCast)):
        return CAST.get(bare.to.this, "")
    if isinstance(bare, exp.Coalesce):
        return _common((bare.this, *bare.expressions))
    if isinstance(bare, _OF_FIRST):
        return type_of(bare.this)
    if isinstance(bare, exp.Nullif):  # both are brought together
        return _common((bare.this, bare.expression))
    if isinstance(bare, exp.Case):
        return _common([each for each in choices(bare) if not is_null(each)])
    return "VARCHAR" if is_text(bare) else _NOTED.get(bare.meta.get(KIND, ""), "")


def _common(nodes: Sequence[exp.Expression]) -> str:
    """The type that all have, '' where they have not."""
    found = set(map(type_of, nodes))
    return found.pop() if len(found) == 1 else ""


#: How a column of a type becomes text: the branches of `text_of`, but for types that are cast.
_AS_TEXT: Final = {
    "JSON": "json_text",
    "DOUBLE": "float_text",
    "BLOB": "hex",
    "TIME": "time_text",
    "TIMESTAMP": "ntz_text",
    "TIMESTAMP WITH TIME ZONE": "ltz_text",
    STORED: "tz_text",
}
_CAST_TO_TEXT: Final = frozenset(("BOOLEAN", "DATE", "INTEGER", "BIGINT", "HUGEINT"))


def _column_text(node: exp.Expression) -> exp.Expression | None:
    """A column as text by its type; None where that is not certain."""
    kind = column_type(node)
    if kind in _CAST_TO_TEXT or kind.startswith("DECIMAL"):
        return noted(exp.cast(node, "TEXT"), TEXT)
    return text_call(_AS_TEXT[kind], node) if kind in _AS_TEXT else None


def text(node: exp.Expression) -> exp.Expression:
    """The expression as text, spelled as Snowflake's TO_VARCHAR does."""
    bare = plain(node)
    if isinstance(bare, exp.Literal):
        if not bare.is_string and "e" in str(bare.this).lower():
            return text_call("float_text", exp.cast(bare, "DOUBLE"))
        return exp.Literal.string(bare.this)
    if is_character(bare):
        return node
    if isinstance(bare, exp.Null):
        return exp.cast(bare, "TEXT")
    if (known := _column_text(bare)) is not None:
        return known
    if is_variant(bare):
        return text_call("json_text_once", node)
    return text_call("text_of" if isinstance(bare, _SIMPLE) else "text_once", node)


_TRUTHS: Final = (exp.Boolean, exp.Predicate, exp.And, exp.Or, exp.Not)


def is_binary(node: exp.Expression) -> bool:
    """Whether an expression is known to be BINARY."""
    node = plain(node)
    if isinstance(node, (exp.Cast, exp.TryCast)):
        return bool(node.to.this in (DataType.Type.VARBINARY, DataType.Type.BINARY))
    if isinstance(node, exp.Anonymous) and str(node.this) in _BINARIES:
        return True
    return isinstance(node, exp.Unhex) or node.meta.get(KIND) == BINARY


#: Functions and macros that answer a BINARY.
_BINARIES: Final = frozenset(
    (
        *("to_binary", "to_binary_base64", "hex_to_binary", "unhex", "encode", "from_hex"),
        *("base64_decode_binary", "try_base64_decode_binary", "try_to_binary", "try_hex_to_binary"),
        *("try_to_binary_base64", "sha1_binary", "md5_binary", "sha256_binary"),
    )
)

_JOINED: Final = "joined"
_MOST_JOINED: Final = 4


def joined(left: exp.Expression, right: exp.Expression) -> exp.Expression:
    """`a || b`: BINARY of BINARY values, else text. The types of columns tell when it is bound."""
    if is_binary(left) and is_binary(right):
        return noted(exp.DPipe(this=left, expression=right, safe=True), BINARY)
    chain = isinstance(left, exp.Anonymous) and left.this == _JOINED
    parts = [*(left.expressions if chain else [left]), right]
    if len(parts) <= _MOST_JOINED and all(_may_be_binary(each) for each in parts):
        return apply(_JOINED, *parts)
    return noted(exp.DPipe(this=text(left), expression=text(right), safe=True), TEXT)


def _may_be_binary(node: exp.Expression) -> bool:
    if kind := column_type(node):
        return kind == "BLOB"
    return isinstance(plain(node), (exp.Column, exp.PositionalColumn)) or is_binary(node)


def is_number(node: exp.Expression) -> bool:
    """Whether an expression is known to be a number."""
    node = plain(node)
    if isinstance(node, exp.Literal):
        return not node.is_string
    return isinstance(node, _NUMBERS) or node.meta.get(KIND) == NUMBER


def system_type(node: exp.Literal) -> str:
    """The type of a literal, as Snowflake names it in messages: NUMBER(2,1), VARCHAR(3)."""
    if node.is_string:
        return f"VARCHAR({len(str(node.this))})"
    number = Decimal(str(node.this))
    _, digits, exponent = number.as_tuple()
    scale = max(-int(exponent), 0)
    return f"NUMBER({max(len(digits) + max(int(exponent), 0), scale, 1)},{scale})"


def digits(node: exp.Expression) -> int:
    """How many digits a literal whole number has, 0 of anything else."""
    bare = plain(node)
    if isinstance(bare, exp.Neg):
        bare = plain(bare.this)
    is_whole = isinstance(bare, exp.Literal) and not bare.is_string and str(bare.this).isdigit()
    return len(str(bare.this)) if is_whole else 0


def is_boolean(node: exp.Expression) -> bool:
    """Whether an expression is known to be BOOLEAN."""
    node = plain(node)
    if isinstance(node, (exp.Cast, exp.TryCast)):
        return bool(node.to.this == DataType.Type.BOOLEAN)
    return isinstance(node, _TRUTHS)


def is_variant(node: exp.Expression) -> bool:
    """Whether an expression is known to be VARIANT: a path, or FLATTEN's column VALUE."""
    node = plain(node)
    if isinstance(node, exp.Column):
        return node.name.upper() == "VALUE" and bool(node.table)
    return isinstance(node, (exp.JSONExtract, exp.Bracket)) or node.meta.get(KIND) == VARIANT


def like_type(variant: exp.Expression, other: exp.Expression) -> exp.Expression:
    """A VARIANT as the type of what it is compared with."""
    if is_text(other):
        return text(variant)
    if isinstance(other, (exp.Literal, *_NUMBERS)) or other.meta.get(KIND) == NUMBER:
        return number(variant)
    if isinstance(other, exp.Boolean):
        return apply("to_boolean", variant)
    return variant


def number(node: exp.Expression) -> exp.Expression:
    """The expression as a number: text and VARIANT are converted, others left alone."""
    bare = plain(node)
    if isinstance(bare, exp.Literal) and not bare.is_string:
        return node
    if isinstance(bare, _NUMBERS) or bare.meta.get(KIND) == NUMBER:
        return node
    if column_type(bare).startswith(_NUMERIC):
        return node
    if isinstance(bare, exp.Null):
        return noted(exp.cast(bare, "BIGINT"), NUMBER)
    return number_call("number_of", node)


_MOMENTS: Final = frozenset(
    (DataType.Type.DATE, DataType.Type.TIMESTAMP, DataType.Type.TIMESTAMPTZ, DataType.Type.TIME)
)


def _cast_to(node: exp.Expression) -> object:
    return node.to.this if isinstance(node, exp.Cast) else None


def date(node: exp.Expression) -> exp.Expression:
    """The expression as a DATE."""
    bare = plain(node)
    if bare.meta.get(KIND) == DATE or _cast_to(bare) == DataType.Type.DATE:
        return node
    return noted(called("to_date", node), DATE)


def zoned_call(name: str, *arguments: exp.Expression) -> exp.Expression:
    """A call of a DuckDB macro that answers a TIMESTAMP_TZ."""
    return noted(called(name, *arguments), ZONED)


COMPARISONS: Final = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
#: Key of `meta` of a collated text: the functions through which texts are compared.
FOLDS: Final = "folds"


def folded(node: exp.Expression, folds: tuple[str, ...]) -> exp.Expression:
    """A text as a collation with trim, upper or lower compares it."""
    if isinstance(node, exp.Collate):
        node.set("this", folded(node.this, folds))
        return node
    made = text(node)
    for name in folds:
        blank = [string(" ")] if name.endswith("trim") else []
        made = text_call(name, made, *blank)
    return made


def moment(node: exp.Expression, *, zoned: bool = False) -> exp.Expression:
    """The expression as a date, time or timestamp: text is a timestamp, others are left alone.

    A TIMESTAMP_TZ is the clock's time at its offset, or with `zoned` stays what it is.
    """
    bare = plain(node)
    if bare.meta.get(KIND) == DATE or _cast_to(bare) in _MOMENTS:
        return node
    return called("moment_zoned" if zoned else "moment", node)


def literal_text(node: exp.Expression, what: str) -> str:
    """The text of a literal argument. Raises UnsupportedFeature if it is not one."""
    bare = plain(node)
    if isinstance(bare, exp.Literal):
        return str(bare.this)
    raise UnsupportedFeature(
        f"Unsupported feature '{what} that is not a literal'.", position=node.meta.get("start")
    )


def literal_number(node: exp.Expression | None) -> int | None:
    """The value of an integer literal with an optional sign, else None."""
    if node is None:
        return None
    bare = plain(node)
    sign = 1
    if isinstance(bare, exp.Neg):
        sign, bare = -1, plain(bare.this)
    if isinstance(bare, exp.Literal):
        try:
            return sign * int(str(bare.this))
        except ValueError:
            return None
    return None


def literal_decimal(node: exp.Expression) -> float | None:
    """The value of a number literal with an optional sign, else None."""
    bare = plain(node)
    if isinstance(bare, exp.Neg):
        inner = literal_decimal(bare.this)
        return None if inner is None else -inner
    if isinstance(bare, exp.Literal) and not bare.is_string:
        return float(str(bare.this))
    return None


def is_null(node: exp.Expression) -> bool:
    """Whether an expression is the literal NULL."""
    return isinstance(plain(node), exp.Null)


def positional(node: exp.Anonymous, *names: str) -> None:
    """Put arguments given by name (`SCALE => 2`) in their places. Raises WrongArguments."""
    given = {
        value.this.name.upper(): value.expression
        for value in node.expressions
        if isinstance(value, exp.Kwarg)
    }
    if not given:
        return
    plain_ones = [value for value in node.expressions if not isinstance(value, exp.Kwarg)]
    rest = names[len(plain_ones) :]
    used: list[exp.Expression] = []
    for place, name in enumerate(rest):
        if name in given:
            if place > len(used):
                raise WrongArguments(
                    f"SQL compilation error:\nargument {rest[len(used)]} is missing"
                )
            used.append(given.pop(name))
    if given:
        raise WrongArguments(f"SQL compilation error:\nunknown argument names {sorted(given)}")
    node.set("expressions", [*plain_ones, *used])


def integer(value: int) -> exp.Expression:
    """An integer literal."""
    return exp.Literal.number(value)


def string(value: str) -> exp.Expression:
    """A text literal."""
    return exp.Literal.string(value)


def value(of: Any) -> exp.Expression:
    """A Python value as a literal of the tree."""
    if of is None:
        return exp.Null()
    if isinstance(of, bool):
        return exp.Boolean(this=of)
    if isinstance(of, Decimal):  # its digits tell its scale
        return exp.Literal.number(f"{of:f}")
    if isinstance(of, float):
        return exp.cast(exp.Literal.number(repr(of)), "DOUBLE")
    if isinstance(of, int):
        return exp.Literal.number(of)
    if isinstance(of, str):
        return exp.Literal.string(of)
    if isinstance(of, bytes):
        return apply("unhex", exp.Literal.string(of.hex()))
    if isinstance(of, datetime) and isinstance(of.tzinfo, timezone):
        clock = exp.cast(exp.Literal.string(str(of.replace(tzinfo=None))), "TIMESTAMP")
        offset = of.utcoffset() or timedelta()
        return apply("tz_at", clock, exp.cast(integer(int(offset.total_seconds() // 60)), "BIGINT"))
    kind = "TIMESTAMPTZ" if isinstance(of, datetime) and of.tzinfo else type(of).__name__
    return exp.cast(exp.Literal.string(str(of)), kind)


def variable_text(of: Any) -> str:
    """A session variable's value as SHOW VARIABLES and GETVARIABLE tell it."""
    if isinstance(of, bool):
        return str(of).lower()
    return of.hex().upper() if isinstance(of, bytes) else str(of)
