"""Statements about objects and context: USE, SET, SHOW, DESCRIBE, DROP, CREATE DATABASE ...

Snowflake's manual: "General DDL", "Session context commands".
"""

from __future__ import annotations

from typing import Any, Final, cast

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.dialect import parse_tree
from mockhaus.translation.grammar import kinds
from mockhaus.translation.grammar.reader import Reader, statement_fields
from mockhaus.translation.grammar.types import signature

#: Kinds that a name denotes with the types of their arguments.
_CALLED: Final = ("FUNCTION", "PROCEDURE")


def _kind(reader: Reader) -> str:
    """Read the kind of an object, of one word or several."""
    return kinds.read(reader).removeprefix("STORAGE ")  # the one kind of integration


#: What PostgreSQL says of a transaction when it begins, and Snowflake does not.
_MODES: Final = ("ISOLATION", "READ", "DEFERRABLE", "NOT")


def begin(reader: Reader) -> s.Begin:
    """BEGIN [WORK | TRANSACTION] [NAME n], START TRANSACTION [NAME n].

    Modes are refused: all transactions are READ COMMITTED and may write.
    """
    found = begin_named(reader)
    if reader.word() in _MODES:
        words = " ".join(reader.word(at) for at in range(len(reader.tokens) - reader.at))
        raise UnsupportedFeature(
            f"Unsupported feature 'BEGIN TRANSACTION {words}'.",
            hint="All transactions are READ COMMITTED, and may read and write.",
        )
    reader.end()
    return found


def begin_named(reader: Reader) -> s.Begin:
    """The same, as far as a name goes."""
    reader.take()
    reader.accept("WORK") or reader.accept("TRANSACTION")
    name = reader.identifier() if reader.accept("NAME") else ""
    return s.Begin(**statement_fields(reader), name=name)


def commit(reader: Reader) -> s.Commit:
    """COMMIT [WORK | TRANSACTION], END."""
    reader.take()
    reader.accept("WORK") or reader.accept("TRANSACTION")
    reader.end()
    return s.Commit(**statement_fields(reader))


def rollback(reader: Reader) -> s.Rollback:
    """ROLLBACK [WORK | TRANSACTION], ABORT. Savepoints are refused: Snowflake has none."""
    reader.take()
    reader.accept("WORK") or reader.accept("TRANSACTION")
    if reader.looking_at("TO"):
        raise UnsupportedFeature("Unsupported feature 'ROLLBACK TO SAVEPOINT'.")
    reader.end()
    return s.Rollback(**statement_fields(reader))


def use(reader: Reader) -> s.Use:
    """USE [DATABASE | SCHEMA | ROLE | WAREHOUSE] name; USE SECONDARY ROLES ALL | NONE."""
    reader.expect("USE")
    kind = ""
    if reader.word() in ("DATABASE", "SCHEMA", "ROLE", "WAREHOUSE") and reader.token(1):
        kind = reader.identifier()
    elif reader.accept("SECONDARY", "ROLES"):
        kind = "SECONDARY ROLES"
    name = reader.object_name()
    reader.end()
    return s.Use(**statement_fields(reader), object=kind, name=name)


def set_variables(reader: Reader) -> s.SetVariables:
    """SET name = expression; SET (a, b) = (x, y) or (SELECT ...)."""
    reader.expect("SET")
    if reader.accept("("):
        names = [reader.identifier()]
        while reader.accept(","):
            names.append(reader.identifier())
        reader.expect(")")
    else:
        names = [reader.identifier()]
    reader.expect("=")
    if reader.done:
        raise reader.unexpected()
    values = parse_tree([_select(reader), *reader.tokens[reader.at :]], reader.text)
    if len(names) > 1:
        values = _unpacked(values)
    return s.SetVariables(**statement_fields(reader), names=tuple(names), values=values)


def _unpacked(values: exp.Expression) -> exp.Expression:
    """The query of the values of several variables: `(x, y)` or `(SELECT ..)`."""
    items = values.expressions
    if len(items) == 1 and isinstance(items[0], exp.Tuple):
        values.set("expressions", items[0].expressions)
    elif len(items) == 1 and isinstance(items[0], exp.Subquery):
        return cast(exp.Expression, items[0].this)
    return values


