-- What the catalogs are made of. `-- name` begins the rows of a relation, `-- name (view)` those of
-- one that is not kept; `@name` is one of these relations, `:database`, `:schema` and `:user` are
-- those of the connection. Object OIDs are recorded; what belongs to a table has 2,048 numbers of
-- its own (see pg_part).

-- system_relations
SELECT CAST(p[1] AS UINTEGER) AS oid, p[2] AS relkind,
    CASE WHEN starts_with(p[3], 'information_schema.') THEN 13000 ELSE 11 END AS namespace,
    regexp_replace(p[3], '^information_schema\.', '') AS relname, p[4:] AS columns
FROM (SELECT string_split(unnest(string_split(trim(:relations, chr(10)), chr(10))), ' ') AS p)

-- schemas
SELECT CAST(oid AS UINTEGER) AS oid, name, pg_shown(name) AS nspname, comment,
    replace(database, '.', '..') || '.' || replace(name, '.', '..') AS stored
FROM __mockhaus.objects WHERE kind = 'SCHEMA' AND upper(database) = upper(:database)

-- stored_relations
-- `place` and `stored` are DuckDB's schema and name; `stamp` is another whenever the object changes.
SELECT CAST(o.oid AS UINTEGER) AS oid, s.oid AS namespace, s.nspname, s.stored AS place,
    o.name AS stored, o.name, pg_shown(o.name) AS relname,
    CASE o.kind WHEN 'TABLE' THEN 'r' WHEN 'VIEW' THEN 'v' ELSE 'S' END AS relkind,
    'p' AS relpersistence, nullif(o.comment, '') AS comment, coalesce(o.stamp, 0) AS stamp
FROM __mockhaus.objects AS o JOIN @schemas AS s ON upper(s.name) = upper(o.schema)
WHERE o.kind IN ('TABLE', 'VIEW', 'SEQUENCE') AND upper(o.database) = upper(:database)
UNION ALL
SELECT CAST(t.oid AS UINTEGER), s.oid, s.nspname, 'main', upper(s.stored || '.' || t.name), t.name,
    pg_shown(t.name), 'r', 't', NULL, 0
FROM temp.main."__mockhaus.temporaries" AS t JOIN @schemas AS s ON upper(s.name) = upper(t.schema)
WHERE t.kind = 'TABLE' AND upper(t.database) = upper(:database)
ORDER BY 1

-- new_columns
-- Of the relations that are read anew: `@changed` is made while that is done, of their records, and
-- `@described` is what DuckDB tells of their columns. There are many columns and few types, so the
-- types are looked into once each.
WITH described AS MATERIALIZED (
    SELECT d.*, r.type AS declared FROM @described AS d LEFT JOIN (
        SELECT oid, upper(unnest(json_extract_string(properties, '$.columns[*].name'))) AS name,
            nullif(unnest(json_extract_string(properties, '$.columns[*].type')), '') AS type
        FROM @changed) AS r ON r.oid = d.oid AND r.name = upper(d.name)),
types AS (
    SELECT type, declared, pg_type_oid(type, declared) AS oid, pg_typmod(type, declared) AS typmod
    FROM (SELECT DISTINCT type, declared FROM described))
SELECT d.oid AS attrelid, CAST(d.attnum AS SMALLINT) AS attnum, pg_shown(d.name) AS attname,
    t.oid AS atttypid, t.typmod AS atttypmod, NOT d.is_nullable AS attnotnull,
    CASE WHEN d."default" IS NOT NULL AND x.identity IS NULL THEN
        regexp_replace(replace(replace(d."default", 'CAST(''t'' AS BOOLEAN)', 'true'),
            'CAST(''f'' AS BOOLEAN)', 'false'), '^CAST\(NULL AS .*\)$', 'NULL') END AS adbin,
    x.identity, nullif(x.comment, '') AS comment
