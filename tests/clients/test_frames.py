"""Libraries of data frames: pandas, polars, ADBC (binary COPY both ways) and connectorx."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.clients.conftest import Server

for name in ("pandas", "polars", "connectorx", "adbc_driver_postgresql"):
    pytest.importorskip(name)

#: Columns that every library knows the type of.
QUERY = "SELECT id, name, since, active, balance::FLOAT AS worth FROM shop.customer ORDER BY id"
NAMES = ["id", "name", "since", "active", "worth"]
ROWS = [(1, "Ann", date(2024, 2, 29), True, 10.5), (2, "Zoë", None, True, 0.0)]
MANY = 200_000
LARGE = (
    "SELECT n, n / 2 AS half, 'r' || n AS word FROM"
    f" (SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => {MANY})))"
)


@pytest.fixture(scope="module", autouse=True)
def schema(server: Server) -> None:
    """Where the tables go that are written here."""
    import psycopg

    with psycopg.connect(server.url(""), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA frames")


@pytest.fixture
def url(server: Server) -> str:
    """The address for libraries that take no driver's name."""
    return server.url("")


@pytest.fixture
def adbc(url: str) -> Iterator[Any]:
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(url) as connection:
        yield connection


@pytest.mark.parametrize("protocol", ["binary", "csv", "cursor", "simple"])
def test_connectorx(url: str, protocol: str) -> None:
    import connectorx

    found = connectorx.read_sql(url, QUERY, return_type="arrow", protocol=protocol)
    assert found.column_names == NAMES
    assert [tuple(row.values()) for row in found.to_pylist()] == ROWS


def test_connectorx_parts(url: str) -> None:
    import connectorx

    found = connectorx.read_sql(url, LARGE, partition_on="n", partition_num=4, return_type="arrow")
    assert (found.num_rows, found.column("n").to_numpy().sum()) == (MANY, MANY * (MANY - 1) // 2)


@pytest.mark.parametrize("engine", ["connectorx", "adbc"])
def test_polars_reads(url: str, engine: Any) -> None:
    import polars

    assert polars.read_database_uri(QUERY, url, engine=engine).rows() == ROWS


@pytest.mark.parametrize("engine", ["adbc", "sqlalchemy"])
def test_polars_writes(server: Server, url: str, engine: Any) -> None:
    import polars

    columns = {
        "n": [1, None, 3],
        "s": ["a\tb", "", None],
        "d": [date(2024, 2, 29), None, date(1, 1, 1)],
        "t": [datetime(2024, 2, 29, 1, 2, 3, 4), None, datetime(9999, 12, 31)],
        "b": [True, None, False],
        "f": [1.5, None, -0.0],
    }
    frame = polars.DataFrame(columns)
    address = url if engine == "adbc" else server.url("psycopg")
    for _ in range(2):
        frame.write_database("frames.polar", address, engine=engine, if_table_exists="replace")
    frame.write_database("frames.polar", address, engine=engine, if_table_exists="append")
    found = polars.read_database_uri(
        "SELECT n, s, d, t, b, f FROM frames.polar", url, engine="adbc"
    )
    assert found.rows() == frame.rows() * 2


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "pg8000"])
def test_pandas(server: Server, driver: str) -> None:
    pandas: Any = pytest.importorskip("pandas")
    import sqlalchemy

    engine = sqlalchemy.create_engine(server.url(driver))
    frame = pandas.DataFrame(
        {
            "n": [1, 2],
            "s": ["x", None],
            "t": pandas.to_datetime(["2024-02-29", None]),
            "f": [0.5, 1],
        }
    )
    for mode in ("replace", "append"):
        frame.to_sql("panda", engine, schema="frames", if_exists=mode, index=False)
    found = pandas.read_sql_table("panda", engine, schema="frames")
    assert found.equals(pandas.concat([frame, frame], ignore_index=True).astype(found.dtypes))
    with engine.connect().execution_options(stream_results=True) as connection:
        parts = pandas.read_sql(sqlalchemy.text(LARGE), connection, chunksize=50_000)
        assert [len(part) for part in parts] == [50_000] * (MANY // 50_000)
    engine.dispose()


def test_adbc_parameters(adbc: Any) -> None:
    values = (7, 0.5, "zoë", b"\0\xff", date(2024, 2, 29), datetime(1, 1, 1, 0, 0, 0, 1), True)
    with adbc.cursor() as cursor:
        cursor.execute("SELECT $1, $2, $3, $4, $5, $6, $7", values)
        assert cursor.fetchone() == values
        cursor.execute("SELECT name FROM shop.customer WHERE balance > $1", (0.5,))
        assert cursor.fetchall() == [("Ann",)]
        cursor.execute("SELECT balance FROM shop.customer WHERE id = 1")
        assert Decimal(cursor.fetchone()[0]) == Decimal("10.50")


def test_adbc_takes_in_and_gives_out_much(adbc: Any) -> None:
    with adbc.cursor() as cursor:
        cursor.execute(LARGE)
        table = cursor.fetch_arrow_table()
        assert table.num_rows == MANY
        words = table.select(["n", "word"])
        assert cursor.adbc_ingest("much", words, mode="replace", db_schema_name="frames") == MANY
        cursor.execute("SELECT COUNT(*), MAX(n), MAX(word) FROM frames.much")
        assert cursor.fetchone() == (MANY, MANY - 1, "r99999")
        cursor.execute("DROP TABLE frames.much")
    adbc.commit()


def test_adbc_catalog(adbc: Any) -> None:
    schema = adbc.adbc_get_table_schema("customer", db_schema_filter="shop")
    assert schema.names == ["id", "name", "balance", "since", "active"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = adbc.adbc_get_objects(
            depth="all",
            catalog_filter="demo",
            db_schema_filter="shop",
            table_name_filter="customer",
        ).read_all()
    ((catalog,),) = ([each] for each in found.to_pylist())
    (shop,) = catalog["catalog_db_schemas"]
    (table,) = shop["db_schema_tables"]
    assert [each["column_name"] for each in table["table_columns"]] == schema.names
    keys = [(each["constraint_type"], each["constraint_column_names"])
            for each in table["table_constraints"]]  # fmt: skip
    assert keys == [("PRIMARY KEY", ["id"])]
