"""The grammar of statements about files: text in, statements out."""

from __future__ import annotations

from typing import Any

import pytest

from mockhaus import errors
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.parse import parse


def one(sql: str) -> Any:
    """The one statement of a text."""
    (statement,) = parse(sql)
    return statement


@pytest.mark.parametrize(
    ("text", "kind", "name", "path"),
    [
        ("@st", "NAMED", "ST", ""),
        ("@st/", "NAMED", "ST", ""),
        ("@st/path/x-y_2013.csv.gz", "NAMED", "ST", "path/x-y_2013.csv.gz"),
        ("@db.sc.st/2024/01/", "NAMED", "DB.SC.ST", "2024/01/"),
        ("@db..st/x", "NAMED", "DB.PUBLIC.ST", "x"),
        ('@"My St".x/f=1', "NAMED", "My St.X", "f=1"),
        ("'@st/a b.csv'", "NAMED", "ST", "a b.csv"),
        ("'@st/it''s'", "NAMED", "ST", "it's"),
        ("'@\"My St\"/a'", "NAMED", "My St", "a"),
        ("@~", "USER", "", ""),
        ("@~/dir/f.csv", "USER", "", "dir/f.csv"),
        ("@%t/f.csv", "TABLE", "T", "f.csv"),
        ("@%db.sc.t", "TABLE", "DB.SC.T", ""),
        ("@db.sc.%t", "TABLE", "DB.SC.T", ""),
    ],
)
def test_stage_references(text: str, kind: str, name: str, path: str) -> None:
    source = one(f"LIST {text}").source
    assert (source.kind, str(source.name or ""), source.path) == (kind, name, path)


@pytest.mark.parametrize(
    "sql",
    [
        "LIST @st/a,b",
        "LIST st",
        "LIST @",
        "LIST '@'",
        "LIST @a.b.c.d",
        "LIST @st//x",
        "LIST @st/--x",
        "RM",
        "LS @st PATTERN",
    ],
)
def test_what_is_no_stage_reference(sql: str) -> None:
    with pytest.raises(errors.SqlSyntaxError) as caught:
        one(sql)
    assert caught.value.position is not None


def test_create_stage() -> None:
    statement = one(
        "/* tag */ CREATE OR REPLACE STAGE db.sc.st URL = 'file:///data' FILE_FORMAT = (TYPE = CSV,"
        " NULL_IF = ('NA', '')) COMMENT = 'c' DIRECTORY = (ENABLE = TRUE)"
    )
    assert isinstance(statement, s.CreateStage)
    assert (str(statement.name), statement.replace, statement.if_not_exists) == (
        "DB.SC.ST",
        True,
        False,
    )
    assert statement.options == {
        "URL": "file:///data",
        "FILE_FORMAT": {"TYPE": "CSV", "NULL_IF": ["NA", ""]},
        "COMMENT": "c",
        "DIRECTORY": {"ENABLE": True},
    }
    assert one("CREATE TEMP STAGE IF NOT EXISTS st").options == {"TEMPORARY": True}


@pytest.mark.parametrize(
    ("clause", "value"),
    [
        ("f", {"FORMAT_NAME": ObjectName("F")}),
        ("'f'", {"FORMAT_NAME": ObjectName("F")}),
        ("db.sc.f", {"FORMAT_NAME": ObjectName("F", "SC", "DB")}),
        ("'db.sc.f'", {"FORMAT_NAME": ObjectName("F", "SC", "DB")}),
        ('"my f"', {"FORMAT_NAME": ObjectName("my f")}),
        ("(FORMAT_NAME = sc.f)", {"FORMAT_NAME": ObjectName("F", "SC")}),
        (
            "(FORMAT_NAME = 'f', SKIP_HEADER = 1)",
            {"FORMAT_NAME": ObjectName("F"), "SKIP_HEADER": 1},
        ),
        ("(TYPE = 'JSON' STRIP_OUTER_ARRAY = TRUE)", {"TYPE": "JSON", "STRIP_OUTER_ARRAY": True}),
        ("(FIELD_OPTIONALLY_ENCLOSED_BY = '''')", {"FIELD_OPTIONALLY_ENCLOSED_BY": "'"}),
        ("()", {}),
    ],
)
def test_file_format_clauses(clause: str, value: dict[str, Any]) -> None:
    assert one(f"COPY INTO t FROM @st FILE_FORMAT = {clause} FORCE = TRUE").options == {
        "FILE_FORMAT": value,
        "FORCE": True,
    }


def test_create_file_format() -> None:
    statement = one(
        "CREATE FILE FORMAT IF NOT EXISTS sc.f TYPE = CSV SKIP_HEADER = 1, NULL_IF = ()"
    )
    assert isinstance(statement, s.CreateFileFormat)
    assert str(statement.name) == "SC.F"
    assert statement.options == {"TYPE": "CSV", "SKIP_HEADER": 1, "NULL_IF": []}


def test_copy_into_table() -> None:
    statement = one(
        "COPY INTO db.sc.t (id, \"n m\") FROM @st/p/ FILES = ('a', 'b') PATTERN = '.*'"
        " ON_ERROR = SKIP_FILE_10% PURGE = TRUE SIZE_LIMIT = 10"
    )
    assert isinstance(statement, s.CopyIntoTable)
    assert str(statement.table) == "DB.SC.T"
    assert statement.columns == ("ID", "n m")
    assert statement.query is None
    assert statement.options == {
        "FILES": ["a", "b"],
        "PATTERN": ".*",
        "ON_ERROR": "SKIP_FILE_10%",
        "PURGE": True,
        "SIZE_LIMIT": 10,
    }
    assert one("COPY INTO t FROM @st ON_ERROR = 'SKIP_FILE_10%'").options == {
        "ON_ERROR": "SKIP_FILE_10%"
    }


