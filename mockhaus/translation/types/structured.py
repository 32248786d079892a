"""Structured types: ARRAY(T), OBJECT(k T, ..) and MAP(K, V).

Snowflake's manual: "Structured data types". A value of such a type is canonical JSON text like any
ARRAY and OBJECT, so that all functions take it; its type is what the tree notes of it. A cast has
DuckDB read the text into a list, struct or map, which refuses what does not fit, and writes it
again. The parts are VARIANTs in that list, each cast as any other: DuckDB reads dates, truths,
numbers and bytes by other rules than Snowflake.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Final

from sqlglot import exp
from sqlglot.expressions import DataType
from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import InvalidArgumentTypes, UnsupportedFeature
from mockhaus.translation.registry import apply
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import VARIANT, noted, plain

_T = DataType.Type
_KINDS: Final = (_T.ARRAY, _T.OBJECT, _T.MAP)
#: Key of `meta` under which the structured type of a value is kept.
_TYPE: Final = "structured"
#: Key of `meta` of a call of SYSTEM$TYPEOF under which the type is that it is to answer.
ASKED: Final = "asked"
TYPEOF: Final = "SYSTEM$TYPEOF"
#: The note of a structured OBJECT without members.
_EMPTY: Final = "empty"
#: The names of the only member that stands for the type of an item or a value (see `typed_parts`).
REQUIRED: Final = "NOT NULL"
OPTIONAL: Final = "NULL"

Scalar = Callable[[DataType], DataType]
Cast = Callable[[exp.Expression, DataType], exp.Expression]


def is_structured(kind: DataType) -> bool:
    """Whether a type is ARRAY, OBJECT or MAP with the types of its parts."""
    return kind.this == _T.MAP or (kind.this in _KINDS and bool(kind.expressions))


def is_spelled(kind: DataType) -> bool:
    """Whether an ARRAY is spelled ARRAY(T), and not `T[]`."""
    return kind.this == _T.ARRAY and _optional(kind.expressions[0])[0] is not kind.expressions[0]


def of_type(node: exp.Expression, kind: DataType) -> exp.Expression:
    """The expression, with a note of its structured type."""
    noted(node, VARIANT)
    node.meta[_TYPE] = kind
    return node


def of_column(node: exp.Column, kind: DataType) -> None:
    """Note the type that a column was declared with."""
    node.meta[_TYPE] = kind


def type_of(node: exp.Expression) -> DataType | None:
    """The structured type of a rewritten expression, None where none is known."""
    found = kind_of(node)
    return found if found is not None and is_structured(found) else None


def kind_of(node: exp.Expression) -> DataType | None:
    """The type of an expression that is known to be an ARRAY, an OBJECT or a MAP of any kind."""
    found = plain(node).meta.get(_TYPE)
    return found if isinstance(found, DataType) else None


ARRAY: Final = DataType(this=_T.ARRAY)
OBJECT: Final = DataType(this=_T.OBJECT)


def part(kind: DataType, key: str | int) -> DataType | None:
    """The type of an item or a member. None for a member that the type does not have."""
    if kind.this == _T.ARRAY:
        return _optional(kind.expressions[0])[0]
    if kind.this == _T.MAP:
        return _optional(kind.expressions[1])[0]
    return next((each.kind for each in kind.expressions if each.name == key), None)


def _optional(kind: DataType) -> tuple[DataType, bool]:
    """A part's type, and whether it may be NULL."""
    fields = kind.expressions if kind.this == _T.OBJECT else []
    if len(fields) == 1 and fields[0].name in (REQUIRED, OPTIONAL):
        return fields[0].kind, fields[0].name == OPTIONAL
    return kind, True


def _fields(kind: DataType) -> list[tuple[str, DataType, bool]]:
    """Name, type and whether it may be NULL of each member of an OBJECT."""
    return [(e.name, e.kind, not e.args.get("constraints")) for e in kind.expressions]


# --- casts ---------------------------------------------------------------------------------------


def cast(
    value: exp.Expression, kind: DataType, scalar: Scalar, part_cast: Cast, action: str = ""
) -> exp.Expression:
    """A VARIANT, ARRAY or OBJECT as a structured type; `action` is RENAME FIELDS or ADD FIELDS.

    `scalar` answers DuckDB's type of the keys of a MAP, `part_cast` casts them, and parts that are
    not structured. Raises UnsupportedFeature, InvalidArgumentTypes.
    """
    check(kind)
    known = type_of(value)
    if action:
        value = _changed(value, kind, known, action)
    source = apply("structured_source", value, operands.string(kind.this.value))
    native = exp.cast(source, _native(kind, scalar))
    body = exp.Lambda(this=_text(_name("_s"), kind, part_cast, 0), expressions=[_name("_s")])
    made = apply("list_transform", exp.Array(expressions=[native]), body)
    written = exp.cast(apply("list_extract", made, exp.Literal.number(1)), "JSON")
    return of_type(written, kind)


