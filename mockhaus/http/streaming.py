"""Answers that are sent while they are made: NDJSON and Arrow IPC, chosen by the Accept header.

A worker thread makes pieces and waits while the client is slower; memory holds a few pieces,
however long the answer. Rows are those of the last statement; a failure after the first piece cuts
the connection, so that no client takes half an answer for a whole one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as NotYet
from itertools import islice
from typing import Any, Final

import msgspec
import pyarrow as pa
from starlette.requests import Request
from starlette.responses import StreamingResponse

from mockhaus import xml, zoned
from mockhaus.errors import Canceled, SqlError
from mockhaus.http import refusals, resultset, running
from mockhaus.http.bodies import QueryRequest
from mockhaus.http.kept import Kept
from mockhaus.result import Column, Result
from mockhaus.sessions.connection import Connection
from mockhaus.types import SEMI_STRUCTURED

NDJSON: Final = "application/x-ndjson"
ARROW: Final = "application/vnd.apache.arrow.stream"

#: Pieces that may wait for the client; rows of a piece of NDJSON.
_WAITING: Final = 4
_ROWS: Final = 10_000
#: How often a thread that waits for the client looks whether anyone still wants its piece.
_LOOK_EVERY: Final = 0.1

_lines = msgspec.json.Encoder(enc_hook=str)


def wanted(request: Request) -> str | None:
    """The streamed form that the client asks for, None for plain JSON."""
    for media in request.headers.get("accept", "").split(","):
        name = media.partition(";")[0].strip().lower()
        if name in _FORMS:
            return name
    return None


async def answer(kept: Kept, body: QueryRequest, media: str) -> StreamingResponse:
    """The response, once its first piece is there. Raises what fails before that."""
    queue: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)
    loop = asyncio.get_running_loop()
    headers: dict[str, str] = {}

    def send(piece: bytes | None, unwanted: threading.Event) -> None:
        put = asyncio.run_coroutine_threadsafe(queue.put(piece), loop)
        while True:
            try:
                return put.result(_LOOK_EVERY)
            except NotYet:
                if unwanted.is_set():
                    put.cancel()
                    raise Canceled("SQL execution canceled") from None

    def work(connection: Connection, unwanted: threading.Event) -> None:
        try:
            for result, is_last in running.statements(connection, body):
                try:
                    if is_last:
                        headers["x-mockhaus-query-id"] = result.query_id
                        for piece in _FORMS[media](result):
                            send(piece, unwanted)
                finally:
                    result.close()
        except SqlError as error:
            raise refusals.failed(error, body.sql, kept.session.id, None) from error
        send(None, unwanted)

    headers["x-mockhaus-session"] = kept.session.id
    job = asyncio.ensure_future(kept.run(work))
    first = asyncio.ensure_future(queue.get())
    try:
        either: set[asyncio.Future[Any]] = {job, first}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not first.done():
            job.result()
    except BaseException:
        first.cancel()
        job.cancel()
        raise
    return StreamingResponse(_pieces(await first, queue, job), headers=headers, media_type=media)


async def _pieces(
    piece: bytes | None, queue: asyncio.Queue[bytes | None], job: asyncio.Future[None]
) -> AsyncIterator[bytes]:
    try:
        while piece is not None:
            yield piece
            following = asyncio.ensure_future(queue.get())
            either: set[asyncio.Future[Any]] = {job, following}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not following.done() and job.exception() is not None:
                following.cancel()
                job.result()
            piece = await following
        await job
    finally:
        job.cancel()


def _ndjson(result: Result) -> Iterator[bytes]:
    names = resultset.unique_names(resultset.describe(result.columns))
    rows = resultset.rows(result)
    count = size = 0
    while chunk := list(islice(rows, _ROWS)):
        piece = _lines.encode_lines([dict(zip(names, row, strict=True)) for row in chunk])
        count, size = count + len(chunk), size + len(piece)
        yield piece
    if count == 0:
        yield b""
    if result.fetched is not None:
        result.fetched(count, size)


def _arrow(result: Result) -> Iterator[bytes]:
    sink = _Sink()
    writer: pa.RecordBatchStreamWriter | None = None
    count = size = 0
    for batch in _batches(result):
        if writer is None:
            writer = pa.ipc.new_stream(sink, batch.schema)
        writer.write_batch(batch)
        count += batch.num_rows
        if piece := sink.taken():
            size += len(piece)
            yield piece
    if writer is None:
        writer = pa.ipc.new_stream(sink, _schema(result))
    writer.close()
    piece = sink.taken()
    yield piece
    if result.fetched is not None:
        result.fetched(count, size + len(piece))


def _batches(result: Result) -> Iterator[pa.RecordBatch]:
    names = [column.name for column in result.columns]
    if result.batches is not None:
        for batch in result.batches:
            yield pa.RecordBatch.from_arrays(_arrays(batch, result.columns), names=names)
    elif result.rows:
        columns = [pa.array(cells) for cells in zip(*result.rows, strict=True)]
        yield pa.RecordBatch.from_arrays(columns, names=names)


def _arrays(batch: pa.RecordBatch, columns: Sequence[Column]) -> list[pa.Array]:
    """The columns of a batch; a TIMESTAMP_TZ is a struct of its instant and its offset."""
    return [
        _SHOWN.get(column.type.family, lambda same: same)(array)
        for array, column in zip(batch.columns, columns, strict=True)
    ]


def _shown(column: pa.Array) -> pa.Array:
    """A column of VARIANT as its values are shown."""
    return xml.texts_of(column) if pa.types.is_string(column.type) else column


_SHOWN: Final[dict[str, Callable[[pa.Array], pa.Array]]] = {
    "TIMESTAMP_TZ": zoned.arrow,
    **dict.fromkeys(SEMI_STRUCTURED, _shown),
}


def _schema(result: Result) -> pa.Schema:
    """Of an answer without rows: names, and no types."""
    return pa.schema([(column.name, pa.null()) for column in result.columns])


class _Sink:
    """A file that is emptied after each batch."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: object) -> int:
        piece = bytes(memoryview(data))  # type: ignore[arg-type]
        self._pieces.append(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def taken(self) -> bytes:
        """What has been written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


_FORMS: Final[dict[str, Callable[[Result], Iterator[bytes]]]] = {NDJSON: _ndjson, ARROW: _arrow}
