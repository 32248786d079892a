"""Sessions and users that cannot be had."""

from __future__ import annotations

from typing import ClassVar

from mockhaus.errors.root import MockhausError


class InvalidUser(MockhausError):
    """A user, key or token that does not exist or cannot be."""

    sqlstate = "28000"
    snowflake_state = "28000"


class SessionError(MockhausError):
    """A session cannot be had."""

    number = "390114"
    sqlstate = "08003"
    snowflake_state = "08003"
    http_status: ClassVar[int] = 400


class SessionNotFound(SessionError):
    """No session of that id, now or ever."""

    http_status = 404


class SessionExists(SessionError):
    """A session of that id is there already."""

    sqlstate = "42710"
    http_status = 409


class InvalidSession(SessionError):
    """A session id, type, TTL or path that cannot be."""

    sqlstate = "22023"
    http_status = 400


class SessionExpired(SessionError):
    """A session whose time to live has run out."""

    http_status = 410


class TooManySessions(SessionError):
    """The limit is reached and every session is in use."""

    sqlstate = "53300"
    http_status = 503


class SessionBusy(SessionError):
    """Something can be done only while no statement runs and no transaction is open."""

    sqlstate = "55006"
    http_status = 409


class LaterVersion(SessionError):
    """A session's data were written by a version of Mockhaus that this one does not know."""

    sqlstate = "58P01"
    http_status = 409


class UnreadableSession(SessionError):
    """A session's data are damaged, or another server has them open."""

    sqlstate = "58P01"
    http_status = 409


class NotOwner(SessionError):
    """Only the user who made a session may do this to it."""

    sqlstate = "42501"
    http_status = 403


class SnapshotExists(SessionError):
    """A session has a snapshot of that name already."""

    sqlstate = "42710"
    http_status = 409


class SnapshotNotFound(SessionError):
    """A session has no snapshot of that name."""

    sqlstate = "42704"
    http_status = 404
