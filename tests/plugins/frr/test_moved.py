"""Between a commit and its confirmation: what others change, and what a daemon's restart undoes."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from citynet.deploy.driver import Confirm, DeviceError, MovedError
from citynet.fleet.shell import Output
from plugins.frr import script
from plugins.frr.config import Script
from plugins.frr.driver import FrrDriver
from plugins.frr.moved import boots, of_what_runs
from tests.plugins.frr.test_frr_driver import Device, Router, artifact, reading

ACTS: dict[str, Callable[[FrrDriver, str], None]] = {
    "extend": lambda driver, mark: driver.extend(Confirm("run-1", 40), mark),
    "confirm": lambda driver, mark: driver.confirm("run-1", mark),
}


def committed(device: Device) -> tuple[FrrDriver, Router, str]:
    """A driver whose commit waits, its router, and the fingerprint that it gave."""
    router = Router(device)
    driver = FrrDriver(router)
    driver.stage(artifact("gov-acc1"))
    driver.commit(Confirm("run-1", 30))
    return driver, router, driver.fingerprint(last=True)


def read_from(router: Router, device: Device, change: Callable[[str], str]) -> None:
    """From now on the router says `change` of what it said."""
    router.fake.answer = lambda sent: change(device(sent))


def without_bgp(text: str) -> str:
    """What a router runs whose bgpd started again with a file that has nothing of BGP."""
    before, heading, after = text.partition("\n@@citynet frr")
    kept = re.sub(r"^router bgp 64768\n.*?^exit\n", "", before, flags=re.MULTILINE | re.DOTALL)
    return kept + heading + after


def same(text: str) -> str:
    return text


@pytest.mark.parametrize("act", ["extend", "confirm"])
def test_a_daemon_that_lost_its_configuration_is_seen(act: str) -> None:
    device = Device("gov-acc1")
    driver, router, mark = committed(device)
    read_from(router, device, without_bgp)
    assert without_bgp(reading("gov-acc1")) != reading("gov-acc1")
    with pytest.raises(MovedError, match=r"-router bgp 64768"):
        ACTS[act](driver, mark)
    assert device.commands[-1].startswith(act)  # it is asked first, and answers in time


@pytest.mark.parametrize(
    ("what", "with_what"),
    [
        ("timers 10 30", "timers 11 33"),
        ('"mtu":9000', '"mtu":8000'),
        ('"prefixlen":128', '"prefixlen":127'),
    ],
)
def test_what_another_changes_is_seen(what: str, with_what: str) -> None:
    device = Device("gov-acc1")
    driver, router, mark = committed(device)
    assert what in reading("gov-acc1")
    read_from(router, device, lambda text: text.replace(what, with_what))
    with pytest.raises(MovedError, match="r runs something else than what it committed: "):
        driver.extend(Confirm("run-1", 40), mark)


def with_a_link(text: str) -> str:
    """A router on which a container was started meanwhile."""
    link = (
        '{"ifindex":77,"ifname":"veth77","flags":["BROADCAST","UP"],"mtu":1500,"operstate":"UP",'
        '"link_type":"ether","addr_info":[],"linkinfo":{"info_kind":"veth"}}'
    )
    return re.sub(r"^\[\{", f"[{link},{{", text, count=1, flags=re.MULTILINE)


@pytest.mark.parametrize("change", [same, with_a_link])
def test_what_is_as_committed_is_kept(change: Callable[[str], str]) -> None:
    device = Device("gov-acc1")
    driver, router, mark = committed(device)
    read_from(router, device, change)
    driver.extend(Confirm("run-1", 40), mark)
    driver.confirm("run-1", mark)
    assert device.commands[-2:] == ["extend run-1 40", "confirm run-1"]
    if change is with_a_link:
        assert "veth77" in change(reading("gov-acc1"))


def test_another_session_compares_by_the_fingerprint() -> None:
    device = Device("gov-acc1")
    _, _, mark = committed(device)
    other = Router(device)
    FrrDriver(other).confirm("run-1", mark)
    read_from(other, device, without_bgp)
    with pytest.raises(MovedError, match=r"committed$"):
        FrrDriver(other).confirm("run-1", mark)


def booting(text: str, what: str, with_what: str) -> str:
    """Another text in the files for the next start, and the same runs."""
    before, heading, after = text.partition("\n@@citynet saved")
    runs, last, saved = before.rpartition("\n@@citynet ")
    return runs + last + saved.replace(what, with_what) + heading + after


def mark(said: str) -> str:
    """The fingerprint of a router that says this."""
    return FrrDriver(Router(lambda _: said)).fingerprint()


def test_what_boots_is_part_of_the_fingerprint() -> None:
    read = reading("gov-acc1")
    other = booting(read, "timers 10 30", "timers 11 33")
    assert other != read
    one, two = mark(read), mark(other)
    assert one != two
    assert of_what_runs(one) == of_what_runs(two)
    commented = booting(read, "router bgp 64768\n", "! by hand\nrouter bgp 64768\n")
    assert commented != read
    assert mark(commented) == one


def test_a_confirmation_that_does_not_boot_is_seen() -> None:
    device = Device("gov-acc1")
    driver, router, mark = committed(device)
    read_from(router, device, lambda text: booting(text, "timers 10 30", "timers 11 33"))
    driver.extend(Confirm("run-1", 40), mark)  # it is what boots until it is confirmed
    with pytest.raises(MovedError, match="is to boot something else than what it committed"):
        driver.confirm("run-1", mark)


def test_an_empty_file_boots_the_same_as_none() -> None:
    assert boots({}) == boots({script.FRR_CONF: "!\nend\n", script.SAVED_BEFORE: "\n"})
    assert boots({}) != boots({script.SAVED_BEFORE: "net.ipv4.ip_forward 1\n"})


def shell(command: str, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", command],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", **environment},
    )


def test_no_part_of_a_script_that_was_cut_off_is_run(tmp_path: Path) -> None:
    text = script.whole(f"touch {tmp_path}/begun\necho done; (exit 3)")
    for length in range(len(text) - 1):
        if length % 7 == 0 or length > len(text) - 5:
            cut = shell(script.RUN, text[:length])
            assert (cut.returncode, cut.stdout) == (script.CUT, "")
            assert not list(tmp_path.iterdir())
    done = shell(script.RUN, text)
    assert (done.returncode, done.stdout) == (3, "done\n")
    assert list(tmp_path.iterdir())


def test_a_script_that_did_not_arrive_is_the_devices_error() -> None:
    router = Router(lambda _: "")
    router.fake.run = lambda *_, **__: Output("", "", script.CUT)  # type: ignore[method-assign]
    with pytest.raises(DeviceError, match="did not arrive whole; nothing of it was run"):
        FrrDriver(router).read()


def test_vtysh_is_given_no_file_that_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vtysh = tmp_path / "vtysh"
    vtysh.write_text(f'#!/bin/sh\ncp "$2" {tmp_path}/given\n')
    vtysh.chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    lines = Script(("router bgp 1", "exit"), (None, None))
    monkeypatch.setattr(script, "COMMANDS", "/dev/full")
    monkeypatch.setattr(script, "SPARE", str(tmp_path / "none"))
    done = shell("failed=\n" + script.vtysh("round0", lines), "", PATH=path)
    assert "there is no room" in done.stdout
    assert f"@@citynet round0 {script.UNWRITTEN}" in done.stdout
    assert not (tmp_path / "given").exists()
    spare = tmp_path / "spare"
    spare.mkdir()
    monkeypatch.setattr(script, "SPARE", str(spare))
    done = shell("failed=\n" + script.vtysh("round0", lines), "", PATH=path)
    assert "@@citynet round0 0" in done.stdout
    assert (tmp_path / "given").read_text() == "router bgp 1\nexit\n"
    assert not list(spare.iterdir())


def test_the_guards_answers_are_not_changed_by_the_comparison() -> None:
    said = json.dumps({"ok": False, "kind": "failed", "message": "it is going back"})
    device = Device("gov-acc1", extend=said)
    driver, _, mark = committed(device)
    with pytest.raises(DeviceError, match="it is going back") as caught:
        driver.extend(Confirm("run-1", 40), mark)
    assert not isinstance(caught.value, MovedError)
