-- Window functions that DuckDB lacks.

-- How often neighbours in a list differ; NULL differs from nothing.
CREATE OR REPLACE MACRO changes(l) AS
    CAST(len(list_filter(list_zip(l[1:-2], l[2:]), lambda p: p[1] <> p[2])) AS BIGINT);

-- 0 below the range, n + 1 from its end on.
CREATE OR REPLACE MACRO snow_width_bucket(x, low, high, n) AS
    CASE WHEN low >= high OR n <= 0 OR n <> trunc(n)
         THEN CAST(error('MOCKHAUS:InvalidParameter:Invalid argument for function WIDTH_BUCKET: '
            || CASE WHEN low >= high THEN 'min_value must be less than max_value' ELSE 'num_buckets must be a positive integer' END) AS BIGINT)
         WHEN x < low THEN 0 WHEN x >= high THEN CAST(n AS BIGINT) + 1
         ELSE CAST(floor((x - low) * n / (high - low)) AS BIGINT) + 1 END;
