"""Names of devices that inventories of Ansible and labs have already."""

from pathlib import Path

import pytest

from citynet.errors import InventoryError
from citynet.lab.errors import LabError
from citynet.lab.from_city import CUSTOMERS, city_topology
from citynet.load import load_city
from citynet.load.rules_names import TAKEN
from citynet.pipeline import prepare
from tests.load.load_cases import FILES, write

TAKEN_WHY = [
    ("customers", "a lab has it"),
    ("host", "containerlab has it"),
    ("mgmt-net", "containerlab has it"),
    ("all", "Ansible has it"),
    ("ungrouped", "Ansible has it"),
    ("localhost", "Ansible has it"),
]


@pytest.mark.parametrize(("name", "why"), TAKEN_WHY)
def test_a_router_cannot_be_called_so(name: str, why: str, tmp_path: Path) -> None:
    nodes = FILES["nodes.yaml"].replace("g2", name)
    with pytest.raises(InventoryError) as caught:
        load_city(write(tmp_path, {**FILES, "nodes.yaml": nodes}))
    [said] = [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]
    assert said.startswith(f"nodes.yaml:3:3: `{name}` cannot be a device: {why}")
    assert said.endswith(f"expected another name; for example `{name}-1`")


def test_nor_can_optical_equipment(tmp_path: Path) -> None:
    optical = "optical:\n  host: {site: town-hall, kind: otn}\n"
    with pytest.raises(InventoryError) as caught:
        load_city(write(tmp_path, {**FILES, "optical.yaml": optical}))
    assert str(caught.value.problems[0].position).endswith("optical.yaml:2:3")
    assert "`host` cannot be a device" in str(caught.value)


def test_every_name_of_the_lab_is_one_of_them() -> None:
    assert CUSTOMERS in TAKEN


def test_a_lab_never_makes_two_things_of_one_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = prepare(write(tmp_path, FILES))
    monkeypatch.setattr("citynet.lab.from_city.CUSTOMERS", "g2")
    with pytest.raises(LabError, match="two nodes of the lab would be called 'g2'"):
        city_topology(prepared)
    monkeypatch.undo()
    monkeypatch.setattr("citynet.lab.from_city.short_name", lambda *_: "same")
    with pytest.raises(LabError, match="two links would end on interface same of g1"):
        city_topology(prepared)
