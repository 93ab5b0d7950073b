"""The OpenConfig models of optical transport that our configuration touches."""

from citynet.yang import ModelSet, Source

SOURCE = Source(
    repository="openconfig/public",
    commit="94f589629e1e88d0a8dbd2b3024f829196801f2e",
    paths=("LICENSE", "release/models", "third_party"),
    digest="06c9ad6e754a6322cac898a04a0526da40494f26d2a55eef7e8b3f14a154dd42",
)

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
    source=SOURCE,
)
"""Types come first: identities are only known to a validator that implements their modules."""
