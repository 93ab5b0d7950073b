"""What a caller gives becomes one word of a command: a real shell runs each of them here."""

import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from citynet.fleet.shell import Output
from plugins.frr.napalm_driver import FRRDriver

PROGRAMS = ("vtysh", "ping", "traceroute", "ip")
STUB = '#!/bin/sh\nfor each; do printf "%s\\n" "$each"; done >>"$WORDS"; echo "{}"\n'
MARK = "it-was-run"
"""Without a slash, which would end the zone of an address."""
HOSTILE = tuple(
    each.format(f"touch {MARK}") for each in ("';{};'", "$({})", "`{}`", "|{}", "\n{}\n", "&{}&")
)
ADDRESSES = ("{}", "fe80::1%{}", "fe80::1%{}/64", "10.0.0.0/8{}")
Call = Callable[[FRRDriver, str], object]
CALLS: dict[str, Call] = {
    "get_route_to": lambda driver, text: driver.get_route_to(text),
    "get_route_to longer": lambda driver, text: driver.get_route_to(text, longer=True),
    "get_route_to protocol": lambda driver, text: driver.get_route_to("10.0.0.0/8", text),
    "ping": lambda driver, text: driver.ping(text),
    "ping source": lambda driver, text: driver.ping("10.0.0.1", source=text),
    "ping interface": lambda driver, text: driver.ping("10.0.0.1", source_interface=text),
    "ping vrf": lambda driver, text: driver.ping("10.0.0.1", vrf=text),
    "traceroute": lambda driver, text: driver.traceroute(text),
    "traceroute source": lambda driver, text: driver.traceroute("10.0.0.1", source=text),
    "traceroute vrf": lambda driver, text: driver.traceroute("10.0.0.1", vrf=text),
    "get_arp_table": lambda driver, text: driver.get_arp_table(text),
    "cli": lambda driver, text: driver.cli([text]),
}


class Local:
    """A shell on this machine, in which a router's programs only note their words."""

    def __init__(self, folder: Path) -> None:
        self.words = folder / "words"
        self.words.write_text("")
        for name in PROGRAMS:
            (folder / name).write_text(STUB)
            (folder / name).chmod(0o755)
        path = f"{folder}:{os.environ['PATH']}"
        self._environment = {**os.environ, "PATH": path, "WORDS": str(self.words)}

    def run(self, command: str, *, stdin: str | None = None, timeout: float = 30.0) -> Output:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            env=self._environment,
            cwd=self.words.parent,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Output(done.stdout, done.stderr, done.returncode)

    def hold(self, command: str, *, until: str, timeout: float = 30.0) -> Output:
        raise NotImplementedError  # nothing that is tried here holds a command

    def close(self) -> None:
        return None


@pytest.fixture
def shell(tmp_path: Path) -> Local:
    return Local(tmp_path)


@pytest.fixture
def driver(shell: Local) -> FRRDriver:
    made = FRRDriver("router", "root", "")
    made._session._shell = shell
    return made


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_of_a_value_is_run(
    name: str, hostile: str, driver: FRRDriver, tmp_path: Path
) -> None:
    for address in ADDRESSES:
        with suppress(ValueError, LookupError, TypeError):
            CALLS[name](driver, address.format(hostile))
        assert not (tmp_path / MARK).exists(), address


@pytest.mark.parametrize("text", ["fe80::1%eth0", "fe80::1%';id;'", "fe80::1%x/64"])
def test_a_zone_is_refused(text: str, driver: FRRDriver, shell: Local) -> None:
    with pytest.raises(ValueError, match="has a zone, expected an address or a prefix without one"):
        driver.get_route_to(text)
    assert not shell.words.read_text()


@pytest.mark.parametrize("name", ["ping", "traceroute"])
def test_a_destination_is_no_option(name: str, driver: FRRDriver, shell: Local) -> None:
    CALLS[name](driver, "-f")
    assert shell.words.read_text().splitlines()[-2:] == ["--", "-f"]


def test_the_command_of_a_prefix_is_one_word(driver: FRRDriver, shell: Local) -> None:
    driver.get_route_to("10.1.2.3/16", longer=True)
    expected = ["-c", "show ip route vrf all 10.1.0.0/16 longer-prefixes json"]
    assert shell.words.read_text().splitlines() == expected
