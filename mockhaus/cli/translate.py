"""`mockhaus translate`: DuckDB's SQL of statements, and what becomes of a folder of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockhaus.cli.asking import (
    PG_URL,
    SERVER_URL,
    UNREACHABLE,
    look,
    on_disk,
    refusal,
    stop,
    table,
)

if TYPE_CHECKING:
    from mockhaus.client.migration import Verdict
    from mockhaus.client.rest import Rest


@click.command()
@click.argument("sql", metavar="SQL|FILE|FOLDER")
@click.option("--json", "raw", is_flag=True, help="All of the answer as JSON.")
@click.option("--session", help="Whose objects are known. [default: the session default; of a "
              "folder none]")  # fmt: skip
@SERVER_URL
@PG_URL
def translate(
    sql: str, raw: bool, session: str | None, server_url: str | None, pg_url: str | None
) -> None:
    """Show DuckDB's SQL of statements or of a file, or report on the .sql files in a folder.

    SQL is - for standard input. The report says of each statement whether it runs, runs but for
    what is missing of its functions, is refused, or names an object that no file makes, and why.

    Example: mockhaus translate "SELECT IFF(a > 0, 1, 2) FROM VALUES (1) t(a)"

    Of dbt's target folder it reports by the models of its manifest, in the order of their building.

    Example: mockhaus translate target --json
    """
    from mockhaus.client.dbt import NoManifest
    from mockhaus.client.outcomes import Refused, Unreachable  # --help need not load them
    from mockhaus.client.server import found

    try:
        with found(server_url, pg_url) as doors:
            if doors.own and session is not None:
                stop(f"No server runs whose session {session} could be meant.", UNREACHABLE)
            if (path := _path(sql)) is not None and path.is_dir():
                _report(doors.rest, path, session, raw=raw)
            else:
                _translate(doors.rest, sql if path is None else _read(path), session, raw=raw)
    except Unreachable as error:
        stop(str(error), UNREACHABLE)
    except Refused as error:
        stop(refusal(error))
    except OSError as error:
        stop(on_disk(error))
    except NoManifest as error:
        stop(str(error))
    except UnicodeDecodeError as error:
        stop(f"A file is not text in UTF-8: {error.reason}")


def _path(text: str) -> Path | None:
    """The file or folder that is meant; None for SQL. Raises UsageError."""
    if text == "-":
        return Path(text)
    if any(each in text for each in " \n;'") and not text.endswith((".sql", "/")):
        return None
    if len(text) < 1000 and Path(text).exists():
        return Path(text)
    if text.lower().endswith((".sql", "/")) and "\n" not in text:
        raise click.UsageError(f"{text} does not exist.")
    return None


def _read(path: Path) -> str:
    if str(path) == "-":
        return sys.stdin.buffer.read().decode()
    return path.read_text(encoding="utf-8-sig")


def _translate(rest: Rest, text: str, session: str | None, *, raw: bool) -> None:
    if not text.strip():
        raise click.UsageError("There is no statement to translate.")
    body = {"sql": text} if session is None else {"sql": text, "session_id": session}
    found = rest.call("POST", "translate", body)["statements"]
    if raw:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for each in found:
        written = each["translated_sql"]
        click.echo(
            f"-- {each['type']} is not SQL of DuckDB's" if written is None else f"{written};"
        )


def _report(rest: Rest, folder: Path, session: str | None, *, raw: bool) -> None:
    from mockhaus.cli.functions import partial
    from mockhaus.client import formats, migration

    verdicts = migration.report(rest, folder, partial(), session)
    if not verdicts:
        raise click.UsageError(f"{folder} has no statements in .sql files.")
    found = migration.summary(verdicts)
    if raw:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    others = [each for each in verdicts if each.status != "runs"]
    if others:
        named = any(each.name for each in others)
        heads = ("built", "status", "reason") if named else ("place", "status", "reason")
        answer = table(heads, _places(others))
        for line in formats.lines(answer, "table", look()):
            click.echo(line)
    counts = ", ".join(f"{count} {status}" for status, count in found["counts"].items())
    click.echo(f"{found['statements']} statements: {counts}")


def _places(verdicts: Sequence[Verdict]) -> list[tuple[str, str, str]]:
    return [
        (
            each.name or f"{each.file}:{each.line}",
            each.status,
            " ".join(filter(None, (each.code, each.reason))),
        )
        for each in verdicts
    ]
