"""The PATTERN of MATCH_RECOGNIZE as a small program that the engine runs over the rows.

Snowflake's manual: "MATCH_RECOGNIZE". One instruction a word, targets by number:

    v<i>        the row has the i-th variable, and is taken
    s<a>,<b>    go on at a; at b if that leads nowhere
    j<a>        go on at a
    ^  $        the first row, or the end of the partition, is here
    m           a match
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_][A-Za-z0-9_$]*)|\"(?P<quoted>(?:[^\"]|\"\")+)\"|(?P<sign>[(){}|*+?^$,-]|\d+))"
)
#: A repetition may be written out this often.
_MOST: Final = 200

#: A part of the program, made once it is known where it starts.
_Part = Callable[[int], list[str]]


class _Reader:
    """Recursive descent over the tokens of a pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if match is None:
                raise _wrong(text)
            kind = match.lastgroup or ""
            value = match[kind]
            named = kind != "sign"
            name = value.upper() if kind == "name" else value.replace('""', '"')
            self.tokens.append(("name" if named else "sign", name))
            at = match.end()
        self.at = 0
        #: Variables in the order of their bits.
        self.names: list[str] = []

    def peek(self) -> str:
        """The next sign; 'name' before a variable, '' at the end."""
        if self.at >= len(self.tokens):
            return ""
        kind, value = self.tokens[self.at]
        return value if kind == "sign" else "name"

    def take(self) -> str:
        value = self.tokens[self.at][1] if self.at < len(self.tokens) else ""
        self.at += 1
        return value

    def alternatives(self) -> _Part:
        part = self.sequence()
        while self.peek() == "|":
            self.take()
            part = _either(part, self.sequence())
        return part

    def sequence(self) -> _Part:
        parts: list[_Part] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.repeated())
        return _all(parts)

    def repeated(self) -> _Part:
        part = self.one()
        sign = self.peek()
        if sign not in ("*", "+", "?", "{"):
            return part
        self.take()
        least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign) or self.bounds()
        greedy = self.peek() != "?"
        if not greedy:
            self.take()
        if max(least, most or 0) > _MOST:
            raise UnsupportedFeature(f"Unsupported feature 'PATTERN with more than {_MOST} rows'.")
        ends = [_star(part, greedy)] if most is None else [_optional(part, most - least, greedy)]
        return _all([*[part] * least, *ends])

    def bounds(self) -> tuple[int, int | None]:
        """`{n}`, `{n,}`, `{,m}`, `{n,m}`."""
        least = int(self.take()) if self.peek().isdigit() else None
        most = least
        if self.peek() == ",":
            self.take()
            most = int(self.take()) if self.peek().isdigit() else None
        if self.take() != "}":
            raise _wrong(self.text)
        return least or 0, most

    def one(self) -> _Part:
        sign = self.peek()
        value = self.take()
        if sign == "(":
            part = self.alternatives()
            if self.take() != ")":
                raise _wrong(self.text)
            return part
        if sign in ("^", "$"):
            return lambda start: [sign]
        if sign != "name":
            raise _wrong(self.text)
        if value == "PERMUTE" and self.peek() == "(":
            raise UnsupportedFeature("Unsupported feature 'PERMUTE in PATTERN'.")
        if value not in self.names:
            self.names.append(value)
        number = self.names.index(value)
        return lambda start: [f"v{number}"]


def _wrong(text: str) -> SqlSyntaxError:
    if "{-" in text:
        raise UnsupportedFeature("Unsupported feature 'exclusion {- -} in PATTERN'.")
    return SqlSyntaxError(f"SQL compilation error:\nsyntax error in PATTERN ({text}).")


def _all(parts: list[_Part]) -> _Part:
    def made(start: int) -> list[str]:
        code: list[str] = []
        for part in parts:
            code += part(start + len(code))
        return code

    return made


def _split(first: int, second: int, *, greedy: bool = True) -> str:
    return f"s{first},{second}" if greedy else f"s{second},{first}"


def _either(left: _Part, right: _Part) -> _Part:
    def made(start: int) -> list[str]:
        one = left(start + 1)
        other_at = start + len(one) + 2
        other = right(other_at)
        return [_split(start + 1, other_at), *one, f"j{other_at + len(other)}", *other]

    return made


def _star(part: _Part, greedy: bool) -> _Part:
    def made(start: int) -> list[str]:
        inner = part(start + 1)
        end = start + len(inner) + 2
        return [_split(start + 1, end, greedy=greedy), *inner, f"j{start}"]

    return made


def _optional(part: _Part, times: int, greedy: bool) -> _Part:
    """Up to so many of a part: each is tried only after the one before."""

    def made(start: int) -> list[str]:
        if times <= 0:
            return []
        rest = _optional(part, times - 1, greedy)
        inner = part(start + 1)
        after = rest(start + 1 + len(inner))
        end = start + 1 + len(inner) + len(after)
        return [_split(start + 1, end, greedy=greedy), *inner, *after]

    return made


def compiled(text: str) -> tuple[list[str], str]:
    """(variables, program) of a pattern. Raises SqlSyntaxError, UnsupportedFeature."""
    reader = _Reader(text)
    part = reader.alternatives()
    if reader.peek() or not reader.names:
        raise _wrong(text)
    return reader.names, " ".join([*part(0), "m"])


def may_be_empty(program: str) -> bool:
    """Whether a program matches without taking a row."""
    code, seen, waiting = program.split(), set[int](), [0]
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        word = code[at]
        if word == "m":
            return True
        if word[0] in "sj":
            waiting += [int(target) for target in word[1:].split(",")]
        elif word[0] != "v":
            waiting.append(at + 1)
    return False
