"""What goes to the terminal: answers in a format, errors with their place, the line of progress."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from mockhaus.client.answers import Answer, Row
from mockhaus.client.formats import lines
from mockhaus.client.outcomes import Failure
from mockhaus.client.tables import Look
from mockhaus.client.width import harmless, padded, width

#: Rows that are shown of a longer answer in a terminal, and rows kept for \\chart.
LIMIT: Final = 1000
_KEPT: Final = 1000

_RED, _PLAIN, _CLEAR = "\x1b[31m", "\x1b[0m", "\r\x1b[K"


class Settings(Struct):
    """What the user chose. `limit` 0 is no limit."""

    format: str = "table"
    expanded: Literal["off", "on", "auto"] = "auto"
    timing: bool = True
    pager: bool = True
    limit: int = LIMIT


class Screen:
    """Where answers and errors go. `interactive`: a person sits before it."""

    def __init__(self, *, interactive: bool, colours: bool, settings: Settings) -> None:
        self.interactive = interactive
        self.colours = colours
        self.settings = settings
        self.file: IO[str] | None = None
        self._shows_progress = False

    @property
    def is_plain(self) -> bool:
        """Whether answers go to a person, as tables."""
        return self.interactive and self.file is None and self.settings.format == "table"

    # --- answers ----------------------------------------------------------------------------------

    def answer(self, answer: Answer) -> Shown:
        """Write an answer; tells what of it was shown."""
        limit = self.settings.limit if self.interactive and self.file is None else 0
        shown = Shown()
        rows = shown.counted(answer.rows, limit)
        look = Look(self._columns(), self.settings.expanded, self.colours and self.file is None)
        self._write(lines(replace(answer, rows=rows), self.settings.format, look))
        shown.heads = answer.heads
        return shown

    def _columns(self) -> int | None:
        if self.file is not None or not self.interactive:
            return None
        return shutil.get_terminal_size().columns

    def _write(self, text: Iterable[str]) -> None:
        if self.file is not None:
            self.file.writelines(line + "\n" for line in text)
            return
        text = iter(text)
        height = shutil.get_terminal_size().lines - 2
        if not (self.interactive and self.settings.pager):
            height = 0
        ahead = list(islice(text, height + 1)) if height else []
        self.clear()
        pager = _pager() if height and len(ahead) > height else None
        if pager is None:
            for line in (*ahead, *text):
                print(line)
            sys.stdout.flush()
            return
        import subprocess  # a pipe needs no pager

        with subprocess.Popen(pager, stdin=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            with suppress(BrokenPipeError, KeyboardInterrupt):
                process.stdin.writelines(line + "\n" for line in (*ahead, *text))
                process.stdin.close()

    def say(self, text: str) -> None:
        """A line beside the answers; silent where they are read by a program."""
        if self.interactive:
            self.clear()
            print(text, flush=True)

    def line(self, text: str) -> None:
        """A line that was asked for."""
        self._write(text.split("\n"))

    # --- errors -----------------------------------------------------------------------------------

    def error(self, text: str) -> None:
        """A line about what went wrong."""
        self.clear()
        start, end = (_RED, _PLAIN) if self.colours else ("", "")
        sys.stdout.flush()
        print(f"{start}{text}{end}", file=sys.stderr, flush=True)

    def failure(self, failure: Failure) -> None:
        """A statement that failed: codes, text, the place in the statement, the hint."""
        self.error("\n".join(explained(failure)))

    # --- progress ---------------------------------------------------------------------------------

    def progress(self, text: str) -> None:
        """The line that says how far a statement has come, over the one before."""
        if self.interactive:
            self._shows_progress = True
            sys.stderr.write(_CLEAR + text)
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line of progress away."""
        if self._shows_progress:
            self._shows_progress = False
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()

    def redirect(self, path: Path | None) -> None:
        """Write answers into a file, or here again. Raises OSError."""
        if self.file is not None:
            self.file.close()
        self.file = None if path is None else path.open("w", encoding="utf-8")


class Shown:
    """How many rows of an answer were shown, whether there are more, and the first of them."""

    def __init__(self) -> None:
        self.rows = 0
        self.more = False
        self.heads: tuple[object, ...] = ()
        self.kept: list[Row] = []

    def counted(self, rows: Iterable[Row], limit: int) -> Iterator[Row]:
        """The rows up to the limit, 0 for all."""
        for row in rows:
            if limit and self.rows >= limit:
                self.more = True
                return
            self.rows += 1
            if len(self.kept) < _KEPT:
                self.kept.append(row)
            yield row


def explained(failure: Failure) -> Iterator[str]:
    """The lines that tell of a failure."""
    codes = ", ".join(filter(None, (failure.number, failure.sqlstate)))
    yield f"ERROR {codes}: {harmless(failure.text)}"
    if failure.position is not None and failure.position <= len(failure.statement):
        yield from _place(failure.statement, failure.position)
    if failure.detail:
        yield f"Detail: {harmless(failure.detail)}"
    if failure.hint:
        yield f"Hint: {harmless(failure.hint)}"


def _place(statement: str, position: int) -> Iterator[str]:
    """The line of a statement that holds a position, and a mark under it."""
    start = statement.rfind("\n", 0, position) + 1
    line = statement[start:].partition("\n")[0]
    number = statement.count("\n", 0, position) + 1
    before = harmless(line[: position - start])
    head = f"LINE {number}: "
    yield head + harmless(line)
    yield padded("", len(head) + width(before)) + "^"


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 1:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def counted(number: int) -> str:
    """So many rows."""
    return "1 row" if number == 1 else f"{number:,} rows"


def _pager() -> list[str] | None:
    chosen = os.environ.get("MOCKHAUS_PAGER") or os.environ.get("PAGER")
    if chosen:
        import shlex

        return shlex.split(chosen)
    less = shutil.which("less")
    return [less, "-SRFX"] if less else None


clock = time.monotonic
