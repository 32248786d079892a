"""PARSE_IP. Snowflake's manual: "PARSE_IP"."""

from __future__ import annotations

import ipaddress
from typing import Any

import msgspec
import pyarrow as pa

_Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface
_encode = msgspec.json.Encoder(order="sorted").encode


def parsed(text: str) -> dict[str, Any]:
    """The parts of an address, with a prefix or without. Raises ValueError."""
    address = ipaddress.ip_interface(text)
    number, network = int(address.ip), address.network
    first, last = int(network.network_address), int(network.broadcast_address)
    found: dict[str, Any] = {
        "family": address.version,
        "host": str(address.ip),
        "ip_type": "inet",
        "netmask_prefix_length": network.prefixlen if "/" in text else None,
        "snowflake$type": "ip_address",
    }
    if address.version == 4:
        found |= {"ip_fields": [number, 0, 0, 0], "ipv4": number}
        ends: dict[str, Any] = {"ipv4_range_start": first, "ipv4_range_end": last}
    else:
        fields = [number >> shift & 0xFFFFFFFF for shift in (96, 64, 32, 0)]
        found |= {"ip_fields": fields, "hex_ipv6": f"{number:032X}"}
        ends = {"hex_ipv6_range_start": f"{first:032X}", "hex_ipv6_range_end": f"{last:032X}"}
    return found | ends if "/" in text else found


def parse_ip(texts: Any, permissive: Any) -> Any:
    """The parts as JSON text; what is no address is an error, or tells of one in the answer."""
    values: list[str | None] = []
    for text, may_fail in zip(texts.to_pylist(), permissive.to_pylist(), strict=True):
        if text is None:
            values.append(None)
            continue
        try:
            values.append(_encode(parsed(text)).decode())
        except ValueError:
            if not may_fail:
                raise ValueError(
                    f"MOCKHAUS:InvalidText:Invalid IP address '{text}' for PARSE_IP"
                ) from None
            values.append(_encode({"error": f"Invalid IP address '{text}'"}).decode())
    return pa.array(values, pa.string())
