"""What FRR cannot change alive: which daemon starts again, what it is given, and how."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plugins.frr import alive, change, config
from plugins.frr.again import again, process_of
from plugins.frr.driver import FrrDriver
from plugins.frr.state import goal, running
from tests.plugins.frr.test_frr_driver import Router, artifact, reading


def of_another_as(node: str) -> str:
    """The configuration of a router whose domain has another AS number."""
    frr = artifact(node).files["frr.conf"]
    first = next(line for line in frr.splitlines() if line.startswith("router bgp "))
    number = first.split()[2]
    return frr.replace(f"router bgp {number}", "router bgp 64999").replace(
        f"remote-as {number}", "remote-as 64999"
    )


def commands(node: str, text: str) -> tuple[str, ...]:
    wanted = goal(artifact(node, **{"frr.conf": text}))
    now = running("r", reading(node), wanted)
    return change.commands(wanted, now, change.present(wanted, now), 0).lines


@pytest.mark.parametrize("node", ["gov-gw1", "gov-acc1"])
def test_another_as_number_never_removes_the_instance(node: str) -> None:
    """bgpd 10.7.1 keeps it hidden, and crashes at the first `show running-config` after."""
    sent = commands(node, of_another_as(node))
    assert not [line for line in sent if "no router bgp" in line or "no neighbor" in line]
    wanted = of_another_as(node).splitlines()
    bgp = {line for line in wanted if line.startswith(("router bgp", "ip prefix", "ipv6 prefix"))}
    assert bgp <= set(sent)
    assert not [line for line in sent if line.startswith(("router isis", "segment-routing", "bfd"))]


def test_the_daemon_starts_again_before_it_is_given_anything_and_it_is_announced() -> None:
    device = Recorded()
    driver = FrrDriver(Router(device))
    changed = driver.stage(artifact("gov-acc1", **{"frr.conf": of_another_as("gov-acc1")}))
    (note,) = changed.notes
    assert note.startswith("bgpd is started again: the AS number changes")
    wanted = goal(artifact("gov-acc1", **{"frr.conf": of_another_as("gov-acc1")}))
    seen: list[str] = []

    def run(text: str) -> str:
        seen.append(text)
        return reading("gov-acc1") + "no module\n\n@@citynet again-bgpd 1\n"

    now = running("r", reading("gov-acc1"), wanted)
    outcome = change.carry_out(
        change.Device(run, lambda text: running("r", text, wanted), ""), wanted, now
    )
    assert 0 < seen[0].index("@@citynet again-bgpd") < seen[0].index("@@citynet round0")
    assert [each.message for each in outcome.refusals] == ["no module"]


class Recorded:
    """Answers every script with the recorded router."""

    def __call__(self, text: str) -> str:
        return reading("gov-acc1")


@pytest.mark.parametrize(
    "edit",
    [("timers 10 30", "timers 20 60"), ("is-type level-2-only", "is-type level-1-2")],
)
def test_what_can_be_changed_alive_is(edit: tuple[str, str]) -> None:
    frr = artifact("gov-acc1").files["frr.conf"].replace(*edit)
    change_ = FrrDriver(Router(Recorded())).stage(artifact("gov-acc1", **{"frr.conf": frr}))
    assert change_
    assert change_.notes == ()


def test_an_instance_that_was_only_emptied_is_still_in_the_way() -> None:
    """What `--clear` leaves: FRR keeps the default instance, hidden or not."""
    old, new = config.parse("router bgp 1\nexit\n"), config.parse("router bgp 2\n no x\nexit\n")
    assert [each.daemon for each in alive.lost(new, old)] == ["bgpd"]
    assert alive.lost(new, config.parse("")) == ()
    assert alive.lost(config.parse("router isis a\nexit\n"), old) == ()


DAEMON = """
import os, signal, socket, sys, time
run, how = sys.argv[1:3]
if os.path.exists(run + "/broken"):
    sys.exit(3)
if os.fork():
    time.sleep(0.3)
    os._exit(0)
if how == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
path = run + "/bgpd.vty"
if os.path.exists(path):
    os.unlink(path)
door = socket.socket(socket.AF_UNIX)
door.bind(path)
door.listen()
open(run + "/bgpd.pid", "w").write(str(os.getpid()))
open(run + "/handles", "w").write(" ".join(os.listdir("/proc/self/fd")))
time.sleep(60)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], int]]:
    """Starts a daemon of FRR's kind, with a pid file and a door."""

    def one(how: str) -> int:
        words = [sys.executable, "-c", DAEMON, str(tmp_path), how]
        subprocess.run(words, check=True, timeout=30)
        return process_of("bgpd", tmp_path)

    yield one
    last = process_of("bgpd", tmp_path)
    if last:
        os.kill(last, signal.SIGKILL)


def state_of(process: int) -> str:
    stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    return stat.rpartition(")")[2].split()[0]


@pytest.mark.parametrize("how", ["mild", "deaf"])
def test_a_daemon_is_started_with_its_own_words_and_nothing_of_ours(
    start: Callable[[str], int], tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugins.frr.again.PATIENCE", 2.0)
    first = start(how)
    held = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(held, True)  # noqa: FBT003
    assert again("bgpd", tmp_path) == ""
    os.close(held)
    second = process_of("bgpd", tmp_path)
    assert second not in (0, first)
    words = Path(f"/proc/{second}/cmdline").read_bytes().split(b"\0")
    assert words[3:5] == [str(tmp_path).encode(), how.encode()]
    assert str(held) not in (tmp_path / "handles").read_text().split()


def test_its_keeper_sees_nothing_of_it_and_goes_on(
    start: Callable[[str], int], tmp_path: Path
) -> None:
    start("mild")
    with subprocess.Popen(["/bin/sleep", "60"]) as keeper:
        (tmp_path / "watchfrr.pid").write_text(str(keeper.pid))
        watched = subprocess.Popen(
            [sys.executable, "-c", WATCH, str(keeper.pid)], stdout=subprocess.PIPE, text=True
        )
        time.sleep(0.5)
        assert again("bgpd", tmp_path) == ""
        assert state_of(keeper.pid) != "T"
        keeper.kill()
        said, _ = watched.communicate(timeout=30)
    assert "T" in said


WATCH = """
import sys, time
end = time.time() + 5
while time.time() < end:
    try:
        text = open(f"/proc/{sys.argv[1]}/stat").read().rpartition(")")[2].split()[0]
    except OSError:
        break
    print(text, flush=True)
    if text == "Z":
        break
    time.sleep(0.01)
"""


def test_a_daemon_that_does_not_start_is_said_to(
    start: Callable[[str], int], tmp_path: Path
) -> None:
    assert again("bgpd", tmp_path) == "bgpd does not run"
    start("mild")
    (tmp_path / "broken").touch()
    assert again("bgpd", tmp_path) == "bgpd does not start again: status 3"
