"""What loaders are known to get wrong, one after another: each ends as Snowflake has it.

A wrong answer here would be one that nobody is told of: rows that are lost or loaded twice, options
that do nothing, files outside of their stage.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any, Final

import pytest

from mockhaus import errors
from mockhaus.sessions.connection import Connection
from mockhaus.sessions.registry import Registry
from mockhaus.sessions.transaction import Transactions
from tests.support import run

#: What a statement answers: rows, or the class of its error.
Answer = list[tuple[Any, ...]] | type[errors.SqlError]

_SETUP: Final = (
    "CREATE TABLE t (id INT, name VARCHAR); CREATE STAGE st URL = 'file://{data}';"
    " CREATE STAGE inner_st; CREATE FILE FORMAT psv FIELD_DELIMITER = '|'"
)

#: (what it is about, files, statements, what the last one answers)
PITFALLS: list[tuple[str, dict[str, str], str, Answer]] = [
    # --- stages: objects of a schema
    ("a stage is made anew only if that is said", {}, "CREATE STAGE st", errors.DuplicateObject),
    ("IF NOT EXISTS keeps the old one", {"a.csv": "1,x"}, "CREATE STAGE IF NOT EXISTS st; COPY INTO t FROM @st; SELECT * FROM t", [(1, "x")]),
    ("OR REPLACE gives an empty one", {"a.csv": "1,x"}, "PUT file://{data}/a.csv @inner_st; CREATE OR REPLACE STAGE inner_st; LIST @inner_st", []),
    ("names have no case", {"a.csv": "1,x"}, "COPY INTO T FROM @ST; SELECT count(*) FROM t", [(1,)]),
    ("quoted names are kept", {}, 'CREATE STAGE "my st"; SHOW STAGES LIKE \'my%\'; SELECT "name" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))', [("my st",)]),
    ("a stage belongs to its schema", {}, "CREATE SCHEMA other; USE SCHEMA public; LIST @other.st", errors.UndefinedObject),
    ("and is reached from another one", {"a.csv": "1,x"}, "CREATE SCHEMA other; USE SCHEMA other; COPY INTO public.t FROM @public.st; SELECT count(*) FROM public.t", [(1,)]),
    ("no table of the server's is seen", {}, "SHOW TABLES; SELECT \"name\" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))", [("T",)]),
    ("an unknown stage is no folder", {}, "COPY INTO t FROM @nix", errors.UndefinedObject),
    ("DROP IF EXISTS of none", {}, "DROP STAGE IF EXISTS nix", [("Drop statement executed successfully (NIX already dropped).",)]),
    ("a comment before a statement", {}, "/* by dbt */ CREATE STAGE zz; -- so\nDROP STAGE zz", [("ZZ successfully dropped.",)]),
    ("a stage's format counts", {"a.csv": "1|x"}, "CREATE OR REPLACE STAGE st URL = 'file://{data}' FILE_FORMAT = psv; COPY INTO t FROM @st; SELECT * FROM t", [(1, "x")]),
    ("a stage has a comment", {}, "ALTER STAGE st SET COMMENT = 'c'; SELECT comment FROM information_schema.stages WHERE stage_name = 'ST'", [("c",)]),
    ("schemes of other engines", {}, "CREATE STAGE g URL = 'gs://b/p'", errors.InvalidParameter),
    # --- paths
    ("a path does not lead out", {}, "COPY INTO t FROM @st/../secret", errors.InvalidParameter),
    ("nor in other spellings", {}, "COPY INTO t FROM '@st/%2e%2e/secret'", errors.InvalidParameter),
    ("nor by FILES", {}, "COPY INTO t FROM @st FILES = ('../secret.csv')", errors.InvalidParameter),
    ("a name with a quote is a name", {"it's.csv": "1,x"}, "COPY INTO t FROM '@st/it''s.csv'; SELECT * FROM t", [(1, "x")]),
    ("names are no patterns", {"[a]*.csv": "1,x", "a.csv": "2,y"}, "COPY INTO t FROM @st FILES = ('[a]*.csv'); SELECT id FROM t", [(1,)]),
    # --- formats
    ("Snowflake's models of dates", {"a.csv": "1,31/01/2024"}, "CREATE TABLE d (i INT, d DATE); COPY INTO d FROM @st FILE_FORMAT = (DATE_FORMAT = 'DD/MM/YYYY'); SELECT TO_CHAR(d) FROM d", [("2024-01-31",)]),
    ("a single quote encloses", {"a.csv": "1,'a,b'"}, "COPY INTO t FROM @st FILE_FORMAT = (FIELD_OPTIONALLY_ENCLOSED_BY = ''''); SELECT name FROM t", [("a,b",)]),
    ("every null string counts", {"a.csv": "nil,none"}, "COPY INTO t FROM @st FILE_FORMAT = (NULL_IF = ('nil', 'none')); SELECT * FROM t", [(None, None)]),
    ("a ragged row is whole, a bad value an error", {"a.csv": "1\nx,y"}, "COPY INTO t FROM @st FILE_FORMAT = (ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE)", errors.LoadError),
    ("the first row is data", {"a.csv": "1,x\n2,y"}, "COPY INTO t FROM @st; SELECT count(*) FROM t", [(2,)]),
    ("JSON goes into one VARIANT", {"a.json": '{"k": [1, 2]}'}, "CREATE TABLE v (x VARIANT); COPY INTO v FROM @st FILE_FORMAT = (TYPE = JSON); SELECT x:k[1]::INT FROM v", [(2,)]),
    ("an unknown option", {}, "CREATE FILE FORMAT f SKIP_HEADR = 1", errors.InvalidParameter),
    ("a built-in format that is none", {"a.csv": "1,x"}, "COPY INTO t FROM @st FILE_FORMAT = CSV_DEFAULT", errors.UndefinedObject),
    # --- COPY INTO a table
    ("VALIDATION_MODE loads nothing", {"a.csv": "1,x"}, "COPY INTO t FROM @st VALIDATION_MODE = RETURN_ERRORS; SELECT count(*) FROM t", [(0,)]),
    ("CONTINUE goes on", {"a.csv": "x,1\n2,y"}, "COPY INTO t FROM @st ON_ERROR = CONTINUE; SELECT * FROM t", [(2, "y")]),
    ("SKIP_FILE skips the file alone", {"a.csv": "x,1\n2,y", "b.csv": "3,z"}, "COPY INTO t FROM @st ON_ERROR = SKIP_FILE; SELECT * FROM t", [(3, "z")]),
    ("an error loads no file", {"a.csv": "1,x", "b.csv": "?,y"}, "COPY INTO t FROM @st", errors.LoadError),
    ("PATTERN is a regular expression", {"a.csv": "1,x", "b.csv": "2,y", "c.txt": "3,z"}, "COPY INTO t FROM @st PATTERN = '.*[.]csv'; SELECT id FROM t ORDER BY id", [(1,), (2,)]),
    ("FILES names them", {"a.csv": "1,x", "b.csv": "2,y"}, "COPY INTO t FROM @st FILES = ('b.csv'); SELECT id FROM t", [(2,)]),
    ("a file loads once", {"a.csv": "1,x"}, "COPY INTO t FROM @st; COPY INTO t FROM @st; SELECT count(*) FROM t", [(1,)]),
    ("FORCE loads it again", {"a.csv": "1,x"}, "COPY INTO t FROM @st; COPY INTO t FROM @st FORCE = TRUE; SELECT count(*) FROM t", [(2,)]),
    ("PURGE removes it", {"a.csv": "1,x"}, "COPY INTO t FROM @st PURGE = TRUE; LIST @st", []),
    ("columns are listed", {"a.csv": "x,1"}, "COPY INTO t (name, id) FROM @st; SELECT * FROM t", [(1, "x")]),
    ("a query transforms", {"a.csv": "1,x"}, "COPY INTO t FROM (SELECT $1 + 1, UPPER(s.$2) FROM @st s); SELECT * FROM t", [(2, "X")]),
    ("a stage is queried", {"a.csv": "1,x\n2,y"}, "SELECT $2, METADATA$FILE_ROW_NUMBER FROM @st ORDER BY 1", [("x", 1), ("y", 2)]),
    ("operands of a stage's query are brought together", {"a.csv": "1,x\n2,y"}, "SELECT $1 + 1, $1 > 1 FROM @st ORDER BY 1", [(2, False), (3, True)]),
    ("and written, too", {"a.csv": "1,x"}, "INSERT INTO t SELECT $1 * 2, $2 FROM @st WHERE $1 = 1; SELECT * FROM t", [(2, "x")]),
    ("an unload writes", {}, "INSERT INTO t VALUES (1, 'x'); COPY INTO @inner_st FROM t; SELECT $2 FROM @inner_st", [("x",)]),
    ("no file, no error", {}, "COPY INTO t FROM @st", [("Copy executed with 0 files processed.",)]),
    ("a missing file that is named is one", {}, "COPY INTO t FROM @st FILES = ('nix.csv')", errors.LoadError),
    ("the history tells", {"a.csv": "x,1\n2,y"}, "COPY INTO t FROM @st ON_ERROR = CONTINUE; SELECT row_count, row_parsed, first_error_line_number FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 'T', START_TIME => DATEADD(hour, -1, CURRENT_TIMESTAMP())))", [(1, 2, 1)]),
]  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of the stage ST, beside a file that is not for it."""
    (tmp_path / "secret.csv").write_text("9,secret\n")
    folder = tmp_path / "staged"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("files", "sql", "answer"), [row[1:] for row in PITFALLS], ids=[row[0] for row in PITFALLS]
)
def test_a_pitfall(
    snowflake: Connection, data: Path, files: dict[str, str], sql: str, answer: Answer
) -> None:
    run(snowflake, _SETUP.format(data=data))
    for name, text in files.items():
        (data / name).write_text(text + "\n")
    filled = sql.replace("{data}", str(data))
    if isinstance(answer, list):
        assert run(snowflake, filled) == answer
        return
    with pytest.raises(errors.SqlError) as caught:
        run(snowflake, filled)
    assert type(caught.value) is answer
    assert run(snowflake, "SELECT count(*) FROM t") == [(0,)]


