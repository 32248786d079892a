"""PostgreSQL's run-time settings (GUCs) at this door (manual, chapter 20 and SET, SHOW, RESET).

Snowflake has statements of the same names: `SET v = 1` makes a variable, `SHOW TABLES` lists
tables. Only what names a known setting is taken here; all else goes on to the connection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct

import mockhaus
from mockhaus.errors import InvalidParameter, UndefinedSetting, UnsupportedFeature
from mockhaus.result import Column, Result
from mockhaus.types import VARCHAR

#: PostgreSQL's version that clients choose their catalog queries by.
SERVER_VERSION: Final = f"15.0 (Mockhaus {mockhaus.__version__})"


class Setting(Struct, frozen=True):
    """`name` in PostgreSQL's spelling; `fixed` cannot be changed; `reported` goes out as
    ParameterStatus; `check` brings a value into its canonical form or raises."""

    name: str
    default: str
    description: str
    reported: bool = False
    fixed: bool = False
    check: Callable[[str], str] = str


def _encoding(value: str) -> str:
    # asyncpg sends 'utf-8' with the quotes as part of the value.
    if value.strip("'").upper().replace("-", "").replace("_", "") in ("UTF8", "UNICODE"):
        return "UTF8"
    raise UnsupportedFeature(f"client_encoding {value} is not supported; it is UTF8")


def _date_style(value: str) -> str:
    words = {word.strip().upper() for word in value.split(",")}
    if "ISO" in words or words <= {"MDY", "US", "DEFAULT"}:
        return "ISO, MDY"
    raise UnsupportedFeature(f'DateStyle "{value}" is not supported; it is ISO, MDY')


def _boolean(value: str) -> str:
    lowered = value.lower()
    if lowered in ("on", "true", "yes", "1", "t", "y"):
        return "on"
    if lowered in ("off", "false", "no", "0", "f", "n"):
        return "off"
    raise InvalidParameter(f'"{value}" is not a Boolean value')


def _only(name: str, allowed: str, canonical: Callable[[str], str] = str.lower) -> Any:
    def check(value: str) -> str:
        if canonical(value) != allowed:
            raise UnsupportedFeature(f'{name} "{value}" is not supported; it is {allowed}')
        return allowed

    return check


def _zone(value: str) -> str:
    """A zone by its name in any case; PostgreSQL's `UTC`, `GMT` and offsets of whole hours."""
    if value.upper() in ("DEFAULT", "LOCAL"):
        return "UTC"
    if match := re.fullmatch(r"(?:GMT|UTC)?([+-]?)(\d{1,2})(?::?00)?", value, re.I):
        hours = int(match[2])
        if hours <= 14:
            # Etc/GMT-2 lies east of Greenwich, as POSIX counts.
            sign = "+" if match[1] == "-" else "-"
            return f"Etc/GMT{sign}{hours}" if hours else "UTC"
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError):
        pass
    for name in available_timezones():
        if name.lower() == value.lower():
            return name
    raise InvalidParameter(f'invalid value for parameter "TimeZone": "{value}"')


def _level(value: str) -> str:
    level = " ".join(value.lower().split())
    if level in ("serializable", "repeatable read", "read committed", "read uncommitted"):
        return level
    raise InvalidParameter(f'invalid value for an isolation level: "{value}"')


_UNITS: Final = {
    "us": 0.001, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
}  # fmt: skip

#: The largest integer of a setting, and of the system's count of probes.
_LONGEST: Final = 2**31 - 1
_MOST_PROBES: Final = 127


def _time(unit: float) -> Callable[[str], str]:
    """A time as a whole number of a unit of so many milliseconds; a bare number is in it."""

    def check(value: str) -> str:
        match = re.fullmatch(r"(\d{1,15}(?:\.\d{1,15})?)\s*(us|ms|s|min|h|d|)", value.strip())
        if match is None:
            raise InvalidParameter(f'invalid value for a time: "{value}"')
        found = round(float(match[1]) * (_UNITS[match[2]] / unit if match[2] else 1))
        if found > _LONGEST:
            raise InvalidParameter(f"{found} is outside the valid range (0 .. {_LONGEST})")
        return str(found)

    return check


