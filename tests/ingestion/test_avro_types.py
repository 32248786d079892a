"""The types of AVRO: what a VARIANT shows of a value, and what a column keeps."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any
from uuid import UUID

import fastavro
import pytest

from mockhaus.marks import shown
from tests.ingestion.conftest import Room

#: (AVRO type, value, the VARIANT, a column's type in DuckDB, its value)
TYPES: list[tuple[Any, Any, str, str, Any]] = [
    ({"type": "bytes", "logicalType": "decimal", "precision": 30, "scale": 10}, Decimal("12345678901234567890.1234567891"), "12345678901234567890.1234567891", "DECIMAL(38,10)", Decimal("12345678901234567890.1234567891")),
    ({"type": "bytes", "logicalType": "decimal", "precision": 5, "scale": 2}, Decimal("7.00"), "7", "DECIMAL(5,2)", Decimal("7.00")),
    ({"type": "int", "logicalType": "date"}, dt.date(2024, 1, 31), '"2024-01-31"', "DATE", dt.date(2024, 1, 31)),
    ({"type": "int", "logicalType": "time-millis"}, dt.time(1, 2, 3), '"01:02:03"', "TIME", dt.time(1, 2, 3)),
    ({"type": "long", "logicalType": "timestamp-millis"}, dt.datetime(2024, 1, 31, 1, 2, 3, 4000, dt.UTC), '"2024-01-31 01:02:03.004"', "TIMESTAMP", dt.datetime(2024, 1, 31, 1, 2, 3, 4000)),
    ({"type": "long", "logicalType": "timestamp-micros"}, dt.datetime(2024, 1, 31, 1, 2, 3, 4567, dt.UTC), '"2024-01-31 01:02:03.004567"', "TIMESTAMP", dt.datetime(2024, 1, 31, 1, 2, 3, 4567)),
    ({"type": "string", "logicalType": "uuid"}, UUID(int=1), '"00000000-0000-0000-0000-000000000001"', "VARCHAR", "00000000-0000-0000-0000-000000000001"),
    ({"type": "enum", "name": "e", "symbols": ["A", "B"]}, "B", '"B"', "VARCHAR", "B"),
    ({"type": "fixed", "name": "f", "size": 2}, b"\x01\xff", '"01FF"', "BLOB", b"\x01\xff"),
    ({"type": "map", "values": "long"}, {"k": 1}, '{"k":1}', "JSON", '{"k":1}'),
    (["null", "boolean"], None, "null", "BOOLEAN", None),
    ("float", 0.5, "0.5", "DOUBLE", 0.5),
]  # fmt: skip


@pytest.mark.parametrize(("type", "value", "variant", "column", "kept"), TYPES)
def test_a_type(  # noqa: PLR0917 (a row of the table)
    room: Room, type: Any, value: Any, variant: str, column: str, kept: Any
) -> None:
    packed = io.BytesIO()
    schema = {"type": "record", "name": "r", "fields": [{"name": "v", "type": type}]}
    fastavro.writer(packed, schema, [{"v": value}])
    room.write("x.avro", packed.getvalue())
    room.table("W JSON")
    copy = "FROM @st FILE_FORMAT = (TYPE = AVRO)"
    room.run(f"COPY INTO t {copy}")
    assert shown(room.rows()[0][0]) == f'{{"v":{variant}}}'
    room.table(f"V {column}", "U")
    room.run(f"COPY INTO u {copy} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")
    assert room.rows("U") == [(kept,)]
