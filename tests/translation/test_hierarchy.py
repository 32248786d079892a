"""CONNECT BY: a hierarchy is read from its roots down."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus.errors import AmbiguousColumn, InvalidIdentifier, RecursionLimit, UnsupportedFeature
from tests.translation.conftest import Snowflake

STAFF = """(SELECT * FROM VALUES (1, NULL, 'ann'), (2, 1, 'bob'), (3, 1, 'cy'), (4, 2, 'di')
            T(ID, BOSS, WHO)) E"""
DOWN = "START WITH BOSS IS NULL CONNECT BY BOSS = PRIOR ID"

#: (query, rows)
QUERIES: list[tuple[str, list[tuple[Any, ...]]]] = [
    (f"SELECT LEVEL, WHO FROM {STAFF} {DOWN} ORDER BY LEVEL, WHO",
     [(1, "ann"), (2, "bob"), (2, "cy"), (3, "di")]),
    (f"SELECT * FROM {STAFF} {DOWN} ORDER BY ID LIMIT 1", [(1, None, "ann")]),
    (f"SELECT E.* FROM {STAFF} START WITH E.ID = 4 CONNECT BY PRIOR E.BOSS = E.ID ORDER BY 1",
     [(1, None, "ann"), (2, 1, "bob"), (4, 2, "di")]),
    (f"SELECT SYS_CONNECT_BY_PATH(WHO, '/') P FROM {STAFF} {DOWN} ORDER BY 1",
     [("/ann",), ("/ann/bob",), ("/ann/bob/di",), ("/ann/cy",)]),
    (f"""SELECT CONNECT_BY_ROOT WHO AS TOP, WHO FROM {STAFF} START WITH BOSS = 1
         CONNECT BY BOSS = PRIOR ID ORDER BY 1, 2""",
     [("bob", "bob"), ("bob", "di"), ("cy", "cy")]),
    # every row is a root without START WITH
    (f"SELECT COUNT(*) FROM {STAFF} CONNECT BY BOSS = PRIOR ID", [(8,)]),
    # WHERE comes after the hierarchy
    (f"SELECT WHO FROM {STAFF} WHERE WHO <> 'bob' {DOWN} ORDER BY 1", [("ann",), ("cy",), ("di",)]),
    (f"SELECT LEVEL, COUNT(*) FROM {STAFF} {DOWN} GROUP BY LEVEL ORDER BY 1", [(1, 1), (2, 2), (3, 1)]),
    (f"""SELECT WHO, P, LEVEL FROM {STAFF} JOIN VALUES (1, 'x'), (2, 'y') R(N, P) ON R.N = E.ID
         {DOWN} ORDER BY 1""",
     [("ann", "x", 1), ("bob", "y", 2)]),
    # tables that are joined may have columns of the same name
    (f"""SELECT E.ID, R.ID, P FROM {STAFF} JOIN VALUES (1, 'x'), (2, 'y') R(ID, P) ON R.ID = E.ID
         START WITH E.BOSS IS NULL CONNECT BY E.BOSS = PRIOR E.ID ORDER BY E.ID""",
     [(1, 1, "x"), (2, 2, "y")]),
    (f"""SELECT ID, P, LEVEL FROM {STAFF} JOIN VALUES (1, 'x'), (2, 'y') R(ID, P) USING (ID)
         {DOWN} ORDER BY ID""",
     [(1, "x", 1), (2, "y", 2)]),
    (f"""SELECT E.ID, R.P, SYS_CONNECT_BY_PATH(R.P, '/') FROM {STAFF}
         LEFT JOIN VALUES (1, 'x'), (4, 'y') R(ID, P) ON R.ID = E.ID
         WHERE R.ID IS NOT NULL START WITH E.BOSS IS NULL CONNECT BY PRIOR E.ID = E.BOSS ORDER BY ID""",
     [(1, "x", "/x"), (4, "y", "/x//y")]),
    (f"""SELECT E.ID AS ID, COUNT(*) FROM {STAFF} JOIN VALUES (1, 'x'), (2, 'y') R(ID, P) ON R.ID = E.ID
         START WITH E.BOSS IS NULL CONNECT BY E.BOSS = PRIOR E.ID GROUP BY E.ID ORDER BY ID""",
     [(1, 1), (2, 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "rows"), QUERIES)
def test_rows(snowflake: Snowflake, query: str, rows: list[tuple[Any, ...]]) -> None:
    assert snowflake.rows(query) == rows


ERRORS: list[tuple[str, type[Exception]]] = [
    (f"SELECT WHO FROM {STAFF} START WITH ID = 2 CONNECT BY BOSS = PRIOR BOSS", RecursionLimit),
    (f"SELECT WHO FROM {STAFF} CONNECT BY NOCYCLE BOSS = PRIOR ID", UnsupportedFeature),
    (
        f"""SELECT ID FROM {STAFF} JOIN VALUES (1) R(ID) ON R.ID = E.ID
         START WITH E.BOSS IS NULL CONNECT BY E.BOSS = PRIOR E.ID""",
        AmbiguousColumn,
    ),
    (
        f"""SELECT * FROM {STAFF} JOIN VALUES (1) R(ID) ON R.ID = E.ID
         START WITH E.BOSS IS NULL CONNECT BY E.BOSS = PRIOR E.ID""",
        UnsupportedFeature,
    ),
    (f"SELECT WHO FROM {STAFF}, VALUES (1) R(N) CONNECT BY BOSS = PRIOR ID", UnsupportedFeature),
    (f"SELECT LEVEL FROM {STAFF}", InvalidIdentifier),
]


@pytest.mark.parametrize(("query", "error"), ERRORS)
def test_error(snowflake: Snowflake, query: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        snowflake.rows(query)
