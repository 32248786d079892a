"""XML: elements are objects that show themselves as XML."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus import xml
from mockhaus.errors import InvalidXml
from mockhaus.translation.context import Context
from tests.translation.conftest import Snowflake

_LEVELS = (
    'PARSE_XML(\'<level1> 1 <level2 a="x"> 2 <level3> 3A </level3> <level3> 3B </level3>'
    " </level2> </level1>')"
)

#: (expression, value)
VALUES: list[tuple[str, Any]] = [
    ("PARSE_XML('<test>22257e111</test>')::VARCHAR", "<test>2.225700000000000e+115</test>"),
    ("PARSE_XML('<test>22257e111</test>', TRUE)::VARCHAR", "<test>22257e111</test>"),
    (
        "PARSE_XML(STR => '<t>1e2</t>', DISABLE_AUTO_CONVERT => TRUE)::VARCHAR",
        "<t>1e2</t>",
    ),
    ("PARSE_XML(NULL)", None),
    ("PARSE_XML(' ')", None),
    ("PARSE_XML('<a/>')::VARCHAR", "<a></a>"),
    ("PARSE_XML('<a b=\"&lt;&quot;\">&amp;<![CDATA[<x>]]></a>')::VARCHAR",
     '<a b="&lt;&quot;">&amp;&lt;x&gt;</a>'),
    ("TRY_PARSE_XML('<a')", None),
    ("CHECK_XML('<name> Valid </name>')", None),
    (
        "CHECK_XML('<name> Invalid </WRONG_CLOSING_TAG>')",
        "no opening tag for </WRONG_CLOSING_TAG>, pos 35",
    ),
    ("CHECK_XML('<a>')", "no closing tag for <a>, pos 3"),
    # no entities but XML's own
    (
        "CHECK_XML('<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>')",
        "document type declarations are not supported",
    ),
    (f"XMLGET(XMLGET({_LEVELS}, 'level2'), 'level3', 1)::VARCHAR", "<level3>3B</level3>"),
    (f"XMLGET({_LEVELS}, 'level3')", None),
    (f"XMLGET({_LEVELS}, 'level2', 1)", None),
    (f"XMLGET({_LEVELS}, NULL)", None),
    (f"XMLGET({_LEVELS}, 'level2'):\"@\"::VARCHAR", "level2"),
    (f"GET(XMLGET({_LEVELS}, 'level2'), '@a')::VARCHAR", "x"),
    (f"({_LEVELS}):level2::INT", 1),
    (f"TO_JSON(GET(XMLGET({_LEVELS}, 'level2'), '$'))",
     '[2,{"$":"3A","@":"level3"},{"$":"3B","@":"level3"}]'),
    (f"TO_JSON(XMLGET({_LEVELS}, 'level2'):level3)", "[1,2]"),
    ("TYPEOF(PARSE_XML('<a>true</a>'):\"$\")", "BOOLEAN"),
    ("TYPEOF(PARSE_XML('<a>007</a>'):\"$\")", "VARCHAR"),
    ("TYPEOF(PARSE_XML('<a>1.50</a>'):\"$\")", "DECIMAL"),
    ("TYPEOF(PARSE_XML('<a>1</a>'))", "OBJECT"),
    ("TO_XML(PARSE_XML('<note> <body>Sample</body> </note>'))", "<note><body>Sample</body></note>"),
    (
        "TO_XML(OBJECT_CONSTRUCT('key1', 'value1', 'a b', 2))",
        '<SnowflakeData type="OBJECT"><a_b type="INTEGER">2</a_b>'
        '<key1 type="VARCHAR">value1</key1></SnowflakeData>',
    ),
    (
        "TO_XML(['v1', 1.5])",
        '<SnowflakeData type="ARRAY"><e type="VARCHAR">v1</e><e type="DECIMAL">1.5</e></SnowflakeData>',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression) == value


def test_what_is_no_xml(snowflake: Snowflake) -> None:
    with pytest.raises(InvalidXml, match="no opening tag for </a>, pos 10"):
        snowflake.value("PARSE_XML('<a><b></a>')")


def test_too_deep() -> None:
    with pytest.raises(xml.XmlError, match="more than 500 deep"):
        xml.parsed("<a>" * 600)


def test_flatten(snowflake: Snowflake) -> None:
    rows = snowflake.rows(
        "SELECT f.index, XMLGET(f.value, 't'):\"$\"::VARCHAR FROM"
        " (SELECT PARSE_XML('<c><b><t>A</t></b><b><t>B</t></b></c>') x),"
        ' LATERAL FLATTEN(x:"$") f ORDER BY 1'
    )
    assert rows == [(0, "A"), (1, "B")]


def test_shown_over_several_lines(snowflake: Snowflake) -> None:
    """PostgreSQL's json is no XML: an item that is an element is a text there."""
    shown = snowflake.value("PARSE_XML('<a>1<b>2</b></a>')", Context(postgres=True))
    assert shown == "<a>\n  1\n  <b>2</b>\n</a>"
