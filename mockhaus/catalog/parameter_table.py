"""The parameters there are: their defaults, the values they take, and which of those act here.

Snowflake's manual: "Parameters".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from mockhaus.formats import output_format
from mockhaus.inputs import readable


class Parameter(Struct, frozen=True):
    """One parameter. `takes` tells whether a value is one of its values, `acts` whether it is one
    that is heeded here; others of its values are refused by name."""

    name: str
    default: str
    type: str
    description: str
    takes: Callable[[str], bool] = lambda value: True
    acts: Callable[[str], bool] = lambda value: True


def _whole(least: int, most: int) -> Callable[[str], bool]:
    return lambda value: value.isdigit() and least <= int(value) <= most


def _one_of(*values: str) -> Callable[[str], bool]:
    return lambda value: value.upper() in values


_flag: Final = _one_of("TRUE", "FALSE")
_levels: Final = _one_of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "OFF")


def _is_model(value: str) -> bool:
    try:
        output = output_format(value)
    except KeyError:
        return False
    return value.upper() in ("AUTO", "") or bool(output.strftime)


def _is_read(value: str) -> bool:
    return value.upper() in ("AUTO", "") or readable(value)


def _only(
    name: str, default: str, kind: str, description: str, takes: Callable[[str], bool]
) -> Parameter:
    """A parameter that stays at its default: what else it may be would change an answer."""
    return Parameter(name, default, kind, description, takes, _one_of(default.upper()))


_SECONDS: Final = 604_800  # a week

#: Seconds that a statement waits for a lock: twelve hours.
LOCK_TIMEOUT: Final = 43_200

_geo: Final = _one_of("GEOJSON", "WKT", "WKB", "EWKT", "EWKB")

_result: Final = _one_of("ARROW", "ARROW_FORCE", "JSON")
_RESULTS: Final = "For clients: the form in which answers are sent"

_SESSION: Final = (
    Parameter("AUTOCOMMIT", "true", "BOOLEAN", "Whether each statement commits itself", _flag),
    Parameter("BINARY_INPUT_FORMAT", "HEX", "STRING", "How texts become BINARY",
              _one_of("HEX", "BASE64", "UTF8", "UTF-8")),
    Parameter("BINARY_OUTPUT_FORMAT", "HEX", "STRING", "How BINARY becomes text",
              _one_of("HEX", "BASE64")),
    Parameter("CLIENT_ENABLE_LOG_INFO_STATEMENT_PARAMETERS", "false", "BOOLEAN",
              "For clients: log the values of statements", _flag),
    Parameter("CLIENT_MEMORY_LIMIT", "1536", "NUMBER", "For clients: megabytes of answers",
              _whole(0, 2**31)),
    Parameter("CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX", "false", "BOOLEAN",
              "For clients: metadata of the current schema alone", _flag),
    Parameter("CLIENT_PREFETCH_THREADS", "4", "NUMBER", "For clients: threads that fetch answers",
              _whole(1, 10)),
    Parameter("CLIENT_RESULT_CHUNK_SIZE", "160", "NUMBER", "For clients: megabytes of a chunk",
              _whole(48, 160)),
    Parameter("CLIENT_RESULT_COLUMN_CASE_INSENSITIVE", "false", "BOOLEAN",
              "For clients: columns are found in any case", _flag),
    Parameter("CLIENT_SESSION_KEEP_ALIVE", "false", "BOOLEAN", "For clients: no session ends",
              _flag),
    Parameter("CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "3600", "NUMBER",
              "For clients: seconds between signs of life", _whole(900, 3600)),
    Parameter("CLIENT_TIMESTAMP_TYPE_MAPPING", "TIMESTAMP_LTZ", "STRING",
              "For clients: the type of bound timestamps",
              _one_of("TIMESTAMP_LTZ", "TIMESTAMP_NTZ")),
    Parameter("CSV_TIMESTAMP_FORMAT", "", "STRING",
              "For clients: timestamps in CSV files of answers", _is_model),
    Parameter("DATE_INPUT_FORMAT", "AUTO", "STRING", "How texts become DATE", _is_model, _is_read),
    Parameter("DATE_OUTPUT_FORMAT", "YYYY-MM-DD", "STRING", "How DATE becomes text", _is_model),
    _only("DEFAULT_DDL_COLLATION", "", "STRING", "The collation of columns that name none",
          lambda value: True),
    Parameter("DEFAULT_NULL_ORDERING", "LAST", "STRING",
              "Whether NULL is the least or the greatest", _one_of("FIRST", "LAST")),
    _only("ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION", "true", "BOOLEAN",
          "Whether Parquet files have the narrowest types", _flag),
    Parameter("ERROR_ON_NONDETERMINISTIC_MERGE", "true", "BOOLEAN",
              "Whether a MERGE that finds several sources for a row is an error", _flag),
    Parameter("ERROR_ON_NONDETERMINISTIC_UPDATE", "false", "BOOLEAN",
              "Whether an UPDATE that finds several sources for a row is an error", _flag),
    Parameter("DOTNET_QUERY_RESULT_FORMAT", "ARROW", "STRING", _RESULTS, _result),
    Parameter("GEOGRAPHY_OUTPUT_FORMAT", "GeoJSON", "STRING", "There are no GEOGRAPHY values",
              _geo),
    Parameter("GEOMETRY_OUTPUT_FORMAT", "GeoJSON", "STRING", "There are no GEOMETRY values", _geo),
    Parameter("GO_QUERY_RESULT_FORMAT", "ARROW", "STRING", _RESULTS, _result),
    Parameter("HYBRID_TABLE_LOCK_TIMEOUT", "3600", "NUMBER", "There are no hybrid tables",
              _whole(0, 2**31)),
    Parameter("JDBC_QUERY_RESULT_FORMAT", "ARROW", "STRING", _RESULTS, _result),
    Parameter("JDBC_TREAT_DECIMAL_AS_INT", "true", "BOOLEAN",
              "For clients: NUMBER without decimals is a BIGINT", _flag),
    Parameter("JDBC_TREAT_TIMESTAMP_NTZ_AS_UTC", "false", "BOOLEAN",
              "For clients: TIMESTAMP_NTZ is UTC", _flag),
    Parameter("JDBC_USE_SESSION_TIMEZONE", "true", "BOOLEAN",
              "For clients: dates are those of TIMEZONE", _flag),
    Parameter("JSON_INDENT", "2", "NUMBER",
              "For Snowflake's clients: blanks a level of VARIANT values; 0 for one line",
              _whole(0, 16)),
    Parameter("JS_TREAT_INTEGER_AS_BIGINT", "false", "BOOLEAN", "No code is run in JavaScript",
              _flag),
    Parameter("LOCK_TIMEOUT", str(LOCK_TIMEOUT), "NUMBER",
              "Seconds that a statement waits for another transaction", _whole(0, 2**31)),
    Parameter("LOG_LEVEL", "OFF", "STRING", "There are no event tables", _levels),
    Parameter("METRIC_LEVEL", "NONE", "STRING", "There are no event tables",
              _one_of("ALL", "NONE")),
    Parameter("MULTI_STATEMENT_COUNT", "0", "NUMBER",
              "The statements of a text; 0 for any number of them", _whole(0, 2**31),
              _one_of("0")),
    Parameter("ODBC_QUERY_RESULT_FORMAT", "ARROW", "STRING", _RESULTS, _result),
    Parameter("ODBC_TREAT_DECIMAL_AS_INT", "false", "BOOLEAN",
              "For clients: NUMBER without decimals is a BIGINT", _flag),
    Parameter("PYTHON_CONNECTOR_QUERY_RESULT_FORMAT", "ARROW", "STRING", _RESULTS, _result),
    Parameter("QUERY_TAG", "", "STRING", "Text that is kept with each statement in the history",
              lambda value: len(value) <= 2000),
    Parameter("QUOTED_IDENTIFIERS_IGNORE_CASE", "false", "BOOLEAN",
              "Whether names in double quotes are stored in upper case", _flag),
    Parameter("ROWS_PER_RESULTSET", "0", "NUMBER", "The most rows of an answer; 0 for all",
              _whole(0, 2**62)),
    _only("S3_STAGE_VPCE_DNS_NAME", "", "STRING", "The endpoint of S3 in a private network",
          lambda value: True),
    _only("SEARCH_PATH", "$current", "STRING", "The schemas in which names are looked for",
          lambda value: True),
    _only("SIMULATED_DATA_SHARING_CONSUMER", "", "STRING", "The account that is played",
          lambda value: True),
    Parameter("STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", "0", "NUMBER", "No statement is ever queued",
              _whole(0, _SECONDS)),
    Parameter("STATEMENT_TIMEOUT_IN_SECONDS", "172800", "NUMBER",
              "Seconds that a statement may run; 0 for the most, 604800", _whole(0, _SECONDS)),
    _only("STRICT_JSON_OUTPUT", "false", "BOOLEAN", "Whether VARIANT values are strict JSON",
          _flag),
    Parameter("TIMESTAMP_DAY_IS_ALWAYS_24H", "false", "BOOLEAN",
              "Whether a day is 24 hours long when the clock is set", _flag),
    Parameter("TIMESTAMP_INPUT_FORMAT", "AUTO", "STRING", "How texts become timestamps",
              _is_model, _is_read),
    Parameter("TIMESTAMP_LTZ_OUTPUT_FORMAT", "", "STRING",
              "How TIMESTAMP_LTZ becomes text; TIMESTAMP_OUTPUT_FORMAT if empty", _is_model),
    Parameter("TIMESTAMP_NTZ_OUTPUT_FORMAT", "YYYY-MM-DD HH24:MI:SS.FF3", "STRING",
              "How TIMESTAMP_NTZ becomes text", _is_model),
    Parameter("TIMESTAMP_OUTPUT_FORMAT", "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM", "STRING",
              "How TIMESTAMP_LTZ and TIMESTAMP_TZ become text", _is_model),
    Parameter("TIMESTAMP_TYPE_MAPPING", "TIMESTAMP_NTZ", "STRING", "What a TIMESTAMP column is",
              _one_of("TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")),
    Parameter("TIMESTAMP_TZ_OUTPUT_FORMAT", "", "STRING",
              "How TIMESTAMP_TZ becomes text; TIMESTAMP_OUTPUT_FORMAT if empty", _is_model),
    Parameter("TIMEZONE", "UTC", "STRING", "Time zone of the session"),
    Parameter("TIME_INPUT_FORMAT", "AUTO", "STRING", "How texts become TIME", _is_model, _is_read),
    Parameter("TIME_OUTPUT_FORMAT", "HH24:MI:SS", "STRING", "How TIME becomes text", _is_model),
    Parameter("TRACE_LEVEL", "OFF", "STRING", "There are no event tables",
              _one_of("ALWAYS", "ON_EVENT", "PROPAGATE", "OFF")),
    Parameter("TRANSACTION_ABORT_ON_ERROR", "false", "BOOLEAN",
              "Whether a statement that fails aborts its transaction", _flag),
    Parameter("TRANSACTION_DEFAULT_ISOLATION_LEVEL", "READ COMMITTED", "STRING",
              "The isolation level of transactions", _one_of("READ COMMITTED")),
    Parameter("TWO_DIGIT_CENTURY_START", "1970", "NUMBER",
              "The first year that two digits stand for", _whole(1900, 2100)),
    _only("UNSUPPORTED_DDL_ACTION", "ignore", "STRING",
          "What becomes of properties of constraints that are not enforced",
          _one_of("IGNORE", "FAIL")),
    Parameter("USE_CACHED_RESULT", "true", "BOOLEAN", "No result is ever cached", _flag),
    Parameter("WEEK_OF_YEAR_POLICY", "0", "NUMBER", "Which week of a year is its first",
              _whole(0, 1)),
    Parameter("WEEK_START", "0", "NUMBER", "The first day of a week", _whole(0, 7)),
)  # fmt: skip

SESSION: Final = {each.name: each for each in _SESSION}

#: Parameters of databases, schemas and tables.
_OBJECT: Final = (
    Parameter("DATA_RETENTION_TIME_IN_DAYS", "1", "NUMBER",
              "Days for which what was dropped or changed is kept", _whole(0, 90)),
    Parameter("MAX_DATA_EXTENSION_TIME_IN_DAYS", "14", "NUMBER",
              "Days by which the former may be extended for streams", _whole(0, 90)),
)  # fmt: skip

OBJECT: Final = {each.name: each for each in _OBJECT}

#: Those of Snowflake's sessions that nothing here is like.
REFUSED: Final = frozenset(
    (
        "ABORT_DETACHED_QUERY",
        "ACTIVE_PYTHON_PROFILER",
        "PYTHON_PROFILER_MODULES",
        "PYTHON_PROFILER_TARGET_STAGE",
    )
)
