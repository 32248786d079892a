-- INFORMATION_SCHEMA: Snowflake's views over DuckDB's catalog and the recorded objects.
-- `db` is the database; NULL is all of them. Snowflake's manual: "Snowflake Information Schema".

-- What the macros below bind to while the library is built. These stay empty: a session's own
-- tables of the same names come first in its search path (see catalog/objects.py).
CREATE SCHEMA IF NOT EXISTS __mockhaus;
CREATE TABLE IF NOT EXISTS __mockhaus.objects (
    kind VARCHAR, database VARCHAR, schema VARCHAR, name VARCHAR, properties JSON, comment VARCHAR,
    owner VARCHAR, created TIMESTAMPTZ, altered TIMESTAMPTZ, oid BIGINT);
CREATE TABLE IF NOT EXISTS main."__mockhaus.temporaries" AS SELECT * FROM __mockhaus.objects;
CREATE TABLE IF NOT EXISTS __mockhaus.load_history (
    database VARCHAR, schema VARCHAR, name VARCHAR, file VARCHAR, shown VARCHAR, size BIGINT,
    stamp BIGINT, md5 VARCHAR, status VARCHAR, rows_parsed BIGINT, rows_loaded BIGINT,
    errors BIGINT, first_error VARCHAR, first_error_line BIGINT, first_error_character BIGINT,
    first_error_column VARCHAR, loaded TIMESTAMPTZ, stage VARCHAR, error_limit BIGINT,
    query_id VARCHAR, forgotten BOOLEAN);

-- The recorded objects of a database, with the temporary ones of the connection. `store`, `place`
-- and `key` are DuckDB's database and, in upper case, its schema and name.
CREATE OR REPLACE MACRO catalog_objects(db) AS TABLE
    SELECT o.*, place_of(o.database, o.schema) AS place, upper(o.name) AS key,
        current_database() AS store, false AS is_temporary
    FROM (SELECT kind, database, schema, name, properties, comment, owner, created, altered, oid
          FROM __mockhaus.objects) o
    WHERE db IS NULL OR upper(o.database) = upper(db)
    UNION ALL
    SELECT t.*, 'MAIN', place_of(t.database, t.schema) || '.' || upper(t.name), 'temp', true
    FROM "__mockhaus.temporaries" t
    WHERE db IS NULL OR upper(t.database) = upper(db);

CREATE OR REPLACE MACRO place_of(database, schema) AS
    upper(replace(database, '.', '..') || '.' || replace(schema, '.', '..'));

