"""Roles and platforms are found, ordered and checked; options are checked with their places."""

from pathlib import Path
from typing import Any

import pytest

from citynet.build import build_facts
from citynet.errors import InventoryError
from citynet.house import HouseError, open_house
from tests.cities import made_context, raw

ROLE = """
from citynet.build.role import Role, RoleOptions
ROLE = Role(name={name!r}, summary="", options=RoleOptions, build=lambda *_: None, after={after!r})
"""


def house(root: Path, roles: dict[str, tuple[str, ...]]) -> Path:
    (root / "plugins").mkdir()
    for name, after in roles.items():
        folder = root / "roles" / name
        folder.mkdir(parents=True)
        (folder / "role.py").write_text(ROLE.format(name=name, after=after))
    return root


def test_roles_come_after_what_they_build_on() -> None:
    order = [role.name for role in open_house().roles]
    assert order.index("underlay") < order.index("srv6") < order.index("vpn")
    assert order.index("vpn") < order.index("gateway")


def test_the_platforms_of_the_house_are_found_with_their_templates() -> None:
    frr = open_house().platforms["frr"]
    assert frr.templates is not None
    assert (frr.templates / "underlay.j2").is_file()


def test_a_role_that_builds_on_a_missing_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HouseError, match="missing: nothere"):
        open_house(house(tmp_path, {"alone": ("nothere",)}))


def test_roles_in_a_circle_are_refused(tmp_path: Path) -> None:
    with pytest.raises(HouseError, match="circle"):
        open_house(house(tmp_path, {"egg": ("hen",), "hen": ("egg",)}))


def said(edit: dict[str, Any]) -> list[tuple[str, str]]:
    source = raw()
    source["city"]["options"] = edit
    with pytest.raises(InventoryError) as caught:
        build_facts(made_context(source), open_house().roles)
    return [(".".join(map(str, each.path)), str(each)) for each in caught.value.problems]


def test_an_option_that_no_role_has_is_said_with_the_nearest() -> None:
    [(place, text)] = said({"underlay": {"mtuu": 9000}})
    assert place == "city.options.underlay.mtuu"
    assert text.startswith("unknown key `mtuu`, expected one of mtu, bfd_interval, ")
    assert text.endswith("; did you mean `mtu`?")


def test_a_role_that_does_not_exist_is_said_with_the_nearest() -> None:
    [(place, text)] = said({"underly": {}})
    assert place == "city.options.underly"
    assert "did you mean 'underlay'" in text


def test_an_mtu_that_leaves_no_room_for_srv6_is_refused() -> None:
    [(place, text)] = said({"underlay": {"mtu": 1500}})
    assert place == "city.options.underlay.mtu"
    assert "1596" in text


def test_options_of_a_node_win_over_its_domain_and_the_city() -> None:
    source = raw()
    source["city"]["options"] = {"underlay": {"bfd_interval": 200, "mtu": 2000}}
    source["domains"]["government"]["options"] = {"underlay": {"bfd_interval": 300}}
    source["nodes"]["g-acc"]["options"] = {"underlay": {"bfd_interval": 400}}
    facts = build_facts(made_context(source), open_house().roles)
    underlays: dict[str, Any] = {name: each.roles["underlay"] for name, each in facts.items()}
    seen = {name: (each.bfd_interval, each.mtu) for name, each in underlays.items()}
    assert seen["g-acc"] == (400, 2000)
    assert seen["g-core"] == (300, 2000)
    assert seen["x-core"] == (200, 2000)
