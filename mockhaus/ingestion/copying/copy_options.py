"""The options of COPY INTO a table, beside the file format.

Snowflake's manual: "COPY INTO <table>", "Copy options".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.ingestion.copying.transformation import METADATA


class OnError(Struct, frozen=True):
    """What an error in a file does.

    `action` is ABORT_STATEMENT, CONTINUE or SKIP_FILE; a file is skipped once its errors reach
    `count`, or `percent` of its rows.
    """

    action: str = "ABORT_STATEMENT"
    count: int | None = None
    percent: float | None = None

    def skips(self, errors: int, rows: int) -> bool:
        """Whether a file with that many errors and rows is skipped."""
        if self.action != "SKIP_FILE" or not errors:
            return False
        if self.percent is not None:
            return errors * 100 >= self.percent * max(rows, 1)
        return errors >= (self.count or 1)

    def limit(self, rows: int) -> int:
        """What the result column `error_limit` says of a file of that many rows."""
        if self.action == "CONTINUE":
            return max(rows, 1)
        if self.percent is not None:
            return max(int(self.percent * rows / 100), 1)
        return self.count or 1


class CopyOptions(Struct, frozen=True):
    """`size_limit` is in bytes; `match` is NONE, CASE_SENSITIVE or CASE_INSENSITIVE.

    `validation` is ROWS, ERRORS or ALL_ERRORS, None for a COPY that loads; `rows` is ROWS' number.
    """

    files: tuple[str, ...] = ()
    pattern: str | None = None
    on_error: OnError = OnError()
    size_limit: int | None = None
    purge: bool = False
    force: bool = False
    truncate: bool = False
    failed_only: bool = False
    #: LOAD_UNCERTAIN_FILES: load what may have been loaded before the history begins.
    uncertain: bool = False
    match: str = "NONE"
    validation: str | None = None
    rows: int = 0
    #: INCLUDE_METADATA: the table's column -> METADATA$ column.
    metadata: Mapping[str, str] = field(default_factory=dict)


_ROWS = re.compile(r"RETURN_(\d+)_ROWS")
_SKIP = re.compile(r"SKIP_FILE(?:_(\d+)(%)?)?")
#: Options that Snowflake has and this room has not.
REFUSED: Final = frozenset(("LOAD_MODE", "FILE_PROCESSOR", "CLUSTER_AT_INGEST_TIME"))


def read(options: Mapping[str, Any], base: CopyOptions | None = None) -> CopyOptions:
    """The options as given, over those of the stage.

    Raises UnsupportedFeature for what is not built, InvalidParameter for what is not Snowflake's.
    """
    read = base or CopyOptions()
    for name, value in options.items():
        if name == "FILE_FORMAT":
            continue
        if name in REFUSED:
            raise UnsupportedFeature(f"Unsupported feature 'COPY INTO with {name}'.")
        reader = _READERS.get(name)
        if reader is None:
            raise InvalidParameter(f"SQL compilation error:\ninvalid parameter '{name}'")
        read = replace(read, **reader(name, value))
    if read.files and read.pattern is not None:
        raise UnsupportedFeature("Unsupported feature 'COPY INTO with both FILES and PATTERN'.")
    if read.metadata and read.match == "NONE":
        raise InvalidParameter(
            "SQL compilation error:\nINCLUDE_METADATA needs MATCH_BY_COLUMN_NAME."
        )
    return read


def _invalid(name: str, value: Any) -> InvalidParameter:
    return InvalidParameter(
        f"SQL compilation error:\ninvalid value [{value!r}] for parameter '{name}'"
    )


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _invalid(name, value)
    return value


def _files(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _invalid(name, value)
    if not 1 <= len(value) <= 1000:
        raise InvalidParameter("FILES takes 1 to 1000 names.")
    return {"files": tuple(value)}


def _pattern(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, str):
        raise _invalid(name, value)
    return {"pattern": value}


def _on_error(name: str, value: Any) -> dict[str, Any]:
    word = str(value).upper()
    if word in ("ABORT_STATEMENT", "CONTINUE"):
        return {"on_error": OnError(word)}
    match = _SKIP.fullmatch(word)
    if match is None:
        raise _invalid(name, value)
    number, percent = match.groups()
    if percent:
        return {"on_error": OnError("SKIP_FILE", percent=float(number))}
    if number is not None and int(number) < 1:
        raise _invalid(name, value)
    return {"on_error": OnError("SKIP_FILE", count=int(number) if number else None)}


def _size_limit(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {"size_limit": None}
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _invalid(name, value)
    return {"size_limit": value or None}


def _match(name: str, value: Any) -> dict[str, Any]:
    word = str(value).upper()
    if word not in ("NONE", "CASE_SENSITIVE", "CASE_INSENSITIVE"):
        raise _invalid(name, value)
    return {"match": word}


def _validation(name: str, value: Any) -> dict[str, Any]:
    word = str(value).upper()
    if word in ("RETURN_ERRORS", "RETURN_ALL_ERRORS"):
        return {"validation": word.removeprefix("RETURN_")}
    match = _ROWS.fullmatch(word)
    if match is None or int(match[1]) < 1:
        raise _invalid(name, value)
    return {"validation": "ROWS", "rows": int(match[1])}


def _metadata(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        raise _invalid(name, value)
    for each in value.values():
        if str(each).upper() not in METADATA:
            raise _invalid(name, each)
    return {"metadata": {column: str(each).upper() for column, each in value.items()}}


_READERS: Final = {
    "INCLUDE_METADATA": _metadata,
    "FILES": _files,
    "PATTERN": _pattern,
    "ON_ERROR": _on_error,
    "SIZE_LIMIT": _size_limit,
    "PURGE": lambda name, value: {"purge": _flag(name, value)},
    "FORCE": lambda name, value: {"force": _flag(name, value)},
    "TRUNCATECOLUMNS": lambda name, value: {"truncate": _flag(name, value)},
    "ENFORCE_LENGTH": lambda name, value: {"truncate": not _flag(name, value)},
    "RETURN_FAILED_ONLY": lambda name, value: {"failed_only": _flag(name, value)},
    "MATCH_BY_COLUMN_NAME": _match,
    "LOAD_UNCERTAIN_FILES": lambda name, value: {"uncertain": _flag(name, value)},
    "VALIDATION_MODE": _validation,
}

#: Every option of the manual, FILE_FORMAT apart.
OPTIONS: Final = (*_READERS, *sorted(REFUSED))
