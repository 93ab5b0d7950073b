"""The driver on recorded routers: what it reads, sends, and says."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from citynet.cli.deploy import deploy
from citynet.deploy.driver import Confirm, DeviceError, NotPendingError, Refused
from citynet.fleet.shell import Held, Output
from citynet.render.artifact import Artifact
from plugins.frr import config, room, script
from plugins.frr.driver import FrrDriver
from plugins.frr.lock import LONGEST

DATA = Path(__file__).parent / "data"
Answer = Callable[[str], str]


class FakeShell:
    """Answers scripts, and remembers them."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.sent: list[str] = []
        self.commands: list[str] = []
        self.closed = False
        self.held = 0
        self.lost = False

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        self.sent.append(stdin or command)
        self.commands.append(command)
        return Output(self.answer(stdin or command), "", 0)

    def hold(self, command: str, *, until: str, timeout: float = 30.0) -> Held | Output:
        self.sent.append(command)
        if self.answer("lock"):
            return Output(self.answer("lock"), "", 75)
        self.held += 1
        return Held("", lambda: None, lambda: self.lost)

    def close(self) -> None:
        self.closed = True


class Router:
    """A target with a shell that does not reach anything."""

    def __init__(self, answer: Answer) -> None:
        self.name = "r"
        self.fake = FakeShell(answer)

    def shell(self) -> FakeShell:
        return self.fake


def artifact(node: str, **changed: str) -> Artifact:
    files = {
        name: file.read_text()
        for name in ("frr.conf", "linux.state", "nftables.nft")
        if (file := DATA / f"{node}.{name}").exists()
    }
    return Artifact("r", "frr", files | changed)


def reading(node: str) -> str:
    return (DATA / f"{node}.reading").read_text()


@pytest.mark.parametrize("node", ["gov-gw1", "gov-acc1"])
def test_a_deployed_router_has_no_difference(node: str) -> None:
    router = Router(lambda _: reading(node))
    change = FrrDriver(router).stage(artifact(node))
    assert not change
    assert change.diff == ""
    assert len(router.fake.sent) == 1


def test_a_difference_is_shown_by_file() -> None:
    wanted = artifact("gov-acc1")
    frr = wanted.files["frr.conf"].replace("exit\n", " isis hello-multiplier level-2 5\nexit\n", 1)
    state = wanted.files["linux.state"].replace("mtu 9000", "mtu 8000", 1)
    changed = artifact("gov-acc1", **{"frr.conf": frr, "linux.state": state})
    change = FrrDriver(Router(lambda _: reading("gov-acc1"))).stage(changed)
    assert set(change.files) == {"frr.conf", "linux.state"}
    assert (change.added, change.removed) == (2, 1)
    assert "+ isis hello-multiplier level-2 5" in change.diff


def test_a_policy_is_compared_in_the_kernels_words() -> None:
    read = reading("gov-gw1").replace("dport 5000", "dport 5001", 2)
    change = FrrDriver(Router(lambda _: read)).stage(artifact("gov-gw1"))
    assert set(change.files) == {"nftables.nft"}
    assert change.removed == change.added == 2


def test_ports_that_are_not_there_are_refused_before_anything() -> None:
    router = Router(lambda _: reading("gov-acc1"))
    driver = FrrDriver(router)
    state = (
        artifact("gov-acc1").files["linux.state"] + "link nowhere mtu 9000\nlink eth0 mtu 1400\n"
    )
    driver.stage(artifact("gov-acc1", **{"linux.state": state}))
    with pytest.raises(Refused) as caught:
        driver.validate()
    lines = state.splitlines()
    said = {(each.text, lines[(each.line or 0) - 1]) for each in caught.value.refusals}
    assert said == {(line, line) for line in ("link nowhere mtu 9000", "link eth0 mtu 1400")}


def test_vtysh_says_which_line_it_refuses() -> None:
    frr = artifact("gov-acc1").files["frr.conf"] + "interface lo\n isis bogus 3\nexit\n"

    def answer(sent: str) -> str:
        if "vtysh -C" in sent:
            number = sent[sent.index("<<") :].splitlines()[1:].index(" isis bogus 3") + 1
            said = f"line {number}: % Unknown command[21]:  isis bogus 3\n"
            return f"{said * 3}\n@@citynet dry 2\n"
        return reading("gov-acc1")

    driver = FrrDriver(Router(answer))
    driver.stage(artifact("gov-acc1", **{"frr.conf": frr}))
    with pytest.raises(Refused) as caught:
        driver.validate()
    (refusal,) = caught.value.refusals
    assert refusal.file == "frr.conf"
    assert refusal.line == frr.splitlines().index(" isis bogus 3") + 1
    assert refusal.message == "Unknown command:  isis bogus 3"


