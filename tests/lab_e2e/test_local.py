"""The lab host `local`, where it can be: inside the lab's VM, which is such a machine.

citynet is carried into the VM with its dependencies as wheels, brings a lab of two routers up
there beside the one that runs, looks into it, and takes it down; nothing may be left.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from citynet.lab import api
from citynet.lab.build import Builder
from citynet.lab.host import Completed, LabHost
from citynet.lab.paths import paths
from citynet.lab.progress import Silent
from tests.cities import ROOT
from tests.lab_e2e.small import NODES, write_city
from tests.speed import seconds

pytestmark = pytest.mark.lab
INNER = "/root/inner"
PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_28_x86_64", "manylinux_2_34_x86_64")
LABS = ("inner", "other")


@pytest.fixture(scope="module")
def machine() -> Iterator[LabHost]:
    lab = api.find("demo")
    assert lab is not None, "`citynet lab up -i inventory/demo` comes first"
    with api.attached(lab) as host:
        yield host


def wheels(version: str, folder: Path) -> list[Path]:
    """citynet's dependencies for a Python `version` that is not this one, `3.13`.

    Some are published as sources only: their wheels, which fit any Python, are built here first.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pip, built = [sys.executable, "-m", "pip"], str(folder / "built")
    wanted = project["dependencies"]
    subprocess.run(
        [*pip, "wheel", "--quiet", "--use-pep517", "--wheel-dir", built, *wanted], check=True
    )
    command = [*pip, "download", "--quiet", "--only-binary=:all:", "--find-links", built]
    command += ["--dest", str(folder), "--python-version", version]
    for platform in PLATFORMS:
        command += ["--platform", platform]
    subprocess.run([*command, *wanted], check=True)
    return sorted(folder.glob("*.whl"))


def bundle(version: str, folder: Path) -> bytes:
    """Everything that runs inside, as a tar: wheels unpacked, the clone, the city, the cache."""
    site = folder / "site"
    for wheel in wheels(version, folder / "wheels"):
        zipfile.ZipFile(wheel).extractall(site)  # noqa: S202 - pip has checked them
    about = next(Path(each) for each in sys.path if list(Path(each).glob("citynet-*.dist-info")))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        tar.add(site, "site")
        for dist in about.glob("citynet-*.dist-info"):
            tar.add(dist, f"site/{dist.name}")
        for name in ("citynet", "roles", "plugins", "templates", "labs", "playbooks"):
            tar.add(ROOT / name, name)
        for name in LABS:
            tar.add(write_city(name, folder / name), name)
        image = Builder(paths(os.environ), Silent()).image("node")
        cached = image.tar.parent
        tar.add(cached / "image.json", f"cache/citynet/image-node/{cached.name}/image.json")
    return packed.getvalue()


@pytest.fixture(scope="module")
def inside(machine: LabHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = machine.run(["python3", "-c", script]).stdout.strip()
    packed = bundle(version, tmp_path_factory.mktemp("inner"))
    unpack = f"rm -rf {INNER}; mkdir -p {INNER}; tar xzf - -C {INNER}"
    assert machine.run(["sh", "-c", unpack], stdin=packed, timeout=seconds(120)).returncode == 0
    yield
    machine.run(["rm", "-rf", INNER], timeout=seconds(60))


def citynet(machine: LabHost, *arguments: str) -> Completed:
    """Run citynet inside the machine."""
    environment = (
        f"PYTHONPATH={INNER}/site XDG_CACHE_HOME={INNER}/cache XDG_STATE_HOME={INNER}/state"
    )
    command = f"cd {INNER} && env {environment} python3 -m citynet lab {' '.join(arguments)}"
    return machine.run(["sh", "-c", command], timeout=seconds(300))


def left_over(machine: LabHost, lab: str) -> str:
    """Containers, networks and state of a lab inside."""
    script = (
        f"docker ps -aq --filter label=containerlab={lab}; "
        f"docker network ls --format '{{{{.Name}}}}' | grep {lab}; "
        f"ls -d {INNER}/state/citynet/labs/{lab} 2>/dev/null"
    )
    return machine.run(["sh", "-c", script], timeout=seconds(60)).stdout.strip()


def containers(machine: LabHost, lab: str) -> dict[str, str]:
    """State by node, as citynet inside says."""
    done = citynet(machine, "status", "-i", lab, "--json")
    found: dict[str, str] = json.loads(done.stdout)["containers"]
    return found


def answers(machine: LabHost, lab: str) -> bool:
    """Whether a router of the lab does what it is told."""
    done = citynet(machine, "exec", "-i", lab, "left", "--", "ip", "-br", "link", "show", "wire")
    return "wire" in done.stdout


@pytest.mark.usefixtures("inside")
def test_two_labs_on_this_machine_itself(machine: LabHost) -> None:
    outside = api.status("demo").containers
    for lab in LABS:
        up = citynet(machine, "up", "-i", lab, "--host", "auto")
        assert up.returncode == 0, up.stderr
        assert "host local" in up.stdout
    for lab in LABS:
        assert containers(machine, lab) == dict.fromkeys(NODES, "running")
        assert answers(machine, lab)
        assert left_over(machine, lab)
    first, second = LABS
    down = citynet(machine, "down", "-i", first)
    assert down.returncode == 0, down.stderr
    assert left_over(machine, first) == ""
    assert containers(machine, second) == dict.fromkeys(NODES, "running")
    assert answers(machine, second)
    assert citynet(machine, "down", "-i", second).returncode == 0
    assert left_over(machine, second) == ""
    assert api.status("demo").containers == outside
