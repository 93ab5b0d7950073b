"""Whether platforms can have the names that an inventory gives: each mistake at its place."""

from collections.abc import Iterable, Iterator, Mapping

from citynet.build.context import Context
from citynet.build.facts import DeviceFacts
from citynet.build.names import Name, interface_names, vrf_names
from citynet.errors import KeyPath, Problem
from citynet.render.naming import Naming
from citynet.render.platform import Platform


def _taken(name: Name, platform: str) -> Problem:
    what = f"`{name.name}` is a name that routers use themselves: {name.node} is {platform}"
    if name.pinned:
        return Problem(what, name.path, f"an interface for the {name.noun}")
    expected = f"another name for the {name.noun}"
    return Problem(what, name.path, expected, f"for example `{name.noun.lower()}-{name.name}`")


def _unfit(name: Name, platform: str, words: str) -> Problem:
    what = f"`{name.name}` cannot be an interface of {name.node}, which is {platform}"
    return Problem(what, name.path, words)


def _behind(name: Name, platform: str, words: str) -> Problem:
    what = f"`{name.name}{name.more}` cannot be an interface of {name.node}, which is {platform}"
    hint = f"each pair of VPNs that the {name.noun} joins has a VLAN behind its name"
    return Problem(what, name.path, words, hint)


def _wrong(name: Name, platform: str, naming: Naming) -> Problem | None:
    if naming.uses(name.name):
        return _taken(name, platform)
    if not naming.can_have(name.name):
        return _unfit(name, platform, naming.words)
    if name.more and not naming.can_have(name.name + name.more):
        return _behind(name, platform, naming.words)
    return None


def _problems(
    names: Iterable[Name], facts: Mapping[str, DeviceFacts], namings: Mapping[str, Naming | None]
) -> Iterator[Problem]:
    said: set[KeyPath] = set()
    for name in names:
        platform = facts[name.node].platform
        naming = namings.get(platform)
        wrong = _wrong(name, platform, naming) if naming else None
        if wrong and wrong.path not in said:
            said.add(wrong.path)
            yield wrong


def name_problems(
    context: Context, facts: Mapping[str, DeviceFacts], platforms: Mapping[str, Platform]
) -> Iterator[Problem]:
    """Every name of an interface or a VRF that the device's platform uses itself or cannot have."""
    used = {each.platform for each in facts.values()}
    known = {name: platforms[name] for name in sorted(used) if name in platforms}
    interfaces = {name: platform.interfaces for name, platform in known.items()}
    vrfs = {name: platform.vrfs for name, platform in known.items()}
    yield from _problems(interface_names(context), facts, interfaces)
    yield from _problems(vrf_names(context), facts, vrfs)
