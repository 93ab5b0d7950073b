"""NAPALM's `get_route_to`: FRR's routing tables of all VRFs."""

import json
import shlex
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from napalm.base import models

from .napalm_state import Ask

_UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
NAMES = {"connected": "direct"}
"""FRR's names of protocols that have another one in NAPALM."""


def routes(
    ask: Ask, destination: str, protocol: str, *, longer: bool
) -> dict[str, list[models.RouteDict]]:
    """By prefix. `longer` takes every prefix inside the destination as well.

    Raises `ValueError` for a destination that is no prefix of a routing table. Python takes any
    text as the zone of an IPv6 address (RFC 4007, section 11), and no routing table has zones.
    """
    if "%" in destination:
        raise ValueError(f"{destination!r} has a zone, expected an address or a prefix without one")
    network = ip_network(destination, strict=False)
    family = "ip" if network.version == 4 else "ipv6"  # noqa: PLR2004
    which = f"{network} longer-prefixes" if longer else str(network)
    said = ask(shlex.join(["vtysh", "-c", f"show {family} route vrf all {which} json"]))
    made: dict[str, list[models.RouteDict]] = {}
    for vrf, prefixes in _tables(json.loads(said or "{}")):
        for prefix, entries in prefixes.items():
            for entry in entries:
                if protocol in {"", entry["protocol"], NAMES.get(entry["protocol"])}:
                    made.setdefault(prefix, []).extend(_hops(vrf, entry))
    return made


def _tables(said: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """VRF and its prefixes; FRR leaves out the VRF level where only one has an answer."""
    for name, found in said.items():
        if isinstance(found, dict):
            yield name, found
        else:
            yield str(found[0].get("vrfName", "default")), {name: found}


def _hops(vrf: str, entry: Mapping[str, Any]) -> Iterator[models.RouteDict]:
    for hop in entry.get("nexthops", ()):
        active = bool(entry.get("selected"))
        yield models.RouteDict(
            protocol=NAMES.get(entry["protocol"], entry["protocol"]),
            current_active=active,
            last_active=False,
            age=_seconds(str(entry.get("uptime", ""))),
            next_hop=str(hop.get("ip", "")),
            outgoing_interface=str(hop.get("interfaceName", "")),
            selected_next_hop=bool(hop.get("fib")),
            preference=int(entry.get("distance", 0)),
            inactive_reason="" if active else "another route is preferred",
            routing_table=vrf,
            protocol_attributes=_attributes(entry),
        )


def _attributes(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"metric": int(entry["metric"])} if "metric" in entry else {}


def _seconds(uptime: str) -> int:
    """`00:22:41`, `1d02h03m` or `2w3d04h` in seconds."""
    if ":" in uptime:
        hours, minutes, seconds = (int(each) for each in uptime.split(":"))
        return hours * 3600 + minutes * 60 + seconds
    total, digits = 0, ""
    for each in uptime:
        if each.isdigit():
            digits += each
        else:
            total += int(digits or 0) * _UNITS.get(each, 0)
            digits = ""
    return total
