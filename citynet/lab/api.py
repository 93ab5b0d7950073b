"""Labs as a person thinks of them: up, down, find, status, cut, heal."""

import contextlib
import difflib
import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citynet.lab import census, engine, fence, manifest, present, remote, vm
from citynet.lab.build import Builder, Containerlab, NodeImage
from citynet.lab.cache import locked
from citynet.lab.choose import choose, open_host
from citynet.lab.errors import LabError
from citynet.lab.grow import Growing
from citynet.lab.growth import missing
from citynet.lab.host import LabHost, NodeAccess, SshJump
from citynet.lab.keys import SSH_PORT, new_pair
from citynet.lab.paths import Paths, paths
from citynet.lab.progress import Progress, Silent, timed
from citynet.lab.quiet import undisturbed
from citynet.lab.ssh_files import config_text, known_hosts
from citynet.lab.state import LabFolder, Record
from citynet.lab.topology import LabLink, LabNode, Topology
from citynet.lab.vm import Vm
from citynet.storage import in_words, private

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")


TwinFiles = Callable[[Builder], Mapping[str, bytes]]


def _no_twins(builder: Builder) -> Mapping[str, bytes]:
    raise LabError("nodes of this lab are twins of vendors' devices: it needs their models")


@dataclass(frozen=True, slots=True)
class Lab:
    """A lab that runs. `host` is `local`, `vm` or `ssh:user@address`."""

    name: str
    host: str
    topology: Topology
    nodes: Mapping[str, NodeAccess]
    jump: SshJump | None
    manifest: Mapping[str, Any]
    folder: LabFolder

    @property
    def twins(self) -> frozenset[str]:
        """The nodes that are management plane only."""
        return frozenset(node.name for node in self.topology.twins)

    @property
    def closed(self) -> frozenset[str]:
        """The nodes that are a vendor's own image: nothing of ours runs on them."""
        return frozenset(self.topology.vendors)


@dataclass(frozen=True, slots=True)
class Status:
    """What is there now. `containers`: node -> state as docker calls it.

    `twins` are the nodes that are management plane only. `missing` says what of the lab is not
    as it was brought up, in sentences; it runs if that is nothing. `note`: what else there is to
    know of a lab that is not up, and what to do about it.
    """

    name: str
    running: bool
    host: str
    containers: Mapping[str, str]
    cut: tuple[str, ...]
    manifest: Mapping[str, Any]
    twins: tuple[str, ...] = ()
    note: str = ""
    missing: tuple[str, ...] = ()


def up(
    topology: Topology,
    host: str = "auto",
    *,
    progress: Progress | None = None,
    environ: Mapping[str, str] = os.environ,
    twins: TwinFiles = _no_twins,
    archives: Sequence[Path] = (),
) -> Lab:
    """Bring a lab up, or find that it already is. `host`: auto, local, vm, ssh:user@address.

    `twins` gives what the twins among its nodes need: path below the lab's folder -> content;
    `archives` are vendors' images, as `docker save` writes them, that the host is to have.
    Raises `LabError` with what to do. Whatever an earlier run left behind is cleared first.
    """
    say = progress or Silent()
    where = paths(environ)
    with _exclusive(where, topology.name) as folder:
        record = _stay_or_move(folder, host)
        kind = record.host if record else choose(topology, host, say)
        builder = Builder(where, say)
        images = builder.images(engine.image_keys(topology))
        files = twins(builder) if topology.twins else {}
        wanted = engine.plan(topology, images, files, archives)
        grown = None
        if record and record.usable:
            grown = Growing(builder, folder, record, wanted, images).done()
        if grown is None:
            with undisturbed(folder, topology.name, "up"):
                grown = _redeploy(builder, folder, kind, wanted, images)
        return _written(folder, grown)


def find(name: str, *, environ: Mapping[str, str] = os.environ) -> Lab | None:
    """The lab of this name if it was brought up and its VM, if any, still runs."""
    folder = _folder(paths(environ), name)
    record = folder.load()
    if record is None or not record.usable:
        return None
    if record.host == "vm" and not Vm(folder.vm, name).running():
        return None
    return _lab(folder, record)


def down(
    name: str,
    *,
    progress: Progress | None = None,
    environ: Mapping[str, str] = os.environ,
    force: bool = False,
) -> bool:
    """Remove a lab and all that was made for it; False if there was nothing to remove.

    Raises `BusyError` while a deployment is at work on it, unless `force` is given.
    """
    say = progress or Silent()
    where = paths(environ)
    with _exclusive(where, name) as folder:
        if not folder.exists() and not Vm(folder.vm, name).running():
            return False
        with timed(say, f"remove lab {name}"), undisturbed(folder, name, "down", force=force):
            _remove(folder, name)
            if folder.exists():
                shutil.rmtree(folder.root)
    return True


