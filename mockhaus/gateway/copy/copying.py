"""COPY of one connection: TO STDOUT, and FROM STDIN with its data in messages of their own.

Manual, 55.2.7. The data of a COPY FROM STDIN comes in later messages than the command, so its work
stops after the CopyInResponse (`drive`) and goes on with CopyDone or ends with CopyFail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final

from mockhaus.errors import CopyFailed, ProtocolError, UnsupportedFeature
from mockhaus.gateway.copy.copy_command import CopyCommand
from mockhaus.gateway.copy.copy_in import CopyIn
from mockhaus.gateway.copy.copy_out import copy_rows, with_header
from mockhaus.gateway.outbox import Outbox, Steps
from mockhaus.gateway.portal import Plan, Portal, Run
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.codec import encode
from mockhaus.gateway.wire.messages import BINARY, TEXT, Message
from mockhaus.gateway.wire.protocol import Protocol
from mockhaus.result import Column, Result
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.preparing import Prepared
from mockhaus.translation.statements import CatalogSelect, Select, Statement

#: What a step yields when it can go on only with the data of a COPY FROM STDIN.
_DATA_WANTED: Final = b""


class Copying:
    """`plan` makes the plan of a query, `run` runs one, `opened` is told of each result."""

    def __init__(
        self,
        connection: Connection,
        protocol: Protocol,
        out: Outbox,
        encoders: Executor,
        *,
        plan: Callable[[Statement], Plan],
        run: Run,
        opened: Callable[[Result], None],
    ) -> None:
        self._connection = connection
        self._protocol = protocol
        self._out = out
        self._encoders = encoders
        self._plan = plan
        self._run = run
        self._opened = opened
        self._incoming: CopyIn | None = None
        #: Files of COPY FROM STDIN that the open transaction may need again.
        self._spooled: list[CopyIn] = []
        #: What waits for the data of a COPY FROM STDIN.
        self._waiting: Steps | None = None

    def copy(self, copy: CopyCommand, message: Message) -> Steps:
        """Carry out a COPY that came with a message."""
        statements = self._connection.parse(copy.query)
        if len(statements) != 1 or not isinstance(statements[0], (Select, CatalogSelect)):
            raise UnsupportedFeature("COPY sends the rows of a query only")
        plan = self._plan(statements[0])
        return self._in(copy, plan, message) if copy.inwards else self._to(copy, plan)

    def drive(self, steps: Steps) -> Steps:
        """Go through steps, until they end or want data."""
        for wire in steps:
            if wire is _DATA_WANTED:
                self._waiting = steps
                return
            yield wire

    def _to(self, copy: CopyCommand, plan: Plan) -> Steps:
        out = self._out
        portal = Portal(plan, encoding=lambda columns: copy_rows(copy, columns))
        try:
            result = portal.open(self._run)
            self._opened(result)
            rows = copy_rows(copy, result.columns)
            out += encode(m.CopyOutResponse(*_formats(copy, result.columns)))
            header = rows.header
            if header and copy.form != "BINARY":
                out += encode(m.CopyData(header))
                header = b""
            for wire in portal.fetch(0, self._encoders):
                # Of the binary format, clients expect the header together with the first row.
                yield from out.emit(with_header(header, wire))
                header = b""
            if header or rows.trailer:
                out += encode(m.CopyData(header + rows.trailer))
            out += encode(m.CopyDone()) + encode(m.CommandComplete(f"COPY {portal.sent}"))
        finally:
            portal.close()

    def _in(self, copy: CopyCommand, plan: Plan, message: Message) -> Steps:
        out = self._out
        self._incoming = incoming = CopyIn(copy, plan.columns or (), self._connection.session.files)
        try:
            self._protocol.copying(message)
            out += encode(m.CopyInResponse(*_formats(copy, plan.columns or ())))
            out.flush = True
            yield _DATA_WANTED
            prepared = Prepared(incoming.finish(), None)
            result = self._run(Plan(prepared), (), None)
            out += encode(m.CommandComplete(f"COPY {result.row_count}"))
        finally:
            self._incoming = None
            # ROLLBACK TO SAVEPOINT may load it again.
            self._spooled.append(incoming)

    def data(self, message: m.CopyData) -> None:
        """A piece of what is copied in."""
        assert self._incoming is not None
        self._incoming.add(message.data)

    def done(self, message: m.CopyDone) -> Steps:
        """All of it is here: load it."""
        steps, self._waiting = self._waiting, None
        self._protocol.copied()
        assert steps is not None
        yield from self.drive(steps)

    def fail(self, message: m.CopyFail) -> None:
        """The client gives up. Raises CopyFailed."""
        raise CopyFailed(f"COPY from stdin failed: {message.reason}")

    def interrupted(self, message: Message) -> None:
        """Something else came instead of data; where the data ends is not known any more. Raises
        ProtocolError, the end of the connection."""
        raise ProtocolError(f"unexpected message {type(message).__name__} during COPY from stdin")

    def give_up(self) -> None:
        """No more data will come."""
        steps, self._waiting = self._waiting, None
        if steps is not None:
            steps.close()

    def forget(self) -> None:
        """The transaction is over: nothing will be loaded again."""
        for each in self._spooled:
            each.close()
        self._spooled.clear()


def _formats(copy: CopyCommand, columns: Sequence[Column]) -> tuple[int, tuple[int, ...]]:
    """The format of a COPY and of each of its columns."""
    code = BINARY if copy.form == "BINARY" else TEXT
    return code, (code,) * len(columns)
