-- TIMESTAMP_TZ: an instant and an offset in one value. `mockhaus/zoned.py` says why, and how.

-- The value of microseconds since 1970 in UTC and minutes east of Greenwich.
CREATE OR REPLACE MACRO tz_made(us, minutes) AS
    CASE WHEN us IS NULL OR minutes IS NULL THEN NULL ELSE struct_pack(utc := make_timestamp(us), spread :=
        to_days(CAST(1560 - minutes AS INTEGER)) + to_microseconds(CAST(minutes + 1440 AS BIGINT) * 86400000000)) END;

-- Microseconds since 1970, and minutes east of Greenwich; the casts are for a NULL, which has no type.
CREATE OR REPLACE MACRO tz_us(a) AS epoch_us(CAST(struct_extract(a, 'utc') AS TIMESTAMP));
CREATE OR REPLACE MACRO tz_offset(a) AS 1560 - day(CAST(struct_extract(a, 'spread') AS INTERVAL));

-- The instant, and what the clock showed where the value is from.
CREATE OR REPLACE MACRO tz_instant(a) AS make_timestamptz(tz_us(a));
CREATE OR REPLACE MACRO tz_clock(a) AS make_timestamp(tz_us(a) + tz_offset(a) * 60000000);

-- An instant with the offset of the session's time zone, or of one that is named.
CREATE OR REPLACE MACRO tz_of(i) AS
    tz_made(epoch_us(i), (epoch_us(CAST(i AS TIMESTAMP)) - epoch_us(i)) // 60000000);
CREATE OR REPLACE MACRO tz_in(zone, i) AS
    list_transform([i], lambda v: tz_made(epoch_us(v), (epoch_us(timezone(zone, v)) - epoch_us(v)) // 60000000))[1];
-- A clock's time in a zone, and at an offset.
CREATE OR REPLACE MACRO tz_clock_in(zone, clock) AS tz_in(zone, timezone(zone, clock));
CREATE OR REPLACE MACRO tz_at(clock, minutes) AS tz_made(epoch_us(clock) - minutes * 60000000, minutes);

CREATE OR REPLACE MACRO offset_text(minutes, separator) AS
    CASE WHEN minutes < 0 THEN '-' ELSE '+' END || lpad(CAST(abs(minutes) // 60 AS VARCHAR), 2, '0')
        || separator || lpad(CAST(abs(minutes) % 60 AS VARCHAR), 2, '0');
CREATE OR REPLACE MACRO tz_text(a) AS
    strftime(tz_clock(a), '%Y-%m-%d %H:%M:%S.%g ') || offset_text(tz_offset(a), '');

-- The minutes of the offset at the end of a text, NULL without one: Z, +5, +05, +0530, +05:30.
CREATE OR REPLACE MACRO offset_in(t) AS
    regexp_extract(t, '(?i)(?::\d\d(?:\.\d*)?|T\d\d|[AP]M) ?(Z|[+-]\d\d?(?::?\d\d)?)(?: \d{4})?$', 1);
CREATE OR REPLACE MACRO offset_minutes(o) AS
    CASE WHEN o = '' THEN NULL WHEN upper(o) = 'Z' THEN 0
         ELSE CASE o[1] WHEN '-' THEN -1 ELSE 1 END
            * (CAST(regexp_extract(o, '^.(\d\d?)', 1) AS INTEGER) * 60
                + CAST('0' || regexp_extract(o, '^.\d\d?:?(\d\d)$', 1) AS INTEGER)) END;
-- An instant that was read from a text, with the text's offset or else the session's.
CREATE OR REPLACE MACRO tz_read(i, minutes) AS
    CASE WHEN minutes IS NULL THEN tz_of(i) ELSE tz_made(epoch_us(i), minutes) END;
CREATE OR REPLACE MACRO auto_timestamp_tz(t) AS
    CASE WHEN regexp_matches(t, '\d ?[A-Za-z_]{3,}[A-Za-z_/]*$') THEN NULL
         ELSE tz_read(auto_timestamptz(t), offset_minutes(offset_in(t))) END;
CREATE OR REPLACE MACRO parse_timestamp_tz(t) AS auto_timestamp_tz(t);

CREATE OR REPLACE MACRO to_timestamp_tz
    (a DATE) AS tz_of(CAST(a AS TIMESTAMPTZ)),
    (a TIMESTAMP) AS tz_of(CAST(a AS TIMESTAMPTZ)),
    (a TIMESTAMPTZ) AS tz_of(a),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS a,
    (a BIGINT) AS tz_of(make_timestamptz(a * 1000000)),
    (a DOUBLE) AS tz_of(make_timestamptz(CAST(a * 1000000 AS BIGINT))),
    (a VARCHAR) AS list_transform([unquoted(a)], lambda t: CASE WHEN t <> 'null' THEN COALESCE(parse_timestamp_tz(t),
        CAST(error('MOCKHAUS:InvalidDatetime:Timestamp ''' || t || ''' is not recognized') AS STRUCT(utc TIMESTAMP, spread INTERVAL))) END)[1];

CREATE OR REPLACE MACRO try_to_timestamp_tz
    (a DATE) AS tz_of(CAST(a AS TIMESTAMPTZ)),
    (a TIMESTAMP) AS tz_of(CAST(a AS TIMESTAMPTZ)),
    (a TIMESTAMPTZ) AS tz_of(a),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS a,
    (a BIGINT) AS tz_of(make_timestamptz(a * 1000000)),
    (a DOUBLE) AS tz_of(make_timestamptz(CAST(a * 1000000 AS BIGINT))),
    (a VARCHAR) AS list_transform([bare(a)], lambda t: parse_timestamp_tz(t))[1];

-- Text by formats of strptime; `pattern` finds the offset in it.
CREATE OR REPLACE MACRO parse_format_tz(t, formats, model, pattern) AS
    list_transform([t], lambda v: tz_read(CAST(parse_format(v, formats, model) AS TIMESTAMPTZ), offset_minutes(regexp_extract(v, pattern, 1))))[1];
CREATE OR REPLACE MACRO try_parse_format_tz(t, formats, pattern) AS
    list_transform([t], lambda v: tz_read(CAST(try_parse_format(v, formats) AS TIMESTAMPTZ), offset_minutes(regexp_extract(v, pattern, 1))))[1];

-- The same as to_timestamp_tz without a lambda, which DuckDB does not take in a column's DEFAULT.
CREATE OR REPLACE MACRO tz_default
    (a DATE) AS tz_of(CAST(a AS TIMESTAMPTZ)),
    (a TIMESTAMP) AS tz_of(CAST(a AS TIMESTAMPTZ)),
    (a TIMESTAMPTZ) AS tz_of(a),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS a,
    (a BIGINT) AS tz_of(make_timestamptz(a * 1000000)),
    (a VARCHAR) AS CASE WHEN a IS NULL THEN NULL ELSE COALESCE(parse_timestamp_tz(a),
        CAST(error('MOCKHAUS:InvalidDatetime:Timestamp ''' || a || ''' is not recognized') AS STRUCT(utc TIMESTAMP, spread INTERVAL))) END;
