"""Bodies that are not understood: 422 with what is wrong, where, in the original server's shape."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from mockhaus.http.layers import read_body
from mockhaus.http.refusals import Refused
from tests.rest.fakes import FakeRegistry, fake_app

QUERY, SESSIONS = "/api/v1/query", "/api/v1/sessions"

REFUSED = [
    # path, body, type, loc after "body", part of msg
    (QUERY, b"", "missing", [], "Field required"),
    (QUERY, b"{}", "missing", ["sql"], "Field required"),
    (QUERY, b'{"sql":""}', "string_too_short", ["sql"], "At least 1 character"),
    (QUERY, b'{"sql":null}', "string_type", ["sql"], "Expected str, got null"),
    (QUERY, b'{"sql":1}', "string_type", ["sql"], "Expected str, got int"),
    (QUERY, b'{"sql":["x"]}', "string_type", ["sql"], "Expected str, got array"),
    (QUERY, b'{"sql":"x","limit":1}', "extra_forbidden", ["limit"], "Unknown field 'limit'"),
    (QUERY, b'{"sql":"x","session_id":7}', "string_type", ["session_id"], "got int"),
    (QUERY, b'"sql"', "dict_type", [], "Expected object, got str"),
    (QUERY, b"[1]", "dict_type", [], "Expected object, got array"),
    (QUERY, b"{", "json_invalid", [], "truncated"),
    (QUERY, b"sql=select 1", "json_invalid", [0], "JSON decode error"),
    (QUERY, b'{"sql":"x"} y', "json_invalid", [13], "trailing characters"),
    (QUERY, b'{"sql":"\xff"}', "json_invalid", [], "utf-8"),
    (QUERY, b'{"sql":"\\ud800"}', "json_invalid", [], "JSON decode error"),
    (QUERY, b"[" * 100_000, "json_invalid", [], "too deeply"),
    (QUERY, b'{"sql":' + b"[" * 400 + b"]" * 400 + b"}", "string_type", ["sql"], "got array"),
    (SESSIONS, b"", "missing", [], "Field required"),
    (SESSIONS, b'{"session_id":""}', "string_too_short", ["session_id"], "At least 1 character"),
    (SESSIONS, b'{"type":"bogus"}', "literal_error", ["type"], "Unknown value 'bogus'"),
    (SESSIONS, b'{"type":null}', "string_type", ["type"], "got null"),
    (SESSIONS, b'{"ttl_seconds":-1}', "greater_than_equal", ["ttl_seconds"], "At least 0"),
    (SESSIONS, b'{"ttl_seconds":1e12}', "less_than_equal", ["ttl_seconds"], "At most"),
    (SESSIONS, b'{"ttl_seconds":1e999}', "number_out_of_range", [], "out of range"),
    (SESSIONS, b'{"ttl_seconds":"60"}', "float_type", ["ttl_seconds"], "got str"),
    (SESSIONS, b'{"storage":{}}', "missing", ["storage", "type"], "Field required"),
    (SESSIONS, b'{"storage":{"type":1}}', "string_type", ["storage", "type"], "got int"),
    (SESSIONS, b'{"storage":{"type":"local","x":1}}', "extra_forbidden", ["storage", "x"], "'x'"),
]


@pytest.mark.parametrize(
    ("path", "body", "kind", "location", "words"), REFUSED, ids=[str(r[1][:40]) for r in REFUSED]
)
def test_refused(path: str, body: bytes, kind: str, location: list[Any], words: str) -> None:
    registry = FakeRegistry()
    with TestClient(fake_app(registry)) as client:
        response = client.post(path, content=body)
    assert response.status_code == 422
    [problem] = response.json()["detail"]
    assert set(problem) == {"type", "loc", "msg", "input"}
    assert problem["type"] == kind
    assert problem["loc"] == ["body", *location]
    assert words in problem["msg"]
    assert registry.sessions == {}, "nothing was created"


def test_the_input_is_shown() -> None:
    with TestClient(fake_app(FakeRegistry())) as client:
        [wrong] = client.post(QUERY, content=b'{"sql":1}').json()["detail"]
        [missing] = client.post(QUERY, content=b'{"database":"d"}').json()["detail"]
        [unknown] = client.post(QUERY, content=b'{"sql":"x","limit":9}').json()["detail"]
    assert wrong["input"] == 1
    assert missing["input"] == {"database": "d"}
    assert unknown["input"] == 9


def test_a_body_that_drips_is_not_taken_for_ever() -> None:
    """Each part comes in time, and none is the last."""
    parts = 0

    async def receive() -> Message:
        nonlocal parts
        parts += 1
        await asyncio.sleep(0.005)
        return {"type": "http.request", "body": b"x", "more_body": True}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(Refused) as refused:
        asyncio.run(read_body(request, 10**6, 0.05))
    assert (refused.value.status, refused.value.failure.error) == (408, "REQUEST_TIMEOUT")
    assert parts > 1


def test_a_body_has_a_largest_size() -> None:
    with TestClient(fake_app(FakeRegistry("s"), body_limit=100)) as client:
        fits = client.post(QUERY, json={"sql": "x", "session_id": "s"})
        announced = client.post(QUERY, json={"sql": "x" * 100})
        chunked = client.post(QUERY, content=iter([b'{"sql":"' + b"x" * 60, b"x" * 60 + b'"}']))
    assert fits.status_code == 200
    assert announced.status_code == chunked.status_code == 413
    assert announced.json() == chunked.json()
    assert announced.json()["detail"]["error"] == "PAYLOAD_TOO_LARGE"
    assert announced.headers["connection"] == "close"
