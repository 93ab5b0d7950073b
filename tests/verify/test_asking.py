"""How a device's models are asked: by the operation that it has, in one session, in one go."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from lxml import etree

from citynet.deploy.driver import DeviceError
from citynet.netconf import rpc
from citynet.netconf.reply import Reply
from citynet.netconf.session import NetconfSession
from citynet.twin.server.acting import Seen
from citynet.verify.asking import LIBRARY, MADE_UP, Asking
from citynet.verify.gather import NO_PROBES, UNASKED, Gatherer
from citynet.verify.network import Network, Sessions
from citynet.verify.observe import Adjacency, BfdSession, Kind, Needs, Probe
from citynet.verify.run import all_checks, settle
from tests.verify.told import ERROR, HUAWEI, adjacent, answer, reader, reply, vendors, whole

FILTER = '<top xmlns="urn:top"><leaf/></top>'
GOOD = answer("<data/>")


@dataclass
class Manager:
    """Notes what it is to send, as ncclient's manager is called."""

    sent: list[str] = field(default_factory=list)

    def get(self, filter: Any) -> None:  # noqa: A002 - ncclient's name
        self.sent.append(f"get {etree.tostring(filter).decode()}")

    def dispatch(self, operation: Any) -> None:
        self.sent.append(etree.tostring(operation).decode())


@dataclass
class Session:
    """A session whose device answers as it is told."""

    capabilities: frozenset[str]
    answers: list[Reply]
    manager: Manager = field(default_factory=Manager)
    closed: bool = False

    def call(
        self, *operations: Callable[[Manager], None], timeout: float | None = None
    ) -> list[Reply]:
        for each in operations:
            each(self.manager)
        return [self.answers.pop(0) for _ in operations]

    def close(self) -> None:
        self.closed = True


def asking(capabilities: Iterable[str], *answers: Reply) -> tuple[Asking, Session]:
    session = Session(frozenset(capabilities), list(answers))
    return Asking(cast("NetconfSession", session)), session


def test_a_device_without_datastores_is_asked_by_get() -> None:
    made, session = asking((), GOOD, GOOD)
    assert made.get([FILTER, FILTER], 1.0) == [GOOD, GOOD]
    assert [each.startswith("get <filter") for each in session.manager.sent] == [True, True]
    assert all(FILTER in each and 'type="subtree"' in each for each in session.manager.sent)


@pytest.mark.parametrize("said", [f"{rpc.NMDA}?module=x", f"{LIBRARY}?revision=2019-01-04"])
def test_one_with_datastores_is_asked_for_the_operational_one(said: str) -> None:
    made, session = asking([said], GOOD)
    assert made.get([FILTER], 1.0) == [GOOD]
    (sent,) = session.manager.sent
    assert sent.startswith(f'<get-data xmlns="{rpc.NMDA}"')
    assert "<datastore>ds:operational</datastore><subtree-filter><top" in sent


UNSUPPORTED = [
    answer(ERROR.format("operation-not-supported", "")),
    answer(ERROR.format("unknown-element", "<bad-element>get-data</bad-element>")),
]


@pytest.mark.parametrize("refusal", UNSUPPORTED)
def test_one_that_has_them_and_not_the_operation_is_asked_by_get(refusal: Reply) -> None:
    made, session = asking([LIBRARY], refusal, GOOD, GOOD)
    assert made.get([FILTER], 1.0) == [GOOD]
    assert made.get([FILTER], 1.0) == [GOOD]
    assert [each[:4] for each in session.manager.sent] == ["<get", "get ", "get "]


def test_a_model_that_is_not_there_is_no_missing_operation() -> None:
    refusal = answer(ERROR.format("unknown-element", "<bad-element>isis</bad-element>"))
    made, session = asking([LIBRARY], refusal)
    assert made.get([FILTER], 1.0) == [refusal]
    assert len(session.manager.sent) == 1


def test_who_makes_it_up_says_so() -> None:
    assert asking([MADE_UP])[0].made_up
    assert not asking([LIBRARY])[0].made_up


@dataclass
class Telling:
    """A device that says the same to each filter of a kind."""

    made_up: bool
    replies: Mapping[str, Reply]
    asked: list[str] = field(default_factory=list)
    closed: bool = False

    def get(self, filters: Sequence[str], timeout: float) -> list[Reply]:
        self.asked += filters
        return [self.replies[each] for each in filters]

    def close(self) -> None:
        self.closed = True


PORTS = {HUAWEI: {"100GE0/3/0": "to-agg1"}}


def gathered(telling: Telling | None) -> Gatherer:
    def opened(device: str) -> Telling:
        if telling is None:
            raise DeviceError(f"{device}: no route to host")
        return telling

    def no_shell(device: str) -> Any:
        raise AssertionError(f"{device} has no shell")

    network = Network(
        no_shell, {HUAWEI: reader(HUAWEI)}, "", {}, {}, open_models=opened, ports=PORTS
    )
    sessions = Sessions(network.open_shell, network.open_models)
    return Gatherer(network, sessions, vendors().plan)


def telling(*, made_up: bool) -> Telling:
    seen = Seen((adjacent("100GE0/3/0", host="gov-agg1"),))
    said = reply(*whole(HUAWEI, seen).children)
    return Telling(made_up, {each.filter: said for each in reader(HUAWEI).questions.values()})


def needs(*kinds: Kind) -> Needs:
    return Needs(states=frozenset((HUAWEI, kind) for kind in kinds))


def test_state_by_models_has_the_plans_names_and_costs_one_call() -> None:
    device = telling(made_up=True)
    gatherer = gathered(device)
    states, _ = gatherer.nodes(needs(Kind.ISIS, Kind.BFD, Kind.ROUTES))
    assert states[HUAWEI, Kind.ISIS] == (Adjacency("to-agg1", "gov-agg1", 2, up=True),)
    assert states[HUAWEI, Kind.BFD] == (BfdSession("to-agg1", "fd00::2", up=True),)
    assert states[HUAWEI, Kind.ROUTES] == UNASKED
    assert len(device.asked) == 2
    assert gatherer.made_up == {HUAWEI}
    gatherer.sessions.close()
    assert device.closed


def test_a_device_that_cannot_be_asked_is_an_error_of_each_kind() -> None:
    states, outcomes = gathered(None).nodes(needs(Kind.ISIS, Kind.BGP))
    assert set(states.values()) == {f"{HUAWEI}: no route to host"}
    assert not outcomes


def test_it_sends_no_probes() -> None:
    probe = Probe(HUAWEI, "fd00::1", "icmp", at_node=True)
    _, outcomes = gathered(telling(made_up=False)).nodes(Needs(probes=frozenset({probe})))
    assert outcomes == {probe: NO_PROBES}


def test_what_is_made_up_is_remembered_while_sessions_settle() -> None:
    checks = [
        each
        for each in all_checks(vendors().context, vendors().house.roles)
        if each.id == f"underlay/bfd-sessions/{HUAWEI}"
    ]
    assert settle(gathered(telling(made_up=True)), checks, 0.0).made_up == {HUAWEI}
    assert settle(gathered(telling(made_up=False)), checks, 0.0).made_up == frozenset()
