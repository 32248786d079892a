"""Secrets in texts that people read later: logs, traces, histories."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"

#: A property of SQL or JSON that holds a secret, and the string that is its value,
#: which may not end in a text that is cut off.
_SECRET: Final = re.compile(
    r"""(?ix) ( \w*(?:secret|password|token|credential|_key) \w* \\?["']? \s* [=:] \s* )
    ( \\?"(?:[^"\\]|\\.)* (?:"|\\?\Z) | '(?:[^'\\]|\\.|'')* (?:'|\\?\Z) )""",
    re.S,
)


def hidden(text: str) -> str:
    """The text with the values of passwords, tokens and keys left out."""
    return _SECRET.sub(rf"\1{HIDDEN}", text)
