"""A block of Snowflake Scripting, carried out step by step.

SQL statements of a block take the same path as those of a client. Expressions are queries of one
row, with the variables' values written in their places. Snowflake's manual: "Snowflake Scripting
Developer Guide".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol

from mockhaus.errors import (
    Canceled,
    InvalidIdentifier,
    RaisedException,
    SingleRowExpected,
    SqlError,
    TypeMismatch,
    UnsupportedFeature,
)
from mockhaus.result import Result
from mockhaus.sessions.scripting.leaving import (
    FINAL,
    Break,
    Continue,
    Raised,
    Return,
    handler_of,
    placed,
)
from mockhaus.sessions.scripting.values import (
    Cursor,
    Declared,
    Record,
    Rows,
    Value,
    Variable,
    literal,
    scalar,
)
from mockhaus.translation.dialect import where
from mockhaus.translation.routines.routine import type_of
from mockhaus.translation.scripting import blocks as b
from mockhaus.translation.scripting.parse import immediate_of
from mockhaus.types import BOOLEAN, NUMBER, VARCHAR


class Engine(Protocol):
    """What a block runs on."""

    def execute(self, text: str, values: Sequence[Any]) -> Result:
        """Run one SQL statement as a client's."""

    def evaluate(self, expressions: str) -> list[Value]:
        """The values of expressions that are separated by commas."""

    def keep(self, rows: Rows) -> str:
        """Have rows there for RESULT_SCAN; the query id."""

    @property
    def is_stopped(self) -> bool:
        """Whether the client wants an end."""


