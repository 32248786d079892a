-- Numeric functions.

-- Half to even: of the two neighbours of what lies in the middle, the even one.
CREATE OR REPLACE MACRO round_to_even(a, n) AS CASE WHEN typeof(a) = 'DOUBLE' OR n < 0
    THEN cast_to_type(round_even(CAST(a AS DOUBLE), n), round(COALESCE(a, 0), n))
    WHEN 2 * abs(a - trunc(a, n)) = abs(round(a, n) - trunc(a, n))
        AND trunc(a, n) % nullif(2 * abs(round(a, n) - trunc(a, n)), 0) = 0 THEN trunc(a, n)
    ELSE round(a, n) END;

-- A DECIMAL rounded to tens, hundreds ...: DuckDB answers 0 where all its digits are rounded off.
CREATE OR REPLACE MACRO round_tens
    (a BIGINT, n) AS round(a, n),
    (a HUGEINT, n) AS round(a, n),
    (a, n) AS CASE WHEN typeof(a) = 'DOUBLE' THEN round(a, n) ELSE round(a + CAST(0 AS DECIMAL(18, 0)), n) END;

-- By a scale that is no constant: DuckDB wants one for a DECIMAL, to know the type.
CREATE OR REPLACE MACRO round_by(a, n) AS CASE CAST(n AS INTEGER)
        WHEN -12 THEN round(a + CAST(0 AS DECIMAL(18, 0)), -12) WHEN -11 THEN round(a + CAST(0 AS DECIMAL(18, 0)), -11) WHEN -10 THEN round(a + CAST(0 AS DECIMAL(18, 0)), -10) WHEN -9 THEN round(a + CAST(0 AS DECIMAL(18, 0)), -9)
        WHEN -8 THEN round(a + CAST(0 AS DECIMAL(18, 0)), -8) WHEN -7 THEN round(a + CAST(0 AS DECIMAL(18, 0)), -7) WHEN -6 THEN round(a + CAST(0 AS DECIMAL(18, 0)), -6) WHEN -5 THEN round(a + CAST(0 AS DECIMAL(18, 0)), -5)
        WHEN -4 THEN round(a + CAST(0 AS DECIMAL(18, 0)), -4) WHEN -3 THEN round(a + CAST(0 AS DECIMAL(18, 0)), -3) WHEN -2 THEN round(a + CAST(0 AS DECIMAL(18, 0)), -2) WHEN -1 THEN round(a + CAST(0 AS DECIMAL(18, 0)), -1)
        WHEN 0 THEN round(a, 0) WHEN 1 THEN round(a, 1) WHEN 2 THEN round(a, 2) WHEN 3 THEN round(a, 3)
        WHEN 4 THEN round(a, 4) WHEN 5 THEN round(a, 5) WHEN 6 THEN round(a, 6) WHEN 7 THEN round(a, 7)
        WHEN 8 THEN round(a, 8) WHEN 9 THEN round(a, 9) WHEN 10 THEN round(a, 10) WHEN 11 THEN round(a, 11)
        WHEN 12 THEN round(a, 12) WHEN 13 THEN round(a, 13) WHEN 14 THEN round(a, 14) WHEN 15 THEN round(a, 15)
        ELSE CASE WHEN n IS NOT NULL THEN CASE WHEN n < 0 THEN a * 0 ELSE a END END END;
CREATE OR REPLACE MACRO trunc_by(a, n) AS CASE CAST(n AS INTEGER)
        WHEN -12 THEN trunc(a, -12) WHEN -11 THEN trunc(a, -11) WHEN -10 THEN trunc(a, -10) WHEN -9 THEN trunc(a, -9)
        WHEN -8 THEN trunc(a, -8) WHEN -7 THEN trunc(a, -7) WHEN -6 THEN trunc(a, -6) WHEN -5 THEN trunc(a, -5)
        WHEN -4 THEN trunc(a, -4) WHEN -3 THEN trunc(a, -3) WHEN -2 THEN trunc(a, -2) WHEN -1 THEN trunc(a, -1)
        WHEN 0 THEN trunc(a, 0) WHEN 1 THEN trunc(a, 1) WHEN 2 THEN trunc(a, 2) WHEN 3 THEN trunc(a, 3)
        WHEN 4 THEN trunc(a, 4) WHEN 5 THEN trunc(a, 5) WHEN 6 THEN trunc(a, 6) WHEN 7 THEN trunc(a, 7)
        WHEN 8 THEN trunc(a, 8) WHEN 9 THEN trunc(a, 9) WHEN 10 THEN trunc(a, 10) WHEN 11 THEN trunc(a, 11)
        WHEN 12 THEN trunc(a, 12) WHEN 13 THEN trunc(a, 13) WHEN 14 THEN trunc(a, 14) WHEN 15 THEN trunc(a, 15)
        ELSE CASE WHEN n IS NOT NULL THEN CASE WHEN n < 0 THEN a * 0 ELSE a END END END;

