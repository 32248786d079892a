-- Date and time functions.

-- A date, time or timestamp as it is; text and VARIANT as a timestamp.
CREATE OR REPLACE MACRO moment
    (a BIGINT) AS CASE WHEN a IS NULL THEN CAST(NULL AS TIMESTAMP)
        ELSE CAST(error('MOCKHAUS:TypeMismatch:A number is not a date or time') AS TIMESTAMP) END,
    (a DATE) AS a,
    (a TIMESTAMP) AS a,
    (a TIMESTAMPTZ) AS a,
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS tz_clock(a),
    (a TIME) AS a,
    (a VARCHAR) AS to_timestamp_ntz(a);

-- The same, but a TIMESTAMP_TZ stays one.
CREATE OR REPLACE MACRO moment_zoned
    (a BIGINT) AS moment(a),
    (a DATE) AS a,
    (a TIMESTAMP) AS a,
    (a TIMESTAMPTZ) AS a,
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS a,
    (a TIME) AS a,
    (a VARCHAR) AS to_timestamp_ntz(a);

-- The same clock on another day, of which one may have 23 hours; `input_formats.sql` has another.
CREATE OR REPLACE MACRO days_later(a, n) AS a + to_days(CAST(n AS INTEGER));

-- DATEADD, one macro a part: dates stay dates for parts of a day and longer.
CREATE OR REPLACE MACRO dateadd_year
    (n, a BIGINT) AS moment(a) + to_years(CAST(n AS INTEGER)),
    (n, a DATE) AS CAST(a + to_years(CAST(n AS INTEGER)) AS DATE),
    (n, a TIMESTAMP) AS a + to_years(CAST(n AS INTEGER)),
    (n, a TIMESTAMPTZ) AS a + to_years(CAST(n AS INTEGER)),
    (n, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(tz_clock(v) + to_years(CAST(n AS INTEGER)), tz_offset(v)))[1],
    (n, a VARCHAR) AS to_timestamp_ntz(a) + to_years(CAST(n AS INTEGER));
CREATE OR REPLACE MACRO dateadd_quarter
    (n, a BIGINT) AS moment(a) + to_months(CAST(n * 3 AS INTEGER)),
    (n, a DATE) AS CAST(a + to_months(CAST(n * 3 AS INTEGER)) AS DATE),
    (n, a TIMESTAMP) AS a + to_months(CAST(n * 3 AS INTEGER)),
    (n, a TIMESTAMPTZ) AS a + to_months(CAST(n * 3 AS INTEGER)),
    (n, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(tz_clock(v) + to_months(CAST(n * 3 AS INTEGER)), tz_offset(v)))[1],
    (n, a VARCHAR) AS to_timestamp_ntz(a) + to_months(CAST(n * 3 AS INTEGER));
CREATE OR REPLACE MACRO dateadd_month
    (n, a BIGINT) AS moment(a) + to_months(CAST(n AS INTEGER)),
    (n, a DATE) AS CAST(a + to_months(CAST(n AS INTEGER)) AS DATE),
    (n, a TIMESTAMP) AS a + to_months(CAST(n AS INTEGER)),
    (n, a TIMESTAMPTZ) AS a + to_months(CAST(n AS INTEGER)),
    (n, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(tz_clock(v) + to_months(CAST(n AS INTEGER)), tz_offset(v)))[1],
    (n, a VARCHAR) AS to_timestamp_ntz(a) + to_months(CAST(n AS INTEGER));
CREATE OR REPLACE MACRO dateadd_week
    (n, a BIGINT) AS moment(a) + to_days(CAST(n * 7 AS INTEGER)),
    (n, a DATE) AS a + CAST(n * 7 AS INTEGER),
    (n, a TIMESTAMP) AS a + to_days(CAST(n * 7 AS INTEGER)),
    (n, a TIMESTAMPTZ) AS days_later(a, n * 7),
    (n, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(tz_clock(v) + to_days(CAST(n * 7 AS INTEGER)), tz_offset(v)))[1],
    (n, a VARCHAR) AS to_timestamp_ntz(a) + to_days(CAST(n * 7 AS INTEGER));
