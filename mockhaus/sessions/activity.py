"""Who is connected to a session, and what runs there at this moment."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from mockhaus.sessions.connection import Connection

#: Of a connection in which nothing runs: ReadyForQuery's letter -> `pg_stat_activity.state`.
STATES: Final = {
    "I": "idle",
    "T": "idle in transaction",
    "E": "idle in transaction (aborted)",
}


class Activity(Struct, frozen=True):
    """One connection. `state` is as in `pg_stat_activity`; `text` is the statement that runs, or
    ran last, since `started`; of the one that runs, `seconds` tells for how long it has, `progress`
    how far it has come in percent, where that is known."""

    number: int
    user: str
    door: str
    client: str
    state: str
    text: str | None
    started: datetime | None
    seconds: float | None
    progress: float | None


def activity(connection: Connection) -> Activity:
    """What a connection does now; from any thread."""
    recorder, context = connection.recorder, connection.context
    text, started = recorder.latest or (None, None)
    active = connection.is_active
    return Activity(
        context.connection_id,
        context.user,
        connection.door,
        recorder.client,
        "active" if active else STATES[connection.status],
        text,
        started,
        recorder.seconds if active and started else None,
        recorder.progress() if active else None,
    )
