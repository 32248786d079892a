-- PostgreSQL's information_schema (manual, chapter 37). Columns that are not named are NULL.

-- information_schema.information_schema_catalog_name
SELECT pg_shown(:database) AS catalog_name

-- information_schema.schemata
SELECT pg_shown(:database) AS catalog_name, nspname AS schema_name, :user AS schema_owner
FROM @pg_namespace

-- information_schema.tables
SELECT pg_shown(:database) AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
    CASE WHEN c.relpersistence = 't' THEN 'LOCAL TEMPORARY' WHEN c.relkind = 'v' THEN 'VIEW'
        ELSE 'BASE TABLE' END AS table_type,
    CASE WHEN c.relkind = 'r' THEN 'YES' ELSE 'NO' END AS is_insertable_into, 'NO' AS is_typed
FROM @pg_class AS c JOIN @pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v')

-- information_schema.views
SELECT pg_shown(:database) AS table_catalog, nspname AS table_schema, relname AS table_name,
    definition AS view_definition, 'NONE' AS check_option, 'NO' AS is_updatable,
    'NO' AS is_insertable_into, 'NO' AS is_trigger_updatable, 'NO' AS is_trigger_deletable,
    'NO' AS is_trigger_insertable_into FROM @views

-- information_schema.columns (view)
SELECT pg_shown(:database) AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
    a.attname AS column_name, a.attnum AS ordinal_position, d.adbin AS column_default,
    CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable,
    CASE WHEN ends_with(t.shown, '[]') THEN 'ARRAY' ELSE t.shown END AS data_type,
    CASE WHEN a.atttypid = 1043 AND a.atttypmod > 4 THEN a.atttypmod - 4 END
        AS character_maximum_length,
    CASE WHEN a.atttypid = 1043 AND a.atttypmod > 4 THEN (a.atttypmod - 4) * 4
        WHEN a.atttypid IN (25, 1043) THEN 1073741824 END AS character_octet_length,
    CASE WHEN a.atttypid = 1700 AND a.atttypmod > 4 THEN (a.atttypmod - 4) >> 16
        ELSE CASE a.atttypid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24
        WHEN 701 THEN 53 END END AS numeric_precision,
    CASE WHEN a.atttypid IN (21, 23, 20, 700, 701) THEN 2 WHEN a.atttypid = 1700 THEN 10 END
        AS numeric_precision_radix,
    CASE WHEN a.atttypid IN (21, 23, 20) THEN 0
        WHEN a.atttypid = 1700 AND a.atttypmod > 4 THEN (a.atttypmod - 4) & 65535 END
        AS numeric_scale,
    CASE WHEN a.atttypid IN (1083, 1114, 1184) THEN 6 WHEN a.atttypid = 1082 THEN 0 END
        AS datetime_precision,
    pg_shown(:database) AS udt_catalog, 'pg_catalog' AS udt_schema, t.typname AS udt_name,
    CAST(a.attnum AS VARCHAR) AS dtd_identifier, 'NO' AS is_self_referencing,
    CASE WHEN a.attidentity = '' THEN 'NO' ELSE 'YES' END AS is_identity,
    CASE WHEN a.attidentity = '' THEN NULL ELSE 'BY DEFAULT' END AS identity_generation,
    'NO' AS identity_cycle, 'NEVER' AS is_generated,
    CASE WHEN c.relkind = 'r' THEN 'YES' ELSE 'NO' END AS is_updatable
FROM @pg_attribute AS a
JOIN @pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v')
JOIN @pg_namespace AS n ON n.oid = c.relnamespace
JOIN @type_names AS t ON t.oid = a.atttypid
LEFT JOIN @pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 ORDER BY a.attrelid, a.attnum

-- information_schema.table_constraints
SELECT pg_shown(:database) AS constraint_catalog, nspname AS constraint_schema,
    conname AS constraint_name, pg_shown(:database) AS table_catalog, nspname AS table_schema,
    relname AS table_name, type AS constraint_type, 'NO' AS is_deferrable,
    'NO' AS initially_deferred,
    CASE type WHEN 'CHECK' THEN 'YES' ELSE 'NO' END AS enforced FROM @constraints
UNION ALL
SELECT constraint_catalog, constraint_schema, constraint_name, constraint_catalog,
    constraint_schema, table_name, 'CHECK', 'NO', 'NO', 'YES' FROM @not_null

