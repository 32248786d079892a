"""What a client is told beside its answers (manual, 55.8 and client_min_messages)."""

from __future__ import annotations

from typing import Final

from mockhaus.gateway.forms.rows import shown_name
from mockhaus.gateway.outbox import Outbox
from mockhaus.gateway.responses import (
    escape_warning,
    notice_response,
    skipped_notice,
    warning_response,
)
from mockhaus.gateway.settings import Settings
from mockhaus.gateway.strings import has_escapes
from mockhaus.gateway.wire.codec import encode
from mockhaus.result import Result
from mockhaus.sessions.connection import Connection
from mockhaus.translation.statements import Begin, Commit, Rollback, Statement

#: Values of client_min_messages that keep notices from the client, and warnings as well.
_NO_NOTICES: Final = ("warning", "error")
_NO_WARNINGS: Final = ("error",)


class Notices:
    """Notices and warnings of one connection."""

    def __init__(self, connection: Connection, settings: Settings, out: Outbox) -> None:
        self._connection = connection
        self._settings = settings
        self._out = out
        self._warns_of_escapes = True

    def of_text(self, text: str) -> None:
        """Tell once that backslashes in plain strings are more than themselves."""
        if "\\" not in text or not self._warns_of_escapes:
            return
        told = (self._settings["standard_conforming_strings"] == "off", not has_escapes(text))
        if self._settings["escape_string_warning"] == "on" and not any(told):
            self._warns_of_escapes = False
            self._out += encode(escape_warning())

    def of_boundary(self, statement: Statement) -> None:
        """PostgreSQL's warnings about a BEGIN too many, or an end of nothing."""
        status = self._connection.status
        if isinstance(statement, (Commit, Rollback)) and status == "I":
            self._warn("there is no transaction in progress", "25P01")
        elif isinstance(statement, Begin) and status == "T":
            self._warn("there is already a transaction in progress", "25001")

    def of_result(self, result: Result) -> None:
        """What goes to the client beside an answer."""
        for text in result.warnings:
            self._warn(text, "25P01" if text.endswith(" transaction blocks") else "01000")
        if self._level in _NO_NOTICES:
            return
        if result.skipped:
            postgres = self._connection.context.postgres
            name = shown_name(result.skipped) if postgres else result.skipped
            self._out += encode(skipped_notice(result.tag, name))
        for text in result.notices:
            self._out += encode(notice_response(text))

    @property
    def _level(self) -> str:
        return self._settings["client_min_messages"].lower()

    def _warn(self, text: str, sqlstate: str) -> None:
        if self._level not in _NO_WARNINGS:
            self._out += encode(warning_response(text, sqlstate))
