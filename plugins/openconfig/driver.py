"""Optical equipment by OpenConfig over NETCONF: what of its configuration is citynet's."""

from citynet.netconf.driver import NetconfDriver
from citynet.netconf.profile import Owned, Profile

from .defaults import SHOWN

PROFILE = Profile(
    name="openconfig",
    shown=SHOWN,
    owned=(
        Owned("/components/component[name]/optical-channel"),
        Owned("/components/component[name]/port/optical-port"),
        Owned("/terminal-device/logical-channels/channel[index]"),
        Owned("/optical-amplifier/amplifiers/amplifier[name]"),
        Owned("/wavelength-router/media-channels/channel[index]"),
        Owned("/aps/aps-modules/aps-module[name]"),
    ),
)
"""Components are hardware: what light does in them is citynet's, that they are there is not."""


class OpenconfigDriver(NetconfDriver):
    """NETCONF and nothing else."""

    profile = PROFILE