def status(name: str, *, environ: Mapping[str, str] = os.environ) -> Status:
    """What is there now of the lab of this name."""
    where = paths(environ)
    folder = _folder(where, name)
    record = folder.load()
    lab = find(name, environ=environ)
    if lab is None or record is None:
        known = record.manifest if record else {}
        host = record.host if record else ""
        note = census.note(where, name)
        return Status(
            name, running=False, host=host, containers={}, cut=(), manifest=known, note=note
        )
    with attached(lab) as there:
        found = present.read(there, lab.topology)
    lacks = missing(lab.topology, found)
    if record.changing:
        lacks.insert(0, "it is being changed, or was left while it was")
    return Status(
        name=name,
        running=not lacks,
        host=lab.host,
        containers={node: box.state for node, box in found.boxes.items()},
        cut=tuple(link.id for link in lab.topology.links if found.cut(link)),
        manifest=lab.manifest,
        twins=tuple(sorted(lab.twins)),
        missing=tuple(lacks),
    )


def cut(lab: Lab, link: str) -> LabLink:
    """Cut a link like a fibre: both ends go down, at once."""
    return _set_link(lab, link, "down")


def heal(lab: Lab, link: str) -> LabLink:
    """Put a cut link together again."""
    return _set_link(lab, link, "up")


def restart(lab: Lab, name: str) -> None:
    """Make a twin restart as if it had lost its power.

    Raises `LabError` for a router: its container would come back without its links.
    """
    node(lab, name)
    if name not in lab.twins:
        raise LabError(
            f"{name} is a router with links, which a restart of its container would take away; "
            f"end a process of it instead: citynet lab exec {name} -- pkill -KILL bgpd"
        )
    with attached(lab) as host:
        engine.restart_twin(host, lab.topology, name)


def node(lab: Lab, name: str) -> NodeAccess:
    """How to reach a node of the lab."""
    if name not in lab.nodes:
        raise LabError(f"lab {lab.name} has no node {name!r}{_hint(name, lab.nodes)}")
    return lab.nodes[name]


def remote_command(words: Sequence[str]) -> str:
    """One word is a command line for the node's shell; several are taken as they are."""
    return words[0] if len(words) == 1 else shlex.join(words)


def clab_file(
    topology: Topology,
    *,
    progress: Progress | None = None,
    environ: Mapping[str, str] = os.environ,
) -> str:
    """The text of the containerlab file that `up` deploys."""
    builder = Builder(paths(environ), progress or Silent())
    return engine.plan(topology, builder.images(engine.image_keys(topology))).clab


@contextmanager
def attached(lab: Lab) -> Iterator[LabHost]:
    """The lab's host, for as long as it is wanted."""
    host = open_host(lab.host, lab.folder, lab.name)
    with contextlib.closing(host):
        yield host


def _set_link(lab: Lab, link_id: str, state: str) -> LabLink:
    links = {link.id: link for link in lab.topology.links}
    if link_id not in links:
        raise LabError(f"lab {lab.name} has no link {link_id!r}{_hint(link_id, links)}")
    with attached(lab) as host:
        engine.set_link(host, lab.topology, links[link_id], state)
    return links[link_id]


def _hint(wrong: str, right: Iterable[str]) -> str:
    near = difflib.get_close_matches(wrong, list(right), n=1)
    return f"; did you mean {near[0]}?" if near else f"; it has {', '.join(sorted(right))}"


@contextmanager
def _exclusive(where: Paths, name: str) -> Iterator[LabFolder]:
    """One command at a time may change a lab."""
    folder = _folder(where, name)
    busy = f"another citynet is working on lab {name}: process {{process}}; wait for it, or end it"
    with in_words(where.state), locked(where.lock(name), busy):
        yield folder


def _folder(where: Paths, name: str) -> LabFolder:
    if not NAME.fullmatch(name):
        raise LabError(f"{name!r} cannot be the name of a lab: use a-z, 0-9 and -, at most 30")
    return LabFolder(where.lab(name))


def _stay_or_move(folder: LabFolder, host: str) -> Record | None:
    """A lab stays on the host it is on; moving it would leave half of it behind."""
    record = folder.load()
    if record and host not in ("auto", record.host):
        raise LabError(
            f"lab {record.topology.name} is on host {record.host}; "
            f"`citynet lab down` it first, then bring it up on {host}"
        )
    return record


