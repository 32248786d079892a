r"""What is completed where the cursor stands (`|`), as a table; the first that are offered."""

from __future__ import annotations

import pytest

from mockhaus.repl.completion import candidates
from mockhaus.repl.names import Names, Relation, arguments

NAMES = Names(
    database="DEMO",
    schema="PUBLIC",
    databases=("DEMO", "OTHER"),
    schemas=(("DEMO", "PUBLIC"), ("DEMO", "SALES"), ("OTHER", "PUBLIC")),
    relations=(
        Relation(
            "DEMO", "PUBLIC", "ORDERS", {"ID": "NUMBER", "CUSTOMER": "TEXT", "Odd one": "TEXT"}
        ),
        Relation("DEMO", "SALES", "SHOPS", {"SHOP_ID": "NUMBER", "CITY": "TEXT"}),
    ),
    stages=("LANDING",),
    variables=("CUTOFF",),
    functions={"DATEADD": "(3 arguments)", "CURRENT_DATE": "()"},
)

OFFERED = [
    ("sel|", ["select"]),
    ("SEL|", ["SELECT"]),
    ("select cust| from orders", ["customer"]),
    ("select CU| from orders", ["CUSTOMER", "CUBE", "CURRENT", "CURRENT_DATE"]),
    ("select * from orders o where o.|", ["id", "customer", '"Odd one"']),
    ("select * from orders o where o.cu|", ["customer"]),
    ('select "O| from orders', ['"Odd one"', '"ORDERS"']),
    ("select * from or|", ["orders"]),
    ("select * from sales.|", ["shops"]),
    ("select * from demo.|", ["public", "sales"]),
    ("select * from demo.sales.s|", ["shops"]),
    ("select ci| from sales.shops", ["city"]),
    ("select ci| from demo.sales.shops s", ["city"]),
    ("select s.c| from orders o join sales.shops as s on o.id = s.shop_id", ["city"]),
    ("use database o|", ["other"]),
    ("use schema sa|", ["sales"]),
    ("select datea|", ["dateadd"]),
    ("list @la|", ["landing"]),
    ("select $c|", ["cutoff"]),
    ("select 'sel|", []),
    ("select 1 -- sel|", []),
    ("select 1; sel|", ["select"]),
    ("select a from x; select cust| from orders; select city from sales.shops", ["customer"]),
    ("\\d|", ["\\dn", "\\dt", "\\dv", "\\df", "\\d"]),
    ("!q|", ["!queries", "!quit"]),
    ("|", []),
]


@pytest.mark.parametrize(("text", "first"), OFFERED)
def test_what_is_offered_first(text: str, first: list[str]) -> None:
    before, _, after = text.partition("|")
    found = [each.text for each in candidates(before, after, NAMES)]
    assert found[: len(first)] == first
    assert bool(found) == bool(first)


def test_what_is_offered_says_what_it_is() -> None:
    (one,) = candidates("select dateadd", "", NAMES)
    assert (one.text, one.length, one.kind) == ("dateadd", 7, "(3 arguments)")
    (column,) = candidates("select customer", " from orders", NAMES)
    assert column.kind == "TEXT"


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (0, 0, "()"),
        (1, 1, "(1 argument)"),
        (3, 3, "(3 arguments)"),
        (1, 2, "(1 to 2 arguments)"),
        (2, None, "(2 or more arguments)"),
        (0, None, "(...)"),
    ],
)
def test_arguments_in_words(least: int, most: int | None, words: str) -> None:
    assert arguments(least, most) == words
