-- How texts are read in sessions that say so: DATE_INPUT_FORMAT and its sisters, BINARY_INPUT_FORMAT,
-- TWO_DIGIT_CENTURY_START. Each schema has other macros of names in `conversion.sql`, and stands before
-- them in the search path of a connection that has the parameter set, so that whatever reads texts does
-- it by them; the forms are in the connection's variables (`translation/inputs.py` makes them).

-- The text without its offset, where the form had one.
CREATE OR REPLACE MACRO clock_text(t, zoned) AS CASE WHEN zoned THEN without_offset(t) ELSE t END;

CREATE SCHEMA IF NOT EXISTS date_input;
CREATE OR REPLACE MACRO date_input.iso_date(a) AS CAST(NULL AS DATE);
CREATE OR REPLACE MACRO date_input.parse_date(t) AS
    CAST(try_parse_format(clock_text(t, getvariable('date_zoned')), getvariable('date_input')) AS DATE);

CREATE SCHEMA IF NOT EXISTS time_input;
CREATE OR REPLACE MACRO time_input.parse_time(t) AS
    CAST(try_strptime(clock_text(t, getvariable('time_zoned')), getvariable('time_input')) AS TIME);

CREATE SCHEMA IF NOT EXISTS timestamp_input;
CREATE OR REPLACE MACRO timestamp_input.iso_timestamp(a) AS CAST(NULL AS TIMESTAMP);
CREATE OR REPLACE MACRO timestamp_input.iso_timestamptz(a) AS CAST(NULL AS TIMESTAMPTZ);
CREATE OR REPLACE MACRO timestamp_input.parse_timestamp(t) AS
    CAST(try_parse_format(clock_text(t, getvariable('timestamp_zoned')), getvariable('timestamp_input')) AS TIMESTAMP);
CREATE OR REPLACE MACRO timestamp_input.parse_timestamptz(t) AS
    CAST(try_parse_format(t, getvariable('instant_input')) AS TIMESTAMPTZ);
CREATE OR REPLACE MACRO timestamp_input.parse_timestamp_tz(t) AS
    try_parse_format_tz(t, getvariable('instant_input'), getvariable('offset_input'));

CREATE SCHEMA IF NOT EXISTS base64_input;
CREATE OR REPLACE MACRO base64_input.text_to_binary(a) AS to_binary_base64(bare(a));
CREATE OR REPLACE MACRO base64_input.try_text_to_binary(a) AS try_to_binary_base64(bare(a));

CREATE SCHEMA IF NOT EXISTS utf8_input;
CREATE OR REPLACE MACRO utf8_input.text_to_binary(a) AS encode(bare(a));
CREATE OR REPLACE MACRO utf8_input.try_text_to_binary(a) AS encode(bare(a));

-- strptime's %y is 1969 to 2068: the century is moved until the year is none before the first one. A
-- day that is none there is no day. (With an offset, the instant may lie in the year before.)
CREATE SCHEMA IF NOT EXISTS century_input;
CREATE OR REPLACE MACRO century_input.century(moment, formats) AS
    CASE WHEN contains(formats[1], '%y') THEN list_transform([moment], lambda m: list_transform(
        [m + to_years(CAST(century_shift(year(CASE WHEN typeof(m) = 'TIMESTAMP' THEN m ELSE m + to_days(1) END)) AS INTEGER))],
        lambda v: CASE WHEN day(v) = day(m) THEN v END)[1])[1] ELSE moment END;
CREATE OR REPLACE MACRO century_shift(y) AS
    getvariable('century_start') + ((y - getvariable('century_start')) % 100 + 100) % 100 - y;

-- TIMESTAMP_DAY_IS_ALWAYS_24H: the clock of another day may show another hour.
CREATE SCHEMA IF NOT EXISTS day_of_24_hours;
CREATE OR REPLACE MACRO day_of_24_hours.days_later(a, n) AS a + to_hours(CAST(n AS BIGINT) * 24);
