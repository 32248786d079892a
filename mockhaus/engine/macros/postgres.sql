-- What catalog queries of PostgreSQL clients need.

-- A stored name as these clients see it: unquoted ones in lower case.
CREATE OR REPLACE MACRO pg_shown(n) AS CASE WHEN n = upper(n) THEN lower(n) ELSE n END;

-- quote_ident (manual, 9.4).
CREATE OR REPLACE MACRO pg_quoted(n) AS
    CASE WHEN regexp_full_match(n, '[a-z_][a-z0-9_$]*') THEN n
         ELSE '"' || replace(n, '"', '""') || '"' END;

-- The parts of a name, folded: a."B".c -> [a, B, c].
CREATE OR REPLACE MACRO pg_name_parts(t) AS
    list_transform(regexp_extract_all(t, '"(?:[^"]|"")*"|[^".\s]+'), lambda p:
        CASE WHEN p[1] = '"' THEN replace(p[2:-2], '""', '"') ELSE lower(p) END);

-- The items of an array's text, {a,"b c",NULL} (manual, 8.15.2).
CREATE OR REPLACE MACRO pg_array(t) AS
    list_transform(regexp_extract_all(trim(CAST(t AS VARCHAR), '{}[]'), '"(?:[^"\\]|\\.)*"|[^,]+'),
        lambda p: CASE WHEN trim(p)[1] = '"' THEN regexp_replace(trim(p)[2:-2], '\\(.)', '\1', 'g')
                       WHEN upper(trim(p)) = 'NULL' THEN NULL ELSE trim(p) END);

-- Type OID and typmod of a column, from DuckDB's type and the one that was declared.
CREATE OR REPLACE MACRO pg_type_oid(t, declared) AS
    CAST(CASE
        WHEN t = 'VARCHAR' THEN CASE WHEN declared IS NULL THEN 25
            WHEN starts_with(declared, 'TEXT') OR starts_with(declared, 'STRING') THEN 25
            ELSE 1043 END
        WHEN t IN ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT',
                   'UINTEGER', 'UBIGINT') OR regexp_full_match(t, 'DECIMAL\(\d+,0\)') THEN 20
        WHEN starts_with(t, 'DECIMAL') THEN 1700
        WHEN t IN ('DOUBLE', 'FLOAT') THEN 701
        WHEN t = 'BOOLEAN' THEN 16
        WHEN t = 'DATE' THEN 1082
        WHEN t = 'TIMESTAMP WITH TIME ZONE' THEN 1184
        WHEN starts_with(t, 'TIMESTAMP') THEN 1114
        WHEN starts_with(t, 'TIME') THEN 1083
        WHEN t = 'BLOB' THEN 17
        WHEN t = 'UUID' THEN 2950
        WHEN t = 'INTERVAL' THEN 1186
        WHEN t = 'JSON' OR ends_with(t, ']') OR starts_with(t, 'STRUCT') OR starts_with(t, 'MAP')
            THEN 114
        ELSE 25 END AS UINTEGER);

CREATE OR REPLACE MACRO pg_typmod(t, declared) AS
    CAST(CASE
        WHEN t = 'VARCHAR' AND declared NOT LIKE '%(16777216)' AND declared NOT LIKE '%(134217728)'
            AND regexp_matches(declared, '^[A-Z0-9 ]*CHAR[A-Z0-9 ]*\(\d+\)$')
            THEN CAST(regexp_extract(declared, '\((\d+)\)', 1) AS INTEGER) + 4
        WHEN regexp_full_match(t, 'DECIMAL\(\d+,[1-9]\d*\)')
            THEN CAST(regexp_extract(t, '\((\d+),', 1) AS INTEGER) * 65536
                 + CAST(regexp_extract(t, ',(\d+)\)', 1) AS INTEGER) + 4
        ELSE -1 END AS INTEGER);

-- typlen of the types above.
CREATE OR REPLACE MACRO pg_typlen(o) AS
    CAST(CASE o WHEN 20 THEN 8 WHEN 701 THEN 8 WHEN 16 THEN 1 WHEN 1082 THEN 4 WHEN 1184 THEN 8
         WHEN 1114 THEN 8 WHEN 1083 THEN 8 WHEN 2950 THEN 16 WHEN 1186 THEN 16 ELSE -1 END
         AS SMALLINT);
