"""Statements about files: stages, file formats, COPY INTO, PUT, GET, LIST, REMOVE.

Snowflake's manual: "CREATE STAGE", "CREATE FILE FORMAT", "COPY INTO <table>", "COPY INTO
<location>", "Data loading / unloading commands".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlglot.tokenizer_core import TokenType

from mockhaus.errors import InvalidParameter, UnsupportedFeature
from mockhaus.translation import statements as s
from mockhaus.translation.context import ObjectName
from mockhaus.translation.grammar.objects import CreateHead
from mockhaus.translation.grammar.reader import Reader, statement_fields
from mockhaus.translation.grammar.stage_refs import (
    looks_like_stage,
    name_of,
    stage_query,
    stage_ref,
)

_TEMPORARY: Final = frozenset(("TEMPORARY", "TEMP", "VOLATILE"))


def create_stage(reader: Reader) -> s.CreateStage:
    """CREATE [OR REPLACE] [TEMPORARY] STAGE [IF NOT EXISTS] name [options]."""
    head = CreateHead(reader, _TEMPORARY)
    options = _options(reader, _source(reader, "STAGE"))
    if head.modifiers:
        options["TEMPORARY"] = True
    return s.CreateStage(**_masked(reader, head.fields(reader)), options=options)


def _source(reader: Reader, kind: str) -> dict[str, Any]:
    """`CLONE name`, as an option."""
    if reader.word() == "LIKE":
        raise UnsupportedFeature(f"Unsupported feature 'CREATE {kind} LIKE'.")
    if not reader.accept("CLONE"):
        return {}
    source = reader.object_name()
    reader.end()
    return {"CLONE": source}


_SECRET: Final = frozenset(("CREDENTIALS", "ENCRYPTION"))


def _masked(reader: Reader, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A statement's fields, its text with asterisks for the strings of CREDENTIALS (...).

    The text goes into the history, where nobody is to read a key.
    """
    pieces, at = [], reader.tokens[0].start
    depth, secret = 0, False
    for number, token in enumerate(reader.tokens):
        word = reader.word(number - reader.at)
        depth += (word == "(") - (word == ")")
        if depth == 0 and word not in ("=", ""):
            secret = word in _SECRET
        if secret and token.token_type is TokenType.STRING:
            pieces.append(f"{reader.text[at : token.start]}'****'")
            at = token.end + 1
    end = reader.tokens[-1].end + 1
    return {**fields, "text": "".join([*pieces, reader.text[at:end]])}


class CreateIntegration(s.Create, frozen=True, kw_only=True):
    """CREATE STORAGE INTEGRATION."""


def create_integration(reader: Reader) -> CreateIntegration:
    """CREATE [OR REPLACE] STORAGE INTEGRATION [IF NOT EXISTS] name options."""
    head = CreateHead(reader)
    return CreateIntegration(**head.fields(reader), options=_options(reader, {}))


def create_file_format(reader: Reader) -> s.CreateFileFormat:
    """CREATE [OR REPLACE] [TEMPORARY] FILE FORMAT [IF NOT EXISTS] name [TYPE = ...] [options]."""
    head = CreateHead(reader, _TEMPORARY)
    options = _options(reader, _source(reader, "FILE FORMAT"))
    if head.modifiers:
        options["TEMPORARY"] = True
    return s.CreateFileFormat(**head.fields(reader), options=options)


def alter(reader: Reader) -> s.AlterFileObject | s.RefreshStage:
    """ALTER STAGE | FILE FORMAT | [STORAGE] INTEGRATION [IF EXISTS] name RENAME TO | SET options |
    UNSET | REFRESH."""
    reader.expect("ALTER")
    kind = next(kind for kind, forms in _ALTERED.items() if any(reader.accept(*f) for f in forms))
    found: dict[str, Any] = {"object": kind, "if_exists": reader.accept("IF", "EXISTS")}
    found["name"] = reader.object_name()
    if kind != "INTEGRATION" and reader.accept("RENAME", "TO"):
        found["renamed"] = reader.object_name()
    elif reader.accept("SET"):
        if reader.done:
            raise reader.unexpected()
        found["options"] = _options(reader, {})
    elif reader.accept("UNSET"):
        names = [reader.identifier()]
        while reader.accept(","):
            names.append(reader.identifier())
        found["unset"] = tuple(names)
    elif kind == "STAGE" and reader.accept("REFRESH"):
        path = ""
        if reader.accept("SUBPATH", "="):
            path = reader.string()
        reader.end()
        found.pop("object")
        return s.RefreshStage(**statement_fields(reader), **found, path=path)
    else:
        raise reader.unexpected()
    reader.end()
    return s.AlterFileObject(**_masked(reader, statement_fields(reader)), **found)


