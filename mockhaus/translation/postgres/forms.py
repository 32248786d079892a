"""What the forms of PostgreSQL's have in common: see `meant`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature

#: What a node means; the innermost nodes are asked first.
Form = Callable[[Any], exp.Expression]


def named(name: str, *arguments: Any) -> exp.Expression:
    """A call by name."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def refused(what: str, hint: str | None = None) -> UnsupportedFeature:
    """The error for a form that cannot be had here."""
    return UnsupportedFeature(f"Unsupported feature '{what}'.", hint=hint)