-- CEIL and FLOOR with a scale: up and down are 10^n and 10^-n as exact literals.
CREATE OR REPLACE MACRO ceil_scaled(a, up, down, n) AS round(ceil(a * up) * down, n);
CREATE OR REPLACE MACRO floor_scaled(a, up, down, n) AS round(floor(a * up) * down, n);
CREATE OR REPLACE MACRO ceil_any(a, n) AS CASE WHEN typeof(a) = 'DOUBLE' THEN ceil(a * pow(10, n)) / pow(10, n)
    ELSE trunc_by(a, n) + CASE WHEN trunc_by(a, n) < a THEN one_at(n) ELSE 0 END END;
CREATE OR REPLACE MACRO floor_any(a, n) AS CASE WHEN typeof(a) = 'DOUBLE' THEN floor(a * pow(10, n)) / pow(10, n)
    ELSE trunc_by(a, n) - CASE WHEN trunc_by(a, n) > a THEN one_at(n) ELSE 0 END END;
CREATE OR REPLACE MACRO one_at(n) AS CAST(pow(10, -n) AS DECIMAL(38, 12));
-- Whole numbers are their own ceiling and floor (DuckDB: a FLOAT).
CREATE OR REPLACE MACRO ceil_of (a BIGINT) AS a, (a HUGEINT) AS a, (a) AS ceil(a);
CREATE OR REPLACE MACRO floor_of (a BIGINT) AS a, (a HUGEINT) AS a, (a) AS floor(a);

-- 0 where the divisor is 0; DIV0NULL also where it is NULL.
CREATE OR REPLACE MACRO div0(a, b) AS
    CASE WHEN b = 0 AND a IS NOT NULL THEN cast_to_type(0, quotient_type(a, b))
         ELSE divide_by(a, b) END;
CREATE OR REPLACE MACRO div0null(a, b) AS
    CASE WHEN (b IS NULL OR b = 0) AND a IS NOT NULL THEN cast_to_type(0, quotient_type(a, b))
         ELSE divide_by(a, b) END;

CREATE OR REPLACE MACRO div0_to(a, b, last, scale) AS
    CASE WHEN b = 0 AND a IS NOT NULL THEN cast_to_type(0, last) ELSE exactly_divided(a, b, last, scale) END;
CREATE OR REPLACE MACRO div0null_to(a, b, last, scale) AS
    CASE WHEN (b IS NULL OR b = 0) AND a IS NOT NULL THEN cast_to_type(0, last) ELSE exactly_divided(a, b, last, scale) END;

CREATE OR REPLACE MACRO factorial_of(n) AS
    CASE WHEN n < 0 OR n > 33
         THEN CAST(error('MOCKHAUS:NumberOutOfRange:Invalid argument for function FACTORIAL') AS DECIMAL(38, 0))
         ELSE CAST(factorial(CAST(n AS INTEGER)) AS DECIMAL(38, 0)) END;

-- Where DuckDB answers NaN or infinity, Snowflake has an error.
CREATE OR REPLACE MACRO floating(result, known, name) AS
    CASE WHEN NOT isfinite(result) AND known
         THEN CAST(error('MOCKHAUS:NumberOutOfRange:Invalid floating point operation: ' || name) AS DOUBLE)
         ELSE result END;
CREATE OR REPLACE MACRO pow_of(a, b) AS floating(pow(a, b),
    isfinite(CAST(a AS DOUBLE)) AND isfinite(CAST(b AS DOUBLE)), 'pow(' || a || ',' || b || ')');
CREATE OR REPLACE MACRO exp_of(a) AS floating(exp(a), isfinite(CAST(a AS DOUBLE)), 'exp(' || a || ')');
CREATE OR REPLACE MACRO sinh_of(a) AS floating(sinh(a), isfinite(CAST(a AS DOUBLE)), 'sinh(' || a || ')');
CREATE OR REPLACE MACRO cosh_of(a) AS floating(cosh(a), isfinite(CAST(a AS DOUBLE)), 'cosh(' || a || ')');
CREATE OR REPLACE MACRO acosh_of(a) AS floating(acosh(a), isfinite(CAST(a AS DOUBLE)), 'acosh(' || a || ')');
CREATE OR REPLACE MACRO atanh_of(a) AS floating(atanh(a), isfinite(CAST(a AS DOUBLE)), 'atanh(' || a || ')');

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
