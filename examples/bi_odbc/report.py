"""What a BI tool does over ODBC: ask for the tables and their columns, then for grouped numbers.

    python report.py "Driver=PostgreSQL Unicode;Server=127.0.0.1;Port=5433;Database=shop;UID=ann"

Tableau, Power BI and Excel take the same text, or the data source of `odbc.ini`.
"""

from __future__ import annotations

import sys

import pyodbc

SALES = """
    CREATE OR REPLACE TABLE sales (day DATE, region VARCHAR(20), amount NUMBER(10, 2)) AS
    SELECT DATEADD(day, SEQ4(), '2024-01-01'::DATE),
           IFF(MOD(SEQ4(), 3) = 0, 'north', 'south'),
           SEQ4() * 1.5
    FROM TABLE(GENERATOR(ROWCOUNT => 60))
"""

#: As a tool writes it that was told to plot sales by month and region.
BY_MONTH = """
    SELECT DATE_TRUNC('month', "sales"."day") AS "month",
           "sales"."region",
           SUM("sales"."amount") AS "total"
    FROM "public"."sales" "sales"
    GROUP BY 1, 2 HAVING COUNT(1) > 0 ORDER BY 1, 2
"""


def main(connection_text: str) -> None:
    """Print the columns of the table that is made, and its report."""
    with pyodbc.connect(connection_text, autocommit=True) as connection:
        cursor = connection.cursor()
        cursor.execute(SALES)
        columns = [f"{row.column_name} {row.type_name}" for row in cursor.columns(table="sales")]
        print("sales:", ", ".join(columns))
        for month, region, total in cursor.execute(BY_MONTH):
            print(f"{month:%Y-%m}  {region:<6} {total:>8}")


if __name__ == "__main__":
    main(*sys.argv[1:])
