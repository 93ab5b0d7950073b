"""Sessions of a domain whose VPNs are EVPN: those that its routers are configured for."""

from citynet.pipeline import Prepared, prepare
from citynet.verify.check import Status
from citynet.verify.observe import BgpSession, Kind, Observations
from citynet.verify.run import AnyCheck, all_checks
from tests.cities import DEMO
from tests.yang.models import EVPN, MIRRORED

SETTINGS: dict[str, object] = {"platform": "nokia_srlinux", **MIRRORED, **EVPN}


def city() -> Prepared:
    return prepare(DEMO, settings=SETTINGS)


def checks(prepared: Prepared) -> dict[str, AnyCheck]:
    return {
        each.subject: each
        for each in all_checks(prepared.context, prepared.house.roles)
        if each.role == "evpn"
    }


def test_who_is_configured_for_a_session_is_asked_for_it() -> None:
    prepared = city()
    found = checks(prepared)
    assert found.keys() == prepared.context.city.nodes.keys()
    for node, check in found.items():
        facts = prepared.facts[node].roles["evpn"]
        wanted = {str(each.address) for each in facts.neighbors}  # type: ignore[attr-defined]
        assert {address for _, address in check.input.expected} == wanted


def test_a_session_without_the_family_is_a_finding() -> None:
    prepared = city()
    check = next(each for each in checks(prepared).values() if each.input.expected)
    node = check.input.node
    good = tuple(
        BgpSession(vrf, peer, asn, "Established", ("l2vpn evpn",))
        for (vrf, peer), asn in check.input.expected.items()
    )
    for sessions, status in (
        (good, Status.OK),
        (good[1:], Status.FAILED),
        (
            (*good[1:], BgpSession("default", good[0].peer, good[0].remote_as, "Established", ())),
            Status.FAILED,
        ),
    ):
        seen = Observations(states={(node, Kind.BGP): sessions})
        assert check.result(seen).verdict.status is status
