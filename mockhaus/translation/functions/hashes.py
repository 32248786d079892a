"""Hash and cryptographic functions. Snowflake's manual: "Hash functions", "Cryptographic hash"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter
from mockhaus.translation import names
from mockhaus.translation.registry import Function, Rewriter, apply, call, refused
from mockhaus.translation.signatures import typed
from mockhaus.translation.types import operands
from mockhaus.translation.types.operands import called
from mockhaus.translation.types.variants import once

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _sha2(to: str) -> Rewriter:
    def rewritten(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """SHA2(m [, size]): DuckDB has the digest of 256 bits alone."""
        value = node.expressions[0]
        if len(node.expressions) > 1:
            size = operands.literal_number(node.expressions[1])
            if size in (224, 384, 512):
                digest = apply("sha2_hex", apply("digested", value), operands.integer(size))
                return apply("unhex", digest) if to.endswith("binary") else digest
            if size not in (0, 256):
                raise InvalidParameter("SQL compilation error:\ninvalid digest size for SHA2")
        if to == "sha256_of" and operands.is_character(value):
            return operands.text_call("sha256", value)
        return called(to, value)

    return rewritten


def _hash(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """HASH(a, b ...): a signed number of 64 bits, never NULL. Snowflake's is unpublished."""
    return operands.number_call("signed_hash", hashed(node, walk))


def hashed(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """The hash of the arguments; a star stands for all columns."""
    values: list[exp.Expression] = []
    for each in node.expressions:
        values.extend(_columns(each, node, walk) if _is_star(each) else [_key(each)])
    is_one = len(values) == 1 and not _is_unpacked(values[0])
    return values[0] if is_one else apply("hash", *values)


#: DuckDB's types of whole numbers, whose hashes are those of a HUGEINT.
_WHOLE: Final = frozenset(("INTEGER", "BIGINT", "HUGEINT"))


def _key(value: exp.Expression) -> exp.Expression:
    """DuckDB's hash of one value: numbers that are equal have the same, whatever their types.

    Snowflake's manual: "HASH", Usage notes.
    """
    kind = operands.type_of(value)
    if kind in _WHOLE:
        return apply("hash", exp.cast(value, exp.DataType.Type.INT128))
    return apply("hash", value) if kind in _AS_THEY_ARE else once("hash_key", value)


#: DuckDB's types whose hashes are taken of the values as they are.
_AS_THEY_ARE: Final = frozenset(
    ("VARCHAR", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
)


def _is_unpacked(node: exp.Expression) -> bool:
    return isinstance(node, exp.Anonymous) and node.this == "UNPACK"


def _is_star(node: exp.Expression) -> bool:
    return isinstance(node.this if isinstance(node, exp.Column) else node, exp.Star)


def _columns(star: exp.Expression, node: exp.Expression, walk: Walk) -> list[exp.Expression]:
    """The columns by name where they are known: DuckDB's own form stands in few places."""
    from mockhaus.translation.clauses import sources  # clauses need the aggregates, those this

    select = node.find_ancestor(exp.Select)
    plain = not any(value for key, value in sources.star_of(star).args.items() if key != "this")
    found = sources.starred(star, select, walk) if plain and select is not None else None
    if found is None:
        return [apply("UNPACK", apply("hash_key", exp.Columns(this=star)))]
    return [
        _key(
            exp.Column(
                this=names.identifier(name), table=names.identifier(table) if table else None
            )
        )
        for table, name in found
    ]


FUNCTIONS: Final[tuple[Function, ...]] = (
    typed("MD5 MD5_HEX", "s>t", "md5_of", text_to="md5"),
    typed("MD5_BINARY", "x"),
    typed("MD5_NUMBER_LOWER64", "x>n", "md5_lower64"),
    typed("MD5_NUMBER_UPPER64", "x>n", "md5_upper64"),
    typed("SHA1 SHA1_HEX", "s>t", "sha1_of", text_to="sha1"),
    typed("SHA1_BINARY", "x"),
    call("SHA2 SHA2_HEX", _sha2("sha256_of"), 1, 2),
    call("SHA2_BINARY", _sha2("sha256_binary"), 1, 2),
    call("HASH", _hash, 1, partial="Snowflake's values are not published; others are answered"),
    refused("ENCRYPT ENCRYPT_RAW DECRYPT DECRYPT_RAW TRY_DECRYPT TRY_DECRYPT_RAW", "encryption"),
    refused("MD5_NUMBER", "obsolete: use MD5_NUMBER_UPPER64 and MD5_NUMBER_LOWER64"),
)
