-- Conversion functions and casts. Every macro takes VARIANT (JSON) where it takes text: quotes around
-- the value are a JSON string's.

-- What CAST to a number type reads: text without the quotes of a JSON string, others as they are.
CREATE OR REPLACE MACRO numeric_source
    (a) AS a,
    (a VARCHAR) AS nullif(trim(trim(a), '"'), 'null');

-- The text of a text or VARIANT argument, NULL for JSON null.
CREATE OR REPLACE MACRO bare(a) AS nullif(trim(trim(a), '"'), 'null');

-- --- BOOLEAN -------------------------------------------------------------------------------------

CREATE OR REPLACE MACRO boolean_of_text(t) AS
    CASE WHEN t IN ('true', 't', 'yes', 'y', 'on', '1') THEN true
         WHEN t IN ('false', 'f', 'no', 'n', 'off', '0') THEN false END;

CREATE OR REPLACE MACRO to_boolean
    (a) AS CAST(a AS BOOLEAN),
    (a VARCHAR) AS list_transform([lower(bare(a))], lambda t: COALESCE(boolean_of_text(t),
        CAST(error('MOCKHAUS:InvalidText:Boolean value ''' || t || ''' is not recognized') AS BOOLEAN)))[1];

CREATE OR REPLACE MACRO try_to_boolean
    (a) AS CAST(a AS BOOLEAN),
    (a VARCHAR) AS boolean_of_text(lower(bare(a)));

-- --- DATE, TIME, TIMESTAMP -----------------------------------------------------------------------

-- An integer in a text: seconds, milli-, micro- or nanoseconds since 1970, by its size.
CREATE OR REPLACE MACRO epoch_auto(n) AS
    CASE WHEN abs(n) < 31536000000 THEN make_timestamp(n * 1000000)
         WHEN abs(n) < 31536000000000 THEN make_timestamp(n * 1000)
         WHEN abs(n) < 31536000000000000 THEN make_timestamp(n)
         ELSE make_timestamp(n // 1000) END;

-- 2024-05-09 14:32:29 -0700 as DuckDB reads it: the offset with a colon, without a space before.
CREATE OR REPLACE MACRO plain_offset(t) AS
    regexp_replace(t, ' ?([+-]\d\d):?(\d\d)$', '\1:\2');

-- Formats of the AUTO detection that DuckDB's own cast does not know.
CREATE OR REPLACE MACRO parse_auto(t) AS
    COALESCE(
        try_strptime(t, ['%d-%b-%Y', '%d-%B-%Y', '%m/%d/%Y', '%d-%b-%Y %H:%M:%S', '%m/%d/%Y %H:%M:%S',
            '%m/%d/%Y %H:%M', '%Y-%m-%dT%H', '%Y-%m-%d %H', '%a, %d %b %Y %H:%M:%S',
            '%a, %d %b %Y %I:%M:%S %p', '%d-%b-%Y %I:%M:%S %p', '%d-%b-%Y %H:%M:%S.%f']),
        CASE WHEN regexp_full_match(t, '-?\d+') THEN epoch_auto(TRY_CAST(t AS BIGINT)) END,
        CAST(try_strptime(t, ['%a %b %d %H:%M:%S %z %Y', '%a, %d %b %Y %H:%M:%S %z',
            '%a, %d %b %Y %I:%M:%S %p %z']) AS TIMESTAMP));

CREATE OR REPLACE MACRO parse_timestamp(t) AS
    COALESCE(TRY_CAST(t AS TIMESTAMP), TRY_CAST(plain_offset(t) AS TIMESTAMP), parse_auto(t));

CREATE OR REPLACE MACRO parse_timestamptz(t) AS
    COALESCE(TRY_CAST(t AS TIMESTAMPTZ), TRY_CAST(plain_offset(t) AS TIMESTAMPTZ),
        CASE WHEN regexp_full_match(t, '-?\d+')
             THEN CAST(epoch_auto(TRY_CAST(t AS BIGINT)) AS VARCHAR) || '+00' END::TIMESTAMPTZ,
        try_strptime(t, ['%a %b %d %H:%M:%S %z %Y', '%a, %d %b %Y %H:%M:%S %z',
            '%a, %d %b %Y %I:%M:%S %p %z']),
        CAST(parse_auto(t) AS TIMESTAMPTZ));

CREATE OR REPLACE MACRO parse_date(t) AS
    COALESCE(TRY_CAST(t AS DATE), CAST(parse_timestamp(t) AS DATE));

CREATE OR REPLACE MACRO parse_time(t) AS
    COALESCE(TRY_CAST(t AS TIME), CAST(try_strptime(t, ['%I:%M:%S %p', '%I:%M %p', '%I:%M:%S.%f %p']) AS TIME),
        CASE WHEN regexp_full_match(t, '\d+')
             THEN CAST(epoch_auto(TRY_CAST(t AS BIGINT)) AS TIME) END,
        CAST(TRY_CAST(t AS TIMESTAMP) AS TIME));

CREATE OR REPLACE MACRO to_date
    (a DATE) AS a,
    (a TIMESTAMP) AS CAST(a AS DATE),
    (a TIMESTAMPTZ) AS CAST(a AS DATE),
    (a VARCHAR) AS list_transform([bare(a)], lambda t: COALESCE(parse_date(t),
        CAST(error('MOCKHAUS:InvalidDatetime:Date ''' || t || ''' is not recognized') AS DATE)))[1];

CREATE OR REPLACE MACRO try_to_date
    (a DATE) AS a,
    (a TIMESTAMP) AS CAST(a AS DATE),
    (a TIMESTAMPTZ) AS CAST(a AS DATE),
    (a VARCHAR) AS list_transform([bare(a)], lambda t: parse_date(t))[1];

-- A number is seconds since 1970; with a second argument, tenths, hundredths ... of them.
CREATE OR REPLACE MACRO to_timestamp_ntz
    (a DATE) AS CAST(a AS TIMESTAMP),
    (a TIMESTAMP) AS a,
    (a TIMESTAMPTZ) AS CAST(a AS TIMESTAMP),
    (a BIGINT) AS make_timestamp(a * 1000000),
    (a DOUBLE) AS make_timestamp(CAST(a * 1000000 AS BIGINT)),
    (a VARCHAR) AS list_transform([bare(a)], lambda t: COALESCE(parse_timestamp(t),
        CAST(error('MOCKHAUS:InvalidDatetime:Timestamp ''' || t || ''' is not recognized') AS TIMESTAMP)))[1];

CREATE OR REPLACE MACRO try_to_timestamp_ntz
    (a DATE) AS CAST(a AS TIMESTAMP),
    (a TIMESTAMP) AS a,
    (a TIMESTAMPTZ) AS CAST(a AS TIMESTAMP),
    (a BIGINT) AS make_timestamp(a * 1000000),
    (a DOUBLE) AS make_timestamp(CAST(a * 1000000 AS BIGINT)),
    (a VARCHAR) AS list_transform([bare(a)], lambda t: parse_timestamp(t))[1];

CREATE OR REPLACE MACRO to_timestamp_tz
    (a DATE) AS CAST(a AS TIMESTAMPTZ),
    (a TIMESTAMP) AS CAST(a AS TIMESTAMPTZ),
    (a TIMESTAMPTZ) AS a,
    (a BIGINT) AS make_timestamptz(a * 1000000),
    (a DOUBLE) AS make_timestamptz(CAST(a * 1000000 AS BIGINT)),
    (a VARCHAR) AS list_transform([bare(a)], lambda t: COALESCE(parse_timestamptz(t),
        CAST(error('MOCKHAUS:InvalidDatetime:Timestamp ''' || t || ''' is not recognized') AS TIMESTAMPTZ)))[1];

CREATE OR REPLACE MACRO try_to_timestamp_tz
    (a DATE) AS CAST(a AS TIMESTAMPTZ),
    (a TIMESTAMP) AS CAST(a AS TIMESTAMPTZ),
    (a TIMESTAMPTZ) AS a,
    (a BIGINT) AS make_timestamptz(a * 1000000),
    (a DOUBLE) AS make_timestamptz(CAST(a * 1000000 AS BIGINT)),
    (a VARCHAR) AS list_transform([bare(a)], lambda t: parse_timestamptz(t))[1];

CREATE OR REPLACE MACRO to_time
    (a BIGINT) AS CASE WHEN a IS NULL THEN CAST(NULL AS TIME)
        ELSE CAST(make_timestamp(a * 1000000) AS TIME) END,
    (a TIME) AS a,
    (a TIMESTAMP) AS CAST(a AS TIME),
    (a TIMESTAMPTZ) AS CAST(CAST(a AS TIMESTAMP) AS TIME),
    (a VARCHAR) AS list_transform([bare(a)], lambda t: COALESCE(parse_time(t),
        CAST(error('MOCKHAUS:InvalidDatetime:Time ''' || t || ''' is not recognized') AS TIME)))[1];

CREATE OR REPLACE MACRO try_to_time
    (a BIGINT) AS CASE WHEN a IS NULL THEN CAST(NULL AS TIME)
        ELSE CAST(make_timestamp(a * 1000000) AS TIME) END,
    (a TIME) AS a,
    (a TIMESTAMP) AS CAST(a AS TIME),
    (a TIMESTAMPTZ) AS CAST(CAST(a AS TIMESTAMP) AS TIME),
    (a VARCHAR) AS list_transform([bare(a)], lambda t: parse_time(t))[1];

-- Text by a format of strptime: the value, or Snowflake's error.
CREATE OR REPLACE MACRO parse_format(t, f) AS
    list_transform([t], lambda v: COALESCE(try_strptime(v, f),
        error('MOCKHAUS:InvalidDatetime:Can''t parse ''' || v || ''' as timestamp with the format given')))[1];

-- A number as n-th fractions of a second since 1970.
CREATE OR REPLACE MACRO epoch_scaled(a, n) AS
    make_timestamp(CAST(CAST(a AS DECIMAL(38, 9)) * 1000000 / CAST(pow(10, n) AS DOUBLE) AS BIGINT));

-- Fractional digits of a timestamp and a time beyond n are cut off.
CREATE OR REPLACE MACRO timestamp_digits
    (a TIMESTAMP, n) AS time_bucket(to_microseconds(CAST(pow(10, 6 - n) AS BIGINT)), a),
    (a TIMESTAMPTZ, n) AS time_bucket(to_microseconds(CAST(pow(10, 6 - n) AS BIGINT)), a);
CREATE OR REPLACE MACRO time_digits(a, n) AS
    CAST(time_bucket(to_microseconds(CAST(pow(10, 6 - n) AS BIGINT)), DATE '1970-01-01' + a) AS TIME);

-- --- VARCHAR, BINARY, VARIANT --------------------------------------------------------------------

CREATE OR REPLACE MACRO fit_text(a, n) AS
    list_transform([a], lambda t: CASE WHEN length(t) > n
        THEN error('MOCKHAUS:StringTooLong:String ''' || t || ''' is too long and would be truncated')
        ELSE t END)[1];

CREATE OR REPLACE MACRO fit_binary(a, n) AS
    list_transform([a], lambda t: CASE WHEN octet_length(t) > n
        THEN CAST(error('MOCKHAUS:StringTooLong:Binary value is too long and would be truncated') AS BLOB)
        ELSE t END)[1];

CREATE OR REPLACE MACRO to_binary
    (a BLOB) AS a,
    (a VARCHAR) AS list_transform([bare(a)], lambda t: CASE
        WHEN t IS NULL OR regexp_full_match(t, '([0-9A-Fa-f]{2})*') THEN unhex(t)
        ELSE CAST(error('MOCKHAUS:InvalidText:The following string is not a legal hex-encoded value: '''
            || t || '''') AS BLOB) END)[1];

CREATE OR REPLACE MACRO try_to_binary
    (a BLOB) AS a,
    (a VARCHAR) AS list_transform([bare(a)], lambda t: CASE
        WHEN regexp_full_match(t, '([0-9A-Fa-f]{2})*') THEN unhex(t) END)[1];

CREATE OR REPLACE MACRO to_binary_base64(a) AS list_transform([a], lambda t: CASE
    WHEN t IS NULL OR is_base64(t) THEN from_base64(t)
    ELSE CAST(error('MOCKHAUS:InvalidText:The following string is not a legal base64-encoded value: '''
        || t || '''') AS BLOB) END)[1];
CREATE OR REPLACE MACRO try_to_binary_base64(a) AS list_transform([a], lambda t: CASE
    WHEN is_base64(t) THEN from_base64(t) END)[1];
CREATE OR REPLACE MACRO is_base64(t) AS
    length(t) % 4 = 0 AND regexp_full_match(t, '[A-Za-z0-9+/]*={0,2}');

CREATE OR REPLACE MACRO try_fit_text(a, n) AS
    list_transform([a], lambda t: CASE WHEN length(t) <= n THEN t END)[1];
