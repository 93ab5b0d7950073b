"""The driver on a twin with OpenConfig's own models: there and back, and nothing left behind."""

from collections.abc import Iterator
from copy import deepcopy

import pytest

from citynet.build import build_facts
from citynet.deploy.driver import Confirm, Refused
from citynet.house import open_house
from citynet.netconf.driver import NetconfDriver
from citynet.render import Renderer
from citynet.render.artifact import Artifact
from tests.cities import Raw, made_context
from tests.netconf.servers import Reached
from tests.netconf.steps import deployed
from tests.netconf.vendors import OpenconfigDriver
from tests.roles.optical.city import light
from tests.twin.twins import Twin, started

pytestmark = pytest.mark.twin

NODES = ("o-north", "o-south", "t-south")


def artifacts(source: Raw) -> dict[str, Artifact]:
    house, context = open_house(), made_context(source)
    renderer, facts = Renderer(house.platforms), build_facts(context, house.roles)
    return {name: renderer.render(facts[name]) for name in NODES}


def wide(source: Raw) -> Raw:
    """With one more channel past a node, and a fibre's loss known."""
    more = deepcopy(source)
    more["links"] = {"far": {"ends": ["r-north", "r-south"], "ring": "ring", "label": "直达 <&"}}
    more["rings"]["ring"]["spans"] = {"r-north~r-east": {"loss": 8}}
    return more


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    with started("openconfig", tmp_path_factory.mktemp("openconfig")) as made:
        yield made


@pytest.fixture
def driver(twin: Twin) -> Iterator[NetconfDriver]:
    made = OpenconfigDriver(Reached("optical", twin.access))
    yield made
    made.close()


@pytest.mark.parametrize("node", NODES)
def test_there_and_back(driver: NetconfDriver, node: str) -> None:
    plain = artifacts(light(protection="1+1"))[node]
    more = artifacts(wide(light(protection="1+1")))[node]
    deployed(driver, plain)
    first = driver.fingerprint()
    driver.lock("tests")
    assert not driver.stage(plain), "the second run changes something"
    driver.unlock()
    deployed(driver, more)
    assert driver.fingerprint() != first
    assert driver.read()["config.xml"].count("直达 &lt;&amp;</description>") == (
        0 if node == "o-south" else 3
    )
    deployed(driver, plain)
    text = driver.read()["config.xml"]
    assert "far" not in [line.strip() for line in text.splitlines()]
    assert "<name>OCH-far</name>" not in text or "直达" not in text
    driver.lock("tests")
    assert not driver.stage(plain)
    driver.unlock()


def test_a_commit_that_is_not_confirmed_leaves_nothing(driver: NetconfDriver) -> None:
    plain = artifacts(light())["o-north"]
    deployed(driver, plain)
    before = driver.fingerprint()
    driver.lock("tests")
    driver.stage(artifacts(wide(light()))["o-north"])
    driver.validate()
    driver.commit(Confirm("run-2", 60))
    assert driver.fingerprint() != before
    driver.roll_back("run-2")
    driver.unlock()
    assert driver.fingerprint() == before


def test_light_to_nowhere_is_refused_at_its_line(driver: NetconfDriver) -> None:
    plain = artifacts(light())["o-north"]
    text = plain.files["config.xml"].replace("<line-port>LINE", "<line-port>NONE", 1)
    broken = Artifact(plain.device, plain.platform, {"config.xml": text})
    before = driver.fingerprint()
    with pytest.raises(Refused) as caught:
        deployed(driver, broken)
    driver.unlock()
    [refusal] = caught.value.refusals
    assert refusal.line is not None
    assert "<line-port>NONE" in text.splitlines()[refusal.line - 1]
    assert driver.fingerprint() == before
