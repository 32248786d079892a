"""`/api/v1/sessions/{id}/files`: upload and download of files of internal stages."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.rest.conftest import Query

DATA = b"1,x\n2,y\n"
MD5 = hashlib.md5(DATA, usedforsecurity=False)


@pytest.fixture
def url(query: Query) -> str:
    session = query("CREATE STAGE inner_stage")["session_id"]
    return f"/api/v1/sessions/{session}/files?file="


def test_what_is_uploaded_loads_and_comes_back(client: TestClient, query: Query, url: str) -> None:
    session = url.split("/")[4]
    headers = {"content-md5": base64.b64encode(MD5.digest()).decode()}
    answer = client.put(f"{url}@inner_stage/p/x.csv", content=DATA, headers=headers)
    assert (answer.status_code, answer.json()) == (
        200,
        {"success": True, "file": "inner_stage/p/x.csv", "size": 8, "md5": MD5.hexdigest()},
    )
    query("CREATE TABLE t (a INT, b VARCHAR); COPY INTO t FROM @inner_stage", session_id=session)
    assert query("SELECT * FROM t ORDER BY 1", session_id=session)["rows"] == [[1, "x"], [2, "y"]]
    back = client.get(f"{url}@inner_stage/p/x.csv")
    assert (back.status_code, back.content) == (200, DATA)
    assert back.headers["content-md5"] == headers["content-md5"]


def test_a_large_body_comes_in_parts(client: TestClient, url: str) -> None:
    parts = [bytes([n]) * 700_000 for n in range(5)]
    answer = client.put(f"{url}@~/big.bin", content=iter(parts))
    assert answer.json()["size"] == 3_500_000
    assert client.get(f"{url}@~/big.bin").content == b"".join(parts)


def test_a_file_is_replaced_only_if_asked(client: TestClient, url: str) -> None:
    assert client.put(f"{url}@~/x", content=b"1").status_code == 200
    assert client.put(f"{url}@~/x", content=b"2").status_code == 409
    assert client.get(f"{url}@~/x").content == b"1"
    assert client.put(f"{url}@~/x&overwrite=true", content=b"2").status_code == 200
    assert client.get(f"{url}@~/x").content == b"2"


def test_a_body_that_is_not_what_was_sent_leaves_nothing(client: TestClient, url: str) -> None:
    answer = client.put(f"{url}@~/x", content=b"1", headers={"content-md5": MD5.hexdigest()})
    assert (answer.status_code, answer.json()["detail"]["error"]) == (400, "MD5_MISMATCH")
    assert client.get(f"{url}@~/x").status_code == 404


@pytest.mark.parametrize(
    "reference",
    [
        "@nix/x.csv",
        "@inner_stage",
        "@inner_stage/p/",
        "@inner_stage/../x",
        "@inner_stage/%252e%252e/x",
        "inner_stage/x",
        "",
        "@outer_stage/x",
        "@inner_stage/x&overwrite=perhaps",
    ],
)
def test_what_is_refused(
    client: TestClient, query: Query, url: str, tmp_path: Path, reference: str
) -> None:
    session: Any = url.split("/")[4]
    query(f"CREATE STAGE outer_stage URL = 'file://{tmp_path}'", session_id=session)
    assert client.put(f"{url}{reference}", content=b"1").status_code == 400


def test_an_unknown_session(client: TestClient) -> None:
    assert client.put("/api/v1/sessions/nix/files?file=@~/x", content=b"1").status_code == 404


def test_the_statements_work_here_too(query: Query, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1\n")
    session = query("CREATE TEMPORARY STAGE passing")["session_id"]

    def rows(sql: str) -> list[list[Any]]:
        return list(query(sql, session_id=session)["rows"])

    assert rows(f"PUT file://{tmp_path}/x.csv @passing")[0][6] == "UPLOADED"
    assert [row[0] for row in rows("LIST @passing")] == ["passing/x.csv.gz"]
    assert rows(f"GET @passing file://{tmp_path}/")[0][2] == "DOWNLOADED"
    assert rows("SELECT $1 + 1 FROM @passing") == [[2]]
    assert rows("REMOVE @passing") == [["passing/x.csv.gz", "removed"]]
    assert (tmp_path / "x.csv.gz").exists()