FROM described AS d
JOIN types AS t ON t.type = d.type AND t.declared IS NOT DISTINCT FROM d.declared
LEFT JOIN (
    SELECT oid, upper(e.name) AS name, e.comment, e.identity FROM (
        SELECT oid, unnest(from_json(json_extract(properties, '$.columns'),
            '[{"name":"VARCHAR","comment":"VARCHAR","identity":["BIGINT"]}]')) AS e
        FROM @changed WHERE contains(properties, '"identity": [')
            OR regexp_matches(properties, '"comment": "[^"]'))) AS x
    ON x.oid = d.oid AND x.name = upper(d.name)
ORDER BY d.oid, d.attnum

-- new_keys
WITH found AS MATERIALIZED (
    SELECT oid, CAST(first + generate_subscripts(c, 1) AS INTEGER) AS n, unnest(c) AS c FROM (
        SELECT oid, first, from_json(told,
            '[{"type":"VARCHAR","name":"VARCHAR","columns":["VARCHAR"],"table":["VARCHAR"],'
            || '"referenced":["VARCHAR"],"text":"VARCHAR"}]') AS c
        FROM (
            SELECT oid, 0 AS first, json_extract(properties, '$.constraints') AS told
            FROM @changed WHERE contains(properties, '"constraints": [{')
            UNION ALL
            SELECT oid, 300, json_extract(properties, '$.checks')
            FROM @changed WHERE contains(properties, '"checks": [{')
            UNION ALL
            SELECT oid, 400, json_extract(properties, '$.indexes')
            FROM @changed WHERE contains(properties, '"indexes": [{'))))
SELECT k.oid AS conrelid, k.n, k.c.type AS type, nullif(k.c.name, '') AS name, k.c.columns AS names,
    k.c."table"[1] AS other_database, k.c."table"[2] AS other_schema, k.c."table"[3] AS other,
    k.c.referenced AS referenced, u.attnums, u.attnames, k.c.text AS text
FROM found AS k LEFT JOIN (
    SELECT p.oid, p.n, list(c.attnum ORDER BY p.i) AS attnums, list(c.attname ORDER BY p.i) AS attnames
    FROM (SELECT oid, n, unnest(c.columns) AS name, generate_subscripts(c.columns, 1) AS i
          FROM found) AS p
    JOIN @own_columns AS c ON c.attrelid = p.oid AND upper(c.attname) = upper(p.name)
    GROUP BY p.oid, p.n) AS u ON u.oid = k.oid AND u.n = k.n
WHERE u.oid IS NOT NULL OR k.c.type = 'CHECK'
ORDER BY k.oid, k.n

-- new_known
SELECT c.oid, c.stamp, CAST(count(n.attnum) AS SMALLINT) AS natts,
    -- those that PostgreSQL would keep a TOAST table for, with values of any length
    coalesce(c.relkind = 'r' AND bool_or(n.atttypid IN (17, 25, 114, 1043) AND n.atttypmod = -1),
        FALSE) AS is_toasted
FROM @changed AS c LEFT JOIN @own_columns AS n ON n.attrelid = c.oid
GROUP BY c.oid, c.stamp, c.relkind

-- columns (view)
FROM @own_columns

-- serials
-- The sequence of an identity column, which PostgreSQL shows as an object of its own.
SELECT d.attrelid AS "table", d.attnum, upper(d.attname) AS folded, d.identity,
    pg_part(d.attrelid, 9 + row_number() OVER (PARTITION BY d.attrelid ORDER BY d.attname))
        AS oid,
    r.namespace, r.nspname, r.place, upper(r.relname || '_' || d.attname || '_SEQ') AS name,
    r.relname || '_' || d.attname || '_seq' AS relname
FROM @columns AS d JOIN @stored_relations AS r ON r.oid = d.attrelid
WHERE d.identity IS NOT NULL

-- relations (view)
SELECT oid, namespace, nspname, place, name, relname, relkind, relpersistence, comment,
    CAST(NULL AS BIGINT[]) AS identity FROM @stored_relations
UNION ALL
SELECT oid, namespace, nspname, place, name, relname, 'S', 'p', NULL, identity FROM @serials

