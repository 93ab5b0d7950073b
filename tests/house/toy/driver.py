"""A toy's driver. The device is a file beside this package, and outlives every session."""

import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import msgspec

from citynet.deploy.driver import (
    Capability,
    Change,
    Confirm,
    NotPendingError,
    Refusal,
    Refused,
)
from citynet.fleet.target import Reachable
from citynet.render.artifact import Artifact

SHELF = Path(__file__).parent / "devices"


class Device(msgspec.Struct):
    """What a toy runs, who holds it, and until when (s) it waits for whose confirmation."""

    running: dict[str, str] = {}
    before: dict[str, str] = {}
    waits: str = ""
    until: float = 0.0
    owner: str = ""


class ToyDriver:
    """One session to a toy."""

    def __init__(self, target: Reachable) -> None:
        self._name = target.name
        self._file = SHELF / f"{target.name}.json"
        self._wanted: dict[str, str] = {}
        self._owner = ""

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset(Capability)

    def _device(self) -> Device:
        """The device by now: its time may be over."""
        if not self._file.exists():
            return Device()
        found = msgspec.json.decode(self._file.read_bytes(), type=Device)
        if found.waits and time.time() > found.until:
            found.running, found.waits = found.before, ""
        return found

    def _put(self, device: Device) -> None:
        self._file.parent.mkdir(exist_ok=True)
        self._file.write_bytes(msgspec.json.encode(device))

    def _waiting(self, run: str) -> Device:
        device = self._device()
        if device.waits != run:
            raise NotPendingError(f"{self._name}: nothing waits as {run}")
        return device

    def _refused(self, why: str) -> Refused:
        return Refused(self._name, [Refusal("config.xml", None, "", why)])

    def lock(self, owner: str) -> None:
        device = self._device()
        if device.owner and device.owner != owner:
            raise self._refused(f"{device.owner} plays with it")
        self._owner = device.owner = owner
        self._put(device)

    def unlock(self) -> None:
        device = self._device()
        if self._owner and device.owner == self._owner:
            device.owner = ""
            self._put(device)

    def read(self) -> Mapping[str, str]:
        return self._device().running

    def stage(self, artifact: Artifact, *, additive: bool = False) -> Change:
        now = self.read()
        self._wanted = {**(now if additive else {}), **artifact.files}
        added = sum(now.get(name) != text for name, text in self._wanted.items())
        return Change(self._name, "+ toys" if added else "", added, 0)

    def validate(self) -> None:
        if "<broken/>" in self._wanted.get("config.xml", ""):
            raise self._refused("it is broken")

    def fingerprint(self, *, last: bool = False) -> str:
        return sha256(msgspec.json.encode(sorted(self.read().items()))).hexdigest()

    def commit(self, confirm: Confirm | None = None) -> None:
        device = self._device()
        device.before, device.running = device.running, self._wanted
        if confirm is not None:
            device.waits, device.until = confirm.run, time.time() + confirm.within
        self._put(device)

    def probe(self) -> None:
        self.read()

    def extend(self, confirm: Confirm, runs: str = "") -> None:
        device = self._waiting(confirm.run)
        device.until = time.time() + confirm.within
        self._put(device)

    def confirm(self, run: str, runs: str = "") -> None:
        device = self._waiting(run)
        device.waits = ""
        self._put(device)

    def roll_back(self, run: str) -> None:
        device = self._waiting(run)
        device.running, device.waits = device.before, ""
        self._put(device)

    def close(self) -> None:
        self._wanted = {}