def check(kind: DataType) -> None:
    """Raises UnsupportedFeature for types that Snowflake does not have."""
    if kind.this == _T.MAP:
        if len(kind.expressions) != 2:
            raise UnsupportedFeature("Unsupported data type 'MAP' without the types of its parts.")
        key = kind.expressions[0]
        whole = key.this in _WHOLE or (
            key.this == _T.DECIMAL and [e.name for e in key.expressions][1:] in ([], ["0"])
        )
        if not (whole or key.this in _TEXTS):
            raise UnsupportedFeature(
                "Unsupported feature 'MAP whose keys are neither VARCHAR nor whole numbers'."
            )


_WHOLE: Final = (_T.INT, _T.BIGINT, _T.SMALLINT, _T.TINYINT)
_TEXTS: Final = (_T.VARCHAR, _T.TEXT, _T.CHAR, _T.NCHAR, _T.NVARCHAR)


def has_whole_keys(kind: DataType) -> bool:
    """Whether the keys of a MAP are numbers."""
    return kind.this == _T.MAP and kind.expressions[0].this not in _TEXTS


def _name(text: str) -> exp.Identifier:
    return exp.to_identifier(text)


def _changed(
    value: exp.Expression, kind: DataType, known: DataType | None, action: str
) -> exp.Expression:
    """An OBJECT with the names of another type's members, or with members that it lacks."""
    if known is None or known.this != _T.OBJECT or kind.this != _T.OBJECT:
        raise InvalidArgumentTypes(
            f"SQL compilation error:\n{action} is for casts of one structured OBJECT to another."
        )
    old, new = [name for name, *_ in _fields(known)], [name for name, *_ in _fields(kind)]
    if action == "ADD FIELDS":
        lacking = [name for name in new if name not in old]
        members = "".join(f",{json.dumps(name, ensure_ascii=False)}:null" for name in lacking)
        return apply("with_members", value, operands.string(members))
    if action != "RENAME FIELDS":
        raise UnsupportedFeature(f"Unsupported feature '{action}'.")
    if len(old) != len(new):
        raise InvalidArgumentTypes(
            "SQL compilation error:\nRENAME FIELDS needs as many members as the OBJECT has:"
            f" {len(old)}, not {len(new)}."
        )
    names = exp.Array(expressions=[operands.string(name) for name in new])
    before = exp.Array(expressions=[operands.string(name) for name in old])
    return apply("with_names", value, before, names)


def _native(kind: DataType, scalar: Scalar) -> DataType:
    """DuckDB's nested type of a structured type."""
    kind, _ = _optional(kind)
    if not is_structured(kind):
        return DataType(this=_T.JSON)
    if kind.this == _T.OBJECT:
        fields: list[exp.Expression] = [
            exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=_native(each, scalar))
            for name, each, _ in _fields(kind)
        ]
        return DataType(this=_T.STRUCT, expressions=fields, nested=True)
    *keys, part = kind.expressions  # a MAP has keys
    parts = [*map(scalar, keys), _native(part, scalar)]
    return DataType(this=kind.this, expressions=parts, nested=True)


def _text(value: exp.Expression, kind: DataType, part_cast: Cast, depth: int) -> exp.Expression:
    """The JSON text of a value of DuckDB's nested type; NULL stays NULL."""
    inner = _name(f"_e{depth}")
    if not is_structured(kind):
        found = part_cast(noted(value, VARIANT), kind)
        return exp.cast(apply("to_variant", found), "TEXT")
    if kind.this == _T.ARRAY:
        item, optional = _optional(kind.expressions[0])
        body = _part(_text(inner, item, part_cast, depth + 1), optional, "an item of an ARRAY")
        return _joined("[", value, body, inner, "]")
    if kind.this == _T.MAP:
        item, optional = _optional(kind.expressions[1])
        member = exp.Dot(this=inner, expression=_name("value"))
        text = _part(_text(member, item, part_cast, depth + 1), optional, "a value of a MAP")
        found = part_cast(exp.Dot(this=inner, expression=_name("key")), kind.expressions[0])
        key = apply("to_json", exp.cast(found, "TEXT"))
        named = exp.DPipe(this=exp.cast(key, "TEXT"), expression=operands.string(":"))
        body = exp.DPipe(this=named, expression=text)
        sorted_ = apply("list_sort", apply("map_entries", value))
        return _joined("{", sorted_, body, inner, "}")
    parts: list[exp.Expression] = []
    for name, each, optional in _fields(kind):
        label = operands.string(json.dumps(name, ensure_ascii=False) + ":")
        value_of = apply("struct_extract", value.copy(), operands.string(name))
        text = _part(
            _text(value_of, each, part_cast, depth + 1), optional, f"member {name} of an OBJECT"
        )
        parts.append(exp.DPipe(this=label, expression=text))
    inside = apply("concat_ws", operands.string(","), *parts)
    whole = exp.DPipe(
        this=exp.DPipe(this=operands.string("{"), expression=inside),
        expression=operands.string("}"),
    )
    missing = exp.Is(this=value.copy(), expression=exp.Null())
    return exp.Case().when(missing, exp.Null()).else_(whole)


