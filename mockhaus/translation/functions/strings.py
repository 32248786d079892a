"""String and binary functions. Snowflake's manual: "String & binary functions".

Arguments that are not text are converted as TO_VARCHAR does. Positions count from 1, and negative
lengths are empty (DuckDB: counted from the end).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter, UnsupportedFeature, WrongArguments
from mockhaus.translation.dialect import CALLED
from mockhaus.translation.registry import Function, Rewriter, apply, call, rewrite
from mockhaus.translation.signatures import typed
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import called, noted, text, text_call

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _concat(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """CONCAT: NULL if any argument is (DuckDB passes over them)."""
    first, *rest = node.expressions
    made: exp.Expression = first if rest else text(first)
    for value in rest:
        made = operands.joined(made, value)
    return exp.Paren(this=made)


def _concat_ws(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """CONCAT_WS: NULL if any argument is (DuckDB passes over them)."""
    if len(node.expressions) > 2 and all(map(operands.is_binary, node.expressions)):
        return _binary_with_separator(*node.expressions)
    separator, *values = (text(value) for value in node.expressions)
    joined = values[0]
    for value in values[1:]:
        joined = exp.DPipe(this=joined, expression=separator.copy(), safe=True)
        joined = exp.DPipe(this=joined, expression=value, safe=True)
    if len(values) == 1:
        joined = exp.DPipe(
            this=joined, expression=text_call("left", separator, operands.integer(0))
        )
    return noted(exp.Paren(this=joined), operands.TEXT)


def _binary_with_separator(
    separator: exp.Expression, first: exp.Expression, *rest: exp.Expression
) -> exp.Expression:
    made = first
    for value in rest:
        made = exp.DPipe(this=made, expression=separator.copy(), safe=True)
        made = exp.DPipe(this=made, expression=value, safe=True)
    return noted(exp.Paren(this=made), operands.BINARY)


def _chr(node: exp.Chr, walk: Walk) -> exp.Expression:
    return text_call("chr_of", operands.number(node.expressions[0]))


def _initcap(node: exp.Initcap, walk: Walk) -> exp.Expression:
    """INITCAP(s [, delimiters]): DuckDB has none. An empty text of delimiters means none at all."""
    delimiters = node.args.get("expression")
    if delimiters is None:
        return text_call("initcap_words", text(node.this))
    return text_call("initcap_after", text(node.this), text(delimiters))


def _substring(node: exp.Substring, walk: Walk) -> exp.Expression:
    """SUBSTR(s, start [, length]): start 0 is 1, what lies outside is empty."""
    start = node.args.get("start")
    if start is None:
        raise InvalidParameter("SQL compilation error:\nnot enough arguments for function [SUBSTR]")
    length = node.args.get("length")
    name = "substr_from" if length is None else "substr_of"
    places = [operands.number(each) for each in (start, length) if each is not None]
    if operands.is_character(node.this):
        return text_call(f"{name}_text", node.this, *places)
    source = text(node.this) if isinstance(operands.plain(node.this), exp.Literal) else node.this
    return called(name, source, *places)


def _position(node: exp.StrPosition, walk: Walk) -> exp.Expression:
    """POSITION(a, b [, start]) and POSITION(a IN b): where a begins in b, 0 if nowhere."""
    start = node.args.get("position")
    return _found(node.args["substr"], node.this, start)


def _charindex(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    needle, subject, *start = node.expressions
    return _found(needle, subject, start[0] if start else None)


def _found(
    needle: exp.Expression, subject: exp.Expression, start: exp.Expression | None
) -> exp.Expression:
    if operands.is_text(needle) or operands.is_text(subject):
        arguments, suffix = [text(needle), text(subject)], ""
    else:
        arguments, suffix = [needle, subject], "_any"
    if start is None:
        return operands.number_call(f"position_of{suffix}", *arguments)
    return operands.number_call(f"position_from{suffix}", *arguments, operands.number(start))


def _pad(to: str) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """LPAD, RPAD: a negative length is empty, an empty pad adds nothing."""
        value, size, *pad = node.expressions
        if not pad and operands.is_binary(value):
            raise WrongArguments(
                "SQL compilation error:\nnot enough arguments for function"
                f" [{str(node.this).upper()}] of a BINARY, expected 3, got 2"
            )
        if pad and not operands.is_text(value) and not operands.is_text(pad[0]):
            return called(f"{to}_any", value, operands.number(size), pad[0])
        filler = text(pad[0]) if pad else operands.string(" ")
        return text_call(to, text(value), operands.number(size), filler)

    return rewritten


def _replace(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """REPLACE(s, pattern [, by]): by is empty if left out; an empty pattern changes nothing."""
    value, pattern, *by = (text(each) for each in node.expressions)
    return text_call("replace_all", value, pattern, by[0] if by else operands.string(""))


def _split(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    return noted(
        called("split_array", text(node.expressions[0]), text(node.expressions[1])),
        operands.VARIANT,
    )


def _strtok(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """STRTOK(s [, delimiters [, n]]): every character is a delimiter, empty tokens do not count."""
    value, *rest = node.expressions
    delimiters = text(rest[0]) if rest else operands.string(" ")
    part = operands.number(rest[1]) if len(rest) > 1 else operands.integer(1)
    return text_call("strtok", text(value), delimiters, part)


def _strtok_to_array(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    value, *rest = node.expressions
    delimiters = text(rest[0]) if rest else operands.string(" ")
    return noted(called("strtok_to_array", text(value), delimiters), operands.VARIANT)


def _hex_encode(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """HEX_ENCODE(s [, case]): 0 asks for lower case."""
    value, *case = node.expressions
    encoded = text_call("hex_encode", value)
    return text_call("hex_case", encoded, operands.number(case[0])) if case else encoded


def _base64_encode(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """BASE64_ENCODE(s [, line length [, alphabet]])."""
    value, *rest = node.expressions
    encoded = text_call("base64_of", value)
    if len(rest) > 1:
        encoded = _with_alphabet(encoded, rest[1], encode=True)
    return text_call("base64_lines", encoded, operands.number(rest[0])) if rest else encoded


_ALPHABET: Final = "+/="


def _with_alphabet(
    node: exp.Expression, alphabet: exp.Expression, *, encode: bool
) -> exp.Expression:
    """The last characters of the base64 alphabet exchanged for others."""
    given = operands.literal_text(alphabet, "base64 alphabet")
    theirs = given + _ALPHABET[len(given) :]
    old, new = (_ALPHABET, theirs) if encode else (theirs, _ALPHABET)
    return text_call("translate", node, operands.string(old), operands.string(new))


def _decode(to: str, result: str = "") -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """BASE64_DECODE_STRING and its kin; an alphabet may be given."""
        value = text(node.expressions[0])
        if len(node.expressions) > 1:
            value = _with_alphabet(value, node.expressions[1], encode=False)
        made = apply(to, value)
        return noted(made, result) if result else made

    return rewritten


def _trim(to: str) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """TRIM, LTRIM, RTRIM: spaces alone, or any of the characters given."""
        value, *characters = (text(each) for each in node.expressions)
        return text_call(to, value, characters[0] if characters else operands.string(" "))

    return rewritten


def _edit_distance(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    left, right, *most = node.expressions
    distance = operands.number_call("edit_distance", text(left), text(right))
    if most:
        return operands.number_call("least_of", distance, operands.number(most[0]))
    return distance


def _soundex(*, keep_second: bool) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """SOUNDEX_P123 keeps a second letter that has the code of the first."""
        return text_call("soundex_of", text(node.expressions[0]), exp.Boolean(this=keep_second))

    return rewritten


def _collate(node: exp.Collate, walk: Walk) -> exp.Expression:
    """`s COLLATE 'de-ci'`: the order of a locale (of ICU), without regard to case or accents."""
    name = operands.literal_text(node.expression, "collation")
    locale, *specifiers = [part.lower() for part in name.split("-")]
    if locale in _SPECIFIERS or locale in _FOLDS or locale in _OTHERS:
        locale, specifiers = "", [locale, *specifiers]
    folds = tuple(part for part in specifiers if part in _FOLDS)
    for part in specifiers:
        if part in _OTHERS or (part in _FOLDS and not _is_compared_or_shown(node)):
            raise UnsupportedFeature(f"Unsupported feature 'collation {name}' ({part}).")
        if part not in _SPECIFIERS and part not in _FOLDS:
            raise _no_collation(name)
    if not _LOCALE.fullmatch(locale):
        raise _no_collation(name)
    wanted = [_SPECIFIERS[part] for part in ("ci", "ai") if part in specifiers]
    reader = node.parent.parent if isinstance(node.parent, exp.Distinct) else node.parent
    if wanted and isinstance(reader, (exp.Func, exp.RegexpLike)):
        called = reader.meta.get(CALLED) or (
            reader.this if isinstance(reader, exp.Anonymous) else reader.sql_name()
        )
        if _COLLATION_BLIND.fullmatch(str(called).upper()):
            raise UnsupportedFeature(f"Unsupported feature '{str(called).upper()} of {name}'.")
    if locale not in ("", "utf8", "bin"):
        wanted.append(locale)
    made: exp.Expression = exp.Paren(this=text(node.this))
    if wanted:
        collation = exp.Column(this=exp.Identifier(this=".".join(wanted), quoted=False))
        made = exp.Collate(this=text(node.this), expression=collation)
    made.meta[_COLLATION] = name
    if folds:
        made.meta[operands.FOLDS] = folds
    return made


def _no_collation(name: str) -> InvalidParameter:
    return InvalidParameter(f"SQL compilation error:\nInvalid collation specification: '{name}'")


def _is_compared_or_shown(node: exp.Collate) -> bool:
    """Whether a collated text is the operand of a comparison, an item, or COLLATION's."""
    parent = node.parent
    if isinstance(parent, exp.Anonymous):
        return str(parent.this).upper() == "COLLATION"
    return isinstance(parent, (exp.Alias, exp.Select, *operands.COMPARISONS))


