"""DuckDB's exceptions as Mockhaus errors: the one place that reads DuckDB's message texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import duckdb

from mockhaus import errors
from mockhaus.errors import SqlError

#: `LINE 1: select x from t` and the caret below it tell where in the translated text it hurts.
_LINE = re.compile(r"\n+LINE \d+:.*", re.S)
_PREFIX = re.compile(r"^[A-Z][A-Za-z ]+ Error: ")

_Make = Callable[[re.Match[str]], SqlError]


def _conversion(text: str, kind: str) -> SqlError:
    kind = kind.upper()
    if kind.startswith(("INT", "UINT", "DECIMAL", "DOUBLE", "FLOAT", "HUGE", "BIGINT", "NUMERIC")):
        return errors.InvalidNumber(f"Numeric value '{text}' is not recognized")
    if kind.startswith("BOOL"):
        return errors.InvalidText(f"Boolean value '{text}' is not recognized")
    if kind.startswith("DATE"):
        return errors.unreadable_datetime(text, f"Date '{text}' is not recognized")
    if kind.startswith("TIMESTAMP"):
        return errors.unreadable_datetime(text, f"Timestamp '{text}' is not recognized")
    if kind.startswith("TIME"):
        return errors.unreadable_datetime(text, f"Time '{text}' is not recognized")
    return errors.InvalidText(f"Value '{text}' cannot be cast to {kind}")


def _undefined(match: re.Match[str]) -> SqlError:
    name = (match["name"] or match["other"]).replace('"', "")
    return errors.UndefinedObject(
        f"SQL compilation error:\nObject '{name}' does not exist or not authorized.", subject=name
    )


def _invalid(match: re.Match[str]) -> SqlError:
    name = match["name"] or match["other"]
    return errors.InvalidIdentifier(
        f"SQL compilation error:\ninvalid identifier '{name}'", subject=name
    )


def _too_long(match: re.Match[str]) -> SqlError:
    return errors.StringTooLong(
        f"String is too long and would be truncated: column {match['column']} holds {match['n']}"
    )


_WIDER: Final = "An INT is kept in 64 bits: cast it to NUMBER(38,0), or declare its column so."

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


def _shown_types(text: str) -> str:
    for pattern, name in _TYPES:
        text = re.sub(pattern, name, text)
    return text


def _sentence(pattern: str, kind: type[SqlError], message: str) -> tuple[str, _Make]:
    """A rule whose message takes the pattern's groups: `{name}`, or `{NAME}` in upper case."""
    sentence = f"SQL compilation error:\n{message}"

    def make(match: re.Match[str]) -> SqlError:
        found = {key: value for key, value in match.groupdict().items() if value}
        found |= {key: _shown_types(found[key]) for key in ("one", "other") if key in found}
        upper = {key.upper(): value.upper() for key, value in found.items()}
        return kind(sentence.format(**found, **upper))

    return pattern, make