-- keys
SELECT k.*, r.namespace, r.nspname, r.relname,
    coalesce(pg_shown(k.name), r.relname || CASE k.type WHEN 'PRIMARY KEY' THEN '_pkey'
        WHEN 'UNIQUE' THEN '_' || lower(array_to_string(k.names, '_')) || '_key'
        ELSE '_' || lower(array_to_string(k.names, '_')) || '_fkey' END) AS conname,
    coalesce(k.other_schema, r.nspname) AS in_schema,
    pg_part(k.conrelid, 600 + k.n) AS oid,
    CASE WHEN k.type IN ('FOREIGN KEY', 'CHECK') THEN 0 ELSE pg_part(k.conrelid, 100 + k.n) END
        AS conindid
FROM @own_keys AS k JOIN @stored_relations AS r ON r.oid = k.conrelid

-- foreign_keys
-- The key that each refers to: its columns, and the index that keeps it unique.
SELECT k.oid, f.oid AS confrelid, f.nspname AS fnspname, f.relname AS frelname,
    list(c.attnum ORDER BY k.i) AS fattnums, list(c.attname ORDER BY k.i) AS fattnames,
    any_value(p.conindid) AS findid
FROM (
    SELECT oid, other, in_schema, unnest(named) AS name, generate_subscripts(named, 1) AS i,
        list_sort(list_transform(named, lambda n: upper(n))) AS folded
    FROM (
        SELECT k.oid, k.other, k.in_schema,
            CASE WHEN len(k.referenced) > 0 THEN k.referenced ELSE p.names END AS named
        FROM @keys AS k LEFT JOIN @keys AS p ON p.type = 'PRIMARY KEY'
            AND upper(p.relname) = upper(k.other) AND upper(p.nspname) = upper(k.in_schema)
        WHERE k.type = 'FOREIGN KEY')) AS k
JOIN @stored_relations AS f ON upper(f.relname) = upper(k.other) AND f.relkind = 'r'
    AND upper(f.nspname) = upper(k.in_schema)
JOIN @columns AS c ON c.attrelid = f.oid AND upper(c.attname) = upper(k.name)
LEFT JOIN @keys AS p ON p.conrelid = f.oid AND p.conindid > 0 AND p.type <> 'INDEX'
    AND list_sort(list_transform(p.attnames, lambda n: upper(n))) = k.folded
GROUP BY k.oid, f.oid, f.nspname, f.relname

-- constraints
SELECT k.*, f.* EXCLUDE (oid),
    CASE WHEN k.type = 'CHECK' THEN 'CHECK (' || k.text || ')'
        WHEN k.type <> 'FOREIGN KEY' THEN k.type || ' (' || pg_listed(k.attnames) || ')'
        ELSE 'FOREIGN KEY (' || pg_listed(k.attnames) || ') REFERENCES '
            || CASE WHEN upper(f.fnspname) = upper(:schema) THEN ''
               ELSE pg_quoted(f.fnspname) || '.' END
            || pg_quoted(f.frelname) || '(' || pg_listed(f.fattnames) || ')' END AS definition
FROM @keys AS k LEFT JOIN @foreign_keys AS f ON f.oid = k.oid WHERE k.type <> 'INDEX'

-- indexdefs
SELECT conindid AS oid, conrelid, relname, nspname, namespace, conname, attnums,
    attnames AS columns, type,
    CASE WHEN type = 'INDEX' THEN 'CREATE INDEX ' ELSE 'CREATE UNIQUE INDEX ' END
    || pg_quoted(conname) || ' ON ' || pg_quoted(nspname) || '.'
    || pg_quoted(relname) || ' USING btree (' || pg_listed(attnames) || ')' AS indexdef
FROM @keys WHERE conindid > 0

-- toasted (view)
-- Tables with a TOAST table.
SELECT oid FROM @known WHERE is_toasted

-- views
SELECT r.oid, r.place, r.name, r.namespace, r.nspname, r.relname,
    -- as it was written, from behind AS
    regexp_extract(json_extract_string(o.properties, '$.text'),
        '(?is)\bVIEW\b.*?\bAS\s+((?:SELECT|WITH|VALUES|\()\b?.*)$', 1) AS definition
