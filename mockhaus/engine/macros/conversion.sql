-- Conversion functions and casts. Every macro takes VARIANT (JSON) where it takes text: quotes around
-- the value are a JSON string's.

-- A text, or the value of JSON text, without quotes and mark.
CREATE OR REPLACE MACRO unquoted(a) AS
    CASE WHEN is_marked(a) THEN substr(a, 4, length(a) - 4) ELSE trim(trim(a), '"') END;

-- A VARIANT on its way to a number: a truth is 1 or 0.
CREATE OR REPLACE MACRO variant_numeral(a) AS
    CASE CAST(a AS VARCHAR) WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE CAST(a AS VARCHAR) END;

-- What CAST to a number type reads: text without the quotes of a JSON string, others as they are.
CREATE OR REPLACE MACRO numeric_source
    (a) AS a,
    (a VARCHAR) AS nullif(unquoted(a), 'null');

-- CAST to FLOAT: a text of digits beyond it is an error (DuckDB: infinity).
CREATE OR REPLACE MACRO float_of
    (a) AS CAST(a AS DOUBLE),
    (a VARCHAR) AS CASE WHEN isinf(CAST(numeric_source(a) AS DOUBLE)) AND NOT contains(lower(a), 'inf')
        THEN CAST(error('MOCKHAUS:NumberOutOfRange:Number out of representable range') AS DOUBLE)
        ELSE CAST(numeric_source(a) AS DOUBLE) END;
CREATE OR REPLACE MACRO try_float_of
    (a) AS TRY_CAST(a AS DOUBLE),
    (a VARCHAR) AS CASE WHEN NOT isinf(TRY_CAST(numeric_source(a) AS DOUBLE)) OR contains(lower(a), 'inf')
        THEN TRY_CAST(numeric_source(a) AS DOUBLE) END;

-- CAST to INT: FLOAT is rounded half away from zero (DuckDB: to even).
CREATE OR REPLACE MACRO integer_of
    (a) AS CASE typeof(a)
        WHEN 'DOUBLE' THEN CAST(round(CAST(a AS DOUBLE)) AS BIGINT)
        WHEN 'FLOAT' THEN CAST(round(CAST(a AS DOUBLE)) AS BIGINT)
        ELSE CAST(a AS BIGINT) END,
    (a VARCHAR) AS CAST(CAST(nullif(unquoted(a), 'null') AS HUGEINT) AS BIGINT);
CREATE OR REPLACE MACRO try_integer_of
    (a) AS CASE typeof(a)
        WHEN 'DOUBLE' THEN TRY_CAST(round(TRY_CAST(a AS DOUBLE)) AS BIGINT)
        WHEN 'FLOAT' THEN TRY_CAST(round(TRY_CAST(a AS DOUBLE)) AS BIGINT)
        ELSE TRY_CAST(a AS BIGINT) END,
    (a VARCHAR) AS TRY_CAST(TRY_CAST(nullif(unquoted(a), 'null') AS HUGEINT) AS BIGINT);

-- The same of NUMBER(38, 0), whose digits need more than 64 bits.
CREATE OR REPLACE MACRO whole_of
    (a) AS CASE typeof(a)
        WHEN 'DOUBLE' THEN CAST(round(CAST(a AS DOUBLE)) AS HUGEINT)
        WHEN 'FLOAT' THEN CAST(round(CAST(a AS DOUBLE)) AS HUGEINT)
        ELSE CAST(a AS HUGEINT) END,
    (a VARCHAR) AS of_38_digits(CAST(nullif(unquoted(a), 'null') AS HUGEINT));
CREATE OR REPLACE MACRO of_38_digits(n) AS
    CASE WHEN n BETWEEN -99999999999999999999999999999999999999 AND 99999999999999999999999999999999999999 THEN n
         WHEN n IS NOT NULL
         THEN CAST(error('MOCKHAUS:NumberOutOfRange:Number out of representable range') AS HUGEINT) END;
