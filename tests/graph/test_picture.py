"""The picture of a city: whole, readable, escaped, and the same every time."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from citynet.build import Context
from citynet.graph import dot, picture
from citynet.graph.arrange import arrange
from citynet.graph.picture import STYLE
from citynet.graph.svg import text_width
from citynet.pipeline import prepare
from tests.cities import made_context as made
from tests.graph.odd_city import odd

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
CITIES = ("demo", "wuhan", "vendors")


def city(name: str) -> Context:
    return made(odd()) if name == "odd" else prepare(ROOT / "inventory" / name).context


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 it is our own


def tooltip(root: ET.Element, node: str) -> str:
    found = root.find(f".//{SVG}g[@id='node-{node}']/{SVG}g/{SVG}title")
    assert found is not None
    return found.text or ""


@pytest.mark.parametrize("name", CITIES)
def test_the_pictures_in_docs_are_up_to_date(name: str) -> None:
    kept = (ROOT / "docs" / "images" / f"{name}.svg").read_bytes()
    again = f"citynet graph -i inventory/{name} -o docs/images/{name}.svg"
    assert kept == picture(city(name)).encode(), f"make it again: {again}"


def test_hash_seeds_change_nothing() -> None:
    code = "import sys; from citynet.cli.main import main; sys.argv[0] = 'citynet'; main()"
    command = [sys.executable, "-c", code, "graph", "-i", str(ROOT / "inventory" / "demo")]
    outputs = {
        subprocess.run(
            command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {picture(city("demo")).encode()}


def backwards(value: Any) -> Any:
    """The same intent, every map written the other way round."""
    if isinstance(value, dict):
        return {key: backwards(each) for key, each in reversed(value.items())}
    return value


def test_the_order_of_an_inventory_changes_nothing() -> None:
    assert picture(made(backwards(odd()))) == picture(made(odd()))


def test_the_direction_of_a_ring_changes_nothing_but_its_words() -> None:
    turned = odd()
    for ring in turned["rings"].values():
        ring["nodes"] = ring["nodes"][::-1]
    assert arrange(made(turned)).places == arrange(made(odd())).places


@pytest.mark.parametrize("name", [*CITIES, "odd"])
def test_every_node_is_drawn_once_with_its_numbers(name: str) -> None:
    context = city(name)
    root = parsed(picture(context))
    drawn = [each.get("id", "") for each in root.iter(f"{SVG}g")]
    nodes = sorted(each.removeprefix("node-") for each in drawn if each.startswith("node-"))
    assert nodes == sorted((*context.city.nodes, *context.city.optical))
    for node, numbers in context.plan.nodes.items():
        text = tooltip(root, node)
        assert f"loopback: {numbers.loopback}" in text
        assert f"locator: {numbers.locator}" in text
        assert f"site: {context.city.nodes[node].site}" in text


@pytest.mark.parametrize("name", [*CITIES, "odd"])
def test_every_ring_gateway_link_and_domain_is_drawn(name: str) -> None:
    context = city(name)
    svg = picture(context)
    ids = set(re.findall(r'id="([^"]+)"', svg))
    assert {f"ring-{each}" for each in context.city.rings} <= ids
    assert {f"gateway-{each}" for each in context.city.gateways} <= ids
    assert {f"domain-{each}" for each in context.city.domains} <= ids
    tooltips = [each.text or "" for each in parsed(svg).iter(f"{SVG}title")]
    for link in context.city.links:
        assert sum(text.startswith(f"{link} ") for text in tooltips) == 1


@pytest.mark.parametrize("name", [*CITIES, "odd"])
def test_everyone_stands_in_their_domain_and_apart(name: str) -> None:
    context = city(name)
    layout = arrange(context)
    areas = {area.domain: area for area in layout.areas}
    for node, place in layout.places.items():
        area = areas[context.city.nodes[node].domain]
        assert area.x < place.x < area.x + area.width
        assert area.y < place.y < area.y + area.height
    for a, b in combinations(layout.places.values(), 2):
        assert abs(a.x - b.x) + abs(a.y - b.y) > 40


@dataclass(frozen=True)
class Box:
    """A word's rectangle."""

    text: str
    left: float
    right: float
    top: float
    low: float

    def meets(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.low and other.top < self.low


SIZES = {name: float(size) for name, size in re.findall(r"\.(\w+) \{ font-size: ([\d.]+)px", STYLE)}


def boxes(root: ET.Element) -> Iterator[Box]:
    """Where each text outside the legend is, by its own measure."""
    legend = root.find(f".//{SVG}g[@id='legend']")
    assert legend is not None
    skipped = set(legend.iter(f"{SVG}text"))
    for each in root.iter(f"{SVG}text"):
        if each in skipped:
            continue
        text, kind = "".join(each.itertext()), (each.get("class") or "").split()[0]
        x, y, size = float(each.get("x", 0)), float(each.get("y", 0)), SIZES[kind]
        wide = text_width(text, size)
        left = x - wide / 2 if kind in {"name", "label", "small", "glyph", "pill"} else x
        yield Box(text, left, left + wide, y - size * 0.8, y + size * 0.15)


@pytest.mark.parametrize("name", CITIES)
def test_no_words_overlap_or_leave_the_picture(name: str) -> None:
    root = parsed(picture(city(name)))
    found = list(boxes(root))
    assert len(found) > 30
    clashes = [(a.text, b.text) for a, b in combinations(found, 2) if a.meets(b)]
    assert clashes == []
    width = float(root.get("width", 0))
    assert all(box.left >= 0 and box.right <= width for box in found)


@pytest.mark.parametrize("name", CITIES)
def test_no_name_is_cut(name: str) -> None:
    texts = [box.text for box in boxes(parsed(picture(city(name))))]
    assert not [text for text in texts if text.endswith("…")]


def test_markup_in_names_is_text() -> None:
    svg = picture(made(odd()))
    assert "<script>" not in svg
    assert "<b>" not in svg
    assert "&lt;script&gt;" in svg
    root = parsed(svg)
    assert (root.findtext(f"{SVG}title") or "").startswith('怪 <b>&" 市')


@pytest.mark.parametrize("name", CITIES)
def test_it_can_be_read_without_eyes_and_in_the_dark(name: str) -> None:
    root = parsed(picture(city(name)))
    assert root.get("role") == "img"
    ids = {each.get("id") for each in root if each.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert set((root.get("aria-labelledby") or "").split()) == ids
    described = root.findtext(f"{SVG}desc") or ""
    assert all(ring in described for ring in city(name).city.rings)
    background = root.find(f"{SVG}rect")
    assert background is not None
    assert background.get("fill") == "#fbfcfd"
    assert background.get("width") == root.get("width")
    assert "Noto Sans CJK SC" in picture(city(name))


def test_one_domain_has_no_wall() -> None:
    alone = odd()
    alone["domains"] = {"aa": {}}
    alone["nodes"] = {k: v for k, v in alone["nodes"].items() if v["domain"] == "aa"}
    alone["rings"].pop("c-ring")
    alone["links"] = {k: v for k, v in alone["links"].items() if k not in {"l6", "l8"}}
    alone["vpns"] = {"v1": alone["vpns"]["v1"]}
    alone["gateways"] = {}
    svg = picture(made(alone))
    assert "两网隔离" not in svg
    assert "跨域链路" not in svg


def test_one_lone_router_is_a_picture_too() -> None:
    intent = {
        "city": {"name": "tiny"},
        "domains": {"dd": {}},
        "sites": {"here": {}},
        "nodes": {"r1": {"site": "here", "domain": "dd", "role": "access"}},
    }
    assert parsed(picture(made(intent))).find(f".//{SVG}g[@id='node-r1']") is not None


def test_a_gateway_that_lets_nothing_through_says_so() -> None:
    assert "nothing passes" in picture(made(odd()))


def test_many_flows_are_counted_not_listed() -> None:
    intent = odd()
    flow = {"from": "v1", "to": "v2", "protocol": "udp", "ports": [9]}
    intent["gateways"]["g1"]["allow"] = {f"f{at:02}": flow for at in range(11)}
    assert "and 3 more" in picture(made(intent))


def test_many_vpns_on_a_node_are_counted_not_drawn_over_each_other() -> None:
    intent = odd()
    for at in range(120):
        ends = {"x1": {"node": "acc2"}, "x2": {"node": "acc3"}}
        intent["vpns"][f"w{at:03}"] = {"domain": "aa", "endpoints": ends}
    svg = picture(made(intent))
    assert re.search(r'class="small">\+\d+<', svg)


def test_dot_quotes_names_and_has_every_edge() -> None:
    context = made(odd())
    text = dot(context)
    assert text.startswith('graph "odd" {\n')
    assert text.count(" -- ") == len(context.plan.links) + len(context.city.gateways)
    intent = odd()
    intent["nodes"]["acc1"]["label"] = 'a "b" \\ c'
    assert 'label="acc1\\na \\"b\\" \\\\ c"' in dot(made(intent))
