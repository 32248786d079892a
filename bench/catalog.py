"""Catalog queries over many tables, as the tools of PostgreSQL ask them.

Each is asked thrice: by a connection that has asked nothing yet, right after a CREATE TABLE, and
again when nothing has changed. The connections that time the first are new for each question.
"""

from __future__ import annotations

import time
from typing import Final

from bench.figures import Curve, Figure, Section, Spread, met, number
from bench.process import Server
from bench.wire import Client, query

TABLES: Final = 2_000
COLUMNS: Final = 20
_AIM: Final = 0.3
_ANEW: Final = (
    "What pg_catalog shows is made anew from DuckDB's catalog when that has changed: up to 25 "
    "tables, each planned and run. A new connection finds them there and plans its question alone."
)
_MS: Final = 1e3
_KINDS: Final = ("INT", "VARCHAR(40)", "NUMERIC(12,2)", "TIMESTAMP", "BOOLEAN", "DATE", "TEXT")

#: What is asked -> the question. Their shapes are those of the tools' own, their words ours.
QUESTIONS: Final[dict[str, str]] = {
    "list of tables (psql \\dt)": """
        select n.nspname, c.relname, case c.relkind when 'r' then 'table' else 'view' end,
            pg_catalog.pg_get_userbyid(c.relowner)
        from pg_catalog.pg_class c left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', '') and n.nspname <> 'pg_catalog'
            and pg_catalog.pg_table_is_visible(c.oid)
        order by 1, 2""",
    "a table's columns (psql \\d t)": """
        select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
            (select pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) from pg_catalog.pg_attrdef d
             where d.adrelid = a.attrelid and d.adnum = a.attnum and a.atthasdef),
            a.attnotnull, pg_catalog.col_description(a.attrelid, a.attnum)
        from pg_catalog.pg_attribute a
        where a.attrelid = 'bench.t7'::regclass and a.attnum > 0 and not a.attisdropped
        order by a.attnum""",
    "tables with remarks (pgjdbc getTables)": """
        select null as table_cat, n.nspname as table_schem, c.relname as table_name, d.description
        from pg_catalog.pg_namespace n join pg_catalog.pg_class c on c.relnamespace = n.oid
        left join pg_catalog.pg_description d on c.oid = d.objoid and d.objsubid = 0
            and d.classoid = 'pg_class'::regclass
        where c.relname like '%' and c.relkind = 'r' order by 2, 3""",
    "columns of one table (pgjdbc getColumns)": """
        select * from (
            select n.nspname, c.relname, a.attname, a.atttypid, a.attnotnull, a.atttypmod,
                t.typtype,
                row_number() over (partition by a.attrelid order by a.attnum) as attnum,
                pg_catalog.pg_get_expr(def.adbin, def.adrelid) as adsrc, dsc.description
            from pg_catalog.pg_namespace n join pg_catalog.pg_class c on c.relnamespace = n.oid
            join pg_catalog.pg_attribute a on a.attrelid = c.oid
            join pg_catalog.pg_type t on a.atttypid = t.oid
            left join pg_catalog.pg_attrdef def on a.attrelid = def.adrelid and a.attnum = def.adnum
            left join pg_catalog.pg_description dsc on c.oid = dsc.objoid
                and a.attnum = dsc.objsubid
            where c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped
                and n.nspname = 'bench' and c.relname like 't77') c
        order by 1, 2, attnum""",
    "primary keys (pgjdbc getPrimaryKeys)": """
        select n.nspname, ct.relname, a.attname, (i.keys).n as key_seq, ci.relname as pk_name
        from pg_catalog.pg_class ct join pg_catalog.pg_namespace n on ct.relnamespace = n.oid
        join (select i.indexrelid, i.indrelid, i.indisprimary,
                information_schema._pg_expandarray(i.indkey) as keys
              from pg_catalog.pg_index i) i on ct.oid = i.indrelid
        join pg_catalog.pg_class ci on ci.oid = i.indexrelid
        join pg_catalog.pg_attribute a on ct.oid = a.attrelid and a.attnum = (i.keys).x
        where n.nspname = 'bench' and ct.relname = 't9' and i.indisprimary""",
    "imported keys (pgjdbc getImportedKeys)": """
        select pkn.nspname, pkc.relname, pka.attname, fkc.relname, fka.attname, con.conname
        from pg_catalog.pg_namespace pkn, pg_catalog.pg_class pkc, pg_catalog.pg_attribute pka,
            pg_catalog.pg_class fkc, pg_catalog.pg_attribute fka, pg_catalog.pg_constraint con,
            pg_catalog.generate_series(1, 32) pos(n)
        where pkn.oid = pkc.relnamespace and pkc.oid = pka.attrelid
            and pka.attnum = con.confkey[pos.n] and con.confrelid = pkc.oid
            and fkc.oid = fka.attrelid and fka.attnum = con.conkey[pos.n]
            and con.conrelid = fkc.oid and con.contype = 'f'
            and fkc.relname = 't8'""",
    "reflection of a schema (SQLAlchemy)": """
        select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) as kind,
            case when a.atthasdef then (select pg_catalog.pg_get_expr(d.adbin, d.adrelid)
                from pg_catalog.pg_attrdef d
                where d.adrelid = a.attrelid and d.adnum = a.attnum) end as preset,
            case when a.attidentity <> '' then (select json_build_object('start', s.seqstart)
                from pg_catalog.pg_sequence s where s.seqrelid = pg_catalog.pg_get_serial_sequence(
                    a.attrelid::regclass::text, a.attname)::regclass::oid) end as identity,
            c.relname, d.description
        from pg_catalog.pg_class c
        left join pg_catalog.pg_attribute a on c.oid = a.attrelid and a.attnum > 0
        left join pg_catalog.pg_description d on d.objoid = a.attrelid and d.objsubid = a.attnum
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind = any (array['r', 'p']) and n.nspname = 'bench' and c.relname = 't5'
        order by c.relname, a.attnum""",
    "types (npgsql)": """
        select ns.nspname, t.oid, t.typname, t.typtype, t.typnotnull, e.typname as element
        from pg_catalog.pg_type t join pg_catalog.pg_namespace ns on ns.oid = t.typnamespace
        left join pg_catalog.pg_class cls on cls.oid = t.typrelid
        left join pg_catalog.pg_type e on e.oid = t.typelem
        left join pg_catalog.pg_range r on r.rngtypid = t.oid
        where t.typtype in ('b', 'r', 'm', 'e', 'd') or (t.typtype = 'c' and cls.relkind = 'c')
        order by 2""",
    "an array's type and those in it (asyncpg)": """
        with recursive tree(oid, elemtype, attrs, depth) as (
            select t.oid, t.typelem, t.attrs, 0 from (
                select b.oid, b.typelem, case when b.typtype = 'c' then
                    (select array_agg(ia.atttypid order by ia.attnum) from pg_attribute ia
                     join pg_class c on ia.attrelid = c.oid
                     where ia.attnum > 0 and c.reltype = b.oid) end as attrs
                from pg_catalog.pg_type b) t where t.oid = any('{1007,1015}'::oid[])
            union all
            select t.oid, t.typelem, t.attrs, p.depth + 1 from (
                select b.oid, b.typelem, case when b.typtype = 'c' then
                    (select array_agg(ia.atttypid order by ia.attnum) from pg_attribute ia
                     join pg_class c on ia.attrelid = c.oid
                     where ia.attnum > 0 and c.reltype = b.oid) end as attrs
                from pg_catalog.pg_type b) t, tree p
            where (p.elemtype is not null and t.oid = p.elemtype)
                or (p.attrs is not null and t.oid = any(p.attrs)))
        select distinct *, elemtype::regtype::text from tree order by depth desc""",
    "tables of a schema (DBeaver)": """
        select c.oid, c.*, d.description, pg_catalog.pg_get_expr(c.relpartbound, c.oid)
        from pg_catalog.pg_class c
        left join pg_catalog.pg_description d on d.objoid = c.oid and d.objsubid = 0
        where c.relnamespace = 'bench'::regnamespace and c.relkind not in ('i', 'I', 'c')""",
    "tables and columns to sync (Metabase)": """
        select c.column_name, c.data_type, c.table_name, c.is_nullable, c.column_default
        from information_schema.columns c
        where c.table_schema = 'bench' and c.table_name in ('t1', 't2', 't3')
        order by c.table_name, c.ordinal_position""",
    "tables (ODBC SQLTables)": """
        select relname, nspname, relkind from pg_catalog.pg_class c, pg_catalog.pg_namespace n
        where relkind in ('r', 'v', 'm', 'f', 'p')
            and nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pg_temp_1')
            and n.oid = relnamespace order by nspname, relname""",
    "relations of a schema (dbt)": """
        select 'db', tablename as name, schemaname as schema, 'table' as kind
        from pg_tables where schemaname ilike 'bench'
        union all
        select 'db', viewname, schemaname, 'view' from pg_views where schemaname ilike 'bench'""",
}


