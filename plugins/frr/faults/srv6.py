"""Faults of SRv6: locators and SIDs, and the header that customers' packets get."""

from collections.abc import Iterator
from ipaddress import IPv6Network

from citynet.verify.fault import Fault

from .scene import PACKETS, ROUTING, Scene, vtysh


def srv6_faults(at: Scene) -> Iterator[Fault]:
    """What a router's SIDs are, and where its packets go."""
    yield from _sids(at)
    yield from _headers(at)


def _sids(at: Scene) -> Iterator[Fault]:
    plan, vpn = at.context.plan, at.near.vpn
    sid = plan.attachments[at.node, vpn].sid
    locator = plan.nodes[at.node].locator
    block = plan.domains[at.domain].locators
    wrong = IPv6Network((int(locator.network_address) ^ (1 << 64), 64))
    lengths = f"block-len {block.prefixlen} node-len {locator.prefixlen - block.prefixlen}"
    place = ("segment-routing", "srv6", "locators", "locator CITY")
    yield Fault(
        "wrong-locator",
        "the locator is another node's",
        at.node,
        vtysh(*place, f"prefix {wrong} {lengths}"),
        vtysh(*place, f"prefix {locator} {lengths}"),
        ("srv6/local-sids", "vpn/reachability"),
        (at.node, vpn),
        touches=ROUTING,
    )
    yield Fault(
        "missing-sid",
        f"{vpn} has no SID",
        at.node,
        vtysh(at.bgp, f"no sid vpn per-vrf export explicit {sid}"),
        vtysh(at.bgp, f"sid vpn per-vrf export explicit {sid}"),
        ("srv6/local-sids", "vpn/reachability"),
        (at.node, vpn),
        touches=("vpn/routes", *PACKETS),
    )
    yield Fault(
        "wrong-sid",
        f"{vpn} is told with the SID of nobody",
        at.node,
        vtysh(at.bgp, f"no sid vpn per-vrf export explicit {sid}", "sid vpn per-vrf export auto"),
        vtysh(at.bgp, "no sid vpn per-vrf export auto", f"sid vpn per-vrf export explicit {sid}"),
        ("srv6/local-sids", "vpn/routes"),
        (at.node, vpn),
        touches=PACKETS,
    )


def _headers(at: Scene) -> Iterator[Fault]:
    """The first: a VRF forwards nothing into the SR domain that is not from its router's source."""
    vpn, near, far = at.near.vpn, at.link.end(at.node), at.link.far(at.node)
    place = ("segment-routing", "srv6", "encapsulation")
    yield Fault(
        "wrong-source",
        "customers' packets are encapsulated with the source of nobody",
        at.node,
        vtysh(*place, "source-address fd00:bad::1"),
        vtysh(*place, f"source-address {at.context.plan.nodes[at.node].loopback}"),
        ("srv6/encapsulation",),
        (vpn,),
        touches=PACKETS,
    )
    target = f"{at.far.customer_ipv6.ip}/128"
    yield Fault(
        "in-plain",
        f"packets to {at.far.ref} cross the link to {far.node} as they are",
        at.node,
        f"ip -6 route add vrf {vpn} {target} via {far.address.ip} dev {near.interface}",
        f"ip -6 route del vrf {vpn} {target}",
        ("srv6/encapsulation", "vpn/routes", "vpn/reachability"),
        (vpn,),
        touches=("vpn/infrastructure", *PACKETS),
    )
