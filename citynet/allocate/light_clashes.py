"""Fibres, channels and ports that have one number between them; two channels in one light.

Two channels of one frequency are fine on different fibres. Where they share a span, both are
told, with a frequency that is free on every span of both: whichever is pinned to it, nothing
else moves.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from citynet.allocate.claim import Claim
from citynet.allocate.light import pins_of
from citynet.allocate.plan import LightpathNumbers, Plan
from citynet.errors import KeyPath, Problem
from citynet.model import City
from citynet.model.optical import either_order
from citynet.text import listed, nearest

Taken = Mapping[str, set[int]]
"""By span, the frequencies that are taken on it."""


def _fibre(city: City, span: str) -> tuple[str, KeyPath, bool]:
    """What a fibre is called for a person, where its group can be pinned, and whether it is."""
    if "~" in span:
        pins, path = pins_of(city, span)
        return f"span {span}", path, pins.srlg is not None
    name = span.partition("/")[2]
    return f"the fibre of link {name}", ("links", name), city.links[name].srlg is not None


def _risk_claims(city: City, plan: Plan) -> Iterator[Claim]:
    """One for each fibre; one for all that a team has put into one group, as in one duct."""
    together: set[int] = set()
    for span, number in plan.srlgs.items():
        owner, path, pinned = _fibre(city, span)
        at = (*path, "srlg") if pinned else path
        if not (pinned and number in together):
            yield Claim("city", "SRLG", number, owner, at, "srlg", pinned)
        if pinned:
            together.add(number)


def _channel(city: City, light: LightpathNumbers) -> Claim:
    owner, path = f"link {light.link}", light.origin
    pins = pins_of(city, light.link)[0] if path[0] == "rings" else city.links[light.link]
    pinned = pins.channel is not None
    at = (*path, "channel") if pinned else path
    return Claim("city", "channel number", light.number, owner, at, "channel", pinned)


def _port(device: str, port: str, owner: str, pin: tuple[str, KeyPath | None, KeyPath]) -> Claim:
    key, pinned, origin = pin
    of = f" of {device}"
    at = pinned or origin
    return Claim(f"optical {device}", "port", port, owner, at, key, pinned is not None, of)


def light_claims(city: City, plan: Plan) -> Iterator[Claim]:
    """Shared risk groups, channel numbers, and names of ports, which devices tell apart by."""
    yield from _risk_claims(city, plan)
    for light in plan.lightpaths.values():
        yield _channel(city, light)
        for device, port in _ports(light):
            path, pins = ("optical", device, "ports"), city.optical[device].ports
            pin = ("ports", _pinned_at(path, pins, light.link), light.origin)
            yield _port(device, port, f"link {light.link}", pin)
    for degree in plan.degrees:
        pins, ref = city.optical[degree.line].degrees, f"{degree.ring}/{degree.peer}"
        at = ("optical", degree.line)
        pin = ("degrees", _pinned_at((*at, "degrees"), pins, ref), at)
        yield _port(degree.line, degree.port, f"degree {ref}", pin)


def _ports(light: LightpathNumbers) -> Iterator[tuple[str, str]]:
    """The devices where a channel has a port, and the port's name; each once."""
    lines = (light.working.lines[0], light.working.lines[-1])
    pairs = (
        *zip(light.terminals, light.ports, strict=True),
        *zip(lines, light.entries, strict=True),
    )
    yield from dict.fromkeys(pairs)


def _pinned_at(path: KeyPath, pins: Mapping[str, str], ref: str) -> KeyPath | None:
    """Where a port's name is pinned, if it is."""
    return next(((*path, each) for each in pins if either_order(each) == ref), None)


def _pairs(plan: Plan) -> Iterator[tuple[str, LightpathNumbers, LightpathNumbers]]:
    """Channels of one frequency that share a span, each pair once, with the first such span."""
    held: dict[tuple[str, int], LightpathNumbers] = {}
    said: set[tuple[str, str]] = set()
    for light in plan.lightpaths.values():
        for span in light.spans:
            first = held.setdefault((span, light.frequency), light)
            if first is not light and (first.link, light.link) not in said:
                said.add((first.link, light.link))
                yield span, first, light


def _taken(plan: Plan) -> dict[str, set[int]]:
    taken: dict[str, set[int]] = defaultdict(set)
    for light in plan.lightpaths.values():
        for span in light.spans:
            taken[span].add(light.frequency)
    return taken


def _free(
    city: City, taken: dict[str, set[int]], pair: tuple[LightpathNumbers, LightpathNumbers]
) -> int | None:
    """The lowest frequency that is free on all spans of two channels; then it is taken there."""
    spans = {span for light in pair for span in light.spans}
    used = {frequency for span in spans for frequency in taken[span]}
    channels = city.rings[pair[0].ring].grid.channels
    found = next((each for each in channels if each not in used), None)
    if found is not None:
        for span in spans:
            taken[span].add(found)
    return found


def _hint(city: City, light: LightpathNumbers, free: int | None) -> str:
    if free is None:
        return f"all {len(city.rings[light.ring].grid.channels)} channels are taken"
    where = f"`spans` of ring {light.ring}" if "~" in light.link else f"link {light.link}"
    return f"pin `frequency: {free}`, which is free for both, in {where} if it is the newer one"


def same_light(city: City, plan: Plan) -> Iterator[Problem]:
    """Every two channels that would be one on a fibre that they share."""
    taken = _taken(plan)
    for span, first, second in _pairs(plan):
        free = _free(city, taken, (first, second))
        for one, other in ((first, second), (second, first)):
            what = f"links {one.link} and {other.link} both have {one.frequency} MHz on {span}"
            expected = "a frequency of its own on each fibre"
            yield Problem(what, one.origin, expected, _hint(city, one, free))


def no_such_ports(city: City, plan: Plan) -> Iterator[Problem]:
    """Names pinned for degrees and channels that the node has not."""
    degrees, channels = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for degree in plan.degrees:
        degrees[degree.line].append(f"{degree.ring}/{degree.peer}")
    for light in plan.lightpaths.values():
        for device, _ in _ports(light):
            channels[device].append(light.link)
    for name, node in city.optical.items():
        path = ("optical", name, "degrees")
        yield from _unknown(path, "degree", node.degrees, degrees[name])
        path = ("optical", name, "ports")
        yield from _unknown(path, "channel of a link", node.ports, channels[name])


def _unknown(
    path: KeyPath, noun: str, refs: Mapping[str, str], have: list[str]
) -> Iterator[Problem]:
    for ref in refs:
        if either_order(ref) not in have:
            what = f"{path[1]} has no {noun} {ref}"
            expected = f"one of {listed(have)}" if have else f"no `{path[2]}`, as it has none"
            yield Problem(what, (*path, ref), expected, nearest(ref, have))