#: Kinds and how they are written; sqlglot has one token of some pairs of words.
_ALTERED: Final = {
    "STAGE": (("STAGE",),),
    "FILE FORMAT": (("FILE FORMAT",), ("FILE", "FORMAT")),
    "INTEGRATION": (("STORAGE INTEGRATION",), ("STORAGE", "INTEGRATION"), ("INTEGRATION",)),
}


def _options(reader: Reader, known: dict[str, Any]) -> dict[str, Any]:
    """The options up to the end of the statement.

    FILE_FORMAT comes out as a dict: its options, or the single key FORMAT_NAME with an ObjectName.
    """
    options = dict(known)
    while not reader.done:
        before = reader.at
        if reader.looking_at("FILE_FORMAT", "="):
            position = reader.take().start
            reader.expect("=")
            found: dict[str, Any] = {"FILE_FORMAT": _file_format(reader)}
            reader.accept(",")
        else:
            position = reader.tokens[reader.at].start
            found = _one_option(reader)
        for name in found:
            if name in options:
                raise InvalidParameter(
                    f"SQL compilation error:\nduplicate property '{name}'.", position=position
                )
        options.update(found)
        if reader.at == before:
            raise reader.unexpected()
    return options


def _one_option(reader: Reader) -> dict[str, Any]:
    """One `NAME = value`; a percentage (`ON_ERROR = SKIP_FILE_10%`) keeps its sign."""
    name = reader.identifier()
    reader.expect("=")
    value = reader.value()
    if isinstance(value, str) and reader.accept("%"):
        value += "%"
    reader.accept(",")
    return {name: value}


def _file_format(reader: Reader) -> dict[str, Any]:
    """What follows `FILE_FORMAT =`: a name, a name in quotes, or options in parentheses."""
    if not reader.accept("("):
        return {"FORMAT_NAME": _format_name(reader)}
    options: dict[str, Any] = {}
    while not reader.accept(")"):
        if reader.looking_at("FORMAT_NAME", "="):
            reader.expect("FORMAT_NAME", "=")
            options["FORMAT_NAME"] = _format_name(reader)
            reader.accept(",")
            continue
        position = reader.tokens[reader.at].start if not reader.done else None
        for name, value in _one_option(reader).items():
            if name in options:
                raise InvalidParameter(
                    f"SQL compilation error:\nduplicate property '{name}'.", position=position
                )
            options[name] = value
    return options


def _format_name(reader: Reader) -> ObjectName:
    if reader.is_string():
        position = reader.tokens[reader.at].start
        return name_of(reader.string(), position)
    return reader.object_name()


def copy_into(reader: Reader) -> s.CopyIntoTable | s.CopyIntoLocation:
    """COPY INTO table FROM stage, or COPY INTO stage FROM table or query."""
    reader.expect("COPY", "INTO")
    if looks_like_stage(reader):
        return _copy_into_location(reader)
    if reader.is_string():
        raise _external_location(reader)
    table = reader.object_name()
    columns = _column_list(reader)
    reader.expect("FROM")
    query = None
    if reader.accept("("):
        source, query = stage_query(reader)
        reader.expect(")")
    elif looks_like_stage(reader):
        source = stage_ref(reader)
    elif reader.is_string():
        raise _external_location(reader)
    else:
        raise reader.unexpected()
    return s.CopyIntoTable(
        **statement_fields(reader),
        table=table,
        columns=columns,
        source=source,
        query=query,
        options=_options(reader, {}),
    )


def _external_location(reader: Reader) -> Exception:
    position = reader.tokens[reader.at].start
    return UnsupportedFeature(
        "Unsupported feature 'COPY INTO with an external location instead of a stage'.",
        hint="CREATE STAGE with the location as its URL, and copy from the stage.",
        position=position,
    )


def _column_list(reader: Reader) -> tuple[str, ...]:
    if not reader.accept("("):
        return ()
    names = [reader.identifier()]
    while reader.accept(","):
        names.append(reader.identifier())
    reader.expect(")")
    return tuple(names)


def _copy_into_location(reader: Reader) -> s.CopyIntoLocation:
    target = stage_ref(reader)
    reader.expect("FROM")
    table, query = None, None
    if reader.accept("("):
        query = _parenthesised_text(reader)
    else:
        table = reader.object_name()
    options: dict[str, Any] = {}
    if reader.accept("PARTITION BY") or reader.accept("PARTITION", "BY"):
        reader.expect("(")
        options["PARTITION BY"] = _parenthesised_text(reader)
    return s.CopyIntoLocation(
        **statement_fields(reader),
        target=target,
        table=table,
        query=query,
        options=_options(reader, options),
    )


def _parenthesised_text(reader: Reader) -> str:
    """The text up to the parenthesis that closes the one just read, which is read as well."""
    start, depth = reader.at, 1
    while depth:
        word = reader.word()
        depth += (word == "(") - (word == ")")
        reader.take()
    if reader.at - 1 == start:
        reader.at -= 1
        raise reader.unexpected()
    first, last = reader.tokens[start], reader.tokens[reader.at - 2]
    return reader.text[first.start : last.end + 1]


