-- What catalog queries of PostgreSQL clients need.

-- A stored name as these clients see it: unquoted ones in lower case.
CREATE OR REPLACE MACRO pg_shown(n) AS CASE WHEN n = upper(n) THEN lower(n) ELSE n END;

-- The OID of what belongs to a table: its row type, keys, defaults. Tables are numbered from 16,384
-- on; each has 2,048 numbers for its parts above a thousand million, where no object's number is.
-- Numbers that leave no room there are of a session in which objects lie 2,048 apart, as they once
-- did: the parts are in between.
CREATE OR REPLACE MACRO pg_part(oid, part) AS
    CAST(CASE WHEN oid < 1600000 THEN 1000000000 + (CAST(oid AS BIGINT) - 16384) * 2048
              ELSE oid END + part AS UINTEGER);

-- quote_ident (manual, 9.4). The words are one literal, each between two bars: binding a list of
-- them takes 2 ms.
CREATE OR REPLACE MACRO pg_quoted(n) AS
    CASE WHEN regexp_full_match(n, '[a-z_][a-z0-9_$]*') AND NOT contains('
        |all|analyse|analyze|and|any|array|as|asc|asymmetric|authorization|between|bigint|
        |binary|bit|boolean|both|case|cast|char|character|check|coalesce|collate|
        |collation|column|concurrently|constraint|create|cross|current_catalog|current_date|
        |current_role|current_schema|current_time|current_timestamp|current_user|dec|decimal|
        |default|deferrable|desc|distinct|do|else|end|except|exists|extract|false|fetch|
        |float|for|foreign|freeze|from|full|grant|greatest|group|grouping|having|ilike|
        |in|initially|inner|inout|int|integer|intersect|interval|into|is|isnull|join|
        |lateral|leading|least|left|like|limit|localtime|localtimestamp|national|natural|
        |nchar|none|normalize|not|notnull|null|nullif|numeric|offset|on|only|or|order|
        |out|outer|overlaps|overlay|placing|position|precision|primary|real|references|
        |returning|right|row|select|session_user|setof|similar|smallint|some|substring|
        |symmetric|table|tablesample|then|time|timestamp|to|trailing|treat|trim|true|
        |union|unique|user|using|values|varchar|variadic|verbose|when|where|window|with|
        ', '|' || n || '|') THEN n
         ELSE '"' || replace(n, '"', '""') || '"' END;

CREATE OR REPLACE MACRO pg_listed(names) AS
    array_to_string(list_transform(names, lambda a: pg_quoted(a)), ', ');

CREATE OR REPLACE MACRO pg_quoted_always(n) AS '"' || replace(n, '"', '""') || '"';

-- The parts of a name, folded: a."B".c -> [a, B, c].
CREATE OR REPLACE MACRO pg_name_parts(t) AS
    list_transform(regexp_extract_all(t, '"(?:[^"]|"")*"|[^".\s]+'), lambda p:
        CASE WHEN p[1] = '"' THEN replace(p[2:-2], '""', '"') ELSE lower(p) END);

-- A name as the dictionaries have it: the parts that tell (schema and name, or the name alone)
-- with a sign between them that no name has. A number stands for itself.
CREATE OR REPLACE MACRO pg_name_key(t) AS array_to_string(pg_name_parts(t)[-2:], chr(31));

-- The same of a type: without its typmod, whatever the case unless it is quoted.
CREATE OR REPLACE MACRO pg_type_key(t) AS
    regexp_replace(regexp_replace(CASE WHEN contains(t, '"') THEN t ELSE lower(t) END,
        '\s*\([^)]*\)', ''), '^\s*pg_catalog\.|\s+$', '', 'g');

-- A type's name with its typmod (manual, 9.26, format_type).
CREATE OR REPLACE MACRO pg_with_typmod(shown, type, typmod) AS
    CASE WHEN type = 1042 AND typmod = -1 THEN 'bpchar'
         WHEN typmod IS NULL OR typmod < 0 THEN shown
         WHEN type IN (1700, 1231) AND typmod > 4 THEN regexp_replace(shown, '(\[\])?$',
             '(' || ((typmod - 4) >> 16) || ',' || ((typmod - 4) & 2047) || ')\1')
         WHEN type IN (1042, 1043, 1014, 1015) AND typmod > 4 THEN
             regexp_replace(shown, '(\[\])?$', '(' || (typmod - 4) || ')\1')
         WHEN type IN (1083, 1114, 1184, 1266) THEN
             regexp_replace(shown, '^(time\w*)', '\1(' || typmod || ')')
         ELSE shown END;

-- quote_literal (manual, 9.4).
CREATE OR REPLACE MACRO pg_literal(v) AS
    '''' || replace(CAST(v AS VARCHAR), '''', '''''') || '''';

-- A function with the types of its arguments: s.f(int, text) -> s and f, integer,text.
CREATE OR REPLACE MACRO pg_procedure_key(t) AS
    pg_name_key(split_part(t, '(', 1)) || '(' || array_to_string(list_transform(
        string_split(regexp_replace(t, '^[^(]*\(|\)\s*$', '', 'g'), ','), lambda a:
        CASE lower(trim(a)) WHEN 'int' THEN 'integer' WHEN 'int4' THEN 'integer'
            WHEN 'int8' THEN 'bigint' WHEN 'int2' THEN 'smallint' WHEN 'varchar' THEN
            'character varying' WHEN 'bool' THEN 'boolean' WHEN 'float8' THEN 'double precision'
            WHEN 'decimal' THEN 'numeric' ELSE lower(trim(a)) END), ',') || ')';

-- pg_size_pretty (manual, 9.27.7): the unit in which it is below 10,240.
CREATE OR REPLACE MACRO pg_size_pretty(n) AS
    CASE WHEN abs(n) < 10240 THEN CAST(n AS BIGINT) || ' bytes'
         WHEN abs(n) < 10485248 THEN CAST(round(n / 1024) AS BIGINT) || ' kB'
         WHEN abs(n) < 10736893952 THEN CAST(round(n / 1048576) AS BIGINT) || ' MB'
         WHEN abs(n) < 10994579406848 THEN CAST(round(n / 1073741824) AS BIGINT) || ' GB'
         WHEN abs(n) < 11258449312612352 THEN CAST(round(n / 1099511627776) AS BIGINT) || ' TB'
         ELSE CAST(round(n / 1125899906842624) AS BIGINT) || ' PB' END;

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
        WHEN t IN ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT',
                   'UINTEGER', 'UBIGINT') OR regexp_full_match(t, 'DECIMAL\((\d|1[0-8]),0\)') THEN 20
        WHEN t = 'HUGEINT' OR starts_with(t, 'DECIMAL') THEN 1700
        WHEN t IN ('DOUBLE', 'FLOAT') THEN 701
        WHEN t = 'BOOLEAN' THEN 16
        WHEN t = 'DATE' THEN 1082
        WHEN t IN ('TIMESTAMP WITH TIME ZONE', 'STRUCT(utc TIMESTAMP, spread INTERVAL)') THEN 1184
        WHEN starts_with(t, 'TIMESTAMP') THEN 1114
        WHEN starts_with(t, 'TIME') THEN 1083
        WHEN t = 'BLOB' THEN 17
        WHEN t = 'UUID' THEN 2950
        WHEN t = 'INTERVAL' THEN 1186
        WHEN t = 'JSON' OR ends_with(t, ']') OR starts_with(t, 'STRUCT') OR starts_with(t, 'MAP')
            THEN 114
        ELSE 25 END AS UINTEGER);

