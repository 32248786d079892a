-- What the catalogs are made of. `-- name` begins the rows of a relation; `@name` is one of these
-- relations, `:database`, `:schema` and `:user` are those of the connection. Object OIDs are
-- recorded and lie 2,048 apart: what belongs to a table has its OIDs right behind the table's.

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
SELECT CAST(o.oid AS UINTEGER) AS oid, s.oid AS namespace, s.nspname, s.stored AS schema, o.name,
    pg_shown(o.name) AS relname,
    CASE o.kind WHEN 'TABLE' THEN 'r' WHEN 'VIEW' THEN 'v' ELSE 'S' END AS relkind,
    'p' AS relpersistence, o.properties, nullif(o.comment, '') AS comment
FROM __mockhaus.objects AS o JOIN @schemas AS s ON upper(s.name) = upper(o.schema)
WHERE o.kind IN ('TABLE', 'VIEW', 'SEQUENCE') AND upper(o.database) = upper(:database)
UNION ALL
SELECT CAST(3000000000 + t.table_oid % 600000 * 2048 AS UINTEGER), s.oid, s.nspname, 'main', t.table_name,
    pg_shown(t.table_name[length(s.stored) + 2:]), 'r', 't', '{}', NULL
FROM duckdb_tables() AS t JOIN @schemas AS s ON starts_with(t.table_name, upper(s.stored) || '.')
WHERE t.database_name = 'temp' AND NOT starts_with(t.table_name, 'pg_catalog.')

-- recorded_columns
SELECT oid, upper(c.name) AS name, pg_shown(c.name) AS attname, nullif(c.type, '') AS type, nullif(c.comment, '') AS comment,
    c.identity
FROM (SELECT oid, unnest(from_json(json_extract(properties, '$.columns'),
    '[{"name":"VARCHAR","type":"VARCHAR","comment":"VARCHAR","identity":["BIGINT"]}]')) AS c
    FROM @stored_relations WHERE json_array_length(properties, '$.columns') > 0)

-- serials
-- The sequence of an identity column, which PostgreSQL shows as an object of its own.
SELECT d.oid AS "table", d.name AS folded, d.identity,
    CAST(d.oid + 9 + row_number() OVER (PARTITION BY d.oid ORDER BY d.name) AS UINTEGER) AS oid,
    r.namespace, r.nspname, r.schema,
    r.name || '_' || d.name || '_SEQ' AS name, r.relname || '_' || d.attname || '_seq' AS relname
FROM @recorded_columns AS d JOIN @stored_relations AS r ON r.oid = d.oid
WHERE d.identity IS NOT NULL

-- relations
FROM @stored_relations
UNION ALL
SELECT oid, namespace, nspname, schema, name, relname, 'S', 'p',
    json_object('START', identity[1], 'INCREMENT', identity[2]), NULL
FROM @serials

-- columns
SELECT r.oid AS attrelid, r.relkind, CAST(c.column_index AS SMALLINT) AS attnum,
    pg_shown(c.column_name) AS attname, pg_type_oid(c.data_type, d.type) AS atttypid,
    pg_typmod(c.data_type, d.type) AS atttypmod, NOT c.is_nullable AS attnotnull,
    CASE WHEN d.identity IS NULL THEN regexp_replace(replace(replace(c.column_default,
        'CAST(''t'' AS BOOLEAN)', 'true'), 'CAST(''f'' AS BOOLEAN)', 'false'),
        '^CAST\(NULL AS .*\)$', 'NULL') END AS adbin,
    d.identity IS NOT NULL AS is_identity, d.comment, upper(c.column_name) AS folded
FROM (SELECT schema_name, table_name, column_name, column_index, data_type, is_nullable,
        column_default FROM duckdb_columns()
      WHERE NOT internal AND (starts_with(upper(schema_name), upper(replace(:database, '.', '..'))
        || '.') OR database_name = 'temp')) AS c