#: A time-out in milliseconds, from a number with or without its unit.
milliseconds: Final = _time(1)


def _count(value: str) -> str:
    if not value.strip().isdecimal() or int(value) > _MOST_PROBES:
        raise InvalidParameter(f'invalid value for a count: "{value}"')
    return str(int(value))


def _table() -> Iterator[Setting]:
    yield Setting("server_version", SERVER_VERSION, "Server version.", True, True)
    yield Setting("server_encoding", "UTF8", "Encoding of the server.", True, True)
    yield Setting("client_encoding", "UTF8", "Encoding of the client.", True, check=_encoding)
    yield Setting("application_name", "", "Name of the client program.", True)
    yield Setting("default_transaction_read_only", "off", "Read only or not.", True, check=_boolean)
    yield Setting("in_hot_standby", "off", "Always off.", True, True)
    yield Setting("is_superuser", "on", "Always on.", True, True)
    yield Setting("session_authorization", "", "User that logged in.", True, True)
    yield Setting("DateStyle", "ISO, MDY", "Always ISO.", True, check=_date_style)
    yield Setting(
        "IntervalStyle",
        "postgres",
        "Always postgres.",
        True,
        check=_only("IntervalStyle", "postgres"),
    )
    yield Setting("TimeZone", "UTC", "Zone that timestamps are shown in.", True, check=_zone)
    yield Setting("integer_datetimes", "on", "Always on.", True, True)
    yield Setting(
        "standard_conforming_strings",
        "on",
        "Off: clients write backslashes as Snowflake reads them.",
        True,
        check=_boolean,
    )
    yield Setting("search_path", "public", "The current schema.", True)
    yield Setting("extra_float_digits", "1", "Floats are always printed in full.")
    yield Setting("bytea_output", "hex", "Always hex.", check=_only("bytea_output", "hex"))
    yield Setting("client_min_messages", "notice", "Least severity of notices.")
    yield Setting("statement_timeout", "0", "Milliseconds a statement may run.", check=milliseconds)
    yield Setting("lock_timeout", "0", "Milliseconds to wait for a lock.", check=milliseconds)
    yield Setting(
        "idle_in_transaction_session_timeout",
        "0",
        "Milliseconds in a transaction.",
        check=milliseconds,
    )
    yield Setting(
        "idle_session_timeout", "0", "Milliseconds between statements.", check=milliseconds
    )
    yield Setting("tcp_keepalives_idle", "0", "Seconds until a probe.", check=_time(1000))
    yield Setting("tcp_keepalives_interval", "0", "Seconds between probes.", check=_time(1000))
    yield Setting("tcp_keepalives_count", "0", "Probes that may be lost.", check=_count)
    yield Setting("tcp_user_timeout", "0", "Milliseconds without an answer.", check=milliseconds)
    yield Setting("server_version_num", "150000", "Server version as a number.", fixed=True)
    yield Setting("transaction_isolation", "read committed", "Asked for.", check=_level)
    yield Setting("default_transaction_isolation", "read committed", "Asked for.", check=_level)
    yield Setting("transaction_read_only", "off", "Read only or not.", check=_boolean)
    yield Setting("jit", "off", "PostgreSQL's own compiler.", check=_boolean)
    yield Setting("escape_string_warning", "on", "Given once a connection.", check=_boolean)
    yield Setting("synchronous_commit", "on", "Commits are always written.")
    yield Setting("row_security", "on", "There are no row policies.", check=_boolean)
    yield Setting("max_identifier_length", "255", "Longest name.", fixed=True)
    yield Setting("max_index_keys", "32", "Most columns of a key.", fixed=True)
    yield Setting("default_table_access_method", "heap", "The only one there is.", fixed=True)
    yield Setting("default_tablespace", "", "There are no table spaces.", fixed=True)
    yield Setting("lc_collate", "C.UTF-8", "Text is compared by its bytes.", fixed=True)
    yield Setting("lc_ctype", "C.UTF-8", "Text is Unicode.", fixed=True)
    yield Setting("ssl", "off", "Whether connections may be encrypted.", fixed=True)


SETTINGS: Final[dict[str, Setting]] = {each.name.lower(): each for each in _table()}

