"""Addresses: PARSE_IP, SEARCH_IP. Snowflake's manual has a page of each."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Any, Final

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


#: What may be an address in a text, and zeros in front of a number of IPv4.
#: (None is longer than 49 characters, without zeros in front.)
_CANDIDATE: Final = re.compile(
    r"(?<![\w.:])[0-9A-Fa-f:.]{0,64}[.:][0-9A-Fa-f:.]{0,64}(?:/\d{1,3})?(?!\w)"
)
_ZEROS: Final = re.compile(r"(?<![0-9A-Fa-f:])0+(?=\d)")


@lru_cache(maxsize=1024)
def _range(text: str) -> tuple[int, int, int] | None:
    """Version, first and last address of an address or a range; None for anything else."""
    if "." in text:
        text = _ZEROS.sub("", text)
    if "-" in text:
        first, last = (_range(end.strip()) for end in text.split("-", 1))
        if first is None or last is None or first[0] != last[0] or first[1] > last[2]:
            return None
        return first[0], first[1], last[2]
    try:
        network = ipaddress.ip_interface(text).network
    except ValueError:
        return None
    return network.version, int(network.network_address), int(network.broadcast_address)


def holds_address(texts: Any, sought: Any) -> Any:
    """SEARCH_IP: whether an address within the one sought stands in a text."""
    values: list[bool | None] = []
    for text, wanted in zip(texts.to_pylist(), sought.to_pylist(), strict=True):
        if text is None or wanted is None:
            values.append(None)
            continue
        limits = _range(wanted)
        if limits is None:
            raise ValueError(
                f"MOCKHAUS:InvalidParameter:Invalid IP address '{wanted}' for SEARCH_IP"
            )
        version, first, last = limits
        found = (_range(each[0].rstrip(".:")) for each in _CANDIDATE.finditer(text))
        values.append(
            any(
                each is not None and each[0] == version and first <= each[1] and each[2] <= last
                for each in found
            )
        )
    return pa.array(values, pa.bool_())


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
