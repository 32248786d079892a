-- Numeric functions.

CREATE OR REPLACE MACRO round_to_even(a, n) AS cast_to_type(round_even(CAST(a AS DOUBLE), n), round(COALESCE(a, 0), n));

-- CEIL and FLOOR with a scale: up and down are 10^n and 10^-n as exact literals.
CREATE OR REPLACE MACRO ceil_scaled(a, up, down, n) AS round(ceil(a * up) * down, n);
CREATE OR REPLACE MACRO floor_scaled(a, up, down, n) AS round(floor(a * up) * down, n);
CREATE OR REPLACE MACRO ceil_any(a, n) AS ceil(a * pow(10, n)) / pow(10, n);
CREATE OR REPLACE MACRO floor_any(a, n) AS floor(a * pow(10, n)) / pow(10, n);

-- 0 where the divisor is 0; DIV0NULL also where it is NULL.
CREATE OR REPLACE MACRO div0(a, b) AS
    CASE WHEN b = 0 AND a IS NOT NULL THEN cast_to_type(0, quotient_type(a, b))
         ELSE divide_by(a, b) END;
CREATE OR REPLACE MACRO div0null(a, b) AS
    CASE WHEN (b IS NULL OR b = 0) AND a IS NOT NULL THEN cast_to_type(0, quotient_type(a, b))
         ELSE divide_by(a, b) END;

CREATE OR REPLACE MACRO factorial_of(n) AS
    CASE WHEN n < 0 OR n > 33
         THEN CAST(error('MOCKHAUS:NumberOutOfRange:Invalid argument for function FACTORIAL') AS HUGEINT)
         ELSE factorial(CAST(n AS INTEGER)) END;

CREATE OR REPLACE MACRO cot_of(a) AS
    CASE WHEN a = 0 THEN CAST('inf' AS DOUBLE) ELSE 1 / tan(CAST(a AS DOUBLE)) END;

-- Whole cube roots are whole (DuckDB: 3.0000000000000004 for 27).
CREATE OR REPLACE MACRO cbrt_of(a) AS
    CASE WHEN pow(round(cbrt(a)), 3) = a THEN round(cbrt(a)) ELSE cbrt(a) END;

CREATE OR REPLACE MACRO square(a) AS pow(a, 2);

-- Great-circle distance in kilometres between two points given in degrees.
CREATE OR REPLACE MACRO haversine(lat1, lon1, lat2, lon2) AS
    2 * 6371 * asin(sqrt(pow(sin(radians(lat2 - lat1) / 2), 2)
        + cos(radians(lat1)) * cos(radians(lat2)) * pow(sin(radians(lon2 - lon1) / 2), 2)));

-- 0 below the range, n + 1 from its end on.
CREATE OR REPLACE MACRO width_bucket(a, low, high, n) AS
    CASE WHEN a < low THEN 0 WHEN a >= high THEN n + 1
         ELSE CAST(floor((a - low) / ((high - low) / CAST(n AS DOUBLE))) AS BIGINT) + 1 END;
