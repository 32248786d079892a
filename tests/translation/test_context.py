"""Context functions: expression, value for one context."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus.errors import MockhausError
from mockhaus.translation.context import Context
from tests.translation.conftest import Snowflake

CONTEXT = Context(
    database="DB",
    schema="S",
    user="ANN",
    role="ANALYST",
    warehouse=None,
    connection_id=7,
    last_query_ids=("first", "second", "third"),
)

VALUES: list[tuple[str, Any]] = [
    ("CURRENT_DATABASE()", "DB"),
    ("CURRENT_SCHEMA()", "S"),
    ("CURRENT_SCHEMAS()", '["DB.S"]'),
    ("CURRENT_USER()", "ANN"),
    ("CURRENT_USER", "ANN"),
    ("CURRENT_ROLE()", "ANALYST"),
    ("CURRENT_WAREHOUSE()", None),
    ("CURRENT_SESSION()", "7"),
    ("LAST_QUERY_ID()", "third"),
    ("LAST_QUERY_ID(-2)", "second"),
    ("LAST_QUERY_ID(1)", "first"),
    ("LAST_QUERY_ID(9)", None),
    ("CURRENT_STATEMENT()", "SELECT CURRENT_STATEMENT()"),
    ("GETDATE() = CURRENT_TIMESTAMP", True),
    ("LOCALTIMESTAMP IS NOT NULL", True),
    # the label of one item is no name for another
    ("CURRENT_DATE = CURRENT_DATE, CURRENT_DATE, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP", True),
    ("LENGTH(TO_CHAR(CURRENT_TIME(0), 'FF6')), CURRENT_TIME(9)", 6),
    ("TO_CHAR(LOCALTIME(2), 'FF6') LIKE '__0000'", True),
]


@pytest.mark.parametrize("word", ["user", "session_user", "current_role", "current_catalog"])
def test_no_word_is_duckdbs(snowflake: Snowflake, word: str) -> None:
    with pytest.raises(MockhausError, match=f"invalid identifier '{word.upper()}'"):
        snowflake.value(word, CONTEXT)


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_value(snowflake: Snowflake, expression: str, value: Any) -> None:
    assert snowflake.value(expression, CONTEXT) == value
