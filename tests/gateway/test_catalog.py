"""The system catalogs as PostgreSQL's clients ask for them, over a socket.

The tables below are the specification: a question in PostgreSQL's SQL, the types of its answer's
columns by OID, its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.gateway.wire import Running

BOOL, CHAR, NAME, INT8, INT2, INT4, REGPROC, TEXT, OID = 16, 18, 19, 20, 21, 23, 24, 25, 26
VARCHAR, NAMES, REGCLASS, INT2VECTOR, INT2S, JSON = 1043, 1003, 2205, 22, 1005, 114
TEXTS, OIDVECTOR, REGTYPE = 1009, 30, 2206

SCHEMA = """
CREATE SCHEMA shop;
CREATE TABLE shop.customer (
    id INT NOT NULL, name VARCHAR(40) NOT NULL, balance NUMERIC(10,2) DEFAULT 0,
    active BOOLEAN DEFAULT TRUE, CONSTRAINT customer_pkey PRIMARY KEY (id), UNIQUE (name));
CREATE TABLE shop.purchase (
    customer_id INT NOT NULL, line INT NOT NULL, "Note" TEXT, PRIMARY KEY (customer_id, line),
    CONSTRAINT purchase_fk FOREIGN KEY (customer_id) REFERENCES shop.customer (id));
