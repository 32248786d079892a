"""SQL reaches no file of the server's machine but those of its stages. Each way is tried at every door."""

from __future__ import annotations

import pytest

from tests.security.conftest import CANARY, Server

#: {o} is a folder that no stage may use, with a secret in files of several kinds; {i} one that stages may.
READERS = [
    f"SELECT * FROM {function}('{{o}}/{file}')"
    for functions, file in (
        (("read_csv", "read_csv_auto", "sniff_csv", "csv_scan", "read_text", "read_blob", "glob"), "secret.csv"),
        (("read_json", "read_json_auto", "read_ndjson", "read_ndjson_auto", "read_json_objects"), "secret.json"),
        (("read_parquet", "parquet_scan", "parquet_metadata", "parquet_schema", "parquet_file_metadata"), "secret.parquet"),
        (("read_duckdb", "sqlite_scan", "read_xlsx", "st_read", "read_avro", "iceberg_scan", "delta_scan"), "secret.duckdb"),
    )
    for function in functions
]  # fmt: skip

FORMS = [
    "SELECT * FROM \"read_csv\"('{o}/secret.csv')",
    "SELECT * FROM \"READ_CSV\"('{o}/secret.csv')",
    "SELECT * FROM system.main.read_csv('{o}/secret.csv')",
    "SELECT * FROM TABLE(read_csv('{o}/secret.csv'))",
    "SELECT * FROM LATERAL read_text('{o}/secret.csv')",
    "SELECT * FROM (SELECT '{o}/secret.csv' AS f) x, read_text(x.f)",
    "SELECT (SELECT content FROM read_text('{o}/secret.csv'))",
    "WITH s AS (FROM read_text('{o}/secret.csv')) SELECT * FROM s",
    "FROM read_text('{o}/secret.csv')",
    "FROM '{o}/secret.csv'",
    "SELECT * FROM '{o}/secret.csv'",
    'SELECT * FROM "{o}/secret.csv"',
    'SELECT * FROM "{o}/secret.parquet"',
    'SELECT * FROM "{o}/three"."part"."csv"',
    'SELECT * FROM "{o}"."/three.part"."csv"',
    'SELECT * FROM "{i}/../outside/three"."part"."csv"',
    'SELECT * FROM "{i}/three"."part"."csv"',
    'SELECT * FROM "{i}/three"."part"."csv" AS x JOIN t ON TRUE',
    'CREATE TABLE "{i}/three"."part"."csv" (a INT)',
    'CREATE VIEW v AS SELECT * FROM "{i}/three"."part"."csv"',
    'UPDATE t SET a = b FROM "{i}/three"."part"."csv"',
    'SELECT * FROM pg_catalog."{o}/secret.csv"',
    'SELECT * FROM INFORMATION_SCHEMA."{o}/secret.csv"',
    'SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE."{o}/secret.csv"',
    'SELECT * FROM IDENTIFIER(\'"{i}/three"."part"."csv"\')',
    'SELECT * FROM TABLE(\'"{i}/three"."part"."csv"\')',
    "SELECT * FROM IDENTIFIER('{o}/secret.csv')",
    "SELECT * FROM TABLE('{o}/secret.csv')",
    "SELECT * FROM query('SELECT * FROM read_text(''{o}/secret.csv'')')",
    "SELECT * FROM query_table('{o}/secret.csv')",
    "CREATE VIEW v AS SELECT * FROM read_text('{o}/secret.csv')",
    "CREATE TABLE w AS SELECT * FROM '{o}/secret.csv'",
    "CREATE FUNCTION f() RETURNS VARCHAR AS 'SELECT content FROM read_text(''{o}/secret.csv'')'",
    "CREATE MACRO m() AS TABLE SELECT * FROM read_text('{o}/secret.csv')",
    "EXECUTE IMMEDIATE 'SELECT * FROM read_text(''{o}/secret.csv'')'",
    "EXECUTE IMMEDIATE FROM '{o}/secret.sql'",
    "BEGIN LET x VARCHAR := (SELECT content FROM read_text('{o}/secret.csv')); RETURN x; END",
    "EXPLAIN SELECT * FROM read_text('{o}/secret.csv')",
    "DESCRIBE SELECT * FROM read_text('{o}/secret.csv')",
    "SUMMARIZE '{o}/secret.csv'",
    "PREPARE p AS SELECT * FROM read_text('{o}/secret.csv')",
    "SELECT getenv('MOCKHAUS_CANARY')",
    "SELECT \"getenv\"('MOCKHAUS_CANARY')",
]