#: Spellings with spaces that SQL has for some of them.
_PHRASES: Final = {
    "time zone": "timezone",
    "transaction isolation level": "transaction_isolation",
    "session authorization": "session_authorization",
    "names": "client_encoding",
}

_NAME: Final = r"(?P<name>[A-Za-z_][\w.]*|\"[^\"]+\")"
_SET: Final = re.compile(
    rf"SET\s+(?:(?P<scope>SESSION|LOCAL)\s+)?{_NAME}\s*(?:=|\s+TO\s)\s*(?P<value>.+)", re.I | re.S
)
_SET_PHRASE: Final = re.compile(
    r"SET\s+(?:(?P<scope>SESSION|LOCAL)\s+)?(?P<name>TIME\s+ZONE|NAMES)\s+(?P<value>.+)",
    re.I | re.S,
)
_ISOLATION: Final = re.compile(
    r"SET\s+(?:SESSION\s+CHARACTERISTICS\s+AS\s+)?TRANSACTION\b.*", re.I | re.S
)
_SHOW: Final = re.compile(
    rf"SHOW\s+(?:(?P<phrase>TIME\s+ZONE|TRANSACTION\s+ISOLATION\s+LEVEL"
    rf"|SESSION\s+AUTHORIZATION|ALL)|{_NAME})",
    re.I,
)
_RESET: Final = re.compile(
    rf"RESET\s+(?:(?P<phrase>TIME\s+ZONE|SESSION\s+AUTHORIZATION|ALL)|{_NAME})", re.I
)
_DISCARD: Final = re.compile(r"DISCARD\s+(ALL|PLANS|SEQUENCES|TEMP|TEMPORARY)", re.I)
_INTERVAL: Final = re.compile(r"INTERVAL\s+'([+-]?\d+):(\d+)'.*", re.I | re.S)


class Command(Struct, frozen=True):
    """A statement about settings. `verb` is SET, SET LOCAL, SHOW, RESET or DISCARD; `name` is a
    key of SETTINGS, or ALL; a `value` of None is the default. Of SET TRANSACTION the `value` is
    the whole text (see `modes`)."""

    verb: str
    name: str
    value: str | None = None

    @property
    def columns(self) -> tuple[Column, ...] | None:
        """What it answers, None if nothing."""
        if self.verb != "SHOW":
            return None
        if self.name == "ALL":
            return tuple(Column(name, VARCHAR) for name in ("name", "setting", "description"))
        return (Column(SETTINGS[self.name].name, VARCHAR),)


def command(text: str) -> Command | None:
    """The command that one statement without comments is, None if it is not about a setting.

    Raises UndefinedSetting for forms that only PostgreSQL has (`SET LOCAL unknown = 1`).
    """
    text = text.strip()
    if match := _SET_PHRASE.fullmatch(text):
        return Command(_verb(match), _key(match["name"]), _literal(match["value"]))
    if _ISOLATION.fullmatch(text):
        return Command("SET TRANSACTION", "transaction", text)
    if match := _SET.fullmatch(text):
        name = _key(match["name"])
        if name in SETTINGS:
            return Command(_verb(match), name, _literal(match["value"]))
        if match["scope"]:
            raise _undefined(name)
        return None
    for verb, pattern in (("SHOW", _SHOW), ("RESET", _RESET)):
        if match := pattern.fullmatch(text):
            name = (
                "ALL"
                if (match["phrase"] or "").upper() == "ALL"
                else _key(match["phrase"] or match["name"])
            )
            if name in SETTINGS or name == "ALL":
                return Command(verb, name)
            if verb == "RESET":
                raise _undefined(name)
    if match := _DISCARD.fullmatch(text):
        return Command("DISCARD", match[1].upper())
    return None


def setting(verb: str, name: str, value: str | None) -> Command:
    """The command that a call of set_config is. Raises UndefinedSetting."""
    if name.lower() not in SETTINGS:
        raise _undefined(name)
    return Command(verb, name.lower(), value)


def _verb(match: re.Match[str]) -> str:
    return "SET LOCAL" if (match["scope"] or "").upper() == "LOCAL" else "SET"


def _key(name: str) -> str:
    plain = " ".join(name.strip('"').lower().split())
    return _PHRASES.get(plain, plain)