FROM @stored_relations AS r JOIN __mockhaus.objects AS o ON o.oid = r.oid WHERE r.relkind = 'v'

-- view_uses
-- What a view reads. DuckDB writes the names of relations in full, and those of columns as they
-- are: a column counts as read if its name occurs at all.
SELECT v.oid, r.oid AS used, words
FROM (
    SELECT v.oid, unnest(regexp_extract_all(d.sql, '("(?:[^"]|"")*"\.(?:"(?:[^"]|"")*"|\w+))'))
            AS name,
        list_distinct(list_transform(regexp_extract_all(d.sql, '"(?:[^"]|"")*"|\w+'),
            lambda w: upper(trim(w, '"')))) AS words
    FROM @views AS v JOIN duckdb_views() AS d
        ON d.schema_name = v.place AND d.view_name = v.name AND NOT d.internal) AS v
JOIN @relations AS r
    ON upper(pg_quoted_always(r.place) || '.' || pg_quoted_always(r.name)) =
        upper(CASE WHEN ends_with(v.name, '"') THEN v.name
            ELSE regexp_replace(v.name, '\.(\w+)$', '."\1"') END)
WHERE r.oid <> v.oid

-- regclass
SELECT oid, nspname, relname, reltype, visible,
    CASE WHEN visible THEN pg_quoted(relname)
         ELSE pg_quoted(nspname) || '.' || pg_quoted(relname) END AS shown
FROM (SELECT oid, nspname, relname,
          CASE WHEN relkind = 'S' THEN 0 ELSE pg_part(oid, 2047) END AS reltype,
          upper(nspname) = upper(:schema) AS visible FROM @relations
      UNION ALL SELECT pg_part(oid, 3), 'pg_toast', 'pg_toast_' || oid, 0, FALSE FROM @toasted
      UNION ALL SELECT oid, nspname, conname, 0, upper(nspname) = upper(:schema) FROM @indexdefs
      UNION ALL SELECT oid, CASE namespace WHEN 11 THEN 'pg_catalog' ELSE 'information_schema' END,
          relname, 0, namespace = 11 FROM @system_relations)

-- system_types
SELECT CAST(p[1] AS UINTEGER) AS oid, p[2] AS typname, CAST(p[3] AS SMALLINT) AS typlen,
    p[4] = 't' AS typbyval, p[6] AS typcategory, CAST(p[9] AS UINTEGER) AS typelem,
    p[17] AS typalign, p[18] AS typstorage, CAST(p[19] AS UINTEGER) AS typcollation, p
FROM (SELECT string_split(unnest(string_split(trim(:types, chr(10)), chr(10))), ' ') AS p)

-- type_names
SELECT oid, typname, 'pg_catalog.' || shown AS qualified,
    CASE WHEN element IS NULL THEN shown ELSE shown || '[]' END AS shown,
    CASE shown WHEN 'integer' THEN 'int' WHEN 'numeric' THEN 'decimal' WHEN 'character varying'
        THEN 'varchar' WHEN 'boolean' THEN 'bool' END AS other
FROM (SELECT t.oid, t.typname, e.typname AS element, CASE coalesce(e.typname, t.typname)
        WHEN 'bool' THEN 'boolean' WHEN 'int2' THEN 'smallint' WHEN 'int4' THEN 'integer'
        WHEN 'int8' THEN 'bigint' WHEN 'float4' THEN 'real' WHEN 'float8' THEN 'double precision'
        WHEN 'varchar' THEN 'character varying' WHEN 'bpchar' THEN 'character'
        WHEN 'char' THEN '"char"' WHEN 'timestamp' THEN 'timestamp without time zone'
        WHEN 'timestamptz' THEN 'timestamp with time zone' WHEN 'time' THEN 'time without time zone'
        WHEN 'timetz' THEN 'time with time zone' WHEN 'varbit' THEN 'bit varying'
        ELSE coalesce(e.typname, t.typname) END AS shown
      FROM @system_types AS t LEFT JOIN @system_types AS e
        ON t.typcategory = 'A' AND t.typlen = -1 AND e.oid = t.typelem)
