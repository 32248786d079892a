"""PostgreSQL's COPY as a client writes it (manual, SQL command COPY, and its older forms).

Read with PostgreSQL's lexical rules, not Snowflake's: `'\\N'` is two characters here and `E'\\t'`
one.
"""

from __future__ import annotations

import re
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mockhaus.errors import SqlSyntaxError, UnsupportedFeature
from mockhaus.translation.context import ObjectName
from mockhaus.translation.statements import ClientFormat

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<escaped>[eE]'(?:[^'\\]|\\.|'')*')
           | (?P<string>'(?:[^']|'')*')
           | (?P<quoted>"(?:[^"]|"")*")
           | (?P<word>[A-Za-z_]\w*)
           | (?P<number>\d+)
           | (?P<mark>[(),.*=;]))""",
    re.X | re.S,
)

#: Parentheses of a query are matched outside of its strings and names.
_NESTED: Final = re.compile(
    r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|\$\$.*?\$\$|(?P<open>\()|(?P<close>\))""", re.S
)

_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class CopyCommand(Struct, frozen=True):
    """`inwards` is FROM STDIN. `table` and `columns` as stored; `query` selects what is
    sent, or the columns that are to come."""

    inwards: bool
    form: str
    format: ClientFormat
    table: ObjectName | None = None
    columns: tuple[str, ...] = ()
    query: str = ""
    text: str = ""


def is_copy(text: str) -> bool:
    """Whether a statement without comments is PostgreSQL's COPY, and not COPY INTO."""
    return re.match(r"COPY\b(?!\s+INTO\b)", text, re.I) is not None


def copy_command(text: str) -> CopyCommand:
    """Read a COPY. Raises SqlSyntaxError, UnsupportedFeature."""
    return _Reader(text).command()


