"""GRANT and REVOKE on all, on future and on owned objects, and what SHOW GRANTS tells.

Snowflake's manual: "GRANT <privileges> ... TO ROLE", "GRANT OWNERSHIP", "SHOW GRANTS".
"""

from __future__ import annotations

import pytest

from mockhaus.errors import DependentGrants
from mockhaus.sessions.connection import Connection
from tests.support import run, sentence

SETUP = """
    CREATE ROLE r; CREATE ROLE q; CREATE SCHEMA s; CREATE TABLE a (x INT); CREATE TABLE b (x INT);
    CREATE FUNCTION f(x INT) RETURNS INT AS 'x'
"""

#: Statements -> what is granted to R then: privilege and name within the schema S.
GRANTED = {
    "GRANT SELECT ON ALL TABLES IN SCHEMA s TO ROLE r": "SELECT A, SELECT B",
    "GRANT USAGE ON ALL FUNCTIONS IN DATABASE mockhaus TO r": "USAGE F(NUMBER)",
    "GRANT ALL ON FUNCTION f(INT) TO ROLE r": "USAGE F(NUMBER)",
    "GRANT ALL PRIVILEGES ON VIEW v TO ROLE r; REVOKE DELETE, INSERT, TRUNCATE, UPDATE ON VIEW v"
    " FROM r": "REFERENCES V, SELECT V",
    "GRANT SELECT ON FUTURE TABLES IN SCHEMA s TO ROLE r; CREATE TABLE c (x INT)": "SELECT C",
    "GRANT SELECT ON FUTURE TABLES IN DATABASE mockhaus TO ROLE r; CREATE TABLE c LIKE a": (
        "SELECT C"
    ),
    # those of the schema alone count, where both have some
    "GRANT SELECT ON FUTURE TABLES IN DATABASE mockhaus TO ROLE r;"
    "GRANT INSERT ON FUTURE TABLES IN SCHEMA s TO ROLE r; CREATE TABLE c AS SELECT 1 x": "INSERT C",
    "GRANT SELECT ON FUTURE TABLES IN SCHEMA s TO ROLE r;"
    "REVOKE SELECT ON FUTURE TABLES IN SCHEMA s FROM ROLE r; CREATE TABLE c (x INT)": "",
    "GRANT SELECT ON FUTURE TABLES IN SCHEMA s TO ROLE r; ALTER TABLE a RENAME TO c": "",
    "GRANT OWNERSHIP ON TABLE a TO ROLE r": "OWNERSHIP A",
    "GRANT SELECT ON TABLE a TO ROLE r; GRANT OWNERSHIP ON TABLE a TO ROLE q"
    " REVOKE CURRENT GRANTS": "",
    "GRANT SELECT ON TABLE a TO ROLE r; GRANT OWNERSHIP ON ALL TABLES IN SCHEMA s TO ROLE r"
    " COPY CURRENT GRANTS": "OWNERSHIP A, SELECT A, OWNERSHIP B",
    "USE ROLE r; CREATE TABLE c (x INT); CREATE SEQUENCE n": "OWNERSHIP N, OWNERSHIP C",
    "GRANT SELECT ON TABLE a TO ROLE q; GRANT OWNERSHIP ON TABLE b TO ROLE q;"
    "GRANT INSERT ON FUTURE TABLES IN SCHEMA s TO ROLE q; DROP ROLE r; ALTER ROLE q RENAME TO r;"
    "CREATE TABLE c (x INT)": "SELECT A, OWNERSHIP B, INSERT C",
}


@pytest.mark.parametrize(("text", "expected"), GRANTED.items())
def test_granted(snowflake: Connection, text: str, expected: str) -> None:
    run(snowflake, f"{SETUP}; CREATE VIEW v AS SELECT x FROM a; {text}")
    rows = run(snowflake, "SHOW GRANTS TO ROLE r")
    assert ", ".join(f"{row[1]} {row[3].removeprefix('MOCKHAUS.S.')}" for row in rows) == expected


def test_ownership_waits_for_what_is_granted(snowflake: Connection) -> None:
    run(snowflake, SETUP + "; GRANT SELECT ON TABLE a TO ROLE r")
    with pytest.raises(DependentGrants, match="Dependent grant of privilege 'SELECT'"):
        run(snowflake, "GRANT OWNERSHIP ON TABLE a TO ROLE q")


#: REVOKE from R, which has granted SELECT on A on to Q -> what Q has then, None for an error.
REVOKED = {
    "REVOKE SELECT ON TABLE a FROM ROLE r": None,
    "REVOKE SELECT ON TABLE a FROM ROLE r RESTRICT": None,
    "REVOKE GRANT OPTION FOR SELECT ON TABLE a FROM ROLE r": None,
    "REVOKE SELECT ON TABLE a FROM ROLE r CASCADE": [],
    "REVOKE GRANT OPTION FOR SELECT ON TABLE a FROM ROLE r CASCADE": [],
    "REVOKE INSERT ON TABLE a FROM ROLE r": ["SELECT"],
}


@pytest.mark.parametrize(("text", "left"), REVOKED.items())
def test_what_was_granted_on(snowflake: Connection, text: str, left: list[str] | None) -> None:
    run(
        snowflake,
        f"""{SETUP}; GRANT SELECT, INSERT ON TABLE a TO ROLE r WITH GRANT OPTION;
        USE ROLE r; GRANT SELECT ON TABLE a TO ROLE q; USE ROLE accountadmin""",
    )
    if left is None:
        with pytest.raises(DependentGrants, match="to role 'Q' exists"):
            run(snowflake, text)
    else:
        run(snowflake, text)
    shown = [row[1] for row in run(snowflake, "SHOW GRANTS TO ROLE q")]
    assert shown == (["SELECT"] if left is None else left)


def test_future_grants(snowflake: Connection) -> None:
    run(
        snowflake, SETUP + "; GRANT SELECT ON FUTURE TABLES IN SCHEMA s TO ROLE r WITH GRANT OPTION"
    )
    run(snowflake, "GRANT USAGE ON FUTURE SCHEMAS IN DATABASE mockhaus TO ROLE q")
    inside = ("SELECT", "TABLE", "MOCKHAUS.S.<TABLE>", "ROLE", "R", "true")
    outside = ("USAGE", "SCHEMA", "MOCKHAUS.<SCHEMA>", "ROLE", "Q", "false")
    for text, expected in {
        "SHOW FUTURE GRANTS IN SCHEMA s": [inside],
        "SHOW FUTURE GRANTS IN DATABASE mockhaus": [outside],
        "SHOW FUTURE GRANTS TO ROLE r": [inside],
        "DROP SCHEMA s; SHOW FUTURE GRANTS TO ROLE r": [],
    }.items():
        assert [row[1:] for row in run(snowflake, text)] == expected, text


def test_sentences(snowflake: Connection) -> None:
    run(snowflake, SETUP)
    assert sentence(snowflake, "GRANT SELECT ON ALL TABLES IN SCHEMA s TO ROLE r") == (
        "Statement executed successfully. 2 objects affected."
    )
