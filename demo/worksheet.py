"""Reads a worksheet: a .sql file of steps, each a heading, a comment and statements."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
#: The package has it, for `mockhaus sample`.
LOAD: Final = Path(str(resources.files("mockhaus.client"))) / "flights.sql"
WORKSHEET: Final = HERE / "worksheet.sql"

_HEADING: Final = "-- ## "


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `about` is its comment in one line; statements come without their semicolon."""

    title: str
    about: str
    statements: tuple[str, ...]


def read(path: Path, **values: str) -> list[Step]:
    """The steps of a file; `{name}` in it becomes the value of that name."""
    steps = []
    _, *parts = ("\n" + path.read_text(encoding="utf-8")).split("\n" + _HEADING)
    for part in parts:
        title, *lines = part.splitlines()
        about = []
        while lines and lines[0].startswith("--"):
            about.append(lines.pop(0).removeprefix("--").strip())
        text = "\n".join(lines)
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        steps.append(Step(title.strip(), " ".join(about), _statements(text)))
    return steps


def _statements(text: str) -> tuple[str, ...]:
    """A statement ends where a line ends with a semicolon."""
    parts = (text.strip() + "\n").split(";\n")
    return tuple(part.strip() for part in parts if part.strip())