CREATE OR REPLACE MACRO try_whole_of
    (a) AS CASE typeof(a)
        WHEN 'DOUBLE' THEN TRY_CAST(round(TRY_CAST(a AS DOUBLE)) AS HUGEINT)
        WHEN 'FLOAT' THEN TRY_CAST(round(TRY_CAST(a AS DOUBLE)) AS HUGEINT)
        ELSE TRY_CAST(a AS HUGEINT) END,
    (a VARCHAR) AS TRY_CAST(nullif(unquoted(a), 'null') AS HUGEINT);

-- A DECIMAL of more than 18 digits, which DuckDB reads from text in 30 us: a text that is short enough
-- (of `room` characters) becomes one of 18 digits first. narrow and wide are 0 of either type.
CREATE OR REPLACE MACRO decimal_of
    (a, narrow, wide, room) AS cast_to_type(a, wide),
    (a VARCHAR, narrow, wide, room) AS CASE
        WHEN length(a) <= room AND regexp_full_match(a, '-?\d*\.?\d*') THEN cast_to_type(CAST(a AS VARCHAR), narrow)
        ELSE cast_to_type(nullif(unquoted(a), 'null'), wide) END;

-- The text of a text or VARIANT argument, NULL for JSON null.
CREATE OR REPLACE MACRO bare(a) AS nullif(unquoted(a), 'null');

-- SYSTEM$TYPEOF: the type and, in brackets, how a value of it is kept.
CREATE OR REPLACE MACRO kept_in(digits) AS
    CASE WHEN digits <= 2 THEN 1 WHEN digits <= 4 THEN 2 WHEN digits <= 9 THEN 4 WHEN digits <= 18 THEN 8 ELSE 16 END;
CREATE OR REPLACE MACRO system_typeof(a) AS CASE typeof(a)
    WHEN 'VARCHAR' THEN 'VARCHAR(16777216)[LOB]' WHEN 'BOOLEAN' THEN 'BOOLEAN[SB1]'
    WHEN 'TINYINT' THEN 'NUMBER(38,0)[SB1]' WHEN 'SMALLINT' THEN 'NUMBER(38,0)[SB2]'
    WHEN 'BIGINT' THEN 'NUMBER(38,0)[SB8]' WHEN 'INTEGER' THEN 'NUMBER(38,0)[SB4]' WHEN 'HUGEINT' THEN 'NUMBER(38,0)[SB16]'
    WHEN 'DOUBLE' THEN 'FLOAT[DOUBLE]' WHEN 'DATE' THEN 'DATE[SB4]' WHEN 'TIME' THEN 'TIME(9)[SB8]'
    WHEN 'TIMESTAMP' THEN 'TIMESTAMP_NTZ(9)[SB16]' WHEN 'BLOB' THEN 'BINARY(8388608)[LOB]'
    WHEN 'TIMESTAMP WITH TIME ZONE' THEN 'TIMESTAMP_LTZ(9)[SB16]'
    WHEN 'STRUCT(utc TIMESTAMP, spread INTERVAL)' THEN 'TIMESTAMP_TZ(9)[SB16]'
    WHEN '"NULL"' THEN 'NULL[LOB]'
    ELSE CASE WHEN starts_with(typeof(a), 'DECIMAL') THEN replace(typeof(a), 'DECIMAL', 'NUMBER')
            || '[SB' || kept_in(CAST(regexp_extract(typeof(a), '\d+') AS INTEGER)) || ']'
         ELSE error('MOCKHAUS:UnsupportedFeature:Unsupported feature ''SYSTEM$TYPEOF of a semi-structured value''.') END END;

-- --- BOOLEAN -------------------------------------------------------------------------------------

CREATE OR REPLACE MACRO boolean_of_text(t) AS
    CASE WHEN t IN ('true', 't', 'yes', 'y', 'on', '1') THEN true
         WHEN t IN ('false', 'f', 'no', 'n', 'off', '0') THEN false END;

