"""docs/files.md tells of every option that the code knows, and of no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockhaus.ingestion.copying import copy_options, unload_options
from mockhaus.ingestion.files.format_options import TYPES
from mockhaus.ingestion.storage import integrations, stages, transfer

_PAGE = (Path(__file__).parents[2] / "docs" / "files.md").read_text()


def _section(title: str) -> str:
    return re.split(r"^## ", _PAGE.partition(f"\n## {title}\n")[2], flags=re.M)[0]


def _told(section: str) -> set[str]:
    """The options in the first cells of a section's tables."""
    cells = re.findall(r"^\| (`.*?) \|", section, re.M)
    return {name for cell in cells for name in re.findall(r"`([A-Z][A-Z_0-9]+)", cell)}


def test_format_options() -> None:
    rows = re.findall(r"^\| (`.*?) \|(.*)\|.*\|$", _section("File formats"), re.M)
    told: dict[str, set[str]] = {type: set() for type in TYPES}
    for names, cells in rows:
        marks = [cell.strip() for cell in cells.split("|")]
        for type, mark in zip(("CSV", "JSON", "PARQUET", "AVRO", "ORC", "XML"), marks, strict=True):
            told[type] |= set(re.findall(r"`([A-Z_0-9]+)`", names)) if mark else set()
    assert told == {type: set(options) for type, options in TYPES.items()}


@pytest.mark.parametrize(
    ("title", "options"),
    [
        ("Stages", {*stages.OPTIONS, *integrations.OPTIONS, "COMMENT"}),
        ("COPY INTO a table", {*copy_options.OPTIONS, "FILE_FORMAT"}),
        ("COPY INTO a location", {*unload_options.OPTIONS, "FILE_FORMAT", "PARTITION"}),
    ],
)
def test_options_of_statements(title: str, options: set[str]) -> None:
    assert _told(_section(title)) == options


def test_options_of_put_and_get() -> None:
    section = _section("PUT, GET, LIST, REMOVE")
    found = {
        name: re.findall(r"`([A-Z_]+)`", line)
        for name, line in re.findall(r"^\| `(PUT|GET).*?\| (.*) \|$", section, re.M)
    }
    assert found == {"PUT": list(transfer.PUT), "GET": list(transfer.GET)}
