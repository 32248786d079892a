"""Text -> statements, in the dialects that a connection's door speaks."""

from __future__ import annotations

from mockhaus.translation import returning
from mockhaus.translation.context import Context
from mockhaus.translation.parse import parse, parse_alike
from mockhaus.translation.postgres.parse import parse as parse_catalog
from mockhaus.translation.postgres.spelling import respelled
from mockhaus.translation.statements import Statement


def read(text: str, context: Context, *, placeholders: bool) -> list[Statement]:
    """The statements of a text; PostgreSQL's own beside Snowflake's at that door.

    Raises SqlSyntaxError, UnsupportedFeature.
    """
    if not context.postgres:
        statements = _parse(text, context, placeholders=placeholders)
        returning.refuse(statements)
        return statements
    own = parse_catalog(text, placeholders=placeholders)
    return _parse(respelled(text), context, placeholders=placeholders) if own is None else own


def _parse(text: str, context: Context, *, placeholders: bool) -> list[Statement]:
    postgres = context.postgres
    if context.is_on("QUOTED_IDENTIFIERS_IGNORE_CASE"):
        return parse(text, placeholders=placeholders, folded=True, postgres=postgres)
    return parse_alike(text, placeholders=placeholders, postgres=postgres)
