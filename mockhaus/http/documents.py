"""`/openapi.json`, made of the table of operations and the types they name; pages that show it.

Its examples are calls that were made (`examples.json`, which `make docs` writes).
The pages need nothing from elsewhere: one small script draws the document as a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mockhaus import __version__
from mockhaus.http import refusals
from mockhaus.http.bodies import FailureAnswer, ProblemsAnswer
from mockhaus.http.queries import QueryState
from mockhaus.http.sqlapi.bodies import QueryFailureStatus, QueryStatus

if TYPE_CHECKING:
    from mockhaus.http.operations import Operation

_PARAMETER: Final = re.compile(r"\{(\w+)\}")


class Html(str):
    """The answer of an operation that is a page."""


#: Content that is described by its type alone.
_ANYTHING: Final[dict[str, Any]] = {}

#: What an answer that is no JSON is shown as.
_FILES: Final[dict[Any, str]] = {
    bytes: "application/octet-stream",
    str: "text/plain",
    Html: "text/html",
}
_WORDS: Final = {
    202: "Still running", 400: "Refused", 401: "No such token", 403: "Its owner's alone",
    404: "Not found", 408: "Too slow", 409: "Not now", 410: "Expired", 413: "Too large",
    415: "Not plain JSON", 422: "Not understood, or the statement failed",
    500: "A fault of the server's own", 503: "No room",
}  # fmt: skip


#: "METHOD /path" -> calls of it, as tests/rest/tour.py describes them.
Examples = Mapping[str, Sequence[Mapping[str, Any]]]


def recorded() -> Examples:
    """The examples that come with the package."""
    held = files("mockhaus.http").joinpath("examples.json").read_bytes()
    return msgspec.json.decode(held, type=dict[str, list[dict[str, Any]]])


def document(operations: Sequence[Operation], examples: Examples) -> dict[str, Any]:
    """The OpenAPI document."""
    types: list[Any] = [FailureAnswer, ProblemsAnswer, QueryFailureStatus, QueryStatus, QueryState]
    for operation in operations:
        types += [t for t in (operation.answer, operation.body, operation.documented) if t]
    unique = list({str(t): t for t in types if t not in _FILES}.values())
    made, components = msgspec.json.schema_components(
        unique, ref_template="#/components/schemas/{name}"
    )
    schemas = {str(t): schema for t, schema in zip(unique, made, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        calls = examples.get(f"{operation.method} {operation.path}", ())
        described = _operation(operation, schemas, calls)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mockhaus", "version": __version__},
        "paths": paths,
        "components": {"schemas": components},
    }


def _operation(
    operation: Operation, schemas: dict[str, Any], calls: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    answers = {call["status"]: call["answer"] for call in calls if "answer" in call}
    found: dict[str, Any] = {
        "tags": [operation.tag],
        "summary": operation.summary,
        "operationId": f"{operation.method.lower()} {operation.path}",
        "responses": {
            str(status): {
                "description": words,
                "content": _content(kind, schemas, answers.get(str(status)))
                | (dict.fromkeys(operation.media, _ANYTHING) if status == 200 else {}),
            }
            for status, words, kind in _answers(operation)
        },
    }
    first = calls[0] if calls else {}
    if parameters := _parameters(operation, first):
        found["parameters"] = parameters
    body = operation.body or operation.documented
    if body is not None:
        content = _content(body, schemas, first.get("request"))
        found["requestBody"] = {"required": True, "content": content}
    return found


def _parameters(operation: Operation, call: Mapping[str, Any]) -> list[dict[str, Any]]:
    path: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(operation.path)
    ]
    query: list[dict[str, Any]] = [
        {
            "name": parameter.name,
            "in": "query",
            "required": parameter.required,
            "description": parameter.words,
            "schema": dict(parameter.schema),
        }
        for parameter in operation.query
    ]
    given = {**call.get("path", {}), **call.get("query", {})}
    for described in path + query:
        if described["name"] in given:
            described["example"] = given[described["name"]]
    return path + query


def _answers(operation: Operation) -> list[tuple[int, str, Any]]:
    answers: list[tuple[int, str, Any]] = [(200, "Done", operation.answer)]
    for status in (*operation.refusals, 500):
        answers.append((status, _WORDS[status], _refusal(operation, status)))
    return answers


def _refusal(operation: Operation, status: int) -> Any:
    if status == 202:
        return QueryStatus if operation.is_sql_api else QueryState
    if operation.is_sql_api:
        return QueryFailureStatus
    return ProblemsAnswer if status == 422 else FailureAnswer


def _content(kind: Any, schemas: dict[str, Any], example: Any) -> dict[str, Any]:
    shown = {} if example is None else {"example": example}
    if kind in _FILES:
        return {_FILES[kind]: {"schema": {"type": "string"}, **shown}}
    return {"application/json": {"schema": schemas[str(kind)], **shown}}


class Documents:
    """The operations. `operations` is set once their table is whole; the document is made of it
    when it is first asked for."""

    def __init__(self) -> None:
        self.operations: Sequence[Operation] = ()
        self._document: bytes | None = None

    async def openapi(self, request: Request, body: None) -> Response:
        """This document."""
        if self._document is None:
            self._document = msgspec.json.encode(document(self.operations, recorded()))
        return refusals.json_response(self._document)

    async def page(self, request: Request, body: None) -> Response:
        """The document as a page."""
        return HTMLResponse(_PAGE)


_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mockhaus</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
summary{cursor:pointer}code{font-weight:600}pre{background:#f4f4f4;padding:1rem;overflow:auto}
</style></head><body><h1>Mockhaus</h1><p><a href="/openapi.json">openapi.json</a></p>
<main></main><script>
const add = (parent, tag, text) => {
  const made = document.createElement(tag);
  made.textContent = text || "";
  parent.append(made);
  return made;
};
fetch("/openapi.json").then(answer => answer.json()).then(api => {
  const main = document.querySelector("main");
  const tags = {};
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(methods))
      (tags[operation.tags[0]] ||= []).push([method.toUpperCase() + " " + path, operation]);
  for (const [tag, operations] of Object.entries(tags)) {
    add(main, "h2", tag);
    for (const [name, operation] of operations) {
      const details = add(main, "details"), summary = add(details, "summary");
      add(summary, "code", name);
      summary.append(" " + operation.summary);
      add(details, "pre", JSON.stringify(operation, null, 2));
    }
  }
  add(main, "h2", "types");
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    const details = add(main, "details");
    add(add(details, "summary"), "code", name);
    add(details, "pre", JSON.stringify(schema, null, 2));
  }
});
</script></body></html>
"""
