"""How a twin of a NetEngine acts: from huawei-isis and huawei-bgp to their state.

It runs inside the twin, which has nothing of citynet but `citynet.twin.server`.
"""

from collections.abc import Iterator
from typing import Any

from citynet.twin.server.acting import (
    DEFAULT,
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

PUBLIC = "_public_"
LEVELS = {"level-1": (1,), "level-2": (2,), "level-1-2": (1, 2)}
FAMILIES = {
    "ipv4uni": "ipv4 unicast",
    "ipv6uni": "ipv6 unicast",
    "ipv4vpn": "ipv4 vpn",
    "ipv6vpn": "ipv6 vpn",
    "evpn": "l2vpn evpn",
}
FIRST = 16384
"""Discriminators of sessions that a routing protocol asked for are larger."""
BOTH = "level-1-2"
"""What a site and a circuit are whose level is not said."""


def _instances(config: Any) -> dict[str, Any]:
    found = below(config, "network-instance", "instances", "instance")
    return {text(each, "name"): each for each in found}


def _addresses(config: Any) -> Iterator[tuple[str, str]]:
    """Every interface's addresses."""
    for interface in below(config, "ifm", "interfaces", "interface"):
        for family in ("ipv4", "ipv6"):
            for each in below(interface, family, "addresses", "address"):
                yield text(interface, "name"), text(each, "ip")


def _circuits(site: Any, addresses: dict[str, str]) -> Iterator[Circuit]:
    of_site = LEVELS[text(site, "level") or BOTH]
    for each in below(site, "circuits", "circuit"):
        if text(each, "silent-enable") == "true":
            continue
        name = text(each, "name")
        own = LEVELS[text(each, "level") or BOTH]
        levels = tuple(level for level in of_site if level in own)
        bfd = bool(below(each, "afs", "af", "bfd", "enable"))
        yield Circuit(name, levels, bfd, addresses.get(name, ""))


def _peers(instances: dict[str, Any]) -> Iterator[Peering]:
    for name, instance in instances.items():
        for each in below(instance, "bgp", "base-process", "peers", "peer"):
            families = [text(family, "type") for family in below(each, "afs", "af")]
            yield Peering(
                DEFAULT if name == PUBLIC else name,
                text(each, "address"),
                int(text(each, "remote-as") or 0),
                tuple(sorted(FAMILIES.get(family, family) for family in families)),
            )


class HuaweiActor:
    """Implements `Actor`."""

    def speaks(self, config: Any) -> Speaker | None:
        """IS-IS of the public instance, BGP of all."""
        instances = _instances(config)
        public = instances.get(PUBLIC)
        sites = [] if public is None else below(public, "isis", "sites", "site")
        if not sites:
            return None
        net = text(sites[0], "net-entitys", "net-entity", "value")
        every = list(_addresses(config))
        number = int(text(config, "bgp", "base-process", "as") or 0)
        own = {
            DEFAULT if name == PUBLIC else name: int(
                text(each, "bgp", "base-process", "as") or number
            )
            for name, each in instances.items()
        }
        return Speaker(
            host=text(sites[0], "is-name") or text(config, "system", "system-info", "sys-name"),
            system=net[-17:-3],
            area=net[:-18],
            circuits=tuple(_circuits(sites[0], dict(every))),
            addresses=tuple(sorted({address for _, address in every})),
            numbers=own,
            peers=tuple(_peers(instances)),
        )

    def state(self, config: Any, seen: Seen) -> str:
        """`peers` of IS-IS, `all-sessions` of BFD, the state of every family of a BGP peer."""
        sites = below(_instances(config).get(PUBLIC, ()), "isis", "sites", "site")
        peers = "".join(_adjacency(number, each) for number, each in enumerate(seen.adjacencies, 1))
        isis = (
            f'<isis xmlns="urn:huawei:yang:huawei-isis"><sites><site>{leaf("id", text(site, "id"))}'
            f"<peers>{peers}</peers></site></sites></isis>"
            for site in sites[:1]
        )
        parts = {PUBLIC: "".join(isis)}
        for vrf in dict.fromkeys(each.wanted.vrf for each in seen.sessions):
            bgp = "".join(_bgp(each) for each in seen.sessions if each.wanted.vrf == vrf)
            name = PUBLIC if vrf == DEFAULT else vrf
            parts[name] = (
                parts.get(name, "") + '<bgp xmlns="urn:huawei:yang:huawei-bgp"><base-process>'
                f"<peers>{bgp}</peers></base-process></bgp>"
            )
        instances = "".join(
            f"<instance>{leaf('name', name)}{part}</instance>"
            for name, part in parts.items()
            if part
        )
        sessions = "".join(_bfd(number, each) for number, each in enumerate(seen.adjacencies, 1))
        return (
            '<network-instance xmlns="urn:huawei:yang:huawei-network-instance">'
            f"<instances>{instances}</instances></network-instance>"
            '<bfd xmlns="urn:huawei:yang:huawei-bfd">'
            f"<all-sessions>{sessions}</all-sessions></bfd>"
        )


def _adjacency(number: int, each: Adjacent) -> str:
    return (
        f"<peer>{leaf('system-id', each.system)}{leaf('level', f'level-{each.level}')}"
        f"{leaf('circuit-id', f'{number:010d}')}{leaf('interface-name', each.port)}"
        f"{leaf('host-name', each.host)}{leaf('status', 'up' if each.up else 'init')}"
        f"{leaf('area-addr', each.area)}</peer>"
    )


def _bfd(number: int, each: Adjacent) -> str:
    if each.bfd is None:
        return ""
    address = leaf("destination-address", each.address)
    discriminator = FIRST + number
    return (
        f"<all-session>{leaf('name', f'dyn_{discriminator}')}"
        f"{leaf('local-discriminator', discriminator)}{address}{leaf('out-if-name', each.port)}"
        f"<running>{leaf('state', 'up' if each.bfd else 'down')}</running></all-session>"
    )


def _bgp(each: Session) -> str:
    names = {name: family for family, name in FAMILIES.items()}
    afs = "".join(
        f"<af>{leaf('type', names.get(family, family))}<state>"
        f"{leaf('current-state', 'established' if family in each.up else 'active')}</state></af>"
        for family in each.wanted.families
    )
    return f"<peer>{leaf('address', each.wanted.peer)}<afs>{afs}</afs></peer>"


ACTOR = HuaweiActor()
