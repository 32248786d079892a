"""Data to try things on, loaded into a session as anybody would: tables, a stage, COPY INTO."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from msgspec import Struct

from mockhaus.client import flights
from mockhaus.client.answers import Answer, Head
from mockhaus.client.rest import Rest
from mockhaus.client.statements import split

#: Name of a size -> what TPC-H's generator is told. 1 has 6 million rows in LINEITEM.
SCALES: Final[Mapping[str, float]] = {"sf001": 0.01, "sf01": 0.1, "sf1": 1}

_STAGE: Final = "mockhaus_sample"
_CREATED: Final = re.compile(r"CREATE TABLE (\w+)", re.I)
_PARQUET: Final = "FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
_CSV: Final = (
    "FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1 NULL_IF = ('NA', '') "
    "FIELD_OPTIONALLY_ENCLOSED_BY = '\"' ESCAPE_UNENCLOSED_FIELD = NONE)"
)


class Sample(Struct, frozen=True):
    """A data set: the schema it goes to, the definitions of its tables, and its files, one a table
    and called as that, which `make` puts into a folder."""

    database: str
    schema: str
    definitions: str
    ending: str
    options: str
    make: Callable[[Path], None]

    @property
    def place(self) -> str:
        """The schema's name in full."""
        return f"{self.database}.{self.schema}"


def tpch(scale: str) -> Sample:
    """TPC-H in one of the `SCALES`, as Snowflake shares it. Its `make` raises ExtensionMissing."""

    def make(folder: Path) -> None:
        from mockhaus.engine.tpch import generate

        generate(SCALES[scale], folder)

    schema = f"TPCH_{scale.upper()}"
    return Sample("SNOWFLAKE_SAMPLE_DATA", schema, _text("tpch.sql"), "parquet", _PARQUET, make)


def new_york() -> Sample:
    """336,776 flights of 2013. Its `make` raises DataMissing."""
    return Sample("TRAVEL", "NYC", _text("flights.sql"), "csv", _CSV, flights.unpack)


def _text(name: str) -> str:
    return (resources.files("mockhaus.client") / name).read_text(encoding="utf-8")


def load(rest: Rest, session: str, sample: Sample, folder: Path, *, replace: bool) -> Answer:
    """Make a data set's files in a folder, its schema and tables in a session, and load them; how
    many rows each table has. With `replace` a schema of that name goes first, without it is an
    error. Raises Refused, Unreachable, OSError, and what `Sample.make` raises."""
    create = "CREATE OR REPLACE SCHEMA" if replace else "CREATE SCHEMA"
    stage = f"{sample.place}.{_STAGE}"
    counts: list[tuple[str, str]] = []
    with _place_kept(rest, session):
        rest.query(session, f"CREATE DATABASE IF NOT EXISTS {sample.database}")
        rest.query(session, f"{create} {sample.place}")
        try:
            sample.make(folder)
            rest.query(session, f"CREATE STAGE {stage}")
            for piece in split(sample.definitions):
                name = _CREATED.match(piece.text)
                if name is None:
                    continue
                table = f"{sample.place}.{name[1]}"
                rest.query(session, _CREATED.sub(f"CREATE TABLE {table}", piece.text, count=1))
                file = f"{name[1].lower()}.{sample.ending}"
                rest.upload(session, folder / file, f"@{stage}/{file}", overwrite=True)
                (folder / file).unlink()
                rest.query(
                    session, f"COPY INTO {table} FROM @{stage}/{file} PURGE = TRUE {sample.options}"
                )
                count = next(iter(rest.query(session, f"SELECT COUNT(*) FROM {table}").rows))
                counts.append((table.upper(), str(count[0])))
            rest.query(session, f"DROP STAGE {stage}")
        except BaseException:
            rest.query(session, f"DROP SCHEMA IF EXISTS {sample.place}")  # nothing half loaded
            raise
    return Answer((Head("table"), Head("rows", "number")), counts)


@contextmanager
def _place_kept(rest: Rest, session: str) -> Iterator[None]:
    """Whoever uses the session stands afterwards where they stood: CREATE SCHEMA goes there."""
    found = rest.query(session, "SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()")
    ((database, schema),) = found.rows
    try:
        yield
    finally:
        if database is not None:
            place = f'"{database}"' + ("" if schema is None else f'."{schema}"')
            rest.query(session, f"USE {'DATABASE' if schema is None else 'SCHEMA'} {place}")
