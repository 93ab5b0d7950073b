"""FRR on Linux: routing by FRR, everything else by the kernel."""

import re
from collections.abc import Iterator, Mapping

from citynet.build.facts import DeviceFacts
from citynet.render.naming import Naming
from citynet.render.platform import Parts, Platform, outside

from .files import FRR_CONF, LINUX_STATE, NFTABLES

_FITS = re.compile(r"[^\s/:]{1,15}")
"""What the kernel takes (IFNAMSIZ, `dev_valid_name`): it names files in `/proc/sys/net` too."""
_WORDS = "at most 15 characters without `/`, `:` and spaces, as Linux has it"

_OWN = (
    r"all|default|eth0|lo|local|main|mgmt|unspec"
    r"|(dummy|erspan|gre|gretap|ip6_vti|ip6gre|ip6tnl|ip_vti|lo|sit|sr|tunl|vrf)[0-9]+"
)
"""Management, loopbacks, what modules of the kernel make by themselves, what SRv6 routes point
at (`sr0`), and words of `/proc/sys/net/*/conf`, ip-route(8) and FRR's own configuration."""

INTERFACES = Naming(_FITS, _WORDS, re.compile(_OWN))
VRFS = Naming(_FITS, _WORDS, re.compile(rf"{_OWN}|eth[0-9]+"))
"""A VRF is an interface, so it cannot be called what a port is, and a table (ip-vrf(8))."""


def refuses(facts: DeviceFacts) -> Iterator[str]:
    """The parts of a locator are 16 to 64 bits each in FRR's command line."""
    parts = range(16, 65)
    yield from outside(facts, "srv6", {"block_length": parts, "node_length": parts})


def assemble(facts: DeviceFacts, parts: Parts) -> Mapping[str, str]:
    """`frr.conf`, the Linux side as wanted state, and a ruleset where a role has one."""
    head = f"hostname {facts.name}\nlog syslog informational\n"
    files = {
        FRR_CONF: head + "".join(parts["frr"]),
        LINUX_STATE: "".join(parts["linux"]),
    }
    ruleset = "".join(parts["nft"])
    return files | {NFTABLES: ruleset} if ruleset.strip() else files


PLATFORM = Platform(
    name="frr",
    summary="FRR on Linux, configured over SSH",
    blocks=("frr", "linux", "nft"),
    assemble=assemble,
    driver=".driver:FrrDriver",
    refuses=refuses,
    interfaces=INTERFACES,
    vrfs=VRFS,
)
