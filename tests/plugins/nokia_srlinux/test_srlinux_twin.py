"""The driver on a twin with SR Linux's own models: there and back, and what the device keeps."""

from collections.abc import Iterator, Mapping

import pytest

from citynet.deploy.driver import Confirm, Refused
from citynet.netconf.driver import NetconfDriver
from citynet.pipeline import prepare, render
from citynet.render.artifact import Artifact
from tests.cities import DEMO
from tests.netconf.servers import Reached
from tests.netconf.steps import deployed
from tests.netconf.vendors import SrlinuxDriver
from tests.twin.twins import Twin, edit, started
from tests.yang.models import EVPN, MIRRORED

pytestmark = pytest.mark.twin

SETTINGS: dict[str, object] = {"platform": "nokia_srlinux", **MIRRORED, **EVPN}
MANAGEMENT = (
    (
        '<interface xmlns="urn:nokia.com:srlinux:chassis:interfaces"><name>mgmt0</name>'
        "<admin-state>enable</admin-state></interface>"
    ),
    (
        '<network-instance xmlns="urn:nokia.com:srlinux:net-inst:network-instance">'
        "<name>mgmt</name><type>ip-vrf</type></network-instance>"
    ),
    (
        '<acl xmlns="urn:nokia.com:srlinux:acl:acl"><acl-filter><name>cpm</name><type>ipv4</type>'
        "<entry><sequence-id>10</sequence-id><action><accept/></action></entry></acl-filter></acl>"
    ),
)
"""What a device has of itself: how it is managed, and what guards its processor."""


def artifacts(**more: object) -> Mapping[str, Artifact]:
    """The demo city's; keys of `more` have a dot for each two underscores."""
    settings = {key.replace("__", "."): value for key, value in more.items()}
    return render(prepare(DEMO, settings=SETTINGS | settings))


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    with started("nokia_srlinux", tmp_path_factory.mktemp("srlinux")) as made:
        with made.session() as session:
            edit(session, *MANAGEMENT)
            session.commit()
        yield made


@pytest.fixture
def driver(twin: Twin) -> Iterator[NetconfDriver]:
    made = SrlinuxDriver(Reached("srlinux", twin.access))
    yield made
    made.close()


def unchanged(driver: NetconfDriver, artifact: Artifact) -> bool:
    driver.lock("tests")
    change = driver.stage(artifact)
    driver.unlock()
    return not change


@pytest.mark.parametrize("node", ["gov-agg1", "gov-core1", "gov-acc1", "gov-gw1"])
def test_there_and_back(driver: NetconfDriver, twin: Twin, node: str) -> None:
    plain = artifacts()[node]
    other = artifacts(options__underlay__mtu=2000, **{"links.*.metric": 77})[node]
    deployed(driver, plain)
    first = driver.fingerprint()
    assert unchanged(driver, plain), "the second run changes something"
    deployed(driver, other)
    assert driver.fingerprint() != first
    assert "<ip-mtu>2000</ip-mtu>" in driver.read()["config.xml"]
    deployed(driver, plain)
    assert driver.fingerprint() == first
    with twin.session() as session:
        text = session.get_config("running").data_xml
    for kept in ("<name>mgmt0</name>", "<name>mgmt</name>", "<name>cpm</name>"):
        assert kept in text


def test_what_another_device_had_is_gone(driver: NetconfDriver) -> None:
    every = artifacts()
    deployed(driver, every["gov-gw1"])
    deployed(driver, every["gov-agg1"])
    text = driver.read()["config.xml"]
    assert text.count("<type>ip-vrf</type>") == 1, "the management's, and no other"
    assert text.count("<acl-filter>") == 1, "the processor's, and no other"
    for gone in ("<name>health</name>", "gate.", "vxlan1", "prefix-set", "gov-core1 by gw1"):
        assert gone not in text


def test_a_commit_that_is_not_confirmed_leaves_nothing(driver: NetconfDriver) -> None:
    deployed(driver, artifacts()["gov-acc1"])
    before = driver.fingerprint()
    driver.lock("tests")
    driver.stage(artifacts()["gov-gw1"])
    driver.validate()
    driver.commit(Confirm("run-2", 60))
    assert driver.fingerprint() != before
    driver.roll_back("run-2")
    driver.unlock()
    assert driver.fingerprint() == before


def test_a_policy_that_is_not_there_is_refused_at_its_line(driver: NetconfDriver) -> None:
    deployed(driver, artifacts()["gov-gw1"])
    before = driver.fingerprint()
    plain = artifacts()["gov-gw1"]
    text = plain.files["config.xml"].replace("<export-policy>", "<export-policy>none-", 1)
    broken = Artifact(plain.device, plain.platform, {"config.xml": text})
    with pytest.raises(Refused) as caught:
        deployed(driver, broken)
    driver.unlock()
    [refusal] = caught.value.refusals
    assert refusal.line is not None
    assert "<export-policy>none-" in text.splitlines()[refusal.line - 1]
    assert driver.fingerprint() == before