#: What a collation may ask for, and DuckDB's word for it, if any: as it is.
_SPECIFIERS: Final = {"ci": "NOCASE", "cs": "", "ai": "NOACCENT", "as": "", "ps": "", "fl": ""}
#: What it changes of texts that are compared: functions of DuckDB (see `operands.folded`).
_FOLDS: Final = frozenset(("trim", "ltrim", "rtrim", "upper", "lower"))
#: What else Snowflake has: uppercase first, no regard to punctuation.
_OTHERS: Final = frozenset(("fu", "pi"))
#: Functions that go by the characters alone here (by regular expressions in Snowflake as well).
_COLLATION_BLIND: Final = re.compile(
    r"REGEXP_\w+|RLIKE|REPLACE|SPLIT|SPLIT_PART|STRTOK|STRTOK_TO_ARRAY|TRANSLATE|[LR]?TRIM"
    r"|EDITDISTANCE|COUNT|LISTAGG|ARRAY_AGG|ARRAY_UNIQUE_AGG|HASH|HASH_AGG|MODE|HLL"
    r"|APPROX_COUNT_DISTINCT"
)
_LOCALE: Final = re.compile(r"[a-z]{2}(_[a-z]{2})?|utf8|bin|")

#: Key of `meta` of a text that COLLATE gave a collation: its name.
_COLLATION: Final = "collation"


