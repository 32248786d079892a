"""The commands that are not SQL: one table, of psql's, SnowSQL's and Mockhaus's own."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast

from msgspec import Struct

from mockhaus.client.formats import FORMATS

if TYPE_CHECKING:
    from mockhaus.repl.loop import Repl


class Wrong(Exception):
    """A command that cannot be carried out: one line for the user."""


class Quit(Exception):
    """Leave the REPL."""


class Command(Struct, frozen=True):
    """`arguments` is how they are written; `call` gets what follows the name, stripped."""

    name: str
    arguments: str
    help: str
    call: Callable[[Repl, str], None]


def find(line: str) -> tuple[Command, str] | None:
    r"""The command of a line and its arguments, None for SQL. Raises Wrong for an unknown one.

    Words of Mockhaus's own (`session`, `quit`) are commands where they stand alone.
    """
    text = line.strip()
    if text[:1] in ("\\", "!"):
        name, _, rest = text.partition(" ")
        if name in _BY_NAME:
            return _BY_NAME[name], rest.strip().rstrip(";")
        raise Wrong(f"There is no command {name}; help lists them.")
    word = text.rstrip(";").strip().lower()
    found = _BY_NAME.get(word)
    return None if found is None else (found, "")


# --- listings -------------------------------------------------------------------------------------


def _listed(text: str, *heads: str) -> Callable[[Repl, str], None]:
    """A SHOW whose answer is cut to some columns; an argument is a pattern for LIKE."""

    def call(repl: Repl, pattern: str) -> None:
        like = f" LIKE '{_pattern(pattern)}'" if pattern else ""
        repl.run(text.format(like=like), heads=heads)

    return call


def _pattern(pattern: str) -> str:
    """psql's pattern as one of LIKE's."""
    return pattern.replace("'", "''").replace("*", "%").replace("?", "_")


def _describe(repl: Repl, name: str) -> None:
    if not name:
        _TABLES(repl, "")
        return
    repl.run(f"DESCRIBE TABLE {name}", heads=("name", "type", "null?", "default", "comment"))


_TABLES: Final = _listed("SHOW OBJECTS{like}", "name", "schema_name", "kind", "rows", "comment")


# --- how answers look -----------------------------------------------------------------------------


def _switched(now: bool, text: str) -> bool:
    if not text:
        return not now
    if text.lower() not in ("on", "off", "true", "false"):
        raise Wrong(f"on or off, not {text}.")
    return text.lower() in ("on", "true")


def _expanded(repl: Repl, text: str) -> None:
    settings = repl.screen.settings
    chosen = text.lower() or ("off" if settings.expanded == "on" else "on")
    if chosen not in ("on", "off", "auto"):
        raise Wrong(f"\\x on, off or auto, not {text}.")
    settings.expanded = cast('Literal["on", "off", "auto"]', chosen)
    repl.screen.say(f"Expanded display is {chosen}.")


def _timing(repl: Repl, text: str) -> None:
    repl.screen.settings.timing = _switched(repl.screen.settings.timing, text)
    repl.screen.say(f"Timing is {'on' if repl.screen.settings.timing else 'off'}.")


def _pager(repl: Repl, text: str) -> None:
    repl.screen.settings.pager = _switched(repl.screen.settings.pager, text)
    repl.screen.say(f"Paging is {'on' if repl.screen.settings.pager else 'off'}.")


def _format(repl: Repl, text: str) -> None:
    if text.lower() not in FORMATS:
        raise Wrong(f"Formats are {', '.join(FORMATS)}.")
    repl.screen.settings.format = text.lower()


def _limit(repl: Repl, text: str) -> None:
    if not text.isdecimal():
        raise Wrong("\\limit N shows the first N rows of an answer, 0 all of them.")
    repl.screen.settings.limit = int(text)


#: Names of !set, as SnowSQL has them.
_SETTINGS: Final[dict[str, Callable[[Repl, str], None]]] = {
    "output_format": _format,
    "timing": _timing,
    "rowset_size": _limit,
    "paging": _pager,
    "expanded": _expanded,
}


def _set(repl: Repl, text: str) -> None:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or name.lower() not in _SETTINGS:
        raise Wrong(f"!set NAME=VALUE sets {', '.join(_SETTINGS)}.")
    _SETTINGS[name.lower()](repl, value.strip("'\""))


def _output(repl: Repl, text: str) -> None:
    try:
        repl.screen.redirect(None if text.lower() in ("", "off") else _path(text))
    except OSError as error:
        raise Wrong(f"Cannot write {text}: {error.strerror}.") from None


def _path(text: str) -> Path:
    return Path(text.strip("'\"")).expanduser()


# --- statements -----------------------------------------------------------------------------------


def _source(repl: Repl, text: str) -> None:
    try:
        script = _path(text).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"Cannot read {text}: {getattr(error, 'strerror', 'it is no text')}.") from None
    repl.script(script)


def _edit(repl: Repl, text: str) -> None:
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="mockhaus-") as folder:
        file = _path(text) if text else Path(folder) / "statement.sql"
        if not text:
            file.write_text(f"{repl.last};\n" if repl.last else "", encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(file)], check=True)
            script = file.read_text(encoding="utf-8")
        except (OSError, subprocess.CalledProcessError) as error:
            raise Wrong(f"The editor {editor} failed: {error}.") from None
    if script.strip():
        repl.screen.line(script.rstrip())
        repl.script(script)


def _watch(repl: Repl, text: str) -> None:
    parts = text.split()
    try:
        seconds, times = float(parts[0]) if parts else 2.0, int(parts[1]) if parts[1:] else 0
    except ValueError:
        raise Wrong("\\watch [SECONDS [TIMES]] runs the last statement again and again.") from None
    statement = _last(repl)
    done = 0
    while True:
        repl.screen.say(time.strftime("%H:%M:%S"))
        if not repl.run(statement):
            return
        done += 1
        if done == times:
            return
        time.sleep(seconds)


def _last(repl: Repl) -> str:
    if not repl.last:
        raise Wrong("No statement has run yet.")
    return repl.last


def _translate(repl: Repl, text: str) -> None:
    sql = text or _last(repl)
    body = {
        "sql": sql,
        "session_id": repl.session,
        "database": repl.talk.told("database") or None,
        "schema": repl.talk.told("schema") or None,
    }
    for found in repl.rest.call("POST", "translate", body)["statements"]:
        repl.screen.line(
            found["translated_sql"] or f"-- {found['type']}: DuckDB gets no text of it"
        )


def _chart(repl: Repl, text: str) -> None:
    from shutil import get_terminal_size

    from mockhaus.repl.chart import NoChart, chart

    if text:
        repl.run(text)
    try:
        lines = list(chart(repl.shown, get_terminal_size().columns))
    except NoChart as error:
        raise Wrong(str(error)) from None
    repl.screen.line("\n".join(lines))


def _copy(repl: Repl, text: str) -> None:
    from mockhaus.repl.copying import copy

    copy(repl, text)


# --- the session and the server -------------------------------------------------------------------


def _session(repl: Repl, text: str) -> None:
    found = repl.rest.call("GET", f"sessions/{repl.quoted_session}")["session"]
    ttl = found["ttl_seconds"]
    lives = "never expires" if not ttl else f"expires after {ttl:g} s without use"
    place = ".".join(filter(None, (repl.talk.told("database"), repl.talk.told("schema"))))
    repl.screen.line(
        f"Session: {found['session_id']} ({found['type']}, {lives})\n"
        f"Connection: {repl.talk.number}, at {place or 'no database'}"
        f"{', in a transaction' if repl.talk.in_transaction else ''}"
    )


def _sessions(repl: Repl, text: str) -> None:
    answer = repl.rest.call("GET", "sessions")
    heads = ("session_id", "type", "created_at", "last_accessed", "ttl_seconds", "is_busy")
    repl.table(heads, [[str(each[head]) for head in heads] for each in answer["session_details"]])
    limits = answer["limits"]
    repl.screen.say(
        f"{limits['active_sessions']} of {limits['max_sessions']} sessions "
        f"({limits['usage_percentage']:g}%)"
    )


def _health(repl: Repl, text: str) -> None:
    found = repl.rest.call("GET", "health")
    repl.screen.line(
        f"{repl.rest.base} is {found['status']}: Mockhaus {found['version']}, "
        f"up for {found['uptime']:.0f} s"
    )


def _queries(repl: Repl, text: str) -> None:
    running = repl.rest.call("GET", f"sessions/{repl.quoted_session}/connections")["connections"]
    recent = repl.rest.call("GET", f"history?session_id={repl.quoted_session}&limit=20")
    rows: list[list[str | None]] = [
        [str(each["number"]), "RUNNING", f"{each['seconds']:.3f}", each["sql"], None]
        for each in running
        if each["seconds"] is not None
    ]
    rows += [
        [
            str(each["connection_id"]),
            each["status"],
            f"{each['total_ms'] / 1000:.3f}",
            each["sql"],
            each["query_id"],
        ]
        for each in recent["history"]
    ]
    repl.table(("connection", "status", "seconds", "sql", "query_id"), rows)


def _abort(repl: Repl, text: str) -> None:
    if not text.isdecimal():
        raise Wrong("!abort NUMBER stops what a connection runs; !queries tells the numbers.")
    path = f"sessions/{repl.quoted_session}/connections/{text}/cancel"
    repl.screen.line(repl.rest.call("POST", path)["message"])


def _result(repl: Repl, text: str) -> None:
    if not text.replace("-", "").isalnum():
        raise Wrong("!result QUERY_ID shows an answer again; !queries tells the ids.")
    repl.run(f"SELECT * FROM TABLE(RESULT_SCAN('{text}'))")


def _help(repl: Repl, text: str) -> None:
    wide = max(len(f"{each.name} {each.arguments}") for each in COMMANDS)
    lines = [f"  {f'{e.name} {e.arguments}':<{wide}}  {e.help}" for e in COMMANDS]
    keys = "End with ; · Tab completes · Ctrl-R searches · Ctrl-C cancels · Ctrl-D leaves"
    repl.screen.line("\n".join([*lines, keys]))


def _quit(repl: Repl, text: str) -> None:
    raise Quit


COMMANDS: Final = (
    Command(
        "\\l",
        "[PATTERN]",
        "list databases",
        _listed("SHOW DATABASES{like}", "name", "is_current", "owner", "comment"),
    ),
    Command(
        "\\dn",
        "[PATTERN]",
        "list schemas",
        _listed("SHOW SCHEMAS{like}", "name", "database_name", "is_current", "comment"),
    ),
    Command(
        "\\dt",
        "[PATTERN]",
        "list tables",
        _listed("SHOW TABLES{like}", "name", "schema_name", "kind", "rows", "comment"),
    ),
    Command(
        "\\dv",
        "[PATTERN]",
        "list views",
        _listed("SHOW VIEWS{like}", "name", "schema_name", "comment", "text"),
    ),
    Command(
        "\\df",
        "[PATTERN]",
        "list functions of your own",
        _listed("SHOW USER FUNCTIONS{like}", "name", "schema_name", "arguments", "description"),
    ),
    Command("\\d", "[NAME]", "list tables, or the columns of one", _describe),
    Command(
        "\\x",
        "[on|off|auto]",
        "show each row as a record",
        _expanded,
    ),
    Command("\\timing", "[on|off]", "tell how long statements take", _timing),
    Command("\\pager", "[on|off]", "page long answers", _pager),
    Command("\\format", "FORMAT", "write answers in another format", _format),
    Command("\\limit", "N", "show the first N rows, 0 for all", _limit),
    Command("\\i", "FILE", "run the statements of a file", _source),
    Command("\\o", "[FILE]", "write answers into a file", _output),
    Command("\\e", "[FILE]", "edit the last statement and run it", _edit),
    Command("\\watch", "[SECONDS [TIMES]]", "run the last statement again and again", _watch),
    Command("\\copy", "TABLE|(QUERY) FROM|TO 'FILE'", "CSV files of this machine", _copy),
    Command("\\translate", "[SQL]", "DuckDB's SQL of the last statement", _translate),
    Command("\\chart", "[SQL]", "plot an answer of a label and a number", _chart),
    Command("\\?", "", "this list", _help),
    Command("\\q", "", "leave", _quit),
    Command("!set", "NAME=VALUE", "set one of SnowSQL's options", _set),
    Command("!source", "FILE", "run the statements of a file", _source),
    Command("!spool", "FILE|off", "write answers into a file, or here again", _output),
    Command("!queries", "", "what runs in the session, and what ran", _queries),
    Command("!abort", "NUMBER", "stop what a connection runs", _abort),
    Command("!result", "QUERY_ID", "show an answer again", _result),
    Command("!help", "", "this list", _help),
    Command("!quit", "", "leave", _quit),
    Command("session", "", "session and connection", _session),
    Command("sessions", "", "the server's sessions", _sessions),
    Command("health", "", "whether the server answers", _health),
    Command("help", "", "this list", _help),
    Command("quit", "", "leave", _quit),
)

_BY_NAME: Final = {
    **{each.name: each for each in COMMANDS},
    **{
        other: next(each for each in COMMANDS if each.name == name)
        for other, name in {"?": "help", "q": "quit", "exit": "quit", "!exit": "!quit"}.items()
    },
}
