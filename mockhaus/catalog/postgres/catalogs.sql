-- PostgreSQL's system catalogs (manual, chapters 53 and 54). Columns that are not named are NULL.

-- pg_namespace
SELECT oid, nspname, 10 AS nspowner, CAST(NULL AS VARCHAR[]) AS nspacl FROM @schemas
UNION ALL SELECT unnest([99, 11, 13000]), unnest(['pg_toast', 'pg_catalog', 'information_schema']),
    10, unnest([NULL, [:user || '=UC/' || :user, '=U/' || :user],
        [:user || '=UC/' || :user, '=U/' || :user]])

-- pg_database
SELECT oid, pg_shown(name) AS datname, 10 AS datdba, 6 AS encoding, 'c' AS datlocprovider,
    FALSE AS datistemplate, TRUE AS datallowconn, -1 AS datconnlimit, 716 AS datfrozenxid,
    1 AS datminmxid, 1663 AS dattablespace, 'C.UTF-8' AS datcollate, 'C.UTF-8' AS datctype
FROM (SELECT oid, name FROM __mockhaus.objects WHERE kind = 'DATABASE')
UNION ALL
SELECT unnest([1, 4]), unnest(['template1', 'template0']), 10, 6, 'c', TRUE, FALSE, -1, 716, 1,
    1663, 'C.UTF-8', 'C.UTF-8'

-- pg_authid
SELECT 10 AS oid, :user AS rolname, TRUE AS rolsuper, TRUE AS rolinherit, TRUE AS rolcreaterole,
    TRUE AS rolcreatedb, TRUE AS rolcanlogin, FALSE AS rolreplication, TRUE AS rolbypassrls,
    -1 AS rolconnlimit

-- pg_roles
SELECT *, '********' AS rolpassword FROM (SELECT * EXCLUDE (rolpassword) FROM @pg_authid)

-- pg_user
SELECT :user AS usename, 10 AS usesysid, TRUE AS usecreatedb, TRUE AS usesuper, FALSE AS userepl,
    TRUE AS usebypassrls, '********' AS passwd

-- pg_auth_members
SELECT 0 AS roleid, 0 AS member, 0 AS grantor, FALSE AS admin_option WHERE FALSE

-- pg_settings
SELECT p[1] AS name, p[2] AS setting, 'Mockhaus' AS category, p[3] AS short_desc,
    'user' AS context, 'string' AS vartype,
    CASE WHEN p[2] = boot_val THEN 'default' ELSE 'session' END AS source, boot_val,
    p[2] AS reset_val, FALSE AS pending_restart
FROM (
    SELECT p, CASE lower(p[1]) WHEN 'client_encoding' THEN 'SQL_ASCII'
        WHEN 'server_encoding' THEN 'SQL_ASCII' WHEN 'timezone' THEN 'GMT' WHEN 'lc_collate' THEN 'C'
        WHEN 'lc_ctype' THEN 'C' WHEN 'search_path' THEN '"$user", public'
        WHEN 'application_name' THEN '' WHEN 'is_superuser' THEN 'off'
        WHEN 'session_authorization' THEN '' WHEN 'statement_timeout' THEN '0' ELSE p[2] END
        AS boot_val
    FROM (SELECT string_split(unnest(string_split(:settings, chr(10))), chr(9)) AS p))

-- pg_stat_activity
-- Who is connected; what the others ask is not told.
SELECT d.oid AS datid, d.datname, CAST(p[1] AS INTEGER) AS pid, 10 AS usesysid,
    pg_shown(p[2]) AS usename, CASE WHEN p[1] = :pid THEN s.setting ELSE '' END AS application_name,
    -1 AS client_port, CAST(nullif(p[5], '') AS TIMESTAMPTZ) AS backend_start,
    CASE WHEN p[1] = :pid THEN now() END AS query_start,
    CASE WHEN p[1] = :pid THEN 'active' ELSE p[6] END AS state,
    CASE WHEN p[1] <> :pid THEN '<insufficient privilege>' END AS query,
    'client backend' AS backend_type
