"""Parameters: what there are, their defaults, and what values they take.

A session parameter acts or is refused by name. A few ask for nothing that a server without queues
and result caches could do otherwise; they are taken at any value. ALTER ACCOUNT and ALTER USER give
sessions that are opened later another default. Snowflake's manual: "Parameters".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from mockhaus.catalog.objects import CatalogObject, Objects
from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.formats import output_format
from mockhaus.translation.context import ObjectName

#: Under which the account's own parameters are recorded.
ACCOUNT: Final = ObjectName("ACCOUNT")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `takes` tells whether a value is one of its values."""

    name: str
    default: str
    type: str
    description: str
    takes: Callable[[str], bool] = lambda value: True


def _whole(least: int, most: int) -> Callable[[str], bool]:
    return lambda value: value.isdigit() and least <= int(value) <= most


def _one_of(*values: str) -> Callable[[str], bool]:
    return lambda value: value.upper() in values


_flag: Final = _one_of("TRUE", "FALSE")


def _is_model(value: str) -> bool:
    try:
        output = output_format(value)
    except KeyError:
        return False
    return value.upper() == "AUTO" or bool(output.strftime)


_SECONDS: Final = 604_800

_SESSION: Final = (
    Parameter("AUTOCOMMIT", "true", "BOOLEAN", "Whether each statement commits itself", _flag),
    Parameter("BINARY_OUTPUT_FORMAT", "HEX", "STRING", "How BINARY becomes text",
              _one_of("HEX", "BASE64")),
    Parameter("CLIENT_SESSION_KEEP_ALIVE", "false", "BOOLEAN", "For clients: no session ends",
              _flag),
    Parameter("DATE_OUTPUT_FORMAT", "YYYY-MM-DD", "STRING", "How DATE becomes text", _is_model),
    Parameter("ERROR_ON_NONDETERMINISTIC_MERGE", "true", "BOOLEAN",
              "Whether a MERGE that finds several sources for a row is an error", _flag),
    Parameter("ERROR_ON_NONDETERMINISTIC_UPDATE", "false", "BOOLEAN",
              "Whether an UPDATE that finds several sources for a row is an error", _flag),
    Parameter("QUERY_TAG", "", "STRING", "Text that is kept with each statement in the history",
              lambda value: len(value) <= 2000),
    Parameter("QUOTED_IDENTIFIERS_IGNORE_CASE", "false", "BOOLEAN",
              "Whether names in double quotes are stored in upper case", _flag),
    Parameter("ROWS_PER_RESULTSET", "0", "NUMBER", "The most rows of an answer; 0 for all",
              _whole(0, 2**62)),
    Parameter("STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", "0", "NUMBER", "No statement is ever queued",
              _whole(0, _SECONDS)),
    Parameter("STATEMENT_TIMEOUT_IN_SECONDS", "172800", "NUMBER",
              "Seconds that a statement may run; 0 for the most, 604800", _whole(0, _SECONDS)),
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
    Parameter("TIME_OUTPUT_FORMAT", "HH24:MI:SS", "STRING", "How TIME becomes text", _is_model),
    Parameter("USE_CACHED_RESULT", "true", "BOOLEAN", "No result is ever cached", _flag),
    Parameter("WEEK_OF_YEAR_POLICY", "0", "NUMBER", "Which week of a year is its first",
              _whole(0, 1)),
    Parameter("WEEK_START", "0", "NUMBER", "The first day of a week", _whole(0, 7)),
)  # fmt: skip

SESSION: Final = {each.name: each for each in _SESSION}

#: Those of sessions that a warehouse has too.
WAREHOUSE: Final = ("STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", "STATEMENT_TIMEOUT_IN_SECONDS")

#: Parameters of databases, schemas and tables.
_OBJECT: Final = (
    Parameter("DATA_RETENTION_TIME_IN_DAYS", "1", "NUMBER",
              "Days for which what was dropped or changed is kept", _whole(0, 90)),
    Parameter("MAX_DATA_EXTENSION_TIME_IN_DAYS", "14", "NUMBER",
              "Days by which the former may be extended for streams", _whole(0, 90)),
)  # fmt: skip

OBJECT: Final = {each.name: each for each in _OBJECT}

