-- What a value becomes in a column of a type: the conversions that Snowflake implies, and no others.
-- `c` is the column's name, `t` its type as the message spells it. typeof() of an argument is known
-- when a statement is bound, so that what stays is one conversion, or none.

CREATE OR REPLACE MACRO shown_type(t) AS
    CASE WHEN t IN ('INTEGER', 'BIGINT', 'HUGEINT', 'SMALLINT', 'TINYINT', 'UBIGINT') THEN 'NUMBER(38,0)'
         WHEN t LIKE 'DECIMAL%' THEN 'NUMBER' || t[8:]
         WHEN t IN ('DOUBLE', 'FLOAT') THEN 'FLOAT'
         WHEN t = 'VARCHAR' THEN 'VARCHAR(16777216)'
         WHEN t = 'TIMESTAMP' THEN 'TIMESTAMP_NTZ(9)'
         WHEN t = 'TIMESTAMP WITH TIME ZONE' THEN 'TIMESTAMP_LTZ(9)'
         WHEN t = 'STRUCT(utc TIMESTAMP, spread INTERVAL)' THEN 'TIMESTAMP_TZ(9)'
         WHEN t = 'TIME' THEN 'TIME(9)'
         WHEN t = 'BLOB' THEN 'BINARY(8388608)'
         WHEN t = 'JSON' THEN 'VARIANT'
         ELSE t END;

-- Whether a value may go into the column; an error that names both types where it may not.
CREATE OR REPLACE MACRO assignable(a, kinds, c, t) AS
    CASE WHEN typeof(a) = '"NULL"' OR regexp_full_match(typeof(a), kinds) THEN true
         ELSE CAST(error('MOCKHAUS:ColumnTypeMismatch:Expression type does not match column data type, expecting '
             || t || ' but got ' || shown_type(typeof(a)) || ' for column ' || c) AS BOOLEAN) END;

CREATE OR REPLACE MACRO number_kinds() AS
    'VARCHAR|JSON|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL.*|DOUBLE|FLOAT|BIGNUM';

CREATE OR REPLACE MACRO assign_integer(a, c) AS
    CASE WHEN assignable(a, number_kinds(), c, 'NUMBER(38,0)') THEN integer_of(a) END;
CREATE OR REPLACE MACRO assign_whole(a, c) AS
    CASE WHEN assignable(a, number_kinds(), c, 'NUMBER(38,0)') THEN whole_of(a) END;
CREATE OR REPLACE MACRO assign_number(a, c, t) AS
    CASE WHEN assignable(a, number_kinds(), c, t) THEN numeric_source(a) END;
CREATE OR REPLACE MACRO assign_boolean(a, c) AS
    CASE WHEN assignable(a, number_kinds() || '|BOOLEAN', c, 'BOOLEAN') THEN to_boolean(a) END;
CREATE OR REPLACE MACRO assign_date(a, c) AS
    CASE WHEN assignable(a, 'VARCHAR|JSON|DATE|TIMESTAMP.*|STRUCT\(utc TIMESTAMP, spread INTERVAL\)', c, 'DATE') THEN to_date(a) END;
CREATE OR REPLACE MACRO assign_time(a, c) AS
    CASE WHEN assignable(a, 'VARCHAR|JSON|TIME|TIMESTAMP.*|STRUCT\(utc TIMESTAMP, spread INTERVAL\)', c, 'TIME(9)') THEN to_time(a) END;
CREATE OR REPLACE MACRO assign_timestamp(a, c) AS
    CASE WHEN assignable(a, number_kinds() || '|DATE|TIMESTAMP.*|STRUCT\(utc TIMESTAMP, spread INTERVAL\)', c, 'TIMESTAMP_NTZ(9)')
         THEN to_timestamp_ntz(a) END;
CREATE OR REPLACE MACRO assign_timestamp_ltz(a, c) AS
    CASE WHEN assignable(a, number_kinds() || '|DATE|TIMESTAMP.*|STRUCT\(utc TIMESTAMP, spread INTERVAL\)', c, 'TIMESTAMP_LTZ(9)')
         THEN to_timestamp_ltz(a) END;
CREATE OR REPLACE MACRO assign_timestamp_tz(a, c) AS
    CASE WHEN assignable(a, number_kinds() || '|DATE|TIMESTAMP.*|STRUCT\(utc TIMESTAMP, spread INTERVAL\)', c, 'TIMESTAMP_TZ(9)')
         THEN to_timestamp_tz(a) END;
CREATE OR REPLACE MACRO assign_text(a, c) AS
    CASE WHEN assignable(a, '[^B].*|B[^L].*', c, 'VARCHAR(16777216)') THEN text_of(a) END;
CREATE OR REPLACE MACRO assign_binary(a, c) AS
    CASE WHEN assignable(a, 'BLOB|JSON', c, 'BINARY(8388608)') THEN to_binary(a) END;
CREATE OR REPLACE MACRO assign_variant(a, c) AS
    CASE WHEN assignable(a, CASE typeof(a) WHEN 'STRUCT(utc TIMESTAMP, spread INTERVAL)' THEN '-' ELSE '(?s)JSON|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL.*|DOUBLE|FLOAT|BOOLEAN|.*\[.*\]|STRUCT.*|MAP.*' END, c, 'VARIANT')
         THEN to_variant(a) END;
CREATE OR REPLACE MACRO assign_object(a, c) AS
    CASE WHEN assignable(a, CASE typeof(a) WHEN 'STRUCT(utc TIMESTAMP, spread INTERVAL)' THEN '-' ELSE '(?s)JSON|STRUCT.*|MAP.*' END, c, 'OBJECT')
         THEN list_transform([to_variant(a)], lambda v: to_object(v))[1] END;
CREATE OR REPLACE MACRO assign_array(a, c) AS
    CASE WHEN assignable(a, '(?s)JSON|.*\[.*\]', c, 'ARRAY') THEN list_transform([to_variant(a)], lambda v: to_array(v))[1] END;
