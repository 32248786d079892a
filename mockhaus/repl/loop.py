"""The loop: a line is a command or a part of a statement; statements run and are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from mockhaus.client.answers import Answer, Head, Row
from mockhaus.client.outcomes import (
    Disconnected,
    Failure,
    NotTransferred,
    Refused,
    Speech,
    Unreachable,
)
from mockhaus.client.rest import Rest, quoted
from mockhaus.client.statements import Piece, split
from mockhaus.repl import commands, transfer
from mockhaus.repl.commands import Wrong
from mockhaus.repl.screen import Screen, clock, duration
from mockhaus.repl.showing import show

#: Seconds that a statement may run before a line tells how far it has come.
_SILENT = 1.0

_GONE = "The connection to the server is lost. The next statement connects again: {}"


class Repl:
    """Runs what is typed on one connection into one session."""

    def __init__(self, talk: Speech, rest: Rest, session: str, screen: Screen) -> None:
        self.talk = talk
        self.rest = rest
        self.session = session
        self.screen = screen
        #: The latest statement, and rows of its answer.
        self.last = ""
        self.shown: Sequence[Row] = ()
        self.failed = False
        #: The depth of scripts that run one another.
        self._depth = 0
        talk.waiting = self._waiting
        talk.notice = self._notice

    @property
    def quoted_session(self) -> str:
        """The session's id as part of a path."""
        return quoted(self.session)

    # --- texts ------------------------------------------------------------------------------------

    def take(self, text: str) -> None:
        """What was typed: a command, or statements. Raises Quit."""
        try:
            if (found := commands.find(text)) is not None:
                command, arguments = found
                self._guarded(lambda: command.call(self, arguments))
                return
        except Wrong as error:
            self._complain(str(error))
            return
        for piece in split(text):
            if not self.run(piece.text):
                break

    def script(self, text: str) -> None:
        """The lines of a file or a pipe; commands stand on lines of their own. Raises Quit."""
        if self._depth >= 20:
            raise Wrong("Files run one another without end.")
        self._depth += 1
        try:
            waiting = ""
            for line in text.splitlines(keepends=True):
                if not waiting.strip() and _is_command(line):
                    self.take(line)
                    waiting = ""
                    continue
                waiting += line
                waiting = self._ended(waiting)
            self.take_pieces(split(waiting))
        finally:
            self._depth -= 1

    def _ended(self, text: str) -> str:
        """Run the statements that have ended; what is left of the text."""
        if ";" not in text:
            return text
        pieces = [piece for piece in split(text) if piece.ended]
        self.take_pieces(pieces)
        return text[pieces[-1].end :] if pieces else text

    def take_pieces(self, pieces: Iterable[Piece]) -> None:
        """Run statements one after another, those after a failure as well."""
        for piece in pieces:
            self.run(piece.text)

    # --- statements -------------------------------------------------------------------------------

    def run(self, statement: str, heads: Sequence[str] = ()) -> bool:
        """Run one statement and show what it answers, of a listing some columns; whether it ran."""
        if not heads:
            self.last = statement
        return self._guarded(lambda: self.carry_out(statement, heads))

    def _guarded(self, work: Callable[[], None]) -> bool:
        """Do it; what goes wrong is told. Whether it went well."""
        try:
            if self.talk.is_gone:
                self.talk.reconnect()
                self.screen.error(
                    "Connected again: what was open, set and temporary on the connection is gone."
                )
            work()
        except Failure as failure:
            self.failed = True
            self.screen.failure(failure)
        except Disconnected as error:
            self._complain(_GONE.format(error) if self.last else str(error))
        except (Wrong, NotTransferred) as error:
            self._complain(str(error))
        except (Unreachable, Refused) as error:
            self._complain(f"ERROR: {error}")
        except OSError as error:
            self._complain(f"ERROR: {error.filename or ''}: {error.strerror or error}")
        except KeyboardInterrupt:
            self.screen.clear()
            self.talk.cancel()
            self._complain("Canceled.")
        else:
            return True
        finally:
            self.screen.clear()
        return False

    def _complain(self, text: str) -> None:
        self.failed = True
        self.screen.error(text)

    def carry_out(self, statement: str, heads: Sequence[str] = ()) -> None:
        """Run one statement and show what it answers. Raises Failure, Disconnected, Unreachable,
        Refused, NotTransferred, OSError; after KeyboardInterrupt `talk.cancel` is due."""
        began = clock()
        if (asked := transfer.transfer(statement)) is not None:
            self._transfer(asked)
        else:
            for outcome in self.talk.run(statement):
                self.shown = show(self.screen, self.talk, outcome, heads, self.shown)
        if self.screen.settings.timing:
            self.screen.say(f"Time: {duration(clock() - began)}")

    def table(self, heads: Sequence[str], rows: Sequence[Row]) -> None:
        """Show rows that are no answer of a statement."""
        self.screen.answer(Answer(tuple(map(Head, heads)), rows))

    # --- files ------------------------------------------------------------------------------------

    def _transfer(self, asked: transfer.Transfer) -> None:
        heads: tuple[str, ...]
        database, schema = self.talk.told("database"), self.talk.told("schema")
        place = transfer.located(asked.stage, database, schema)
        if asked.verb == "PUT":
            rows = transfer.put(asked, self.rest, self.session, place)
            heads = transfer.PUT_HEADS
        else:
            listed = [str(row[0]) for row in self.talk.rows(f"LIST {asked.stage}")]
            rows = transfer.get(asked, self.rest, self.session, place, listed)
            heads = transfer.GET_HEADS
        self.table(heads, list(rows))

    # --- meanwhile --------------------------------------------------------------------------------

    def _waiting(self, seconds: float) -> None:
        """A statement runs."""
        if seconds < _SILENT or not self.screen.interactive:
            return
        percent = ""
        with suppress(Unreachable, Refused, KeyError, TypeError):
            path = f"sessions/{self.quoted_session}/connections"
            for each in self.rest.call("GET", path, timeout=1.0)["connections"]:
                if each["number"] == self.talk.number and each["progress"] is not None:
                    percent = f" · {each['progress']:.0f}%"
        self.screen.progress(f"Running {duration(seconds)}{percent} · Ctrl-C cancels")

    def _notice(self, text: str) -> None:
        self.screen.error(text)


def _is_command(line: str) -> bool:
    try:
        return commands.find(line) is not None
    except Wrong:
        return True
