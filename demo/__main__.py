"""The tour: a server, the flights data, a worksheet of Snowflake queries. `python -m demo`."""

from __future__ import annotations

import os
import sys
import tempfile
import textwrap
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import psycopg

from demo import tour, worksheet
from demo.render import WIDTH, table
from demo.server import server
from demo.tour import Answer
from demo.worksheet import Step
from mockhaus import __version__
from mockhaus.app import CannotStart
from mockhaus.client.flights import DataMissing, unpack


class Page:
    """Prints; in colour only where a person looks at a terminal."""

    def __init__(self) -> None:
        self._colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def title(self, text: str) -> None:
        """A heading."""
        print(f"\n{self._styled(text, '1')}")

    def about(self, text: str) -> None:
        """What to look at."""
        print("\n".join(textwrap.wrap(text, WIDTH)))

    def sql(self, statement: str) -> None:
        """A statement as it stands in the file."""
        print()
        for line in f"{statement};".splitlines():
            print(f"  {self._styled(line, '36')}" if line else "")

    def answers(self, answers: Sequence[Answer]) -> None:
        """Statements and what they answered; those with like answers share one table."""
        for _, alike in groupby(answers, lambda answer: answer.columns or answer.statement):
            several = list(alike)
            for answer in several:
                self.sql(answer.statement)
            columns = several[0].columns
            rows = [row for answer in several for row in answer.rows]
            if columns:
                lines = table(columns, rows, width=WIDTH - 2)
                print("\n" + "\n".join(f"  {line}" for line in lines))
                said = f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}"
            else:
                said = several[0].tag
            taken = milliseconds(sum(answer.seconds for answer in several))
            print(f"  {self._styled(f'{said} · {taken}', '2')}")

    def _styled(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colours else text


def main() -> int:
    begun = time.perf_counter()
    try:
        told = _tour(Page())
    except (tour.StepFailed, DataMissing, CannotStart, psycopg.Error, OSError) as error:
        sys.stdout.flush()
        print(f"\nThe demo ended early: {error}", file=sys.stderr)
        return 1
    print(f"\n{told}, in {time.perf_counter() - begun:.1f} s altogether.")
    print("`make serve` starts a server to try your own; demo/worksheet.sql is this worksheet.")
    return 0


def _tour(page: Page) -> str:
    with tempfile.TemporaryDirectory(prefix="mockhaus-demo-") as name, server() as address:
        folder = Path(name)
        page.title(f"Mockhaus {__version__}: Snowflake SQL over the PostgreSQL wire, on DuckDB")
        page.about(f"While this runs a server listens on port {address.pg_port}; psycopg asks it.")
        unpack(folder)
        with tour.connect(address.pg_port) as connection:
            steps = worksheet.read(worksheet.LOAD, files=str(folder))
            loaded = [answer for step in steps for answer in _run(page, connection, step)]
            steps = worksheet.read(worksheet.WORKSHEET)
            asked = [
                answer
                for number, step in enumerate(steps, 1)
                for answer in _run(page, connection, step, f"{number}. ")
            ]
    rows = sum(_loaded(answer) for answer in loaded)
    return (
        f"Loaded {rows:,} rows in {sum(answer.seconds for answer in loaded):.1f} s, "
        f"ran {len(steps)} steps in {sum(answer.seconds for answer in asked):.1f} s"
    )


def _run(page: Page, connection: tour.Connection, step: Step, number: str = "") -> list[Answer]:
    """Show a step and what it answers."""
    page.title(number + step.title)
    page.about(step.about)
    answers = list(tour.run(connection, step))
    page.answers(answers)
    return answers


def _loaded(answer: Answer) -> int:
    """Rows that a COPY INTO put into its table."""
    names = [column.name for column in answer.columns]
    if "rows_loaded" not in names:
        return 0
    return sum(row[names.index("rows_loaded")] for row in answer.rows)


def milliseconds(seconds: float) -> str:
    """Short times in milliseconds, long ones in seconds."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


if __name__ == "__main__":
    sys.exit(main())
