"""Text in, statements out: split at semicolons, recognise each statement, keep its position.

A statement is recognised by its leading words. Those that sqlglot does not know, or reads only in
part, go to a grammar of ours; the others become sqlglot trees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from msgspec.structs import replace
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation import chains, foreign, indirect, statements as s
from mockhaus.translation.dialect import parse_tree, tokenize
from mockhaus.translation.dml import returning
from mockhaus.translation.grammar import (
    account,
    alter_table,
    altering,
    create_table,
    files,
    kinds,
    objects,
    routines,
    tags,
)
from mockhaus.translation.grammar.reader import Reader, statement_fields
from mockhaus.translation.keeping import kept
from mockhaus.translation.names import labels
from mockhaus.translation.postgres.grammar import GRAMMARS as POSTGRES
from mockhaus.translation.postgres.meant import meant
from mockhaus.translation.postgres.tokens import snowflakes
from mockhaus.translation.scripting import statements as scripting
from mockhaus.translation.scripting.parse import declares_block, end_of_block, is_block
from mockhaus.translation.shapes import shaped
from mockhaus.translation.staged import is_stage

Grammar = Callable[[Reader], s.Statement]


def _begin(reader: Reader) -> s.Statement:
    """BEGIN [TRANSACTION | WORK] [NAME n]; anything else opens a block of Snowflake Scripting."""
    return scripting.anonymous(reader) if is_block(reader) else objects.begin(reader)


#: Leading words -> grammar; the longest match wins. CREATE is looked up without OR REPLACE and
#: its modifiers (see `_leading`).
GRAMMARS: Final[dict[tuple[str, ...], Grammar]] = {
    ("BEGIN",): _begin,
    ("START", "TRANSACTION"): objects.begin,
    ("COMMIT",): objects.commit,
    ("END",): objects.commit,
    ("ROLLBACK",): objects.rollback,
    ("ABORT",): objects.rollback,
    ("USE",): objects.use,
    ("SET",): objects.set_variables,
    ("UNSET",): objects.unset_variables,
    ("ALTER", "SESSION"): objects.alter_session,
    ("SHOW",): objects.show,
    ("DESCRIBE",): objects.describe,
    ("DESC",): objects.describe,
    ("DROP",): objects.drop,
    ("UNDROP",): objects.undrop,
    ("COMMENT",): objects.comment,
    ("CREATE", "DATABASE"): objects.create_database,
    ("CREATE", "SCHEMA"): objects.create_schema,
    ("CREATE", "SEQUENCE"): objects.create_sequence,
    **account.GRAMMARS,
    **routines.GRAMMARS,
    **altering.GRAMMARS,
    **files.GRAMMARS,
    **tags.GRAMMARS,
    **scripting.GRAMMARS,
}

#: sqlglot's class of a tree -> our class of statement.
_TREES: Final[dict[type[exp.Expression], type[s.Tree]]] = {
    exp.Select: s.Select,
    exp.Union: s.Select,
    exp.Intersect: s.Select,
    exp.Except: s.Select,
    exp.Subquery: s.Select,
    exp.Insert: s.Insert,
    exp.MultitableInserts: s.Insert,
    exp.Update: s.Update,
    exp.Delete: s.Delete,
    exp.Merge: s.Merge,
    exp.TruncateTable: s.Truncate,
    exp.Alter: s.AlterTable,
}

_DEFINING: Final = (("CREATE", "TABLE"), ("ALTER", "TABLE"))

_ALTERED: Final = (("ALTER", "TABLE"), ("ALTER", "VIEW"))

_CREATES: Final[dict[str, type[s.Tree]]] = {"TABLE": s.CreateTable, "VIEW": s.CreateView}


def parse(
    text: str, *, placeholders: bool = False, folded: bool = False, postgres: bool = False
) -> list[s.Statement]:
    """The statements of a text, in order; empty ones are left out.

    `placeholders`: `$1` is a parameter of the statement, as in PostgreSQL's extended protocol,
    not Snowflake's first column. `folded`: names in double quotes are read in upper case.
    `postgres`: PostgreSQL's forms are read beside Snowflake's.
    Raises SqlSyntaxError, UnsupportedFeature.
    """
    return list(_parse(text, placeholders, folded, postgres))


def parse_alike(
    text: str, *, placeholders: bool = False, postgres: bool = False
) -> list[s.Statement]:
    """As `parse`; a query may come as one of a shape (see `shapes`)."""
    return list(_parse_alike(text, placeholders, postgres))


def as_sent(statement: s.Statement) -> s.Statement:
    """A query of a shape as it is parsed by itself."""
    if not isinstance(statement, s.Select) or statement.shaped is None:
        return statement
    (found,) = _parse(statement.text, False, False, statement.postgres)
    return replace(found, offset=statement.offset)


@kept
def _parse_alike(text: str, placeholders: bool, postgres: bool) -> tuple[s.Statement, ...]:
    if (one := shaped(text)) is not None:
        query, *others = _parse(one.shape.text, placeholders, False, postgres)
        own = one.filled(query.text)
        if not others and isinstance(query, s.Select) and own is not None:
            return (replace(query, text=own, shaped=one),)
        one.shape.is_usable = False
    return _parse(text, placeholders, False, postgres)


@kept
def _parse(text: str, placeholders: bool, folded: bool, postgres: bool) -> tuple[s.Statement, ...]:
    tokens = tokenize(files.bare_paths_hidden(text))
    if folded:
        for token in tokens:
            if token.token_type is TokenType.IDENTIFIER:
                token.text = token.text.upper()
    return tuple(
        _read(_reader(some, text, postgres), placeholders, postgres) for some in split(tokens)
    )


def _reader(tokens: list[Token], text: str, postgres: bool) -> Reader:
    """A reader of one statement, names that it gives as values in their places.

    A block has its own variables for names: its statements are read when they run.
    """
    reader = Reader(tokens, text)
    if _has_block(reader):
        return reader
    tokens = indirect.named(tokens, text)
    return Reader(snowflakes(tokens) if postgres else tokens, text)


def _has_block(reader: Reader) -> bool:
    return is_block(reader) or "PROCEDURE" in _leading(reader)


def _read(reader: Reader, placeholders: bool, postgres: bool) -> s.Statement:
    """A statement, or several joined by `->>`."""
    if chains.PIPE in reader.text and not _has_block(reader):
        piped = chains.parts(reader.tokens)
        if len(piped) > 1 and all(piped):
            return _chain(reader, piped, postgres)
    return _statement(reader, placeholders, postgres)


def _chain(reader: Reader, piped: list[list[Token]], postgres: bool) -> s.Chain:
    """Statements joined by `->>`. Raises UnsupportedFeature, SqlSyntaxError."""
    text = reader.text
    parts = [_statement(Reader(chains.sourced(each), text), False, postgres) for each in piped]
    if any(isinstance(part, s.Tree) and part.parameters for part in parts):
        raise UnsupportedFeature(
            "Unsupported feature 'parameters in a chain of statements'.",
            position=reader.tokens[0].start,
        )
    return s.Chain(**statement_fields(reader), parts=tuple(parts))


def split(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens of each statement; those of a block are one."""
    semicolons = [at for at, token in enumerate(tokens) if token.token_type is TokenType.SEMICOLON]
    start = 0
    for semicolon in (*semicolons, len(tokens)):
        if start > semicolon:  # one within a block
            continue
        end = start if start == semicolon else _end(tokens, start, semicolon)
        if end > start:
            yield tokens[start:end]
        start = end + 1


