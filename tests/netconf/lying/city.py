"""A city of three devices in memory that the command line deploys, with a state of its own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from citynet.cli import main
from citynet.xml import write
from tests.campaign.city import Shape, write_access, write_city
from tests.campaign.fleet import fingerprint
from tests.netconf.fake import FakeDevice, FakeFleet
from tests.netconf.servers import BASE

NODES = ("r1", "r2", "r3")
WAITS = 10.0
"""Seconds that a device may take to answer."""


class City:
    """Three routers, and what a deployment of them says."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capture = capture
        self.devices = {name: FakeDevice(name) for name in NODES}
        for device in self.devices.values():
            device.load(write(BASE))
        self.before = {name: each.running for name, each in self.devices.items()}
        write_city(folder / "city", Shape(len(NODES)), new=True)

    @contextmanager
    def served(self, timeout: float = WAITS) -> Iterator[None]:
        with FakeFleet(list(self.devices.values()), self._folder) as fleet:
            logins = {name: fleet.access(name) for name in NODES}
            self.access = write_access(self._folder / "access.yaml", logins, None, timeout)
            yield

    def deploy(self, *words: str) -> tuple[int, str]:
        city = ("-i", str(self._folder / "city"), "--access", str(self.access))
        rest = ("--health", "off", "--patience", "2", "--confirm-within", "30")
        code = main.run(["deploy", *city, *rest, *words])
        out, err = self._capture.readouterr()
        return code, out + err

    def report(self, *words: str) -> dict[str, Any]:
        city = ("-i", str(self._folder / "city"), "--access", str(self.access), "--json")
        rest = ("--health", "off", "--patience", "2", "--confirm-within", "30")
        main.run(["deploy", *city, *rest, *words])
        found: dict[str, Any] = json.loads(self._capture.readouterr().out)
        return found

    def same(self) -> bool:
        """Every device runs what it ran before, and nothing waits or is locked."""
        return all(
            fingerprint(each.running) == fingerprint(self.before[name])
            and each.candidate is each.running
            and not (each.pending or each.locks)
            for name, each in self.devices.items()
        )


@contextmanager
def alone(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capture: pytest.CaptureFixture[str],
    timeout: float = WAITS,
) -> Iterator[City]:
    """The city, served, whatever this machine's user has set."""
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.delenv("CITYNET_ACCESS", raising=False)
    made = City(folder, capture)
    with made.served(timeout):
        yield made