JOIN @relations AS r ON r.schema = c.schema_name AND r.name = c.table_name
LEFT JOIN @recorded_columns AS d ON d.oid = r.oid AND d.name = upper(c.column_name)

-- keys
SELECT r.oid AS conrelid, r.namespace, r.nspname, r.relname, k.n, k.c.type AS type,
    coalesce(pg_shown(k.c.name), r.relname || CASE k.c.type WHEN 'PRIMARY KEY' THEN '_pkey'
        WHEN 'UNIQUE' THEN '_' || lower(array_to_string(k.c.columns, '_')) || '_key'
        ELSE '_' || lower(array_to_string(k.c.columns, '_')) || '_fkey' END) AS conname,
    k.c.columns AS columns, k.c.referenced AS referenced,
    coalesce(k.c."table"[2], (SELECT s.name FROM @schemas AS s WHERE s.oid = r.namespace))
        AS other_schema, k.c."table"[3] AS other,
    CAST(r.oid + 600 + k.n AS UINTEGER) AS oid,
    CASE WHEN k.c.type = 'FOREIGN KEY' THEN 0 ELSE CAST(r.oid + 100 + k.n AS UINTEGER) END
        AS conindid
FROM @relations AS r JOIN (
    SELECT oid, generate_subscripts(c, 1) AS n, unnest(c) AS c FROM (
        SELECT oid, from_json(json_extract(properties, '$.constraints'),
            '[{"type":"VARCHAR","name":"VARCHAR","columns":["VARCHAR"],"table":["VARCHAR"],'
            || '"referenced":["VARCHAR"]}]') AS c
        FROM @relations WHERE relkind = 'r' AND json_array_length(properties, '$.constraints') > 0)
    ) AS k ON k.oid = r.oid

-- key_columns
SELECT u.oid, list(c.attnum ORDER BY u.i) AS attnums, list(c.attname ORDER BY u.i) AS attnames
FROM (SELECT oid, conrelid, unnest(columns) AS name, generate_subscripts(columns, 1) AS i
      FROM @keys) AS u
JOIN @columns AS c ON c.attrelid = u.conrelid AND c.folded = upper(u.name) GROUP BY u.oid

-- constraints
SELECT k.*, c.attnums, c.attnames, f.oid AS confrelid, f.nspname AS fnspname,
    f.relname AS frelname, p.attnums AS fattnums, p.attnames AS fattnames, p.conindid AS findid,
    CASE k.type WHEN 'PRIMARY KEY' THEN 'PRIMARY KEY (' || c.list || ')'
        WHEN 'UNIQUE' THEN 'UNIQUE (' || c.list || ')'
        ELSE 'FOREIGN KEY (' || c.list || ') REFERENCES '
            || CASE WHEN upper(f.nspname) = upper(:schema) THEN '' ELSE pg_quoted(f.nspname) || '.'
               END || pg_quoted(f.relname) || '(' || p.list || ')' END AS definition
FROM @keys AS k
JOIN (SELECT *, array_to_string(list_transform(attnames, lambda a: pg_quoted(a)), ', ') AS list
      FROM @key_columns) AS c ON c.oid = k.oid
LEFT JOIN @relations AS f ON k.type = 'FOREIGN KEY' AND upper(f.name) = upper(k.other)
    AND f.relkind = 'r' AND upper(f.schema) = upper(:database || '.' || k.other_schema)
LEFT JOIN (
    SELECT q.oid AS referrer, any_value(t.conindid) AS conindid,
        list(c.attnum ORDER BY q.i) AS attnums, list(c.attname ORDER BY q.i) AS attnames,
        string_agg(pg_quoted(c.attname), ', ' ORDER BY q.i) AS list
    FROM (SELECT k.oid, f.oid AS frel, k.other, unnest(CASE WHEN len(k.referenced) > 0
              THEN k.referenced ELSE pk.columns END) AS name,
              generate_subscripts(CASE WHEN len(k.referenced) > 0 THEN k.referenced
              ELSE pk.columns END, 1) AS i
          FROM @keys AS k JOIN @relations AS f ON upper(f.name) = upper(k.other)
              AND f.relkind = 'r' AND upper(f.schema) = upper(:database || '.' || k.other_schema)
          LEFT JOIN @keys AS pk ON pk.conrelid = f.oid AND pk.type = 'PRIMARY KEY'
          WHERE k.type = 'FOREIGN KEY') AS q
    JOIN @columns AS c ON c.attrelid = q.frel AND c.folded = upper(q.name)
    LEFT JOIN @keys AS t ON t.conrelid = q.frel AND t.type = 'PRIMARY KEY'
    GROUP BY q.oid) AS p ON p.referrer = k.oid

