"""`mockhaus file-format`: the named file formats of a session of a running server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

from mockhaus.cli.asking import SESSION, on_server
from mockhaus.quoting import sql_literal

if TYPE_CHECKING:
    from mockhaus.client.answers import Answer
    from mockhaus.client.rest import Rest

_NAME: Final = re.compile(
    r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)(?:\.(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)){0,2}'
)
_OPTION: Final = re.compile(r"(?P<name>[A-Za-z_]+)=(?P<value>.*)", re.S)
#: Values that are written as they are; others become strings.
_WORD: Final = re.compile(r"\w+|'(?:[^'\\]|\\.|'')*'|\([^()]*\)", re.S)


def _name(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if _NAME.fullmatch(value) is None:
        raise click.BadParameter(
            f"'{value}' is no name: name, schema.name or database.schema.name."
        )
    return value


_NAMED: Final = click.argument("name", callback=_name)


@click.group("file-format")
def file_format_commands() -> None:
    """List, show, make and drop the file formats of a session.

    Example: mockhaus file-format create pipes --type CSV -o FIELD_DELIMITER='|'
    """


@file_format_commands.command("list")
@click.option("--like", help="Whose names are like this pattern, as SHOW has it.")
@SESSION
@on_server
def list_formats(rest: Rest, session: str, like: str | None) -> Answer:
    """List the file formats.

    Example: mockhaus file-format list --like 'p%'
    """
    return rest.query(
        session, "SHOW FILE FORMATS" + ("" if like is None else f" LIKE {sql_literal(like)}")
    )


@file_format_commands.command("show")
@_NAMED
@SESSION
@on_server
def show(rest: Rest, session: str, name: str) -> Answer:
    """Show the options of a file format.

    Example: mockhaus file-format show pipes
    """
    return rest.query(session, f"DESCRIBE FILE FORMAT {name}")


@file_format_commands.command("create")
@_NAMED
@click.option(
    "--type", "kind", default="CSV", show_default=True,
    type=click.Choice(["CSV", "JSON", "AVRO", "ORC", "PARQUET", "XML"], case_sensitive=False),
    help="Of which files.",
)  # fmt: skip
@click.option(
    "-o", "--option", "options", multiple=True, metavar="NAME=VALUE",
    help="An option of CREATE FILE FORMAT; may be given again. Backslashes are SQL's escapes.",
)  # fmt: skip
@click.option("--replace", is_flag=True, help="Replace one of that name.")
@SESSION
@on_server
def create(  # noqa: PLR0917 (a command's options, each by its name)
    rest: Rest, session: str, name: str, kind: str, options: tuple[str, ...], replace: bool
) -> Answer:
    """Make a file format.

    Example: mockhaus file-format create pipes -o FIELD_DELIMITER='|' -o SKIP_HEADER=1
    """
    create = "CREATE OR REPLACE" if replace else "CREATE"
    told = "".join(map(_option, options))
    return rest.query(session, f"{create} FILE FORMAT {name} TYPE = {kind.upper()}{told}")


@file_format_commands.command("drop")
@_NAMED
@SESSION
@on_server
def drop(rest: Rest, session: str, name: str) -> Answer:
    """Drop a file format.

    Example: mockhaus file-format drop pipes
    """
    return rest.query(session, f"DROP FILE FORMAT {name}")


def _option(text: str) -> str:
    found = _OPTION.fullmatch(text)
    if found is None:
        raise click.UsageError(f"-o {text}: write NAME=VALUE.")
    value = found["value"]
    return f" {found['name'].upper()} = {value if _WORD.fullmatch(value) else sql_literal(value)}"
