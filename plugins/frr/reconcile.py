"""From the kernel's state to the wanted one: ordered commands, made without asking anything.

The order is what keeps a router's isolation while it changes: settings of the whole kernel
first, then what comes, VRFs with their fence before anything is put into them, then addresses.
What goes does so after FRR has let go of it, unless it is in the way. A change of VRF takes an
interface down for a moment, and the kernel may drop its IPv6 addresses then, so they are all
given again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from .linux import ALIAS, FENCE_METRIC, PROTOCOL, VIRTUAL, Link, State, Wanted

_RANK = {"": 0, "vrf": 1, "dummy": 2, "vlan": 3}
"""In which order interfaces come up: ports before the VLANs on them."""

_DEPARTURE = {"vlan": 0, "": 1, "dummy": 2, "vrf": 3}
"""In which order they go: VRFs last, since what is in one may lose addresses with it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A line for `ip -batch`, or a key and value for the kernel (`sysctl`); what it is about."""

    tool: str
    text: str
    about: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps before FRR is given its part, and after: what FRR no longer uses goes last."""

    first: tuple[Step, ...]
    last: tuple[Step, ...]

    def __bool__(self) -> bool:
        return bool(self.first or self.last)


def plan(wanted: State, now: State, *, additive: bool = False) -> Plan:
    """The steps from `now` to `wanted`; none where they agree.

    `additive` leaves alone what is ours and not wanted.
    """
    gone = frozenset() if additive else now.ours - wanted.links.keys()
    anew = frozenset(_remade(wanted, now))
    late = gone - _in_the_way(wanted, now, gone)
    first = tuple(_first(wanted, now, gone - late, anew, additive=additive))
    return Plan(first, tuple(_departures(now, late)))


def _first(
    wanted: State, now: State, gone: frozenset[str], anew: frozenset[str], *, additive: bool
) -> Iterator[Step]:
    bound = {key: interface_of(key, wanted.links) for key in wanted.sysctls}
    yield from _settings(wanted, now, [key for key, name in bound.items() if name is None])
    if not additive:
        yield from _unwanted_addresses(wanted, now, anew)
    yield from _departures(now, gone | anew)
    left = _after_departures(now, gone | anew)
    made = frozenset(
        name for name, link in wanted.links.items() if link.kind and name not in left.links
    )
    yield from _arrivals(wanted, left, made)
    late = [key for key, name in bound.items() if name is not None]
    yield from _settings(wanted, left, late, made)
    shaken = made | _shaken(wanted, now, late) | _shaken(wanted, left, late)
    yield from _shapes(wanted, left, made)
    yield from _addresses(wanted, left, shaken)


def _in_the_way(wanted: State, now: State, gone: frozenset[str]) -> frozenset[str]:
    """What goes and has a table, or a VLAN of a port, that something else is to have.

    A port that goes is there for its VLANs to be deleted from, so it may always be late.
    """
    tables = {link.table for link in wanted.links.values() if link.table is not None}
    vlans = {(link.parent, link.vlan) for link in wanted.links.values() if link.kind == "vlan"}
    return frozenset(
        name
        for name in gone
        for link in (now.links[name],)
        if link.table in tables or (link.parent, link.vlan) in vlans
    )


def interface_of(key: str, names: Mapping[str, Link]) -> str | None:
    """The interface that a kernel setting is about, if it is one of `names`."""
    match key.replace("/", ".").split("."):
        case ["net", "ipv4" | "ipv6" | "mpls", "conf" | "neigh", first, *more] if more:
            name = ".".join([first, *more[:-1]])
            return name if name in names else None
    return None


def kernel_path(key: str, names: Mapping[str, Link]) -> str:
    """`/proc/sys/…` of a key; a dot in an interface's name stays a dot."""
    name = interface_of(key, names)
    if name is None:
        return "/proc/sys/" + key.replace(".", "/")
    before, _, after = key.replace("/", ".").partition(f".{name}.")
    return f"/proc/sys/{before.replace('.', '/')}/{name}/{after}"


def missing_ports(wanted: Wanted, now: State) -> dict[str, int]:
    """Interfaces that are wanted, not made here and not there, or there and of another kind."""
    links = wanted.state.links
    return {
        name: wanted.lines.get(f"link {name}", 0)
        for name, link in links.items()
        if (not link.kind and name not in now.links)
        or (link.kind and name in now.links and now.links[name].kind not in VIRTUAL)
    }


def after(wanted: State, now: State, *, additive: bool = False) -> State:
    """What the kernel should say once `plan` was carried out."""
    gone = frozenset() if additive else now.ours - wanted.links.keys()
    removed = frozenset(name for name in gone if now.links[name].kind in VIRTUAL)
    links = {name: link for name, link in now.links.items() if name not in removed}
    addresses = {name: now.addresses.get(name, frozenset()) for name in links}
    for name in gone - removed:
        links[name] = replace(links[name], master=None, up=False)
        addresses[name] = frozenset()
    for name, link in wanted.links.items():
        mtu = link.mtu if link.mtu is not None or name not in links else links[name].mtu
        links[name] = replace(link, mtu=mtu)
        kept = addresses.get(name, frozenset()) if additive else frozenset()
        addresses[name] = kept | wanted.addresses.get(name, frozenset())
    ours = (now.ours - gone) | wanted.ours
    return State(links, addresses, {**now.sysctls, **wanted.sysctls}, ours)


def _settings(
    wanted: State, now: State, keys: list[str], made: frozenset[str] = frozenset()
) -> Iterator[Step]:
    for key in keys:
        value = wanted.sysctls[key]
        fresh = interface_of(key, wanted.links) in made
        if fresh or now.sysctls.get(key) != value:
            path = kernel_path(key, wanted.links)
            yield Step("sysctl", f"{path} {value}", f"sysctl {key}")


