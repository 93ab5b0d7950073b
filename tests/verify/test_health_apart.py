"""Sessions of real devices, which an access file says how to reach."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from citynet.cli import health
from citynet.deploy.playbook import Play, Playbook
from citynet.deploy.work import Chosen, Plan, plan
from citynet.errors import CitynetError
from citynet.fleet.access import Access
from citynet.fleet.shell import Output
from citynet.lab.host import NodeAccess, SshJump
from citynet.pipeline import Prepared, prepare
from citynet.transaction.fleet import Reached
from citynet.verify.health import Health
from citynet.verify.lab import network_apart, unread_of
from citynet.verify.observe import Kind
from tests.cities import DEMO, VENDORS
from tests.verify.demo import NODE, edited, said

LOGIN = NodeAccess("192.0.2.1", 22, "netops", Path("id"), Path("known"))
JUMP = SshJump("198.51.100.1", 22, "ops", Path("id"), Path("known"))
ALL = Playbook("site.yaml", (Play(name="all of it", hosts="all"),))


@dataclass
class Routers:
    """Shells of real routers, which say what they are to say, and how they were reached."""

    says: Mapping[str, Any]
    opened: list[tuple[str, NodeAccess, object]] = field(default_factory=list)

    def open_shell(self, device: str, access: NodeAccess, tunnel: object) -> "Routers":
        self.opened.append((device, access, tunnel))
        return self

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        return Output(json.dumps(self.says), "", 0)

    def hold(self, command: str, *, until: str, timeout: float = 30.0) -> Output:
        raise AssertionError("nothing is held")

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def demo() -> Prepared:
    return prepare(DEMO)


@pytest.fixture(scope="module")
def vendors() -> Prepared:
    return prepare(VENDORS)


@pytest.fixture
def routers(monkeypatch: pytest.MonkeyPatch) -> Routers:
    made = Routers(said())
    monkeypatch.setattr("citynet.fleet.ssh.open_shell", made.open_shell)
    return made


def access(prepared: Prepared) -> Access:
    return Access(dict.fromkeys(prepared.facts, LOGIN), JUMP)


def judged(
    prepared: Prepared, limit: str, demand: str, reach: Access | None, say: Callable[[str], None]
) -> object:
    todo: Plan = plan(prepared, ALL, Chosen(limit))
    return health.of(prepared, todo, reach, health.Asked(demand, 0.0, 0.0), say)


def test_sessions_of_a_real_router_are_measured(demo: Prepared, routers: Routers) -> None:
    lines: list[str] = []
    made = judged(demo, NODE, "no-worse", access(demo), lines.append)
    assert isinstance(made, Health)
    assert {each.id for each in made.checks} >= {
        f"underlay/isis-adjacencies/{NODE}",
        f"underlay/bfd-sessions/{NODE}",
        f"vpn/bgp-sessions/{NODE}",
    }
    made.before()
    assert {each.id for each in made.held} == {each.id for each in made.checks}
    assert not made.after()
    routers.says = edited(Kind.BFD, lambda peers: peers[0].update(status="down"))
    (wrong,) = made.after()
    assert wrong.startswith(f"underlay/bfd-sessions/{NODE}: ")
    assert {(device, login) for device, login, _ in routers.opened} == {(NODE, LOGIN)}
    assert all(tunnel is not None for *_, tunnel in routers.opened), "by way of the jump host"
    assert not any("not measured" in line for line in lines)


def test_strict_is_all_that_is_wanted(demo: Prepared, routers: Routers) -> None:
    routers.says = edited(Kind.BFD, lambda peers: peers[0].update(status="down"))
    made = judged(demo, NODE, "strict", access(demo), print)
    assert isinstance(made, Health)
    made.before()
    (wrong,) = made.after()
    assert wrong.startswith(f"underlay/bfd-sessions/{NODE}: ")


def test_devices_of_every_platform_are_read(vendors: Prepared, routers: Routers) -> None:
    lines: list[str] = []
    made = judged(vendors, "all", "no-worse", access(vendors), lines.append)
    assert isinstance(made, Health)
    assert network_apart(vendors, access(vendors)).readers.keys() == vendors.facts.keys()
    assert {node for each in made.checks for node, _ in each.needs().states} == vendors.facts.keys()
    assert lines == [
        "srv6/local-sids is not measured at gov-agg1, gov-agg2, gov-core1, gov-core2",
        "vpn/routes is not measured at gov-agg1, gov-core2",
    ]


def test_devices_that_cannot_be_read_are_named_once(vendors: Prepared) -> None:
    lines: list[str] = []
    ways = access(vendors)
    known = Access({name: way for name, way in ways.nodes.items() if name != "gov-agg2"}, JUMP)
    assert isinstance(judged(vendors, "all", "no-worse", known, lines.append), Health)
    assert lines[0] == "sessions are not measured at gov-agg2"
    assert sum("gov-agg2" in line for line in lines) == 1


def test_a_device_that_the_access_file_leaves_out_is_not_read(demo: Prepared) -> None:
    ways = Access({name: LOGIN for name in demo.facts if name != NODE}, None)
    assert unread_of(demo, ways) == {NODE}


@pytest.mark.parametrize(("limit", "named"), [("otn-*", "otn-"), ("gov-core1", "gov-core1")])
def test_strict_is_refused_where_nothing_can_be_measured(
    vendors: Prepared, limit: str, named: str
) -> None:
    unknown = Access({}, None)
    with pytest.raises(CitynetError, match=f"strict: no session can be measured: {named}"):
        judged(vendors, limit, "strict", unknown, print)
    lines: list[str] = []
    assert isinstance(judged(vendors, limit, "no-worse", unknown, lines.append), Reached)
    assert lines[0].startswith(f"sessions are not measured at {named}")
    assert lines[1:] == [health.PLAIN]


def test_strict_is_refused_without_any_device(demo: Prepared) -> None:
    with pytest.raises(CitynetError, match="no session can be measured"):
        judged(demo, "all", "strict", None, print)


def test_strict_is_refused_for_roles_without_sessions(demo: Prepared) -> None:
    todo = plan(demo, ALL, Chosen(tags=frozenset({"access"})))
    asked = health.Asked("strict", 0.0, 0.0)
    with pytest.raises(CitynetError, match="what is deployed has none"):
        health.of(demo, todo, access(demo), asked, print)
