"""The error tree: its drawing in mockhaus/errors/ is the classes, and each has its codes."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from mockhaus import errors
from mockhaus.cli import errors_page, refused_page
from mockhaus.errors import MockhausError, SessionError, SqlError, WireError

_LINE = re.compile(r"^(?P<branch>[ │├└─]*)(?P<name>[A-Z]\w+)(?P<rest>.*)$")


@dataclass(frozen=True)
class Drawn:
    """One line of the drawing."""

    name: str
    parent: str | None
    codes: tuple[str, ...]


def drawing() -> list[Drawn]:
    lines: list[Drawn] = []
    above: dict[int, str] = {}
    block = inspect.cleandoc(errors.__doc__ or "").split("\n\n")[1]
    for line in block.splitlines():
        match = _LINE.match(line)
        assert match, line
        depth = len(match["branch"])
        parents = [name for column, name in above.items() if column < depth]
        above = {column: name for column, name in above.items() if column < depth}
        above[depth] = match["name"]
        codes = tuple(
            word for word in match["rest"].split() if re.fullmatch(r"[0-9A-Z]{3,6}", word)
        )
        lines.append(Drawn(match["name"], parents[-1] if parents else None, codes))
    return lines


def classes(root: type[MockhausError] = MockhausError) -> list[type[MockhausError]]:
    found = [root]
    for child in root.__subclasses__():
        if child.__module__.startswith(errors.__name__):
            found += classes(child)
    return found


def test_every_class_is_drawn_once() -> None:
    drawn = [line.name for line in drawing()]
    assert sorted(drawn) == sorted(each.__name__ for each in classes())
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("line", drawing(), ids=lambda line: line.name)
def test_the_drawing_is_true(line: Drawn) -> None:
    cls = getattr(errors, line.name)
    if line.parent is not None:
        assert cls.__base__.__name__ == line.parent
    known = {cls.number, cls.sqlstate}
    if issubclass(cls, SessionError):
        known.add(str(cls.http_status))
    assert set(line.codes) <= known, "codes that the class has not"
    if issubclass(cls, SqlError) and (line.codes or not cls.__subclasses__()):
        codes = (cls.number, cls.sqlstate)
        assert line.codes == (codes[1:] if issubclass(cls, WireError) else codes)


@pytest.mark.parametrize("cls", classes(), ids=lambda cls: cls.__name__)
def test_codes_have_their_shape(cls: type[MockhausError]) -> None:
    assert re.fullmatch(r"\d{6}", cls.number)
    assert re.fullmatch(r"[0-9A-Z]{5}", cls.sqlstate)
    assert re.fullmatch(r"[0-9A-Z]{5}", cls.snowflake_state)


#: Class -> Snowflake number, Snowflake SQLSTATE, PostgreSQL SQLSTATE, as clients test for them.
CODES = [
    (errors.SqlSyntaxError, "001003", "42000", "42601"),
    (errors.UnknownFunction, "002140", "42601", "42883"),
    (errors.InvalidIdentifier, "000904", "42000", "42703"),
    (errors.UndefinedObject, "002003", "42S02", "42P01"),
    (errors.UndefinedSchema, "002003", "02000", "3F000"),
    (errors.UndefinedDatabase, "002003", "02000", "3D000"),
    (errors.DuplicateObject, "002002", "42710", "42P07"),
    (errors.UnsupportedFeature, "000002", "0A000", "0A000"),
    (errors.DivisionByZero, "100051", "22012", "22012"),
    (errors.InvalidNumber, "100038", "22018", "22P02"),
    (errors.Canceled, "000604", "57014", "57014"),
    (errors.EngineFault, "000603", "XX000", "XX000"),
]


@pytest.mark.parametrize(("cls", "number", "snowflake_state", "sqlstate"), CODES)
def test_codes(cls: type[MockhausError], number: str, snowflake_state: str, sqlstate: str) -> None:
    assert (cls.number, cls.snowflake_state, cls.sqlstate) == (number, snowflake_state, sqlstate)


def test_an_error_is_data() -> None:
    error = errors.InvalidIdentifier("invalid identifier 'X'", hint="h", detail="d", position=3)
    assert str(error) == error.message == "invalid identifier 'X'"
    assert (error.hint, error.detail, error.position, error.query_id) == ("h", "d", 3, None)


def test_the_page_is_true() -> None:
    page = Path(__file__).parent.parent / "docs" / "errors.md"
    assert page.read_text(encoding="utf-8") == errors_page.page(), "run `make docs`"


def test_the_page_of_refusals_is_true() -> None:
    page = Path(__file__).parent.parent / "docs" / "refused.md"
    assert page.read_text(encoding="utf-8") == refused_page.page(), "run `make docs`"
