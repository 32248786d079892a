"""What surrounds every request: origins, debug log; and how a body is read.

All are plain ASGI, so that a response passes through them without being copied.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
from collections.abc import Coroutine
from time import perf_counter
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockhaus.access.hiding import hidden
from mockhaus.http.bodies import Failure
from mockhaus.http.refusals import Refused, refused

T = TypeVar("T")

#: Of a body that is too large so many times the limit is taken in and dropped, within seconds.
_DRAINED: Final = 4
_DRAINS: Final = 2.0

#: Seconds that a request may take before its client is looked after.
_LOOKED_AFTER: Final = 0.02

#: Bytes a second that a body must have on the average.
_SLOWEST: Final = 1000

log: Final = logging.getLogger("mockhaus.http")


class Origins:
    """Which web pages may call: those of this machine, and the server's own.

    A browser tells the page's origin with each request that could change something. Anything
    else than a page of this machine is refused even without a preflight, since a "simple" POST
    would be carried out before its answer is withheld, and a name that points to 127.0.0.1 makes
    a foreign page look like the server's own. Credentials are never allowed.
    """

    METHODS: Final = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
    HEADERS: Final = (
        "Authorization, Content-Type, X-Mockhaus-Session, X-Snowflake-Authorization-Token-Type"
    )

    def __init__(self, app: ASGIApp, *, loopback_only: bool) -> None:
        self.app = app
        self._loopback_only = loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        origin = headers.get("origin") if headers else None
        if headers is None or origin is None:
            if headers is not None and scope["method"] == "OPTIONS":
                await Response(None, 204, self._methods(headers))(scope, receive, send)
            else:
                await self.app(scope, receive, send)
            return
        if not self._may(origin, headers.get("host", "")):
            failure = Failure(error="ORIGIN_REFUSED", detail=f"Origin {origin} may not call")
            await refused(Refused(403, failure))(scope, receive, send)
            return
        allowed = {
            "access-control-allow-origin": origin,
            "access-control-expose-headers": "X-Process-Time, X-Request-Id",
            "vary": "Origin",
        }
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            allowed |= self._methods(headers) | {"access-control-max-age": "600"}
            # 200 is what clients of the original server's REST API expect.
            status = 200 if scope["path"].startswith("/api/v1") else 204
            await Response(None, status, allowed)(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(allowed)
            await send(message)

        await self.app(scope, receive, marked)

    def _methods(self, headers: Headers) -> dict[str, str]:
        wanted = headers.get("access-control-request-headers")
        return {
            "access-control-allow-methods": self.METHODS,
            "access-control-allow-headers": wanted or self.HEADERS,
        }

    def _may(self, origin: str, host: str) -> bool:
        try:
            page = urlsplit(origin)
            name = page.hostname
        except ValueError:
            return False
        if page.scheme not in ("http", "https") or name is None:
            return False
        if _is_loopback(name):
            return True
        return not self._loopback_only and page.netloc == host


def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class DebugLog:
    """MOCKHAUS_DEBUG: every request and answer, without secrets."""

    LONGEST: Final = 2000
    _HIDDEN = frozenset(
        {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"}
    )

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = perf_counter(), 0
        taken, given = bytearray(), bytearray()

        async def receiving() -> Message:
            message = await receive()
            taken.extend(message.get("body", b"")[: self.LONGEST - len(taken)])
            return message

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            given.extend(message.get("body", b"")[: self.LONGEST - len(given)])
            await send(message)

        try:
            await self.app(scope, receiving, sending)
        finally:
            log.debug(
                "%s %s %s %s -> %d in %.3f s %s",
                scope["method"],
                scope["path"],
                self._shown(Headers(scope=scope)),
                self._text(taken),
                status,
                perf_counter() - started,
                self._text(given),
            )

    def _shown(self, headers: Headers) -> dict[str, str]:
        return {
            name: "***" if name.lower() in self._HIDDEN else value
            for name, value in headers.items()
        }

    def _text(self, raw: bytearray) -> str:
        return hidden(raw.decode(errors="replace"))


async def read_body(request: Request, limit: int, patience: float) -> bytes:
    """The body, of at most `limit` bytes; `patience` is how long the next part may take, and twice
    that all of it but for a second for each of `_SLOWEST` bytes.

    Raises Refused, also for a body that is packed: how large that would become is not known.
    """
    if (packed := request.headers.get("content-encoding", "identity").lower()) != "identity":
        words = f"Content-Encoding '{packed[:40]}' is not supported: send the body as it is"
        raise Refused(415, Failure(error="UNSUPPORTED_ENCODING", detail=words))
    too_large = Refused(
        413,
        Failure(error="PAYLOAD_TOO_LARGE", detail=f"A body may have at most {limit} bytes"),
    )
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        if "expect" not in request.headers:
            await _drained(request.receive, limit, patience)
        raise too_large
    clock = asyncio.get_running_loop().time
    latest = clock() + 2 * patience
    parts: list[bytes] = []
    size, more = 0, True
    try:
        async with asyncio.timeout(patience) as slow:
            while more and size <= limit:
                part, more = await _part(request.receive)
                parts.append(part)
                size += len(part)
                slow.reschedule(min(clock() + patience, latest + size / _SLOWEST))
    except TimeoutError:
        words = f"The body comes too slowly: its next part is waited for {patience:g} seconds"
        raise Refused(408, Failure(error="REQUEST_TIMEOUT", detail=words)) from None
    if size > limit:
        if more:
            await _drained(request.receive, limit, patience)
        raise too_large
    return b"".join(parts)


async def _part(receive: Receive) -> tuple[bytes, bool]:
    """The next part of a body, and whether there are more. Raises ClientDisconnect."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), message.get("more_body", False)


async def _drained(receive: Receive, limit: int, patience: float) -> None:
    """Let some more of a body come, which a client sends that does not know yet: an answer is lost
    where the connection is closed with bytes unread.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(min(_DRAINS, patience)):
            left, more = _DRAINED * limit, True
            while left > 0 and more:
                part, more = await _part(receive)
                left -= len(part)


async def while_connected(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """The outcome of the work, which is cancelled when the client hangs up (ClientDisconnect).

    Work that takes no time is done before anybody looks.
    """
    task = asyncio.current_task()
    assert task is not None
    watch: asyncio.Future[None] | None = None

    def look() -> None:
        nonlocal watch
        watch = asyncio.ensure_future(_disconnected(receive))
        watch.add_done_callback(gone)

    def gone(watch: asyncio.Future[None]) -> None:
        if not watch.cancelled():
            watch.exception()  # whatever it is: there is nobody to answer
            task.cancel()

    timer = asyncio.get_running_loop().call_later(_LOOKED_AFTER, look)
    try:
        return await work
    except asyncio.CancelledError:
        if watch is None or not watch.done() or watch.cancelled() or task.uncancel():
            raise
        raise ClientDisconnect from None
    finally:
        timer.cancel()
        if watch is not None:
            watch.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
