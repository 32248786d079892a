-- Regular expressions. Subjects begin at the position asked for.

CREATE OR REPLACE MACRO regexp_count(a, p) AS
    CASE WHEN p = '' THEN 0 ELSE len(regexp_extract_all(a, p)) END;

-- The n-th match or group of it. DuckDB answers an empty text where a match has no such group.
CREATE OR REPLACE MACRO regexp_nth(a, p, g, n) AS
    CASE WHEN p = '' THEN NULL ELSE regexp_extract_all(a, p, CAST(g AS INTEGER))[CAST(n AS BIGINT)] END;
CREATE OR REPLACE MACRO regexp_all(a, p, g, n) AS
    to_json(regexp_extract_all(a, p, CAST(g AS INTEGER))[CAST(n AS BIGINT):]);

-- Where the n-th match begins (after 0) or what follows it (after 1); 0 if there is none.
CREATE OR REPLACE MACRO regexp_instr(a, p, start, n, after) AS
    CASE WHEN a IS NULL OR p IS NULL OR start IS NULL OR n IS NULL OR after IS NULL THEN NULL
         WHEN p = '' OR len(regexp_extract_all(a, p)) < n THEN 0
         ELSE length(regexp_extract(a, '^((?:(?s:.*?)(?:' || p || ')){' || (CAST(n AS BIGINT) - 1) || '}(?s:.*?))(?:' || p || ')', 1))
              + CAST(start AS BIGINT)
              + CASE WHEN after = 1 THEN length(regexp_extract_all(a, p)[CAST(n AS BIGINT)]) ELSE 0 END END;

CREATE OR REPLACE MACRO text_before(a, start) AS left(a, CAST(start AS BIGINT) - 1);