def _remade(wanted: State, now: State) -> Iterator[str]:
    for name, link in wanted.links.items():
        there = now.links.get(name)
        if there is not None and link.kind and there.identity() != link.identity():
            yield name


def _departures(now: State, names: frozenset[str]) -> Iterator[Step]:
    order = sorted(names, key=lambda name: (_DEPARTURE[now.links[name].kind], name))
    for name in order:
        link, about = now.links[name], f"link {name}"
        if link.kind in VIRTUAL:
            yield Step("ip", f"link delete dev {name}", about)
            if link.kind == "vrf":
                yield from _open(link)
            continue
        if now.addresses.get(name):  # some may have gone with a VRF, which a flush does not mind
            yield Step("ip", f"address flush dev {name} scope global", about)
        yield Step("ip", f'link set dev {name} nomaster alias "" down', about)


def _unwanted_addresses(wanted: State, now: State, anew: frozenset[str]) -> Iterator[Step]:
    for name in sorted(wanted.links.keys() - anew):
        surplus = now.addresses.get(name, frozenset()) - wanted.addresses.get(name, frozenset())
        for address in sorted(surplus):
            yield Step("ip", f"address delete {address} dev {name}", f"address {address} {name}")


def _after_departures(now: State, names: frozenset[str]) -> State:
    """The state once `names` have gone: those who were in a VRF that went are in none."""
    virtual = {name for name in names if now.links[name].kind in VIRTUAL}
    virtual |= {name for name, link in now.links.items() if link.parent in virtual}
    links = {
        name: replace(link, master=None) if link.master in virtual else link
        for name, link in now.links.items()
        if name not in virtual
    }
    return replace(now, links=links)


def _arrivals(wanted: State, now: State, made: frozenset[str]) -> Iterator[Step]:
    ordered = sorted(wanted.links.items(), key=lambda each: _RANK[each[1].kind])
    for name, link in ordered:
        about = f"link {name}"
        if name in made:
            yield Step("ip", _creation(link), about)
        if link.kind == "vrf":
            there = None if name in made else now.links[name]
            yield from _close(link, there)


def _close(link: Link, there: Link | None) -> Iterator[Step]:
    """The routes that keep a VRF's lookups in it, but for what is exempt."""
    about = f"link {link.name}"
    old = there.exempt if there else None
    if link.exempt and link.exempt != old:
        yield Step("ip", f"route replace throw {link.exempt} {_ours(link)}", about)
    if link.fenced and not (there and there.fenced):
        for prefix in ("default", "::/0"):
            yield Step("ip", f"route replace unreachable {prefix} {_ours(link)}", about)
    if old and link.exempt != old:
        yield Step("ip", f"route delete throw {old} {_ours(link)}", about)


def _open(link: Link) -> Iterator[Step]:
    """Remove what may be left of a VRF's routes: IPv4's go with it, which a flush does not mind."""
    about = f"link {link.name}"
    yield Step("ip", f"route flush table {link.table}", about)
    if link.fenced:
        yield Step("ip", f"route delete unreachable ::/0 {_ours(link)}", about)
    if link.exempt:
        yield Step("ip", f"route delete throw {link.exempt} {_ours(link)}", about)


def _ours(link: Link) -> str:
    return f"table {link.table} metric {FENCE_METRIC} proto {PROTOCOL}"


def _creation(link: Link) -> str:
    match link.kind:
        case "vrf":
            return f"link add name {link.name} type vrf table {link.table}"
        case "vlan":
            return f"link add link {link.parent} name {link.name} type vlan id {link.vlan}"
    return f"link add name {link.name} type {link.kind}"


def _shapes(wanted: State, now: State, made: frozenset[str]) -> Iterator[Step]:
    for name, link in sorted(wanted.links.items(), key=lambda each: _RANK[each[1].kind]):
        there = Link(name, up=False) if name in made else now.links.get(name, Link(name, up=False))
        words = []
        if (name in wanted.ours) != (name in now.ours and name not in made):
            words.append(f"alias {ALIAS}" if name in wanted.ours else 'alias ""')
        if link.mtu is not None and link.mtu != there.mtu:
            words.append(f"mtu {link.mtu}")
        if link.master != there.master:
            words.append(f"master {link.master}" if link.master else "nomaster")
        if link.up != there.up:
            words.append("up" if link.up else "down")
        if words:
            yield Step("ip", f"link set dev {name} {' '.join(words)}", f"link {name}")


def _shaken(wanted: State, now: State, late: list[str]) -> frozenset[str]:
    """Interfaces that may lose IPv6 addresses by what changes."""
    found = {
        name
        for name, link in wanted.links.items()
        if name in now.links
        and (link.master, link.up) != (now.links[name].master, now.links[name].up)
    }
    for key in late:
        name = interface_of(key, wanted.links)
        changes = now.sysctls.get(key) != wanted.sysctls[key]
        if name is not None and key.endswith("disable_ipv6") and changes:
            found.add(name)
    small = {name for name, link in now.links.items() if (link.mtu or 0) < IPV6_MTU}
    return frozenset(found | (small & wanted.links.keys()))


IPV6_MTU = 1280
"""Below this the kernel takes IPv6 off an interface (RFC 8200, section 5)."""


def _addresses(wanted: State, now: State, shaken: frozenset[str]) -> Iterator[Step]:
    for name, link in sorted(wanted.links.items(), key=lambda each: _RANK[each[1].kind]):
        have = frozenset() if name in shaken else now.addresses.get(name, frozenset())
        for address in sorted(wanted.addresses.get(name, frozenset()) - have):
            quick = " nodad" if ":" in address else ""
            text = f"address replace {address} dev {link.name}{quick}"
            yield Step("ip", text, f"address {address} {name}")
