"""Links that are bad on purpose: delay, loss, a rate, corrupted bits, by the kernel's netem."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from citynet.lab.api import Lab, attached
from citynet.lab.ends import End, all_ends, chosen, ends_of, link_of
from citynet.lab.errors import LabError
from citynet.lab.host import LabHost, checked
from citynet.lab.topology import Topology

LONGEST_MS = 60_000.0
NEEDS_NETEM = "the kernel of the lab's host has no netem (sch_netem)"


@dataclass(frozen=True, slots=True)
class Impairment:
    """What one end does to the packets that it sends. Zero is nothing; loss, corrupt in percent."""

    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    loss: float = 0.0
    rate_mbit: float = 0.0
    corrupt: float = 0.0

    def __str__(self) -> str:
        said = [
            f"delay {self.delay_ms:g} ms" if self.delay_ms else "",
            f"jitter {self.jitter_ms:g} ms" if self.jitter_ms else "",
            f"loss {self.loss:g} %" if self.loss else "",
            f"rate {self.rate_mbit:g} Mbit/s" if self.rate_mbit else "",
            f"corrupt {self.corrupt:g} %" if self.corrupt else "",
        ]
        return ", ".join(each for each in said if each) or "nothing"

    def check(self) -> None:
        """Raise `LabError` where the kernel could not do it, or would do something else."""
        for name, value in (("loss", self.loss), ("corrupt", self.corrupt)):
            if not 0 <= value <= 100:  # noqa: PLR2004 - percent
                raise LabError(f"--{name} is {value:g}: a percentage is from 0 to 100")
        for name, value in (("delay", self.delay_ms), ("jitter", self.jitter_ms)):
            if not 0 <= value <= LONGEST_MS:
                raise LabError(f"--{name} is {value:g}: milliseconds, from 0 to {LONGEST_MS:.0f}")
        if not 0 <= self.rate_mbit <= 100_000:  # noqa: PLR2004 - 100 Gbit/s
            raise LabError(f"--rate is {self.rate_mbit:g}: Mbit/s, more than 0, at most 100000")
        if self.jitter_ms > self.delay_ms:
            raise LabError(
                f"--jitter {self.jitter_ms:g} varies a delay of {self.delay_ms:g} ms: it needs a "
                "--delay that is at least as long"
            )

    @property
    def netem(self) -> list[str]:
        """What `tc qdisc replace ... netem` takes."""
        words: list[str] = []
        if self.delay_ms:
            words += ["delay", f"{self.delay_ms:g}ms"]
        if self.jitter_ms:
            words.append(f"{self.jitter_ms:g}ms")
        for name, value in (("loss", self.loss), ("corrupt", self.corrupt)):
            words += [name, f"{value:g}%"] if value else []
        words += ["rate", f"{self.rate_mbit:g}mbit"] if self.rate_mbit else []
        return words


@dataclass(frozen=True, slots=True)
class Impaired:
    """One end that is impaired now, as the kernel says."""

    link: str
    node: str
    interface: str
    what: Impairment

    def __str__(self) -> str:
        return f"{self.link} from {self.node} {self.interface}: {self.what}"


def impair(lab: Lab, link: str, what: Impairment, end: str | None = None) -> tuple[End, ...]:
    """Impair a link at both ends, or at one; what it had before is replaced."""
    what.check()
    if what == Impairment():
        raise LabError("an impairment of nothing: --clear takes one away")
    changed = ends(lab, link, end)
    _tc(lab, [_change(each, "replace", ["netem", *what.netem]) for each in changed])
    return changed


def clear(lab: Lab, link: str, end: str | None = None) -> tuple[End, ...]:
    """Take an impairment away; nothing else that a router queues by is touched.

    A link that has none is fine too.
    """
    asked = ends(lab, link, end)
    with attached(lab) as host:
        now = {(each.link, each.node) for each in impaired(host, lab.topology)}
    changed = [each for each in asked if (each.link, each.space or each.node) in now]
    if changed:
        _tc(lab, [_change(each, "del", []) for each in changed])
    return tuple(changed)


def impaired(host: LabHost, topology: Topology) -> tuple[Impaired, ...]:
    """What is impaired now; one command for the whole lab, and one for all its customers."""
    routers = [end for end in all_ends(topology) if not end.space]
    customers = [end for end in all_ends(topology) if end.space]
    found = [*_shown(host, [], routers), *_shown(host, _inside(customers), customers)]
    return tuple(sorted(found, key=lambda each: (each.link, each.node)))


def ends(lab: Lab, link: str, end: str | None = None) -> tuple[End, ...]:
    """Both ends of a link, or the one that is named. Raises `LabError`."""
    found = link_of(lab, link)
    one = chosen(lab, found, end)
    return (one,) if one else ends_of(lab, found)


def _inside(ends: Sequence[End]) -> list[str]:
    """Where `tc -n` finds a customer's namespace: in the container that holds them all."""
    return ["docker", "exec", ends[0].container] if ends else []


def _namespace(end: End) -> str:
    return end.space or end.container


def _change(end: End, verb: str, words: Sequence[str]) -> str:
    place = ["tc", "-n", _namespace(end), "qdisc", verb, "dev", end.interface, "root", *words]
    return shlex.join([*(_inside([end]) if end.space else ()), *place])


def _tc(lab: Lab, commands: Sequence[str]) -> None:
    """All ends within milliseconds of each other. Raises `LabError` if the kernel refuses."""
    with attached(lab) as host:
        done = host.run(["sh", "-ec", "\n".join(commands)])
    if done.returncode:
        said = done.stderr.strip() or done.stdout.strip()
        raise LabError(f"{NEEDS_NETEM}: {said}" if "kind is unknown" in said else f"tc: {said}")


def _shown(host: LabHost, prefix: Sequence[str], ends: Sequence[End]) -> Iterator[Impaired]:
    spaces = list(dict.fromkeys(_namespace(end) for end in ends))
    if not spaces:
        return
    script = "; ".join(
        shlex.join(["tc", "-n", space, "-json", "qdisc", "show"]) + " || echo '[]'; echo @@"
        for space in spaces
    )
    said = checked(host, [*prefix, "sh", "-c", script], timeout=120)
    for space, text in zip(spaces, said.split("@@"), strict=False):
        for each in json.loads(text or "[]"):
            for end in ends:
                here = (_namespace(end), end.interface) == (space, each.get("dev"))
                if here and each.get("kind") == "netem":
                    what = _read(each.get("options", {}))
                    yield Impaired(end.link, end.space or end.node, end.interface, what)


def _read(options: Mapping[str, Any]) -> Impairment:
    """The options of netem as iproute2 prints them: seconds, fractions of 1, bytes a second."""
    delay = options.get("delay", {})
    return Impairment(
        delay_ms=_number(delay.get("delay", 0) * 1000),
        jitter_ms=_number(delay.get("jitter", 0) * 1000),
        loss=_number(options.get("loss-random", {}).get("loss", 0) * 100),
        rate_mbit=_number(options.get("rate", {}).get("rate", 0) * 8 / 1_000_000),
        corrupt=_number(options.get("corrupt", {}).get("corrupt", 0) * 100),
    )


def _number(value: float) -> float:
    """The kernel counts in 32 bits: what was asked for comes back a little off."""
    return float(f"{value:.4g}")
