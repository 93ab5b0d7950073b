"""Probes as the agent's request, and the agent's answer as outcomes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from citynet.verify.observe import Outcome, Probe

Rows = list[list[object]]
KNOWN = ("from __future__ ", "from citynet.")
"""Lines that the second of the agent's files begins with, and that the first one stands for."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often to try: seconds after each round, rounds for all, for the wanted."""

    wait: float = 1.0
    tries: int = 2
    patience: int = 4


@dataclass(frozen=True, slots=True)
class Request:
    """One run of the agent: its standard input, and which probe each number stands for."""

    script: str
    probes: tuple[Probe, ...]
    spaces: Mapping[str, str]

    def outcomes(self, text: str) -> dict[Probe, Outcome | str]:
        """What the agent printed. Everything is a sentence where that cannot be read."""
        try:
            answer = json.loads(text)
            strays: dict[int, list[str]] = {}
            for number, space in answer["strays"]:
                strays.setdefault(int(number), []).append(self.spaces.get(space, space))
            rows = {
                int(number): Outcome(
                    bool(answered), bool(reached), tuple(strays.get(int(number), ())), error, unsent
                )
                for number, answered, reached, error, unsent in answer["results"]
            }
        except (ValueError, KeyError, TypeError) as error:
            said = text.strip().splitlines()[-1:] or ["nothing"]
            return dict.fromkeys(self.probes, f"the probe agent said {said[0]!r} ({error!r})")
        return {
            probe: rows.get(number, "the probe agent did not report it")
            for number, probe in enumerate(self.probes)
        }


def agent_source(name: str = "agent.py") -> str:
    """An agent's own text, to be run by `python3 -`: its two files as one."""
    folder = resources.files("citynet.verify")
    packets, agent = (
        folder.joinpath(each).read_text(encoding="utf-8") for each in ("agent_packets.py", name)
    )
    lines = agent.splitlines(keepends=True)
    rest = "".join(line for line in lines if not line.startswith(KNOWN))
    return f"{packets}\n{rest}"


def request(
    probes: Iterable[Probe],
    spaces: Mapping[str, str],
    addresses: Mapping[str, Mapping[str, str]],
    hosts: Mapping[str, str],
    *,
    nonce: int,
    patience: Patience,
) -> Request:
    """The agent's request. `spaces` is the network namespace of each source and target.

    `addresses` are the own addresses of each source, by family (`"4"`, `"6"`); `hosts` are
    the management addresses that `@NODE` stands for.
    """
    ordered = tuple(sorted(probes))
    rows: Rows = [
        [
            number,
            spaces[probe.source],
            spaces[probe.target] if probe.target else None,
            probe.protocol,
            probe.family,
            hosts.get(probe.address, probe.address),
            probe.port,
            probe.size,
            probe.wanted,
            probe.own,
            probe.via,
            probe.route,
        ]
        for number, probe in enumerate(ordered)
    ]
    body = {
        "nonce": nonce,
        "wait": patience.wait,
        "tries": patience.tries,
        "patience": patience.patience,
        "spaces": {spaces[name]: dict(own) for name, own in addresses.items() if name in spaces},
        "probes": rows,
    }
    script = f"{agent_source()}\nmain({json.dumps(body, separators=(',', ':'))!r})\n"
    return Request(script, ordered, {space: name for name, space in spaces.items()})
