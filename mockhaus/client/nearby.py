"""Whether somebody listens on this machine, asked without loading a client."""

from __future__ import annotations

import socket
from typing import Final

#: Seconds that an answer may take.
_PATIENCE: Final = 2.0


def is_open(port: int) -> bool:
    """Whether a port of this machine takes connections."""
    try:
        with socket.create_connection(("localhost", port), timeout=_PATIENCE):
            return True
    except OSError:
        return False