def _end(tokens: list[Token], start: int, semicolon: int) -> int:
    """Where the statement ends that begins at `start`, before a semicolon or with a block."""
    first = tokens[start].text.upper()
    begun: int | None = None
    if first in ("BEGIN", "DECLARE"):
        begun = start
    elif first == "CREATE":
        begun = _body(tokens, start, semicolon)
    found = None if begun is None else end_of_block(tokens, begun)
    return semicolon if found is None else found


def block_length(text: str) -> int | None:
    """How much of a text is the block of Snowflake Scripting that it begins with, or the CREATE of
    a procedure with one; None for none, as for DECLARE of PostgreSQL's cursors.

    Raises SqlSyntaxError where the text cannot be read.
    """
    tokens = tokenize(text)
    found = (at for at, token in enumerate(tokens) if token.token_type is TokenType.SEMICOLON)
    semicolon = next(found, len(tokens))
    if not tokens or (tokens[0].text.upper() == "DECLARE" and not declares_block(tokens, text)):
        return None
    end = _end(tokens, 0, semicolon)
    return None if end == semicolon else tokens[end - 1].end + 1


def _body(tokens: list[Token], start: int, end: int) -> int | None:
    """Where the body of a CREATE PROCEDURE begins that is no string."""
    words = [token.text.upper() for token in tokens[start:end]]
    if "PROCEDURE" not in words[:6]:
        return None
    for at in range(len(words) - 1):
        if words[at] == "AS" and words[at + 1] in ("BEGIN", "DECLARE"):
            return start + at + 1
    return None


