"""How the state of a NetEngine router is read: huawei-isis, huawei-bfd, huawei-bgp.

Every filter asks for the system's name as well, which no router is without.
"""

import re
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

from .acting import FAMILIES, LEVELS, PUBLIC

SYSTEM = (
    '<system xmlns="urn:huawei:yang:huawei-system"><system-info><sys-name/></system-info></system>'
)
ALWAYS = ("system", "system-info", "sys-name")
INSTANCES = (
    '<network-instance xmlns="urn:huawei:yang:huawei-network-instance"><instances><instance>'
    "<name/>{}</instance></instances></network-instance>"
)
ISIS = INSTANCES.format(
    '<isis xmlns="urn:huawei:yang:huawei-isis"><sites><site><id/><peers/></site></sites></isis>'
)
BFD = (
    '<bfd xmlns="urn:huawei:yang:huawei-bfd"><all-sessions><all-session><name/>'
    "<destination-address/><out-if-name/><running><state/></running>"
    "</all-session></all-sessions></bfd>"
)
BGP = INSTANCES.format(
    '<bgp xmlns="urn:huawei:yang:huawei-bgp"><base-process><peers><peer><address/><remote-as/>'
    "<afs><af><type/><state><current-state/></state></af></afs></peer></peers></base-process></bgp>"
)
STATUS = {"init": False, "up": True}
BFD_STATES = {"admin-down": False, "down": False, "init": False, "up": True}
BGP_STATES = {
    "idle": "Idle",
    "connect": "Connect",
    "active": "Active",
    "opensent": "OpenSent",
    "openconfirm": "OpenConfirm",
    "established": "Established",
    "idle-admin": "Idle (Admin)",
    "idle-ovlmt": "Idle (Ovlmt)",
    "no-neg": "Established (no family)",
}
"""`peer-state` of huawei-bgp-type; `no-neg` is a session whose family was not negotiated."""
_SYSTEM_ID = re.compile(r"([0-9A-Fa-f]{4})\.([0-9A-Fa-f]{4})\.([0-9A-Fa-f]{4})")


def _peer(peer: Element) -> str:
    """The neighbour's host name, where it is known, else its system ID."""
    number = leaf(peer, "system-id")
    return maybe(peer, "host-name") or (number.lower() if _SYSTEM_ID.fullmatch(number) else number)


def adjacencies(data: Element) -> Iterator[Adjacency]:
    """/network-instance/instances/instance/isis/sites/site/peers/peer."""
    sites = at(data, "network-instance", "instances", "instance", "isis", "sites", "site")
    for peer in (each for site in sites for each in at(site, "peers", "peer")):
        up, port = one_of(peer, "status", STATUS), leaf(peer, "interface-name")
        for level in one_of(peer, "level", LEVELS):
            yield Adjacency(port, _peer(peer), level, up)


def bfd_sessions(data: Element) -> Iterator[BfdSession]:
    """/bfd/all-sessions/all-session, static and dynamic ones."""
    for each in at(data, "bfd", "all-sessions", "all-session"):
        found = at(each, "running")
        if not found:
            raise UnreadableError(f"session {leaf(each, 'name')} without running/state")
        up = one_of(found[0], "state", BFD_STATES)
        yield BfdSession(maybe(each, "out-if-name"), maybe(each, "destination-address"), up)


def bgp_sessions(data: Element) -> Iterator[BgpSession]:
    """/network-instance/instances/instance/bgp/base-process/peers/peer, and the state by family."""
    for instance in at(data, "network-instance", "instances", "instance"):
        name = leaf(instance, "name")
        for peer in at(instance, "bgp", "base-process", "peers", "peer"):
            yield _session("default" if name == PUBLIC else name, peer)


def _session(vrf: str, peer: Element) -> BgpSession:
    """One session. Raises `UnreadableError` where its AS or all of its families are not told."""
    address = leaf(peer, "address")
    families: dict[str, str] = {}
    for each in at(peer, "afs", "af"):
        family, state = leaf(each, "type"), at(each, "state")
        if not state:
            raise UnreadableError(f"BGP peer {address} without the state of {family}")
        families[FAMILIES.get(family, family)] = one_of(state[0], "current-state", BGP_STATES)
    if not families:
        raise UnreadableError(f"BGP peer {address} without any family")
    up = tuple(sorted(name for name, state in families.items() if state == "Established"))
    number = as_number(leaf(peer, "remote-as"))
    return BgpSession(vrf, address, number, "Established" if up else min(families.values()), up)


READER = ModelReader(
    {
        Kind.ISIS: Question(SYSTEM + ISIS, ALWAYS, adjacencies),
        Kind.BFD: Question(SYSTEM + BFD, ALWAYS, bfd_sessions),
        Kind.BGP: Question(SYSTEM + BGP, ALWAYS, bgp_sessions),
    }
)
