"""Functions on XML. Snowflake's manual: PARSE_XML, TRY_PARSE_XML, CHECK_XML, XMLGET, TO_XML.

An element is an OBJECT (see `mockhaus.xml`); `xml:"@"`, `xml:"$"` and `xml:"@name"` are members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from mockhaus.translation.registry import Function, Rewriter, apply, call
from mockhaus.translation.types import operands, structured
from mockhaus.translation.types.operands import TEXT, noted, text
from mockhaus.translation.types.variants import once, variant

if TYPE_CHECKING:
    from mockhaus.translation.rewrite import Walk

#: Key of `meta` of what is known to be an XML element.
ELEMENT: Final = "xml"


def _element(node: exp.Expression) -> exp.Expression:
    node.meta[ELEMENT] = True
    return structured.of_type(node, structured.OBJECT)


def _parse(name: str) -> Rewriter:
    def rewriter(node: exp.Anonymous, walk: Walk) -> exp.Expression:
        """PARSE_XML(text [, disable_auto_convert]), TRY_PARSE_XML."""
        operands.positional(node, "STR", "DISABLE_AUTO_CONVERT")
        value, *rest = node.expressions
        converts = exp.Not(this=exp.Paren(this=rest[0])) if rest else exp.Boolean(this=True)
        return _element(apply(name, text(value), converts))

    return rewriter


def _get(node: exp.Anonymous, walk: Walk) -> exp.Expression:
    """XMLGET(element, tag [, instance]): counted from 0."""
    value, tag, *rest = node.expressions
    return _element(apply("xmlget", value, tag, rest[0] if rest else operands.integer(0)))


FUNCTIONS: Final[tuple[Function, ...]] = (
    call("PARSE_XML", _parse("parse_xml"), 1, 2),
    call("TRY_PARSE_XML", _parse("try_parse_xml"), 1, 2),
    call("CHECK_XML", lambda n, w: noted(apply("check_xml", text(n.expressions[0])), TEXT), 1, 2),
    call("XMLGET", _get, 2, 3),
    call("TO_XML", lambda n, w: noted(once("to_xml", variant(n.expressions[0])), TEXT), 1, 1),
)