class Interpreter:
    """Runs one block. `text` is what its offsets are of; `variables` are its arguments."""

    def __init__(
        self, engine: Engine, text: str, variables: Mapping[str, Variable] | None = None
    ) -> None:
        self._engine = engine
        self._text = text
        self._scopes: list[dict[str, Variable]] = [dict(variables or {})]
        #: The error that a handler is at work on.
        self._handled: list[Raised] = []

    def run(self, block: b.Block) -> Value | Rows:
        """What the block returns. Raises SqlError for what no handler caught."""
        try:
            self._block(block)
        except Return as done:
            return done.returned
        except Raised as raised:
            raise self._uncaught(raised) from None
        return Value()

    def _uncaught(self, raised: Raised) -> SqlError:
        """The error of the block, which says where in it."""
        error = raised.error
        if not isinstance(error, FINAL):
            error.message = (
                f"Uncaught exception of type '{raised.kind}' on"
                f" {where(self._text, raised.at or 0)} : {error.message}"
            )
            error.position = None
        return error

    # --- variables -------------------------------------------------------------------------------

    def _find(self, name: str) -> Variable | None:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return None

    def _variable(self, name: str) -> Variable:
        found = self._find(name)
        if found is None:
            raise InvalidIdentifier(
                f"SQL compilation error:\ninvalid identifier '{name}'", subject=name
            )
        return found

    def _held(self, name: str, kind: type[Any], word: str) -> Any:
        held = self._variable(name).held
        if not isinstance(held, kind):
            raise TypeMismatch(f"SQL compilation error:\n'{name}' is no {word}.")
        return held

    def _assign(self, variable: Variable, value: Value | Rows | Record) -> None:
        kind = variable.type
        if isinstance(value, Value) and kind is not None and not kind.means(value.type):
            if value.data is not None:
                (value,) = self._evaluated(f"CAST({literal(value)} AS {kind})")
            value = Value(value.data, kind)
        if variable.is_result_set != isinstance(value, Rows):
            raise TypeMismatch("SQL compilation error:\na RESULTSET holds the rows of a query.")
        variable.held = value

    # --- expressions -----------------------------------------------------------------------------

    def _spliced(self, source: b.Source) -> str:
        """A text with the values of variables in their places."""
        pieces: list[str] = []
        at = 0
        for mention in source.mentions:
            written = self._written(mention, source.text)
            if written is not None:
                pieces += (source.text[at : mention.start], written)
                at = mention.end
        return "".join((*pieces, source.text[at:]))

    def _written(self, mention: b.Mention, text: str) -> str | None:
        found = self._find(mention.parts[0])
        if found is None:
            return None
        held, rest = found.held, mention.parts[1:]
        if isinstance(held, Record):
            if len(rest) != 1 or rest[0] not in held.columns:
                raise InvalidIdentifier(
                    f"SQL compilation error:\ninvalid identifier '{'.'.join(mention.parts)}'"
                )
            return literal(held.columns[rest[0]])
        if rest:
            return None
        if isinstance(held, Value):
            return literal(held)
        if isinstance(held, Rows) and text[: mention.start].rstrip().endswith("("):
            return f"RESULT_SCAN('{self._engine.keep(held)}')"
        return None

    def _evaluated(self, text: str) -> list[Value]:
        try:
            return self._engine.evaluate(text)
        except SqlError as error:
            raise Raised("EXPRESSION_ERROR", error) from None

    def _value(self, source: b.Source) -> Value:
        """The value of an expression."""
        if len(source.mentions) == 1 and source.mentions[0].end - source.mentions[0].start == len(
            source.text
        ):
            found = self._find(source.mentions[0].parts[0])
            if found is not None and len(source.mentions[0].parts) == 1:
                if isinstance(found.held, Value):
                    return found.held
                raise TypeMismatch(f"SQL compilation error:\n'{source.text}' is no value.")
        return self._evaluated(self._spliced(source))[0]

    def _is_true(self, source: b.Source) -> bool:
        self._check()
        value = self._value(source).data
        if isinstance(value, str):
            value = self._evaluated(f"CAST({literal(Value(value))} AS BOOLEAN)")[0].data
        return bool(value)

    def _whole(self, source: b.Source) -> int:
        value = self._value(source).data
        if value is None:
            raise TypeMismatch("a bound of FOR is NULL")
        return int(value)

    def _check(self) -> None:
        if self._engine.is_stopped:
            raise Canceled("SQL execution canceled")

    # --- statements ------------------------------------------------------------------------------

    def _statement(self, text: str, values: Sequence[Any] = ()) -> Result:
        """Run a statement, and note what it did."""
        self._check()
        result = self._engine.execute(text, values)
        count = result.row_count if result.tag.split()[0] in _COUNTED else None
        scope = self._scopes[0]
        scope["SQLID"] = Variable(Value(result.query_id, VARCHAR))
        scope["SQLROWCOUNT"] = Variable(Value(count, NUMBER))
        scope["SQLFOUND"] = Variable(Value(None if count is None else count > 0, BOOLEAN))
        scope["SQLNOTFOUND"] = Variable(Value(None if count is None else count == 0, BOOLEAN))
        return result

    def _rows(self, text: str, values: Sequence[Any] = ()) -> Rows:
        result = self._statement(text, values)
        return Rows(result.columns, list(result.python_rows()), result.query_id)

    def _assigned(self, variable: Variable, source: b.Source) -> Value | Rows:
        """What stands behind `:=`."""
        inner = unwrapped(source)
        first = inner.text.split(None, 1)[0].upper() if inner.text.strip() else ""
        if variable.is_result_set:
            found = self._find(source.mentions[0].parts[0]) if source.mentions else None
            if found is not None and isinstance(found.held, Rows) and len(source.text.split()) == 1:
                return found.held
            return self._result_set(inner)
        if first == "CALL":
            rows = self._rows(self._spliced(inner))
            return scalar(rows.rows[0][0] if rows.rows else None, rows.columns[0].type)
        return self._value(source)

    def _result_set(self, source: b.Source) -> Rows:
        """The rows of a query, or of EXECUTE IMMEDIATE with a text that an expression makes."""
        words = source.text.split(None, 2)
        if [word.upper() for word in words[:2]] != ["EXECUTE", "IMMEDIATE"]:
            return self._rows(self._spliced(source))
        return self._rows(*self._text_of(immediate_of(source.text)))

    def _text_of(self, step: b.ExecuteImmediate) -> tuple[str, list[Any]]:
        text = self._value(step.value).data
        values = [self._held(name, Value, "value").data for name in step.using]
        return str(text), values

    # --- steps -----------------------------------------------------------------------------------

    def _block(self, block: b.Block) -> None:
        with self._scope({}):
            step: b.Step = block
            try:
                for step in (*block.declarations, *block.steps):
                    self._step(step)
            except (SqlError, Raised) as found:
                raised = placed(found, step)
                handler = handler_of(block, raised)
                if handler is None:
                    raise raised from None
                self._handle(handler, raised)

    @contextmanager
    def _scope(self, variables: dict[str, Variable]) -> Iterator[None]:
        self._scopes.append(variables)
        try:
            yield
        finally:
            self._scopes.pop()

    def _handle(self, handler: b.Handler, raised: Raised) -> None:
        error = raised.error
        scope = {
            "SQLCODE": Variable(Value(int(error.number), NUMBER)),
            "SQLERRM": Variable(Value(error.message, VARCHAR)),
            "SQLSTATE": Variable(Value(error.snowflake_state, VARCHAR)),
        }
        self._handled.append(raised)
        try:
            with self._scope(scope):
                self._steps(handler.steps)
        finally:
            self._handled.pop()

    def _step(self, step: b.Step) -> None:
        _STEPS[type(step)](self, step)

    def _steps(self, steps: b.Steps) -> None:
        for step in steps:
            self._step(step)

    def _declare(self, step: b.Declare) -> None:
        kind = None if step.type is None else type_of(step.type)
        variable = Variable(Value(None, kind), kind, step.is_result_set)
        if step.value is not None:
            self._assign(variable, self._assigned(variable, step.value))
        self._scopes[-1][step.name] = variable

    def _declare_cursor(self, step: b.DeclareCursor) -> None:
        self._scopes[-1][step.name] = Variable(Cursor(step.query, step.result_set))

    def _declare_exception(self, step: b.DeclareException) -> None:
        held = Declared(step.name, step.number, step.message)
        self._scopes[-1][step.name] = Variable(held)

    def _set(self, step: b.Assign) -> None:
        variable = self._variable(step.name)
        self._assign(variable, self._assigned(variable, step.value))

    def _execute(self, step: b.Execute) -> None:
        text = self._spliced(step.source)
        if not step.into:
            _drained(self._statement(text))
            return
        rows = self._rows(text)
        if len(rows.rows) > 1:
            raise SingleRowExpected(
                f"A SELECT INTO statement expects exactly 1 returned row, but got {len(rows.rows)}."
            )
        found = rows.rows[0] if rows.rows else (None,) * len(rows.columns)
        self._fill(step.into, rows, found)

    def _fill(self, names: tuple[str, ...], rows: Rows, found: Sequence[Any]) -> None:
        if len(names) != len(rows.columns):
            raise TypeMismatch(
                f"SQL compilation error:\nINTO names {len(names)} variables for"
                f" {len(rows.columns)} columns."
            )
        for name, column, data in zip(names, rows.columns, found, strict=True):
            self._assign(self._variable(name), scalar(data, column.type))

    def _immediate(self, step: b.ExecuteImmediate) -> None:
        _drained(self._statement(*self._text_of(step)))

    def _if(self, step: b.If) -> None:
        for condition, steps in step.branches:
            if self._is_true(condition):
                self._steps(steps)
                return
        if not step.complete:
            raise RaisedException("CASE_NOT_FOUND", -20001, "no WHEN of the CASE fits")
        self._steps(step.otherwise)

    def _for(self, step: b.For) -> None:
        if step.rows:
            values: Iterator[Value | Record] = self._records(step.rows)
        else:
            assert step.low is not None
            assert step.high is not None
            low, high = self._whole(step.low), self._whole(step.high)
            counted = range(high, low - 1, -1) if step.reverse else range(low, high + 1)
            values = (Value(each, NUMBER) for each in counted)
        for value in values:
            self._check()
            with self._scope({step.name: Variable(value)}):
                if self._leaves(step.body, step.label):
                    return

    def _records(self, name: str) -> Iterator[Value | Record]:
        held = self._variable(name).held
        rows = held if isinstance(held, Rows) else self._opened(self._held(name, Cursor, "cursor"))
        for row in rows.rows:
            yield Record(
                {
                    column.name.upper(): scalar(data, column.type)
                    for column, data in zip(rows.columns, row, strict=True)
                }
            )

    def _leaves(self, body: b.Steps, label: str) -> bool:
        """Run the body of a loop once; whether the loop is left."""
        try:
            self._steps(body)
        except Break as jump:
            if jump.label and jump.label != label:
                raise
            return not isinstance(jump, Continue)
        return False

    def _loop(self, step: b.Loop) -> None:
        while step.before is None or self._is_true(step.before):
            self._check()
            if self._leaves(step.body, step.label):
                return
            if step.after is not None and self._is_true(step.after):
                return

    def _break(self, step: b.Break) -> None:
        raise Break(step.label)

    def _continue(self, step: b.Continue) -> None:
        raise Continue(step.label)

    def _return(self, step: b.Return) -> None:
        if step.table is not None:
            name = step.table.text.strip().removeprefix(":").upper()
            found = self._find(name)
            if found is not None:
                if isinstance(found.held, Cursor):
                    raise Return(self._opened(found.held))
                raise Return(self._held(name, Rows, "RESULTSET"))
            raise Return(self._rows(self._spliced(step.table)))
        if step.value is None:
            raise Return(Value())
        first = step.value.text.split(None, 1)[0].upper()
        if first in ("CALL", "SHOW"):
            raise UnsupportedFeature(f"Unsupported feature 'RETURN {first}'.")
        raise Return(self._value(step.value))

    def _raise(self, step: b.Raise) -> None:
        if step.name:
            held = self._held(step.name, Declared, "exception")
            raise RaisedException(held.name, held.number, held.message)
        if not self._handled:
            raise UnsupportedFeature("Unsupported feature 'RAISE without a name' in no handler.")
        raise self._handled[-1]

    # --- cursors ---------------------------------------------------------------------------------

    def _opened(self, cursor: Cursor, using: Sequence[Any] = ()) -> Rows:
        """The rows of a cursor, which is opened unless it is."""
        if cursor.rows is None:
            if cursor.query is None:
                cursor.rows = self._held(cursor.result_set, Rows, "RESULTSET")
            else:
                cursor.rows = self._rows(self._spliced(cursor.query), using)
            cursor.at = 0
        return cursor.rows

    def _open(self, step: b.Open) -> None:
        cursor: Cursor = self._held(step.name, Cursor, "cursor")
        if cursor.rows is not None:
            raise TypeMismatch(f"SQL compilation error:\ncursor '{step.name}' is open already.")
        self._opened(cursor, [self._held(name, Value, "value").data for name in step.using])

    def _fetch(self, step: b.Fetch) -> None:
        cursor: Cursor = self._held(step.name, Cursor, "cursor")
        if cursor.rows is None:
            raise TypeMismatch(f"SQL compilation error:\ncursor '{step.name}' is not open.")
        is_there = cursor.at < len(cursor.rows.rows)
        row = cursor.rows.rows[cursor.at] if is_there else (None,) * len(cursor.rows.columns)
        cursor.at += 1
        self._fill(step.into, cursor.rows, row)

    def _close(self, step: b.Close) -> None:
        cursor: Cursor = self._held(step.name, Cursor, "cursor")
        if cursor.rows is None:
            raise TypeMismatch(f"SQL compilation error:\ncursor '{step.name}' is not open.")
        cursor.rows = None


