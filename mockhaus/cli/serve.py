"""`mockhaus serve`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockhaus import __version__
from mockhaus.cli import process
from mockhaus.cli.asking import stop
from mockhaus.cli.size import Size
from mockhaus.cli.users import users_option

if TYPE_CHECKING:
    from mockhaus.config import Config


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    envvar="MOCKHAUS_HOST",
    show_default=True,
    show_envvar=True,
    help="Address to listen on.",
)
@click.option(
    "--port",
    default=8080,
    type=click.IntRange(0, 65535),
    envvar="MOCKHAUS_PORT",
    show_default=True,
    show_envvar=True,
    help="HTTP port; 0 for a free one.",
)
@click.option(
    "--pg-port",
    default=5433,
    type=click.IntRange(0, 65535),
    envvar="MOCKHAUS_PG_PORT",
    show_default=True,
    show_envvar=True,
    help="PostgreSQL port; 0 for a free one.",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="MOCKHAUS_DATA_DIR",
    show_envvar=True,
    help="Where persistent sessions live. Without it everything is in memory.",
)
@click.option(
    "--allow-path",
    multiple=True,
    type=click.Path(file_okay=False, exists=True, resolve_path=True, path_type=Path),
    envvar="MOCKHAUS_ALLOW_PATH",
    show_envvar=True,
    help="A folder that file:// stages, PUT and GET may reach; may be given again. Without it: "
    "every folder, but none once there are users or others can connect.",
)
@click.option(
    "--allow-endpoint",
    multiple=True,
    envvar="MOCKHAUS_ALLOW_ENDPOINT",
    show_envvar=True,
    help="A host of this machine or its private network that ENDPOINT of a stage may name; may be "
    "given again. Without it: every host, but none once there are users or others can connect.",
)
@click.option(
    "--max-sessions",
    default=100,
    type=click.IntRange(1),
    envvar="MOCKHAUS_MAX_SESSIONS",
    show_default=True,
    show_envvar=True,
    help="Sessions open at the same time.",
)
@click.option(
    "--session-ttl",
    default=3600.0,
    type=click.FloatRange(0),
    envvar="MOCKHAUS_SESSION_TTL",
    show_default=True,
    show_envvar=True,
    help="Seconds an unused session lives; 0 for ever.",
)
@click.option(
    "--cleanup-interval",
    default=300.0,
    type=click.FloatRange(0.1),
    hidden=True,
    envvar="MOCKHAUS_CLEANUP_INTERVAL",
)
@click.option(
    "--max-connections",
    default=2000,
    type=click.IntRange(1),
    envvar="MOCKHAUS_MAX_CONNECTIONS",
    show_default=True,
    show_envvar=True,
    help="PostgreSQL clients connected at the same time.",
)
@click.option(
    "--missing-database",
    default="create",
    type=click.Choice(["create", "refuse"]),
    envvar="MOCKHAUS_MISSING_DATABASE",
    show_default=True,
    show_envvar=True,
    help="What becomes of a PostgreSQL client that names a database that does not exist: it is "
    "made, or the client is refused as by PostgreSQL (3D000).",
)
@click.option(
    "--memory-limit",
    type=Size(),
    envvar="MOCKHAUS_MEMORY_LIMIT",
    show_envvar=True,
    help="Memory that a session's statements may use, such as 512MB or 2GiB: beyond it they write "
    "to the disk, or fail. Without it: half of what the machine has.",
)
@click.option(
    "--spill-limit",
    type=Size(),
    envvar="MOCKHAUS_SPILL_LIMIT",
    show_envvar=True,
    help="What a session's statements may write to the disk for want of memory. Without it: 90% of "
    "what is free.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 1024),
    envvar="MOCKHAUS_THREADS",
    show_envvar=True,
    help="Threads that a session's statements compute with. Without it: one for each processor.",
)
@users_option
@click.option(
    "--first-user", hidden=True, envvar="MOCKHAUS_USER", default="mockhaus", type=click.STRING
)
@click.option("--first-password", hidden=True, envvar="MOCKHAUS_PASSWORD", type=click.STRING)
@click.option(
    "--tls-cert",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    envvar="MOCKHAUS_TLS_CERT",
    show_envvar=True,
    help="Certificate in PEM: PostgreSQL clients may encrypt, HTTP becomes HTTPS.",
)
@click.option(
    "--tls-key",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    envvar="MOCKHAUS_TLS_KEY",
    show_envvar=True,
    help="Its private key in PEM; may be in the same file.",
)
@click.option(
    "--tls",
    default="allowed",
    type=click.Choice(["allowed", "required"]),
    envvar="MOCKHAUS_TLS",
    show_default=True,
    show_envvar=True,
    help="Whether PostgreSQL clients must encrypt.",
)
@click.option(
    "--insecure",
    is_flag=True,
    envvar="MOCKHAUS_INSECURE",
    show_envvar=True,
    help="Allow listening beyond this machine although nobody is asked for a password.",
)
@click.option(
    "--trace",
    is_flag=True,
    envvar="MOCKHAUS_TRACE",
    show_envvar=True,
    help="Print each message of the PostgreSQL wire, without parameters and rows.",
)
@click.option(
    "--trace-values",
    is_flag=True,
    envvar="MOCKHAUS_TRACE_VALUES",
    show_envvar=True,
    help="Print them with parameters and rows; never passwords.",
)
@click.option(
    "--debug",
    is_flag=True,
    envvar="MOCKHAUS_DEBUG",
    show_envvar=True,
    help="Log what happens to stderr.",
)
@click.option(
    "--log-format",
    default="text",
    type=click.Choice(["text", "json"]),
    envvar="MOCKHAUS_LOG_FORMAT",
    show_default=True,
    show_envvar=True,
    help="json: a line for each request and statement, as JSON, to stderr.",
)
def serve(**options: Any) -> None:
    """Start both doors and serve until Ctrl-C.

    Example: mockhaus serve --data-dir ~/mockhaus --pg-port 5433
    """
    import logging  # --help need not load them

    from mockhaus import logs
    from mockhaus.config import Config

    config = Config(**options)
    _check(config)
    if config.has_users:
        process.keep_memory()
    quiet = logging.INFO if config.log_format == "json" else logging.WARNING
    logs.set_up(config.log_format, logging.DEBUG if config.debug else quiet)
    from mockhaus.app import CannotStart, run

    try:
        run(config, lambda address: _announce(address, config))
    except CannotStart as error:
        stop(str(error))


def _check(config: Config) -> None:
    """Raises UsageError for settings that do not go together."""
    if not config.is_loopback and not config.insecure and not config.has_users:
        raise click.UsageError(
            f"Refusing to listen on {config.host}: nobody would be asked for a password. "
            "Use 127.0.0.1, or name users (--users FILE, or MOCKHAUS_USER and MOCKHAUS_PASSWORD), "
            "or say --insecure."
        )
    if config.tls_cert is None and (config.tls == "required" or config.tls_key is not None):
        raise click.UsageError("TLS needs a certificate: --tls-cert FILE.")


def _announce(address: Any, config: Config) -> None:
    host = f"[{address.host}]" if ":" in address.host else address.host
    user = config.first_user if config.first_password is not None else "mockhaus"
    scheme = "http" if config.tls_cert is None else "https"
    click.echo(
        f"Mockhaus {__version__} is ready. Stop it with Ctrl-C.\n"
        f"  psql        psql -h {address.host} -p {address.pg_port} -U {user} mockhaus\n"
        f"  SQLAlchemy  postgresql+psycopg://{user}@{host}:{address.pg_port}/mockhaus\n"
        f"  REST        {scheme}://{host}:{address.http_port}/api/v1/"
    )
