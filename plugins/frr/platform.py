"""FRR on Linux: routing by FRR, everything else by the kernel."""

from collections.abc import Mapping

from citynet.build.facts import DeviceFacts
from citynet.render.platform import Parts, Platform

from .files import FRR_CONF, LINUX_STATE, NFTABLES


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
)
