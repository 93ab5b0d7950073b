"""Faults of the access: its MTU, and what keeps customers away from the routers themselves."""

from collections.abc import Iterator

from citynet.verify.fault import Fault

from .scene import PACKETS, Scene, edited

FENCE = "metric 4278198272 proto 250"
"""What the FRR platform marks the routes with that keep a VRF's lookups in it."""


def access_faults(at: Scene) -> Iterator[Fault]:
    """The three ways to a router that a customer must not have are opened one at a time."""
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
    inject, undo = edited("citynet-access", f"/ip6 daddr {block} goto infrastructure/d")
    yield Fault(
        "sids-open",
        "customers' packets to SIDs are let in",
        at.node,
        inject,
        undo,
        ("vpn/infrastructure",),
        (vpn,),
    )
