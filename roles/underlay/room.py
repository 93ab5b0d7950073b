"""Room for packets: what must agree between routers so that a customer's fit everywhere."""

from collections.abc import Iterator, Mapping

from citynet.build.agree import at_both_ends, option_path
from citynet.build.context import Context
from citynet.build.facts import DeviceFacts
from citynet.build.traits import promise
from citynet.errors import KeyPath, Problem
from citynet.model import Transport

SRV6_OVERHEAD = 40 + 8 + 3 * 16
"""Bytes that H.Encaps adds: IPv6 header (RFC 8200) and an SRH of up to three SIDs (RFC 8754)."""
VXLAN_OVERHEAD = 20 + 8 + 8 + 14
"""Bytes that VXLAN adds: IPv4, UDP, its own header and the inner Ethernet's (RFC 7348)."""

NOTHING = ("", 0)
OVERHEAD = {Transport.SRV6: SRV6_OVERHEAD, Transport.EVPN_VXLAN: VXLAN_OVERHEAD}


def _carried(facts: Mapping[str, DeviceFacts], *, apart: bool) -> dict[str, int]:
    """By domain, the largest packet that all its routers carry.

    Where their links' ends are `apart`, which is said already, what any of them carries.
    """
    found: dict[str, list[int]] = {}
    for each in facts.values():
        mtu = getattr(each.roles.get("underlay"), "mtu", None)
        if each.domain is not None and mtu is not None:
            found.setdefault(each.domain, []).append(mtu)
    choose = max if apart else min
    return {domain: choose(sizes) for domain, sizes in found.items()}


def _promises(
    context: Context, facts: Mapping[str, DeviceFacts], carried: Mapping[str, int]
) -> Iterator[Problem]:
    said: set[KeyPath] = set()
    for node, each in facts.items():
        if each.domain not in carried:
            continue
        size, overhead = carried[str(each.domain)], OVERHEAD[context.transport_of(node)]
        for role, value in each.roles.items():
            option, promised = promise(value) or NOTHING
            if promised + overhead <= size:
                continue
            path = option_path(context.city, node, role, option) or ("nodes", node)
            if path not in said:
                said.add(path)
                what = f"role {role} of {node} promises packets of {promised} bytes"
                expected = f"at most {size - overhead}: {size} between the routers of domain "
                expected += f"{each.domain}, less {overhead} of overhead"
                yield Problem(what, path, expected, "or a larger `mtu` of role underlay")


def contradictions(context: Context, facts: Mapping[str, DeviceFacts]) -> Iterator[Problem]:
    """Ends of a link with MTUs of their own, and promises to customers that the core breaks."""
    links = [
        (f"link {link.id}", (link.ends[0].node, link.ends[1].node))
        for link in context.plan.links.values()
    ]
    apart = list(at_both_ends(context.city, facts, "underlay", "mtu", links))
    yield from apart
    yield from _promises(context, facts, _carried(facts, apart=bool(apart)))
