"""Secrets in texts that people read later: logs, traces, histories."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"

#: Of a name what stands before the word is left to itself, and what follows is bounded: a long text
#: of nothing but letters would be looked through again from each of them.
#: A property of SQL or JSON that holds a secret, and the string that is its value,
#: which may not end in a text that is cut off.
_SECRET: Final = re.compile(
    r"""(?ix) ( (?:secret|password|token|credential|_key) \w{0,60} \\?["']? \s* [=:] \s*
              | \bpassword\s+ )  # PostgreSQL's has no sign between
    ( \\?"(?:[^"\\]|\\.)* (?:"|\\?\Z) | '(?:[^'\\]|\\.|'')* (?:'|\\?\Z) )""",
    re.S,
)


#: The password of a URL, and what signs one.
_USERINFO: Final = re.compile(r"(://[^/\s:@'\"]*:)[^/\s'\"]*@")
_SIGNED: Final = re.compile(
    r"(?i)([?&][\w-]*(?:sig|signature|token|credential|keyid|password|secret|key)=)[^&\s'\"]+"
)


def hidden(text: str) -> str:
    """The text with the values of passwords, tokens, keys and signatures left out."""
    text = _SECRET.sub(rf"\1{HIDDEN}", text)
    if "://" in text:
        text = _SIGNED.sub(rf"\1{HIDDEN}", _USERINFO.sub(rf"\1{HIDDEN}@", text))
    return text
