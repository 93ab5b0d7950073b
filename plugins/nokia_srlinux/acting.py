"""How a twin of an SR Linux router acts: from srl_nokia-isis and srl_nokia-bgp to their state.

It runs inside the twin, which has nothing of citynet but `citynet.twin.server`.
"""

from collections.abc import Iterator
from typing import Any

from citynet.twin.server.acting import (
    Adjacent,
    Circuit,
    Peering,
    Seen,
    Session,
    Speaker,
    below,
    leaf,
    text,
)

LEVELS = {"L1": (1,), "L2": (2,), "L1L2": (1, 2)}
FAMILIES = {
    "ipv4-unicast": "ipv4 unicast",
    "ipv6-unicast": "ipv6 unicast",
    "l3vpn-ipv4-unicast": "ipv4 vpn",
    "l3vpn-ipv6-unicast": "ipv6 vpn",
    "evpn": "l2vpn evpn",
}
COMMON = "urn:nokia.com:srlinux:general:common"


def _port(subinterface: str) -> str:
    return subinterface.removesuffix(".0")


def _subinterface(port: str) -> str:
    return port if "." in port else f"{port}.0"


def _addresses(config: Any) -> Iterator[tuple[str, str]]:
    for interface in below(config, "interface"):
        for unit in below(interface, "subinterface"):
            for family in ("ipv4", "ipv6"):
                for each in below(unit, family, "address"):
                    name = f"{text(interface, 'name')}.{text(unit, 'index')}"
                    yield _port(name), text(each, "ip-prefix").partition("/")[0]


def _circuits(isis: Any, addresses: dict[str, str]) -> Iterator[Circuit]:
    levels = LEVELS[text(isis, "level-capability") or "L2"]
    for each in below(isis, "interface"):
        if text(each, "passive") == "true" or text(each, "admin-state") == "disable":
            continue
        name = _port(text(each, "interface-name"))
        bfd = text(each, "ipv6-unicast", "enable-bfd") == "true"
        yield Circuit(name, levels, bfd, addresses.get(name, ""))


def _families(*places: Any) -> tuple[str, ...]:
    """Those of the first place that names any: a neighbour, its group, all of BGP."""
    for place in places:
        found = [
            text(each, "afi-safi-name").rpartition(":")[2]
            for each in below(place, "afi-safi")
            if text(each, "admin-state") != "disable"
        ]
        if found:
            return tuple(sorted(FAMILIES.get(each, each) for each in found))
    return ()


def _peers(config: Any) -> Iterator[Peering]:
    for instance in below(config, "network-instance"):
        for bgp in below(instance, "protocols", "bgp"):
            groups = {text(each, "group-name"): each for each in below(bgp, "group")}
            for each in below(bgp, "neighbor"):
                group = groups.get(text(each, "peer-group"), ())
                yield Peering(
                    text(instance, "name"),
                    text(each, "peer-address"),
                    int(text(each, "peer-as") or text(group, "peer-as") or 0),
                    _families(each, group, bgp),
                )


def _numbers(config: Any) -> dict[str, int]:
    return {
        text(each, "name"): int(text(each, "protocols", "bgp", "autonomous-system") or 0)
        for each in below(config, "network-instance")
    }


class SrlinuxActor:
    """Implements `Actor`."""

    def speaks(self, config: Any) -> Speaker | None:
        """IS-IS of the default instance, BGP of all."""
        found = below(config, "network-instance", "protocols", "isis", "instance")
        if not found:
            return None
        net = text(found[0], "net")
        every = list(_addresses(config))
        return Speaker(
            host=text(config, "system", "name", "host-name"),
            system=net[-17:-3],
            area=net[:-18],
            circuits=tuple(_circuits(found[0], dict(every))),
            addresses=tuple(sorted({address for _, address in every})),
            numbers=_numbers(config),
            peers=tuple(_peers(config)),
        )

    def state(self, config: Any, seen: Seen) -> str:
        """`adjacency` of IS-IS, `peer` of BFD, the state of every BGP neighbour."""
        found = below(config, "network-instance", "protocols", "isis", "instance")
        name = text(found[0], "name") if found else ""
        parts: dict[str, str] = {}
        if found:
            ports = dict.fromkeys(each.port for each in seen.adjacencies)
            interfaces = "".join(_interface(each, seen) for each in ports)
            parts["default"] = (
                f'<isis xmlns="urn:nokia.com:srlinux:isis:isis"><instance>{leaf("name", name)}'
                f"{interfaces}</instance></isis>"
            )
        for vrf in dict.fromkeys(each.wanted.vrf for each in seen.sessions):
            neighbors = "".join(_bgp(each) for each in seen.sessions if each.wanted.vrf == vrf)
            parts[vrf] = (
                parts.get(vrf, "") + f'<bgp xmlns="urn:nokia.com:srlinux:bgp:bgp">{neighbors}</bgp>'
            )
        instances = "".join(
            '<network-instance xmlns="urn:nokia.com:srlinux:net-inst:network-instance">'
            f"{leaf('name', vrf)}<protocols>{part}</protocols></network-instance>"
            for vrf, part in parts.items()
        )
        peers = "".join(_bfd(number, each) for number, each in enumerate(seen.adjacencies, 1))
        bfd = f"<network-instance>{leaf('name', 'default')}{peers}</network-instance>"
        return f'{instances}<bfd xmlns="urn:nokia.com:srlinux:bfd:bfd">{bfd if peers else ""}</bfd>'


def _interface(port: str, seen: Seen) -> str:
    inside = "".join(_adjacency(each) for each in seen.adjacencies if each.port == port)
    return f"<interface>{leaf('interface-name', _subinterface(port))}{inside}</interface>"


def _adjacency(each: Adjacent) -> str:
    return (
        f"<adjacency>{leaf('neighbor-system-id', each.system)}"
        f"{leaf('adjacency-level', f'L{each.level}')}"
        f"{leaf('neighbor-hostname', each.host)}"
        f"{leaf('area-address', each.area)}"
        f"{leaf('state', 'up' if each.up else 'init')}</adjacency>"
    )


def _bfd(number: int, each: Adjacent) -> str:
    if each.bfd is None:
        return ""
    own = leaf("local-address", each.own)
    return (
        f"<peer>{leaf('local-discriminator', 16384 + number)}"
        f"{leaf('ipv6-link-local-interface', _subinterface(each.port))}{own}"
        f"{leaf('remote-address', each.address or '::')}"
        f"{leaf('session-state', 'UP' if each.bfd else 'DOWN')}</peer>"
    )


def _bgp(each: Session) -> str:
    names = {name: family for family, name in FAMILIES.items()}
    families = "".join(
        f'<afi-safi><afi-safi-name xmlns:common="{COMMON}">common:{names.get(family, family)}'
        f"</afi-safi-name>{leaf('oper-state', 'up' if family in each.up else 'down')}</afi-safi>"
        for family in each.wanted.families
    )
    return (
        f"<neighbor>{leaf('peer-address', each.wanted.peer)}"
        f"{leaf('session-state', 'established' if each.up else 'active')}{families}</neighbor>"
    )


ACTOR = SrlinuxActor()