-- Type OID of one of Snowflake's types as it is written.
CREATE OR REPLACE MACRO pg_named_oid(t) AS
    CAST(CASE
        WHEN t IS NULL THEN NULL
        WHEN regexp_matches(t, '^((NUMBER|NUMERIC|DECIMAL|DEC)\((\d|1[0-8])(, ?0)?\)|\w*INT\b|INTEGER\b)', 'i') THEN 20
        WHEN regexp_matches(t, '^(NUMBER|NUMERIC|DECIMAL|DEC)\b', 'i') THEN 1700
        WHEN regexp_matches(t, '^(FLOAT|DOUBLE|REAL)', 'i') THEN 701
        WHEN regexp_matches(t, '^(VAR)?CHAR|^NVARCHAR|^NCHAR', 'i') THEN 1043
        WHEN regexp_matches(t, '^BOOL', 'i') THEN 16
        WHEN regexp_matches(t, '^(VAR)?BINARY', 'i') THEN 17
        WHEN regexp_matches(t, '^TIMESTAMP_?(LTZ|TZ)', 'i') THEN 1184
        WHEN regexp_matches(t, '^(TIMESTAMP|DATETIME)', 'i') THEN 1114
        WHEN regexp_matches(t, '^DATE', 'i') THEN 1082
        WHEN regexp_matches(t, '^TIME', 'i') THEN 1083
        WHEN regexp_matches(t, '^(VARIANT|OBJECT|ARRAY|MAP)', 'i') THEN 114
        WHEN regexp_matches(t, '^UUID', 'i') THEN 2950
        ELSE 25 END AS UINTEGER);

