"""A SQL API client as its users write one."""

from __future__ import annotations

import time
from typing import Any

from starlette.testclient import TestClient

PATH = "/api/v2/statements"
HEADERS = {"Authorization": "Bearer token", "User-Agent": "tests/1.0"}


class SqlApiClient:
    """Requests with a token; `headers` go with each."""

    def __init__(self, client: TestClient, **headers: str) -> None:
        self.http = client
        self.headers = HEADERS | {name.replace("_", "-"): v for name, v in headers.items()}

    def post(self, statement: str, query: str = "", **fields: Any) -> Any:
        """The response to a statement."""
        return self.http.post(
            PATH + query, json={"statement": statement, **fields}, headers=self.headers
        )

    def run(self, statement: str, query: str = "", **fields: Any) -> dict[str, Any]:
        """The body of a result."""
        response = self.post(statement, query, **fields)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    def data(self, statement: str, query: str = "", **fields: Any) -> Any:
        """The rows of a result."""
        return self.run(statement, query, **fields)["data"]

    def get(self, handle: str, query: str = "") -> Any:
        """The response to a fetch."""
        return self.http.get(f"{PATH}/{handle}{query}", headers=self.headers)

    def cancel(self, handle: str) -> Any:
        """The response to a cancel."""
        return self.http.post(f"{PATH}/{handle}/cancel", headers=self.headers)

    def finished(self, handle: str) -> Any:
        """The first response that does not say that the statement runs."""
        until = time.monotonic() + 30
        while (response := self.get(handle)).status_code == 202:
            assert time.monotonic() < until
        return response
