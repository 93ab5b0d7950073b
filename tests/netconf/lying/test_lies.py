"""A device that answers ok and does something else, of every kind that we could think of."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from citynet.deploy.driver import Confirm, Refused
from citynet.netconf.driver import NetconfDriver
from citynet.render.artifact import Artifact
from citynet.xml import Element, parse_document, write
from tests.netconf.fake import FakeDevice
from tests.netconf.fake.device import CAPABILITIES
from tests.netconf.fake.lies import (
    Lies,
    adding,
    keeping,
    leaving_out,
    less,
    mapped,
    showing,
    writing,
)
from tests.netconf.servers import IFM, instances, interface, interfaces

TAGS = (
    "urn:ietf:params:netconf:capability:with-defaults:1.0?basic-mode=report-all"
    "&also-supported=report-all-tagged,trim"
)
BLURS = "urn:ietf:params:netconf:capability:with-defaults:1.0?basic-mode=report-all"


def artifact(*entries: Element, more: tuple[Element, ...] = ()) -> Artifact:
    children = (interfaces(*entries), *(more or (instances("_public_"),)))
    config = Element("urn:ietf:params:xml:ns:netconf:base:1.0", "config", children=children)
    return Artifact("r1", "huawei_vrp", {"config.xml": write(config)})


def secret() -> Element:
    port = interface("LoopBack1", "of citynet")
    key = Element(IFM, "auth-password", "in the clear")
    return replace(port, children=(*port.children, key))


ONE = artifact(interface("LoopBack1", "of citynet", mtu="2000"))
TWO = artifact(*(interface(f"LoopBack{n}", "of citynet") for n in (1, 2)))
VPN = artifact(interface("LoopBack1", "of citynet"), more=(instances("_public_", "gov"),))


@dataclass(frozen=True)
class Lie:
    """What is wanted, how the device departs from it, and what is said: path, and words."""

    wanted: Artifact
    lies: Callable[[], Lies]
    path: str
    words: str = "left this out"
    text: str = ""


IN_ONE = "/ifm/interfaces/interface[name='LoopBack1']"
CANDIDATE = {
    "one leaf": Lie(
        ONE, lambda: Lies(takes=leaving_out("mtu")), f"{IN_ONE}/mtu", text="<mtu>2000</mtu>"
    ),
    "one entry": Lie(
        TWO,
        lambda: Lies(takes=leaving_out("interface", "LoopBack2")),
        "/ifm/interfaces/interface[name='LoopBack2']",
    ),
    "one list": Lie(ONE, lambda: Lies(takes=leaving_out("interfaces")), "/ifm/interfaces"),
    "one subtree": Lie(ONE, lambda: Lies(takes=leaving_out("ifm")), "/ifm"),
    "the last of two": Lie(
        VPN, lambda: Lies(takes=leaving_out("instance", "gov")), "instance[name='gov']"
    ),
    "all of it": Lie(
        ONE, lambda: Lies(takes=lambda was, _: was), f"{IN_ONE}/description", "another value: was"
    ),
    "another value": Lie(
        ONE, lambda: Lies(takes=writing("mtu", "1500")), f"{IN_ONE}/mtu", "another value: 1500"
    ),
    "cut short": Lie(
        ONE,
        lambda: Lies(takes=writing("description", lambda text: text[:4])),
        f"{IN_ONE}/description",
        "another value",
    ),
    "kept": Lie(
        ONE,
        lambda: Lies(takes=keeping("interface")),
        "interface[name='LoopBack9']",
        "not wanted there",
    ),
    "kept in an entry": Lie(
        ONE, lambda: Lies(takes=keeping("speed")), f"{IN_ONE}/speed", "not wanted there: 10"
    ),
    "more than asked": Lie(
        ONE, lambda: Lies(takes=adding("interface", shutdown="true")), "shutdown", "not"
    ),
    "what is not ours": Lie(
        ONE,
        lambda: Lies(takes=leaving_out("interface", "GigabitEthernet0/0/0")),
        "GigabitEthernet0/0/0",
        "was not to be changed",
    ),
}


@pytest.fixture
def used(device: FakeDevice, driver: NetconfDriver) -> FakeDevice:
    """It runs what was deployed before: an interface that goes, and a leaf that does."""
    more = (interface("LoopBack9", "goes"), interface("LoopBack1", "was", speed="10"))
    running = parse_document(write(device.running).encode())

    def grown(each: Element) -> Element:
        return replace(each, children=each.children + more) if each.name == "interfaces" else each

    device.running = device.kept = device.candidate = mapped(running, grown)
    return device


@pytest.mark.parametrize("name", CANDIDATE)
def test_the_candidate_is_not_as_wanted(used: FakeDevice, driver: NetconfDriver, name: str) -> None:
    """Refused at stage, at its line; nothing runs, nothing is left in the candidate."""
    lie, before = CANDIDATE[name], used.running
    used.lies = lie.lies()
    driver.lock("tests")
    with pytest.raises(Refused) as raised:
        driver.stage(lie.wanted)
    found = [each for each in raised.value.refusals if lie.path in each.message]
    assert found, raised.value.refusals
    assert lie.words in found[0].message
    assert (found[0].file, found[0].line is not None) == ("config.xml", True)
    lines = lie.wanted.files["config.xml"].splitlines()
    assert lines[(found[0].line or 0) - 1].strip() == found[0].text
    assert not lie.text or found[0].text == lie.text
    assert used.running is before
    driver.unlock()
    assert used.candidate is used.running
    assert not used.locks


@pytest.mark.parametrize("name", [each for each in CANDIDATE if each != "all of it"])
def test_what_runs_is_not_as_wanted(used: FakeDevice, driver: NetconfDriver, name: str) -> None:
    """The candidate was: taken back once it is committed."""
    lie, before = CANDIDATE[name], used.running
    used.lies = Lies(runs=lie.lies().takes)
    driver.lock("tests")
    driver.stage(lie.wanted)
    driver.validate()
    with pytest.raises(Refused, match="does not run as staged") as raised:
        driver.commit(Confirm("run-1", 60))
    found = [each for each in raised.value.refusals if lie.path in each.message]
    assert any(lie.words in each.message and each.line for each in found), raised.value.refusals
    assert used.running is before
    assert used.pending is None


def test_another_client_commits_with_us(used: FakeDevice, driver: NetconfDriver) -> None:
    """What comes to run with our candidate, and was not in it, is another client's."""
    before = used.running

    def more(_: Element, asked: Element) -> Element:
        return replace(asked, children=(*asked.children, Element("urn:another", "else")))

    used.lies = Lies(runs=more)
    driver.lock("tests")
    driver.stage(ONE)
    with pytest.raises(Refused, match=r"was not to be changed \(/else\)"):
        driver.commit(Confirm("run-1", 60))
    assert used.running is before


