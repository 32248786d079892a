"""Who calls: every request of a server with users says so in its Authorization header.

    Basic   name and password
    Bearer  a token of `mockhaus token create`, or a key-pair token as Snowflake's SQL API takes it;
            X-Snowflake-Authorization-Token-Type may say which: KEYPAIR_JWT or OAUTH

Health and the documents are for everyone. Who it is stands in `caller` for all that a request
does.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final, Protocol

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mockhaus.access import jwt
from mockhaus.access.users import Caller, Users
from mockhaus.http.bodies import Failure
from mockhaus.http.refusals import Refused, json_response, refused
from mockhaus.http.sqlapi.bodies import QueryFailureStatus
from mockhaus.sessions.registry import DEFAULT

#: Who the request is from; None on a server without users.
caller: ContextVar[Caller | None] = ContextVar("caller", default=None)

#: The program that the request is from, as it calls itself in User-Agent.
program: ContextVar[str] = ContextVar("program", default="")

#: Characters of it that are kept.
_NAME: Final = 200

#: The user of a server without users.
ANYONE: Final = "MOCKHAUS"

#: Paths that need no login.
OPEN: Final = frozenset({"/health", "/api/v1/health", "/openapi.json", "/docs", "/redoc"})

#: Passwords that are checked at the same time, and that wait for it.
_AT_ONCE: Final = 4
_WAITING: Final = 100

_REALM: Final = 'Basic realm="Mockhaus", Bearer realm="Mockhaus"'
_KEY_PAIR: Final = ("", "KEYPAIR_JWT")
_TOKEN: Final = ("", "OAUTH", "PROGRAMMATIC_ACCESS_TOKEN")


class Owned(Protocol):
    """What some users see and others do not."""

    def is_visible_to(self, user: str | None) -> bool: ...


def user() -> str | None:
    """The caller's name; None on a server without users."""
    found = caller.get()
    return None if found is None else found.user.upper()


def sees(what: Owned) -> bool:
    """Whether the caller may know of something."""
    name = user()
    return name is None or what.is_visible_to(name)


class TooBusy(Exception):
    """More logins wait than are worth waiting for."""


class Guard:
    """The middleware. `users` None lets everyone in. `refuse` hears of who did not get in: the name
    that was given, '' for none, and the session that a header names."""

    def __init__(
        self, app: ASGIApp, *, users: Users | None, refuse: Callable[[str, str], None]
    ) -> None:
        self.app = app
        self._users = users
        self._refuse = refuse
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        program.set(headers.get("user-agent", "")[:_NAME])
        if self._users is None:
            await self.app(scope, receive, send)
            return
        try:
            found = await self._found(headers, self._users)
        except TooBusy:
            answer = refused(
                Refused(429, Failure(error="TOO_MANY_REQUESTS", detail="Too many logins at once"))
            )
            answer.headers["retry-after"] = "1"
            await answer(scope, receive, send)
            return
        if found is None:
            if "authorization" in headers:
                session = headers.get("x-mockhaus-session", DEFAULT)
                self._refuse(_claimed(headers["authorization"])[:_NAME], session)
            await _unknown(scope["path"], "authorization" in headers)(scope, receive, send)
            return
        caller.set(found)
        await self.app(scope, receive, send)

    async def _found(self, headers: Headers, users: Users) -> Caller | None:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        given = given.strip()
        if scheme.lower() == "basic":
            return await self._by_password(given, users)
        if scheme.lower() != "bearer":
            return None
        kind = headers.get("x-snowflake-authorization-token-type", "").upper()
        by_token: Callable[[str], Caller | None] = users.by_token
        if kind in _KEY_PAIR and given.count(".") == 2:
            return users.by_key(given)
        return by_token(given) if kind in _TOKEN else None

    async def _by_password(self, given: str, users: Users) -> Caller | None:
        text = _decoded(given)
        if text is None:
            return None
        name, _, password = text.partition(":")
        if self._waiting >= _WAITING:
            raise TooBusy
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(users.by_password, name, password)
        finally:
            self._waiting -= 1


def _decoded(given: str) -> str | None:
    """Name and password of Basic."""
    try:
        return base64.b64decode(given, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _claimed(authorization: str) -> str:
    """Whom a header says that a request is from; '' where it does not."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "basic":
        return (_decoded(given.strip()) or "").partition(":")[0]
    token = jwt.Token.parse(given.strip()) if scheme.lower() == "bearer" else None
    return "" if token is None else token.user


def _unknown(path: str, tried: bool) -> Response:
    """The answer to someone who did not say who, or not rightly; it does not say what was wrong."""
    if path.startswith("/api/v2/"):
        if tried:
            answer = json_response(QueryFailureStatus("390144", "JWT token is invalid."), 401)
        else:
            words = "No authorization token was found in the request."
            answer = json_response(QueryFailureStatus("390146", words), 400)
    else:
        answer = refused(Refused(401, Failure(error="UNAUTHORIZED", detail="Login is required")))
    answer.headers["www-authenticate"] = _REALM
    return answer
