"""Checks of packets: what was answered, what arrived, what was captured, what was counted."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from citynet.verify.check import Status
from citynet.verify.observe import Capture, Frame, Observations, Outcome, Probe
from citynet.verify.run import AnyCheck
from tests.verify.demo import checks, context

GOOD, NOTHING = Outcome(answered=True, reached=True), Outcome(answered=False, reached=False)
WANTED: tuple[str, ...] = ("underlay/loopbacks/gov-gw1", "underlay/link-mtu/gw1-core1")
WANTED += ("vpn/access/health",)
WANTED += ("vpn/reachability/health", "gateway/flow-allowed/gate-publish")
UNWANTED: tuple[str, ...] = ("underlay/domain-separation/x-gw1",)
UNWANTED += ("vpn/isolation/cameras-to-trade",)
UNWANTED += ("gateway/flow-refused/health-to-trade", "gateway/flow-refused/trade-to-health")
SILENT = (*UNWANTED, "vpn/infrastructure/health")
COUNTERS = ("gate-publish", "gate-probe", "gate-query", "gate-1645-refused")


def _healthy(check: AnyCheck) -> Observations:
    needs = check.needs()
    outcomes = {probe: GOOD if probe.wanted else NOTHING for probe in needs.probes}
    before = {node: dict.fromkeys(COUNTERS, 5) for node in needs.counters}
    after = {node: dict.fromkeys(COUNTERS, 505) for node in needs.counters}
    frames = {capture: (_frame(check, capture),) for capture in needs.captures}
    return Observations(outcomes=outcomes, before=before, after=after, frames=frames)


def _frame(check: AnyCheck, capture: Capture) -> Frame:
    expected = check.input
    sid = getattr(expected, "sid", "5f00::1")
    source = getattr(expected, "outer_source", "fd00::1")
    inner = getattr(expected, "inner_source", "10.0.0.1")
    return Frame(capture.nodes[0], source, sid, (sid,), inner, capture.probe.address)


def _first(check: AnyCheck) -> Probe:
    first: Probe = min(check.input.probes)
    return first


def _changed(check: AnyCheck, outcome: Outcome, probes: Iterable[Probe]) -> Observations:
    """A healthy network, but for what became of some probes."""
    seen = _healthy(check)
    return replace(seen, outcomes={**seen.outcomes, **dict.fromkeys(probes, outcome)})


@pytest.mark.parametrize("name", [*WANTED, *UNWANTED])
def test_a_healthy_network_passes(name: str) -> None:
    check = checks()[name]
    assert check.result(_healthy(check)).passed


@pytest.mark.parametrize("name", WANTED)
def test_one_probe_without_an_answer_is_found(name: str) -> None:
    check = checks()[name]
    seen = _healthy(check)
    bad = Outcome(answered=False, reached=True, error="Message too long")
    result = check.result(replace(seen, outcomes={**seen.outcomes, _first(check): bad}))
    assert result.verdict.status is Status.FAILED
    assert result.verdict.detail == (
        f"{_first(check)}: no answer, although it arrived (Message too long)",
    )


@pytest.mark.parametrize("name", UNWANTED)
@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (GOOD, "was answered"),
        (Outcome(answered=False, reached=False, strays=("trade/insurer",)), "trade/insurer"),
    ],
)
def test_one_probe_that_got_somewhere_is_found(name: str, outcome: Outcome, said: str) -> None:
    check = checks()[name]
    seen = _healthy(check)
    result = check.result(replace(seen, outcomes={**seen.outcomes, _first(check): outcome}))
    assert result.verdict.status is Status.FAILED
    assert said in result.verdict.message


@pytest.mark.parametrize("vpn", ["cameras", "health"])
def test_a_routing_header_that_leads_into_another_vpn_is_found(vpn: str) -> None:
    """Each customer tries one at its own router and one behind another, by their own VPN's SID."""
    check, plan = checks()[f"vpn/infrastructure/{vpn}"], context().plan
    led = [each for each in check.input.probes if each.route]
    ends = [each for (name, _), each in plan.endpoints.items() if name == vpn]
    for probe in led:
        port, sid = probe.route
        name, end = probe.target.split("/")
        other = plan.endpoints[name, end]
        assert port in {str(each.ipv6.ip) for each in ends if each.ref == probe.source}
        assert sid == str(plan.attachments[other.node, name].sid)
        assert probe.address == str(other.customer_ipv6.ip)
        result = check.result(_changed(check, replace(NOTHING, reached=True), [probe]))
        assert result.verdict.status is Status.FAILED
        assert f"by a routing header over {port}, {sid}: arrived at" in result.verdict.message
    away = {each.source for each in led if each.target.split("/")[0] != vpn}
    assert away == {each.ref for each in ends}
    assert len(led) == sum(1 + (len(context().index.vpns[each.node]) > 1) for each in ends)


