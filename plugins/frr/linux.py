"""The Linux side of a router as values: what `linux.state` wants, what the kernel reports.

`linux.state`, one thing a line; links are brought up::

    sysctl net.ipv6.conf.all.forwarding 1
    link NAME [type vrf table N [exempt PREFIX] | type vlan id N parent NAME | type dummy]
              [mtu N] [master VRF]
    address fd00::1/128 dev lo

A VRF is fenced: what it has no route for is unreachable, and is not looked up in the main
table, where the city's own network is (Linux, networking/vrf.rst). One prefix is exempt: the
SIDs that SRv6 sends a VPN's packets to, which the kernel looks up from inside the VRF.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_interface, ip_network
from typing import Any

ALIAS = "citynet"
"""What interfaces that are ours carry as their alias."""

VIRTUAL = frozenset({"vrf", "vlan", "dummy"})
"""The kinds of interfaces that are made and deleted here."""

FENCE_METRIC = 4278198272
"""Metric of the routes that keep a VRF's lookups in the VRF: after any other."""

PROTOCOL = 250
"""What marks our routes among others (`rtnetlink(7)`: free for users)."""


@dataclass(frozen=True, slots=True)
class Link:
    """An interface. `kind` is empty for what is not made here, such as a port.

    `mtu` None in what is wanted means that any is right. `fenced`: a VRF whose lookups end in
    it, except those for `exempt`.
    """

    name: str
    kind: str = ""
    table: int | None = None
    vlan: int | None = None
    parent: str | None = None
    mtu: int | None = None
    master: str | None = None
    up: bool = True
    fenced: bool = False
    exempt: str | None = None

    def identity(self) -> tuple[object, ...]:
        """What cannot be changed without making it anew."""
        return (self.kind, self.table, self.vlan, self.parent) if self.kind in VIRTUAL else ("",)


@dataclass(frozen=True, slots=True)
class State:
    """Interfaces, their global addresses, kernel settings, and the names of what is ours."""

    links: Mapping[str, Link] = field(default_factory=dict)
    addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sysctls: Mapping[str, str] = field(default_factory=dict)
    ours: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """`linux.state` as read: the state, and the line (from 1) that each thing is said in."""

    state: State
    lines: Mapping[str, int]


