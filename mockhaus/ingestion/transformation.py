"""The query of a COPY with a transformation: `FROM (SELECT $1::INT, t.$2:a.b FROM @stage t)`.

The grammar has made plain SQL of it: the stage is a relation, `$1` is its column `"$1"`. It is
translated like any query, as a CTE whose body is put in afterwards, file by file.
Snowflake's manual: "Transforming data during a load"; "Querying metadata for staged files".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mockhaus.errors import CompilationError, EngineFault, UnsupportedFeature
from mockhaus.ingestion.readers import Source
from mockhaus.ingestion.target import literal, quoted
from mockhaus.translation.context import Context
from mockhaus.translation.grammar.stage_refs import RELATION
from mockhaus.translation.parse import parse
from mockhaus.translation.statements import Select
from mockhaus.translation.translate import translate

_MARK: Final = "mockhaus:stage"
_BODY = re.compile(rf"SELECT\s+'{_MARK}'(?:\s+AS\s+(?:\"[^\"]*\"|\w+))?")
_NUMBERED = re.compile(r'"\$(\d+)"')
_METADATA = re.compile(r"METADATA\$(\w+)", re.I)
_METADATA_BUILT: Final = ("FILENAME", "FILE_ROW_NUMBER")


@dataclass(frozen=True, slots=True)
class Transformation:
    """`sql` has `_BODY` where the file's relation goes; `width` is the highest `$n`."""

    sql: str
    width: int


def read(query: str, context: Context, type: str) -> Transformation:
    """Translate a query over files of a format type. Raises CompilationError."""
    numbers = [int(number) for number in _NUMBERED.findall(query)]
    for name in _METADATA.findall(query):
        if name.upper() not in _METADATA_BUILT:
            raise UnsupportedFeature(f"Unsupported feature 'METADATA${name.upper()}'.")
    if type != "CSV" and any(number != 1 for number in numbers):
        raise CompilationError(
            f"SQL compilation error:\na {type} file has one column only, $1.",
        )
    (statement,) = parse(f"WITH \"{RELATION}\" AS (SELECT '{_MARK}') {query}")
    if not isinstance(statement, Select):
        raise UnsupportedFeature("Unsupported feature 'COPY INTO with a query that is no SELECT'.")
    sql = translate(statement, context).sql
    if len(_BODY.findall(sql)) != 1:
        raise EngineFault("The query of COPY INTO could not be translated.")
    return Transformation(sql, max(numbers, default=1))


def over(query: Transformation, source: Source, type: str, shown: str) -> str:
    """The query over one file of a format type."""
    if type == "PARQUET":
        columns = ['to_json(r) AS "$1"']
    else:
        columns = [f'{text} AS "${n}"' for n, text in enumerate(source.columns, 1)]
    columns.append(f"{literal(shown)} AS {quoted('METADATA$FILENAME')}")
    columns.append(f"row_number() OVER () AS {quoted('METADATA$FILE_ROW_NUMBER')}")
    body = f"SELECT {', '.join(columns)} FROM {source.sql} AS r"
    return _BODY.sub(lambda _: body, query.sql)