class Device:
    """A recorded router with the program that keeps commits, whose answers a test chooses."""

    def __init__(self, node: str, **answers: str) -> None:
        self.node = node
        self.answers = answers
        self.commands: list[str] = []

    def __call__(self, sent: str) -> str:
        found = re.search(r"python3 -IS \S+ (\w+)(.*?)( <<|$)", sent, re.MULTILINE)
        if found is None:
            return reading(self.node)
        self.commands.append((found.group(1) + found.group(2)).strip())
        return self.answers.get(found.group(1), '{"ok": true}')


def refused_by(kind: str, message: str) -> str:
    return json.dumps({"ok": False, "kind": kind, "message": message})


def staged(device: Device, old: str = "timers 10 30", new: str = "timers 20 60") -> FrrDriver:
    driver = FrrDriver(Router(device))
    frr = artifact("gov-acc1").files["frr.conf"].replace(old, new)
    driver.stage(artifact("gov-acc1", **{"frr.conf": frr}))
    return driver


def test_what_does_not_take_goes_back_and_is_refused() -> None:
    device = Device("gov-acc1")
    with pytest.raises(Refused) as caught:
        staged(device).commit(Confirm("run-1", 30))
    (refusal,) = caught.value.refusals
    assert "timers 20 60" in refusal.text
    assert device.commands == ["begin", "back run-1 'it was not carried out as wanted'"]


def test_what_takes_waits_with_the_files_for_the_next_boot() -> None:
    device = Device("gov-acc1")
    router = Router(device)
    driver = FrrDriver(router)
    driver.stage(artifact("gov-acc1"))
    driver.commit(Confirm("run-1", 30))
    driver.extend(Confirm("run-1", 40))
    driver.confirm("run-1")
    assert device.commands == ["begin", "ready", "extend run-1 40", "confirm run-1"]
    sent = next(each for each in router.fake.sent if " ready " in each)
    asked = json.loads(sent.splitlines()[2])
    assert (asked["run"], asked["within"]) == ("run-1", 30)
    assert asked["files"]["/etc/frr/frr.conf"]["mode"] == 0o640
    assert {each["mode"] for path, each in asked["files"].items() if "boot" in path} == {0o700}


def test_a_commit_without_a_name_is_confirmed_at_once() -> None:
    device = Device("gov-acc1")
    staged(device, "", "").commit()
    names = [each.partition(" ") for each in device.commands]
    assert [name for name, _, _ in names] == ["begin", "ready", "confirm"]
    assert names[-1][2].startswith("alone-")


ENOUGH = "/var/lib/citynet 900 4096 5000 9999\n/etc/frr 900 4096 0 0"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (ENOUGH, None),
        ("/var/lib/citynet ?", None),
        ("/var/lib/citynet 12 4096 9 9", "/var/lib/citynet has 48 KiB left"),
        (f"{ENOUGH}\n/etc/frr 900 4096 3 9999", "/etc/frr has room for 3 files more"),
        ("/etc/frr 900 4096 5000 9999 sealed", "/etc/frr cannot be written"),
    ],
)
def test_room_is_asked_before_anything_is_committed(said: str, message: str | None) -> None:
    def answers(sent: str) -> str:
        return f"{said}\n\n@@citynet room 0\n" if "stat -f" in sent else reading("gov-acc1")

    router = Router(answers)
    driver = FrrDriver(router)
    frr = artifact("gov-acc1").files["frr.conf"].replace("timers 10 30", "timers 20 60")
    driver.stage(artifact("gov-acc1", **{"frr.conf": frr}))
    if message is None:
        driver.validate()
        return
    with pytest.raises(Refused, match=message):
        driver.validate()
    assert len(router.fake.sent) == 2


def test_room_is_asked_of_folders_as_they_are(tmp_path: Path) -> None:
    """The script is for any POSIX shell; a folder that is not there yet is in the one above."""
    here = room.asking().replace("/var/lib/citynet", str(tmp_path / "not-yet"))
    here = here.replace("/etc/frr", str(tmp_path))
    done = subprocess.run(
        ["/bin/sh", "-c", here], capture_output=True, text=True, check=True, timeout=30
    )
    assert not list(room.lacking(done.stdout, 1))
    assert len(list(room.lacking(done.stdout, 2**62))) == 2


