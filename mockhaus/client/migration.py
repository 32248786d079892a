"""What becomes of a folder of .sql files: which statements run, in part or not, and why.

The files are taken in the order of their names, as one script, in a session that is made for it and
ends with it. CREATE, ALTER, USE and SET are carried out there, so that others know the objects;
everything else is translated against them and not run, so files and rows are not looked at. What
misses an object is tried again once later files have made it.

Of dbt's target folder the manifest tells the order, and what each model is called: a model is
translated and then made as a view, so that others find it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import asdict, replace

from mockhaus.client import dbt
from mockhaus.client.outcomes import Refused, Unreachable
from mockhaus.client.rest import Rest, quoted
from mockhaus.client.statements import called, split

#: `missing` names an object that is in no file; `wrong` is no statement of Snowflake's, or fails.
Status: TypeAlias = Literal["runs", "partial", "refused", "missing", "wrong"]

_CARRIED_OUT: Final = re.compile(r"(?:CREATE|ALTER|USE|SET)\b", re.I)
#: Numbers of errors: what Mockhaus does not have, and objects that are not there.
_REFUSED: Final = frozenset({"000002", "002140"})
_MISSING: Final = frozenset({"002003", "002043"})


class Verdict(Struct, frozen=True):
    """What becomes of a statement; `reason` is empty where it runs, `translated` is DuckDB's SQL
    where it gets any. `line` counts from 1; `name` is dbt's, empty without dbt."""

    file: str
    line: int
    sql: str
    status: Status
    code: str
    reason: str
    translated: str | None
    name: str = ""


_Place: TypeAlias = dict[str, str]
_PLACE: Final = ("database", "schema")


class _Asked(Struct, frozen=True):
    file: str
    line: int
    sql: str


def files(folder: Path) -> list[Path]:
    """The .sql files of a folder and those below, by name."""
    return sorted(each for each in folder.rglob("*") if each.suffix.lower() == ".sql")


def report(
    rest: Rest, folder: Path, partial: Callable[[str], str], like: str | None = None
) -> list[Verdict]:
    """A verdict a statement. `partial` tells what is missing of a function, empty for nothing;
    `like` is a session whose objects are known from the beginning. Raises Unreachable, Refused,
    OSError, UnicodeDecodeError, NoManifest."""
    with _session(rest, like) as session:
        if dbt.is_target(folder):
            return list(_built(rest, session, dbt.nodes(folder), partial))
        return _run(rest, session, folder, partial)


@contextmanager
def _session(rest: Rest, like: str | None) -> Iterator[str]:
    """A session for the block, as another one or empty."""
    path = "sessions" if like is None else f"sessions/{quoted(like)}/fork"
    session = rest.call("POST", path, {"type": "memory"})["session"]["session_id"]
    try:
        yield session
    finally:
        with suppress(Unreachable, Refused):
            rest.call("DELETE", f"sessions/{quoted(session)}")


def _run(rest: Rest, session: str, folder: Path, partial: Callable[[str], str]) -> list[Verdict]:
    asked = [each for path in files(folder) for each in _asked(path, folder)]
    found: dict[int, Verdict] = {}
    #: The database and schema that were current when a statement came first.
    places: dict[int, _Place] = {}
    place = _place(rest, session)
    waiting = list(range(len(asked)))
    while waiting:
        for number in waiting:
            places.setdefault(number, place)
            found[number] = _verdict(rest, session, asked[number], places[number], partial)
            if _CARRIED_OUT.match(asked[number].sql):
                place = _place(rest, session)
        again = [number for number in waiting if found[number].status == "missing"]
        made = any(
            _CARRIED_OUT.match(asked[number].sql) and found[number].status != "missing"
            for number in waiting
        )
        waiting = again if made else []
    return [found[number] for number in range(len(asked))]


