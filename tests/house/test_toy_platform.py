"""The seam: a platform and a role that another package adds, touching no file of ours.

`tests/house/toy/` is what that package's author writes; only the test puts it on `sys.path`.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from citynet.deploy.engine import Way, deploy
from citynet.deploy.playbook import Play, Playbook
from citynet.deploy.report import Report, State
from citynet.deploy.work import Chosen, plan
from citynet.fleet.runner import fleet
from citynet.fleet.shell import Held, Output
from citynet.pipeline import Prepared, prepare, render
from citynet.transaction.words import Outcome
from citynet.verify.gather import Gatherer
from citynet.verify.network import Network, Sessions
from citynet.verify.reader import reader_of
from citynet.verify.run import Selection, all_checks, select, verify
from tests.cities import DEMO
from tests.deploy.fakes import reach

TOY = Path(__file__).parent / "toy"
SITE = Playbook("site.yaml", (Play(name="all of it", hosts="all"),))
TEMPLATE = """{% block config %}
<toy xmlns="urn:toy">
  <role key="name"><name>ROLE</name></role>
  <label>{{ device.name | shout }} <&"</label>
</toy>
{% endblock %}
""".replace('<&"', "{{ '<&' }}")
YANG = """module toy {
  namespace "urn:toy"; prefix t;
  container toy {
    list role { key name; leaf name { type string; } }
    leaf label { type string { pattern "[A-Z0-9<& -]*"; } }
    container sign { presence "it hangs"; leaf text { type string { length "1..40"; } } }
  }
}
"""
ROLES = ("underlay", "srv6", "vpn", "gateway", "access")
ENTRIES = """[citynet.platforms]
toy = toy_platform:PLATFORM

[citynet.roles]
sign = toy_platform.role:ROLE
"""


def install(site: Path) -> Path:
    """What `pip install toy-platform` would leave behind."""
    package = site / "toy_platform"
    shutil.copytree(TOY, package, ignore=shutil.ignore_patterns("__pycache__"))
    for role in ROLES:
        (package / "templates" / f"{role}.j2").write_text(TEMPLATE.replace("ROLE", role))
    info = site / "toy_platform-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-platform\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRIES)
    models = site / "yang" / "toy"
    models.mkdir(parents=True)
    (models / "toy.yang").write_text(YANG)
    return site


def fit(site: Path) -> None:
    """The package's next release is for every router."""
    module = site / "toy_platform" / "__init__.py"
    module.write_text(module.read_text().replace("x-gw1", "none"))


def citynet(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from citynet.cli.main import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(site), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "CITYNET_YANG": str(site / "yang")},
    )


def test_a_platform_from_outside_renders_refuses_and_validates(tmp_path: Path) -> None:
    site = install(tmp_path)
    demo = ["-i", str(DEMO), "--set", "platform=toy"]
    refused = citynet(site, "render", *demo)
    assert refused.returncode == 1
    assert "node x-gw1: toys are not for gateways of that side" in refused.stderr
    fit(site)
    done = citynet(site, "render", *demo, "--yang", str(site / "yang"), "-o", str(site / "out"))
    assert (done.returncode, done.stderr) == (0, "13 documents valid by the vendors' YANG\n")
    text = (site / "out" / "gov-gw1" / "config.xml").read_text()
    assert "<label>GOV-GW1 &lt;&amp;</label>" in text
    assert text.count("<role>") == 4
    checked = citynet(
        site, "yang", "check", "toy", str(site / "out" / "gov-gw1" / "config.xml"),
        "--yang", str(site / "yang"),
    )  # fmt: skip
    assert (checked.returncode, checked.stdout.endswith("config.xml: valid\n")) == (0, True)


def test_a_role_from_outside_is_rendered_and_its_options_are_checked(tmp_path: Path) -> None:
    site = install(tmp_path)
    fit(site)
    demo = ["render", "-i", str(DEMO), "--set", "platform=toy", "--device", "gov-gw1"]
    assert "<text>welcome to gov-gw1</text>" in citynet(site, *demo).stdout
    told = citynet(site, *demo, "--set", "options.sign.word=beware").stdout
    assert "<text>beware to gov-gw1</text>" in told
    wrong = citynet(site, *demo, "--set", "options.sign.wrod=beware")
    assert wrong.returncode == 1
    assert "did you mean `word`" in wrong.stderr


