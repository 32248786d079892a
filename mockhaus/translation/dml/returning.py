"""PostgreSQL's RETURNING and ON CONFLICT behind INSERT, UPDATE and DELETE.

Snowflake has neither; the PostgreSQL door takes them (manual: INSERT, 6.4 "Returning Data from
Modified Rows").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation.context import ObjectName
from mockhaus.translation.dialect import generate, snowflake_text
from mockhaus.translation.statements import Statement, Tree

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

_CHANGES: Final = ("INSERT", "UPDATE", "DELETE", "WITH")


def cut(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """A statement's tokens without its RETURNING, and that as the tokens of a SELECT."""
    if not tokens or tokens[0].text.upper() not in _CHANGES:
        return tokens, []
    depth = 0
    for number, token in enumerate(tokens):
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        before = tokens[number - 1].token_type if number else None
        is_word = token.text.upper() == "RETURNING" and token.token_type is TokenType.VAR
        if is_word and not depth and before is not TokenType.DOT and number + 1 < len(tokens):
            place = (token.line, token.col, token.start, token.end)
            select = Token(TokenType.SELECT, "SELECT", *place)
            return tokens[:number], [select, *tokens[number + 1 :]]
    return tokens, []


def clause(select: exp.Expression) -> exp.Returning:
    """The RETURNING of the SELECT that `cut` made of it."""
    for key, value in select.args.items():
        if value and key != "expressions":
            raise UnsupportedFeature(f"Unsupported feature 'RETURNING {key.strip('_').upper()}'.")
    return exp.Returning(expressions=select.expressions)


def refuse(statements: Sequence[Statement]) -> None:
    """Raise for what only PostgreSQL has, where its clients are not."""
    for statement in statements:
        if isinstance(statement, Tree) and statement.tree.args.get("returning"):
            raise SqlSyntaxError("SQL compilation error:\nsyntax error unexpected 'RETURNING'.")
        if isinstance(statement, Tree) and statement.tree.args.get("conflict"):
            raise UnsupportedFeature("Unsupported feature 'INSERT CONFLICT'.")


class Returned(Struct, frozen=True):
    """A rewritten RETURNING, and a query that has its columns."""

    clause: exp.Expression
    described: str


def taken(tree: exp.Expression, target: ObjectName, walk: Walk) -> Returned | None:
    """The RETURNING of a change, rewritten and taken out of the tree; None without one.

    Only the columns of the table that is changed can be returned.
    """
    clause = tree.args.pop("returning", None)
    if clause is None:
        return None
    known = {names.stored(each) for each in _own_names(tree)}
    for column in clause.find_all(exp.Column):
        table = column.args.get("table")
        if table is not None and names.stored(table) not in known:
            raise UnsupportedFeature(
                f"Unsupported feature 'RETURNING {snowflake_text(column)}': it is no column"
                " of the table that is changed."
            )
        for key in ("table", "db", "catalog"):
            column.set(key, None)
    items = [each if _is_named(each) else _unnamed(each) for each in clause.expressions]
    select = exp.Select(expressions=[walk.rewrite(each) for each in items])
    clause.set("expressions", [each.copy() for each in select.expressions])
    select.set("from_", exp.From(this=names.storage_table(target, walk.context)))
    return Returned(clause, generate(select))


def put(tree: exp.Expression, returned: Returned | None) -> str:
    """Put a RETURNING back; the query that has its columns, '' without one."""
    if returned is None:
        return ""
    tree.set("returning", returned.clause)
    return returned.described


def _own_names(tree: exp.Expression) -> list[exp.Identifier]:
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    alias = table.args.get("alias")
    return [table.this, *([alias.this] if alias is not None else [])]


def _is_named(item: exp.Expression) -> bool:
    return isinstance(item, (exp.Alias, exp.Column, exp.Star))


def _unnamed(item: exp.Expression) -> exp.Expression:
    name = item.sql_name().lower() if isinstance(item, exp.Func) else "?column?"
    return exp.Alias(this=item, alias=exp.Identifier(this=name, quoted=True))
