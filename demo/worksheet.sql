-- A year of flights out of New York, told in Snowflake SQL.
--
-- 336,776 flights left Newark (EWR), Kennedy (JFK) and LaGuardia (LGA) in 2013. Where did they
-- go, who flew them, how late were they, and why? A heading starts a step, the comment below says
-- what to look at, a statement ends with its line. Run all of it with `make demo`, or paste steps
-- into psql after `demo/load.sql`.

-- ## The year in one row
-- IFF picks a value, COUNT_IF counts. A flight without a departure time was cancelled.

SELECT COUNT(*) AS flights,
       COUNT(DISTINCT tailnum) AS planes,
       COUNT(DISTINCT dest) AS destinations,
       COUNT_IF(dep_time IS NULL) AS cancelled,
       SUM(IFF(dep_delay > 60, 1, 0)) AS over_an_hour_late,
       ROUND(AVG(dep_delay), 2) AS mean_delay
  FROM flights;

-- ## Who flies
-- GROUP BY ALL groups by everything that is not an aggregate; RATIO_TO_REPORT is a share.

SELECT a.name AS airline,
       COUNT(*) AS flights,
       ROUND(100 * RATIO_TO_REPORT(COUNT(*)) OVER (), 2) AS share
  FROM flights AS f
  JOIN airlines AS a ON a.carrier = f.carrier
 GROUP BY ALL
 ORDER BY flights DESC;

-- ## Month by month
-- DATE_TRUNC keeps a DATE a DATE. What SELECT names, it can use: first_day is used twice more.

SELECT DATE_TRUNC('month', DATE_FROM_PARTS(year, month, day)) AS first_day,
       COUNT(*) AS flights,
       COUNT(*) - LAG(COUNT(*)) OVER (ORDER BY first_day) AS change,
       ROUND(AVG(dep_delay), 1) AS mean_delay,
       MONTHNAME(first_day) AS name
  FROM flights
 GROUP BY ALL
 ORDER BY first_day;

-- ## Three favourites of each airport
-- QUALIFY filters on a window function, after grouping: no subquery is needed.

SELECT f.origin, f.dest, p.name AS airport, COUNT(*) AS flights
  FROM flights AS f
  LEFT JOIN airports AS p ON p.faa = f.dest
 GROUP BY ALL
QUALIFY ROW_NUMBER() OVER (PARTITION BY f.origin ORDER BY COUNT(*) DESC, f.dest) <= 3
 ORDER BY f.origin, flights DESC;

-- ## Delay by quarter, side by side
-- PIVOT turns the values of one column into columns.

WITH delays AS (
  SELECT origin, 'Q' || QUARTER(DATE_FROM_PARTS(year, month, day)) AS quarter, dep_delay
    FROM flights
)
SELECT origin, ROUND(q1, 2) AS q1, ROUND(q2, 2) AS q2, ROUND(q3, 2) AS q3, ROUND(q4, 2) AS q4
  FROM delays
 PIVOT (AVG(dep_delay) FOR quarter IN ('Q1', 'Q2', 'Q3', 'Q4')) AS p (origin, q1, q2, q3, q4)
 ORDER BY origin;

-- ## Only one airline goes there
-- LISTAGG collects texts. Destinations with a single airline, and what that airline flies alone.

WITH alone AS (
  SELECT dest, MIN(carrier) AS only_carrier, COUNT(*) AS departures
    FROM flights
   GROUP BY dest
  HAVING COUNT(DISTINCT carrier) = 1
)
SELECT a.name AS airline,
       SUM(departures) AS flights,
       LISTAGG(dest, ', ') WITHIN GROUP (ORDER BY dest) AS destinations
  FROM alone
  JOIN airlines AS a ON a.carrier = only_carrier
 GROUP BY a.name
 ORDER BY COUNT(*) DESC, airline;

-- ## Slipped into the next day
-- DATEADD adds the delay to the planned time; DATEDIFF counts the midnights that were crossed.

