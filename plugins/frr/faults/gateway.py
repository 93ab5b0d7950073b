"""Faults of gateways: policies, counters and sessions; domains that meet beside them."""

from collections.abc import Iterator

from citynet.build.context import Context, JoinSide
from citynet.model import Gateway
from citynet.verify.fault import Fault

from .scene import edited, vtysh

TABLE = "citynet-gateway"


def _domains_joined(name: str, gateway: Gateway, port: str) -> Fault:
    """IS-IS between the two routers of a gateway: an adjacency that no link implies."""
    isis = (
        "ipv6 router isis city",
        "isis network point-to-point",
        "isis circuit-type level-2-only",
    )
    undone = ("no isis network point-to-point", "no isis circuit-type", "no ipv6 router isis city")
    return Fault(
        "domains-joined",
        f"the routers of gateway {name} are neighbours in IS-IS",
        gateway.ends[0],
        f"sysctl -qw net.ipv6.conf.{port}.disable_ipv6=0; " + vtysh(f"interface {port}", *isis),
        vtysh(f"interface {port}", *undone) + f"; sysctl -qw net.ipv6.conf.{port}.disable_ipv6=1",
        ("underlay/isis-adjacencies",),
        gateway.ends,
        (gateway.ends[1],),
        touches=("underlay/domain-separation",),
    )


def _second_vlan(context: Context, gateway: Gateway, port: str) -> Fault:
    """The underlays meet: a VLAN that no join has, and over it a way to each other's loopback.

    Both routers are told the same, and find out by their loopback which of the two they are.
    """
    a, b = (context.plan.nodes[end].loopback for end in gateway.ends)
    return Fault(
        "second-vlan",
        f"{' and '.join(gateway.ends)} reach each other's loopback by a VLAN of nobody's",
        gateway.ends[0],
        f"ip link add link {port} name fault type vlan id 1; ip link set fault up; "
        f"if ip -6 address show dev lo | grep -q ' {a}/'; then set -- 1 2 {b}; "
        f"else set -- 2 1 {a}; fi; ip address add fd00:bad::$1/64 dev fault nodad; "
        "ip -6 route add $3 via fd00:bad::$2 dev fault",
        "ip link del fault",
        ("underlay/domain-separation",),
        gateway.ends,
        (gateway.ends[1],),
    )


def _believed(side: JoinSide, gateway: str) -> Fault:
    """The rule of a join as it was before it was narrowed: whatever has the neighbour's address."""
    chain = f"{side.near.interface.replace('.', '-')}-in"
    inject, undo = edited(TABLE, rf"/chain {chain} {{/a ip6 saddr {side.far.address.ip} accept")
    return Fault(
        "far-router-believed",
        f"{side.near.node} takes whatever has the address of {side.far.node} on a join",
        side.near.node,
        inject,
        undo,
        ("gateway/far-router",),
        (gateway,),
    )


def gateway_faults(context: Context) -> Iterator[Fault]:
    """The first gateway that lets TCP through: its policy, its session, and ways around both."""
    for name, gateway in sorted(context.city.gateways.items()):
        node = gateway.ends[0]
        joins = context.index.joins.get(node, ())
        tcp = [flow for flow, each in sorted(gateway.allow.items()) if each.ports]
        if not joins or not tcp:
            continue
        vpns = tuple(sorted({joins[0].near.vpn, joins[0].far.vpn}))
        flow = tcp[0]
        asn = context.plan.domains[context.domain_of(node)].asn
        session = f"router bgp {asn} vrf {joins[0].near.vpn}"
        port = gateway.allow[flow].ports[0]
        inject, undo = edited(TABLE, "/-refuse {/,/}/s/drop/accept/")
        yield Fault(
            "gateway-open",
            f"{' and '.join(gateway.ends)} count what they should refuse, and let it pass",
            node,
            inject,
            undo,
            ("gateway/flow-refused", "gateway/far-router"),
            vpns,
            (gateway.ends[1],),
        )
        yield _believed(joins[0], name)
        between = context.plan.gateways[name].interface(node)
        yield _domains_joined(name, gateway, between)
        yield _second_vlan(context, gateway, between)
        inject, undo = edited(TABLE, rf"s/\b{port}\b/4444/")
        yield Fault(
            "wrong-port",
            f"flow {flow} is let through at another port",
            node,
            inject,
            undo,
            ("gateway/flow-allowed",),
            (name,),
        )
        inject, undo = edited(TABLE, '/counter name ".*-refused"/d')
        yield Fault(
            "uncounted",
            "refused packets are not counted",
            node,
            inject,
            undo,
            ("gateway/flow-refused", "gateway/far-router"),
            vpns,
        )
        yield Fault(
            "gateway-session-down",
            "no BGP session to the far gateway",
            node,
            vtysh(session, f"neighbor {joins[0].far.address.ip} shutdown"),
            vtysh(session, f"no neighbor {joins[0].far.address.ip} shutdown"),
            ("gateway/ebgp-sessions", "gateway/flow-allowed"),
            (node, *vpns),
            touches=("vpn/routes", "gateway/flow-refused"),
        )
        return