class StateSyntaxError(ValueError):
    """A line of `linux.state` that cannot be read; `line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        self.line = line
        self.text = text
        super().__init__(f"linux.state:{line}: cannot read {text!r}")


def parse(text: str) -> Wanted:
    """Read `linux.state`. Raises `StateSyntaxError`."""
    links: dict[str, Link] = {}
    addresses: dict[str, set[str]] = {}
    sysctls: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match line.split():
            case []:
                pass
            case ["sysctl", key, *value] if value:
                sysctls[key] = " ".join(value)
                lines[f"sysctl {key}"] = number
            case ["address", address, "dev", name]:
                plain = _address(number, line, address)
                addresses.setdefault(name, set()).add(plain)
                links.setdefault(name, Link(name))
                lines[f"address {plain} {name}"] = number
            case ["link", name, *words]:
                links[name] = _link(links.get(name, Link(name)), number, line, words)
                lines[f"link {name}"] = number
            case _:
                raise StateSyntaxError(number, line)
    links.setdefault("lo", Link("lo"))  # its global addresses are ours, or nobody's
    frozen = {name: frozenset(each) for name, each in addresses.items()}
    ours = frozenset(links) - {"lo"}
    return Wanted(State(links, frozen, sysctls, ours), lines)


def _address(number: int, line: str, address: str) -> str:
    try:
        return str(ip_interface(address))
    except ValueError as error:
        raise StateSyntaxError(number, line) from error


def _link(link: Link, number: int, line: str, words: list[str]) -> Link:
    pairs = dict(zip(words[::2], words[1::2], strict=False))
    known = {"type", "table", "exempt", "id", "parent", "mtu", "master"}
    try:
        if len(words) % 2 or not pairs.keys() <= known:
            raise StateSyntaxError(number, line)
        kind = pairs.get("type", link.kind)
        if kind and kind not in VIRTUAL:
            raise StateSyntaxError(number, line)
        return replace(
            link,
            kind=kind,
            table=int(pairs["table"]) if "table" in pairs else link.table,
            vlan=int(pairs["id"]) if "id" in pairs else link.vlan,
            parent=pairs.get("parent", link.parent),
            mtu=int(pairs["mtu"]) if "mtu" in pairs else link.mtu,
            master=pairs.get("master", link.master),
            fenced=kind == "vrf",
            exempt=str(ip_network(pairs["exempt"])) if "exempt" in pairs else link.exempt,
        )
    except ValueError as error:
        raise StateSyntaxError(number, line) from error


def observed(
    interfaces: Iterable[Mapping[str, Any]],
    routes: Iterable[Mapping[str, Any]],
    sysctls: Mapping[str, str],
) -> State:
    """The kernel's state from `ip -j -d addr` and from our routes, of both families.

    A VRF with both unreachable defaults among them is fenced.
    """
    fences: dict[str, list[tuple[str, str]]] = {}
    for route in routes:
        entry = (str(route.get("type")), str(route.get("dst")))
        fences.setdefault(str(route.get("table")), []).append(entry)
    links: dict[str, Link] = {}
    addresses: dict[str, frozenset[str]] = {}
    ours: set[str] = set()
    for each in interfaces:
        if not each:
            continue
        name = str(each["ifname"])
        links[name] = _observed_link(each, fences)
        addresses[name] = frozenset(_global(each.get("addr_info", ())))
        if each.get("ifalias") == ALIAS:
            ours.add(name)
    return State(links, addresses, sysctls, frozenset(ours))


def holders(interfaces: Iterable[Mapping[str, Any]], addresses: Iterable[str]) -> set[str]:
    """The interfaces that hold one of these addresses."""
    wanted = set(addresses)
    return {
        str(each["ifname"])
        for each in interfaces
        if each and any(info.get("local") in wanted for info in each.get("addr_info", ()))
    }


def _observed_link(each: Mapping[str, Any], fences: Mapping[str, list[tuple[str, str]]]) -> Link:
    info = each.get("linkinfo", {})
    kind, data = info.get("info_kind", ""), info.get("info_data", {})
    kind = kind if kind in VIRTUAL else ""
    table = int(data["table"]) if kind == "vrf" else None
    routes = fences.get(str(table), []) if kind == "vrf" else []
    exempt = (prefix for type_, prefix in routes if type_ == "throw")
    return Link(
        name=str(each["ifname"]),
        kind=kind,
        table=table,
        vlan=int(data["id"]) if kind == "vlan" else None,
        parent=each.get("link") if kind == "vlan" else None,
        mtu=int(each["mtu"]),
        master=each.get("master"),
        up="UP" in each["flags"],
        fenced=routes.count(("unreachable", "default")) == len(("inet", "inet6")),
        exempt=next(exempt, None),
    )


def _global(info: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Addresses that somebody set: not link-local, not learnt from router advertisements."""
    for each in info:
        if each.get("scope") == "global" and not each.get("dynamic"):
            yield f"{ip_interface(each['local']).ip}/{each['prefixlen']}"


def facts(state: State, like: State) -> dict[str, str]:
    """`state` as lines by what they are about, as far as `like` or what is ours goes.

    Lines are those of `linux.state`, with `down`, `unfenced` and `unmanaged` after what is so.
    """
    made = {
        f"sysctl {key}": f"sysctl {key} {state.sysctls[key]}"
        for key in sorted(like.sysctls)
        if key in state.sysctls
    }
    for name in sorted(like.links.keys() | state.ours):
        if name in state.links:
            made[f"link {name}"] = _line(state, state.links[name], like.links.get(name))
        for address in sorted(state.addresses.get(name, ())):
            made[f"address {address} {name}"] = f"address {address} dev {name}"
    return made


def _line(state: State, link: Link, like: Link | None) -> str:
    words = ["link", link.name, *_kind(link)]
    own = link.name == "lo"
    if link.mtu is not None and not own and (like is None or like.mtu is not None):
        words += ["mtu", str(link.mtu)]
    if link.master is not None:
        words += ["master", link.master]
    if not link.up:
        words.append("down")
    if link.kind == "vrf" and not link.fenced:
        words.append("unfenced")
    if link.name not in state.ours and not own:
        words.append("unmanaged")
    return " ".join(words)


def _kind(link: Link) -> list[str]:
    match link.kind:
        case "vrf":
            exempt = ["exempt", link.exempt] if link.exempt else []
            return ["type", "vrf", "table", str(link.table), *exempt]
        case "vlan":
            return ["type", "vlan", "id", str(link.vlan), "parent", str(link.parent)]
        case "dummy":
            return ["type", "dummy"]
    return []
