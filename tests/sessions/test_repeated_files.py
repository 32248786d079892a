"""Files that a transaction has read and reads again when a later statement is undone alone.

The rows are exactly the same again, or the transaction ends with an error that says so.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from tests.support import run


def _other_rows(file: Path) -> None:
    file.write_text("7,z\n8,z\n9,z\n")


def _same_size(file: Path) -> None:
    """Other rows of the same size and with the same time of change."""
    before = file.stat()
    file.write_text(file.read_text().replace("1", "7"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replaced(file: Path) -> None:
    fresh = file.with_name("fresh")
    fresh.write_text(file.read_text().replace("1", "7"))
    fresh.replace(file)


def _gone(file: Path) -> None:
    file.unlink()


def _another(file: Path) -> None:
    file.with_name("b.csv").write_text("7,z\n")


#: Ways to read the file `a.csv` of the stage into the table T.
READS: Final = {
    "COPY": "COPY INTO t FROM @st/a",
    "COPY of good rows": "COPY INTO t FROM @st/a ON_ERROR = CONTINUE",
    "COPY with a query": "COPY INTO t FROM (SELECT $1, upper($2) FROM @st/a)",
    "INSERT": "INSERT INTO t SELECT $1, $2 FROM @st/a",
    "MERGE": "MERGE INTO t USING (SELECT $1::INT AS i, $2 AS n FROM @st/a) s ON t.id = s.i"
    " WHEN NOT MATCHED THEN INSERT VALUES (s.i, s.n)",
}
CHANGED: Final = "File 'a.csv' has changed since the transaction loaded it."
GONE: Final = "A file that the transaction had loaded is gone."
#: What happens to the file meanwhile, and what the error says of it.
CHANGES: Final[list[tuple[Callable[[Path], None], str]]] = [
    (_other_rows, CHANGED),
    (_same_size, CHANGED),
    (_replaced, CHANGED),
    (_gone, GONE),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of two rows, alone in the folder of a stage."""
    folder = tmp_path / "stage"
    folder.mkdir()
    file = folder / "a.csv"
    file.write_text("1,x\n2,y\n")
    return file


def _setup(connection: Connection, file: Path) -> None:
    run(
        connection,
        f"CREATE TABLE t (id INT, name VARCHAR); CREATE STAGE st URL = 'file://{file.parent}'",
    )


def _fails(connection: Connection) -> errors.DivisionByZero:
    with pytest.raises(errors.DivisionByZero) as caught:
        run(connection, "INSERT INTO t SELECT 1 / 0, 'n'")
    return caught.value


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_the_same_rows_again(snowflake: Connection, file: Path, read: str) -> None:
    _setup(snowflake, file)
    run(snowflake, f"BEGIN; INSERT INTO t VALUES (0, 'before'); {read}")
    _another(file)
    assert "rolled back" not in _fails(snowflake).message
    run(snowflake, "COMMIT")
    assert run(snowflake, "SELECT id FROM t ORDER BY id") == [(0,), (1,), (2,)]


@pytest.mark.parametrize(
    ("read", "change", "reason"),
    [
        *((READS["COPY"], *change) for change in CHANGES),
        *((read, *CHANGES[0]) for read in list(READS.values())[1:]),
    ],
)
def test_or_the_end_of_the_transaction(
    snowflake: Connection, file: Path, read: str, change: Callable[[Path], None], reason: str
) -> None:
    _setup(snowflake, file)
    run(snowflake, f"BEGIN; INSERT INTO t VALUES (0, 'before'); {read}")
    change(file)
    message = _fails(snowflake).message
    assert message.endswith(f"The transaction was rolled back as a whole: {reason}")
    assert snowflake.status == "I"
    run(snowflake, "COMMIT")
    assert run(snowflake, "SELECT id FROM t") == []


def test_a_file_that_had_to_be_unpacked(snowflake: Connection, file: Path) -> None:
    """Its scratch file is gone by then."""
    file.with_name("a.csv.gz").write_bytes(gzip.compress("1,é\n".encode("latin-1")))
    file.unlink()
    _setup(snowflake, file)
    run(snowflake, "BEGIN; COPY INTO t FROM @st FILE_FORMAT = (ENCODING = 'ISO-8859-1')")
    assert _fails(snowflake).message.endswith(GONE)
    assert run(snowflake, "SELECT id FROM t") == []


def test_a_file_that_failed_may_be_mended(snowflake: Connection, file: Path) -> None:
    file.write_text("x,y\n")
    _setup(snowflake, file)
    run(snowflake, "BEGIN")
    with pytest.raises(errors.LoadError):
        run(snowflake, READS["COPY"])
    file.write_text("1,x\n")
    run(snowflake, READS["COPY"])
    _fails(snowflake)
    run(snowflake, "COMMIT")
    assert run(snowflake, "SELECT id FROM t") == [(1,)]


def test_a_savepoint(postgresql: Connection, file: Path) -> None:
    _setup(postgresql, file)
    run(postgresql, f"BEGIN; {READS['COPY']}")
    postgresql.savepoint("here")
    run(postgresql, "INSERT INTO t VALUES (3, 'after')")
    postgresql.rollback_to("here")
    assert run(postgresql, "SELECT id FROM t ORDER BY id") == [(1,), (2,)]
    run(postgresql, "INSERT INTO t VALUES (3, 'after')")
    _other_rows(file)
    with pytest.raises(errors.LoadError, match="has changed since"):
        postgresql.rollback_to("here")
    assert postgresql.status == "E"
    run(postgresql, "ROLLBACK")
    assert run(postgresql, "SELECT id FROM t") == []
