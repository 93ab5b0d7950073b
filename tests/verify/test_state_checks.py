"""Checks of state, against what a real router said and what it says when something is wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from citynet.verify.check import Status
from citynet.verify.observe import Kind, Observations
from tests.verify.demo import NODE, checks, context, edited, observations, said

ISIS = f"underlay/isis-adjacencies/{NODE}"
BFD = f"underlay/bfd-sessions/{NODE}"
BGP = f"vpn/bgp-sessions/{NODE}"
EBGP = f"gateway/ebgp-sessions/{NODE}"
ROUTES = f"vpn/routes/{NODE}-health"
SIDS = f"srv6/local-sids/{NODE}"
ALL = (ISIS, BFD, BGP, EBGP, ROUTES, SIDS)
Edit = Callable[[Any], object]


def _circuits(data: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = data["areas"][0]["circuits"]
    return found


def _adjacency(data: Any) -> dict[str, Any]:
    return next(each for each in _circuits(data) if each.get("interface") == "gw1-core1")


def _peer(data: Any, family: str = "ipv4Vpn") -> dict[str, Any]:
    peers: dict[str, dict[str, Any]] = data["default"][family]["peers"]
    return peers[str(context().plan.nodes["gov-core1"].loopback)]


def _table(data: Any) -> str:
    return next(str(each["table"]) for each in data if each["dst"] == "10.110.48.192/28")


def _route(data: Any, prefix: str) -> dict[str, Any]:
    return next(each for each in data if each["dst"] == prefix)


def _sid(data: Any) -> dict[str, Any]:
    return next(each for each in data if each.get("encap", {}).get("action") == "End.DT46")


@pytest.mark.parametrize("name", ALL)
def test_a_healthy_router_passes(name: str) -> None:
    result = checks()[name].result(observations(said()))
    assert result.verdict.status is Status.OK, result.verdict


def test_a_peer_whose_name_is_not_known_is_its_system_id() -> None:
    system = context().plan.nodes["gov-core1"].system_id
    seen = observations(edited(Kind.ISIS, lambda d: _adjacency(d).update(adj=system)))
    result = checks()[ISIS].result(seen)
    assert result.verdict.status is Status.OK, result.verdict


CASES: list[tuple[str, Kind, int, Edit, str]] = [
    (ISIS, Kind.ISIS, 0, lambda d: _circuits(d).remove(_adjacency(d)), "gw1-core1 is missing"),
    (ISIS, Kind.ISIS, 0, lambda d: _adjacency(d).update(state="Down"), "level 2 not Up"),
    (ISIS, Kind.ISIS, 0, lambda d: _adjacency(d).update(adj="gov-agg1"), "is gov-agg1 level 2"),
    (
        ISIS,
        Kind.ISIS,
        0,
        lambda d: _adjacency(d).update(adj="0000.0000.0bad"),
        "is 0000.0000.0bad level 2 Up, expected gov-core1",
    ),
    (ISIS, Kind.ISIS, 0, lambda d: _adjacency(d).update(level=1), "level 1 Up, expected"),
    (
        ISIS,
        Kind.ISIS,
        0,
        lambda d: _circuits(d).append(_adjacency(d) | {"interface": "eth7"}),
        "eth7 is extra",
    ),
    (
        ISIS,
        Kind.ISIS,
        0,
        lambda d: _circuits(d).append(_adjacency(d) | {"adj": "mallory"}),
        "gov-core1 level 2 Up and mallory level 2 Up",
    ),
    (ISIS, Kind.ISIS, 0, lambda d: d.clear(), "gw1-core1 is missing"),
    (BFD, Kind.BFD, 0, lambda d: d.pop(), "is missing"),
    (BFD, Kind.BFD, 0, lambda d: d[0].update(status="down"), "is down, expected up"),
    (BFD, Kind.BFD, 0, lambda d: d.append(d[0] | {"interface": "eth7"}), "eth7 is extra"),
    (BFD, Kind.BFD, 0, lambda d: d.append(d[0]), "is up and up"),
    (BGP, Kind.BGP, 0, lambda d: d.pop("default"), "is missing"),
    (BGP, Kind.BGP, 0, lambda d: _peer(d).update(state="Active"), "Established for ipv6 vpn,"),
    (BGP, Kind.BGP, 0, lambda d: _peer(d).update(state="NoNeg"), "Established for ipv6 vpn,"),
    (
        BGP,
        Kind.BGP,
        0,
        lambda d: [_peer(d, f).update(state="Idle") for f in ("ipv4Vpn", "ipv6Vpn")],
        "AS 64768 Idle for",
    ),
    (
        BGP,
        Kind.BGP,
        0,
        lambda d: d["default"]["ipv4Vpn"]["peers"].update({"fd00::1": _peer(d)}),
        "fd00::1 is extra",
    ),
    (BGP, Kind.BGP, 0, lambda d: _peer(d).update(remoteAs=7), "is AS 7 Established"),
    (EBGP, Kind.BGP, 0, lambda d: d.pop("health"), "in health is missing"),
    (
        EBGP,
        Kind.BGP,
        0,
        lambda d: d["health"]["ipv4Unicast"]["peers"].update({"10.0.0.9": _peer(d)}),
        "10.0.0.9 in health is extra",
    ),
    (
        ROUTES,
        Kind.ROUTES,
        1,
        lambda d: d.remove(_route(d, "10.110.48.192/28")),
        "10.110.48.192/28 is missing",
    ),
    (
        ROUTES,
        Kind.ROUTES,
        1,
        lambda d: d.append({"dst": "10.203.51.32/28", "dev": "x", "table": _table(d)}),
        "10.203.51.32/28 is extra, by no SID",
    ),
    (
        ROUTES,
        Kind.ROUTES,
        1,
        lambda d: d.append({"dst": "default", "dev": "eth0", "table": _table(d)}),
        "0.0.0.0/0 is extra",
    ),
    (
        ROUTES,
        Kind.ROUTES,
        1,
        lambda d: _route(d, "10.110.48.192/28")["nexthops"][0]["encap"].update(segs=["5f00::1"]),
        "10.110.48.192/28 is by 5f00::1, 5f00:bb0f:2f2:d3d5:daac::, expected",
    ),
    (
        ROUTES,
        Kind.ROUTES,
        1,
        lambda d: _route(d, "10.110.48.192/28").update(nexthops=[{"dev": "eth0"}]),
        "10.110.48.192/28 is by no SID, expected",
    ),
    (ROUTES, Kind.ROUTES, 0, lambda d: d.clear(), "10.110.48.192/28 is missing"),
    (SIDS, Kind.ROUTES, 2, lambda d: d.remove(_sid(d)), "is missing"),
    (SIDS, Kind.ROUTES, 2, lambda d: _sid(d).update(dst="5f00::9"), "5f00::9 is extra"),
    (SIDS, Kind.ROUTES, 2, lambda d: _sid(d)["encap"].update(action="End.DT6"), "End.DT6 into"),
    (SIDS, Kind.ROUTES, 2, lambda d: _sid(d)["encap"].update(vrftable="254"), "into default"),
]


@pytest.mark.parametrize(("name", "kind", "document", "edit", "finding"), CASES)
def test_what_is_wrong_is_found(
    name: str, kind: Kind, document: int, edit: Edit, finding: str
) -> None:
    result = checks()[name].result(observations(edited(kind, edit, document)))
    assert result.verdict.status is Status.FAILED
    assert finding in "\n".join(result.verdict.detail)


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "timed out"},
        {"said": ["% Unknown command"] * 3},
        {"said": []},
        {"said": ["[7]"] * 3},
    ],
)
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (ISIS, Kind.ISIS),
        (BFD, Kind.BFD),
        (BGP, Kind.BGP),
        (ROUTES, Kind.ROUTES),
        (SIDS, Kind.ROUTES),
    ],
)
def test_what_cannot_be_read_is_an_error(name: str, kind: Kind, answer: dict[str, Any]) -> None:
    found = said()
    found["state"][kind.value] = answer
    result = checks()[name].result(observations(found))
    assert result.verdict.status is Status.ERROR
    assert NODE in result.verdict.message


@pytest.mark.parametrize("name", ALL)
def test_what_was_not_asked_is_an_error(name: str) -> None:
    assert checks()[name].result(Observations()).verdict.status is Status.ERROR
