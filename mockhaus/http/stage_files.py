"""`/api/v1/sessions/{session_id}/files`: PUT and GET for clients that are somewhere else.

`?file=@stage/path/name.csv` names one file of an internal stage, in the session's current schema.
PUT takes the file as its body and GET answers it so, neither ever whole in memory. `Content-MD5`
(RFC 1864: base64; hexadecimal is taken too) is checked, and answered. As with the statement PUT, a
file that is there already stays unless `overwrite=true` is given.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import threading
from pathlib import Path
from typing import IO, Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from mockhaus.http import parameters, refusals
from mockhaus.http.bodies import Failure
from mockhaus.http.kept import KeptConnections
from mockhaus.http.refusals import Refused
from mockhaus.ingestion.storage.stages import Location
from mockhaus.ingestion.storage.stores import StoredFile
from mockhaus.ingestion.storage.transfer import internal
from mockhaus.sessions.connection import Connection

#: Bytes that are written at once.
_CHUNK: Final = 1 << 20

DOWNLOAD: Final = (
    parameters.text(
        "file", "A file of an internal stage.", required=True, example="@stage/path/name.csv"
    ),
)
UPLOAD: Final = (
    *DOWNLOAD,
    parameters.flag("overwrite", "Replace a file of that name; without it that is refused."),
)


class FileUploaded(Struct, frozen=True):
    """A file that is in its stage now; `md5` is in hexadecimal."""

    success: bool
    file: str
    size: int
    md5: str


class StageFiles:
    """The operations. `patience` is how long the next part of a body may take, in seconds."""

    def __init__(self, kept: KeptConnections, patience: float) -> None:
        self._kept = kept
        self._patience = patience

    async def upload(self, request: Request, body: None) -> FileUploaded:
        """Put a file into a stage."""
        location, name = await self._place(request, "PUT")
        if not parameters.asked(request)["overwrite"]:
            await asyncio.to_thread(_absent, location, name)
        path = await asyncio.to_thread(location.store.temporary)
        try:
            size, md5 = await self._receive(request, path)
            _check(request.headers.get("content-md5"), md5)
            await asyncio.to_thread(location.store.publish, path, name)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        return FileUploaded(True, f"{location.shown}{name}", size, md5.hex())

    async def download(self, request: Request, body: None) -> Response:
        """Get a file out of a stage."""
        location, name = await self._place(request, "GET")
        file = await asyncio.to_thread(location.store.find, name)
        if file is None:
            detail = f"File '{location.shown}{name}' does not exist"
            raise Refused(404, Failure(error="FILE_NOT_FOUND", detail=detail))
        return await asyncio.to_thread(_response, file)

    async def _place(self, request: Request, what: str) -> tuple[Location, str]:
        """The stage and the name of the file in it."""
        session_id = request.state.session_id = request.path_params["session_id"]
        reference = parameters.asked(request)["file"]
        kept = await self._kept.of(session_id)

        def work(connection: Connection, unwanted: threading.Event) -> Location:
            return internal(connection.locate(reference), what)

        location = await kept.run(work)
        if not location.prefix or location.prefix.endswith("/"):
            raise refusals.invalid_request("file names a file: @stage/path/name.csv")
        return location, location.prefix

    async def _receive(self, request: Request, path: Path) -> tuple[int, bytes]:
        """Write the body into a file; its size and MD5."""
        digest, size, pending = hashlib.md5(usedforsecurity=False), 0, bytearray()
        stream = aiter(request.stream())

        def write(file: IO[bytes], data: bytes) -> None:
            digest.update(data)
            file.write(data)

        with await asyncio.to_thread(path.open, "wb") as file:
            try:
                while True:
                    async with asyncio.timeout(self._patience):
                        part = await anext(stream, None)
                    if part is not None:
                        pending += part
                    if pending and (part is None or len(pending) >= _CHUNK):
                        size += len(pending)
                        await asyncio.to_thread(write, file, bytes(pending))
                        pending.clear()
                    if part is None:
                        return size, digest.digest()
            except TimeoutError:
                slow = f"No part of the body came for {self._patience:g} seconds"
                raise Refused(408, Failure(error="REQUEST_TIMEOUT", detail=slow)) from None


def _absent(location: Location, name: str) -> None:
    """Raises Refused if there is a file of that name. Blocks."""
    if location.store.find(name) is not None:
        detail = f"File '{name}' exists; overwrite=true replaces it"
        raise Refused(409, Failure(error="FILE_EXISTS", detail=detail))


def _check(announced: str | None, md5: bytes) -> None:
    """Raises Refused if the MD5 that the client sent is another."""
    if announced is None:
        return
    announced = announced.strip()
    if announced.lower() != md5.hex() and announced != base64.b64encode(md5).decode():
        detail = f"The body's MD5 is {md5.hex()}, Content-MD5 says {announced}"
        raise Refused(400, Failure(error="MD5_MISMATCH", detail=detail))


def _response(file: StoredFile) -> Response:
    assert file.path is not None  # internal stages are folders of this machine
    md5 = base64.b64encode(bytes.fromhex(file.md5())).decode()
    return FileResponse(
        file.path,
        media_type="application/octet-stream",
        filename=Path(file.name).name,
        headers={"content-md5": md5},
    )
