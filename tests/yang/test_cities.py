"""Whole cities on a vendor's platform, validated; and where an invalid line came from."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from citynet.errors import InventoryError
from citynet.house import House, open_house
from citynet.pipeline import Prepared, prepare, render
from citynet.render import Artifact, Renderer
from citynet.yang.rendered import InvalidDocumentsError, check_artifacts
from citynet.yang.validate import validate, validate_all
from tests.cities import DEMO, VENDORS, WUHAN, with_changes
from tests.yang.models import EVPN, MIRRORED, MODELS

PLATFORMS: dict[str, dict[str, object]] = {
    "huawei_vrp": {"platform": "huawei_vrp", **MIRRORED},
    "nokia_srlinux": {"platform": "nokia_srlinux", **MIRRORED, **EVPN},
}
AGGREGATION: dict[str, object] = {"nodes.role_aggregation.platform": "nokia_srlinux"}
MIXES: dict[str, dict[str, object]] = {
    "aggregation by Nokia": AGGREGATION,
    "aggregation by Nokia, customers by Huawei": {
        **AGGREGATION,
        "nodes.role_access.platform": "huawei_vrp",
        "nodes.role_service.platform": "huawei_vrp",
    },
    "one domain by Nokia": {
        "nodes.domain_crossdomain.platform": "nokia_srlinux",
        "domains.crossdomain.transport": "evpn-vxlan",
        "options.gateway.gtsm": False,
        **MIRRORED,
    },
    "all but the gateways by Huawei": {
        "platform": "huawei_vrp",
        "nodes.role_gateway.platform": "frr",
    },
}


def on(platform: str, folder: Path, house: House | None = None) -> Prepared:
    return prepare(folder, house, PLATFORMS[platform])


def mixed(mix: str, folder: Path) -> Prepared:
    settings = {
        key: value
        for key, value in MIXES[mix].items()
        if folder == WUHAN or "role_service" not in key
    }
    return prepare(folder, settings=settings)


def of(prepared: Prepared) -> Iterator[tuple[str, str]]:
    """Each device's platform, and the document that goes to it."""
    for artifact in render(prepared).values():
        for file, text in artifact.files.items():
            if file.endswith(".xml"):
                yield artifact.platform, text


@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("folder", [DEMO, WUHAN], ids=["demo", "wuhan"])
def test_a_mix_is_of_so_many_platforms(mix: str, folder: Path) -> None:
    platforms = Counter(each.platform for each in render(mixed(mix, folder)).values())
    assert len(platforms) == 2 + (mix.endswith("customers by Huawei"))
    assert platforms.total() == (13 if folder == DEMO else 45)


@pytest.mark.models
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_document_of_a_city_is_valid_in_any_mix(platform: str) -> None:
    """Models are loaded once, and a document that several mixes have is read once."""
    documents: dict[str, bytes] = {}
    for folder in (DEMO, WUHAN):
        whole = on(platform, folder)
        alone = [text for each, text in of(whole) if each == platform]
        assert len(alone) == len(whole.context.city.nodes)
        others = (
            text for mix in MIXES for each, text in of(mixed(mix, folder)) if each == platform
        )
        documents |= {text: text.encode() for text in (*alone, *others)}
    assert len(documents) >= 13 + 45
    models = open_house().platforms[platform].models
    assert models is not None
    found = validate_all(models, documents, MODELS)
    assert found.keys() == documents.keys()
    assert not [str(problem) for problems in found.values() for problem in problems]


@pytest.mark.models
def test_a_city_of_several_vendors_is_valid_by_each_ones_models() -> None:
    prepared = prepare(VENDORS)
    artifacts = render(prepared)
    platforms = [each.platform for each in artifacts.values()]
    assert set(platforms) == {"frr", "huawei_vrp", "nokia_srlinux", "openconfig"}
    assert check_artifacts(prepared, artifacts, MODELS) == len(platforms) - platforms.count("frr")


def test_platforms_without_models_count_for_nothing() -> None:
    prepared = prepare(DEMO)
    assert check_artifacts(prepared, render(prepared), MODELS) == 0


def test_a_gateway_must_be_told_that_no_state_is_kept() -> None:
    with pytest.raises(InventoryError) as caught:
        prepare(DEMO, settings={"platform": "huawei_vrp"})
    said = [str(each) for each in caught.value.problems]
    assert len(said) == 2
    assert all("huawei_vrp keeps no state, so role gateway" in each for each in said)
    assert all("inventory/demo/nodes.yaml:" in each for each in said)


def with_template(tmp_path: Path, role: str, old: str, new: str) -> House:
    """The house with one template of Huawei's changed."""
    house = open_house()
    platform = house.platforms["huawei_vrp"]
    assert platform.templates is not None
    for path in platform.templates.glob("*.j2"):
        text = path.read_text()
        assert path.stem != role or old in text
        (tmp_path / path.name).write_text(text.replace(old, new) if path.stem == role else text)
    changed = replace(platform, templates=tmp_path)
    return replace(house, platforms={**house.platforms, "huawei_vrp": changed})


@pytest.mark.models
def test_an_invalid_line_names_device_path_template_and_inventory(tmp_path: Path) -> None:
    wrong = "<vpn-name>no-{{ vrf.name }}</vpn-name>"
    house = with_template(tmp_path, "vpn", "<vpn-name>{{ vrf.name }}</vpn-name>", wrong)
    prepared = on("huawei_vrp", DEMO, house)
    artifacts = {"gov-gw1": render(prepared)["gov-gw1"]}
    with pytest.raises(InvalidDocumentsError) as caught:
        check_artifacts(prepared, artifacts, MODELS)
    [invalid] = caught.value.invalid
    template = (tmp_path / "vpn.j2").read_text().splitlines()
    at = next(number for number, line in enumerate(template, 1) if wrong in line)
    services = (DEMO / "services.yaml").read_text().splitlines()
    vpn = next(number for number, line in enumerate(services, 1) if line == "  health:")
    assert invalid.device == "gov-gw1"
    assert invalid.problem.path.endswith("/vpn-name")
    assert invalid.origin.startswith(f"templates/huawei_vrp/vpn.j2:{at}, from ")
    assert f"inventory/demo/services.yaml:{vpn}:" in invalid.origin
    line = artifacts["gov-gw1"].files["config.xml"].splitlines()[invalid.problem.line - 1]
    assert "<vpn-name>no-health</vpn-name>" in line


HOSTILE = "健康<&\"'>]]> 数据?--"


def hostile(prepared: Prepared) -> Artifact:
    """A device whose VRF's description is as bad as a label can be."""
    facts = prepared.facts["gov-acc1"]
    role = "vpn" if "vpn" in facts.roles else "evpn"
    vpns: Any = facts.roles[role]
    vrfs = tuple(replace(each, description=HOSTILE) for each in vpns.vrfs)
    return Renderer(prepared.house.platforms).render(with_changes(facts, role, vrfs=vrfs))


@pytest.mark.models
@pytest.mark.parametrize(("platform", "question"), [("huawei_vrp", "？"), ("nokia_srlinux", "?")])
def test_a_label_with_markup_and_chinese_survives(platform: str, question: str) -> None:
    prepared = on(platform, DEMO)
    text = hostile(prepared).files["config.xml"]
    models = prepared.house.platforms[platform].models
    assert models is not None
    assert validate(models, text.encode(), MODELS) == []
    assert f"健康&lt;&amp;\"'&gt;]]&gt; 数据{question}--</description>" in text
