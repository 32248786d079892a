"""DuckDB's words for common mistakes, and Snowflake's for the same: rules that need no more than
the names in a message."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mockhaus import errors
from mockhaus.errors import SqlError

#: The error that a match of DuckDB's message means.
Make = Callable[[re.Match[str]], SqlError]

#: DuckDB's name of a type -> Snowflake's.
_TYPES: Final = (
    (r"\b(?:INTEGER_LITERAL|INTEGER|BIGINT|HUGEINT|SMALLINT|TINYINT)\b", "NUMBER(38,0)"),
    (r"\bDECIMAL\b", "NUMBER"),
    (r"\bBOOLEAN\[\]", "BOOLEAN"),  # see the macro aggregated_number
    (r"\bDOUBLE\b", "FLOAT"),
    (r"\b(?:STRING_LITERAL|VARCHAR)\b", "VARCHAR(16777216)"),
    (r"STRUCT\(utc TIMESTAMP, spread INTERVAL\)?", "TIMESTAMP_TZ(9)"),
    (r"\bTIMESTAMP WITH TIME ZONE\b", "TIMESTAMP_LTZ(9)"),
    (r"\bTIMESTAMP\b(?!_)", "TIMESTAMP_NTZ(9)"),
    (r"\bTIME\b", "TIME(9)"),
    (r"\bBLOB\b", "BINARY(8388608)"),
    (r"\bJSON\b", "VARIANT"),
)


def shown_types(text: str) -> str:
    for pattern, name in _TYPES:
        text = re.sub(pattern, name, text)
    return text


#: Functions and macros -> the functions of Snowflake's that call them.
_CALLS: Final = (
    (r"DATEADD_\w+|DAYS_LATER", "DATEADD"),
    (r"DATE_DIFF|DATEDIFF_\w+", "DATEDIFF"),
    (r"TRUNC_MOMENT|TRUNC_WEEK", "DATE_TRUNC"),
    (r"WALL_CLOCK|TZ_IN|CONVERT_TIMEZONE_TO", "CONVERT_TIMEZONE"),
    (r"ISODOW|DAY_NAME", "DAYNAME"),
    (r"LAST_DAY\w*", "LAST_DAY"),
    (r"(TO_\w+|\w+?)_(?:OF|BY|TO|ONCE|ANY|SCALED|TENS)", r"\1"),
)


def shown_call(name: str) -> str:
    """The function of Snowflake's that a message of DuckDB's is about."""
    upper = name.strip().upper()
    for pattern, called in _CALLS:
        if match := re.fullmatch(pattern, upper):
            return match.expand(called)
    return upper


def _sentence(pattern: str, kind: type[SqlError], message: str) -> tuple[str, Make]:
    """A rule whose message takes the pattern's groups: `{name}`, or `{NAME}` in upper case."""
    sentence = f"SQL compilation error:\n{message}"

    def make(match: re.Match[str]) -> SqlError:
        found = {key: value or "" for key, value in match.groupdict().items()}
        found |= {key: shown_types(found[key]) for key in ("one", "other") if key in found}
        upper = {key.upper(): value.upper() for key, value in found.items()}
        return kind(sentence.format(**found, **upper))

    return pattern, make


_VIEW: Final = "SQL compilation error: Object found is of type 'VIEW', not specified type 'TABLE'."

