"""Faults of the underlay: daemons that say nothing, links, IS-IS, BFD, loopbacks."""

from collections.abc import Iterable, Iterator

from citynet.verify.fault import Fault

from .scene import LOOPBACK, PACKETS, Scene, vtysh

PAUSE = "kill -{signal} $(cat /run/frr/{daemon}.pid)"
HOLD = 30.0
"""Seconds until a silent neighbour is given up: ten IS-IS hellos of 3 s, and BGP's hold time."""
RESET = "tcp sport 179 reject with tcp reset; tcp dport 179 reject with tcp reset;"


def _signalled(signal: str, *daemons: str) -> str:
    return "; ".join(PAUSE.format(signal=signal, daemon=each) for each in daemons)


def _silent_isis(node: str, port: str, peer: str) -> Fault:
    """A daemon that hangs, and watchfrr with it, so that nobody restarts it.

    Its own router cannot say so: its neighbour does, once the hold time is over, which is first
    made as short as three hellos of 1 s; the next hello of those before says so.
    """
    on = (f"interface {port}",)
    short = ("isis hello-interval 1", "isis hello-multiplier 3")
    usual = ("no isis hello-interval", "no isis hello-multiplier")
    return Fault(
        "isisd-hangs",
        f"isisd of {node} says nothing",
        node,
        f"{vtysh(*on, *short)}; sleep 4; {_signalled('STOP', 'watchfrr', 'isisd')}",
        f"{_signalled('CONT', 'isisd', 'watchfrr')}; {vtysh(*on, *usual)}",
        ("underlay/isis-adjacencies",),
        (peer,),
        touches=("underlay/bfd-sessions", *LOOPBACK),
        within=HOLD + 30.0,
    )


def _silent_bgp(node: str, clients: Iterable[str]) -> Fault:
    """A daemon that hangs, as above. Its kernel refuses what its neighbours say to it meanwhile.

    Without that they would wait for 30 s. Healed, it asks them itself: theirs is a longer wait.
    """
    hook = "type filter hook input priority 0;"
    return Fault(
        "bgpd-hangs",
        f"bgpd of {node} says nothing",
        node,
        f"{_signalled('STOP', 'watchfrr', 'bgpd')}; "
        f"nft 'table inet fault {{ chain input {{ {hook} {RESET} }}; }}'",
        f"nft delete table inet fault; {_signalled('CONT', 'bgpd', 'watchfrr')}; "
        "vtysh -c 'clear bgp *'",
        ("vpn/bgp-sessions",),
        tuple(clients),
        within=HOLD + 30.0,
    )


def underlay_faults(at: Scene) -> Iterator[Fault]:
    """Links, IS-IS, BFD and loopbacks."""
    near, far = at.link.end(at.node), at.link.far(at.node)
    port, peer = near.interface, far.node
    system = at.context.plan.nodes[peer].system_id
    yield _silent_isis(at.node, port, peer)
    yield _silent_bgp(at.reflectors[0], at.context.index.clients[at.domain])
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
        vtysh(f"interface {port}", "no isis bfd"),
        vtysh(f"interface {port}", "isis bfd", "isis bfd profile city"),
        ("underlay/bfd-sessions",),
        (at.node, peer),
    )
    yield Fault(
        "level-1-2",
        f"the adjacency to {peer} is not level 2",
        at.node,
        vtysh(f"interface {port}", "isis circuit-type level-1")
        + f"; vtysh -c 'clear isis neighbor {system}'",
        vtysh(f"interface {port}", "isis circuit-type level-2-only"),
        ("underlay/isis-adjacencies",),
        (at.node,),
        touches=("underlay/bfd-sessions",),
        within=HOLD + 30.0,
    )
    nodes = at.context.plan.nodes
    loopback = nodes[at.node].loopback
    tried = "for i in 1 2 3 4 5 6; do ping -qc1 -W1 -I"
    answered = "; ".join(
        f"{tried} {loopback} {nodes[each].loopback} && break; done" for each in at.reflectors
    )
    yield Fault(
        "loopback-lost",
        "the loopback address is gone",
        at.node,
        f"ip address del {loopback}/128 dev lo",
        f"ip address add {loopback}/128 dev lo nodad; {answered}; vtysh -c 'clear bgp *'",
        ("underlay/loopbacks",),
        (at.node, peer),
        touches=LOOPBACK,
    )
