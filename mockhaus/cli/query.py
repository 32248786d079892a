"""`mockhaus query`: statements in, answers out, and an exit status that tells how it went."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from mockhaus.cli.asking import (
    FORMATS,
    HTTP_PORT,
    INTERRUPTED,
    PG_URL,
    SERVER_URL,
    UNREACHABLE,
    on_disk,
    refusal,
    stop,
)

if TYPE_CHECKING:
    from mockhaus.client.outcomes import Failure
    from mockhaus.client.statements import Piece
    from mockhaus.repl.loop import Repl
    from mockhaus.repl.screen import Screen
    from mockhaus.repl.showing import Plain


@click.command()
@click.argument("sql", required=False)
@click.option(
    "-f",
    "--file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Run the statements of this file; - is standard input.",
)
@click.option(
    "-D",
    "--variable",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value for &NAME and &{NAME}, as with SnowSQL; may be given again. && is then an &.",
)
@click.option(
    "--format",
    "output",
    type=click.Choice(FORMATS),
    help="How answers are written. [default: table on a terminal, else csv]",
)
@click.option("--json", "raw", is_flag=True, help="The same as --format json.")
@click.option(
    "--session", "--session-id", "session", envvar="MOCKHAUS_SESSION", show_envvar=True,
    help="Run in this session; one that is not there is made. [default: the session default]",
)  # fmt: skip
@SERVER_URL
@PG_URL
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Run in this process, with the sessions that are stored in this folder.",
)
def query(  # noqa: PLR0917 (a command's options, each by its name)
    sql: str | None,
    file: Path | None,
    variables: tuple[str, ...],
    output: str | None,
    raw: bool,
    session: str | None,
    server_url: str | None,
    pg_url: str | None,
    data_dir: Path | None,
) -> None:
    """Run SQL, the statements of a file, or those on standard input, up to the first that fails.

    Without a server that is named, or runs on the usual ports, they run in this process, in memory.
    The exit status is 0, 1 where a statement failed, 2 for a command line that cannot be read, 3
    where no server answers.

    Example: mockhaus query "SELECT * FROM &t" -D t=orders --format markdown
    """
    text = _substituted(_text(sql, file), variables)
    from mockhaus.client.statements import split  # --help need not load them

    pieces = split(text)
    if not pieces:
        raise click.UsageError("There is no statement to run.")
    if data_dir is not None and (server_url is not None or pg_url is not None):
        raise click.UsageError("--data-dir is for running in this process, without a server.")
    screen = _screen("json" if raw else output)
    sys.exit(_answered(text, pieces, screen, _Where(server_url, pg_url, data_dir, session)))


def _text(sql: str | None, file: Path | None) -> str:
    """The text to run. Raises UsageError."""
    if sql is not None and file is not None:
        raise click.UsageError("Name either SQL or a file.")
    if sql is not None:
        return sql
    if file is None and sys.stdin.isatty():
        raise click.UsageError("Say what to run: SQL, -f FILE, or statements on standard input.")
    try:
        if file is None or str(file) == "-":
            return sys.stdin.buffer.read().decode()
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise click.UsageError(on_disk(error)) from None
    except UnicodeDecodeError:
        raise click.UsageError(f"{file or 'Standard input'} is not text in UTF-8.") from None


def _substituted(text: str, variables: tuple[str, ...]) -> str:
    """The text with its variables' values; as it is where none is given. Raises UsageError."""
    if not variables:
        return text
    from mockhaus.client.variables import Undefined, substituted

    pairs = [each.partition("=") for each in variables]
    if wrong := next(
        (name for name, sign, _ in pairs if not sign or not name.isidentifier()), None
    ):
        raise click.UsageError(f"-D {wrong}: write NAME=VALUE.")
    try:
        return substituted(text, {name: value for name, _, value in pairs})
    except Undefined as error:
        raise click.UsageError(str(error)) from None


def _screen(output: str | None) -> Screen:
    from mockhaus.repl.screen import Screen, Settings

    terminal = sys.stdout.isatty()
    settings = Settings(
        output or ("table" if terminal else "csv"), timing=False, pager=False, limit=0
    )
    colours = terminal and not os.environ.get("NO_COLOR")
    return Screen(interactive=terminal, colours=colours, settings=settings)


