"""A topology on a lab host: containerlab and docker, driven through the host's `run`."""

import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from citynet.lab.build import ENTRYPOINT, Containerlab, NodeImage
from citynet.lab.cache import digest_of
from citynet.lab.clab import (
    CUSTOMERS,
    KEYS,
    clab_yaml,
    container_name,
    customers_text,
    network_name,
)
from citynet.lab.errors import HostError, LabError
from citynet.lab.host import LabHost, checked
from citynet.lab.keys import SSH_PORT, KeyPair, known_host
from citynet.lab.progress import Progress, timed
from citynet.lab.topology import LabLink, LabNode, Topology

READY_SECONDS = 300.0
VENDOR_SECONDS = 1200.0
"""A vendor's image may be a machine of its own, which starts as slowly as the device does."""
HOME = "home"
"""Folder beside the file: where containerlab finds the key that vendors' images get."""
NO_FILES: Mapping[str, bytes] = MappingProxyType({})
ENDED_EVERY = 20
"""Tries, of half a second each, between two looks for containers that have ended."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to run: the containerlab file, what its customers are, and the twins' files.

    `twins`: path below the lab's folder -> content. `archives` are vendors' images, as
    `docker save` writes them, that the host is to have.
    """

    topology: Topology
    clab: str
    customers: str
    twins: Mapping[str, bytes] = field(default_factory=dict)
    archives: tuple[Path, ...] = ()

    @property
    def digest(self) -> str:
        """Stands for all that a redeploy would be needed for."""
        twins = [part for name in sorted(self.twins) for part in (name.encode(), self.twins[name])]
        return digest_of([self.clab.encode(), self.customers.encode(), *twins])

    @property
    def file_name(self) -> str:
        """What containerlab expects a topology file to be called."""
        return f"{self.topology.name}.clab.yml"


def plan(
    topology: Topology,
    images: Mapping[str, NodeImage],
    twins: Mapping[str, bytes] = NO_FILES,
    archives: Sequence[Path] = (),
) -> Plan:
    """What is to run for this topology with these images; `twins`, `archives` as in `Plan`."""
    missing = sorted(image_keys(topology) - set(images))
    if missing:
        raise LabError(
            f"the city needs node images that labs/images/ has no recipe for: {', '.join(missing)}"
        )
    references = {key: image.reference for key, image in images.items()}
    text = clab_yaml(topology, references)
    customers = customers_text(topology.customers)
    return Plan(topology, text, customers, twins, tuple(archives))


def all_nodes(topology: Topology) -> tuple[LabNode, ...]:
    """Every container of the lab, the customers' one last."""
    return (*topology.nodes, topology.customers_node)


def image_keys(topology: Topology) -> set[str]:
    """The folders of labs/images/ that the lab's containers are made from."""
    return {node.image for node in all_nodes(topology) if node.vendor is None}


def containers(host: LabHost, lab: str) -> dict[str, str]:
    """State by node name, as docker sees it, of the containers that belong to this lab."""
    template = '{"name": {{json .Names}}, "state": {{json .State}}}'
    label = f"label=containerlab={lab}"
    output = checked(host, ["docker", "ps", "-a", "--filter", label, "--format", template])
    prefix = container_name(lab, "")
    rows = [json.loads(line) for line in output.splitlines() if line.strip()]
    return {row["name"].removeprefix(prefix): row["state"] for row in rows}


def ensure_images(host: LabHost, images: Mapping[str, NodeImage], progress: Progress) -> None:
    """Import the images that the host's docker has not got yet."""
    for _, image in sorted(images.items()):
        present = host.run(["docker", "image", "inspect", "--format", "ok", image.reference])
        if present.returncode == 0:
            continue
        with timed(progress, f"import {image.reference} on {host.name}"):
            command = ["docker", "import", "--change", ENTRYPOINT, "-", image.reference]
            done = host.run(command, stdin=image.tar.read_bytes(), timeout=900)
            if done.returncode:
                raise HostError(f"{host.name}: docker import failed: {done.stderr.strip()}")


