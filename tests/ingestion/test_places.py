"""Where errors are said to be, against files whose every character was counted while written.

Files of records with enclosed fields, line feeds in them, characters of several bytes, escapes,
headers and line ends of both kinds, some of them bad, all from a seed.
"""

from __future__ import annotations

import codecs
import gzip
import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from mockhaus import errors
from tests.ingestion.conftest import Room

COLUMNS = ("ID", "NAME", "AMOUNT", "NOTE")
TABLE = "ID BIGINT NOT NULL, NAME VARCHAR, AMOUNT DECIMAL(10,2), NOTE VARCHAR"
SIGNS = "ab 1é漢😀"


@dataclass
class Bad:
    """An error: where it is, which record it is in, and what the record says."""

    line: int
    character: int
    byte: int
    column: int
    row: int
    start: int
    record: str

    def shown(self) -> str:
        return f'"T"["{COLUMNS[self.column]}":{self.column + 1}]'


@dataclass
class Written:
    """A file that is written piece by piece, counting."""

    chance: random.Random
    text: str = ""
    line: int = 1
    character: int = 1
    good: list[tuple[Any, ...]] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    rows: int = 0

    def __post_init__(self) -> None:
        pick = self.chance.choice
        self.end = pick(("\n", "\r\n"))
        self.quotes = pick((True, True, False))
        self.escapes = pick((True, False, False))
        self.mark = pick((True, False, False))
        self.headers = pick((0, 0, 1, 2))
        self.wrong = pick((0, 0.02, 0.3))
        self.delimiter = pick((",", ",", "|", "||"))
        self.blanks = pick((None, None, "skipped", "bad"))
        self.counted = pick((True, True, False))
        for _ in range(self.headers):
            self.put("id,name" + self.end)
        records = self.chance.randrange(1, 40)
        for number in range(records):
            if self.blanks and self.chance.random() < 0.1:
                self.blank()
            self.record(last=number == records - 1 and pick((True, False)))

    def put(self, text: str) -> None:
        for sign in text:
            self.text += sign
            self.character += 1
            if sign == "\n":
                self.line, self.character = self.line + 1, 1

    def place(self) -> tuple[int, int, int]:
        before = len(codecs.BOM_UTF8) if self.mark else 0
        return self.line, self.character, before + len(self.text.encode())

    def blank(self) -> None:
        if self.blanks == "bad":
            self.rows += 1
            self.bad.append(Bad(*self.place(), 0, self.rows, self.line, ""))
        self.put(self.end)

    def record(self, *, last: bool) -> None:
        self.rows += 1
        begin, start = len(self.text), self.line
        fields = [self.whole(), self.words(), self.amount(), self.words()]
        wrong: int | None = None
        width = len(COLUMNS)
        if self.chance.random() < self.wrong:
            kind = self.chance.choice(("id", "null", "amount", "few", "many"))
            if kind == "id":
                fields[0], wrong = ("1x", None), 0
            elif kind == "null":
                fields[0], wrong = ("", None), 0
            elif kind == "amount":
                fields[2], wrong = ("9€", None), 2
            elif kind == "few":
                width = self.chance.randrange(1, len(COLUMNS))
                wrong = width - 1 if self.counted else None
                fields = fields[:width]
            else:
                fields += [("more", None)]
                wrong = len(COLUMNS) - 1 if self.counted else None
        where = []
        for number, (text, _) in enumerate(fields):
            if number:
                self.put(self.delimiter)
            where.append(self.place())
            self.put(text)
        record = self.text[begin:]
        if not last:
            self.put(self.end)
        if wrong is None:
            values = [value for _, value in fields] + [None] * len(COLUMNS)
            self.good.append(tuple(values[: len(COLUMNS)]))
        else:
            self.bad.append(Bad(*where[wrong], wrong, self.rows, start, record))

    def whole(self) -> tuple[str, Any]:
        value = self.chance.randrange(-(10**12), 10**12)
        return str(value), value

    def amount(self) -> tuple[str, Any]:
        if self.chance.random() < 0.2:
            return "", None
        value = Decimal(self.chance.randrange(-99999, 99999)).scaleb(-2)
        return str(value), value

    def words(self) -> tuple[str, Any]:
        signs = "x" + "".join(self.chance.choices(SIGNS, k=self.chance.randrange(6))) + "y"
        if self.quotes and self.chance.random() < 0.5:
            within = "".join(self.chance.choices((self.delimiter, '"', self.end, signs), k=3))
            return '"' + within.replace('"', '""') + '"', within
        if self.escapes and self.chance.random() < 0.2:
            sign = self.delimiter[0]
            return f"{signs}\\{sign}{signs}", f"{signs}{sign}{signs}"
        if self.chance.random() < 0.1:
            signs += '"z'
        return self.chance.choice(((signs, signs), ("", None)))

    def bytes(self) -> bytes:
        return (codecs.BOM_UTF8 if self.mark else b"") + self.text.encode()

    def format(self) -> str:
        enclosed = "FIELD_OPTIONALLY_ENCLOSED_BY = '\"'" if self.quotes else ""
        return (
            f"FILE_FORMAT = (TYPE = CSV SKIP_HEADER = {self.headers} {enclosed}"
            f" FIELD_DELIMITER = '{self.delimiter}'"
            f" SKIP_BLANK_LINES = {self.blanks == 'skipped'}"
            f" ERROR_ON_COLUMN_COUNT_MISMATCH = {self.counted})"
        )


@pytest.mark.parametrize("seed", range(60))
def test_errors_are_where_they_are_said_to_be(room: Room, seed: int) -> None:
    written = Written(random.Random(seed))
    room.table(TABLE)
    packed = seed % 5 == 0
    data = written.bytes()
    room.write("x.csv", gzip.compress(data) if packed else data)
    copy = f"COPY INTO t FROM @st {written.format()}"
    found = room.answer(f"{copy} VALIDATION_MODE = RETURN_ERRORS")
    names = ("LINE", "CHARACTER", "BYTE_OFFSET", "COLUMN_NAME", "ROW_NUMBER", "ROW_START_LINE")
    assert [tuple(each[name] for name in (*names, "REJECTED_RECORD")) for each in found] == [
        (b.line, b.character, b.byte, b.shown(), b.row, b.start, b.record) for b in written.bad
    ]
    if written.bad:
        first = written.bad[0]
        error = room.fails(copy)
        assert type(error) is errors.LoadError
        where = f"x.csv', line {first.line}, character {first.character}\n  Row {first.row}"
        assert where in error.message
        assert room.rows() == []
    (row,) = room.answer(f"{copy} ON_ERROR = CONTINUE")
    counts = (row["rows_parsed"], row["rows_loaded"], row["errors_seen"])
    assert counts == (written.rows, len(written.good), len(written.bad))
    told = [row[f"first_error_{name}"] for name in ("line", "character", "column_name")]
    assert told == (
        [written.bad[0].line, written.bad[0].character, written.bad[0].shown()]
        if written.bad
        else [None, None, None]
    )
    assert sorted(room.rows(), key=str) == sorted(written.good, key=str)
