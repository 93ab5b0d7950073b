"""State by vendors' own models: what is read of documents that the models take, and of others."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from msgspec.structs import replace

from citynet.netconf.reply import Reply
from citynet.twin.server.acting import Seen
from citynet.verify.check import Status
from citynet.verify.models import UnreadableError, as_number
from citynet.verify.observe import (
    Adjacency,
    BfdSession,
    BgpSession,
    Kind,
    Observations,
    OpticalChannel,
    renamed,
)
from citynet.verify.run import all_checks
from citynet.xml import Element, dense, parse_document
from citynet.yang.yanglint import lint
from tests.verify.told import (
    DEVICES,
    ERROR,
    HUAWEI,
    NOKIA,
    OPTICAL,
    adjacent,
    answer,
    config,
    read,
    reader,
    reply,
    session,
    vendors,
    whole,
)
from tests.yang.models import MODELS

VPN = ("ipv4 vpn", "ipv6 vpn")
PORTS = {HUAWEI: ("100GE0/3/0", "100GE0/3/1"), NOKIA: ("ethernet-1/1", "ethernet-1/2")}


def peers(device: str) -> list[str]:
    """The BGP peers that are configured."""
    return [each.text for each in config(device).walk() if each.name in {"address", "peer-address"}]


def seen(device: str) -> Seen:
    """A mixture of what is up and what is not."""
    if device == OPTICAL:
        return Seen()
    one, other = PORTS[device]
    adjacencies = (
        adjacent(one, host="gov-agg1"),
        adjacent(other, system="0000.0000.00AF", host="", up=False, bfd=False),
    )
    if device == NOKIA:
        return Seen(adjacencies)
    near, far = (
        str(vendors().context.plan.nodes[each].loopback) for each in ("gov-core2", "gov-agg1")
    )
    return Seen(adjacencies, (session(near, VPN, VPN), session(far, ["ipv6 vpn"], VPN)))


@pytest.mark.models
@pytest.mark.parametrize("device", DEVICES)
def test_the_vendors_models_take_what_is_read(device: str) -> None:
    """As a whole datastore with its state, every reference and every `must` in it."""
    models = vendors().house.platforms[vendors().facts[device].platform].models
    assert models is not None
    text = "".join(dense(each) for each in whole(device, seen(device)).children)
    wrong = text.replace(">up<", ">upwards<").replace(">established<", ">high<")
    wrong = wrong.replace("ACTIVE<", "LAZY<").replace("<instant", "<minute")
    good, bad = lint(models, [text, wrong], MODELS, "data")
    assert not good, good
    assert bad


def paths(element: Element) -> Iterator[Element]:
    """Each leaf of a filter, alone in what is around it."""
    if not element.children:
        yield element
    for child in element.children:
        for each in paths(child):
            yield replace(element, children=(each,))


def unknown(device: str, filters: Sequence[str]) -> list[bool]:
    """Of each filter, whether it has something that no model has."""
    models = vendors().house.platforms[vendors().facts[device].platform].models
    assert models is not None
    roots = [parse_document(f"<data>{each}</data>".encode()) for each in filters]
    texts = [[dense(one) for top in root.children for one in paths(top)] for root in roots]
    said = iter(lint(models, [each for group in texts for each in group], MODELS, "get"))
    found = [[one for _ in group for one in next(said)] for group in texts]
    return [any("not found" in one.message for one in group) for group in found]


@pytest.mark.models
@pytest.mark.parametrize("device", DEVICES)
def test_the_vendors_models_have_all_that_is_asked_for(device: str) -> None:
    asked = "".join(each.filter for each in reader(device).questions.values())
    names = ("peers", "adjacency", "session-state", "current-state", "instant")
    wrong = [asked.replace(f"<{each}/>", f"<{each}s/>") for each in names if f"<{each}/>" in asked]
    assert unknown(device, [asked, *wrong]) == [False, *(True for _ in wrong)]


def test_adjacencies_of_both_vendors() -> None:
    assert read(HUAWEI, Kind.ISIS, seen(HUAWEI)) == (
        Adjacency("100GE0/3/0", "gov-agg1", 2, up=True),
        Adjacency("100GE0/3/1", "0000.0000.00af", 2, up=False),
    )
    assert read(NOKIA, Kind.ISIS, seen(NOKIA)) == (
        Adjacency("ethernet-1/1", "gov-agg1", 2, up=True),
        Adjacency("ethernet-1/2", "0000.0000.00af", 2, up=False),
    )


def test_bfd_of_both_vendors() -> None:
    for device, (one, other) in PORTS.items():
        assert read(device, Kind.BFD, seen(device)) == (
            BfdSession(one, "fd00::2", up=True),
            BfdSession(other, "fd00::2", up=False),
        )


def test_bgp_by_family() -> None:
    near, far = (
        str(vendors().context.plan.nodes[each].loopback) for each in ("gov-core2", "gov-agg1")
    )
    asn = vendors().context.plan.domains["government"].asn
    wanted = {
        BgpSession("default", near, asn, "Established", VPN),
        BgpSession("default", far, asn, "Established", ("ipv6 vpn",)),
    }
    found = read(HUAWEI, Kind.BGP, seen(HUAWEI))
    assert set(found) == wanted
    assert read(NOKIA, Kind.BGP, seen(NOKIA)) == ()


def test_light() -> None:
    found = read(OPTICAL, Kind.CHANNELS, Seen())
    assert OpticalChannel("OCH-1-5-C1", True, 195700000, 0.0, -10.0) in found  # noqa: FBT003
    assert len(found) == 5


@pytest.mark.parametrize("status", ["INACTIVE", "DISABLED"])
def test_a_channel_that_does_not_work(status: str) -> None:
    said = edited(OPTICAL, "types:ACTIVE<", f"types:{status}<")
    found = reader(OPTICAL).read(Kind.CHANNELS, said)
    assert [each.active for each in found if isinstance(each, OpticalChannel)].count(False) == 1


def edited(device: str, old: str, new: str, count: int = 1) -> Reply:
    """The answer of a healthy device, with one thing in it changed."""
    text = reply(*whole(device, seen(device)).children).text
    assert old in text, text
    inside = text.partition('message-id="1">')[2].removesuffix("</rpc-reply>")
    return answer(inside.replace(old, new, count))


HALF = [
    (HUAWEI, Kind.ISIS, "<status>up</status>", "", "without status"),
    (HUAWEI, Kind.ISIS, "<status>up<", "<status>UP!<", "status is 'UP!', expected init, up"),
    (HUAWEI, Kind.ISIS, "<level>level-2</level><circuit-id>", "<circuit-id>", "without level"),
    (HUAWEI, Kind.BFD, "<state>up</state>", "", "without state"),
    (HUAWEI, Kind.BGP, "<current-state>established</current-state>", "", "without current-state"),
    (HUAWEI, Kind.BGP, "<remote-as>64537</remote-as>", "", "without remote-as"),
    (NOKIA, Kind.ISIS, "<state>up</state>", "", "without state"),
    (
        NOKIA,
        Kind.BFD,
        "<session-state>UP</session-state>",
        "<session-state>up</session-state>",
        "'up'",
    ),
    (OPTICAL, Kind.CHANNELS, "<instant>0.00</instant>", "", "without output-power/instant"),
    (OPTICAL, Kind.CHANNELS, "<instant>-10.00<", "<instant>nan<", "'nan', expected dBm"),
    (OPTICAL, Kind.CHANNELS, "types:ACTIVE<", "types:GONE<", "is 'GONE'"),
]


@pytest.mark.parametrize(("device", "kind", "old", "new", "said"), HALF)
def test_half_an_answer_is_none(device: str, kind: Kind, old: str, new: str, said: str) -> None:
    found = reader(device).read(kind, edited(device, old, new))
    assert isinstance(found, str)
    assert found.startswith("cannot be read: ")
    assert said in found


NOTHING: list[tuple[Callable[[], Reply], str]] = [
    (lambda: answer("<data/>"), "cannot be read: an answer without /"),
    (lambda: answer("<ok/>"), "cannot be read: an answer without /"),
    (
        lambda: answer(""),
        "the device refuses to tell: an answer with neither ok, data nor an error",
    ),
    (lambda: answer("<data>"), "cannot be read: "),
    (lambda: Reply(""), "cannot be read: "),
    (
        lambda: answer(ERROR.format("unknown-namespace", "")),
        "the device does not have the model: no",
    ),
    (lambda: answer(ERROR.format("access-denied", "")), "the device refuses to tell: no"),
]


@pytest.mark.parametrize(("made", "said"), NOTHING)
@pytest.mark.parametrize("device", DEVICES)
def test_no_answer_is_never_all_well(device: str, made: Callable[[], Reply], said: str) -> None:
    for kind in reader(device).kinds:
        found = reader(device).read(kind, made())
        assert isinstance(found, str)
        assert found.startswith(said)


def test_a_port_is_called_what_the_plan_calls_it() -> None:
    state = (Adjacency("GigabitEthernet100/0/3", "x", 2, up=True),)
    assert renamed(state, {"GigabitEthernet100/0/3": "to-x"}) == (
        Adjacency("to-x", "x", 2, up=True),
    )
    assert renamed("no", {"a": "b"}) == "no"


@pytest.mark.parametrize(("text", "number"), [("64512", 64512), ("1.10", 65546), ("0.7", 7)])
def test_as_numbers(text: str, number: int) -> None:
    assert as_number(text) == number


@pytest.mark.parametrize("text", ["", "AS7", "1.", ".1", "1.2.3", "-1", "²"])
def test_what_is_no_as_number(text: str) -> None:
    with pytest.raises(UnreadableError):
        as_number(text)


LIT = OpticalChannel("OCH-1-5-C1", active=True, frequency=195700000, sent=0.4, received=-12.0)
CHANNELS = [
    (LIT, None),
    (
        OpticalChannel("OCH-1-5-C1", active=False, frequency=195700000, sent=0.0, received=-9.0),
        "not active",
    ),
    (
        OpticalChannel("OCH-1-5-C1", active=True, frequency=195700050, sent=0.0, received=-9.0),
        "195700050 MHz",
    ),
    (
        OpticalChannel("OCH-1-5-C1", active=True, frequency=195700000, sent=-1.1, received=-9.0),
        "sends -1.10 dBm",
    ),
    (
        OpticalChannel("OCH-1-5-C1", active=True, frequency=195700000, sent=0.0, received=-25.1),
        "receives -25.10 dBm",
    ),
    (
        OpticalChannel("OCH-9", active=True, frequency=195700000, sent=0.0, received=-9.0),
        "OCH-9 is extra",
    ),
]


@pytest.mark.parametrize(("channel", "said"), CHANNELS)
def test_a_channel_is_judged(channel: OpticalChannel, said: str | None) -> None:
    check = next(
        each
        for each in all_checks(vendors().context, vendors().house.roles)
        if each.id == f"optical/channels/{OPTICAL}"
    )
    healthy = [
        each for each in read(OPTICAL, Kind.CHANNELS, Seen()) if isinstance(each, OpticalChannel)
    ]
    state = (channel, *(each for each in healthy if each.name != channel.name))
    found = check.result(Observations(states={(OPTICAL, Kind.CHANNELS): state}))
    assert found.verdict.status is (Status.OK if said is None else Status.FAILED)
    assert said is None or said in found.verdict.message
    assert not found.made_up


def test_what_a_twin_has_made_up_is_marked() -> None:
    check = next(
        each
        for each in all_checks(vendors().context, vendors().house.roles)
        if each.id == f"optical/channels/{OPTICAL}"
    )
    state = read(OPTICAL, Kind.CHANNELS, Seen())
    states = {(OPTICAL, Kind.CHANNELS): state}
    found = check.result(Observations(states=states, made_up=frozenset({OPTICAL})))
    assert (found.made_up, found.verdict.message) == (True, "5 channels lit (twin)")
    other = check.result(Observations(states=states, made_up=frozenset({HUAWEI})))
    assert (other.made_up, other.verdict.message) == (False, "5 channels lit")
