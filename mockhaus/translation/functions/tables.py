"""Table functions, and the functions that make data for GENERATOR. `clauses.flatten` writes FROM.

Snowflake's manual: "Table functions".
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from mockhaus.translation.registry import Function, refused, stock

#: The hidden column of our GENERATOR.
GENERATED: Final = "_GENERATED"

FUNCTIONS: Final[tuple[Function, ...]] = (
    # Taken on the way down, by clauses.flatten:
    stock("FLATTEN", exp.Explode, partial="SEQ is 1 for every input row"),
    stock("GENERATOR", exp.Generator),
    stock("SPLIT_TO_TABLE", exp.SplitToTable, partial="SEQ is 1 for every input row"),
    stock("STRTOK_SPLIT_TO_TABLE", exp.StrtokSplitToTable, partial="SEQ is 1 for every input row"),
    refused("RESULT_SCAN", "results of earlier statements are not kept as tables"),
)
