"""Names that a device uses itself or cannot have are refused where the inventory says them."""

from pathlib import Path

import pytest

from citynet.errors import InventoryError
from citynet.pipeline import prepare
from tests.load.load_cases import FILES, Case, nodes_case, services_case, write, write_case

LINKS = "  gw-g1: {ends: [gw, g1]}"
LONG = "a-name-of-26-characters-00"

TAKEN = (
    nodes_case("link", "  gw-g1:", "  ^lo:", "`lo`", "routers use", "`link-lo`"),
    nodes_case("keyword", "  gw-g1:", "  ^default:", "`default`", "another name for the link"),
    nodes_case(
        "pin of a link",
        LINKS,
        "  gw-g1: {ends: [gw, g1], interfaces: {g1: ^eth0}}",
        "`eth0` is a name that routers use themselves: g1 is frr",
        "an interface for the link",
    ),
    nodes_case(
        "pin of a span",
        "{nodes: [g1, g2, g3]}",
        "{nodes: [g1, g2, g3], spans: {g2~g1: {interfaces: {g2: ^sr0}}}}",
        "`sr0`",
    ),
    services_case("endpoint", "{node: g3}", "{node: g3, interface: ^eth0}", "`eth0`", "endpoint"),
    services_case("loopback", "{node: g3}", "{node: g3, interface: ^lo}", "`lo`", "endpoint"),
    services_case("kernel's", "{node: g3}", "{node: g3, interface: ^sit0}", "`sit0`"),
    services_case("gateway", "  gate:", "  ^eth0:", "`eth0`", "`gateway-eth0`"),
    services_case("gateway of all", "  gate:", "  ^all:", "`all`", "`gateway-all`"),
    services_case(
        "pin of a gateway",
        "    ends: [gw, xw]",
        "    ends: [gw, xw]\n    interfaces: {xw: ^eth0}",
        "xw is frr",
    ),
)
UNFIT = (
    nodes_case(
        "too long",
        LINKS,
        f"  gw-g1: {{ends: [gw, g1], interfaces: {{g1: ^{LONG}}}}}",
        f"`{LONG}` cannot be an interface of g1, which is frr",
        "expected at most 15 characters",
    ),
    nodes_case(
        "slashes",
        LINKS,
        "  gw-g1: {ends: [gw, g1], interfaces: {g1: ^100GE0/3/0}}",
        "`100GE0/3/0` cannot be an interface of g1",
        "without `/`",
    ),
    services_case(
        "room for VLANs",
        "    ends: [gw, xw]",
        "    ends: [gw, xw]\n    interfaces: {xw: ^twelve-chars}",
        "`twelve-chars.",
        "has a VLAN behind its name",
    ),
)
VRFS = (
    services_case("VRF", "  trade:", "  ^mgmt:", "routers use themselves", "`vpn-mgmt`"),
    services_case("VRF as a port", "  trade:", "  ^eth1:", "routers use themselves"),
)


@pytest.mark.parametrize("case", [*TAKEN, *UNFIT, *VRFS], ids=lambda case: case.name)
def test_a_name_is_refused_where_it_is(case: Case, tmp_path: Path) -> None:
    folder = write_case(tmp_path, case)
    services = folder / "services.yaml"
    if case in VRFS:
        name = case.new.strip(" ^:")
        services.write_text(services.read_text().replace("to: trade", f"to: {name}"))
    with pytest.raises(InventoryError) as caught:
        prepare(folder)
    [said] = [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]
    assert said.startswith(f"{case.place()}: ")
    for words in case.words:
        assert words in said


def test_ports_of_linux_can_be_pinned(tmp_path: Path) -> None:
    pins = "interfaces: {gw: eth1, g1: ens1f0np0}"
    nodes = FILES["nodes.yaml"].replace("ends: [gw, g1]", f"ends: [gw, g1], {pins}")
    prepare(write(tmp_path, {**FILES, "nodes.yaml": nodes}))


def test_a_platform_that_says_nothing_takes_any_name(tmp_path: Path) -> None:
    """What is a name of Linux is none of another vendor's."""
    files = {
        name: text.replace("name: small", "name: small\n  platform: huawei_vrp")
        for name, text in FILES.items()
    }
    files["nodes.yaml"] = files["nodes.yaml"].replace("  gw-g1:", "  lo:")
    options = "  options: {gateway: {answers: by-mirrored-rules}}\n"
    files["city.yaml"] = files["city.yaml"].replace("domains:", f"{options}domains:")
    prepare(write(tmp_path, files))
