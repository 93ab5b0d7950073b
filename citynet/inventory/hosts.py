"""What an inventory says of each host: its place, its part and its numbers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from citynet.allocate.plan import LightpathNumbers
from citynet.build.context import Context
from citynet.errors import CitynetError
from citynet.inventory.groups import platform_of, rings_of
from citynet.text import with_nearest


@dataclass(frozen=True, slots=True)
class LinkVars:
    """An IP link of a host, the fibres it rides on, and their shared risk groups (RFC 4202).

    With light: its frequency in MHz, and the fibres of the other way round where that is lit too.
    """

    link: str
    peer: str
    interface: str
    fibres: tuple[str, ...]
    srlgs: tuple[int, ...]
    frequency: int | None
    protection_fibres: tuple[str, ...]
    protection_srlgs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HostVars:
    """The variables of a router. Addresses are text, as JSON and YAML have them."""

    site: str
    domain: str
    role: str
    platform: str
    label: str | None
    loopback: str
    locator: str
    asn: int
    net: str
    vpns: tuple[str, ...]
    links: tuple[LinkVars, ...]


@dataclass(frozen=True, slots=True)
class DegreeVars:
    """A degree of a line system: the fibre that ends there."""

    degree: str
    port: str
    fibre: str
    srlg: int


@dataclass(frozen=True, slots=True)
class ChannelVars:
    """A channel that begins at an optical node, or passes it. `port` is a transponder's here."""

    link: str
    frequency: int
    port: str | None
    fibres: tuple[str, ...]
    protection_fibres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpticalVars:
    """The variables of an optical node."""

    site: str
    role: str
    platform: str
    label: str | None
    rings: tuple[str, ...]
    degrees: tuple[DegreeVars, ...]
    channels: tuple[ChannelVars, ...]


def _protection(light: LightpathNumbers | None) -> tuple[str, ...]:
    return light.protection.spans if light and light.protection else ()


def _links(context: Context, node: str) -> tuple[LinkVars, ...]:
    plan, found = context.plan, []
    for link in context.index.links.get(node, ()):
        light = plan.lightpaths.get(link.id)
        other_way = _protection(light)
        found.append(
            LinkVars(
                link=link.id,
                peer=link.far(node).node,
                interface=link.end(node).interface,
                fibres=link.spans,
                srlgs=link.srlgs,
                frequency=light.frequency if light else None,
                protection_fibres=other_way,
                protection_srlgs=tuple(plan.srlgs[name] for name in other_way),
            )
        )
    return tuple(found)


def host_vars(context: Context, node: str) -> HostVars:
    """The variables of router `node`. Raises `CitynetError` if the city has no such node."""
    intent = context.city.nodes.get(node)
    if intent is None:
        known = (*context.city.nodes, *context.city.optical)
        raise CitynetError(with_nearest(f"no node is called {node!r}", node, known))
    numbers = context.plan.nodes[node]
    return HostVars(
        site=intent.site,
        domain=intent.domain,
        role=intent.role.value,
        platform=platform_of(context, node),
        label=intent.label,
        loopback=str(numbers.loopback),
        locator=str(numbers.locator),
        asn=context.plan.domains[intent.domain].asn,
        net=numbers.net,
        vpns=context.index.vpns.get(node, ()),
        links=_links(context, node),
    )


def _channel(light: LightpathNumbers, node: str) -> ChannelVars:
    ports = dict(zip(light.terminals, light.ports, strict=True))
    return ChannelVars(
        link=light.link,
        frequency=light.frequency,
        port=ports.get(node),
        fibres=light.working.spans,
        protection_fibres=_protection(light),
    )


def optical_vars(context: Context, node: str) -> OpticalVars:
    """The variables of optical node `node`."""
    intent, index, plan = context.city.optical[node], context.index, context.plan
    return OpticalVars(
        site=intent.site,
        role=intent.kind.value,
        platform=platform_of(context, node),
        label=intent.label,
        rings=rings_of(context, node),
        degrees=tuple(
            DegreeVars(f"{each.ring}/{each.peer}", each.port, each.span, plan.srlgs[each.span])
            for each in index.degrees.get(node, ())
        ),
        channels=tuple(_channel(light, node) for light in index.lights.get(node, ())),
    )


def any_vars(context: Context, name: str) -> HostVars | OpticalVars:
    """The variables of any device. Raises `CitynetError` if the city has none of that name."""
    if name in context.city.optical:
        return optical_vars(context, name)
    return host_vars(context, name)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return value


def as_variables(host: HostVars | OpticalVars) -> dict[str, object]:
    """Plain values for JSON: lists for tuples."""
    return {key: _plain(value) for key, value in asdict(host).items()}
