"""Nokia SR Linux routers (25.3, 7220 IXR-D), configured over NETCONF."""

import re
from collections.abc import Iterator
from typing import Any

from citynet.build.facts import DeviceFacts
from citynet.render.naming import Naming
from citynet.render.platform import CommandLine, Platform, RealImage, outside
from citynet.render.stateless import refuses_state
from citynet.render.xml import assemble

from .filters import FILTERS, LAST, PORTS, entries
from .models import MODELS

UNDERLAY = {
    "bfd_interval": range(10, 100_001),
    "bfd_multiplier": range(3, 21),
    "mtu": range(1500, 9399),
}
"""Ranges of srl_nokia-bfd (ms, times) and of a 7220's ports: 9412 bytes with their Ethernet."""

VRFS = Naming(re.compile(r".{1,247}"), "at most 247 characters", re.compile(r"default|mgmt"))
"""Network instances that SR Linux has from the start: what it routes by, and its management."""

NO_SRV6 = (
    "SR Linux 25.3 has no SRv6 endpoint on any hardware: give the domain "
    "`transport: evpn-vxlan`, or choose another platform"
)
NO_REFLECTION = f"{NO_SRV6}; `reflects: false` lets a core only forward"


def _too_long(join: Any) -> bool:
    lists = ((way, family) for way in ("in", "out") for family in (4, 6))
    return any(each.number >= LAST for way in lists for each in entries(join, *way))


def _lists(facts: DeviceFacts) -> Iterator[str]:
    gateway: Any = facts.roles.get("gateway")
    for join in () if gateway is None else gateway.joins:
        if _too_long(join):
            yield f"nokia_srlinux has no access list as long as the flows of {join.interface} need"


def _hops(facts: DeviceFacts) -> Iterator[str]:
    """Its models have no GTSM: a peer that asks for it would take nothing of what it says."""
    gateway: Any = facts.roles.get("gateway")
    if gateway is not None and gateway.joins and gateway.gtsm:
        yield (
            "nokia_srlinux cannot say from how far away BGP comes, so role gateway cannot check "
            "it; set its option `gtsm: false` at both routers of the gateway, or choose another "
            "platform"
        )


def lab_interface(port: str) -> str | None:
    """What containerlab calls a port of its kind `nokia_srlinux`: `e1-49` is ethernet-1/49."""
    found = re.fullmatch(r"ethernet-(\d+)/(\d+)(?:/(\d+))?", port)
    return None if found is None else "e" + "-".join(filter(None, found.groups()))


def refuses(facts: DeviceFacts) -> Iterator[str]:
    """What of the facts SR Linux cannot do: its models' ranges, and keeping state."""
    yield from outside(facts, "underlay", UNDERLAY)
    yield from refuses_state(facts)
    yield from _lists(facts)
    yield from _hops(facts)


PLATFORM = Platform(
    name="nokia_srlinux",
    summary="Nokia SR Linux 25.3 on a 7220 IXR-D, configured over NETCONF",
    blocks=("config",),
    assemble=assemble,
    driver=".driver:SrlinuxDriver",
    port=830,
    refuses=refuses,
    autoescape=True,
    filters=FILTERS,
    models=MODELS,
    lacks={"srv6": NO_SRV6, "vpn": NO_REFLECTION},
    ports=PORTS,
    vrfs=VRFS,
    real=RealImage("nokia_srlinux", "admin", lab_interface, takes_key=True),
    cli=CommandLine("nokia_srl", ("show", "info"), "Parsing error"),
)
