"""A text as statements: those for the connection, and those that only this door knows.

Snowflake has SET, SHOW and COPY of its own; what is PostgreSQL's is taken out before Snowflake's
parser sees it.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from mockhaus.errors import MockhausError
from mockhaus.gateway.copy.copy_command import CopyCommand, copy_command, is_copy
from mockhaus.gateway.settings import Command, command
from mockhaus.gateway.split import Piece, split
from mockhaus.gateway.state_commands import StateCommand, state_command
from mockhaus.gateway.strings import is_plain, readable
from mockhaus.sessions.connection import Connection
from mockhaus.translation.parse import block_length
from mockhaus.translation.statements import Statement

#: One statement: for the connection, or for this door alone.
Read: TypeAlias = Statement | Command | CopyCommand | StateCommand

#: What may be one of this door's own, looked for before a text is cut up.
_FOREIGN: Final = re.compile(
    r"(?:^|[;\n]|\*/)\s*(?:set|show|reset|discard|copy|declare|fetch|move|close"
    r"|deallocate|savepoint|release|rollback|abort|unlisten|listen|notify|prepare|execute"
    r"|commit\s+prepared|(?:commit|end)\s+(?:\w+\s+)?and)\b"
    r"|(?:^|;|\*/|--[^\n]*\n)\s*table\b",
    re.I,
)

#: A query that begins with TABLE (manual, SELECT).
_TABLE: Final = re.compile(r"TABLE\s+(?:ONLY\s+)?(?=[\w\"])", re.I)
_SELECT: Final = "SELECT * FROM "

#: What may begin a block of Snowflake Scripting, whose statements are not this door's.
_BLOCK: Final = re.compile(r"(?:DECLARE|BEGIN|CREATE)\b", re.I)


def read(
    connection: Connection, text: str, *, placeholders: bool, conforming: bool = True
) -> list[tuple[Read, int]]:
    """The statements of a text, and what must be added to the positions of their errors.

    `conforming` is the client's standard_conforming_strings: whether it knows of no escapes.
    """
    unclear = conforming and "\\" in text
    if _FOREIGN.search(text) is None:
        sent = readable(text) if unclear else text
        return [(each, 0) for each in connection.parse(sent, placeholders=placeholders)]
    pieces = list(split(text, plain=unclear and is_plain(text)))
    own = [_own(piece.bare) for piece in pieces]
    if not any(own) and not any(_query(piece.bare) for piece in pieces):
        sent = readable(text) if unclear else text
        return [(each, 0) for each in connection.parse(sent, placeholders=placeholders)]
    found: list[tuple[Read, int]] = []
    covered = 0
    for piece, statement in zip(pieces, own, strict=True):
        if piece.offset < covered:
            continue
        if _BLOCK.match(piece.bare) and (length := _block_length(text[piece.offset :])) is not None:
            covered = piece.offset + length
            piece = Piece(text[piece.offset : covered], piece.bare, piece.offset)
            statement = None
        if statement is not None:
            found.append((statement, piece.offset))
            continue
        sent, offset = piece.text, piece.offset
        if (query := _query(piece.bare)) is not None:
            sent = query
            offset += len(piece.text) - len(piece.text.lstrip()) + len(piece.bare) - len(query)
        try:
            sent = readable(sent) if unclear else sent
            parsed = connection.parse(sent, placeholders=placeholders)
        except MockhausError as error:
            raise moved(error, offset) from None
        found += [(each, offset) for each in parsed]
    return found


def _block_length(text: str) -> int | None:
    try:
        return block_length(text)
    except MockhausError:
        return None


def _query(text: str) -> str | None:
    """A statement that begins with TABLE, as one that begins with SELECT."""
    match = _TABLE.match(text)
    return None if match is None else _SELECT + text[match.end() :]


def _own(text: str) -> Command | CopyCommand | StateCommand | None:
    if is_copy(text):
        return copy_command(text)
    return command(text) or state_command(text)


def moved(error: MockhausError, offset: int) -> MockhausError:
    """The error with its position counted from the start of the whole text."""
    if error.position is not None:
        error.position += offset
    return error
