"""NAPALM's `cli`, `ping` and `traceroute`."""

import re
import shlex
from dataclasses import dataclass
from typing import Any

from napalm.base import models
from napalm.base.exceptions import CommandErrorException

from .napalm_state import Ask

_REPLY = re.compile(r"bytes from (\S+?):? .*?time=([\d.]+)")
_LOSS = re.compile(r"(\d+) packets transmitted, (\d+) received")
_TIMES = re.compile(r"= ([\d.]+)/([\d.]+)/([\d.]+)/([\d.]+) ms")
_HOP = re.compile(r"^\s*(\d+)\s+(.*)$", re.MULTILINE)
_PROBE = re.compile(r"(\*)|(?:(\S+) \(([0-9a-fA-F.:]+)\)\s+)?([\d.]+) ms")


@dataclass(frozen=True, slots=True)
class Ping:
    """Where to, from which address or interface, in which VRF; `timeout` is in seconds."""

    destination: str
    source: str
    vrf: str
    ttl: int
    timeout: int

    def around(self) -> str:
        """What puts a command into the VRF."""
        return f"ip vrf exec {shlex.quote(self.vrf)} " if self.vrf else ""


def cli(ask: Ask, commands: list[str]) -> dict[str, Any]:
    """What vtysh prints, by command. One that is not one line, or that it refuses, is an error."""
    if not isinstance(commands, list):
        raise TypeError("Please enter a valid list of commands!")
    made = {}
    for command in commands:
        if "\n" in command:
            raise ValueError(f"{command!r} is not one command")
        said = ask(f"vtysh -c {shlex.quote(command)}")
        if said.startswith("% "):
            raise CommandErrorException(f"{command}: {said.removeprefix('% ').strip()}")
        made[command] = said
    return made


def ping(ask: Ask, asked: Ping, size: int, count: int) -> models.PingResultDict:
    """`error` where nothing could be sent."""
    source = f"-I {shlex.quote(asked.source)} " if asked.source else ""
    said = ask(
        f"{asked.around()}ping -n -c {int(count)} -s {int(size)} -t {int(asked.ttl)} "
        f"-W {int(asked.timeout)} {source}-- {shlex.quote(asked.destination)} 2>&1"
    )
    sent = _LOSS.search(said)
    if sent is None:
        return models.PingResultDict(error=said.strip() or "ping printed nothing")
    times = _TIMES.search(said)
    low, average, high, spread = (float(each) for each in times.groups()) if times else (0.0,) * 4
    return models.PingResultDict(
        success=models.PingDict(
            probes_sent=int(sent.group(1)),
            packet_loss=int(sent.group(1)) - int(sent.group(2)),
            rtt_min=low,
            rtt_max=high,
            rtt_avg=average,
            rtt_stddev=spread,
            results=[
                models.PingResultDictEntry(ip_address=address, rtt=float(rtt))
                for address, rtt in _REPLY.findall(said)
            ],
        )
    )


def traceroute(ask: Ask, asked: Ping) -> models.TracerouteResultDict:
    """A probe that nobody answered has no address and a time of 0."""
    source = f"-s {shlex.quote(asked.source)} " if asked.source else ""
    hops = min(int(asked.ttl), 255)
    said = ask(
        f"{asked.around()}traceroute -m {hops} -w {int(asked.timeout)} {source}"
        f"-- {shlex.quote(asked.destination)} 2>&1"
    )
    made: dict[int, models.TracerouteResultDictEntry] = {}
    for number, rest in _HOP.findall(said):
        probes: dict[int, models.TracerouteDict] = {}
        name, address = "", ""
        for index, (missing, host, ip, rtt) in enumerate(_PROBE.findall(rest), 1):
            name, address = (host or name), (ip or address)
            unknown = bool(missing)
            probes[index] = models.TracerouteDict(
                rtt=0.0 if unknown else float(rtt),
                ip_address="" if unknown else address,
                host_name="" if unknown else name,
            )
        made[int(number)] = models.TracerouteResultDictEntry(probes=probes)
    if not made:
        return models.TracerouteResultDict(error=said.strip() or "traceroute printed nothing")
    return models.TracerouteResultDict(success=made)
