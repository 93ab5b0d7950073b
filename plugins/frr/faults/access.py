"""Faults of the access: its MTU, and what keeps customers away from the routers themselves."""

from collections.abc import Iterator

from citynet.verify.fault import Fault

from .scene import PACKETS, Scene, edited, removed

FENCE = "metric 4278198272 proto 250"
"""What the FRR platform marks the routes with that keep a VRF's lookups in it."""


def access_faults(at: Scene) -> Iterator[Fault]:
    """The ways to a router that a customer must not have are opened one at a time."""
    vpn = at.near.vpn
    yield Fault(
        "small-access-mtu",
        f"the access of {at.near.ref} carries 1400 bytes",
        at.node,
        f"ip link set {at.near.interface} mtu 1400",
        f"ip link set {at.near.interface} mtu 1500",
        ("vpn/access", "vpn/reachability"),
        (vpn,),
        touches=("vpn/isolation", "vpn/infrastructure", *PACKETS),
    )
    unreachable = f"unreachable ::/0 vrf {vpn} {FENCE}"
    yield Fault(
        "fence-open",
        f"what {vpn} has no route for is looked up outside of it",
        at.node,
        f"ip -6 route del {unreachable}",
        f"ip -6 route replace {unreachable}",
        ("vpn/infrastructure",),
        (vpn,),
    )
    inject, undo = edited("citynet-access", "/sdifname.*goto infrastructure/d")
    yield Fault(
        "router-open",
        f"{at.node} takes what customers send to itself",
        at.node,
        inject,
        undo,
        ("vpn/infrastructure",),
        (vpn,),
    )
    block = str(at.context.plan.domains[at.domain].locators).replace("/", r"\/")
    inside, outside = removed("citynet-vpn")
    inject, undo = edited("citynet-access", f"/ip6 daddr {block} goto infrastructure/d")
    yield Fault(
        "sids-open",
        "customers' packets to SIDs are let in",
        at.node,
        f"{inside}; {inject}",
        f"{undo}; {outside}",
        ("vpn/infrastructure",),
        (vpn,),
    )
    inject, undo = edited("citynet-access", "/exthdr rt exists/d")
    yield Fault(
        "routing-headers-open",
        f"a routing header leads what customers of {vpn} send to any SID",
        at.node,
        f"{inside}; {inject}; {_led(at, 1)}",
        f"{_led(at, 0)}; {undo}; {outside}",
        ("vpn/infrastructure",),
        (vpn,),
    )


def _led(at: Scene, yes: int) -> str:
    """Have the kernel follow routing headers of customers, or not: it asks the VRF and the port."""
    names = at.near.vpn, at.near.interface
    return "; ".join(f"sysctl -qw net/ipv6/conf/{name}/seg6_enabled={yes}" for name in names)
