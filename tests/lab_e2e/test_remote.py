"""The lab host `ssh:`: the demo lab's VM as another machine that one may log in to.

citynet is a process of its own here, with a home in which that machine is known and a key for it
lies, as a person's would. It brings a lab of two routers up there, configures and measures it, and
takes it down; nothing may be left.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from citynet.lab import api
from citynet.lab.host import LabHost
from citynet.lab.paths import paths
from tests.lab_e2e.small import NODES, write_city
from tests.speed import seconds

pytestmark = pytest.mark.lab
NAME = "afar"
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def demo() -> api.Lab:
    lab = api.find("demo")
    assert lab is not None, "`citynet lab up -i inventory/demo` comes first"
    return lab


@pytest.fixture(scope="module")
def there(demo: api.Lab) -> Iterator[LabHost]:
    with api.attached(demo) as host:
        yield host


@pytest.fixture(scope="module")
def citynet(demo: api.Lab, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Run citynet as somebody who knows the machine and has a key for it."""
    assert demo.jump is not None
    assert demo.jump.key_file is not None
    home = tmp_path_factory.mktemp("home")
    secrets = home / ".ssh"
    secrets.mkdir(mode=0o700)
    shutil.copy(demo.jump.key_file, secrets / "id_ed25519")
    shutil.copy(demo.jump.known_hosts, secrets / "known_hosts")
    cache = {"XDG_CACHE_HOME": str(paths(os.environ).cache.parent)}
    mine = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "SSH_AUTH_SOCK": ""}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "citynet", *arguments]
        environment = os.environ | cache | mine
        return subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds(600),
            check=False,
        )

    return run


def left_over(there: LabHost) -> str:
    script = (
        f"docker ps -aq --filter label=containerlab={NAME}; "
        f"docker network ls --format '{{{{.Name}}}}' | grep {NAME}; "
        f"ls -d /var/lib/citynet/labs/{NAME} 2>/dev/null"
    )
    return there.run(["sh", "-c", script], timeout=seconds(60)).stdout.strip()


def test_a_lab_on_another_machine(
    demo: api.Lab, there: LabHost, citynet: Command, tmp_path: Path
) -> None:
    assert demo.jump is not None
    city = str(write_city(NAME, tmp_path / NAME))
    host = f"ssh:root@{demo.jump.host}:{demo.jump.port}"
    up = citynet("lab", "up", "-i", city, "--host", host)
    assert up.returncode == 0, up.stderr
    assert f"host {host}" in up.stdout
    status = json.loads(citynet("lab", "status", "-i", city, "--json").stdout)
    assert status["containers"] == dict.fromkeys(NODES, "running")
    deployed = citynet("deploy", "-i", city)
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    measured = citynet("verify", "-i", city)
    assert measured.returncode == 0, measured.stdout
    assert citynet("deploy", "-i", city).stdout.splitlines()[-1].startswith("0 of 2 changed")
    assert left_over(there)
    down = citynet("lab", "down", "-i", city)
    assert down.returncode == 0, down.stderr
    assert left_over(there) == ""


def test_a_machine_that_is_not_known_is_refused(
    demo: api.Lab, citynet: Command, tmp_path: Path
) -> None:
    assert demo.jump is not None
    city = str(write_city("strange", tmp_path / "strange"))
    host = f"ssh:root@localhost:{demo.jump.port}"
    up = citynet("lab", "up", "-i", city, "--host", host)
    assert up.returncode == 1
    assert "host key" in up.stderr
    assert "Traceback" not in up.stderr
