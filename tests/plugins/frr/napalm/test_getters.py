"""NAPALM's own suite for drivers, on answers of real FRR 10.7 routers."""

import pytest
from napalm.base.test.getters import BaseTestGetters

from plugins.frr.napalm_driver import FRRDriver

MEANINGLESS = (
    "get_firewall_policies",
    "get_lldp_neighbors",
    "get_lldp_neighbors_detail",
    "get_mac_address_table",
    "get_ntp_peers",
    "get_ntp_servers",
    "get_ntp_stats",
    "get_optics",
    "get_probes_config",
    "get_probes_results",
    "get_snmp_information",
    "get_users",
    "get_vlans",
)
"""What FRR does not have: LLDP, NTP, SNMP, bridges, optics and the rest are other programs'."""


def _without(names: tuple[str, ...]) -> dict[str, None]:
    return {f"test_{name}": None for name in names}


Meaningful = type("Meaningful", (BaseTestGetters,), _without(MEANINGLESS))
"""The suite without what is not implemented, which would only be skipped."""


@pytest.mark.usefixtures("set_device_parameters")
class TestGetters(Meaningful):  # type: ignore[misc, valid-type]
    """Everything that has a meaning."""


@pytest.mark.parametrize("name", MEANINGLESS)
def test_what_frr_does_not_have_is_not_made_up(name: str) -> None:
    with pytest.raises(NotImplementedError):
        getattr(FRRDriver("h", "u", "p"), name)()
