"""`/openapi.json` from the code's own types, and pages that show it offline (seed items 21, 22)."""

from __future__ import annotations

import json
import re

import pytest
from starlette.testclient import TestClient


def test_every_reference_is_defined(client: TestClient) -> None:
    api = client.get("/openapi.json").json()
    assert api["openapi"].startswith("3.1")
    assert api["info"]["title"] == "Mockhaus"
    text = json.dumps(api)
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert named <= set(api["components"]["schemas"])
    assert {"QueryRequest", "QueryAnswer", "StatementRequest", "ResultSet"} <= named


def test_operations_are_those_that_are_served(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    query = paths["/api/v1/query"]["post"]
    assert set(query["responses"]) >= {"200", "202", "400", "404", "422"}
    assert "requestBody" in paths["/api/v2/statements"]["post"]
    parameters = paths["/api/v2/statements/{handle}"]["get"]["parameters"]
    assert [(each["name"], each["in"], each["required"]) for each in parameters] == [
        ("handle", "path", True),
        ("partition", "query", False),
        ("requestId", "query", False),
    ]
    for path, methods in paths.items():
        for method, operation in methods.items():
            assert operation["summary"].endswith("."), (method, path)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_pages_need_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"https?://", page.text)
