"""How the state of an SR Linux router is read: srl_nokia-isis, srl_nokia-bfd, srl_nokia-bgp.

Every filter asks for the host name as well, which no router is without. What runs over a port
runs over a subinterface of it: index 0 is the port itself, as a template has it.
"""

from collections.abc import Iterator

from citynet.verify.models import (
    ModelReader,
    Question,
    UnreadableError,
    as_number,
    at,
    leaf,
    maybe,
    one_of,
)
from citynet.verify.observe import Adjacency, BfdSession, BgpSession, Kind
from citynet.xml import Element

from .acting import FAMILIES, LEVELS

SYSTEM = (
    '<system xmlns="urn:nokia.com:srlinux:general:system">'
    '<name xmlns="urn:nokia.com:srlinux:chassis:system-name"><host-name/></name></system>'
)
ALWAYS = ("system", "name", "host-name")
INSTANCE = (
    '<network-instance xmlns="urn:nokia.com:srlinux:net-inst:network-instance"><name/>'
    "<protocols>{}</protocols></network-instance>"
)
ISIS = INSTANCE.format(
    '<isis xmlns="urn:nokia.com:srlinux:isis:isis"><instance><name/><interface><interface-name/>'
    "<adjacency/></interface></instance></isis>"
)
BFD = (
    '<bfd xmlns="urn:nokia.com:srlinux:bfd:bfd"><network-instance><name/><peer>'
    "<local-discriminator/><ipv6-link-local-interface/><ipv4-unnumbered-interface/>"
    "<remote-address/><session-state/></peer></network-instance></bfd>"
)
BGP = INSTANCE.format(
    '<bgp xmlns="urn:nokia.com:srlinux:bgp:bgp"><group><group-name/><peer-as/></group>'
    "<neighbor><peer-address/><peer-as/><peer-group/><session-state/>"
    "<afi-safi><afi-safi-name/><oper-state/></afi-safi></neighbor></bgp>"
)
STATES = {"up": True, "down": False, "init": False, "failed": False}
BFD_STATES = {"ADMIN_DOWN": False, "DOWN": False, "INIT": False, "UP": True}
BGP_STATES = {
    "idle": "Idle",
    "connect": "Connect",
    "active": "Active",
    "opensent": "OpenSent",
    "openconfirm": "OpenConfirm",
    "established": "Established",
}
OPER = {"up": True, "down": False}


def _port(subinterface: str) -> str:
    return subinterface.removesuffix(".0")


def adjacencies(data: Element) -> Iterator[Adjacency]:
    """/network-instance/protocols/isis/instance/interface/adjacency."""
    instances = at(data, "network-instance", "protocols", "isis", "instance")
    for interface in (each for one in instances for each in at(one, "interface")):
        port = _port(leaf(interface, "interface-name"))
        for each in at(interface, "adjacency"):
            peer = maybe(each, "neighbor-hostname") or leaf(each, "neighbor-system-id").lower()
            for level in one_of(each, "adjacency-level", LEVELS):
                yield Adjacency(port, peer, level, one_of(each, "state", STATES))


def bfd_sessions(data: Element) -> Iterator[BfdSession]:
    """/bfd/network-instance/peer: IS-IS has them between link-local addresses."""
    for each in at(data, "bfd", "network-instance", "peer"):
        link = maybe(each, "ipv6-link-local-interface") or maybe(each, "ipv4-unnumbered-interface")
        up = one_of(each, "session-state", BFD_STATES)
        yield BfdSession(_port(link), leaf(each, "remote-address"), up)


def bgp_sessions(data: Element) -> Iterator[BgpSession]:
    """/network-instance/protocols/bgp/neighbor; the AS may be that of its group."""
    for instance in at(data, "network-instance"):
        vrf = leaf(instance, "name")
        for bgp in at(instance, "protocols", "bgp"):
            groups = {leaf(each, "group-name"): maybe(each, "peer-as") for each in at(bgp, "group")}
            for each in at(bgp, "neighbor"):
                yield _session(vrf, each, groups)


def _session(vrf: str, neighbor: Element, groups: dict[str, str]) -> BgpSession:
    address = leaf(neighbor, "peer-address")
    number = maybe(neighbor, "peer-as") or groups.get(maybe(neighbor, "peer-group"), "")
    if not number:
        raise UnreadableError(f"neighbor {address} without peer-as, its own or its group's")
    state = one_of(neighbor, "session-state", BGP_STATES)
    families = []
    for each in at(neighbor, "afi-safi"):
        name = leaf(each, "afi-safi-name").rpartition(":")[2]
        if maybe(each, "oper-state") and one_of(each, "oper-state", OPER):
            families.append(FAMILIES.get(name, name))
    up = tuple(sorted(families)) if state == "Established" else ()
    return BgpSession(vrf, address, as_number(number), state, up)


READER = ModelReader(
    {
        Kind.ISIS: Question(SYSTEM + ISIS, ALWAYS, adjacencies),
        Kind.BFD: Question(SYSTEM + BFD, ALWAYS, bfd_sessions),
        Kind.BGP: Question(SYSTEM + BGP, ALWAYS, bgp_sessions),
    }
)