def test_it_runs_the_old(used: FakeDevice, driver: NetconfDriver) -> None:
    before = used.running
    used.lies = Lies(runs=lambda was, _: was)
    driver.lock("tests")
    driver.stage(ONE)
    with pytest.raises(Refused, match="still runs what it ran before"):
        driver.commit(Confirm("run-1", 60))
    assert used.running is before
    assert used.pending is None


def test_a_part_that_is_left_out(used: FakeDevice, driver: NetconfDriver) -> None:
    used.lies = Lies(takes=less)
    driver.lock("tests")
    with pytest.raises(Refused, match="left this out"):
        driver.stage(ONE, additive=True)
    used.lies = Lies(takes=leaving_out("interface", "LoopBack9"))
    with pytest.raises(Refused, match="was not to be changed"):
        driver.stage(ONE, additive=True)
    used.lies = Lies()
    assert driver.stage(ONE, additive=True)


def test_the_second_time_it_is_said_again(used: FakeDevice, driver: NetconfDriver) -> None:
    """What the device never takes is no "0 would change"."""
    used.lies = Lies(takes=leaving_out("mtu"))
    part = leaving_out("mtu")(used.running, parse_document(ONE.files["config.xml"].encode()))
    used.load(write(part))
    for _ in range(2):
        with pytest.raises(Refused, match=r"left this out \(/ifm/interfaces.*/mtu\)"):
            driver.stage(ONE)


