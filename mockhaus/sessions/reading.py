"""Text -> statements, in the dialects that a connection's door speaks."""

from __future__ import annotations

from mockhaus.translation.context import Context
from mockhaus.translation.dml import returning
from mockhaus.translation.keeping import kept
from mockhaus.translation.parse import parse, parse_alike
from mockhaus.translation.postgres.parse import may_be_own, parse as parse_catalog
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
    plain = _plain(text)
    if plain is None:
        own = parse_catalog(text, placeholders=placeholders)
        if own is not None:
            return own
    return _parse(plain or respelled(text), context, placeholders=placeholders)


@kept
def _plain(text: str) -> str | None:
    """A text in Snowflake's spelling; None for one that may be PostgreSQL's own.

    Kept, since to look a text over takes longer than to find its statements again.
    """
    return None if may_be_own(text) else respelled(text)


def _parse(text: str, context: Context, *, placeholders: bool) -> list[Statement]:
    postgres = context.postgres
    if context.is_on("QUOTED_IDENTIFIERS_IGNORE_CASE"):
        return parse(text, placeholders=placeholders, folded=True, postgres=postgres)
    return parse_alike(text, placeholders=placeholders, postgres=postgres)
