"""Blocks of Snowflake Scripting, read from tokens.

Snowflake's manual: "Snowflake Scripting reference".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import InvalidParameter, MockhausError, SqlSyntaxError, UnsupportedFeature
from mockhaus.translation.dialect import tokenize
from mockhaus.translation.grammar.reader import Reader
from mockhaus.translation.grammar.types import type_name
from mockhaus.translation.scripting import blocks as b
from mockhaus.translation.scripting.mentions import source

#: What may follow BEGIN of a transaction; anything else opens a block.
TRANSACTIONS: Final = frozenset(
    ("", ";", "TRANSACTION", "WORK", "NAME", "ISOLATION", "READ", "DEFERRABLE", "NOT")
)
_ENDS: Final = ("IF", "LOOP", "FOR", "WHILE", "REPEAT")


def block_of(text: str) -> b.Block:
    """The block that a text is. Raises SqlSyntaxError, UnsupportedFeature."""
    reader = Reader(tokenize(text), text)
    if reader.done or not is_block(reader):
        raise (
            reader.unexpected()
            if not reader.done
            else UnsupportedFeature("Unsupported feature 'an empty block'.")
        )
    return whole(reader)


def whole(reader: Reader) -> b.Block:
    """The block that all that is left is; a semicolon may follow."""
    parser = _Parser(reader)
    found = parser.block()
    reader.accept(";")
    reader.end()
    parser.check_jumps()
    return found


def immediate_of(text: str) -> b.ExecuteImmediate:
    """EXECUTE IMMEDIATE .. [USING (..)] by itself."""
    parser = _Parser(Reader(tokenize(text), text))
    parser.reader.expect("EXECUTE")
    return parser._immediate(0)


def is_block(reader: Reader) -> bool:
    """Whether a block begins here."""
    word = reader.word()
    return word == "DECLARE" or (word == "BEGIN" and reader.word(1) not in TRANSACTIONS)


def end_of_block(tokens: list[Token], start: int) -> int | None:
    """Where the statement ends that begins at `start` with a block: at a semicolon, or at the end.

    None where no block begins after all, as in DECLARE of PostgreSQL's cursors.
    """
    depth, opened = 0, False
    for at in range(start, len(tokens)):
        word = tokens[at].text.upper() if tokens[at].token_type is not TokenType.STRING else ""
        following = tokens[at + 1].text.upper() if at + 1 < len(tokens) else ""
        if word == "BEGIN" and following not in TRANSACTIONS:
            depth, opened = depth + 1, True
        elif word == "CASE" and (at == 0 or tokens[at - 1].text.upper() != "END"):
            depth += 1
        elif word == "END" and following not in _ENDS:
            depth -= 1
        elif word == ";" and opened and depth <= 0:
            return at
    return len(tokens) if opened else None


#: What ends a transaction or uses a cursor, and is no name of a variable.
_NO_VARIABLES: Final = ("COMMIT", "ROLLBACK", "ABORT", "END", "FETCH", "MOVE", "CLOSE")


def declares_block(tokens: list[Token], text: str) -> bool:
    """Whether nothing but declarations stands between DECLARE and the BEGIN of a block."""
    parser = _Parser(Reader(tokens, text))
    reader = parser.reader
    reader.expect("DECLARE")
    try:
        while reader.word() != "BEGIN":
            if reader.done or reader.word() in _NO_VARIABLES:
                return False
            parser._declaration()
            reader.expect(";")
    except MockhausError:
        return False
    return is_block(reader)


#: Numbers of exceptions that a block declares (manual: "Handling exceptions").
_NUMBERS: Final = range(-20999, -19999)


class _Parser:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        #: BREAK and CONTINUE whose loop has not ended yet: the word, the label, where it stands.
        self._jumps: list[tuple[str, str, int]] = []

    def check_jumps(self) -> None:
        """Raises SqlSyntaxError for a BREAK or CONTINUE that no loop is around."""
        for word, label, at in self._jumps:
            loop = f"the loop {label}" if label else "a loop"
            raise SqlSyntaxError(
                f"SQL compilation error:\n{word} stands outside of {loop}.", position=at
            )

    # --- pieces ----------------------------------------------------------------------------------

    def _at(self) -> int:
        token = self.reader.token()
        if token is None:
            raise self.reader.unexpected()
        return token.start

    def _until(self, *words: str) -> list[Token]:
        """The tokens up to one of these words, outside of parentheses and CASE .. END."""
        reader, depth = self.reader, 0
        found: list[Token] = []
        while True:
            token = reader.token()
            if token is None:
                if ";" in words:
                    return found
                raise reader.unexpected()
            word = reader.word()
            if depth == 0 and word in words:
                return found
            if depth == 0 and word == ";":
                raise reader.unexpected()
            if token.token_type is TokenType.L_PAREN or word == "CASE":
                depth += 1
            elif token.token_type is TokenType.R_PAREN or (word == "END" and depth):
                depth -= 1
            found.append(reader.take())

    def _expression(self, *words: str) -> b.Source:
        tokens = self._until(*words)
        if not tokens:
            raise self.reader.unexpected()
        return source(tokens, self.reader.text)

    def _statement(self) -> b.Source:
        return source(self._until(";"), self.reader.text, statement=True)

    def _end(self) -> None:
        if not self.reader.done:
            self.reader.expect(";")

    def _label(self) -> str:
        return "" if self.reader.word() in (";", "") else self.reader.identifier()

    def _names(self) -> tuple[str, ...]:
        """`[:]name, ..`."""
        found = []
        while True:
            self.reader.accept(":")
            found.append(self.reader.identifier())
            if not self.reader.accept(","):
                return tuple(found)

    def _using(self) -> tuple[str, ...]:
        if not self.reader.accept("USING"):
            return ()
        self.reader.expect("(")
        names = self._names()
        self.reader.expect(")")
        return names

    def _steps(self, *stops: str) -> b.Steps:
        found: list[b.Step] = []
        while self.reader.word() not in stops:
            found.append(self.step())
        return tuple(found)

    # --- blocks ----------------------------------------------------------------------------------

    def block(self) -> b.Block:
        reader, at, declarations = self.reader, self._at(), []
        if reader.accept("DECLARE"):
            while reader.word() != "BEGIN":
                declarations.append(self._declaration())
                self._end()
        reader.expect("BEGIN")
        steps = self._steps("END", "EXCEPTION")
        handlers: list[b.Handler] = []
        if reader.accept("EXCEPTION"):
            while reader.accept("WHEN"):
                handlers.append(self._handler())
        reader.expect("END")
        self._label()
        return b.Block(at, tuple(declarations), steps, tuple(handlers))

    def _handler(self) -> b.Handler:
        reader = self.reader
        names = [reader.identifier()]
        while reader.accept("OR"):
            names.append(reader.identifier())
        if reader.accept("EXIT") or reader.accept("CONTINUE"):
            raise UnsupportedFeature("Unsupported feature 'EXCEPTION WHEN .. EXIT | CONTINUE'.")
        reader.expect("THEN")
        return b.Handler(tuple(names), self._steps("WHEN", "END"))

    def _declaration(self) -> b.Step:
        reader, at, name = self.reader, self._at(), self.reader.identifier()
        if reader.accept("CURSOR"):
            reader.expect("FOR")
            return self._cursor(at, name)
        if reader.accept("EXCEPTION"):
            if not reader.accept("("):
                return b.DeclareException(at, name)
            number = reader.value()
            if not isinstance(number, int) or number not in _NUMBERS:
                raise InvalidParameter(
                    f"SQL compilation error:\nInvalid exception number '{number}': it is from"
                    f" {_NUMBERS[0]} to {_NUMBERS[-1]}.",
                    position=at,
                )
            reader.expect(",")
            message = reader.string()
            reader.expect(")")
            return b.DeclareException(at, name, number, message)
        if reader.accept("RESULTSET"):
            value = self._given()
            return b.Declare(at, name, None, value, is_result_set=True)
        kind = None
        if reader.word() not in ("DEFAULT", ":=", ";", ""):
            kind = type_name(reader)
        return b.Declare(at, name, kind, self._given())

    def _given(self) -> b.Source | None:
        if not (self.reader.accept("DEFAULT") or self.reader.accept(":=")):
            return None
        return self._value()

    def _value(self) -> b.Source:
        """What is assigned: an expression, a query or statement in parentheses, or CALL."""
        if self.reader.accept("ASYNC"):
            raise UnsupportedFeature("Unsupported feature 'ASYNC'.")
        return self._expression(";")

    def _cursor(self, at: int, name: str) -> b.DeclareCursor:
        tokens = self._until(";")
        if len(tokens) == 1:
            return b.DeclareCursor(at, name, None, tokens[0].text.upper())
        return b.DeclareCursor(at, name, source(tokens, self.reader.text, statement=True))

    # --- steps -----------------------------------------------------------------------------------

    def step(self) -> b.Step:
        reader, at = self.reader, self._at()
        if is_block(reader):
            found: b.Step = self.block()
        elif (read := _STEPS.get(reader.word())) is not None and self._begins(reader.word()):
            reader.take()
            found = read(self, at)
        elif reader.word(1) == ":=":
            name = reader.identifier()
            reader.expect(":=")
            found = b.Assign(at, name, self._value())
        else:
            found = self._sql(at)
        self._end()
        return found

    def _begins(self, word: str) -> bool:
        """Whether a word begins a step of its own: CASE, EXECUTE and NULL may be something else."""
        following = self.reader.word(1)
        if word == "EXECUTE":
            return following == "IMMEDIATE"
        return following not in (":=", ".")

    def _let(self, at: int) -> b.Step:
        step = self._declaration()
        return step

    def _if(self, at: int) -> b.If:
        branches = [(self._expression("THEN"), self._then("ELSEIF", "ELSE", "END"))]
        otherwise: b.Steps = ()
        while self.reader.accept("ELSEIF"):
            branches.append((self._expression("THEN"), self._then("ELSEIF", "ELSE", "END")))
        if self.reader.accept("ELSE"):
            otherwise = self._steps("END")
        self.reader.expect("END", "IF")
        return b.If(at, tuple(branches), otherwise)

    def _then(self, *stops: str) -> b.Steps:
        self.reader.expect("THEN")
        return self._steps(*stops)

    def _case(self, at: int) -> b.If:
        operand = "" if self.reader.word() == "WHEN" else self._between("WHEN")
        branches: list[tuple[b.Source, b.Steps]] = []
        while self.reader.accept("WHEN"):
            value = self._between("THEN")
            text = f"({operand}) = ({value})" if operand else value
            condition = source(tokenize(text), text)
            branches.append((condition, self._then("WHEN", "ELSE", "END")))
        has_else = self.reader.accept("ELSE")
        otherwise = self._steps("END") if has_else else ()
        self.reader.expect("END")
        self.reader.accept("CASE")
        return b.If(at, tuple(branches), otherwise, complete=has_else)

    def _between(self, word: str) -> str:
        return self._expression(word).text

    def _for(self, at: int) -> b.For:
        reader, name = self.reader, self.reader.identifier()
        reader.expect("IN")
        reverse = reader.accept("REVERSE")
        if not reverse and reader.word(1) in ("DO", "LOOP"):
            rows = reader.identifier()
            body, label = self._looped("FOR")
            return b.For(at, name, body, label, rows=rows)
        low = self._expression("TO")
        reader.expect("TO")
        high = self._expression("DO", "LOOP")
        body, label = self._looped("FOR")
        return b.For(at, name, body, label, low, high, reverse)

    def _jump(self, at: int) -> b.Step:
        """BREAK, CONTINUE and their synonyms, with the label of a loop."""
        word = self.reader.tokens[self.reader.at - 1].text.upper()
        label = self._label()
        self._jumps.append((word, label, at))
        return b.Break(at, label) if word in ("BREAK", "EXIT") else b.Continue(at, label)

    def _looped(self, kind: str) -> tuple[b.Steps, str]:
        """DO .. END kind [label], LOOP .. END LOOP [label]."""
        reader, outside = self.reader, len(self._jumps)
        closing = "LOOP" if reader.accept("LOOP") else kind
        if closing == kind:
            reader.expect("DO")
        body = self._steps("END")
        reader.expect("END", closing)
        return body, self._loop_label(outside)

    def _loop_label(self, outside: int) -> str:
        """The label behind the end of a loop; `outside`: how many jumps there were before it."""
        label = self._label()
        within = [jump for jump in self._jumps[outside:] if jump[1] not in ("", label)]
        self._jumps[outside:] = within
        return label

    def _while(self, at: int) -> b.Loop:
        condition = self._expression("DO", "LOOP")
        body, label = self._looped("WHILE")
        return b.Loop(at, body, label, before=condition)

    def _repeat(self, at: int) -> b.Loop:
        outside, body = len(self._jumps), self._steps("UNTIL")
        self.reader.expect("UNTIL")
        condition = self._expression("END")
        self.reader.expect("END", "REPEAT")
        return b.Loop(at, body, self._loop_label(outside), after=condition)

    def _loop(self, at: int) -> b.Loop:
        outside, body = len(self._jumps), self._steps("END")
        self.reader.expect("END", "LOOP")
        return b.Loop(at, body, self._loop_label(outside))

    def _return(self, at: int) -> b.Return:
        reader = self.reader
        if reader.word() in (";", "") and not reader.is_string():
            return b.Return(at)
        if reader.looking_at("TABLE", "("):
            reader.expect("TABLE", "(")
            tokens = self._until(")")
            reader.expect(")")
            return b.Return(at, table=source(tokens, reader.text, statement=len(tokens) > 1))
        return b.Return(at, self._expression(";"))

    def _raise(self, at: int) -> b.Raise:
        return b.Raise(at, self._label())

    def _open(self, at: int) -> b.Open:
        return b.Open(at, self.reader.identifier(), self._using())

    def _fetch(self, at: int) -> b.Fetch:
        name = self.reader.identifier()
        self.reader.expect("INTO")
        return b.Fetch(at, name, self._names())

    def _immediate(self, at: int) -> b.ExecuteImmediate:
        self.reader.expect("IMMEDIATE")
        return b.ExecuteImmediate(at, self._expression("USING", ";"), self._using())

    def _refused(self, at: int) -> b.Step:
        word = self.reader.tokens[self.reader.at - 1].text.upper()
        raise UnsupportedFeature(f"Unsupported feature '{word}'.", position=at)

    def _sql(self, at: int) -> b.Execute:
        """A SQL statement; INTO of a SELECT, or of CALL, names variables."""
        tokens = self._until(";")
        if not tokens:
            raise self.reader.unexpected()
        rest, into = _cut_into(tokens, self.reader.text)
        text = self.reader.text
        if into:
            start = tokens[0].start
            gone = [t for t in tokens if t not in rest]
            blanks = " " * (gone[-1].end + 1 - gone[0].start)
            text = text[: gone[0].start] + blanks + text[gone[-1].end + 1 :]
            assert start <= gone[0].start
        return b.Execute(at, source(rest, text, statement=True), into)


def _cut_into(tokens: list[Token], text: str) -> tuple[list[Token], tuple[str, ...]]:
    """The tokens without `INTO :a, :b` of a SELECT, and its variables."""
    if tokens[0].text.upper() not in ("SELECT", "WITH", "CALL"):
        return tokens, ()
    depth = 0
    for at, token in enumerate(tokens):
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if depth == 0 and token.token_type is TokenType.INTO:
            inner = Reader(tokens, text)
            inner.at = at + 1
            names = _Parser(inner)._names()
            return [*tokens[:at], *tokens[inner.at :]], names
    return tokens, ()


_STEPS: Final[dict[str, Callable[[_Parser, int], b.Step]]] = {
    "LET": _Parser._let,
    "IF": _Parser._if,
    "CASE": _Parser._case,
    "FOR": _Parser._for,
    "WHILE": _Parser._while,
    "REPEAT": _Parser._repeat,
    "LOOP": _Parser._loop,
    "BREAK": _Parser._jump,
    "EXIT": _Parser._jump,
    "CONTINUE": _Parser._jump,
    "ITERATE": _Parser._jump,
    "RETURN": _Parser._return,
    "RAISE": _Parser._raise,
    "OPEN": _Parser._open,
    "FETCH": _Parser._fetch,
    "CLOSE": lambda parser, at: b.Close(at, parser.reader.identifier()),
    "NULL": lambda parser, at: b.Null(at),
    "EXECUTE": _Parser._immediate,
    "AWAIT": _Parser._refused,
    "CANCEL": _Parser._refused,
    "ASYNC": _Parser._refused,
}
