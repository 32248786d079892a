"""What a value of each type becomes in JSON (the table in mockhaus/http/resultset.py)."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from mockhaus import types
from mockhaus.http import resultset
from mockhaus.http.bodies import ColumnInfo
from mockhaus.result import Column, Result
from mockhaus.types import SqlType

MONEY = SqlType("NUMBER", 10, 2)
SUMMER = dt.timezone(dt.timedelta(hours=2))

VALUES = [
    # type, value as the engine gives it, JSON
    (types.NUMBER, 42, "42"),
    (types.NUMBER, Decimal(42), "42"),
    (types.NUMBER, 2**53 - 1, "9007199254740991"),
    (types.NUMBER, 2**53, '"9007199254740992"'),
    (types.NUMBER, -(2**53), '"-9007199254740992"'),
    (types.NUMBER, Decimal(10**38 - 1), f'"{10**38 - 1}"'),
    (MONEY, Decimal("1.50"), '"1.50"'),
    (MONEY, Decimal("0E-10"), '"0.0000000000"'),
    (MONEY, Decimal("-12345678.90"), '"-12345678.90"'),
    (types.FLOAT, 0.1, "0.1"),
    (types.FLOAT, 1e300, "1e300"),
    (types.FLOAT, float("nan"), '"NaN"'),
    (types.FLOAT, float("inf"), '"inf"'),
    (types.FLOAT, float("-inf"), '"-inf"'),
    (types.VARCHAR, "", '""'),
    (types.VARCHAR, 'ü "quoted" \n', '"ü \\"quoted\\" \\n"'),
    (types.VARCHAR, "\x00", '"\\u0000"'),
    (types.BOOLEAN, True, "true"),
    (types.BINARY, b"Hello\xff", '"48656C6C6FFF"'),
    (types.BINARY, b"", '""'),
    (types.DATE, dt.date(2024, 2, 29), '"2024-02-29"'),
    (types.TIME, dt.time(13, 45), '"13:45:00"'),
    (types.TIME, dt.time(13, 45, 0, 500000), '"13:45:00.500000"'),
    (types.TIMESTAMP_NTZ, dt.datetime(2024, 2, 29, 13, 45), '"2024-02-29T13:45:00"'),
    (types.TIMESTAMP_NTZ, dt.datetime(1, 1, 1, 0, 0, 0, 1), '"0001-01-01T00:00:00.000001"'),
    (
        types.TIMESTAMP_LTZ,
        dt.datetime(2024, 7, 1, 12, tzinfo=SUMMER),
        '"2024-07-01T12:00:00+02:00"',
    ),
    (types.TIMESTAMP_TZ, dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC), '"2024-07-01T12:00:00Z"'),
    (types.VARIANT, '{"a":null}', '"{\\"a\\":null}"'),
    (types.VARIANT, "null", '"null"'),
    (types.ARRAY, [1, None, Decimal("2.5")], '"[1,null,2.5]"'),
    (types.OBJECT, {"A": dt.date(2024, 1, 1)}, '"{\\"A\\":\\"2024-01-01\\"}"'),
    (types.UUID, uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
]


@pytest.mark.parametrize(("kind", "value", "json"), VALUES, ids=lambda v: str(v)[:40])
def test_value(kind: SqlType, value: Any, json: str) -> None:
    [row] = resultset.rows(Result((Column("X", kind),), "SELECT", rows=[(value,)]))
    assert msgspec.json.encode(row).decode() == f"[{json}]"


class Streamed(list[pa.RecordBatch]):
    """Batches that are already there."""

    def close(self) -> None:
        """Nothing waits."""


#: Columns of a batch as DuckDB hands them over, and the JSON values of their rows.
COLUMNS: list[tuple[SqlType, pa.Array, str]] = [
    (types.NUMBER, pa.array([1, None, -(2**53) + 1]), "[1,null,-9007199254740991]"),
    (types.NUMBER, pa.array([1, 2**53]), '[1,"9007199254740992"]'),
    (types.NUMBER, pa.array([None], pa.int32()), "[null]"),
    (types.NUMBER, pa.array([], pa.int64()), "[]"),
    (types.NUMBER, pa.array([Decimal(7), None], pa.decimal128(38, 0)), "[7,null]"),
    (types.NUMBER, pa.array([Decimal(10**20), 1], pa.decimal128(38, 0)), f'["{10**20}",1]'),
    (MONEY, pa.array([Decimal("1.50"), None, Decimal(0)], pa.decimal128(10, 2)),
     '["1.50",null,"0.00"]'),
    (SqlType("NUMBER", 38, 6), pa.array([Decimal("0.000001")], pa.decimal128(38, 6)),
     '["0.000001"]'),
    (SqlType("NUMBER", 38, 9), pa.array([Decimal("1E-9"), 0], pa.decimal128(38, 9)),
     '["0.000000001","0.000000000"]'),
    (types.FLOAT, pa.array([0.5, None, -0.0]), "[0.5,null,-0.0]"),
    (types.FLOAT, pa.array([0.5, float("nan"), float("-inf")]), '[0.5,"NaN","-inf"]'),
    (types.FLOAT, pa.array([None], pa.float64()), "[null]"),
    (types.VARCHAR, pa.array(["a", None, "\u00e9\n"]), '["a",null,"\u00e9\\n"]'),
    (types.DATE, pa.array([dt.date(2024, 2, 29), None]), '["2024-02-29",null]'),
    (types.BINARY, pa.array([b"Hi", None]), '["4869",null]'),
    (types.VARIANT, pa.array(['{"a":1}', None]), '["{\\"a\\":1}",null]'),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "array", "json"), COLUMNS, ids=lambda v: str(v)[:40])
def test_column_of_a_stream(kind: SqlType, array: pa.Array, json: str) -> None:
    batches = Streamed([pa.RecordBatch.from_arrays([array], names=["X"])])
    rows = resultset.rows(Result((Column("X", kind),), "SELECT", batches=batches))
    assert msgspec.json.encode([cell for (cell,) in rows]).decode() == json


@pytest.mark.parametrize("family", sorted(types.FAMILIES))
def test_null_is_null_in_every_type(family: str) -> None:
    result = Result((Column("X", SqlType(family, 38, 0)),), "SELECT", rows=[(None,)])
    assert list(resultset.rows(result)) == [[None]]


@pytest.mark.parametrize(
    ("names", "unique"),
    [
        (["A", "B"], ["A", "B"]),
        (["A", "A"], ["A", "A_1"]),
        (["A", "A", "A"], ["A", "A_1", "A_2"]),
        (["A", "A_1", "A"], ["A", "A_1", "A_2"]),
        (["A", "A", "A_1"], ["A", "A_2", "A_1"]),
        (["A", "a"], ["A", "a"]),
        ([], []),
    ],
)
def test_repeated_names_get_numbers(names: list[str], unique: list[str]) -> None:
    columns = resultset.describe([Column(name, types.NUMBER) for name in names])
    assert resultset.unique_names(columns) == unique


def test_columns_say_what_a_value_is() -> None:
    columns = [
        Column("N", MONEY, nullable=False),
        Column("V", SqlType("VARCHAR", length=5)),
        Column("T", types.TIMESTAMP_NTZ),
    ]
    assert resultset.describe(columns) == [
        ColumnInfo("N", "NUMBER", 10, 2, None, False),
        ColumnInfo("V", "VARCHAR", None, None, 5, True),
        ColumnInfo("T", "TIMESTAMP_NTZ", None, 9, None, True),
    ]


def test_counts_of_a_change_and_of_a_query() -> None:
    inserted = Result(
        (Column("number of rows inserted", types.NUMBER),),
        "INSERT 0",
        row_count=7,
        rows=[(7,)],
        status_only=True,
    )
    selected = Result((Column("N", types.NUMBER),), "SELECT", row_count=2, rows=[(1,), (2,)])
    change, query = resultset.read(inserted, 0.0), resultset.read(selected, 0.0)
    assert (change.row_count, change.rows_affected) == (1, 7)
    assert (query.row_count, query.rows_affected) == (2, None)
