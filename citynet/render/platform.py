"""What a platform is to the renderer: its templates, and how their parts become files."""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from citynet.build.facts import DeviceFacts
from citynet.errors import CitynetError
from citynet.render.naming import Naming
from citynet.render.ports import Ports
from citynet.yang.models import ModelSet

Parts = Mapping[str, Sequence[str]]
"""By block name, what each role's template says in that block, in the order of roles."""


def _nothing(facts: DeviceFacts) -> Iterable[str]:
    return ()


class RealImage(Struct, frozen=True):
    """What containerlab makes of the vendor's own image, where somebody has it.

    `kind` is containerlab's name of it, `username` who may log in first; `takes_key` tells
    whether containerlab gives that user the lab's public key, a password is needed otherwise.
    `interface` is what containerlab calls a port of the device, None for one it has not got.
    """

    kind: str
    username: str
    interface: Callable[[str], str | None]
    takes_key: bool = False


class CommandLine(Struct, frozen=True):
    """A device's command line where it is no POSIX shell, and only to be looked at through.

    `netmiko` is netmiko's name of it, `reads` are the words that a command may begin with, and
    `refused` is what an answer begins with that is no answer.
    """

    netmiko: str
    reads: tuple[str, ...]
    refused: str


class Platform(Struct, frozen=True):
    """One kind of device.

    Each role's template `<templates>/<role>.j2` fills some of `blocks`; `assemble` makes the
    device's files of them, by name. `refuses` says, in sentences, what of the facts the
    platform cannot do although it has the template. `driver` is the module and the class
    that talk to the device, `package.module:Class`, and `reader` what reads its state
    (`citynet.verify.reader`); `acting` is what its twins make up (`citynet.twin.server.acting`).
    They are loaded when first used, and a leading dot means the platform's own folder.

    `autoescape` is for templates that write XML: every value is escaped unless a template says
    otherwise. `filters` are the platform's own Jinja filters, by name. `models` are the YANG
    models that its documents (files that end in `.xml`) must be valid against. `lacks` says of
    roles that it has no template for why, or what to do instead. `ports` says how it names its
    ports, where it does not take any name; templates have `name | port` then. `interfaces` and
    `vrfs` say which names these can have, where it is not any. `port` is the TCP port that it is
    managed at: 22 for a shell, 830 for NETCONF (RFC 6242). `cli` is what answers at 22 where that
    is not a POSIX shell.

    `image` is the folder of `labs/images/` that its lab nodes are made from. Where it names none,
    a platform with models is there as its twin, and one without is a Linux router. `real` is
    what a lab's node is whose inventory says `image: real`.
    """

    name: str
    summary: str
    blocks: tuple[str, ...]
    assemble: Callable[[DeviceFacts, Parts], Mapping[str, str]]
    driver: str
    reader: str = ".observe:READER"
    acting: str = ".acting:ACTOR"
    image: str = ""
    templates: Path | None = None
    refuses: Callable[[DeviceFacts], Iterable[str]] = _nothing
    autoescape: bool = False
    filters: Mapping[str, Callable[..., object]] = field(default_factory=dict)
    models: ModelSet | None = None
    lacks: Mapping[str, str] = field(default_factory=dict)
    ports: Ports | None = None
    interfaces: Naming | None = None
    vrfs: Naming | None = None
    port: int = 22
    real: RealImage | None = None
    cli: CommandLine | None = None


def part(platform: Platform, what: str) -> Any:
    """The `driver` or the `reader` of a platform of the house. Raises `CitynetError`."""
    place = str(getattr(platform, what))
    module, _, attribute = place.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        told = f"platform {platform.name} has no usable {what} {place!r}: {error}"
        raise CitynetError(told) from error


def outside(facts: DeviceFacts, role: str, ranges: Mapping[str, range]) -> Iterator[str]:
    """Sentences, for `refuses`, on numbers of a role's facts that are not in their `ranges`."""
    found = facts.roles.get(role)
    if found is None:
        return
    for name, allowed in ranges.items():
        value = getattr(found, name)
        if value not in allowed:
            between = f"{allowed.start} to {allowed.stop - 1}"
            yield f"{facts.platform} cannot do {role}.{name} {value}, it can do {between}"
