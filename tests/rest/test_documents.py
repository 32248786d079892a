"""`/openapi.json` from the code's own types, and pages that show it offline (seed items 21, 22)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from mockhaus.http.documents import recorded
from tests.rest import tour


def test_every_reference_is_defined(client: TestClient) -> None:
    api = client.get("/openapi.json").json()
    assert api["openapi"].startswith("3.1")
    assert api["info"]["title"] == "Mockhaus"
    text = json.dumps(api)
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert named <= set(api["components"]["schemas"])
    assert {"QueryRequest", "QueryAnswer", "StatementRequest", "ResultSet"} <= named


#: A command of docs/http.md: the method where it names one, the path.
_COMMAND = re.compile(
    r"curl -s(?P<asks>[^\n]*?)http://127\.0\.0\.1:8080(?P<path>/[^\s?'\"]*)(?P<rest>.*)"
)


def test_the_page_has_an_example_of_each_operation(client: TestClient) -> None:
    """tests/cli/test_pages.py runs them."""
    page = Path(__file__).parents[2].joinpath("docs/http.md").read_text(encoding="utf-8")
    shown = set()
    for command in _COMMAND.finditer(page):
        sends = re.search(r" -d ", command["rest"]) is not None
        method = re.search(r"-X (\w+)", command["asks"])
        shown.add(((method[1] if method else "POST" if sends else "GET"), command["path"]))
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        for method in methods:
            assert any(m == method.upper() and pattern.fullmatch(p) for m, p in shown), (
                method, path,
            )  # fmt: skip


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


def _shape(value: Any) -> Any:
    """The names of a JSON value, at every depth; rows have none of their own, and hours are not
    the same ones."""
    if isinstance(value, dict):
        return {name: name == "by_hour" or _shape(each) for name, each in value.items()}
    return [_shape(each) for each in value[:1]] if isinstance(value, list) else None


def test_examples_are_what_is_answered(client: TestClient) -> None:
    made, held = tour.examples(client), recorded()
    assert list(made) == list(held)
    for operation, calls in made.items():
        assert [call["status"] for call in calls] == [call["status"] for call in held[operation]]
        for call, example in zip(calls, held[operation], strict=True):
            assert call.get("request") == example.get("request"), operation
            if isinstance(call.get("answer"), dict):
                assert _shape(call["answer"]) == _shape(example["answer"]), operation


def test_every_operation_has_an_example(client: TestClient) -> None:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            content, *_ = operation["responses"]["200"]["content"].items()
            bodies = [content[1], *operation.get("requestBody", {}).get("content", {}).values()]
            wanted = bodies[path in ("/metrics", "/openapi.json", "/docs", "/redoc") :]
            assert all("example" in body for body in wanted), (method, path)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_pages_need_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"https?://", page.text)


def test_an_export_tells_of_its_types(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    answers = document["paths"]["/api/v1/history/export"]["get"]["responses"]["200"]["content"]
    for form in ("json", "csv", "parquet"):
        media = client.get(f"/api/v1/history/export?format={form}").headers["content-type"]
        assert media.partition(";")[0] in answers