def measure(server: Server, *, quick: bool) -> Section:
    """The questions over a database of many tables."""
    tables = 200 if quick else TABLES
    section = Section(f"Catalog queries ({tables:,} tables of {COLUMNS} columns), by raw socket")
    with server.client() as client:
        fill(client, tables)
        begun = time.perf_counter()
        client.ask(query(QUESTIONS["list of tables (psql \\dt)"]))
        section.notes.append(
            f"The first question of all took {_told(time.perf_counter() - begun)}."
        )
        section.notes.append("beside: by a new connection; right after a CREATE TABLE.")
        for place, (what, question) in enumerate(QUESTIONS.items()):
            section.figures.append(_asked(server, client, what, question, place))
        section.curves += _fewer(client, tables)
    return section


def _fewer(client: Client, tables: int) -> list[Curve]:
    """How long each question takes as tables go, asked again."""
    found: dict[str, list[tuple[float, float]]] = {what: [] for what in QUESTIONS}
    left = tables
    for count in (tables, tables // 3, tables // 10):
        client.run("begin")
        for each in range(count, left):
            client.run(f"drop table bench.t{each}")
        client.run("commit")
        left = count
        for what, question in QUESTIONS.items():
            found[what].insert(0, (count, _time_again(client, query(question)).median * _MS))
    return [Curve(what, "tables", "ms", tuple(points)) for what, points in found.items()]


def fill(client: Client, tables: int) -> None:
    """Make the schema `bench` with its tables; every tenth refers to one of them."""
    client.rows("create schema bench")  # whose answer has the new search_path in it
    columns = ", ".join(f"c{n} {_KINDS[n % len(_KINDS)]}" for n in range(1, COLUMNS))
    client.run("begin")
    for each in range(tables):
        key = ", foreign key (c7) references bench.t7 (id)" if each % 10 == 8 else ""
        client.run(f"create table bench.t{each} (id int primary key, {columns}{key})")
    client.run("commit")


def _asked(server: Server, client: Client, what: str, question: str, place: int) -> Figure:
    encoded = query(question)
    with server.client() as fresh:
        first = _time(fresh, encoded)
    client.run(f"create table bench.extra{place} (id int primary key, name varchar(10))")
    after = _time(client, encoded)
    again = _time_again(client, encoded)
    short = max(first, after, again.median) / _AIM
    beside = f"{_told(first)}; {_told(after)}"
    return Figure(
        what, "", again.text("ms", _MS), beside, "<= 300 ms each", met(short <= 1), _ANEW, short,
        "catalog",
    )  # fmt: skip


def _time_again(client: Client, encoded: bytes) -> Spread:
    """Seconds, after one that is not counted."""
    return Spread.of([_time(client, encoded) for _ in range(6)][1:])


def _time(client: Client, encoded: bytes) -> float:
    begun = time.perf_counter()
    client.ask(encoded)
    return time.perf_counter() - begun


def _told(seconds: float) -> str:
    return f"{number(seconds * _MS)} ms"