#: DuckDB's own statements.
ENGINE = [
    "COPY (SELECT 1) TO '{o}/out.csv'",
    "COPY t TO '{o}/out.csv'",
    "COPY t TO PROGRAM 'cat > {o}/out.csv'",
    "COPY t FROM '{o}/secret.csv'",
    "COPY t FROM PROGRAM 'cat {o}/secret.csv'",
    "COPY t FROM '/dev/stdin'",
    "COPY (SELECT 1) TO '/dev/stdout'",
    "COPY INTO t FROM '{o}/secret.csv'",
    "COPY INTO t FROM 'file://{o}/secret.csv'",
    "COPY INTO 'file://{o}/out' FROM t",
    "COPY FROM DATABASE mockhaus TO other",
    "ATTACH '{o}/secret.duckdb' AS s",
    "ATTACH '{o}/secret.duckdb' AS s (READ_ONLY)",
    "ATTACH DATABASE '{o}/new.duckdb'",
    "ATTACH ':memory:' AS s",
    "DETACH session",
    "INSTALL httpfs",
    "INSTALL spatial FROM 'http://127.0.0.1:{http}/'",
    "FORCE INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{o}/secret.duckdb'",
    "EXPORT DATABASE '{o}/export'",
    "IMPORT DATABASE '{o}'",
    "CHECKPOINT",
    "USE session",
    "PRAGMA database_list",
    "PRAGMA show_databases",
    "PRAGMA enable_profiling='json'",
    "PRAGMA profiling_output='{o}/profile.json'",
    "PRAGMA import_database('{o}')",
    "CALL pragma_database_size()",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "CREATE PERSISTENT SECRET s (TYPE s3)",
    ".read {o}/secret.sql",
]

#: Settings of DuckDB that would open a door.
SETTINGS = [
    f"{verb} {name} = {value}"
    for verb in ("SET", "SET GLOBAL", "PRAGMA")
    for name, value in (
        ("enable_external_access", "true"),
        ("allowed_directories", "['/']"),
        ("allowed_paths", "['/etc/passwd']"),
        ("temp_directory", "'{o}'"),
        ("extension_directory", "'{o}'"),
        ("home_directory", "'{o}'"),
        ("secret_directory", "'{o}'"),
        ("log_query_path", "'{o}/log'"),
        ("memory_limit", "'1TB'"),
        ("lock_configuration", "true"),
    )
]

#: What DuckDB tells of its machine.
TELLING = [
    *(
        f"SELECT * FROM {name}"
        for name in (
            "duckdb_settings()", "duckdb_databases()", "duckdb_secrets()", "duckdb_extensions()",
            "duckdb_temporary_files()", "duckdb_logs()", "duckdb_memory()", "duckdb_tables()",
            "pragma_database_list()", "which_secret('s3://a', 's3')", "duckdb_functions()",
            "duckdb_external_file_cache()", "sqlite_master", "duckdb_secrets",
        )
    ),
    "SELECT current_setting('temp_directory')",
    "SELECT current_setting('allowed_directories')",
    "SHOW ALL TABLES",
    "SELECT * FROM __mockhaus.objects",
    "SELECT * FROM session.__mockhaus.objects",
    'SELECT * FROM "session"."__mockhaus"."objects"',
]  # fmt: skip

