"""The optical network below the domains: every node, span and channel, nothing where none is."""

import re
from xml.etree import ElementTree as ET

from citynet.graph import Scars, dot, picture
from tests.cities import Raw, made_context, raw
from tests.roles.optical.city import light

SVG = "{http://www.w3.org/2000/svg}"


def parsed(source: Raw) -> ET.Element:
    return ET.fromstring(picture(made_context(source)))  # noqa: S314 it is our own


def titles(root: ET.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}title")]


def test_every_node_and_span_is_there_with_what_is_on_it() -> None:
    source = light(protection="1+1")
    source["links"] = {"far": {"ends": ["r-north", "r-south"], "ring": "ring"}}
    context, root = made_context(source), parsed(source)
    drawn = {each.get("id") for each in root.iter(f"{SVG}g")}
    assert {f"node-{name}" for name in source["optical"]} <= drawn
    said = titles(root)
    for span, number in context.plan.srlgs.items():
        [found] = [each for each in said if each.startswith(f"{span}\nSRLG {number}\n")]
        assert found.count("THz") == 5
        assert found.count("(1+1)") == 5 - sum(
            span in each.working.spans for each in context.plan.lightpaths.values()
        )
    for name in ("o-north", "t-south"):
        [found] = [each for each in said if each.startswith(name)]
        assert "far, port far" in found
    assert [text for each in root.iter(f"{SVG}text") if (text := each.text) == "5λ"] == ["5λ"] * 4


def test_the_order_of_a_ring_changes_nothing() -> None:
    source = light()
    before = picture(made_context(source))
    panel = before.partition('id="optical"')[2]
    for key in ("nodes", "line_systems"):
        source["rings"]["ring"][key].reverse()
    assert picture(made_context(source)).partition('id="optical"')[2] == panel


def test_a_city_without_optical_equipment_has_no_panel() -> None:
    assert 'id="optical"' not in picture(made_context(raw()))


def test_rings_over_the_same_equipment_stand_on_rows_of_their_own() -> None:
    source = light()
    lines = source["rings"]["ring"]["line_systems"]
    source["rings"]["other"] = {
        "nodes": ["r-north", "r-south", "r-west"],
        "line_systems": ["o-north", "o-south", "o-west"],
    }
    root = parsed(source)
    assert {"light-ring", "light-other"} <= {each.get("id") for each in root.iter(f"{SVG}g")}
    nodes = [each for each in root.iter(f"{SVG}g") if each.get("id", "") == f"node-{lines[0]}"]
    assert len(nodes) == 1


def test_labels_are_text_whatever_they_say() -> None:
    source = light()
    source["optical"]["o-north"]["label"] = "<script>北&"
    svg = picture(made_context(source))
    assert "<script>" not in svg
    assert "&lt;script&gt;北&amp;" in svg


def test_what_is_down_is_crossed_out() -> None:
    svg = picture(made_context(light()), Scars(down=("o-west", "t-south")))
    assert {"o-west down", "t-south down"} <= set(re.findall(r">([a-z-]+ down)<", svg))


def test_dot_has_every_fibre() -> None:
    text = dot(made_context(light()))
    assert text.count("penwidth=3, color=purple") == 4
    assert '"t-south" -- "o-south" [style=dotted]' in text