FROM (SELECT string_split(unnest(string_split(:activity, chr(10))), chr(9)) AS p)
LEFT JOIN @pg_database AS d ON d.datname = pg_shown(p[3])
LEFT JOIN @pg_settings AS s ON s.name = 'application_name'
WHERE len(p) > 1

-- pg_am
SELECT unnest([2, 403]) AS oid, unnest(['heap', 'btree']) AS amname, unnest([3, 330]) AS amhandler,
    unnest(['t', 'i']) AS amtype

-- pg_tablespace
SELECT unnest([1663, 1664]) AS oid, unnest(['pg_default', 'pg_global']) AS spcname, 10 AS spcowner

-- pg_language
SELECT 14 AS oid, 'sql' AS lanname, 10 AS lanowner, FALSE AS lanispl, TRUE AS lanpltrusted,
    0 AS lanplcallfoid, 0 AS laninline, 2248 AS lanvalidator
UNION ALL SELECT 12, 'internal', 10, FALSE, FALSE, 0, 0, 2246
UNION ALL SELECT 13563, 'plpgsql', 10, TRUE, TRUE, 13560, 13561, 13562

-- pg_extension
SELECT 13559 AS oid, 'plpgsql' AS extname, 10 AS extowner, 11 AS extnamespace,
    FALSE AS extrelocatable, '1.0' AS extversion

-- pg_available_extensions
SELECT 'plpgsql' AS name, '1.0' AS default_version, '1.0' AS installed_version,
    'PL/pgSQL procedural language' AS comment

-- pg_ts_config
SELECT 3748 AS oid, 'simple' AS cfgname, 11 AS cfgnamespace, 10 AS cfgowner, 3722 AS cfgparser

-- pg_ts_dict
SELECT 3765 AS oid, 'simple' AS dictname, 11 AS dictnamespace, 10 AS dictowner, 3727 AS dicttemplate

-- pg_ts_parser
SELECT 3722 AS oid, 'default' AS prsname, 11 AS prsnamespace

-- pg_conversion
SELECT 4452 AS oid, 'big5_to_utf8' AS conname, 11 AS connamespace, 10 AS conowner,
    36 AS conforencoding, 6 AS contoencoding, TRUE AS condefault

-- pg_cast
SELECT CAST(p[1] AS UINTEGER) AS oid, CAST(p[2] AS UINTEGER) AS castsource,
    CAST(p[3] AS UINTEGER) AS casttarget, CAST(p[4] AS UINTEGER) AS castfunc, p[5] AS castcontext,
    p[6] AS castmethod
FROM (SELECT string_split(unnest(string_split(trim(:casts, chr(10)), chr(10))), ' ') AS p)

-- pg_collation
SELECT unnest([100, 950, 951]) AS oid, unnest(['default', 'C', 'POSIX']) AS collname,
    11 AS collnamespace, 10 AS collowner, unnest(['d', 'c', 'c']) AS collprovider,
    TRUE AS collisdeterministic, -1 AS collencoding, unnest([NULL, 'C', 'POSIX']) AS collcollate,
    unnest([NULL, 'C', 'POSIX']) AS collctype

-- pg_opclass
SELECT unnest([3124, 3125, 3126, 3123, 3122, 3128, 3127, 10003, 10006, 10038, 10065]) AS oid,
    unnest(['int8_ops', 'numeric_ops', 'text_ops', 'float8_ops', 'date_ops', 'timestamp_ops',
        'timestamptz_ops', 'bool_ops', 'bytea_ops', 'time_ops', 'uuid_ops']) AS opcname,
    403 AS opcmethod, 11 AS opcnamespace, 10 AS opcowner,
    unnest([1976, 1988, 1994, 1970, 434, 434, 434, 424, 428, 1996, 2968]) AS opcfamily,
    unnest([20, 1700, 25, 701, 1082, 1114, 1184, 16, 17, 1083, 2950]) AS opcintype,
    TRUE AS opcdefault, 0 AS opckeytype
