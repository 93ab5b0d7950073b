"""Reading from vendors' command lines over netmiko, whose devices here are fakes that say so."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import paramiko
import pytest

from citynet.deploy.driver import DeviceError, UnreachableError
from citynet.fleet.prompt import PromptShell
from citynet.fleet.target import Target
from citynet.house import open_house
from tests.fleet.server import Server, access, known_hosts, private, server

FAKE = "a fake command line, for tests"
PROMPTS = {"huawei_vrp": "<ne-1>", "nokia_srlinux": "A:srl-1# "}
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "huawei_vrp": {"display version": FAKE},
    "nokia_srlinux": {"show version": FAKE, "info system name": "system { }"},
}
NONSENSE = {
    "huawei_vrp": "        ^\nError: Unrecognized command found at '^' position.",
    "nokia_srlinux": "Parsing error: Unknown token",
}
QUIET = ("screen-length", "environment")
"""What netmiko types before anything else."""


class Device:
    """Echoes a line, answers it, and shows its prompt again; `log` has what was typed."""

    def __init__(self, platform: str) -> None:
        self.platform = platform
        self.log: list[str] = []

    def talk(self, channel: paramiko.Channel) -> None:
        time.sleep(0.05)  # the request is answered by another thread, and has to be first
        with suppress(OSError):  # whoever leaves need not wait for the last answer
            self._talk(channel)

    def _talk(self, channel: paramiko.Channel) -> None:
        prompt = PROMPTS[self.platform]
        channel.sendall(f"Info: {FAKE}\r\n{prompt}".encode())
        line = ""
        while data := channel.recv(256):
            for sign in data.decode():
                if sign not in "\r\n":
                    line += sign
                elif line or sign == "\n":
                    channel.sendall(f"{line}\r\n{self._answer(line)}{prompt}".encode())
                    line = ""

    def _answer(self, line: str) -> str:
        if line:
            self.log.append(line)
        if not line or line.startswith(QUIET):
            return ""
        answer = ANSWERS[self.platform].get(line, NONSENSE[self.platform])
        return f"{answer}\r\n".replace("\n", "\r\n")


Opener = Callable[[], PromptShell]


@pytest.fixture(params=list(PROMPTS))
def device(request: pytest.FixtureRequest) -> Device:
    return Device(request.param)


@pytest.fixture
def there(device: Device, tmp_path: Path) -> Iterator[tuple[Server, Opener]]:
    client = paramiko.ECDSAKey.generate()
    with server(client) as made:
        made.typed = device.talk
        known = known_hosts(tmp_path / "known", (made.port, made.key))
        entry = access(made.port, private(tmp_path / "key", client), known)
        target = Target("r1", open_house().platforms[device.platform], entry)

        def opened() -> PromptShell:
            shell = target.shell()
            assert isinstance(shell, PromptShell)
            return shell

        yield made, opened


def test_what_reads_is_answered(device: Device, there: tuple[Server, Opener]) -> None:
    shell = there[1]()
    for command, answer in ANSWERS[device.platform].items():
        said = shell.run(command)
        assert (said.stdout.strip(), said.status) == (answer, 0)
    shell.close()
    shell.close()


def test_what_the_device_does_not_know_is_told(
    device: Device, there: tuple[Server, Opener]
) -> None:
    word = open_house().platforms[device.platform].cli
    assert word is not None
    said = there[1]().run(f"{word.reads[0]} nonsense")
    assert said.status == 1
    assert NONSENSE[device.platform].splitlines()[-1] in said.stdout.replace("\r", "")


@pytest.mark.parametrize(
    "command",
    [
        "system-view",
        "enter candidate",
        "",
        "display version\nsystem-view",
        "show version\ncommit now",
        "display version > flash:/here",
        "show version > here",
        "display version; reboot",
    ],
)
def test_nothing_else_is_typed(command: str, device: Device, there: tuple[Server, Opener]) -> None:
    shell = there[1]()
    typed = len(device.log)
    with pytest.raises(DeviceError, match="what changes goes over NETCONF"):
        shell.run(command)
    with pytest.raises(DeviceError, match="one command at a time"):
        shell.hold("display version", until="x")
    assert len(device.log) == typed


def test_a_lost_session_and_an_unknown_host(
    there: tuple[Server, Opener], device: Device, tmp_path: Path
) -> None:
    made, opened = there
    shell = opened()
    made.drop()
    with pytest.raises(UnreachableError, match="r1: "):
        shell.run(next(iter(ANSWERS[device.platform])), timeout=5)
    known_hosts(tmp_path / "known", (made.port, paramiko.ECDSAKey.generate()))
    with pytest.raises(UnreachableError, match=r"r1: the host key of .* is not the one"):
        opened()