def _built(
    rest: Rest, session: str, nodes: Sequence[dbt.Node], partial: Callable[[str], str]
) -> Iterator[Verdict]:
    """A verdict for each of dbt's nodes that has SQL; those without are made."""
    schemas: set[tuple[str, str]] = set()
    for node in nodes:
        if node.schema not in schemas and all(node.schema):
            schemas.add(node.schema)
            database, schema = (f'"{_stored(name)}"' for name in node.schema)
            _tried(rest, session, f"CREATE DATABASE IF NOT EXISTS {database}", {})
            _tried(rest, session, f"CREATE SCHEMA IF NOT EXISTS {database}.{schema}", {})
        verdict = None
        if node.before:
            with suppress(Refused):
                _tried(rest, session, node.before, {})
        if node.sql is not None:
            pieces = split(node.sql)
            line = node.sql.count("\n", 0, pieces[0].start) + 1 if pieces else 1
            text = pieces[0].text if pieces else node.sql
            place = {name: _stored(value) for name, value in zip(_PLACE, node.schema, strict=True)}
            asked = _Asked(node.file, line, text)
            verdict = _verdict(rest, session, asked, place if all(node.schema) else {}, partial)
            yield replace(verdict, name=node.name)
        if node.made and (verdict is None or verdict.status in ("runs", "partial")):
            with suppress(Refused):  # who needs it tells that it is missing
                _tried(rest, session, node.made, {})


def _stored(name: str) -> str:
    """A name as Snowflake stores it, if dbt's adapter wrote it without quotes."""
    return name.upper() if name == name.lower() else name


def summary(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """A report as JSON has it: how many of each status, why, and every statement."""
    reasons = Counter(each.reason for each in verdicts if each.status != "runs")
    return {
        "statements": len(verdicts),
        "counts": _counts(verdicts),
        "reasons": dict(reasons.most_common()),
        "details": [asdict(each) for each in verdicts],
    }


def _counts(verdicts: Sequence[Verdict]) -> Mapping[Status, int]:
    counts: dict[Status, int] = {
        "runs": 0, "partial": 0, "refused": 0, "missing": 0, "wrong": 0
    }  # fmt: skip
    for each in verdicts:
        counts[each.status] += 1
    return counts


def _asked(path: Path, folder: Path) -> Iterator[_Asked]:
    text = path.read_text(encoding="utf-8-sig")
    for piece in split(text):
        yield _Asked(
            str(path.relative_to(folder)), text.count("\n", 0, piece.start) + 1, piece.text
        )


def _verdict(
    rest: Rest, session: str, asked: _Asked, place: _Place, partial: Callable[[str], str]
) -> Verdict:
    def verdict(status: Status, code: str, reason: str, sql: str | None = None) -> Verdict:
        return Verdict(asked.file, asked.line, asked.sql, status, code, reason, sql)

    try:
        translated = _tried(rest, session, asked.sql, place)
    except Refused as error:
        status: Status = "wrong"
        if error.code in _REFUSED:
            status = "refused"
        elif error.code in _MISSING:
            status = "missing"
        return verdict(status, error.code, " ".join(str(error).split()))
    remarks = [f"{name}: {told}" for name in called(asked.sql) if (told := partial(name))]
    if remarks:
        return verdict("partial", "", "; ".join(remarks), translated)
    return verdict("runs", "", "", translated)


def _tried(rest: Rest, session: str, sql: str, place: _Place) -> str | None:
    """DuckDB's SQL of a statement, where it gets any. Raises Refused, Unreachable."""
    body = {"sql": sql, "session_id": session, **place}
    if _CARRIED_OUT.match(sql):
        rest.call("POST", "query", body)
        return None
    found = rest.call("POST", "translate", body)["statements"]
    return found[0]["translated_sql"] if found else None


def _place(rest: Rest, session: str) -> _Place:
    context = rest.call("GET", f"sessions/{quoted(session)}")["session"]["context"]
    return {name: context[name] for name in _PLACE if context[name] is not None}
