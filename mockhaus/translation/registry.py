"""How a family of functions says what becomes of each function. One table, read by `rewrite`.

A family module exports `FUNCTIONS`, a tuple of entries made with:

    stock("UPPER", exp.Upper)                 stock sqlglot is right; only a test is needed
    macro("STRTOK", 1, 3)                     becomes the DuckDB macro `strtok` of engine/macros
    macro("CHARINDEX", 2, 3, to="charindex")  ... of another name
    rewrite("DATEADD", dateadd, exp.DateAdd)  a small pure function on the node
    call("ARRAY_CAT", array_cat, 2, 2)        the same for a name that sqlglot has no class for
    refused("ST_AREA", "geospatial")          known to Snowflake, refused by name

A rewriter gets the node, its children already rewritten, and the walk; it answers the node to put
in its place. Whatever has no entry is refused: nothing reaches DuckDB untranslated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from sqlglot import exp

from mockhaus.errors import WrongArguments

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

Rewriter = Callable[[Any, "Walk"], exp.Expression]

#: `most` of a function that takes any number of arguments.
MANY: Final = 10_000


class Function(Struct, frozen=True):
    """One Snowflake function (several names where sqlglot makes one class of them).

    `nodes` are the sqlglot classes it arrives as, none if it arrives by name (Anonymous).
    `pairs` says that the arguments come in pairs, but for a star that stands for them.
    `partial` says what is missing, `refused` why all is.
    """

    names: tuple[str, ...]
    nodes: tuple[type[exp.Expression], ...] = ()
    rewriter: Rewriter | None = None
    least: int = 0
    most: int = MANY
    partial: str = ""
    refused: str = ""
    pairs: bool = False

    def takes(self, count: int) -> bool:
        """Whether a call with so many arguments is right."""
        return self.least <= count <= self.most and not (self.pairs and count % 2)

    @property
    def counted(self) -> bool:
        """Whether the number of arguments is bounded."""
        return self.least > 0 or self.most < MANY or self.pairs


def _names(names: str) -> tuple[str, ...]:
    return tuple(names.split())


def stock(
    names: str,
    *nodes: type[exp.Expression],
    least: int = 0,
    most: int = MANY,
    partial: str = "",
    pairs: bool = False,
) -> Function:
    """A function that stock sqlglot translates right."""
    return Function(_names(names), nodes, None, least, most, partial=partial, pairs=pairs)


def rewrite(
    names: str,
    rewriter: Rewriter,
    *nodes: type[exp.Expression],
    least: int = 0,
    most: int = MANY,
    partial: str = "",
) -> Function:
    """A function that arrives as sqlglot classes and is rewritten by `rewriter`."""
    return Function(_names(names), nodes, rewriter, least, most, partial=partial)


def call(
    names: str, rewriter: Rewriter, least: int = 0, most: int = MANY, *, partial: str = ""
) -> Function:
    """A function that arrives by name and is rewritten by `rewriter`."""
    return Function(_names(names), (), rewriter, least, most, partial=partial)


def macro(names: str, least: int, most: int, *, to: str = "", partial: str = "") -> Function:
    """A function that arrives by name and becomes a macro (or function) of DuckDB."""

    def renamed(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        return exp.Anonymous(this=to or str(node.this).lower(), expressions=node.expressions)

    return Function(_names(names), (), renamed, least, most, partial=partial)


def refused(names: str, reason: str, *nodes: type[exp.Expression]) -> Function:
    """A function that Snowflake has and Mockhaus refuses by name."""
    return Function(_names(names), nodes, None, refused=reason)


def apply(name: str, *arguments: exp.Expression) -> exp.Anonymous:
    """A call of a DuckDB function or macro."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def check_arity(
    function: Function, call: str, count: int, position: int | None, place: str = ""
) -> None:
    """Raises WrongArguments, in Snowflake's words, for a call with a wrong number of arguments.

    `place` is given where nobody adds it later: `error line 1 at position 7`.
    """
    head = f"SQL compilation error: {place}" if place else "SQL compilation error:"
    least = max(function.least, count + 1 if function.pairs and count % 2 else 0)
    if count < least:
        raise WrongArguments(
            f"{head}\nnot enough arguments for function [{call}], expected {least}, got {count}",
            position=position,
        )
    if count > function.most:
        raise WrongArguments(
            f"{head}\ntoo many arguments for function [{call}] "
            f"expected {function.most}, got {count}",
            position=position,
        )
