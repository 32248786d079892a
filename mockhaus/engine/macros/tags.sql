-- Tags of objects and columns (see catalog/tagging.py). Snowflake's manual: "Object tagging".

-- A row a tag that is set, on an object itself or on one of its columns. A view counts as a table.
CREATE OR REPLACE MACRO catalog_tags() AS TABLE
    SELECT CASE o.kind WHEN 'VIEW' THEN 'TABLE' ELSE o.kind END AS domain, o.database, o.schema,
        o.name, NULL::VARCHAR AS column_name, o.oid, t[1] AS tag_database, t[2] AS tag_schema,
        t[3] AS tag_name, t[4] AS tag_value
    FROM __mockhaus.objects o, unnest(from_json(o.properties -> 'tags', '[["VARCHAR"]]')) u(t)
    WHERE o.kind <> 'DROPPED TABLE'
    UNION ALL
    SELECT 'COLUMN', o.database, o.schema, o.name, c.name, o.oid, t[1], t[2], t[3], t[4]
    FROM __mockhaus.objects o,
        unnest(from_json(o.properties -> 'columns',
            '[{"name": "VARCHAR", "tags": [["VARCHAR"]]}]')) u(c),
        unnest(c.tags) v(t)
    WHERE o.kind IN ('TABLE', 'VIEW');

