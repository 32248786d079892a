"""Values on their way into columns: the conversions that Snowflake implies, and its refusals.

Snowflake's manual: "Data type conversion", implicit casting; "INSERT". DuckDB's own casts into a
column take other texts (no 'on' for a BOOLEAN, no 01/02/2024 for a DATE) and other types. The
macros of `assignment.sql` decide by the type that a value has when DuckDB binds the statement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from sqlglot import exp
from sqlglot.expressions import DataType

from mockhaus.errors import DuplicateObject, InvalidIdentifier, ValueCount
from mockhaus.translation import names
from mockhaus.translation.clauses.types import iso_literal
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.registry import apply
from mockhaus.translation.types import operands
from mockhaus.types import SqlType
from mockhaus.zoned import STORED

#: DuckDB's type of a column -> the macro that converts into it.
_MACROS: Final = {
    "BIGINT": "assign_integer",
    "HUGEINT": "assign_whole",
    "DOUBLE": "assign_number",
    "BOOLEAN": "assign_boolean",
    "DATE": "assign_date",
    "TIME": "assign_time",
    "TIMESTAMP": "assign_timestamp",
    "TIMESTAMP WITH TIME ZONE": "assign_timestamp_ltz",
    STORED: "assign_timestamp_tz",
    "VARCHAR": "assign_text",
    "BLOB": "assign_binary",
    "JSON": "assign_variant",
}
_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_NUMBERS: Final = frozenset(("BIGINT", "HUGEINT", "DOUBLE"))
#: Types whose values DuckDB takes from a client as they are.
_BOUND: Final = frozenset(("BIGINT", "HUGEINT", "DOUBLE", "VARCHAR", "BLOB", "JSON"))
_CONSTANT_DATES: Final = {"DATE": DataType.Type.DATE, "TIMESTAMP": DataType.Type.TIMESTAMP}


#: What a JSON column that was declared as a narrower type takes.
_NARROWER: Final = {"OBJECT": "assign_object", "ARRAY": "assign_array"}
#: Types with fractional digits, of which a column may keep fewer than DuckDB.
_FRACTIONS: Final = {
    "TIME": "time_digits",
    "TIMESTAMP": "timestamp_digits",
    "TIMESTAMP WITH TIME ZONE": "timestamp_digits",
    STORED: "timestamp_digits",
}
_KEPT: Final = 6


def kinds(context: Context, table: ObjectName) -> Mapping[str, str]:
    """The columns of a table: name in upper case -> DuckDB's type, as `assigned` takes it.

    What only the declared type tells stands behind it: `TIMESTAMP#3` of a TIMESTAMP(3), which
    has fewer digits than DuckDB keeps, `JSON#OBJECT` of an OBJECT, which is no VARIANT.
    """
    known = context.columns(table)
    if not any(kind in _FRACTIONS or kind == "JSON" for kind in known.values()):
        return known
    relation = context.relation(table)
    declared = {} if relation is None else relation.columns
    types = {name.upper(): kind for name, kind in declared.items()}
    return {name: _narrowed(kind, types.get(name.upper())) for name, kind in known.items()}


def cut(kinds: Mapping[str, str], column: str, value: str) -> str:
    """A value of a column's type, in DuckDB's text, with the fractional digits that it keeps."""
    kind, _, digits = kinds.get(column.upper(), "").partition("#")
    return f"{_FRACTIONS[kind]}({value}, {digits})" if digits and kind in _FRACTIONS else value


def _narrowed(kind: str, declared: SqlType | None) -> str:
    if declared is None:
        return kind
    if kind == "JSON":
        narrower = declared.family in _NARROWER and not declared.parts
        return f"{kind}#{declared.family}" if narrower else kind
    if kind in _FRACTIONS and declared.scale is not None and declared.scale < _KEPT:
        return f"{kind}#{declared.scale}"
    return kind


def assigned(
    value: exp.Expression, column: str, kind: str, *, postgres: bool = False
) -> exp.Expression:
    """A rewritten value as a column of a type takes it (see `kinds`).

    `postgres`: a text literal for a VARIANT is its JSON, as for PostgreSQL's json.
    """
    kind, _, declared = kind.partition("#")
    bare = operands.plain(value)
    if kind in _FRACTIONS and declared and not isinstance(bare, (exp.Null, exp.Var)):
        made = assigned(value, column, kind)
        return apply(_FRACTIONS[kind], made, operands.integer(int(declared)))
    if postgres and kind == "JSON" and isinstance(bare, exp.Literal) and bare.is_string:
        return apply("pg_json", value)
    known = operands.column_type(bare)
    if known == kind and not declared:
        return value
    if kind == "VARCHAR" and (known not in ("", "BLOB") or operands.is_character(bare)):
        return operands.text(value)
    decimal = _DECIMAL.fullmatch(kind)
    if _fits(bare, kind, is_number=decimal is not None or kind in _NUMBERS):
        return value
    if kind in _CONSTANT_DATES and isinstance(bare, exp.Literal):
        constant = iso_literal(value, _CONSTANT_DATES[kind])
        if constant is not None:
            return constant
    name = exp.Literal.string(column)
    if decimal is not None:
        shown = exp.Literal.string(f"NUMBER({decimal[1]},{decimal[2]})")
        return exp.cast(apply("assign_number", value, name, shown), kind)
    if kind == "DOUBLE":
        return apply("float_of", apply("assign_number", value, name, exp.Literal.string("FLOAT")))
    macro = _NARROWER.get(declared) or _MACROS.get(kind)
    return value if macro is None else apply(macro, value, name)


def _fits(bare: exp.Expression, kind: str, *, is_number: bool) -> bool:
    """Whether a value goes into a column as it is."""
    if isinstance(bare, (exp.Null, exp.Var)):  # NULL, DEFAULT
        return True
    if isinstance(bare, exp.Placeholder):
        return is_number or kind in _BOUND
    if isinstance(bare, exp.Neg):
        bare = operands.plain(bare.this)
    if isinstance(bare, exp.Literal):
        return bool(bare.is_string) if kind == "VARCHAR" else is_number and not bare.is_string
    return isinstance(bare, exp.Boolean) and kind == "BOOLEAN"


Columns = Sequence[tuple[str, str]]


def targets(listed: Sequence[exp.Expression], known: Mapping[str, str]) -> Columns | None:
    """(column, DuckDB's type) of the columns that are written; None where nothing is known.

    `listed` are the names of a column list, in Snowflake's tree, `known` the table's columns.
    Raises InvalidIdentifier, DuplicateObject.
    """
    if not known:
        return None
    if not listed:
        return list(known.items())
    found: list[tuple[str, str]] = []
    for each in listed:
        identifier = each.this if isinstance(each, exp.Column) else each
        name = names.stored(identifier)  # type: ignore[arg-type]
        kind = known.get(name.upper())
        place = identifier.meta.get("start")
        if kind is None:
            raise InvalidIdentifier(
                f"SQL compilation error:\ninvalid identifier '{name}'", position=place
            )
        if name in (other for other, _ in found):
            raise DuplicateObject(
                f"SQL compilation error:\nduplicate column name '{name}'", position=place
            )
        found.append((name, kind))
    return found


def matched(expected: int, given: int) -> None:
    """Raises ValueCount unless there is a value for each column."""
    if expected != given:
        raise ValueCount(
            "SQL compilation error:\nInsert value list does not match column list "
            f"expecting {expected} but got {given}"
        )


def values(node: exp.Values, columns: Columns, *, postgres: bool = False) -> None:
    """The rows of a rewritten VALUES as the columns take them, in place."""
    for row in node.expressions:
        items = row.expressions if isinstance(row, exp.Tuple) else [row]
        matched(len(columns), len(items))
        pairs = zip(items, columns, strict=True)
        made = [assigned(item, name, kind, postgres=postgres) for item, (name, kind) in pairs]
        if isinstance(row, exp.Tuple):
            row.set("expressions", made)
        else:
            row.replace(made[0])


def rows(query: exp.Expression, columns: Columns, types: Sequence[str] = ()) -> exp.Select:
    """The rows of a rewritten query, of a column each, as the columns take them.

    `types` are those of the query's columns as far as they are known (see `scopes.output`).
    """
    source = names.identifier("_ROWS")
    given = [names.identifier(f"_{number}") for number in range(1, len(columns) + 1)]
    values = [exp.Column(this=each.copy()) for each in given]
    for value, kind in zip(values, types, strict=False):
        value.meta[operands.TYPE] = kind
    pairs = zip(values, columns, strict=True)
    items = [assigned(value, name, kind) for value, (name, kind) in pairs]
    inner = query if isinstance(query, exp.Subquery) else exp.Subquery(this=query)
    inner.set("alias", exp.TableAlias(this=source, columns=given))
    return exp.Select(expressions=items, from_=exp.From(this=inner))
