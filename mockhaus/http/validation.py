"""Request body -> value of a type, or what is wrong with it.

msgspec says what is wrong in a sentence; clients of the original server expect its words as data:
`{"type": "missing", "loc": ["body", "sql"], "msg": "Field required", "input": {...}}`.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

import msgspec

from mockhaus.http.bodies import Problem

T = TypeVar("T")

#: Sentence of msgspec -> type of problem and words; a named group `field` is part of its path.
_SENTENCES: Final[list[tuple[re.Pattern[str], str, str]]] = [
    (re.compile(pattern), kind, words)
    for pattern, kind, words in (
        (r"missing required field `(?P<field>.*)`", "missing", "Field required"),
        (r"unknown field `(?P<field>.*)`", "extra_forbidden", "Unknown field '{field}'"),
        (r"Expected `str` of length >= 1", "string_too_short", "At least 1 character expected"),
        (r"Expected `\w+` >= (?P<n>\S+)", "greater_than_equal", "At least {n} expected"),
        (r"Expected `\w+` <= (?P<n>\S+)", "less_than_equal", "At most {n} expected"),
        (r"Invalid enum value '(?P<text>.*)'", "literal_error", "Unknown value '{text}'"),
        (r"Expected `(?P<want>[^`]+)`, got `(?P<got>\w+)`", "", "Expected {want}, got {got}"),
        (r"Number out of range", "number_out_of_range", "Number out of range"),
    )
]
#: What was expected -> type of problem.
_EXPECTED: Final = {
    "str": "string_type",
    "int": "int_type",
    "float": "float_type",
    "bool": "bool_type",
    "object": "dict_type",
    "array": "list_type",
}
_PATH = re.compile(r" - at `\$(?P<path>.*)`$")
_STEP = re.compile(r"\.(?P<key>[^.\[\]]+)|\[(?P<index>\d+)\]")
_BYTE = re.compile(r" \(byte (?P<offset>\d+)\)$")


class InvalidBody(Exception):
    """A request body that is not what the operation takes."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.msg)
        self.problem = problem


def decode(raw: bytes, model: type[T]) -> T:
    """The body as a value of `model`. Raises InvalidBody."""
    if not raw:
        raise InvalidBody(Problem("missing", ["body"], "Field required", None))
    try:
        document = msgspec.json.decode(raw)
    except msgspec.ValidationError as error:
        raise InvalidBody(_problem(str(error), None)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidBody(_not_json(error)) from None
    try:
        return msgspec.convert(document, model)
    except msgspec.ValidationError as error:
        raise InvalidBody(_problem(str(error), document)) from None


def _not_json(error: Exception) -> Problem:
    text = str(error)
    if isinstance(error, RecursionError):
        text = "JSON is nested too deeply"
    location: list[str | int] = ["body"]
    if match := _BYTE.search(text):
        location.append(int(match["offset"]))
        text = text[: match.start()]
    return Problem("json_invalid", location, f"JSON decode error: {text}", {})


def _problem(sentence: str, document: Any) -> Problem:
    steps: list[str | int] = []
    if match := _PATH.search(sentence):
        sentence = sentence[: match.start()]
        for step in _STEP.finditer(match["path"]):
            steps.append(step["key"] if step["key"] is not None else int(step["index"]))
    found = _value_at(document, steps)
    for pattern, kind, words in _SENTENCES:
        if match := pattern.search(sentence):
            groups = match.groupdict()
            if field := groups.get("field"):
                steps.append(field)
                found = found.get(field, found) if isinstance(found, dict) else found
            if not kind:
                kind = _EXPECTED.get(groups["want"].split(" ")[0], "type_error")
            return Problem(kind, ["body", *steps], words.format(**groups), found)
    return Problem("value_error", ["body", *steps], sentence, found)


def _value_at(document: Any, steps: list[str | int]) -> Any:
    for step in steps:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document
