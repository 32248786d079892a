"""Names of the items of a SELECT that have none: their texts, as Snowflake labels its columns."""

from __future__ import annotations

from sqlglot import exp

from mockhaus.translation.dialect import snowflake_text


def label(tree: exp.Expression, labels: tuple[str, ...]) -> None:
    """Name the unnamed items of the outermost SELECT by their texts, as Snowflake does."""
    if isinstance(tree, exp.Select):
        for item in tree.expressions:
            bare = item.this if isinstance(item, exp.Alias) else item
            if isinstance(bare, exp.Null):  # a NULL of no type is text, as in both manuals
                bare.replace(exp.Cast(this=exp.Null(), to=exp.DataType.build("TEXT")))
    select = tree
    while isinstance(select, (exp.SetOperation, exp.Subquery)):
        select = select.this
    if isinstance(select, exp.Select) and len(labels) == len(select.expressions):
        items = zip(select.expressions, labels, strict=True)
        select.set("expressions", [labelled(item, text) for item, text in items])


def labelled(item: exp.Expression, text: str | None) -> exp.Expression:
    """An item under a name: the text given, or its own in Snowflake's spelling."""
    if isinstance(item, (exp.Alias, exp.Aliases, exp.Star)):
        return item
    if isinstance(item, exp.Column) and not isinstance(item.this, exp.Parameter):
        return item
    if text is None:
        text = snowflake_text(item).upper()
    return exp.Alias(this=item, alias=exp.Identifier(this=text, quoted=True))
