"""The plan of numbers: everything a machine allocates, or a team has pinned."""

from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, IPv6Network

from msgspec import Struct

from citynet.errors import KeyPath


class DomainNumbers(Struct, frozen=True):
    """A domain's AS number, IS-IS area (`49.0001`) and pools."""

    asn: int
    area: str
    loopbacks: IPv6Network
    links: IPv6Network
    locators: IPv6Network


class NodeNumbers(Struct, frozen=True):
    """A node's number and what is made of it. `locator` is a /64 (RFC 8986, section 3.1)."""

    number: int
    loopback: IPv6Address
    locator: IPv6Network
    router_id: IPv4Address
    net: str

    @property
    def system_id(self) -> str:
        """The system ID in the NET: the six bytes before the last, in lower case (ISO 10589)."""
        return self.net[-17:-3].lower()


class LinkEnd(Struct, frozen=True):
    """One end of a link: the node, its interface name, and its address with the /127."""

    node: str
    interface: str
    address: IPv6Interface


class LinkNumbers(Struct, frozen=True):
    """An IP link with its addresses; `spans` are the fibres under it.

    `srlgs` are the numbers of those fibres, its shared risk groups (RFC 4202, RFC 5307).
    """

    id: str
    ends: tuple[LinkEnd, LinkEnd]
    metric: int
    spans: tuple[str, ...]
    srlgs: tuple[int, ...]
    origin: KeyPath

    def end(self, node: str) -> LinkEnd:
        """The end at `node`."""
        return self.ends[0] if self.ends[0].node == node else self.ends[1]

    def far(self, node: str) -> LinkEnd:
        """The end that is not at `node`."""
        return self.ends[1] if self.ends[0].node == node else self.ends[0]


class DegreeNumbers(Struct, frozen=True):
    """A degree: where the fibre `span` to line system `peer` ends on `line`; `loss` in dB."""

    line: str
    ring: str
    peer: str
    span: str
    port: str
    loss: float | None


class LightWay(Struct, frozen=True):
    """The line systems that a channel passes, in order, and the spans between them."""

    lines: tuple[str, ...]
    spans: tuple[str, ...]


class LightpathNumbers(Struct, frozen=True):
    """The channel of light that carries an IP link.

    `frequency` is its middle and `width` what it takes of the spectrum, in MHz (ITU-T G.694.1).
    Indices in devices are made of `number`. In the order of the link's ends are `routers`,
    `terminals` (where its transponders are), `ports` (what these are called there) and `entries`
    (what the ports are called by which it enters the line systems). Both ways go from the first
    end to the second.
    """

    link: str
    routers: tuple[str, str]
    ring: str
    number: int
    frequency: int
    width: int
    working: LightWay
    protection: LightWay | None
    terminals: tuple[str, str]
    ports: tuple[str, str]
    entries: tuple[str, str]
    origin: KeyPath

    @property
    def ways(self) -> tuple[LightWay, ...]:
        """The working way, and the one that protects it if there is one."""
        return (self.working, self.protection) if self.protection else (self.working,)

    @property
    def spans(self) -> tuple[str, ...]:
        """Every span that its frequency is taken on."""
        return tuple(span for way in self.ways for span in way.spans)


class VpnNumbers(Struct, frozen=True):
    """A VPN's route target (`64512:100`), Linux table and SRv6 function (16 bits)."""

    route_target: str
    table: int
    function: int


class EndpointNumbers(Struct, frozen=True):
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


class AttachmentNumbers(Struct, frozen=True):
    """A VPN on a node: its route distinguisher and its End.DT46 SID there."""

    route_distinguisher: str
    sid: IPv6Address


class JoinEnd(Struct, frozen=True):
    """One side of a join: the gateway router, its VPN, its subinterface and address."""

    node: str
    vpn: str
    interface: str
    address: IPv6Interface


class JoinNumbers(Struct, frozen=True):
    """Two VPNs joined at a gateway: a VLAN on the link between its two routers."""

    gateway: str
    vlan: int
    ends: tuple[JoinEnd, JoinEnd]


class GatewayNumbers(Struct, frozen=True):
    """A gateway's link: its ends in the order of their names, their interfaces, and its joins."""

    ends: tuple[str, str]
    interfaces: tuple[str, str]
    joins: tuple[JoinNumbers, ...]

    def interface(self, node: str) -> str:
        """The interface at `node`."""
        return self.interfaces[self.ends.index(node)]


class Plan(Struct, frozen=True):
    """All numbers of a city. Maps are by name; endpoints by `(vpn, endpoint)`.

    `srlgs` is by fibre, `lightpaths` by IP link, `degrees` is of all line systems.
    """

    domains: dict[str, DomainNumbers]
    nodes: dict[str, NodeNumbers]
    links: dict[str, LinkNumbers]
    vpns: dict[str, VpnNumbers]
    endpoints: dict[tuple[str, str], EndpointNumbers]
    attachments: dict[tuple[str, str], AttachmentNumbers]
    gateways: dict[str, GatewayNumbers]
    srlgs: dict[str, int]
    lightpaths: dict[str, LightpathNumbers]
    degrees: tuple[DegreeNumbers, ...]
