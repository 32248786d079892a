"""DuckDB's exceptions as Mockhaus errors: the one place that reads DuckDB's message texts."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import duckdb

from mockhaus import errors
from mockhaus.engine.sentences import SENTENCES, Make, shown_call, shown_types
from mockhaus.errors import SqlError
from mockhaus.limits import shown

#: `LINE 1: select x from t` and the caret below it tell where in the translated text it hurts.
_LINE = re.compile(r"\n+LINE \d+:.*", re.S)
_PREFIX = re.compile(r"^[A-Z][A-Za-z ]+ Error: ")


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


_UNIT: Final = r"(?P<limit>[\d.]+ (?:bytes|[KMGT]iB))"


def out_of_memory(limit: int | str | None) -> SqlError:
    """A statement needs more than the bytes that a session may use."""
    size = shown(limit) if isinstance(limit, int) else limit
    return errors.OutOfMemory(
        "The statement needs more memory than a session may use" + (f": {size}." if size else "."),
        hint="The server's --memory-limit says how much that is.",
    )


def _spilled(match: re.Match[str]) -> SqlError:
    return errors.OutOfMemory(
        "The statement needs more memory than a session may use, and has written to the disk what a"
        f" session may: {match['limit']}.",
        hint="The server's --memory-limit and --spill-limit say how much that is.",
    )


_WIDER: Final = "An INT is kept in 64 bits: cast it to NUMBER(38,0), or declare its column so."

#: Pattern over DuckDB's message -> the error it means. Searched in this order.
_RULES: Final[list[tuple[str, Make]]] = [
    (
        r"CHECK constraint failed.*\(Error: MOCKHAUS:(?P<name>\w+):(?P<text>.*)\)",
        lambda m: _raised(m["name"], m["text"]),
    ),
    (
        r"MOCKHAUS:(?P<name>\w+):(?P<text>[^\n]*?)(?:' to \w+)?(?:\n|$)",
        lambda m: _raised(m["name"], m["text"]),
    ),
    (rf"^Out of Memory Error: failed to offload data[^\n]*/{_UNIT} used", _spilled),
    (rf"^Out of Memory Error:(?:[^\n]*/{_UNIT} used)?", lambda m: out_of_memory(m["limit"])),
    *SENTENCES,
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
            f"SQL compilation error:\ninvalid type [{shown_types(m['kind'])}] for a value of"
            f" type [{shown_types(m['to'])}]"
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
        lambda m: errors.NotNullViolation(f"NULL result in a non-nullable column: {m['column']}"),
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
        lambda m: errors.UndefinedSchema(f"Schema '{m['name']}' does not exist or not authorized."),
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
            f"'{shown_call(m['name'])}': ({shown_types(m['types'])})"
        ),
    ),
    (
        r"Macro (?P<name>\w+)\(\) does not support the supplied arguments",
        lambda m: errors.WrongArguments(
            f"Invalid argument types for function '{shown_call(m['name'])}'"
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
        r"COMMIT succeeded and is durable, but the autocheckpoint failed.*: (?P<why>[^\n:]*)$",
        lambda m: errors.CommittedInvalid(
            "What the statement changed is committed, but its answer is lost: the session's log"
            f" could not be written into its file: {m['why']}.",
            hint="Do not repeat it. The session's data are opened anew.",
        ),
    ),
    (
        r"has been invalidated because checkpointing failed.*: (?P<why>[^\n:]*)$"
        r"|Checkpoint failed for database.*: (?P<too>[^\n:]*)$",
        lambda m: errors.DataInvalid(
            "The statement was not carried out: the session's log could not be written into its"
            f" file: {m['why'] or m['too']}.",
            hint="The session's data are opened anew; what was committed is there.",
        ),
    ),
    (
        r"has been invalidated because",
        lambda m: errors.StorageFault(
            "The session's data cannot be used, and whether the statement's changes are"
            " committed is not known.",
            hint="What was committed is there once the server is started again.",
        ),
    ),
    (
        r"(?i)no space left|could not write.*space|file too large|quota exceeded",
        lambda m: errors.DiskFull("The disk is full.", detail=_bare(m.string)),
    ),
    (
        r"(?i)(?:could not|cannot|failed to) (?:write|open|sync|fsync|truncate|create|move"
        r"|remove)[^\n]*: (?P<why>read-only file system|input/output error|permission denied"
        r"|operation not permitted|structure needs cleaning|stale file handle)",
        lambda m: errors.StorageFault(f"The session's data cannot be read or written: {m['why']}."),
    ),
]

_BY_CLASS: Final[list[tuple[type[Exception], type[SqlError]]]] = [
    (duckdb.InterruptException, errors.Canceled),
    (duckdb.OutOfRangeException, errors.NumberOutOfRange),
    (duckdb.ConversionException, errors.InvalidText),
    (duckdb.ParserException, errors.EngineFault),
    (duckdb.BinderException, errors.TypeMismatch),
    (duckdb.CatalogException, errors.UndefinedObject),
    (duckdb.NotImplementedException, errors.UnsupportedFeature),
    (duckdb.InvalidInputException, errors.InvalidParameter),
]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A rule, once there is an error to read: all of them take 15 ms."""
    return re.compile(pattern, re.S)


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
        if match := _compiled(pattern).search(message):
            return make(match)
    for kind, target in _BY_CLASS:
        if isinstance(error, kind):
            return target(_bare(message))
    return errors.EngineFault(_bare(message))
