"""Optical line systems and terminals that speak OpenConfig, configured over NETCONF."""

from msgspec import Struct

from citynet.render.platform import Platform
from citynet.render.xml import assemble

from .models import MODELS


class Framing(Struct, frozen=True):
    """How a client's signal is framed (ITU-T G.709): identities of openconfig-transport-types.

    `gigabits` is what is allocated of each stage.
    """

    rate: str
    client: str
    mapping: str
    tributary: str
    line: str
    gigabits: int


FRAMINGS = {
    "100G": Framing("TRIB_RATE_100G", "PROT_100GE", "GMP", "PROT_ODU4", "PROT_OTU4", 100),
    "10G": Framing("TRIB_RATE_10G", "PROT_10GE_LAN", "BMP", "PROT_ODU2E", "PROT_OTU2E", 10),
}


def framing(rate: str) -> Framing:
    """The frames of a channel's rate."""
    return FRAMINGS[rate]


def hundredths(value: float) -> str:
    """A power or a gain as OpenConfig has them: decimal64 with two digits."""
    return f"{value:.2f}"


PLATFORM = Platform(
    name="openconfig",
    summary="Optical line systems and terminals by OpenConfig, configured over NETCONF",
    blocks=("config",),
    assemble=assemble,
    driver=".driver:OpenconfigDriver",
    port=830,
    autoescape=True,
    filters={"framing": framing, "hundredths": hundredths},
    models=MODELS,
)
