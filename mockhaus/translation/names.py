"""Identifiers and labels: how names are stored, quoted for DuckDB, and shown.

Snowflake's manual: "Identifier requirements"; DuckDB's: "Keywords and identifiers".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation.context import DEFAULT_SCHEMA, Context, ObjectName, storage_schema

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

#: What DuckDB cannot read as a bare column or table name (its reserved and type/function words).
_RESERVED: Final = frozenset(
    [
        "ALL",
        "ANALYSE",
        "ANALYZE",
        "AND",
        "ANTI",
        "ANY",
        "ARRAY",
        "AS",
        "ASC",
        "ASOF",
        "ASYMMETRIC",
        "AT",
        "AUTHORIZATION",
        "BINARY",
        "BOTH",
        "CASE",
        "CAST",
        "CHECK",
        "COLLATE",
        "COLLATION",
        "COLUMN",
        "COLUMNS",
        "CONCURRENTLY",
        "CONSTRAINT",
        "CREATE",
        "CROSS",
        "CURRENT_CATALOG",
        "CURRENT_DATE",
        "CURRENT_ROLE",
        "CURRENT_SCHEMA",
        "CURRENT_TIME",
        "CURRENT_TIMESTAMP",
        "CURRENT_USER",
        "DEFAULT",
        "DEFERRABLE",
        "DESC",
        "DESCRIBE",
        "DISTINCT",
        "DO",
        "ELSE",
        "END",
        "EXCEPT",
        "EXISTS",
        "EXTRACT",
        "FALSE",
        "FETCH",
        "FOR",
        "FOREIGN",
        "FREEZE",
        "FROM",
        "FULL",
        "GENERATED",
        "GLOB",
        "GRANT",
        "GROUP",
        "GROUPING",
        "GROUPING_ID",
        "HAVING",
        "ILIKE",
        "IN",
        "INITIALLY",
        "INNER",
        "INTERSECT",
        "INTERVAL",
        "INTO",
        "IS",
        "ISNULL",
        "JOIN",
        "LAMBDA",
        "LATERAL",
        "LEADING",
        "LEFT",
        "LIKE",
        "LIMIT",
        "LOCALTIME",
        "LOCALTIMESTAMP",
        "MAP",
        "NATURAL",
        "NOT",
        "NOTNULL",
        "NULL",
        "OFFSET",
        "ON",
        "ONLY",
        "OR",
        "ORDER",
        "OUTER",
        "OVERLAPS",
        "PIVOT",
        "PIVOT_LONGER",
        "PIVOT_WIDER",
        "PLACING",
        "POSITION",
        "POSITIONAL",
        "PRIMARY",
        "QUALIFY",
        "REFERENCES",
        "RETURNING",
        "RIGHT",
        "ROW",
        "SELECT",
        "SEMI",
        "SESSION_USER",
        "SHOW",
        "SIMILAR",
        "SOME",
        "STRUCT",
        "SUBSTRING",
        "SUMMARIZE",
        "SYMMETRIC",
        "TABLE",
        "TABLESAMPLE",
        "THEN",
        "TO",
        "TRAILING",
        "TRIM",
        "TRUE",
        "TRY",
        "TRY_CAST",
        "UNION",
        "UNIQUE",
        "UNPACK",
        "UNPIVOT",
        "USER",
        "USING",
        "VARIADIC",
        "VERBOSE",
        "WHEN",
        "WHERE",
        "WINDOW",
        "WITH",
        "GENERATED",
        "COALESCE",
        "NULLIF",
        "GREATEST",
        "LEAST",
        "VALUES",
        "NONE",
        "SETOF",
        "OVERLAY",
        "TREAT",
        "EXTRACT",
        "OVER",
        "FILTER",
        "ROWS",
        "RANGE",
        "VALUE",
    ]
)


def identifier(name: str) -> exp.Identifier:
    """A stored name as an identifier that DuckDB reads back as the same name."""
    return exp.Identifier(this=name, quoted=_needs_quotes(name))


@lru_cache(maxsize=4096)
def _needs_quotes(name: str) -> bool:
    return _PLAIN.fullmatch(name) is None or name.upper() in _RESERVED


def is_reserved(name: str) -> bool:
    """Whether a name in upper case is a word of DuckDB's grammar."""
    return name in _RESERVED


