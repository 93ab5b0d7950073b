"""`citynet lab`: a city as containers, here, on another machine, or in a VM."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
import yaml

from citynet.cli import complete, lab_tools
from citynet.cli.census import list_labs
from citynet.cli.graph import output_option, write
from citynet.cli.lab_tools import LINK, NODE
from citynet.cli.missing import running_lab
from citynet.cli.options import inventory_option, json_option, yang_option
from citynet.cli.progress import printed
from citynet.cli.stopping import stopped_in_words
from citynet.cli.words import PathName, Word
from citynet.graph import Scars, picture
from citynet.lab import api, census, engine, needs
from citynet.lab.api import Lab
from citynet.lab.build import Builder
from citynet.lab.choose import automatic, open_named
from citynet.lab.disk import disk_room
from citynet.lab.errors import HostError, LabError
from citynet.lab.from_city import city_topology
from citynet.lab.from_city import topology as topology_of
from citynet.lab.host import LabHost, Need
from citynet.lab.paths import paths
from citynet.lab.progress import Silent
from citynet.lab.topology import Topology
from citynet.pipeline import prepare
from citynet.storage import close
from citynet.transaction.lock import BusyError
from citynet.twin.lab import lab_files, links_of
from citynet.yang.models import configured

HOST = Word("auto, local, vm or ssh:user@address")

host_option = click.option(
    "--host",
    "where",
    type=HOST,
    default="auto",
    show_default=True,
    metavar="auto|local|vm|ssh:USER@ADDRESS",
    help="The machine that carries the lab.",
)


@click.group(
    epilog="""\b
Examples:
  citynet lab doctor
  citynet lab up -i inventory/demo
  citynet lab status -i inventory/demo
