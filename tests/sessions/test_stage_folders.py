"""Which folders of the server's machine file:// stages, PUT and GET reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockhaus import errors
from mockhaus.config import Config
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions
from tests.support import run

_ALL = (Path("/"),)
_SOME = (Path("/srv"),)


@pytest.mark.parametrize(
    ("settings", "folders"),
    [
        ({}, _ALL),
        ({"host": "localhost"}, _ALL),
        ({"allow_path": _SOME}, _SOME),
        ({"host": "0.0.0.0", "insecure": True}, ()),
        ({"host": "0.0.0.0", "insecure": True, "allow_path": _SOME}, _SOME),
        ({"users": Path("users.json")}, ()),
        ({"users": Path("users.json"), "allow_path": _SOME}, _SOME),
    ],
)
def test_all_while_only_the_local_user_can_connect(
    settings: dict[str, Any], folders: tuple[Path, ...]
) -> None:
    assert Config(**settings).stage_folders == folders


@pytest.mark.parametrize("persistent", [False, True])
def test_others_are_refused(tmp_path: Path, persistent: bool) -> None:
    """The session's own files stay in reach, those of its neighbours do not."""
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "x.csv").write_text("1\n")
    registry = Registry(Config(data_dir=tmp_path / "data", allow_path=(inside,)))
    try:
        session = registry.create("s", kind="persistent" if persistent else "memory")
        session_connection = session.connect(
            user="ann", door="http", transactions=Transactions.SNOWFLAKE
        )
        run(session_connection, "CREATE TABLE t (a INT); CREATE STAGE own")
        run(session_connection, f"CREATE STAGE near URL = 'file://{inside}'")
        run(session_connection, f"PUT file://{inside}/x.csv @own")
        assert run(session_connection, "COPY INTO t FROM @near")[0][1] == "LOADED"
        assert run(session_connection, "COPY INTO t FROM @own")[0][1] == "LOADED"
        for far in (outside, tmp_path / "data"):
            run(session_connection, f"CREATE OR REPLACE STAGE far URL = 'file://{far}'")
            for statement in (
                "LIST @far",
                "COPY INTO t FROM @far",
                "COPY INTO @far FROM t",
                f"PUT file://{far}/x.csv @own",
                f"GET @own file://{far}",
            ):
                with pytest.raises(errors.LoadError):
                    run(session_connection, statement)
        (inside / "link").symlink_to(outside)
        run(session_connection, f"CREATE OR REPLACE STAGE far URL = 'file://{inside}/link'")
        with pytest.raises(errors.LoadError):
            run(session_connection, "LIST @far")
    finally:
        registry.close()