def _leading(reader: Reader) -> tuple[str, ...]:
    """The first words of a statement, CREATE's modifiers left out."""
    size = len(reader.tokens)
    if reader.word() != "CREATE":
        return tuple(map(reader.word, range(min(size, 3))))
    return tuple(w for w in map(reader.word, range(min(size, 8))) if w not in kinds.MODIFIERS)[:3]


def _statement(reader: Reader, placeholders: bool, postgres: bool) -> s.Statement:
    leading = _leading(reader)
    if leading[0] in kinds.VERBS:
        kinds.refuse_unkept(reader)
    if postgres and (own := _postgres(reader, leading)) is not None:
        return own
    if leading[0] == "ALTER" and (tagging := tags.set_tags(reader)) is not None:
        return tagging
    if leading[0] == "CALL":
        return scripting.call(
            reader, lambda tokens: _arguments(tokens, reader.text, placeholders, postgres)
        )
    if leading[:2] == ("EXECUTE", "IMMEDIATE"):
        return scripting.immediate(reader, lambda text: parse(text, postgres=postgres))
    for length in (3, 2, 1):
        grammar = GRAMMARS.get(leading[:length])
        if grammar is not None:
            return _tagged(reader, grammar) if leading[0] == "CREATE" else grammar(reader)
    return _tree(reader, leading, placeholders, postgres)


def _arguments(tokens: list[Token], text: str, placeholders: bool, postgres: bool) -> s.Tree:
    """A query of the arguments of a CALL."""
    found = _tree(Reader(tokens, text), ("SELECT",), placeholders, postgres)
    assert isinstance(found, s.Tree)
    return found


def _postgres(reader: Reader, leading: tuple[str, ...]) -> s.Statement | None:
    """A statement that PostgreSQL has and Snowflake has not."""
    for length in (3, 2, 1):
        grammar = POSTGRES.get(leading[:length])
        if grammar is not None and (found := grammar(reader)) is not None:
            return found
        reader.at = 0
    return None


def _tagged(reader: Reader, grammar: Grammar) -> s.Statement:
    """A CREATE with its `WITH TAG (..)`, wherever that stands."""
    rest, found = tags.cut(reader)
    if not found:
        return grammar(reader)
    statement = grammar(Reader(rest, reader.text))
    if not isinstance(statement, s.Create):
        raise UnsupportedFeature(f"Unsupported feature '{statement.kind.replace('_', ' ')} TAG'.")
    left_out = reader.text[rest[-1].end + 1 : reader.tokens[-1].end + 1]
    return replace(statement, text=statement.text + left_out, tags=found)


def _tree(
    reader: Reader, leading: tuple[str, ...], placeholders: bool, postgres: bool
) -> s.Statement:
    explain, using = leading[0] == "EXPLAIN", s.EXPLAIN_FORMS[0]
    if explain:
        reader.take()
        if reader.accept("USING"):
            if reader.word() not in s.EXPLAIN_FORMS:
                raise reader.unexpected()
            using = reader.identifier()
        if reader.done:
            raise reader.unexpected()
    if leading[:2] in _ALTERED and (altered := alter_table.command(reader)) is not None:
        return s.AlterTable(**statement_fields(reader), tree=altered)
    foreign.refuse(reader, postgres=postgres)
    tokens = reader.tokens[reader.at :]
    if leading[:2] in _DEFINING:
        tokens = create_table.plain(tokens)
    tokens, returned = returning.cut(_numbered(tokens) if "?" in reader.text else tokens)
    tree = parse_tree(tokens, reader.text)
    if returned:
        tree.set("returning", returning.clause(parse_tree(returned, reader.text)))
    if postgres:
        tree = meant(tree)
    may_bind = any(map(reader.text.__contains__, "?$:")) and _BIND.search(reader.text) is not None
    if placeholders and may_bind and not any(map(is_stage, tree.find_all(exp.Table))):
        _bind_dollars(tree)  # over a stage, $1 is a column
    binds = _binds(tree) if may_bind else ()
    if placeholders:
        _refuse_named(binds)
        parameters = max((int(name) for name in binds), default=0)
        binds = ()
    else:
        parameters = _renumber(tree, binds)
    kind = _class_of(tree, leading, postgres=postgres)
    shown = labels(reader.tokens, reader.text) if kind is s.Select else ()
    fields = {**statement_fields(reader), "tree": tree, "parameters": parameters, "binds": binds}
    found = kind(**fields, labels=shown, postgres=postgres)
    if not explain:
        return found
    return s.Explain(**statement_fields(reader), tree=tree, of=found, using=using)


