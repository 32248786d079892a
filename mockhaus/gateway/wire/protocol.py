"""The server's half of the PostgreSQL protocol as a state machine, without I/O.

    state           what the server expects
    STARTUP         packets without a type byte; encryption requests may come first
    AUTHENTICATION  the answer to an authentication request
    READY           any query message
    SKIPPING        after an error in an extended-query message: all up to Sync is discarded
                    (manual, 55.2.3 "Extended Query")
    COPY_IN         the data of a COPY FROM STDIN (manual, 55.2.6 "COPY Operations")
    CLOSED          nothing

The machine is `TABLE`: state x message -> action and next state. Whoever drives it carries the
action out and reports with `accepted`, `logged_in` and `failed` what the table cannot know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum, auto
from typing import Final, Generic, TypeVar

from mockhaus.errors import (
    DuplicatePortal,
    DuplicatePrepared,
    ProtocolError,
    SqlError,
    UndefinedPortal,
    UndefinedPrepared,
)
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.messages import Message


class State(StrEnum):
    STARTUP = auto()
    AUTHENTICATION = auto()
    READY = auto()
    SKIPPING = auto()
    COPY_IN = auto()
    CLOSED = auto()


class Action(StrEnum):
    """What to do about a message."""

    START = auto()
    ENCRYPT = auto()
    REFUSE_ENCRYPTION = auto()
    CANCEL = auto()
    AUTHENTICATE = auto()
    QUERY = auto()
    PARSE = auto()
    BIND = auto()
    DESCRIBE = auto()
    EXECUTE = auto()
    CLOSE = auto()
    FLUSH = auto()
    SYNC = auto()
    CALL_FUNCTION = auto()
    COPY_DATA = auto()
    COPY_DONE = auto()
    COPY_FAIL = auto()
    BREAK_COPY = auto()
    TERMINATE = auto()
    IGNORE = auto()


_QUERY_MESSAGES: Final[dict[type[Message], Action]] = {
    m.Query: Action.QUERY,
    m.Parse: Action.PARSE,
    m.Bind: Action.BIND,
    m.Describe: Action.DESCRIBE,
    m.Execute: Action.EXECUTE,
    m.Close: Action.CLOSE,
    m.Flush: Action.FLUSH,
    m.FunctionCall: Action.CALL_FUNCTION,
    # What is left of a COPY that failed: the client could not know yet (manual, 55.2.6).
    m.CopyData: Action.IGNORE,
    m.CopyDone: Action.IGNORE,
    m.CopyFail: Action.IGNORE,
}

TABLE: Final[dict[State, dict[type[Message], tuple[Action, State]]]] = {
    State.STARTUP: {
        m.SSLRequest: (Action.ENCRYPT, State.STARTUP),
        m.GSSENCRequest: (Action.REFUSE_ENCRYPTION, State.STARTUP),
        m.CancelRequest: (Action.CANCEL, State.CLOSED),
        m.StartupMessage: (Action.START, State.AUTHENTICATION),
    },
    State.AUTHENTICATION: {
        m.PasswordMessage: (Action.AUTHENTICATE, State.AUTHENTICATION),
        m.Terminate: (Action.TERMINATE, State.CLOSED),
    },
    State.READY: {
        **{kind: (action, State.READY) for kind, action in _QUERY_MESSAGES.items()},
        m.Sync: (Action.SYNC, State.READY),
        m.Terminate: (Action.TERMINATE, State.CLOSED),
    },
    State.SKIPPING: {
        **dict.fromkeys(_QUERY_MESSAGES, (Action.IGNORE, State.SKIPPING)),
        m.Sync: (Action.SYNC, State.READY),
        m.Terminate: (Action.TERMINATE, State.CLOSED),
    },
    State.COPY_IN: {
        **dict.fromkeys(_QUERY_MESSAGES, (Action.BREAK_COPY, State.CLOSED)),
        m.CopyData: (Action.COPY_DATA, State.COPY_IN),
        m.CopyDone: (Action.COPY_DONE, State.COPY_IN),
        m.CopyFail: (Action.COPY_FAIL, State.COPY_IN),
        # A client that did not know what its Execute would begin sends them with it.
        m.Flush: (Action.IGNORE, State.COPY_IN),
        m.Sync: (Action.IGNORE, State.COPY_IN),
        m.Terminate: (Action.TERMINATE, State.CLOSED),
    },
    State.CLOSED: {},
}

#: An error in one of these is followed by silence up to Sync; after any other the server is ready.
EXTENDED: Final = frozenset({m.Parse, m.Bind, m.Describe, m.Execute, m.Close, m.Flush})


class Protocol:
    """Where one connection stands."""

    def __init__(self) -> None:
        self.state = State.STARTUP
        self._copying: Message | None = None

    def receive(self, message: Message) -> Action:
        """The action a message calls for.

        Raises ProtocolError, which is the end of the connection, or a malformed message's error.
        """
        kind = message.kind if isinstance(message, m.Malformed) else type(message)
        if (entry := TABLE[self.state].get(kind)) is None:
            state, self.state = self.state, State.CLOSED
            raise ProtocolError(f"unexpected message {kind.__name__} in state {state.name}")
        action, self.state = entry
        if isinstance(message, m.Malformed) and action is not Action.IGNORE:
            raise message.error
        return action

    def logged_in(self) -> None:
        """The client is who it says it is: queries may come."""
        self.state = State.READY

    def copying(self, message: Message) -> None:
        """A message has begun a COPY FROM STDIN: data is to come."""
        self.state = State.COPY_IN
        self._copying = message

    def copied(self) -> None:
        """The data is complete."""
        self.state = State.READY

    def ended(self) -> None:
        """The connection is over; the client is told why."""
        self.state = State.CLOSED

    def failed(self, message: Message) -> bool:
        """Carrying out a message ended in an error that the client has been told.

        Answers whether ReadyForQuery follows at once. An error in the data of a COPY is one of
        the message that began it.
        """
        origin = message
        if self._copying is not None and self.state is State.COPY_IN:
            origin, self.state = self._copying, State.READY
        elif self._copying is not None and isinstance(message, m.CopyDone):
            origin = self._copying
        self._copying = None
        kind = origin.kind if isinstance(origin, m.Malformed) else type(origin)
        if self.state is State.READY and kind in EXTENDED:
            self.state = State.SKIPPING
        return kind not in EXTENDED and self.state is State.READY


_T = TypeVar("_T")


class Namespace(Generic[_T]):
    """Prepared statements or portals by name.

    The unnamed one is replaced at will; a named one must be closed before its name is free again
    (manual, 55.2.3).
    """

    def __init__(self, what: str, missing: type[SqlError], taken: type[SqlError]) -> None:
        self._what = what
        self._missing = missing
        self._taken = taken
        self._items: dict[str, _T] = {}

    def check_free(self, name: str) -> None:
        """Raise if a named item of that name exists."""
        if name and name in self._items:
            raise self._taken(f'{self._what} "{name}" already exists')

    def put(self, name: str, item: _T) -> None:
        """Keep an item under a name. Raises if a named item of that name exists."""
        self.check_free(name)
        self._items[name] = item

    def get(self, name: str) -> _T:
        """The item of a name. Raises if there is none."""
        if (item := self._items.get(name)) is None:
            unnamed = f"unnamed {self._what} does not exist"
            raise self._missing(f'{self._what} "{name}" does not exist' if name else unnamed)
        return item

    def pop(self, name: str) -> _T | None:
        """Forget a name; closing what does not exist is no error (manual, 55.2.3)."""
        return self._items.pop(name, None)

    def __iter__(self) -> Iterator[_T]:
        return iter(list(self._items.values()))

    def items(self) -> list[tuple[str, _T]]:
        return list(self._items.items())

    def __len__(self) -> int:
        return len(self._items)

    def clear(self) -> None:
        self._items.clear()


def statement_names() -> Namespace[_T]:
    return Namespace("prepared statement", UndefinedPrepared, DuplicatePrepared)


def portal_names() -> Namespace[_T]:
    return Namespace("portal", UndefinedPortal, DuplicatePortal)


def lone_executes(messages: Sequence[Message]) -> set[int]:
    """Where an Execute is known to be the only one before its Sync."""
    found: set[int] = set()
    since_sync: list[int] = []
    for number, message in enumerate(messages):
        if type(message) is m.Execute:
            since_sync.append(number)
        elif type(message) is m.Sync:
            if len(since_sync) == 1:
                found.add(since_sync[0])
            since_sync = []
    return found
