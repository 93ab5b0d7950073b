"""Every key of an inventory, by the model, and the values that it may be given next."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv6Network
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from citynet.build.role import Role
from citynet.model.city import City

Place = tuple[str, ...]
GONE = object()
"""As a value: the key, or the entry, is taken away."""

PINNED: Mapping[str, tuple[object, ...]] = {
    "asn": (64999,),
    "area": ("49.0abc",),
    "net": ("49.0abc.0000.0000.0abc.00",),
    "loopbacks": ("fd99:1::/48",),
    "links": ("fd99:2::/48",),
    "locators": ("5f77::/32", "5f77::/40"),
    "loopback": ("fd99:1::77",),
    "router_id": ("192.0.2.77",),
    "prefix": ("fd99:3::/127",),
    "ipv4": ("10.77.0.1/28",),
    "ipv6": ("fd77::1/64",),
    "interface": ("eth77",),
    "route_target": ("64999:77",),
    "label": ("某处",),
    "customers_ipv4": ("10.128.0.0/9", "172.16.0.0/12"),
    "customers_ipv6": ("fd80::/9", "fc00::/8"),
    "transport": ("evpn-vxlan",),
}
"""Next values by the last name of a key, where no number or choice says one."""
FALLBACK_NUMBERS = (77, 1077, 64999)


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its place, and the value it has or defaults to.

    `entry`: a name in a map. `choices`: the words that it takes, where it takes no others.
    `kind`: its place with `*` for names of entries.
    """

    place: Place
    value: object
    entry: bool = False
    choices: tuple[str, ...] = ()
    kind: Place = ()

    def __str__(self) -> str:
        return ".".join(self.place)


def keys(city: City, roles: Iterable[Role]) -> Iterator[Key]:
    """Those of the model, then those of every role's options, for the city and for a node."""
    yield from _of(city, (), ())
    node = next(iter(city.nodes))
    for role in roles:
        for level, kind in ((("city",), ("city",)), (("nodes", node), ("nodes", "*"))):
            for name, info in role.options.model_fields.items():
                here = ("options", role.name, name)
                value = _plain(info.get_default(call_default_factory=True))
                words = choices(info.annotation)
                yield Key((*level, *here), value, choices=words, kind=(*kind, *here))


def _of(model: BaseModel, at: Place, kind: Place) -> Iterator[Key]:
    for name, info in type(model).model_fields.items():
        value, here = getattr(model, name), info.alias or name
        place, like = (*at, here), (*kind, here)
        if name == "options":
            continue
        if isinstance(value, BaseModel):
            yield from _of(value, place, like)
        elif isinstance(value, dict) and any(isinstance(v, BaseModel) for v in value.values()):
            for entry, inside in value.items():
                yield Key((*place, entry), None, entry=True, kind=(*like, "*"))
                yield from _of(inside, (*place, entry), (*like, "*"))
        else:
            yield Key(place, _plain(value), choices=choices(info.annotation), kind=like)


def choices(annotation: object) -> tuple[str, ...]:
    """The words that a field takes by its type: of an enumeration or a `Literal`."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(each.value) for each in annotation)
    if get_origin(annotation) is Literal:
        return tuple(str(each) for each in get_args(annotation))
    return tuple(dict.fromkeys(word for each in get_args(annotation) for word in choices(each)))


def _plain(value: object) -> object:
    match value:
        case bool() | int() | float() | None:
            return value
        case BaseModel():
            return value.model_dump(mode="json")
        case tuple() | list():
            return [_plain(each) for each in value]
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
    return str(value)


def values(
    key: Key, city: City, locators: Mapping[str, IPv6Network] | None = None
) -> Iterator[object]:
    """What the key may be given next, the likeliest first; which of them is valid is asked.

    `locators` are those that nodes have.
    """
    if key.entry:
        yield GONE
        return
    node, name = key.place[1:2], key.place[-1]
    yield from PINNED.get(name, ())
    if name == "locator" and locators:
        have = locators[node[0]]
        yield str(IPv6Network((int(have.network_address) ^ (0x77 << 64), have.prefixlen)))
    if name == "interfaces":
        yield {_end(key.place, city): "eth77"}
    yield from key.choices
    yield from _next(key.value, _names(city))
    if key.value is None:
        yield from (True, False, *FALLBACK_NUMBERS, "77")
        yield from _names(city)


def _end(place: Place, city: City) -> str:
    """The first end of a link or a gateway."""
    maps: Mapping[str, Mapping[str, Any]] = {"links": city.links, "gateways": city.gateways}
    ends: Sequence[str] = maps[place[0]][place[1]].ends
    return ends[0]


def _names(city: City) -> list[str]:
    maps = (city.nodes, city.domains, city.networks, city.sites, city.vpns, city.links)
    return [name for each in maps for name in each]


def _next(value: object, names: list[str]) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1, value - 1, value * 2, 9001 - value)
        case float():
            yield from (value + 1, value - 1)
        case list():
            yield from ([*value, 8443], value[::-1], value[:-1])
            for name in names:
                yield [*value[:-1], name]
        case str():
            yield from names
            yield f"{value}2"


def changed(document: dict[str, Any], place: Place, value: object) -> dict[str, Any]:
    """The document (a copy of it that may be changed) with one key given a value."""
    at = document
    for name in place[:-1]:
        at = at.setdefault(name, {})
    if value is GONE:
        at.pop(place[-1], None)
    else:
        at[place[-1]] = value
    return document