#: DuckDB's words for common mistakes -> the error and Snowflake's words.
_SENTENCES: Final = (
    _sentence(
        r"Unknown TimeZone '(?P<name>[^']*)'",
        errors.InvalidParameter,
        "Unknown timezone: '{name}'",
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
        r"duplicate alias \"(?P<name>[^\"]+)\"", errors.AmbiguousColumn, "duplicate alias '{name}'"
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


#: Pattern over DuckDB's message -> the error it means. Searched in this order.
_RULES: Final[list[tuple[re.Pattern[str], _Make]]] = [
    (re.compile(pattern, re.S), make)
    for pattern, make in (
        (
            r"CHECK constraint failed.*\(Error: MOCKHAUS:(?P<name>\w+):(?P<text>.*)\)",
            lambda m: _raised(m["name"], m["text"]),
        ),
        (
            r"MOCKHAUS:(?P<name>\w+):(?P<text>[^\n]*?)(?:' to \w+)?(?:\n|$)",
            lambda m: _raised(m["name"], m["text"]),
        ),
        *_SENTENCES,
        (
            r"Could not convert string ['\"](?P<text>.*?)['\"] to (?P<kind>\w+)",
            lambda m: _conversion(m["text"], m["kind"]),
        ),
        (
            r"invalid (?P<kind>\w+) field format: \\?\"(?P<text>.*?)\\?\"",
            lambda m: _conversion(m["text"], m["kind"]),
        ),
        (
            r"(?P<kind>\w+) field value out of range: \\?\"(?P<text>.*?)\\?\"",
            lambda m: _conversion(m["text"], m["kind"]),
        ),
        (
            r"value '(?P<text>.*?)' can't be cast to the destination type STRUCT\(utc ",
            lambda m: errors.TypeMismatch(
                f"The text '{m['text'][:100]}' stands beside a TIMESTAMP_TZ(9)",
                hint="Cast it to TIMESTAMP_TZ.",
            ),
        ),
        (
            r"Failed to cast value to \w+: (?P<text>[^\n]*)",
            lambda m: errors.InvalidText(f"Failed to cast variant value {m['text']}"),
        ),
        (
            r"Object (?P<text>\{.*?\}) (?P<what>has unknown|does not have) key (?P<key>\"[^\n]*\")",
            lambda m: errors.InvalidText(
                f"Failed to cast variant value {m['text']} to OBJECT: it {m['what']} key {m['key']}"
            ),
        ),
        (
            r"Malformed JSON|malformed JSON",
            lambda m: errors.InvalidText("Error parsing JSON: the text is not JSON"),
        ),
        (
            r"(?P<what>missing [\])]|unexpected \)|trailing \\|no argument for repetition operator"
            r"|bad repetition operator|invalid (?:escape sequence|character class|character class"
            r" range|perl operator|repetition size|named capture group))(?:: (?P<at>[^\n]*))?$",
            lambda m: errors.InvalidRegularExpression(
                f"Invalid regular expression: {m['what']}{': ' if m['at'] else ''}{m['at'] or ''}"
            ),
        ),
        (
            r"could not convert blob to UTF8 string",
            lambda m: errors.InvalidText("Invalid UTF8 detected in the string"),
        ),
        (
            r"cannot take (?P<what>square root|logarithm) of (?P<of>[^\n]*)",
            lambda m: errors.NumberOutOfRange(
                f"Invalid floating point operation: {m['what']} of {m['of']}"
            ),
        ),
        (
            r"(?P<name>ACOS|ASIN) is undefined outside",
            lambda m: errors.NumberOutOfRange(
                f"Invalid floating point operation: {m['name'].lower()} of a number outside [-1, 1]"
            ),
        ),
        (
            r"Unimplemented type for cast \((?P<kind>.+?) -> (?P<to>.+?)\)",
            lambda m: errors.TypeMismatch(
                f"SQL compilation error:\ninvalid type [{_shown_types(m['kind'])}] for a value of"
                f" type [{_shown_types(m['to'])}]"
            ),
        ),
        (
            r"(?i)out of range|overflow|Casting value .* to type DECIMAL.* failed"
            r"|Could not cast value .* to DECIMAL|can't be cast because the value is out of range",
            lambda m: errors.NumberOutOfRange(
                "Number out of representable range",
                detail=_bare(m.string),
                hint=_WIDER if "INT64" in m.string else None,
            ),
        ),
        (
            r"NOT NULL constraint failed: (?:.*\.)?(?P<column>[^.\n]+)",
            lambda m: errors.NotNullViolation(
                f"NULL result in a non-nullable column: {m['column']}"
            ),
        ),
        (
            r"CHECK constraint failed.*?length\(\"?(?P<column>[^\")]+)\"?\) <= (?P<n>\d+)",
            _too_long,
        ),
        (
            r"Table with name \"?(?P<name>[^\s!?]+?)\"? does not exist|"
            r"Table with name (?P<other>\S+) ",
            _undefined,
        ),
        (
            r"Sequence with name \"?(?P<name>[^\s!?\"]+)\"? does not exist",
            lambda m: errors.UndefinedObject(
                f"SQL compilation error:\nSequence '{m['name']}' does not exist or not authorized.",
                subject=m["name"],
            ),
        ),
        (
            r"Schema with name \"?(?P<name>[^\s!?\"]+)\"? does not exist",
            lambda m: errors.UndefinedSchema(
                f"Schema '{m['name']}' does not exist or not authorized."
            ),
        ),
        (
            r"(?:Table|View|Schema|Sequence) with name \"?(?P<name>[^\"]+?)\"? already exists",
            lambda m: errors.DuplicateObject(f"Object '{m['name']}' already exists."),
        ),
        (
            r"Referenced column \"(?P<name>[^\"]+)\" (?:was )?not found"
            r"|does not have a column named \"(?P<other>[^\"]+)\"",
            _invalid,
        ),
        (
            r"Column \"(?P<name>[^\"]+)\" in (?:EXCLUDE|REPLACE|RENAME) list not found"
            r"|(?P<other>(?!))",
            _invalid,
        ),
        (
            r"Referenced table \"(?P<name>[^\"]+)\" not found|(?P<other>(?!))",
            _invalid,
        ),
        (
            r"Ambiguous reference to column name \"(?P<name>[^\"]+)\"",
            lambda m: errors.AmbiguousColumn(
                f"SQL compilation error:\nambiguous column name '{m['name']}'", subject=m["name"]
            ),
        ),
        (
            r"column \"?(?P<name>[^\"]+?)\"? must appear in the GROUP BY clause",
            lambda m: errors.GroupingError(
                f"SQL compilation error:\n'{m['name']}' is not a valid group by expression",
                subject=m["name"],
            ),
        ),
        (
            r"No function matches the given name and argument types "
            r"'(?P<name>[^(]+)\((?P<types>.*?)\)'\. You",
            lambda m: errors.InvalidArgumentTypes(
                f"SQL compilation error:\nInvalid argument types for function "
                f"'{m['name'].strip().upper()}': ({_shown_types(m['types'])})"
            ),
        ),
        (
            r"Macro (?P<name>\w+)\(\) does not support the supplied arguments",
            lambda m: errors.WrongArguments(
                f"Invalid argument types for function '{m['name'].upper()}'"
            ),
        ),
        (
            r"(?i)conflict on|write-write conflict|transaction conflict",
            lambda m: errors.SerializationFailure(
                "The row was changed by another transaction after this one had begun.",
                hint="Roll back and try again.",
            ),
        ),
        (
            r"(?i)no space left|could not write.*space",
            lambda m: errors.DiskFull("The disk is full.", detail=_bare(m.string)),
        ),
    )
]

_BY_CLASS: Final[list[tuple[type[Exception], type[SqlError]]]] = [
    (duckdb.InterruptException, errors.Canceled),
    (duckdb.OutOfMemoryException, errors.OutOfMemory),
    (duckdb.OutOfRangeException, errors.NumberOutOfRange),
    (duckdb.ConversionException, errors.InvalidText),
    (duckdb.ParserException, errors.EngineFault),
    (duckdb.BinderException, errors.TypeMismatch),
    (duckdb.CatalogException, errors.UndefinedObject),
    (duckdb.NotImplementedException, errors.UnsupportedFeature),
    (duckdb.InvalidInputException, errors.InvalidParameter),
]


def _raised(name: str, text: str) -> SqlError:
    """An error that one of our own macros raised with `error('MOCKHAUS:ClassName:message')`."""
    kind = getattr(errors, name, errors.ExecutionError)
    if issubclass(kind, errors.CompilationError):
        text = f"SQL compilation error:\n{text}"
    if kind is errors.InvalidDatetime and (quoted := re.search("'(.*?)'", text)):
        return errors.unreadable_datetime(quoted[1], text)
    return kind(text)


def _bare(message: str) -> str:
    """DuckDB's message without its prefix and its view of the translated text."""
    return _PREFIX.sub("", _LINE.sub("", message)).strip()


def translated(error: Exception) -> SqlError:
    """The Mockhaus error for a DuckDB exception."""
    message = str(error)
    # An interrupt while rows are read comes by way of Arrow, as text only.
    if isinstance(error, duckdb.InterruptException) or message.endswith("Interrupted!"):
        return errors.Canceled("SQL execution canceled")
    for pattern, make in _RULES:
        if match := pattern.search(message):
            return make(match)
    for kind, target in _BY_CLASS:
        if isinstance(error, kind):
            return target(_bare(message))
    return errors.EngineFault(_bare(message))
