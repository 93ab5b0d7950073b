"""The same on many routers at once, with nornir-napalm and a city as its inventory:

`python docs/nornir_napalm_script.py inventory/demo SSH_CONFIG FILE ROUTER…`
"""

import sys

from nornir import InitNornir
from nornir.core.task import Result, Task
from nornir_napalm.plugins import tasks


def up(task: Task) -> set[str]:
    """The peers with a session."""
    found = task.run(tasks.napalm_get, getters=["bgp_neighbors"])[0].result["bgp_neighbors"]
    return {peer for peer, said in found["global"]["peers"].items() if said["is_up"]}


def change(task: Task) -> Result:
    """For a minute; for good if no peer is lost."""
    before = up(task)
    diff = task.run(tasks.napalm_configure, filename=candidate, revert_in=60)[0].diff
    kept = before <= up(task)
    task.run(tasks.napalm_confirm_commit if kept else tasks.napalm_rollback)
    return Result(task.host, changed=kept, result=f"{'kept' if kept else 'undone'}\n{diff}")


city, ssh_config, candidate, *routers = sys.argv[1:]
inventory = {"plugin": "CityInventory", "options": {"city": city}}
log = {"enabled": False}
nornir = InitNornir(inventory=inventory, ssh={"config_file": ssh_config}, logging=log)
chosen = nornir.filter(filter_func=lambda host: host.name in routers)
for host in chosen.inventory.hosts.values():
    host.hostname = host.name  # as the SSH configuration calls it
done = chosen.run(change)
for name, result in sorted(done.items()):
    print(f"== {name}: {result[0].result}")
nornir.close_connections()
sys.exit(bool(done.failed))