CREATE OR REPLACE MACRO to_boolean(a) AS boolean_of(a, typeof(a));
-- A number in a VARIANT is one, a text of digits is not.
CREATE OR REPLACE MACRO boolean_of
    (a, kind) AS CAST(a AS BOOLEAN),
    (a VARCHAR, kind) AS list_transform([lower(bare(a))], lambda t: COALESCE(boolean_of_text(t),
        CASE WHEN kind = 'JSON' AND a[1] <> '"' THEN TRY_CAST(t AS DOUBLE) <> 0 END,
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
    regexp_replace(regexp_replace(t, ' ?([+-]\d\d):?(\d\d)$', '\1:\2'), ' Z$', 'Z');

-- Formats of the AUTO detection that DuckDB's own cast does not know.
CREATE OR REPLACE MACRO parse_auto(t) AS
    COALESCE(
        try_strptime(t, ['%d-%b-%Y', '%d-%B-%Y', '%m/%d/%Y', '%d-%b-%Y %H:%M:%S', '%m/%d/%Y %H:%M:%S',
            '%m/%d/%Y %H:%M', '%Y-%m-%dT%H', '%Y-%m-%d %H', '%a, %d %b %Y %H:%M:%S',
            '%a, %d %b %Y %I:%M:%S %p', '%d-%b-%Y %I:%M:%S %p', '%d-%b-%Y %H:%M:%S.%f']),
        CASE WHEN regexp_full_match(t, '-?\d+') THEN epoch_auto(TRY_CAST(t AS BIGINT)) END,
        CAST(try_strptime(t, ['%a %b %d %H:%M:%S %z %Y', '%a, %d %b %Y %H:%M:%S %z',
            '%a, %d %b %Y %I:%M:%S %p %z']) AS TIMESTAMP));

CREATE OR REPLACE MACRO auto_timestamp(t) AS
    COALESCE(TRY_CAST(t AS TIMESTAMP), TRY_CAST(plain_offset(t) AS TIMESTAMP), parse_auto(t));

CREATE OR REPLACE MACRO auto_timestamptz(t) AS
    COALESCE(TRY_CAST(t AS TIMESTAMPTZ), TRY_CAST(plain_offset(t) AS TIMESTAMPTZ),
        CASE WHEN regexp_full_match(t, '-?\d+')
             THEN CAST(epoch_auto(TRY_CAST(t AS BIGINT)) AS VARCHAR) || '+00' END::TIMESTAMPTZ,
        try_strptime(t, ['%a %b %d %H:%M:%S %z %Y', '%a, %d %b %Y %H:%M:%S %z',
            '%a, %d %b %Y %I:%M:%S %p %z']),
        try_strptime(plain_offset(t), ['%Y-%m-%d %H:%M%z', '%Y-%m-%dT%H:%M%z']),
        CAST(parse_auto(t) AS TIMESTAMPTZ));

-- How texts are read; `input_formats.sql` has others of these names, for sessions that say how.
CREATE OR REPLACE MACRO iso_date(a) AS TRY_CAST(a AS DATE);
CREATE OR REPLACE MACRO iso_timestamp(a) AS TRY_CAST(a AS TIMESTAMP);
CREATE OR REPLACE MACRO iso_timestamptz(a) AS TRY_CAST(a AS TIMESTAMPTZ);
CREATE OR REPLACE MACRO parse_timestamp(t) AS auto_timestamp(t);
CREATE OR REPLACE MACRO parse_timestamptz(t) AS auto_timestamptz(t);
CREATE OR REPLACE MACRO auto_date(t) AS COALESCE(TRY_CAST(t AS DATE), CAST(auto_timestamp(t) AS DATE));
CREATE OR REPLACE MACRO parse_date(t) AS auto_date(t);

CREATE OR REPLACE MACRO auto_time(t) AS
    COALESCE(CAST(try_strptime(t, ['%I:%M:%S %p', '%I:%M %p', '%I:%M:%S.%f %p']) AS TIME),
        CASE WHEN NOT regexp_matches(t, '[AaPp][Mm]$') THEN TRY_CAST(t AS TIME) END,
        CASE WHEN regexp_full_match(t, '\d+')
             THEN CAST(epoch_auto(TRY_CAST(t AS BIGINT)) AS TIME) END,
        CAST(TRY_CAST(t AS TIMESTAMP) AS TIME));
CREATE OR REPLACE MACRO parse_time(t) AS auto_time(t);

-- By AUTO, however the session has texts read: ISO texts that were made of others, and clients' values.
CREATE OR REPLACE MACRO unread(t) AS
    CASE WHEN t IS NOT NULL THEN error('MOCKHAUS:InvalidDatetime:Timestamp ''' || t || ''' is not recognized') END;
CREATE OR REPLACE MACRO of_auto_date(a) AS list_transform([a], lambda t: COALESCE(auto_date(t), CAST(unread(t) AS DATE)))[1];
CREATE OR REPLACE MACRO of_auto_time(a) AS list_transform([a], lambda t: COALESCE(auto_time(t), CAST(unread(t) AS TIME)))[1];
CREATE OR REPLACE MACRO of_auto_timestamp(a) AS list_transform([a], lambda t: COALESCE(auto_timestamp(t), CAST(unread(t) AS TIMESTAMP)))[1];
CREATE OR REPLACE MACRO of_auto_timestamptz(a) AS list_transform([a], lambda t: COALESCE(auto_timestamptz(t), CAST(unread(t) AS TIMESTAMPTZ)))[1];
CREATE OR REPLACE MACRO of_auto_timestamp_tz(a) AS list_transform([a], lambda t: COALESCE(auto_timestamp_tz(t),
    CAST(unread(t) AS STRUCT(utc TIMESTAMP, spread INTERVAL))))[1];

CREATE OR REPLACE MACRO to_date
    (a BIGINT) AS CASE WHEN a IS NULL THEN CAST(NULL AS DATE)
        ELSE CAST(error('MOCKHAUS:TypeMismatch:A number is not a date') AS DATE) END,
    (a DATE) AS a,
    (a TIMESTAMP) AS CAST(a AS DATE),
    (a TIMESTAMPTZ) AS CAST(a AS DATE),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS CAST(tz_clock(a) AS DATE),
    (a VARCHAR) AS COALESCE(iso_date(a), list_transform([unquoted(a)], lambda t: CASE WHEN t <> 'null' THEN COALESCE(parse_date(t),
        CAST(error('MOCKHAUS:InvalidDatetime:Date ''' || t || ''' is not recognized') AS DATE)) END)[1]);

CREATE OR REPLACE MACRO try_to_date
    (a BIGINT) AS CASE WHEN a IS NULL THEN CAST(NULL AS DATE)
        ELSE CAST(error('MOCKHAUS:TypeMismatch:A number is not a date') AS DATE) END,
    (a DATE) AS a,
    (a TIMESTAMP) AS CAST(a AS DATE),
    (a TIMESTAMPTZ) AS CAST(a AS DATE),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS CAST(tz_clock(a) AS DATE),
    (a VARCHAR) AS COALESCE(iso_date(a), list_transform([unquoted(a)], lambda t: parse_date(t))[1]);

-- A number is seconds since 1970; with a second argument, tenths, hundredths ... of them.
CREATE OR REPLACE MACRO to_timestamp_ntz
    (a DATE) AS CAST(a AS TIMESTAMP),
    (a TIMESTAMP) AS a,
    (a TIMESTAMPTZ) AS CAST(a AS TIMESTAMP),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS tz_clock(a),
    (a BIGINT) AS make_timestamp(a * 1000000),
    (a DOUBLE) AS make_timestamp(CAST(a * 1000000 AS BIGINT)),
    (a VARCHAR) AS COALESCE(iso_timestamp(a), list_transform([unquoted(a)], lambda t: CASE WHEN t <> 'null' THEN COALESCE(parse_timestamp(t),
        CAST(error('MOCKHAUS:InvalidDatetime:Timestamp ''' || t || ''' is not recognized') AS TIMESTAMP)) END)[1]);

-- A number in a VARIANT is an instant: its clock is that of the session's time zone.
CREATE OR REPLACE MACRO variant_to_timestamp
    (a) AS to_timestamp_ntz(CAST(a AS VARCHAR)),
    (a VARCHAR) AS list_transform([CAST(a AS VARCHAR)], lambda t:
        CASE WHEN regexp_full_match(t, '-?\d+')
             THEN CAST(make_timestamptz(epoch_us(epoch_auto(TRY_CAST(t AS BIGINT)))) AS TIMESTAMP)
             ELSE to_timestamp_ntz(t) END)[1];

CREATE OR REPLACE MACRO try_to_timestamp_ntz
    (a DATE) AS CAST(a AS TIMESTAMP),
    (a TIMESTAMP) AS a,
    (a TIMESTAMPTZ) AS CAST(a AS TIMESTAMP),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS tz_clock(a),
    (a BIGINT) AS make_timestamp(a * 1000000),
    (a DOUBLE) AS make_timestamp(CAST(a * 1000000 AS BIGINT)),
    (a VARCHAR) AS COALESCE(iso_timestamp(a), list_transform([unquoted(a)], lambda t: parse_timestamp(t))[1]);

CREATE OR REPLACE MACRO to_timestamp_ltz
    (a DATE) AS CAST(a AS TIMESTAMPTZ),
    (a TIMESTAMP) AS CAST(a AS TIMESTAMPTZ),
    (a TIMESTAMPTZ) AS a,
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS tz_instant(a),
    (a BIGINT) AS make_timestamptz(a * 1000000),
    (a DOUBLE) AS make_timestamptz(CAST(a * 1000000 AS BIGINT)),
    (a VARCHAR) AS COALESCE(iso_timestamptz(a), list_transform([unquoted(a)], lambda t: CASE WHEN t <> 'null' THEN COALESCE(parse_timestamptz(t),
        CAST(error('MOCKHAUS:InvalidDatetime:Timestamp ''' || t || ''' is not recognized') AS TIMESTAMPTZ)) END)[1]);

CREATE OR REPLACE MACRO try_to_timestamp_ltz
    (a DATE) AS CAST(a AS TIMESTAMPTZ),
    (a TIMESTAMP) AS CAST(a AS TIMESTAMPTZ),
    (a TIMESTAMPTZ) AS a,
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS tz_instant(a),
    (a BIGINT) AS make_timestamptz(a * 1000000),
    (a DOUBLE) AS make_timestamptz(CAST(a * 1000000 AS BIGINT)),
    (a VARCHAR) AS COALESCE(iso_timestamptz(a), list_transform([unquoted(a)], lambda t: parse_timestamptz(t))[1]);

CREATE OR REPLACE MACRO to_time
    (a BIGINT) AS CASE WHEN a IS NULL THEN CAST(NULL AS TIME)
        ELSE CAST(error('MOCKHAUS:TypeMismatch:A number is not a time') AS TIME) END,
    (a DATE) AS CASE WHEN a IS NULL THEN CAST(NULL AS TIME)
        ELSE CAST(error('MOCKHAUS:TypeMismatch:A date is not a time') AS TIME) END,
    (a TIME) AS a,
    (a TIMESTAMP) AS CAST(a AS TIME),
    (a TIMESTAMPTZ) AS CAST(CAST(a AS TIMESTAMP) AS TIME),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS CAST(tz_clock(a) AS TIME),
    (a VARCHAR) AS list_transform([unquoted(a)], lambda t: CASE WHEN t <> 'null' THEN COALESCE(parse_time(t),
        CAST(error('MOCKHAUS:InvalidDatetime:Time ''' || t || ''' is not recognized') AS TIME)) END)[1];

CREATE OR REPLACE MACRO try_to_time
    (a BIGINT) AS CASE WHEN a IS NULL THEN CAST(NULL AS TIME)
        ELSE CAST(make_timestamp(a * 1000000) AS TIME) END,
    (a TIME) AS a,
    (a TIMESTAMP) AS CAST(a AS TIME),
    (a TIMESTAMPTZ) AS CAST(CAST(a AS TIMESTAMP) AS TIME),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS CAST(tz_clock(a) AS TIME),
    (a VARCHAR) AS list_transform([unquoted(a)], lambda t: parse_time(t))[1];

-- A moment by formats of strptime: %y is 1970 to 2069, not 1969 to 2068. (With an offset, the
-- instant may lie in the next year already.)
CREATE OR REPLACE MACRO century(moment, formats) AS
    CASE WHEN contains(formats[1], '%y') AND moment < CASE WHEN typeof(moment) = 'TIMESTAMP'
            THEN TIMESTAMP '1970-01-01' ELSE TIMESTAMP '1969-12-31' END
         THEN moment + to_years(100) ELSE moment END;
CREATE OR REPLACE MACRO try_parse_format(t, formats) AS century(try_strptime(t, formats), formats);

-- Text by formats of strptime: the value, or Snowflake's error.
CREATE OR REPLACE MACRO parse_format(t, formats, model) AS
    list_transform([t], lambda v: COALESCE(try_parse_format(v, formats), CASE WHEN v IS NULL THEN NULL
        ELSE error('MOCKHAUS:InvalidDatetime:Can''t parse ''' || v || ''' as timestamp with format ''' || model || '''') END))[1];
CREATE OR REPLACE MACRO without_offset(t) AS regexp_replace(t, ' ?(Z|[+-]\d\d(:?\d\d)?)$', '');

-- A moment by a format of strftime; `zoned` is the one for moments with a time zone. Marks around
-- fractions and offsets are resolved afterwards.
CREATE OR REPLACE MACRO format_moment
    (a BIGINT, plain, zoned) AS CASE WHEN a IS NULL THEN CAST(NULL AS VARCHAR)
        ELSE error('MOCKHAUS:TypeMismatch:A number has no date format') END,
    (a DATE, plain, zoned) AS strftime(a, plain),
    (a TIMESTAMP, plain, zoned) AS strftime(a, plain),
    (a TIMESTAMPTZ, plain, zoned) AS strftime(a, zoned),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL), plain, zoned) AS replace(strftime(tz_clock(a), plain), chr(2) || '+00:00' || chr(2), chr(2) || offset_text(tz_offset(a), ':') || chr(2)),
    (a TIME, plain, zoned) AS strftime(DATE '1970-01-01' + a, plain),
    (a VARCHAR, plain, zoned) AS strftime(to_timestamp_ntz(a), plain);
-- The same by a model that is no literal: of a moment as an ISO text, of a number as its own.
CREATE OR REPLACE MACRO no_open_format(kind, a) AS CASE WHEN a IS NULL THEN CAST(NULL AS VARCHAR)
    ELSE error('MOCKHAUS:UnsupportedFeature:Unsupported feature ''' || kind || ' format that is not a literal''.') END;
CREATE OR REPLACE MACRO text_by_model
    (a, model) AS number_text_by_model(text_of(a), model),
    (a BOOLEAN, model) AS no_open_format('BOOLEAN', a),
    (a BLOB, model) AS no_open_format('BINARY', a),
    (a DATE, model) AS moment_by_model(strftime(a, '%Y-%m-%d'), model),
    (a TIMESTAMP, model) AS moment_by_model(strftime(a, '%Y-%m-%dT%H:%M:%S.%f'), model),
    (a TIMESTAMPTZ, model) AS moment_by_model(strftime(a, '%Y-%m-%dT%H:%M:%S.%f%z'), model),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL), model) AS moment_by_model(strftime(tz_clock(a), '%Y-%m-%dT%H:%M:%S.%f') || offset_text(tz_offset(a), ':'), model),
    (a TIME, model) AS moment_by_model(strftime(DATE '1970-01-01' + a, '%Y-%m-%dT%H:%M:%S.%f'), model),
    (a VARCHAR, model) AS moment_by_model(strftime(to_timestamp_ntz(a), '%Y-%m-%dT%H:%M:%S.%f'), model);
