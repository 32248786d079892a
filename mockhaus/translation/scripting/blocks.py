"""What a block of Snowflake Scripting consists of, as frozen values.

`at` of a step is its 0-based offset into the text of the whole block. Snowflake's manual:
"Snowflake Scripting reference".
"""

from __future__ import annotations

from msgspec import Struct


class Mention(Struct, frozen=True):
    """Where a text names a variable: `name`, `:name`, or `record.column`, from `start` to `end`."""

    start: int
    end: int
    parts: tuple[str, ...]
    #: Without a colon: it is a variable only if one has that name.
    bare: bool


class Source(Struct, frozen=True):
    """An expression, or a SQL statement, with the variables that it may name."""

    text: str
    mentions: tuple[Mention, ...] = ()


class Step(Struct, frozen=True):
    """One statement of a block."""

    at: int


Steps = tuple[Step, ...]


# --- declarations --------------------------------------------------------------------------------


class Declare(Step, frozen=True):
    """`name [type] [DEFAULT | := value]`, in DECLARE or after LET; a RESULTSET has no type."""

    name: str
    type: str | None
    value: Source | None
    is_result_set: bool = False


class DeclareCursor(Step, frozen=True):
    """`name CURSOR FOR query`, or for the RESULTSET that `result_set` names."""

    name: str
    query: Source | None
    result_set: str = ""


class DeclareException(Step, frozen=True):
    """`name EXCEPTION [(number, 'message')]`."""

    name: str
    number: int = -20000
    message: str = ""


# --- steps ---------------------------------------------------------------------------------------


class Handler(Struct, frozen=True):
    """WHEN name [OR name ..] THEN steps. Names in upper case: STATEMENT_ERROR, OTHER, ..."""

    names: tuple[str, ...]
    steps: Steps


class Block(Step, frozen=True):
    """[DECLARE ..] BEGIN .. [EXCEPTION ..] END."""

    declarations: Steps
    steps: Steps
    handlers: tuple[Handler, ...] = ()


class Assign(Step, frozen=True):
    """`name := value`."""

    name: str
    value: Source


class Execute(Step, frozen=True):
    """A SQL statement; `into` are the variables that its one row goes to."""

    source: Source
    into: tuple[str, ...] = ()


class ExecuteImmediate(Step, frozen=True):
    """EXECUTE IMMEDIATE of a text, with values for its `?`."""

    value: Source
    using: tuple[str, ...] = ()


class If(Step, frozen=True):
    """IF (condition) THEN .. ELSEIF .. ELSE ..; a searched CASE."""

    branches: tuple[tuple[Source, Steps], ...]
    otherwise: Steps = ()
    #: Of a CASE without an ELSE: what fits no WHEN is an error.
    complete: bool = True


class For(Step, frozen=True):
    """FOR name IN [REVERSE] low TO high, or IN a cursor or RESULTSET."""

    name: str
    body: Steps
    label: str = ""
    low: Source | None = None
    high: Source | None = None
    reverse: bool = False
    rows: str = ""


class Loop(Step, frozen=True):
    """LOOP, WHILE (`before`), REPEAT .. UNTIL (`after`)."""

    body: Steps
    label: str = ""
    before: Source | None = None
    after: Source | None = None


class Break(Step, frozen=True):
    """BREAK, EXIT [label]."""

    label: str = ""


class Continue(Step, frozen=True):
    """CONTINUE, ITERATE [label]."""

    label: str = ""


class Return(Step, frozen=True):
    """RETURN [value], RETURN TABLE(result set)."""

    value: Source | None = None
    table: Source | None = None


class Raise(Step, frozen=True):
    """RAISE [name]."""

    name: str = ""


class Open(Step, frozen=True):
    """OPEN cursor [USING (..)]."""

    name: str
    using: tuple[str, ...] = ()


class Fetch(Step, frozen=True):
    """FETCH cursor INTO variables."""

    name: str
    into: tuple[str, ...] = ()


class Close(Step, frozen=True):
    """CLOSE cursor."""

    name: str


class Null(Step, frozen=True):
    """NULL: nothing."""
