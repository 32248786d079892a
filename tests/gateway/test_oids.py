"""An object's OID is its own for as long as it lives (PostgreSQL's manual, 8.19)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mockhaus.config import Config
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions
from tests.support import run

#: Every object of the schema, by name.
OIDS = """
SELECT c.relname, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('shop', 'store')
UNION ALL SELECT proname, p.oid FROM pg_proc p WHERE p.proname = 'twice'
UNION ALL SELECT conname, o.oid FROM pg_constraint o
UNION ALL SELECT nspname, n.oid FROM pg_namespace n WHERE nspname IN ('shop', 'store')
"""
SETUP = """
CREATE SCHEMA shop;
CREATE TABLE shop.customer (id INT NOT NULL PRIMARY KEY, name VARCHAR(10));
CREATE TABLE shop.purchase (id INT, customer INT REFERENCES shop.customer (id));
CREATE VIEW shop.names AS SELECT name FROM shop.customer;
CREATE SEQUENCE shop.numbers;
CREATE FUNCTION shop.twice(a INT) RETURNS INT AS 'a * 2'
"""


def connected(registry: Registry) -> Connection:
    session = registry.get("lasting")
    connection = session.connect(
        user="ann", door="postgresql", transactions=Transactions.POSTGRESQL
    )
    connection.enter("DEMO", None)
    return connection


def oids(connection: Connection) -> dict[str, int]:
    return dict(run(connection, OIDS))


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    registry = Registry(Config(data_dir=tmp_path))
    registry.create("lasting", kind="memory")
    yield registry
    registry.close()


@pytest.fixture
def shop(registry: Registry) -> Connection:
    return filled(connected(registry))


def filled(connection: Connection) -> Connection:
    for statement in SETUP.split(";"):
        run(connection, statement)
    return connection


#: What is done, and the objects that have another OID afterwards: name before -> name after.
CHANGES: list[tuple[str, dict[str, str]]] = [
    ("CREATE TABLE shop.other (id INT)", {}),
    ("DROP VIEW shop.names", {}),
    ("ALTER TABLE shop.customer ADD COLUMN age INT", {}),
    ("ALTER TABLE shop.customer ALTER COLUMN name SET NOT NULL", {}),
    ("ALTER TABLE shop.customer ALTER COLUMN name TYPE VARCHAR(20)", {}),
    ("COMMENT ON TABLE shop.customer IS 'who buys'", {}),
    ("INSERT INTO shop.customer VALUES (1, 'Ann')", {}),
    ("CREATE OR REPLACE TABLE shop.purchase (id INT)", {"purchase": "purchase"}),
    ("CREATE OR REPLACE VIEW shop.names AS SELECT 1 AS one", {"names": "names"}),
    ("BEGIN; CREATE TABLE shop.passing (id INT); ROLLBACK", {}),
]


@pytest.mark.parametrize(("change", "renewed"), CHANGES)
def test_what_is_done_to_others_changes_no_oid(
    shop: Connection, change: str, renewed: dict[str, str]
) -> None:
    before = oids(shop)
    run(shop, change)
    after = oids(shop)
    assert {name: oid for name, oid in before.items() if after.get(name, oid) != oid} == {
        name: before[name] for name in renewed
    }


RENAMES = [
    ("ALTER TABLE shop.customer RENAME TO shop.client", "customer", "client"),
    ("ALTER VIEW shop.names RENAME TO shop.called", "names", "called"),
    ("ALTER SEQUENCE shop.numbers RENAME TO shop.digits", "numbers", "digits"),
    ("ALTER SCHEMA shop RENAME TO store", "shop", "store"),
    ("ALTER SCHEMA shop RENAME TO store", "customer", "customer"),
    ("ALTER SCHEMA shop RENAME TO store", "names", "names"),
    ("ALTER SCHEMA shop RENAME TO store", "numbers", "numbers"),
    ("ALTER SCHEMA shop RENAME TO store", "twice", "twice"),
]


@pytest.mark.parametrize(("change", "old", "new"), RENAMES)
def test_a_new_name_keeps_the_oid(shop: Connection, change: str, old: str, new: str) -> None:
    before = oids(shop)[old]
    run(shop, change)
    assert oids(shop)[new] == before


def test_a_rollback_to_a_savepoint_keeps_oids_of_its_transaction(shop: Connection) -> None:
    run(shop, "BEGIN; CREATE TABLE shop.kept (id INT)")
    shop.savepoint("here")
    before = oids(shop)
    run(shop, "CREATE TABLE shop.passing (id INT)")
    shop.rollback_to("here")
    run(shop, "COMMIT")
    assert oids(shop) == before


def test_another_connection_sees_the_same(registry: Registry, shop: Connection) -> None:
    assert oids(connected(registry)) == oids(shop)


def test_a_restart_changes_no_oid(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    first = Registry(config)
    first.create("lasting", kind="persistent")
    before = oids(filled(connected(first)))
    first.close()
    again = Registry(config)
    try:
        assert oids(connected(again)) == before
    finally:
        again.close()


def test_an_open_transaction_is_seen_by_itself_alone(registry: Registry, shop: Connection) -> None:
    other = connected(registry)
    before = oids(other)
    run(shop, "BEGIN; CREATE TABLE shop.passing (id INT PRIMARY KEY)")
    assert "passing" in oids(shop)
    assert oids(other) == before
    run(shop, "ROLLBACK")
    assert oids(shop) == before
    run(shop, "BEGIN; CREATE TABLE shop.lasting (id INT PRIMARY KEY); COMMIT")
    assert (
        oids(other)
        == oids(shop)
        == before | {name: oid for name, oid in oids(shop).items() if name.startswith("lasting")}
    )


def test_a_temporary_table_has_an_oid_of_its_own(shop: Connection) -> None:
    run(shop, "CREATE TEMPORARY TABLE shop.mine (a VARCHAR(7))")
    mine = oids(shop)["mine"]
    run(shop, "CREATE TABLE shop.other (id INT)")
    assert oids(shop)["mine"] == mine
    columns = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = {}"
    assert run(shop, columns.format(mine) + " AND attnum > 0") == [("character varying(7)",)]
    run(shop, "CREATE OR REPLACE TEMPORARY TABLE shop.mine (a INT)")
    assert oids(shop)["mine"] != mine
