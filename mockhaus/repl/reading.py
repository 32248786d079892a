"""The line editor: colours, completion, history with search, and when a text is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, Completion, ThreadedCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.styles import style_from_pygments_cls
from pygments.styles import get_style_by_name

from mockhaus.client.statements import is_complete
from mockhaus.repl.commands import Wrong, find
from mockhaus.repl.completion import candidates
from mockhaus.repl.lexer import SnowflakeLexer
from mockhaus.repl.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

HISTORY_VARIABLE: Final = "MOCKHAUS_HISTORY_FILE"
HISTORY_FILE: Final = ".mockhaus_history"


class _Completion(Completer):
    def __init__(self, names: Callable[[], Names]) -> None:
        self._names = names

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        before, after = document.text_before_cursor, document.text_after_cursor
        for each in candidates(before, after, self._names()):
            yield Completion(each.text, -each.length, display_meta=each.kind)


def is_done(text: str) -> bool:
    """Whether Enter sends a text: a command, or statements whose last one has ended."""
    try:
        return not text.strip() or find(text) is not None or is_complete(text)
    except Wrong:
        return True


class Reader:
    """Reads one text after another from the terminal."""

    def __init__(
        self,
        names: Callable[[], Names],
        *,
        input: Input | None = None,
        output: Output | None = None,
    ) -> None:
        self._session: PromptSession[str] = PromptSession(
            lexer=PygmentsLexer(SnowflakeLexer),
            style=style_from_pygments_cls(get_style_by_name("default")),
            include_default_pygments_style=False,
            completer=ThreadedCompleter(_Completion(names)),
            complete_while_typing=False,
            history=_history(),
            enable_history_search=False,
            multiline=Condition(lambda: not is_done(self._session.default_buffer.text)),
            prompt_continuation=lambda width, number, soft: "... ".rjust(width),
            key_bindings=_keys(),
            input=input,
            output=output,
        )

    def texts(self, prompt: Callable[[], str]) -> Iterator[str]:
        """What is typed, until Ctrl-D. Ctrl-C gives up the text that is being typed."""
        while True:
            try:
                text = self._session.prompt(FormattedText([("bold", prompt())]))
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            if text.strip():
                yield text


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("f5")
    def databases(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("SHOW DATABASES;")

    @keys.add("f6")
    def tables(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("SHOW TABLES;")

    return keys


def _history() -> History:
    """The history of earlier times, in a file that its owner alone reads."""
    path = Path(os.environ.get(HISTORY_VARIABLE) or Path.home() / HISTORY_FILE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))
