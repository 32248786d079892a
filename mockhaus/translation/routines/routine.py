"""User-defined functions as the translator sees them, and the choice among overloads.

Snowflake's manual: "CREATE FUNCTION", "Overloading procedures and functions".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from mockhaus.errors import TypeMismatch, WrongArguments
from mockhaus.types import SqlType, from_name

_TYPE: Final = re.compile(r"([A-Z_ 0-9]+?)\s*(?:\(([\d, ]+)\))?")


def type_of(text: str) -> SqlType | None:
    """The type that a declaration in upper case names, None if there is none."""
    match = _TYPE.fullmatch(text)
    if match is None:
        return None
    sizes = tuple(int(n) for n in match[2].split(",")) if match[2] else ()
    return from_name(match[1], sizes)


class Parameter(Struct, frozen=True):
    """One argument of a function: its name as stored, type as written, default as written."""

    name: str
    type: str
    default: str | None = None

    @property
    def family(self) -> str:
        """The type's family: what tells overloads apart."""
        kind = type_of(self.type)
        return self.type if kind is None else kind.family


class Routine(Struct, frozen=True):
    """A SQL function. `columns` are those of a table function: name, type; None for a scalar one.

    `strict`: it is NULL where an argument is, without being called.
    """

    name: str
    schema: str
    database: str
    parameters: tuple[Parameter, ...]
    body: str
    returns: str = ""
    columns: tuple[tuple[str, str], ...] | None = None
    strict: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """What tells the function from all others."""
        families = tuple(each.family for each in self.parameters)
        return (self.database.upper(), self.schema.upper(), self.name.upper(), *families)


# --- overloads -----------------------------------------------------------------------------------

#: From family -> families that Snowflake converts it to on its own, the nearest first.
_MOMENTS: Final = ("TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")
_COERCED: Final[dict[str, tuple[str, ...]]] = {
    "NUMBER": ("FLOAT", "VARCHAR", "BOOLEAN", "VARIANT"),
    "FLOAT": ("NUMBER", "VARCHAR", "BOOLEAN", "VARIANT"),
    "VARCHAR": ("NUMBER", "FLOAT", "DATE", *_MOMENTS, "TIME", "BOOLEAN", "BINARY", "VARIANT"),
    "BOOLEAN": ("VARCHAR", "NUMBER", "VARIANT"),
    "DATE": (*_MOMENTS, "VARCHAR", "VARIANT"),
    "TIME": ("VARCHAR", "VARIANT"),
    **dict.fromkeys(_MOMENTS, (*_MOMENTS, "DATE", "TIME", "VARCHAR", "VARIANT")),
    "VARIANT": (
        "OBJECT", "ARRAY", "NUMBER", "FLOAT", "BOOLEAN", "DATE", *_MOMENTS, "TIME", "VARCHAR",
        "BINARY",
    ),
    "ARRAY": ("VARIANT",),
    "OBJECT": ("VARIANT",),
    "BINARY": ("VARCHAR", "VARIANT"),
}  # fmt: skip


def distance(given: str, wanted: str) -> int | None:
    """How far a family is from another: 0 is the same, None is not converted on its own."""
    if given in (wanted, "NULL"):
        return 0
    near = _COERCED.get(given, ())
    return near.index(wanted) + 1 if wanted in near else None


def callable_with(
    routines: Sequence[Routine], positional: int, named: Sequence[str]
) -> list[Routine]:
    """The overloads that take so many arguments in order and these by name."""
    return [each for each in routines if _takes(each, positional, named)]


def _takes(routine: Routine, positional: int, named: Sequence[str]) -> bool:
    if positional > len(routine.parameters):
        return False
    rest = {each.name: each for each in routine.parameters[positional:]}
    if any(name not in rest for name in named):
        return False
    return all(each.default is not None for name, each in rest.items() if name not in named)


def nearest(
    routines: Sequence[Routine], name: str, families: Sequence[str], named: Sequence[str]
) -> Routine:
    """The overload whose arguments are nearest to the given types. Raises WrongArguments.

    `families` are the types of all arguments given, those by name (`named`) last.
    """
    scored: list[tuple[int, Routine]] = []
    for routine in routines:
        wanted = _wanted(routine, families, named)
        far = [distance(g, w) for g, w in zip(families, wanted, strict=True)]
        if None not in far:
            scored.append((sum(each for each in far if each is not None), routine))
    if not scored:
        raise invalid_types(name, families)
    best = min(score for score, _ in scored)
    found = [routine for score, routine in scored if score == best]
    if len(found) > 1:
        raise WrongArguments(
            f"SQL compilation error:\nAmbiguous call of function '{name}' with arguments"
            f" ({', '.join(families)}): cast them to the types of one definition."
        )
    return found[0]


def _wanted(routine: Routine, families: Sequence[str], named: Sequence[str]) -> list[str]:
    by_name = {each.name: each.family for each in routine.parameters}
    first = [each.family for each in routine.parameters[: len(families) - len(named)]]
    return [*first, *(by_name[each] for each in named)]


def invalid_types(name: str, families: Sequence[str]) -> WrongArguments:
    """The error of a call that no definition fits."""
    return WrongArguments(
        "SQL compilation error:\nInvalid argument types for function"
        f" '{name}': ({', '.join(families)})"
    )


def check_returned(declared: str, given: SqlType) -> None:
    """Raises TypeMismatch where a body's type is not converted to the declared one."""
    wanted = type_of(declared)
    if wanted is not None and distance(given.family, wanted.family) is None:
        raise TypeMismatch(
            f"SQL compilation error:\nDeclared return type '{wanted}' is incompatible with actual"
            f" return type '{given}'"
        )
