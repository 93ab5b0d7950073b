"""Faults to prove the prover: each breaks one thing, and names the checks that must see it.

A fault is plain data made from intent: shell commands on one device, how to undo them, and
which checks (by `role/name`) catch it. `citynet` never runs one on its own; tests do, in a lab.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv6Network

from citynet.allocate.plan import EndpointNumbers, LinkNumbers
from citynet.build.context import Context
from citynet.model import Gateway
from citynet.verify.pairs import endpoints_of_vpn

PAUSE = "kill -{signal} $(cat /run/frr/{daemon}.pid)"
HOLD = 30.0
"""Seconds until a silent neighbour is given up: ten IS-IS hellos of 3 s, and BGP's hold time."""

CROSSING = ("gateway/flow-allowed", "gateway/flow-refused")
PACKETS = ("srv6/encapsulation", "vpn/reachability", *CROSSING)
ROUTING = ("vpn/bgp-sessions", "vpn/routes", *PACKETS)
"""What else is seen where customers' packets, or their routes too, come to nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong on `node`: how, how it is undone, and what must see it.

    `caught_by` are checks as `role/name`, each of which must fail for some subject, `within`
    seconds; `concerning` narrows a run to what is needed (nodes, VPNs or links, as `--limit`);
    the same is done on the nodes of `also`. `touches` are other checks that may fail, because
    what broke carries what they measure. Every check that is in neither must still hold.
    """

    name: str
    summary: str
    node: str
    inject: str
    undo: str
    caught_by: tuple[str, ...]
    concerning: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    within: float = 30.0

    @property
    def nodes(self) -> tuple[str, ...]:
        """Where it is injected."""
        return (self.node, *self.also)


def _vtysh(*lines: str) -> str:
    return "vtysh " + " ".join(f"-c '{line}'" for line in ("configure terminal", *lines))


def _paused(
    daemon: str, node: str, neighbours: tuple[str, ...], caught_by: str, touches: tuple[str, ...]
) -> Fault:
    """A daemon that hangs, and watchfrr with it, so that nobody restarts it.

    Its own router cannot say so: its neighbours do, once their hold time is over.
    """
    daemons = (daemon, "watchfrr")
    return Fault(
        f"{daemon}-hangs",
        f"{daemon} of {node} says nothing",
        node,
        "; ".join(PAUSE.format(signal="STOP", daemon=each) for each in reversed(daemons)),
        "; ".join(PAUSE.format(signal="CONT", daemon=each) for each in daemons),
        (caught_by,),
        neighbours,
        touches=touches,
        within=HOLD + 30.0,
    )


@dataclass(frozen=True, slots=True)
class Scene:
    """What faults are made of: two customers of one VPN, another VPN at the first's router."""

    context: Context
    near: EndpointNumbers
    far: EndpointNumbers
    other: str

    @property
    def node(self) -> str:
        """The router that breaks."""
        return self.near.node

    @property
    def link(self) -> LinkNumbers:
        """Its first link."""
        return self.context.index.links[self.node][0]

    @property
    def bgp(self) -> str:
        """How its BGP instance of the VPN is entered."""
        return f"router bgp {self.asn} vrf {self.near.vpn}"

    @property
    def asn(self) -> int:
        """Its AS number."""
        return self.context.plan.domains[self.context.domain_of(self.node)].asn


def scene(context: Context) -> Scene:
    """The first customers, by name, that all faults can be made of. Raises `ValueError`."""
    for vpn in sorted(context.city.vpns):
        ends = endpoints_of_vpn(context.plan, vpn)
        for near in ends:
            others = [each for each in context.index.vpns[near.node] if each != vpn]
            far = [each for each in ends if each.node != near.node]
            if others and far:
                return Scene(context, near, far[0], others[0])
    raise ValueError("no router has two VPNs, one of them with a customer elsewhere")


