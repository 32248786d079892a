"""What is measured and logged of every request, and the id that ties its lines together."""

from __future__ import annotations

import logging
import re
import uuid
from time import perf_counter
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockhaus.logs import REQUEST_ID
from mockhaus.sessions.metrics import Metrics, Traffic

log: Final = logging.getLogger("mockhaus.http")

REQUEST_ID_HEADER: Final = "x-request-id"
_ID: Final = re.compile(r"[A-Za-z0-9_.:/+=\-]{1,128}")

#: Where a request's path is no operation's; its method may be any word then.
_NOWHERE: Final = "-"


class Observed:
    """Headers X-Request-Id (the client's, if it sends one) and X-Process-Time, in seconds to the
    first byte, on every answer; a count in the metrics; a line in the log, at level INFO.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status, size, taken = perf_counter(), 0, 0, 0
        given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        request_id = given if _ID.fullmatch(given) else str(uuid.uuid4())
        scope.setdefault("state", {})

        async def receiving() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message

        async def observed(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-process-time"] = f"{perf_counter() - started:.6f}"
                headers[REQUEST_ID_HEADER] = request_id
            else:
                size += len(message.get("body", b""))
            await send(message)

        token = REQUEST_ID.set(request_id)
        try:
            await self.app(scope, receiving, observed)
        finally:
            self._note(scope, status, Traffic(taken, size), perf_counter() - started)
            REQUEST_ID.reset(token)

    def _note(self, scope: Scope, status: int, traffic: Traffic, seconds: float) -> None:
        path = scope["state"].get("operation", _NOWHERE)
        method = scope["method"] if path != _NOWHERE else _NOWHERE
        self._metrics.request(method, path, status, seconds, traffic)
        if log.isEnabledFor(logging.INFO):
            log.info(
                "%s %s -> %d", scope["method"], scope["path"], status,
                extra={
                    "session_id": scope["state"].get("session_id"),
                    "status": status,
                    "bytes": traffic.sent,
                    "seconds": round(seconds, 6),
                },
            )  # fmt: skip