#: Parameters that Snowflake's sessions have besides.
_REFUSED: Final = frozenset(
    """
    ABORT_DETACHED_QUERY ACTIVE_PYTHON_PROFILER CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX
    CLIENT_MEMORY_LIMIT CLIENT_PREFETCH_THREADS CLIENT_RESULT_CHUNK_SIZE
    CLIENT_RESULT_COLUMN_CASE_INSENSITIVE CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY
    CLIENT_TIMESTAMP_TYPE_MAPPING CSV_TIMESTAMP_FORMAT DATE_INPUT_FORMAT DEFAULT_DDL_COLLATION
    ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION GEOGRAPHY_OUTPUT_FORMAT GEOMETRY_OUTPUT_FORMAT
    HYBRID_TABLE_LOCK_TIMEOUT JDBC_TREAT_DECIMAL_AS_INT JDBC_TREAT_TIMESTAMP_NTZ_AS_UTC
    JDBC_USE_SESSION_TIMEZONE JSON_INDENT
    JS_TREAT_INTEGER_AS_BIGINT LOCK_TIMEOUT LOG_LEVEL METRIC_LEVEL MULTI_STATEMENT_COUNT
    ODBC_TREAT_DECIMAL_AS_INT PYTHON_PROFILER_MODULES PYTHON_PROFILER_TARGET_STAGE
    S3_STAGE_VPCE_DNS_NAME SEARCH_PATH SIMULATED_DATA_SHARING_CONSUMER STRICT_JSON_OUTPUT
    TIMESTAMP_DAY_IS_ALWAYS_24H TIMESTAMP_INPUT_FORMAT TIME_INPUT_FORMAT
    TRACE_LEVEL TRANSACTION_ABORT_ON_ERROR TRANSACTION_DEFAULT_ISOLATION_LEVEL
    TWO_DIGIT_CENTURY_START UNSUPPORTED_DDL_ACTION BINARY_INPUT_FORMAT
    """.split()  # noqa: SIM905  a list of a word a line is no easier to read
)


def check(name: str, value: str | None, where: str = "session") -> None:
    """Raises UnsupportedFeature, InvalidParameter for what cannot be set; None unsets."""
    known = {**SESSION, **OBJECT} if where == "account" else SESSION
    if name in _REFUSED:
        raise UnsupportedFeature(f"Unsupported feature '{where} parameter {name}'.")
    if name not in known:
        raise InvalidParameter(f"SQL compilation error:\ninvalid parameter '{name}'")
    if value is not None and not known[name].takes(value):
        raise invalid_value(name, value)


def check_object(name: str, value: object) -> None:
    """Raises InvalidParameter for a value that a parameter of objects does not take."""
    told = str(value).lower() if isinstance(value, bool) else str(value)
    if name in OBJECT and not OBJECT[name].takes(told):
        raise invalid_value(name, told)


def invalid_value(name: str, value: str) -> InvalidParameter:
    """The error for a value that a parameter does not take."""
    return InvalidParameter(
        f"SQL compilation error:\ninvalid value ['{value}'] for parameter '{name}'"
    )


def of_account(objects: Objects) -> Mapping[str, str]:
    """The session parameters that ALTER ACCOUNT has set."""
    found = objects.find("ACCOUNT", ACCOUNT)
    told = {} if found is None else found.properties
    return {name: str(value) for name, value in told.items() if name.isupper()}


def of_user(objects: Objects, user: str) -> Mapping[str, str]:
    """The session parameters that ALTER USER has set."""
    found = objects.find("USER", ObjectName(user))
    return {} if found is None else in_record(found)


def in_record(user: CatalogObject) -> Mapping[str, str]:
    """The same of a user's record."""
    told = user.properties.items()
    return {name: as_text(value) for name, value in told if name in SESSION}


def as_text(value: object) -> str:
    """A parameter's value as it is kept: TRUE and FALSE in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def defaults(objects: Objects, user: str) -> Mapping[str, str]:
    """What a session of a user begins with: the account's parameters under the user's own."""
    return {**of_account(objects), **of_user(objects, user)}


def account(objects: Objects) -> CatalogObject:
    """The record of the account, to be altered."""
    objects.create(CatalogObject("ACCOUNT", ACCOUNT), if_not_exists=True)
    return objects.get("ACCOUNT", ACCOUNT)