def ensure_vendors(host: LabHost, wanted: Plan) -> None:
    """See that the host has the vendors' images, after it has been given the archives.

    Raises `LabError` naming each that it has not got.
    """
    for file in wanted.archives:
        loaded = host.run(["docker", "load"], stdin=_content(file), timeout=3600)
        if loaded.returncode:
            raise HostError(f"{host.name}: `docker load` of {file}: {loaded.stderr.strip()}")
    lacking = [
        f"{name}: {host.name} has no image {vendor.reference}"
        for name, vendor in sorted(wanted.topology.vendors.items())
        if host.run(["docker", "image", "inspect", "--format", "ok", vendor.reference]).returncode
    ]
    if lacking:
        how = "`citynet lab up --load FILE` takes what `docker save` wrote"
        raise LabError("\n".join([*lacking, how]))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise LabError(f"{file} cannot be read: {error.strerror}") from error


def own_containerlab(host: LabHost) -> str:
    """The containerlab on the host's PATH; empty where there is none."""
    found = host.run(["sh", "-c", "command -v containerlab"])
    return found.stdout.strip() if found.returncode == 0 else ""


def ensure_containerlab(host: LabHost, clab: Containerlab) -> str:
    """The containerlab to call on the host: its own, or ours put into the lab's folder."""
    if found := own_containerlab(host):
        return found
    target = f"{host.directory}/containerlab"
    if host.run(["test", "-x", target]).returncode:
        host.put({target: clab.binary.read_bytes()}, 0o755)
    return target


def deploy(
    host: LabHost, wanted: Plan, keys: Mapping[str, KeyPair], user: KeyPair, binary: str
) -> None:
    """Put the lab's files on the host and let containerlab make the lab of them."""
    host.put(files(host.directory, wanted, keys, user))
    _containerlab(host, wanted, [binary, "deploy", "--reconfigure"])


def reconcile(host: LabHost, wanted: Plan, binary: str) -> None:
    """Let containerlab make of the lab that runs what its file on the host says."""
    _containerlab(host, wanted, [binary, "deploy"])


def alone(host: LabHost) -> list[str]:
    """What a command that changes a running lab begins with: such commands wait for each other.

    One goes on in a host behind SSH when the citynet that began it is killed.
    """
    return ["flock", "-w", "900", f"{host.directory}/.changing"]


def _containerlab(host: LabHost, wanted: Plan, words: Sequence[str]) -> None:
    environment = ["env", *_home(host, wanted.topology), "CLAB_VERSION_CHECK=disable"]
    target = f"{host.directory}/{wanted.file_name}"
    command = [*alone(host), *environment, *words, "--skip-labdir-acl", "-t", target]
    checked(host, command, timeout=1800)


def _home(host: LabHost, topology: Topology) -> list[str]:
    """For env(1): containerlab gives vendors' images the keys of a home; not those of a person."""
    if not topology.vendors:
        return []
    return ["-u", "SUDO_UID", "-u", "SSH_AUTH_SOCK", f"HOME={host.directory}/{HOME}"]


def files(
    directory: str, wanted: Plan, keys: Mapping[str, KeyPair], user: KeyPair
) -> dict[str, bytes]:
    """The lab's folder on the host: path -> content."""
    found = {
        f"{directory}/{wanted.file_name}": wanted.clab.encode(),
        f"{directory}/{CUSTOMERS}": wanted.customers.encode(),
    }
    found |= {f"{directory}/{name}": content for name, content in wanted.twins.items()}
    if wanted.topology.vendors:
        found[f"{directory}/{HOME}/.ssh/citynet.pub"] = f"{user.public} citynet\n".encode()
    for node, pair in keys.items():
        found[host_key_file(directory, node)] = pair.private
        found[f"{directory}/{KEYS}/{node}/authorized_keys"] = f"{user.public} citynet\n".encode()
    return found


def host_key_file(directory: str, node: str) -> str:
    """Where a node's private host key is, in the lab's folder on the host."""
    return f"{directory}/{KEYS}/{node}/ssh_host_ed25519_key"


