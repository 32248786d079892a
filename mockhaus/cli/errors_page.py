"""docs/errors.md, made of the error tree: `make docs` writes it."""

from __future__ import annotations

from typing import Final

from mockhaus import errors
from mockhaus.errors import MockhausError, SessionError, SqlError, WireError

_HEAD: Final = """\
# Errors

Each error has Snowflake's number, which the HTTP doors answer with Snowflake's SQLSTATE, and
PostgreSQL's SQLSTATE, which the PostgreSQL door answers. Sentences begin with the line and position
where Snowflake's do. This page is made of `mockhaus/errors/` (`make docs`).

| error | number | Snowflake's SQLSTATE | on the PostgreSQL wire | when |
|---|---|---|---|---|
"""

#: Classes that only group others.
_GROUPS: Final = (MockhausError, SqlError, WireError, SessionError)


def page() -> str:
    """Every error that a client can meet, in Markdown."""
    return _HEAD + "".join(map(_row, _below(MockhausError)))


def _row(kind: type[MockhausError]) -> str:
    when = " ".join((kind.__doc__ or "").split())
    cells = (kind.__name__, kind.number, kind.snowflake_state, kind.sqlstate, when)
    return f"| {' | '.join(cells)} |\n"


def _below(kind: type[MockhausError]) -> list[type[MockhausError]]:
    children = [c for c in kind.__subclasses__() if c.__module__.startswith(errors.__name__)]
    below = [each for child in children for each in _below(child)]
    return below if kind in _GROUPS else [kind, *below]
