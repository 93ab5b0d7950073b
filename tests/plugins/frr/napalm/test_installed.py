"""What pip installs is enough for `get_network_driver("frr")`: the wheel's files, by its rules."""

import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.cities import ROOT

ASK = """
import sys
sys.path[:0] = [sys.argv[1]]
sys.path.append(sys.argv[2])
import inspect, napalm
driver = napalm.get_network_driver("frr")
print(driver.__name__, inspect.getfile(driver), sys.modules["napalm_frr"].__file__)
"""


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """The folder that pip would make, laid out as pyproject.toml says."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        rules: dict[str, Any] = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]
    for package in rules["packages"]:
        shutil.copytree(ROOT / package, tmp_path / package)
    for source, place in rules["force-include"].items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile
        copy(ROOT / source, tmp_path / place)
    return tmp_path


def asked(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Without site-packages' .pth files, by which the clone itself would be found."""
    others = sysconfig.get_path("purelib")
    command = [sys.executable, "-I", "-S", "-c", ASK, str(folder), others]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_driver_is_found_and_is_the_installed_one(wheel: Path) -> None:
    done = asked(wheel)
    assert done.stdout.split() == [
        "FRRDriver",
        str(wheel / "citynet" / "_house" / "plugins" / "frr" / "napalm_driver.py"),
        str(wheel / "napalm_frr.py"),
    ], done.stderr