def _redeploy(
    builder: Builder,
    folder: LabFolder,
    kind: str,
    wanted: engine.Plan,
    images: Mapping[str, NodeImage],
) -> Record:
    """From whatever is there to a fresh lab. The record says first that one is being made."""
    topology, say = wanted.topology, builder.progress
    clab = builder.containerlab()
    folder.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.save(Record(topology, kind, "", {}))
    fresh, machine = _fresh_host(
        builder, folder, kind=kind, wanted=wanted, images=images, clab=clab
    )
    shutil.rmtree(folder.runs, ignore_errors=True)
    with contextlib.closing(fresh) as host:
        engine.ensure_images(host, images, say)
        engine.ensure_vendors(host, wanted)
        binary = engine.ensure_containerlab(host, clab)
        nodes = engine.all_nodes(topology)
        user, keys = new_pair(), {node.name: new_pair() for node in nodes if not node.vendor}
        with timed(say, f"containerlab deploys {len(nodes)} nodes"):
            engine.deploy(host, wanted, keys, user, binary)
        if kind != "vm" and (said := fence.close(host, topology.name)):
            say.note(said)
        with timed(say, "wait for the routers"):
            engine.wait_ready(host, topology)
        shown = engine.own_keys(host, topology)
        about = manifest.collect(host, wanted, images, binary, machine)
    ours = {node.name: (str(node.management), node.port) for node in nodes if not node.vendor}
    public = {name: pair.public for name, pair in keys.items()}
    private(folder.key_file, user.private)
    private(folder.known_hosts, (known_hosts(ours, public) + shown).encode())
    return Record(topology, kind, wanted.digest, about)


def _written(folder: LabFolder, record: Record) -> Lab:
    """Remember the lab, and how `ssh -F` reaches its nodes."""
    folder.save(record)
    lab = _lab(folder, record)
    private(folder.ssh_config, config_text(lab.nodes, lab.jump).encode())
    return lab


def _fresh_host(
    builder: Builder,
    folder: LabFolder,
    *,
    kind: str,
    wanted: engine.Plan,
    images: Mapping[str, NodeImage],
    clab: Containerlab,
) -> tuple[LabHost, Mapping[str, Any]]:
    """A host with nothing of this lab on it, and what is known of its VM if it is one.

    A VM is made anew: that is quicker than tidying up in the old one.
    """
    name = wanted.topology.name
    if kind == "vm":
        base = vm.build_base(builder, images, clab)
        nodes = len(engine.all_nodes(wanted.topology))
        machine = Vm(folder.vm, name)
        extra = sum(vendor.memory for vendor in wanted.topology.vendors.values())
        cpus = os.cpu_count() or 1
        return vm.start(builder, base, machine, nodes, cpus, extra=extra), base.about
    host = open_host(kind, folder, name)
    fence.open_again(host, name)
    engine.destroy(host, name)
    return host, {}


def _remove(folder: LabFolder, name: str) -> None:
    Vm(folder.vm, name).remove()
    try:
        record = folder.load()
    except LabError:
        record = None
    if record and record.host != "vm":
        with contextlib.closing(open_host(record.host, folder, name)) as host:
            fence.open_again(host, name)
            engine.destroy(host, name)


def _lab(folder: LabFolder, record: Record) -> Lab:
    topology = record.topology
    nodes = {node.name: _access(folder, node) for node in engine.all_nodes(topology)}
    jump = _jump(folder, record)
    return Lab(topology.name, record.host, topology, nodes, jump, record.manifest, folder)


def _access(folder: LabFolder, node: LabNode) -> NodeAccess:
    """Our own nodes take the lab's key as root; a vendor's as its first user, or a password."""
    vendor = node.vendor
    key = folder.key_file if vendor is None or vendor.password is None else None
    return NodeAccess(
        host=str(node.management),
        port=node.port,
        username=vendor.username if vendor else "root",
        key_file=key,
        known_hosts=folder.known_hosts,
        password=vendor.password if vendor else None,
        shell_port=SSH_PORT if vendor else None,
    )


def _jump(folder: LabFolder, record: Record) -> SshJump | None:
    if record.host == "vm":
        return Vm(folder.vm, record.topology.name).jump()
    if record.host.startswith("ssh:"):
        return remote.machine(record.host.removeprefix("ssh:"))
    return None
