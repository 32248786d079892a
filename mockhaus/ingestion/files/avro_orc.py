"""AVRO and ORC files made into what DuckDB reads: lines of JSON, and Parquet.

A record of AVRO is a JSON object, as Snowflake shows it in a VARIANT; its bytes are hexadecimal,
its logical types (dates, times, decimals) are read. ORC goes stripe by stripe. Snowflake's manual:
"CREATE FILE FORMAT", TYPE = AVRO, TYPE = ORC.
"""

from __future__ import annotations

import errno
import math
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

import msgspec

from mockhaus.errors import LoadError, UnsupportedFeature

#: How an AVRO file begins; the codec of its blocks is in its own header.
AVRO_MAGIC: Final = b"Obj\x01"


def from_avro(source: IO[bytes], target: Path) -> None:
    """Write the records of an AVRO file as lines of JSON. Raises LoadError, UnsupportedFeature."""
    import fastavro  # only where there is such a file

    with target.open("wb") as out:
        try:
            reader = fastavro.reader(source)
            if reader.codec not in ("null", "deflate", "bzip2", "xz"):
                raise UnsupportedFeature(f"Unsupported feature 'AVRO codec {reader.codec}'.")
            for record in reader:
                out.write(_encoder.encode(_plain(record)))
                out.write(b"\n")
        except (ValueError, EOFError, IndexError, KeyError, TypeError) as error:
            raise LoadError(f"the file cannot be read as AVRO: {error}") from None


_encoder: Final = msgspec.json.Encoder(decimal_format="number")


def _plain(value: Any) -> Any:
    """A value with what JSON has no words for replaced."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value).replace("nan", "NaN")
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, Decimal):  # every digit of it
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value
    if isinstance(value, datetime):
        fine = value.microsecond % 1000 != 0
        shown = value.replace(tzinfo=None)
        return shown.isoformat(" ", "microseconds" if fine else "milliseconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def from_orc(source: Path, target: Path) -> None:
    """Write an ORC file as Parquet. Raises LoadError."""
    import pyarrow.parquet as pq  # loads long
    from pyarrow import ArrowException, orc

    try:
        file = orc.ORCFile(source)
        with pq.ParquetWriter(target, file.schema) as writer:
            for number in range(file.nstripes):
                writer.write_batch(file.read_stripe(number))
    except (ArrowException, OSError) as error:
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise
        raise LoadError(f"the file cannot be read as ORC: {error}") from None
