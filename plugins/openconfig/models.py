"""The OpenConfig models of optical transport that our configuration touches."""

from citynet.yang import ModelSet

MODELS = ModelSet(
    release="OpenConfig optical transport",
    folders=("openconfig", "release/models", "public"),
    modules=(
        "openconfig-transport-types",
        "openconfig-platform-types",
        "openconfig-platform",
        "openconfig-platform-port",
        "openconfig-platform-transceiver",
        "openconfig-terminal-device",
        "openconfig-transport-line-common",
        "openconfig-transport-line-protection",
        "openconfig-optical-amplifier",
        "openconfig-wavelength-router",
        "openconfig-channel-monitor",
    ),
)
"""Types come first: identities are only known to a validator that implements their modules."""
