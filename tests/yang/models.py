"""Where the vendors' models are for tests: beside the clone, never in it."""

import os
from pathlib import Path

from tests.cities import ROOT

MODELS = Path(os.environ.get("CITYNET_YANG", ROOT.parent / "shared" / "yang"))
"""A missing folder fails the tests that need it: documents nobody has validated prove nothing."""

MIRRORED = {"options.gateway.answers": "by-mirrored-rules"}
"""What a city accepts of gateways on platforms that keep no state."""

EVPN = {"domains.*.transport": "evpn-vxlan"}
"""A city whose routers carry VPNs by EVPN over VXLAN, for platforms that have no SRv6."""