"""
)
def lab() -> None:
    """Bring the city up as a lab, look into it, take it down."""


lab.add_command(list_labs)


@lab.command(epilog="Example:  citynet lab up -i inventory/demo --host vm")
@inventory_option
@host_option
@yang_option
@click.option(
    "--load",
    "archives",
    type=PathName(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    metavar="FILE",
    help="A vendor's image, as `docker save` writes it, for the lab's host. May be repeated.",
)
def up(folder: Path, where: str, root: Path | None, archives: tuple[Path, ...]) -> None:
    """Bring the lab up: clean routers, management only. Up already is fine.

    A lab that runs and is not as the inventory says any more is changed in place: what is not
    touched keeps running. Links and containers that are missing are put back.

    A vendor's device whose image nobody has is there as its twin: its NETCONF and its YANG,
    and no packets. A node with `image: real` is the image that `city.images` names.
    """
    prepared = prepare(folder)
    topology = city_topology(prepared)
    links = links_of(prepared)
    twins = lab_files(topology, prepared.house.platforms, root or configured(), links)
    with stopped_in_words(topology.name):
        running = api.up(topology, where, progress=printed(), twins=twins, archives=archives)
    click.echo(f"lab {running.name}: {len(running.nodes)} nodes up, host {running.host}")
    if topology.twins:
        names = ", ".join(node.name for node in topology.twins)
        click.echo(f"  {len(topology.twins)} of them are twins, management plane only: {names}")


@lab.command(epilog="Example:  citynet lab down -i inventory/demo")
@inventory_option
@click.option("--force", is_flag=True, help="Even while a deployment is at work on it.")
@json_option
def down(folder: Path, *, force: bool, as_json: bool) -> None:
    """Remove the lab: containers, networks, the VM, its disk and keys.

    While a deployment is at work on it, it asks; without a terminal it refuses.
    """
    name = _name(folder)
    with stopped_in_words(name):
        removed = _removed(name, force=force)
    if as_json:
        click.echo(json.dumps({"name": name, "removed": removed}, indent=2))
    else:
        click.echo(f"lab {name} is removed" if removed else f"there is no lab {name}")


def _removed(name: str, *, force: bool) -> bool:
    """Take a lab down. A person who is there is asked before a deployment loses its devices."""
    try:
        return api.down(name, progress=printed(), force=force)
    except BusyError as error:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise BusyError(f"{error}; --force removes the lab all the same") from error
        if not click.confirm(f"{error}. Remove lab {name} all the same?", err=True):
            raise
    return api.down(name, progress=printed(), force=True)


@lab.command(epilog="Example:  citynet lab status -i inventory/demo --json")
@inventory_option
@json_option
def status(folder: Path, *, as_json: bool) -> int:
    """What runs, which links are cut, and what exactly it is made of. Exit 1 if it is not up."""
    found = api.status(_name(folder))
    impaired = lab_tools.impaired_now(found)
    if as_json:
        document = asdict(found) | {"impaired": [asdict(each) for each in impaired]}
        click.echo(json.dumps(document, indent=2, sort_keys=True))
        return 0 if found.running else 1
    click.echo(f"lab {found.name}: {'up' if found.running else 'not up'}  host {found.host or '-'}")
    if found.note:
        click.echo(f"  {found.note}")
    nodes = found.manifest.get("layout", {}).get("nodes", {})
    for node, state in sorted(found.containers.items()):
        twin = "  twin: management plane only" if node in found.twins else ""
        address = nodes.get(node, {}).get("management", "")
        click.echo(f"  {node:<24} {state:<10} {address}{twin}".rstrip())
    for link in found.cut:
        click.echo(f"  link {link} is cut")
    for each in impaired:
        click.echo(f"  impaired: {each}")
    for line in found.missing:
        click.echo(f"  {line}")
    if found.missing:
        click.echo(f"  `citynet lab up -i {shlex.quote(str(folder))}` puts it right")
    for line in _manifest_lines(found.manifest):
        click.echo(line)
    return 0 if found.running else 1


@lab.command(epilog="Example:  citynet lab doctor -i inventory/demo --host ssh:root@198.51.100.7")
@click.option("-i", "--inventory", "folder", type=PathName(path_type=Path), help="For its size.")
@click.option(
    "--host", "where", type=HOST, default="auto", metavar="auto|local|vm|ssh:USER@ADDRESS"
)
@json_option
def doctor(folder: Path | None, where: str, *, as_json: bool) -> int:
    """What a city needs of a machine, whether it is met, and what would meet it."""
    nodes = len(engine.all_nodes(topology_of(folder))) if folder else 0
    asked = "local" if where in {"auto", "vm"} else where
    host = open_named(asked, "doctor")
    found = needs.probe(host, nodes)
    kind, why = automatic(found) if where == "auto" else (where, "as asked for")
    ours = _containerlab(host, asked)
    host.close()
    here = [ours, *disk_room(paths(os.environ), nodes)]
    good = needs.met(here) and (kind == "vm" or needs.met(found))
    found += [*here, *census.stray_needs()]
    if as_json:
        rows = [asdict(need) for need in found]
        click.echo(json.dumps({"host": kind, "why": why, "needs": rows}, indent=2))
    else:
        _print_needs(asked, found)
        click.echo(f"lab host: {kind} ({why})")
    return 0 if good else 1


def _containerlab(host: LabHost, name: str) -> Need:
    """The one here is wanted whatever the host is; another machine's own is preferred there."""
    here = Builder(paths(os.environ), Silent()).containerlab_need()
    there = ""
    if name != "local":
        with suppress(HostError):  # which the other needs say
            there = engine.own_containerlab(host)
    return replace(here, why=f"{there} on {name}; here: {here.why}") if there else here


@lab.command(epilog="Example:  citynet lab shell gov-core1 -i inventory/demo")
@click.argument("node", type=NODE, shell_complete=complete.lab_nodes)
@inventory_option
def shell(node: str, folder: Path) -> int:
    """Log in to a node; `vtysh` there is the router's own command line."""
    return _ssh(_running(folder), node, [], tty=True)


@lab.command(
    "exec",
    context_settings={"ignore_unknown_options": True},
    epilog="Example:  citynet lab exec gov-core1 -i inventory/demo -- vtysh -c 'show bgp summary'",
)
@click.argument("node", type=NODE, shell_complete=complete.lab_nodes)
@inventory_option
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(node: str, folder: Path, command: tuple[str, ...]) -> int:
    """Run a command in a node; its exit status is citynet's."""
    if not command[0].strip():
        raise click.UsageError(
            "the command's first word is empty, expected a command and its words"
        )
    return _ssh(_running(folder), node, list(command), tty=False)


@lab.command(epilog="Example:  citynet lab cut LINK -i inventory/demo (see `status`)")
@click.argument("link", type=LINK, shell_complete=complete.links)
@inventory_option
def cut(link: str, folder: Path) -> None:
    """Cut a link like a fibre: both ends go down at once."""
    done = api.cut(_running(folder), link)
    ends = " - ".join(f"{end.node} {end.interface}" for end in (done.a, done.b))
    click.echo(f"cut {done.id}: {ends}")


