-- Loading the flights of 2013 the Snowflake way: a stage, a file format, COPY INTO.
--
-- {files} stands for the folder that holds the five CSV files; the demo fills it in. A heading
-- starts a step, the comment below says what it is for, a statement ends with its line.

-- ## A database of its own
-- Names are Snowflake's: database, schema, table. USE SCHEMA makes the last two words optional.

CREATE OR REPLACE DATABASE travel;
CREATE SCHEMA travel.nyc;
USE SCHEMA travel.nyc;

-- ## Five tables
-- A departure that never happened has no dep_time; whole numbers are INT, measurements FLOAT.

CREATE TABLE airlines (carrier VARCHAR(2) PRIMARY KEY, name VARCHAR NOT NULL);
CREATE TABLE airports (
  faa VARCHAR(3) PRIMARY KEY, name VARCHAR, lat FLOAT, lon FLOAT, alt INT, tz INT, dst VARCHAR(1),
  tzone VARCHAR
);
CREATE TABLE planes (
  tailnum VARCHAR(6) PRIMARY KEY, year INT, type VARCHAR, manufacturer VARCHAR, model VARCHAR,
  engines INT, seats INT, speed INT, engine VARCHAR
);
CREATE TABLE weather (
  origin VARCHAR(3), year INT, month INT, day INT, hour INT, temp FLOAT, dewp FLOAT, humid FLOAT,
  wind_dir INT, wind_speed FLOAT, wind_gust FLOAT, precip FLOAT, pressure FLOAT, visib FLOAT,
  time_hour TIMESTAMP_NTZ
);
CREATE TABLE flights (
  year INT, month INT, day INT, dep_time INT, sched_dep_time INT, dep_delay INT, arr_time INT,
  sched_arr_time INT, arr_delay INT, carrier VARCHAR(2), flight INT, tailnum VARCHAR(6),
  origin VARCHAR(3), dest VARCHAR(3), air_time INT, distance INT, hour INT, minute INT,
  time_hour TIMESTAMP_NTZ
);

-- ## A file format and a stage
-- The files have a line of names, and NA where a value is missing. A backslash is a backslash.

CREATE FILE FORMAT csv_with_names
  TYPE = CSV SKIP_HEADER = 1 NULL_IF = ('NA', '') FIELD_OPTIONALLY_ENCLOSED_BY = '"'
  ESCAPE_UNENCLOSED_FIELD = NONE;
CREATE STAGE files
  URL = 'file://{files}'
  FILE_FORMAT = (FORMAT_NAME = 'csv_with_names');

-- ## COPY INTO
-- The answer says, file by file, how many rows were read and how many are in the table now.

COPY INTO airlines FROM @files/airlines.csv;
COPY INTO airports FROM @files/airports.csv;
COPY INTO planes FROM @files/planes.csv;
COPY INTO weather FROM @files/weather.csv;
COPY INTO flights FROM @files/flights.csv;
