"""What a platform lacks, what it can be without, and what it calls its ports."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import Environment
from msgspec.structs import replace

from citynet.build import DeviceFacts
from citynet.errors import InventoryError, KeyPath
from citynet.render import Platform, Ports, check_cells, fitted
from citynet.render.cells import stand_ins
from citynet.render.platform import Parts
from citynet.render.render import environment


@dataclass(frozen=True)
class Role:
    required: bool = True
    needed_by: KeyPath | None = None
    interfaces: tuple[str, ...] = ()


PORTS = Ports(re.compile(r"eth[0-9]"), 10, lambda number: f"eth{number}")


def nothing(facts: DeviceFacts, parts: Parts) -> dict[str, str]:
    return {}


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    (tmp_path / "base.j2").write_text("{% block a %}{{ 'link' | port }}{% endblock %}")
    return Platform("toy", "a toy", ("a",), nothing, "x:Y", templates=tmp_path)


def node(**roles: object) -> dict[str, DeviceFacts]:
    return {"n": DeviceFacts("n", "toy", "d", roles, ("nodes", "n"))}


def test_only_a_role_that_helps_others_is_left_out_and_only_where_it_is_lacking(
    platform: Platform,
) -> None:
    facts = node(base=Role(required=False), more=Role(required=False), must=Role())
    [found] = fitted(facts, {"toy": platform}).values()
    assert list(found.roles) == ["base", "must"]
    unknown = {"n": replace(facts["n"], platform="none")}
    assert fitted(unknown, {"toy": platform}) == unknown


def test_a_lacking_role_is_told_where_it_is_needed_and_why(platform: Platform) -> None:
    facts = node(must=Role(needed_by=("vpns", "v", "endpoints", "e")), other=Role())
    told = replace(platform, lacks={"must": "toys cannot"})
    with pytest.raises(InventoryError) as caught:
        check_cells(facts.values(), {"toy": told})
    first, second = caught.value.problems
    assert first.path == ("vpns", "v", "endpoints", "e")
    assert str(first) == "toy cannot do role must, needed by node n; toys cannot"
    assert second.path == ("nodes", "n", "platform")
    assert second.expected == "a template toy/other.j2"


def test_names_of_ports_are_made_of_their_own_name_alone() -> None:
    assert PORTS.name("eth7") == "eth7"
    assert PORTS.name("a-link") == PORTS.name("a-link")
    assert re.fullmatch("eth[0-9]", PORTS.name("a-link"))
    assert PORTS.unnamed(["eth1", "x", "y", "x"]) == ("x", "y")


def test_two_links_on_one_port_are_refused(platform: Platform) -> None:
    named = replace(platform, ports=PORTS)
    many = tuple(f"link{n}" for n in range(11))
    with pytest.raises(InventoryError, match=r"would both be port eth\d.*pin the `interfaces`"):
        check_cells(node(base=Role(interfaces=many)).values(), {"toy": named})
    taken = PORTS.name("link0")
    with pytest.raises(InventoryError, match=f"{taken} and link0 would both be port {taken}"):
        check_cells(node(base=Role(interfaces=(taken, "link0"))).values(), {"toy": named})
    check_cells(node(base=Role(interfaces=(taken, taken))).values(), {"toy": named})


def test_ports_that_nobody_named_are_told(platform: Platform) -> None:
    facts = node(base=Role(interfaces=("eth1", *(f"link{n}" for n in range(6)))))
    assert list(stand_ins(facts.values(), {"toy": platform})) == []
    [said] = stand_ins(facts.values(), {"toy": replace(platform, ports=PORTS)})
    assert said.path == ("nodes", "n")
    assert "node n: no port is named for 6 of its links" in str(said)
    assert f"{PORTS.name('link0')} for link0, " in str(said)
    assert str(said).endswith(" and 2 more")


def test_templates_have_the_port_of_a_name(platform: Platform) -> None:
    made: Environment = environment(replace(platform, ports=PORTS))
    assert made.get_template("base.j2").render() == PORTS.name("link")