def _select(reader: Reader) -> Any:
    """A SELECT token to put before the expressions of SET, so that they parse as a query."""
    at = reader.tokens[reader.at]
    return Token(TokenType.SELECT, "SELECT", at.line, at.col, at.start, at.start)


def unset_variables(reader: Reader) -> s.UnsetVariables:
    """UNSET name; UNSET (a, b)."""
    reader.expect("UNSET")
    parenthesised = reader.accept("(")
    names = [reader.identifier()]
    while parenthesised and reader.accept(","):
        names.append(reader.identifier())
    if parenthesised:
        reader.expect(")")
    reader.end()
    return s.UnsetVariables(**statement_fields(reader), names=tuple(names))


def alter_session(reader: Reader) -> s.AlterSession:
    """ALTER SESSION SET p = v ...; ALTER SESSION UNSET p, ..."""
    reader.expect("ALTER", "SESSION")
    parameters: dict[str, str | None] = {}
    if reader.accept("SET"):
        parameters = {name: _spelled(value) for name, value in reader.options().items()}
    else:
        reader.expect("UNSET")
        parameters[reader.identifier()] = None
        while reader.accept(","):
            parameters[reader.identifier()] = None
    reader.end()
    if not parameters:
        raise reader.unexpected()
    return s.AlterSession(**statement_fields(reader), parameters=parameters)


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


#: What follows the kind in a SHOW.
_CLAUSES: Final = frozenset(
    ("HISTORY", "LIKE", "IN", "FOR", "STARTS", "LIMIT", "ON", "TO", "OF", "WITH")
)
#: Kinds whose parameters are shown.
_WITH_PARAMETERS: Final = ("WAREHOUSE", "USER")
#: Kinds of places that IN and FOR name.
_PLACES: Final = ("ACCOUNT", "DATABASE", "SCHEMA", "TABLE", "VIEW", "SESSION")


def show(reader: Reader) -> s.Show:
    """SHOW [TERSE] objects [HISTORY] [LIKE] [IN] [STARTS WITH] [LIMIT n [FROM 'name']]."""
    reader.expect("SHOW")
    fields: dict[str, Any] = {"terse": reader.accept("TERSE"), "object": _kind(reader)}
    while reader.word().isalpha() and reader.word() not in _CLAUSES:
        fields["object"] += f" {reader.identifier()}"  # a kind that is refused by its whole name
    fields["history"] = reader.accept("HISTORY")
    if fields["object"] == "FUTURE GRANTS" and reader.accept("TO"):
        fields["in_kind"], fields["in_name"] = f"TO {_kind(reader)}", reader.object_name()
    if fields["object"] == "GRANTS" and reader.word() in ("ON", "TO", "OF"):
        fields["in_kind"] = f"{reader.identifier()} {_kind(reader)}"
        if not reader.done and reader.word() != "LIMIT":
            fields["in_name"] = called(reader, fields["in_kind"].partition(" ")[2])
    if reader.accept("LIKE"):
        fields["like"] = reader.string()
    if reader.accept("IN") or reader.accept("FOR"):
        places = _PLACES + (_WITH_PARAMETERS if fields["object"] == "PARAMETERS" else ())
        if reader.word() in places:
            fields["in_kind"] = reader.identifier()
        if not reader.done and reader.word() not in ("STARTS", "LIMIT", "LIKE"):
            fields["in_name"] = reader.object_name()
    if reader.accept("WITH", "PRIVILEGES"):
        raise UnsupportedFeature(f"Unsupported feature 'SHOW {fields['object']} WITH PRIVILEGES'.")
    if reader.accept("STARTS", "WITH"):
        fields["starts_with"] = reader.string()
    if reader.accept("LIMIT"):
        fields["limit"] = _page(reader)
        if reader.accept("FROM"):
            fields["from_name"] = reader.string()
    reader.end()
    return s.Show(**statement_fields(reader), **fields)


