"""Snowflake SQL for Pygments: what is coloured while it is typed."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from pygments.lexer import RegexLexer, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Whitespace

from mockhaus.repl.words import KEYWORDS, TYPES

_END: Final = r"(?![\w$])"


class SnowflakeLexer(RegexLexer):  # type: ignore[misc]  # pygments ships no types
    """Strings, dollar quotes, quoted names, comments, variables, stages, numbers, words."""

    name = "Snowflake"
    flags = re.IGNORECASE | re.DOTALL
    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            (r"\s+", Whitespace),
            (r"(--|//)[^\n]*", Comment.Single),
            (r"/\*.*?(\*/|\Z)", Comment.Multiline),
            (r"\$\$.*?(\$\$|\Z)", String.Heredoc),
            (r"'(?:[^'\\]|\\.|'')*('|\Z)", String.Single),
            (r'"(?:[^"]|"")*("|\Z)', Name.Quoted),
            (r"\$[\w$]+", Name.Variable),
            (r"@[~%\w$./]+", Name.Label),
            (r"\d+(\.\d*)?(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?", Number),
            (words(TYPES, suffix=_END), Keyword.Type),
            (words(KEYWORDS, suffix=_END), Keyword),
            (r"[a-z_][\w$]*(?=\s*\()", Name.Function),
            (r"[a-z_][\w$]*", Name),
            (r"[-+*/%<>=!|&^~:]+", Operator),
            (r".", Punctuation),
        ]
    }