UNION ALL
SELECT unnest([10044, 10049]), unnest(['varchar_ops', 'text_pattern_ops']), 403, 11, 10,
    unnest([1994, 2095]), 25, FALSE, 0

-- pg_range
SELECT unnest([3904, 3906, 3908, 3910, 3912, 3926]) AS rngtypid,
    unnest([23, 1700, 1114, 1184, 1082, 20]) AS rngsubtype,
    unnest([4451, 4532, 4533, 4534, 4535, 4536]) AS rngmultitypid, 0 AS rngcollation,
    0 AS rngsubopc, 0 AS rngcanonical, 0 AS rngsubdiff

-- pg_type
SELECT oid, typname, 11 AS typnamespace, 10 AS typowner, typlen, typbyval,
    p[5] AS typtype, p[6] AS typcategory, p[7] = 't' AS typispreferred, TRUE AS typisdefined,
    p[8] AS typdelim, 0 AS typrelid, p[9] AS typelem, p[10] AS typarray, p[11] AS typinput,
    p[12] AS typoutput, p[13] AS typreceive, p[14] AS typsend, p[15] AS typmodin,
    p[16] AS typmodout, 0 AS typanalyze, p[17] AS typalign, p[18] AS typstorage,
    FALSE AS typnotnull, 0 AS typbasetype, -1 AS typtypmod, 0 AS typndims, p[19] AS typcollation,
    p[20] AS typsubscript FROM @system_types
UNION ALL
SELECT pg_part(oid, 2047), relname, namespace, 10, '-1', FALSE, 'c', 'C', FALSE, TRUE, ',', oid, '0', '0',
    '2290', '2291', '2402', '2403', '0', '0', 0, 'd', 'x', FALSE, 0, -1, 0, '0', '0'
FROM @relations WHERE relkind IN ('r', 'v')

-- pg_class
SELECT c.oid, c.relname, c.relnamespace, c.reltype, 0 AS reloftype, 10 AS relowner, c.relam,
    c.oid AS relfilenode, 0 AS reltablespace, 0 AS relpages, c.reltuples, 0 AS relallvisible,
    coalesce(pg_part(t.oid, 3), 0) AS reltoastrelid, c.relhasindex, FALSE AS relisshared,
    c.relpersistence, c.relkind, c.relnatts, coalesce(k.checks, 0) AS relchecks,
    c.relkind = 'v' AND c.relnamespace > 13000 AS relhasrules,
    -- psql asks for foreign keys where there are triggers, which keep them in PostgreSQL
    f.oid IS NOT NULL AS relhastriggers,
    FALSE AS relhassubclass, FALSE AS relrowsecurity, FALSE AS relforcerowsecurity,
    TRUE AS relispopulated, CASE WHEN c.relkind = 'r' THEN 'd' ELSE 'n' END AS relreplident,
    FALSE AS relispartition, 0 AS relrewrite, 0 AS relfrozenxid, 0 AS relminmxid
FROM (
    SELECT r.oid, r.relname, r.namespace AS relnamespace,
        CASE WHEN r.relkind = 'S' THEN 0 ELSE pg_part(r.oid, 2047) END AS reltype,
        CASE WHEN r.relkind = 'r' THEN 2 ELSE 0 END AS relam, -1 AS reltuples,
        r.oid IN (SELECT conrelid FROM @keys WHERE conindid > 0) AS relhasindex,
        r.relpersistence, r.relkind,
        coalesce(n.natts, CASE WHEN r.relkind = 'S' THEN 3 ELSE 0 END) AS relnatts
    FROM @relations AS r
    LEFT JOIN @known AS n ON n.oid = r.oid
    UNION ALL
    SELECT pg_part(oid, 3), 'pg_toast_' || oid, 99, 0, 2, 0, FALSE, 'p', 't', 3 FROM @toasted
    UNION ALL
    SELECT conindid, conname, namespace, 0, 403, 0, FALSE, 'p', 'i', len(attnums) FROM @keys
    WHERE conindid > 0
    UNION ALL
    SELECT oid, relname, namespace, 0, CASE WHEN relkind = 'r' THEN 2 ELSE 0 END, -1, FALSE, 'p',
        relkind, len(columns) FROM @system_relations) AS c
