"""One change of many real routers: all of them have it in the end, or none."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from shutil import copytree

import pytest
from nornir.core import Nornir

from citynet import xdg
from citynet.deploy import engine, playbook
from citynet.deploy.report import Report, State, failures
from citynet.deploy.work import Chosen, plan
from citynet.fleet.runner import fleet
from citynet.fleet.shell import Shell
from citynet.lab import api as labs
from citynet.pipeline import Prepared, prepare
from citynet.transaction.ending import Terms
from citynet.transaction.fleet import Health as HealthOf
from citynet.transaction.fleet import Reached
from citynet.transaction.journal import read, runs
from citynet.transaction.words import Committed, Decided, Outcome, Record, Runs
from citynet.verify.health import Demand, Health, session_checks
from citynet.verify.lab import network_of
from tests.cities import DEMO, ROOT
from tests.lab_e2e.test_deploy import broken, command
from tests.processes import started
from tests.speed import seconds

pytestmark = pytest.mark.lab

RING = ("gov-core1", "gov-core2", "gov-agg1", "gov-agg2")
METRIC = 77
COMMAND = "import sys; from citynet.cli.main import run; sys.exit(run(sys.argv[1:]))"
TIMER = 25
OLD, NEW = "old", "new"
EDGE = "gov-acc1"
IF_ONE = "{% if device.name == 'gov-agg2' %}"


@dataclass
class City:
    """The demo city, a folder in which its ring has another metric, and its routers."""

    prepared: Prepared
    changed: Path
    nornir: Nornir

    def shell(self, node: str) -> Shell:
        host = self.nornir.inventory.hosts[node]
        made: Shell = host.get_connection("citynet_shell", self.nornir.config)
        return made

    def metrics(self) -> dict[str, str]:
        """Which metric each router of the ring has on its two spans, asking isisd."""
        found = {}
        for node in RING:
            text = self.shell(node).run("vtysh -c 'show isis interface detail'").stdout
            spans = text.count(f"Metric: {METRIC},")
            found[node] = {0: OLD, 2: NEW}.get(spans, f"{spans} of 2 spans")
        return found

    def running(self, node: str) -> str:
        everything = "vtysh -c 'show running-config'; nft list ruleset; ip addr"
        return self.shell(node).run(everything).stdout


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    if labs.find("demo") is None:
        pytest.fail("the lab of demo is not up: citynet lab up -i inventory/demo")
    folder = copytree(DEMO, tmp_path_factory.mktemp("changed") / "demo")
    nodes = folder / "nodes.yaml"
    text = nodes.read_text()
    assert "label: 政务环\n" in text
    nodes.write_text(text.replace("label: 政务环\n", f"label: 政务环\n    metric: {METRIC}\n"))
    prepared = prepare(DEMO)
    nornir = fleet(prepared)
    yield City(prepared, folder, nornir)
    nornir.close_connections()
    assert_as_ever()


@pytest.fixture(autouse=True)
def as_ever(city: City) -> None:
    """Before each test the ring is as its inventory says; an unfinished run would be refused."""
    if set(city.metrics().values()) != {OLD}:
        assert_as_ever("--limit", ",".join(RING))
        assert set(city.metrics().values()) == {OLD}


def assert_as_ever(*options: str) -> None:
    done = command(*options)
    assert done.returncode == 0, done.stdout + done.stderr


def changing(city: City, *options: str) -> list[str]:
    """The command line that changes the ring, or finishes a run that was to do so."""
    argv = [sys.executable, "-c", COMMAND, "deploy", "-i", str(city.changed), *options]
    again = {"--resume", "--abort"} & set(options)
    return argv if again else [*argv, "--limit", ",".join(RING)]


def deployed(city: City, *options: str) -> "subprocess.CompletedProcess[str]":
    argv = changing(city, *options)
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=seconds(600))


def killed_at(city: City, kind: type[Record], *options: str) -> str:
    """Deploy the change, and kill citynet as soon as a record of this kind is on disk."""
    folder = xdg.state(os.environ) / "labs" / "demo" / "runs"
    before = set(runs(folder))
    with subprocess.Popen(
        changing(city, *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + seconds(300)
        while True:
            for new in set(runs(folder)) - before:
                if any(isinstance(each, kind) for each in read(new)):
                    process.kill()
                    return new.stem
            assert process.poll() is None, f"it ended before it wrote {kind.__name__}"
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_all_of_them_or_none(city: City) -> None:
    done = deployed(city)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("changed=1") == len(RING)
    assert set(city.metrics().values()) == {NEW}


def test_killed_before_the_decision_it_is_taken_back(city: City) -> None:
    run = killed_at(city, Committed)
    refused = deployed(city)
    assert refused.returncode == 1
    assert f"--resume {run}" in refused.stderr
    done = deployed(city, "--abort", run)
    assert f"run {run}: every device has its old configuration" in done.stdout
    assert done.stdout.count("back=1") == len(RING), done.stdout
    assert set(city.metrics().values()) == {OLD}
    again = deployed(city, "--resume", run)
    assert again.returncode == 1
    assert "is over" in again.stderr


def test_killed_and_left_alone_every_device_goes_back_by_itself(city: City) -> None:
    timer = round(seconds(TIMER))
    run = killed_at(city, Committed, "--confirm-within", str(timer), "--health-wait", "5")
    deadline = time.monotonic() + 3 * timer + seconds(60)
    while set(city.metrics().values()) != {OLD}:
        assert time.monotonic() < deadline, city.metrics()
        time.sleep(1)
    done = deployed(city, "--resume", run)
    assert "every device has its old configuration" in done.stdout


def test_killed_after_the_decision_it_is_finished(city: City) -> None:
    run = killed_at(city, Decided)
    refused = deployed(city, "--abort", run)
    assert refused.returncode == 1
    assert "was decided: its change is kept" in refused.stderr
    done = deployed(city, "--resume", run)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(city.metrics().values()) == {NEW}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_person_who_stops_it_has_all_as_it_was(number: signal.Signals, city: City) -> None:
    """Ctrl-C; and a terminal that is gone, with whatever is still written to it."""
    with started(changing(city)) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("commit:"):
                process.send_signal(number)
                break
        if number is signal.SIGHUP:
            process.stderr.close()
        out, _ = process.communicate(timeout=seconds(300))
    assert process.returncode == 1
    assert f"stopped by {number.name}" in out
    assert "every device has its old configuration" in out
    assert set(city.metrics().values()) == {OLD}


def run(
    city: City,
    tmp_path: Path,
    template: str,
    block: str,
    line: str,
    *,
    measured: HealthOf | None = None,
) -> Report:
    """Deploy the city with one more line in a template, to the ring and a router at its edge."""
    prepared = broken(city.prepared, tmp_path, template, block, line)
    roles = frozenset(role.name for role in prepared.house.roles)
    book = playbook.load(ROOT / "playbooks" / "site.yaml", roles)
    todo = plan(prepared, book, Chosen(limit=",".join((*RING, EDGE))))
    lab = labs.find("demo")
    assert lab is not None
    checks = session_checks(prepared, (*RING, EDGE))
    reached = partial(network_of, prepared, lab)
    health: HealthOf = measured or Health(
        prepared, reached, checks, Demand.NO_WORSE, seconds(15.0), print, 5.0
    )
    timer = seconds(TIMER)
    terms = Terms(within=timer, doubt=timer, patience=3 * timer)
    way = engine.Way(tmp_path, terms=terms, health=health)
    return engine.deploy(prepared, fleet(prepared), todo, way)


def test_one_that_refuses_in_its_commit_takes_the_others_back(city: City, tmp_path: Path) -> None:
    wide = "link wide type dummy mtu 1500\n"
    tight = f"{IF_ONE}link tight type vlan id 9 parent wide mtu 9000\n{{% endif %}}"
    report = run(city, tmp_path, "underlay.j2", "linux", wide + tight)
    assert report.outcome is Outcome.BACK, report
    assert {each.runs for each in report.results} == {Runs.OLD}
    states = {each.device: each.state for each in report.results}
    assert states["gov-agg2"] is State.FAILED
    assert states["gov-core1"] is State.BACK
    assert "templates/frr/underlay.j2" in failures(report.results)
    for node in RING:
        assert "wide" not in city.running(node)


def test_a_change_that_cuts_citynet_off_does_not_stay(city: City, tmp_path: Path) -> None:
    """Nobody can tell that router to go back any more; its own timer does."""
    moat = (
        "table inet citynet-moat {\nchain input { type filter hook input priority 0;"
        " iifname eth0 tcp dport 22 ct state new drop; }\n}"
    )
    report = run(city, tmp_path, "access.j2", "nft", moat)
    assert report.outcome is Outcome.BACK, report
    assert report.reason == f"{EDGE} lost (reach)"
    assert {each.device for each in report.results if each.runs is Runs.OLD} == {EDGE}
    assert "moat" not in city.running(EDGE)


def test_a_change_that_costs_a_session_does_not_stay(city: City, tmp_path: Path) -> None:
    mute = (
        "table inet citynet-mute {\nchain output { type filter hook output priority 0;"
        " meta l4proto udp udp dport 3784 drop; }\n}"
    )
    report = run(city, tmp_path, "access.j2", "nft", mute)
    assert report.outcome is Outcome.BACK, report
    assert "not healthy: underlay/" in report.reason
    assert {each.device for each in report.results if each.runs is Runs.OLD} == {EDGE}
    assert "mute" not in city.running(EDGE)


STALE = "bgp graceful-restart stalepath-time 311"


@dataclass
class BgpdDies(Reached):
    """While health is measured a router's bgpd dies; watchfrr starts it with what is saved."""

    shell: Shell
    seen: list[bool] = field(default_factory=list)

    def _running(self) -> str:
        return self.shell.run("vtysh -c 'show running-config'").stdout

    def after(self) -> Sequence[str]:
        self.seen.append(STALE in self._running())
        killed = self.shell.run("pkill -9 -x bgpd")
        assert killed.status == 0
        deadline = time.monotonic() + seconds(90)
        while "router bgp" not in self._running():
            assert time.monotonic() < deadline
            time.sleep(1)
        self.seen.append(STALE in self._running())
        return ()


def test_a_daemon_that_restarts_with_what_is_saved_takes_all_back(
    city: City, tmp_path: Path
) -> None:
    line = f"router bgp {{{{ vpn.asn }}}}\n {STALE}\nexit"
    dies = BgpdDies(city.shell(EDGE))
    report = run(city, tmp_path, "vpn.j2", "frr", line, measured=dies)
    assert dies.seen == [True, False]
    assert report.outcome is Outcome.BACK, report
    assert report.reason.startswith(f"{EDGE} runs something else than what it committed: ")
    assert STALE in report.reason
    for node in (*RING, EDGE):
        assert STALE not in city.running(node)
