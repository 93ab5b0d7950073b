"""The script that a router boots with, run by a real shell with the kernel's files in a folder."""

import subprocess
from pathlib import Path

import pytest

from plugins.frr.saved import CLOSED, boot
from tests.root import SUDO

STATE = """
sysctl net.ipv4.ip_forward 1
sysctl net.ipv6.conf.all.forwarding 1
sysctl net.vrf.strict_mode 1
link port mtu 9000
sysctl net.ipv6.conf.port.seg6_enabled 0
sysctl net.ipv6.conf.port.forwarding 1
"""
POLICY = 'table inet citynet-access {\n  # it\'s "quoted"\n}\n'
KEYS: tuple[str, ...] = (
    "net/ipv4/ip_forward",
    "net/ipv6/conf/all/forwarding",
    "net/vrf/strict_mode",
)
KEYS += ("net/ipv6/conf/port/seg6_enabled", "net/ipv6/conf/port/forwarding")


class Booted:
    """What came of it: the status, and the kernel's settings, which all were `before`."""

    def __init__(self, folder: Path, script: str, before: str = "1", **fails: bool) -> None:
        self.sys = folder / "sys"
        for key in KEYS:
            (self.sys / key).parent.mkdir(parents=True, exist_ok=True)
            (self.sys / key).write_text(before)
        for name in ("nft", "ip"):
            stub = f"#!/bin/sh\ncat >{folder}/{name}.said\nexit {int(fails.get(name, False))}\n"
            (folder / name).write_text(stub)
            (folder / name).chmod(0o755)
        text = script.replace("/proc/sys/", f"{self.sys}/")
        self.status = subprocess.run(
            ["/bin/sh", "-c", text], env={"PATH": f"{folder}:/usr/bin:/bin"}, check=False
        ).returncode
        self.said = {name: _text(folder / f"{name}.said") for name in ("nft", "ip")}

    def value(self, key: str) -> str:
        return (self.sys / key).read_text().strip()


def _text(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def test_a_router_forwards_with_its_policy(tmp_path: Path) -> None:
    done = Booted(tmp_path, boot(STATE, POLICY), before="0")
    assert done.status == 0
    assert done.said["nft"] == POLICY
    assert "link set dev port" in done.said["ip"]
    assert [done.value(key) for key in KEYS] == ["1", "1", "1", "0", "1"]


@pytest.mark.parametrize("before", ["0", "1"])
def test_a_router_that_does_not_take_its_policy_does_not_forward(
    before: str, tmp_path: Path
) -> None:
    """Whatever was so before, and by no interface of its own either."""
    done = Booted(tmp_path, boot(STATE, POLICY), before=before, nft=True)
    assert done.status == CLOSED
    assert [done.value(key) for key in KEYS[:3]] == ["0", "0", "1"]
    assert done.value(KEYS[4]) == before, "all/forwarding sets it in the kernel, nothing here does"
    assert done.value(KEYS[3]) == "0"
    assert "link set dev port" in done.said["ip"], "management and the rest come up"


@pytest.mark.parametrize(
    ("word", "status", "forwards"), [("accept", 0, "1"), ("no-word-of-nft", CLOSED, "0")]
)
def test_in_a_kernel(word: str, status: int, forwards: str, tmp_path: Path) -> None:
    """In a namespace of its own, where forwarding was on before, for each interface too."""
    policy = f"table inet citynet-x {{\n  chain c {{\n    {word}\n  }}\n}}\n"
    file = tmp_path / "boot"
    file.write_text(boot(STATE.replace("sysctl net.vrf.strict_mode 1\n", ""), policy))
    paths = [f"/proc/sys/net/ipv{each}" for each in ("4/ip_forward", "6/conf/all/forwarding")]
    paths += [f"/proc/sys/net/ipv{each}/conf/port/forwarding" for each in (4, 6)]
    before = "ip link add port type veth peer name other; for each; do echo 1 >$each; done"
    after = f"{before}; sh {file} 2>/dev/null; echo $?; cat $*"
    done = subprocess.run(
        [*SUDO, "unshare", "-n", "sh", "-c", after, "sh", *paths],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(status), *[forwards] * 4]


def test_what_else_fails_is_passed_over_and_said(tmp_path: Path) -> None:
    done = Booted(tmp_path, boot(STATE, POLICY), ip=True)
    assert done.status == 1
    assert [done.value(key) for key in KEYS] == ["1", "1", "1", "0", "1"]


def test_a_setting_that_the_kernel_lacks_is_passed_over_and_said(tmp_path: Path) -> None:
    state = STATE.replace("sysctl net.vrf", "sysctl net.nothing.of.it 1\nsysctl net.vrf")
    done = Booted(tmp_path, boot(state, POLICY), before="0")
    assert done.status == 1
    assert [done.value(key) for key in KEYS] == ["1", "1", "1", "0", "1"]


def test_a_router_without_a_policy_needs_none(tmp_path: Path) -> None:
    done = Booted(tmp_path, boot(STATE, ""), before="0", nft=True)
    assert (done.status, done.said["nft"]) == (0, "")
    assert done.value("net/ipv4/ip_forward") == "1"


def test_a_value_is_a_word_and_no_command(tmp_path: Path) -> None:
    """It is the device's own file, and is run as root."""
    done = Booted(tmp_path, boot("sysctl net.vrf.strict_mode 1';touch\tmark;'\n", ""))
    assert done.status == 0
    assert done.value("net/vrf/strict_mode") == "1';touch mark;'"
    assert not Path("mark").exists()