def _joined(
    opening: str, values: exp.Expression, body: exp.Expression, name: exp.Identifier, closing: str
) -> exp.Expression:
    """The texts of a list's items between brackets; NULL for no list."""
    texts = apply("list_transform", values, exp.Lambda(this=body, expressions=[name.copy()]))
    inside = apply("array_to_string", texts, operands.string(","))
    return exp.Paren(
        this=exp.DPipe(
            this=exp.DPipe(this=operands.string(opening), expression=inside),
            expression=operands.string(closing),
        )
    )


def _part(text: exp.Expression, optional: bool, what: str) -> exp.Expression:
    """The text of a part: NULL is JSON null where it may be."""
    if optional:
        return apply("coalesce", text, operands.string("null"))
    return apply("required_part", text, operands.string(what))


def fitted(
    value: exp.Expression,
    kind: DataType,
    scalar: Callable[[exp.Expression, DataType], exp.Expression],
) -> exp.Expression:
    """An item or a member as a value of its type; `scalar` casts to what is not structured."""
    if not is_structured(kind):
        return scalar(value, kind)
    return value if type_of(value) == kind else scalar(value, kind)


# --- spelling ------------------------------------------------------------------------------------


def spelled(kind: DataType, scalar: Callable[[DataType], str]) -> str:
    """A structured type as DESCRIBE and SYSTEM$TYPEOF spell it; `scalar` spells the others."""

    def one(each: DataType) -> str:
        inner, optional = _optional(each)
        text = spelled(inner, scalar)
        return text if optional else f"{text} {REQUIRED}"

    if kind.meta.get(_EMPTY):
        return "OBJECT()"
    if not is_structured(kind):
        return kind.this.value if kind.this in _KINDS else scalar(kind)
    if kind.this == _T.OBJECT:
        members = (
            f"{name} {spelled(each, scalar)}{'' if optional else ' ' + REQUIRED}"
            for name, each, optional in _fields(kind)
        )
        return f"OBJECT({', '.join(members)})"
    return f"{kind.this.value}({', '.join(map(one, kind.expressions))})"


def item_of(kind: DataType) -> tuple[DataType, bool]:
    """The type of an ARRAY's items, and whether they may be NULL."""
    return _optional(kind.expressions[0])


def array_of(item: DataType, *, optional: bool) -> DataType:
    """ARRAY(item [NOT NULL])."""
    member = exp.ColumnDef(this=exp.to_identifier(OPTIONAL if optional else REQUIRED), kind=item)
    part = DataType(this=_T.OBJECT, expressions=[member], nested=True)
    return DataType(this=_T.ARRAY, expressions=[part], nested=True)


def object_of(fields: Sequence[exp.Expression]) -> DataType:
    """OBJECT(fields), which may be none."""
    made = DataType(this=_T.OBJECT, expressions=[each.copy() for each in fields], nested=True)
    made.meta[_EMPTY] = not fields
    return made


def field(name: str, kind: DataType, *, optional: bool) -> exp.ColumnDef:
    """One member of an OBJECT."""
    required = exp.ColumnConstraint(kind=exp.NotNullColumnConstraint())
    return exp.ColumnDef(
        this=exp.to_identifier(name), kind=kind, constraints=[] if optional else [required]
    )


def items_of(kind: DataType) -> Sequence[DataType]:
    """The types of an ARRAY's items, or of a MAP's keys and values, without NOT NULL."""
    return [_optional(each)[0] for each in kind.expressions]


# --- tokens --------------------------------------------------------------------------------------

