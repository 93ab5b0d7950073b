"""What optical equipment gets: one golden document, bad labels, names, rates, what is citynet's."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from citynet.build import DeviceFacts, build_facts
from citynet.house import House, open_house
from citynet.netconf.goal import payload
from citynet.netconf.profile import Profile
from citynet.pipeline import prepare, render
from citynet.render import Renderer, check_cells
from citynet.xml import Element, parse_document
from citynet.yang.validate import validate, validate_all
from tests.cities import VENDORS, Raw, made_context
from tests.roles.optical.city import light
from tests.yang.models import MODELS


@pytest.fixture(scope="module")
def house() -> House:
    return open_house()


def facts_of(source: Raw, house: House) -> dict[str, DeviceFacts]:
    return build_facts(made_context(source), house.roles)


def documents(source: Raw, house: House) -> dict[str, str]:
    renderer, facts = Renderer(house.platforms), facts_of(source, house)
    return {name: renderer.render(facts[name]).files["config.xml"] for name in source["optical"]}


def test_golden() -> None:
    """A change here changes what devices get: read it, then copy what `citynet render` wrote."""
    golden = Path(__file__).parent / "golden" / "otn-south.xml"
    assert render(prepare(VENDORS))["otn-south"].files == {"config.xml": golden.read_text()}


def sources() -> Iterator[Raw]:
    for protection in ("none", "1+1"):
        for rate in ("10G", "100G"):
            source = light(protection=protection)
            source["city"]["options"] = {"optical": {"rate": rate}}
            yield source


@pytest.mark.models
@pytest.mark.parametrize("source", [*sources()])
def test_every_kind_of_node_is_valid_and_labels_survive(source: Raw, house: House) -> None:
    models = house.platforms["openconfig"].models
    assert models is not None
    found = documents(source, house)
    said = validate_all(models, {name: each.encode() for name, each in found.items()}, MODELS)
    assert said == {name: [] for name in source["optical"]}
    label = '光环 &lt;&amp;"&gt; ]]&gt;</description>'
    assert {name for name, each in found.items() if label in each} == {
        "o-north", "o-east", "t-south", "o-west",
    }  # fmt: skip


def test_only_what_a_kind_has_is_configured(house: House) -> None:
    found = documents(light(protection="1+1"), house)
    top = {
        name: [each.name for each in parse_document(text.encode()).children]
        for name, text in found.items()
    }
    line = ["optical-amplifier", "wavelength-router", "aps"]
    assert top["o-south"] == ["components", *line]
    assert top["t-south"] == ["components", "terminal-device"]
    assert top["o-west"] == ["components", "terminal-device", *line]


def test_routers_have_no_part_in_it_and_optical_nodes_no_other(house: House) -> None:
    facts = facts_of(light(), house)
    assert all("optical" not in each.roles for name, each in facts.items() if name[:2] == "r-")
    optical = {name: each for name, each in facts.items() if name[:2] in ("o-", "t-")}
    assert {tuple(each.roles) for each in optical.values()} == {("optical",)}
    assert {(each.platform, each.domain) for each in optical.values()} == {("openconfig", None)}
    check_cells(facts.values(), house.platforms)


@pytest.mark.models
def test_parts_are_called_what_the_city_says(house: House) -> None:
    source = light()
    names = {"add": "AD-{port}", "drop": "AD-{port}", "channel": "och-{port}/1"}
    source["city"]["options"] = {"optical": {"names": names}}
    source["optical"]["o-north"]["ports"] = {"ring/r-north~r-east": "1-2-3"}
    text = documents(source, house)["o-north"]
    assert text.count("<name>AD-1-2-3</name>") == 2  # the key and the leaf, of one component
    assert "<optical-channel>och-1-2-3/1</optical-channel>" in text
    models = house.platforms["openconfig"].models
    assert models is not None
    assert validate(models, text.encode(), MODELS) == []


def data(text: str) -> Element:
    return parse_document(text.encode())


def profile() -> Profile:
    found = import_module("citynet_house.plugins.openconfig.driver").PROFILE
    assert isinstance(found, Profile)
    return found


def names_in(element: Element | None, operation: str) -> set[str]:
    if element is None:
        return set()
    return {
        each.name
        for each in element.walk()
        if any(name == "nc:operation" and value == operation for name, _, value in each.attributes)
    }


def test_nothing_is_sent_where_nothing_differs(house: House) -> None:
    for text in documents(light(protection="1+1"), house).values():
        assert payload(data(text), data(text), profile(), additive=False) is None


def test_what_is_no_longer_wanted_goes_and_hardware_stays(house: House) -> None:
    wide = light(protection="1+1")
    wide["links"] = {"far": {"ends": ["r-north", "r-south"], "ring": "ring"}}
    before = documents(wide, house)["o-north"]
    psu = "<component><name>PSU-1</name><config><name>PSU-1</name></config></component>"
    running = data(before.replace("</components>", f"{psu}</components>"))
    wanted = data(documents(light(protection="1+1"), house)["o-north"])
    sent = payload(wanted, running, profile(), additive=False)
    assert names_in(sent, "remove") == {"optical-channel", "optical-port", "channel", "aps-module"}
    assert names_in(sent, "replace") == set()
    assert sent is not None
    assert "PSU-1" not in [each.text for each in sent.walk()]