def test_no_room_for_the_way_back_is_refused_before_anything_changes() -> None:
    device = Device("gov-acc1", begin=refused_by("refused", "No space left on device"))
    router = Router(device)
    driver = FrrDriver(router)
    frr = artifact("gov-acc1").files["frr.conf"].replace("timers 10 30", "timers 20 60")
    driver.stage(artifact("gov-acc1", **{"frr.conf": frr}))
    with pytest.raises(Refused, match="No space left on device"):
        driver.commit(Confirm("run-1", 30))
    assert device.commands == ["begin"]
    assert not any("change.lock" in sent for sent in router.fake.sent)


def test_no_room_for_the_next_boot_goes_back() -> None:
    device = Device("gov-acc1", ready=refused_by("refused", "No space left on device"))
    with pytest.raises(Refused, match="No space left on device"):
        staged(device, "", "").commit(Confirm("run-1", 30))
    assert device.commands[-1].startswith("back run-1")


def test_what_changed_since_it_was_compared_is_refused() -> None:
    device = Device("gov-acc1")
    router = Router(device)
    driver = FrrDriver(router)
    driver.stage(artifact("gov-acc1"))
    later = reading("gov-acc1").replace("timers 10 30", "timers 11 33")
    router.fake.answer = lambda _: later
    with pytest.raises(Refused, match=r"something else runs now.*timers 11 33"):
        driver.commit(Confirm("run-1", 30))
    assert device.commands == []


def with_commit(phase: str) -> str:
    """What a router says of itself that has a commit in that phase."""
    files = (
        (f"/var/lib/citynet/{phase}/about.json", '{"run": "night-7"}'),
        (f"/var/lib/citynet/{phase}/deadline.json", '{"at": 142.5}'),
        ("/proc/uptime", "100.25 7.00"),
    )
    listing = "".join(f"\n==> {path} <==\n{text}" for path, text in files)
    return reading("gov-acc1").replace("\n@@citynet saved", f"{listing}\n@@citynet saved")


def test_a_commit_that_waits_refuses_another_saying_which_and_how_long() -> None:
    read = with_commit("commit")
    with pytest.raises(Refused, match="commit night-7 waits for its confirmation, 42 s left"):
        FrrDriver(Router(lambda _: read)).stage(artifact("gov-acc1"))


@pytest.mark.parametrize("command", ["extend", "confirm", "back"])
def test_nothing_waits_under_that_name(command: str) -> None:
    said = refused_by("not-pending", "no commit waits as x: it was rolled back (its time ran out)")
    driver = FrrDriver(Router(Device("gov-acc1", **{command: said})))
    calls: dict[str, Callable[[], None]] = {
        "extend": lambda: driver.extend(Confirm("x", 9)),
        "confirm": lambda: driver.confirm("x"),
        "back": lambda: driver.roll_back("x"),
    }
    with pytest.raises(NotPendingError, match="its time ran out"):
        calls[command]()


def test_a_device_without_python_is_told() -> None:
    driver = FrrDriver(Router(lambda sent: "" if "python3" in sent else reading("gov-acc1")))
    driver.stage(artifact("gov-acc1"))
    with pytest.raises(DeviceError, match="status 0"):
        driver.commit(Confirm("x", 9))


def test_no_configuration_is_in_a_command_line() -> None:
    router = Router(Device("gov-acc1"))
    driver = FrrDriver(router)
    driver.stage(artifact("gov-acc1"))
    driver.commit(Confirm("run-1", 30))
    assert set(router.fake.commands) == {script.RUN}


def test_what_runs_has_one_fingerprint() -> None:
    same = FrrDriver(Router(Device("gov-acc1"))).fingerprint()
    other = reading("gov-acc1").replace("timers 10 30", "timers 11 33")
    assert FrrDriver(Router(Device("gov-acc1"))).fingerprint() == same
    assert FrrDriver(Router(lambda _: other)).fingerprint() != same
    assert FrrDriver(Router(Device("gov-gw1"))).fingerprint() != same


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ("commit", "r: commit night-7 waits for its confirmation, 42 s left"),
        ("reverting", "r: commit night-7 is going back"),
    ],
)
def test_what_may_change_by_itself_has_no_fingerprint(phase: str, said: str) -> None:
    driver = FrrDriver(Router(lambda _: with_commit(phase)))
    with pytest.raises(DeviceError, match=said) as caught:
        driver.fingerprint()
    assert not isinstance(caught.value, NotPendingError)
    assert driver.waiting() == "night-7"


