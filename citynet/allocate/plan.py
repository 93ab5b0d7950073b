"""The plan of numbers: everything a machine allocates, or a team has pinned."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, IPv6Network

from citynet.errors import KeyPath


@dataclass(frozen=True, slots=True)
class DomainNumbers:
    """A domain's AS number, IS-IS area (`49.0001`) and pools."""

    asn: int
    area: str
    loopbacks: IPv6Network
    links: IPv6Network
    locators: IPv6Network


@dataclass(frozen=True, slots=True)
class NodeNumbers:
    """A node's number and what is made of it. `locator` is a /64 (RFC 8986, section 3.1)."""

    number: int
    loopback: IPv6Address
    locator: IPv6Network
    router_id: IPv4Address
    net: str


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """One end of a link: the node, its interface name, and its address with the /127."""

    node: str
    interface: str
    address: IPv6Interface


@dataclass(frozen=True, slots=True)
class LinkNumbers:
    """An IP link with its addresses; `spans` are the fibres under it."""

    id: str
    ends: tuple[LinkEnd, LinkEnd]
    metric: int
    spans: tuple[str, ...]
    origin: KeyPath

    def end(self, node: str) -> LinkEnd:
        """The end at `node`."""
        return self.ends[0] if self.ends[0].node == node else self.ends[1]

    def far(self, node: str) -> LinkEnd:
        """The end that is not at `node`."""
        return self.ends[1] if self.ends[0].node == node else self.ends[0]


@dataclass(frozen=True, slots=True)
class VpnNumbers:
    """A VPN's route target (`64512:100`), Linux table and SRv6 function (16 bits)."""

    route_target: str
    table: int
    function: int


@dataclass(frozen=True, slots=True)
class EndpointNumbers:
    """A VPN endpoint: the router's interface and addresses, and the customer's."""

    vpn: str
    name: str
    node: str
    interface: str
    ipv4: IPv4Interface
    ipv6: IPv6Interface
    customer_ipv4: IPv4Interface
    customer_ipv6: IPv6Interface

    @property
    def ref(self) -> str:
        """`vpn/endpoint`, as intent names it."""
        return f"{self.vpn}/{self.name}"


@dataclass(frozen=True, slots=True)
class AttachmentNumbers:
    """A VPN on a node: its route distinguisher and its End.DT46 SID there."""

    route_distinguisher: str
    sid: IPv6Address


@dataclass(frozen=True, slots=True)
class JoinEnd:
    """One side of a join: the gateway router, its VPN, its subinterface and address."""

    node: str
    vpn: str
    interface: str
    address: IPv6Interface


@dataclass(frozen=True, slots=True)
class JoinNumbers:
    """Two VPNs joined at a gateway: a VLAN on the link between its two routers."""

    gateway: str
    vlan: int
    ends: tuple[JoinEnd, JoinEnd]


@dataclass(frozen=True, slots=True)
class GatewayNumbers:
    """A gateway's link: interface name by end, in the order of `ends`, and its joins."""

    interfaces: tuple[str, str]
    joins: tuple[JoinNumbers, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All numbers of a city. Maps are by name; endpoints by `(vpn, endpoint)`."""

    domains: dict[str, DomainNumbers]
    nodes: dict[str, NodeNumbers]
    links: dict[str, LinkNumbers]
    vpns: dict[str, VpnNumbers]
    endpoints: dict[tuple[str, str], EndpointNumbers]
    attachments: dict[tuple[str, str], AttachmentNumbers]
    gateways: dict[str, GatewayNumbers]
