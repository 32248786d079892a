"""TIMESTAMP_TYPE_MAPPING: what TIMESTAMP alone means, in casts and in columns."""

from __future__ import annotations

import pytest

from mockhaus.sessions.connection import Connection

#: (mapping, family of every TIMESTAMP)
MAPPINGS = [
    (None, "TIMESTAMP_NTZ"),
    ("TIMESTAMP_NTZ", "TIMESTAMP_NTZ"),
    ("timestamp_ltz", "TIMESTAMP_LTZ"),
    ("TIMESTAMP_TZ", "TIMESTAMP_TZ"),
]


@pytest.mark.parametrize(("mapping", "family"), MAPPINGS)
def test_timestamp(snowflake: Connection, mapping: str | None, family: str) -> None:
    if mapping is not None:
        _run(snowflake, f"ALTER SESSION SET TIMESTAMP_TYPE_MAPPING = '{mapping}'")
    _run(snowflake, "CREATE TABLE T (A TIMESTAMP, N TIMESTAMP_NTZ, B INT)")
    _run(snowflake, "ALTER TABLE T ADD COLUMN C TIMESTAMP(3)")
    query = "SELECT A, C, '2024-01-02'::TIMESTAMP, TO_TIMESTAMP('2024-01-02'), N FROM T"
    (result,) = snowflake.execute(query)
    families = [column.type.family for column in result.columns]
    assert families == [*[family] * 4, "TIMESTAMP_NTZ"]


def _run(connection: Connection, text: str) -> None:
    for result in connection.execute(text):
        result.close()
