"""`mockhaus serve --trace`: every message as a line, and no secret in any."""

from __future__ import annotations

import psycopg
import pytest

from mockhaus.access.users import Users
from mockhaus.config import Config
from mockhaus.gateway.wire import messages as m
from mockhaus.gateway.wire.messages import Message
from mockhaus.gateway.wire.trace import line
from tests.gateway.wire import running

#: Message -> its line, its line without values where that is another.
LINES: list[tuple[Message, str, str | None]] = [
    (m.Query("SELECT 1\n-- x"), 'Query "SELECT 1\\n-- x"', None),
    (m.Parse("s", "SELECT $1", (20,)), 'Parse "s" "SELECT $1" 1 20', None),
    (
        m.Bind("", "s", (0,), (b"42", None), (1,)),
        'Bind "" "s" 1 0 2 2 \'42\' -1 1 1',
        'Bind "" "s" 1 0 2 2 -1 1 1',
    ),
    (m.DataRow((b"a", None)), "DataRow 2 1 'a' -1", "DataRow 2 1 -1"),
    (m.CopyData(b"a\tb"), "CopyData 3 'a\\x09b'", "CopyData 3"),
    (m.ReadyForQuery("I"), 'ReadyForQuery "I"', None),
    (m.PasswordMessage(b"secret"), "PasswordMessage 6 ***", None),
    (m.AuthenticationSASLContinue(b"r=abc"), "AuthenticationSASLContinue 5 ***", None),
    (m.BackendKeyData(7, b"abcd"), "BackendKeyData 7 4 ***", None),
    (
        m.Query("CREATE USER a PASSWORD = 'it''s' DEFAULT_ROLE = 'x'"),
        "Query \"CREATE USER a PASSWORD = *** DEFAULT_ROLE = 'x'\"",
        None,
    ),
    (
        m.Query("CREATE STAGE s CREDENTIALS = (AWS_KEY_ID = 'a' AWS_SECRET_KEY = 'b')"),
        'Query "CREATE STAGE s CREDENTIALS = (AWS_KEY_ID = *** AWS_SECRET_KEY = ***)"',
        None,
    ),
]


@pytest.mark.parametrize(("message", "shown", "short"), LINES, ids=lambda x: str(x)[:40])
def test_lines(message: Message, shown: str, short: str | None) -> None:
    assert line("F", message).split("\t", 2)[2].replace("\t", " ") == shown
    without = line("F", message, values=False).split("\t", 2)[2].replace("\t", " ")
    assert without == (short or shown)


def test_a_whole_login_shows_no_secret() -> None:
    users = Users()
    users.add("ann", "pass word")
    told: list[str] = []
    with running(Config(trace=True), users=users, trace=told.append) as server:
        dsn = f"host=127.0.0.1 port={server.port} user=ann"
        with psycopg.connect(dsn, password="pass word") as connection:
            connection.execute("SELECT %s::VARCHAR", ["private"]).fetchone()
    names = [each.split("\t")[3] for each in told]
    assert names[:3] == ["StartupMessage", "AuthenticationSASL", "PasswordMessage"] or (
        names[:4] == ["SSLRequest", "StartupMessage", "AuthenticationSASL", "PasswordMessage"]
    )
    assert {"Bind", "DataRow", "ReadyForQuery", "Terminate"} <= set(names)
    text = "\n".join(told)
    for secret in ("pass word", "private", "n=,r=", "p=", "v="):
        assert secret not in text