WITH departures AS (
  SELECT carrier || flight || ' to ' || dest AS name, dep_delay,
         TIMESTAMP_NTZ_FROM_PARTS(year, month, day, hour, minute, 0) AS planned,
         DATEADD('minute', dep_delay, planned) AS departed
    FROM flights
   WHERE dep_time IS NOT NULL
)
SELECT DATEDIFF('day', planned, departed) AS midnights,
       COUNT(*) AS flights,
       MAX(dep_delay) AS longest_delay,
       MAX_BY(name, dep_delay) AS which,
       TO_CHAR(MAX_BY(departed, dep_delay), 'YYYY-MM-DD HH24:MI') AS left_at
  FROM departures
 GROUP BY midnights
 ORDER BY midnights;

-- ## The worst weeks
-- A window of seven days slides over the year; QUALIFY drops the first days, whose week is short.

WITH days AS (
  SELECT DATE_FROM_PARTS(year, month, day) AS date, AVG(dep_delay) AS delay,
         COUNT_IF(dep_time IS NULL) AS lost
    FROM flights
   GROUP BY ALL
)
SELECT DATEADD('day', -6, date) AS from_day,
       date AS to_day,
       ROUND(AVG(delay) OVER (ORDER BY date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW), 2)
         AS mean_delay,
       SUM(lost) OVER (ORDER BY date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS cancelled
  FROM days
QUALIFY ROW_NUMBER() OVER (ORDER BY date) >= 7
 ORDER BY mean_delay DESC, to_day
 LIMIT 5;

-- ## One airport, by name
-- SET keeps a value for the rest of the connection; $airport is that value.

SET airport = 'LAX';

SELECT f.origin,
       COUNT(*) AS flights,
       MIN(f.air_time) AS fastest,
       MEDIAN(f.air_time)::INT AS usual,
       ROUND(MAX(f.distance) / (MIN(f.air_time) / 60))::INT AS top_speed_mph
  FROM flights AS f
 WHERE f.dest = $airport
 GROUP BY f.origin
 ORDER BY f.origin;

-- ## A storm, day by day
-- GENERATOR makes rows from nothing: a calendar that also has the days without a cancellation.

WITH calendar AS (
  SELECT DATEADD('day', SEQ4(), '2013-02-05'::DATE) AS date
    FROM TABLE(GENERATOR(ROWCOUNT => 8))
), cancelled AS (
  SELECT DATE_FROM_PARTS(year, month, day) AS date, COUNT(*) AS flights
    FROM flights
   WHERE dep_time IS NULL AND carrier = 'UA'
   GROUP BY ALL
)
SELECT c.date, DAYNAME(c.date) AS weekday, x.flights AS united, NVL(x.flights, 0) AS or_zero
  FROM calendar AS c
  LEFT JOIN cancelled AS x ON x.date = c.date
 ORDER BY c.date;

-- ## Wind and delay
-- CASE sorts hours into bands; CORR says how far wind and delay go together.

SELECT CASE WHEN w.wind_speed < 10 THEN '1 calm'
            WHEN w.wind_speed < 20 THEN '2 breeze'
            ELSE '3 strong wind' END AS wind,
       COUNT(*) AS flights,
       ROUND(AVG(f.dep_delay), 2) AS mean_delay,
       ROUND(100 * AVG(IFF(f.dep_time IS NULL, 1, 0)), 2) AS percent_cancelled,
       ROUND(CORR(w.wind_speed, f.dep_delay), 3) AS correlation
  FROM flights AS f
  JOIN weather AS w ON w.origin = f.origin AND w.time_hour = f.time_hour
 WHERE w.wind_speed IS NOT NULL
 GROUP BY wind
 ORDER BY wind;

-- ## Airports as JSON
-- PARSE_JSON makes a VARIANT. A path reads it: a colon, then names and [positions], then a cast.
-- A null in JSON is a value of its own; IS_NULL_VALUE tells it from NULL.

CREATE OR REPLACE TABLE notes (v VARIANT);

INSERT INTO notes
SELECT PARSE_JSON(column1)
  FROM VALUES
  ('{"code": "EWR", "opened": 1928, "runways": [{"name": "4L/22R", "feet": 11000},
     {"name": "4R/22L", "feet": 10000}, {"name": "11/29", "feet": 6725}],
     "train": {"line": "NEC"}}'),
  ('{"code": "JFK", "opened": 1948, "runways": [{"name": "4L/22R", "feet": 12079},
     {"name": "4R/22L", "feet": 8400}, {"name": "13L/31R", "feet": 10000},
     {"name": "13R/31L", "feet": 14511}], "train": {"line": "AirTrain"}}'),
  ('{"code": "LGA", "opened": 1939, "runways": [{"name": "4/22", "feet": 7002},
     {"name": "13/31", "feet": 7002}], "train": null}');

