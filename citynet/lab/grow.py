"""A running lab becomes another one in place: what was not touched keeps running.

containerlab makes nodes and links in a lab that runs (`deploy` reconciles since 0.78). What it
cannot do is done here with docker and ip: docs/decisions/0009-a-lab-grows-in-place.md says why.
"""

import contextlib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from citynet.lab import engine, manifest, present
from citynet.lab.build import Builder, NodeImage
from citynet.lab.choose import open_host
from citynet.lab.clab import clab_yaml, container_name, network_name
from citynet.lab.customers import settle
from citynet.lab.errors import HostError, LabError
from citynet.lab.growth import Growth, growth, kept, missing, words
from citynet.lab.host import LabHost, checked
from citynet.lab.keys import SSH_PORT, KeyPair, known_host, new_pair, public_of
from citynet.lab.present import MARK, OWNED, Present
from citynet.lab.progress import Progress, timed
from citynet.lab.qemu import available_memory
from citynet.lab.quiet import undisturbed
from citynet.lab.state import LabFolder, Record
from citynet.lab.topology import LabLink, LabNode, Topology
from citynet.lab.vm import Vm
from citynet.storage import private

NODE_MIB = 64
"""What the VM's memory is reckoned with for each node (`citynet.lab.qemu.memory_for`)."""
Entries = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Growing:
    """A lab that is to become what `wanted` says, with images that the builder has."""

    builder: Builder
    folder: LabFolder
    record: Record
    wanted: engine.Plan
    images: Mapping[str, NodeImage]

    @property
    def say(self) -> Progress:
        """Where what is done is said."""
        return self.builder.progress

    def done(self) -> Record | None:
        """The lab's new record; None, with the reason said, where only a fresh lab will do."""
        why = self._gone()
        if not why:
            with contextlib.closing(self._open()) as host:
                _alone(host, ["true"], timeout=900)
                there = present.read(host, self.record.topology)
                why = self._impossible(there)
                if not why:
                    return self._changed(host, there)
        self.say.note(f"a fresh lab is made, and what its routers hold is lost: {why}")
        return None

    def _open(self) -> LabHost:
        """The host. One that is only slow is no reason to lose what its routers hold."""
        name = self.record.topology.name
        try:
            return open_host(self.record.host, self.folder, name)
        except HostError as error:
            raise LabError(
                f"{error}\ntry again; `citynet lab down` clears lab {name} if it is beyond repair"
            ) from error

    def _gone(self) -> str:
        """Why there is nothing to grow; empty where there is."""
        record = self.record
        if record.host == "vm" and not Vm(self.folder.vm, record.topology.name).running():
            return "its VM does not run any more"
        return ""

    def _impossible(self, there: Present) -> str:
        """What differs that cannot be changed in place; empty where all can."""
        old, new = self.record, self.wanted
        customers = new.topology.customers_node.name
        was = there.entries.get(customers, {}).get("image")
        if not there.boxes:
            return "none of its containers is left"
        if old.topology.management != new.topology.management:
            return f"its management network is {new.topology.management} now"
        if was != self._entries()[customers]["image"]:
            return "the image of its nodes has changed (labs/images/node)"
        if old.host == "vm":
            has, wants = old.manifest.get("containerlab"), self.builder.containerlab().version
            if has != wants:
                return f"its VM has containerlab {has}, and {wants} is wanted"
        return ""

    def _entries(self) -> Entries:
        document = yaml.safe_load(self.wanted.clab)
        nodes: Entries = document["topology"]["nodes"]
        return nodes

    def _todo(self, there: Present, stale: frozenset[str] = frozenset()) -> Growth:
        return growth(self.wanted.topology, self._entries(), there, stale)

    def _stale(self) -> frozenset[str]:
        """The twins whose server or models are others than those they run with."""
        had = self.record.manifest.get("twins", {})
        now = manifest.twins(self.wanted.twins)
        twins = self.wanted.topology.twins
        return frozenset(
            each.name for each in twins if had.get(each.platform) != now.get(each.platform)
        )

    def _changed(self, host: LabHost, there: Present) -> Record:
        record, topology = self.record, self.wanted.topology
        todo = self._todo(there, self._stale())
        if not todo and record.digest == self.wanted.digest:
            self.say.done(f"lab {topology.name} is up and as the inventory says", 0.0)
            return record
        with undisturbed(self.folder, topology.name, "up"):
            return self._change(host, there, todo)

    def _change(self, host: LabHost, there: Present, todo: Growth) -> Record:
        record, topology = self.record, self.wanted.topology
        self._room(host, todo)
        self.say.note(f"lab {topology.name}: {words(record.topology, topology, todo)}")
        left = kept(record.topology, topology, todo)
        self.folder.save(Record(left, record.host, "", record.manifest, changing=True))
        engine.ensure_images(host, self.images, self.say)
        engine.ensure_vendors(host, self.wanted)
        binary = engine.ensure_containerlab(host, self.builder.containerlab())
        lines = self._known(host, there, todo)
        with timed(self.say, f"change lab {topology.name} in place"):
            self._carry_out(host, there, todo, binary)
        started = {*todo.make, *todo.start, *todo.move}
        with timed(self.say, f"wait for {len(started)} of the nodes" if started else "look again"):
            engine.wait_ready(host, topology, started)
            self._whole(host)
        shown = engine.own_keys(host, topology, todo.make)
        private(self.folder.known_hosts, ("".join(lines.values()) + shown).encode())
        machine = record.manifest.get("vm", {})
        about = manifest.collect(host, self.wanted, self.images, binary, machine)
        return Record(topology, record.host, self.wanted.digest, about)

    def _room(self, host: LabHost, todo: Growth) -> None:
        """Raise `LabError` where the host has no memory for what comes."""
        vendors = self.wanted.topology.vendors
        more = sum(vendors[name].memory if name in vendors else NODE_MIB for name in todo.make)
        less = sum(NODE_MIB for name in todo.drop if name not in vendors)
        left = available_memory(checked(host, ["cat", "/proc/meminfo"]))
        if more - less > left * 0.9:
            name = self.wanted.topology.name
            raise LabError(
                f"lab {name} would need {more - less} MiB more and {host.name} has {left} MiB "
                "left; nothing was changed: `citynet lab down`, then `citynet lab up`, makes it "
                "afresh with the memory it needs"
            )

    def _known(self, host: LabHost, there: Present, todo: Growth) -> dict[str, str]:
        """Node -> its line of the list of host keys, those to come with keys of their own now.

        Written at once, and the keys put on the host: whatever happens then, each node is known.
        """
        topology = self.wanted.topology
        user = KeyPair(b"", public_of(self.folder.key_file.read_bytes()))
        ours = [node for node in engine.all_nodes(topology) if node.vendor is None]
        fresh = {node.name: new_pair() for node in ours if node.name in todo.make}
        files = engine.files(host.directory, self.wanted, fresh, user)
        before = _by_place(self.folder)
        lines: dict[str, str] = {}
        for node in engine.all_nodes(topology):
            if node.name in fresh:
                at = (str(node.management), node.port)
                lines[node.name] = known_host(*at, fresh[node.name].public)
            elif node.name not in todo.make:
                lines[node.name] = self._lines(host, node, there, before)
        private(self.folder.known_hosts, "".join(lines.values()).encode())
        del files[f"{host.directory}/{self.wanted.file_name}"]  # it defines what is still there
        host.put(files)
        return lines

    def _lines(
        self, host: LabHost, node: LabNode, there: Present, before: Mapping[str, str]
    ) -> str:
        """The host keys of a node that stays: as they are known, else as the host has them."""
        was, now = there.boxes[node.name].address, str(node.management)
        ports = (node.port,) if node.vendor is None else (node.port, SSH_PORT)
        places = {port: known_host(was or now, port, "").split()[0] for port in ports}
        known = {port: before[at] for port, at in places.items() if at in before}
        if not known and node.vendor is not None:
            known = {node.port: host.host_key(now, node.port)}
        elif not known:
            file = engine.host_key_file(host.directory, node.name)
            known = {node.port: public_of(checked(host, ["cat", file]).encode())}
        return "".join(known_host(now, port, key) for port, key in known.items())

    def _carry_out(self, host: LabHost, there: Present, todo: Growth, binary: str) -> None:
        topology = self.wanted.topology
        _alone(host, ["sh", "-ec", before_script(topology, there, todo)], timeout=600)
        there = present.read(host, topology)
        _alone(host, ["sh", "-ec", marks_script(topology, there)], timeout=120)
        rest = _without_access(topology, there)
        references = {key: image.reference for key, image in self.images.items()}
        target = f"{host.directory}/{self.wanted.file_name}"
        if todo.make or todo.plug or todo.drop or todo.unplug:
            host.put({target: clab_yaml(rest, references).encode()})
            engine.reconcile(host, self.wanted, binary)
            there = present.read(host, topology)
            _alone(host, ["sh", "-ec", marks_script(topology, there)], timeout=120)
        host.put({target: self.wanted.clab.encode()})
        now = self._todo(there)
        settle(host, topology, now.settle, now.leave)
        files = (
            engine.host_key_file(host.directory, name)
            for name in todo.drop
            if name not in todo.make
        )
        checked(host, ["rm", "-rf", *(file.rpartition("/")[0] for file in files)])

    def _whole(self, host: LabHost) -> None:
        there = present.read(host, self.wanted.topology)
        still = self._todo(there)
        if still:
            said = missing(self.wanted.topology, there) or [
                "something of it is not as it should be"
            ]
            raise LabError(
                "\n".join([f"lab {self.wanted.topology.name} did not come whole:", *said])
            )