CREATE OR REPLACE MACRO cut_fraction(t, pattern, kept) AS regexp_replace(t, pattern, kept);
CREATE OR REPLACE MACRO place_zone(t, template) AS
    regexp_replace(regexp_replace(t, chr(2) || '([+-]\d\d)' || chr(2), chr(2) || '\1:00' || chr(2)),
        chr(2) || '([+-]\d\d):?(\d\d)' || chr(2), template);

-- --- numbers by a format model -------------------------------------------------------------------

CREATE OR REPLACE MACRO pad_left(t, n, c) AS CASE WHEN length(t) >= n THEN t ELSE lpad(t, CAST(n AS INTEGER), c) END;
CREATE OR REPLACE MACRO group_digits(t) AS
    reverse(rtrim(regexp_replace(reverse(t), '(.{3})', '\1,', 'g'), ','));
CREATE OR REPLACE MACRO number_sign(negative, mark, sign) AS
    CASE WHEN sign IN ('S', 'S>') THEN CASE WHEN negative THEN '-' ELSE '+' END
         WHEN negative THEN '-' ELSE mark END;
-- A rounded number with all its decimals: exact for all but FLOAT.
CREATE OR REPLACE MACRO number_digits(a, decimals) AS
    CASE WHEN typeof(a) IN ('DOUBLE', 'FLOAT') THEN printf('%.' || decimals || 'f', TRY_CAST(a AS DOUBLE))
         ELSE list_transform([CAST(a AS VARCHAR)], lambda t: split_part(t, '.', 1) || CASE WHEN decimals > 0
            THEN '.' || rpad(split_part(t, '.', 2), CAST(decimals AS INTEGER), '0') ELSE '' END)[1] END;
