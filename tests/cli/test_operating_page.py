"""docs/operating.md, docker-compose.yml and Dockerfile name what there is."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner
from starlette.testclient import TestClient

from mockhaus.cli.main import main
from mockhaus.config import Config
from mockhaus.sessions.registry import Registry
from tests.rest.conftest import client_of

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")

#: Commands whose options the page names.
COMMANDS = (["serve"], ["user", "add"], ["user", "set"], ["token", "create"])
#: Options of others: curl's, Docker's.
OTHERS = {"--wait", "--volumes", "--rm"}
#: Variables without a flag.
VARIABLES = {"MOCKHAUS_USER", "MOCKHAUS_PASSWORD", "MOCKHAUS_CLEANUP_INTERVAL"}


def test_flags_and_variables() -> None:
    helped = "".join(CliRunner().invoke(main, [*each, "--help"]).output for each in COMMANDS)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE)) - OTHERS <= set(
        re.findall(r"--[a-z][a-z-]+", helped)
    )
    for name in ("docs/operating.md", "docker-compose.yml", "Dockerfile"):
        text = (ROOT / name).read_text(encoding="utf-8")
        named = set(re.findall(r"\bMOCKHAUS_[A-Z_]+", text))
        assert named <= set(re.findall(r"\bMOCKHAUS_[A-Z_]+", helped)) | VARIABLES, name


def test_metrics() -> None:
    registry = Registry(Config())
    with client_of(Config(), registry) as client:
        assert isinstance(client, TestClient)
        shown = client.get("/metrics").text
    registry.close()
    assert set(re.findall(r"`(mockhaus_\w+)", PAGE)) == set(
        re.findall(r"^# TYPE (mockhaus_\w+)", shown, re.M)
    )
    for name in re.findall(r"`(mockhaus_\w+)` \(histogram\)", PAGE):
        assert f"# TYPE {name} histogram" in shown


def test_the_container_keeps_its_data_and_is_looked_after() -> None:
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (folder,) = re.findall(r"MOCKHAUS_DATA_DIR=(\S+)", image)
    assert f"- mockhaus:{folder}\n" in compose
    assert re.search(r"^volumes:\n  mockhaus:$", compose, re.M)
    assert "\nHEALTHCHECK " in image
    published = re.findall(r'"(?P<address>[\d.]+):\d+:(?P<port>\d+)"', compose)
    (exposed,) = re.findall(r"^EXPOSE (.*)$", image, re.M)
    assert sorted(published) == [("127.0.0.1", port) for port in sorted(exposed.split())]
