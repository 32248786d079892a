"""DECLARE, FETCH, MOVE, CLOSE; SAVEPOINT; DEALLOCATE: what PostgreSQL has beside Snowflake SQL."""

from __future__ import annotations

import psycopg
import pytest

from mockhaus.gateway.wire import messages as m
from tests.gateway.wire import Wire

FIVE = "SELECT n FROM (VALUES (1),(2),(3),(4),(5)) t(n) ORDER BY n"


def numbers(lines: list[str]) -> list[int]:
    return [int(line.split()[1]) for line in lines if line.startswith("DataRow")]


#: Statements on a SCROLL cursor over 1 to 5, one after another -> rows and tag.
SCROLL = [
    ("FETCH c", [1], "FETCH 1"),
    ("FETCH 2 FROM c", [2, 3], "FETCH 2"),
    ("FETCH 0 FROM c", [3], "FETCH 1"),
    ("FETCH PRIOR FROM c", [2], "FETCH 1"),
    ("FETCH BACKWARD ALL IN c", [1], "FETCH 1"),
    ("FETCH FORWARD ALL FROM c", [1, 2, 3, 4, 5], "FETCH 5"),
    ("FETCH NEXT FROM c", [], "FETCH 0"),
    ("FETCH BACKWARD 2 FROM c", [5, 4], "FETCH 2"),
    ("FETCH -1 FROM c", [3], "FETCH 1"),
    ("FETCH LAST FROM c", [5], "FETCH 1"),
    ("FETCH ABSOLUTE 2 FROM c", [2], "FETCH 1"),
    ("FETCH ABSOLUTE -2 FROM c", [4], "FETCH 1"),
    ("FETCH RELATIVE -3 FROM c", [1], "FETCH 1"),
    ("FETCH RELATIVE 9 FROM c", [], "FETCH 0"),
    ("MOVE FIRST IN c", [], "MOVE 1"),
    ("MOVE FORWARD 2 IN c", [], "MOVE 2"),
    ("FETCH c", [4], "FETCH 1"),
    ("MOVE ALL IN c", [], "MOVE 1"),
]


def test_scroll(wire: Wire) -> None:
    wire.query("BEGIN")
    assert wire.query(f"DECLARE c SCROLL CURSOR FOR {FIVE}")[0] == "CommandComplete DECLARE CURSOR"
    for statement, rows, tag in SCROLL:
        answer = wire.query(statement)
        assert (numbers(answer), answer[-2]) == (rows, f"CommandComplete {tag}"), statement


def test_forward_only(wire: Wire) -> None:
    wire.query("BEGIN")
    wire.query(f'DECLARE "My c" NO SCROLL CURSOR WITHOUT HOLD FOR {FIVE}')
    assert numbers(wire.query('FETCH FORWARD 2 FROM "My c"')) == [1, 2]
    assert wire.query('MOVE 1 IN "My c"')[0] == "CommandComplete MOVE 1"
    assert numbers(wire.query('FETCH ALL "My c"')) == [4, 5]
    assert wire.query('FETCH PRIOR "My c"')[0] == "ERROR 55000: cursor can only scan forward"


def test_a_cursor_lives_as_long_as_its_transaction(wire: Wire) -> None:
    assert wire.query(f"DECLARE c CURSOR FOR {FIVE}")[0] == (
        "ERROR 25P01: DECLARE CURSOR can only be used in transaction blocks"
    )
    wire.query(f"BEGIN; DECLARE c CURSOR FOR {FIVE}; COMMIT")
    assert wire.query("FETCH c")[0].startswith("ERROR 34000")


#: A block's cursors are Snowflake's.
BLOCKS = (
    (
        f"DECLARE c CURSOR FOR {FIVE}; x INT; BEGIN OPEN c; FETCH c INTO x; CLOSE c; RETURN x; END",
        [1],
    ),
    (f"DECLARE c CURSOR FOR {FIVE}; BEGIN OPEN c; CLOSE c; RETURN 6; END; SELECT 7", [6, 7]),
    (f"BEGIN; DECLARE c CURSOR FOR {FIVE}; FETCH 2 c; COMMIT", [1, 2]),
    (f"SELECT 0; DECLARE c CURSOR FOR {FIVE}; y INT DEFAULT 3; BEGIN RETURN y; END", [0, 3]),
    ("BEGIN LET c CURSOR FOR SELECT 4 AS n; OPEN c; CLOSE c; RETURN 4; END", [4]),
)