def before_script(topology: Topology, there: Present, todo: Growth) -> str:
    """What is done with docker and ip before containerlab: all that goes, or is set right.

    Names of interfaces are quoted: a node gives its own any that it likes.
    A container that was restarted has another process than its name in /run/netns stands for.
    """
    lab, network = topology.name, network_name(topology.name)
    addresses = {node.name: str(node.management) for node in engine.all_nodes(topology)}
    steps = [":"]
    for name in todo.drop:
        container = container_name(lab, name)
        steps.append(f"docker rm -f {container} >&2; rm -f /run/netns/{container}")
    steps += [f"docker start {container_name(lab, name)} >&2" for name in todo.start]
    for name in (*todo.keep, *todo.start):
        each, pid = container_name(lab, name), str(there.boxes[name].pid)
        if name in todo.start:
            pid = f"$(docker inspect -f '{{{{.State.Pid}}}}' {each})"
        steps.append(f"ln -sfn /proc/{pid}/ns/net /run/netns/{each}")
    moving = [(container_name(lab, name), addresses[name]) for name in todo.move]
    steps += [f"docker network disconnect -f {network} {each} || :" for each, _ in moving]
    steps += [f"docker network connect --ip {at} {network} {each}" for each, at in moving]
    steps += [_unplugged(topology, node, interface) for node, interface in todo.unplug]
    return "\n".join(steps)


