"""Which VMs run, whose they are, and what becomes of those that nothing remembers.

The processes are real; instead of QEMU they are shells that have its words on their command line.
"""

import contextlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from citynet.cli.lab import lab as lab_command
from citynet.lab import api, census, qemu
from citynet.lab.cache import Cache, holder, locked
from citynet.lab.errors import LabError
from citynet.lab.from_city import topology as topology_of
from citynet.lab.paths import Paths, paths
from citynet.lab.quiet import undisturbed
from citynet.lab.state import LabFolder, Record
from citynet.lab.topology import Topology
from citynet.lab.vm import Vm
from citynet.transaction.lock import BusyError, held
from tests.lab_e2e.small import write_city


class Machines:
    """Starts what looks like a VM of ours."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def start(self, folder: Path, name: str, *, noted: bool) -> "subprocess.Popen[bytes]":
        words = ["sh", "-c", "read _", "/x/qemu-system-x86_64", "-name", name]
        words += ["-pidfile", str(folder / "pid")]
        process = self._stack.enter_context(subprocess.Popen(words, stdin=subprocess.PIPE))
        self._stack.callback(process.kill)
        while not Path(f"/proc/{process.pid}/cmdline").read_bytes():
            pass  # the kernel lets go of `Popen` before it has set the words up
        if noted:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "pid").write_text(f"{process.pid}\n")
        return process


@pytest.fixture
def machines() -> Iterator[Machines]:
    with ExitStack() as stack:
        yield Machines(stack)


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    found = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "my state")}
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    return found


@pytest.fixture
def where(environ: dict[str, str]) -> Paths:
    return paths(environ)


def _saved(where: Paths, topology: Topology, digest: str) -> LabFolder:
    folder = LabFolder(where.lab(topology.name))
    folder.root.mkdir(parents=True)
    folder.save(Record(topology, "vm", digest, {}))
    return folder


def _strays() -> set[int]:
    return {each.pid for each in census.strays()}


def test_a_vm_without_a_folder_is_a_stray(machines: Machines, tmp_path: Path) -> None:
    gone = machines.start(tmp_path / "gone" / "vm", "citynet-tiny-0", noted=False)
    kept = machines.start(tmp_path / "elsewhere" / "vm", "citynet-tiny-1", noted=True)
    assert gone.pid in _strays()
    assert kept.pid not in _strays(), "another state folder's lab is none of our business"
    (stray,) = [each for each in census.strays() if each.pid == gone.pid]
    census.end(stray)
    gone.wait(5)
    assert kept.poll() is None


def test_a_vm_that_builds_lives_as_long_as_its_builder(machines: Machines, where: Paths) -> None:
    folder = where.cache / "base" / "abc.part" / "vm"
    builder = machines.start(folder, "citynet-base-0", noted=True)
    with locked(Cache(where.cache).lock("base")):
        assert builder.pid not in _strays()
    assert builder.pid in _strays()
    Cache(where.cache).get("base", "abc", lambda made: (made / "disk").touch())
    builder.wait(5)


def test_a_lab_whose_folder_was_removed_is_taken_down(
    machines: Machines, where: Paths, environ: dict[str, str]
) -> None:
    vm = Vm(where.lab("tiny") / "vm", "tiny")
    process = machines.start(vm.folder, vm.machine_name, noted=False)
    assert vm.pid == process.pid
    assert f"process {process.pid}" in api.status("tiny", environ=environ).note
    assert api.down("tiny", environ=environ) is True
    process.wait(5)
    assert api.down("tiny", environ=environ) is False


def test_who_only_talks_of_a_vm_is_none(tmp_path: Path, where: Paths) -> None:
    name = Vm(where.lab("tiny") / "vm", "tiny").machine_name
    for words in (["grep", name], ["qemu-img", "-name", "other"], ["find", "-name", name]):
        process = tmp_path / "proc" / "77"
        process.mkdir(parents=True, exist_ok=True)
        (process / "cmdline").write_bytes(b"\0".join(word.encode() for word in words) + b"\0")
        assert qemu.machines(tmp_path / "proc") == []


def test_the_list_says_what_there_is(machines: Machines, where: Paths, topology: Topology) -> None:
    folder = _saved(where, topology, "")
    vm = Vm(folder.vm, "tiny")
    process = machines.start(vm.folder, vm.machine_name, noted=True)
    (found,) = census.labs(where)
    assert (found.name, found.state, found.vm, found.nodes) == ("tiny", "half made", process.pid, 2)
    folder.save(Record(topology, "vm", "d", {}))
    assert census.labs(where)[0].state == "up"
    with locked(where.lock("tiny")):
        listed = census.labs(where)[0]
        assert listed.state == "being changed"
        assert listed.working == holder(where.lock("tiny"))
        assert "is bringing it up" in census.note(where, "tiny")
    process.kill()
    process.wait(5)
    assert census.labs(where)[0].state == "stopped"
    folder.record_file.write_text("{")
    assert census.labs(where)[0].state == "damaged"
    shown = CliRunner().invoke(lab_command, ["list", "--json"])
    assert json.loads(shown.output)["labs"][0]["state"] == "damaged"
    assert "damaged" in CliRunner().invoke(lab_command, ["list"]).output


@pytest.mark.usefixtures("environ")
def test_strays_are_ended_on_request(machines: Machines, tmp_path: Path) -> None:
    gone = machines.start(tmp_path / "gone" / "vm", "citynet-tiny-0", noted=False)
    assert f"process {gone.pid}" in CliRunner().invoke(lab_command, ["list"]).output
    assert gone.poll() is None
    # --end-strays itself would end what others have left on this machine
    for each in census.strays():
        if each.pid == gone.pid:
            census.end(each)
    gone.wait(5)


def test_a_deployment_and_a_change_of_the_lab_exclude_each_other(
    where: Paths, topology: Topology, environ: dict[str, str]
) -> None:
    folder = _saved(where, topology, "d")
    with held(folder.runs, "tiny", "a deployment of li, process 7, since 02:00"):
        with pytest.raises(BusyError, match="tiny is in use by a deployment of li, process 7"):
            api.down("tiny", environ=environ)
        assert folder.load() is not None
    with (
        undisturbed(folder, "tiny", "down"),
        pytest.raises(BusyError, match="in use by `citynet lab down` of"),
        held(folder.runs, "tiny", "me"),
    ):
        pass
    with held(folder.runs, "tiny", "a deployment of li, process 7, since 02:00"):
        assert api.down("tiny", environ=environ, force=True) is True
    assert not folder.exists()


def test_one_who_waits_learns_which_process_is_at_work(
    where: Paths, environ: dict[str, str]
) -> None:
    with (
        locked(where.lock("tiny")),
        pytest.raises(LabError, match=r"working on lab tiny: process \d+; wait for it"),
    ):
        api.down("tiny", environ=environ)
    assert holder(where.lock("tiny")) == ""


def _asked(answer: str, words: list[str], environ: dict[str, str]) -> tuple[int, str]:
    """Run citynet with a terminal, and answer what it asks."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "citynet", *words],
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, **environ},
    )
    os.close(theirs)
    said = ""
    with process, contextlib.suppress(OSError):  # which is how a terminal ends
        while part := os.read(ours, 4096).decode():
            said += part
            if said.rstrip().endswith("[y/N]:"):
                os.write(ours, answer.encode())
                answer = ""
    os.close(ours)
    return process.returncode, said


def test_a_person_is_asked_before_a_deployment_loses_its_lab(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    city = write_city("tiny", tmp_path / "city")
    folder = LabFolder(paths(environ).lab("tiny"))
    folder.root.mkdir(parents=True)
    folder.save(Record(topology_of(city), "vm", "d", {}))
    words = ["lab", "down", "-i", str(city)]
    with held(folder.runs, "tiny", "a deployment of li, process 7, since 02:00"):
        code, said = _asked("n\n", words, environ)
        assert (code, folder.exists()) == (1, True)
        assert "tiny is in use by a deployment of li, process 7" in said
        assert "Traceback" not in said
        code, said = _asked("y\n", words, environ)
        assert (code, folder.exists()) == (0, False)