CREATE OR REPLACE MACRO number_whole(w, zeros, blank_zero) AS
    CASE WHEN blank_zero AND zeros = 0 AND w = '0' THEN '' ELSE pad_left(w, zeros, '0') END;
CREATE OR REPLACE MACRO number_body(w, t, whole, decimals, grouped, dollar) AS
    CASE WHEN dollar THEN '$' ELSE '' END
        || CASE WHEN length(w) > whole THEN repeat('#', whole) WHEN grouped THEN group_digits(w) ELSE w END
        || CASE WHEN decimals = 0 THEN '' WHEN length(w) > whole THEN '.' || repeat('#', decimals)
                ELSE '.' || split_part(t, '.', 2) END;
-- `width` counts all but the sign; 0 where nothing is filled up.
CREATE OR REPLACE MACRO number_signed(body, negative, width, sign) AS
    CASE WHEN sign IN ('MI', 'S>')
         THEN pad_left(body, width, ' ') || number_sign(negative, CASE WHEN width = 0 THEN '' ELSE ' ' END, sign)
         ELSE pad_left(number_sign(negative, CASE WHEN width = 0 THEN '' ELSE ' ' END, sign) || body,
            CASE WHEN width = 0 THEN 0 ELSE width + 1 END, ' ') END;
-- The digits of a fixed model; the number is rounded to its decimals.
CREATE OR REPLACE MACRO number_fixed(a, whole, zeros, decimals, grouped, dollar, blank_zero, compact, sign) AS
    list_transform([number_digits(a, decimals)], lambda t: number_signed(
        number_body(number_whole(ltrim(split_part(t, '.', 1), '-'), zeros, blank_zero OR whole = 0),
            t, whole, decimals, grouped, dollar),
        t[1] = '-' AND regexp_matches(t, '[1-9]'),
        CASE WHEN compact THEN 0 ELSE whole + CASE WHEN grouped THEN (whole - 1) // 3 ELSE 0 END
            + CASE WHEN decimals > 0 THEN decimals + 1 ELSE 0 END + CASE WHEN dollar THEN 1 ELSE 0 END END,
        sign))[1];
