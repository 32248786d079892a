from datetime import date
from decimal import Decimal

import psycopg
import pytest
import shop

import mockhaus


def test_an_order_gets_the_next_number(mockhaus_connection):
    number = shop.place_order(mockhaus_connection, "Cid", [{"sku": "cup", "n": 1, "price": 9}])
    assert number == 100


@pytest.mark.parametrize("again", range(3))
def test_each_test_begins_anew(mockhaus_connection, again):
    assert shop.orders_of(mockhaus_connection, ["Ann", "Bob", "Cid"]) == [1, 2]
    shop.place_order(mockhaus_connection, "Cid", [])
    assert shop.orders_of(mockhaus_connection, ["Ann", "Bob", "Cid"]) == [1, 2, 100]


def test_revenue(mockhaus_connection):
    assert shop.revenue_by_month(mockhaus_connection) == [
        (date(2024, 1, 1), Decimal("18.00")),
        (date(2024, 2, 1), Decimal("22.50")),
    ]


def test_files_are_loaded(mockhaus_connection, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text("id,customer,placed\n7,Dan,2024-03-01\n8,Eve,2024-03-02\n")
    assert shop.load(mockhaus_connection, file) == 2
    assert shop.orders_of(mockhaus_connection, ["Dan", "Eve"]) == [7, 8]


def test_an_order_needs_a_customer(mockhaus_connection):
    with pytest.raises(mockhaus.IntegrityError) as caught:
        shop.place_order(mockhaus_connection, None, [])
    assert caught.value.errno == 100072


def test_other_clients_see_the_same_sandbox(mockhaus_session, mockhaus_connection):
    shop.place_order(mockhaus_connection, "Cid", [])
    with psycopg.connect(mockhaus_session.url("shop")) as connection:
        rows = connection.execute("SELECT COUNT(*) FROM sales.orders").fetchall()
    assert rows == [(3,)]


def test_a_sandbox_goes_back_to_a_snapshot(mockhaus_session, mockhaus_cursor):
    mockhaus_session.snapshot("before")
    mockhaus_cursor.execute("DROP TABLE orders")
    mockhaus_session.restore("before")
    assert mockhaus_cursor.execute("SELECT COUNT(*) FROM orders").fetchone() == (2,)