CREATE OR REPLACE MACRO dateadd_day
    (n, a BIGINT) AS moment(a) + to_days(CAST(n AS INTEGER)),
    (n, a DATE) AS a + CAST(n AS INTEGER),
    (n, a TIMESTAMP) AS a + to_days(CAST(n AS INTEGER)),
    (n, a TIMESTAMPTZ) AS days_later(a, n),
    (n, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(tz_clock(v) + to_days(CAST(n AS INTEGER)), tz_offset(v)))[1],
    (n, a VARCHAR) AS to_timestamp_ntz(a) + to_days(CAST(n AS INTEGER));
CREATE OR REPLACE MACRO dateadd_hour
    (n, a BIGINT) AS moment(a) + to_hours(CAST(n AS BIGINT)),
    (n, a DATE) AS CAST(a AS TIMESTAMP) + to_hours(CAST(n AS BIGINT)),
    (n, a TIMESTAMP) AS a + to_hours(CAST(n AS BIGINT)),
    (n, a TIMESTAMPTZ) AS a + to_hours(CAST(n AS BIGINT)),
    (n, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(tz_clock(v) + to_hours(CAST(n AS BIGINT)), tz_offset(v)))[1],
    (n, a TIME) AS a + to_hours(CAST(n AS BIGINT)),
    (n, a VARCHAR) AS to_timestamp_ntz(a) + to_hours(CAST(n AS BIGINT));
CREATE OR REPLACE MACRO dateadd_minute
    (n, a BIGINT) AS moment(a) + to_minutes(CAST(n AS BIGINT)),
    (n, a DATE) AS CAST(a AS TIMESTAMP) + to_minutes(CAST(n AS BIGINT)),
    (n, a TIMESTAMP) AS a + to_minutes(CAST(n AS BIGINT)),
    (n, a TIMESTAMPTZ) AS a + to_minutes(CAST(n AS BIGINT)),
    (n, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(tz_clock(v) + to_minutes(CAST(n AS BIGINT)), tz_offset(v)))[1],
    (n, a TIME) AS a + to_minutes(CAST(n AS BIGINT)),
    (n, a VARCHAR) AS to_timestamp_ntz(a) + to_minutes(CAST(n AS BIGINT));
CREATE OR REPLACE MACRO dateadd_second
    (n, a BIGINT) AS moment(a) + to_microseconds(CAST(n AS BIGINT) * 1000000),
    (n, a DATE) AS CAST(a AS TIMESTAMP) + to_microseconds(CAST(n AS BIGINT) * 1000000),
    (n, a TIMESTAMP) AS a + to_microseconds(CAST(n AS BIGINT) * 1000000),
    (n, a TIMESTAMPTZ) AS a + to_microseconds(CAST(n AS BIGINT) * 1000000),
    (n, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(tz_clock(v) + to_microseconds(CAST(n AS BIGINT) * 1000000), tz_offset(v)))[1],
    (n, a TIME) AS a + to_microseconds(CAST(n AS BIGINT) * 1000000),
    (n, a VARCHAR) AS to_timestamp_ntz(a) + to_microseconds(CAST(n AS BIGINT) * 1000000);
CREATE OR REPLACE MACRO dateadd_millisecond
    (n, a BIGINT) AS moment(a) + to_microseconds(CAST(n AS BIGINT) * 1000),
    (n, a DATE) AS CAST(a AS TIMESTAMP) + to_microseconds(CAST(n AS BIGINT) * 1000),
    (n, a TIMESTAMP) AS a + to_microseconds(CAST(n AS BIGINT) * 1000),
    (n, a TIMESTAMPTZ) AS a + to_microseconds(CAST(n AS BIGINT) * 1000),
    (n, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(tz_clock(v) + to_microseconds(CAST(n AS BIGINT) * 1000), tz_offset(v)))[1],
    (n, a TIME) AS a + to_microseconds(CAST(n AS BIGINT) * 1000),
    (n, a VARCHAR) AS to_timestamp_ntz(a) + to_microseconds(CAST(n AS BIGINT) * 1000);