def _class_of(
    tree: exp.Expression, leading: tuple[str, ...], *, postgres: bool = True
) -> type[s.Tree]:
    is_create = isinstance(tree, exp.Create)
    kind = _CREATES.get(tree.args.get("kind") or "") if is_create else _TREES.get(type(tree))
    if kind is None:
        words = " ".join(word for word in leading[:2] if word.isalpha())
        if leading[0] == "ALTER" and isinstance(tree, exp.Command):
            words = " ".join(f"ALTER {tree.expression}".upper().split())[:60]
        if isinstance(tree, (exp.Column, exp.Alias)):  # a word that begins no statement
            raise SqlSyntaxError(
                "SQL compilation error:\nsyntax error line 1 at position 0 unexpected"
                f" '{leading[0]}'."
            )
        raise UnsupportedFeature(f"Unsupported feature '{words}'.")
    if leading[0] == "WITH" and kind is not s.Select and not postgres:
        raise SqlSyntaxError(
            f"SQL compilation error:\nsyntax error unexpected '{kind.__name__.upper()}'.",
            hint="WITH stands before the SELECT of an INSERT, and in the USING of a MERGE.",
        )
    return kind


#: `?`, and `?::` of a cast, which sqlglot takes for an operator of another dialect.
_QUESTIONS: Final = (TokenType.PLACEHOLDER, TokenType.QDCOLON)


#: What a parameter begins with. Most texts have none, and a tree is long to look through.
_BIND: Final = re.compile(r"[?$]|(?<!:):(?=\s*\w)")


def _numbered(tokens: list[Token]) -> list[Token]:
    """The tokens with the n-th `?` written as `:n`, since a tree does not keep their order."""
    if not any(token.token_type in _QUESTIONS for token in tokens):
        return tokens
    numbered, count = [], 0
    for token in tokens:
        if token.token_type not in _QUESTIONS:
            numbered.append(token)
            continue
        count += 1
        place = (token.line, token.col, token.start, token.end)
        numbered.append(Token(TokenType.COLON, ":", *place))
        numbered.append(Token(TokenType.NUMBER, str(count), *place))
        if token.token_type is TokenType.QDCOLON:
            numbered.append(Token(TokenType.DCOLON, "::", *place))
    return numbered


def _binds(tree: exp.Expression) -> tuple[str, ...]:
    """What the parameters are called: numbers in their order, then names in theirs, upper case."""
    found = dict.fromkeys(node.name.upper() for node in tree.find_all(exp.Placeholder))
    numbers = sorted((name for name in found if name.isdigit()), key=int)
    return (*numbers, *(name for name in found if not name.isdigit()))


def _renumber(tree: exp.Expression, binds: tuple[str, ...]) -> int:
    """Number the parameters without gaps, since DuckDB wants a value for each number."""
    for node in tree.find_all(exp.Placeholder) if binds else ():
        node.set("this", str(binds.index(node.name.upper()) + 1))
    return len(binds)


def _refuse_named(binds: tuple[str, ...]) -> None:
    for name in binds:
        if not name.isdigit():
            raise UnsupportedFeature(f"Unsupported feature 'bind variable :{name}'.")


def _bind_dollars(tree: exp.Expression) -> None:
    """Make every `$n` a parameter of the statement."""
    for node in list(tree.find_all(exp.Parameter)):
        number = node.this
        if isinstance(number, exp.Literal) and not number.is_string:
            node.replace(exp.Placeholder(this=str(number.this)))