def stored(node: exp.Identifier) -> str:
    """The name as Snowflake stores it: upper case unless it was quoted."""
    name = str(node.this)
    return name if node.args.get("quoted") else name.upper()


def quoted(name: str) -> str:
    """A stored name as SQL text in double quotes, for DuckDB and Snowflake alike."""
    return '"' + name.replace('"', '""') + '"'


def object_name(table: exp.Table) -> ObjectName:
    """The name that a table node spells; in `db..t` the schema is PUBLIC."""
    parts = [table.args.get("this"), table.args.get("db"), table.args.get("catalog")]
    names = [stored(part) for part in parts if isinstance(part, exp.Identifier)]
    if len(names) == 2 and isinstance(parts[2], exp.Identifier):
        names.insert(1, DEFAULT_SCHEMA)
    return ObjectName(*names)


def _storage(name: ObjectName, context: Context) -> tuple[str | None, str, str]:
    """DuckDB's catalog (None: the session's own), schema and table of a resolved name.

    A temporary table lives in its connection's `temp` catalog, which has one schema only.
    """
    schema, table = storage_parts(name)
    if context.is_temporary(name):
        return "temp", "main", f"{schema}.{table}".upper()
    return None, schema, table


def storage_parts(name: ObjectName) -> tuple[str, str]:
    """DuckDB's schema and name of a resolved name that is no temporary table's.

    DuckDB takes a table that it does not find for the file whose path is the whole name, if it
    ends as a file's. Raises UnsupportedFeature for a name that can be such a path.
    """
    schema = storage_schema(name.database or "", name.schema or "")
    path = f"{schema}.{name.name}"
    if ("/" in path or "\\" in path) and _FILE.search(path):
        raise UnsupportedFeature(f"Unsupported feature 'the name of a file, \"{name.name}\"'.")
    return schema, name.name


#: Where a file's name ends that DuckDB would read, or where what it takes for a query begins.
_FILE: Final = re.compile(
    r"\.(?:[ct]sv|parquet|jsonl?|ndjson|duckdb|db|xlsx|avro|arrows?)(?:\W|$)", re.I
)


def may_be_file(name: ObjectName) -> bool:
    """Whether DuckDB would take a table that is not there for a file, where the server runs."""
    return bool(
        _FILE.search(f"{storage_schema(name.database or '', name.schema or '')}.{name.name}")
    )


def storage_name(name: ObjectName, context: Context) -> str:
    """A resolved name as DuckDB's text: `"DB.SCHEMA"."T"`."""
    return ".".join(quoted(part) for part in _storage(name, context) if part is not None)


#: Key of `meta` of a table's node for DuckDB: its resolved name.
OBJECT: Final = "object"


def storage_table(name: ObjectName, context: Context) -> exp.Table:
    """A resolved name as a table node for DuckDB."""
    catalog, schema, table = _storage(name, context)
    node = exp.Table(this=identifier(table), db=exp.Identifier(this=schema, quoted=True))
    if catalog is not None:
        node.set("catalog", identifier(catalog))
    node.meta[OBJECT] = name
    return node


_ENDS: Final = frozenset(
    (
        TokenType.FROM,
        TokenType.WHERE,
        TokenType.GROUP_BY,
        TokenType.HAVING,
        TokenType.QUALIFY,
        TokenType.ORDER_BY,
        TokenType.LIMIT,
        TokenType.FETCH,
        TokenType.OFFSET,
        TokenType.UNION,
        TokenType.EXCEPT,
        TokenType.INTERSECT,
        TokenType.INTO,
    )
)
_OPEN: Final = frozenset((TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE))
_CLOSE: Final = frozenset((TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE))


