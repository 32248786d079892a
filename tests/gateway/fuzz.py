"""Valid sequences of messages, mutated at random: `python -m tests.gateway.fuzz --messages 1000000`.

Each example is one client: what it sends is drawn from pieces of valid conversations, some of which
are lost, repeated, exchanged or changed in a byte or a length. It must end with an answer or a closed
connection in good time, with errors that the protocol has, while a neighbour in the same session
gets the right answer to every query.
"""

from __future__ import annotations

import argparse
import logging
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st

from mockhaus.errors import MockhausError
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.codec import decode_backend, encode
from mockhaus.gateway.wire.messages import Message
from tests.gateway.wire import Running, Wire, running

SESSION: Final = "-c session=fuzz"

#: Seconds in which an example must have its end.
PATIENCE: Final = 20.0

#: Seconds without an answer after which a client that has said everything hangs up.
QUIET: Final = 0.05

#: What every client says last.
_END: Final = encode(m.CopyDone()) + encode(m.Sync()) + encode(m.Terminate())

#: Rows of a binary COPY: one bigint, one text.
_BINARY: Final = (
    b"PGCOPY\n\xff\r\n\0" + bytes(8)
    + struct.pack("!hiqi", 2, 8, 7, 1) + b"x" + b"\xff\xff"
)  # fmt: skip

#: Pieces of valid conversations.
PIECES: Final[list[list[Message]]] = [
    [m.Query("SELECT 1 AS a, 'x' AS b")],
    [m.Query("SELECT 1; SELECT 2")],
    [m.Query("")],
    [m.Query("BEGIN")],
    [m.Query("COMMIT")],
    [m.Query("ROLLBACK")],
    [m.Query("SAVEPOINT s")],
    [m.Query("ROLLBACK TO s")],
    [m.Query("INSERT INTO f VALUES (1, 'one')")],
    [m.Query("SELECT * FROM nowhere")],
    [m.Query("SET TimeZone = 'Asia/Tokyo'")],
    [m.Query("SHOW ALL")],
    [m.Query("DISCARD ALL")],
    [m.Query("DECLARE c CURSOR FOR SELECT 1"), m.Query("FETCH 1 FROM c"), m.Query("CLOSE c")],
    [m.Parse("", "SELECT $1::INT + 1", (20,)), m.Bind("", "", (1,), (b"\0" * 8,), (1,)), m.Execute("")],
    [m.Parse("s", "SELECT column1 FROM VALUES (1), (2), (3)"), m.Describe("S", "s"), m.Sync()],
    [m.Bind("p", "s"), m.Describe("P", "p"), m.Execute("p", 1), m.Execute("p", 1), m.Sync()],
    [m.Bind("", "s", (), (), (1,)), m.Execute(""), m.Sync()],
    [m.Close("S", "s"), m.Close("P", "p"), m.Sync()],
    [m.Parse("", "INSERT INTO f VALUES ($1, $2)"), m.Bind("", "", (0,), (b"1", None)), m.Execute("")],
    [m.Parse("", "SELECT $1::VARCHAR", (1700,)), m.Bind("", "", (1,), (bytes(8),)), m.Execute("")],
    [m.Sync()],
    [m.Flush()],
    [m.FunctionCall(1, (0,), (b"x",))],
    [m.Query("COPY f FROM STDIN"), m.CopyData(b"1\tone\n2\t\\N\n"), m.CopyDone()],
    [m.Query("COPY f FROM STDIN"), m.CopyData(b"1\tone\n"), m.CopyFail("no")],
    [m.Query("COPY f FROM STDIN (FORMAT csv)"), m.CopyData(b'1,"a\nb"\n'), m.CopyDone()],
    [m.Query("COPY f FROM STDIN (FORMAT binary)"), m.CopyData(_BINARY), m.CopyDone()],
    [m.Query("COPY (SELECT 1, 'x') TO STDOUT")],
    [m.Query("COPY (SELECT 1, 'x') TO STDOUT (FORMAT binary)")],
    [m.Parse("", "COPY f FROM STDIN"), m.Bind("", ""), m.Execute(""), m.CopyData(b"3\tx\n"), m.CopyDone(), m.Sync()],
    [m.CopyData(b"stray"), m.CopyDone()],
    [m.PasswordMessage(b"late")],
    [m.Terminate()],
]  # fmt: skip

#: First packets of a connection.
STARTS: Final = [
    m.StartupMessage(m.PROTOCOL_3_0, {"user": "fuzz", "options": SESSION}),
    m.StartupMessage(m.PROTOCOL_3_0 + 2, {"user": "fuzz", "options": SESSION, "_pq_.x": "1"}),
]

#: What may happen to a message, and in what part of a conversation: few changes let it get far.
CHANGES: Final = ["drop", "drop", "twice", "swap", "swap", "byte", "cut", "grow", "length"]
SHARES: Final = [0.02, 0.1, 0.3]

_Conversation = tuple[bytes, int]


