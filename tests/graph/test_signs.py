"""Nothing is told by colour alone."""

import re

from citynet.graph.badges import SHAPES, Badge, network_glyphs, vpn_badges
from citynet.graph.lanes import shape
from citynet.graph.svg import el, fitted, num, text_width
from citynet.graph.symbols import badge_symbol, role_symbol
from citynet.model import NodeRole
from tests.cities import made_context as made
from tests.graph.odd_city import odd


def without_colour(svg: str) -> str:
    return re.sub(r"#[0-9a-f]{6}", "", svg)


def test_roles_differ_in_shape() -> None:
    drawn = {without_colour(role_symbol(role, 0, 0, "#000000")) for role in NodeRole}
    assert len(drawn) == len(NodeRole)


def test_badges_differ_in_shape() -> None:
    drawn = {without_colour(badge_symbol(Badge(name, "#000000"), 0, 0)) for name in SHAPES}
    assert len(drawn) == len(SHAPES)


def with_vpns(count: int) -> dict[str, Badge]:
    intent = odd()
    endpoint = {"x1": {"node": "acc2"}}
    intent["vpns"] = {f"w{at:02}": {"domain": "aa", "endpoints": endpoint} for at in range(count)}
    intent["gateways"] = {}
    return vpn_badges(made(intent).city)


def test_eight_vpns_differ_in_shape_and_sixty_four_in_both() -> None:
    eight = with_vpns(8).values()
    assert len({badge.shape for badge in eight}) == len({badge.colour for badge in eight}) == 8
    assert len(set(with_vpns(64).values())) == 64


def test_networks_have_letters_of_their_own() -> None:
    intent = odd()
    intent["networks"] = {
        "egov": {"domain": "aa", "label": "政务外网"},
        "police": {"domain": "aa", "label": "政法网"},
        "net": {"domain": "aa"},
    }
    assert network_glyphs(made(intent).city) == {"egov": "政", "net": "N", "police": "法"}


def test_numbers_are_written_one_way() -> None:
    assert [num(value) for value in (1, 1.0, 1.25, -0.01, 2.96)] == ["1", "1", "1.2", "0", "3"]
    assert el("a", "b", class_="x", stroke_width=2, d='"<') == (
        '<a class="x" stroke-width="2" d="&quot;&lt;">b</a>'
    )


def test_text_is_cut_to_its_room() -> None:
    assert fitted("政务外网", 10, 40) == "政务外网"
    assert fitted("政务外网", 10, 39) == "政务…"
    assert text_width("政务", 10) == 20
    assert text_width("ab", 10) < text_width("政务", 10)


def test_rings_become_lanes() -> None:
    lanes = {
        (lane.ring, lane.nodes): (lane.left, lane.right, lane.closes)
        for lane in shape(made(odd()).city, "aa").lanes
    }
    assert lanes == {
        ("opposite", ("a1",)): ("a-core1", "a-core2", False),
        ("opposite", ("a2",)): ("a-core1", "a-core2", False),
        ("one-hub", ("a3", "a4")): (None, "a-core2", False),
        ("free", ("a5", "a6", "a7")): (None, None, False),
        ("meets", ("a8", "a9")): (None, None, False),
        (None, ("acc1",)): (None, None, False),
    }


def test_a_ring_that_closes_between_cores_is_one_lane() -> None:
    intent = odd()
    intent["rings"]["opposite"]["nodes"] = ["a-core1", "a2", "a1", "a-core2"]
    lane = next(lane for lane in shape(made(intent).city, "aa").lanes if lane.ring == "opposite")
    assert (lane.nodes, lane.closes) == (("a2", "a1"), True)
    assert lane.hanging == ("a-core3",)
