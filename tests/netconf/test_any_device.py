"""What any NETCONF device must do with our driver. Each test runs on every server."""

import pytest

from citynet.deploy.driver import Capability, DeviceError, Refused
from citynet.netconf import rpc
from citynet.netconf.driver import NetconfDriver
from citynet.pipeline import prepare, render
from citynet.render.artifact import Artifact
from tests.cities import DEMO
from tests.netconf.servers import Server, instances, interface, interfaces, names
from tests.netconf.steps import ask, deployed, loopbacks, stage_and_validate
from tests.yang.models import MIRRORED

LABEL = 'A<B>&"C" 卫健委 数据'

# -- what is wanted, and nothing else --------------------------------------------------------


def test_what_it_can_do(driver: NetconfDriver) -> None:
    assert driver.capabilities == frozenset(Capability)


def test_staging_changes_nothing_that_runs(server: Server, driver: NetconfDriver) -> None:
    before = driver.fingerprint()
    driver.lock("tests")
    change = driver.stage(loopbacks(server, 1, description=LABEL))
    driver.validate()
    assert driver.fingerprint() == before
    assert "+      <name>LoopBack1</name>" in change.diff.splitlines()
    assert 'A&lt;B&gt;&amp;"C" 卫健委 数据</description>' in change.diff
    assert change.added >= 7
    driver.unlock()
    assert server.candidate() == server.running()


def test_around(server: Server, driver: NetconfDriver) -> None:
    """To a configuration, to another, and back: what runs is what ran."""
    start = driver.fingerprint()
    deployed(driver, loopbacks(server, 1, 2, description=LABEL))
    first = driver.fingerprint()
    assert names(server.running(), "description").count(LABEL) == 2
    deployed(driver, loopbacks(server, 2, 3))
    assert first != driver.fingerprint() != start
    assert not set(names(server.running(), "name")) & {"LoopBack1"}
    deployed(driver, loopbacks(server, 1, 2, description=LABEL))
    assert driver.fingerprint() == first


def test_the_second_run_changes_nothing(server: Server, driver: NetconfDriver) -> None:
    wanted = loopbacks(server, 1, 2)
    deployed(driver, wanted)
    driver.lock("tests")
    change = driver.stage(wanted)
    assert not change
    assert not change.diff


def test_a_city_as_it_is_rendered(server: Server, driver: NetconfDriver) -> None:
    """All of a router's document that the server has models for; then it is as wanted."""
    settings = {"platform": "huawei_vrp", **MIRRORED}
    wanted = server.known(render(prepare(DEMO, settings=settings))["gov-acc1"])
    deployed(driver, wanted)
    driver.lock("tests")
    assert not driver.stage(wanted)


def test_what_is_not_ours_stays(server: Server, driver: NetconfDriver) -> None:
    deployed(driver, loopbacks(server, 1))
    runs = names(server.running(), "name")
    assert {"GigabitEthernet0/0/0", "_public_", "LoopBack1"} <= set(runs)
    assert "management, not citynet's" in names(server.running(), "description")


def test_a_port_is_reset_but_not_deleted(server: Server, driver: NetconfDriver) -> None:
    deployed(driver, loopbacks(server, 1))
    assert "GigabitEthernet0/3/0" in names(server.running(), "name")
    assert "a port that nobody uses" not in names(server.running(), "description")


def test_a_part_is_added_and_nothing_goes(server: Server, driver: NetconfDriver) -> None:
    deployed(driver, loopbacks(server, 1))
    driver.lock("tests")
    change = driver.stage(loopbacks(server, 2), additive=True)
    assert (change.added > 0, change.removed) == (True, 0)
    driver.commit()
    assert {"LoopBack1", "LoopBack2"} <= set(names(server.running(), "name"))


def test_without_confirmation(server: Server, driver: NetconfDriver) -> None:
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    driver.commit()
    driver.close()
    with server.session() as session:  # nothing waits
        ask(session, rpc.lock(rpc.RUNNING))
    assert "LoopBack1" in names(server.running(), "name")


def test_a_check_leaves_no_trace(server: Server, driver: NetconfDriver) -> None:
    """As `--check` does it: no lock, and nothing is committed."""
    assert driver.stage(loopbacks(server, 1))
    driver.validate()
    driver.close()
    assert server.candidate() == server.running()
    with server.session() as session:
        ask(session, rpc.lock(rpc.CANDIDATE), rpc.lock(rpc.RUNNING))


def test_staged_again(server: Server, driver: NetconfDriver) -> None:
    """The second candidate has nothing of the first."""
    driver.lock("tests")
    driver.stage(loopbacks(server, 1))
    change = driver.stage(loopbacks(server, 2))
    assert "LoopBack1" not in change.diff
    driver.commit()
    assert "LoopBack1" not in names(server.running(), "name")


# -- refusals --------------------------------------------------------------------------------


def test_a_value_that_the_device_refuses(server: Server, driver: NetconfDriver) -> None:
    """Told at its line of the artifact; nothing runs, nothing is left in the candidate."""
    before = driver.fingerprint()
    bad = server.artifact(
        interfaces(interface("LoopBack1", "fine"), interface("LoopBack2", "bad", mtu="many")),
        instances("_public_"),
    )
    driver.lock("tests")
    with pytest.raises(Refused) as told:
        stage_and_validate(driver, bad)
    [refusal] = told.value.refusals
    assert refusal.file == "config.xml"
    assert refusal.line is not None
    assert bad.files["config.xml"].splitlines()[refusal.line - 1].strip() == refusal.text
    assert "many" in refusal.text
    assert driver.fingerprint() == before
    driver.unlock()
    assert server.candidate() == server.running()


def test_a_reference_to_nothing(server: Server, driver: NetconfDriver) -> None:
    """Some devices refuse it as a candidate, others when they validate."""
    before = driver.fingerprint()
    bad = server.artifact(
        interfaces(interface("LoopBack1", "of a VPN", **{"vrf-name": "nowhere"})),
        instances("_public_"),
    )
    driver.lock("tests")
    with pytest.raises(Refused, match=r"vrf-name|nowhere"):
        stage_and_validate(driver, bad)
    driver.unlock()
    assert driver.fingerprint() == before
    assert server.candidate() == server.running()


def test_nothing_is_staged(driver: NetconfDriver) -> None:
    for attempt in (driver.validate, driver.commit):
        with pytest.raises(DeviceError, match="nothing is staged"):
            attempt()


def test_no_such_file(driver: NetconfDriver) -> None:
    with pytest.raises(DeviceError, match=r"the artifact has no config\.xml"):
        driver.stage(Artifact("r1", "huawei_vrp", {"other.xml": "<config/>"}))
