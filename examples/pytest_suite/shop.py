"""A shop's code for Snowflake, by the interface of Snowflake's Python connector."""

import json
from pathlib import Path


def place_order(connection, customer, lines):
    """Add an order of today; its number."""
    cursor = connection.cursor()
    cursor.execute(
        "INSERT INTO orders (customer, placed, lines) SELECT %s, CURRENT_DATE, PARSE_JSON(%s)",
        (customer, json.dumps(lines)),
    )
    cursor.execute("SELECT MAX(id) FROM orders")
    return cursor.fetchone()[0]


def revenue_by_month(connection):
    """Month, revenue; oldest first."""
    cursor = connection.cursor()
    cursor.execute(
        """
        SELECT DATE_TRUNC(month, placed) AS month,
               SUM(line.value:n::INT * line.value:price::NUMBER(10, 2)) AS revenue
        FROM orders, LATERAL FLATTEN(input => lines) line
        GROUP BY 1 ORDER BY 1
        """
    )
    return cursor.fetchall()


def orders_of(connection, customers):
    """The numbers of the orders of some customers."""
    cursor = connection.cursor()
    cursor.execute("SELECT id FROM orders WHERE customer IN (%s) ORDER BY id", (list(customers),))
    return [number for (number,) in cursor]


def load(connection, file: Path):
    """Load a CSV file of orders; how many rows it had."""
    cursor = connection.cursor()
    cursor.execute(f"PUT file://{file} @incoming")
    cursor.execute("COPY INTO orders (id, customer, placed) FROM @incoming PURGE = TRUE")
    return cursor.fetchone()[3]
