"""Huawei NetEngine routers (VRP, YANG 8.22), configured over NETCONF."""

import re
from collections.abc import Iterator
from ipaddress import IPv6Address

from citynet.build.facts import DeviceFacts
from citynet.render.platform import CommandLine, Platform, RealImage, outside
from citynet.render.ports import Ports
from citynet.render.stateless import access_lists, refuses_state
from citynet.render.xml import assemble

from .models import MODELS

PORT_TYPES = (
    *("Ethernet", "GigabitEthernet", "XGigabitEthernet", "Eth-Trunk", "Virtual-Ethernet"),
    *("10GE", "25GE", "40GE", "50GE", "100GE", "200GE", "400GE", "50|100GE"),
    *("FlexE-10G", "FlexE-50G", "FlexE-100G", "FlexE-50|100G", "FlexE-200GE", "FlexE-400G"),
)
"""What carries customers and links, of `port-type` in huawei-ifm."""
_PORT = re.compile(rf"({'|'.join(map(re.escape, PORT_TYPES))})[0-9]+(?:/[0-9]+)*(?:\.[0-9]+)?")
FIRST_SLOT, SLOTS, CARDS, PORTS_OF_CARD = 100, 100, 100, 100
"""Stand-ins are of slots that no NetEngine has."""


def _stand_in(number: int) -> str:
    rest, port = divmod(number, PORTS_OF_CARD)
    slot, card = divmod(rest, CARDS)
    return f"GigabitEthernet{FIRST_SLOT + slot}/{card}/{port}"


PORTS = Ports(_PORT, SLOTS * CARDS * PORTS_OF_CARD, _stand_in)

UNDERLAY = {
    "bfd_interval": range(3, 20_001),
    "bfd_multiplier": range(3, 51),
    "hello_interval": range(1, 256),
}
"""Ranges of huawei-isis: `bfd/min-rx` (ms), `bfd/detect-multiplier`, `p2p/hello-timer` (s)."""


def port_type(name: str) -> str:
    """`port-type` of huawei-ifm for a port: `100GE0/3/0` is a `100GE`."""
    found = _PORT.fullmatch(PORTS.name(name))
    return found[1] if found else ""


def lab_interface(port: str) -> str | None:
    """What containerlab calls a port of its kind `huawei_vrp`: `eth1` is Ethernet1/0/0."""
    found = re.fullmatch(r"Ethernet1/0/(\d+)", port)
    return None if found is None else f"eth{int(found[1]) + 1}"


def plain(text: str, longest: int = 242) -> str:
    """A description: no question mark (the pattern of all of them), not longer than allowed."""
    return text.replace("?", "？")[:longest]


def opcode(function: int) -> str:
    """An SRv6 function as huawei-srv6 writes it: `::daac`."""
    return str(IPv6Address(function))


def refuses(facts: DeviceFacts) -> Iterator[str]:
    """What of the facts an NE8000 cannot do: its models' ranges, and keeping state."""
    yield from outside(facts, "underlay", UNDERLAY)
    yield from refuses_state(facts)


PLATFORM = Platform(
    name="huawei_vrp",
    summary="Huawei NetEngine 8000, configured over NETCONF",
    blocks=("config",),
    assemble=assemble,
    driver=".driver:HuaweiDriver",
    port=830,
    refuses=refuses,
    autoescape=True,
    filters={
        "port_type": port_type,
        "plain": plain,
        "opcode": opcode,
        "access_lists": access_lists,
    },
    models=MODELS,
    ports=PORTS,
    real=RealImage("huawei_vrp", "admin", lab_interface),
    cli=CommandLine("huawei_vrpv8", ("display",), "Error:"),
)