def test_the_answer_of_a_copy_names_the_first_error(snowflake: Connection, data: Path) -> None:
    run(snowflake, _SETUP.format(data=data))
    (data / "a.csv").write_text("1,x\n?,y\n3,z\n!,w\n")
    ((file, *rest),) = run(snowflake, "COPY INTO t FROM @st ON_ERROR = CONTINUE")
    assert file.endswith("staged/a.csv")
    said = "Numeric value '?' is not recognized"
    assert rest == ["PARTIALLY_LOADED", 4, 2, 4, 2, said, 2, 1, '"T"["ID":1]']


def test_files_are_the_sessions(snowflake: Connection, registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1\n")
    for stage in ("@st", "@~"):
        run(snowflake, f"CREATE STAGE IF NOT EXISTS st; PUT file://{tmp_path}/x.csv {stage}")
    other = registry.create("other").connect(
        user="ann", door="http", transactions=Transactions.SNOWFLAKE
    )
    assert run(other, "LIST @~") == []
    with pytest.raises(errors.UndefinedObject):
        run(other, "LIST @st")


def test_a_pipeline(snowflake: Connection, data: Path) -> None:
    """Load, merge, delete, load what came later, merge again."""
    run(snowflake, _SETUP.format(data=data))
    run(snowflake, "CREATE TABLE target (id INT, name VARCHAR, version INT)")
    merge = (
        "MERGE INTO target USING t ON target.id = t.id"
        " WHEN MATCHED THEN UPDATE SET name = t.name, version = target.version + 1"
        " WHEN NOT MATCHED THEN INSERT VALUES (t.id, t.name, 1)"
    )
    (data / "1.csv").write_text("1|a\n2|b\n3|c\n")
    run(snowflake, f"COPY INTO t FROM @st FILE_FORMAT = psv; {merge}; DELETE FROM t")
    (data / "2.csv.gz").write_bytes(gzip.compress(b"2|B\n3|C\n4|D\n"))
    run(snowflake, f"COPY INTO t FROM @st FILE_FORMAT = psv; {merge}")
    assert run(snowflake, "SELECT * FROM target ORDER BY id") == [
        (1, "a", 1),
        (2, "B", 2),
        (3, "C", 2),
        (4, "D", 1),
    ]


def test_no_text_of_a_statement_is_code(snowflake: Connection, data: Path) -> None:
    run(snowflake, _SETUP.format(data=data))
    name = "x'); DROP TABLE t; --.csv"
    (data / name).write_text("1,x\n")
    run(snowflake, "COPY INTO t FROM @st PATTERN = '.*--.*'")
    assert run(snowflake, "SELECT * FROM t") == [(1, "x")]
