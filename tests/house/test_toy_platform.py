"""The seam: a platform that another package adds by an entry point, touching no file of ours."""

import subprocess
import sys
from pathlib import Path

from tests.cities import DEMO

PLATFORM = """
from pathlib import Path

from tests.cities import DEMO
from citynet.render import Platform
from citynet.render.xml import config
from citynet.yang import ModelSet


def shout(text):
    return str(text).upper()


def assemble(facts, parts):
    return {"toy.xml": config(facts, parts["toy"])}


def refuses(facts):
    if facts.name == "x-gw1":
        yield "toys are not for gateways of that side"


PLATFORM = Platform(
    name="toy",
    summary="a toy",
    blocks=("toy",),
    assemble=assemble,
    driver="toy_platform.driver:ToyDriver",
    templates=Path(__file__).parent / "templates",
    refuses=refuses,
    autoescape=True,
    filters={"shout": shout},
    models=ModelSet("Toy 1", ("toy",), ("toy",)),
)
"""
TEMPLATE = """{% block toy %}
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
  }
}
"""
ROLES = ("underlay", "srv6", "vpn", "gateway", "access")


def install(site: Path) -> Path:
    """What `pip install toy-platform` would leave behind."""
    package = site / "toy_platform"
    (package / "templates").mkdir(parents=True)
    (package / "__init__.py").write_text(PLATFORM)
    for role in ROLES:
        (package / "templates" / f"{role}.j2").write_text(TEMPLATE.replace("ROLE", role))
    info = site / "toy_platform-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-platform\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[citynet.platforms]\ntoy = toy_platform:PLATFORM\n")
    models = site / "yang" / "toy"
    models.mkdir(parents=True)
    (models / "toy.yang").write_text(YANG)
    return site


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
    )


def test_a_platform_from_outside_renders_refuses_and_validates(tmp_path: Path) -> None:
    site = install(tmp_path)
    demo = ["-i", str(DEMO), "--set", "platform=toy"]
    refused = citynet(site, "render", *demo)
    assert refused.returncode == 1
    assert "node x-gw1: toys are not for gateways of that side" in refused.stderr
    (site / "toy_platform" / "__init__.py").write_text(PLATFORM.replace("x-gw1", "none"))
    done = citynet(site, "render", *demo, "--yang", str(site / "yang"), "-o", str(site / "out"))
    assert (done.returncode, done.stderr) == (0, "13 documents valid by the vendors' YANG\n")
    text = (site / "out" / "gov-gw1" / "toy.xml").read_text()
    assert "<label>GOV-GW1 &lt;&amp;</label>" in text
    assert text.count("<role>") == 4
    checked = citynet(
        site, "yang", "check", "toy", str(site / "out" / "gov-gw1" / "toy.xml"),
        "--yang", str(site / "yang"),
    )  # fmt: skip
    assert (checked.returncode, checked.stdout.endswith("toy.xml: valid\n")) == (0, True)


def test_a_missing_cell_of_a_platform_from_outside_is_said(tmp_path: Path) -> None:
    site = install(tmp_path)
    (site / "toy_platform" / "templates" / "srv6.j2").unlink()
    done = citynet(site, "render", "-i", str(DEMO), "--set", "platform=toy")
    assert done.returncode == 1
    assert "toy cannot do role srv6, needed by node gov-acc1" in done.stderr