@st.composite
def conversations(draw: st.DrawFn) -> _Conversation:
    """Bytes that one client sends, and how many messages they were made of."""
    chance = draw(st.randoms(use_true_random=False))
    found = [encode(chance.choice(STARTS))]
    for piece in chance.choices(PIECES, k=chance.randint(4, 24)):
        found += map(encode, piece)
        if chance.random() < 0.3:
            found.append(encode(m.Sync()))
    share = chance.choice(SHARES)
    begins = 0 if chance.random() < 0.1 else 1  # the first packet mostly stays whole
    for at in range(begins, len(found)):
        if chance.random() >= share:
            continue
        data = bytearray(found[at])
        place = chance.randrange(len(data)) if data else 0
        match chance.choice(CHANGES):
            case "drop":
                data.clear()
            case "twice":
                data *= 2
            case "swap" if at > begins:
                found[at - 1], data = bytes(data), bytearray(found[at - 1])
            case "byte" if data:
                data[place] = chance.randrange(256)
            case "cut":
                del data[place:]
            case "grow":
                data[place:place] = chance.randbytes(chance.randint(1, 8))
            case "length" if len(data) >= 5:
                data[1:5] = struct.pack("!I", chance.choice((0, 3, 4, 5, 2**16, 2**31, 2**32 - 1)))
        found[at] = bytes(data)
    return b"".join(found), len(found)


@dataclass
class Outcome:
    """What was sent, and what went wrong."""

    messages: int = 0
    examples: int = 0
    queries: int = 0
    faults: list[str] = field(default_factory=list)


class _Faults(logging.Handler):
    """The server's log of what is its own fault."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(logging.ERROR)
        self._outcome = outcome

    def emit(self, record: logging.LogRecord) -> None:
        self._outcome.faults.append(logging.Formatter().format(record))


def talk(port: int, data: bytes) -> list[Message]:
    """Send it all and receive to the end. Raises TimeoutError.

    A server that waits for the rest of a message is told that there is none.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        received = bytearray()
        try:
            client.sendall(data + _END)
            client.settimeout(QUIET)
            while part := _received(client):
                received += part
        except (ConnectionResetError, BrokenPipeError):
            pass  # the server closed before it had read all
    return decode_backend(bytes(received))[0]


def _received(client: socket.socket) -> bytes:
    try:
        return client.recv(1 << 16)
    except TimeoutError:
        client.settimeout(PATIENCE)
        client.shutdown(socket.SHUT_WR)
        return client.recv(1 << 16)


def _check(messages: list[Message]) -> None:
    for message in messages:
        if isinstance(message, m.ErrorResponse):
            assert message.fields["C"] != "XX000", message.fields


@contextmanager
def neighbour(server: Running, outcome: Outcome) -> Iterator[None]:
    """Someone in the same session who keeps querying."""
    done = threading.Event()

    def ask() -> None:
        with Wire(server.port, {"user": "neighbour", "options": SESSION}) as wire:
            wire.query("CREATE TABLE mine (a INT); INSERT INTO mine VALUES (42)")
            while not done.is_set():
                answer = wire.query("SELECT a FROM mine")
                if answer[1:] != ["DataRow 42", "CommandComplete SELECT 1", "ReadyForQuery I"]:
                    outcome.faults.append(f"the neighbour was told {answer}")
                    return
                outcome.queries += 1
                time.sleep(0.002)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(PATIENCE)
        if thread.is_alive():
            outcome.faults.append("the neighbour got no answer")


def fuzz(messages: int, first_seed: int = 0) -> Outcome:
    """Send at least so many messages; the same ones for the same seed."""
    outcome = Outcome()
    handler = _Faults(outcome)
    logging.getLogger("mockhaus").addHandler(handler)
    try:
        with running() as server, Wire(server.port, {"user": "a", "options": SESSION}) as wire:
            wire.query("CREATE TABLE f (a INT, b VARCHAR)")
            with neighbour(server, outcome):
                number = first_seed
                while outcome.messages < messages and not outcome.faults:
                    _round(server, outcome, number, messages - outcome.messages)
                    number += 1
            if not outcome.faults:
                assert wire.query("SELECT 1 AS a")[1] == "DataRow 1"
    finally:
        logging.getLogger("mockhaus").removeHandler(handler)
    return outcome


def _round(server: Running, outcome: Outcome, number: int, left: int) -> None:
    @seed(number)
    @settings(
        max_examples=min(200, left // 30 + 1),
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(conversations())
    def example(conversation: _Conversation) -> None:
        data, count = conversation
        outcome.messages += count
        outcome.examples += 1
        try:
            _check(talk(server.port, data))
        except (AssertionError, TimeoutError, KeyError, MockhausError) as error:
            outcome.faults.append(f"{type(error).__name__}: {error} after {data!r}")

    example()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    begun = time.perf_counter()
    outcome = fuzz(options.messages, options.seed)
    taken = time.perf_counter() - begun
    print(
        f"{outcome.messages:,} messages of {outcome.examples:,} clients in {taken:.0f} s;"
        f" the neighbour had {outcome.queries:,} right answers"
    )
    for fault in outcome.faults[:3]:
        print(fault)
    return int(bool(outcome.faults))


if __name__ == "__main__":
    sys.exit(main())
