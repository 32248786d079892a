"""What a block of Snowflake Scripting consists of, as frozen values.

`at` of a step is its 0-based offset into the text of the whole block. Snowflake's manual:
"Snowflake Scripting reference".
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names a variable: `name`, `:name`, or `record.column`, from `start` to `end`."""

    start: int
    end: int
    parts: tuple[str, ...]
    #: Without a colon: it is a variable only if one has that name.
    bare: bool


@dataclass(frozen=True, slots=True)
class Source:
    """An expression, or a SQL statement, with the variables that it may name."""

    text: str
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of a block."""

    at: int


Steps = tuple[Step, ...]


# --- declarations --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Declare(Step):
    """`name [type] [DEFAULT | := value]`, in DECLARE or after LET; a RESULTSET has no type."""

    name: str
    type: str | None
    value: Source | None
    is_result_set: bool = False


@dataclass(frozen=True, slots=True)
class DeclareCursor(Step):
    """`name CURSOR FOR query`, or for the RESULTSET that `result_set` names."""

    name: str
    query: Source | None
    result_set: str = ""


@dataclass(frozen=True, slots=True)
class DeclareException(Step):
    """`name EXCEPTION [(number, 'message')]`."""

    name: str
    number: int = -20000
    message: str = ""


# --- steps ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Handler:
    """WHEN name [OR name ..] THEN steps. Names in upper case: STATEMENT_ERROR, OTHER, ..."""

    names: tuple[str, ...]
    steps: Steps


@dataclass(frozen=True, slots=True)
class Block(Step):
    """[DECLARE ..] BEGIN .. [EXCEPTION ..] END."""

    declarations: Steps
    steps: Steps
    handlers: tuple[Handler, ...] = ()


@dataclass(frozen=True, slots=True)
class Assign(Step):
    """`name := value`."""

    name: str
    value: Source


@dataclass(frozen=True, slots=True)
class Execute(Step):
    """A SQL statement; `into` are the variables that its one row goes to."""

    source: Source
    into: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExecuteImmediate(Step):
    """EXECUTE IMMEDIATE of a text, with values for its `?`."""

    value: Source
    using: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class If(Step):
    """IF (condition) THEN .. ELSEIF .. ELSE ..; a searched CASE."""

    branches: tuple[tuple[Source, Steps], ...]
    otherwise: Steps = ()
    #: Of a CASE without an ELSE: what fits no WHEN is an error.
    complete: bool = True


@dataclass(frozen=True, slots=True)
class For(Step):
    """FOR name IN [REVERSE] low TO high, or IN a cursor or RESULTSET."""

    name: str
    body: Steps
    label: str = ""
    low: Source | None = None
    high: Source | None = None
    reverse: bool = False
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Loop(Step):
    """LOOP, WHILE (`before`), REPEAT .. UNTIL (`after`)."""

    body: Steps
    label: str = ""
    before: Source | None = None
    after: Source | None = None


@dataclass(frozen=True, slots=True)
class Break(Step):
    """BREAK, EXIT [label]."""

    label: str = ""


@dataclass(frozen=True, slots=True)
class Continue(Step):
    """CONTINUE, ITERATE [label]."""

    label: str = ""


@dataclass(frozen=True, slots=True)
class Return(Step):
    """RETURN [value], RETURN TABLE(result set)."""

    value: Source | None = None
    table: Source | None = None


@dataclass(frozen=True, slots=True)
class Raise(Step):
    """RAISE [name]."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Open(Step):
    """OPEN cursor [USING (..)]."""

    name: str
    using: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch(Step):
    """FETCH cursor INTO variables."""

    name: str
    into: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Close(Step):
    """CLOSE cursor."""

    name: str


@dataclass(frozen=True, slots=True)
class Null(Step):
    """NULL: nothing."""
