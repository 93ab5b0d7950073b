"""What the suite for any device does again and again."""

import time
from collections.abc import Callable

from citynet.deploy.driver import Confirm
from citynet.netconf import rpc
from citynet.netconf.driver import NetconfDriver
from citynet.netconf.session import NetconfSession, Operation
from citynet.render.artifact import Artifact
from tests.netconf.servers import Server, instances, interface, interfaces
from tests.speed import seconds


def loopbacks(server: Server, *numbers: int, description: str = "of citynet") -> Artifact:
    entries = [interface(f"LoopBack{number}", description) for number in numbers]
    return server.artifact(interfaces(*entries), instances("_public_"))


def ask(session: NetconfSession, *operations: Operation) -> None:
    for reply in session.call(*operations):
        assert not reply.errors, reply.errors


def edit(artifact: Artifact) -> Operation:
    return rpc.edit(artifact.files["config.xml"], "merge", all_or_nothing=False)


def deployed(driver: NetconfDriver, artifact: Artifact, run: str = "run-1") -> None:
    driver.lock("tests")
    driver.stage(artifact)
    driver.validate()
    driver.commit(Confirm(run, 60))
    driver.probe()
    driver.confirm(run)
    driver.unlock()


def until(holds: Callable[[], bool], bound: float = 5.0, pause: float = 0.02) -> bool:
    deadline = time.monotonic() + seconds(bound)
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def comes(holds: Callable[[], bool]) -> bool:
    """On any server: netconfd looks at its clock only after a second without requests."""
    return until(holds, bound=15.0, pause=1.5)


def stage_and_validate(driver: NetconfDriver, artifact: Artifact) -> None:
    driver.stage(artifact)
    driver.validate()