@pytest.mark.parametrize(("text", "answer"), BLOCKS)
def test_declare_of_a_block_is_none_of_a_cursor(wire: Wire, text: str, answer: list[int]) -> None:
    assert numbers(wire.query(text)) == answer


def test_with_hold_survives_its_commit(wire: Wire) -> None:
    wire.query(f"BEGIN; DECLARE c CURSOR WITH HOLD FOR {FIVE}; FETCH c; COMMIT")
    assert numbers(wire.query("FETCH 2 FROM c")) == [2, 3]
    assert wire.query("CLOSE c")[0] == "CommandComplete CLOSE CURSOR"
    wire.query(f"BEGIN; DECLARE c CURSOR WITH HOLD FOR {FIVE}; ROLLBACK")
    assert wire.query("FETCH c")[0].startswith("ERROR 34000")


def test_cursors_and_portals_share_their_names(wire: Wire) -> None:
    wire.query("BEGIN")
    wire.say(
        m.Parse("", "DECLARE c CURSOR FOR SELECT $1::INT AS n"),
        m.Bind("", "", (0,), (b"7",)),
        m.Execute(""),
        m.Sync(),
    )
    assert wire.say(m.Describe("P", "c"), m.Sync())[0] == "RowDescription n:20"
    fetch = (
        m.Parse("", "FETCH 1 FROM c"),
        m.Describe("S", ""),
        m.Bind("", "", result_formats=(1,)),
    )
    answer = wire.say(*fetch, m.Execute(""), m.Sync())
    assert "RowDescription n:20" in answer
    assert "DataRow \x00\x00\x00\x00\x00\x00\x00\x07" in answer
    wire.send(m.Parse("", FIVE), m.Bind("p", ""), m.Execute("p", 1), m.Sync())
    wire.until(m.ReadyForQuery)
    assert wire.query("MOVE FORWARD 2 p")[0] == "CommandComplete MOVE 2"
    assert numbers(wire.say(m.Execute("p", 1), m.Sync())) == [4]
    assert wire.query("CLOSE ALL")[0] == "CommandComplete CLOSE CURSOR ALL"
    assert wire.query("FETCH p")[0].startswith("ERROR 34000")


def test_deallocate_forgets_prepared_statements(wire: Wire) -> None:
    wire.say(m.Parse("a", "SELECT 1"), m.Parse("b", "SELECT 2"), m.Sync())
    assert wire.query("DEALLOCATE a")[0] == "CommandComplete DEALLOCATE"
    assert wire.query("DEALLOCATE PREPARE a")[0].startswith("ERROR 26000")
    assert wire.query("DEALLOCATE ALL")[0] == "CommandComplete DEALLOCATE ALL"
    assert wire.say(m.Describe("S", "b"), m.Sync())[0].startswith("ERROR 26000")


def test_unlisten(wire: Wire) -> None:
    assert wire.query("CLOSE ALL; UNLISTEN *; RESET ALL")[:3] == [
        "CommandComplete CLOSE CURSOR ALL",
        "CommandComplete UNLISTEN",
        "CommandComplete RESET",
    ]


# --- savepoints -----------------------------------------------------------------------------------

