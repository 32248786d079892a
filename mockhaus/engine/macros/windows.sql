-- Window functions that DuckDB lacks.

-- How often neighbours in a list differ; NULL differs from nothing.
CREATE OR REPLACE MACRO changes(l) AS
    CAST(len(list_filter(list_zip(l[1:-2], l[2:]), lambda p: p[1] <> p[2])) AS BIGINT);

CREATE OR REPLACE MACRO snow_width_bucket(x, low, high, n) AS
    CASE WHEN x < low THEN 0 WHEN x >= high THEN CAST(n AS BIGINT) + 1
         ELSE CAST(floor((x - low) * n / (high - low)) AS BIGINT) + 1 END;
