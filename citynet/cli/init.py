"""`citynet init`."""

import re
from pathlib import Path

import click

from citynet.cli.words import PathName, Word
from citynet.errors import CitynetError
from citynet.schema import schema_text

LONGEST = 20
MOST = 200
NAMED = (
    f"a name of 2 to {LONGEST} small letters, digits and single hyphens, beginning with a letter"
)
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
SCHEMA = ".city.schema.json"

CITY = """\
# yaml-language-server: $schema={schema}
#
# A city's network, as few lines as it takes. Every file of this folder that ends in .yaml is read,
# and all of them are one inventory: split it as you like. What any key means, with an example:
#   citynet explain nodes.role        (all keys: citynet explain)

city:
  name: {name}
  # label: what people call it, in any language
  # The platform of a router that names none: frr, huawei_vrp or nokia_srlinux.
  platform: frr
  options:
    # A lab has many routers on few cores: BFD once a second stays calm there. On real routers
    # leave this out, the default is 100 ms x 3.
    underlay: {{bfd_interval: 1000}}

# Isolated networks. Each has routers, an AS, addresses and SRv6 locators of its own; nothing
# crosses from one to another but by a gateway. No number is written here: they are made of names,
# and any may be pinned (citynet explain domains.pools).
domains:
  {domain}:
    label: {label}

# Places with equipment.
sites:
{sites}"""

NODES = """\
# yaml-language-server: $schema={schema}

# Routers. A core reflects the routes of VPNs and needs no customer; an access router has some.
# Other roles: aggregation, service, gateway (citynet explain nodes.role).
nodes:
{nodes}
{joins}"""

RING = """
# An optical ring: the nodes in the order of the fibre. Neighbours, the last and the first too,
# get an IP link with IS-IS and BFD. Its links are named {example} and so on:
#   citynet lab cut {example} -i {folder}
rings:
  ring:
    nodes: [{nodes}]
"""

LINK = """
# IP links that are on no ring.
links:
  {a}-{b}: {{ends: [{a}, {b}]}}
"""

SERVICES = """\
# yaml-language-server: $schema={schema}

# A VPN is one service inside a domain: its endpoints reach each other, and nothing else reaches
# them. An endpoint is where a customer is attached; the lab puts a customer there.
vpns:
  office:
    domain: {domain}
    endpoints:
      east: {{node: {first}}}
      west: {{node: {last}}}
"""

GATEWAY = """
# Where two domains meet: a router of each, with role gateway, and what may pass. Everything else
# is refused, logged and counted. For a second domain add it to `domains`, give it nodes and a VPN:
#
# gateways:
#   gate:
#     ends: [gw1, other-gw1]
#     allow:
#       publish: {{from: office/east, to: trade/market, protocol: tcp, ports: [443]}}
"""


@click.command(
    epilog="""\b
Examples:
  citynet init inventory/harbour
  citynet init inventory/harbour --nodes 12
  citynet init . --name harbour
"""
)
@click.argument("folder", metavar="DIR", type=PathName(path_type=Path))
@click.option("--name", type=Word(NAMED), help="The city's name.  [default: the folder's]")
@click.option(
    "--nodes",
    type=click.IntRange(2, MOST),
    default=4,
    show_default=True,
    help="Routers: two cores, the rest access, on one ring from three on.",
)
def init(folder: Path, name: str | None, nodes: int) -> None:
    """Make a first city with comments: one domain, a ring, a VPN with two customers."""
    if not str(folder).isprintable():  # it is in comments of the city's files
        raise CitynetError(f"{str(folder)!r} has characters that cannot be seen; name another one")
    found = _name(folder, name)
    _empty(folder)
    files = city_files(found, nodes, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CitynetError(f"{folder} cannot be written: {error.strerror}") from error
    click.echo(f"{found}: {nodes} routers and a VPN, in {', '.join(sorted(files))} of {folder}")
    click.echo("next:")
    place = _quoted(folder)
    for command, why in (
        ("validate", "check it, after every change"),
        ("graph -o city.svg", "draw it"),
        ("lab up", "routers to try it on"),
        ("deploy", "configure them"),
        ("verify", "prove that it works"),
        ("lab down", "take the lab away"),
    ):
        verb, _, rest = command.partition(" -o")
        line = f"citynet {verb} -i {place}" + (f" -o{rest}" if rest else "")
        click.echo(f"  {line:<44}  # {why}")


def city_files(name: str, nodes: int, folder: Path) -> dict[str, str]:
    """The files of a city with so many routers: name -> text."""
    names = ["core1", "core2"][: 1 if nodes == 2 else 2]  # noqa: PLR2004 - one core, one access
    access = [f"acc{number}" for number in range(1, nodes - len(names) + 1)]
    fields = {"name": name, "schema": SCHEMA, "domain": "government", "label": "政务域"}
    fields |= {"first": access[0], "last": access[-1] if len(access) > 1 else names[0]}
    sites = ["centre", *(f"office{number}" for number, _ in enumerate(access, 1))]
    rows = [f"  {each}: {{site: centre, domain: government, role: core}}" for each in names]
    rows += [
        f"  {each}: {{site: office{number}, domain: government, role: access}}"
        for number, each in enumerate(access, 1)
    ]
    places = "".join(f"  {site}: {{}}\n" for site in sites)
    joins = _joins([names[0], *access, *names[1:]], folder)
    return {
        SCHEMA: schema_text(),
        "city.yaml": CITY.format(**fields, sites=places),
        "nodes.yaml": NODES.format(**fields, nodes="\n".join(rows), joins=joins),
        "services.yaml": SERVICES.format(**fields) + GATEWAY.format(),
    }


def _joins(around: list[str], folder: Path) -> str:
    if len(around) == 2:  # noqa: PLR2004 - a ring has at least three
        return LINK.format(a=around[0], b=around[1])
    example = "ring/" + "~".join(sorted(around[:2]))
    return RING.format(nodes=", ".join(around), example=example, folder=_quoted(folder))


def _name(folder: Path, name: str | None) -> str:
    """The city's name: labs and files carry it. Raises `CitynetError`."""
    given = name if name is not None else folder.resolve().name
    if NAME.fullmatch(given) and 2 <= len(given) <= LONGEST:  # noqa: PLR2004 - as names are
        return given
    if name is None:
        simple = re.sub(r"[^a-z0-9]+", "-", given.lower()).strip("-0123456789")[:LONGEST]
        simple = simple.rstrip("-")
        if NAME.fullmatch(simple) and len(simple) > 1:
            return simple
    raise CitynetError(
        f"{given!r} cannot be a city's name, expected {NAMED}; --name gives another one"
    )


def _empty(folder: Path) -> None:
    """Nothing is overwritten. Raises `CitynetError`."""
    try:
        if folder.exists() and not folder.is_dir():
            raise CitynetError(f"{folder} is a file; name a folder that is to be made")
        if folder.is_dir() and any(folder.iterdir()):
            raise CitynetError(
                f"{folder} is not empty, and nothing in it is overwritten; name another folder"
            )
    except OSError as error:
        raise CitynetError(f"{folder} cannot be read: {error.strerror}") from error


def _quoted(folder: Path) -> str:
    import shlex  # noqa: PLC0415 - for what is printed only

    return shlex.quote(str(folder))
