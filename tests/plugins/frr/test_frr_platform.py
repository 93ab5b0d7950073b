"""What FRR on Linux cannot do, told before anything is rendered."""

from pathlib import Path

import pytest

from citynet.errors import InventoryError
from citynet.pipeline import prepare

CITY = """
city: {{name: town}}
domains: {{government: {{pools: {{locators: "5f00::/{length}"}}}}}}
sites: {{hall: {{}}}}
nodes:
  left: {{site: hall, domain: government, role: core}}
  right: {{site: hall, domain: government, role: access}}
links: {{wire: {{ends: [left, right]}}}}
"""


@pytest.mark.parametrize("length", [16, 32, 48])
def test_locators_that_frr_takes(length: int, tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(CITY.format(length=length))
    assert len(prepare(tmp_path).facts) == 2


@pytest.mark.parametrize(("length", "said"), [(12, "block_length 12"), (52, "node_length 12")])
def test_locators_that_frr_does_not_take(length: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(CITY.format(length=length))
    with pytest.raises(InventoryError) as told:
        prepare(tmp_path)
    assert {said in each.what for each in told.value.problems} == {True}
    assert "it can do" in str(told.value)
