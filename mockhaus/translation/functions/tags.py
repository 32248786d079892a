"""Functions about tags: SYSTEM$GET_TAG, and what names their objects.

Snowflake's manual: "SYSTEM$GET_TAG", "TAG_REFERENCES", "TAG_REFERENCES_ALL_COLUMNS".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.errors import InvalidParameter, UnsupportedFeature, WrongArguments
from mockhaus.translation.context import Context, ObjectName
from mockhaus.translation.dialect import tokenize
from mockhaus.translation.grammar.reader import Reader
from mockhaus.translation.registry import Function, apply, call, refused
from mockhaus.translation.types.operands import literal_text

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: Domains of objects in a schema, in a database, in the account.
_IN_SCHEMA: Final = frozenset(("TABLE", "COLUMN", "SEQUENCE", "STAGE"))
_IN_ACCOUNT: Final = frozenset(("DATABASE", "WAREHOUSE", "ROLE", "USER", "ACCOUNT"))


def place(text: str, domain: str, context: Context) -> tuple[str, str, str, str]:
    """Database, schema, name and column of an object as text; '' for what it has not.

    Raises InvalidParameter, UnsupportedFeature, SqlSyntaxError, ObjectNeedsContext.
    """
    if domain in _IN_ACCOUNT:
        return "", "", _parts(text)[-1], ""
    if domain == "SCHEMA":
        *database, name = _parts(text)
        return (database[-1] if database else context.database or ""), name, name, ""
    if domain in ("FUNCTION", "PROCEDURE"):
        raise UnsupportedFeature(f"Unsupported feature 'tags of a {domain}, by text'.")
    if domain not in _IN_SCHEMA:
        raise InvalidParameter(
            f"SQL compilation error:\ninvalid value ['{domain}'] for parameter 'object_domain'"
        )
    parts = _parts(text)
    column = parts.pop() if domain == "COLUMN" else ""
    if not parts:
        raise InvalidParameter(
            "SQL compilation error:\na column is named with its table: 'table.column'"
        )
    full = context.resolve(ObjectName(*reversed(parts)))
    return full.database or "", full.schema or "", full.name, column


def _parts(text: str) -> list[str]:
    reader = Reader(tokenize(text), text)
    parts = [reader.identifier()]
    while reader.accept("."):
        parts.append(reader.identifier())
    reader.end()
    return parts


def _get_tag(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """SYSTEM$GET_TAG(tag, object, domain): the value of now, NULL if it is not set."""
    tag, name, domain = (literal_text(each, "tag, name or domain") for each in node.expressions)
    full = walk.context.resolve(ObjectName(*reversed(_parts(tag)[-3:])))
    domain = domain.upper()
    if domain == "VIEW":
        domain = "TABLE"
    given = (
        full.database, full.schema, full.name, domain, *place(name, domain, walk.context),
    )  # fmt: skip
    return apply("system_get_tag", *(exp.Literal.string(part or "") for part in given))


#: Table functions of INFORMATION_SCHEMA -> the macro that answers.
TABLE_FUNCTIONS: Final = {
    "TAG_REFERENCES": "tags_of",
    "TAG_REFERENCES_ALL_COLUMNS": "tags_of_columns",
}


def table_function(name: str, node: exp.Anonymous, walk: Walk) -> exp.Anonymous:
    """TAG_REFERENCES(object, domain), TAG_REFERENCES_ALL_COLUMNS(table, 'TABLE')."""
    if len(node.expressions) != 2:
        raise WrongArguments(
            f"SQL compilation error:\nwrong number of arguments for function [{name}]"
        )
    text, domain = (literal_text(each, "object or domain") for each in node.expressions)
    domain = domain.upper()
    if name != "TAG_REFERENCES" and domain != "TABLE":
        raise InvalidParameter(
            f"SQL compilation error:\ninvalid value ['{domain}'] for parameter 'object_domain'"
        )
    found = place(text, domain, walk.context)
    given = (domain, *found) if name == "TAG_REFERENCES" else found[:3]
    return apply(TABLE_FUNCTIONS[name], *(exp.Literal.string(part) for part in given))


FUNCTIONS: Final[tuple[Function, ...]] = (
    call("SYSTEM$GET_TAG", _get_tag, 3, 3, partial="not of functions"),
    refused(
        "TAG_REFERENCES TAG_REFERENCES_ALL_COLUMNS",
        "a table function of INFORMATION_SCHEMA: FROM TABLE(INFORMATION_SCHEMA.NAME(..))",
    ),
    refused("TAG_REFERENCES_WITH_LINEAGE", "a table function of ACCOUNT_USAGE"),
)
