"""How a block is left before its end: by a jump, by RETURN, by an error.

Snowflake's manual: "Handling exceptions", "Loops", "RETURN".
"""

from __future__ import annotations

from typing import Final

from mockhaus.errors import (
    AdminShutdown,
    Canceled,
    RaisedException,
    SqlError,
    StatementTimeout,
    TransactionAborted,
)
from mockhaus.sessions.scripting.values import Rows, Value
from mockhaus.translation.scripting import blocks as b

#: What no handler catches: the client, or the end of the connection, wants the block to end.
FINAL: Final = (AdminShutdown, Canceled, StatementTimeout, TransactionAborted)


class Break(Exception):
    """BREAK; `label` names the loop, '' the innermost."""

    def __init__(self, label: str) -> None:
        self.label = label


class Continue(Break):
    """CONTINUE."""


class Return(Exception):
    """RETURN."""

    def __init__(self, returned: Value | Rows) -> None:
        self.returned = returned


class Raised(Exception):
    """An error on its way to a handler; `at` is the offset of the step that it came from."""

    def __init__(self, kind: str, error: SqlError, at: int | None = None) -> None:
        self.kind = kind
        self.error = error
        self.at = at


def placed(found: SqlError | Raised, step: b.Step) -> Raised:
    """What was raised in a step, with its kind."""
    if isinstance(found, Raised):
        at = step.at if found.at is None else found.at
        return Raised(found.kind, found.error, at)
    kind = found.exception if isinstance(found, RaisedException) else "STATEMENT_ERROR"
    return Raised(kind, found, step.at)


def handler_of(block: b.Block, raised: Raised) -> b.Handler | None:
    if isinstance(raised.error, FINAL):
        return None
    for handler in block.handlers:
        if raised.kind in handler.names or "OTHER" in handler.names:
            return handler
    return None
