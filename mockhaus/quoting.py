"""Texts as literals of SQL, in the two ways in which they are read here."""

from __future__ import annotations

from collections.abc import Iterable


def sql_literal(text: str) -> str:
    """A literal in which a backslash is a backslash: DuckDB's, and PostgreSQL's."""
    return "'" + text.replace("'", "''") + "'"


def sql_list(texts: Iterable[str]) -> str:
    """DuckDB's list of such literals."""
    return f"[{', '.join(map(sql_literal, texts))}]"


def snowflake_literal(text: str) -> str:
    """A literal in which a backslash begins an escape. Snowflake's manual: "String constants"."""
    return sql_literal(text.replace("\\", "\\\\"))
