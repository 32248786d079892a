"""The pytest plugin, in suites of their own: the example, and small ones."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "pytest_suite"


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """pytest in a folder, with no plugin but Mockhaus's and those that are named."""
    environment = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(ROOT),
        "PYTEST_ADDOPTS": "",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "mockhaus.plugin", *arguments]
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example, copied from the repository."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "suite"))


@pytest.mark.parametrize("arguments", [(), ("-p", "xdist.plugin", "-n", "2")])
def test_the_example(example: Path, arguments: tuple[str, ...]) -> None:
    status, output = run(example, *arguments)
    assert status == 0, output
    assert "9 passed" in output


#: Lines of pytest.ini, files, tests, what pytest says.
SUITES = {
    "nothing prepared": (
        "",
        {},
        "def test(mockhaus_cursor):\n"
        "    assert mockhaus_cursor.execute('SHOW TABLES').fetchall() == []\n",
        "1 passed",
    ),
    "prepared in Python": (
        "",
        {
            "conftest.py": "import pytest\n"
            "@pytest.fixture(scope='session')\n"
            "def mockhaus_base(mockhaus_server):\n"
            "    with mockhaus_server.session() as base:\n"
            "        base.run('CREATE TABLE t AS SELECT 7 AS a')\n"
            "        yield base\n"
        },
        "def test(mockhaus_session):\n"
        "    assert mockhaus_session.run('SELECT a FROM t') == [(7,)]\n",
        "1 passed",
    ),
    "a file that is not there": (
        "mockhaus_setup = nope.sql",
        {},
        "def test(mockhaus_session): pass\n",
        r"mockhaus_setup: there is no file .*nope\.sql",
    ),
    "a file that fails": (
        "mockhaus_setup = base.sql",
        {"base.sql": "CREATE TABLE t (a INT);\nINSERT INTO nope VALUES (1);\n"},
        "def test(mockhaus_session): pass\n",
        r"Object 'NOPE' does not exist(?s:.*)in .*base\.sql, which mockhaus_setup names",
    ),
    "a server alone": (
        "",
        {},
        "import psycopg\n"
        "def test(mockhaus_server):\n"
        "    with psycopg.connect(mockhaus_server.dsn) as connection:\n"
        "        assert connection.execute('SELECT 1').fetchone() == (1,)\n",
        "1 passed",
    ),
    "nothing of it used": (
        "",
        {},
        "import sys\n"
        "def test():\n"
        "    assert 'mockhaus.plugin' in sys.modules\n"
        "    assert not {'duckdb', 'pyarrow', 'sqlglot', 'numpy', 'msgspec'} & set(sys.modules)\n",
        "1 passed",
    ),
}


@pytest.mark.parametrize("name", SUITES)
def test_suites(tmp_path: Path, name: str) -> None:
    lines, files, tests, says = SUITES[name]
    for file, text in {"pytest.ini": f"[pytest]\n{lines}\n", "test_it.py": tests, **files}.items():
        (tmp_path / file).write_text(text)
    _, output = run(tmp_path)
    assert re.search(says, output), output


def test_fixtures_tell_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    _, output = run(tmp_path, "--fixtures", "-v")
    found = re.findall(r"^(mockhaus_\w+).*\n +(\S.*)$", output, re.M)
    assert [name for name, _ in found] == [
        "mockhaus_server", "mockhaus_base", "mockhaus_options", "mockhaus_session",
        "mockhaus_connection", "mockhaus_cursor",
    ]  # fmt: skip
