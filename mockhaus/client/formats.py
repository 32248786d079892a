"""Answers as text in one of five formats; all but the table are written while the rows come.

table     aligned for the window, see `tables`
markdown  a table of GitHub's Markdown
csv       RFC 4180 with a header; NULL is nothing, an empty text is ""
json      one array of objects
ndjson    an object a line
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from mockhaus.client.answers import Answer, Head
from mockhaus.client.tables import Look, drawn
from mockhaus.client.width import harmless

#: The lines of an answer, without their ends.
Format = Callable[[Answer, Look], Iterator[str]]


def lines(answer: Answer, name: str, look: Look | None = None) -> Iterator[str]:
    """The lines of an answer in the format of that name. Raises KeyError for no format."""
    return FORMATS[name](answer, look or Look())


def _markdown(answer: Answer, look: Look) -> Iterator[str]:
    yield _piped([_in_markdown(head.name) for head in answer.heads])
    yield _piped(["--:" if head.kind == "number" else "---" for head in answer.heads])
    for row in answer.rows:
        yield _piped([look.null if value is None else _in_markdown(value) for value in row])


def _piped(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _in_markdown(value: str) -> str:
    return harmless(value).replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>")


def _csv(answer: Answer, look: Look) -> Iterator[str]:
    yield ",".join(_in_csv(head.name) for head in answer.heads)
    for row in answer.rows:
        yield ",".join("" if value is None else _in_csv(value) for value in row)


def _in_csv(value: str) -> str:
    plain = value and not any(each in value for each in ',"\r\n') and value == value.strip()
    return value if plain else '"' + value.replace('"', '""') + '"'


def _json(answer: Answer, look: Look) -> Iterator[str]:
    held = None
    for text in _ndjson(answer, look):
        if held is not None:
            yield held + ","
        held = ("[" if held is None else " ") + text
    yield "[]" if held is None else held + "]"


def _ndjson(answer: Answer, look: Look) -> Iterator[str]:
    names = [json.dumps(name, ensure_ascii=False) for name in unique(answer.heads)]
    for row in answer.rows:
        pairs = (
            f"{name}: {_in_json(value, head)}"
            for name, value, head in zip(names, row, answer.heads, strict=True)
        )
        yield "{" + ", ".join(pairs) + "}"


def unique(heads: Sequence[Head]) -> list[str]:
    """The names of columns, those that come again with a number (`A`, `A_1`)."""
    found: list[str] = []
    for head in heads:
        name, number = head.name, 0
        while name in found:
            number += 1
            name = f"{head.name}_{number}"
        found.append(name)
    return found


def _in_json(value: str | None, head: Head) -> str:
    if value is None:
        return "null"
    if head.kind == "boolean":
        return value.lower()
    if head.kind == "json" or (head.kind == "number" and value.lstrip("-")[:1].isdigit()):
        try:  # NaN and Infinity, and `undefined` of arrays, are no JSON
            json.loads(value, parse_constant=_refused)
        except ValueError:
            pass
        else:
            return value
    return json.dumps(value, ensure_ascii=False)


def _refused(word: str) -> None:
    raise ValueError(word)


FORMATS: Final[dict[str, Format]] = {
    "table": drawn,
    "markdown": _markdown,
    "csv": _csv,
    "json": _json,
    "ndjson": _ndjson,
}
