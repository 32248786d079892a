"""`mockhaus stage` against a running server."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from mockhaus.cli.main import main
from tests.cli.test_serve import serving


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, str]]:
    """The PostgreSQL address and the HTTP door of a server with a few stages."""
    with serving() as (_, address, rest):
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE TABLE t (n INT, s VARCHAR)")
            for name in ("landing", '"My Stage"', "other"):
                connection.execute(f"CREATE STAGE {name}")
        yield address, rest.removesuffix("/api/v1/")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a.csv, b.csv.gz and a name with a quote and a space."""
    (tmp_path / "a.csv").write_text("1,x\n")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"2,y\n"))
    (tmp_path / "it's c.csv").write_text("3,z\n")
    return tmp_path


def _call(server: tuple[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, ["stage", *arguments, "--url", server[1]])


def _rows(server: tuple[str, str], *arguments: str) -> list[dict[str, Any]]:
    result = _call(server, *arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    return list(json.loads(result.output))


def test_files_go_up_load_and_come_back(server: tuple[str, str], files: Path) -> None:
    paths = [str(files / name) for name in ("a.csv", "b.csv.gz", "it's c.csv")]
    done = _rows(server, "put", *paths, "@landing/in")
    assert [(row["source"], row["target"], row["status"]) for row in done] == [
        ("a.csv", "a.csv.gz", "UPLOADED"),
        ("b.csv.gz", "b.csv.gz", "UPLOADED"),
        ("it's c.csv", "it's c.csv.gz", "UPLOADED"),
    ]
    assert {row["status"] for row in _rows(server, "put", *paths, "@landing/in")} == {"SKIPPED"}
    listed = _rows(server, "list", "@landing")
    assert [row["name"] for row in listed] == [
        "landing/in/a.csv.gz",
        "landing/in/b.csv.gz",
        "landing/in/it's c.csv.gz",
    ]
    with psycopg.connect(server[0], autocommit=True) as connection:
        connection.execute("COPY INTO t FROM @landing/in")
        assert connection.execute("SELECT sum(n) FROM t").fetchone() == (6,)
    target = files / "back"
    target.mkdir()
    got = _rows(server, "get", "@landing/in", str(target), "--pattern", ".*/(a|it.s).*")
    assert [row["file"] for row in got] == ["a.csv.gz", "it's c.csv.gz"]
    assert gzip.decompress((target / "it's c.csv.gz").read_bytes()) == b"3,z\n"
    gone = _rows(server, "remove", "@landing", "--pattern", ".*[ab][.]csv.*")
    assert [row["result"] for row in gone] == ["removed", "removed"]
    assert len(_rows(server, "list", "@landing")) == 1


@pytest.mark.parametrize(
    "stage", ["@other/p", "@~/p", "@%t/p", '@"My Stage"/p', "@mockhaus.public.other/q"]
)
def test_every_kind_of_stage(server: tuple[str, str], files: Path, stage: str) -> None:
    plain = ("put", str(files / "a.csv"), stage, "--no-auto-compress")
    assert [row["status"] for row in _rows(server, *plain)] == ["UPLOADED"]
    assert [row["status"] for row in _rows(server, *plain)] == ["SKIPPED"]
    (files / "a.csv").write_text("1,changed\n")
    assert [row["status"] for row in _rows(server, *plain, "--overwrite")] == ["UPLOADED"]
    (files / "back").mkdir()
    assert [row["size"] for row in _rows(server, "get", stage, str(files / "back"))] == [10]
    assert (files / "back" / "a.csv").read_text() == "1,changed\n"


def test_an_answer_is_drawn_as_a_table(server: tuple[str, str], files: Path) -> None:
    _call(server, "put", str(files / "b.csv.gz"), "@~/drawn")
    first, _, row, *_ = _call(server, "list", "@~/drawn").output.splitlines()
    assert "name" in first
    assert "drawn/b.csv.gz" in row


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "@nix"], "does not exist"),
        (["list", "nix"], "is no stage"),
        (["list", "@landing/../x"], "Invalid stage path"),
        (["put", "{files}/a.csv", "@nix"], "does not exist"),
        (["get", "@landing/'", "{files}", "--pattern", "*"], "regular expression"),
        (["list", "@landing", "--session", "nix"], "nix"),
    ],
)
def test_what_the_server_refuses_is_one_line(
    server: tuple[str, str], files: Path, arguments: list[str], said: str
) -> None:
    result = _call(server, *(each.replace("{files}", str(files)) for each in arguments))
    assert result.exit_code == 1
    assert said in result.output
    assert result.output.startswith("Error: ")
    assert "Traceback" not in result.output


def test_two_files_of_one_name_are_not_mixed_up(server: tuple[str, str], files: Path) -> None:
    for folder in ("x", "y"):
        _call(server, "put", str(files / "a.csv"), f"@~/twice/{folder}")
    result = _call(server, "get", "@~/twice", str(files))
    assert "Several of the files would be named 'a.csv.gz'" in result.output


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        result = CliRunner().invoke(main, ["stage", "list", "@~", "--url", url])
    assert result.exit_code == 3
    assert url in result.output


@pytest.mark.parametrize("url", ["nonsense", "ftp://x", "http://x:port", "http://[x"])
def test_what_is_no_address(url: str) -> None:
    result = CliRunner().invoke(main, ["stage", "list", "@~", "--url", url])
    assert result.exit_code == 3
    assert "is no address of a server" in result.output


def test_a_server_with_users_wants_to_know_who(tmp_path: Path, files: Path) -> None:
    users = str(tmp_path / "users.json")
    add = [sys.executable, "-m", "mockhaus", "user", "add", "ann", "--users", users]
    subprocess.run(add, input="secret\n", text=True, check=True, capture_output=True)
    with serving("--users", users) as (_, address, rest):
        psycopg.connect(address, user="ann", password="secret").close()  # the session is there now
        url = ("", rest.removesuffix("/api/v1/"))
        assert "--user" in _call(url, "list", "@~").output
        known = ("--user", "ann", "--password", "secret", "--session", "default")
        assert _rows(url, "put", str(files / "a.csv"), "@~", *known)[0]["status"] == "UPLOADED"
        assert [row["name"] for row in _rows(url, "list", "@~", *known)] == ["a.csv.gz"]
