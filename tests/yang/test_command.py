"""`citynet yang check`, and `citynet render` with `--set` and `--yang`."""

import json
from pathlib import Path

import pytest

from citynet.cli.main import run
from tests.cities import DEMO, VENDORS
from tests.yang.models import MODELS

HUAWEI = ["--set", "platform=huawei_vrp", "--set", "options.gateway.answers=by-mirrored-rules"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    assert run(["render", "-i", str(VENDORS), "--device", "otn-south", "-o", str(out)]) == 0
    return out / "otn-south" / "config.xml"


@pytest.mark.models
def test_check_says_valid_or_where_not(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.xml"
    text, state = written.read_text(), "<admin-state>ENABLED"
    broken.write_text(text.replace(state, "<admin-state>ON", 1))
    at = text[: text.index(state)].count("\n") + 1
    arguments = ["yang", "check", "openconfig", str(written), str(broken), "--yang", str(MODELS)]
    assert run(arguments[:4] + arguments[5:]) == 0
    capsys.readouterr()
    assert run(arguments) == 1
    good, bad = capsys.readouterr().out.splitlines()
    assert good == f"{written}: valid"
    assert bad.startswith(f"{broken}:{at}: /openconfig-platform:components/component[name=")
    assert run([*arguments, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said[str(written)] == []
    assert said[str(broken)][0]["line"] == at


@pytest.mark.models
def test_render_validates_before_it_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(["render", "-i", str(DEMO), *HUAWEI, "--yang", str(MODELS), "-o", str(tmp_path)]) == 0
    )
    *warnings, last = capsys.readouterr().err.splitlines()
    assert last == "13 documents valid by the vendors' YANG"
    assert len(warnings) == 6
    assert f"{DEMO}/nodes.yaml:4:3: node gov-core1: no port" in warnings[0]
    assert warnings[5] == "warning: and 8 more of this kind"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["yang", "check", "huawei_vrpp", "x.xml"], "did you mean 'huawei_vrp'"),
        (["yang", "check", "frr", "x.xml"], "no YANG is known for 'frr'"),
        (["yang", "check", "huawei_vrp", "none.xml"], "cannot read none.xml"),
        (
            ["render", "-i", str(DEMO), "--set", "platform"],
            "lacks a key or a value, expected KEY=VALUE",
        ),
        (["render", "-i", str(DEMO), "--set", "plattform=x"], "cannot be set"),
        (["render", "-i", str(DEMO), "--set", "options.underlay=x"], "cannot be set"),
        (["render", "-i", str(DEMO), "--set", "options.underlay.mtu=[1"], "is not YAML"),
        (
            ["render", "-i", str(DEMO), "--set", "options.underlay.mtu=9"],
            "a whole number from 1596 to 9216",
        ),
        (["render", "-i", str(DEMO), "--set", "options.underlay.mtuu=9"], "did you mean `mtu`"),
        (["render", "-i", str(DEMO), "--set", "platform=huawei"], "did you mean 'huawei_vrp'"),
    ],
)
def test_mistakes_are_said_in_a_sentence(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) != 0
    assert words in " ".join(capsys.readouterr().err.split())


def test_a_setting_is_for_every_node(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render", "-i", str(DEMO), "--set", "options.underlay.mtu=2000"]) == 0
    assert "mtu 9000" not in capsys.readouterr().out
