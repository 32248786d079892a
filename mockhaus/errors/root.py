"""What every error has, and those that are of no kind."""

from __future__ import annotations

from typing import ClassVar


class MockhausError(Exception):
    """Root of the tree.

    `message` is one sentence or two in Snowflake's words; `hint` says what to do about it;
    `position` is the 0-based character offset in the text the client sent, None when unknown;
    `subject` the name it is about, by which a position may be found later.
    """

    number: ClassVar[str] = "000603"
    sqlstate: ClassVar[str] = "XX000"
    snowflake_state: ClassVar[str] = "XX000"
    #: Whether Snowflake's sentence begins with the line and position of what is wrong.
    located: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        detail: str | None = None,
        position: int | None = None,
        subject: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail
        self.position = position
        self.subject = subject
        self.query_id: str | None = None
        #: Where in the data it happened: `COPY t, line 3, column a` (PostgreSQL's field W).
        self.context: str | None = None


class SqlError(MockhausError):
    """A statement failed; the connection goes on."""
