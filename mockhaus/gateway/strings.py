r"""Backslashes in plain strings, where the two manuals differ.

Snowflake's strings have escapes (`'\n'`, `'it\'s'`), PostgreSQL's have none: its clients put a
value between quotes with nothing but its quotes doubled (manual, 4.1.2.1). What is sent here is
Snowflake SQL and is read as such, with a warning once, but

- where only PostgreSQL's reading makes strings of it at all, as of `'C:\'`, that is meant;
- where both do, and would begin and end their strings at different places, the text is refused:
  what a client took for a part of a value would be read as SQL;
- `'\x4142'::bytea` has no other meaning than PostgreSQL's.

With standard_conforming_strings off clients know of the escapes, and Snowflake's reading holds.
"""

from __future__ import annotations

import re
from typing import Final

from mockhaus.errors import UnsupportedFeature

#: What stands between strings and may hold quotes itself.
_BETWEEN: Final = r"""
    "(?:[^"]|"")*" | --[^\n]* | //[^\n]* | /\*.*?\*/ | \$\$.*?\$\$
    | \$(?P<tag>[a-z_]\w*)\$.*?\$(?P=tag)\$ | (?<!\w)e'(?:[^'\\]|\\.|'')*'"""
_WRONG: Final = r"""(?P<wrong>['"\\])"""


def _tokens(string: str) -> re.Pattern[str]:
    return re.compile(f"{_BETWEEN} | (?P<string>{string}) | {_WRONG}", re.I | re.X | re.S)


_SNOWFLAKE: Final = _tokens(r"'(?:[^'\\]|\\.|'')*'")
_PLAIN: Final = _tokens(r"'(?:[^']|'')*'")
_BYTES: Final = re.compile(r"(?<!\w)e?'\\{1,2}x((?:[0-9a-f]{2})*)'(?=\s*::\s*bytea\b)", re.I)


#: What Snowflake has an escape for ("String & binary data types").
_ESCAPE: Final = re.compile(r"""\\['"\\bfnrt0-7xu]""")


def has_escapes(text: str) -> bool:
    """Whether Snowflake reads an escape in a plain string of a text."""
    return any(
        match["string"] and _ESCAPE.search(match["string"]) for match in _SNOWFLAKE.finditer(text)
    )


def readable(text: str) -> str:
    """The text as Snowflake's parser is to read it; one without backslashes is as it is.

    Raises UnsupportedFeature where it can be read in two ways.
    """
    text = _BYTES.sub(r"'\1'", text)
    return doubled(text) if is_plain(text) else text


def is_plain(text: str) -> bool:
    """Whether backslashes are nothing special in the strings of a text. Raises UnsupportedFeature
    where it can be read in two ways."""
    ours, theirs = _strings(text, _SNOWFLAKE), _strings(text, _PLAIN)
    if theirs is None or ours == theirs:
        return False
    if ours is None:
        return True
    raise UnsupportedFeature(
        "a backslash before a quote can be read in two ways here",
        hint="Send the value as a parameter, write it as E'..' or with its backslashes doubled, or"
        " SET standard_conforming_strings = off, which tells the client to.",
    )


def doubled(text: str) -> str:
    """A text whose strings have no escapes, with its backslashes as Snowflake's escapes."""
    return _PLAIN.sub(
        lambda match: match[0].replace("\\", "\\\\") if match["string"] else match[0], text
    )


def _strings(text: str, pattern: re.Pattern[str]) -> list[tuple[int, int]] | None:
    """Where the strings of a text begin and end, None if something is left over."""
    found = []
    for match in pattern.finditer(text):
        if match["wrong"]:
            return None
        if match["string"]:
            found.append(match.span())
    return found