SELECT v:code::VARCHAR AS code,
       v:opened::INT AS opened,
       ARRAY_SIZE(v:runways) AS runways,
       v:runways[0].name::VARCHAR AS first_runway,
       v:runways[0].feet::INT AS feet,
       v:train.line::VARCHAR AS train,
       IS_NULL_VALUE(v:train) AS says_none
  FROM notes
 ORDER BY code;

-- ## A runway a row
-- LATERAL FLATTEN unfolds an array. How many flights share each foot of runway?

WITH runways AS (
  SELECT v:code::VARCHAR AS code, r.index AS position, r.value:name::VARCHAR AS runway,
         r.value:feet::INT AS feet
    FROM notes, LATERAL FLATTEN(INPUT => v:runways) AS r
), traffic AS (
  SELECT origin, COUNT(*) AS flights FROM flights GROUP BY origin
)
SELECT code, position, runway, feet,
       SUM(feet) OVER (PARTITION BY code ORDER BY position) AS feet_so_far,
       ROUND(flights / SUM(feet) OVER (PARTITION BY code), 2) AS flights_per_foot
  FROM runways
  JOIN traffic ON origin = code
 ORDER BY code, position;

-- ## Objects out of rows
-- The other way round: OBJECT_CONSTRUCT and ARRAY_AGG make one JSON value of many rows.

WITH fleet AS (
  SELECT SPLIT_PART(manufacturer, ' ', 1) AS maker, COUNT(*) AS planes, MAX(seats) AS seats
    FROM planes
   WHERE manufacturer ILIKE ANY ('boeing%', 'airbus%', 'embraer%')
   GROUP BY maker
)
SELECT COUNT(*) AS makers,
       ARRAY_AGG(OBJECT_CONSTRUCT('maker', maker, 'planes', planes, 'seats', seats))
         WITHIN GROUP (ORDER BY planes DESC) AS fleet
  FROM fleet;

-- ## A watch list, kept up to date
-- MERGE updates the routes that are on the list and inserts those that are not.

CREATE OR REPLACE TABLE watched (origin VARCHAR, dest VARCHAR, delay FLOAT, note VARCHAR);

INSERT INTO watched
VALUES ('EWR', 'ORD', NULL, 'as of January'), ('LGA', 'XXX', NULL, 'mistyped');

MERGE INTO watched AS w
USING (
  SELECT origin, dest, ROUND(AVG(arr_delay), 2) AS delay
    FROM flights
   GROUP BY ALL
  HAVING COUNT(*) > 5000
) AS r ON w.origin = r.origin AND w.dest = r.dest
WHEN MATCHED THEN UPDATE SET delay = r.delay, note = 'updated'
WHEN NOT MATCHED THEN INSERT (origin, dest, delay, note) VALUES (r.origin, r.dest, r.delay, '');

SELECT origin, dest, delay, note
  FROM watched
 ORDER BY delay DESC NULLS LAST, origin, dest;

-- ## Old planes, and planes nobody knows
-- TRY_CAST gives NULL where CAST would fail; COALESCE and :: name what is missing.

WITH used AS (
  SELECT tailnum, COUNT(*) AS flights FROM flights WHERE tailnum IS NOT NULL GROUP BY tailnum
)
SELECT COALESCE(FLOOR(p.year, -1)::VARCHAR || 's', 'unknown') AS built,
       COUNT(*) AS planes,
       SUM(u.flights) AS flights,
       MAX(TRY_CAST(SUBSTR(u.tailnum, 2) AS INT)) AS highest_plain_number,
       ROUND(AVG(p.seats), 1) AS mean_seats
  FROM used AS u
  LEFT JOIN planes AS p ON p.tailnum = u.tailnum
 GROUP BY built
 ORDER BY built;