def _page(reader: Reader) -> int:
    """The number of LIMIT. Raises SqlSyntaxError for one below 1."""
    at = reader.token()
    limit = reader.whole()
    if limit < 1:
        raise SqlSyntaxError(
            f'page size "{limit}" must be greater than 0 in limit clause',
            position=at.start if at is not None else None,
        )
    return limit


def called(reader: Reader, kind: str) -> ObjectName:
    """The name of an object; of a function or procedure with its types: `S.F(NUMBER)`."""
    name = reader.object_name()
    if kind not in _CALLED:
        return name
    return ObjectName(f"{name.name}({', '.join(signature(reader))})", name.schema, name.database)


def describe(reader: Reader) -> s.Describe:
    """DESCRIBE | DESC kind name; the kind may be left out for a table."""
    reader.take()
    kind = "TABLE"
    if reader.token(1) is not None and reader.word(1) != ".":
        kind = _kind(reader)
    if kind == "RESULT":
        return _describe_result(reader)
    name = reader.object_name()
    types = signature(reader) if kind in _CALLED else ()
    if reader.accept("TYPE", "=") and reader.identifier() != "COLUMNS":
        raise UnsupportedFeature("Unsupported feature 'DESCRIBE TABLE TYPE = STAGE'.")
    reader.end()
    return s.Describe(**statement_fields(reader), object=kind, name=name, signature=types)


def _describe_result(reader: Reader) -> s.Describe:
    """DESCRIBE RESULT 'query id' | LAST_QUERY_ID(); the name is the id, '' for the last one."""
    query_id = ""
    if reader.is_string():
        query_id = reader.string()
    else:
        reader.expect("LAST_QUERY_ID", "(", ")")
    reader.end()
    return s.Describe(**statement_fields(reader), object="RESULT", name=ObjectName(query_id))


def drop(reader: Reader) -> s.Drop:
    """DROP kind [IF EXISTS] name [CASCADE | RESTRICT]."""
    reader.expect("DROP")
    kind = _kind(reader)
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.object_name()
    types = signature(reader) if kind in _CALLED else ()
    if reader.word() == ",":
        raise UnsupportedFeature("Unsupported feature 'DROP of several objects'.")
    cascade = reader.accept("CASCADE")
    if not cascade:
        reader.accept("RESTRICT")
    reader.end()
    return s.Drop(
        **statement_fields(reader),
        object=kind,
        name=name,
        if_exists=if_exists,
        cascade=cascade,
        signature=types,
    )


def undrop(reader: Reader) -> s.Undrop:
    """UNDROP TABLE name. Other kinds are gone once they are dropped. Raises UnsupportedFeature."""
    reader.expect("UNDROP")
    kind = _kind(reader)
    if kind != "TABLE":
        raise UnsupportedFeature(
            f"Unsupported feature 'UNDROP {kind}'.",
            position=reader.tokens[0].start,
            hint="A snapshot of the session, made before, brings back what was dropped.",
        )
    name = reader.object_name()
    reader.end()
    return s.Undrop(**statement_fields(reader), name=name)


def comment(reader: Reader) -> s.Comment:
    """COMMENT [IF EXISTS] ON kind name IS 'text'."""
    reader.expect("COMMENT")
    if_exists = reader.accept("IF", "EXISTS")
    reader.expect("ON")
    kind, column = _kind(reader), None
    parts = [reader.identifier()]
    while reader.accept("."):
        parts.append(reader.identifier())
    if kind == "COLUMN":
        if len(parts) < 2:
            raise reader.unexpected()
        column = parts.pop()
    if len(parts) > 3:
        raise reader.unexpected()
    types = signature(reader) if kind in _CALLED else ()
    reader.expect("IS")
    text = reader.string()
    reader.end()
    return s.Comment(
        **statement_fields(reader),
        object=kind,
        name=ObjectName(*reversed(parts)),
        column=column,
        comment=text,
        if_exists=if_exists,
        signature=types,
    )


