"""Statements about files: stages, file formats, COPY INTO, PUT, GET, LIST, REMOVE."""

from __future__ import annotations

from typing import Final

from mockhaus.translation import statements as s
from mockhaus.translation.grammar.reader import Reader

from collections.abc import Callable

GRAMMARS: Final[dict[tuple[str, ...], Callable[[Reader], s.Statement]]] = {}
