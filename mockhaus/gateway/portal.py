"""Plans and portals: a statement that was parsed, and one that is being read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field

from mockhaus.gateway.copy.copy_command import CopyCommand
from mockhaus.gateway.forms.rows import Batch, RowEncoder, Wire, encoder_of
from mockhaus.gateway.settings import Command
from mockhaus.gateway.state_commands import StateCommand
from mockhaus.result import Column, Projection, Result
from mockhaus.sessions.preparing import Prepared

if TYPE_CHECKING:
    from mockhaus.gateway.cursors import Scrolled

#: Batches that may be with the encoders while the next one is pulled.
AHEAD: Final = 2


class Plan(Struct):
    """What Parse leaves behind: a statement for the connection, a command about settings, a
    COPY, or, with none of them, an empty text. `offset` is where it starts in what was sent."""

    prepared: Prepared | None = None
    command: Command | None = None
    copy: CopyCommand | None = None
    #: Of a DECLARE, `prepared` is the cursor's query.
    state: StateCommand | None = None
    #: Of a FETCH, the columns of its cursor.
    fetched: tuple[Column, ...] | None = None
    types: tuple[int, ...] = ()
    offset: int = 0
    encoders: dict[tuple[int, ...], RowEncoder] = field(default_factory=dict)

    def encoder(
        self, formats: tuple[int, ...] = (), columns: Sequence[Column] | None = None
    ) -> RowEncoder:
        """The encoder of the answer's rows in these formats; `columns` are the answer's own, where
        there is one already. Raises ProtocolError."""
        own = self.columns
        if columns is not None and columns is not own:
            return RowEncoder(columns, formats)
        if (found := self.encoders.get(formats)) is None:
            found = self.encoders[formats] = encoder_of(own or (), formats)
        return found

    @property
    def columns(self) -> tuple[Column, ...] | None:
        if self.command is not None:
            return self.command.columns
        if self.state is not None:
            return self.fetched
        return self.prepared.columns if self.prepared is not None else None

    @property
    def parameters(self) -> int:
        return self.prepared.parameters if self.prepared is not None else 0

    @property
    def kinds(self) -> tuple[str, ...]:
        """DuckDB's types of the parameters as far as they are known."""
        return self.prepared.types if self.prepared is not None else ()

    @property
    def is_empty(self) -> bool:
        what = (self.prepared, self.command, self.copy, self.state)
        return all(each is None for each in what)


#: Runs a plan with its values; the projection is of its rows.
Run = Callable[["Plan", Sequence[Any], Projection | None], Result]


#: Makes the encoder of an answer's columns.
Encoding = Callable[[Sequence[Column]], RowEncoder]


class Portal:
    """A plan with its parameter values, run at the first fetch and then read piece by piece.

    Its rows are DataRows in `formats`, unless an `encoding` makes something else of them. `tells`
    says that Snowflake's sentences about a statement are rows as well.
    """

    def __init__(
        self,
        plan: Plan,
        values: Sequence[Any] = (),
        formats: tuple[int, ...] = (),
        encoding: Encoding | None = None,
        *,
        tells: bool = False,
    ) -> None:
        self.plan = plan
        self.values = values
        self.formats = formats
        self.result: Result | None = None
        #: WITH HOLD, and whether the transaction that declared it has committed.
        self.holds = self.held = False
        #: The rows of a cursor that can go back.
        self.scrolled: Scrolled | None = None
        #: Rows that the last fetch gave, and whether it stopped at its limit.
        self.sent = 0
        self.suspended = False
        self._encoding = encoding
        self._tells = tells
        #: None where the answer has no rows, as far as is known.
        self.encoder = None if plan.columns is None else self._encoder(plan.columns)
        self._batches: Iterator[Batch] = iter(())
        self._rest: Batch | None = None

    @property
    def tag(self) -> str:
        """The command tag after a fetch, with its count."""
        assert self.result is not None
        if self.result.tag in ("SELECT", "FETCH") and self.encoder is not None:
            return f"{self.result.tag} {self.sent}"
        count = self.result.row_count
        return self.result.tag if count is None else f"{self.result.tag} {count}"

    def open(self, run: Run) -> Result:
        """Run the statement; its rows wait."""
        self.result = result = run(self.plan, self.values, self._projection)
        if (result.status_only and not self._tells) or not result.columns:
            self.encoder = None
        elif self.encoder is None or result.columns is not self.plan.columns:
            self.encoder = self._encoder(result.columns)
        if self.encoder is not None:
            if result.batches is not None:
                self._batches = iter(result.batches)
            elif result.rows:
                self._batches = iter([self.encoder.held(result.rows)])
        return result

    def _projection(self, columns: Sequence[Column]) -> Sequence[str] | None:
        # Not always those of the plan: what another connection changed has it made anew.
        self.encoder = self._encoder(columns)
        return self.encoder.projection

    def _encoder(self, columns: Sequence[Column]) -> RowEncoder:
        if self._encoding is not None:
            return self._encoding(columns)
        return self.plan.encoder(self.formats, columns)

    def fetch(self, limit: int, encoders: Executor) -> Iterator[Wire]:
        """The DataRow bytes of the next `limit` rows, 0 for all.

        Large batches are encoded by other threads while this one pulls the next from DuckDB.
        """
        self.sent = 0
        waiting: deque[Future[Wire]] = deque()
        while (limit <= 0 or self.sent < limit) and (
            batch := self._next(limit - self.sent)
        ) is not None:
            self.sent += batch.num_rows
            assert self.encoder is not None
            if self.encoder.is_small(batch) and not waiting:
                yield self.encoder.encode(batch)
                continue
            waiting.append(encoders.submit(self.encoder.encode, batch))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
        self.suspended = 0 < limit <= self.sent

    def pull(self, limit: int) -> Iterator[Batch]:
        """The next `limit` rows, 0 for all, as batches."""
        pulled = 0
        while (limit <= 0 or pulled < limit) and (batch := self._next(limit - pulled)) is not None:
            pulled += batch.num_rows
            yield batch

    def skip(self, limit: int) -> int:
        """Pass over the next `limit` rows, 0 for all; how many there were."""
        return sum(batch.num_rows for batch in self.pull(limit))

    def _next(self, wanted: int) -> Batch | None:
        """The next batch, of at most `wanted` rows if that is positive."""
        batch, self._rest = self._rest, None
        if batch is None:
            batch = next(self._batches, None)
        if batch is not None and 0 < wanted < batch.num_rows:
            self._rest = batch.slice(wanted)
            batch = batch.slice(0, wanted)
        return batch

    def close(self) -> None:
        """Give up what was not read."""
        self._rest = None
        self._batches = iter(())
        if self.result is not None:
            self.result.close()
