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

-- Where a row stands in a series, as a number.
CREATE OR REPLACE MACRO series_place
    (a) AS CAST(a AS DOUBLE),
    (a DATE) AS CAST(epoch_us(a) AS DOUBLE),
    (a TIMESTAMP) AS CAST(epoch_us(a) AS DOUBLE),
    (a TIMESTAMPTZ) AS CAST(epoch_us(a) AS DOUBLE),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS CAST(tz_us(a) AS DOUBLE);
-- A FLOAT as a number of the type of another.
CREATE OR REPLACE MACRO number_like
    (v, a) AS cast_to_type(v, a),
    (v, a BIGINT) AS CAST(round(v) AS BIGINT),
    (v, a HUGEINT) AS CAST(round(v) AS HUGEINT);
CREATE OR REPLACE MACRO number_alone
    (a) AS a,
    (a VARCHAR) AS CAST(error('MOCKHAUS:InvalidArgumentTypes:Invalid argument types for function INTERPOLATE_LINEAR: a number is needed') AS DOUBLE);
-- What lies at t on the line between (before_t, before_x) and (after_t, after_x).
CREATE OR REPLACE MACRO on_line(t, before_x, before_t, after_x, after_t) AS
    CAST(before_x AS DOUBLE) + (CAST(after_x AS DOUBLE) - CAST(before_x AS DOUBLE)) * (t - before_t) / nullif(after_t - before_t, 0);
