"""Many devices at once, and large documents."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from citynet.deploy.driver import Confirm
from citynet.lab.host import NodeAccess
from citynet.netconf import rpc
from citynet.netconf.profile import Profile
from citynet.netconf.tree import compare, node
from citynet.render.artifact import Artifact
from citynet.xml import Element, parse_document, write
from tests.netconf.fake import FakeDevice, FakeFleet
from tests.netconf.servers import (
    Reached,
    instances,
    interface,
    interfaces,
)
from tests.netconf.vendors import HuaweiDriver
from tests.speed import seconds
from tests.work import calls

pytestmark = pytest.mark.thorough

MANY = 200


def wanted(count: int, description: str = "数据" * 40) -> Artifact:
    entries = [interface(f"LoopBack{number}", description) for number in range(count)]
    config = Element(rpc.BASE, "config", children=(interfaces(*entries), instances("_public_")))
    return Artifact("r1", "huawei_vrp", {"config.xml": write(config)})


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Reached]]:
    """A fleet in a process of its own, as devices are."""
    folder = tmp_path_factory.mktemp("fleet")
    argv = [sys.executable, "-m", "tests.netconf.fake", "--devices", str(MANY)]
    with subprocess.Popen(
        [*argv, "--folder", str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        said = json.loads(server.stdout.readline())
        user, key, known = said["username"], Path(said["key_file"]), Path(said["known_hosts"])
        yield [
            Reached(name, NodeAccess("127.0.0.1", port, user, key, known))
            for name, port in said["ports"].items()
        ]
        server.terminate()


def test_sessions_to_all_at_once(many: list[Reached]) -> None:
    """All hold their sessions at the same time, each does the whole of a transaction's steps."""
    threads = threading.active_count()
    all_in = threading.Barrier(MANY)

    def one(target: Reached) -> bool:
        driver = HuaweiDriver(target)
        driver.lock("tests")
        all_in.wait(120)
        driver.stage(wanted(3))
        driver.validate()
        driver.commit(Confirm("run-1", 120))
        driver.confirm("run-1")
        driver.unlock()
        driver.lock("tests")
        again = driver.stage(wanted(3))
        driver.close()
        return not again

    with ThreadPoolExecutor(MANY) as pool:
        assert all(pool.map(one, many))
    deadline = time.monotonic() + seconds(20)
    while threading.active_count() > threads and time.monotonic() < deadline:
        time.sleep(0.1)
    assert threading.active_count() <= threads


def test_five_megabytes(tmp_path: Path) -> None:
    artifact = wanted(12_000)
    assert len(artifact.files["config.xml"].encode()) > 5_000_000
    with FakeFleet([FakeDevice("r1")], tmp_path) as fleet:
        driver = HuaweiDriver(Reached("r1", fleet.access("r1")))
        driver.lock("tests")
        assert driver.stage(artifact).added > 80_000
        driver.commit(Confirm("run-1", 600))
        driver.confirm("run-1")
        driver.close()


def test_comparing_is_linear() -> None:
    """Four times as much takes four times as many steps, however much of it differs."""
    none = frozenset[str]()
    profile = Profile("any", owned=())

    def work(count: int) -> int:
        old, new = (
            parse_document(wanted(count, word).files["config.xml"].encode())
            for word in ("one", "other")
        )

        def compared() -> None:
            found = compare(node(old, none), node(new, none), profile)
            assert (found.added, found.removed) == (count, count)

        return calls(compared)

    assert work(2_000) < 4.2 * work(500)
