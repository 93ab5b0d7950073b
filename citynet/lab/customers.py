"""Customers of a running lab: namespaces made, given other addresses, and taken away."""

from collections.abc import Iterable, Iterator

from citynet.lab.clab import container_name
from citynet.lab.engine import alone
from citynet.lab.errors import HostError
from citynet.lab.host import LabHost
from citynet.lab.topology import Customer, Topology


def settle(
    host: LabHost, topology: Topology, customers: Iterable[Customer], leave: Iterable[str]
) -> None:
    """Give these customers what they should have, and take the namespaces `leave` away.

    What is done to one disturbs no other. Raises `HostError`.
    """
    script = settle_script(customers, leave)
    if not script:
        return
    inside = container_name(topology.name, topology.customers_node.name)
    command = [*alone(host), "docker", "exec", "-i", inside, "sh", "-eu"]
    done = host.run(command, stdin=script.encode(), timeout=300)
    if done.returncode:
        raise HostError(f"{host.name}: customers cannot be set up: {done.stderr.strip()}")


def settle_script(customers: Iterable[Customer], leave: Iterable[str]) -> str:
    """For a shell in the customers container.

    A restarted container has the names of namespaces, and no namespaces behind them.
    """
    lines = [f"ip netns del {name} 2>/dev/null || rm -f /run/netns/{name}" for name in leave]
    lines += [line for each in customers for line in _customer(each)]
    return "".join(f"{line}\n" for line in lines)


def _customer(each: Customer) -> Iterator[str]:
    name, port = each.name, each.interface
    inside = f"ip -n {name}"
    shown = "link show dev %s >/dev/null 2>&1"
    made = f"{{ rm -f /run/netns/{name}; ip netns add {name}; }}"
    yield f"{inside} {shown % 'lo'} || {made}"
    yield f"{inside} {shown % port} || ip link set dev {port} netns {name}"
    yield f"{inside} -batch - <<BATCH"
    yield "link set dev lo up"
    yield f"address flush dev {port} scope global"
    yield f"address add {each.ipv4} dev {port}"
    yield f"address add {each.ipv6} dev {port} nodad"
    yield f"link set dev {port} up"
    yield f"route replace default via {each.ipv4_gateway} dev {port}"
    yield f"route replace default via {each.ipv6_gateway} dev {port}"
    yield "BATCH"
