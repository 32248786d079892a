"""Text of dates, times and binary values where the session asks for another form.

Without such parameters nothing is written here: the macro `text_of` knows Snowflake's own forms.
Snowflake's manual: "DATE_OUTPUT_FORMAT" and its sisters, "BINARY_OUTPUT_FORMAT".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlglot import exp

from mockhaus.formats import output_format
from mockhaus.translation.functions.conversion import moment_text
from mockhaus.translation.functions.xml import ELEMENT
from mockhaus.translation.registry import apply
from mockhaus.translation.types.operands import (
    FORMATTED,
    TEXT,
    integer,
    noted,
    plain,
    string,
    type_of,
)
from mockhaus.zoned import STORED

#: DuckDB's type -> the parameters that say its form, the first that is set.
_TYPES: Final = {
    "DATE": ("DATE_OUTPUT_FORMAT",),
    "TIME": ("TIME_OUTPUT_FORMAT",),
    "TIMESTAMP": ("TIMESTAMP_NTZ_OUTPUT_FORMAT",),
    "TIMESTAMP WITH TIME ZONE": ("TIMESTAMP_LTZ_OUTPUT_FORMAT", "TIMESTAMP_OUTPUT_FORMAT"),
    STORED: ("TIMESTAMP_TZ_OUTPUT_FORMAT", "TIMESTAMP_OUTPUT_FORMAT"),
}
_CALLS: Final = ("text_of", "text_once")
#: Macros of texts or BINARY values, which take all else for text themselves.
_TAKING_TEXT: Final = frozenset(
    """
    bit_length_of insert_text joined left_of length_of lpad_of_any md5_of octet_length_of
    position_from_any position_of_any reversed right_of rpad_of_any sha1_of substr_from substr_of
    """.split()  # noqa: SIM905  a list of words is no easier to read
)


def formatted(tree: exp.Expression, parameters: Mapping[str, str]) -> exp.Expression:
    """A rewritten tree in which values become text as the session's parameters say."""
    models = {
        kind: model
        for kind, names in _TYPES.items()
        if (model := next((parameters[n] for n in names if parameters.get(n)), "AUTO")) != "AUTO"
    }
    base64 = parameters.get("BINARY_OUTPUT_FORMAT", "").upper() == "BASE64"
    if not models and not base64:
        return tree
    for call in list(tree.find_all(exp.Anonymous)):
        if call.this == "listed":
            _list_texts(call)
        elif str(call.this) in _TAKING_TEXT:
            for value in call.expressions:
                if _kind_of(value) in models:
                    value.replace(apply("text_once", value.copy()))
    calls = [each for each in tree.find_all(exp.Anonymous) if str(each.this) in _CALLS]
    for call in reversed(calls):
        new = _formatted(call, models, base64=base64)
        if call is tree:
            return new
        call.replace(new)
    return tree


def _kind_of(value: exp.Expression) -> str:
    """DuckDB's type of a rewritten expression, '' where it is not known."""
    bare = plain(value)
    return str((bare._meta and bare._meta.get(FORMATTED)) or type_of(bare))


def _list_texts(call: exp.Anonymous) -> None:
    """LISTAGG's values as texts, each for itself."""
    values, separator = call.expressions
    each = exp.to_identifier("_v")
    text = exp.Lambda(this=apply("text_of", each.copy()), expressions=[each])
    listed = apply("list_transform", values.copy(), text)
    call.replace(apply("listed_texts", listed, separator.copy()))


def elements_as_text(tree: exp.Expression) -> exp.Expression:
    """A query whose items that are XML elements are texts: PostgreSQL's json is no XML."""
    for item in tree.expressions if isinstance(tree, exp.Select) else ():
        value = item.this if isinstance(item, exp.Alias) else item
        if plain(value).meta.get(ELEMENT):
            text = exp.Cast(this=value.copy(), to=exp.DataType.build("TEXT"))
            value.replace(apply("xml_shown", text))
    return tree


def _formatted(call: exp.Anonymous, models: Mapping[str, str], *, base64: bool) -> exp.Expression:
    """`text_of(x)`, with the wanted forms by the type of x."""
    value = exp.to_identifier("_t")
    branches = [
        _when(kind, moment_text(_as(value, kind), output_format(model)))
        for kind, model in models.items()
    ]
    if base64:
        branches.append(_when("BLOB", apply("to_base64", _as(value, "BLOB"))))
    chosen = exp.Case(
        this=apply("typeof", value.copy()), ifs=branches, default=apply("text_of", value.copy())
    )
    mapped = apply(
        "list_transform",
        apply("list_value", call.expressions[0].copy()),
        exp.Lambda(this=chosen, expressions=[value.copy()]),
    )
    return noted(apply("list_extract", mapped, integer(1)), TEXT)


def _when(kind: str, text: exp.Expression) -> exp.If:
    return exp.If(this=string(kind), true=text)


def _as(value: exp.Identifier, kind: str) -> exp.Expression:
    """The value as a type that it has where this is reached; elsewhere it only has to bind."""
    text = exp.Cast(this=value.copy(), to=exp.DataType.build("TEXT"))
    return exp.Cast(this=text, to=exp.DataType.build(kind, dialect="duckdb"))
