"""What README, docs/python.md and docs/testing.md show of Python, run as it stands there.

Blocks of ```pycon are a session of Python, page by page. Blocks whose first line names a file are
that file of a test suite, which must pass.
"""

from __future__ import annotations

import doctest
import re
from decimal import Decimal
from pathlib import Path

import pytest

from mockhaus import plugin
from mockhaus.dbapi import connecting
from tests.testing.test_plugin import ROOT, run

PAGES = ("README.md", "docs/python.md", "docs/testing.md")
_FILE = re.compile(r"(?:#|--) (\S+\.(?:py|sql|ini))\n")


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


@pytest.mark.parametrize("page", PAGES)
def test_sessions_of_python(page: str) -> None:
    text = "\n".join(blocks(page, "pycon"))
    assert ">>>" in text
    found = doctest.DocTestParser().get_doctest(text, {"Decimal": Decimal}, page, page, 0)
    told: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(found, out=told.append)
    assert not told, "".join(told)


def test_the_suite_of_the_page(tmp_path: Path) -> None:
    files = {}
    for language in ("ini", "sql", "python"):
        for text in blocks("docs/testing.md", language):
            head = _FILE.match(text)
            assert head is not None, text
            files[head[1]] = text
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    status, output = run(tmp_path)
    assert status == 0, output
    assert "5 passed" in output


def test_the_page_names_every_option_of_connect() -> None:
    page = (ROOT / "docs" / "python.md").read_text()
    rows = re.findall(r"^\| (`.*?) \|", page, re.M)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    own = connecting._OWN | connecting._OF_THE_SESSION
    assert own - named == {"validate_default_parameters"}  # it is told beside another
    assert "validate_default_parameters" in page


def test_the_page_names_every_fixture() -> None:
    fixtures = {name for name in vars(plugin) if name.startswith("mockhaus_")}
    page = (ROOT / "docs" / "testing.md").read_text()
    assert set(re.findall(r"^\| `(mockhaus_\w+)`", page, re.M)) == fixtures
