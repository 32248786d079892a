"""Which statements are PostgreSQL's own, and their trees.

A statement that reads a system catalog, calls a system function or casts to `regclass` was written
by a PostgreSQL client for PostgreSQL, not by a user for Snowflake: it is parsed as what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, cast

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, TokenError

from mockhaus.errors import SqlSyntaxError
from mockhaus.translation import statements as s
from mockhaus.translation.parse import parse as parse_snowflake
from mockhaus.translation.postgres import relations
from mockhaus.translation.postgres.functions import FUNCTIONS, REG, TABLES
from mockhaus.translation.postgres.labels import PREFIX
from mockhaus.translation.postgres.spelling import respelled

_POSTGRES: Final = Dialect.get_or_raise("postgres")

#: Functions that only PostgreSQL has, without those that Snowflake has by the same name.
_SHARED: Final = frozenset((
    "user", "length", "char_length", "octet_length", "strpos", "lower", "upper", "concat", "now",
    "split_part", "array_position", "array_to_string", "generate_series", "unnest", "bool_and",
    "bool_or", "current_user", "array_remove", "string_to_array", "array_length", "current_role",
    "session_user", "current_catalog", "array_upper", "array_lower", "json_build_object",
))  # fmt: skip
_OWN: Final = (frozenset(FUNCTIONS) | frozenset(TABLES)) - _SHARED | {"current_schemas"}

_SIGN: Final = re.compile(
    r"\bpg_\w+|\binformation_schema\s*\.|\breg(?:class|type|proc|procedure|namespace|role)\b|\b(?:"
    + "|".join(sorted(name for name in _OWN if not name.startswith("pg_")))
    + r")\s*\(|\b(?:current_catalog|session_user)\b|\bcurrent_(?:schema|role)\b(?!\s*\()",
    re.I,
)
_TOKEN: Final = re.compile(
    r"""(?P<string> [eE]?'(?:[^'\\]|\\.|'')*' | \$(\w*)\$.*?\$\2\$ )
      | (?P<name> "(?:[^"]|"")*" )
      | (?P<comment> --[^\n]* | /\*.*?\*/ )
      | \$(?P<parameter> \d+ )
      | (?P<end> ; )""",
    re.X | re.S,
)


def may_be_own(text: str) -> bool:
    """Whether a statement of a text may be PostgreSQL's own: one of its words is in it."""
    return _SIGN.search(text) is not None


def parse(text: str, *, placeholders: bool) -> list[s.Statement] | None:
    """The statements of a text, None if none of them is PostgreSQL's own."""
    found: list[s.Statement] = []
    own = False
    for piece, offset, numbered in _pieces(text):
        statement = _catalog(piece, offset, numbered) if _SIGN.search(numbered) else None
        if statement is None:
            # Blanks in front keep the positions that errors tell.
            found += parse_snowflake(
                " " * offset + respelled(piece), placeholders=placeholders, postgres=True
            )
        else:
            own = True
            found.append(statement)
    return found if own else None


def _pieces(text: str) -> Iterator[tuple[str, int, str]]:
    """Each statement, where it starts, and it again with `$1` as a name."""
    start, numbered, at = 0, "", 0
    for match in [*_TOKEN.finditer(text), None]:
        if match is None or match["end"]:
            end = len(text) if match is None else match.start()
            piece = text[start:end]
            numbered += text[at:end]
            if numbered.strip():
                yield piece, start, numbered
            start = at = end + 1
            numbered = ""
        elif match["parameter"]:
            numbered += f"{text[at : match.start()]}{PREFIX}{match['parameter']}"
            at = match.end()
        elif match["comment"]:
            numbered += f"{text[at : match.start()]} "
            at = match.end()


