"""The state that a twin tells: set, or made up from what runs and from the twins it hears."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lxml import etree
from ncclient.operations import RPCError

from citynet.lab.vm import free_port
from citynet.netconf import rpc
from citynet.pipeline import render
from citynet.verify.asking import MADE_UP, open_models
from citynet.verify.observe import Adjacency, BfdSession, BgpSession, Kind, State
from citynet.yang.yanglint import lint
from tests.speed import seconds
from tests.twin.twins import BASE, Twin, started
from tests.verify.told import HUAWEI, NOKIA, OPTICAL, reader, vendors
from tests.yang.models import MODELS

pytestmark = pytest.mark.twin

RING = ("gov-core1", "gov-agg1", "gov-agg2", "gov-core2")
"""Routers of two vendors, each with a link to the next and the last with the first."""
VPN = ("ipv4 vpn", "ipv6 vpn")


@dataclass
class Relay:
    """A link between two twins, of UDP; `cut` lets nothing through."""

    ends: tuple[socket.socket, socket.socket]
    to: tuple[int, int]
    cut: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        for source, target, port in ((0, 1, self.to[1]), (1, 0, self.to[0])):
            threading.Thread(target=self._pass, args=(source, target, port), daemon=True).start()

    def _pass(self, source: int, target: int, port: int) -> None:
        while True:
            try:
                data = self.ends[source].recv(65536)
                if not self.cut.is_set():
                    self.ends[target].sendto(data, ("127.0.0.1", port))
            except ConnectionRefusedError:
                continue
            except OSError:
                return

    def close(self) -> None:
        for each in self.ends:
            each.close()


def bound() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    return made


def load(twin: Twin, text: str) -> None:
    """Make the twin run a configuration, whole."""
    with twin.session() as session:
        session.edit_config(target="candidate", config=text, default_operation="replace")
        session.commit()


def rendered(device: str, **settings: object) -> str:
    (text,) = render(vendors())[device].files.values()
    for old, new in settings.items():
        assert old in text
        text = text.replace(old, str(new))
    return text


def told(twin: Twin, device: str, kind: Kind) -> State | str:
    asking = open_models(device, twin.access, None)
    try:
        assert asking.made_up
        found = reader(device)
        (reply,) = asking.get([found.questions[kind].filter], 60)
        return found.read(kind, reply)
    finally:
        asking.close()


def until(condition: Callable[[], bool], bound: float = 30.0) -> None:
    end = time.monotonic() + seconds(bound)
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


@dataclass
class Ring:
    """The government ring of the vendors city, as twins on loopback."""

    twins: dict[str, Twin]
    relays: dict[str, Relay]

    def up(self, device: str) -> set[str]:
        """The neighbours that are up."""
        found = told(self.twins[device], device, Kind.ISIS)
        assert not isinstance(found, str), found
        return {each.peer for each in found if isinstance(each, Adjacency) and each.up}

    def bfd(self, device: str) -> list[bool]:
        found = told(self.twins[device], device, Kind.BFD)
        return [each.up for each in found if isinstance(each, BfdSession)]

    def bgp(self, device: str) -> set[tuple[str, ...]]:
        found = told(self.twins[device], device, Kind.BGP)
        return {each.families for each in found if isinstance(each, BgpSession)}

    def whole(self) -> bool:
        count = len(RING)
        near = {RING[at]: {RING[at - 1], RING[(at + 1) % count]} for at in range(count)}
        healthy = all(self.up(name) == peers for name, peers in near.items())
        return healthy and self.bgp("gov-agg1") == {VPN}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ring]:
    prepared, folder = vendors(), tmp_path_factory.mktemp("ring")
    links: dict[str, list[dict[str, object]]] = {name: [] for name in RING}
    relays: dict[str, Relay] = {}
    with ExitStack() as stack:
        for link in prepared.plan.links.values():
            a, b = link.ends
            if a.node not in RING or link.id == "gov-express":
                continue
            relay = Relay((bound(), bound()), (free_port(), free_port()))
            stack.callback(relay.close)
            for end, port, far in zip((a, b), relay.to, relay.ends, strict=True):
                entry = {"port": end.interface, "local": port, "remote": far.getsockname()[1]}
                links[end.node].append(entry)
            relay.run()
            relays[link.id] = relay
        twins: dict[str, Twin] = {}
        for name in RING:
            (folder / name).mkdir()
            file = folder / f"{name}.json"
            file.write_text(json.dumps(links[name]))
            platform = prepared.facts[name].platform
            twins[name] = stack.enter_context(started(platform, folder / name, links=file))
        yield Ring(twins, relays)


@pytest.fixture
def ring(built: Ring) -> Ring:
    """Deployed, whole and up."""
    for relay in built.relays.values():
        relay.cut.clear()
    for name, twin in built.twins.items():
        (twin.files.folder / "state" / "operational.xml").unlink(missing_ok=True)
        load(twin, rendered(name))
    until(built.whole)
    return built


def test_a_cut_link_takes_the_sessions_of_both_ends(ring: Ring) -> None:
    ring.relays["gov-ring/gov-agg1~gov-agg2"].cut.set()
    until(lambda: ring.up("gov-agg1") == {"gov-core1"})
    until(lambda: ring.up("gov-agg2") == {"gov-core2"})
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
    assert ring.up("gov-core1") == {"gov-agg1", "gov-core2"}


def test_a_level_that_does_not_match_keeps_the_adjacency_down_at_both_ends(ring: Ring) -> None:
    text = rendered("gov-core1", **{"<level>level-2</level>": "<level>level-1</level>"})
    load(ring.twins["gov-core1"], text)
    assert not ring.up("gov-core1")
    until(lambda: ring.up("gov-agg1") == {"gov-agg2"})


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
    until(lambda: ring.up("gov-core1") == {"gov-agg1"})
    until(lambda: ring.up("gov-agg2") == {"gov-agg1"})


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
    assert ring.up(HUAWEI) == {"gov-agg1", "gov-core2"}


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
