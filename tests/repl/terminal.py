"""A REPL in a real terminal: tmux holds it, keys go in, and what the screen shows is waited for."""

from __future__ import annotations

import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

#: Seconds that a text may take to appear on a busy machine.
PATIENCE = 60.0

_numbers = itertools.count(1)

HAS_TMUX = shutil.which("tmux") is not None


class Terminal:
    """A window of so many columns in which a command runs."""

    def __init__(
        self, folder: Path, command: list[str], columns: int = 80, lines: int = 40
    ) -> None:
        self._socket = str(folder / f"tmux-{next(_numbers)}")
        variables = {
            "MOCKHAUS_HISTORY_FILE": str(folder / "history"),
            "PAGER": "cat",
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        }
        assignments = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
        line = f"env {assignments} {shlex.join(command)}; echo left with $?; cat"
        size = ["-x", str(columns), "-y", str(lines)]
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, line)

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-u", "-S", self._socket, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
        return done.stdout

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tmux("kill-server")

    def type(self, text: str) -> None:
        """Type letters as they are."""
        # A semicolon at the end would end the command of tmux.
        self._tmux("send-keys", "-l", text[:-1] + "\\;" if text.endswith(";") else text)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names."""
        self._tmux("send-keys", *keys)

    def enter(self, text: str) -> None:
        """Type a line."""
        self.type(text)
        self.press("Enter")

    @property
    def screen(self) -> str:
        """What the window and what went out of it at its top show."""
        return self._tmux("capture-pane", "-p", "-S", "-500")

    def wait(self, pattern: str) -> str:
        """The screen once it shows a pattern."""
        until = time.monotonic() + PATIENCE
        while not re.search(pattern, shown := self.screen):
            assert time.monotonic() < until, f"{pattern!r} did not appear:\n{shown}"
            time.sleep(0.05)
        return shown


@contextmanager
def repl(folder: Path, *options: str, columns: int = 80) -> Iterator[Terminal]:
    """A REPL at its first prompt."""
    command = [sys.executable, "-m", "mockhaus", "repl", *options]
    with Terminal(folder, command, columns) as terminal:
        terminal.wait(r"mockhaus\(MOCKHAUS\.PUBLIC\)>")
        yield terminal
