r"""\copy: CSV files of this machine into a table, and out of one or a query."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mockhaus.repl.commands import Wrong

if TYPE_CHECKING:
    from mockhaus.repl.loop import Repl

_COPY: Final = re.compile(
    r"(?P<what>\(.*\)|[\w$.\"]+(?:\s*\([^)]*\))?)\s+(?P<way>FROM|TO)\s+'(?P<file>[^']+)'"
    r"(?:\s+(?P<options>.*))?",
    re.I | re.S,
)
_PIECE: Final = 1 << 16


def copy(repl: Repl, text: str) -> None:
    """Carry out what follows \\copy. Raises Wrong, Failure, Disconnected."""
    found = _COPY.fullmatch(text.strip())
    if found is None:
        raise Wrong(
            "\\copy TABLE FROM 'FILE' or \\copy TABLE TO 'FILE' or \\copy (QUERY) TO 'FILE'."
        )
    inward = found["way"].upper() == "FROM"
    options = found["options"] or "WITH (FORMAT csv, HEADER)"
    end = "FROM STDIN" if inward else "TO STDOUT"
    file = Path(found["file"]).expanduser()
    statement = f"COPY {found['what']} {end} {options}"
    try:
        (_inward if inward else _outward)(repl, statement, file)
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror}.") from None


def _inward(repl: Repl, statement: str, file: Path) -> None:
    with file.open("rb") as data:
        for outcome in repl.talk.run(statement):
            if not outcome.wants_data:
                repl.screen.say(outcome.tag)
                continue
            try:
                while piece := data.read(_PIECE):
                    repl.talk.send(piece)
            except BaseException:
                repl.talk.sent("the client could not read its file")
                raise
            repl.talk.sent()


def _outward(repl: Repl, statement: str, file: Path) -> None:
    with file.open("wb") as target:
        for outcome in repl.talk.run(statement):
            for piece in outcome.data:
                target.write(piece)
            if outcome.tag:
                repl.screen.say(outcome.tag)