LEFT JOIN @toasted AS t ON t.oid = c.oid
LEFT JOIN (SELECT conrelid, count(*) AS checks FROM @own_keys WHERE type = 'CHECK' GROUP BY conrelid)
    AS k ON k.conrelid = c.oid
LEFT JOIN (
    SELECT DISTINCT unnest([k.conrelid, r.oid]) AS oid FROM @keys AS k
    LEFT JOIN @stored_relations AS r ON r.relkind = 'r' AND upper(r.relname) = upper(k.other)
        AND upper(r.nspname) = upper(k.in_schema)
    WHERE k.type = 'FOREIGN KEY') AS f ON f.oid = c.oid
ORDER BY c.oid

-- other_attributes
-- Columns of indexes, sequences and the system relations.
SELECT a.*, FALSE AS atthasdef, '' AS attidentity FROM (
    SELECT oid AS attrelid, unnest(['last_value', 'log_cnt', 'is_called']) AS attname,
        unnest([20, 20, 16]) AS atttypid, CAST(unnest([1, 2, 3]) AS SMALLINT) AS attnum,
        -1 AS atttypmod, TRUE AS attnotnull
    FROM @relations WHERE relkind = 'S'
    UNION ALL
    SELECT i.oid, c.attname, c.atttypid, CAST(i.n AS SMALLINT), c.atttypmod, FALSE
    FROM (SELECT oid, conrelid, unnest(attnums) AS attnum, generate_subscripts(attnums, 1) AS n
          FROM @indexdefs) AS i
    JOIN @columns AS c ON c.attrelid = i.conrelid AND c.attnum = i.attnum
    UNION ALL FROM @system_attributes) AS a
ORDER BY attrelid, attnum

-- system_attributes
SELECT r.oid AS attrelid, split_part(r.name, ':', 1) AS attname, s.oid AS atttypid,
    CAST(r.n AS SMALLINT) AS attnum, -1 AS atttypmod, FALSE AS attnotnull
FROM (SELECT oid, unnest(columns) AS name, generate_subscripts(columns, 1) AS n
      FROM @system_relations) AS r
JOIN @system_types AS s ON s.typname = split_part(r.name, ':', 2)

-- pg_attribute (view)
SELECT a.attrelid, a.attname, a.atttypid, CASE WHEN a.attnum > 0 THEN -1 ELSE 0 END AS attstattarget,
    t.typlen AS attlen, a.attnum, 0 AS attndims, -1 AS attcacheoff, a.atttypmod,
    t.typbyval AS attbyval, t.typalign AS attalign, t.typstorage AS attstorage,
    '' AS attcompression, a.attnotnull, a.atthasdef, FALSE AS atthasmissing, a.attidentity,
    '' AS attgenerated, FALSE AS attisdropped, TRUE AS attislocal, 0 AS attinhcount,
    t.typcollation AS attcollation
FROM (
    SELECT attrelid, attname, atttypid, attnum, atttypmod, attnotnull, adbin IS NOT NULL AS atthasdef,
        CASE WHEN identity IS NULL THEN '' ELSE 'd' END AS attidentity FROM @columns
    UNION ALL BY NAME FROM @other_attributes
    UNION ALL BY NAME
    SELECT r.oid AS attrelid, c.*, -1 AS atttypmod, TRUE AS attnotnull, FALSE AS atthasdef,
        '' AS attidentity
    FROM @relations AS r, (VALUES ('tableoid', 26, -6), ('cmax', 29, -5), ('xmax', 28, -4),
        ('cmin', 29, -3), ('xmin', 28, -2), ('ctid', 27, -1)) AS c(attname, atttypid, attnum)
    WHERE r.relkind IN ('r', 'S')) AS a
JOIN @system_types AS t ON t.oid = a.atttypid ORDER BY a.attrelid, a.attnum