-- information_schema.key_column_usage
SELECT pg_shown(:database) AS constraint_catalog, nspname AS constraint_schema,
    conname AS constraint_name, pg_shown(:database) AS table_catalog, nspname AS table_schema,
    relname AS table_name, unnest(attnames) AS column_name,
    generate_subscripts(attnames, 1) AS ordinal_position,
    CASE WHEN type = 'FOREIGN KEY' THEN generate_subscripts(attnames, 1) END
        AS position_in_unique_constraint FROM @constraints WHERE type <> 'CHECK'

-- information_schema.constraint_column_usage
SELECT pg_shown(:database) AS table_catalog, coalesce(fnspname, nspname) AS table_schema,
    coalesce(frelname, relname) AS table_name, unnest(coalesce(fattnames, attnames)) AS column_name,
    pg_shown(:database) AS constraint_catalog, nspname AS constraint_schema,
    conname AS constraint_name FROM @constraints

-- information_schema.referential_constraints
SELECT pg_shown(:database) AS constraint_catalog, k.nspname AS constraint_schema,
    k.conname AS constraint_name, pg_shown(:database) AS unique_constraint_catalog,
    u.nspname AS unique_constraint_schema, u.conname AS unique_constraint_name,
    'NONE' AS match_option, 'NO ACTION' AS update_rule, 'NO ACTION' AS delete_rule
FROM @constraints AS k LEFT JOIN @indexdefs AS u ON u.oid = k.findid WHERE k.type = 'FOREIGN KEY'

-- information_schema.sequences
SELECT pg_shown(:database) AS sequence_catalog, r.nspname AS sequence_schema,
    r.relname AS sequence_name, 'bigint' AS data_type, 64 AS numeric_precision,
    2 AS numeric_precision_radix, 0 AS numeric_scale, CAST(s.seqstart AS VARCHAR) AS start_value,
    CAST(s.seqmin AS VARCHAR) AS minimum_value, CAST(s.seqmax AS VARCHAR) AS maximum_value,
    CAST(s.seqincrement AS VARCHAR) AS increment, 'NO' AS cycle_option
FROM @pg_sequence AS s JOIN @relations AS r ON r.oid = s.seqrelid

-- information_schema.routines
SELECT pg_shown(:database) AS specific_catalog, nspname AS specific_schema,
    proname || '_' || oid AS specific_name, pg_shown(:database) AS routine_catalog,
    nspname AS routine_schema, proname AS routine_name, 'FUNCTION' AS routine_type,
    result AS data_type, body AS routine_definition FROM @routines

-- information_schema.character_sets
SELECT 'UTF8' AS character_set_name, 'UCS' AS character_repertoire, 'UTF8' AS form_of_use,
    pg_shown(:database) AS default_collate_catalog

-- information_schema.table_privileges (view)
SELECT :user AS grantor, :user AS grantee, table_catalog, table_schema, table_name,
    unnest(['INSERT', 'SELECT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'])
        AS privilege_type,
    'YES' AS is_grantable, unnest(['NO', 'YES', 'NO', 'NO', 'NO', 'NO', 'NO']) AS with_hierarchy
FROM @information_schema.tables

-- information_schema.role_table_grants (view)
FROM @information_schema.table_privileges

-- information_schema.column_privileges (view)
SELECT :user AS grantor, :user AS grantee, table_catalog, table_schema, table_name, column_name,
    unnest(['INSERT', 'SELECT', 'UPDATE', 'REFERENCES']) AS privilege_type, 'YES' AS is_grantable
FROM @information_schema.columns

-- information_schema.routine_privileges
SELECT :user AS grantor, :user AS grantee, pg_shown(:database) AS specific_catalog,
    n.nspname AS specific_schema, p.proname || '_' || p.oid AS specific_name,
    pg_shown(:database) AS routine_catalog, n.nspname AS routine_schema, p.proname AS routine_name,
    'EXECUTE' AS privilege_type, 'YES' AS is_grantable
FROM @pg_proc AS p JOIN @pg_namespace AS n ON n.oid = p.pronamespace

-- information_schema.constraint_table_usage
SELECT pg_shown(:database) AS table_catalog, coalesce(fnspname, nspname) AS table_schema,
    coalesce(frelname, relname) AS table_name, pg_shown(:database) AS constraint_catalog,
    nspname AS constraint_schema, conname AS constraint_name FROM @constraints