def test_a_missing_cell_of_a_platform_from_outside_is_said(tmp_path: Path) -> None:
    site = install(tmp_path)
    (site / "toy_platform" / "templates" / "srv6.j2").unlink()
    done = citynet(site, "render", "-i", str(DEMO), "--set", "platform=toy")
    assert done.returncode == 1
    assert "toy cannot do role srv6, needed by node gov-acc1" in done.stderr


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Prepared]:
    """The demo city of toys, with the package as installed as it can be in this process."""
    monkeypatch.syspath_prepend(str(install(tmp_path)))
    fit(tmp_path)
    yield prepare(DEMO, settings={"platform": "toy"})
    for name in [each for each in sys.modules if each.partition(".")[0] == "toy_platform"]:
        del sys.modules[name]


def deployed(toys: Prepared, folder: Path) -> Report:
    todo = plan(toys, SITE, Chosen())
    return deploy(toys, fleet(toys, reach(toys)), todo, Way(folder / "runs"))


def test_a_platform_from_outside_is_deployed_to_by_its_own_driver(
    toys: Prepared, tmp_path: Path
) -> None:
    assert toys.house.platforms["toy"].driver == "toy_platform.driver:ToyDriver"
    first, second = deployed(toys, tmp_path), deployed(toys, tmp_path)
    assert (first.outcome, second.outcome) == (Outcome.KEPT, Outcome.SAME)
    assert {each.state for each in first.results} == {State.CHANGED}
    shelf = tmp_path / "toy_platform" / "devices"
    for name, artifact in render(toys).items():
        device = json.loads((shelf / f"{name}.json").read_text())
        assert device["running"] == dict(artifact.files)
        assert (device["waits"], device["owner"]) == ("", "")


def test_one_toy_that_refuses_leaves_all_as_they_were(toys: Prepared, tmp_path: Path) -> None:
    template = tmp_path / "toy_platform" / "templates" / "gateway.j2"
    template.write_text(template.read_text().replace("</toy>", "<broken/></toy>"))
    report = deployed(toys, tmp_path)
    assert report.outcome is Outcome.BACK
    bad = {each.device for each in report.results if each.state is State.FAILED}
    assert bad == {"gov-gw1", "x-gw1"}
    shelf = tmp_path / "toy_platform" / "devices"
    assert not any("config.xml" in each.read_text() for each in shelf.iterdir())


@dataclass
class Printing:
    """A session to a toy that prints its file."""

    file: Path

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        return Output(self.file.read_text(), "", 0)

    def hold(self, command: str, *, until: str, timeout: float = 30.0) -> Held | Output:
        raise NotImplementedError

    def close(self) -> None:
        pass


def test_a_platform_from_outside_is_verified_by_its_own_reader(
    toys: Prepared, tmp_path: Path
) -> None:
    deployed(toys, tmp_path)
    reader = reader_of(toys.house.platforms["toy"])
    assert type(reader).__module__ == "toy_platform.observe"
    shelf = tmp_path / "toy_platform" / "devices"
    network = Network(
        lambda name: Printing(shelf / f"{name}.json"), dict.fromkeys(toys.facts, reader), "", {}, {}
    )
    checks = all_checks(toys.context, toys.house.roles)
    signs = select(checks, Selection(tags=frozenset({"sign"})))
    with Sessions(network.open_shell) as sessions:
        report = verify("demo", Gatherer(network, sessions, toys.plan), signs)
        assert (report.ok, len(report.results)) == (True, 13)
        (shelf / "gov-gw1.json").write_text("{}")
        report = verify("demo", Gatherer(network, sessions, toys.plan), signs)
    assert [each.id for each in report.failed] == ["sign/hangs/gov-gw1"]