#: PostgreSQL's functions of files, programs and other servers.
POSTGRES = [
    "SELECT pg_read_file('{o}/secret.csv')",
    "SELECT pg_read_binary_file('{o}/secret.csv')",
    "SELECT pg_ls_dir('{o}')",
    "SELECT * FROM pg_ls_dir('{o}')",
    "SELECT pg_stat_file('{o}/secret.csv')",
    "SELECT pg_ls_logdir()",
    "SELECT lo_import('{o}/secret.csv')",
    "SELECT lo_export(1, '{o}/out.csv')",
    "SELECT lo_get(1)",
    "SELECT * FROM dblink('host=127.0.0.1', 'SELECT 1')",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION file_fdw",
    "CREATE SERVER s FOREIGN DATA WRAPPER file_fdw",
    "SELECT pg_execute_server_program('id')",
    "SELECT pg_reload_conf()",
    "SELECT query_to_xml('SELECT 1', true, true, '')",
    "CREATE FUNCTION system(cstring) RETURNS int AS '/lib/libc.so.6' LANGUAGE C",
    "DO $$ BEGIN PERFORM pg_read_file('{o}/secret.csv'); END $$",
    "LOAD '{o}/secret.so'",
    "CREATE TABLESPACE x LOCATION '{o}'",
]

#: Stages that lead out of the folders that they may use.
STAGES = [
    "LIST @s_out",
    "SELECT $1 FROM @s_out/secret.csv",
    "COPY INTO t FROM @s_out",
    "COPY INTO @s_out FROM t",
    "GET @s_in 'file://{o}'",
    "PUT 'file://{o}/secret.csv' @~",
    "PUT 'file:///etc/passwd' @~",
    "LIST @s_in/../outside",
    "LIST '@s_in/../outside/'",
    "SELECT $1 FROM '@s_in/../outside/secret.csv'",
    "SELECT $1 FROM '@s_in/%2e%2e/outside/secret.csv'",
    "SELECT $1 FROM '@s_in/link.csv'",
    "COPY INTO t FROM @s_in FILES = ('../outside/secret.csv')",
    "COPY INTO t FROM @s_in FILES = ('link.csv')",
    "COPY INTO t FROM '@s_in//{o}/secret.csv'",
    "COPY INTO '@s_in/../outside/out' FROM t",
    "COPY INTO t FROM '@~/../../users.json'",
    "SELECT $1 FROM '@~/../../../users.json'",
    "LIST @s_data",
    "SELECT $1 FROM @s_data/users.json",
    "REMOVE @s_out",
    "RM '@s_in/../outside/secret.csv'",
    "EXECUTE IMMEDIATE FROM '@s_in/../outside/secret.sql'",
    "EXECUTE IMMEDIATE FROM @s_out/secret.sql",
    "COPY FILES INTO @~ FROM @s_out",
    "CREATE STAGE x URL = 'file:///a/../../etc'",
    "CREATE STAGE x URL = '{o}'",
    "CREATE STAGE x URL = 'http://127.0.0.1:{http}/'",
    "CREATE STAGE x URL = 'ftp://127.0.0.1/'",
    "SELECT * FROM TABLE(INFER_SCHEMA(LOCATION => '@s_out', FILE_FORMAT => 'c'))",
    "SELECT * FROM DIRECTORY(@s_out)",
    "SELECT BUILD_SCOPED_FILE_URL(@s_out, 'secret.csv')",
]