def test_a_one_way_leak_is_found() -> None:
    check = checks()["vpn/isolation/cameras-to-trade"]
    seen = _healthy(check)
    leak = Outcome(answered=False, reached=True)
    result = check.result(replace(seen, outcomes={**seen.outcomes, _first(check): leak}))
    assert "although no answer came back" in result.verdict.message


def test_a_wanted_packet_that_others_see_too_is_found() -> None:
    check = checks()["vpn/reachability/health"]
    seen = _healthy(check)
    both = replace(GOOD, strays=("trade/insurer",))
    result = check.result(replace(seen, outcomes={**seen.outcomes, _first(check): both}))
    assert "also seen by trade/insurer" in result.verdict.message


@pytest.mark.parametrize("name", [*WANTED, *UNWANTED])
def test_a_probe_whose_session_was_lost_is_an_error(name: str) -> None:
    check = checks()[name]
    seen = _healthy(check)
    lost: dict[Probe, Outcome | str] = {**seen.outcomes, _first(check): "the session was lost"}
    result = check.result(replace(seen, outcomes=lost))
    assert result.verdict.status is Status.ERROR
    assert "the session was lost" in result.verdict.message


@pytest.mark.parametrize("name", SILENT)
def test_a_probe_that_could_not_be_sent_is_an_error(name: str) -> None:
    check = checks()[name]
    unsent = replace(NOTHING, error="Invalid argument", unsent="EINVAL")
    result = check.result(_changed(check, unsent, [_first(check)]))
    assert result.verdict.status is Status.ERROR
    assert result.verdict.message == f"{_first(check)}: could not be sent (Invalid argument)"


@pytest.mark.parametrize("name", SILENT)
def test_what_came_back_as_a_refusal_is_one(name: str) -> None:
    check = checks()[name]
    refused = replace(NOTHING, error="No route to host")
    assert check.result(_changed(check, refused, check.input.probes)).passed


@pytest.mark.parametrize("name", SILENT)
def test_a_router_without_a_route_refuses_and_a_customer_without_one_is_broken(name: str) -> None:
    check = checks()[name]
    nowhere = replace(NOTHING, error="Network is unreachable", unsent="ENETUNREACH")
    result = check.result(_changed(check, nowhere, check.input.probes))
    expected = Status.OK if _first(check).at_node else Status.ERROR
    assert result.verdict.status is expected


@pytest.mark.parametrize("name", SILENT)
@pytest.mark.parametrize("family", ["4", "6"])
def test_silence_proves_nothing_of_who_cannot_talk_at_all(name: str, family: str) -> None:
    check = checks()[name]
    controls = {each for each in check.input.controls if each.family == family}
    for source in {each.source for each in controls}:
        mine = [each for each in controls if each.source == source]
        result = check.result(_changed(check, NOTHING, mine))
        assert result.verdict.status is Status.ERROR
        assert result.verdict.message == f"{min(mine)}: no answer, so that silence proves nothing"