CREATE VIEW shop.v_customer AS SELECT id, name FROM shop.customer;
CREATE SEQUENCE shop.numbers START WITH 5 INCREMENT BY 2;
CREATE TABLE shop.ticket (id INT IDENTITY(10, 5), "Text" VARCHAR);
CREATE TABLE shop.price (amount INT CONSTRAINT positive CHECK (amount > 0));
CREATE FUNCTION shop.add_one(a INT, b NUMBER(10,2)) RETURNS INT AS 'a + 1';
COMMENT ON TABLE shop.customer IS 'Who buys';
COMMENT ON COLUMN shop.customer.name IS 'In full'
"""


@pytest.fixture(scope="module")
def shop(server: Running) -> Iterator[psycopg.Connection]:
    options = "-c session=catalog -c search_path=shop"
    with psycopg.connect(
        f"{server.dsn} dbname=demo", options=options, autocommit=True
    ) as connection:
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        yield connection


QUESTIONS: list[tuple[str, list[int], list[tuple[Any, ...]]]] = [
    # --- look-ups that find something, and that do not
    (
        "SELECT to_regclass('shop.customer'), to_regclass('shop.nothing'), to_regtype('int[]'),"
        " to_regtype('nothing'), to_regnamespace('shop'), to_regproc('add_one')",
        [REGCLASS, REGCLASS, REGTYPE, REGTYPE, 4089, REGPROC],
        [("customer", None, "integer[]", None, "shop", "add_one")],
    ),
    (
        "SELECT 'shop.add_one(bigint, numeric)'::regprocedure, 'varchar(20)'::regtype,"
        " '\"char\"'::regtype, 'char'::regtype, 1043::regtype",
        [2202, REGTYPE, REGTYPE, REGTYPE, REGTYPE],
        [("add_one(bigint,numeric)", "character varying", '"char"', "character",
          "character varying")],
    ),
    (
        "SELECT format_type(1700, 655366), format_type(1043, 24), format_type(1231, 655366),"
        " format_type(1114, 3), format_type(1042, -1), format_type(23, NULL), format_type(0, 0),"
        " format_type(99999, -1), format_type(NULL, 1)",
        [TEXT] * 9,
        [("numeric(10,2)", "character varying(20)", "numeric(10,2)[]",
          "timestamp(3) without time zone", "bpchar", "integer", "-", "???", None)],
    ),
    (
        "SELECT coalesce(obj_description(c.oid, 'pg_class'), 'no comment') FROM pg_class c"
        " WHERE c.relname IN ('customer', 'purchase') ORDER BY c.relname",
        [TEXT],
        [("Who buys",), ("no comment",)],
    ),
    (
        "SELECT pg_get_viewdef('shop.v_customer'), pg_describe_object(1259,"
        " 'shop.customer'::regclass, 0), pg_get_functiondef('add_one'::regproc)",
        [TEXT, TEXT, TEXT],
        [("SELECT id, name FROM shop.customer", "table customer",
          "CREATE OR REPLACE FUNCTION shop.add_one(a bigint, b numeric)\n RETURNS bigint\n"
          " LANGUAGE sql\nAS $function$a + 1$function$\n")],
    ),
    (
        "SELECT pg_size_pretty(10239), pg_size_pretty(10240), pg_size_pretty(123456789),"
        " quote_ident('select'), quote_ident('Foo'), quote_nullable(NULL), quote_literal('it''s'),"
        " current_setting('no.such', true)",
        [TEXT] * 8,
        [("10239 bytes", "10 kB", "118 MB", '"select"', '"Foo"', "NULL", "'it''s'", None)],
    ),
    (
        "WITH RECURSIVE tree(oid, elem, depth) AS ("
        "  SELECT t.oid, t.elem, 0 FROM (SELECT oid, typelem AS elem FROM pg_type) t"
        "  WHERE t.oid = ANY('{1003,1009}'::oid[]) UNION ALL"
        "  SELECT t.oid, t.elem, p.depth + 1 FROM (SELECT oid, typelem AS elem FROM pg_type) t,"
        "  tree p WHERE t.oid = p.elem)"
        " SELECT oid::regtype::text, depth FROM tree ORDER BY 2, 1",
        [TEXT, INT4],
        [("name[]", 0), ("text[]", 0), ("name", 1), ("text", 1), ('"char"', 2)],
    ),
    (
        "SELECT conname, contype, conkey, pg_get_constraintdef(o.oid), c.relchecks, c.relhasindex"
        " FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid WHERE c.relname = 'price'",
        [NAME, CHAR, INT2S, TEXT, INT2, BOOL],
        [("positive", b"c", [1], "CHECK (amount > 0)", 1, False)],
    ),
    # --- the information schema's further views
    (
        "SELECT view_name, table_name, column_name FROM information_schema.view_column_usage"
        " WHERE view_schema = 'shop' ORDER BY 3",
        [NAME, NAME, NAME],
        [("v_customer", "customer", "id"), ("v_customer", "customer", "name")],
    ),
    (
        "SELECT parameter_name, data_type, ordinal_position FROM information_schema.parameters"
        " WHERE specific_schema = 'shop' ORDER BY 3",
        [NAME, VARCHAR, INT4],
        [("a", "bigint", 1), ("b", "numeric", 2)],
    ),
    (
        "SELECT check_clause FROM information_schema.table_constraints t"
        " JOIN information_schema.check_constraints c USING (constraint_name)"
        " WHERE table_name = 'customer' ORDER BY 1",
        [VARCHAR],
        [("id IS NOT NULL",), ("name IS NOT NULL",)],
    ),
    (
        "SELECT object_name, privilege_type FROM information_schema.role_usage_grants"
        " WHERE object_schema = 'shop' ORDER BY 1",
        [NAME, VARCHAR],
        [("numbers", "USAGE"), ("ticket_id_seq", "USAGE")],
    ),
    (
        "SELECT usename, state, datname FROM pg_stat_activity WHERE pid = pg_backend_pid()",
        [NAME, TEXT, NAME],
        [("alice", "active", "demo")],
    ),
    # --- relations
    (
        "SELECT c.relname, c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
        " ON n.oid = c.relnamespace WHERE n.nspname = 'shop' ORDER BY 2, 1",
        [NAME, CHAR],
        [
            ("numbers", b"S"),
            ("ticket_id_seq", b"S"),
            ("customer_name_key", b"i"),
            ("customer_pkey", b"i"),
            ("purchase_pkey", b"i"),
            ("customer", b"r"),
            ("price", b"r"),
            ("purchase", b"r"),
            ("ticket", b"r"),
            ("v_customer", b"v"),
        ],
    ),
    (
        "SELECT relname FROM pg_class WHERE relname OPERATOR(pg_catalog.~) '^(customer)$'"
        " COLLATE pg_catalog.default AND pg_catalog.pg_table_is_visible(oid)",
        [NAME],
        [("customer",)],
    ),
    # --- columns
    (
        "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,"
        " (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d"
        "  WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum)"
        " FROM pg_attribute a WHERE a.attrelid = 'shop.customer'::regclass AND a.attnum > 0"
        " ORDER BY a.attnum",
        [NAME, TEXT, BOOL, TEXT],
        [
            ("id", "bigint", True, None),
            ("name", "character varying(40)", True, None),
            ("balance", "numeric(10,2)", False, "0"),
            ("active", "boolean", False, "true"),
        ],
    ),
    (
        "SELECT column_name, data_type, character_maximum_length, numeric_scale, is_nullable"
        " FROM information_schema.columns WHERE table_name = 'customer' AND ordinal_position > 1",
        [NAME, VARCHAR, INT4, INT4, VARCHAR],
        [
            ("name", "character varying", 40, None, "NO"),
            ("balance", "numeric", None, 2, "YES"),
            ("active", "boolean", None, None, "YES"),
        ],
    ),
    # --- keys, as recorded
    (
        "SELECT conname, contype, conkey, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'purchase'::regclass ORDER BY 1",
        [NAME, CHAR, INT2S, TEXT],
        [
            ("purchase_fk", b"f", [1], "FOREIGN KEY (customer_id) REFERENCES customer(id)"),
            ("purchase_pkey", b"p", [1, 2], "PRIMARY KEY (customer_id, line)"),
        ],
    ),
    (
        "SELECT indexrelid::regclass, indkey, indisprimary FROM pg_index"
        " WHERE indrelid = 'purchase'::regclass",
        [REGCLASS, INT2VECTOR, BOOL],
        [("purchase_pkey", "1 2", True)],
    ),
    (
        "SELECT pg_get_indexdef('purchase_pkey'::regclass), pg_get_indexdef("
        "'purchase_pkey'::regclass, 2, true)",
        [TEXT, TEXT],
        [
            (
                "CREATE UNIQUE INDEX purchase_pkey ON shop.purchase USING btree"
                " (customer_id, line)",
                "line",
            )
        ],
    ),
    (
        "SELECT unnest(conkey), generate_subscripts(conkey, 1) FROM pg_constraint"
        " WHERE conname = 'purchase_pkey' ORDER BY 2",
        [INT2, INT4],
        [(1, 1), (2, 2)],
    ),
    # --- comments, views, sequences
    (
        "SELECT obj_description('customer'::regclass, 'pg_class'), col_description(c.oid, 2)"
        " FROM pg_class c WHERE c.relname = 'customer'",
        [TEXT, TEXT],
        [("Who buys", "In full")],
    ),
    (
        "SELECT pg_get_viewdef('v_customer'::regclass)",
        [TEXT],
        [("SELECT id, name FROM shop.customer",)],
    ),
    (
        "SELECT seqstart, seqincrement FROM pg_sequence WHERE seqrelid = 'numbers'::regclass",
        [INT8, INT8],
        [(5, 2)],
    ),
    # --- names and OIDs, both ways
    ("SELECT 'customer'::regclass, 'shop.customer'::regclass::text", [REGCLASS, TEXT],
     [("customer", "customer")]),
    ("SELECT to_regclass('nothing'), 'int4'::regtype::oid, 23::regtype::text", [REGCLASS, OID, TEXT],
     [(None, 23, "integer")]),
    ("SELECT typname, typreceive, typarray FROM pg_type WHERE oid = 23", [NAME, REGPROC, OID],
     [("int4", "int4recv", 1007)]),
    ("SELECT quote_ident('a b'), quote_ident('ab')", [TEXT, TEXT], [('"a b"', "ab")]),
    # --- arrays as rows
    ("SELECT x.a, x.b, x.n FROM pg_constraint c, unnest(c.conkey, c.confkey) WITH ORDINALITY"
     " AS x(a, b, n) WHERE conname = 'customer_pkey'", [INT2, INT2, INT8], [(1, None, 1)]),
    ("SELECT conname::text, array(SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY k(num, n)"
     " JOIN pg_attribute a ON a.attnum = k.num WHERE a.attrelid = c.conrelid ORDER BY k.n)"
     " FROM pg_constraint c WHERE conname = 'customer_pkey'", [TEXT, NAMES],
     [("customer_pkey", ["id"])]),
    # --- the connection
    ("SELECT current_database(), current_schema(), current_schemas(true)", [NAME, NAME, NAMES],
     [("demo", "shop", ["pg_catalog", "shop"])]),
    ("SELECT current_catalog, CURRENT_SCHEMA, session_user, current_role, count(*) FROM customer",
     [NAME, NAME, NAME, NAME, INT8], [("demo", "shop", "alice", "alice", 0)]),
    ("SELECT current_setting('server_version_num')::int / 10000 AS major", [INT4], [(15,)]),
    ("SELECT datname FROM pg_database WHERE datname = current_database()", [NAME], [("demo",)]),
    # --- arrays and lists
    ("SELECT count(*) FROM pg_class WHERE relname = ANY('{customer,purchase}')", [INT8], [(2,)]),
    ("SELECT count(*) FROM pg_class WHERE relkind = ANY(ARRAY['v']) AND relname LIKE 'v!_%' ESCAPE '!'",
     [INT8], [(1,)]),
    # --- labels keep their case, and behind AS any word is one
    ('SELECT oid = 11 AS "Is", oid AS select FROM pg_namespace WHERE oid = 11', [BOOL, OID],
     [(True, 11)]),
    # --- a backslash escapes in LIKE
    (r"SELECT relname FROM pg_class WHERE relname LIKE 'v\_cust%'", [NAME], [("v_customer",)]),
    (r"SELECT count(*) FROM pg_class WHERE relname LIKE 'c\_stomer'", [INT8], [(0,)]),
    # --- system columns
    ("SELECT attname, attnum FROM pg_attribute WHERE attrelid = 'ticket'::regclass AND attnum < 0"
     " ORDER BY 2 DESC LIMIT 2", [NAME, INT2], [("ctid", -1), ("xmin", -2)]),
    # --- identity columns have a sequence
    ("SELECT pg_get_serial_sequence('shop.ticket', 'id'), pg_get_serial_sequence('ticket', 'Text')",
     [TEXT, TEXT], [("shop.ticket_id_seq", None)]),
    ("SELECT attidentity, seqstart, seqincrement FROM pg_attribute a JOIN pg_depend d ON"
     " d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype = 'i'"
     " AND d.classid = 'pg_class'::regclass JOIN pg_sequence s ON s.seqrelid = d.objid"
     " WHERE attrelid = 'ticket'::regclass", [CHAR, INT8, INT8], [("d", 10, 5)]),
    # --- what a view reads, and who may do what
    ("SELECT DISTINCT refobjid::regclass::text, refobjsubid FROM pg_depend JOIN pg_rewrite r"
     " ON r.oid = objid WHERE classid = 'pg_rewrite'::regclass AND deptype = 'n'"
     " AND ev_class = 'v_customer'::regclass AND refobjid <> ev_class ORDER BY 2", [TEXT, INT4],
     [("customer", 1), ("customer", 2)]),
    ("SELECT (aclexplode(nspacl)).privilege_type FROM pg_namespace WHERE oid = 11 LIMIT 2", [TEXT],
     [("USAGE",), ("CREATE",)]),
    # --- functions
    ("SELECT proname, proargnames, proargtypes, prorettype::regtype,"
     " pg_get_function_arguments(oid), pg_get_function_result(oid) FROM pg_proc"
     " WHERE pronamespace = 'shop'::regnamespace", [NAME, TEXTS, OIDVECTOR, REGTYPE, TEXT, TEXT],
     [("add_one", ["a", "b"], "20 1700", "bigint", "a bigint, b numeric", "bigint")]),
    ("SELECT pg_typeof(1), pg_typeof(relname), pg_typeof(oid::bigint) FROM pg_class LIMIT 1",
     [REGTYPE] * 3, [("integer", "name", "bigint")]),
    # --- arrays of OIDs by name
    ("SELECT '{23,25}'::oid[]::regtype[]::text[], 'a'::varchar", [TEXTS, VARCHAR],
     [(["integer", "text"], "a")]),
    # --- what there is none of
    ("SELECT tgname, tgenabled FROM pg_trigger", [NAME, CHAR], []),
]  # fmt: skip


@pytest.mark.parametrize(("question", "types", "rows"), QUESTIONS)
def test_a_question_has_postgresqls_columns_and_our_rows(
    shop: psycopg.Connection, question: str, types: list[int], rows: list[tuple[Any, ...]]
) -> None:
    cursor = shop.execute(question.encode())
    assert cursor.description is not None
    assert [column.type_code for column in cursor.description] == types
    assert [tuple(_plain(v) for v in row) for row in cursor.fetchall()] == [
        tuple(_plain(v) for v in row) for row in rows
    ]


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


@pytest.mark.parametrize(
    ("question", "state"),
    [
        ("SELECT 'nothing'::regclass", "42P01"),
        ("SELECT pg_sleepless(1) FROM pg_class", "42883"),
        ("SELECT current_setting('no.such') FROM pg_namespace", "42704"),
        ("SELECT nothing FROM pg_class", "42703"),
        ('SELECT relname COLLATE "de_DE" FROM pg_class', "0A000"),
    ],
)
def test_what_is_not_known_is_refused(shop: psycopg.Connection, question: str, state: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        shop.execute(question.encode())
    assert caught.value.sqlstate == state


def test_parameters_of_both_protocol_formats(shop: psycopg.Connection) -> None:
    text = "SELECT oid, relname FROM pg_class WHERE relname = %s AND oid = CAST(%s AS regclass)"
    for binary in (False, True):
        row = shop.cursor(binary=binary).execute(text, ("customer", "shop.customer")).fetchone()
        assert row is not None
        assert row[1] == "customer"


def test_a_label_in_capitals_stays(shop: psycopg.Connection) -> None:
    description = shop.execute('SELECT oid AS "ID", oid AS Lower FROM pg_class LIMIT 0').description
    assert description is not None
    assert [column.name for column in description] == ["ID", "lower"]


def _oid(connection: psycopg.Connection, name: str) -> int:
    row = connection.execute("SELECT %s::regclass::oid", (name,)).fetchone()
    assert row is not None
    return int(row[0])


def test_an_oid_stays_for_the_life_of_an_object(server: Running) -> None:
    options = "-c session=oids"
    with psycopg.connect(server.dsn, options=options, autocommit=True) as one:
        one.execute("CREATE TABLE kept (a INT)")
        before = _oid(one, "kept")
        one.execute("COMMENT ON TABLE kept IS 'x'")
        one.execute("ALTER TABLE kept ADD COLUMN b INT")
        one.execute("ALTER TABLE kept RENAME TO renamed")
        assert _oid(one, "renamed") == before
        with psycopg.connect(server.dsn, options=options, autocommit=True) as two:
            assert _oid(two, "renamed") == before
        one.execute("DROP TABLE renamed")
        one.execute("CREATE TABLE renamed (a INT)")
        assert _oid(one, "renamed") != before


def test_the_catalog_follows_transactions(server: Running) -> None:
    options = "-c session=transactions"
    count = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"

    def tables(connection: psycopg.Connection) -> int:
        row = connection.execute(count).fetchone()
        assert row is not None
        return int(row[0])

    with (
        psycopg.connect(server.dsn, options=options) as one,
        psycopg.connect(server.dsn, options=options, autocommit=True) as two,
    ):
        assert tables(two) == 0
        one.execute("CREATE TABLE t (a INT)")
        assert (tables(one), tables(two)) == (1, 0)
        one.rollback()
        assert tables(one) == 0
        one.execute("CREATE TABLE t (a INT)")
        assert tables(two) == 0
        one.commit()
        assert tables(two) == 1


def test_set_config_sets(shop: psycopg.Connection) -> None:
    row = shop.execute("SELECT set_config('application_name', 'me', false)").fetchone()
    assert row == ("me",)
    assert shop.execute("SHOW application_name").fetchone() == ("me",)


def test_a_users_table_may_begin_with_pg(shop: psycopg.Connection) -> None:
    shop.execute("CREATE TABLE pg_sales (amount INT)")
    shop.execute("INSERT INTO pg_sales VALUES (3)")
    assert shop.execute("SELECT SUM(amount) FROM pg_sales").fetchone() == (3,)
    shop.execute("DROP TABLE pg_sales")


def test_a_relation_stays_in_its_schema_when_it_is_renamed(shop: psycopg.Connection) -> None:
    shop.execute("CREATE SCHEMA other")
    shop.execute("CREATE VIEW other.v AS SELECT now() AS moment")
    shop.execute("CREATE TABLE other.t (id SERIAL)")
    shop.execute('ALTER TABLE other.v RENAME TO "w"')
    shop.execute("ALTER TABLE other.t RENAME TO u")
    rows = shop.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'other' ORDER BY 1"
    ).fetchall()
    assert rows == [("u",), ("w",)]
    shop.execute("DROP SCHEMA other CASCADE")


@pytest.mark.parametrize(("binary", "expected"), [(True, (b"\0", b"d")), (False, (b"", b"d"))])
def test_no_character_is_a_zero_byte_in_binary(
    shop: psycopg.Connection, binary: bool, expected: tuple[bytes, bytes]
) -> None:
    cursor = shop.cursor(binary=binary).execute(
        "SELECT attgenerated, attidentity FROM pg_attribute"
        " WHERE attrelid = 'shop.ticket'::regclass AND attname = 'id'"
    )
    result = cursor.pgresult
    assert result is not None
    assert (result.get_value(0, 0), result.get_value(0, 1)) == expected


@pytest.mark.parametrize(
    "question",
    [
        "SELECT attname, typname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN"
        " pg_type t ON t.oid = atttypid JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE attnum > 0 AND nspname LIKE 'shop' AND relname LIKE 'customer'",
        "SELECT column_name FROM information_schema.columns JOIN pg_class ON relname = table_name"
        " WHERE table_schema = 'shop' AND table_name = 'customer'",
    ],
)
def test_columns_come_in_their_order(shop: psycopg.Connection, question: str) -> None:
    names = [row[0] for row in shop.execute(question.encode()).fetchall()]
    assert names == ["id", "name", "balance", "active"]


def test_one_row_of_all_columns(shop: psycopg.Connection) -> None:
    question = "SELECT COUNT(*), BOOL_AND(attnum > 0), STRING_AGG(attname, ',' ORDER BY attnum)"
    where = "FROM pg_attribute WHERE attnum > 0 AND attrelid = 'shop.customer'::regclass"
    assert shop.execute(f"{question} {where}".encode()).fetchall() == [
        (4, True, "id,name,balance,active")
    ]
