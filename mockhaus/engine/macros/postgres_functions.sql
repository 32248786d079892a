-- Functions of PostgreSQL's in ordinary statements (manual, chapter 9).

-- The match of a pattern, or a group of it; NULL where nothing matches.
CREATE OR REPLACE MACRO pg_regexp_part(a, p, g) AS
    CASE WHEN regexp_matches(a, p, 's') THEN regexp_extract(a, p, g, 's') END;
CREATE OR REPLACE MACRO pg_array_where(found, items) AS CASE WHEN found THEN to_json(items) END;

CREATE OR REPLACE MACRO pg_overlay
    (a, b, n) AS left(a, CAST(n AS BIGINT) - 1) || b || substr(a, CAST(n AS BIGINT) + length(b)),
    (a, b, n, m) AS left(a, CAST(n AS BIGINT) - 1) || b || substr(a, CAST(n AS BIGINT) + CAST(m AS BIGINT));
CREATE OR REPLACE MACRO pg_quote_nullable(a) AS
    CASE WHEN a IS NULL THEN 'NULL' ELSE '''' || replace(a, '''', '''''') || '''' END;
CREATE OR REPLACE MACRO pg_to_hex(n) AS lower(to_hex(CAST(n AS BIGINT)));
CREATE OR REPLACE MACRO pg_encode(a, form) AS
    CASE lower(form) WHEN 'hex' THEN lower(hex(CAST(a AS BLOB))) WHEN 'base64' THEN to_base64(CAST(a AS BLOB))
         ELSE error('MOCKHAUS:InvalidText:unrecognized encoding: "' || form || '"') END;
CREATE OR REPLACE MACRO pg_decode(a, form) AS
    CASE lower(form) WHEN 'hex' THEN unhex(a) WHEN 'base64' THEN from_base64(a)
         ELSE CAST(error('MOCKHAUS:InvalidText:unrecognized encoding: "' || form || '"') AS BLOB) END;
CREATE OR REPLACE MACRO pg_sha256(a) AS unhex(sha256(CAST(a AS BLOB)));

-- Of an empty text there are no parts; without a separator each character is one.
CREATE OR REPLACE MACRO pg_string_to_list(a, separator) AS
    CASE WHEN a = '' THEN CAST([] AS VARCHAR[]) WHEN separator = '' THEN [a]
         ELSE string_split(a, coalesce(separator, '')) END;
CREATE OR REPLACE MACRO pg_list_numbers
    (a) AS range(1, len(a) + 1),
    (a, b) AS range(1, greatest(len(a), len(b)) + 1),
    (a, b, c) AS range(1, greatest(len(a), len(b), len(c)) + 1);
CREATE OR REPLACE MACRO pg_list_source
    (a) AS a,
    (a VARCHAR) AS CASE WHEN typeof(a) = 'JSON' OR a[1] = '[' THEN CAST(a AS JSON) ELSE to_json(pg_array(a)) END;
-- A cast of an ARRAY to an array of items of a type, which a VARIANT has of its own.
CREATE OR REPLACE MACRO pg_array_cast
    (a) AS to_json(a),
    (a VARCHAR) AS CASE WHEN typeof(a) = 'JSON' THEN CAST(a AS JSON) ELSE to_json(pg_array(a)) END;
CREATE OR REPLACE MACRO pg_array_length(a, dimension) AS
    CASE WHEN dimension = 1 THEN nullif(array_size(a), 0) END;

-- What is cast to json: text is parsed, JSON stays.
CREATE OR REPLACE MACRO pg_json
    (a) AS to_json(a),
    (a VARCHAR) AS CASE WHEN typeof(a) = 'JSON' THEN CAST(a AS JSON) ELSE parse_json(a) END;
CREATE OR REPLACE MACRO pg_json_list(a) AS CAST(a AS JSON[]);
CREATE OR REPLACE MACRO pg_json_text_list(a) AS
    list_transform(CAST(a AS JSON[]), lambda x: x->>'$');

-- What a path of keys leads to; a number among them counts in an array.
CREATE OR REPLACE MACRO pg_json_path(a, path) AS
    json_extract(a, list_aggregate(list_transform(path,
        lambda x: '/' || replace(replace(x, '~', '~0'), '/', '~1')), 'string_agg', ''));

CREATE OR REPLACE MACRO pg_interval(y, mo, w, d, h, mi, s) AS
    to_months(CAST(12 * y + mo AS INTEGER)) + to_days(CAST(7 * w + d AS INTEGER))
    + to_microseconds(CAST(1000000 * (3600 * h + 60 * mi + s) AS BIGINT));
CREATE OR REPLACE MACRO pg_div(a, b) AS trunc(divide(a, b));

-- Words that DuckDB takes for functions where no column has that name: it would tell its own names.
CREATE OR REPLACE MACRO "user"() AS error('MOCKHAUS:InvalidIdentifier:invalid identifier ''USER''');
CREATE OR REPLACE MACRO "session_user"() AS error('MOCKHAUS:InvalidIdentifier:invalid identifier ''SESSION_USER''');
CREATE OR REPLACE MACRO "current_catalog"() AS error('MOCKHAUS:InvalidIdentifier:invalid identifier ''CURRENT_CATALOG''');
CREATE OR REPLACE MACRO "current_role"() AS error('MOCKHAUS:InvalidIdentifier:invalid identifier ''CURRENT_ROLE''');
CREATE OR REPLACE MACRO "current_schema"() AS error('MOCKHAUS:InvalidIdentifier:invalid identifier ''CURRENT_SCHEMA''');

-- AT TIME ZONE: a TIMESTAMP_TZ is a moment as well.
CREATE OR REPLACE MACRO pg_timezone
    (zone, a) AS timezone(zone, a),
    (zone, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS timezone(zone, tz_instant(a));
