"""Choosing a host, what a probe says, QEMU's command line, and SSH files."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from citynet.cli.lab import lab as lab_command
from citynet.lab import gobuild, needs, qemu
from citynet.lab.choose import automatic, choose
from citynet.lab.debian import Recipe, parse_versions, vm_hooks
from citynet.lab.errors import BuildError, HostError, LabError
from citynet.lab.host import Completed, Need, NodeAccess, SshJump
from citynet.lab.keys import known_host
from citynet.lab.local import LocalHost
from citynet.lab.paths import paths
from citynet.lab.progress import Silent
from citynet.lab.qemu import Disk, Machine, Toolbox
from citynet.lab.remote import machine
from citynet.lab.ssh_files import config_text
from citynet.lab.topology import Topology
from tests.lab.fakes import FakeHost

ALL = "".join(f"{asked.key}\tyes\tworks\n" for asked in needs.QUESTIONS) + "memory\tyes\t4096\n"


def _probed(text: str, nodes: int = 10) -> list[Need]:
    return needs.probe(FakeHost({"sh -s": Completed(0, text, "")}), nodes)


def test_all_needs_met_means_local() -> None:
    assert automatic(_probed(ALL))[0] == "local"


def test_a_missing_need_means_vm_and_says_which() -> None:
    found = _probed(ALL.replace("vrf\tyes\tworks", "vrf\tno\tUnknown device type."))
    assert automatic(found) == ("vm", "this machine lacks VRF")
    (missing,) = [need for need in found if not need.met]
    assert missing.why == "Unknown device type."
    assert "modprobe vrf" in missing.remedy


def test_too_little_memory() -> None:
    assert automatic(_probed(ALL, nodes=100))[1] == "this machine lacks memory"


def test_unanswered_questions_are_not_met() -> None:
    found = _probed("root\tno\tthe probe runs as alice\n")
    assert not needs.met(found)
    assert {need.why for need in found if need.name == "VRF"} == {"the probe did not get that far"}


def test_a_probe_that_says_nothing_is_a_no() -> None:
    assert not needs.met(needs.probe(FakeHost({"sh -s": Completed(1, "", "sudo: no")})))


def test_unknown_host_kind(topology: Topology) -> None:
    with pytest.raises(LabError, match="expected auto, local, vm or ssh:"):
        choose(topology, "cloud", Silent())


def _machine(*, kvm: bool) -> Machine:
    return Machine(
        name="citynet-tiny-0",
        kernel=Path("/k"),
        initrd=Path("/i"),
        disks=(Disk(Path("/d,1"), "qcow2"), Disk(Path("/s"), "raw")),
        memory=2048,
        cpus=2,
        ssh_port=4022,
        serial=Path("/log"),
        kvm=kvm,
    )


def test_vm_listens_on_loopback_only_and_reaches_nothing() -> None:
    words = qemu.arguments(Toolbox(Path("/t")), _machine(kvm=False))
    networks = [words[n + 1] for n, word in enumerate(words) if word == "-netdev"]
    assert networks == ["user,id=net0,restrict=on,hostfwd=tcp:127.0.0.1:4022-:22"]
    assert not [word for word in words if "vnc" in word]


def test_vm_without_kvm_uses_the_measured_flags() -> None:
    words = qemu.arguments(Toolbox(Path("/t")), _machine(kvm=False))
    assert words[words.index("-accel") + 1] == "tcg,thread=multi,tb-size=1024"
    assert words[words.index("-cpu") + 1] == "Westmere"
    with_kvm = qemu.arguments(Toolbox(Path("/t")), _machine(kvm=True))
    assert with_kvm[with_kvm.index("-accel") + 1] == "kvm"
    assert "emulated" in words[words.index("-append") + 1].split()
    assert with_kvm[with_kvm.index("-append") + 1] == qemu.KERNEL_LINE


def test_disks() -> None:
    words = qemu.arguments(Toolbox(Path("/t")), _machine(kvm=False))
    drives = [words[n + 1] for n, word in enumerate(words) if word == "-drive"]
    assert drives[0] == "file=/d,,1,if=virtio,cache=unsafe,format=qcow2"
    assert drives[1].endswith("format=raw,readonly=on")


def test_a_pid_that_is_used_again_is_not_our_vm(tmp_path: Path) -> None:
    process = tmp_path / "proc" / "77"
    process.mkdir(parents=True)
    pid = tmp_path / "pid"
    pid.write_text("77\n")
    (process / "cmdline").write_bytes(b"qemu\0-name\0citynet-tiny-0\0")
    assert qemu.running(pid, "citynet-tiny-0", tmp_path / "proc") == 77
    (process / "cmdline").write_bytes(b"vim\0citynet-tiny-0.txt\0")
    assert qemu.running(pid, "citynet-tiny-0", tmp_path / "proc") is None
    (process / "cmdline").write_bytes(b"")  # a zombie
    assert qemu.running(pid, "citynet-tiny-0", tmp_path / "proc") is None
    assert qemu.running(tmp_path / "none", "citynet-tiny-0") is None


def test_memory() -> None:
    assert qemu.available_memory("MemTotal: 9 kB\nMemAvailable:   8388608 kB\n") == 8192
    assert qemu.memory_for(45, 7000) < 5000
    with pytest.raises(HostError, match="smaller city"):
        qemu.memory_for(45, 2000)


def test_ssh_config_pins_keys_and_quotes_paths() -> None:
    access = NodeAccess("172.31.0.11", 22, "root", Path("/a b/key"), Path("/a b/known"))
    jump = SshJump("127.0.0.1", 4022, "root", Path("/j"), Path("/kh"))
    text = config_text({"east": access}, jump)
    assert text.count("StrictHostKeyChecking=yes") == 1
    assert '  IdentityFile "/a b/key"\n' in text
    assert "StrictHostKeyChecking yes" in text
    assert "Proxy" not in config_text({"east": access}, None)
    assert known_host("127.0.0.1", 4022, "ssh-ed25519 A") == "[127.0.0.1]:4022 ssh-ed25519 A\n"
    assert known_host("172.31.0.11", 22, "ssh-ed25519 A") == "172.31.0.11 ssh-ed25519 A\n"


@pytest.mark.parametrize("target", ["", "root@", "root@host:99999", "root:secret@host", "host/x"])
def test_bad_ssh_targets(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _home(tmp_path, monkeypatch)
    with pytest.raises(HostError, match="--host ssh:"):
        machine(target)


def test_ssh_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _home(tmp_path, monkeypatch)
    found = machine("alice@198.51.100.7:2222")
    assert (found.host, found.port, found.username) == ("198.51.100.7", 2222, "alice")
    assert machine("[2001:db8::1]").host == "2001:db8::1"
    assert machine("lab.example").username == "root"


def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").touch()


def test_local_host_runs_and_says_what_is_missing() -> None:
    host = LocalHost("/nowhere")
    if os.geteuid() == 0:
        assert host.run(["cat"], stdin=b"hello").stdout == "hello"
        assert host.run(["citynet-no-such-command"]).returncode == 127
        with pytest.raises(HostError, match="timed out"):
            host.run(["sleep", "5"], timeout=0.1)
    assert host.jump() is None


def test_versions() -> None:
    assert gobuild.parse_go_version("go1.26.8\n") == (1, 26)
    assert gobuild.parse_go_version("") == ()
    assert gobuild.version_in("  version: 0.79.0\n  commit: none") == "0.79.0"
    assert parse_versions("libc6:amd64\t2.42-1\nfrr\t10.7.1-1\n") == {
        "libc6": "2.42-1",
        "frr": "10.7.1-1",
    }
    with pytest.raises(BuildError, match="does not require"):
        gobuild.wanted_version("module x\n")


def test_recipes_are_complete() -> None:
    recipes = paths(os.environ).recipes
    pinned = (recipes / "containerlab" / "go.mod").read_text()
    assert gobuild.wanted_version(pinned) == "0.79.0"
    for folder in (recipes / "vm", recipes / "toolbox", *(recipes / "images").iterdir()):
        names = Recipe(folder, "forky").packages()
        assert names
        assert len(set(names)) == len(names)
        assert list(names) == sorted(names), folder
    for folder in (recipes / "images").iterdir():
        recipe = Recipe(folder, "forky")
        assert all(recipe.file(name).is_file() for name in ("customize", "entrypoint")), folder


def test_hooks_quote_folders_with_blanks(tmp_path: Path) -> None:
    hooks = vm_hooks(Recipe(tmp_path / "a b", "trixie"))
    assert any(f"'{tmp_path}/a b/files/init'" in hook for hook in hooks)


def test_every_command_has_an_example() -> None:
    runner = CliRunner()
    for name in lab_command.commands:
        shown = runner.invoke(lab_command, [name, "--help"])
        assert shown.exit_code == 0
        assert f"citynet lab {name}" in shown.output


def test_doctor_json(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost({"sh -s": Completed(0, ALL, "")})
    monkeypatch.setattr("citynet.cli.lab.open_named", lambda *_: host)
    shown = CliRunner().invoke(lab_command, ["doctor", "--json"])
    document = json.loads(shown.output)
    assert document["host"] == "local"
    assert {need["name"] for need in document["needs"]} >= {"VRF", "MACsec", "netem", "memory"}


def test_docker_in_the_vm_has_no_bridge_of_its_own() -> None:
    recipes = paths(os.environ).recipes
    assert json.loads((recipes / "vm" / "files" / "daemon.json").read_text())["bridge"] == "none"