CREATE OR REPLACE MACRO pg_typmod(t, declared) AS
    CAST(CASE
        WHEN t = 'VARCHAR' AND declared NOT LIKE '%(16777216)' AND declared NOT LIKE '%(134217728)'
            AND regexp_matches(declared, '^[A-Z0-9 ]*CHAR[A-Z0-9 ]*\(\d+\)$')
            THEN CAST(regexp_extract(declared, '\((\d+)\)', 1) AS INTEGER) + 4
        WHEN t = 'HUGEINT' THEN 38 * 65536 + 4
        WHEN regexp_full_match(t, 'DECIMAL\((\d+,[1-9]\d*|(19|[23]\d),0)\)')
            THEN CAST(regexp_extract(t, '\((\d+),', 1) AS INTEGER) * 65536
                 + CAST(regexp_extract(t, ',(\d+)\)', 1) AS INTEGER) + 4
        ELSE -1 END AS INTEGER);

-- aclexplode (manual, 9.26, table 9.70); there is one role.
CREATE OR REPLACE MACRO pg_aclexplode(items) AS
    flatten(list_transform(items, lambda a:
        list_transform(regexp_extract_all(regexp_extract(a, '=([^/]*)', 1), '.\*?'), lambda p: {
            'grantor': CAST(10 AS UINTEGER),
            'grantee': CAST(CASE WHEN a[1] = '=' THEN 0 ELSE 10 END AS UINTEGER),
            'privilege_type': CASE p[1] WHEN 'r' THEN 'SELECT' WHEN 'w' THEN 'UPDATE'
                WHEN 'a' THEN 'INSERT' WHEN 'd' THEN 'DELETE' WHEN 'D' THEN 'TRUNCATE'
                WHEN 'x' THEN 'REFERENCES' WHEN 't' THEN 'TRIGGER' WHEN 'U' THEN 'USAGE'
                WHEN 'C' THEN 'CREATE' WHEN 'c' THEN 'CONNECT' WHEN 'T' THEN 'TEMPORARY'
                WHEN 'X' THEN 'EXECUTE' END,
            'is_grantable': p[2] = '*'})));

-- Where a series of whole numbers ends, if it is no longer than a list may be that is made at once.
CREATE OR REPLACE MACRO series_end
    (f BIGINT, t BIGINT, step BIGINT) AS
        CASE WHEN step <> 0 AND (CAST(t AS HUGEINT) - f) // step > 67108864
             THEN CAST(error('MOCKHAUS:OutOfMemory:A series has at most 67108864 items here; TABLE(GENERATOR(ROWCOUNT => n)) may have more.') AS BIGINT)
             ELSE t END,
    (f, t, step) AS t;