class CreateHead:
    """What every CREATE begins with: OR REPLACE, modifiers, kind, IF NOT EXISTS, name."""

    def __init__(self, reader: Reader, modifiers: frozenset[str] = frozenset()) -> None:
        reader.expect("CREATE")
        self.replace = reader.accept("OR", "REPLACE")
        self.modifiers: set[str] = set()
        while reader.word() in modifiers:
            self.modifiers.add(reader.identifier())
        self.kind = _kind(reader)
        self.if_not_exists = reader.accept("IF", "NOT", "EXISTS")
        if self.replace and self.if_not_exists:
            raise SqlSyntaxError(
                "SQL compilation error:\noptions IF NOT EXISTS and OR REPLACE are incompatible.",
                position=reader.tokens[0].start,
            )
        self.name = reader.object_name()

    def fields(self, reader: Reader) -> dict[str, Any]:
        """The fields that every Create statement has."""
        return {
            **statement_fields(reader),
            "name": self.name,
            "replace": self.replace,
            "if_not_exists": self.if_not_exists,
        }


def create_database(reader: Reader) -> s.CreateDatabase:
    """CREATE [OR REPLACE] [TRANSIENT] DATABASE [IF NOT EXISTS] name [options]."""
    head = CreateHead(reader, frozenset(("TRANSIENT",)))
    if head.name.schema is not None:
        raise reader.unexpected()
    for words in (("FROM", "SHARE"), ("FROM", "LISTING"), ("AS", "REPLICA")):
        if reader.looking_at(*words):
            raise UnsupportedFeature(f"Unsupported feature 'CREATE DATABASE {' '.join(words)}'.")
    options = _create_options(reader, head)
    return s.CreateDatabase(**head.fields(reader), options=options)


def create_schema(reader: Reader) -> s.CreateSchema:
    """CREATE [OR REPLACE] [TRANSIENT] SCHEMA [IF NOT EXISTS] [database.]name [options]."""
    head = CreateHead(reader, frozenset(("TRANSIENT",)))
    if head.name.database is not None:
        raise reader.unexpected()
    head.name = ObjectName(head.name.name, None, head.name.schema)
    if reader.accept("AUTHORIZATION"):  # PostgreSQL's; the owner is recorded nowhere yet
        raise UnsupportedFeature("Unsupported feature 'CREATE SCHEMA AUTHORIZATION'.")
    if reader.accept("WITH", "MANAGED", "ACCESS"):
        head.modifiers.add("MANAGED ACCESS")
    options = _create_options(reader, head)
    return s.CreateSchema(**head.fields(reader), options=options)


def _create_options(reader: Reader, head: CreateHead) -> dict[str, Any]:
    cloned = None
    if reader.accept("CLONE"):
        cloned = reader.object_name()
        if reader.word() in ("AT", "BEFORE"):
            raise UnsupportedFeature("Unsupported feature 'time travel: CLONE AT | BEFORE'.")
    options = reader.options()
    reader.end()
    if cloned is not None:
        options["CLONE"] = cloned
    options.update(dict.fromkeys(head.modifiers, True))
    return options


def create_sequence(reader: Reader) -> s.CreateSequence:
    """CREATE SEQUENCE name [START [WITH] [=] n] [INCREMENT [BY] [=] n] [ORDER | NOORDER] | CLONE"""
    head = CreateHead(reader)
    if reader.accept("CLONE"):
        source = reader.object_name()
        reader.end()
        return s.CreateSequence(**head.fields(reader), options={"CLONE": source})
    options: dict[str, Any] = {"START": 1, "INCREMENT": 1}
    reader.accept("WITH")
    while not reader.done:
        if reader.accept("START"):
            reader.accept("WITH")
            reader.accept("=")
            options["START"] = reader.whole()
        elif reader.accept("INCREMENT"):
            reader.accept("BY")
            reader.accept("=")
            options["INCREMENT"] = reader.whole()
        elif reader.word() in ("ORDER", "NOORDER"):
            options["ORDER"] = reader.identifier() == "ORDER"
        elif reader.looking_at("COMMENT", "="):
            options.update(reader.options())
        else:
            raise reader.unexpected()
    return s.CreateSequence(**head.fields(reader), options=options)
