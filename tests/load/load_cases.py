"""A small city, ways to break it, and where and how the loader must say so.

A `^` in a case's new text marks where the problem must be reported; it is not in the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CITY = """\
city:
  name: small
domains:
  gov: {label: 政务域}
  xd: {}
networks:
  egov: {domain: gov}
  video: {domain: gov}
  trade: {domain: xd}
sites:
  town-hall: {label: 市民中心}
"""

NODES = """\
nodes:
  g1: {site: town-hall, domain: gov, role: core}
  g2: {site: town-hall, domain: gov, role: aggregation}
  g3: {site: town-hall, domain: gov, role: access, network: egov}
  gw: {site: town-hall, domain: gov, role: gateway}
  x1: {site: town-hall, domain: xd, role: core}
  x2: {site: town-hall, domain: xd, role: access}
  xw: {site: town-hall, domain: xd, role: gateway}
rings:
  ring: {nodes: [g1, g2, g3]}
links:
  gw-g1: {ends: [gw, g1]}
  x1-x2: {ends: [x1, x2]}
  xw-x1: {ends: [xw, x1]}
"""

SERVICES = """\
vpns:
  health:
    domain: gov
    network: egov
    endpoints:
      office: {node: g3}
      hall: {node: g1}
  trade:
    domain: xd
    endpoints:
      market: {node: x2}
gateways:
  gate:
    ends: [gw, xw]
    allow:
      publish: {from: health/office, to: trade/market, protocol: tcp, ports: [443]}
      probe: {from: health, to: trade, protocol: icmp}
