"""Where faults strike: two customers of one VPN, another VPN at one router; and how."""

from dataclasses import dataclass

from citynet.allocate.plan import EndpointNumbers, LinkNumbers
from citynet.build.context import Context
from citynet.verify.pairs import endpoints_of_vpn

CROSSING = ("gateway/flow-allowed", "gateway/flow-refused")
PACKETS = ("srv6/encapsulation", "vpn/reachability", *CROSSING)
ROUTING = ("vpn/bgp-sessions", "vpn/routes", *PACKETS)
LOOPBACK = ("underlay/loopbacks", "underlay/domain-separation", *ROUTING)
"""What else is seen where customers' packets, their routes too, or loopbacks come to nothing."""


def vtysh(*lines: str) -> str:
    """A command that configures FRR."""
    return "vtysh " + " ".join(f"-c '{line}'" for line in ("configure terminal", *lines))


def edited(table: str, script: str) -> tuple[str, str]:
    """A command that puts an nftables table through sed, and one that undoes it."""
    put = f"nft delete table inet {table} 2>/dev/null; nft -f"
    change = f"nft -s list table inet {table} >/run/fault; sed '{script}' /run/fault >/run/fault2"
    return f"{change}; {put} /run/fault2", f"{put} /run/fault"


def removed(table: str) -> tuple[str, str]:
    """A command that takes an nftables table away, and one that undoes it."""
    name = f"inet {table}"
    inject = f"nft -s list table {name} >/run/fault.{table} && nft delete table {name}"
    return inject, f"nft -f /run/fault.{table}"


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
    def domain(self) -> str:
        """Its domain."""
        return self.context.domain_of(self.node)

    @property
    def asn(self) -> int:
        """Its AS number."""
        return self.context.plan.domains[self.domain].asn

    @property
    def reflectors(self) -> tuple[str, ...]:
        """Who tells it the domain's routes."""
        return self.context.index.reflectors[self.domain]


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
