"""Nokia SR Linux routers (25.3, 7220 IXR-D), configured over NETCONF."""

from collections.abc import Iterator, Mapping
from typing import Any

from citynet.build.facts import DeviceFacts
from citynet.render.platform import Parts, Platform
from citynet.render.xml import config

from .filters import FILTERS, LAST, PORTS, entries
from .models import MODELS

CONFIG = "config.xml"

BFD_INTERVAL = range(10, 100_001)
BFD_MULTIPLIER = range(3, 21)
MTU = range(1500, 9399)
"""Ranges of srl_nokia-bfd (ms, times) and of a 7220's ports: 9412 bytes with their Ethernet."""

NO_SRV6 = (
    "SR Linux 25.3 has no SRv6 endpoint on any hardware: give the domain "
    "`transport: evpn-vxlan`, or choose another platform"
)
NO_REFLECTION = f"{NO_SRV6}; `reflects: false` lets a core only forward"


def _outside(name: str, value: int, allowed: range) -> Iterator[str]:
    if value not in allowed:
        between = f"{allowed.start} to {allowed.stop - 1}"
        yield f"nokia_srlinux cannot do underlay.{name} {value}, it can do {between}"


def _underlay(facts: DeviceFacts) -> Iterator[str]:
    underlay: Any = facts.roles.get("underlay")
    if underlay is not None:
        yield from _outside("bfd_interval", underlay.bfd_interval, BFD_INTERVAL)
        yield from _outside("bfd_multiplier", underlay.bfd_multiplier, BFD_MULTIPLIER)
        yield from _outside("mtu", underlay.mtu, MTU)


def _too_long(join: Any) -> bool:
    lists = ((way, family) for way in ("in", "out") for family in (4, 6))
    return any(each.number >= LAST for way in lists for each in entries(join, *way))


def _gateway(facts: DeviceFacts) -> Iterator[str]:
    gateway: Any = facts.roles.get("gateway")
    if gateway is None or not gateway.joins:
        return
    if gateway.stateful:
        yield (
            "nokia_srlinux keeps no state, so role gateway cannot let answers through by state; "
            "set its option `answers: by-mirrored-rules` to accept that, or choose another platform"
        )
    for join in gateway.joins:
        if _too_long(join):
            yield f"nokia_srlinux has no access list as long as the flows of {join.interface} need"


def refuses(facts: DeviceFacts) -> Iterator[str]:
    """What of the facts SR Linux cannot do: its models' ranges, and keeping state."""
    yield from _underlay(facts)
    yield from _gateway(facts)


def assemble(facts: DeviceFacts, parts: Parts) -> Mapping[str, str]:
    """One document, the payload of an edit-config."""
    return {CONFIG: config(facts, parts["config"])}


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
)
