"""Huawei NetEngine routers over NETCONF: what of their configuration is citynet's."""

from citynet.netconf.driver import NetconfDriver
from citynet.netconf.profile import Owned, Profile

from .defaults import SHOWN

PUBLIC = "/network-instance/instances/instance[name=_public_]"
PROFILE = Profile(
    name="huawei_vrp",
    shown=SHOWN,
    owned=(
        Owned("/system/system-info/sys-name"),
        Owned("/bfd"),
        Owned(
            "/ifm/interfaces/interface[name]",
            kept=r"(?i)NULL0|InLoopBack\d+|M?Eth(ernet)?0/0/0|GigabitEthernet0/0/0|Virtual-Template\d+",
            permanent=r"(?i)(\d+\|?)*(X?Gigabit)?(GE|Ethernet)\d+/\d+/\d+(:\d+)?",
            skeleton=("name", "class", "type", "number"),
        ),
        *(
            Owned(f"{PUBLIC}/{each}")
            for each in ("description", "afs", "srv6", "isis", "bgp/base-process")
        ),
        Owned(
            "/network-instance/instances/instance[name]",
            kept=r"_public_|__.*__|_management_vpn_|__LOCAL_OAM_VPN__",
        ),
        Owned("/bgp/base-process"),
        *(
            Owned(f"/routing-policy/{each}")
            for each in ("policy-definitions", "ipv4-prefix-filters", "ipv6-prefix-filters")
        ),
        *(Owned(f"/acl/{each}") for each in ("groups", "group6s")),
        *(
            Owned(f"/qos/classifier-template/{each}")
            for each in ("traffic-classifiers", "traffic-behaviors", "traffic-policys")
        ),
    ),
)
"""Kept: what the device has of itself, and its management port and VPN. Physical ports stay."""


class HuaweiDriver(NetconfDriver):
    """NETCONF and nothing else: no command line configures these routers."""

    profile = PROFILE