#: Statements after BEGIN (n is the column of an empty table t) -> rows of t after COMMIT.
SAVEPOINTS = [
    (["INSERT 1", "SAVEPOINT a", "INSERT 2", "ROLLBACK TO a", "INSERT 3"], [1, 3]),
    (["INSERT 1", "SAVEPOINT a", "INSERT 2", "RELEASE a", "INSERT 3"], [1, 2, 3]),
    (["INSERT 1", "SAVEPOINT a", "SELECT x FROM t", "ROLLBACK TO SAVEPOINT a", "INSERT 2"], [1, 2]),
    (["SAVEPOINT a", "INSERT 1", "SAVEPOINT b", "INSERT 2", "ROLLBACK TO b", "INSERT 3",
      "ROLLBACK TO b", "INSERT 4"], [1, 4]),
    (["INSERT 1", "SAVEPOINT a", "INSERT 2", "SAVEPOINT b", "INSERT 3", "ROLLBACK TO a",
      "ROLLBACK TO b"], []),
    (["SAVEPOINT a", "INSERT 1", "SAVEPOINT a", "INSERT 2", "ROLLBACK TO a"], [1]),
    (["INSERT 1", "SAVEPOINT a", "DROP TABLE t", "ROLLBACK TO a", "INSERT 2"], [1, 2]),
    (["SAVEPOINT a", "CREATE TEMP TABLE w (n INT)", "ROLLBACK TO a", "CREATE TEMP TABLE w (n INT)",
      "INSERT 1"], [1]),
    (["INSERT 1", "SAVEPOINT a", "SELECT x FROM t"], []),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "rows"), SAVEPOINTS)
def test_savepoints(wire: Wire, statements: list[str], rows: list[int]) -> None:
    wire.query("CREATE TABLE t (n INT)")
    wire.query("BEGIN")
    for statement in statements:
        number = statement.removeprefix("INSERT ")
        wire.query(f"INSERT INTO t VALUES ({number})" if number != statement else statement)
    wire.query("COMMIT")
    assert numbers(wire.query("SELECT n FROM t ORDER BY n")) == rows


#: Statements outside a transaction -> first line of the answer.
OUTSIDE = [
    ("SAVEPOINT a", "ERROR 25P01: SAVEPOINT can only be used in transaction blocks"),
    ("RELEASE a", "ERROR 25P01: RELEASE SAVEPOINT can only be used in transaction blocks"),
    ("ROLLBACK TO a", "ERROR 25P01: ROLLBACK TO SAVEPOINT can only be used in transaction blocks"),
    ("ROLLBACK", "WARNING 25P01: there is no transaction in progress"),
    ("COMMIT", "WARNING 25P01: there is no transaction in progress"),
    ("BEGIN; BEGIN", "CommandComplete BEGIN"),
]


@pytest.mark.parametrize(("statement", "answer"), OUTSIDE)
def test_outside_of_a_transaction(wire: Wire, statement: str, answer: str) -> None:
    assert wire.query(statement)[0] == answer


def test_begin_in_a_transaction_warns(wire: Wire) -> None:
    wire.query("BEGIN")
    assert wire.query("BEGIN") == [
        "WARNING 25001: there is already a transaction in progress",
        "CommandComplete BEGIN",
        "ReadyForQuery T",
    ]


def test_a_savepoint_that_does_not_exist(wire: Wire) -> None:
    wire.query("BEGIN")
    assert wire.query("ROLLBACK TO a")[0] == 'ERROR 3B001: savepoint "a" does not exist'


def test_copied_rows_come_back(client: psycopg.Connection) -> None:
    client.execute("CREATE TABLE t (n INT)")
    with client.transaction():
        with client.cursor().copy("COPY t FROM STDIN") as copy:
            copy.write("1\n2\n")
        with pytest.raises(psycopg.Error), client.transaction():
            client.execute("SELECT nothing")
    assert client.execute("SELECT n FROM t ORDER BY n").fetchall() == [(1,), (2,)]


def test_a_stale_plan_says_which_routine_found_it(wire: Wire) -> None:
    wire.query("CREATE TABLE t (n INT)")
    wire.say(m.Parse("a", "SELECT * FROM t"), m.Sync())
    wire.query("ALTER TABLE t ADD COLUMN v VARCHAR")
    wire.send(m.Bind("", "a"), m.Execute(""), m.Sync())
    (error,) = (x for x in wire.until(m.ReadyForQuery) if isinstance(x, m.ErrorResponse))
    assert (error.fields["C"], error.fields["R"]) == ("0A000", "RevalidateCachedQuery")
