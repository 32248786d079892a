"""The five METADATA$ columns, of a file of every format, by a query and by INCLUDE_METADATA."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from tests.ingestion.conftest import Room

_TABLE = pa.table({"a": [1, 2]})
_THEN = dt.datetime(2024, 1, 31, 12, 0, 0)


def _made(type: str) -> bytes:
    out = io.BytesIO()
    if type == "PARQUET":
        pq.write_table(_TABLE, out)
    elif type == "ORC":
        orc.write_table(_TABLE, out)
    elif type == "AVRO":
        schema = {"type": "record", "name": "r", "fields": [{"name": "a", "type": "long"}]}
        fastavro.writer(out, schema, _TABLE.to_pylist())
    return out.getvalue() or _TEXTS[type].encode()


_TEXTS = {"CSV": "a\n1\n2\n", "JSON": '{"a": 1}\n{"a": 2}\n', "XML": "<a>1</a><a>2</a>"}
_TYPES = ("CSV", "JSON", "PARQUET", "AVRO", "ORC", "XML")
_NAMES = (
    "METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, METADATA$FILE_CONTENT_KEY,"
    " METADATA$FILE_LAST_MODIFIED, METADATA$START_SCAN_TIME"
)
_COLUMNS = "F VARCHAR, N BIGINT, K VARCHAR, M TIMESTAMP, S TIMESTAMPTZ"


def _check(room: Room, type: str) -> None:
    path = room.folder / f"x.{type.lower()}"
    rows = room.rows(order="N")
    assert [row[1] for row in rows] == [1, 2]
    for name, _, key, modified, scanned in rows:
        assert name == f"file://{path}"
        assert key == hashlib.md5(path.read_bytes()).hexdigest()
        assert modified == _THEN
        assert abs((dt.datetime.now(dt.UTC) - scanned).total_seconds()) < 600


@pytest.fixture(params=_TYPES)
def type(request: pytest.FixtureRequest, room: Room) -> str:
    """A format, with a file of two records in the stage."""
    path = room.write(f"x.{request.param.lower()}", _made(request.param))
    stamp = _THEN.replace(tzinfo=dt.UTC).timestamp()
    os.utime(path, (stamp, stamp))
    room.table(_COLUMNS)
    return str(request.param)


def test_by_a_query(room: Room, type: str) -> None:
    skip = "SKIP_HEADER = 1" if type == "CSV" else ""
    room.run(f"COPY INTO t FROM (SELECT {_NAMES} FROM @st) FILE_FORMAT = (TYPE = {type} {skip})")
    _check(room, type)


@pytest.mark.parametrize("type", [t for t in _TYPES if t != "XML"], indirect=True)
def test_by_include_metadata(room: Room, type: str) -> None:
    header = "PARSE_HEADER = TRUE" if type == "CSV" else ""
    told = ", ".join(f"{c} = {n}" for c, n in zip("FNKMS", _NAMES.split(", "), strict=True))
    room.run(
        f"COPY INTO t FROM @st FILE_FORMAT = (TYPE = {type} {header})"
        f" MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE INCLUDE_METADATA = ({told})"
    )
    _check(room, type)
