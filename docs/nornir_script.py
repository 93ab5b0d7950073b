"""The cores' BGP sessions, with Nornir alone: `python docs/nornir_script.py inventory/demo`."""

import sys

from nornir import InitNornir
from nornir.core.filter import F
from nornir.core.task import Result, Task

from citynet.fleet.processors import Lines


def sessions(task: Task) -> Result:
    """Ask one core."""
    shell = task.host.get_connection("citynet_shell", task.nornir.config)
    return Result(task.host, shell.run("vtysh -c 'show bgp ipv4 vpn summary'").stdout)


inventory = {"plugin": "CityInventory", "options": {"city": sys.argv[1]}}
nornir = InitNornir(inventory=inventory, logging={"enabled": False})
cores = nornir.filter(F(groups__contains="role_core")).with_processors([Lines(print)])
for name, result in sorted(cores.run(sessions).items()):
    print(f"== {name}\n{result[0].result}")
nornir.close_connections()
