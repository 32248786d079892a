"""The query of a COPY with a transformation: `FROM (SELECT $1::INT, t.$2:a.b FROM @stage t)`.

The grammar has made plain SQL of it: the stage is a relation, `$1` is its column `"$1"`. It is
translated like any query, as a CTE whose body is put in afterwards, file by file.
Snowflake's manual: "Transforming data during a load"; "Querying metadata for staged files".
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mockhaus.errors import CompilationError, EngineFault, UnsupportedFeature
from mockhaus.ingestion.copying.target import literal, quoted
from mockhaus.ingestion.files.conversions import canonical
from mockhaus.ingestion.files.readers import Source
from mockhaus.ingestion.storage.stores import StoredFile
from mockhaus.translation.context import Context
from mockhaus.translation.grammar.stage_refs import RELATION
from mockhaus.translation.parse import parse
from mockhaus.translation.statements import Select
from mockhaus.translation.translate import translate

_MARK: Final = "mockhaus:stage"
_END: Final = "mockhaus:end"
#: The stand-in, as it comes out of the translation.
_BODY = re.compile(rf"SELECT\s+'{_MARK}'.*?'{_END}'(?:\s+AS\s+(?:\"[^\"]*\"|\w+))?", re.S)
_NUMBERED = re.compile(r'"\$(\d+)"')
_METADATA = re.compile(r"METADATA\$(\w+)", re.I)
#: The columns that tell of the file, and their types. "Querying metadata for staged files".
METADATA: Final = {
    "METADATA$FILENAME": "VARCHAR",
    "METADATA$FILE_ROW_NUMBER": "BIGINT",
    "METADATA$FILE_CONTENT_KEY": "VARCHAR",
    "METADATA$FILE_LAST_MODIFIED": "TIMESTAMP",
    "METADATA$START_SCAN_TIME": "TIMESTAMP WITH TIME ZONE",
}


class Transformation(Struct, frozen=True):
    """`sql` has `_BODY` where the file's relation goes; `width` is the highest `$n`.

    `metadata`: the METADATA$ columns that the query mentions.
    """

    sql: str
    width: int
    metadata: frozenset[str] = frozenset()


def read(query: str, context: Context, type: str) -> Transformation:
    """Translate a query over files of a format type. Raises CompilationError."""
    numbers = [int(number) for number in _NUMBERED.findall(query)]
    metadata = frozenset(f"METADATA${name.upper()}" for name in _METADATA.findall(query))
    for name in metadata:
        if name not in METADATA:
            raise UnsupportedFeature(f"Unsupported feature '{name}'.")
    if type != "CSV" and any(number != 1 for number in numbers):
        raise CompilationError(
            f"SQL compilation error:\na {type} file has one column only, $1.",
        )
    body = _stand_in(max(numbers, default=1), type)
    (statement,) = parse(f'WITH "{RELATION}" AS ({body}) {query}')
    if not isinstance(statement, Select):
        raise UnsupportedFeature("Unsupported feature 'COPY INTO with a query that is no SELECT'.")
    sql = translate(statement, replace(context, mixed=True)).sql
    if len(_BODY.findall(sql)) != 1:
        raise EngineFault("The query of COPY INTO could not be translated.")
    return Transformation(sql, max(numbers, default=1), metadata)


def _stand_in(width: int, type: str) -> str:
    """What stands for the files while the query is translated: a relation of their columns."""
    kind = "VARCHAR" if type == "CSV" else "VARIANT"
    columns = {f"${n}": kind for n in range(1, width + 1)} | _SHOWN
    listed = ", ".join(f"CAST(NULL AS {type}) AS {quoted(n)}" for n, type in columns.items())
    return f"SELECT '{_MARK}', {listed}, '{_END}'"


#: The types of METADATA$ in Snowflake's words.
_SHOWN: Final = METADATA | {
    "METADATA$FILE_LAST_MODIFIED": "TIMESTAMP_NTZ",
    "METADATA$START_SCAN_TIME": "TIMESTAMP_LTZ",
}


def over(query: Transformation, source: Source, type: str, file: StoredFile, shown: str) -> str:
    """The query over one file of a format type."""
    about = About(file, shown, query.metadata)
    made = columns(source, type, len(source.columns), about)
    body = f"SELECT {made} FROM {source.sql} AS r"
    return _BODY.sub(lambda _: body, query.sql)


class About(Struct, frozen=True):
    """A file, its name as shown, and which of the METADATA$ columns are asked for."""

    file: StoredFile
    shown: str
    metadata: frozenset[str]


def columns(source: Source, type: str, width: int, about: About) -> str:
    """`$1` to `$width` of a file, and what METADATA$ tells of it, as columns over the source."""
    if type == "PARQUET":
        found = [f'{record(source)} AS "$1"']
    else:
        texts = source.columns[:width]
        found = [f'{text} AS "${n}"' for n, text in enumerate(texts, 1)]
    found += [
        f"CAST({value} AS {METADATA[name]}) AS {quoted(name)}"
        for name, value in metadata(source, about).items()
    ]
    return ", ".join(found)


def record(source: Source) -> str:
    """A row of a Parquet file as one VARIANT; its bytes are hexadecimal."""
    if "BLOB" not in source.types:
        return canonical("to_json(r)")
    members = (
        f"{quoted(name)} := {text_of(f'r.{quoted(name)}', type)}"
        for name, type in zip(source.columns, source.types, strict=True)
    )
    return canonical(f"to_json(struct_pack({', '.join(members)}))")


def text_of(value: str, type: str) -> str:
    """A value as it goes into JSON: bytes as hexadecimal digits."""
    return f"hex({value})" if type == "BLOB" else value


def metadata(source: Source, about: About) -> dict[str, str]:
    """What METADATA$ tells of a file and its rows, as expressions over the source."""
    file = about.file
    # What costs a look into the file is asked for only where it is wanted.
    key = literal(file.md5()) if "METADATA$FILE_CONTENT_KEY" in about.metadata else "NULL"
    return {
        "METADATA$FILENAME": literal(about.shown),
        "METADATA$FILE_ROW_NUMBER": source.row,
        "METADATA$FILE_CONTENT_KEY": key,
        "METADATA$FILE_LAST_MODIFIED": literal(f"{file.modified:%Y-%m-%d %H:%M:%S.%f}"),
        "METADATA$START_SCAN_TIME": "now()",
    }
