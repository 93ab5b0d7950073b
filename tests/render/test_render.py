"""Rendering: golden files, the missing cell, the empty render, and where a line came from."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from citynet.build import DeviceFacts
from citynet.errors import InventoryError
from citynet.pipeline import Prepared, prepare, render
from citynet.render import Platform, Renderer, RenderError, check_cells, unknown_platforms
from citynet.render.provenance import explain, trace
from plugins.frr.linux import parse
from tests.cities import DEMO, ROOT, WUHAN

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def demo() -> Prepared:
    return prepare(DEMO)


def line_of(text: str, wanted: str) -> int:
    return next(at for at, line in enumerate(text.splitlines(), 1) if wanted in line)


@pytest.mark.parametrize("device", ["gov-core1", "gov-agg1", "gov-acc1", "gov-gw1"])
def test_golden(demo: Prepared, device: str) -> None:
    """A change here changes what devices get: read it, then copy what `citynet render` wrote."""
    artifact = render(demo)[device]
    golden = {path.name: path.read_text() for path in (GOLDEN / device).iterdir()}
    assert artifact.files == golden


@pytest.mark.parametrize("folder", [DEMO, WUHAN])
def test_every_device_of_both_cities_renders(folder: Path) -> None:
    artifacts = render(prepare(folder))
    assert all(artifact.files["frr.conf"].strip() for artifact in artifacts.values())
    assert len({artifact.digest() for artifact in artifacts.values()}) == len(artifacts)


def test_a_customer_has_1500_bytes_after_srv6(demo: Prepared) -> None:
    for facts in demo.facts.values():
        underlay: Any = facts.roles["underlay"]
        assert underlay.mtu >= 1500 + 40 + 8 + 3 * 16


CARRIES = {"ipv4.conf.{}.forwarding": "1", "ipv4.conf.{}.rp_filter": "0"}
"""What a packet of a customer needs of the interface that it comes in by, and of its VRF."""
LIVES = {"ipv6.conf.{}.disable_ipv6": "0"}
KEEPS = LIVES | {"ipv6.conf.{}.keep_addr_on_down": "1", "ipv6.conf.{}.accept_ra": "0"}
"""What an interface needs so that its addresses and routes are those that it was given."""
WHOLE = {
    "net.ipv4.ip_forward": "1",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.tcp_l3mdev_accept": "0",
    "net.ipv4.udp_l3mdev_accept": "0",
    "net.ipv6.conf.all.forwarding": "1",
    "net.ipv6.conf.lo.disable_ipv6": "0",
    "net.vrf.strict_mode": "1",
}


@pytest.mark.parametrize("folder", [DEMO, WUHAN])
def test_what_the_data_plane_needs_of_the_kernel_is_set(folder: Path) -> None:
    """docs/kernel.md: every setting that verify would miss, on every interface it matters for."""
    for artifact in render(prepare(folder)).values():
        if "linux.state" not in artifact.files:
            continue
        state = parse(artifact.files["linux.state"]).state
        needed = dict(WHOLE) if any(link.kind == "vrf" for link in state.links.values()) else {}
        parents = {link.parent for link in state.links.values()}
        for name, link in state.links.items():
            port = name not in {"lo", *parents} and link.kind != "dummy"
            inside = link.kind == "vrf" or link.master is not None
            needs = (CARRIES if inside and port else {}) | (KEEPS if port else {})
            needs = CARRIES | LIVES if link.kind == "vrf" else needs
            needed |= {f"net.{key.format(name)}": value for key, value in needs.items()}
        assert needed.items() <= state.sysctls.items()


def test_nothing_of_the_other_domain_is_in_a_device(demo: Prepared) -> None:
    """Loopbacks and locators of one domain never appear in the configuration of the other."""
    artifacts, plan = render(demo), demo.plan
    for name, facts in demo.facts.items():
        text = "".join(artifacts[name].files.values())
        for other, numbers in plan.nodes.items():
            if demo.facts[other].domain != facts.domain:
                assert str(numbers.loopback) not in text
                assert str(numbers.locator.network_address) not in text


def toy(templates: Path) -> Platform:
    def assemble(facts: DeviceFacts, parts: Mapping[str, object]) -> Mapping[str, str]:
        return {"toy.conf": facts.name}

    return Platform("toy", "a toy", ("conf",), assemble, "none:None", templates=templates)


def test_a_missing_cell_is_an_error_before_anything_is_rendered(
    demo: Prepared, tmp_path: Path
) -> None:
    (tmp_path / "underlay.j2").write_text("{% block conf %}x{% endblock %}")
    facts = replace(demo.facts["gov-gw1"], platform="toy")
    with pytest.raises(InventoryError) as caught:
        check_cells([facts], {"toy": toy(tmp_path)})
    said = [problem.what for problem in caught.value.problems]
    assert "toy cannot do role gateway, needed by node gov-gw1" in said
    assert not any("role underlay" in line for line in said)


def test_an_unknown_platform_names_the_nearest(demo: Prepared) -> None:
    city = demo.context.city
    nodes = {**city.nodes}
    nodes["gov-gw1"] = nodes["gov-gw1"].model_copy(update={"platform": "fr"})
    header = city.city.model_copy(update={"platform": "huawei"})
    wrong = city.model_copy(update={"nodes": nodes, "city": header})
    first, second = unknown_platforms(wrong, demo.house.platforms)
    assert (first.path, second.path) == (("city", "platform"), ("nodes", "gov-gw1", "platform"))
    assert "did you mean 'huawei_vrp'" in str(first)
    assert str(second).startswith("there is no platform 'fr', which node gov-gw1 has, expected one")
    assert "did you mean 'frr'" in str(second)


def test_a_platform_may_refuse_what_it_has_a_template_for(demo: Prepared, tmp_path: Path) -> None:
    for role in demo.facts["gov-gw1"].roles:
        (tmp_path / f"{role}.j2").write_text("{% block conf %}x{% endblock %}")
    platform = replace(toy(tmp_path), refuses=lambda _: ["SRv6 needs another line card"])
    with pytest.raises(InventoryError, match="node gov-gw1: SRv6 needs another line card"):
        check_cells([replace(demo.facts["gov-gw1"], platform="toy")], {"toy": platform})


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{% block conf %}  \n{% endblock %}", "rendered nothing"),
        ("{% block conf %}{{ underlay.nonsense }}{% endblock %}", "nonsense"),
        ("{% block conf %}{% if %}{% endblock %}", "line 1"),
    ],
)
def test_a_template_that_fails_names_itself_and_the_device(
    demo: Prepared, tmp_path: Path, template: str, words: str
) -> None:
    (tmp_path / "underlay.j2").write_text(template)
    facts = demo.facts["gov-agg1"]
    facts = replace(facts, platform="toy", roles={"underlay": facts.roles["underlay"]})
    with pytest.raises(RenderError, match=words) as caught:
        Renderer({"toy": toy(tmp_path)}).render(facts)
    assert "toy/underlay.j2 for gov-agg1" in str(caught.value)


@pytest.mark.parametrize(
    ("file", "wanted", "template", "origin"),
    [
        ("frr.conf", " net 49.", "frr/underlay.j2", ("nodes", "gov-gw1")),
        ("frr.conf", "interface gw1-core2", "frr/underlay.j2", ("links", "gw1-core2")),
        ("frr.conf", "sid vpn per-vrf", "frr/vpn.j2", ("vpns", "health")),
        ("frr.conf", "remote-as 64877", "frr/gateway.j2", ("gateways", "gate")),
        ("linux.state", "type vrf table", "frr/vpn.j2", ("vpns", "health")),
        (
            "nftables.nft",
            "dport { 5000 }",
            "frr/gateway.j2",
            ("gateways", "gate", "allow", "query"),
        ),
    ],
)
def test_every_line_knows_its_template_and_its_intent(
    demo: Prepared, file: str, wanted: str, template: str, origin: tuple[str, ...]
) -> None:
    text = render(demo)["gov-gw1"].files[file]
    at = line_of(text, wanted)
    found = trace(demo, "gov-gw1", file, at)
    assert found is not None
    assert (found.template, found.origin) == (template, origin)
    source = (ROOT / "templates" / template).read_text().splitlines()[found.line - 1]
    literal = [piece.strip() for piece in re.split(r"{{.*?}}", source) if piece.strip()]
    assert literal
    assert all(piece in text.splitlines()[at - 1] for piece in literal)


def test_explain_names_a_line_of_the_inventory(demo: Prepared) -> None:
    text = render(demo)["gov-gw1"].files["nftables.nft"]
    said = explain(demo, "gov-gw1", "nftables.nft", line_of(text, "dport { 5000 }"))
    inventory = (DEMO / "services.yaml").read_text().splitlines()
    at = next(number for number, line in enumerate(inventory, 1) if "query:" in line)
    assert f"services.yaml:{at}:" in said
    assert "templates/frr/gateway.j2:" in said


def test_a_line_that_no_template_made_says_so(demo: Prepared) -> None:
    assert "no template made" in explain(demo, "gov-gw1", "frr.conf", 1)
    assert "no template made" in explain(demo, "gov-gw1", "frr.conf", 100_000)
