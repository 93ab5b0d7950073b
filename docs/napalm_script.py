"""Change a router, and keep it if BGP stays up: `python docs/napalm_script.py ROUTER FILE`."""

import sys

from napalm import get_network_driver

router, candidate, ssh_config = [*sys.argv[1:], "~/.ssh/config"][:3]
driver = get_network_driver("frr")
with driver(router, "root", "", optional_args={"ssh_config_file": ssh_config}) as device:
    before = device.get_bgp_neighbors()["global"]["peers"]
    device.load_merge_candidate(filename=candidate)
    print(device.compare_config())
    device.commit_config(revert_in=60)
    after = device.get_bgp_neighbors()["global"]["peers"]
    if all(after[peer]["is_up"] for peer in before if before[peer]["is_up"]):
        device.confirm_commit()
    else:  # or let the minute pass
        device.rollback()