-- indexdefs
SELECT conindid AS oid, conrelid, relname, nspname, namespace, conname, attnums,
    attnames AS columns, type,
    'CREATE UNIQUE INDEX ' || pg_quoted(conname) || ' ON ' || pg_quoted(nspname) || '.'
    || pg_quoted(relname) || ' USING btree ('
    || array_to_string(list_transform(attnames, lambda a: pg_quoted(a)), ', ') || ')' AS indexdef
FROM @constraints WHERE type <> 'FOREIGN KEY'

-- toasted
-- The tables that PostgreSQL would keep a TOAST table for: those with values of any length.
SELECT r.oid FROM @relations AS r WHERE r.relkind = 'r' AND r.oid IN (
    SELECT attrelid FROM @columns WHERE atttypid IN (17, 25, 114, 1043) AND atttypmod = -1)

-- views
SELECT oid, schema, name, namespace, nspname, relname,
    -- as it was written, from behind AS
    regexp_extract(json_extract_string(properties, '$.text'),
        '(?is)\bVIEW\b.*?\bAS\s+((?:SELECT|WITH|VALUES|\()\b?.*)$', 1) AS definition
FROM @relations WHERE relkind = 'v'

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
        ON d.schema_name = v.schema AND d.view_name = v.name AND NOT d.internal) AS v
JOIN @relations AS r
    ON upper(pg_quoted_always(r.schema) || '.' || pg_quoted_always(r.name)) =
        upper(CASE WHEN ends_with(v.name, '"') THEN v.name
            ELSE regexp_replace(v.name, '\.(\w+)$', '."\1"') END)
WHERE r.oid <> v.oid

-- regclass
SELECT oid, nspname, relname, reltype, visible,
    CASE WHEN visible THEN pg_quoted(relname)
         ELSE pg_quoted(nspname) || '.' || pg_quoted(relname) END AS shown
FROM (SELECT oid, nspname, relname, oid + 2047 AS reltype,
          upper(nspname) = upper(:schema) AS visible FROM @relations
      UNION ALL SELECT oid + 3, 'pg_toast', 'pg_toast_' || oid, 0, FALSE FROM @toasted
      UNION ALL SELECT oid, nspname, conname, 0, upper(nspname) = upper(:schema) FROM @indexdefs
      UNION ALL SELECT oid, CASE namespace WHEN 11 THEN 'pg_catalog' ELSE 'information_schema' END,
          relname, 0, namespace = 11 FROM @system_relations)

-- system_types
SELECT CAST(p[1] AS UINTEGER) AS oid, p[2] AS typname, p
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
        ON t.p[6] = 'A' AND t.p[3] = '-1' AND e.oid = CAST(t.p[9] AS UINTEGER))
UNION ALL
SELECT oid + 2047, relname, nspname || '.' || relname, nspname || '.' || relname, NULL
FROM @relations WHERE relkind IN ('r', 'v')

-- routines
SELECT CAST(o.oid AS UINTEGER) AS oid, s.oid AS namespace, s.nspname, pg_shown(o.name) AS proname,
    p.names, p.types, p.defaults, p.arguments, p.identity, t.shown AS result, t.oid AS prorettype,
    r.type IS NULL AS is_set, json_extract_string(o.properties, '$.body') AS body,
    json_extract_string(o.properties, '$.text') AS definition,
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
