"""What tests of faults do to devices, and to drivers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from citynet.deploy.driver import Change, Confirm
from citynet.netconf import rpc
from citynet.netconf.device import Target
from citynet.netconf.driver import NetconfDriver
from citynet.netconf.session import Timeouts
from citynet.render.artifact import Artifact
from citynet.xml import Element, write
from tests.netconf.fake import Event
from tests.netconf.fake.device import CAPABILITIES
from tests.netconf.fake.faults import Fault
from tests.netconf.servers import BASE, instances, interface, interfaces
from tests.netconf.vendors import HuaweiDriver
from tests.speed import seconds

OTHER = write(
    replace(BASE, children=(interfaces(interface("LoopBack7", "卫健委" * 3000)), BASE.children[1]))
)


class Impatient(HuaweiDriver):  # type: ignore[misc, valid-type]  # found by folder
    timeouts = Timeouts(connect=10.0, answer=seconds(1.0), change=seconds(1.0))


@contextmanager
def driving(target: Target) -> Iterator[NetconfDriver]:
    made = Impatient(target)
    yield made
    made.close()


def wanted(*names: str) -> Artifact:
    entries = [interface(name, "of citynet") for name in names or ("LoopBack1",)]
    config = Element(rpc.BASE, "config", children=(interfaces(*entries), instances("_public_")))
    return Artifact("r1", "huawei_vrp", {"config.xml": write(config)})


def at(
    operation: str, fault: Fault, when: str = "before", *, once: bool = True
) -> Callable[[Event], Fault | None]:
    """A hook that lets something happen at an operation."""
    left = [1 if once else 1000]

    def hook(event: Event) -> Fault | None:
        if (event.operation, event.when) != (operation, when) or not left[0]:
            return None
        left[0] -= 1
        return fault

    return hook


def staged(driver: NetconfDriver) -> Change:
    driver.lock("tests")
    return driver.stage(wanted())


def waiting(driver: NetconfDriver) -> None:
    staged(driver)
    driver.commit(Confirm("run-1", 60))


def validated(driver: NetconfDriver) -> None:
    staged(driver)
    driver.validate()


def extended(driver: NetconfDriver) -> None:
    waiting(driver)
    driver.extend(Confirm("run-1", 60))


def confirmed(driver: NetconfDriver) -> None:
    waiting(driver)
    driver.confirm("run-1")


def taken_back(driver: NetconfDriver) -> None:
    waiting(driver)
    driver.roll_back("run-1")


def all_of_it(driver: NetconfDriver) -> None:
    staged(driver)
    driver.validate()
    driver.commit(Confirm("run-1", 60))


def without(*words: str) -> tuple[str, ...]:
    return tuple(each for each in CAPABILITIES if not any(word in each for word in words))