def test_what_was_just_committed_or_is_being_kept_has_a_fingerprint() -> None:
    same = FrrDriver(Router(Device("gov-acc1"))).fingerprint()
    assert FrrDriver(Router(lambda _: with_commit("confirmed"))).fingerprint() == same
    driver = FrrDriver(Router(Device("gov-acc1")))
    driver.stage(artifact("gov-acc1"))
    driver.commit(Confirm("run-1", 30))
    driver._said = with_commit("commit")
    assert driver.fingerprint(last=True) == same


def test_whether_a_commit_waits_is_read_before_what_runs() -> None:
    read = script.reading([], "")
    assert read.index("reverting/about.json") < read.index("show running-config")
    order = [read.index(f"{phase}/about.json") for phase in ("commit", "reverting", "confirmed")]
    assert order == sorted(order)


def test_a_syntax_error_in_the_state_is_refused_with_its_line() -> None:
    with pytest.raises(Refused) as caught:
        FrrDriver(Router(lambda _: "")).stage(artifact("gov-acc1", **{"linux.state": "link\n"}))
    assert caught.value.refusals[0].line == 1


def test_a_router_without_frr_is_an_error_not_a_difference() -> None:
    read = reading("empty").replace("@@citynet frr 0", "@@citynet frr 1")
    with pytest.raises(DeviceError, match="reading frr failed"):
        FrrDriver(Router(lambda _: read)).stage(artifact("gov-acc1"))


def test_a_daemon_that_does_not_run_is_named() -> None:
    read = reading("gov-acc1").replace(" bgpd ", " ", 1)
    driver = FrrDriver(Router(lambda _: read))
    driver.stage(artifact("gov-acc1"))
    with pytest.raises(Refused, match="bgpd does not run"):
        driver.validate()


def test_a_lock_says_who_and_since_when() -> None:
    router = Router(lambda sent: "li on host since 2026-01-01" if sent == "lock" else "")
    with pytest.raises(Refused, match="locked by li on host since 2026-01-01"):
        FrrDriver(router).lock("me")


def test_a_lock_that_has_ended_is_taken_anew_and_nothing_is_committed_without() -> None:
    device = Device("gov-acc1")
    router = Router(lambda sent: "" if sent == "lock" else device(sent))
    driver = FrrDriver(router)
    driver.lock("me")
    driver.lock("me")
    assert router.fake.held == 1
    driver.stage(artifact("gov-acc1"))
    router.fake.lost = True
    with pytest.raises(DeviceError, match="the lock has ended"):
        driver.commit(Confirm("run-1", 30))
    assert device.commands == []
    driver.lock("me")
    assert router.fake.held == 2
    router.fake.lost = False
    driver.commit(Confirm("run-1", 30))
    assert device.commands == ["begin", "ready"]
    begin = next(each for each in router.fake.sent if " begin" in each)
    assert '"held": true' in begin


def test_a_lock_outlives_the_longest_run() -> None:
    longest = next(each for each in deploy.params if each.name == "confirm_within").type
    assert isinstance(longest, click.FloatRange)
    assert longest.max is not None
    assert longest.max < LONGEST


def test_reading_gives_the_artifacts_files() -> None:
    files = FrrDriver(Router(lambda _: reading("gov-gw1"))).read()
    assert set(files) == {"frr.conf", "linux.state", "nftables.nft"}
    assert (
        "link gate.1645 type vlan id 1645 parent gate mtu 1500 master health"
        in files["linux.state"]
    )


def test_closing_ends_the_session() -> None:
    router = Router(lambda _: reading("gov-gw1"))
    driver = FrrDriver(router)
    driver.read()
    driver.close()
    assert router.fake.closed


def test_a_vrf_that_frr_remembers_and_the_kernel_gets_again_is_left_alone() -> None:
    remembered = reading("empty").replace("\nend\n", "\nvrf again\nexit-vrf\n!\nend\n", 1)
    files = {
        "frr.conf": "ip prefix-list x seq 5 permit 192.0.2.0/24\n",
        "linux.state": "link again type vrf table 1001\n",
    }
    router = Router(lambda _: remembered)
    assert ("vrf again",) in config.parse(FrrDriver(router).read()["frr.conf"]).lines
    driver = FrrDriver(router)
    driver.stage(Artifact("r", "frr", files))
    driver.validate()
    assert "ip prefix-list x" in router.fake.sent[-1]
    assert "no vrf again" not in router.fake.sent[-1]  # by then the kernel has it, and FRR refuses
