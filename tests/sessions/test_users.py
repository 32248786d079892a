"""What a user's record does: parameters and defaults of the sessions that it opens.

Snowflake's manual: "ALTER USER", "Parameter hierarchy and types", "LOGIN_HISTORY".
"""

from __future__ import annotations

import pytest

from mockhaus.errors import InvalidParameter
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.transaction import Transactions
from tests.support import run


def _again(connection: Connection, user: str = "ann") -> Connection:
    """Another connection into the same session."""
    return connection.session.connect(
        user=user, door="http", transactions=Transactions.SNOWFLAKE, client="app"
    )


def test_parameters_of_a_user(snowflake: Connection) -> None:
    run(snowflake, "ALTER ACCOUNT SET WEEK_START = 2; ALTER USER ann SET TIMEZONE = 'Asia/Tokyo'")
    shown = "SHOW PARAMETERS LIKE '{}' IN {} ->> SELECT $2, $4 FROM $1"
    for who, name, place, expected in (
        ("bob", "TIMEZONE", "SESSION", ("UTC", "")),
        ("ann", "TIMEZONE", "SESSION", ("Asia/Tokyo", "USER")),
        ("ann", "TIMEZONE", "USER", ("Asia/Tokyo", "USER")),
        ("ann", "TIMEZONE", "ACCOUNT", ("UTC", "")),
        ("ann", "WEEK_START", "USER ann", ("2", "ACCOUNT")),
    ):
        rows = run(_again(snowflake, who), shown.format(name, place))
        assert (who, name, place, rows) == (who, name, place, [expected])
    later = _again(snowflake)
    at = "SELECT TO_VARCHAR('2024-02-03 00:00:00 +0000'::TIMESTAMP_LTZ, 'HH24')"
    assert run(later, at) == [("09",)]
    run(later, "ALTER SESSION SET TIMEZONE = 'UTC'")
    assert run(later, shown.format("TIMEZONE", "SESSION")) == [("UTC", "SESSION")]
    assert run(later, f"ALTER SESSION UNSET TIMEZONE; {at}") == [("09",)]
    run(later, "ALTER USER ann UNSET TIMEZONE")
    assert run(_again(snowflake), at) == [("00",)]


@pytest.mark.parametrize(
    "text",
    [
        "ALTER USER ann SET WEEK_START = 9",
        "CREATE USER carl WEEK_START = 9",
        "CREATE USER carl DEFAULT_SECONDARY_ROLES = ('R')",
    ],
)
def test_impossible_values(snowflake: Connection, text: str) -> None:
    with pytest.raises(InvalidParameter):
        run(snowflake, text)


def test_defaults_of_a_user(snowflake: Connection) -> None:
    run(
        snowflake,
        "CREATE SCHEMA work; CREATE WAREHOUSE big; CREATE USER bob DEFAULT_ROLE = sysadmin"
        " DEFAULT_WAREHOUSE = big DEFAULT_NAMESPACE = 'mockhaus.work'"
        " DEFAULT_SECONDARY_ROLES = ('ALL'); CREATE USER eve DEFAULT_ROLE = none",
    )
    query = "SELECT current_role(), current_warehouse(), current_database(), current_schema()"
    assert run(_again(snowflake, "bob"), query) == [("SYSADMIN", "BIG", "MOCKHAUS", "WORK")]
    assert run(_again(snowflake, "eve"), query) == [
        ("ACCOUNTADMIN", "COMPUTE_WH", "MOCKHAUS", "PUBLIC")
    ]


def test_logins(snowflake: Connection) -> None:
    snowflake.session.refuse("eve", "postgresql", "psql")
    _again(snowflake, "bob")
    columns = "user_name, reported_client_type, is_success, error_code, error_message"
    failed = ("EVE", "psql", "NO", 390100, "INCORRECT_USERNAME_PASSWORD")
    rows = run(snowflake, f"SELECT {columns} FROM TABLE(information_schema.login_history())")
    assert sorted(rows) == [
        ("ANN", "http", "YES", None, None),
        ("BOB", "app", "YES", None, None),
        failed,
    ]
    view = f"SELECT {columns} FROM snowflake.account_usage.login_history WHERE is_success = 'NO'"
    assert run(snowflake, view) == [failed]
    by_user = "SELECT user_name FROM TABLE(information_schema.login_history_by_user('BOB'))"
    assert run(snowflake, by_user) == [("BOB",)]
