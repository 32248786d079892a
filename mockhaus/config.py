"""Configuration: one frozen value, read once from flags and MOCKHAUS_* variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from mockhaus.limits import Limits, half_of_memory

if TYPE_CHECKING:
    from mockhaus.logs import Format

#: The file of users in a data directory.
USERS_FILE: Final = "users.json"
#: Connections of a door that wait to be taken: of a crowd that comes at once, the system turns away
#: those beyond, who try again a second later.
BACKLOG: Final = 1024

#: Days that a token opens, where nothing is said.
TOKEN_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Config:
    """What `mockhaus serve` runs with. Ports: 0 means a free one. Times are seconds."""

    host: str = "127.0.0.1"
    port: int = 8080
    pg_port: int = 5433
    data_dir: Path | None = None
    #: The only folders that file:// stages, PUT and GET reach; see `stage_folders`.
    allow_path: tuple[Path, ...] = ()
    #: The hosts of the server's own network that ENDPOINT of a stage may name; `stage_endpoints`.
    allow_endpoint: tuple[str, ...] = ()
    max_sessions: int = 100
    session_ttl: float = 3600.0
    cleanup_interval: float = 300.0
    insecure: bool = False
    debug: bool = False
    log_format: Format = "text"
    #: Worker threads for DuckDB calls; a statement that runs or waits for a lock holds one.
    workers: int = 64
    #: A client that has connected and says nothing is dropped after this long.
    login_timeout: float = 30.0
    #: What one session may use: bytes of memory, bytes on disk of what memory does not hold, and
    #: threads. None: half of the memory, and DuckDB's own choice of the others.
    memory_limit: int | None = None
    spill_limit: int | None = None
    threads: int | None = None
    #: PostgreSQL clients that may be connected at the same time.
    max_connections: int = 2000
    #: What becomes of a PostgreSQL client that names a database that does not exist.
    missing_database: Literal["create", "refuse"] = "create"
    #: The file of `mockhaus user`; the user that it begins with where it has none.
    users: Path | None = None
    first_user: str = "mockhaus"
    first_password: str | None = field(default=None, repr=False)
    #: Certificate and key in PEM. "required" turns away who does not encrypt.
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls: Literal["allowed", "required"] = "allowed"
    #: Print the messages of the PostgreSQL wire; with their parameters and rows as well.
    trace: bool = False
    trace_values: bool = False

    @property
    def limits(self) -> Limits:
        """What one session may use."""
        memory = half_of_memory() if self.memory_limit is None else self.memory_limit
        return Limits(memory, self.spill_limit, self.threads)

    @property
    def users_file(self) -> Path | None:
        """The file of users: the one that is named, or the one of the data directory."""
        if self.users is not None or self.data_dir is None:
            return self.users
        path = self.data_dir / USERS_FILE
        return path if self.first_password is not None or path.exists() else None

    @property
    def has_users(self) -> bool:
        """Whether clients must say who they are."""
        return self.first_password is not None or self.users_file is not None

    @property
    def stage_folders(self) -> tuple[Path, ...]:
        """The folders that file:// stages, PUT and GET reach: all, while only the local user can
        connect and nobody said otherwise."""
        local = self.is_loopback and not self.has_users
        return self.allow_path or ((Path("/"),) if local else ())

    @property
    def stage_endpoints(self) -> tuple[str, ...] | None:
        """The hosts of the server's own network that stages reach: None for all, while only the
        local user can connect."""
        return None if self.is_loopback and not self.has_users else self.allow_endpoint

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        if self.host == "localhost":
            return True
        import ipaddress  # of most addresses the question does not come up

        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False
