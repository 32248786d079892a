"""PostgreSQL's statements about a connection's own state, as values, and how they are read.

Manual: DECLARE, FETCH, MOVE, CLOSE, PREPARE, EXECUTE, DEALLOCATE, SAVEPOINT, RELEASE SAVEPOINT,
ROLLBACK TO SAVEPOINT, LISTEN, UNLISTEN, SET CONSTRAINTS. None of them is Snowflake SQL; Snowflake's
own DECLARE begins a script's block.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature


class StateCommand(Struct, frozen=True):
    """Any of them. `name` None means all."""

    name: str | None


class Declare(StateCommand, frozen=True):
    """DECLARE name CURSOR FOR query."""

    query: str
    scroll: bool = False
    hold: bool = False


class Fetch(StateCommand, frozen=True):
    """FETCH or, with `moves`, MOVE. `direction` is FORWARD, BACKWARD, ABSOLUTE or RELATIVE; a
    `count` of None means all."""

    direction: str = "FORWARD"
    count: int | None = 1
    moves: bool = False


class CloseCursor(StateCommand, frozen=True):
    """CLOSE name, CLOSE ALL."""


class Prepare(StateCommand, frozen=True):
    """PREPARE name (types) AS query."""

    types: tuple[str, ...]
    query: str


class Execute(StateCommand, frozen=True):
    """EXECUTE name (arguments)."""

    arguments: str


class Deallocate(StateCommand, frozen=True):
    """DEALLOCATE name, DEALLOCATE ALL."""


class Savepoint(StateCommand, frozen=True):
    """SAVEPOINT, RELEASE or ROLLBACK TO, by `verb`."""

    verb: str = "SAVEPOINT"


class Listen(StateCommand, frozen=True):
    """LISTEN and UNLISTEN, by `verb`. NOTIFY is refused, so that nothing ever comes."""

    verb: str


class SetConstraints(StateCommand, frozen=True):
    """SET CONSTRAINTS ALL. No constraint that could wait for the commit is checked at all."""


_NAME: Final = r"(?P<name>\"(?:[^\"]|\"\")+\"|[A-Za-z_][\w$]*)"
_DECLARE: Final = re.compile(
    rf"DECLARE\s+{_NAME}\s+(?P<options>(?:(?:BINARY|INSENSITIVE|ASENSITIVE|NO\s+SCROLL|SCROLL)\s+)*)"
    r"CURSOR\s+(?:(?P<hold>WITH|WITHOUT)\s+HOLD\s+)?FOR\s+(?P<query>.+)",
    re.I | re.S,
)
_FETCH: Final = re.compile(
    r"(?P<verb>FETCH|MOVE)\s+"
    r"(?:(?P<single>NEXT|PRIOR|FIRST|LAST)\s+|(?P<to>ABSOLUTE|RELATIVE)\s+(?P<place>[+-]?\d+)\s+"
    r"|(?:(?P<way>FORWARD|BACKWARD)\s+)?(?:(?P<count>[+-]?\d+|ALL)\s+)?)"
    rf"(?:(?:FROM|IN)\s+)?{_NAME}",
    re.I,
)
_CLOSE: Final = re.compile(rf"CLOSE\s+{_NAME}", re.I)
_DEALLOCATE: Final = re.compile(rf"DEALLOCATE\s+(?:PREPARE\s+)?{_NAME}", re.I)
_SAVEPOINT: Final = re.compile(
    r"(?:(?P<set>SAVEPOINT)\s+|(?P<release>RELEASE)\s+(?:SAVEPOINT\s+)?"
    r"|(?:ROLLBACK|ABORT)\s+(?:(?:WORK|TRANSACTION)\s+)?TO\s+(?:SAVEPOINT\s+)?)" + _NAME,
    re.I,
)
_PREPARE: Final = re.compile(
    rf"PREPARE\s+(?!TRANSACTION\s+'){_NAME}\s*"
    r"(?:\((?P<types>(?:[^()]|\([^()]*\))*)\)\s*)?AS\b\s*(?P<query>.+)",
    re.I | re.S,
)
_EXECUTE: Final = re.compile(
    rf"EXECUTE\s+(?!IMMEDIATE\s*$){_NAME}\s*(?:\((?P<arguments>.*)\))?", re.I | re.S
)
_LISTEN: Final = re.compile(rf"(?P<verb>LISTEN|UNLISTEN(?=\s+[^*]))\s+{_NAME}", re.I)
_UNLISTEN_ALL: Final = re.compile(r"UNLISTEN\s+\*", re.I)
_CONSTRAINTS: Final = re.compile(
    r"SET\s+CONSTRAINTS\s+(?P<which>.+?)\s+(?:DEFERRED|IMMEDIATE)", re.I | re.S
)
#: What is known and not done.
_REFUSED: Final = re.compile(
    r"(?P<what>NOTIFY(?=\s)|PREPARE\s+TRANSACTION|(?:COMMIT|ROLLBACK)\s+PREPARED"
    r"|(?:COMMIT|END|ROLLBACK|ABORT)(?:\s+(?:WORK|TRANSACTION))?\s+AND\s+(?:NO\s+)?CHAIN)\b.*",
    re.I | re.S,
)

#: FETCH's words for one row -> direction and count.
_SINGLE: Final = {
    "NEXT": ("FORWARD", 1),
    "PRIOR": ("BACKWARD", 1),
    "FIRST": ("ABSOLUTE", 1),
    "LAST": ("ABSOLUTE", -1),
}


def state_command(text: str) -> StateCommand | None:
    """The command that a statement without comments is, None for any other statement."""
    for pattern, make in _COMMANDS:
        if (match := pattern.fullmatch(text)) is not None:
            return make(match)
    return None


def _name(match: re.Match[str]) -> str:
    name = match["name"]
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def _all_or_name(match: re.Match[str]) -> str | None:
    return None if match["name"].upper() == "ALL" else _name(match)


def _declare(match: re.Match[str]) -> Declare:
    options = " ".join(match["options"].upper().split())
    if "BINARY" in options:
        raise UnsupportedFeature("DECLARE BINARY CURSOR is not supported")
    scroll = "SCROLL" in options and "NO SCROLL" not in options
    return Declare(_name(match), match["query"], scroll, (match["hold"] or "").upper() == "WITH")


def _fetch(match: re.Match[str]) -> Fetch:
    moves = match["verb"].upper() == "MOVE"
    if match["single"]:
        direction, count = _SINGLE[match["single"].upper()]
        return Fetch(_name(match), direction, count, moves)
    if match["to"]:
        return Fetch(_name(match), match["to"].upper(), int(match["place"]), moves)
    count_text = (match["count"] or "1").upper()
    if abs(int(count_text) if count_text != "ALL" else 0) >= 2**63:
        raise SqlSyntaxError("FETCH count is out of range")
    count_of = None if count_text == "ALL" else int(count_text)
    return Fetch(_name(match), (match["way"] or "FORWARD").upper(), count_of, moves)


def _savepoint(match: re.Match[str]) -> Savepoint:
    verb = "SAVEPOINT" if match["set"] else "RELEASE" if match["release"] else "ROLLBACK TO"
    return Savepoint(_name(match), verb)


def _prepare(match: re.Match[str]) -> Prepare:
    given = re.findall(r"(?:[^,()]|\([^()]*\))+", match["types"] or "")
    return Prepare(_name(match), tuple(each.strip() for each in given), match["query"])


def _constraints(match: re.Match[str]) -> SetConstraints:
    if match["which"].upper() != "ALL":
        raise UnsupportedFeature("SET CONSTRAINTS of names is not supported; ALL is")
    return SetConstraints(None)


def _refused(match: re.Match[str]) -> StateCommand:
    raise UnsupportedFeature(f"{' '.join(match['what'].upper().split())} is not supported")


_COMMANDS: Final = (
    (_REFUSED, _refused),
    (_PREPARE, _prepare),
    (_EXECUTE, lambda match: Execute(_name(match), match["arguments"] or "")),
    (_DECLARE, _declare),
    (_FETCH, _fetch),
    (_CLOSE, lambda match: CloseCursor(_all_or_name(match))),
    (_DEALLOCATE, lambda match: Deallocate(_all_or_name(match))),
    (_SAVEPOINT, _savepoint),
    (_LISTEN, lambda match: Listen(_name(match), match["verb"].upper())),
    (_UNLISTEN_ALL, lambda match: Listen(None, "UNLISTEN")),
    (_CONSTRAINTS, _constraints),
)
