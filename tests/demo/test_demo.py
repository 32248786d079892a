"""The tour as a person sees it, and how its files are read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from demo import __main__ as demo, worksheet
from demo.render import WIDTH, cells
from demo.worksheet import LOAD, WORKSHEET, Step


def test_the_tour(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main() == 0
    shown, complaints = capsys.readouterr()
    assert complaints == ""
    assert "\x1b" not in shown, "colours although nobody looks"
    assert max(map(cells, shown.splitlines())) <= WIDTH
    steps = worksheet.read(WORKSHEET)
    for number, step in enumerate(steps, 1):
        assert f"\n{number}. {step.title}\n" in shown
    assert re.search(rf"Loaded 367,687 rows in .* s, ran {len(steps)} steps in", shown)


def test_a_failure_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "load.sql"
    path.write_text("-- ## Nowhere\n\nCOPY INTO nowhere FROM @nothing;\n")
    monkeypatch.setattr(worksheet, "LOAD", path)
    assert demo.main() == 1
    complaint = capsys.readouterr().err.strip()
    assert complaint.startswith("The demo ended early: step “Nowhere” failed: ")
    assert "\n" not in complaint


def test_steps_are_read(tmp_path: Path) -> None:
    path = tmp_path / "steps.sql"
    path.write_text(
        "-- A preface.\n\n-- ## First\n-- What it\n-- is.\n\nselect ';' as a,\n  2;\n\n"
        "-- ## Second\n\nset x = '{files}';\nselect $x; -- not an end\nselect 2;\n"
    )
    assert worksheet.read(path, files="/data") == [
        Step("First", "What it is.", ("select ';' as a,\n  2",)),
        Step("Second", "", ("set x = '/data'", "select $x; -- not an end\nselect 2")),
    ]


@pytest.mark.parametrize("path", [LOAD, WORKSHEET], ids=["load", "worksheet"])
def test_the_files_are_fit_to_read(path: Path) -> None:
    steps = worksheet.read(path)
    assert all(step.about for step in steps)
    assert all(step.statements for step in steps)
    assert max(map(len, path.read_text().splitlines())) <= WIDTH - 2


def test_the_worksheet_shows_what_it_should() -> None:
    text = " ".join(s for step in worksheet.read(WORKSHEET) for s in step.statements)
    shown = """IFF QUALIFY DATEADD DATEDIFF DATE_TRUNC LISTAGG PIVOT PARSE_JSON FLATTEN MERGE OVER ::
        GENERATOR $airport ALL WITH RATIO_TO_REPORT TRY_CAST MEDIAN ILIKE OBJECT_CONSTRUCT"""
    assert [word for word in shown.split() if word not in text] == []
