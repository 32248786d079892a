"""The state table, read as a specification."""

from __future__ import annotations

import pytest

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
from mockhaus.gateway.wire.protocol import (
    EXTENDED,
    TABLE,
    Action,
    Namespace,
    Protocol,
    State,
    portal_names,
    statement_names,
)

STARTUP = m.StartupMessage(m.PROTOCOL_3_0, {"user": "a"})
PARSE, BIND, EXECUTE = m.Parse("", ""), m.Bind("", ""), m.Execute("")
BAD_PARSE = m.Malformed(m.Parse, ProtocolError("bad"))


def ready() -> Protocol:
    protocol = Protocol()
    protocol.receive(STARTUP)
    protocol.logged_in()
    return protocol


#: State, message -> action, next state.
STEPS = """
STARTUP         SSLRequest       ENCRYPT            STARTUP
STARTUP         GSSENCRequest    REFUSE_ENCRYPTION  STARTUP
STARTUP         CancelRequest    CANCEL             CLOSED
STARTUP         StartupMessage   START              AUTHENTICATION
AUTHENTICATION  PasswordMessage  AUTHENTICATE       AUTHENTICATION
AUTHENTICATION  Terminate        TERMINATE          CLOSED
READY           Query            QUERY              READY
READY           Parse            PARSE              READY
READY           Bind             BIND               READY
READY           Describe         DESCRIBE           READY
READY           Execute          EXECUTE            READY
READY           Close            CLOSE              READY
READY           Flush            FLUSH              READY
READY           FunctionCall     CALL_FUNCTION      READY
READY           CopyData         IGNORE             READY
READY           CopyDone         IGNORE             READY
READY           CopyFail         IGNORE             READY
READY           Sync             SYNC               READY
READY           Terminate        TERMINATE          CLOSED
SKIPPING        Query            IGNORE             SKIPPING
SKIPPING        Parse            IGNORE             SKIPPING
SKIPPING        Bind             IGNORE             SKIPPING
SKIPPING        Describe         IGNORE             SKIPPING
SKIPPING        Execute          IGNORE             SKIPPING
SKIPPING        Close            IGNORE             SKIPPING
SKIPPING        Flush            IGNORE             SKIPPING
SKIPPING        FunctionCall     IGNORE             SKIPPING
SKIPPING        CopyData         IGNORE             SKIPPING
SKIPPING        CopyDone         IGNORE             SKIPPING
SKIPPING        CopyFail         IGNORE             SKIPPING
SKIPPING        Sync             SYNC               READY
SKIPPING        Terminate        TERMINATE          CLOSED
COPY_IN         Query            BREAK_COPY         CLOSED
COPY_IN         Parse            BREAK_COPY         CLOSED
COPY_IN         Bind             BREAK_COPY         CLOSED
COPY_IN         Describe         BREAK_COPY         CLOSED
COPY_IN         Execute          BREAK_COPY         CLOSED
COPY_IN         Close            BREAK_COPY         CLOSED
COPY_IN         FunctionCall     BREAK_COPY         CLOSED
COPY_IN         CopyData         COPY_DATA          COPY_IN
COPY_IN         CopyDone         COPY_DONE          COPY_IN
COPY_IN         CopyFail         COPY_FAIL          COPY_IN
COPY_IN         Flush            IGNORE             COPY_IN
COPY_IN         Sync             IGNORE             COPY_IN
COPY_IN         Terminate        TERMINATE          CLOSED
"""


def test_the_table() -> None:
    printed = [
        [state.name, kind.__name__, action.name, following.name]
        for state, row in TABLE.items()
        for kind, (action, following) in row.items()
    ]
    assert sorted(printed) == sorted(line.split() for line in STEPS.strip().splitlines())


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (State.STARTUP, m.Query("x")),
        (State.STARTUP, m.PasswordMessage(b"")),
        (State.AUTHENTICATION, m.Query("x")),
        (State.AUTHENTICATION, m.Sync()),
        (State.READY, m.PasswordMessage(b"")),
        (State.SKIPPING, m.PasswordMessage(b"")),
        (State.CLOSED, m.Query("x")),
    ],
)
def test_a_message_that_has_no_place(state: State, message: Message) -> None:
    protocol = Protocol()
    protocol.state = state
    with pytest.raises(ProtocolError, match="unexpected message"):
        protocol.receive(message)
    assert protocol.state is State.CLOSED


def test_after_an_extended_error_all_is_skipped_up_to_sync() -> None:
    protocol = ready()
    assert protocol.receive(PARSE) is Action.PARSE
    protocol.failed(PARSE)
    skipped = [BIND, EXECUTE, m.Query("x"), m.Flush(), PARSE, BAD_PARSE]
    assert {protocol.receive(message) for message in skipped} == {Action.IGNORE}
    assert protocol.receive(m.Sync()) is Action.SYNC
    assert protocol.receive(PARSE) is Action.PARSE


@pytest.mark.parametrize("kind", sorted(EXTENDED, key=str))
def test_which_errors_skip(kind: type[Message]) -> None:
    protocol = ready()
    protocol.failed(m.Malformed(kind, ProtocolError("bad")))
    assert protocol.state is State.SKIPPING


@pytest.mark.parametrize("message", [m.Query("x"), m.FunctionCall(1), m.Sync()])
def test_which_errors_do_not(message: Message) -> None:
    protocol = ready()
    protocol.failed(message)
    assert protocol.state is State.READY


def test_a_malformed_message_raises_what_is_wrong_with_it() -> None:
    protocol = ready()
    with pytest.raises(ProtocolError, match="bad"):
        protocol.receive(BAD_PARSE)
    protocol.failed(BAD_PARSE)
    assert protocol.state is State.SKIPPING


NAMES = [
    (statement_names, UndefinedPrepared, "26000", DuplicatePrepared, "42P05"),
    (portal_names, UndefinedPortal, "34000", DuplicatePortal, "42P03"),
]


@pytest.mark.parametrize(("make", "missing", "no_such", "taken", "exists"), NAMES)
def test_names(
    make: type[Namespace[str]],
    missing: type[SqlError],
    no_such: str,
    taken: type[SqlError],
    exists: str,
) -> None:
    names: Namespace[str] = make()  # type: ignore[call-arg]
    names.put("", "first")
    names.put("", "second")
    assert names.get("") == "second"
    names.put("a", "kept")
    with pytest.raises(taken, match='"a" already exists') as caught:
        names.put("a", "other")
    assert caught.value.sqlstate == exists
    assert names.pop("a") == "kept"
    assert names.pop("a") is None
    for name in ("a", "b"):
        with pytest.raises(missing, match=f'"{name}" does not exist') as undefined:
            names.get(name)
        assert undefined.value.sqlstate == no_such
    names.clear()
    with pytest.raises(missing, match="unnamed"):
        names.get("")