class _Reader:
    """A cursor over the text of one COPY."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    # --- tokens -----------------------------------------------------------------------------------

    def _next(self) -> re.Match[str] | None:
        return _TOKEN.match(self._text, self._at)

    def _word(self) -> str:
        match = self._next()
        return match["word"].upper() if match is not None and match["word"] else ""

    def _accept(self, *words: str) -> bool:
        before = self._at
        for word in words:
            match = self._next()
            if match is None or match[0].strip().upper() != word:
                self._at = before
                return False
            self._at = match.end()
        return True

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise self._unexpected()

    def _done(self) -> bool:
        return not self._text[self._at :].strip().strip(";")

    def _unexpected(self) -> SqlSyntaxError:
        match = self._next()
        near = match[0].strip() if match is not None else self._text[self._at :].strip()[:20]
        message = f'syntax error at or near "{near}"' if near else "syntax error at end of input"
        return SqlSyntaxError(message, position=min(self._at, len(self._text)))

    def _name(self) -> str:
        match = self._next()
        if match is None or not (match["word"] or match["quoted"]):
            raise self._unexpected()
        self._at = match.end()
        if match["quoted"]:
            return match["quoted"][1:-1].replace('""', '"')
        return match["word"].upper()

    def _string(self) -> str:
        match = self._next()
        if match is None or not (match["string"] or match["escaped"]):
            raise self._unexpected()
        self._at = match.end()
        if match["string"]:
            return match["string"][1:-1].replace("''", "'")
        inner = match["escaped"][2:-1].replace("''", "'")
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), inner, flags=re.S)

    def _list(self) -> tuple[str, ...]:
        if self._accept("*"):
            return ("*",)
        parenthesised = self._accept("(")
        found = [self._name()]
        while self._accept(","):
            found.append(self._name())
        if parenthesised:
            self._expect(")")
        return tuple(found)

    # --- the statement ----------------------------------------------------------------------------

    def command(self) -> CopyCommand:
        self._expect("COPY")
        options: dict[str, Any] = {}
        if self._accept("BINARY"):
            options["FORMAT"] = "BINARY"
        query, table = "", None
        columns: tuple[str, ...] = ()
        start = self._at
        if self._accept("("):
            query = self._query()
        else:
            table, columns = self._table()
        shown = self._text[start : self._at].strip()
        inwards = self._accept("FROM")
        if not inwards:
            self._expect("TO")
        self._place(inwards)
        self._options(options)
        if not self._done():
            raise self._unexpected()
        if query and inwards:
            raise SqlSyntaxError('syntax error at or near "FROM"')
        if table is not None:
            name, _, listed = shown.partition("(")
            query = f"SELECT {listed.rstrip().rstrip(')') if listed else '*'} FROM {name}"
        form, settled = _settled(options, inwards)
        return CopyCommand(inwards, form, settled, table, columns, query, self._text)

    def _query(self) -> str:
        depth, start = 1, self._at
        for match in _NESTED.finditer(self._text, self._at):
            depth += bool(match["open"]) - bool(match["close"])
            if depth == 0:
                self._at = match.end()
                return self._text[start : match.start()]
        raise SqlSyntaxError("syntax error at end of input", position=len(self._text))

    def _table(self) -> tuple[ObjectName, tuple[str, ...]]:
        parts = [self._name()]
        while len(parts) < 3 and self._accept("."):
            parts.append(self._name())
        columns: tuple[str, ...] = ()
        match = self._next()
        if match is not None and match["mark"] == "(":
            columns = self._list()
        return ObjectName(*reversed(parts)), columns

    def _place(self, inwards: bool) -> None:
        if self._accept("STDIN" if inwards else "STDOUT"):
            return
        match = self._next()
        if self._word() == "PROGRAM" or (match is not None and (match["string"])):
            raise UnsupportedFeature(
                "COPY from or to a file or a program of the server is not supported",
                hint="Use STDIN and STDOUT (psql: \\copy), or COPY INTO with a stage.",
            )
        raise self._unexpected()

    def _options(self, options: dict[str, Any]) -> None:
        self._accept("WITH")
        if self._accept("("):
            while True:
                self._option(options)
                if self._accept(")"):
                    break
                self._expect(",")
        else:
            while self._word() and self._word() != "WHERE":
                self._old_option(options)
        if self._word() == "WHERE":
            raise UnsupportedFeature("COPY FROM with WHERE is not supported")

    def _put(self, options: dict[str, Any], name: str, value: Any) -> None:
        if name in options:
            raise SqlSyntaxError("conflicting or redundant options", position=self._at)
        options[name] = value

    def _option(self, options: dict[str, Any]) -> None:
        name = self._name()
        match = self._next()
        if match is None:
            raise self._unexpected()
        value: Any = True
        if match["mark"] in ("(", "*"):
            value = self._list()
        elif match["string"] or match["escaped"]:
            value = self._string()
        elif match["word"] or match["number"]:
            value = match[0].strip()
            self._at = match.end()
        self._put(options, name, value)

    def _old_option(self, options: dict[str, Any]) -> None:
        name = self._name()
        if name in ("BINARY", "CSV", "TEXT"):
            self._put(options, "FORMAT", name)
        elif name in ("HEADER", "FREEZE"):
            self._put(options, name, True)
        elif name in ("DELIMITER", "NULL", "QUOTE", "ESCAPE", "ENCODING", "DELIMITERS"):
            self._accept("AS")
            self._put(options, name.removesuffix("S"), self._string())
        elif name == "FORCE" and self._accept("QUOTE"):
            self._put(options, "FORCE_QUOTE", self._list())
        elif name == "FORCE" and self._accept("NOT", "NULL"):
            self._put(options, "FORCE_NOT_NULL", self._list())
        elif name == "FORCE" and self._accept("NULL"):
            self._put(options, "FORCE_NULL", self._list())
        else:
            raise SqlSyntaxError(f'syntax error at or near "{name}"', position=self._at)


_KNOWN: Final = frozenset(
    (
        "FORMAT", "FREEZE", "DELIMITER", "NULL", "HEADER", "QUOTE", "ESCAPE", "FORCE_QUOTE",
        "FORCE_NOT_NULL", "FORCE_NULL", "ENCODING",
    )
)  # fmt: skip

#: Options of CSV only; the last three of one direction only.
_CSV_ONLY: Final = ("QUOTE", "ESCAPE", "FORCE_QUOTE", "FORCE_NOT_NULL", "FORCE_NULL")


def _settled(options: dict[str, Any], inwards: bool) -> tuple[str, ClientFormat]:
    """The format and its options with defaults. Raises SqlSyntaxError, UnsupportedFeature."""
    for name in options:
        if name not in _KNOWN:
            raise SqlSyntaxError(f'option "{name.lower()}" not recognized')
    form = str(options.get("FORMAT", "text")).upper()
    if form not in ("TEXT", "CSV", "BINARY"):
        raise SqlSyntaxError(f'COPY format "{form.lower()}" not recognized')
    _check(options, form, inwards)
    if form == "BINARY":
        return form, ClientFormat()
    csv = form == "CSV"
    quote = str(options.get("QUOTE", '"')) if csv else ""
    made = ClientFormat(
        delimiter=str(options.get("DELIMITER", "," if csv else "\t")),
        null=str(options.get("NULL", "" if csv else "\\N")),
        quote=quote,
        escape=str(options.get("ESCAPE", quote)) if csv else "",
        header=_boolean(options.get("HEADER", False)),
    )
    _check_characters(made, csv)
    return form, replace(
        made,
        force_quote=tuple(options.get("FORCE_QUOTE", ())),
        force_null=tuple(options.get("FORCE_NULL", ())),
        force_not_null=tuple(options.get("FORCE_NOT_NULL", ())),
    )


def _check(options: dict[str, Any], form: str, inwards: bool) -> None:
    encoding = str(options.get("ENCODING", "UTF8")).upper().replace("-", "").replace("_", "")
    if encoding not in ("UTF8", "UNICODE"):
        raise UnsupportedFeature(f'COPY with encoding "{options["ENCODING"]}" is not supported')
    if _boolean(options.get("FREEZE", False)):
        raise UnsupportedFeature("COPY FREEZE is not supported")
    if form == "BINARY":
        for name in ("DELIMITER", "NULL", "HEADER"):
            if name in options:
                raise SqlSyntaxError(f"cannot specify {name} in BINARY mode")
    for name in _CSV_ONLY:
        if name in options and form != "CSV":
            raise UnsupportedFeature(f"COPY {name.lower()} available only in CSV mode")
        if name in options and (name == "FORCE_QUOTE") is inwards and name.startswith("FORCE"):
            raise UnsupportedFeature(
                f"COPY {name.lower().replace('_', ' ')} only available using COPY"
                f" {'TO' if inwards else 'FROM'}"
            )


def _boolean(value: Any) -> bool:
    word = str(value).lower()
    if word in ("true", "on", "1"):
        return True
    if word in ("false", "off", "0"):
        return False
    if word == "match":
        raise UnsupportedFeature("COPY with HEADER MATCH is not supported")
    raise SqlSyntaxError("header requires a Boolean value")


def _check_characters(form: ClientFormat, csv: bool) -> None:
    for name, value in (("delimiter", form.delimiter), ("quote", form.quote)):
        if len(value.encode()) != 1 and (csv or name == "delimiter"):
            raise UnsupportedFeature(f"COPY {name} must be a single one-byte character")
        if value in ("\r", "\n"):
            raise SqlSyntaxError(f"COPY {name} cannot be newline or carriage return")
    if csv and len(form.escape.encode()) != 1:
        raise UnsupportedFeature("COPY escape must be a single one-byte character")
    if csv and form.delimiter == form.quote:
        raise SqlSyntaxError("COPY delimiter and quote must be different")
    if not csv and form.delimiter in "\\.abcdefghijklmnopqrstuvwxyz0123456789":
        raise SqlSyntaxError(f'COPY delimiter cannot be "{form.delimiter}"')
    if "\n" in form.null or "\r" in form.null:
        raise SqlSyntaxError("COPY null representation cannot use newline or carriage return")
    if form.delimiter in form.null:
        raise SqlSyntaxError("COPY delimiter must not appear in the NULL specification")
