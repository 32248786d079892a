"""CREATE VIEW: DuckDB's query, and what is recorded. Snowflake's manual: "CREATE VIEW"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field
from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from mockhaus.errors import UnsupportedFeature
from mockhaus.translation import names, statements as s
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.ddl.tables import check_named, names_of, only, option, tags_of
from mockhaus.translation.dialect import generate, snowflake_text, tokenize
from mockhaus.translation.labels import label
from mockhaus.translation.rewrite import Walk
from mockhaus.translation.translate import guarded
from mockhaus.translation.trees import copied
from mockhaus.translation.types.origins import Source, origins


class ViewDefinition(Struct, frozen=True):
    """A CREATE VIEW. `query` is DuckDB's text; `columns` the column list, empty for none."""

    name: ObjectName
    query: str
    columns: tuple[str, ...]
    replace: bool
    if_not_exists: bool
    comment: str = ""
    secure: bool = False
    #: Comments and tags of columns, by the column's name.
    comments: Mapping[str, str] = field(default_factory=dict)
    column_tags: Mapping[str, s.Tags] = field(default_factory=dict)
    tags: s.Tags = ()
    change_tracking: bool = False
    copy_grants: bool = False
    #: User-defined functions whose bodies are written into the query: database, schema, name.
    functions: frozenset[tuple[str, ...]] = frozenset()
    #: Where the columns come from, as far as it is known.
    sources: tuple[Source, ...] = ()


def view_name(statement: s.Tree, context: Context) -> ObjectName:
    """The name, in full, of the view that a CREATE VIEW makes."""
    this = statement.tree.this
    table = this.this if isinstance(this, exp.Schema) else this
    return context.resolve(names.object_name(table))


def view_query(text: str) -> str:
    """What stands behind AS in a CREATE VIEW."""
    depth = 0
    for token in tokenize(text):
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.token_type in _PARENTHESES else 0
        if depth == 0 and token.token_type is TokenType.ALIAS:
            return text[token.end + 1 :].strip()
    return text


_PARENTHESES: Final = (TokenType.L_PAREN, TokenType.R_PAREN)


def create_view(statement: s.Tree, context: Context) -> ViewDefinition:
    """Read a CREATE VIEW. Raises CompilationError."""
    return guarded(lambda: _create_view(statement, context), statement)


def _create_view(statement: s.Tree, context: Context) -> ViewDefinition:
    tree = copied(statement.tree)
    only(tree, "this", "kind", "expression", "exists", "properties", "replace")
    schema = tree.this if isinstance(tree.this, exp.Schema) else None
    table = schema.this if schema is not None else tree.this
    comment, secure, tracked, copy_grants = "", False, False, False
    tags: s.Tags = ()
    for item in tree.args["properties"].expressions if tree.args.get("properties") else ():
        if isinstance(item, exp.SchemaCommentProperty):
            comment = item.this.name
        elif isinstance(item, exp.SecureProperty):
            secure = True
        elif isinstance(item, exp.Tags):
            tags = tags_of(item)
        elif (told := option(item)) is not None and told[0] == "CHANGE_TRACKING":
            tracked = bool(told[1])
        elif isinstance(item, exp.CopyGrantsProperty):
            copy_grants = True
        else:
            raise UnsupportedFeature(f"Unsupported feature '{snowflake_text(item)}'.")
    columns: list[str] = []
    comments: dict[str, str] = {}
    column_tags: dict[str, s.Tags] = {}
    for item in schema.expressions if schema is not None else ():
        name = names.stored(item if isinstance(item, exp.Identifier) else item.this)
        columns.append(name)
        for constraint in item.args.get("constraints") or ():
            if isinstance(constraint.kind, exp.CommentColumnConstraint):
                comments[name] = constraint.kind.this.name
            elif isinstance(constraint.kind, exp.Tags):
                column_tags[name] = tags_of(constraint.kind)
            else:
                raise UnsupportedFeature(
                    f"Unsupported feature '{snowflake_text(constraint.kind)}'."
                )
    query = tree.expression
    check_named(query, listed=bool(columns or statement.postgres))
    sources = origins(query, context, statement.text)
    label(query, names_of(query))
    walk = Walk(context, statement.text)
    return ViewDefinition(
        context.resolve(names.object_name(table)),
        generate(walk.finished(walk.rewrite(query))),
        tuple(columns),
        bool(tree.args.get("replace")),
        bool(tree.args.get("exists")),
        comment,
        secure,
        comments,
        column_tags,
        tags,
        tracked,
        copy_grants,
        frozenset(walk.used),
        sources,
    )
