-- Comparisons of what may be a VARIANT, which is JSON text here. DuckDB tells JSON from VARCHAR only
-- by typeof(), which is known when a query is bound: for other types nothing of this is left.

-- A VARIANT as a text that sorts: numbers by value, texts by themselves, JSON null is NULL.
CREATE OR REPLACE MACRO variant_key(v) AS
    CASE variant_type(v)
        WHEN 'VARCHAR' THEN '2' || json_text(CAST(v AS JSON))
        WHEN 'NULL_VALUE' THEN NULL
        WHEN 'BOOLEAN' THEN '0' || CAST(v AS VARCHAR)
        WHEN 'ARRAY' THEN '3' || CAST(v AS VARCHAR)
        WHEN 'OBJECT' THEN '4' || CAST(v AS VARCHAR)
        WHEN 'INTEGER' THEN number_key(CAST(v AS VARCHAR))
        WHEN 'DECIMAL' THEN number_key(scalar_text(CAST(v AS JSON)))
        WHEN 'DOUBLE' THEN number_key(scalar_text(CAST(v AS JSON)))
        ELSE '2' || json_text(CAST(v AS JSON)) END;
CREATE OR REPLACE MACRO number_key(t) AS
    '1' || hex(create_sort_key(CAST(t AS DOUBLE), 'ASC NULLS LAST'))
        || CASE WHEN length(t) > 15 AND regexp_full_match(t, '-?\d+')
                THEN hex(create_sort_key(TRY_CAST(t AS HUGEINT), 'ASC NULLS LAST')) ELSE '' END;

-- The text of a value, whose type is `kind`: a typed parameter is VARCHAR where JSON was given.
CREATE OR REPLACE MACRO variant_bare(a, kind) AS
    CASE kind WHEN 'JSON' THEN json_text(CAST(a AS JSON)) ELSE CAST(a AS VARCHAR) END;

-- `a` as it is to be compared with `b`: a VARIANT as the type of the other side, two of them by
-- their keys. Whatever is neither text nor VARIANT stays as it is. `kind` is typeof(a), `other` typeof(b).
CREATE OR REPLACE MACRO variant_fit
    (b, a, kind, other) AS variant_as_number(a, kind),
    (b BOOLEAN, a, kind, other) AS variant_as_boolean(a, kind),
    (b DATE, a, kind, other) AS variant_as_date(a, kind),
    (b TIME, a, kind, other) AS variant_as_time(a, kind),
    (b TIMESTAMP, a, kind, other) AS variant_as_ntz(a, kind),
    (b TIMESTAMPTZ, a, kind, other) AS variant_as_ltz(a, kind),
    (b STRUCT(utc TIMESTAMP, spread INTERVAL), a, kind, other) AS a,
    (b STRUCT(utc TIMESTAMP, spread INTERVAL), a STRUCT(utc TIMESTAMP, spread INTERVAL), kind, other) AS struct_extract(a, 'utc'),
    (b STRUCT(utc TIMESTAMP, spread INTERVAL), a VARCHAR, kind, other) AS to_timestamp_tz(variant_bare(a, kind)),
    (b VARCHAR, a, kind, other) AS variant_as_text(a, kind, other);

CREATE OR REPLACE MACRO variant_as_number
    (a, kind) AS a, (a VARCHAR, kind) AS
        CAST(CASE kind WHEN 'JSON' THEN scalar_text(CAST(a AS JSON)) ELSE CAST(a AS VARCHAR) END AS DOUBLE);
CREATE OR REPLACE MACRO variant_as_boolean
    (a, kind) AS a, (a VARCHAR, kind) AS to_boolean(variant_bare(a, kind));
CREATE OR REPLACE MACRO variant_as_date
    (a, kind) AS a, (a VARCHAR, kind) AS to_date(variant_bare(a, kind));
CREATE OR REPLACE MACRO variant_as_time
    (a, kind) AS a, (a VARCHAR, kind) AS to_time(variant_bare(a, kind));
CREATE OR REPLACE MACRO variant_as_ntz
    (a, kind) AS a, (a VARCHAR, kind) AS to_timestamp_ntz(variant_bare(a, kind));
CREATE OR REPLACE MACRO variant_as_ltz
    (a, kind) AS a, (a VARCHAR, kind) AS to_timestamp_ltz(variant_bare(a, kind));
CREATE OR REPLACE MACRO variant_as_text
    (a, kind, other) AS a,
    (a VARCHAR, kind, other) AS
        CASE WHEN kind = 'JSON' AND other = 'JSON' THEN variant_key(a)
             ELSE variant_bare(a, kind) END;

-- What ORDER BY sorts by.
CREATE OR REPLACE MACRO variant_order
    (a, kind) AS a,
    (a VARCHAR, kind) AS CASE kind WHEN 'JSON' THEN variant_key(a) ELSE CAST(a AS VARCHAR) END;

-- The same of what may be a TIMESTAMP_TZ. Two macros, since DuckDB picks no overload among several for
-- what has no type yet.
CREATE OR REPLACE MACRO instant_order
    (a) AS a,
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS struct_extract(a, 'utc');

-- What IN looks for in a subquery, and finds there.
CREATE OR REPLACE MACRO variant_sought
    (a) AS list_transform([a], lambda s: list_transform([to_variant(s)], lambda k: variant_key(k))[1])[1],
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS struct_extract(a, 'utc');
