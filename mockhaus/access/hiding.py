"""Secrets in texts that people read later: logs, traces, histories."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"

#: A property of SQL or JSON that holds a secret, and the string that is its value,
#: which may not end in a text that is cut off.
_SECRET: Final = re.compile(
    r"""(?ix) ( \w*(?:secret|password|token|credential|_key) \w* \\?["']? \s* [=:] \s*
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