-- pg_attrdef
SELECT pg_part(attrelid, CAST(1024 AS INTEGER) + attnum) AS oid, attrelid AS adrelid, attnum AS adnum, adbin
FROM @columns WHERE adbin IS NOT NULL

-- pg_constraint
SELECT k.oid, k.conname, k.namespace AS connamespace,
    CASE k.type WHEN 'PRIMARY KEY' THEN 'p' WHEN 'UNIQUE' THEN 'u' WHEN 'CHECK' THEN 'c' ELSE 'f' END
        AS contype,
    FALSE AS condeferrable, FALSE AS condeferred, TRUE AS convalidated, k.conrelid, 0 AS contypid,
    CASE WHEN k.type = 'FOREIGN KEY' THEN coalesce(k.findid, 0) ELSE k.conindid END AS conindid,
    0 AS conparentid, coalesce(k.confrelid, 0) AS confrelid,
    CASE WHEN k.type = 'FOREIGN KEY' THEN 'a' ELSE ' ' END AS confupdtype,
    CASE WHEN k.type = 'FOREIGN KEY' THEN 'a' ELSE ' ' END AS confdeltype,
    CASE WHEN k.type = 'FOREIGN KEY' THEN 's' ELSE ' ' END AS confmatchtype,
    TRUE AS conislocal, 0 AS coninhcount, k.type <> 'CHECK' AS connoinherit, k.attnums AS conkey,
    k.fattnums AS confkey, k.text AS conbin
FROM @constraints AS k WHERE k.type <> 'FOREIGN KEY' OR k.confrelid IS NOT NULL
ORDER BY k.conrelid, k.n

-- pg_index
SELECT i.oid AS indexrelid, i.conrelid AS indrelid, len(i.attnums) AS indnatts,
    len(i.attnums) AS indnkeyatts, i.type <> 'INDEX' AS indisunique, FALSE AS indnullsnotdistinct,
    i.type = 'PRIMARY KEY' AS indisprimary, FALSE AS indisexclusion, TRUE AS indimmediate,
    FALSE AS indisclustered, TRUE AS indisvalid, FALSE AS indcheckxmin, TRUE AS indisready,
    TRUE AS indislive, FALSE AS indisreplident, i.attnums AS indkey,
    c.collations AS indcollation, c.classes AS indclass,
    list_transform(i.attnums, lambda a: 0) AS indoption
FROM @indexdefs AS i
JOIN (SELECT u.oid, list(CASE WHEN c.atttypid IN (25, 1043) THEN 100 ELSE 0 END ORDER BY u.n)
          AS collations, list(coalesce(o.oid, 3126) ORDER BY u.n) AS classes
      FROM (SELECT oid, conrelid, unnest(attnums) AS attnum,
                generate_subscripts(attnums, 1) AS n FROM @indexdefs) AS u
      JOIN @columns AS c ON c.attrelid = u.conrelid AND c.attnum = u.attnum
      LEFT JOIN @pg_opclass AS o ON o.opcintype = c.atttypid AND o.opcdefault GROUP BY u.oid) AS c ON c.oid = i.oid

-- pg_description
SELECT oid AS objoid, 1259 AS classoid, 0 AS objsubid, comment AS description
FROM @relations WHERE comment IS NOT NULL
UNION ALL SELECT attrelid, 1259, attnum, comment FROM @columns WHERE comment IS NOT NULL
UNION ALL SELECT oid, 2615, 0, comment FROM @schemas WHERE comment <> ''
UNION ALL SELECT oid, 1255, 0, comment FROM @routines WHERE comment IS NOT NULL
UNION ALL SELECT unnest([13559, 13563, 11, 99]), unnest([3079, 2612, 2615, 2615]), 0,
    unnest(['PL/pgSQL procedural language', 'PL/pgSQL procedural language',
        'system catalog schema', 'reserved schema for TOAST tables'])

-- pg_shdescription
SELECT oid AS objoid, 1262 AS classoid, comment AS description
FROM __mockhaus.objects WHERE kind = 'DATABASE' AND comment <> ''