def test_one_loopback_that_answers_is_enough_to_know_that_a_router_can_talk() -> None:
    check = checks()["underlay/domain-separation/x-gw1"]
    assert len(check.input.controls) > 1
    assert check.result(_changed(check, NOTHING, check.input.controls[1:])).passed


def test_what_leaked_is_found_even_if_others_could_not_be_sent() -> None:
    check = checks()["vpn/isolation/cameras-to-trade"]
    seen = _changed(check, replace(NOTHING, unsent="ENETDOWN"), check.input.probes)
    result = check.result(replace(seen, outcomes={**seen.outcomes, _first(check): GOOD}))
    assert result.verdict.status is Status.FAILED
    assert result.verdict.detail == (f"{_first(check)}: was answered",)


def test_both_ends_of_every_pair_that_must_not_talk_have_controls() -> None:
    for check in checks().values():
        mute = [each for each in getattr(check.input, "probes", ()) if not each.wanted]
        ends = {(end, each.family) for each in mute for end in (each.source, each.target) if end}
        assert ends <= {(each.source, each.family) for each in getattr(check.input, "controls", ())}


@pytest.mark.parametrize("name", ["gateway/flow-allowed/gate-publish", *UNWANTED[2:]])
def test_a_counter_that_stands_still_is_found(name: str) -> None:
    check = checks()[name]
    seen = _healthy(check)
    result = check.result(replace(seen, after=seen.before))
    assert result.verdict.status is Status.FAILED
    assert "grew by 0" in result.verdict.message


@pytest.mark.parametrize("counters", [{}, "nft: not found"])
def test_a_counter_that_is_not_there_is_an_error(counters: dict[str, int] | str) -> None:
    check = checks()["gateway/flow-allowed/gate-publish"]
    seen = _healthy(check)
    result = check.result(replace(seen, after={**seen.after, "x-gw1": counters}))
    assert result.verdict.status is Status.ERROR


ENCAPSULATION = "srv6/encapsulation/health-ipv4"


def test_the_right_header_passes() -> None:
    check = checks()[ENCAPSULATION]
    assert check.result(_healthy(check)).passed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"destination": "5f00::bad"}, "-> 5f00::bad"),
        ({"source": "fd00::bad"}, "outer fd00::bad"),
        ({"segments": ("5f00::bad",)}, "SIDs 5f00::bad"),
        ({"inner_source": "10.9.9.9"}, "no encapsulated packet"),
    ],
)
def test_another_header_is_found(change: dict[str, str], said: str) -> None:
    check = checks()[ENCAPSULATION]
    seen = _healthy(check)
    frames = {
        capture: tuple(replace(frame, **change) for frame in found)  # type: ignore[arg-type]
        for capture, found in seen.frames.items()
        if not isinstance(found, str)
    }
    result = check.result(replace(seen, frames=frames))
    assert result.verdict.status is Status.FAILED
    assert said in result.verdict.message


def test_a_capture_that_failed_is_an_error() -> None:
    check = checks()[ENCAPSULATION]
    seen = replace(_healthy(check), frames=dict.fromkeys(check.needs().captures, "no tcpdump"))
    assert check.result(seen).verdict.status is Status.ERROR


def test_a_bare_customer_packet_on_a_transit_link_is_found() -> None:
    check = checks()["vpn/infrastructure/health"]
    seen = _healthy(check)
    assert check.result(seen).passed
    own = str(context().plan.endpoints["health", "platform"].customer_ipv6.ip)
    bare = (Frame("gov-agg1", own, "fd00::7", (), own, "fd00::7"),)
    frames = dict.fromkeys(seen.frames, bare)
    result = check.result(replace(seen, frames=frames))
    assert result.verdict.status is Status.FAILED
    assert f"gov-agg1 got a bare packet {own} -> fd00::7" in result.verdict.detail