CREATE OR REPLACE MACRO dateadd_microsecond
    (n, a BIGINT) AS moment(a) + to_microseconds(CAST(n AS BIGINT)),
    (n, a DATE) AS CAST(a AS TIMESTAMP) + to_microseconds(CAST(n AS BIGINT)),
    (n, a TIMESTAMP) AS a + to_microseconds(CAST(n AS BIGINT)),
    (n, a TIMESTAMPTZ) AS a + to_microseconds(CAST(n AS BIGINT)),
    (n, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(tz_clock(v) + to_microseconds(CAST(n AS BIGINT)), tz_offset(v)))[1],
    (n, a TIME) AS a + to_microseconds(CAST(n AS BIGINT)),
    (n, a VARCHAR) AS to_timestamp_ntz(a) + to_microseconds(CAST(n AS BIGINT));
CREATE OR REPLACE MACRO dateadd_nanosecond
    (n, a BIGINT) AS moment(a) + to_microseconds(CAST(n AS BIGINT) // 1000),
    (n, a DATE) AS CAST(a AS TIMESTAMP) + to_microseconds(CAST(n AS BIGINT) // 1000),
    (n, a TIMESTAMP) AS a + to_microseconds(CAST(n AS BIGINT) // 1000),
    (n, a TIMESTAMPTZ) AS a + to_microseconds(CAST(n AS BIGINT) // 1000),
    (n, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(tz_clock(v) + to_microseconds(CAST(n AS BIGINT) // 1000), tz_offset(v)))[1],
    (n, a TIME) AS a + to_microseconds(CAST(n AS BIGINT) // 1000),
    (n, a VARCHAR) AS to_timestamp_ntz(a) + to_microseconds(CAST(n AS BIGINT) // 1000);

-- The last day of a month stays one.
CREATE OR REPLACE MACRO add_months
    (a DATE, n) AS CASE WHEN a = last_day(a) THEN last_day(CAST(a + to_months(CAST(n AS INTEGER)) AS DATE))
        ELSE CAST(a + to_months(CAST(n AS INTEGER)) AS DATE) END,
    (a TIMESTAMP, n) AS CASE WHEN CAST(a AS DATE) = last_day(a)
        THEN last_day(a + to_months(CAST(n AS INTEGER))) + CAST(a AS TIME)
        ELSE a + to_months(CAST(n AS INTEGER)) END,
    (a TIMESTAMPTZ, n) AS CASE WHEN CAST(a AS DATE) = last_day(CAST(a AS TIMESTAMP))
        THEN CAST(last_day(CAST(a AS TIMESTAMP) + to_months(CAST(n AS INTEGER))) + CAST(CAST(a AS TIMESTAMP) AS TIME) AS TIMESTAMPTZ)
        ELSE a + to_months(CAST(n AS INTEGER)) END,
    (a STRUCT(utc TIMESTAMP, spread INTERVAL), n) AS list_transform([a], lambda z: tz_at(list_transform([tz_clock(z)], lambda v: CASE WHEN CAST(v AS DATE) = last_day(v)
        THEN last_day(v + to_months(CAST(n AS INTEGER))) + CAST(v AS TIME)
        ELSE v + to_months(CAST(n AS INTEGER)) END)[1], tz_offset(z)))[1],
    (a BIGINT, n) AS moment(a) + to_months(CAST(n AS INTEGER)),
    (a VARCHAR, n) AS list_transform([to_timestamp_ntz(a)], lambda v: CASE WHEN CAST(v AS DATE) = last_day(v)
        THEN last_day(v + to_months(CAST(n AS INTEGER))) + CAST(v AS TIME)
        ELSE v + to_months(CAST(n AS INTEGER)) END)[1];

-- Weeks begin `start` days after Monday.
CREATE OR REPLACE MACRO datediff_week(start, a, b) AS
    date_diff('day', date_trunc('week', a - to_days(CAST(start AS INTEGER))),
        date_trunc('week', b - to_days(CAST(start AS INTEGER)))) // 7;
-- Parts of a day are counted on the first value's clock, so that equal instants have no difference.
CREATE OR REPLACE MACRO datediff_zoned(part, a, b) AS
    date_diff(part, tz_clock(a), make_timestamp(tz_us(b) + tz_offset(a) * 60000000));
CREATE OR REPLACE MACRO datediff_time
    (part, a, b) AS date_diff(part, a, b),
    (part, a STRUCT(utc TIMESTAMP, spread INTERVAL), b STRUCT(utc TIMESTAMP, spread INTERVAL)) AS datediff_zoned(part, a, b),
    (part, a STRUCT(utc TIMESTAMP, spread INTERVAL), b DATE) AS datediff_zoned(part, a, to_timestamp_tz(b)),
    (part, a STRUCT(utc TIMESTAMP, spread INTERVAL), b TIMESTAMP) AS datediff_zoned(part, a, to_timestamp_tz(b)),
    (part, a STRUCT(utc TIMESTAMP, spread INTERVAL), b TIMESTAMPTZ) AS datediff_zoned(part, a, to_timestamp_tz(b)),
    (part, a DATE, b STRUCT(utc TIMESTAMP, spread INTERVAL)) AS datediff_zoned(part, to_timestamp_tz(a), b),
    (part, a TIMESTAMP, b STRUCT(utc TIMESTAMP, spread INTERVAL)) AS datediff_zoned(part, to_timestamp_tz(a), b),
    (part, a TIMESTAMPTZ, b STRUCT(utc TIMESTAMP, spread INTERVAL)) AS datediff_zoned(part, to_timestamp_tz(a), b);
CREATE OR REPLACE MACRO nanoseconds(us) AS CAST(us AS HUGEINT) * 1000;

CREATE OR REPLACE MACRO trunc_moment
    (part, a BIGINT) AS moment(a),
    (part, a DATE) AS CAST(date_trunc(CASE WHEN part IN ('hour', 'minute', 'second', 'millisecond')
        THEN 'day' ELSE part END, a) AS DATE),
    (part, a TIMESTAMP) AS date_trunc(part, a),
    (part, a TIMESTAMPTZ) AS date_trunc(part, a),
    (part, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(date_trunc(part, tz_clock(v)), tz_offset(v)))[1],
    (part, a TIME) AS CAST(date_trunc(part, DATE '1970-01-01' + a) AS TIME),
    (part, a VARCHAR) AS date_trunc(part, to_timestamp_ntz(a));
CREATE OR REPLACE MACRO trunc_week
    (start, a DATE) AS CAST(date_trunc('week', a - CAST(start AS INTEGER)) AS DATE) + CAST(start AS INTEGER),
    (start, a TIMESTAMP) AS date_trunc('week', a - to_days(CAST(start AS INTEGER))) + to_days(CAST(start AS INTEGER)),
    (start, a TIMESTAMPTZ) AS date_trunc('week', a - to_days(CAST(start AS INTEGER))) + to_days(CAST(start AS INTEGER)),
    (start, a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS list_transform([a], lambda v: tz_at(date_trunc('week', tz_clock(v) - to_days(CAST(start AS INTEGER))) + to_days(CAST(start AS INTEGER)), tz_offset(v)))[1],
    (start, a BIGINT) AS moment(a),
    (start, a VARCHAR) AS date_trunc('week', to_timestamp_ntz(a) - to_days(CAST(start AS INTEGER))) + to_days(CAST(start AS INTEGER));

-- Parts that DuckDB counts otherwise.
CREATE OR REPLACE MACRO nanosecond_of(a) AS (microsecond(a) % 1000000) * 1000;
CREATE OR REPLACE MACRO epoch_microsecond_of(a) AS epoch_us(a), (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS tz_us(a);
CREATE OR REPLACE MACRO epoch_second_of(a) AS CAST(epoch_microsecond_of(a) // 1000000 AS BIGINT);
CREATE OR REPLACE MACRO epoch_millisecond_of(a) AS CAST(epoch_microsecond_of(a) // 1000 AS BIGINT);
CREATE OR REPLACE MACRO epoch_nanosecond_of(a) AS epoch_microsecond_of(a) * 1000;
CREATE OR REPLACE MACRO timezone_hour_of(a) AS timezone_hour(a), (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS CAST(trunc(tz_offset(a) / 60) AS BIGINT);
CREATE OR REPLACE MACRO timezone_minute_of(a) AS timezone_minute(a), (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS tz_offset(a) % 60;

-- Days of the week from 1, the week beginning `start` days after Monday.
CREATE OR REPLACE MACRO day_of_week_from(a, start) AS (isodow(a) - 1 - start + 7) % 7 + 1;
-- WEEK_OF_YEAR_POLICY 0: a week belongs to the year that has four of its days.
CREATE OR REPLACE MACRO week_thursday(a, start) AS
    CAST(a AS DATE) - CAST(day_of_week_from(a, start) AS INTEGER) + 4;
CREATE OR REPLACE MACRO week_iso(a, start) AS
    CAST((dayofyear(week_thursday(a, start)) - 1) // 7 + 1 AS BIGINT);
CREATE OR REPLACE MACRO yearofweek_iso(a, start) AS year(week_thursday(a, start));
-- WEEK_OF_YEAR_POLICY 1: the first week has January 1, the last December 31.
CREATE OR REPLACE MACRO week_policy(a, start) AS
    CAST((dayofyear(a) - 1 + day_of_week_from(date_trunc('year', CAST(a AS DATE)), start) - 1) // 7 + 1 AS BIGINT);
CREATE OR REPLACE MACRO yearofweek_policy(a, start) AS year(a) + 0 * start;

CREATE OR REPLACE MACRO last_day_of_month(a) AS last_day(a);
CREATE OR REPLACE MACRO last_day_of_quarter(a) AS
    CAST(date_trunc('quarter', a) + to_months(3) AS DATE) - 1;
CREATE OR REPLACE MACRO last_day_of_year(a) AS
    CAST(date_trunc('year', a) + to_months(12) AS DATE) - 1;
CREATE OR REPLACE MACRO last_day_of_week(a, start) AS
    a + 7 - CAST(day_of_week_from(a, start) AS INTEGER);

-- A day by its first two letters as 1 (Monday) to 7.
CREATE OR REPLACE MACRO weekday_number(t) AS
    COALESCE(nullif(list_position(['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'], lower(left(trim(t), 2))), 0),
        error('MOCKHAUS:InvalidDatetime:Invalid day of the week ''' || t || ''''));
CREATE OR REPLACE MACRO next_day(a, day) AS a + CAST((day - isodow(a) + 6) % 7 + 1 AS INTEGER);
CREATE OR REPLACE MACRO previous_day(a, day) AS a - CAST((isodow(a) - day + 6) % 7 + 1 AS INTEGER);

-- Whole months between equal days or two ends of months, else by months of 31 days.
CREATE OR REPLACE MACRO months_between(a, b) AS
    CAST(date_diff('month', b, a)
         + CASE WHEN day(a) = day(b) OR (day(a + to_days(1)) = 1 AND day(b + to_days(1)) = 1) THEN 0
           ELSE (epoch_us(a) - epoch_us(date_trunc('month', a))
                 - epoch_us(b) + epoch_us(date_trunc('month', b))) / 86400000000 / 31
           END AS DECIMAL(38, 6));

-- (Cut out of dayname() they take five times as long; a CASE writes its argument for every name.)
CREATE OR REPLACE MACRO day_name(a) AS substr('MonTueWedThuFriSatSun', isodow(a) * 3 - 2, 3);
CREATE OR REPLACE MACRO month_name(a) AS substr('JanFebMarAprMayJunJulAugSepOctNovDec', month(a) * 3 - 2, 3);

-- Slices of n parts since 1970-01-01, or since the beginning of its week.
CREATE OR REPLACE MACRO time_slice
    (a DATE, width, origin) AS CAST(time_bucket(CAST(width AS INTERVAL), CAST(a AS TIMESTAMP), origin) AS DATE),
    (a TIMESTAMP, width, origin) AS time_bucket(CAST(width AS INTERVAL), a, origin),
    (a TIMESTAMPTZ, width, origin) AS CAST(time_bucket(CAST(width AS INTERVAL), CAST(a AS TIMESTAMP), origin) AS TIMESTAMPTZ),
    (a STRUCT(utc TIMESTAMP, spread INTERVAL), width, origin) AS list_transform([a], lambda v: tz_at(time_bucket(CAST(width AS INTERVAL), tz_clock(v), origin), tz_offset(v)))[1],
    (a BIGINT, width, origin) AS moment(a),
    (a VARCHAR, width, origin) AS time_bucket(CAST(width AS INTERVAL), to_timestamp_ntz(a), origin);

-- What may be cut into slices of hours and less.
CREATE OR REPLACE MACRO timestamp_alone
    (a BIGINT) AS moment(a),
    (a TIME) AS CASE WHEN a IS NOT NULL THEN CAST(error('MOCKHAUS:InvalidArgumentTypes:Invalid argument types for function ''TIME_SLICE'': (TIME(9))') AS TIMESTAMP) END,
    (a DATE) AS CASE WHEN a IS NOT NULL THEN CAST(error('MOCKHAUS:TypeMismatch:A DATE has no slices of hours and less') AS TIMESTAMP) END,
    (a TIMESTAMP) AS a,
    (a TIMESTAMPTZ) AS a,
    (a STRUCT(utc TIMESTAMP, spread INTERVAL)) AS a,
    (a VARCHAR) AS to_timestamp_ntz(a);

-- Parts outside their range are carried over: month 13 is January of the next year, day 0 the day before.
CREATE OR REPLACE MACRO date_from_parts(y, m, d) AS
    CAST(make_date(CAST(y AS BIGINT), 1, 1) + to_months(CAST(m AS INTEGER) - 1) AS DATE) + CAST(d AS INTEGER) - 1;
CREATE OR REPLACE MACRO time_from_parts
    (h, m, s) AS TIME '00:00:00' + to_microseconds((CAST(h AS BIGINT) * 3600 + CAST(m AS BIGINT) * 60 + CAST(s AS BIGINT)) * 1000000),
    (h, m, s, n) AS TIME '00:00:00' + to_microseconds((CAST(h AS BIGINT) * 3600 + CAST(m AS BIGINT) * 60 + CAST(s AS BIGINT)) * 1000000
        + CAST(n AS BIGINT) // 1000);
CREATE OR REPLACE MACRO timestamp_from_parts(y, mo, d, h, mi, s, n) AS
    CAST(date_from_parts(y, mo, d) AS TIMESTAMP)
        + to_microseconds((CAST(h AS BIGINT) * 3600 + CAST(mi AS BIGINT) * 60 + CAST(s AS BIGINT)) * 1000000
        + CAST(n AS BIGINT) // 1000);
CREATE OR REPLACE MACRO timestamp_of_date_and_time(d, t) AS d + t;

-- Wall-clock time in another zone.
CREATE OR REPLACE MACRO convert_timezone(source, target, a) AS
    timezone(target, timezone(source, a));
CREATE OR REPLACE MACRO wall_clock
    (a DATE) AS CAST(a AS TIMESTAMP),
    (a TIMESTAMP) AS a,
    (a VARCHAR) AS to_timestamp_ntz(a);
CREATE OR REPLACE MACRO convert_timezone_to(target, a) AS tz_in(target, a);
