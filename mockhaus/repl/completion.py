"""What may come next where the cursor stands: a pure function of the text and the names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from mockhaus.client.statements import rest
from mockhaus.repl.commands import COMMANDS
from mockhaus.repl.names import Names, Relation
from mockhaus.repl.words import (
    BEFORE_DATABASES,
    BEFORE_RELATIONS,
    BEFORE_SCHEMAS,
    KEYWORDS,
    TYPES,
)

_COMMAND: Final = re.compile(r"[\\!]\w*$")
_PATH: Final = re.compile(r"(?P<path>(?:(?:[A-Za-z_][\w$]*|\"[^\"]*\")\.)*)(?P<word>\"?[\w$]*)$")
_VARIABLE: Final = re.compile(r"\$(?P<word>\w*)$")
_STAGE: Final = re.compile(r"@(?P<word>[\w$]*)$")
_BEFORE: Final = re.compile(r"(\w+)\s+$")
#: A relation behind FROM, JOIN, INTO, UPDATE or a comma, and its alias.
_NAMED: Final = re.compile(
    r"""(?:\b(?:FROM|JOIN|INTO|UPDATE|TABLE|USING)|,)\s+
    (?P<name>(?:(?:[A-Za-z_][\w$]*|"[^"]*")\.){0,2}(?:[A-Za-z_][\w$]*|"[^"]*"))
    (?:\s+(?:AS\s+)?(?P<alias>[A-Za-z_][\w$]*))?""",
    re.I | re.X,
)
_STRINGS: Final = re.compile(r"'(?:[^'\\]|\\.|'')*('|\Z)|(?:--|//)[^\n]*|/\*.*?(?:\*/|\Z)", re.S)


class Candidate(Struct, frozen=True):
    """A text that may stand for the last `length` characters before the cursor; what it is."""

    text: str
    length: int
    kind: str


def candidates(before: str, after: str, names: Names) -> list[Candidate]:
    """What may be meant with the cursor between two texts, the likeliest first."""
    if found := _COMMAND.fullmatch(before.lstrip()):
        return [
            Candidate(command.name, len(found[0]), command.help)
            for command in COMMANDS
            if command.name.startswith(found[0])
        ]
    statement = rest(before)
    if _is_text(statement):
        return []
    if found := _VARIABLE.search(statement):
        return _starting(found["word"], ((name, "variable") for name in names.variables))
    if found := _STAGE.search(statement):
        return _starting(found["word"], ((name, "stage") for name in names.stages))
    path = _PATH.search(statement)
    assert path is not None  # it matches an empty text
    word, parts = path["word"], [_stored(part) for part in _parts(path["path"])]
    used = _used(statement + after.partition(";")[0], names)
    if parts:
        return _starting(word, _members(parts, used, names))
    if not word and not statement.strip():
        return []
    ahead = _BEFORE.search(statement[: path.start()])
    return _starting(word, _words(ahead[1].upper() if ahead else "", used, names))


def _is_text(statement: str) -> bool:
    """Whether the cursor is within a string or a comment."""
    return any(
        found.end() == len(statement) and (not found[1] if found[0][0] == "'" else True)
        for found in _STRINGS.finditer(statement)
    )


def _starting(word: str, all_of: Iterator[tuple[str, str]]) -> list[Candidate]:
    """Those that begin with a word, in any case, each once; words typed small stay small."""
    start, found = word.strip('"').upper(), dict[str, Candidate]()
    for name, kind in all_of:
        if name.upper().startswith(start) and name not in found:
            found[name] = Candidate(_written(name, word), len(word), kind)
    return list(found.values())


def _written(name: str, word: str) -> str:
    if word.startswith('"') or not re.fullmatch(r"[A-Z_][A-Z0-9_$]*", name):
        return '"' + name.replace('"', '""') + '"'
    return name.lower() if word != word.upper() or not word else name


def _words(ahead: str, used: dict[str, Relation], names: Names) -> Iterator[tuple[str, str]]:
    if ahead in BEFORE_DATABASES:
        yield from ((name, "database") for name in names.databases)
    if ahead in BEFORE_SCHEMAS:
        yield from ((name, "schema") for _, name in names.schemas)
    if ahead in BEFORE_RELATIONS:
        yield from _relations(names)
        yield from ((name, "schema") for _, name in names.schemas)
        yield from ((name, "database") for name in names.databases)
    else:
        for relation in used.values():
            yield from relation.columns.items()
        yield from ((alias, "table") for alias in used)
    yield from ((name, "keyword") for name in KEYWORDS)
    yield from names.functions.items()
    yield from ((name, "type") for name in TYPES)
    yield from _relations(names)
    yield from ((name, "database") for name in names.databases)


def _relations(names: Names) -> Iterator[tuple[str, str]]:
    here = (names.database, names.schema)
    return ((r.name, "table") for r in names.relations if (r.database, r.schema) == here)


def _members(
    parts: list[str], used: dict[str, Relation], names: Names
) -> Iterator[tuple[str, str]]:
    """What a path leads to: columns of a relation, relations of a schema, schemas of a database."""
    if (relation := used.get(parts[-1]) or _relation(parts, names)) is not None:
        yield from relation.columns.items()
    if len(parts) == 1:
        yield from (
            (schema, "schema") for database, schema in names.schemas if database == parts[0]
        )
        parts = [names.database, *parts]
    for each in names.relations:
        if [each.database, each.schema] == parts:
            yield each.name, "table"


def _used(statement: str, names: Names) -> dict[str, Relation]:
    """The relations that a statement names, by what it calls them."""
    found: dict[str, Relation] = {}
    for match in _NAMED.finditer(_STRINGS.sub(" ", statement)):
        parts = [_stored(part) for part in _parts(match["name"])]
        relation = _relation(parts, names)
        if relation is not None:
            alias = (match["alias"] or "").upper()
            found[alias if alias and alias not in KEYWORDS else parts[-1]] = relation
    return found


def _relation(parts: list[str], names: Names) -> Relation | None:
    full = [*[names.database, names.schema][: 3 - len(parts)], *parts]
    return next((r for r in names.relations if [r.database, r.schema, r.name] == full), None)


def _parts(path: str) -> list[str]:
    return re.findall(r'[A-Za-z_][\w$]*|"[^"]*"', path)


def _stored(name: str) -> str:
    return name.strip('"') if name.startswith('"') else name.upper()