#: Command tags of statements that count rows.
_COUNTED: Final = frozenset(("INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "SELECT"))


def _drained(result: Result) -> None:
    """Have a query run to its end: an error may come late."""
    for _ in result.batches or ():
        pass


def unwrapped(source: b.Source) -> b.Source:
    """A query in parentheses without them."""
    text = source.text.strip()
    if not (text.startswith("(") and text.endswith(")")):
        return source
    gone = source.text.index("(") + 1
    moved = tuple(b.Mention(m.start - gone, m.end - gone, m.parts, m.bare) for m in source.mentions)
    return b.Source(source.text[gone : source.text.rindex(")")], moved)


_STEPS: Final[dict[type[b.Step], Callable[[Interpreter, Any], None]]] = {
    b.Block: Interpreter._block,
    b.Declare: Interpreter._declare,
    b.DeclareCursor: Interpreter._declare_cursor,
    b.DeclareException: Interpreter._declare_exception,
    b.Assign: Interpreter._set,
    b.Execute: Interpreter._execute,
    b.ExecuteImmediate: Interpreter._immediate,
    b.If: Interpreter._if,
    b.For: Interpreter._for,
    b.Loop: Interpreter._loop,
    b.Break: Interpreter._break,
    b.Continue: Interpreter._continue,
    b.Return: Interpreter._return,
    b.Raise: Interpreter._raise,
    b.Open: Interpreter._open,
    b.Fetch: Interpreter._fetch,
    b.Close: Interpreter._close,
    b.Null: lambda interpreter, step: None,
}