def _alone(host: LabHost, argv: Sequence[str], timeout: float) -> None:
    checked(host, [*engine.alone(host), *argv], timeout=timeout)


def _unplugged(topology: Topology, node: str, interface: str) -> str:
    """Take an end away; the other goes with it, and may have done so already."""
    container, name = container_name(topology.name, node), shlex.quote(interface)
    if node != topology.customers_node.name:
        return f"ip -netns {container} link delete dev {name} 2>/dev/null || :"
    inside = (
        f"ip link delete dev {name} 2>/dev/null || :; for each in $(ls /run/netns); do "
        f"ip -n $each link delete dev {name} 2>/dev/null || :; done"
    )
    return f"docker exec {container} sh -c {shlex.quote(inside)} || :"


def marks_script(topology: Topology, there: Present) -> str:
    """Make the ends of access links that are there ours, so that containerlab leaves them alone.

    A customer's end is in a namespace that containerlab does not look into: it would take the
    link for broken and make it again.
    """
    inside = topology.customers_node.name
    steps = [":"]
    for link in topology.links:
        if inside not in (link.a.node, link.b.node) or not there.intact(link):
            continue
        for end in (link.a, link.b):
            found = there.ends[end.node, end.interface]
            theirs = [shlex.quote(name) for name in found.marks if name.startswith(OWNED)]
            if found.space or not theirs:
                continue
            ip = f"ip -netns {container_name(topology.name, end.node)} link property"
            steps += [f"{ip} add dev {end.interface} altname {MARK}{end.interface}"]
            steps += [f"{ip} del dev {end.interface} altname {name}" for name in theirs]
    return "\n".join(steps)


def _without_access(topology: Topology, there: Present) -> Topology:
    """The lab as containerlab is to see it: without the access links that are in place."""
    inside = topology.customers_node.name

    def hidden(link: LabLink) -> bool:
        return inside in (link.a.node, link.b.node) and there.intact(link)

    return replace(topology, links=tuple(each for each in topology.links if not hidden(each)))


def _by_place(folder: LabFolder) -> dict[str, str]:
    """The list of host keys as it is: place -> kind and Base64."""
    try:
        text = folder.known_hosts.read_text(encoding="ascii")
    except OSError:
        return {}
    pairs = (line.split(" ", 1) for line in text.splitlines() if " " in line)
    return {place: key.strip() for place, key in pairs}