-- pg_sequence
SELECT r.oid AS seqrelid, 20 AS seqtypid,
    coalesce(r.identity[1], CAST(json_extract_string(o.properties, '$.START') AS BIGINT))
        AS seqstart,
    coalesce(r.identity[2], CAST(json_extract_string(o.properties, '$.INCREMENT') AS BIGINT))
        AS seqincrement,
    9223372036854775807 AS seqmax, 1 AS seqmin, 1 AS seqcache, FALSE AS seqcycle
FROM @relations AS r LEFT JOIN __mockhaus.objects AS o ON o.oid = r.oid AND o.kind = 'SEQUENCE'
WHERE r.relkind = 'S'

-- pg_proc
SELECT CAST(p[1] AS UINTEGER) AS oid, p[2] AS proname, 11 AS pronamespace, 10 AS proowner,
    12 AS prolang, 1 AS procost, 0 AS prorows, 0 AS provariadic, 0 AS prosupport, 'f' AS prokind,
    FALSE AS prosecdef, FALSE AS proleakproof, TRUE AS proisstrict, p[4] = 't' AS proretset,
    p[5] AS provolatile, 's' AS proparallel, CAST(p[3] AS SMALLINT) AS pronargs,
    0 AS pronargdefaults, CAST(p[6] AS UINTEGER) AS prorettype,
    CASE p[7] WHEN '' THEN [] ELSE string_split(p[7], ',') END AS proargtypes,
    CAST(NULL AS VARCHAR[]) AS proargnames, p[2] AS prosrc
FROM (SELECT string_split(unnest(string_split(trim(:functions, chr(10)), chr(10))), ' ') AS p)
UNION ALL
SELECT oid, proname, namespace, 10, 14, 100, CASE WHEN is_set THEN 1000 ELSE 0 END, 0, 0, 'f',
    FALSE, FALSE, strict, is_set, CASE volatility WHEN 'IMMUTABLE' THEN 'i' ELSE 'v' END, 'u',
    len(types), defaults, prorettype, types, nullif(names, []), body FROM @routines

-- pg_rewrite
SELECT pg_part(oid, 1) AS oid, '_RETURN' AS rulename, oid AS ev_class, '1' AS ev_type, 'O' AS ev_enabled,
    TRUE AS is_instead FROM @views

-- pg_depend
SELECT 1247 AS classid, pg_part(oid, 2047) AS objid, 0 AS objsubid, 1259 AS refclassid, oid AS refobjid,
    0 AS refobjsubid, 'i' AS deptype FROM @relations WHERE relkind IN ('r', 'v')
UNION ALL SELECT 1259, oid, 0, 2615, namespace, 0, 'n' FROM @relations
UNION ALL SELECT 1255, oid, 0, 2615, namespace, 0, 'n' FROM @routines
UNION ALL SELECT 1259, pg_part(oid, 3), 0, 1259, oid, 0, 'i' FROM @toasted
UNION ALL SELECT 2604, oid, 0, 1259, adrelid, adnum, 'a' FROM @pg_attrdef
UNION ALL SELECT 2606, oid, 0, 1259, conrelid, unnest(attnums), 'a' FROM @constraints
UNION ALL SELECT 2606, oid, 0, 1259, confrelid, unnest(fattnums), 'n' FROM @constraints
    WHERE confrelid IS NOT NULL
UNION ALL SELECT 2606, oid, 0, 1259, findid, 0, 'n' FROM @constraints WHERE findid IS NOT NULL
UNION ALL SELECT 1259, conindid, 0, 2606, oid, 0, 'i' FROM @constraints WHERE conindid > 0
UNION ALL SELECT 1259, oid, 0, 1259, "table", attnum, 'i' FROM @serials
UNION ALL SELECT 2618, pg_part(oid, 1), 0, 1259, oid, 0, unnest(['i', 'n']) FROM @views
UNION ALL SELECT 2618, pg_part(u.oid, 1), 0, 1259, u.used, c.attnum, 'n' FROM @view_uses AS u
    JOIN @columns AS c ON c.attrelid = u.used AND list_contains(u.words, upper(c.attname))