-- Whether an object that may be tagged is there. Of those of the account some are not recorded.
CREATE OR REPLACE MACRO existing_object(in_domain, db, in_schema, in_name, in_column) AS
    CASE WHEN in_domain IN ('ACCOUNT', 'WAREHOUSE', 'ROLE', 'USER') THEN true
         WHEN in_domain = 'COLUMN' AND NOT EXISTS (
             SELECT 1 FROM catalog_columns(db) c
             WHERE upper(c.schema) = upper(in_schema) AND upper(c.table_name) = upper(in_name)
               AND upper(c.column_name) = upper(in_column))
         THEN error('MOCKHAUS:UndefinedObject:Column ''' || in_name || '.' || in_column
                    || ''' does not exist or not authorized.')
         WHEN in_domain <> 'COLUMN' AND NOT EXISTS (
             SELECT 1 FROM __mockhaus.objects o
             WHERE upper(o.name) = upper(in_name)
               AND (upper(o.database) = upper(db) OR o.database = '')
               AND (upper(o.schema) = upper(in_schema) OR o.schema = '')
               AND CASE o.kind WHEN 'VIEW' THEN 'TABLE' ELSE o.kind END = in_domain)
         THEN error('MOCKHAUS:UndefinedObject:' || in_domain || ' ''' || in_name
                    || ''' does not exist or not authorized.')
         ELSE true END;

-- The tags of one object, or of one column, its own and those that it inherits: a column of its
-- table, that of its schema, that of its database, that of the account. The nearest value counts.
CREATE OR REPLACE MACRO tags_of(in_domain, db, in_schema, in_name, in_column) AS TABLE
    WITH near AS (
        SELECT *, CASE
            WHEN domain = 'COLUMN' THEN
                CASE WHEN in_domain = 'COLUMN' AND upper(name) = upper(in_name)
                          AND upper(column_name) = upper(in_column)
                          AND upper(schema) = upper(in_schema) AND upper(database) = upper(db)
                     THEN 1 END
            WHEN domain = CASE in_domain WHEN 'COLUMN' THEN 'TABLE' ELSE in_domain END
                 AND upper(name) = upper(in_name) AND upper(database) = upper(db)
                 AND upper(schema) = upper(in_schema) THEN 2
            WHEN domain = 'SCHEMA' AND upper(name) = upper(in_schema)
                 AND upper(database) = upper(db) THEN 3
            WHEN domain = 'DATABASE' AND upper(name) = upper(db) THEN 4
            WHEN domain = 'ACCOUNT' THEN 5 END AS distance
        FROM catalog_tags() WHERE existing_object(in_domain, db, in_schema, in_name, in_column))
    SELECT tag_database AS "TAG_DATABASE", tag_schema AS "TAG_SCHEMA", tag_name AS "TAG_NAME",
        tag_value AS "TAG_VALUE",
        CASE WHEN domain = in_domain THEN 'MANUAL' ELSE 'INHERITED' END AS "APPLY_METHOD",
        domain AS "LEVEL", nullif(db, '') AS "OBJECT_DATABASE", nullif(in_schema, '') AS "OBJECT_SCHEMA",
        in_name AS "OBJECT_NAME", in_domain AS "DOMAIN", nullif(in_column, '') AS "COLUMN_NAME"
    FROM near WHERE distance IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY upper(tag_database), upper(tag_schema), upper(tag_name)
                               ORDER BY distance) = 1
    ORDER BY tag_database, tag_schema, tag_name;

CREATE OR REPLACE MACRO tags_of_columns(db, in_schema, in_name) AS TABLE
    SELECT t.*
    FROM (SELECT column_name, ordinal FROM catalog_columns(db)
          WHERE upper(schema) = upper(in_schema) AND upper(table_name) = upper(in_name)) c,
        LATERAL (SELECT * FROM tags_of('COLUMN', db, in_schema, in_name, c.column_name)) t
    ORDER BY c.ordinal, "TAG_DATABASE", "TAG_SCHEMA", "TAG_NAME";

-- SYSTEM$GET_TAG: the value of one tag.
CREATE OR REPLACE MACRO system_get_tag(tag_db, in_tag_schema, tag, in_domain, db, in_schema, in_name, in_column) AS
    CASE WHEN NOT EXISTS (SELECT 1 FROM __mockhaus.objects o
                          WHERE o.kind = 'TAG' AND upper(o.name) = upper(tag)
                            AND upper(o.schema) = upper(in_tag_schema)
                            AND upper(o.database) = upper(tag_db))
         THEN error('MOCKHAUS:UndefinedObject:Tag ''' || tag
                    || ''' does not exist or not authorized.')
    ELSE (SELECT max("TAG_VALUE") FROM tags_of(in_domain, db, in_schema, in_name, in_column)
     WHERE upper("TAG_DATABASE") = upper(tag_db) AND upper("TAG_SCHEMA") = upper(in_tag_schema)
       AND upper("TAG_NAME") = upper(tag)) END;

CREATE OR REPLACE MACRO account_usage_tags() AS TABLE
    SELECT t.oid AS "TAG_ID", t.name AS "TAG_NAME", s.oid AS "TAG_SCHEMA_ID", t.schema AS "TAG_SCHEMA",
        d.oid AS "TAG_DATABASE_ID", t.database AS "TAG_DATABASE", t.owner AS "TAG_OWNER",
        nullif(t.comment, '') AS "TAG_COMMENT", t.created AS "CREATED", t.altered AS "LAST_ALTERED",
        NULL::TIMESTAMPTZ AS "DELETED",
        CASE WHEN json_array_length(t.properties -> 'allowed') > 0
             THEN CAST(t.properties -> 'allowed' AS VARCHAR) END AS "ALLOWED_VALUES",
        'ROLE' AS "OWNER_ROLE_TYPE", NULL::VARCHAR AS "PROPAGATE", NULL::VARCHAR AS "ON_CONFLICT"
    FROM __mockhaus.objects t
    JOIN __mockhaus.objects s ON s.kind = 'SCHEMA' AND s.name = t.schema AND s.database = t.database
    JOIN __mockhaus.objects d ON d.kind = 'DATABASE' AND d.name = t.database
    WHERE t.kind = 'TAG'
    ORDER BY t.database, t.schema, t.name;

CREATE OR REPLACE MACRO account_usage_tag_references() AS TABLE
    SELECT r.tag_database AS "TAG_DATABASE", r.tag_schema AS "TAG_SCHEMA", t.oid AS "TAG_ID",
        r.tag_name AS "TAG_NAME", r.tag_value AS "TAG_VALUE",
        nullif(r.database, '') AS "OBJECT_DATABASE", nullif(r.schema, '') AS "OBJECT_SCHEMA",
        r.oid AS "OBJECT_ID", r.name AS "OBJECT_NAME", NULL::TIMESTAMPTZ AS "OBJECT_DELETED",
        r.domain AS "DOMAIN", NULL::BIGINT AS "COLUMN_ID", r.column_name AS "COLUMN_NAME",
        'MANUAL' AS "APPLY_METHOD"
    FROM catalog_tags() r
    JOIN __mockhaus.objects t ON t.kind = 'TAG' AND t.name = r.tag_name AND t.schema = r.tag_schema
        AND t.database = r.tag_database
    ORDER BY ALL;