# -- what vendors make of it -------------------------------------------------------------------


def key_first(each: Element) -> Element:
    return replace(each, children=each.children[:1] + each.children[:0:-1])


def last_entry_first(each: Element) -> Element:
    return replace(each, children=each.children[::-1]) if each.name == "interfaces" else each


NORMAL = {
    "a default shown in every entry": Lies(shows=showing("interface", shutdown="false")),
    "a value in another form": Lies(takes=writing("mtu", "02000")),
    "a secret is kept hashed": Lies(takes=writing("auth-password", "$6$salt$hash")),
    "a secret has another salt once it runs": Lies(runs=writing("auth-password", "$6$other")),
    "the order of leaves": Lies(takes=lambda _, asked: mapped(asked, key_first)),
    "the order of entries": Lies(takes=lambda _, asked: mapped(asked, last_entry_first)),
}


@pytest.mark.parametrize("name", NORMAL)
def test_what_a_vendor_makes_of_it_is_no_lie(
    used: FakeDevice, driver: NetconfDriver, name: str
) -> None:
    used.capabilities = (*CAPABILITIES, TAGS)
    used.lies = NORMAL[name]
    key = secret() if "secret" in name else interface("LoopBack1", "of citynet", mtu="2000")
    wanted = artifact(key)
    driver.lock("tests")
    assert driver.stage(wanted)
    driver.validate()
    driver.commit(Confirm("run-1", 60))
    runs = driver.fingerprint(last=True)
    driver.extend(Confirm("run-1", 60), runs)
    driver.confirm("run-1", runs)
    driver.unlock()


def test_a_default_that_is_not_told_from_a_difference(
    used: FakeDevice, driver: NetconfDriver
) -> None:
    """A leaf that is not wanted is refused; not where the device shows all defaults."""
    used.lies = Lies(shows=showing("interface", shutdown="false"))
    driver.lock("tests")
    with pytest.raises(Refused, match="not wanted there: false"):
        driver.stage(ONE)
    driver.close()
    used.capabilities = (*CAPABILITIES, BLURS)
    driver.lock("tests")
    assert driver.stage(ONE)


def test_a_lie_is_seen_among_defaults(used: FakeDevice, driver: NetconfDriver) -> None:
    used.capabilities = (*CAPABILITIES, TAGS)
    used.lies = Lies(shows=showing("interface", shutdown="false"), takes=leaving_out("mtu"))
    driver.lock("tests")
    with pytest.raises(Refused) as raised:
        driver.stage(ONE)
    [refusal] = raised.value.refusals
    assert refusal.text == "<mtu>2000</mtu>"


def test_the_defaults_are_asked_for_only_where_something_differs(
    used: FakeDevice, driver: NetconfDriver
) -> None:
    used.capabilities = (*CAPABILITIES, TAGS)
    driver.lock("tests")
    driver.stage(ONE)
    assert [each.operation for each in used.asked][-2:] == ["edit-config", "get-config"]


def test_no_secret_is_shown(used: FakeDevice, driver: NetconfDriver) -> None:
    used.lies = Lies(takes=adding("interface", password="another of theirs"))
    driver.lock("tests")
    with pytest.raises(Refused) as raised:
        driver.stage(artifact(secret()))
    said = f"{raised.value} {raised.value.refusals}"
    assert "password" in said
    assert "in the clear" not in said
    assert "another of theirs" not in said
