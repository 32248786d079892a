"""CREATE TABLE and CREATE SEQUENCE as PostgreSQL's tools write them: what Snowflake has instead.

Manual: CREATE TABLE, CREATE TABLE AS, CREATE SEQUENCE. What says how rows are stored, and not what
they are, is left out; what would change an answer is refused by name.
"""

from __future__ import annotations

from typing import Any, Final

from sqlglot import exp

from mockhaus.translation.dialect import CALLED
from mockhaus.translation.postgres.arrays import array
from mockhaus.translation.postgres.forms import Form, refused

#: Collations that compare by bytes, as text is compared here (manual, 24.2.2).
COLLATIONS: Final = ("C", "POSIX", "UCS_BASIC", "DEFAULT", "C.UTF-8")

#: Storage parameters of tables (manual, CREATE TABLE).
_STORAGE: Final = ("FILLFACTOR", "AUTOVACUUM", "TOAST", "PARALLEL_WORKERS", "USER_CATALOG", "LOG_")


def collated(name: str) -> None:
    """Raises UnsupportedFeature for a collation that does not compare by bytes."""
    if name.upper() not in COLLATIONS:
        raise refused(f"COLLATE {name}")


def _created(node: exp.Create) -> exp.Expression:
    """CREATE TABLE: properties that change nothing, `(LIKE t INCLUDING ALL)`, WITH NO DATA."""
    if node.args.get("kind") != "TABLE":
        return node
    properties = node.args.get("properties")
    if properties is not None:
        kept = [each for each in properties.expressions if not _changes_nothing(each, node)]
        properties.set("expressions", kept)
    _modelled(node)
    return node


def _changes_nothing(each: Any, node: exp.Create) -> bool:
    if isinstance(each, exp.UnloggedProperty):
        return True
    if isinstance(each, exp.OnCommitProperty):
        return not each.args.get("delete")
    if isinstance(each, exp.Property) and type(each) is exp.Property:
        return str(each.this.name).upper().startswith(_STORAGE)
    if isinstance(each, exp.WithDataProperty):
        if each.args.get("no"):
            query = exp.Subquery(this=node.expression)
            node.set("expression", exp.select("*").from_(query).limit(0))
        return True
    return False


def _is_named(node: exp.Expression) -> bool:
    return not (isinstance(node, exp.Literal) and node.is_string)


def _modelled(node: exp.Create) -> None:
    """`(LIKE t INCLUDING ALL)`, alone between the parentheses, is Snowflake's LIKE."""
    schema = node.this
    items = schema.expressions if isinstance(schema, exp.Schema) else []
    likes = [each for each in items if isinstance(each, exp.LikeProperty)]
    if not likes:
        return
    including = [str(each.name).upper() for each in likes[0].expressions]
    values = [str(each.args.get("value") or "").upper() for each in likes[0].expressions]
    if len(items) > 1 or including != ["INCLUDING"] or values != ["ALL"]:
        raise refused("LIKE within a table", "CREATE TABLE a (LIKE b INCLUDING ALL) can be had.")
    likes[0].set("expressions", [])
    properties = node.args.get("properties") or exp.Properties(expressions=[])
    properties.append("expressions", likes[0])
    node.set("properties", properties)
    node.set("this", schema.this)


def _column(node: exp.ColumnDef) -> exp.Expression:
    constraints = node.args.get("constraints") or []
    kept = []
    for each in constraints:
        if isinstance(each.kind, exp.CollateColumnConstraint) and _is_named(each.kind.this):
            collated(each.kind.this.name)
        else:
            kept.append(each)
    if len(kept) < len(constraints):
        node.set("constraints", kept)
    kind = node.args.get("kind")
    if kind is not None and kind.this == exp.DataType.Type.ARRAY and kind.expressions:
        for each in kept:
            value = each.kind.this if isinstance(each.kind, exp.DefaultColumnConstraint) else None
            if isinstance(value, exp.Literal) and value.is_string:
                each.kind.set("this", array(value.name, kind.expressions[0]))
    return node


def next_number(node: exp.Anonymous) -> exp.Expression:
    """`nextval('s')` is Snowflake's `s.NEXTVAL` (manual, 9.17)."""
    value = node.expressions[0] if len(node.expressions) == 1 else node
    while isinstance(value, (exp.Cast, exp.Paren)):
        value = value.this
    if not (isinstance(value, exp.Literal) and value.is_string):
        raise refused("nextval of a name that is no literal")
    parts = [_identifier(each) for each in exp.to_table(value.name, dialect="postgres").parts]
    column = exp.Column(this=exp.Identifier(this="NEXTVAL", quoted=False))
    for key, part in zip(("table", "db", "catalog"), reversed(parts), strict=False):
        column.set(key, part)
    return column


def _identifier(part: Any) -> exp.Identifier:
    return exp.Identifier(this=part.name, quoted=bool(part.args.get("quoted")))


def _plain(node: exp.Collate) -> exp.Expression:
    """COLLATE "C" is how text compares anyway; one that is named by a text is Snowflake's."""
    if node.meta.get(CALLED) or isinstance(node.expression, exp.Literal):
        return node
    collated(node.expression.name)
    made: exp.Expression = node.this
    return made


FORMS: Final[dict[type[exp.Expression], Form]] = {
    exp.Create: _created,
    exp.ColumnDef: _column,
    exp.Collate: _plain,
}
