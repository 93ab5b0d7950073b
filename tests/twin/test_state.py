"""The state that a twin tells: set, or made up from what runs and from the twins it hears."""

from pathlib import Path

import pytest
from lxml import etree
from ncclient.operations import RPCError

from citynet.netconf import rpc
from citynet.verify.asking import MADE_UP
from citynet.verify.observe import Adjacency, Kind
from citynet.yang.yanglint import lint
from tests.twin.ring import VPN, Ring, load, rendered, told, until
from tests.twin.twins import BASE, Twin, started
from tests.verify.told import HUAWEI, NOKIA, OPTICAL, vendors
from tests.yang.models import MODELS

pytestmark = pytest.mark.twin


def test_a_cut_link_takes_the_sessions_of_both_ends(ring: Ring) -> None:
    ring.relays["gov-ring/gov-agg1~gov-agg2"].cut.set()
    until(lambda: ring.up("gov-agg1") == {"gov-core1"})
    until(lambda: ring.up("gov-agg2") == {"gov-core2", "gov-core1"})
    assert ring.bfd("gov-agg1") == [True]
    assert ring.bgp("gov-agg1") == {VPN}, "there is another way round"
    ring.relays["gov-ring/gov-agg1~gov-core1"].cut.set()
    until(lambda: ring.bgp("gov-agg1") == {()})
    until(lambda: () in ring.bgp("gov-core1"))


def test_an_as_that_does_not_match_keeps_sessions_down_at_both_ends(ring: Ring) -> None:
    asn = vendors().context.plan.domains["government"].asn
    load(ring.twins["gov-core1"], rendered("gov-core1", **{f">{asn}<": ">64999<"}))
    assert ring.bgp("gov-core1") == {()}
    until(lambda: ring.bgp("gov-agg1") == {(), VPN})
    assert ring.up("gov-core1") == {"gov-agg1", "gov-agg2", "gov-core2"}


def test_a_level_that_does_not_match_keeps_the_adjacency_down_at_both_ends(ring: Ring) -> None:
    text = rendered("gov-core1", **{"<level>level-2</level>": "<level>level-1</level>"})
    load(ring.twins["gov-core1"], text)
    assert not ring.up("gov-core1")
    until(lambda: ring.up("gov-agg1") == {"gov-agg2"})
    assert ring.up("gov-agg2") == {"gov-agg1", "gov-core2"}


def test_what_is_taken_back_comes_back(ring: Ring) -> None:
    asn = vendors().context.plan.domains["government"].asn
    text = rendered("gov-core1", **{f">{asn}<": ">64999<"})
    with ring.twins["gov-core1"].session() as session:
        session.edit_config(target="candidate", config=text, default_operation="replace")
        session.commit(confirmed=True, timeout="60", persist="x")
        assert ring.bgp("gov-core1") == {()}
        session.cancel_commit(persist_id="x")
    until(ring.whole)


def test_who_runs_nothing_any_more_is_missed(ring: Ring) -> None:
    twin = ring.twins["gov-core2"]
    with twin.session() as session:
        session.edit_config(
            target="candidate", config=f'<config xmlns="{BASE}"/>', default_operation="replace"
        )
        session.commit()
    until(lambda: ring.up("gov-core1") == {"gov-agg1", "gov-agg2"})
    until(lambda: ring.up("gov-agg2") == {"gov-agg1", "gov-core1"})


SET = {
    HUAWEI: (
        '<network-instance xmlns="urn:huawei:yang:huawei-network-instance"><instances><instance>'
        '<name>_public_</name><isis xmlns="urn:huawei:yang:huawei-isis"><sites><site><id>1</id>'
        "<peers><peer><system-id>0000.0000.0bad</system-id><level>level-2</level>"
        "<circuit-id>1</circuit-id><interface-name>100GE0/3/0</interface-name>"
        "<status>init</status></peer></peers></site></sites></isis></instance></instances>"
        "</network-instance>"
    )
}


def test_what_is_set_is_told_and_nothing_else(ring: Ring) -> None:
    twin = ring.twins[HUAWEI]
    file = twin.files.folder / "state" / "operational.xml"
    for around in ("%s", "<data>%s</data>"):
        file.write_text(around % SET[HUAWEI])
        wanted = (Adjacency("100GE0/3/0", "0000.0000.0bad", 2, up=False),)
        assert told(twin, HUAWEI, Kind.ISIS) == wanted
        assert told(twin, HUAWEI, Kind.BFD) == ()
    file.unlink()
    assert ring.up(HUAWEI) == {"gov-agg1", "gov-agg2", "gov-core2"}


@pytest.mark.parametrize("wrong", ["<oops", "<data><x xmlns='urn:none'/></data>", ">init<|>odd<"])
def test_what_is_set_and_is_in_no_model_is_said(ring: Ring, wrong: str) -> None:
    twin = ring.twins[HUAWEI]
    old, bar, new = wrong.partition("|")
    text = SET[HUAWEI].replace(old, new) if bar else wrong
    (twin.files.folder / "state" / "operational.xml").write_text(text)
    with twin.session() as session, pytest.raises(RPCError):
        session.get()
    found = told(twin, HUAWEI, Kind.ISIS)
    assert isinstance(found, str)
    assert found.startswith("the device ")


@pytest.mark.parametrize("device", [HUAWEI, NOKIA])
def test_the_vendors_models_take_what_a_twin_serves(ring: Ring, device: str) -> None:
    """All that it answers to a `<get>`, as a datastore with its state."""
    assert_valid(ring.twins[device], device)


def test_an_optical_twin_is_lit_and_its_models_take_it(tmp_path: Path) -> None:
    with started("openconfig", tmp_path) as twin:
        assert told(twin, OPTICAL, Kind.CHANNELS) != ()
        load(twin, rendered(OPTICAL))
        found = told(twin, OPTICAL, Kind.CHANNELS)
        assert len(found) == 5
        assert_valid(twin, OPTICAL)


def assert_valid(twin: Twin, device: str) -> None:
    models = vendors().house.platforms[vendors().facts[device].platform].models
    assert models is not None
    with twin.session() as session:
        data = session.get().data_ele
    monitoring = rpc.MONITORING
    nodes = [each for each in data if etree.QName(each).namespace != monitoring]
    text = "".join(etree.tostring(each, encoding="unicode") for each in nodes)
    wrong = text.replace(">up<", ">upwards<").replace("ACTIVE<", "LAZY<")
    good, bad = lint(models, [text, wrong], MODELS, "data")
    assert not good, good
    assert bad


def test_it_says_that_it_is_made_up(ring: Ring) -> None:
    for twin in ring.twins.values():
        with twin.session() as session:
            assert MADE_UP in session.server_capabilities


def test_a_filter_selects_state_as_it_does_configuration(ring: Ring) -> None:
    wanted = (
        '<network-instance xmlns="urn:huawei:yang:huawei-network-instance"><instances><instance>'
        '<name>_public_</name><isis xmlns="urn:huawei:yang:huawei-isis"><sites><site><id/><peers>'
        "<peer><status/></peer></peers></site></sites></isis></instance></instances>"
        "</network-instance>"
    )
    with ring.twins[HUAWEI].session() as session:
        data = session.get(filter=("subtree", wanted)).data_ele
        names = {etree.QName(each).localname for each in data.iter()}
        assert "status" in names
        assert not names & {"circuit", "host-name", "bgp"}
        config = session.get_config("running", filter=("subtree", wanted)).data_ele
    assert not [each for each in config.iter() if etree.QName(each).localname == "peer"]
