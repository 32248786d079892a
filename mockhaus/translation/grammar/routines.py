"""CREATE, ALTER, DROP, DESCRIBE of user-defined functions, which are named with their types.

Snowflake's manual: "CREATE FUNCTION", "ALTER FUNCTION", "DROP FUNCTION".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.objects import CreateHead
from mockhaus.translation.grammar.reader import Reader, named_or_commented, statement_fields
from mockhaus.translation.grammar.types import signature, type_name
from mockhaus.translation.routines.routine import Parameter
from mockhaus.translation.statements import Create, Statement


class CreateFunction(Create, frozen=True, kw_only=True):
    """CREATE FUNCTION in SQL. `columns` are those of RETURNS TABLE; None of a scalar function."""

    parameters: tuple[Parameter, ...]
    returns: str
    columns: tuple[tuple[str, str], ...] | None
    body: str

    @property
    def kind(self) -> str:
        return "CREATE_FUNCTION"


class AlterFunction(Statement, frozen=True, kw_only=True):
    """ALTER FUNCTION: RENAME TO, SET and UNSET of SECURE and COMMENT; None leaves as it is."""

    name: ObjectName
    signature: tuple[str, ...]
    if_exists: bool = False
    renamed: ObjectName | None = None
    secure: bool | None = None
    comment: str | None = None

    @property
    def kind(self) -> str:
        return "ALTER_FUNCTION"


def create(reader: Reader) -> CreateFunction:
    """CREATE [OR REPLACE] [SECURE] FUNCTION name (arguments) RETURNS .. AS body."""
    head = CreateHead(reader, frozenset(("SECURE", "TEMPORARY", "TEMP")))
    if head.modifiers - {"SECURE"}:
        raise UnsupportedFeature("Unsupported feature 'CREATE TEMPORARY FUNCTION'.")
    parameters = parameter_list(reader)
    reader.accept("COPY", "GRANTS")
    returns, columns = returned(reader)
    options: dict[str, Any] = {"SECURE": "SECURE" in head.modifiers}
    while not reader.looking_at("AS"):
        _option(reader, options)
    language = options.get("LANGUAGE", "SQL")
    if language != "SQL":
        raise UnsupportedFeature(f"Unsupported feature 'CREATE FUNCTION LANGUAGE {language}'.")
    reader.expect("AS")
    body = reader.string()
    reader.end()
    return CreateFunction(
        **head.fields(reader),
        options=options,
        parameters=parameters,
        returns=returns,
        columns=columns,
        body=body,
    )


def returned(reader: Reader) -> tuple[str, tuple[tuple[str, str], ...] | None]:
    """RETURNS type, RETURNS TABLE (name type, ..): as written, and the columns of the latter."""
    reader.expect("RETURNS")
    if not reader.accept("TABLE"):
        return type_name(reader), None
    columns = _columns(reader)
    return f"TABLE ({', '.join(f'{name} {kind}' for name, kind in columns)})", columns


def parameter_list(reader: Reader) -> tuple[Parameter, ...]:
    """`(name type [DEFAULT value], ..)`."""
    reader.expect("(")
    found: list[Parameter] = []
    while not reader.accept(")"):
        name = reader.identifier()
        if reader.word() in ("OUT", "OUTPUT"):
            raise UnsupportedFeature(
                f"Unsupported feature 'argument {name} {reader.word()}'.",
                hint="RETURNS TABLE answers several values.",
            )
        if reader.word() in ("IN", "INPUT"):
            reader.take()
        kind, default = type_name(reader), None
        if reader.accept("DEFAULT") or reader.accept("="):
            default = _default(reader)
        elif found and found[-1].default is not None:
            raise SqlSyntaxError(
                f"SQL compilation error:\nargument {name} without a default follows one with a"
                " default."
            )
        if any(each.name.upper() == name.upper() for each in found):
            raise SqlSyntaxError(f"SQL compilation error:\nduplicate argument name '{name}'")
        found.append(Parameter(name, kind, default))
        if not reader.accept(",") and reader.word() != ")":
            raise reader.unexpected()
    return tuple(found)


def _default(reader: Reader) -> str:
    """The text of a default: up to the comma or parenthesis that ends the argument."""
    start, depth = reader.token(), 0
    end = start
    while (token := reader.token()) is not None:
        if depth == 0 and token.text in (",", ")") and not reader.is_string():
            break
        depth += {"(": 1, ")": -1}.get(token.text, 0) if not reader.is_string() else 0
        end = reader.take()
    if start is None or end is None or start is token:
        raise reader.unexpected()
    return reader.text[start.start : end.end + 1]


def _columns(reader: Reader) -> tuple[tuple[str, str], ...]:
    reader.expect("(")
    found: list[tuple[str, str]] = []
    while not reader.accept(")"):
        found.append((reader.identifier(), type_name(reader)))
        if not reader.accept(",") and reader.word() != ")":
            raise reader.unexpected()
    return tuple(found)


#: Words of CREATE FUNCTION -> what they say; the longest come first.
_WORDS: Final[tuple[tuple[tuple[str, ...], str, Any], ...]] = (
    (("RETURNS", "NULL", "ON", "NULL", "INPUT"), "STRICT", True),
    (("CALLED", "ON", "NULL", "INPUT"), "STRICT", False),
    (("STRICT",), "STRICT", True),
    (("NOT", "NULL"), "NOT NULL", True),
    (("NULL",), "NOT NULL", False),
    (("IMMUTABLE",), "VOLATILITY", "IMMUTABLE"),
    (("VOLATILE",), "VOLATILITY", "VOLATILE"),
    (("MEMOIZABLE",), "MEMOIZABLE", True),
)


def _option(reader: Reader, options: dict[str, Any]) -> None:
    for words, name, value in _WORDS:
        if reader.accept(*words):
            options[name] = value
            return
    if reader.accept("LANGUAGE"):
        options["LANGUAGE"] = reader.identifier()
    elif reader.accept("COMMENT"):
        reader.expect("=")
        options["COMMENT"] = reader.string()
    elif options.get("LANGUAGE", "SQL") != "SQL":
        raise UnsupportedFeature(
            f"Unsupported feature 'CREATE FUNCTION LANGUAGE {options['LANGUAGE']}'."
        )
    else:
        raise reader.unexpected()


def alter(reader: Reader) -> AlterFunction:
    """ALTER FUNCTION [IF EXISTS] name (types) RENAME TO | SET | UNSET .."""
    reader.expect("ALTER", "FUNCTION")
    if_exists = reader.accept("IF", "EXISTS")
    fields: dict[str, Any] = {"name": reader.object_name(), "signature": signature(reader)}
    if common := named_or_commented(reader):
        fields |= common
    elif reader.accept("SET", "SECURE"):
        fields["secure"] = True
    elif reader.accept("UNSET", "SECURE"):
        fields["secure"] = False
    else:
        raise UnsupportedFeature(f"Unsupported feature 'ALTER FUNCTION {reader.word()}'.")
    reader.end()
    return AlterFunction(**statement_fields(reader), if_exists=if_exists, **fields)


def _refused(reader: Reader) -> Statement:
    raise UnsupportedFeature(
        f"Unsupported feature 'CREATE {' '.join(w for w in _kinds(reader) if w)}'."
    )


def _kinds(reader: Reader) -> list[str]:
    words = [reader.word(ahead) for ahead in range(8)]
    at = next(i for i, word in enumerate(words) if word in ("AGGREGATE", "EXTERNAL"))
    return words[at : at + 2]


GRAMMARS: Final[dict[tuple[str, ...], Callable[[Reader], Statement]]] = {
    ("CREATE", "FUNCTION"): create,
    ("CREATE", "AGGREGATE"): _refused,
    ("CREATE", "EXTERNAL", "FUNCTION"): _refused,
    ("ALTER", "FUNCTION"): alter,
}
