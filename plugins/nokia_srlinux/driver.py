"""Nokia SR Linux over NETCONF: what of its configuration is citynet's."""

from citynet.netconf.driver import NetconfDriver
from citynet.netconf.profile import Owned, Profile

from .defaults import SHOWN

PROFILE = Profile(
    name="nokia_srlinux",
    shown=SHOWN,
    owned=(
        Owned("/system/name/host-name"),
        Owned("/interface[name]", kept=r"mgmt0(-standby)?"),
        Owned("/tunnel-interface[name]"),
        Owned("/bfd"),
        Owned("/network-instance[name]", kept="mgmt"),
        Owned("/routing-policy"),
        Owned("/acl/acl-filter[name type]", kept=r"cpm .*"),
        Owned("/acl/interface[interface-id]", kept=r"mgmt0.*"),
    ),
    ordered=frozenset({"statement", "export-policy", "import-policy"}),
)
"""Kept: the management port and its network instance, and the lists that guard the processor."""


class SrlinuxDriver(NetconfDriver):
    """NETCONF, which SR Linux speaks since 24.7, and nothing else."""

    profile = PROFILE