#: Names without a folder, which DuckDB looks for where the server was started: there are secrets.
RELATIVE = [
    "FROM 'secret.csv'",
    "SELECT * FROM 'secret.csv'",
    'SELECT * FROM "secret.csv"',
    "SELECT * FROM secret.csv",
    "SELECT * FROM secret.parquet",
    "SELECT * FROM three.part.csv",
    'SELECT * FROM "three"."part"."csv"',
    'SELECT * FROM "three.part"."csv"',
    'SELECT * FROM "./secret.csv"',
    'SELECT * FROM "*.csv"',
    'SELECT * FROM "secret.json"',
    'SELECT * FROM "secret.duckdb"',
    "SELECT * FROM secret.duckdb",
    "SELECT * FROM IDENTIFIER('secret.csv')",
    "SELECT * FROM TABLE('secret.csv')",
    "SELECT * FROM LATERAL 'secret.csv'",
    "SELECT * FROM t JOIN 'secret.csv' s ON TRUE",
    "SELECT * FROM t, secret.csv",
    "SELECT (SELECT word FROM secret.csv)",
    "WITH s AS (SELECT * FROM secret.csv) SELECT * FROM s",
    "SELECT * FROM t WHERE a IN (SELECT word FROM secret.csv)",
    "SELECT 1 UNION SELECT * FROM secret.csv",
    "SELECT * FROM secret.csv PIVOT (MAX(word) FOR id IN (1))",
    "SELECT * FROM read_csv('secret.csv')",
    "SELECT * FROM read_text('*')",
    "SELECT * FROM glob('*')",
    "TABLE secret.csv",
    "DESCRIBE TABLE secret.csv",
    "SHOW COLUMNS IN TABLE secret.csv",
    "SUMMARIZE 'secret.csv'",
    "CREATE TABLE c AS SELECT * FROM secret.csv",
    "CREATE VIEW c AS SELECT * FROM secret.csv",
    "CREATE TABLE c LIKE secret.csv",
    "CREATE TABLE c CLONE secret.csv",
    "INSERT INTO t SELECT id, word FROM secret.csv",
    "INSERT INTO secret.csv VALUES (1, 'x')",
    "UPDATE t SET a = word FROM secret.csv",
    "DELETE FROM t USING secret.csv s WHERE t.a = s.word",
    "DELETE FROM secret.csv",
    "MERGE INTO t USING secret.csv s ON t.a = s.word WHEN MATCHED THEN DELETE",
    "DROP TABLE secret.csv",
    "EXPLAIN SELECT * FROM secret.csv",
    "COPY t FROM 'secret.csv'",
    "COPY t FROM PROGRAM 'cat secret.csv'",
    "COPY t TO 'out.csv'",
    "COPY (SELECT 1) TO 'out.csv'",
    "COPY (SELECT * FROM secret.csv) TO STDOUT",
    "COPY INTO t FROM 'secret.csv'",
    "COPY INTO t FROM 'file://secret.csv'",
    "COPY INTO 'out.csv' FROM t",
    "COPY INTO 'file:out.csv' FROM t",
    "EXPORT DATABASE 'out'",
    "IMPORT DATABASE 'out'",
    "ATTACH 'secret.duckdb'",
    "ATTACH 'new.duckdb' AS n",
    "LOAD 'secret.so'",
    "PUT 'file://secret.csv' @~",
    "PUT 'file://./secret.csv' @~",
    "PUT 'file://*.csv' @~",
    "GET @s_in 'file://.'",
    "GET @s_in 'file://'",
    "CREATE STAGE r URL = 'file://secret.csv'",
    "CREATE STAGE r URL = 'file:.'",
    "CREATE STAGE r URL = '.'",
    "EXECUTE IMMEDIATE FROM 'secret.sql'",
    "EXECUTE IMMEDIATE FROM './secret.sql'",
    "!source secret.sql",
    ".read secret.sql",
    "\\i secret.sql",
]

WAYS = list(
    dict.fromkeys([*READERS, *RELATIVE, *FORMS, *ENGINE, *SETTINGS, *TELLING, *POSTGRES, *STAGES])
)

#: Statements that are something else in Snowflake or PostgreSQL, and harmless: they may be answered.
#: SET name = value is a variable of Snowflake's.
HARMLESS = {"CHECKPOINT", "SHOW ALL TABLES", "SELECT pg_reload_conf()"}
HARMLESS |= {way for way in SETTINGS if way.startswith("SET ") and "GLOBAL" not in way}


@pytest.fixture(scope="module", autouse=True)
def stages(server: Server) -> None:
    with server.connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t (a VARCHAR, b VARCHAR)")
        connection.execute("CREATE FILE FORMAT c TYPE = CSV")
        for name, folder in (
            ("s_in", server.inside), ("s_out", server.outside), ("s_data", server.data),
        ):  # fmt: skip
            connection.execute(f"CREATE STAGE {name} URL = 'file://{folder}'".encode())


def _state(server: Server) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in server.outside.rglob("*") if each.is_file()}


def test_there_are_more_than_a_hundred_ways() -> None:
    assert len(WAYS) > 100