def _literal(text: str) -> str | None:
    """The value behind TO: a string, a word, a number, or a list of them."""
    text = text.strip()
    if match := _INTERVAL.fullmatch(text):
        return match[1]
    if text.upper() == "DEFAULT":
        return None
    items = re.findall(r"'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"|([^,'\"\s]+)", text)
    return ", ".join(a.replace("''", "'") or b.replace('""', '"') or c for a, b, c in items)


def _undefined(name: str) -> UndefinedSetting:
    return UndefinedSetting(f'unrecognized configuration parameter "{name}"')


class Settings:
    """The settings of one connection.

    A change inside a transaction is undone with it, one by SET LOCAL at its end in any case
    (manual, SET). `changed` gives what must be told to the client since it was last asked.
    """

    def __init__(self, startup: Mapping[str, str], user: str) -> None:
        self._defaults = {key: each.default for key, each in SETTINGS.items()}
        self._defaults["session_authorization"] = user
        self._extra: dict[str, str] = {}
        for name, value in startup.items():
            setting = SETTINGS.get(name.lower())
            if setting is None:
                self._extra[name.lower()] = value
            elif not setting.fixed:
                self._defaults[name.lower()] = setting.check(value)
        self._values = dict(self._defaults)
        self._before: dict[str, str] = {}
        self._local: dict[str, str] = {}
        self._told: dict[str, str] = {}
        #: Grows with every change.
        self.version = 0
        self._told_version = -1
        self._numbers: dict[str, int] = {}

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def number(self, name: str) -> int:
        """The value of one that is a whole number, as most limits are: milliseconds."""
        if (found := self._numbers.get(name)) is None:
            found = self._numbers[name] = int(self._values[name])
        return found

    def _have_changed(self) -> None:
        self.version += 1
        self._numbers.clear()

    def set(self, name: str, value: str | None, *, local: bool = False) -> None:
        """Change one. Raises InvalidParameter or UnsupportedFeature."""
        setting = SETTINGS[name]
        new = self._defaults[name] if value is None else setting.check(value)
        if setting.fixed and new != self._values[name]:
            raise InvalidParameter(f'parameter "{setting.name}" cannot be changed')
        (self._local if local else self._before).setdefault(name, self._values[name])
        self._values[name] = new
        self._have_changed()

    def observe(self, name: str, value: str) -> None:
        """Take note of a value that was changed by other means, as by ALTER SESSION."""
        if self._values[name] != value:
            self._values[name] = value
            self._have_changed()

    def reset(self, name: str) -> list[str]:
        """Back to the value at login, for ALL of them; the names that changed."""
        names = list(SETTINGS) if name == "ALL" else [name]
        changed = [each for each in names if self._values[each] != self._defaults[each]]
        for each in changed:
            self.set(each, None)
        return changed

    def rows(self) -> list[tuple[str, str, str]]:
        """Name, value and description of each, for pg_settings."""
        known = [(each.name, self._values[key], each.description) for key, each in SETTINGS.items()]
        return sorted([*known, *((name, value, "") for name, value in self._extra.items())])

    def show(self, name: str) -> Result:
        columns = Command("SHOW", name).columns or ()
        if name == "ALL":
            rows = [(s.name, self._values[key], s.description) for key, s in SETTINGS.items()]
            return Result(columns, "SHOW", rows=[tuple(row) for row in sorted(rows)])
        return Result(columns, "SHOW", rows=[(self._values[name],)])

    def transaction_ended(self, *, committed: bool) -> list[str]:
        """Undo what the end of a transaction undoes; the names that changed."""
        if not self._local and not self._before:
            return []
        undo = dict(self._local) if committed else {**self._local, **self._before}
        changed = [name for name, value in undo.items() if self._values[name] != value]
        self._values.update(undo)
        self._before.clear()
        self._local.clear()
        if changed:
            self._have_changed()
        return changed

    def changed(self) -> Iterator[tuple[str, str]]:
        """Name and value of each reported setting that the client does not know yet."""
        if self._told_version == self.version:
            return
        self._told_version = self.version
        for key, setting in SETTINGS.items():
            if setting.reported and self._told.get(key) != self._values[key]:
                self._told[key] = self._values[key]
                yield setting.name, self._values[key]
