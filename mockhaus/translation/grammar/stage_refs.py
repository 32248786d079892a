"""Stage references, `@stage/path`, as they stand in a text.

A path is no SQL: `x-y_2013.csv` comes as five tokens, so it is taken from the text between the
first and the last token that touch one another. Snowflake's manual: "Choosing an internal stage".
"""

from __future__ import annotations

import re
from typing import Final

from sqlglot.tokenizer_core import Token, TokenType

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation.context import ObjectName
from mockhaus.translation.dialect import where
from mockhaus.translation.grammar.reader import Reader
from mockhaus.translation.statements import StageRef

#: The name of the relation that stands for the stage in the text of a transformation.
RELATION: Final = "@STAGE"

_PART: Final = r'(?:"(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)'
_NAME = re.compile(rf"{_PART}(?:\.{_PART}|\.\.{_PART}){{0,2}}")
_REF = re.compile(
    rf"@(?:(?P<user>~)|(?P<percent>%)?(?P<name>{_PART}(?:\.\.?%?{_PART}){{0,2}}))"
    r"(?:/(?P<path>.*))?",
    re.S,
)
_ENDS: Final = frozenset(
    (
        TokenType.L_PAREN,
        TokenType.R_PAREN,
        TokenType.COMMA,
        TokenType.STRING,
        TokenType.SEMICOLON,
    )
)


def looks_like_stage(reader: Reader) -> bool:
    """Whether a stage reference comes next, bare or in single quotes."""
    token = reader.token()
    if token is None:
        return False
    if reader.is_string():
        return token.text.startswith("@")
    return reader.text[token.start] == "@"


def stage_ref(reader: Reader) -> StageRef:
    """Read a stage reference. Raises SqlSyntaxError."""
    start = reader.tokens[reader.at]
    if reader.is_string():
        return reference(reader.string(), start.start, reader.text)
    last = reader.take()
    while (token := reader.token()) and _touches(last, token):
        last = reader.take()
    following = reader.text[last.end + 1 : last.end + 3]
    if following[:2] in ("//", "--", "/*"):
        raise SqlSyntaxError(
            f"SQL compilation error:\nparse error {where(reader.text, last.end + 1)}:"
            " a comment begins inside a stage path.",
            hint="Put the stage reference in single quotes.",
            position=last.end + 1,
        )
    return reference(reader.text[start.start : last.end + 1], start.start, reader.text)


def _touches(last: Token, token: Token) -> bool:
    return token.start == last.end + 1 and token.token_type not in _ENDS


def reference(text: str, position: int | None, sent: str) -> StageRef:
    """The stage reference that a text is. Raises SqlSyntaxError."""
    match = _REF.fullmatch(text)
    if match is None:
        place = where(sent, position or 0)
        raise SqlSyntaxError(
            f"SQL compilation error:\nsyntax error {place} unexpected '{text}'.",
            position=position,
        )
    path = match["path"] or ""
    if match["user"]:
        return StageRef("USER", None, path)
    name = match["name"]
    table = match["percent"] is not None
    if not table and ".%" in name:  # @db.schema.%table
        name, table = name.replace(".%", ".", 1), True
    return StageRef("TABLE" if table else "NAMED", name_of(name, position), path)


def name_of(text: str, position: int | None = None) -> ObjectName:
    """A name of up to three parts in a text of its own, as in `FORMAT_NAME = 'db.schema.f'`."""
    if _NAME.fullmatch(text) is None:
        raise SqlSyntaxError(
            f"SQL compilation error:\ninvalid identifier '{text}'.", position=position
        )
    parts = [_stored(part) for part in re.findall(rf"{_PART}|(?<=\.)(?=\.)", text)]
    parts = [part or "PUBLIC" for part in parts]
    if len(parts) > 3:
        raise SqlSyntaxError(
            f"SQL compilation error:\ninvalid identifier '{text}'.", position=position
        )
    return ObjectName(*reversed(parts))


def _stored(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.upper()


def stage_query(reader: Reader) -> tuple[StageRef, str]:
    """Read the SELECT of a transformation up to its closing parenthesis, which is left.

    The answer's text is plain SQL over a relation named `RELATION`: the stage reference is
    replaced by that name, and the columns `$1` by `"$1"`.
    Raises UnsupportedFeature for what Snowflake allows in a query but not in COPY.
    """
    if reader.word() != "SELECT":
        raise reader.unexpected()
    source: StageRef | None = None
    pieces: list[str] = []
    depth, start = 0, reader.tokens[reader.at].start
    while (token := reader.token()) is not None and not (depth == 0 and reader.word() == ")"):
        word = reader.word()
        if depth == 0 and source is not None and word.split(" ")[0] in _REFUSED:
            raise UnsupportedFeature(
                f"Unsupported feature 'COPY INTO with {word} in its query'.", position=token.start
            )
        depth += (word == "(") - (word == ")")
        if depth == 0 and word == "FROM":
            reader.take()
            pieces.append(reader.text[start : token.end + 1])
            source = stage_ref(reader) if looks_like_stage(reader) else None
            if source is None or reader.word() == "(":
                raise reader.unexpected()
            pieces.append(f' "{RELATION}" ')
            start = reader.tokens[reader.at].start if not reader.done else len(reader.text)
            continue
        number = reader.token(1)
        if _is_dollar(reader, token) and number is not None and number.text.isdigit():
            pieces.append(f'{reader.text[start : token.start]}"${number.text}"')
            reader.at += 2
            start = number.end + 1
            continue
        reader.take()
    end = reader.token()
    if source is None or end is None:
        raise reader.unexpected()
    pieces.append(reader.text[start : end.start])
    return source, "".join(pieces).strip()


#: Clauses that Snowflake does not take in the query of a COPY.
_REFUSED: Final = frozenset(
    [
        "WHERE",
        "GROUP",
        "ORDER",
        "LIMIT",
        "FETCH",
        "JOIN",
        "QUALIFY",
        "HAVING",
        "UNION",
        "FLATTEN",
        "LATERAL",
        "INTERSECT",
        "EXCEPT",
        "MINUS",
        "PIVOT",
        "UNPIVOT",
        ",",
    ]
)


def _is_dollar(reader: Reader, token: Token) -> bool:
    return reader.text[token.start : token.end + 1] == "$"
