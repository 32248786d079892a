"""Functions of PostgreSQL's that its tools write into ordinary statements.

Known at the PostgreSQL door alone. PostgreSQL's manual: 9.9 "Date/Time Functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.translation.registry import Function, call

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk


def _now(node: exp.Expression, walk: Walk) -> exp.Expression:
    """The moment at which the transaction began."""
    return exp.CurrentTimestamp()


#: By upper-case name.
FUNCTIONS: Final[dict[str, Function]] = {
    "NOW": call("NOW", _now, 0, 0),
    "TRANSACTION_TIMESTAMP": call("TRANSACTION_TIMESTAMP", _now, 0, 0),
}