-- pg_tables
SELECT n.nspname AS schemaname, c.relname AS tablename, :user AS tableowner,
    c.relhasindex AS hasindexes, FALSE AS hasrules, FALSE AS hastriggers, FALSE AS rowsecurity
FROM @pg_class AS c JOIN @pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind = 'r'

-- pg_views
SELECT nspname AS schemaname, relname AS viewname, :user AS viewowner, definition FROM @views
UNION ALL
SELECT n.nspname, c.relname, :user, NULL FROM @pg_class AS c
JOIN @pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'v' AND c.relnamespace IN (11, 13000)

-- pg_indexes
SELECT nspname AS schemaname, relname AS tablename, conname AS indexname, indexdef FROM @indexdefs

-- pg_sequences
SELECT r.nspname AS schemaname, r.relname AS sequencename, :user AS sequenceowner, 20 AS data_type,
    s.seqstart AS start_value, s.seqmin AS min_value, s.seqmax AS max_value,
    s.seqincrement AS increment_by, FALSE AS cycle, 1 AS cache_size
FROM @pg_sequence AS s JOIN @relations AS r ON r.oid = s.seqrelid

-- pg_statio_all_tables
SELECT c.oid AS relid, n.nspname AS schemaname, c.relname
FROM @pg_class AS c JOIN @pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't')

-- pg_statio_user_tables
FROM @pg_statio_all_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')

-- pg_statio_sys_tables
FROM @pg_statio_all_tables WHERE schemaname IN ('pg_catalog', 'information_schema', 'pg_toast')

-- pg_stat_all_tables
-- The rows of a table, as DuckDB estimates them; what else PostgreSQL counts is not counted.
SELECT t.relid, t.schemaname, t.relname, d.estimated_size AS n_live_tup
FROM @pg_statio_all_tables AS t
LEFT JOIN @stored_relations AS r ON r.oid = t.relid
LEFT JOIN (SELECT schema_name, table_name, estimated_size FROM duckdb_tables()) AS d
    ON d.schema_name = r.place AND d.table_name = r.stored

-- pg_stat_user_tables
FROM @pg_stat_all_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')

-- pg_stat_sys_tables
FROM @pg_stat_all_tables WHERE schemaname IN ('pg_catalog', 'information_schema', 'pg_toast')

-- pg_statio_all_indexes
SELECT conrelid AS relid, conindid AS indexrelid, nspname AS schemaname, relname,
    conname AS indexrelname FROM @keys WHERE conindid > 0

-- pg_statio_user_indexes
FROM @pg_statio_all_indexes

-- pg_stat_all_indexes
FROM @pg_statio_all_indexes

-- pg_stat_user_indexes
FROM @pg_statio_all_indexes

-- pg_statio_all_sequences
SELECT oid AS relid, nspname AS schemaname, relname FROM @relations WHERE relkind = 'S'

-- pg_statio_user_sequences
FROM @pg_statio_all_sequences

-- pg_stat_database
SELECT d.oid AS datid, d.datname, CAST((SELECT count(*) FROM @pg_stat_activity AS a
    WHERE a.datname = d.datname) AS INTEGER) AS numbackends FROM @pg_database AS d

-- pg_shadow
SELECT usename, usesysid, usecreatedb, usesuper, userepl, usebypassrls FROM @pg_user

-- pg_group
SELECT rolname AS groname, oid AS grosysid, [] AS grolist FROM @pg_roles WHERE NOT rolcanlogin

-- pg_timezone_names
-- PostgreSQL's of this moment too: offsets are those of now.
SELECT name, abbrev, utc_offset, is_dst FROM pg_timezone_names()

-- pg_available_extension_versions
SELECT 'plpgsql' AS name, '1.0' AS version, TRUE AS installed, TRUE AS superuser, TRUE AS trusted,
    FALSE AS relocatable, 'pg_catalog' AS schema, 'PL/pgSQL procedural language' AS comment

-- pg_rules
SELECT NULL AS schemaname, NULL AS tablename, NULL AS rulename, NULL AS definition WHERE FALSE
