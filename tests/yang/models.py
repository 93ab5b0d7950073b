"""Where the vendors' models are for tests: as citynet decides it, or beside the clone."""

import os

from citynet.house import open_house
from citynet.yang.models import configured, folder_of
from tests.cities import ROOT

BESIDE = ROOT.parent / "shared" / "yang"
MODELS = configured(os.environ, BESIDE) or BESIDE
"""Where there are none, this is no folder, and a test that needs it fails: mark it `models`."""


def lacking() -> list[str]:
    """The platforms whose models are not there."""
    platforms = sorted(open_house().platforms.items())
    own = ((name, each.models) for name, each in platforms if each.models and each.models.source)
    return [name for name, models in own if not folder_of(models, MODELS)]


MIRRORED = {"options.gateway.answers": "by-mirrored-rules"}
"""What a city accepts of gateways on platforms that keep no state."""

EVPN = {"domains.*.transport": "evpn-vxlan", "options.gateway.gtsm": False}
"""A city whose routers carry VPNs by EVPN over VXLAN, for platforms that have no SRv6."""
