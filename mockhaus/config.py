"""Configuration: one frozen value, read once from flags and MOCKHAUS_* variables."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Config:
    """What `mockhaus serve` runs with. Ports: 0 means a free one. Times are seconds."""

    host: str = "127.0.0.1"
    port: int = 8080
    pg_port: int = 5433
    data_dir: Path | None = None
    max_sessions: int = 100
    session_ttl: float = 3600.0
    cleanup_interval: float = 300.0
    insecure: bool = False
    debug: bool = False
    #: Worker threads for DuckDB calls; a statement that runs or waits for a lock holds one.
    workers: int = 64
    #: A client that has connected and says nothing is dropped after this long.
    login_timeout: float = 30.0

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False