#: DuckDB's words for common mistakes -> the error and Snowflake's words.
SENTENCES: Final = (
    (
        r"Can only (?:delete from|update) base table|Can only merge into base tables",
        lambda match: errors.WrongObjectType(_VIEW),
    ),
    (r"^(?:Catalog Error: )?.* is not an table$", lambda match: errors.WrongObjectType(_VIEW)),
    _sentence(
        r"Macro (?P<name>\w+)\(\) has multiple overloads that match",
        errors.InvalidArgumentTypes,
        "Invalid argument types for function '{NAME}'",
    ),
    _sentence(
        r"DEFAULT value cannot contain column names",
        errors.UnsupportedFeature,
        "Unsupported feature 'DEFAULT of a column or of such a function'",
    ),
    _sentence(
        r"\"time\" units \"(?P<part>\w+)\" not recognized",
        errors.InvalidArgumentTypes,
        "a TIME(9) has no part '{PART}'",
    ),
    _sentence(
        r"list dimensions must be equal, got left length '(?P<left>\d+)' and right length"
        r" '(?P<right>\d+)'",
        errors.InvalidArgumentTypes,
        "Invalid argument types: vectors of {left} and of {right} dimensions",
    ),
    _sentence(
        r"Unknown TimeZone '(?P<name>(?s:.*?))'!",
        errors.InvalidParameter,
        "Unknown timezone: '{name}'",
    ),
    _sentence(
        r"Like pattern must not end with escape character",
        errors.InvalidParameter,
        "a LIKE pattern must not end with its escape character",
    ),
    _sentence(
        r"(?P<clause>GROUP BY|ORDER) term out of range",
        errors.GroupingError,
        "a position in {clause} is not that of an item of the SELECT",
    ),
    _sentence(
        r"WHERE clause cannot contain aggregates",
        errors.GroupingError,
        "Invalid aggregate function in where clause",
    ),
    _sentence(
        r"aggregate function calls cannot be nested",
        errors.GroupingError,
        "Aggregate functions cannot be nested",
    ),
    _sentence(
        r"aggregate function calls cannot contain window function calls",
        errors.GroupingError,
        "Window function may not be nested inside an aggregate function",
    ),
    _sentence(
        r"window function calls cannot be nested",
        errors.GroupingError,
        "Window function may not be nested inside another window function",
    ),
    _sentence(
        r"(?:WHERE|HAVING|GROUP BY) clause cannot contain window functions",
        errors.GroupingError,
        "Window function appears outside of SELECT, QUALIFY, and ORDER BY clauses",
    ),
    _sentence(
        r"In a DISTINCT aggregate, ORDER BY expressions must appear in the argument list",
        errors.GroupingError,
        "the order of WITHIN GROUP is not a valid order by expression: with DISTINCT it is by what"
        " is listed",
    ),
    _sentence(
        r"(?:QUANTILE can only take|Separator argument to StringAgg must be|QUANTILE argument)",
        errors.WrongArguments,
        "argument needs to be constant, and a fraction from 0 to 1 where it is one of a percentile",
    ),
    _sentence(
        r"GROUPING child \"(?P<name>[^\"]+)\" must be a grouping column",
        errors.GroupingError,
        "'{name}' is not a valid group by expression of GROUPING",
    ),
    _sentence(
        r"GROUP BY clause cannot contain aggregates",
        errors.GroupingError,
        "an aggregate function is not a valid group by expression",
    ),
    _sentence(
        r"Could not ORDER BY column \"(?:.*\.)?(?P<name>[^\".]+)\":",
        errors.InvalidIdentifier,
        "invalid identifier '{NAME}'",
    ),
    _sentence(
        r"Column \"(?P<name>[^\"]+)\" does not exist on (?:left|right) side of join",
        errors.InvalidIdentifier,
        "invalid identifier '{NAME}'",
    ),
    _sentence(
        r"table \"(?P<table>[^\"]+)\" has (?P<n>\d+) columns available but (?P<m>\d+)",
        errors.ValueCount,
        "Invalid column definition list: {m} names for the {n} columns of '{table}'",
    ),
    _sentence(
        r"INSERT statement cannot contain aggregates|aggregate functions are not allowed in UPDATE",
        errors.GroupingError,
        "Invalid aggregate function in VALUES or SET clause",
    ),
    _sentence(
        r"Cannot drop column: table only has one column",
        errors.InvalidParameter,
        "cannot drop the only column of a table",
    ),
    _sentence(
        r"DEFAULT value cannot contain column names",
        errors.InvalidIdentifier,
        "a default cannot contain names of columns",
    ),
    _sentence(
        r"Cannot compare values of type (?P<one>.+?) and type (?P<other>.+?) - an explicit cast",
        errors.ColumnTypeMismatch,
        "Can not convert a value of type [{other}] into expected type [{one}]",
    ),
    _sentence(
        r"Multiple assignments to same column \"(?P<name>[^\"]+)\"",
        errors.DuplicateObject,
        "duplicate column name '{NAME}'",
    ),
    _sentence(
        r"resulted in an empty set of columns", errors.SqlSyntaxError, "SELECT with no columns"
    ),
    _sentence(
        r"Alias \"(?P<name>[^\"]+)\" referenced - but the expression has side effects",
        errors.UnsupportedFeature,
        "Unsupported feature 'the alias {name} of a value that is another each time'",
    ),
    _sentence(r"Invalid escape string", errors.InvalidParameter, "ESCAPE takes a single character"),
    _sentence(
        r"Separator argument to StringAgg must be a constant",
        errors.InvalidParameter,
        "the delimiter of LISTAGG is a constant",
    ),
    _sentence(
        r"Duplicate CTE name \"(?P<name>[^\"]+)\"",
        errors.DuplicateObject,
        "duplicate name '{NAME}' in WITH",
    ),
    _sentence(
        r"Column \"(?P<name>[^\"]+)\" referenced in UNPIVOT but no matching entry",
        errors.InvalidIdentifier,
        "invalid identifier '{NAME}'",
    ),
    _sentence(
        r"Cannot unpivot columns of types (?P<one>.+?) and (?P<other>.+?) - an explicit cast",
        errors.TypeMismatch,
        "The columns of UNPIVOT have different types: {one} and {other}",
    ),
    _sentence(
        r"Cannot combine types (?P<one>.+?) and (?P<other>.+?) - an explicit cast",
        errors.TypeMismatch,
        "Values of {one} and {other} have no type together",
    ),
    _sentence(
        r"Join condition for non-inner LATERAL JOIN must be",
        errors.UnsupportedFeature,
        "Unsupported feature 'outer LATERAL join on a condition of one side'",
    ),
    _sentence(
        r"STAR expression is only allowed as the root element",
        errors.SqlSyntaxError,
        "syntax error unexpected '*'",
    ),
    _sentence(
        r"No columns found to join on in NATURAL JOIN",
        errors.UnsupportedFeature,
        "Unsupported feature 'NATURAL JOIN of tables without common columns'",
    ),
    _sentence(
        r"frame (?:starting|ending|start) ",
        errors.SqlSyntaxError,
        "Cumulative window frame unsupported: its end is before its start",
    ),
    _sentence(
        r"DECIMAL type (?:width|scale)",
        errors.InvalidParameter,
        "invalid precision or scale of NUMBER: a precision is from 1 to 38, a scale from 0 to it",
    ),
    _sentence(
        r"Set operations can only apply to expressions with the same number",
        errors.ValueCount,
        "invalid number of result columns for set operator input branches",
    ),
    _sentence(
        r"duplicate alias \"(?:.*\.)?\"?(?P<name>[^\".]+)\"",
        errors.AmbiguousColumn,
        "duplicate alias '{name}'",
    ),
    _sentence(
        r"subqueries in lambda expressions are not supported",
        errors.UnsupportedFeature,
        "Unsupported feature 'a subquery in a lambda expression'.",
    ),
    _sentence(
        r"^(?:Binder Error: )?\* expression without FROM clause",
        errors.SqlSyntaxError,
        "SELECT * needs a FROM clause",
    ),
    _sentence(
        r"Column with name (?P<name>\S+) already exists",
        errors.DuplicateObject,
        "duplicate column name '{name}'",
    ),
    _sentence(
        r"More VIEW aliases than columns in query result",
        errors.InvalidIdentifier,
        "Invalid column definition list: it has more columns than the query.",
    ),
    _sentence(
        r"VALUES lists must all be the same length",
        errors.ValueCount,
        "the rows of VALUES are not of the same number of values",
    ),
    _sentence(
        r"Scalar Function with name (?P<name>\S+) does not exist",
        errors.WrongArguments,
        "Missing window specification for window function [{NAME}]",
    ),
    _sentence(
        r"SELECT clause without selection list", errors.SqlSyntaxError, "SELECT needs an item"
    ),
    _sentence(
        r"at least one window function must appear in the SELECT column or QUALIFY",
        errors.GroupingError,
        "QUALIFY needs a window function in the SELECT list or in its predicate",
    ),
    _sentence(
        r"Subquery returns (?P<n>\d+) columns - expected 1",
        errors.ValueCount,
        "a subquery used as an expression has {n} columns instead of one",
    ),
    _sentence(
        r"LIMIT/OFFSET cannot be negative",
        errors.InvalidParameter,
        "Invalid row count in limit clause",
    ),
    (
        r"More than one row returned by a subquery",
        lambda m: errors.SingleRowExpected("Single-row subquery returns more than one row."),
    ),
    _sentence(
        r"Cannot extract field '(?P<field>[^']+)' from expression \"(?P<name>[^\"]+)\"",
        errors.InvalidIdentifier,
        "invalid identifier '{name}.{field}'",
    ),
    _sentence(
        r"\"ORDER BY\" are only applicable to aggregate functions",
        errors.SqlSyntaxError,
        "syntax error unexpected 'ORDER' within a function",
    ),
    _sentence(
        r"No files found that match the pattern \"(?P<name>[^\"]+)\"",
        errors.UndefinedObject,
        "Object '{name}' does not exist or not authorized.",
    ),
    _sentence(
        r"Parser Error: syntax error at or near \"(?P<name>[^\"]+)\"",
        errors.SqlSyntaxError,
        "syntax error unexpected '{name}'.",
    ),
    _sentence(
        r"Cannot extract field from expression \"(?P<name>[^\".]+)\.\*\"",
        errors.InvalidIdentifier,
        "invalid identifier '{name}'",
    ),
)