"""

FILES: Mapping[str, str] = {"city.yaml": CITY, "nodes.yaml": NODES, "services.yaml": SERVICES}


@dataclass(frozen=True)
class Case:
    """Replace `old` by `new` in `file`; then `words` must be said at the `^`."""

    name: str
    file: str
    old: str
    new: str
    words: tuple[str, ...]
    others: int = 0
    """How many more problems come with it."""

    def text(self) -> str:
        """Write the broken file, the mark still in it."""
        base = FILES[self.file]
        assert base.count(self.old) >= 1, f"{self.name}: {self.old!r} is not in {self.file}"
        return base.replace(self.old, self.new, 1)

    def place(self) -> str:
        """Say where the problem must be reported, as `file:line:col`."""
        before = self.text().partition("^")[0]
        line = before.count("\n") + 1
        return f"{self.file}:{line}:{len(before) - (before.rfind(chr(10)) + 1) + 1}"


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write an inventory's files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        data = text if isinstance(text, bytes) else text.encode()
        (folder / name).write_bytes(data)
    return folder


def write_case(folder: Path, case: Case) -> Path:
    """Write the small city with one file broken."""
    return write(folder, {**FILES, case.file: case.text().replace("^", "", 1)})


def city_case(name: str, old: str, new: str, *words: str, others: int = 0) -> Case:
    return Case(name, "city.yaml", old, new, words, others)


def nodes_case(name: str, old: str, new: str, *words: str, others: int = 0) -> Case:
    return Case(name, "nodes.yaml", old, new, words, others)


def services_case(name: str, old: str, new: str, *words: str, others: int = 0) -> Case:
    return Case(name, "services.yaml", old, new, words, others)


PUBLISH = "publish: {from: health/office, to: trade/market, protocol: tcp, ports: [443]}"
G2 = "{site: town-hall, domain: gov, role: aggregation}"

SHAPE = (
    nodes_case(
        "unknown key",
        "role: aggregation",
        "role: aggregation, ^lable: x",
        "unknown key `lable`",
        "did you mean `label`?",
    ),
    nodes_case(
        "misspelt key that was needed",
        "site: town-hall, domain: gov, role: aggregation",
        "^sit: town-hall, domain: gov, role: aggregation",
        "unknown key `sit`",
        "did you mean `site`?",
    ),
    nodes_case(
        "missing key",
        "  g2: {site: town-hall, domain: gov,",
        "  ^g2: {site: town-hall,",
        "`domain` is missing",
        "a name in `domains`",
    ),
    nodes_case(
        "bad enum",
        "role: aggregation",
        "role: ^agregation",
        "`role` is `agregation`",
        "one of core, aggregation, access, service, gateway",
        "did you mean `aggregation`?",
    ),
    nodes_case(
        "bad enum, capitals",
        "role: aggregation",
        "role: ^Aggregation",
        "did you mean `aggregation`?",
    ),
    nodes_case("no value", "role: aggregation", "^role: ", "`role` has no value", "one of core"),
    nodes_case(
        "no value where none is needed",
        "role: aggregation",
        "role: aggregation, ^label: ",
        "`label` has no value",
        "leave the key out",
    ),
    nodes_case("text for a map", G2, "^here", '`g2` is the text "here"', "site, domain, role"),
    nodes_case("list for a map", "  g2: " + G2, "  ^g2: [here]", "`g2` is a list", "a map"),
    nodes_case(
        "number for text",
        "role: aggregation",
        "role: aggregation, label: ^012.50",
        "`label` is the number 12.5",
        'write it in quotes: "012.50"',
    ),
    nodes_case(
        "true for text",
        "role: aggregation",
        "role: aggregation, label: ^true",
        "`label` is true",
        'write it in quotes: "true"',
    ),
    nodes_case(
        "text for a number",
        "role: aggregation",
        "role: aggregation, number: ^'12'",
        'is the text "12"',
        "leave out the quotes",
    ),
    nodes_case(
        "sexagesimal is text",
        "role: aggregation",
        "role: aggregation, number: ^22:30",
        'is the text "22:30"',
        "a whole number from 1 to 4294967295",
    ),
    nodes_case(
        "true for a number",
        "role: aggregation",
        "role: aggregation, number: ^true",
        "`number` is true",
        "a whole number",
    ),
    nodes_case(
        "number too small",
        "role: aggregation",
        "role: aggregation, number: ^0",
        "is the number 0",
        "from 1 to",
    ),
    nodes_case(
        "number too large to read",
        "role: aggregation",
        "role: aggregation, number: ^" + "9" * 5000,
        "this is a number of 5000 digits",
    ),
    nodes_case(
        "number for an address",
        "role: aggregation",
        "role: aggregation, loopback: ^5",
        "is the number 5",
        "an IPv6 address such as fd00::1",
    ),
    nodes_case(
        "not an address",
        "role: aggregation",
        "role: aggregation, router_id: ^10.0.0.256",
        "`router_id` is `10.0.0.256`",
        "an IPv4 address",
    ),
    nodes_case(
        "prefix with host bits",
        "role: aggregation",
        "role: aggregation, locator: ^fd00::1/64",
        "an IPv6 prefix",
        "did you mean `fd00::/64`?",
    ),
    nodes_case(
        "bad NET",
        "role: aggregation",
        "role: aggregation, net: ^49.1",
        "the number 49.1",
        "an IS-IS NET such as 49.0001.0000.0000.0001.00",
        'in quotes: "49.1"',
    ),
    nodes_case(
        "interface name with a line break in it",
        "gw-g1: {ends: [gw, g1]}",
        'gw-g1: {ends: [gw, g1], interfaces: {gw: ^"eth1\\n no router bgp"}}',
        "`eth1? no router bgp`",
        "an interface name",
    ),
    nodes_case(
        "label with a line break",
        "role: aggregation",
        'role: aggregation, label: ^"a\\nb"',
        "one line of text",
    ),
    nodes_case(
        "label too long",
        "role: aggregation",
        "role: aggregation, label: ^" + "x" * 121,
        "at most 120 characters",
    ),
    nodes_case(
        "platform that is a path",
        "role: aggregation",
        "role: aggregation, platform: ^../../x",
        "a platform",
    ),
    nodes_case(
        "ring of two",
        "ring: {nodes: [g1, g2, g3]}",
        "ring: {^nodes: [g1, g2]}",
        "`nodes` has 2 items",
        "a list of at least 3 names",
    ),
    nodes_case(
        "ring that is no list",
        "nodes: [g1, g2, g3]",
        "nodes: ^g1",
        '`nodes` is the text "g1"',
        "a list",
    ),
    nodes_case(
        "item that is no name",
        "[g1, g2, g3]",
        "[g1, g2, g3, ^12]",
        "item 4 of `nodes` is the number 12",
        'write it in quotes: "12"',
    ),
    nodes_case(
        "one end", "{ends: [gw, g1]}", "{^ends: [gw]}", "`ends` has 1 item", "a list of 2 names"
    ),
    nodes_case("three ends", "{ends: [gw, g1]}", "{^ends: [gw, g1, g2]}", "`ends` has 3 items"),
    nodes_case("no ends", "gw-g1: {ends: [gw, g1]}", "^gw-g1: {}", "`ends` is missing", "2 names"),
    nodes_case(
        "bad name",
        "  g2:",
        "  ^G2_Node:",
        "`G2_Node` cannot be a name here",
        "small letters",
        "did you mean `g2-node`?",
        others=1,
    ),
    nodes_case("name too short", "  x1-x2:", "  ^x:", "`x` cannot be a name here", "2 to 32"),
    nodes_case("name too long", "  x1-x2:", f"  ^{'l' * 33}:", "cannot be a name", "2 to 32"),
    city_case(
        "area without quotes",
        "gov: {label: 政务域}",
        "gov: {area: ^49.0010}",
        "`area` is the number 49.001",
        'write it in quotes: "49.0010"',
    ),
    city_case("AS number", "gov: {label: 政务域}", "gov: {asn: ^70000}", "from 1 to 65534"),
    city_case("city's name", "name: small", "name: ^" + "a" * 21, "a name of 2 to 20"),
    city_case("city's name missing", "city:\n  name", "^city:\n  label", "`name` is missing"),
    city_case(
        "pool that is not a prefix",
        "name: small",
        "name: small\n  customers_ipv4: ^10.0.0.1/8",
        "did you mean `10.0.0.0/8`?",
    ),
    services_case(
        "VPN's name too long",
        "  trade:",
        "  ^trade-of-all-data:",
        "`trade-of-all-data` cannot be a name here",
        "2 to 15",
        others=2,
    ),
    services_case(
        "no endpoints",
        "endpoints:\n      market: {node: x2}",
        "^endpoints: {}",
        "is empty",
        others=1,
    ),
    services_case(
        "port", "ports: [443]", "ports: [443, ^65536]", "item 2 of `ports`", "1 to 65535"
    ),
    services_case("port as text", "ports: [443]", "ports: [^https]", "item 1 of `ports`"),
    services_case("ports alone", "ports: [443]", "ports: ^443", "is the number 443", "a list of"),
    services_case("protocol", "protocol: tcp", "protocol: ^TCP", "did you mean `tcp`?"),
    services_case(
        "flow's end",
        "from: health/office",
        "from: ^health.office",
        "`from` is `health.office`",
        "vpn/endpoint, or vpn for all its endpoints",
    ),
    services_case(
        "flow's end by the name in the code",
        "{from: health/office",
        "{^source: health/office",
        "unknown key `source`",
        others=1,
    ),
    services_case(
        "route target",
        "network: egov",
        "network: egov\n    route_target: ^target:1:2",
        "a route target such as 64512:100",
    ),
    *(
        services_case(
            f"route target {text}",
            "network: egov",
            f"network: egov\n    route_target: ^{text}",
            f"`route_target` is `{text}`, expected a route target such as 64512:100",
        )
        for text in (
            "0:1",
            "65535:4294967296",
            "65536:65536",
            "4294967296:1",
            "192.0.2.1:65536",
            "192.0.2.256:1",
            "192.0.02.1:1",
            "0.0.0.0:1",
            "1.2:3",
        )
    ),
)
