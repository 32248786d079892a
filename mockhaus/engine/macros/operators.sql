-- Conversions that Snowflake implies, and operators that differ between the engines.
-- typeof() is known when a query is bound: the branches not taken are gone before it runs.

-- The text of a FLOAT: whole numbers without a fraction, others with at most ten digits.
CREATE OR REPLACE MACRO float_text(a) AS
    CASE WHEN isnan(a) THEN 'NaN'
         WHEN isinf(a) THEN CASE WHEN a > 0 THEN 'inf' ELSE '-inf' END
         WHEN a = floor(a) AND abs(a) < 1e15 THEN CAST(CAST(a AS BIGINT) AS VARCHAR)
         WHEN abs(a) < 1e10 THEN printf('%.10g', a)
         ELSE CAST(a AS VARCHAR) END;

-- Any value as text, as TO_VARCHAR spells it. The argument is written several times: for columns.
CREATE OR REPLACE MACRO text_of(a) AS
    CASE typeof(a)
        WHEN 'VARCHAR' THEN CAST(a AS VARCHAR)
        WHEN 'JSON' THEN CAST(a AS JSON) ->> '$'
        WHEN 'DOUBLE' THEN float_text(CAST(CAST(a AS VARCHAR) AS DOUBLE))
        WHEN 'FLOAT' THEN float_text(CAST(CAST(a AS VARCHAR) AS DOUBLE))
        WHEN 'BLOB' THEN hex(CAST(CAST(a AS VARCHAR) AS BLOB))
        WHEN 'TIMESTAMP' THEN strftime(CAST(CAST(a AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')
        WHEN 'TIMESTAMP WITH TIME ZONE' THEN
            strftime(CAST(CAST(a AS VARCHAR) AS TIMESTAMPTZ), '%Y-%m-%d %H:%M:%S.%g ')
                || rpad(replace(strftime(CAST(CAST(a AS VARCHAR) AS TIMESTAMPTZ), '%z'), ':', ''), 5, '0')
        ELSE CAST(a AS VARCHAR) END;

-- The same for expressions, which are computed once.
CREATE OR REPLACE MACRO text_once(a) AS list_transform([a], lambda v: text_of(v))[1];

-- Text and VARIANT as a number, numbers as they are.
CREATE OR REPLACE MACRO number_of
    (a) AS a,
    (a VARCHAR) AS CAST(nullif(trim(a, '"'), 'null') AS DOUBLE);

-- a / b: DuckDB answers a double, and infinity or NaN for b = 0. Whole and decimal numbers keep six
-- digits more than a has; converting infinity to a decimal is the error that the engine reports as
-- a division by zero. The second argument of cast_to_type is only looked at for its type.
CREATE OR REPLACE MACRO divide(a, b) AS
    cast_to_type(a / nonzero(b), COALESCE(a, 0) * 1.000000 + round(COALESCE(b, 0)) * 0);

-- Quotients have at least the scale they already have: for a / b / c.
CREATE OR REPLACE MACRO divide_again(a, b) AS
    cast_to_type(a / nonzero(b), COALESCE(a, 0) * 1 + round(COALESCE(b, 0)) * 0);

CREATE OR REPLACE MACRO nonzero(b) AS
    CASE WHEN b = 0 THEN CAST('MOCKHAUS:DivisionByZero:Division by zero' AS INTEGER) ELSE b END;

CREATE OR REPLACE MACRO modulo(a, b) AS a % nonzero(b);
