"""Addresses that a team pins and no router can have, in the small city."""

from tests.load.load_cases import Case, city_case, nodes_case, services_case

G1 = "g1: {site: town-hall, domain: gov"

NEVER6 = (
    ("::", "unspecified (::/128)"),
    ("::1", "loopback (::1/128)"),
    ("::ffff:10.0.0.1", "IPv4-mapped (::ffff:0:0/96)"),
    ("fe80::1", "link-local (fe80::/10)"),
    ("febf::1", "link-local (fe80::/10)"),
    ("ff02::1", "multicast (ff00::/8)"),
)
NEVER4 = (
    ("127.0.0.1", "loopback (127.0.0.0/8)"),
    ("169.254.1.1", "link-local (169.254.0.0/16)"),
    ("224.0.0.5", "multicast (224.0.0.0/4)"),
    ("255.255.255.255", "reserved (240.0.0.0/4)"),
)
ZONES = ("fe80::1%eth0", "fd00::1%eth0")


def _quoted(text: str) -> str:
    return f'"{text}"' if text.startswith(":") else text


def _nodes(key: str, text: str, *words: str) -> Case:
    return nodes_case(f"{key} {text}", G1, f"{G1}, {key}: ^{_quoted(text)}", *words)


def _service(key: str, text: str, *words: str) -> Case:
    return services_case(
        f"{key} {text}", "{node: x2}", f"{{node: x2, {key}: ^{_quoted(text)}}}", *words
    )


def _pool(key: str, text: str, *words: str) -> Case:
    new = f"gov: {{pools: {{{key}: ^{_quoted(text)}}}}}"
    return city_case(f"{key} {text}", "gov: {label: 政务域}", new, *words)


def _customers(key: str, text: str, *words: str) -> Case:
    return city_case(
        f"{key} {text}", "name: small", f"name: small\n  {key}: ^{_quoted(text)}", *words
    )


def _link(text: str, *words: str) -> Case:
    new = f"{{ends: [gw, g1], prefix: ^{_quoted(text)}}}"
    return nodes_case(f"prefix {text}", "{ends: [gw, g1]}", new, *words)


def _span(text: str, *words: str) -> Case:
    new = f"[g1, g2, g3], spans: {{g1~g2: {{prefix: ^{_quoted(text)}}}}}"
    return nodes_case(f"span's prefix {text}", "[g1, g2, g3]", new, *words)


ADDRESSES = (
    *(_nodes("loopback", text, what, "a unicast IPv6 address") for text, what in NEVER6),
    *(_nodes("loopback", text, "an IPv6 address such as") for text in ZONES),
    *(_nodes("router_id", text, what, "an IPv4 address") for text, what in NEVER4),
    _nodes("router_id", "0.0.0.0", "unspecified (0.0.0.0/32)"),  # noqa: S104 - nothing binds
    _nodes("locator", "fe80::/64", "link-local", "such as 5f00:1:0:1::/64"),
    _nodes("locator", "5f00::%eth0/64", "an IPv6 prefix such as"),
    _nodes("locator", "::/0", "has addresses that are unspecified"),
    _nodes("number", "2130706433", "router id 127.0.0.1, which is loopback", "or pin `router_id`"),
    _nodes("number", "4294967295", "router id 255.255.255.255, which is reserved", "2130706431"),
    _nodes("net", "49.0001.0000.0000.0000.00", "the system id of `net`", "is zero"),
    _nodes("net", "49.0001.0000.0000.0001.01", "an IS-IS NET such as"),
    _nodes("net", "0000.0000.0001.00", "an IS-IS NET such as"),
    _nodes("net", "39.0001.0000.0000.0001.00", "an IS-IS NET such as"),
    _link("ff00::/127", "multicast (ff00::/8)", "a unicast IPv6 prefix such as fd00:1::/127"),
    _link("::/127", "has addresses that are unspecified"),
    _link("fd00::%eth0/127", "an IPv6 prefix"),
    _span("fe80::/127", "link-local (fe80::/10)"),
    *(_service("ipv4", f"{text}/31", what) for text, what in NEVER4),
    _service("ipv4", "0.0.0.1/24", "of this network (0.0.0.0/8)"),
    _service("ipv4", "10.0.0.1/0", "has addresses that are loopback"),
    _service("ipv4", "10.1.1.1/0.0.0.255", "an IPv4 address with its prefix length"),
    _service("ipv4", "10.1.1.1/255.255.255.0", "an IPv4 address with its prefix length"),
    _service("ipv6", "fd00::1%eth0/64", "an IPv6 address with its prefix length"),
    *(_service("ipv6", f"{text}/128", what) for text, what in NEVER6),
    _service("ipv6", "fd00::/64", "the first address of fd00::/64", "the router's own address"),
    _customers("customers_ipv4", "127.0.0.0/8", "loopback", "such as 10.0.0.0/8"),
    _customers("customers_ipv4", "0.0.0.0/0", "has addresses that are loopback"),
    _customers("customers_ipv4", "10.0.0.0/0.255.255.255", "an IPv4 prefix"),
    _customers("customers_ipv6", "ff00::/8", "multicast", "such as fd00::/8"),
    _pool("loopbacks", "fe80::/64", "link-local", "such as fd00:1::/64"),
    _pool("links", "::/64", "has addresses that are unspecified"),
    _pool("locators", "ff00::/32", "multicast", "such as 5f00:1::/32"),
)
"""What is said at each pin."""

FINE = (
    ("ipv4", "192.0.2.0/31"),
    ("ipv4", "192.0.2.1/31"),
    ("ipv4", "192.0.2.1/32"),
    ("ipv4", "100.64.0.1/30"),
    ("ipv6", "fd09::/127"),
    ("ipv6", "fd09::/128"),
    ("ipv6", "2001:db8::ffff:ffff:ffff:ffff/64"),
)
"""Addresses of endpoints that are their subnet's first or last, where that is no mistake."""