def labels(tokens: list[Token], text: str) -> tuple[str, ...]:
    """The texts of the outermost SELECT's items in upper case, as Snowflake labels its columns.

    Empty where the outermost SELECT stands in parentheses.
    """
    depth, start, last, found = 0, -1, -1, []
    for place, token in enumerate(tokens):
        kind = token.token_type
        if kind is TokenType.FROM and _is_inner(tokens, place):
            kind = TokenType.VAR
        if kind in _CLOSE:
            depth -= 1
        if depth == 0 and start < 0:
            if kind is TokenType.SELECT:
                start = tokens[_quantified(tokens, place)].end + 1
        elif depth == 0 and token.start < start:
            pass  # DISTINCT, TOP n
        elif depth == 0 and (kind is TokenType.COMMA or kind in _ENDS):
            if last + 1 > start:  # no comma behind the last item
                found.append(text[start : last + 1].strip())
            start = token.end + 1
            if kind in _ENDS:
                return tuple(map(str.upper, found))
        if kind in _OPEN:
            depth += 1
        last = token.end
    if 0 <= start <= last:
        found.append(text[start : last + 1].strip())
    return tuple(map(str.upper, found))


def _quantified(tokens: list[Token], place: int) -> int:
    """The place of the last token of `SELECT [DISTINCT [ON (..)] | ALL] [TOP n]`."""
    following = [each.token_type for each in tokens[place + 1 : place + 3]]
    if following[:1] == [TokenType.ALL]:
        place += 1
    elif following == [TokenType.DISTINCT, TokenType.ON]:
        depth, place = 0, place + 2
        while place + 1 < len(tokens):
            place += 1
            kind = tokens[place].token_type
            depth += (kind in _OPEN) - (kind in _CLOSE)
            if not depth:
                break
    elif following[:1] == [TokenType.DISTINCT]:
        place += 1
    following = [each.token_type for each in tokens[place + 1 : place + 3]]
    return place + 2 if following == [TokenType.TOP, TokenType.NUMBER] else place


def _is_inner(tokens: list[Token], place: int) -> bool:
    """Whether a FROM is that of IS DISTINCT FROM, or of NTH_VALUE(..) FROM FIRST."""
    if tokens[place - 1].token_type is TokenType.DISTINCT:
        return place > 1 and tokens[place - 2].token_type in (TokenType.IS, TokenType.NOT)
    following = tokens[place + 1 : place + 3]
    words = [each.text.upper() for each in following]
    return words[:1] in (["FIRST"], ["LAST"]) and words[1:] in (["OVER"], ["IGNORE"], ["RESPECT"])


def is_next_value(node: exp.Column) -> bool:
    """Whether a column is `sequence.NEXTVAL`, and not that column of a source in the FROM."""
    this, table = node.this, node.args.get("table")
    if table is None or not isinstance(this, exp.Identifier) or stored(this) != "NEXTVAL":
        return False
    select = node.find_ancestor(exp.Select)
    if select is None or node.args.get("db") is not None or not isinstance(table, exp.Identifier):
        return True
    from_ = select.args.get("from_")
    parts = [from_, *(select.args.get("joins") or ())]
    sources = [part.this.alias_or_name.upper() for part in parts if part is not None]
    return stored(table).upper() not in sources


def next_value(node: exp.Column, context: Context) -> exp.Expression:
    """`sequence.NEXTVAL`: the sequence's next number, a new one for each row."""
    parts = [node.args.get(key) for key in ("table", "db", "catalog")]
    name = ObjectName(*(stored(part) for part in parts if isinstance(part, exp.Identifier)))
    sequence = storage_name(context.resolve(name), context)
    number = exp.Anonymous(this="nextval", expressions=[exp.Literal.string(sequence)])
    if isinstance(node.parent, exp.Select) and node.arg_key == "expressions":
        return exp.Alias(this=number, alias=identifier("NEXTVAL"))
    return number


def mentions(tree: exp.Expression, name: str) -> bool:
    """Whether a tree reads a table by a bare name."""
    return any(
        isinstance(table.this, exp.Identifier)
        and not table.args.get("db")
        and stored(table.this) == name
        for table in tree.find_all(exp.Table)
    )
