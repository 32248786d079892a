"""What becomes of a statement, by whichever way it was run: outcomes, failures, values as texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from msgspec import Struct, field

from mockhaus.client.answers import Answer, Kind, Row

#: OIDs of types (`pg_type`) that are shown in a way of their own.
KINDS: Final[dict[int, Kind]] = {
    16: "boolean", 20: "number", 21: "number", 23: "number", 26: "number", 700: "number",
    701: "number", 1700: "number", 114: "json", 3802: "json",
}  # fmt: skip
_BOOLEAN: Final = 16
_BINARY: Final = 17


class Disconnected(Exception):
    """The connection is gone, or cannot be made: one line for the user."""


class Unreachable(Exception):
    """Nobody answers at an address: one line for the user."""


class Refused(Exception):
    """The server refused a request. `name` is for programs, the text for people; `code` is
    Snowflake's number of a failed statement's error."""

    def __init__(self, status: int, name: str, text: str, code: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.name = name
        self.code = code


class NotTransferred(Exception):
    """A PUT or GET that cannot be done: one line for the user."""


@dataclass(frozen=True, slots=True)
class Failure(Exception):
    """A statement failed. `number` is Snowflake's, `position` counts characters of `statement`
    from 0."""

    text: str
    number: str
    sqlstate: str
    position: int | None
    hint: str
    detail: str
    statement: str


class Outcome(Struct):
    """What a statement answers. Once the rows are read, `tag` is its command tag."""

    answer: Answer | None = None
    tag: str = ""
    #: Of COPY .. FROM STDIN: the server waits for data.
    wants_data: bool = False
    #: Of COPY .. TO STDOUT: the data, piece by piece.
    data: Iterator[bytes] = field(default_factory=lambda: iter(()))


class Speech(Protocol):
    """A connection that statements are run on. `waiting` is called while one runs, with the seconds
    so far; `notice` with each notice or warning as a line."""

    waiting: Callable[[float], None]
    notice: Callable[[str], None]

    @property
    def is_gone(self) -> bool:
        """Whether the connection has broken."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    @property
    def number(self) -> int:
        """The connection's number in its session."""

    def told(self, name: str) -> str:
        """Its `database` or `schema`, or the names of its `variables`."""

    def run(self, text: str) -> Iterator[Outcome]:
        """Run a text; an outcome for each of its statements, whose rows must be read before the
        next. Raises Failure, Disconnected, and KeyboardInterrupt is left to who calls `cancel`."""

    def rows(self, text: str) -> list[Row]:
        """The rows of a query, all of them."""

    def send(self, data: bytes) -> None:
        """A piece of what COPY .. FROM STDIN waits for."""

    def sent(self, error: str | None = None) -> None:
        """All of it was sent, or there is an error."""

    def cancel(self) -> None:
        """Stop what runs."""

    def cancel_rest(self, outcome: Outcome) -> None:
        """Have no more of an answer."""

    def reconnect(self) -> None:
        """Connect again. Raises Disconnected."""

    def close(self) -> None:
        """Leave."""


def shown(value: bytes | None, kind: int) -> str | None:
    """A value as Snowflake writes it."""
    if value is None:
        return None
    if kind == _BOOLEAN:
        return "TRUE" if value == b"t" else "FALSE"
    text = value.decode()
    return text.removeprefix("\\x").upper() if kind == _BINARY else text