@lab.command(epilog="Example:  citynet lab heal LINK -i inventory/demo")
@click.argument("link", type=LINK, shell_complete=complete.links)
@inventory_option
def heal(link: str, folder: Path) -> None:
    """Put a cut link together again."""
    click.echo(f"healed {api.heal(_running(folder), link).id}")


@lab.command(epilog="Example:  citynet lab restart otn-south -i inventory/vendors")
@click.argument("node", type=NODE, shell_complete=complete.lab_nodes)
@inventory_option
def restart(node: str, folder: Path) -> None:
    """Let a twin lose its power: at once, with whatever it was doing; it starts again."""
    api.restart(_running(folder), node)
    click.echo(f"{node} lost its power and starts again")


@lab.command(epilog="Example:  citynet lab file -i inventory/demo > demo.clab.yml")
@inventory_option
@json_option
def file(folder: Path, *, as_json: bool) -> None:
    """Print the containerlab file that `up` deploys."""
    text = api.clab_file(topology_of(folder), progress=printed())
    if as_json:
        text = json.dumps(yaml.safe_load(text), ensure_ascii=False, indent=2) + "\n"
    click.echo(text, nl=False)


@lab.command(epilog="Example:  citynet lab graph -i inventory/demo -o now.svg")
@inventory_option
@output_option
@json_option
def graph(folder: Path, output: Path | None, *, as_json: bool) -> None:
    """Draw the city as it is now: cut links and nodes that do not run are crossed out."""
    prepared = prepare(folder)
    now = api.status(prepared.name)
    running = {node for node, state in now.containers.items() if state == "running"}
    down = tuple(node for node in prepared.facts if node not in running)
    write(picture(prepared.context, Scars(cut=tuple(now.cut), down=down)), output, as_json=as_json)


for _tool in lab_tools.COMMANDS:
    lab.add_command(_tool)


def _name(folder: Path) -> str:
    found: Topology = topology_of(folder)
    return found.name


def _running(folder: Path) -> Lab:
    return running_lab(_name(folder), folder)


def _ssh(running: Lab, node: str, command: list[str], *, tty: bool) -> int:
    api.node(running, node)
    if node in running.twins:
        access = running.nodes[node]
        raise LabError(
            f"{node} is a twin: management plane only, it has no shell; its NETCONF is at "
            f"{access.host} port {access.port}: "
            f"ssh -F {running.folder.ssh_config} {node} -s netconf"
        )
    for key in (running.folder.key_file, running.jump.key_file if running.jump else None):
        if key is not None:
            close(key)  # ssh takes no key that others can read
    options = ["-t"] if tty and not command else []
    argv = ["ssh", "-F", str(running.folder.ssh_config), *options, node]
    if command:
        argv += ["--", api.remote_command(command)]
    try:
        return subprocess.run(argv, check=False, env=dict(os.environ)).returncode
    except FileNotFoundError as error:
        raise LabError("ssh is not installed; `labs/bootstrap.sh` installs it") from error


def _print_needs(host: str, found: list[Need]) -> None:
    click.echo(f"{host}:")
    for need in found:
        mark = "ok     " if need.met else "missing"
        click.echo(f"  {mark}  {need.name:<20} {need.why}")
        if not need.met:
            click.echo(f"           {'':<20} -> {need.remedy}")


def _manifest_lines(manifest: Mapping[str, Any]) -> list[str]:
    """The manifest for people: the packages that decide how a router behaves, not all."""
    plain = [f"  {key:<14} {value}" for key, value in manifest.items() if isinstance(value, str)]
    plain += _layout_lines(manifest.get("layout", {}))
    for reference, digest in manifest.get("images", {}).items():
        plain.append(f"  image          {reference} {digest[:19]}")
        packages = manifest["packages"][reference]
        told = [f"{name} {packages[name]}" for name in ("frr", "iproute2") if name in packages]
        plain.append(f"                 {', '.join(told)}, {len(packages)} packages in all")
    if "vm" in manifest:
        plain.append(f"  qemu           {manifest['vm']['qemu']}")
    return plain


def _layout_lines(layout: Mapping[str, Any]) -> list[str]:
    """How much of what there is; a lab of an earlier release has no layout in its manifest."""
    if not layout:
        return []
    count = sum(len(node["interfaces"]) for node in layout["nodes"].values())
    parts = f"{len(layout['nodes'])} nodes, {len(layout['links'])} links, {count} interfaces"
    return [
        f"  management     {layout['network']}",
        f"  layout         {parts} (--json: order, MACs, addresses)",
    ]
