"""SHOW in general: what every listing has in common, whatever room the objects are kept in.

    LIKE          a pattern that minds no case       STARTS WITH   a prefix that minds it
    IN            account, database, schema, table   LIMIT .. FROM the first rows after a name
    TERSE         columns in an order of its own, five for most kinds

Snowflake's manual: "SHOW <objects>".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct, field

from mockhaus.catalog.containers import require_database, schema_name
from mockhaus.catalog.tables import require_schema
from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import UndefinedObject, UnsupportedFeature
from mockhaus.result import Column, Result
from mockhaus.translation import statements as s
from mockhaus.translation.clauses import wildcards
from mockhaus.translation.context import ObjectName
from mockhaus.types import NUMBER, TIMESTAMP_LTZ, VARCHAR, SqlType

Shape = tuple[tuple[str, SqlType], ...]
Rows = Iterable[Sequence[Any]]

_TYPES: Final = {"#": NUMBER, "@": TIMESTAMP_LTZ}


def shaped(words: str) -> Shape:
    """Columns by name: `#rows` is a number, `@created_on` a time, `null?` and all else text."""
    return tuple(
        (word.lstrip("#@").replace("~", " "), _TYPES.get(word[0], VARCHAR))
        for word in words.split()
    )


class Terse(Struct, frozen=True):
    """What SHOW TERSE answers: columns in an order of their own.

    `told` are the values of those that the listing itself does not have.
    """

    shape: Shape
    told: Mapping[str, str] = field(default_factory=dict)


#: The five columns that most kinds have.
FIVE: Final = shaped("@created_on name kind database_name schema_name")
TERSE: Final = Terse(FIVE)
#: TERSE is read and changes nothing.
WHOLE: Final = Terse(())


class Listing(Struct, frozen=True):
    """One kind of SHOW. `rows` are in the order of `shape`, already those of IN.

    `name` is the column that LIKE, STARTS WITH and FROM look at; `terse` what TERSE answers, None
    where there is none; `holder` the kind of object, in the singular, that only an account holds;
    `history` whether it is the answer of HISTORY.
    """

    shape: Shape
    rows: Callable[[Workspace, s.Show], Rows]
    name: str = "name"
    terse: Terse | None = None
    holder: str = ""
    history: bool = False

    def columns(self, statement: s.Show) -> tuple[Column, ...]:
        """The columns of the answer. Raises UnsupportedFeature."""
        if statement.history and not self.history:
            raise UnsupportedFeature(f"Unsupported feature 'SHOW {statement.object} HISTORY'.")
        if statement.terse and self.terse is None:
            raise UnsupportedFeature(f"Unsupported feature 'SHOW TERSE {statement.object}'.")
        if self.holder and statement.in_kind not in (None, "ACCOUNT"):
            raise UnsupportedFeature(
                "SQL compilation error:\nUnsupported statement type 'Cannot show objects of type"
                f" {self.holder} in {statement.in_kind}'."
            )
        if self.holder and statement.in_name is not None:
            raise UndefinedObject(
                "SQL compilation error:\nObject does not exist, or operation cannot be performed.",
                subject=statement.in_name.name,
            )
        shape = (self.terse.shape if statement.terse and self.terse else ()) or self.shape
        return tuple(Column(name, kind) for name, kind in shape)


def answer(workspace: Workspace, statement: s.Show, listing: Listing) -> Result:
    """Carry out a SHOW."""
    columns = listing.columns(statement)
    names = [name for name, _ in listing.shape]
    at = names.index(listing.name)
    rows = [tuple(row) for row in listing.rows(workspace, statement) if wanted(statement, row[at])]
    if statement.from_name is not None:
        rows = [row for row in rows if row[at] > statement.from_name]
    if statement.limit is not None:
        rows = rows[: statement.limit]
    if statement.terse and listing.terse:
        rows = [_picked(dict(zip(names, row, strict=True)), columns, listing.terse) for row in rows]
    return Result(columns, "SHOW", len(rows), rows)


def _picked(row: Mapping[str, Any], columns: Sequence[Column], terse: Terse) -> tuple[Any, ...]:
    return tuple(row.get(each.name, terse.told.get(each.name)) for each in columns)


@lru_cache(maxsize=64)
def like_pattern(pattern: str) -> re.Pattern[str]:
    """The regular expression of a LIKE pattern of SHOW, which ignores case."""
    return wildcards.python(pattern, "\\")


def wanted(statement: s.Show, name: str) -> bool:
    """Whether LIKE and STARTS WITH let a name through."""
    if statement.like is not None and not like_pattern(statement.like).fullmatch(name):
        return False
    return statement.starts_with is None or name.startswith(statement.starts_with)


def scope(workspace: Workspace, statement: s.Show) -> tuple[str | None, str | None]:
    """The database and schema a SHOW looks into; None for all."""
    kind, name = statement.in_kind, statement.in_name
    context = workspace.context
    if kind == "ACCOUNT":
        return None, None
    if kind == "DATABASE":
        database = name.name if name is not None else context.database
        require_database(workspace, database or "")
        return database, None
    if kind in ("TABLE", "VIEW"):
        raise UnsupportedFeature(f"Unsupported feature 'SHOW {statement.object} IN {kind}'.")
    if name is not None:
        if kind is None and statement.object == "SCHEMAS":
            require_database(workspace, name.name)
            return name.name, None
        full = schema_name(workspace, ObjectName(name.name, None, name.schema))
        require_schema(workspace, ObjectName("", full.name, full.database))
        return full.database, full.name
    return context.database, context.schema


def yes(value: bool) -> str:
    """Y or N."""
    return "Y" if value else "N"
