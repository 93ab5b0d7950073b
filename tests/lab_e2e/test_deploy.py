"""Deploying to the demo city's lab: real routers, real sessions."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from msgspec.structs import replace
from nornir.core import Nornir

from citynet.deploy import engine, playbook
from citynet.deploy.driver import Confirm, Driver, Refused
from citynet.deploy.report import Report, State, failures
from citynet.deploy.work import Chosen, plan
from citynet.fleet.runner import fleet
from citynet.fleet.shell import Shell
from citynet.lab import api as labs
from citynet.pipeline import Prepared, prepare, render
from citynet.render.artifact import Artifact
from citynet.transaction.words import Runs
from tests.cities import DEMO, ROOT
from tests.lab_e2e.routers import until
from tests.speed import seconds

pytestmark = pytest.mark.lab

NODE = "x-acc2"
GATEWAY = "x-gw1"
STATE = (
    "vtysh -c 'show running-config'; ip -d -j link; ip -j addr | tr ',' '\\n' | grep -v life_time;"
    "ip -d rule; ip -6 -d rule; nft -s list ruleset; pidof zebra bgpd isisd bfdd mgmtd staticd;"
    "sysctl -ar 'net.ipv[46].conf|net.vrf|fib_multipath|nf_hooks' 2>/dev/null;"
    "find /etc/frr /var/lib/citynet -type f ! -path '*/guard-*' ! -name '*.json' | sort"
    " | xargs sha256sum"
)
"""All that a deployment configures, without what changes by itself: what it notes of its commits
is in JSON, and the programs that watch these are in `guard-*`."""


@pytest.fixture(scope="module")
def demo() -> Prepared:
    if labs.find("demo") is None:
        pytest.fail("the lab of demo is not up: citynet lab up -i inventory/demo")
    return prepare(DEMO)


@pytest.fixture(scope="module")
def nornir(demo: Prepared) -> Iterator[Nornir]:
    made = fleet(demo)
    yield made
    made.close_connections()


@pytest.fixture(scope="module", autouse=True)
def deployed(demo: Prepared) -> Iterator[None]:
    done = command()
    assert done.returncode == 0, done.stdout + done.stderr
    yield
    assert command().returncode == 0


def command(*options: str) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "-m", "citynet.cli.main", "deploy", "-i", str(DEMO), *options]
    script = "import sys; from citynet.cli.main import run; sys.exit(run(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", script, *argv[3:]],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds(600),
    )


def shell(nornir: Nornir, node: str) -> Shell:
    made: Shell = nornir.inventory.hosts[node].get_connection("citynet_shell", nornir.config)
    return made


def driver(nornir: Nornir, node: str) -> Driver:
    made: Driver = nornir.inventory.hosts[node].get_connection("citynet", nornir.config)
    return made


def state(nornir: Nornir, node: str) -> str:
    return shell(nornir, node).run(STATE, timeout=seconds(120)).stdout


def meddle(nornir: Nornir, node: str, *commands: str) -> None:
    for each in commands:
        done = shell(nornir, node).run(each)
        assert done.status == 0, done.stdout + done.stderr


def config(*lines: str) -> str:
    return "vtysh -c 'configure terminal' " + " ".join(f"-c '{line}'" for line in lines)


def test_a_second_run_changes_nothing(nornir: Nornir) -> None:
    before = state(nornir, NODE)
    done = command("--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert len(found["recap"]) == 13
    assert all(each["changed"] == 0 and each["ok"] == 1 for each in found["recap"].values())
    assert state(nornir, NODE) == before


def test_check_changes_nothing_where_there_is_something_to_change(nornir: Nornir) -> None:
    meddle(nornir, NODE, config("interface lo", "no isis passive"))
    before = state(nornir, NODE), runtime(nornir)
    done = command("--check", "--diff", "--limit", NODE)
    assert done.returncode == 0
    assert "+ isis passive" in done.stdout
    assert "\x1b[" not in done.stdout
    assert (state(nornir, NODE), runtime(nornir)) == before


def runtime(nornir: Nornir) -> str:
    """What a deployment leaves beside the configuration, times included."""
    files = "/run/citynet.lock /run/citynet.vtysh /var/lib/citynet"
    return shell(nornir, NODE).run(f"ls -l --full-time {files}").stdout


def test_what_somebody_changed_is_shown_and_repaired(nornir: Nornir) -> None:
    clean = state(nornir, GATEWAY)
    meddle(
        nornir,
        GATEWAY,
        config("interface gate", "description mine now"),
        "ip address add 192.0.2.77/24 dev gate",
        "ip link set dev gate mtu 1400",
        "nft insert rule inet citynet-gateway leaving accept",
        "echo 0 >/proc/sys/net/ipv6/conf/gate/disable_ipv6",
    )
    done = command("--diff", "--limit", GATEWAY)
    assert done.returncode == 0, done.stdout
    for line in (
        "- description mine now",
        "-address 192.0.2.77/24 dev gate",
        "-link gate mtu 1400",
        "-   accept",
        "-sysctl net.ipv6.conf.gate.disable_ipv6 0",
    ):
        assert line in done.stdout
    assert "changed=1" in done.stdout
    assert without_handles(state(nornir, GATEWAY)) == without_handles(clean)


def without_handles(text: str) -> list[str]:
    return [line for line in text.splitlines() if "ifindex" not in line]


def broken(demo: Prepared, folder: Path, template: str, block: str, line: str) -> Prepared:
    """The city with one more line in one template."""
    platform = demo.house.platforms["frr"]
    assert platform.templates is not None
    templates = copytree(platform.templates, folder / "frr")
    file = templates / template
    start = f"{{% block {block} %}}\n"
    file.write_text(file.read_text().replace(start, f"{start}{line}\n", 1))
    platforms = {**demo.house.platforms, "frr": replace(platform, templates=templates)}
    return replace(demo, house=replace(demo.house, platforms=platforms))


def run(prepared: Prepared, limit: str, folder: Path) -> Report:
    roles = frozenset(role.name for role in prepared.house.roles)
    book = playbook.load(ROOT / "playbooks" / "site.yaml", roles)
    todo = plan(prepared, book, Chosen(limit=limit))
    return engine.deploy(prepared, fleet(prepared), todo, engine.Way(folder))


NO_GROUP = "router bgp {{ vpn.asn }} vrf nowhere\n neighbor 192.0.2.9 peer-group NOBODY\nexit"
NO_ROOM = (
    "link wide type dummy mtu 1500\nlink tight type vlan id 9 parent wide mtu 9000 master trade"
)


@pytest.mark.parametrize(
    ("template", "block", "line", "message"),
    [
        ("underlay.j2", "frr", "bogus line", "Unknown command"),
        ("vpn.j2", "frr", NO_GROUP, "peer-group"),
        ("underlay.j2", "linux", "sysctl net.ipv6.no_such_setting 1", "no setting"),
        ("underlay.j2", "linux", "address 192.0.2.256/24 dev lo", "cannot read"),
        ("underlay.j2", "linux", "link nowhere mtu 1500", "no interface nowhere"),
        ("underlay.j2", "linux", NO_ROOM, "tight"),
        ("gateway.j2", "nft", "table inet citynet-x { chain c { nonsense } }", "Error"),
    ],
)
def test_what_is_refused_changes_nothing_and_says_where_it_came_from(  # noqa: PLR0917
    demo: Prepared,
    nornir: Nornir,
    tmp_path: Path,
    template: str,
    block: str,
    line: str,
    message: str,
) -> None:
    node = GATEWAY if template == "gateway.j2" else NODE
    before = state(nornir, node)
    report = run(broken(demo, tmp_path, template, block, line), node, tmp_path / "runs")
    (result,) = report.results
    said = failures(report.results)
    assert (result.state, result.runs) == (State.FAILED, Runs.OLD), said
    assert message in said
    assert f"templates/frr/{template}:" in said
    assert "nodes.yaml:" in said or "services.yaml:" in said
    assert without_handles(state(nornir, node)) == without_handles(before)


def test_tags_touch_their_roles_only(nornir: Nornir) -> None:
    meddle(
        nornir,
        NODE,
        config("interface lo", "no isis passive"),
        config("ip prefix-list mine seq 5 permit 192.0.2.0/24"),
        "ip link add mine type dummy",
    )
    done = command("--diff", "--limit", NODE, "--tags", "underlay,srv6")
    assert done.returncode == 0, done.stdout
    assert "+ isis passive" in done.stdout
    assert "mine" not in done.stdout
    kept = shell(nornir, NODE).run("vtysh -c 'show running-config'; ip -br link").stdout
    assert "prefix-list mine" in kept
    assert " isis passive" in kept
    assert command("--limit", NODE).returncode == 0
    left = shell(nornir, NODE).run("vtysh -c 'show running-config'; ip -br link").stdout
    assert "prefix-list mine" not in left
    assert "mine " in left  # a dummy that is not ours stays
    meddle(nornir, NODE, "ip link delete dev mine")


def test_a_lock_is_respected_and_ends_with_its_session(demo: Prepared, nornir: Nornir) -> None:
    other = fleet(demo)
    driver(other, NODE).lock("somebody")
    done = command("--limit", NODE)
    assert done.returncode == 1
    assert "locked by somebody since" in done.stdout
    other.close_connections()
    assert command("--limit", NODE).returncode == 0


def test_down_to_nothing_and_back(demo: Prepared, nornir: Nornir) -> None:
    """The circular test: render, apply, remove all, apply; no daemon is restarted."""
    before = shell(nornir, GATEWAY).run("pidof zebra bgpd isisd bfdd mgmtd staticd").stdout
    device = driver(nornir, GATEWAY)
    nothing = Artifact(GATEWAY, "frr", {"frr.conf": "hostname x\n", "linux.state": ""})
    whole = render(demo)[GATEWAY]
    assert not device.stage(whole)
    assert device.stage(nothing).removed > 50
    device.commit(Confirm("circular", 120))
    left = shell(nornir, GATEWAY).run("ip -br link; nft list tables; ip -6 route show table all")
    assert "citynet" not in left.stdout
    assert "unreachable default" not in left.stdout
    device.roll_back("circular")
    assert not device.stage(whole)
    after = shell(nornir, GATEWAY).run("pidof zebra bgpd isisd bfdd mgmtd staticd").stdout
    assert before == after


def test_a_list_that_changes_alone_takes_and_gives_back_a_far_prefix(
    demo: Prepared, nornir: Nornir
) -> None:
    """The far gateway says nothing meanwhile: what it has announced before is judged again."""
    device, whole = driver(nornir, GATEWAY), render(demo)[GATEWAY]
    text = whole.files["frr.conf"]
    permit = re.search(r"ipv6 prefix-list (\S+)-in seq \d+ permit (\S+)", text)
    vrf = re.search(r"router bgp \d+ vrf (\S+)", text)
    assert permit
    assert vrf
    line, prefix = permit[0], permit[2]
    changed = text.replace(line, line.replace(prefix, "fc77::/64"))
    other = Artifact(GATEWAY, "frr", {**whole.files, "frr.conf": changed})

    def has() -> bool:
        found = shell(nornir, GATEWAY).run(f"ip -6 route show vrf {vrf[1]} {prefix}")
        return "proto bgp" in found.stdout

    assert until(has, 30)
    assert device.stage(other)
    device.commit(Confirm("list", seconds(300)))
    assert until(lambda: not has(), 60)
    device.roll_back("list")
    assert until(has, 60)


def test_a_driver_refuses_what_it_cannot_do(demo: Prepared, nornir: Nornir) -> None:
    device = driver(nornir, NODE)
    with pytest.raises(Refused, match="eth0 is the management interface"):
        _validate(device, Artifact(NODE, "frr", {"linux.state": "link eth0 mtu 1400\n"}))


def _validate(device: Driver, artifact: Artifact) -> None:
    device.stage(artifact, additive=True)
    device.validate()


def test_the_script_of_the_documentation() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "nornir_script.py"), str(DEMO)],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds(120),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("BGP router identifier") == 4
