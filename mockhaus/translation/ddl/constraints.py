"""Constraints of tables, as they are recorded: Snowflake enforces none but NOT NULL.

    type        PRIMARY KEY, UNIQUE, FOREIGN KEY      columns     its columns
    name        absent where it was given none        rely        whether RELY was said
    comment     of COMMENT                            deferrable, deferred
    table, referenced                  where a FOREIGN KEY points to; no columns: the primary key
    update_rule, delete_rule, match    of a FOREIGN KEY

What is not told is left out. Snowflake's manual: "CREATE | ALTER TABLE ... CONSTRAINT".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlglot import exp

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import names
from mockhaus.translation.dialect import snowflake_text


def table_constraint(item: exp.Expression) -> dict[str, Any]:
    """A constraint of a table, with or without a name. Raises UnsupportedFeature."""
    if isinstance(item, exp.Constraint):
        first, *others = item.expressions
        told = {**table_constraint(first), "name": names.stored(item.this)}
        for other in others:
            if not isinstance(other, exp.CommentColumnConstraint):
                raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(other)}'.")
            told["comment"] = other.this.name
        return told
    if isinstance(item, exp.PrimaryKey):
        columns = column_names(item.expressions)
        return {"type": "PRIMARY KEY", "columns": columns, **options(item)}
    if isinstance(item, exp.UniqueColumnConstraint):
        listed = item.this.expressions if isinstance(item.this, exp.Schema) else []
        return {"type": "UNIQUE", "columns": column_names(listed), **options(item)}
    if isinstance(item, exp.ForeignKey):
        told = reference(item.args["reference"], column_names(item.expressions))
        return {**told, **options(item)}
    raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(item)}'.")


def reference(node: exp.Expression, columns: list[str]) -> dict[str, Any]:
    """A FOREIGN KEY of these columns to what REFERENCES names."""
    target = node.this
    referenced = column_names(target.expressions) if isinstance(target, exp.Schema) else []
    table = target.this if isinstance(target, exp.Schema) else target
    name = names.object_name(table)
    return {
        "type": "FOREIGN KEY",
        "columns": columns,
        "table": [name.database, name.schema, name.name],
        "referenced": referenced,
        **options(node),
    }


def column_names(items: Iterable[exp.Expression]) -> list[str]:
    """The names of columns in a list."""
    found = []
    for item in items:
        node = item
        while not isinstance(node, exp.Identifier):
            node = node.this
        found.append(names.stored(node))
    return found


#: What may follow a constraint, in upper case -> what is recorded. ENFORCED says nothing that
#: Snowflake would do (its manual, "Constraint properties").
_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "ENFORCED": {},
    "NOT ENFORCED": {},
    "VALIDATE": {},
    "NOVALIDATE": {},
    "ENABLE": {},
    "DISABLE": {},
    "ENABLE VALIDATE": {},
    "ENABLE NOVALIDATE": {},
    "DISABLE VALIDATE": {},
    "DISABLE NOVALIDATE": {},
    "RELY": {"rely": True},
    "NORELY": {"rely": False},
    "DEFERRABLE": {"deferrable": True},
    "NOT DEFERRABLE": {"deferrable": False},
    "INITIALLY DEFERRED": {"deferred": True},
    "INITIALLY IMMEDIATE": {"deferred": False},
    **{f"MATCH {how}": {"match": how} for how in ("FULL", "PARTIAL", "SIMPLE")},
    **{
        f"ON {event} {rule}": {f"{event.lower()}_rule": rule}
        for event in ("UPDATE", "DELETE")
        for rule in ("CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION")
    },
}


def options(node: exp.Expression) -> dict[str, Any]:
    """What the options of a constraint say. Raises UnsupportedFeature."""
    told: dict[str, Any] = {}
    for option in node.args.get("options") or ():
        words = str(option if isinstance(option, str) else snowflake_text(option)).upper()
        if words not in _OPTIONS:
            raise UnsupportedFeature(f"Unsupported feature 'constraint {words}'.")
        told |= _OPTIONS[words]
    return told


def from_words(text: str) -> dict[str, Any]:
    """The same of options as they are written. Raises UnsupportedFeature."""
    words = text.upper().split()
    told: dict[str, Any] = {}
    at = 0
    while at < len(words):
        length = next((n for n in (4, 3, 2, 1) if " ".join(words[at : at + n]) in _OPTIONS), 0)
        if not length:
            raise UnsupportedFeature(f"Unsupported feature 'constraint {words[at]}'.")
        told |= _OPTIONS[" ".join(words[at : at + length])]
        at += length
    return told
