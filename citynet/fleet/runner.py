"""Nornir over a city without configuration files."""

from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.plugins.inventory import InventoryPluginRegister
from nornir.core.plugins.runners import RunnersPluginRegister
from nornir.plugins.runners import ThreadedRunner

from citynet.fleet.connections import DriverConnection, ShellConnection
from citynet.fleet.inventory import CityInventory, Reach
from citynet.pipeline import Prepared

FORKS = 16
"""Devices at once. The work is on the devices, so this is more than there are processors."""
FORKS_APART = 64
"""The same where devices do not share one machine, as the nodes of a lab do; more of them only
make Python's threads wait for each other (`benchmarks/transaction.py`).
"""
PER_CPU = 2
"""Devices of a lab at once, for each processor that they share: enough to keep it busy. With 16 on
two emulated processors a lab of 45 routers reached a load of 107, and answered in no time-out.
"""


def forks_of_lab(cpus: int) -> int:
    """Devices of a lab at once, on a machine of so many processors."""
    return max(4, min(FORKS, PER_CPU * cpus))


def register() -> None:
    """Make the plugins known to Nornir, as their entry points do once citynet is installed."""
    ConnectionPluginRegister.register("citynet", DriverConnection)
    ConnectionPluginRegister.register("citynet_shell", ShellConnection)
    InventoryPluginRegister.register("CityInventory", CityInventory)
    RunnersPluginRegister.register("threaded", ThreadedRunner)


def fleet(prepared: Prepared, reach: Reach | None = None, forks: int = FORKS) -> Nornir:
    """A Nornir whose hosts are the city's devices; `reach` is the city's lab unless given."""
    register()
    return Nornir(
        inventory=CityInventory(prepared, reach).load(),
        config=Config(),
        runner=ThreadedRunner(num_workers=forks),
    )
