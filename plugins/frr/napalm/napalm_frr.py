"""Where NAPALM looks for the driver of FRR: `get_network_driver("frr")` imports this name.

Installed beside citynet, at the top, which is the only place that NAPALM knows.
"""

from citynet.house.discover import house_module

FRRDriver = house_module("plugins.frr.napalm_driver").FRRDriver
"""The driver, as NAPALM's users know it."""
