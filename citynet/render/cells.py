"""Which platform can do which role: asked before anything is rendered."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from citynet.build.facts import DeviceFacts
from citynet.build.traits import interfaces, needed_by, required
from citynet.errors import InventoryError, KeyPath, Problem
from citynet.model import City, devices
from citynet.render.platform import Platform
from citynet.render.render import templates_of
from citynet.text import listed, nearest

Platforms = Mapping[str, Platform]
MOST = 4
"""Names told of a list that may be long."""


def _have(platform: Platform) -> frozenset[str]:
    return frozenset(path.stem for path in templates_of(platform).glob("*.j2"))


def _ports(facts: DeviceFacts) -> tuple[str, ...]:
    return tuple(name for each in facts.roles.values() for name in interfaces(each))


def _port_problems(facts: DeviceFacts, platform: Platform) -> Iterator[Problem]:
    for first, second, port in platform.ports.clashes(_ports(facts)) if platform.ports else ():
        what = f"node {facts.name}: {first} and {second} would both be port {port}"
        hint = "pin the `interfaces` of one of them"
        yield Problem(what, facts.origin, "a port for each", hint)


def _problems(
    facts: DeviceFacts, platform: Platform, templates: frozenset[str]
) -> Iterator[Problem]:
    place = (*facts.origin, "platform")
    for role, value in facts.roles.items():
        if role not in templates:
            what = f"{platform.name} cannot do role {role}, needed by node {facts.name}"
            why = platform.lacks.get(role)
            expected = None if why else f"a template {platform.name}/{role}.j2"
            yield Problem(what, needed_by(value) or place, expected, why)
    for sentence in platform.refuses(facts):
        yield Problem(f"node {facts.name}: {sentence}", place)
    yield from _port_problems(facts, platform)


def fitted(facts: Mapping[str, DeviceFacts], platforms: Platforms) -> dict[str, DeviceFacts]:
    """The facts without the roles that a device's platform lacks and the device can be without."""
    templates: dict[str, frozenset[str]] = {}
    found: dict[str, DeviceFacts] = {}
    for name, each in facts.items():
        found[name] = each
        if all(required(value) for value in each.roles.values()) or each.platform not in platforms:
            continue
        if each.platform not in templates:
            templates[each.platform] = _have(platforms[each.platform])
        have = templates[each.platform]
        kept = {
            role: value for role, value in each.roles.items() if required(value) or role in have
        }
        found[name] = replace(each, roles=kept)
    return found


def unknown_platforms(city: City, platforms: Platforms) -> Iterator[Problem]:
    """Every platform that there is none of, where the inventory names it."""
    said: set[KeyPath] = set()
    for each in devices(city):
        if each.platform in platforms or each.named_at in said:
            continue
        said.add(each.named_at)
        what = f"there is no platform {each.platform!r}, which node {each.name} has"
        expected, hint = f"one of {listed(sorted(platforms))}", nearest(each.platform, platforms)
        yield Problem(what, each.named_at, expected, hint)


def cell_problems(facts: Iterable[DeviceFacts], platforms: Platforms) -> Iterator[Problem]:
    """Everything of a device that its platform cannot do; of known platforms only."""
    have: dict[str, frozenset[str]] = {}
    for each in facts:
        if each.platform not in platforms:
            continue
        platform = platforms[each.platform]
        if platform.name not in have:
            have[platform.name] = _have(platform)
        yield from _problems(each, platform, have[platform.name])


def check_cells(facts: Iterable[DeviceFacts], platforms: Platforms) -> None:
    """Raise `InventoryError` for every device that has a role its platform cannot do."""
    problems = list(cell_problems(facts, platforms))
    if problems:
        raise InventoryError(problems)


def stand_ins(facts: Iterable[DeviceFacts], platforms: Platforms) -> Iterator[Problem]:
    """Ports that no inventory names: worth knowing before the configuration meets a device."""
    for each in facts:
        ports = platforms[each.platform].ports
        unnamed = ports.unnamed(_ports(each)) if ports else ()
        if ports and unnamed:
            told = ", ".join(f"{ports.name(name)} for {name}" for name in unnamed[:MOST])
            more = f" and {len(unnamed) - MOST} more" if len(unnamed) > MOST else ""
            what = f"node {each.name}: no port is named for {len(unnamed)} of its links"
            hint = f"names that stand in: {told}{more}"
            yield Problem(what, each.origin, "their `interfaces` or `interface` pinned", hint)