CREATE OR REPLACE MACRO existing_database(db) AS
    CASE WHEN db IS NULL THEN true
         WHEN EXISTS (SELECT 1 FROM __mockhaus.objects o
                      WHERE o.kind = 'DATABASE' AND upper(o.name) = upper(db)) THEN true
         ELSE error('MOCKHAUS:UndefinedDatabase:Database ''' || db
                    || ''' does not exist or not authorized.') END;

-- Snowflake's type of a DuckDB type, for columns whose type nobody declared (those of views).
CREATE OR REPLACE MACRO shown_type(t) AS
    CASE WHEN t LIKE 'DECIMAL(%' THEN 'NUMBER' || t[8:]
         WHEN t IN ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT',
                    'UINTEGER', 'UBIGINT', 'UHUGEINT', 'BIGNUM') THEN 'NUMBER(38,0)'
         WHEN t IN ('FLOAT', 'DOUBLE') THEN 'FLOAT'
         WHEN t IN ('BOOLEAN', 'DATE') THEN t
         WHEN t = 'BLOB' THEN 'BINARY(8388608)'
         WHEN t = 'TIMESTAMP WITH TIME ZONE' THEN 'TIMESTAMP_LTZ(9)'
         WHEN t = 'STRUCT(utc TIMESTAMP, spread INTERVAL)' THEN 'TIMESTAMP_TZ(9)'
         WHEN t LIKE 'TIMESTAMP%' THEN 'TIMESTAMP_NTZ(9)'
         WHEN t LIKE 'TIME%' THEN 'TIME(9)'
         WHEN t IN ('JSON', 'VARIANT') THEN 'VARIANT'
         WHEN t LIKE '%]' THEN 'ARRAY'
         WHEN t LIKE 'STRUCT%' OR t LIKE 'MAP%' THEN 'OBJECT'
         ELSE 'VARCHAR(16777216)' END;

-- A row a column of every table and view, in the order of the tables.
CREATE OR REPLACE MACRO catalog_columns(db) AS TABLE
    WITH relations AS (
        SELECT * FROM catalog_objects(db) WHERE kind IN ('TABLE', 'VIEW')),
    recorded AS (
        SELECT r.place, r.key, upper(c.name) AS column_key, c.type, c.comment, c.identity,
            c."default", c.ordered
        FROM relations r, unnest(from_json(r.properties -> 'columns',
            '[{"name": "VARCHAR", "type": "VARCHAR", "comment": "VARCHAR", "identity": ["BIGINT"],
               "default": "VARCHAR", "ordered": "BOOLEAN"}]')) u(c))
    SELECT r.database, r.schema, r.name AS table_name, r.kind, d.column_name,
        d.column_index AS ordinal, d.is_nullable AS nullable,
        coalesce(nullif(c.type, ''), shown_type(d.data_type)) AS type,
        c."default" AS column_default, c.identity, coalesce(c.ordered, false) AS ordered,
        nullif(c.comment, '') AS comment, r.is_temporary
    FROM duckdb_columns() d
    JOIN relations r ON upper(d.schema_name) = r.place AND upper(d.table_name) = r.key
        AND d.database_name = r.store
    LEFT JOIN recorded c ON c.place = r.place AND c.key = r.key AND c.column_key = upper(d.column_name)
    ORDER BY r.database, r.schema, r.name, r.is_temporary, d.column_index;

-- DATA_RETENTION_TIME_IN_DAYS: of a schema, else of its database, else of the account.
CREATE OR REPLACE MACRO retention(properties) AS
    CAST(properties ->> 'DATA_RETENTION_TIME_IN_DAYS' AS BIGINT);

CREATE OR REPLACE MACRO database_retentions() AS TABLE
    SELECT d.name AS database, coalesce(retention(d.properties),
        (SELECT retention(a.properties) FROM __mockhaus.objects a WHERE a.kind = 'ACCOUNT'), 1) AS days
    FROM __mockhaus.objects d WHERE d.kind = 'DATABASE';

CREATE OR REPLACE MACRO schema_retentions() AS TABLE
    SELECT s.database, s.name AS schema, coalesce(retention(s.properties), d.days) AS days
    FROM __mockhaus.objects s JOIN database_retentions() d ON d.database = s.database
    WHERE s.kind = 'SCHEMA';

-- What is told of a table in its properties, which are read once: `told` are their texts.
CREATE OR REPLACE MACRO is_told(text) AS coalesce(CAST(text AS BOOLEAN), false);
CREATE OR REPLACE MACRO catalog_relations(db) AS TABLE
    SELECT o.* EXCLUDE (told), told[1] AS transient, coalesce(told[2], '') AS cluster_by,
        coalesce(told[2], '') <> '' AND NOT is_told(told[3]) AS clusters_itself,
        is_told(told[4]) AS tracks_changes, is_told(told[5]) AS is_searched, told[6] AS text,
        coalesce(CAST(told[7] AS BIGINT), s.days) AS retention
    FROM (SELECT *, json_extract_string(properties, ['$.transient', '$.cluster_by',
              '$.recluster_suspended', '$.CHANGE_TRACKING', '$.search_optimization', '$.text',
              '$.DATA_RETENTION_TIME_IN_DAYS']) AS told
          FROM catalog_objects(db) WHERE kind IN ('TABLE', 'VIEW')) o
    LEFT JOIN schema_retentions() s ON s.database = o.database AND s.schema = o.schema
    ORDER BY o.database, o.schema, o.name, o.is_temporary;

-- A row a table and view with its rows. DuckDB's own figure counts deleted rows until they are
-- cleaned away; `row_counts` holds the true ones of tables that rows were deleted from.
CREATE OR REPLACE MACRO catalog_tables(db) AS TABLE
    SELECT o.*, coalesce(
        CAST(getvariable('row_counts') AS MAP(VARCHAR, BIGINT))[o.place || '.' || o.key],
        t.estimated_size) AS row_count
    FROM catalog_relations(db) o
    LEFT JOIN duckdb_tables() t ON upper(t.schema_name) = o.place AND upper(t.table_name) = o.key
        AND t.database_name = o.store
    ORDER BY o.database, o.schema, o.name, o.is_temporary;

CREATE OR REPLACE MACRO information_schema_name(db) AS TABLE
    SELECT db AS "CATALOG_NAME" WHERE existing_database(db);

CREATE OR REPLACE MACRO information_schema_databases(db) AS TABLE
    SELECT name AS "DATABASE_NAME", owner AS "DATABASE_OWNER",
        CASE WHEN coalesce(CAST(properties ->> 'TRANSIENT' AS BOOLEAN), false)
             THEN 'YES' ELSE 'NO' END AS "IS_TRANSIENT",
        comment AS "COMMENT", created AS "CREATED", altered AS "LAST_ALTERED",
        days AS "RETENTION_TIME", 'STANDARD' AS "TYPE", NULL::VARCHAR AS "REPLICABLE_WITH_FAILOVER_GROUPS",
        'ROLE' AS "OWNER_ROLE_TYPE"
    FROM __mockhaus.objects JOIN database_retentions() d ON d.database = name
    WHERE kind = 'DATABASE' AND existing_database(db) ORDER BY name;

CREATE OR REPLACE MACRO information_schema_schemata(db) AS TABLE
    WITH found AS (
        SELECT o.database, name, owner, properties, created, altered, comment, days
        FROM catalog_objects(db) o
        JOIN schema_retentions() r ON r.database = o.database AND r.schema = o.name
        WHERE kind = 'SCHEMA'
        UNION ALL
        SELECT name, 'INFORMATION_SCHEMA', '', JSON '{}', created, altered,
            'Views describing the contents of schemas in this database', 1
        FROM __mockhaus.objects WHERE kind = 'DATABASE' AND upper(name) = upper(db))
    SELECT database AS "CATALOG_NAME", name AS "SCHEMA_NAME", owner AS "SCHEMA_OWNER",
        CASE WHEN coalesce(CAST(properties ->> 'TRANSIENT' AS BOOLEAN), false)
             THEN 'YES' ELSE 'NO' END AS "IS_TRANSIENT",
        CASE WHEN coalesce(CAST(properties ->> 'MANAGED ACCESS' AS BOOLEAN), false)
             THEN 'YES' ELSE 'NO' END AS "IS_MANAGED_ACCESS",
        days AS "RETENTION_TIME", NULL::VARCHAR AS "DEFAULT_CHARACTER_SET_CATALOG",
        NULL::VARCHAR AS "DEFAULT_CHARACTER_SET_SCHEMA",
        NULL::VARCHAR AS "DEFAULT_CHARACTER_SET_NAME", NULL::VARCHAR AS "SQL_PATH",
        created AS "CREATED", altered AS "LAST_ALTERED", nullif(comment, '') AS "COMMENT",
        'ROLE' AS "OWNER_ROLE_TYPE"
    FROM found WHERE existing_database(db) ORDER BY name;

CREATE OR REPLACE MACRO information_schema_tables(db) AS TABLE
    SELECT database AS "TABLE_CATALOG", schema AS "TABLE_SCHEMA", name AS "TABLE_NAME",
        owner AS "TABLE_OWNER", CASE WHEN kind = 'VIEW' THEN 'VIEW' WHEN is_temporary THEN
            'TEMPORARY TABLE' ELSE 'BASE TABLE' END AS "TABLE_TYPE",
        CASE WHEN kind = 'VIEW' THEN NULL
             WHEN is_told(transient) THEN 'YES' ELSE 'NO' END AS "IS_TRANSIENT",
        nullif(cluster_by, '') AS "CLUSTERING_KEY", row_count AS "ROW_COUNT",
        NULL::BIGINT AS "BYTES", CASE kind WHEN 'TABLE' THEN retention END AS "RETENTION_TIME",
        NULL::VARCHAR AS "SELF_REFERENCING_COLUMN_NAME", NULL::VARCHAR AS "REFERENCE_GENERATION",
        NULL::VARCHAR AS "USER_DEFINED_TYPE_CATALOG", NULL::VARCHAR AS "USER_DEFINED_TYPE_SCHEMA",
        NULL::VARCHAR AS "USER_DEFINED_TYPE_NAME",
        CASE kind WHEN 'TABLE' THEN 'YES' ELSE 'NO' END AS "IS_INSERTABLE_INTO", 'YES' AS "IS_TYPED",
        NULL::VARCHAR AS "COMMIT_ACTION", created AS "CREATED", altered AS "LAST_ALTERED",
        altered AS "LAST_DDL", NULL::VARCHAR AS "LAST_DDL_BY",
        CASE WHEN clusters_itself THEN 'YES' ELSE 'NO' END AS "AUTO_CLUSTERING_ON",
        nullif(comment, '') AS "COMMENT",
        CASE WHEN is_temporary THEN 'YES' ELSE 'NO' END AS "IS_TEMPORARY", 'NO' AS "IS_ICEBERG",
        'NO' AS "IS_DYNAMIC", 'NO' AS "IS_IMMUTABLE", 'NO' AS "IS_HYBRID"
    FROM catalog_tables(db) WHERE existing_database(db);

CREATE OR REPLACE MACRO information_schema_columns(db) AS TABLE
    SELECT * EXCLUDE (is_temporary) FROM shown_columns(db);

CREATE OR REPLACE MACRO shown_columns(db) AS TABLE
    SELECT is_temporary, database AS "TABLE_CATALOG", schema AS "TABLE_SCHEMA", table_name AS "TABLE_NAME",
        column_name AS "COLUMN_NAME", ordinal AS "ORDINAL_POSITION",
        column_default AS "COLUMN_DEFAULT", CASE WHEN nullable THEN 'YES' ELSE 'NO' END AS "IS_NULLABLE",
        CASE family WHEN 'VARCHAR' THEN 'TEXT' ELSE family END AS "DATA_TYPE",
        CASE WHEN family IN ('VARCHAR', 'BINARY') THEN first END AS "CHARACTER_MAXIMUM_LENGTH",
        CASE family WHEN 'VARCHAR' THEN least(4 * first, 16777216) WHEN 'BINARY' THEN first
             END AS "CHARACTER_OCTET_LENGTH",
        CASE family WHEN 'NUMBER' THEN first END AS "NUMERIC_PRECISION",
        CASE family WHEN 'NUMBER' THEN 10 END AS "NUMERIC_PRECISION_RADIX",
        CASE family WHEN 'NUMBER' THEN second END AS "NUMERIC_SCALE",
        CASE WHEN family LIKE 'TIME%' THEN first END AS "DATETIME_PRECISION",
        NULL::VARCHAR AS "INTERVAL_TYPE", NULL::BIGINT AS "INTERVAL_PRECISION",
        NULL::VARCHAR AS "CHARACTER_SET_CATALOG", NULL::VARCHAR AS "CHARACTER_SET_SCHEMA",
        NULL::VARCHAR AS "CHARACTER_SET_NAME", NULL::VARCHAR AS "COLLATION_CATALOG",
        NULL::VARCHAR AS "COLLATION_SCHEMA", NULL::VARCHAR AS "COLLATION_NAME",
        NULL::VARCHAR AS "DOMAIN_CATALOG", NULL::VARCHAR AS "DOMAIN_SCHEMA",
        NULL::VARCHAR AS "DOMAIN_NAME", NULL::VARCHAR AS "UDT_CATALOG",
        NULL::VARCHAR AS "UDT_SCHEMA", NULL::VARCHAR AS "UDT_NAME",
        NULL::VARCHAR AS "SCOPE_CATALOG", NULL::VARCHAR AS "SCOPE_SCHEMA",
        NULL::VARCHAR AS "SCOPE_NAME", NULL::BIGINT AS "MAXIMUM_CARDINALITY",
        CAST(ordinal AS VARCHAR) AS "DTD_IDENTIFIER", 'NO' AS "IS_SELF_REFERENCING",
        CASE WHEN identity IS NULL THEN 'NO' ELSE 'YES' END AS "IS_IDENTITY",
        CASE WHEN identity IS NOT NULL THEN 'BY DEFAULT' END AS "IDENTITY_GENERATION",
        CAST(identity[1] AS VARCHAR) AS "IDENTITY_START",
        CAST(identity[2] AS VARCHAR) AS "IDENTITY_INCREMENT",
        NULL::VARCHAR AS "IDENTITY_MAXIMUM", NULL::VARCHAR AS "IDENTITY_MINIMUM",
        CASE WHEN identity IS NOT NULL THEN 'NO' END AS "IDENTITY_CYCLE",
        CASE WHEN identity IS NOT NULL THEN CASE WHEN ordered THEN 'YES' ELSE 'NO' END
             END AS "IDENTITY_ORDERED",
        NULL::VARCHAR AS "SCHEMA_EVOLUTION_RECORD", comment AS "COMMENT"
    FROM (SELECT *, split_part(type, '(', 1) AS family,
              TRY_CAST(regexp_extract(type, '\((\d+)', 1) AS BIGINT) AS first,
              TRY_CAST(regexp_extract(type, ',(\d+)\)', 1) AS BIGINT) AS second
          FROM catalog_columns(db)) c
    WHERE existing_database(db);

CREATE OR REPLACE MACRO information_schema_views(db) AS TABLE
    SELECT database AS "TABLE_CATALOG", schema AS "TABLE_SCHEMA", name AS "TABLE_NAME",
        owner AS "TABLE_OWNER", properties ->> 'text' AS "VIEW_DEFINITION",
        'NONE' AS "CHECK_OPTION", 'NO' AS "IS_UPDATABLE", 'NO' AS "INSERTABLE_INTO",
        CASE WHEN coalesce(CAST(properties ->> 'secure' AS BOOLEAN), false)
             THEN 'YES' ELSE 'NO' END AS "IS_SECURE",
        created AS "CREATED", altered AS "LAST_ALTERED", altered AS "LAST_DDL",
        NULL::VARCHAR AS "LAST_DDL_BY", nullif(comment, '') AS "COMMENT"
    FROM catalog_objects(db) WHERE kind = 'VIEW' AND existing_database(db)
    ORDER BY schema, name;

-- What a sequence answers next, of its `sql` in duckdb_sequences(): `last_value` there is another
-- number once a file was opened again.
CREATE OR REPLACE MACRO next_number(sql) AS
    CAST(regexp_extract(sql, ' START (-?\d+) (?:NO )?CYCLE;\s*$', 1) AS BIGINT);

CREATE OR REPLACE MACRO information_schema_sequences(db) AS TABLE
    SELECT database AS "SEQUENCE_CATALOG", schema AS "SEQUENCE_SCHEMA", name AS "SEQUENCE_NAME",
        owner AS "SEQUENCE_OWNER", 'NUMBER' AS "DATA_TYPE", 38 AS "NUMERIC_PRECISION",
        10 AS "NUMERIC_PRECISION_RADIX", 0 AS "NUMERIC_SCALE", properties ->> 'START' AS "START_VALUE",
        NULL::VARCHAR AS "MINIMUM_VALUE", NULL::VARCHAR AS "MAXIMUM_VALUE",
        CAST(coalesce(
            (SELECT next_number(s.sql) FROM duckdb_sequences() s
             WHERE upper(s.schema_name) = o.place AND upper(s.sequence_name) = o.key
               AND s.database_name = current_database()),
            CAST(properties ->> 'START' AS BIGINT)) AS VARCHAR) AS "NEXT_VALUE",
        properties ->> 'INCREMENT' AS "INCREMENT", 'NO' AS "CYCLE_OPTION",
        created AS "CREATED", altered AS "LAST_ALTERED",
        CASE WHEN coalesce(CAST(properties ->> 'ORDER' AS BOOLEAN), false)
             THEN 'YES' ELSE 'NO' END AS "ORDERED",
        nullif(comment, '') AS "COMMENT", 'ROLE' AS "OWNER_ROLE_TYPE"
    FROM catalog_objects(db) o WHERE kind = 'SEQUENCE' AND existing_database(db)
    ORDER BY schema, name;

CREATE OR REPLACE MACRO information_schema_stages(db) AS TABLE
    SELECT database AS "STAGE_CATALOG", schema AS "STAGE_SCHEMA", name AS "STAGE_NAME",
        properties ->> 'URL' AS "STAGE_URL", NULL::VARCHAR AS "STAGE_REGION",
        CASE WHEN (properties ->> 'URL') IS NULL THEN 'Internal Named' ELSE 'External Named'
             END AS "STAGE_TYPE",
        owner AS "STAGE_OWNER", nullif(comment, '') AS "COMMENT", created AS "CREATED",
        altered AS "LAST_ALTERED", properties ->> 'ENDPOINT' AS "ENDPOINT",
        'ROLE' AS "OWNER_ROLE_TYPE",
        CASE WHEN CAST(properties ->> '$.DIRECTORY.ENABLE' AS BOOLEAN) THEN 'YES' ELSE 'NO' END
            AS "DIRECTORY_ENABLED"
    FROM catalog_objects(db) WHERE kind = 'STAGE' AND existing_database(db)
    ORDER BY schema, name;

CREATE OR REPLACE MACRO information_schema_file_formats(db) AS TABLE
    SELECT database AS "FILE_FORMAT_CATALOG", schema AS "FILE_FORMAT_SCHEMA",
        name AS "FILE_FORMAT_NAME", owner AS "FILE_FORMAT_OWNER",
        coalesce(properties ->> 'TYPE', 'CSV') AS "FILE_FORMAT_TYPE",
        properties ->> 'RECORD_DELIMITER' AS "RECORD_DELIMITER",
        properties ->> 'FIELD_DELIMITER' AS "FIELD_DELIMITER",
        TRY_CAST(properties ->> 'SKIP_HEADER' AS BIGINT) AS "SKIP_HEADER",
        properties ->> 'DATE_FORMAT' AS "DATE_FORMAT", properties ->> 'TIME_FORMAT' AS "TIME_FORMAT",
        properties ->> 'TIMESTAMP_FORMAT' AS "TIMESTAMP_FORMAT",
        properties ->> 'BINARY_FORMAT' AS "BINARY_FORMAT", properties ->> 'ESCAPE' AS "ESCAPE",
        properties ->> 'ESCAPE_UNENCLOSED_FIELD' AS "ESCAPE_UNENCLOSED_FIELD",
        properties ->> 'TRIM_SPACE' AS "TRIM_SPACE",
        properties ->> 'FIELD_OPTIONALLY_ENCLOSED_BY' AS "FIELD_OPTIONALLY_ENCLOSED_BY",
        CAST(properties -> 'NULL_IF' AS VARCHAR) AS "NULL_IF",
        properties ->> 'COMPRESSION' AS "COMPRESSION",
        properties ->> 'ERROR_ON_COLUMN_COUNT_MISMATCH' AS "ERROR_ON_COLUMN_COUNT_MISMATCH",
        created AS "CREATED", altered AS "LAST_ALTERED", nullif(comment, '') AS "COMMENT",
        'ROLE' AS "OWNER_ROLE_TYPE"
    FROM catalog_objects(db) WHERE kind = 'FILE FORMAT' AND existing_database(db)
    ORDER BY schema, name;

-- A row a recorded constraint. One without a name of its own gets one that stays the same.
CREATE OR REPLACE MACRO catalog_constraints(db) AS TABLE
    SELECT o.database, o.schema, o.name AS table_name, c.type, c.columns, c."table" AS target,
        c.referenced, o.created, o.altered,
        coalesce(c.name, 'SYS_CONSTRAINT_' || md5(concat_ws('.', o.database, o.schema, o.name, c.type,
            CAST(c.columns AS VARCHAR)))) AS name,
        nullif(c.comment, '') AS comment, coalesce(c.rely, false) AS rely,
        coalesce(c."deferrable", false) AS may_defer, coalesce(c.deferred, true) AS deferred,
        coalesce(c.update_rule, 'NO ACTION') AS update_rule,
        coalesce(c.delete_rule, 'NO ACTION') AS delete_rule, coalesce(c."match", 'FULL') AS matched
    FROM catalog_objects(db) o, unnest(from_json(o.properties -> 'constraints',
        '[{"type": "VARCHAR", "name": "VARCHAR", "columns": ["VARCHAR"], "table": ["VARCHAR"],
           "referenced": ["VARCHAR"], "comment": "VARCHAR", "rely": "BOOLEAN",
           "deferrable": "BOOLEAN", "deferred": "BOOLEAN", "update_rule": "VARCHAR",
           "delete_rule": "VARCHAR", "match": "VARCHAR"}]')) u(c)
    WHERE o.kind = 'TABLE'
    ORDER BY o.database, o.schema, o.name, c.type;

CREATE OR REPLACE MACRO information_schema_table_constraints(db) AS TABLE
    SELECT database AS "CONSTRAINT_CATALOG", schema AS "CONSTRAINT_SCHEMA",
        name AS "CONSTRAINT_NAME", database AS "TABLE_CATALOG", schema AS "TABLE_SCHEMA",
        table_name AS "TABLE_NAME", type AS "CONSTRAINT_TYPE",
        CASE WHEN may_defer THEN 'YES' ELSE 'NO' END AS "IS_DEFERRABLE",
        CASE WHEN deferred THEN 'YES' ELSE 'NO' END AS "INITIALLY_DEFERRED", 'NO' AS "ENFORCED",
        comment AS "COMMENT", created AS "CREATED", altered AS "LAST_ALTERED",
        CASE WHEN rely THEN 'YES' ELSE 'NO' END AS "RELY"
    FROM catalog_constraints(db) WHERE existing_database(db);

-- A foreign key with the primary or unique key that it points to.
CREATE OR REPLACE MACRO catalog_references(db) AS TABLE
    SELECT f.database, f.schema, f.table_name, f.name, f.columns, f.created, f.altered,
        coalesce(f.target[1], f.database) AS pk_database, coalesce(f.target[2], f.schema) AS pk_schema,
        f.target[3] AS pk_table, coalesce(nullif(f.referenced, []), p.columns) AS pk_columns,
        coalesce(p.name, '') AS pk_name, coalesce(p.type, 'PRIMARY KEY') AS pk_type, f.comment,
        f.rely, f.may_defer, f.update_rule, f.delete_rule, f.matched
    FROM catalog_constraints(db) f
    LEFT JOIN catalog_constraints(NULL) p
        ON upper(p.database) = upper(coalesce(f.target[1], f.database))
        AND upper(p.schema) = upper(coalesce(f.target[2], f.schema))
        AND upper(p.table_name) = upper(f.target[3])
        AND p.type <> 'FOREIGN KEY'
        AND (p.columns = f.referenced OR (len(f.referenced) = 0 AND p.type = 'PRIMARY KEY'))
    WHERE f.type = 'FOREIGN KEY';

CREATE OR REPLACE MACRO information_schema_referential_constraints(db) AS TABLE
    SELECT database AS "CONSTRAINT_CATALOG", schema AS "CONSTRAINT_SCHEMA",
        name AS "CONSTRAINT_NAME", pk_database AS "UNIQUE_CONSTRAINT_CATALOG",
        pk_schema AS "UNIQUE_CONSTRAINT_SCHEMA", pk_name AS "UNIQUE_CONSTRAINT_NAME",
        matched AS "MATCH_OPTION", update_rule AS "UPDATE_RULE", delete_rule AS "DELETE_RULE",
        comment AS "COMMENT", created AS "CREATED", altered AS "LAST_ALTERED"
    FROM catalog_references(db) WHERE existing_database(db);

CREATE OR REPLACE MACRO information_schema_load_history(db) AS TABLE
    SELECT schema AS "SCHEMA_NAME", shown AS "FILE_NAME", name AS "TABLE_NAME",
        loaded AS "LAST_LOAD_TIME", status AS "STATUS", rows_loaded AS "ROW_COUNT",
        rows_parsed AS "ROW_PARSED", first_error AS "FIRST_ERROR_MESSAGE",
        first_error_line AS "FIRST_ERROR_LINE_NUMBER",
        first_error_character AS "FIRST_ERROR_CHARACTER_POSITION",
        first_error_column AS "FIRST_ERROR_COL_NAME", errors AS "ERROR_COUNT",
        error_limit AS "ERROR_LIMIT"
    FROM __mockhaus.load_history
    WHERE upper(database) = upper(db) AND existing_database(db)
        AND loaded > now() - INTERVAL 14 DAY
    ORDER BY loaded, shown;

CREATE OR REPLACE MACRO information_schema_applicable_roles(db) AS TABLE
    SELECT 'ACCOUNTADMIN' AS "GRANTEE", 'ACCOUNTADMIN' AS "ROLE_NAME", NULL::VARCHAR AS "ROLE_OWNER",
        'NO' AS "IS_GRANTABLE"
    WHERE existing_database(db);

CREATE OR REPLACE MACRO information_schema_enabled_roles(db) AS TABLE
    SELECT 'ACCOUNTADMIN' AS "ROLE_NAME", NULL::VARCHAR AS "ROLE_OWNER" WHERE existing_database(db);

-- Functions or procedures, with the parts of the type that they answer.
CREATE OR REPLACE MACRO catalog_routines(db, wanted) AS TABLE
    SELECT *,
        CASE WHEN family IN ('VARCHAR', 'BINARY') THEN first END AS "CHARACTER_MAXIMUM_LENGTH",
        CASE family WHEN 'VARCHAR' THEN least(4 * first, 16777216) WHEN 'BINARY' THEN first
             END AS "CHARACTER_OCTET_LENGTH",
        CASE family WHEN 'NUMBER' THEN first END AS "NUMERIC_PRECISION",
        CASE family WHEN 'NUMBER' THEN 10 END AS "NUMERIC_PRECISION_RADIX",
        CASE family WHEN 'NUMBER' THEN second END AS "NUMERIC_SCALE"
    FROM (SELECT *, properties ->> 'data_type' AS type,
              split_part(properties ->> 'data_type', '(', 1) AS family,
              TRY_CAST(regexp_extract(properties ->> 'data_type', '\((\d+)', 1) AS BIGINT) AS first,
              TRY_CAST(regexp_extract(properties ->> 'data_type', ',(\d+)\)', 1) AS BIGINT) AS second
          FROM catalog_objects(db)) o
    WHERE kind = wanted
    ORDER BY schema, name, oid;

CREATE OR REPLACE MACRO information_schema_functions(db) AS TABLE
    SELECT database AS "FUNCTION_CATALOG", schema AS "FUNCTION_SCHEMA", name AS "FUNCTION_NAME",
        owner AS "FUNCTION_OWNER", properties ->> 'signature' AS "ARGUMENT_SIGNATURE",
        type AS "DATA_TYPE",
        "CHARACTER_MAXIMUM_LENGTH", "CHARACTER_OCTET_LENGTH", "NUMERIC_PRECISION",
        "NUMERIC_PRECISION_RADIX", "NUMERIC_SCALE",
        'SQL' AS "FUNCTION_LANGUAGE", properties ->> 'body' AS "FUNCTION_DEFINITION",
        properties ->> 'volatility' AS "VOLATILITY",
        CASE WHEN CAST(properties ->> 'strict' AS BOOLEAN) THEN 'NO' ELSE 'YES' END AS "IS_NULL_CALL",
        CASE WHEN CAST(properties ->> 'secure' AS BOOLEAN) THEN 'YES' ELSE 'NO' END AS "IS_SECURE",
        created AS "CREATED", altered AS "LAST_ALTERED", altered AS "LAST_DDL",
        NULL::VARCHAR AS "LAST_DDL_BY", nullif(comment, '') AS "COMMENT", 'NO' AS "IS_EXTERNAL",
        NULL::VARCHAR AS "API_INTEGRATION", NULL::VARCHAR AS "CONTEXT_HEADERS",
        NULL::BIGINT AS "MAX_BATCH_ROWS", NULL::VARCHAR AS "REQUEST_TRANSLATOR",
        NULL::VARCHAR AS "RESPONSE_TRANSLATOR", NULL::VARCHAR AS "COMPRESSION",
        NULL::VARCHAR AS "IMPORTS", NULL::VARCHAR AS "HANDLER", NULL::VARCHAR AS "TARGET_PATH",
        NULL::VARCHAR AS "RUNTIME_VERSION", NULL::VARCHAR AS "PACKAGES",
        NULL::VARCHAR AS "INSTALLED_PACKAGES",
        CASE WHEN CAST(properties ->> 'memoizable' AS BOOLEAN) THEN 'YES' ELSE 'NO'
             END AS "IS_MEMOIZABLE",
        'NO' AS "IS_DATA_METRIC", NULL::VARCHAR AS "SECRETS",
        NULL::VARCHAR AS "EXTERNAL_ACCESS_INTEGRATIONS", 'ROLE' AS "OWNER_ROLE_TYPE"
    FROM catalog_routines(db, 'FUNCTION') WHERE existing_database(db);

CREATE OR REPLACE MACRO copy_history(db, in_schema, in_table) AS TABLE
    SELECT shown AS "FILE_NAME", NULL::VARCHAR AS "STAGE_LOCATION", loaded AS "LAST_LOAD_TIME",
        rows_loaded AS "ROW_COUNT", rows_parsed AS "ROW_PARSED", size AS "FILE_SIZE",
        first_error AS "FIRST_ERROR_MESSAGE", first_error_line AS "FIRST_ERROR_LINE_NUMBER",
        first_error_character AS "FIRST_ERROR_CHARACTER_POS",
        first_error_column AS "FIRST_ERROR_COLUMN_NAME", errors AS "ERROR_COUNT",
        NULL::BIGINT AS "ERROR_LIMIT", status AS "STATUS", database AS "TABLE_CATALOG_NAME",
        schema AS "TABLE_SCHEMA_NAME", name AS "TABLE_NAME", NULL::VARCHAR AS "PIPE_CATALOG_NAME",
        NULL::VARCHAR AS "PIPE_SCHEMA_NAME", NULL::VARCHAR AS "PIPE_NAME",
        NULL::TIMESTAMPTZ AS "PIPE_RECEIVED_TIME"
    FROM __mockhaus.load_history
    WHERE (db IS NULL OR upper(database) = upper(db))
        AND (in_schema IS NULL OR upper(schema) = upper(in_schema))
        AND (in_table IS NULL OR upper(name) = upper(in_table))
    ORDER BY loaded, shown;

-- SNOWFLAKE.ACCOUNT_USAGE: the same over all databases, with the numbers of objects.
CREATE OR REPLACE MACRO account_usage_copy_history() AS TABLE
    SELECT "FILE_NAME", "STAGE_LOCATION", "LAST_LOAD_TIME", "ROW_COUNT", "ROW_PARSED", "FILE_SIZE",
        "FIRST_ERROR_MESSAGE", "FIRST_ERROR_LINE_NUMBER", "FIRST_ERROR_CHARACTER_POS",
        "FIRST_ERROR_COLUMN_NAME", "ERROR_COUNT", "ERROR_LIMIT", "STATUS",
        (SELECT oid FROM __mockhaus.objects o WHERE o.kind = 'TABLE' AND o.name = "TABLE_NAME"
            AND o.schema = "TABLE_SCHEMA_NAME" AND o.database = "TABLE_CATALOG_NAME") AS "TABLE_ID",
        "TABLE_NAME", (SELECT oid FROM __mockhaus.objects o WHERE o.kind = 'SCHEMA'
            AND o.name = "TABLE_SCHEMA_NAME" AND o.database = "TABLE_CATALOG_NAME") AS "TABLE_SCHEMA_ID",
        "TABLE_SCHEMA_NAME", (SELECT oid FROM __mockhaus.objects o WHERE o.kind = 'DATABASE'
            AND o.name = "TABLE_CATALOG_NAME") AS "TABLE_CATALOG_ID",
        "TABLE_CATALOG_NAME", "PIPE_CATALOG_NAME", "PIPE_SCHEMA_NAME", "PIPE_NAME",
        "PIPE_RECEIVED_TIME"
    FROM copy_history(NULL, NULL, NULL);

-- The numbers of each table and view, its schema and its database.
CREATE OR REPLACE MACRO object_numbers() AS TABLE
    SELECT t.database, t.schema, t.name, t.oid AS table_id, s.oid AS schema_id, d.oid AS database_id
    FROM __mockhaus.objects t
    JOIN __mockhaus.objects s ON s.kind = 'SCHEMA' AND s.name = t.schema AND s.database = t.database
    JOIN __mockhaus.objects d ON d.kind = 'DATABASE' AND d.name = t.database
    WHERE t.kind IN ('TABLE', 'VIEW');

CREATE OR REPLACE MACRO account_usage_tables() AS TABLE
    SELECT n.table_id AS "TABLE_ID", "TABLE_NAME", n.schema_id AS "TABLE_SCHEMA_ID", "TABLE_SCHEMA",
        n.database_id AS "TABLE_CATALOG_ID", "TABLE_CATALOG", "TABLE_OWNER", "TABLE_TYPE",
        "IS_TRANSIENT", "CLUSTERING_KEY", "ROW_COUNT", "BYTES", "RETENTION_TIME",
        "SELF_REFERENCING_COLUMN_NAME", "REFERENCE_GENERATION", "USER_DEFINED_TYPE_CATALOG",
        "USER_DEFINED_TYPE_SCHEMA", "USER_DEFINED_TYPE_NAME", "IS_INSERTABLE_INTO", "IS_TYPED",
        "COMMIT_ACTION", "CREATED", "LAST_ALTERED", "LAST_DDL", "LAST_DDL_BY",
        NULL::TIMESTAMPTZ AS "DELETED", "AUTO_CLUSTERING_ON", "COMMENT", 'ROLE' AS "OWNER_ROLE_TYPE",
        NULL::BIGINT AS "INSTANCE_ID", "IS_ICEBERG", "IS_DYNAMIC", "IS_HYBRID"
    FROM information_schema_tables(NULL) t
    JOIN object_numbers() n ON n.name = "TABLE_NAME" AND n.schema = "TABLE_SCHEMA"
        AND n.database = "TABLE_CATALOG"
    WHERE "IS_TEMPORARY" = 'NO';

CREATE OR REPLACE MACRO account_usage_columns() AS TABLE
    SELECT n.table_id + "ORDINAL_POSITION" AS "COLUMN_ID", "COLUMN_NAME", n.table_id AS "TABLE_ID",
        "TABLE_NAME", n.schema_id AS "TABLE_SCHEMA_ID", "TABLE_SCHEMA",
        n.database_id AS "TABLE_CATALOG_ID", "TABLE_CATALOG",
        c.* EXCLUDE (is_temporary, "TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "COMMENT",
            "SCHEMA_EVOLUTION_RECORD"),
        "COMMENT", NULL::TIMESTAMPTZ AS "DELETED", "SCHEMA_EVOLUTION_RECORD"
    FROM shown_columns(NULL) c
    JOIN object_numbers() n ON n.name = "TABLE_NAME" AND n.schema = "TABLE_SCHEMA"
        AND n.database = "TABLE_CATALOG"
    WHERE NOT is_temporary;

CREATE OR REPLACE MACRO information_schema_procedures(db) AS TABLE
    SELECT database AS "PROCEDURE_CATALOG", schema AS "PROCEDURE_SCHEMA", name AS "PROCEDURE_NAME",
        owner AS "PROCEDURE_OWNER", properties ->> 'signature' AS "ARGUMENT_SIGNATURE",
        type AS "DATA_TYPE",
        "CHARACTER_MAXIMUM_LENGTH", "CHARACTER_OCTET_LENGTH", "NUMERIC_PRECISION",
        "NUMERIC_PRECISION_RADIX", "NUMERIC_SCALE",
        'SQL' AS "PROCEDURE_LANGUAGE", properties ->> 'body' AS "PROCEDURE_DEFINITION",
        created AS "CREATED", altered AS "LAST_ALTERED", nullif(comment, '') AS "COMMENT",
        NULL::VARCHAR AS "EXTERNAL_ACCESS_INTEGRATIONS", NULL::VARCHAR AS "SECRETS",
        NULL::VARCHAR AS "RUNTIME_VERSION", NULL::VARCHAR AS "PACKAGES",
        NULL::VARCHAR AS "INSTALLED_PACKAGES", 'ROLE' AS "OWNER_ROLE_TYPE"
    FROM catalog_routines(db, 'PROCEDURE') WHERE existing_database(db);

-- A row a privilege that was granted on an object in a database, or on the database.
CREATE OR REPLACE MACRO catalog_privileges(db) AS TABLE
    SELECT g.owner AS grantor, g.properties ->> 'to' AS grantee, g.properties ->> 'to_kind' AS granted_to,
        coalesce(nullif(o.database, ''), o.name) AS catalog, nullif(o.schema, '') AS schema, o.name,
        o.kind, g.properties ->> 'privilege' AS privilege,
        CASE WHEN CAST(g.properties ->> 'grant_option' AS BOOLEAN) THEN 'YES' ELSE 'NO' END AS grantable,
        g.created
    FROM __mockhaus.objects g
    JOIN __mockhaus.objects o ON o.kind = (g.properties ->> 'on')
        AND concat_ws('.', nullif(o.database, ''), nullif(o.schema, ''), o.name) = (g.properties ->> 'name')
    WHERE g.kind = 'GRANT' AND o.kind NOT IN ('ROLE', 'USER', 'WAREHOUSE')
        AND upper(coalesce(nullif(o.database, ''), o.name)) = upper(db)
    UNION ALL
    SELECT owner, owner, 'ROLE', coalesce(nullif(database, ''), name), nullif(schema, ''), name, kind,
        'OWNERSHIP', 'YES', created
    FROM __mockhaus.objects
    WHERE kind IN ('DATABASE', 'SCHEMA', 'TABLE', 'VIEW', 'SEQUENCE', 'STAGE', 'FILE FORMAT',
                   'FUNCTION', 'PROCEDURE', 'TAG')
        AND upper(coalesce(nullif(database, ''), name)) = upper(db)
    ORDER BY ALL;

CREATE OR REPLACE MACRO information_schema_object_privileges(db) AS TABLE
    SELECT grantor AS "GRANTOR", grantee AS "GRANTEE", granted_to AS "GRANTED_TO",
        catalog AS "OBJECT_CATALOG", schema AS "OBJECT_SCHEMA", name AS "OBJECT_NAME",
        kind AS "OBJECT_TYPE", privilege AS "PRIVILEGE_TYPE", grantable AS "IS_GRANTABLE",
        created AS "CREATED"
    FROM catalog_privileges(db) WHERE existing_database(db);

CREATE OR REPLACE MACRO information_schema_table_privileges(db) AS TABLE
    SELECT grantor AS "GRANTOR", grantee AS "GRANTEE", granted_to AS "GRANTED_TO",
        catalog AS "TABLE_CATALOG", schema AS "TABLE_SCHEMA", name AS "TABLE_NAME",
        privilege AS "PRIVILEGE_TYPE", grantable AS "IS_GRANTABLE", 'NO' AS "WITH_HIERARCHY",
        created AS "CREATED"
    FROM catalog_privileges(db) WHERE kind IN ('TABLE', 'VIEW') AND existing_database(db);

-- The roles that a session has: its role, all roles of its user if `others`, what those inherit.
CREATE OR REPLACE MACRO session_roles(member, role, others) AS (
    WITH RECURSIVE granted AS (
        SELECT upper(properties ->> 'name') AS name, properties ->> 'to_kind' AS holds,
            upper(properties ->> 'to') AS holder
        FROM __mockhaus.objects WHERE kind = 'GRANT' AND (properties ->> 'on') = 'ROLE'
        UNION ALL VALUES ('SYSADMIN', 'ROLE', 'ACCOUNTADMIN'),
            ('SECURITYADMIN', 'ROLE', 'ACCOUNTADMIN'), ('USERADMIN', 'ROLE', 'SECURITYADMIN')),
    found AS (
        SELECT upper(role) AS name
        UNION SELECT 'PUBLIC'
        UNION SELECT g.name FROM granted g
        WHERE others AND g.holds = 'USER' AND g.holder = upper(member)
        UNION SELECT g.name FROM granted g JOIN found f ON g.holds = 'ROLE' AND g.holder = f.name)
    SELECT list(name ORDER BY name) FROM found);

-- What CURRENT_SECONDARY_ROLES answers of the roles that a user has.
CREATE OR REPLACE MACRO secondary_roles(held, role, has_others) AS
    CASE WHEN has_others THEN '{"roles":"' || array_to_string(
        list_filter(held, lambda name: name <> upper(role)), ',') || '","value":"ALL"}'
         ELSE '{"roles":"","value":""}' END;

-- What a connection is, for what is kept for any of them to run: see `Context.standing`.
CREATE OR REPLACE MACRO context_value(path) AS
    json_extract_string(CAST(getvariable('context') AS JSON), path);
