"""How a city's real devices are reached: a file beside the inventory, without any secret in it.

::

    defaults:
      username: netops
      key: ~/.ssh/citynet                # or password: env:NAME, file:/path, command:sops -d …
      known_hosts: known_hosts           # beside this file; the devices' keys, never learned
    nodes:
      agg-07: {host: 192.0.2.7}
      agg-08: {host: 192.0.2.8, port: 2022, username: other, timeout: 30}
    jump: {host: 198.51.100.1, username: ops, key: ~/.ssh/jump, known_hosts: known_hosts}

The jump host is entered with a key alone.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from citynet import xdg
from citynet.errors import CitynetError, InventoryError, KeyPath, Position, Problem
from citynet.lab.host import NodeAccess, SshJump
from citynet.load.compose import Document
from citynet.load.file import place, read, shape
from citynet.load.tree import in_order
from citynet.model.base import SecretPlace
from citynet.text import nearest

VARIABLE = "CITYNET_ACCESS"
SSH = 22
JUMP = "jump"
Text = Annotated[str, Field(pattern=r"\S", strict=True)]
Port = Annotated[int, Field(ge=1, le=65535, strict=True)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
_EXPECTED = {
    "defaults": "a map of username, key or password, known_hosts and port",
    "nodes": "a map of nodes, each with its host",
    "jump": "a map of host, username, key and known_hosts",
    "host": "a name or an address",
    "port": "a number from 1 to 65535",
    "shell_port": "a number from 1 to 65535",
    "username": "who logs in",
    "key": "the file of a private key",
    "password": "where a password is: env:NAME, file:/path or command:words",
    "known_hosts": "a file with the devices' host keys",
    "timeout": "the seconds that an answer may take, up to 3600",
}
_OF_JUMP = {key: _EXPECTED[key] for key in ("host", "port", "username", "key", "known_hosts")}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _ByKey(_Strict):
    port: Port | None = None
    username: Text | None = None
    key: Text | None = None
    known_hosts: Text | None = None


class Login(_ByKey):
    """How somebody logs in; what is not said comes from the defaults."""

    shell_port: Port | None = None
    password: SecretPlace | None = None
    timeout: Seconds | None = None


class Device(Login):
    """One device."""

    host: Text


class JumpHost(_ByKey):
    """The SSH server in front of the devices. It is entered with a key, and with no other."""

    host: Text


class AccessFile(_Strict):
    """The whole file."""

    defaults: Login = Login()
    nodes: dict[str, Device]
    jump: JumpHost | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach devices; implements `citynet.fleet.inventory.Reach`."""

    nodes: Mapping[str, NodeAccess]
    jump: SshJump | None


def load(file: Path, ports: Mapping[str, int]) -> Access:
    """Read the file. `ports`: every node of the city, and the port its platform is managed at.

    Raises `InventoryError` with all that is wrong, at its place.
    """
    document = read(file, "the access file")
    try:
        found = AccessFile.model_validate(document.value or {})
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        inside = [each for each in details if each["loc"][:1] == (JUMP,) and len(each["loc"]) > 1]
        others = [each for each in details if each not in inside]
        problems = shape(others, document, "an access file", _EXPECTED)
        problems += shape(inside, document, "a jump host", _OF_JUMP)
        raise InventoryError(in_order(problems)) from None
    wrong = list(_wrong(found, document, ports))
    if wrong:
        raise InventoryError(in_order(wrong))
    beside = file.resolve().parent
    nodes = {
        name: _access(each, found.defaults, beside, ports[name])
        for name, each in found.nodes.items()
    }
    return Access(nodes, _jump(found, beside))


def _wrong(found: AccessFile, document: Document, ports: Mapping[str, int]) -> Iterator[Problem]:
    yield from _no_paths(("defaults",), found.defaults, document)
    for name, each in found.nodes.items():
        at = place(("nodes", name), document)
        if name not in ports:
            hint = nearest(name, ports)
            what = f"the city has no node {name!r}"
            if hint is None:
                what += ": a device that was one keeps its configuration"
            yield Problem(what, (), "one of its nodes", hint, at)
        yield from _unsaid(name, each, found.defaults, at)
        yield from _no_paths(("nodes", name), each, document)
        if not any(login.key or login.password for login in (each, found.defaults)):
            yield Problem(f"{name} has neither a key nor a password", (), position=at)
    if found.jump is not None:
        yield from _no_paths((JUMP,), found.jump, document)
        at = place((JUMP,), document)
        yield from _unsaid(JUMP, found.jump, found.defaults, at, ("username", "known_hosts", "key"))


def _no_paths(path: KeyPath, each: Login | JumpHost, document: Document) -> Iterator[Problem]:
    """Paths that begin with the home of a user that there is not."""
    for key, text in (("key", each.key), ("known_hosts", each.known_hosts)):
        try:
            xdg.expanded(text or "", os.environ)
        except CitynetError as error:
            yield Problem(str(error), (), _EXPECTED[key], position=place((*path, key), document))


def _unsaid(
    name: str,
    each: Device | JumpHost,
    defaults: Login,
    at: Position,
    keys: tuple[str, ...] = ("username", "known_hosts"),
) -> Iterator[Problem]:
    for key in keys:
        if not (getattr(each, key) or getattr(defaults, key)):
            yield Problem(f"{name} has no {key}", (), _EXPECTED[key], position=at)


def _path(text: str | None, beside: Path) -> Path | None:
    return beside / xdg.expanded(text, os.environ) if text else None


def _access(each: Device, defaults: Login, beside: Path, port: int) -> NodeAccess:
    known = _path(each.known_hosts or defaults.known_hosts, beside)
    own = each.key or each.password  # a device's own way in replaces the defaults' whole
    login = each if own else defaults
    apart = None if port == SSH else SSH  # where a device is managed over SSH, that is its shell
    return NodeAccess(
        host=each.host,
        port=each.port or defaults.port or port,
        username=each.username or defaults.username or "",
        key_file=_path(login.key, beside),
        known_hosts=known or beside,
        password=login.password,
        shell_port=each.shell_port or defaults.shell_port or apart,
        timeout=each.timeout or defaults.timeout,
    )


def _jump(found: AccessFile, beside: Path) -> SshJump | None:
    jump, defaults = found.jump, found.defaults
    if jump is None:
        return None
    return SshJump(
        host=jump.host,
        port=jump.port or defaults.port or SSH,
        username=jump.username or defaults.username or "",
        key_file=_path(jump.key or defaults.key, beside),
        known_hosts=_path(jump.known_hosts or defaults.known_hosts, beside) or beside,
    )
