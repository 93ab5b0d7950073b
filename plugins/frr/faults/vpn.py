"""Faults of VPNs: route targets, leaks between VRFs, a reflector."""

from collections.abc import Iterator

from citynet.verify.fault import Fault
from citynet.verify.pairs import endpoints_of_vpn

from .scene import PACKETS, Scene, vtysh


def vpn_faults(at: Scene) -> Iterator[Fault]:
    """Routes of VPNs, and who they are told to."""
    plan, vpn = at.context.plan, at.near.vpn
    target, foreign = plan.vpns[vpn].route_target, plan.vpns[at.other].route_target
    family = "address-family ipv4 unicast"
    core = at.reflectors[0]
    loopback = plan.nodes[at.node].loopback
    yield Fault(
        "wrong-route-target",
        f"{vpn} has a route target that nobody else has",
        at.node,
        vtysh(at.bgp, family, "rt vpn both 1:1"),
        vtysh(at.bgp, family, f"rt vpn both {target}"),
        ("vpn/routes", "vpn/reachability"),
        (vpn,),
        touches=PACKETS,
    )
    yield Fault(
        "leaked-route",
        f"{vpn} also imports the routes of {at.other}",
        at.node,
        vtysh(at.bgp, family, f"rt vpn import {target} {foreign}"),
        vtysh(at.bgp, family, f"rt vpn both {target}"),
        ("vpn/routes",),
        (at.node,),
        touches=("vpn/isolation",),
    )
    others = [each for each in endpoints_of_vpn(plan, at.other) if each.node == at.node]
    if others:
        there, here = others[0].ipv4.network, at.near.ipv4.network
        yield Fault(
            "static-leak",
            f"static routes between {vpn} and {at.other}",
            at.node,
            f"ip route add vrf {vpn} {there} dev {others[0].interface}; "
            f"ip route add vrf {at.other} {here} dev {at.near.interface}",
            f"ip route del vrf {vpn} {there}; ip route del vrf {at.other} {here} "
            f"dev {at.near.interface}",
            ("vpn/routes", "vpn/isolation"),
            (vpn, at.other),
        )
    yield Fault(
        "wrong-vrf",
        f"a customer of {vpn} is attached to {at.other}",
        at.node,
        f"ip link set {at.near.interface} master {at.other}",
        f"ip link set {at.near.interface} master {vpn}; "
        f"ip address del {at.near.ipv6} dev {at.near.interface} 2>/dev/null; sleep 0.5; "
        f"ip address add {at.near.ipv6} dev {at.near.interface} nodad",
        ("vpn/routes", "vpn/reachability"),
        (vpn, at.other),
        touches=("vpn/access", "vpn/infrastructure", "vpn/isolation", *PACKETS),
    )
    yield Fault(
        "reflector-forgets",
        f"{core} does not reflect to {at.node}",
        core,
        vtysh(f"router bgp {at.asn}", f"no neighbor {loopback} peer-group CLIENTS"),
        vtysh(
            f"router bgp {at.asn}",
            f"neighbor {loopback} peer-group CLIENTS",
            f"neighbor {loopback} description {at.node}",
        ),
        ("vpn/bgp-sessions",),
        (core, at.node),
    )