def wait_ready(host: LabHost, topology: Topology, only: Collection[str] | None = None) -> None:
    """Wait until every node's SSH server answers; it starts after the node's FRR has.

    `only` are the nodes to wait for, unless for all.

    Raises `LabError` for a node that has ended, with its last words, or that takes too long.
    """
    seconds = VENDOR_SECONDS if topology.vendors else READY_SECONDS
    deadline = time.monotonic() + seconds
    waiting = {node.name: node for node in all_nodes(topology) if only is None or node.name in only}
    tries = 0
    while waiting:
        tries += 1
        if tries % ENDED_EVERY == 0:
            _none_ended(host, topology.name)
        name, node = next(iter(waiting.items()))
        if host.listening(str(node.management), node.port):
            del waiting[name]
        elif time.monotonic() < deadline:
            time.sleep(0.5)
        else:
            raise LabError(
                f"no SSH from {name} after {seconds:.0f} s; `docker logs "
                f"{container_name(topology.name, name)}` on the lab host says why"
            )


def own_keys(host: LabHost, topology: Topology, only: Collection[str] | None = None) -> str:
    """Lines of a known_hosts file for vendors' images, which make keys of their own.

    `only` are the nodes that are asked, unless all are.
    What they show now, on a network that only the lab's host is on, is trusted from then on.
    """
    places = [
        (str(node.management), port)
        for node in topology.nodes
        if node.vendor is not None and (only is None or node.name in only)
        for port in dict.fromkeys((node.port, SSH_PORT))
    ]
    return "".join(
        known_host(*place, host.host_key(*place)) for place in places if host.listening(*place)
    )


def _none_ended(host: LabHost, lab: str) -> None:
    for node, state in sorted(containers(host, lab).items()):
        if state in ("exited", "dead"):
            name = container_name(lab, node)
            words = host.run(["docker", "logs", "--tail", "5", name], timeout=30)
            said = (words.stdout + words.stderr).strip()
            raise LabError(f"{node} ended instead of starting; it said: {said or 'nothing'}")


def destroy(host: LabHost, lab: str) -> None:
    """Remove the lab's containers, network and files, whatever state they are in."""
    clab = f"{host.directory}/{lab}.clab.yml"
    script = (
        f"PATH=$PATH:{host.directory}; "
        f"[ ! -e {clab} ] || CLAB_VERSION_CHECK=disable containerlab destroy --cleanup -t {clab}; "
        f"left=$(docker ps -aq --filter label=containerlab={lab}); "
        '[ -z "$left" ] || docker rm -f $left; '
        f"! docker network inspect {network_name(lab)} || docker network rm {network_name(lab)}; "
    )
    host.run(["sh", "-c", script], timeout=900)
    left = containers(host, lab)
    if left:
        raise LabError(f"these containers do not go away: {', '.join(sorted(left))}")
    checked(host, ["rm", "-rf", host.directory])


def set_link(host: LabHost, topology: Topology, link: LabLink, state: str) -> None:
    """Take both ends of a link down, or up again, as if the fibre were cut.

    Both ends are set within milliseconds, in the nodes' network namespaces, by the names that
    containerlab gives these; addresses stay (keep_addr_on_down). A customer's end lives in a
    namespace of its own and sees its carrier go.
    """
    customers = {customer.interface for customer in topology.customers}
    inside = topology.customers_node.name
    ends = [
        end for end in (link.a, link.b) if not (end.node == inside and end.interface in customers)
    ]
    script = "; ".join(
        f"ip -netns {container_name(topology.name, end.node)} link set dev {end.interface} {state}"
        for end in ends
    )
    checked(host, ["sh", "-ec", script])


def restart_twin(host: LabHost, topology: Topology, name: str) -> None:
    """Kill the server of a twin, as a device that loses its power; its image starts it again.

    The twin's own tools are few, so its processes are found in /proc.
    """
    script = (
        "for each in /proc/[0-9]*; do tr '\\0' ' ' <$each/cmdline 2>/dev/null |"
        " grep -q '[m] server serve' && kill -9 ${each#/proc/} && killed=1; done; [ $killed ]"
    )
    checked(host, ["docker", "exec", container_name(topology.name, name), "sh", "-c", script])
