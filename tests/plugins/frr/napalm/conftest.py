"""How NAPALM's own suite for drivers is set up: its recorded answers are beside this file."""

from typing import Any

import pytest
from napalm.base.test import conftest as napalm_conftest
from napalm.base.test.double import BaseTestDouble

from citynet.fleet.shell import Held, Output
from plugins.frr.napalm_driver import FRRDriver


class Recorded(BaseTestDouble):  # type: ignore[misc]
    """A shell that answers with what a real router once printed."""

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        if command == "true":
            return Output("", "", 0)
        name = f"{self.sanitize_text(command)[:100]}.txt"
        return Output(self.read_txt_file(self.find_file(name)), "", 0)

    def hold(self, command: str, *, until: str, timeout: float = 30.0) -> Held | Output:
        raise NotImplementedError

    def close(self) -> None:
        return None


class RecordedDriver(FRRDriver):
    """The driver over a recorded shell; what NAPALM's suite patches is `device`."""

    def __init__(
        self,
        hostname: str,
        username: str,
        password: str,
        timeout: int = 60,
        optional_args: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(hostname, username, password, timeout, optional_args)
        self.patched_attrs = ["device"]
        self.device = Recorded()
        self._session._shell = self.device

    def close(self) -> None:
        return None


@pytest.fixture(scope="class")
def set_device_parameters(request: pytest.FixtureRequest) -> None:
    """What NAPALM's suite expects of a driver's conftest."""
    request.cls.driver = FRRDriver
    request.cls.patched_driver = RecordedDriver
    request.cls.vendor = "frr"
    napalm_conftest.set_device_parameters(request)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    napalm_conftest.pytest_generate_tests(metafunc, __file__)