UNION ALL
SELECT pg_part(oid, 2047), relname, nspname || '.' || relname, nspname || '.' || relname, NULL
FROM @relations WHERE relkind IN ('r', 'v')

-- routines
SELECT CAST(o.oid AS UINTEGER) AS oid, s.oid AS namespace, s.nspname, pg_shown(o.name) AS proname,
    p.names, p.types, p.defaults, p.arguments, p.identity, t.shown AS result, t.oid AS prorettype,
    r.type IS NULL AS is_set, json_extract_string(o.properties, '$.body') AS body,
    -- in PostgreSQL's form, but for functions of tables
    CASE WHEN r.type IS NULL THEN json_extract_string(o.properties, '$.text')
        ELSE 'CREATE OR REPLACE FUNCTION ' || pg_quoted(s.nspname) || '.'
            || pg_quoted(pg_shown(o.name)) || '(' || p.arguments || ')' || chr(10) || ' RETURNS '
            || t.shown || chr(10) || ' LANGUAGE sql' || chr(10) || 'AS $function$'
            || json_extract_string(o.properties, '$.body') || '$function$' || chr(10)
        END AS definition,
    json_extract_string(o.properties, '$.strict') = 'true' AS strict,
    json_extract_string(o.properties, '$.volatility') AS volatility,
    nullif(o.comment, '') AS comment
FROM __mockhaus.objects AS o
JOIN @schemas AS s ON upper(s.name) = upper(o.schema)
JOIN (
    SELECT oid, CASE WHEN json_type(properties, '$.columns') = 'ARRAY' THEN NULL
        ELSE json_extract_string(properties, '$.returns') END AS type
    FROM __mockhaus.objects WHERE kind = 'FUNCTION') AS r ON r.oid = o.oid
JOIN @type_names AS t ON t.oid = coalesce(pg_named_oid(r.type), 2249)
JOIN (
    SELECT a.oid, coalesce(list(a.name ORDER BY a.n) FILTER (a.n > 0), []) AS names,
        coalesce(list(y.oid ORDER BY a.n) FILTER (a.n > 0), []) AS types,
        count(a.has_default) AS defaults,
        coalesce(string_agg(pg_quoted(a.name) || ' ' || y.shown
            || coalesce(' DEFAULT ' || a.has_default, ''), ', ' ORDER BY a.n), '') AS arguments,
        coalesce(string_agg(pg_quoted(a.name) || ' ' || y.shown, ', ' ORDER BY a.n), '') AS identity
    FROM (
        SELECT o.oid, u.n, pg_shown(u.p.name) AS name, u.p.type AS type, u.p."default" AS has_default
        FROM __mockhaus.objects AS o
        LEFT JOIN (
            SELECT oid, generate_subscripts(p, 1) AS n, unnest(p) AS p FROM (
                SELECT oid, from_json(json_extract(properties, '$.parameters'),
                    '[{"name":"VARCHAR","type":"VARCHAR","default":"VARCHAR"}]') AS p
                FROM __mockhaus.objects WHERE kind = 'FUNCTION')) AS u ON u.oid = o.oid
        WHERE o.kind = 'FUNCTION') AS a
    LEFT JOIN @type_names AS y ON y.oid = pg_named_oid(a.type)
    GROUP BY a.oid) AS p ON p.oid = o.oid
WHERE o.kind = 'FUNCTION' AND upper(o.database) = upper(:database)

-- functions
-- All functions, and whether each is found without its schema's name.
SELECT p.oid, p.proname, n.nspname,
    p.pronamespace = 11 OR upper(n.nspname) = upper(:schema) AS visible, coalesce(t.types, '') AS types
FROM @pg_proc AS p JOIN @pg_namespace AS n ON n.oid = p.pronamespace
LEFT JOIN (
    SELECT a.oid, string_agg(t.shown, ',' ORDER BY a.n) AS types
    FROM (SELECT oid, unnest(proargtypes) AS type, generate_subscripts(proargtypes, 1) AS n
          FROM @pg_proc) AS a
    JOIN @type_names AS t ON t.oid = a.type GROUP BY a.oid) AS t ON t.oid = p.oid