def _underlay(at: Scene) -> Iterator[Fault]:
    near, far = at.link.end(at.node), at.link.far(at.node)
    port, peer, reflector = near.interface, far.node, at.context.index.reflectors
    core = reflector[at.context.domain_of(at.node)][0]
    clients = at.context.index.clients[at.context.domain_of(at.node)]
    touches = ("underlay/bfd-sessions", "underlay/loopbacks", *ROUTING)
    yield _paused("isisd", at.node, (peer,), "underlay/isis-adjacencies", touches)
    yield _paused("bgpd", core, tuple(clients), "vpn/bgp-sessions", ())
    yield Fault(
        "link-cut",
        f"the link to {peer} is cut",
        at.node,
        f"ip link set {port} down",
        f"ip link set {port} up; ip address replace {near.address} dev {port} nodad",
        ("underlay/isis-adjacencies", "underlay/bfd-sessions", "underlay/link-mtu"),
        (at.node, peer),
    )
    yield Fault(
        "small-mtu",
        f"the link to {peer} carries 1500 bytes",
        at.node,
        f"cat /sys/class/net/{port}/mtu >/run/fault; ip link set {port} mtu 1500",
        f"ip link set {port} mtu $(cat /run/fault)",
        ("underlay/link-mtu",),
        (at.link.id,),
        touches=("underlay/isis-adjacencies", *PACKETS),
    )
    yield Fault(
        "wrong-address",
        f"another address on the link to {peer}",
        at.node,
        f"ip address del {near.address} dev {port}; "
        f"ip address add fd00:bad::1/127 dev {port} nodad",
        f"ip address del fd00:bad::1/127 dev {port}; "
        f"ip address add {near.address} dev {port} nodad",
        ("underlay/link-mtu",),
        (at.link.id,),
    )
    yield Fault(
        "bfd-off",
        f"no BFD towards {peer}",
        at.node,
        _vtysh(f"interface {port}", "no isis bfd"),
        _vtysh(f"interface {port}", "isis bfd", "isis bfd profile city"),
        ("underlay/bfd-sessions",),
        (at.node, peer),
    )
    yield Fault(
        "level-1-2",
        f"the adjacency to {peer} is not level 2",
        at.node,
        _vtysh(f"interface {port}", "isis circuit-type level-1"),
        _vtysh(f"interface {port}", "isis circuit-type level-2-only"),
        ("underlay/isis-adjacencies",),
        (at.node,),
        touches=("underlay/bfd-sessions",),
        within=HOLD + 30.0,
    )
    loopback = at.context.plan.nodes[at.node].loopback
    yield Fault(
        "loopback-lost",
        "the loopback address is gone",
        at.node,
        f"ip address del {loopback}/128 dev lo",
        f"ip address add {loopback}/128 dev lo nodad; sleep 1; vtysh -c 'clear bgp *'",
        ("underlay/loopbacks",),
        (at.node, peer),
        touches=ROUTING,
    )


def _vpn(at: Scene) -> Iterator[Fault]:
    plan, vpn = at.context.plan, at.near.vpn
    target, foreign = plan.vpns[vpn].route_target, plan.vpns[at.other].route_target
    family = "address-family ipv4 unicast"
    core = at.context.index.reflectors[at.context.domain_of(at.node)][0]
    loopback = plan.nodes[at.node].loopback
    sid = plan.attachments[at.node, vpn].sid
    yield Fault(
        "wrong-route-target",
        f"{vpn} has a route target that nobody else has",
        at.node,
        _vtysh(at.bgp, family, "rt vpn both 1:1"),
        _vtysh(at.bgp, family, f"rt vpn both {target}"),
        ("vpn/routes", "vpn/reachability"),
        (vpn,),
        touches=PACKETS,
    )
    yield Fault(
        "leaked-route",
        f"{vpn} also imports the routes of {at.other}",
        at.node,
        _vtysh(at.bgp, family, f"rt vpn import {target} {foreign}"),
        _vtysh(at.bgp, family, f"rt vpn both {target}"),
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
    locator = plan.nodes[at.node].locator
    block = plan.domains[at.context.domain_of(at.node)].locators
    wrong = IPv6Network((int(locator.network_address) ^ (1 << 64), 64))
    lengths = f"block-len {block.prefixlen} node-len {locator.prefixlen - block.prefixlen}"
    place = ("segment-routing", "srv6", "locators", "locator CITY")
    yield Fault(
        "wrong-locator",
        "the locator is another node's",
        at.node,
        _vtysh(*place, f"prefix {wrong} {lengths}"),
        _vtysh(*place, f"prefix {locator} {lengths}"),
        ("srv6/local-sids", "vpn/reachability"),
        (at.node, vpn),
        touches=ROUTING,
    )
    yield Fault(
        "missing-sid",
        f"{vpn} has no SID",
        at.node,
        _vtysh(at.bgp, f"no sid vpn per-vrf export explicit {sid}"),
        _vtysh(at.bgp, f"sid vpn per-vrf export explicit {sid}"),
        ("srv6/local-sids", "vpn/reachability"),
        (at.node, vpn),
        touches=("vpn/routes", *PACKETS),
    )
    yield Fault(
        "wrong-sid",
        f"{vpn} is told with the SID of nobody",
        at.node,
        _vtysh(at.bgp, f"no sid vpn per-vrf export explicit {sid}", "sid vpn per-vrf export auto"),
        _vtysh(at.bgp, "no sid vpn per-vrf export auto", f"sid vpn per-vrf export explicit {sid}"),
        ("srv6/local-sids", "vpn/routes"),
        (at.node, vpn),
        touches=PACKETS,
    )
    yield Fault(
        "reflector-forgets",
        f"{core} does not reflect to {at.node}",
        core,
        _vtysh(f"router bgp {at.asn}", f"no neighbor {loopback} peer-group CLIENTS"),
        _vtysh(
            f"router bgp {at.asn}",
            f"neighbor {loopback} peer-group CLIENTS",
            f"neighbor {loopback} description {at.node}",
        ),
        ("vpn/bgp-sessions",),
        (core, at.node),
    )
    yield Fault(
        "small-access-mtu",
        f"the access of {at.near.ref} carries 1400 bytes",
        at.node,
        f"ip link set {at.near.interface} mtu 1400",
        f"ip link set {at.near.interface} mtu 1500",
        ("vpn/access", "vpn/reachability"),
        (vpn,),
        touches=PACKETS,
    )


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
        f"sysctl -qw net.ipv6.conf.{port}.disable_ipv6=0; " + _vtysh(f"interface {port}", *isis),
        _vtysh(f"interface {port}", *undone) + f"; sysctl -qw net.ipv6.conf.{port}.disable_ipv6=1",
        ("underlay/isis-adjacencies",),
        gateway.ends,
        (gateway.ends[1],),
        touches=("underlay/domain-separation",),
    )


