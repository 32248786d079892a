"""Clauses: what stands in a statement beside functions. Their tables are merged here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlglot import exp

from mockhaus.translation.clauses import (
    flatten,
    intervals,
    joins,
    lambdas,
    limits,
    literals,
    objects,
    operators,
    paths,
    pivot,
    sample,
    star,
    types,
    values,
    windows,
)

#: Handlers that take over the descent below their node.
ENTER: Final[dict[type[exp.Expression], Callable[[Any, Any], exp.Expression]]] = {
    **flatten.ENTER,
    **intervals.ENTER,
    **joins.ENTER,
    **lambdas.ENTER,
    **limits.ENTER,
    **objects.ENTER,
    **paths.ENTER,
    **pivot.ENTER,
    **sample.ENTER,
    **star.ENTER,
    **types.ENTER,
    **values.ENTER,
    **windows.ENTER,
}

#: Handlers that run after their children.
LEAVE: Final[dict[type[exp.Expression], Callable[[Any, Any], exp.Expression]]] = {
    **flatten.LEAVE,
    **literals.LEAVE,
    **operators.LEAVE,
    **pivot.LEAVE,
    **sample.LEAVE,
    **star.LEAVE,
    **types.LEAVE,
}