class _Where(Struct, frozen=True):
    """Where statements run, as the options say it."""

    server_url: str | None
    pg_url: str | None
    data_dir: Path | None
    session: str | None

    @contextmanager
    def runner(self, screen: Screen, pieces: Sequence[Piece]) -> Iterator[Repl | Plain]:
        """A connection and what runs and shows statements on it. Raises Unreachable, Disconnected,
        Refused."""
        from mockhaus.client.nearby import is_open

        named = self.server_url is not None or self.pg_url is not None
        alone = self.data_dir is not None or not (named or is_open(HTTP_PORT))
        if alone and not _needs_server(self.data_dir, pieces):
            with self._within(screen) as plain:
                yield plain
        else:
            with self._through_doors(screen) as repl:
                yield repl

    @contextmanager
    def _within(self, screen: Screen) -> Iterator[Plain]:
        from mockhaus.client.within import within
        from mockhaus.config import Config
        from mockhaus.repl.showing import Plain

        self._check_session()
        with within(Config(data_dir=self.data_dir), self.session or "default") as talk:
            talk.notice = screen.error
            yield Plain(talk, screen)

    @contextmanager
    def _through_doors(self, screen: Screen) -> Iterator[Repl]:
        from mockhaus.client.server import found, own
        from mockhaus.client.talking import Talk
        from mockhaus.config import Config
        from mockhaus.repl.loop import Repl

        server = (
            found(self.server_url, self.pg_url)
            if self.data_dir is None
            else own(Config(data_dir=self.data_dir))
        )
        with server as doors:
            if doors.own:
                self._check_session()
            talk = Talk(doors.pg_url, self.session)
            try:
                yield Repl(talk, doors.rest, self.session or "default", screen)
            finally:
                talk.close()

    def _check_session(self) -> None:
        """Without a server and a folder a session cannot have been there before, nor be later."""
        if self.session is not None and self.data_dir is None:
            from mockhaus.client.outcomes import Disconnected

            raise Disconnected(
                f"No server runs whose session {self.session} could be meant: --server-url, "
                "or --data-dir."
            )


def _needs_server(folder: Path | None, pieces: Sequence[Piece]) -> bool:
    """Whether a process of its own is not enough: files move through a door, and users of a folder
    are asked who they are."""
    from mockhaus.config import Config

    moves = any(piece.text[:3].upper() in ("PUT", "GET") for piece in pieces)
    return moves or Config(data_dir=folder).has_users


def _answered(text: str, pieces: Sequence[Piece], screen: Screen, where: _Where) -> int:
    """Run statements up to the first that fails; the exit status."""
    from mockhaus.client.outcomes import Disconnected, Failure, NotTransferred, Refused, Unreachable

    try:
        with where.runner(screen, pieces) as runner:
            gc.enable()
            for piece in pieces:
                try:
                    runner.carry_out(piece.text)
                except Failure as failure:
                    stop(_told(failure, text, piece))
                except KeyboardInterrupt:
                    runner.talk.cancel()
                    stop("Canceled.", INTERRUPTED)
                finally:
                    screen.clear()
    except (Unreachable, Disconnected) as error:
        stop(str(error), UNREACHABLE)
    except Refused as error:
        stop(refusal(error))
    except NotTransferred as error:
        stop(str(error))
    except OSError as error:
        stop(on_disk(error))
    return 0


def _told(failure: Failure, text: str, piece: Piece) -> str:
    """A failure in a line: numbers, place in the whole text as Snowflake counts, words, hint."""
    place = ""
    if failure.position is not None:
        before = text[: piece.start + failure.position]
        column = len(before) - before.rfind("\n") - 1
        place = f", line {before.count(chr(10)) + 1} position {column}"
    codes = ", ".join(filter(None, (failure.number, failure.sqlstate)))
    more = " ".join(filter(None, (failure.text, failure.detail, failure.hint)))
    return f"{codes}{place}: {more}"
