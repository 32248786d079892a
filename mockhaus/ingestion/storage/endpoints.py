"""Which hosts ENDPOINT of a stage may name.

A stage has the server send requests, whose answers are for who asked. So where others than the
local user can connect, an endpoint is a host of the Internet, or one that the server was started
with (--allow-endpoint). Addresses of the link alone, where clouds tell machines their credentials,
are none at any time.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import Final

from mockhaus.errors import LoadError

_ENDPOINT: Final = re.compile(r"(?:https?://)?([\w.-]+|\[[\da-fA-F:.]+\])(?::\d+)?/?")

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def check(endpoint: str, allowed: Iterable[str] | None) -> None:
    """Raises LoadError for one that stages may not reach; `allowed` None: of the link alone."""
    match = _ENDPOINT.fullmatch(endpoint)
    if match is None:
        raise LoadError(f"The endpoint '{endpoint}' is no host, with a port or without.")
    addresses(match[1], allowed)


def fixed(endpoint: str, allowed: Iterable[str] | None) -> str:
    """The endpoint by the address that was looked at, so that its name cannot come to mean another.

    With HTTPS it stays: who is not that host has no certificate of its name.
    """
    match = _ENDPOINT.fullmatch(endpoint)
    if match is None or allowed is None or not endpoint.startswith("http://"):
        return endpoint
    found = addresses(match[1], allowed)
    address = found[0] if found else match[1]
    written = f"[{address}]" if ":" in address else address
    return f"http://{written}{endpoint[match.end(1) :]}"


def addresses(host: str, allowed: Iterable[str] | None) -> list[str]:
    """What a host's name stands for. Raises LoadError if stages may not reach one of these."""
    host = host.strip("[]").lower()
    found = _addresses(host)
    named = allowed is None or host in {each.lower() for each in allowed}
    if not (named or found):
        raise LoadError(f"The endpoint '{host}' cannot be found.")
    if any(each.is_link_local for each in found) or (
        not named and not all(each.is_global for each in found)
    ):
        raise LoadError(
            f"The endpoint '{host}' is in the server's own network, which stages may not reach.",
            hint=None if named else "Start the server with --allow-endpoint.",
        )
    return [str(each) for each in found]


def _addresses(host: str) -> list[_Address]:
    """What the host's name stands for; nothing if that cannot be told."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [_plain(ipaddress.ip_address(str(each[4][0]).partition("%")[0])) for each in found]


def _plain(address: _Address) -> _Address:
    """An address of IPv4 within one of IPv6, as itself."""
    inner = getattr(address, "ipv4_mapped", None)
    return address if inner is None else inner
