-- Conversions that Snowflake implies, and operators that differ between the engines.
-- typeof() is known when a query is bound: the branches not taken are gone before it runs.

-- The text of a FLOAT: whole numbers without a fraction, others with at most ten digits.
CREATE OR REPLACE MACRO float_text(a) AS
    CASE WHEN a = floor(a) AND abs(a) < 1e15 THEN CAST(CAST(a AS BIGINT) AS VARCHAR)
         WHEN abs(a) < 1e10 THEN printf('%.10g', a)
         WHEN isnan(a) THEN 'NaN'
         ELSE regexp_replace(CAST(a AS VARCHAR), '\.0$', '') END;

CREATE OR REPLACE MACRO time_text(a) AS strftime(DATE '1970-01-01' + a, '%H:%M:%S');
CREATE OR REPLACE MACRO ntz_text(a) AS strftime(a, '%Y-%m-%d %H:%M:%S.%g');
CREATE OR REPLACE MACRO ltz_text(a) AS
    strftime(a, '%Y-%m-%d %H:%M:%S.%g ') || rpad(replace(strftime(a, '%z'), ':', ''), 5, '0');

-- Any value as text, as TO_VARCHAR spells it. The argument is written several times: for columns.
-- (Overloads would leave less to plan, but a column of a lateral join has no type to choose one by.)
CREATE OR REPLACE MACRO text_of(a) AS
    CASE WHEN typeof(a) IN ('DOUBLE', 'FLOAT') THEN float_text(CAST(CAST(a AS VARCHAR) AS DOUBLE))
    ELSE CASE typeof(a)
        WHEN 'VARCHAR' THEN CAST(a AS VARCHAR)
        WHEN 'JSON' THEN json_text(CAST(a AS JSON))
        WHEN 'BLOB' THEN hex(CAST(CAST(a AS VARCHAR) AS BLOB))
        WHEN 'TIME' THEN time_text(CAST(CAST(a AS VARCHAR) AS TIME))
        WHEN 'TIMESTAMP' THEN ntz_text(CAST(CAST(a AS VARCHAR) AS TIMESTAMP))
        WHEN 'TIMESTAMP WITH TIME ZONE' THEN
            ltz_text(CAST(CAST(a AS VARCHAR) AS TIMESTAMPTZ))
        WHEN 'STRUCT(utc TIMESTAMP, spread INTERVAL)' THEN
            list_transform([CAST(CAST(a AS VARCHAR) AS STRUCT(utc TIMESTAMP, spread INTERVAL))], lambda z: tz_text(z))[1]
        ELSE CAST(a AS VARCHAR) END END;

-- The same for expressions, which are computed once.
CREATE OR REPLACE MACRO text_once(a) AS list_transform([a], lambda v: text_of(v))[1];

CREATE OR REPLACE MACRO json_text_once(a) AS list_transform([a], lambda v: json_text(v))[1];

-- Text and VARIANT as a number, numbers as they are.
CREATE OR REPLACE MACRO number_of
    (a) AS a,
    (a VARCHAR) AS CAST(nullif(unquoted(a), 'null') AS DOUBLE);

-- The type of a / b, which this value is only looked at for: max(s, min(s + 6, 12)) digits after the
-- point for a of s, FLOAT if either is. round() cuts a scale down, `+` takes the greater of two.
CREATE OR REPLACE MACRO quotient_type(a, b) AS
    round(round(COALESCE(a, 0), 12) * 1.000000, 12) + COALESCE(a, 0) + CAST(0 AS DECIMAL(38, 0))
        + round(COALESCE(b, 0)) * 0;
CREATE OR REPLACE MACRO scale_of(t) AS
    CAST(COALESCE(nullif(regexp_extract(t, ',(\d+)\)$', 1), ''), '0') AS INTEGER);

-- a / b, exact: by doubles (80 ns a row) where these tell the last digit for certain, else by whole
-- numbers of any length (2 us). q is the quotient in units of the last digit. Text becomes a HUGEINT
-- on its way: a cast to DECIMAL(38, s) takes 30 us.
CREATE OR REPLACE MACRO doubtful(q) AS abs(abs(q - trunc(q)) - 0.5) <= abs(q) * 5e-16 + 1e-8;
CREATE OR REPLACE MACRO divide(a, b) AS divide_by(a, nonzero(b));
CREATE OR REPLACE MACRO divide_by(a, b) AS
    CASE WHEN typeof(quotient_type(a, b)) <> 'DOUBLE'
          AND doubtful((a / b) * pow(10, scale_of(typeof(quotient_type(a, b)))))
         THEN cast_to_type(last_digit(scale_of(typeof(quotient_type(a, b)))), quotient_type(a, b))
            * CAST(CAST(exact_quotient(CAST(a AS VARCHAR), CAST(b AS VARCHAR),
                scale_of(typeof(quotient_type(a, b)))) AS HUGEINT) AS DECIMAL(38, 0))
         ELSE cast_to_type(a / b, quotient_type(a, b)) END;
-- The same of NUMBERs where the quotient's digits are known: `last` is 1 in the last one.
CREATE OR REPLACE MACRO divide_to(a, b, last, scale) AS exactly_divided(a, nonzero(b), last, scale);
CREATE OR REPLACE MACRO exactly_divided(a, b, last, scale) AS
    CASE WHEN doubtful((a / b) * pow(10, scale))
         THEN last * CAST(CAST(exact_quotient(CAST(a AS VARCHAR), CAST(b AS VARCHAR), scale) AS HUGEINT) AS DECIMAL(38, 0))
         ELSE cast_to_type(a / b, last) END;
CREATE OR REPLACE MACRO last_digit(scale) AS '0.' || repeat('0', scale - 1) || '1';

CREATE OR REPLACE MACRO nonzero(b) AS
    CASE WHEN b = 0 THEN CAST('MOCKHAUS:DivisionByZero:Division by zero' AS INTEGER) ELSE b END;

CREATE OR REPLACE MACRO modulo(a, b) AS a % nonzero(b);
