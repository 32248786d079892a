"""PostgreSQL's settings at the door: which statements are about them, and what they do."""

from __future__ import annotations

import pytest

from mockhaus.errors import InvalidParameter, SqlError, UndefinedSetting, UnsupportedFeature
from mockhaus.gateway.settings import SETTINGS, Command, Settings, command, milliseconds
from mockhaus.gateway.split import split

#: Statement -> command; None goes on to the connection, for Snowflake has statements alike.
COMMANDS: dict[str, Command | None] = {
    "SET application_name = 'x'": Command("SET", "application_name", "x"),
    "set Application_Name to x": Command("SET", "application_name", "x"),
    "SET SESSION extra_float_digits = 3": Command("SET", "extra_float_digits", "3"),
    "SET LOCAL statement_timeout = '5s'": Command("SET LOCAL", "statement_timeout", "5s"),
    "SET search_path TO sales, \"Raw\", 'x'": Command("SET", "search_path", "sales, Raw, x"),
    "SET TimeZone = DEFAULT": Command("SET", "timezone", None),
    "SET TIME ZONE 'Asia/Tokyo'": Command("SET", "timezone", "Asia/Tokyo"),
    "SET TIME ZONE INTERVAL '+00:00' HOUR TO MINUTE": Command("SET", "timezone", "+00"),
    "SET NAMES 'UTF8'": Command("SET", "client_encoding", "UTF8"),
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ UNCOMMITTED": Command(
        "SET TRANSACTION",
        "transaction",
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
    ),
    "SHOW DateStyle": Command("SHOW", "datestyle"),
    "show time zone": Command("SHOW", "timezone"),
    "SHOW TRANSACTION ISOLATION LEVEL": Command("SHOW", "transaction_isolation"),
    "SHOW ALL": Command("SHOW", "ALL"),
    "RESET ALL": Command("RESET", "ALL"),
    "RESET TimeZone": Command("RESET", "timezone"),
    "DISCARD ALL": Command("DISCARD", "ALL"),
    "discard temp": Command("DISCARD", "TEMP"),
    "SET v = 1": None,
    "SET (a, b) = (1, 2)": None,
    "SHOW TABLES": None,
    "SHOW PARAMETERS": None,
    "SELECT 1": None,
    "UPDATE t SET timezone = 1": None,
}


@pytest.mark.parametrize("text", COMMANDS)
def test_commands(text: str) -> None:
    assert command(text) == COMMANDS[text]


@pytest.mark.parametrize(
    "text", ["SET LOCAL nonsense = 1", "SET SESSION a.b = 1", "RESET nonsense"]
)
def test_what_only_postgresql_would_say_is_about_settings(text: str) -> None:
    with pytest.raises(UndefinedSetting, match="unrecognized configuration parameter"):
        command(text)


#: Setting, value -> canonical value, or the error.
VALUES: list[tuple[str, str, str | type[SqlError]]] = [
    ("client_encoding", "'utf-8'", "UTF8"),
    ("client_encoding", "unicode", "UTF8"),
    ("client_encoding", "LATIN1", UnsupportedFeature),
    ("datestyle", "ISO", "ISO, MDY"),
    ("datestyle", "German", UnsupportedFeature),
    ("intervalstyle", "POSTGRES", "postgres"),
    ("intervalstyle", "iso_8601", UnsupportedFeature),
    ("standard_conforming_strings", "true", "on"),
    ("timezone", "asia/tokyo", "Asia/Tokyo"),
    ("timezone", "+2", "Etc/GMT-2"),
    ("timezone", "-05:00", "Etc/GMT+5"),
    ("timezone", "GMT+0", "UTC"),
    ("timezone", "Nowhere/Land", InvalidParameter),
    ("statement_timeout", "1.5s", "1500"),
    ("statement_timeout", "soon", InvalidParameter),
    ("jit", "maybe", InvalidParameter),
    ("server_version", "9", InvalidParameter),
]


@pytest.mark.parametrize(("name", "value", "expected"), VALUES)
def test_values(name: str, value: str, expected: str | type[SqlError]) -> None:
    settings = Settings({}, "alice")
    if isinstance(expected, str):
        settings.set(name, value)
        assert settings[name] == expected
    else:
        before = settings[name]
        with pytest.raises(expected):
            settings.set(name, value)
        assert settings[name] == before


@pytest.mark.parametrize(
    ("text", "expected"), [("0", "0"), ("50ms", "50"), ("2 min", "120000"), ("1h", "3600000")]
)
def test_milliseconds(text: str, expected: str) -> None:
    assert milliseconds(text) == expected


def test_what_the_client_came_with_is_what_reset_goes_back_to() -> None:
    settings = Settings({"TimeZone": "Asia/Tokyo", "session": "x", "some.thing": "1"}, "alice")
    settings.set("timezone", "UTC")
    assert settings.reset("ALL") == ["timezone"]
    assert settings["TimeZone"] == "Asia/Tokyo"
    assert settings.reset("ALL") == []


def test_a_rollback_undoes_and_a_commit_keeps_all_but_local() -> None:
    settings = Settings({}, "alice")
    settings.set("application_name", "a")
    settings.set("jit", "on", local=True)
    assert settings.transaction_ended(committed=True) == ["jit"]
    assert (settings["application_name"], settings["jit"]) == ("a", "off")
    settings.set("application_name", "b")
    assert settings.transaction_ended(committed=False) == ["application_name"]
    assert settings["application_name"] == "a"


def test_the_client_is_told_once() -> None:
    settings = Settings({}, "alice")
    told = dict(settings.changed())
    assert set(told) == {each.name for each in SETTINGS.values() if each.reported}
    assert list(settings.changed()) == []
    settings.set("application_name", "x")
    settings.set("extra_float_digits", "3")
    assert list(settings.changed()) == [("application_name", "x")]
    settings.set("application_name", "x")
    assert list(settings.changed()) == []


def test_show_all_is_sorted_and_described() -> None:
    rows = Settings({}, "alice").show("ALL").rows
    assert rows is not None
    assert rows == sorted(rows)
    assert ("session_authorization", "alice", "User that logged in.") in rows


#: Text -> its statements without comments, and where each starts.
SPLITS: dict[str, list[tuple[str, int]]] = {
    "": [],
    " ; ;; ": [],
    "a; b": [("a", 0), ("b", 2)],
    "SELECT ';'; b": [("SELECT ';'", 0), ("b", 11)],
    "SELECT 'it''s; \\'; x'; b": [("SELECT 'it''s; \\'; x'", 0), ("b", 22)],
    'SELECT "a;b"; c': [('SELECT "a;b"', 0), ("c", 13)],
    "SELECT $$;$$; c": [("SELECT $$;$$", 0), ("c", 13)],
    "-- a; b\nc": [("c", 0)],
    "/* x; */ SET a = 1": [("SET a = 1", 0)],
    "a // b; c\n; d": [("a", 0), ("d", 11)],
}


@pytest.mark.parametrize("text", SPLITS)
def test_split(text: str) -> None:
    assert [(piece.bare, piece.offset) for piece in split(text)] == SPLITS[text]
