"""Who is connected to a session, how far what runs has come, and stopping it, over HTTP."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from starlette.testclient import TestClient

from mockhaus.errors import Canceled
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions

PATH = "/api/v1/sessions/default/connections"
TABLE = "CREATE TABLE t AS SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 300000))"
LONG = "SELECT COUNT(*) FROM t a, t b WHERE a.n * b.n = -1"


def listed(client: TestClient) -> dict[int, dict[str, Any]]:
    answer = client.get(PATH)
    assert answer.status_code == 200, answer.text
    return {each["number"]: each for each in answer.json()["connections"]}


def test_what_runs_is_listed_and_stopped(client: TestClient, registry: Registry) -> None:
    session = registry.attach("default")
    connection = session.connect(
        user="ann", door="postgresql", transactions=Transactions.SNOWFLAKE, client="psql"
    )
    number = connection.context.connection_id
    one = listed(client)[number]
    assert (one["user"], one["client"], one["state"], one["sql"]) == ("ANN", "psql", "idle", None)
    list(connection.execute(TABLE))
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for result in connection.execute(LONG):
                list(result.python_rows())
        except Canceled as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while (one := listed(client)[number])["state"] != "active" or one["progress"] is None:
        assert thread.is_alive()
    assert one["sql"] == LONG
    assert one["seconds"] >= 0
    assert 0 <= one["progress"] <= 100
    while thread.is_alive():  # an interrupt may come before the statement
        assert client.post(f"{PATH}/{number}/cancel").status_code == 200
        thread.join(0.05)
    assert len(failures) == 1
    assert listed(client)[number]["progress"] is None
    connection.close()
    assert number not in listed(client)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        (f"{PATH}/99/cancel", "CONNECTION_NOT_FOUND"),
        (f"{PATH}/x/cancel", "CONNECTION_NOT_FOUND"),
        ("/api/v1/sessions/nosuch/connections/1/cancel", "SESSION_NOT_FOUND"),
    ],
)
def test_what_is_not_there(client: TestClient, registry: Registry, path: str, error: str) -> None:
    registry.attach("default")
    answer = client.post(path)
    assert (answer.status_code, answer.json()["detail"]["error"]) == (404, error)