def _catalog(piece: str, offset: int, numbered: str) -> s.CatalogSelect | None:
    try:
        trees = _POSTGRES.parse(_LABEL.sub(r'as "\1"', _ARRAY.sub(r"::_\1", numbered)))
    except (ParseError, TokenError) as error:
        if re.search(r"\bpg_catalog\b", numbered, re.I) is None:
            return None
        raise SqlSyntaxError(f"syntax error in a catalog query: {_first(error)}") from None
    tree = cast("exp.Expression | None", trees[0] if len(trees) == 1 else None)
    if tree is None or not isinstance(tree, _QUERIES) or not _is_catalog(tree, numbered):
        return None
    numbers = [
        int(column.name.removeprefix(PREFIX))
        for column in tree.find_all(exp.Column)
        if column.name.startswith(PREFIX)
    ]
    return s.CatalogSelect(
        text=piece.strip(), offset=offset, tree=tree, parameters=max(numbers, default=0)
    )


#: Types that only the catalogs have, of which sqlglot reads no arrays: `::oid[]` is `::_oid`.
_ARRAY: Final = re.compile(r"::\s*(?:pg_catalog\.)?\"?(reg\w+|oid|name|char|xid)\b\"?\s*\[\]", re.I)
#: Behind AS any word is a label (manual, 7.3.2).
_LABEL: Final = re.compile(
    r"\bas\s+(select|insert|update|delete|table|user|order|group|default|column|primary|grant"
    r"|references|check|create|from|where|end|all|case)(?=\s*(?:,|\)|from\b|$))",
    re.I,
)

_QUERIES: Final = (exp.Select, exp.SetOperation, exp.Subquery)

#: Functions of the connection that sqlglot has classes for.
_CONTEXT: Final = (
    exp.CurrentVersion,
    exp.CurrentSchemas,
    exp.CurrentSchema,
    exp.CurrentDatabase,
    exp.CurrentCatalog,
    exp.SessionUser,
)


def _first(error: Exception) -> str:
    return str(error).split("\n", 1)[0]


#: Snowflake has these two as well. Clients of PostgreSQL write them in lower case and look their
#: answer up in the catalogs, so they get it as the catalogs have it; and without parentheses,
#: which only PostgreSQL leaves out.
_SNOWFLAKES: Final = (exp.CurrentSchema, exp.CurrentDatabase)
_VERSION: Final = re.compile(r"\bversion\s*\(", re.I)
_LOWER: Final = re.compile(r"\bcurrent_(?:schema|database)\s*\(|(?i:\bcurrent_schema\b(?!\s*\())")

#: Beside these, which Snowflake alone has, they are Snowflake's all the same.
_BESIDE: Final = re.compile(
    r"\bcurrent_(?:role|warehouse|account\w*|region|session|statement|client|transaction"
    r"|version|available_roles|secondary_roles|organization_name)\s*\(",
    re.I,
)


def _of_sequence(node: exp.Cast) -> bool:
    """Whether a cast is that of `nextval('s'::regclass)`."""
    parent = node.parent
    return isinstance(parent, exp.Anonymous) and str(parent.this).lower() == "nextval"


def _is_lower(text: str) -> bool:
    return _LOWER.search(text) is not None and _BESIDE.search(text) is None


def _is_snowflakes(node: exp.Expr, text: str) -> bool:
    """CURRENT_VERSION, and CURRENT_SCHEMAS without PostgreSQL's argument."""
    if isinstance(node, exp.CurrentSchemas):
        return node.this is None
    return isinstance(node, exp.CurrentVersion) and _VERSION.search(text) is None


def _is_catalog(tree: exp.Expression, text: str) -> bool:
    for node in tree.walk():
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            if relations.find(node.name.lower(), (node.db or "").lower() or None) is not None:
                return True
        elif isinstance(node, exp.Column):
            if node.sql().lower() == "current_role":
                return True
        elif isinstance(node, exp.Anonymous):
            if str(node.this).lower() in _OWN:
                return True
        elif _is_snowflakes(node, text):
            continue
        elif isinstance(node, _CONTEXT):
            if not isinstance(node, _SNOWFLAKES) or _is_lower(text):
                return True
        elif isinstance(node, exp.Cast) and not _of_sequence(node):
            name = node.to.sql(dialect="postgres").lower().removeprefix("pg_catalog.").lstrip("_")
            if name in REG or name == "oid":
                return True
    return False
