"""Light followed through the configuration of all nodes, as a photon would be.

It starts at a transponder's channel, enters by an add port, and goes wherever the rendered
documents let its frequency through; fibres are between the degrees that face each other.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from citynet.allocate import Plan
from citynet.build import build_facts
from citynet.house import House, open_house
from citynet.render import Renderer
from citynet.xml import Element, parse_document
from tests.cities import Raw, made_context
from tests.roles.optical.city import light

Port = tuple[str, str]


@dataclass
class Line:
    """What the documents of all nodes say. Ports are `(node, component)`."""

    through: dict[Port, list[tuple[int, int, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    channels: dict[Port, int] = field(default_factory=dict)
    switches: set[Port] = field(default_factory=set)
    amplifiers: dict[Port, float] = field(default_factory=dict)


def text(element: Element, *path: str) -> str:
    for name in path:
        found = element.child(name)
        assert found is not None, (element.name, path)
        element = found
    return element.text


def entries(document: Element, name: str) -> Iterator[Element]:
    yield from (each for each in document.walk() if each.name == name)


def rendered(source: Raw, house: House) -> tuple[Plan, dict[str, Element]]:
    context = made_context(source)
    renderer = Renderer(house.platforms)
    facts = build_facts(context, house.roles)
    files = {name: renderer.render(facts[name]).files["config.xml"] for name in source["optical"]}
    return context.plan, {name: parse_document(each.encode()) for name, each in files.items()}


def read(documents: dict[str, Element]) -> Line:
    line = Line()
    for node, document in documents.items():
        for media in entries(document, "media-channels"):
            for each in media.children:
                config = ("config", "lower-frequency"), ("config", "upper-frequency")
                lower, upper = (int(text(each, *path)) for path in config)
                source = text(each, "source", "config", "port-name")
                dest = text(each, "dest", "config", "port-name")
                line.through[node, source].append((lower, upper, dest))
        for each in entries(document, "component"):
            channel = each.child("optical-channel")
            if channel is not None:
                line.channels[node, text(each, "name")] = int(text(channel, "config", "frequency"))
        line.switches |= {
            (node, text(each, "name")) for each in entries(document, "aps-module")
        }  # fmt: skip
        for each in entries(document, "amplifier"):
            line.amplifiers[node, text(each, "name")] = float(text(each, "config", "target-gain"))
    return line


def fibres(plan: Plan) -> dict[Port, Port]:
    """From where light goes into a fibre to where it comes out."""
    port = {(each.ring, each.line, each.peer): each.port for each in plan.degrees}
    return {
        (line, f"OUT-{name}"): (peer, f"IN-{port[ring, peer, line]}")
        for (ring, line, peer), name in port.items()
    }


def follow(line: Line, joined: dict[Port, Port], start: Port, frequency: int) -> list[Port]:
    """Every port that light passes; it must not be split, lost, or go round for ever."""
    at, passed = start, [start]
    while len(passed) < 100:
        let = [dest for lower, upper, dest in line.through[at] if lower < frequency < upper]
        assert len(let) == 1, (at, frequency, let)
        at = (at[0], let[0])
        passed.append(at)
        if at not in joined:
            return passed
        at = joined[at]
        passed.append(at)
    raise AssertionError(passed)


@pytest.fixture(scope="module")
def house() -> House:
    return open_house()


def cities() -> Iterator[Raw]:
    for protection in ("none", "1+1"):
        source = light(protection=protection)
        source["links"] = {
            "far": {"ends": ["r-north", "r-south"], "ring": "ring", "protection": "1+1"},
            "plain": {"ends": ["r-west", "r-east"], "ring": "ring", "protection": "none"},
        }
        yield source
        source = light(protection=protection)
        source["rings"]["other"] = {**source["rings"]["ring"], "grid": "100GHz"}
        yield source


@pytest.mark.parametrize("source", [*cities()])
def test_light_arrives_in_both_directions_and_on_both_ways(source: Raw, house: House) -> None:
    plan, documents = rendered(source, house)
    line, joined = read(documents), fibres(plan)
    used: dict[str, list[Port]] = defaultdict(list)
    for each in plan.lightpaths.values():
        for end, far in ((0, 1), (1, 0)):
            near, there = each.working.lines[-end], each.working.lines[-far]
            assert line.channels[each.terminals[end], f"OCH-{each.ports[end]}"] == each.frequency
            protected = (near, f"APS-{each.entries[end]}") in line.switches
            assert protected == (each.protection is not None)
            for way, more in zip(each.ways, ("", "-protection"), strict=False):
                start = (near, f"ADD-{each.entries[end]}{more}")
                passed = follow(line, joined, start, each.frequency)
                assert passed[-1] == (there, f"DROP-{each.entries[far]}{more}")
                nodes = list(dict.fromkeys(node for node, _ in passed))
                assert nodes == list(way.lines if end == 0 else way.lines[::-1])
                used[each.link] += passed
    lit = sum(len(each) for each in line.through.values())
    assert lit == sum(len(way.lines) * 2 for each in plan.lightpaths.values() for way in each.ways)
    assert set(used) == set(plan.lightpaths)


def test_the_two_ways_of_a_protected_link_have_no_fibre_in_common(house: House) -> None:
    plan, documents = rendered(light(protection="1+1"), house)
    line, joined = read(documents), fibres(plan)
    for each in plan.lightpaths.values():
        ports = []
        for more in ("", "-protection"):
            start = (each.working.lines[0], f"ADD-{each.entries[0]}{more}")
            ports.append(set(follow(line, joined, start, each.frequency)))
        assert not ports[0] & ports[1]


def test_a_change_of_one_frequency_is_not_let_through(house: House) -> None:
    plan, documents = rendered(light(), house)
    line = read(documents)
    each = plan.lightpaths["ring/r-east~r-north"]
    moved = replace(each, frequency=each.frequency + each.width)
    start = (each.working.lines[0], f"ADD-{each.entries[0]}")
    with pytest.raises(AssertionError):
        follow(line, fibres(plan), start, moved.frequency)


def test_amplifiers_make_up_for_what_is_known_of_a_fibre(house: House) -> None:
    source = light()
    source["rings"]["ring"]["spans"] = {"r-north~r-east": {"loss": 7.25}}
    _, documents = rendered(source, house)
    gains = read(documents).amplifiers
    assert gains["o-north", "PREAMP-ring-o-east"] == gains["o-east", "PREAMP-ring-o-north"] == 7.25
    assert gains["o-north", "PREAMP-ring-o-west"] == 20
    assert {gain for (_, name), gain in gains.items() if name.startswith("BOOSTER")} == {16}