-- information_schema.enabled_roles
SELECT :user AS role_name

-- information_schema.applicable_roles
SELECT :user AS grantee, :user AS role_name, 'NO' AS is_grantable WHERE FALSE

-- not_null
-- PostgreSQL tells NOT NULL as a check of this name.
SELECT pg_shown(:database) AS constraint_catalog, r.nspname AS constraint_schema,
    r.namespace || '_' || r.oid || '_' || c.attnum || '_not_null' AS constraint_name,
    r.relname AS table_name, c.attname || ' IS NOT NULL' AS check_clause
FROM @columns AS c JOIN @stored_relations AS r ON r.oid = c.attrelid
WHERE c.attnotnull AND r.relkind = 'r' ORDER BY r.oid, c.attnum

-- information_schema.check_constraints
SELECT constraint_catalog, constraint_schema, constraint_name, check_clause FROM @not_null
UNION ALL
SELECT pg_shown(:database), nspname, conname, text FROM @constraints WHERE type = 'CHECK'

-- information_schema.collations
SELECT pg_shown(:database) AS collation_catalog, 'pg_catalog' AS collation_schema,
    collname AS collation_name, 'NO PAD' AS pad_attribute FROM @pg_collation

-- information_schema.collation_character_set_applicability
SELECT collation_catalog, collation_schema, collation_name, 'UTF8' AS character_set_name
FROM @information_schema.collations

-- information_schema.column_udt_usage (view)
SELECT udt_catalog, udt_schema, udt_name, table_catalog, table_schema, table_name, column_name
FROM @information_schema.columns

-- information_schema.role_column_grants (view)
FROM @information_schema.column_privileges

-- information_schema.role_routine_grants
FROM @information_schema.routine_privileges

-- information_schema.usage_privileges
SELECT :user AS grantor, :user AS grantee, sequence_catalog AS object_catalog,
    sequence_schema AS object_schema, sequence_name AS object_name, 'SEQUENCE' AS object_type,
    'USAGE' AS privilege_type, 'YES' AS is_grantable FROM @information_schema.sequences
UNION ALL
SELECT :user, 'PUBLIC', collation_catalog, collation_schema, collation_name, 'COLLATION', 'USAGE',
    'NO' FROM @information_schema.collations

-- information_schema.role_usage_grants
FROM @information_schema.usage_privileges WHERE grantee = :user

-- information_schema.view_table_usage
SELECT pg_shown(:database) AS view_catalog, v.nspname AS view_schema, v.relname AS view_name,
    pg_shown(:database) AS table_catalog, t.nspname AS table_schema, t.relname AS table_name
FROM (SELECT DISTINCT oid, used FROM @view_uses) AS u
JOIN @relations AS v ON v.oid = u.oid JOIN @relations AS t ON t.oid = u.used
ORDER BY v.oid, t.oid

-- information_schema.view_column_usage
SELECT pg_shown(:database) AS view_catalog, v.nspname AS view_schema, v.relname AS view_name,
    pg_shown(:database) AS table_catalog, t.nspname AS table_schema, t.relname AS table_name,
    c.attname AS column_name
FROM @view_uses AS u JOIN @relations AS v ON v.oid = u.oid JOIN @relations AS t ON t.oid = u.used
JOIN @columns AS c ON c.attrelid = u.used AND list_contains(u.words, upper(c.attname))
ORDER BY v.oid, t.oid, c.attnum

-- information_schema.parameters
SELECT pg_shown(:database) AS specific_catalog, p.nspname AS specific_schema,
    p.proname || '_' || p.oid AS specific_name, p.n AS ordinal_position, 'IN' AS parameter_mode,
    'NO' AS is_result, 'NO' AS as_locator, p.name AS parameter_name, t.shown AS data_type,
    pg_shown(:database) AS udt_catalog, 'pg_catalog' AS udt_schema, t.typname AS udt_name,
    CAST(p.n AS VARCHAR) AS dtd_identifier
FROM (SELECT oid, nspname, proname, unnest(names) AS name, unnest(types) AS type,
          generate_subscripts(types, 1) AS n FROM @routines) AS p
JOIN @type_names AS t ON t.oid = p.type ORDER BY p.oid, p.n
