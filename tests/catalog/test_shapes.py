"""SHOW, DESCRIBE and INFORMATION_SCHEMA: names, order and types, before and after they run."""

from __future__ import annotations

from itertools import chain

from mockhaus.result import Column
from mockhaus.sessions.connection import Connection
from mockhaus.types import NUMBER, TIMESTAMP_LTZ, VARCHAR
from tests.catalog.shapes import DESCRIBE, SHOW, VIEWS
from tests.support import run

_SIGNS = {NUMBER: "#", TIMESTAMP_LTZ: "@", VARCHAR: ""}

STATEMENTS = {
    **{f"SHOW {what}": shape for what, shape in SHOW.items()},
    **{f"DESCRIBE {what}": shape for what, shape in DESCRIBE.items()},
    **{f"SELECT * FROM information_schema.{what}": shape for what, shape in VIEWS.items()},
}


def _spelled(columns: tuple[Column, ...] | None) -> str:
    return " ".join(f"{_SIGNS[c.type]}{c.name.replace(' ', '~')}" for c in columns or ())


def test_shapes(snowflake: Connection) -> None:
    run(
        snowflake,
        "CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(7)); CREATE VIEW v AS SELECT a FROM t;"
        "CREATE SEQUENCE seq; CREATE STAGE st; CREATE FILE FORMAT f",
    )
    for text, shape in STATEMENTS.items():
        (statement,) = snowflake.parse(text)
        prepared = snowflake.prepare(statement)
        result = snowflake.run(prepared)
        rows = list(result.python_rows())
        assert (text, _spelled(prepared.columns)) == (text, shape)
        assert (text, _spelled(result.columns)) == (text, shape)
        assert {len(row) for row in rows} <= {len(result.columns)}, text
        times = [c.type == TIMESTAMP_LTZ for c in result.columns]
        for value, is_time in chain.from_iterable(zip(row, times, strict=True) for row in rows):
            assert value is None or hasattr(value, "tzinfo") == is_time, text