-- Without S a negative number is the complement of two in the model's digits.
CREATE OR REPLACE MACRO number_hex(a, whole, zeros, sign) AS
    list_transform([CAST(round(CAST(a AS DOUBLE)) AS BIGINT)], lambda n: CASE WHEN sign = '' THEN
        CASE WHEN abs(n) > pow(16, whole) - 1 OR (n < 0 AND abs(n) > pow(16, whole) / 2) THEN repeat('#', whole)
             WHEN n < 0 THEN to_hex(CAST(CAST(pow(16, whole) AS HUGEINT) + n AS BIGINT))
             ELSE pad_left(to_hex(n), zeros, '0') END
        ELSE CASE WHEN n < 0 THEN '-' ELSE '+' END || pad_left(to_hex(abs(n)), zeros, '0') END)[1];
CREATE OR REPLACE MACRO number_scientific(a) AS regexp_replace(replace(upper(regexp_replace(
    printf('%.14e', CAST(a AS DOUBLE)), '\.?0*e', 'e')), 'E+', 'E'), 'E(-?)0+(\d)', 'E\1\2');

CREATE OR REPLACE MACRO formatted_number(a, pattern, model) AS
    list_transform([a], lambda t: CASE WHEN t IS NULL OR (regexp_full_match(t, pattern) AND regexp_matches(t, '\d'))
        THEN digits_only(t)
        ELSE error('MOCKHAUS:InvalidNumber:Can''t parse ''' || t || ''' as number with format ''' || model || '''') END)[1];
CREATE OR REPLACE MACRO try_formatted_number(a, pattern, model) AS
    list_transform([a], lambda t: CASE WHEN regexp_full_match(t, pattern) AND regexp_matches(t, '\d') THEN digits_only(t) END)[1];
CREATE OR REPLACE MACRO digits_only(t) AS
    regexp_replace(regexp_replace(t, '[$, ]', '', 'g'), '^(.*)([+-])$', '\2\1');
CREATE OR REPLACE MACRO hexadecimal_number(a, pattern, model) AS
    list_transform([a], lambda t: CASE WHEN t IS NULL OR regexp_full_match(t, pattern)
        THEN CAST(CAST('0x' || t AS BIGINT) AS VARCHAR)
        ELSE error('MOCKHAUS:InvalidNumber:Can''t parse ''' || t || ''' as number with format ''' || model || '''') END)[1];
CREATE OR REPLACE MACRO try_hexadecimal_number(a, pattern, model) AS
    list_transform([a], lambda t: CASE WHEN regexp_full_match(t, pattern) THEN CAST(TRY_CAST('0x' || t AS BIGINT) AS VARCHAR) END)[1];

CREATE OR REPLACE MACRO utf8_of(a) AS decode(digested(a));

-- A number as n-th fractions of a second since 1970.
CREATE OR REPLACE MACRO epoch_scaled(a, n) AS
    make_timestamp(CAST(CASE WHEN n > 6 THEN CAST(floor(CAST(a AS DECIMAL(38, 9))) AS HUGEINT) // CAST(pow(10, n - 6) AS BIGINT)
        ELSE CAST(floor(CAST(a AS DECIMAL(38, 9)) * CAST(pow(10, 6 - n) AS BIGINT)) AS HUGEINT) END AS BIGINT));

-- Fractional digits of a timestamp and a time beyond n are cut off.
CREATE OR REPLACE MACRO timestamp_digits
    (a TIMESTAMP, n) AS time_bucket(to_microseconds(CAST(pow(10, 6 - n) AS BIGINT)), a),
    (a TIMESTAMPTZ, n) AS time_bucket(to_microseconds(CAST(pow(10, 6 - n) AS BIGINT)), a),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL), n) AS list_transform([a], lambda v: tz_at(time_bucket(to_microseconds(CAST(pow(10, 6 - n) AS BIGINT)), tz_clock(v)), tz_offset(v)))[1],
    (a BIGINT, n) AS moment(a);
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

CREATE OR REPLACE MACRO hex_to_binary
    (a BLOB) AS a,
    (a VARCHAR) AS list_transform([bare(a)], lambda t: CASE
        WHEN t IS NULL OR regexp_full_match(t, '([0-9A-Fa-f]{2})*') THEN unhex(t)
        ELSE CAST(error('MOCKHAUS:InvalidText:The following string is not a legal hex-encoded value: '''
            || t || '''') AS BLOB) END)[1];

CREATE OR REPLACE MACRO try_hex_to_binary
    (a BLOB) AS a,
    (a VARCHAR) AS list_transform([bare(a)], lambda t: CASE
        WHEN regexp_full_match(t, '([0-9A-Fa-f]{2})*') THEN unhex(t) END)[1];

-- As BINARY_INPUT_FORMAT says, which is HEX here (see `input_formats.sql`).
CREATE OR REPLACE MACRO text_to_binary(a) AS hex_to_binary(CAST(a AS VARCHAR));
CREATE OR REPLACE MACRO try_text_to_binary(a) AS try_hex_to_binary(CAST(a AS VARCHAR));
CREATE OR REPLACE MACRO to_binary (a BLOB) AS a, (a VARCHAR) AS text_to_binary(a);
CREATE OR REPLACE MACRO try_to_binary (a BLOB) AS a, (a VARCHAR) AS try_text_to_binary(a);

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