def copy(reader: Reader) -> s.Statement:
    """COPY without INTO is PostgreSQL's, whose data travel in the protocol."""
    words = {reader.word(ahead) for ahead in range(len(reader.tokens))}
    which = "COPY TO STDOUT" if "STDOUT" in words else "COPY FROM STDIN"
    raise UnsupportedFeature(
        f"Unsupported feature '{which}'.",
        hint="Use COPY INTO with a stage.",
        position=reader.tokens[0].start,
    )


def list_stage(reader: Reader) -> s.ListStage:
    """LIST | LS @stage[/path] [PATTERN = 'regular expression']."""
    reader.take()
    source = _named_stage(reader)
    return s.ListStage(**statement_fields(reader), source=source, pattern=_pattern(reader))


def remove_files(reader: Reader) -> s.RemoveFiles:
    """REMOVE | RM @stage[/path] [PATTERN = 'regular expression']."""
    reader.take()
    source = _named_stage(reader)
    return s.RemoveFiles(**statement_fields(reader), source=source, pattern=_pattern(reader))


def _named_stage(reader: Reader) -> s.StageRef:
    if not looks_like_stage(reader):
        raise reader.unexpected()
    return stage_ref(reader)


def _pattern(reader: Reader) -> str | None:
    if reader.done:
        return None
    reader.expect("PATTERN", "=")
    pattern = reader.string()
    reader.end()
    return pattern


def put(reader: Reader) -> s.Put:
    """PUT file://path @stage[/path] [options]."""
    reader.expect("PUT")
    local = _local_file(reader)
    target = _named_stage(reader)
    return s.Put(
        **statement_fields(reader), local=local, target=target, options=_options(reader, {})
    )


def get(reader: Reader) -> s.Get:
    """GET @stage[/path] file://path [options]."""
    reader.expect("GET")
    source = _named_stage(reader)
    local = _local_file(reader)
    return s.Get(
        **statement_fields(reader), source=source, local=local, options=_options(reader, {})
    )


def _local_file(reader: Reader) -> str:
    """A `file://` path, in quotes or bare; bare it ends at the first white space.

    A bare one comes as a string too (see `bare_paths_hidden`), whose text is what was sent.
    """
    if reader.is_string():
        string = reader.take()
        bare = reader.text[string.start] != "'"
        path = reader.text[string.start : string.end + 1] if bare else string.text
    else:
        start = reader.take().start
        while (token := reader.token()) and token.start == reader.tokens[reader.at - 1].end + 1:
            reader.take()
        path = reader.text[start : reader.tokens[reader.at - 1].end + 1]
    if not path.lower().startswith("file://"):
        reader.at -= 1
        raise reader.unexpected()
    return path


_BLANK: Final = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_BARE = re.compile(
    rf"{_BLANK}(?:PUT\s|GET{_BLANK}(?:@[^\s;]+|'[^']*')\s){_BLANK}(file://[^\s;']+)", re.I | re.S
)
_REST = re.compile(r"(?:[^;']|'[^']*')*;")


def bare_paths_hidden(text: str) -> str:
    """The text with each bare `file://` path of a leading PUT or GET as a string of its length.

    To the tokenizer `file:///tmp/*.csv` has a comment in it. The grammar reads the path from the
    text that was sent, by its place.
    """
    at = 0
    while (match := _BARE.match(text, at)) is not None:
        start, end = match.span(1)
        text = f"{text[:start]}'{'.' * (end - start - 2)}'{text[end:]}"
        rest = _REST.match(text, end)
        if rest is None:
            break
        at = rest.end()
    return text


GRAMMARS: Final[dict[tuple[str, ...], Callable[[Reader], s.Statement]]] = {
    ("CREATE", "STAGE"): create_stage,
    ("CREATE", "STORAGE INTEGRATION"): create_integration,  # one token to sqlglot
    ("CREATE", "STORAGE", "INTEGRATION"): create_integration,
    ("CREATE", "FILE FORMAT"): create_file_format,  # one token to sqlglot
    ("CREATE", "FILE", "FORMAT"): create_file_format,
    ("ALTER", "STAGE"): alter,
    ("ALTER", "FILE FORMAT"): alter,
    ("ALTER", "FILE", "FORMAT"): alter,
    ("ALTER", "STORAGE INTEGRATION"): alter,
    ("ALTER", "STORAGE", "INTEGRATION"): alter,
    ("ALTER", "INTEGRATION"): alter,
    ("COPY", "INTO"): copy_into,
    ("COPY",): copy,
    ("LIST",): list_stage,
    ("LS",): list_stage,
    ("REMOVE",): remove_files,
    ("RM",): remove_files,
    ("PUT",): put,
    ("GET",): get,
}
