"""What the server says of itself: ietf-netconf-monitoring (RFC 6022)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from .errors import protocol_error

NAMESPACE = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
_DEFAULT: dict[Any, str] = {None: NAMESPACE}
PARTS = ("capabilities", "datastores", "schemas", "sessions")


@dataclass(frozen=True, slots=True)
class Login:
    """Who is on a session, from where and since when (RFC 3339)."""

    user: str
    host: str
    since: str


@dataclass(frozen=True, slots=True)
class Monitored:
    """What is known of the server. `kill` ends another session; `schemas` is a folder.

    `told` gives the state of the device that it stands for, top-level nodes side by side.
    """

    capabilities: tuple[str, ...]
    schemas: Path
    namespaces: Mapping[str, str]
    kill: Callable[[int], None]
    sessions: dict[int, Login] = field(default_factory=dict)
    told: Callable[[], bytes] = bytes


def _name(text: str) -> str:
    return f"{{{NAMESPACE}}}{text}"


def state(about: Monitored, locks: Mapping[str, int], wanted: Any) -> bytes:
    """`<netconf-state>`, or those parts of it that a filter names; nothing if it names none."""
    parts = _wanted(wanted)
    if not parts:
        return b""
    root = etree.Element(_name("netconf-state"), nsmap=_DEFAULT)
    makers = {
        "capabilities": lambda inside: _capabilities(about, inside),
        "datastores": lambda inside: _datastores(locks, inside),
        "schemas": lambda inside: _schemas(about, inside),
        "sessions": lambda inside: _sessions(about, inside),
    }
    for part in parts:
        makers[part](etree.SubElement(root, _name(part)))
    found: bytes = etree.tostring(root)
    return found


def schema(about: Monitored, name: str, revision: str) -> bytes:
    """The text of a module, escaped for XML. Raises `RefusedError`."""
    safe = name.replace("-", "").replace("_", "").replace(".", "").isalnum() and "/" not in name
    pattern = f"{name}@{revision or '*'}.yang"
    found = sorted(about.schemas.glob(pattern)) if safe and "*" not in revision else []
    if not found:
        raise protocol_error("invalid-value", f"no schema {name} {revision}".rstrip())
    root = etree.Element("schema")
    root.text = found[-1].read_text(encoding="utf-8", errors="replace")
    text: bytes = etree.tostring(root)
    return text.removeprefix(b"<schema>").removesuffix(b"</schema>")


def _wanted(wanted: Any) -> tuple[str, ...]:
    if wanted is None:
        return PARTS
    chosen = [each for each in wanted if etree.QName(each).localname == "netconf-state"]
    if not chosen:
        return ()
    names = {etree.QName(each).localname for each in chosen[0]}
    return tuple(part for part in PARTS if not names or part in names)


def _leaves(parent: Any, name: str, leaves: Mapping[str, str]) -> None:
    entry = etree.SubElement(parent, _name(name))
    for leaf, value in leaves.items():
        etree.SubElement(entry, _name(leaf)).text = value


def _capabilities(about: Monitored, inside: Any) -> None:
    for each in about.capabilities:
        etree.SubElement(inside, _name("capability")).text = each


def _datastores(locks: Mapping[str, int], inside: Any) -> None:
    for name in ("running", "candidate"):
        entry = etree.SubElement(inside, _name("datastore"))
        etree.SubElement(entry, _name("name")).text = name
        if name in locks:
            around = etree.SubElement(entry, _name("locks"))
            _leaves(around, "global-lock", {"locked-by-session": str(locks[name])})


def _schemas(about: Monitored, inside: Any) -> None:
    for file in sorted(about.schemas.glob("*.yang")):
        name, _, revision = file.stem.partition("@")
        leaves = {"identifier": name, "version": revision, "format": "yang"}
        leaves |= {"namespace": about.namespaces.get(name, ""), "location": "NETCONF"}
        _leaves(inside, "schema", leaves)


def _sessions(about: Monitored, inside: Any) -> None:
    for number, login in sorted(about.sessions.items()):
        leaves = {
            "session-id": str(number),
            "transport": "netconf-ssh",
            "username": login.user,
            "source-host": login.host,
            "login-time": login.since,
        }
        _leaves(inside, "session", leaves)