def _collation(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """COLLATION(s): what COLLATE gave the text, else NULL."""
    name = node.expressions[0].meta.get(_COLLATION)
    return exp.cast(exp.Null(), "TEXT") if name is None else operands.string(name)


def _parse_ip(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """PARSE_IP(address, 'INET' [, permissive])."""
    value, kind, *permissive = node.expressions
    if operands.literal_text(kind, "type of address").upper() != "INET":
        raise InvalidParameter("SQL compilation error:\ninvalid type for function [PARSE_IP]")
    flag: exp.Expression = exp.false()
    if permissive:
        flag = exp.NEQ(this=operands.number(permissive[0]), expression=operands.integer(0))
    parts = apply("ip_parts", text(value), flag)
    return noted(exp.cast(parts, "JSON"), operands.VARIANT)


_METHOD: Final = re.compile(r"(SNAPPY|ZLIB|ZSTD|BZ2)(?:\((\d+)\))?", re.IGNORECASE)


def _method(node: exp.Expression) -> tuple[str, int]:
    """The method of compression and its level, 0 for the method's own."""
    given = operands.literal_text(node, "method of compression")
    match = _METHOD.fullmatch(given.strip())
    if match is None:
        raise InvalidParameter(f"SQL compilation error:\ninvalid compression method '{given}'")
    return match[1].upper(), int(match[2] or 0)


def _compress(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """COMPRESS(bytes, 'ZLIB(9)'): text is compressed as UTF-8."""
    method, level = _method(node.expressions[1])
    data = apply("digested", node.expressions[0])
    return apply("compressed", data, operands.string(method), operands.integer(level))


def _decompress(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    method, _ = _method(node.expressions[1])
    return apply("unpacked", node.expressions[0], operands.string(method))


FUNCTIONS: Final[tuple[Function, ...]] = (
    typed("ASCII", "t>n", "ascii_of"),
    typed("UNICODE", "t>n", "unicode_of"),
    typed("BIT_LENGTH", "x>n", "bit_length_of"),
    typed("OCTET_LENGTH", "s>n", "octet_length_of", text_to="strlen"),
    typed("LENGTH LEN CHAR_LENGTH CHARACTER_LENGTH", "s>n", "length_of", text_to="length"),
    typed("RTRIMMED_LENGTH", "t>n"),
    rewrite("CHR CHAR", _chr, exp.Chr, least=1, most=1),
    call("CHARINDEX", _charindex, 2, 3),
    rewrite("POSITION", _position, exp.StrPosition, least=2, most=3),
    call("CONCAT", _concat, 1),
    call("CONCAT_WS", _concat_ws, 2),
    typed("CONTAINS", "tt"),
    typed("STARTSWITH", "tt", "starts_with"),
    typed("ENDSWITH", "tt", "ends_with"),
    rewrite("INITCAP", _initcap, exp.Initcap, least=1, most=2),
    typed("INSERT", "snns", "insert_text", text_to="inserted"),
    typed("LEFT", "sn>t", "left_of", text_to="left_text"),
    typed("RIGHT", "sn>t", "right_of", text_to="right_text"),
    typed("LOWER", "t>t"),
    typed("UPPER", "t>t"),
    call("LPAD", _pad("lpad_of"), 2, 3),
    call("RPAD", _pad("rpad_of"), 2, 3),
    call("TRIM", _trim("trim"), 1, 2),
    call("LTRIM", _trim("ltrim"), 1, 2),
    call("RTRIM", _trim("rtrim"), 1, 2),
    typed("REPEAT", "tn>t", "repeat_of"),
    typed("SPACE", "n>t", "space_of"),
    call("REPLACE", _replace, 2, 3),
    typed("REVERSE", "s", "reversed", text_to="reverse"),
    call("SPLIT", _split, 2, 2),
    typed("SPLIT_PART", "ttn>t", "split_part_of"),
    call("STRTOK", _strtok, 1, 3),
    call("STRTOK_TO_ARRAY", _strtok_to_array, 1, 2),
    rewrite("SUBSTR SUBSTRING", _substring, exp.Substring, least=2, most=3),
    typed("TRANSLATE", "ttt>t"),
    call("EDITDISTANCE", _edit_distance, 2, 3),
    typed("JAROWINKLER_SIMILARITY", "tt>n"),
    call("SOUNDEX", _soundex(keep_second=False), 1, 1),
    call("SOUNDEX_P123", _soundex(keep_second=True), 1, 1),
    call("HEX_ENCODE", _hex_encode, 1, 2),
    call("HEX_DECODE_STRING", _decode("hex_decode_string", operands.TEXT), 1, 1),
    call("HEX_DECODE_BINARY", _decode("hex_to_binary"), 1, 1),
    call("TRY_HEX_DECODE_STRING", _decode("try_hex_decode_string", operands.TEXT), 1, 1),
    call("TRY_HEX_DECODE_BINARY", _decode("try_hex_to_binary"), 1, 1),
    call("BASE64_ENCODE", _base64_encode, 1, 3),
    call("BASE64_DECODE_STRING", _decode("base64_decode_string", operands.TEXT), 1, 2),
    call("BASE64_DECODE_BINARY", _decode("base64_decode_binary"), 1, 2),
    call("TRY_BASE64_DECODE_STRING", _decode("try_base64_decode_string", operands.TEXT), 1, 2),
    call("TRY_BASE64_DECODE_BINARY", _decode("try_base64_decode_binary"), 1, 2),
    rewrite(
        "COLLATE",
        _collate,
        exp.Collate,
        partial="not with fu and pi; trim, upper and lower in comparisons only",
        least=2,
        most=2,
    ),
    typed("PARSE_URL", "t?n>v"),
    call("COLLATION", _collation, 1, 1, partial="of COLLATE alone, not of columns"),
    call("PARSE_IP", _parse_ip, 2, 3),
    call("COMPRESS", _compress, 2, 2),
    call("DECOMPRESS_BINARY", _decompress, 2, 2),
    call("DECOMPRESS_STRING", lambda n, w: text_call("decode", _decompress(n, w)), 2, 2),
)
