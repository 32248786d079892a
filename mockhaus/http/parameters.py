"""Query parameters: what stands after the question mark, declared once.

The declaration is what a request is read by, what an unknown or wrong value is refused by, and what
`/openapi.json` shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from starlette.requests import Request

#: How much of a value an error repeats.
_SHOWN: Final = 100


class InvalidParameter(Exception):
    """A parameter that is not known, missing, or not what it should be; the text says which."""


class Parameter(Struct, frozen=True):
    """One query parameter.

    `read` makes its value of the text and raises ValueError with what the text is not; `schema` is
    its JSON schema.
    """

    name: str
    words: str
    read: Callable[[str], Any]
    schema: Mapping[str, Any]
    default: Any = None
    required: bool = False

    def value(self, texts: Mapping[str, str]) -> Any:
        """Its value among the texts of a request, the default where it is not there."""
        text = texts.get(self.name)
        if text is None or (self.required and not text):
            if self.required:
                raise InvalidParameter(f"{self.name} is missing")
            return self.default
        try:
            return self.read(text)
        except ValueError as error:
            raise InvalidParameter(f"{self.name} '{text[:_SHOWN]}' is {error}") from None


def flag(name: str, words: str, *, default: bool = False) -> Parameter:
    """`true` or `false`."""

    def read(text: str) -> bool:
        if text.lower() not in ("true", "false"):
            raise ValueError("neither true nor false")
        return text.lower() == "true"

    return Parameter(name, words, read, {"type": "boolean", "default": default}, default)


def number(
    name: str, words: str, least: int, most: int, *, default: int | None = None
) -> Parameter:
    """A whole number from `least` to `most`."""
    schema = {"type": "integer", "minimum": least, "maximum": most}

    def read(text: str) -> int:
        if not text.isdecimal() or len(text) > len(str(most)) or not least <= int(text) <= most:
            raise ValueError(f"not a number from {least} to {most}")
        return int(text)

    shown = schema if default is None else {**schema, "default": default}
    return Parameter(name, words, read, shown, default)


def moment(name: str, words: str) -> Parameter:
    """A time as in ISO 8601, in UTC where it names no zone."""

    def read(text: str) -> datetime:
        try:
            found = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            raise ValueError("not a time") from None
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)

    return Parameter(name, words, read, {"type": "string", "format": "date-time"})


def choice(name: str, words: str, choices: Iterable[str], *, default: str | None) -> Parameter:
    """One of a few names, in any case."""
    names = tuple(choices)

    def read(text: str) -> str:
        found = next((each for each in names if each.lower() == text.lower()), None)
        if found is None:
            raise ValueError(f"none of {', '.join(names)}")
        return found

    schema: dict[str, Any] = {"type": "string", "enum": list(names)}
    if default is not None:
        schema["default"] = default
    return Parameter(name, words, read, schema, default)


def uuid(name: str, words: str) -> Parameter:
    """A UUID."""

    def read(text: str) -> str:
        try:
            return str(UUID(text))
        except ValueError:
            raise ValueError("not a UUID") from None

    return Parameter(name, words, read, {"type": "string", "format": "uuid"})


def text(name: str, words: str, *, required: bool = False, example: str = "") -> Parameter:
    """Any text; a required one is not empty."""
    schema: dict[str, Any] = {"type": "string"}
    if required:
        schema["minLength"] = 1
    if example:
        schema["examples"] = [example]
    return Parameter(name, words, str, schema, required=required)


def read(request: Request, declared: Iterable[Parameter]) -> dict[str, Any]:
    """The values of a request, by name. Raises InvalidParameter, for an undeclared one too."""
    texts = request.query_params
    known = {parameter.name: parameter for parameter in declared}
    for name in texts:
        if name not in known:
            raise InvalidParameter(f"Unknown query parameter '{name[:_SHOWN]}'")
    return {name: parameter.value(texts) for name, parameter in known.items()}


def asked(request: Request) -> dict[str, Any]:
    """What the operation of a request was asked: the values of its parameters."""
    values: dict[str, Any] = request.state.asked
    return values