_TYPED: Final = re.compile(r"\b(?:ARRAY|MAP)\s*\(", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Za-z_][\w$]*")
#: Words before MAP and ARRAY where these are names, and no types.
_NO_TYPE: Final = frozenset(
    """
    ALL AND ANY BY CALL CASE DISTINCT ELSE EXISTS FROM FUNCTION IN INTO JOIN LIKE NOT ON OR
    PROCEDURE RECURSIVE RETURN SELECT SET SOME TABLE THEN UPDATE USING VIEW WHEN WHERE WITH
    """.split()  # noqa: SIM905  a list of a word a line is no easier to read
)


def typed_parts(tokens: list[Token], text: str) -> list[Token]:
    """The last part of `ARRAY(T [NOT NULL])`, `MAP(K, V [NOT NULL])` as an OBJECT of one member.

    sqlglot reads no NOT NULL there, and does not tell ARRAY(T) from PostgreSQL's `T[]`.
    """
    upper = text.upper()  # a search that ignores case takes 20 times as long
    if ("ARRAY" not in upper and "MAP" not in upper) or _TYPED.search(text) is None:
        return tokens
    made: list[Token] = []
    #: Of each parenthesis that is open: whether it is a type's, and where its last part begins.
    opened: list[tuple[bool, int]] = []
    for number, token in enumerate(tokens):
        if token.token_type is TokenType.L_PAREN:
            opened.append((_is_type(tokens, number, opened), len(made) + 1))
        elif token.token_type is TokenType.COMMA and opened:
            opened[-1] = (opened[-1][0], len(made) + 1)
        elif token.token_type is TokenType.R_PAREN and opened:
            typed, start = opened.pop()
            if typed and start < len(made):
                made[start:] = _member(made[start:])
        made.append(token)
    return made


def _is_type(tokens: list[Token], number: int, opened: list[tuple[bool, int]]) -> bool:
    """Whether a parenthesis opens the parts of ARRAY or MAP."""
    if number < 2 or tokens[number - 1].text.upper() not in ("ARRAY", "MAP"):
        return False
    following = tokens[number + 1].text.upper() if number + 1 < len(tokens) else ""
    if following in ("SELECT", "WITH", "VALUES", "("):
        return False
    before = tokens[number - 2]
    if before.token_type in (TokenType.L_PAREN, TokenType.COMMA):
        return bool(opened) and opened[-1][0]
    if before.token_type in (TokenType.DCOLON, TokenType.IDENTIFIER):
        return True
    return _WORD.fullmatch(before.text) is not None and before.text.upper() not in _NO_TYPE


#: Types behind which sqlglot takes `<` for the beginning of what they are made of.
_NESTED: Final = frozenset(("ARRAY", "MAP", "OBJECT"))


def compared(tokens: list[Token], text: str) -> list[Token]:
    """The `<` of `x::ARRAY(INT) < y` as an operator that nobody writes; `less` takes it back."""
    if "<" not in text or "::" not in text:
        return tokens
    made = list(tokens)
    for number, token in enumerate(tokens):
        if token.token_type is TokenType.LT and _is_cast(tokens, number):
            at = (token.line, token.col, token.start, token.end)
            made[number] = Token(TokenType.ADJACENT, token.text, *at)
    return made


def _is_cast(tokens: list[Token], number: int) -> bool:
    """Whether `:: ARRAY` or `:: ARRAY(..)` stands before a token."""
    last, depth = number - 1, 0
    while last > 0 and (depth or tokens[last].token_type is TokenType.R_PAREN):
        depth += {TokenType.R_PAREN: 1, TokenType.L_PAREN: -1}.get(tokens[last].token_type, 0)
        last -= 1
        if not depth:
            break
    before = tokens[last - 1].token_type if last > 0 else None
    return before is TokenType.DCOLON and tokens[last].text.upper() in _NESTED


def less(tree: exp.Expression) -> exp.Expression:
    """The tree of what `compared` wrote, with `<` where it was written."""
    for node in list(tree.find_all(exp.Adjacent)):
        node.replace(exp.LT(this=node.this, expression=node.expression))
    return tree


def _member(part: list[Token]) -> list[Token]:
    first, last = part[0], part[-1]
    name = OPTIONAL
    if len(part) > 2 and [each.text.upper() for each in part[-2:]] == REQUIRED.split():
        name, part = REQUIRED, part[:-2]
    at = (first.line, first.col, first.start, first.end)
    opening = [
        Token(TokenType.OBJECT, "OBJECT", *at),
        Token(TokenType.L_PAREN, "(", *at),
        Token(TokenType.IDENTIFIER, name, *at),
    ]
    return [*opening, *part, Token(TokenType.R_PAREN, ")", last.line, last.col, last.end, last.end)]