@pytest.mark.parametrize(
    ("query", "plain"),
    [
        ("SELECT $1, t.$2:a.b FROM @st/x.csv t", 'SELECT "$1", t."$2":a.b FROM "@STAGE" t'),
        (
            "select f($1, '$2'), $10::int from '@st/a b'",
            'select f("$1", \'$2\'), "$10"::int from "@STAGE"',
        ),
        ("SELECT METADATA$FILENAME FROM @st AS s", 'SELECT METADATA$FILENAME FROM "@STAGE" AS s'),
    ],
)
def test_a_transformation_becomes_plain_sql(query: str, plain: str) -> None:
    statement = one(f"COPY INTO t FROM ({query}) FORCE = TRUE")
    assert statement.query == plain
    assert statement.source.name == ObjectName("ST")
    assert statement.options == {"FORCE": True}


def test_copy_into_location() -> None:
    statement = one(
        "COPY INTO @st/out/ FROM (SELECT * FROM (SELECT 1)) PARTITION BY ('d=' || d)"
        " FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE"
    )
    assert isinstance(statement, s.CopyIntoLocation)
    assert (statement.table, statement.query) == (None, "SELECT * FROM (SELECT 1)")
    assert statement.target.path == "out/"
    assert statement.options == {
        "PARTITION BY": "'d=' || d",
        "FILE_FORMAT": {"TYPE": "PARQUET"},
        "HEADER": True,
    }
    assert str(one("COPY INTO '@~/o' FROM db.sc.t").table) == "DB.SC.T"


@pytest.mark.parametrize("word", ["LIST", "LS", "REMOVE", "RM"])
def test_list_and_remove(word: str) -> None:
    statement = one(f"{word} @st/p PATTERN = '.*[.]csv'")
    assert isinstance(statement, s.ListStage if word[0] == "L" else s.RemoveFiles)
    assert (statement.source.path, statement.pattern) == ("p", ".*[.]csv")


@pytest.mark.parametrize(
    ("local", "path"),
    [
        ("file:///tmp/a-b.csv", "file:///tmp/a-b.csv"),
        ("'file:///tmp/*.csv'", "file:///tmp/*.csv"),
        ("'file:///tmp/a b.csv'", "file:///tmp/a b.csv"),
        ("file://data/x", "file://data/x"),
    ],
)
def test_put_and_get(local: str, path: str) -> None:
    statement = one(f"PUT {local} @~/x AUTO_COMPRESS = FALSE OVERWRITE = TRUE")
    assert isinstance(statement, s.Put)
    assert statement.local == path
    assert statement.options == {"AUTO_COMPRESS": False, "OVERWRITE": True}
    got = one(f"GET @~/x {local} PARALLEL = 2")
    assert (got.local, got.source.kind, got.options) == (path, "USER", {"PARALLEL": 2})


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("COPY t FROM STDIN", "COPY FROM STDIN"),
        ("COPY t (a, b) FROM STDIN WITH (FORMAT csv)", "COPY FROM STDIN"),
        ("COPY (SELECT 1) TO STDOUT", "COPY TO STDOUT"),
        ("COPY INTO t FROM 's3://bucket/x'", "external location"),
        ("COPY INTO 's3://bucket/x' FROM t", "external location"),
        ("COPY INTO t FROM (SELECT $1 FROM @st WHERE $1 = 1)", "WHERE"),
        ("COPY INTO t FROM (SELECT $1 FROM @st GROUP BY $1)", "GROUP BY"),
        ("COPY INTO t FROM (SELECT $1 FROM @st a, @st b)", ","),
        ("CREATE STAGE s LIKE t", "CREATE STAGE LIKE"),
    ],
)
def test_refused_by_name(sql: str, words: str) -> None:
    with pytest.raises(errors.UnsupportedFeature) as caught:
        one(sql)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("COPY INTO t FROM u", errors.SqlSyntaxError),
        ("COPY INTO t FROM @st FORCE", errors.SqlSyntaxError),
        ("COPY INTO t FROM @st FORCE = TRUE FORCE = TRUE", errors.InvalidParameter),
        ("COPY INTO t FROM @st FILE_FORMAT = (A = 1 A = 2)", errors.InvalidParameter),
        ("COPY INTO t FROM @st FILE_FORMAT = (A = 1", errors.SqlSyntaxError),
        ("COPY INTO t FROM (SELECT 1)", errors.SqlSyntaxError),
        ("COPY INTO t FROM (SELECT $1 FROM u)", errors.SqlSyntaxError),
        ("COPY INTO @st FROM ()", errors.SqlSyntaxError),
        ("COPY INTO @st FROM (SELECT 1", errors.SqlSyntaxError),
        ("PUT /tmp/x @st", errors.SqlSyntaxError),
        ("PUT file:///tmp/x st", errors.SqlSyntaxError),
        ("CREATE STAGE", errors.SqlSyntaxError),
        ("CREATE OR REPLACE STAGE IF NOT EXISTS s", errors.SqlSyntaxError),
        ("COPY INTO t FROM @st FILE_FORMAT = 'a b'", errors.SqlSyntaxError),
    ],
)
def test_errors_have_their_position(sql: str, error: type[errors.SqlError]) -> None:
    with pytest.raises(errors.SqlError) as caught:
        one(sql)
    assert type(caught.value) is error
    assert caught.value.position is not None
