"""PostgreSQL's spellings of what Snowflake has as well, written as Snowflake does.

Its clients send them whatever the statement: strings in `$tag$` and `E''`, columns that are SERIAL
(manual, 4.1.2.2, 4.1.2.4, 8.1.4). Strings keep their place and length, so that errors point right.
"""

from __future__ import annotations

import re
from typing import Final

from mockhaus.errors import UnsupportedFeature
from mockhaus.quoting import snowflake_literal

_SIGN: Final = re.compile(
    r"\$[A-Za-z_]\w*\$|\b[be]'|\bu&'|'\\+x[0-9a-f]*'|\b(?:small|big)?serial\d?\b", re.I
)
_TABLE: Final = re.compile(r"\bcreate\s+(?:(?:global|local|temp|temporary)\s+)*table\b", re.I)
_TOKEN: Final = re.compile(
    r"""  "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | \$\$.*?\$\$
      | \b(?P<bits>b)(?=') | \bu&'(?P<unicode>(?:[^']|'')*)'
      | '\\{1,2}x(?P<bytes>(?:[0-9a-f]{2})*)'(?:\s*::\s*bytea\b)
      | \b(?P<escaped>e)(?=') | '(?:[^'\\]|\\.|'')*'
      | \$(?P<tag>[a-z_]\w*)\$(?P<body>.*?)\$(?P=tag)\$
      | (?<=\s)(?P<serial>(?:small|big)?serial|serial[248])
        (?=\s*(?:[,)]|not\b|null\b|primary\b|unique\b))""",
    re.I | re.X | re.S,
)


def respelled(text: str) -> str:
    """The text with Snowflake's spellings."""
    text = _backslashes(text)
    if _SIGN.search(text) is None:
        return text
    serial = _TABLE.search(text) is not None

    def spelled(match: re.Match[str]) -> str:
        if match["escaped"]:
            return " "
        if match["bits"]:
            raise UnsupportedFeature(
                "Unsupported feature 'bit string B'..''.", position=match.start()
            )
        if match["bytes"] is not None:
            return f"x'{match['bytes']}'"
        if match["unicode"] is not None:
            return "'" + _UNICODE.sub(_character, match["unicode"]).replace("\\", "\\\\") + "'"
        if match["tag"]:
            return _dollar_quoted(match["tag"], match["body"])
        if match["serial"] and serial:
            return "INT NOT NULL IDENTITY"
        return match[0]

    return _TOKEN.sub(spelled, text)


#: Escapes of U&'..' (manual, 4.1.2.3).
_UNICODE: Final = re.compile(r"\\(?:\\|([0-9A-Fa-f]{4})|\+([0-9A-Fa-f]{6}))")


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code is None:
        return "\\"
    found = chr(int(code, 16))
    return found.replace("'", "''")


#: A string, and a backslash in it before what Snowflake has no escape for ("String & binary data
#: types", escape sequences), where a PostgreSQL client means the backslash itself.
_STRING: Final = re.compile(
    r"""  "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | \$\$.*?\$\$
      | \be'(?:[^'\\]|\\.|'')*' | \bu&'(?:[^']|'')*' | (?P<string>'(?:[^'\\]|\\.|'')*')""",
    re.I | re.X | re.S,
)
_ESCAPE: Final = re.compile(r"\\(?:(?P<known>['\"\\bfnrt0-7xu])|(?=.))", re.S)


def _backslashes(text: str) -> str:
    """Backslashes that begin no escape of Snowflake's stand for themselves."""
    if "\\" not in text:
        return text

    def string(match: re.Match[str]) -> str:
        if not match["string"]:
            return match[0]
        return _ESCAPE.sub(lambda m: m[0] if m["known"] else "\\\\", match["string"])

    return _STRING.sub(string, text)


def _dollar_quoted(tag: str, body: str) -> str:
    if "$$" in body or body.endswith("$"):
        return snowflake_literal(body)
    blank = " " * len(tag)
    return f"{blank}$${body}$${blank}"
