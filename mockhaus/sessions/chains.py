"""Statements chained by the pipe operator: each may read the answers of those before it.

The statements run in order; all answers but the last are relations for those behind. A query's is
its text, as long as nothing in the chain writes, else its rows are kept.

Snowflake's manual: "Flow operators".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from mockhaus.catalog.literal import relation, stored_type
from mockhaus.errors import SqlError, UnsupportedFeature
from mockhaus.result import Column, Projection, Result
from mockhaus.sessions.dml import SHAPES
from mockhaus.sessions.past import again
from mockhaus.sessions.results import MAX_ROWS
from mockhaus.translation import statements as s
from mockhaus.translation.context import Context
from mockhaus.types import NUMBER, VARCHAR

if TYPE_CHECKING:
    from mockhaus.sessions.preparing import Prepared, Preparer

#: A relation in DuckDB's text, and its columns as `Context.columns` has them.
Answer = tuple[str, Mapping[str, str]]
_STATUS: Final = (Column("status", VARCHAR),)


def over(context: Context, answers: Sequence[Answer]) -> Context:
    """The context of the statement that comes behind those with these answers."""
    base = context.made

    def made(name: str, argument: str | None) -> Answer:
        if argument is not None and argument.startswith(s.PIPED):
            back = int(argument.removeprefix(s.PIPED))
            if not 0 < back <= len(answers):
                raise UnsupportedFeature(
                    f"Unsupported feature '${back} in FROM': there are {len(answers)} statements"
                    " before it in the chain."
                )
            return answers[-back]
        if base is None:
            raise UnsupportedFeature(f"Unsupported feature '{name}'.")
        return base(name, argument)

    return replace(context, made=made)


def described(preparer: Preparer, chain: s.Chain, context: Context) -> tuple[Column, ...] | None:
    """The columns of a chain's answer, None if it answers no rows. Nothing is run.

    Raises UnsupportedFeature where they cannot be told before it runs.
    """
    answers: list[Answer] = []
    columns: tuple[Column, ...] | None = None
    for place, part in enumerate(chain.parts):
        try:
            prepared = preparer.fresh(part, over(context, answers), ())
        except SqlError as error:
            if not any(isinstance(each, s.Create | s.CreateTable) for each in chain.parts[:place]):
                raise
            raise UnsupportedFeature(
                "Unsupported feature 'the columns of a chain that are known only when it runs'.",
                detail=error.message,
            ) from None
        columns = prepared.columns
        told = columns if columns is not None else _counts(prepared)
        answers.append(_answer(told, relation(told, ())))
    return columns


def _counts(prepared: Prepared) -> tuple[Column, ...]:
    """The columns of what a statement without rows answers."""
    shape = SHAPES.get(type(prepared.statement))
    names = shape.columns if shape is not None else ()
    if prepared.change is not None and prepared.change.actions:
        names = prepared.change.actions
    return tuple(Column(name, NUMBER) for name in names) or _STATUS


def run(
    chain: s.Chain,
    preparer: Preparer,
    context: Callable[[], Context],
    run_one: Callable[[Prepared, Sequence[Sequence[Any]], Projection | None], Result],
    projection: Projection | None,
) -> Result:
    """Run the statements; the last one's answer is the chain's. `context` tells that of the moment.

    Raises UnsupportedFeature, and what is wrong with a statement.
    """
    answers: list[Answer] = []
    for part in chain.parts[:-1]:
        prepared = preparer.fresh(part, over(context(), answers), ())
        answers.append(_kept(prepared, run_one(prepared, ((),), None), chain))
    last = preparer.fresh(chain.parts[-1], over(context(), answers), ())
    return run_one(last, ((),), projection)


def _kept(prepared: Prepared, result: Result, chain: s.Chain) -> Answer:
    """What a statement within a chain answered. Raises UnsupportedFeature."""
    sql, refused = again(prepared, result, ())
    writes = any(not isinstance(part, (s.Select, s.Show, s.Describe)) for part in chain.parts)
    try:
        if sql and not refused and not writes:
            return _answer(result.columns, sql)
        rows = list(islice(result.python_rows(), MAX_ROWS + 1))
    finally:
        result.close()
    if len(rows) > MAX_ROWS:
        raise UnsupportedFeature(
            f"Unsupported feature 'answers of more than {MAX_ROWS} rows in a chain that writes'."
        )
    return _answer(result.columns, relation(result.columns, rows))


def _answer(columns: Sequence[Column], text: str) -> Answer:
    return text, {each.name.upper(): stored_type(each.type) for each in columns}