@pytest.mark.parametrize("way", WAYS)
def test_is_refused_at_every_door(server: Server, way: str) -> None:
    sql = way.format(o=server.outside, i=server.inside, http=server.http_port)
    before = _state(server)
    for door, answer in server.answers(sql).items():
        assert CANARY not in answer.text, f"{door}: {answer.text}"
        if way not in HARMLESS:
            assert answer.code not in (None, "none", "XX000", "000603"), f"{door}: {answer}"
        if "s_data" not in way:  # whose own URL it is
            for hidden in (str(server.data), "mockhaus-memory-"):
                assert hidden not in answer.text, f"{door}: {answer.text}"
    assert _state(server) == before


def test_what_may_be_read_is(server: Server) -> None:
    assert server.postgres("SELECT $1 FROM @s_in/fine.csv").text == "[('1',)]"


#: A link in a folder that stages may use, made when there was a stage of it already -> what it is
#: of ({o} the other folder), and what is tried.
LINKS = [
    ("later.csv", "{o}/secret.csv", "SELECT $1, $2 FROM @s_in/later.csv"),
    ("later.csv", "{o}/secret.csv", "COPY INTO t FROM @s_in/later.csv"),
    ("later.csv", "{o}/secret.csv", "COPY INTO t FROM @s_in FILES = ('later.csv')"),
    ("later.csv", "{o}/secret.csv", "COPY INTO t FROM @s_in PATTERN = '.*later.*'"),
    ("later.csv", "{o}/secret.csv", "GET @s_in/later.csv 'file://{i}/got'"),
    ("later.csv", "{o}/secret.csv", "COPY FILES INTO @~ FROM @s_in FILES = ('later.csv')"),
    ("later.csv", "../outside/secret.csv", "SELECT $1, $2 FROM @s_in/later.csv"),
    ("later", "{o}", "SELECT $1, $2 FROM @s_in/later/secret.csv"),
    ("later", "{o}", "COPY INTO t FROM @s_in/later/"),
    ("later", "{o}", "COPY INTO @s_in/later/out FROM (SELECT 1)"),
    ("later", "{o}", "COPY INTO t FROM @s_in FILES = ('later/secret.csv')"),
    ("later", "{o}", "CREATE STAGE s_later URL = 'file://{i}/later'; LIST @s_later"),
    ("later.sql", "{o}/secret.sql", "EXECUTE IMMEDIATE FROM @s_in/later.sql"),
    ("later.csv", "/proc/self/environ", "SELECT $1 FROM @s_in/later.csv"),
    ("later.csv", "/etc/passwd", "SELECT $1 FROM @s_in/later.csv"),
    ("later", "/", "SELECT $1 FROM @s_in/later/etc/passwd"),
    ("later", "/proc/self/root", "SELECT $1 FROM @s_in/later/etc/passwd"),
    ("later", "..", "SELECT $1, $2 FROM @s_in/later/outside/secret.csv"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "target", "way"), LINKS)
def test_a_link_that_comes_later_leads_nowhere(
    server: Server, name: str, target: str, way: str
) -> None:
    link = server.inside / name
    link.symlink_to(target.format(o=server.outside))
    before = _state(server)
    try:
        for statement in way.format(o=server.outside, i=server.inside).split("; "):
            answers = server.answers(statement)
    finally:
        link.unlink()
    for door, answer in answers.items():
        assert CANARY not in answer.text, f"{door}: {answer.text}"
        assert "root:" not in answer.text, f"{door}: {answer.text}"
        assert answer.code not in (None, "none", "XX000", "000603"), f"{door}: {answer}"
    assert _state(server) == before


def test_a_stages_folder_that_becomes_a_link_leads_nowhere(server: Server) -> None:
    folder = server.inside / "swapped"
    folder.mkdir()
    (folder / "secret.csv").write_text("1,mine\n")
    assert server.postgres(f"CREATE STAGE s_swapped URL = 'file://{folder}'").code is None
    read = "SELECT $2 FROM @s_swapped/secret.csv"
    assert "mine" in server.postgres(read).text
    folder.rename(server.inside / "away")
    folder.symlink_to(server.outside)
    try:
        for door, answer in server.answers(read).items():
            assert CANARY not in answer.text, door
            assert answer.code is not None, door
    finally:
        folder.unlink()