def _gateway(context: Context) -> Iterator[Fault]:
    for name, gateway in sorted(context.city.gateways.items()):
        node = gateway.ends[0]
        joins = context.index.joins.get(node, ())
        tcp = [flow for flow, each in sorted(gateway.allow.items()) if each.ports]
        if not joins or not tcp:
            continue
        save = "nft -s list table inet citynet-gateway >/run/fault"
        again = "nft delete table inet citynet-gateway 2>/dev/null; nft -f /run/fault"
        vpns = tuple(sorted({joins[0].near.vpn, joins[0].far.vpn}))
        flow = tcp[0]
        port = gateway.allow[flow].ports[0]
        yield Fault(
            "gateway-open",
            f"{' and '.join(gateway.ends)} count what they should refuse, and let it pass",
            node,
            f"{save}; sed '/-refuse {{/,/}}/s/drop/accept/' /run/fault >/run/fault2; "
            "nft delete table inet citynet-gateway; nft -f /run/fault2",
            again,
            ("gateway/flow-refused",),
            vpns,
            (gateway.ends[1],),
        )
        yield _domains_joined(name, gateway, context.plan.gateways[name].interface(node))
        yield Fault(
            "wrong-port",
            f"flow {flow} is let through at another port",
            node,
            f"{save}; sed 's/\\b{port}\\b/4444/' /run/fault >/run/fault2; "
            "nft delete table inet citynet-gateway; nft -f /run/fault2",
            again,
            ("gateway/flow-allowed",),
            (name,),
        )
        yield Fault(
            "uncounted",
            "refused packets are not counted",
            node,
            f"{save}; sed '/counter name \".*-refused\"/d' /run/fault >/run/fault2; "
            "nft delete table inet citynet-gateway; nft -f /run/fault2",
            again,
            ("gateway/flow-refused",),
            vpns,
        )
        yield Fault(
            "gateway-session-down",
            "no BGP session to the far gateway",
            node,
            f"ip link set {joins[0].near.interface} down",
            f"ip link set {joins[0].near.interface} up; ip address replace "
            f"{joins[0].near.address} dev {joins[0].near.interface} nodad",
            ("gateway/ebgp-sessions", "gateway/flow-allowed"),
            (node, *vpns),
            touches=("vpn/routes", "gateway/flow-refused"),
        )
        return


MAKERS: tuple[Callable[[Scene], Iterator[Fault]], ...] = (
    _underlay,
    _vpn,
    lambda at: _gateway(at.context),
)


def faults(context: Context) -> tuple[Fault, ...]:
    """Every fault this city has room for, in a fixed order."""
    at = scene(context)
    return tuple(fault for make in MAKERS for fault in make(at))
