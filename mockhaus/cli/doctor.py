"""`mockhaus doctor`: what a server would meet on this machine."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, Final

import click

from mockhaus.cli.asking import FAILED
from mockhaus.cli.users import users_option

_COLOURS: Final = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@click.option("--host", default="127.0.0.1", envvar="MOCKHAUS_HOST", show_default=True,
              help="The address that the server would listen on.")  # fmt: skip
@click.option("--port", default=8080, type=click.IntRange(0, 65535), envvar="MOCKHAUS_PORT",
              show_default=True, help="Its HTTP port.")  # fmt: skip
@click.option("--pg-port", default=5433, type=click.IntRange(0, 65535), envvar="MOCKHAUS_PG_PORT",
              show_default=True, help="Its PostgreSQL port.")  # fmt: skip
@click.option("--data-dir", type=click.Path(path_type=Path), envvar="MOCKHAUS_DATA_DIR",
              help="Where it would keep sessions.")  # fmt: skip
@users_option
@click.option("--tls-cert", type=click.Path(path_type=Path), envvar="MOCKHAUS_TLS_CERT",
              help="Its certificate.")  # fmt: skip
@click.option("--tls-key", type=click.Path(path_type=Path), envvar="MOCKHAUS_TLS_KEY",
              help="The certificate's key.")  # fmt: skip
@click.option("--json", "raw", is_flag=True, help="All findings as JSON.")
def doctor(raw: bool, **options: Any) -> None:
    """Look at what a server needs of this machine, a line each: ports, versions, folders, files.

    The options are those of `mockhaus serve`. Nothing is changed. The exit status is 1 where
    something is wrong that a server would fail for.

    Example: mockhaus doctor --data-dir ~/mockhaus
    """
    from mockhaus.client.checkup import looks
    from mockhaus.config import Config

    findings = list(looks(Config(**options)))
    if raw:
        told = [
            {"what": f.what, "state": f.state, "text": f.text, "hint": f.hint} for f in findings
        ]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        for found in findings:
            mark = f"{found.state:<4}"
            mark = click.style(mark, fg=_COLOURS[found.state]) if colours else mark
            click.echo(f"{mark}  {found.what}: {found.text}", color=colours)
            if found.hint:
                click.echo(f"      {found.hint}")
    sys.exit(FAILED if any(found.state == "fail" for found in findings) else 0)
