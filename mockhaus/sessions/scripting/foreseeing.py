"""The columns of what a block returns, for clients that ask for them before it runs.

RETURN TABLE names a result set; the queries that the block gives it are described, without their
values. Where they differ, or one cannot be described (it reads a table that the block makes), only
the run will tell. What it tells then is compared with what was said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mockhaus.catalog.workspace import Workspace
from mockhaus.errors import MockhausError
from mockhaus.result import Column
from mockhaus.sessions.describing import described
from mockhaus.sessions.scripting.interpreter import unwrapped
from mockhaus.translation import statements as s
from mockhaus.translation.parse import parse
from mockhaus.translation.scripting import blocks as b
from mockhaus.translation.translate import translate

Columns = tuple[Column, ...]


def returned(workspace: Workspace, block: b.Block, types: Mapping[str, str]) -> Columns | None:
    """The columns of RETURN TABLE, None where they cannot be told; () for a block without one.

    `types` are those of the arguments of a procedure.
    """
    steps = list(_steps(block))
    tables = [each.table for each in steps if isinstance(each, b.Return) and each.table is not None]
    if not tables:
        return ()
    known = {**types, **{e.name: e.type for e in steps if isinstance(e, b.Declare) and e.type}}
    told = {
        _described(workspace, query, known)
        for table in tables
        for query in _queries(unwrapped(table), steps)
    }
    return told.pop() if len(told) == 1 else None


def _steps(step: b.Step) -> Iterator[b.Step]:
    """A step and all steps within it."""
    yield step
    for name in step.__struct_fields__:
        yield from _within(getattr(step, name))


def _within(value: object) -> Iterator[b.Step]:
    if isinstance(value, b.Step):
        yield from _steps(value)
    elif isinstance(value, b.Handler):
        yield from _within(value.steps)
    elif isinstance(value, tuple):
        for each in value:
            yield from _within(each)


def _queries(table: b.Source, steps: list[b.Step]) -> Iterator[b.Source]:
    """What a result set may be of: the table itself, if it is a query."""
    if len(table.text.split()) != 1 or not table.mentions:
        yield unwrapped(table)
        return
    name = table.mentions[0].parts[0]
    for step in steps:
        if isinstance(step, (b.Declare, b.Assign)) and step.name == name and step.value:
            yield unwrapped(step.value)
        elif isinstance(step, b.DeclareCursor) and step.name == name and step.query:
            yield unwrapped(step.query)


def _described(workspace: Workspace, query: b.Source, types: Mapping[str, str]) -> Columns | None:
    text, end = "", 0
    for mention in query.mentions:
        kind = types.get(mention.parts[0])
        null = "NULL" if kind is None or len(mention.parts) > 1 else f"CAST(NULL AS {kind})"
        text += query.text[end : mention.start] + null
        end = mention.end
    try:
        (statement,) = parse(text + query.text[end:])
        if not isinstance(statement, s.Select):
            return None
        translation = translate(statement, workspace.context)
        return described(workspace.cursor.describe(translation.sql), translation.sources)
    except (MockhausError, ValueError):
        return None
