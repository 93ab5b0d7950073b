"""What is broken is crossed out, each at its place, and nothing else changes."""

from citynet.graph import Scars, picture
from citynet.pipeline import prepare
from tests.cities import DEMO

CONTEXT = prepare(DEMO).context


def test_an_unbroken_city_has_no_scars() -> None:
    assert picture(CONTEXT, Scars()) == picture(CONTEXT)
    assert 'id="scars"' not in picture(CONTEXT)


def test_each_cut_link_and_each_node_that_is_down_is_named() -> None:
    links = ("gov-ring/gov-agg1~gov-core1", "acc1-agg1", "gateway/gate", "access/health/platform")
    drawn = picture(CONTEXT, Scars(cut=links, down=("x-acc1",)))
    scars = drawn.split('id="scars"')[1].split('id="legend"')[0]
    for link in links:
        assert f"✂ {link}" in scars
    assert "x-acc1 down" in scars
    assert scars.count("<path") == 2 * (len(links) + 1)


def test_a_link_nobody_knows_is_left_out() -> None:
    assert picture(CONTEXT, Scars(cut=("nowhere/at~all",))) == picture(CONTEXT)
