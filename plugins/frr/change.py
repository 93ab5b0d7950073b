"""Carrying out a change on a router, and finding out what of it was refused."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from citynet.deploy.driver import Refusal

from . import alive, config, linux, nft, script
from .config import FrrDiff, Script
from .files import FRR_CONF, LINUX_STATE, NFTABLES
from .reconcile import Step, plan
from .state import Goal, Running
from .words import slot, without_secrets

ROUNDS = 4
"""How often FRR is asked, each time for what is still missing and in another way."""

_FAILED = re.compile(r"Command failed -:(\d+)")
_REFUSED = re.compile(r"^line (\d+): (.+)$", re.MULTILINE)
_NFT_LINE = re.compile(r"(?:/dev/stdin|-):(\d+):")
_SMALL_TALK = re.compile(
    r"\[\d+\|\w+\] |Waiting for children|line \d+: |% Configuration applied with notes|"
    r"No changes found"
)

Run = Callable[[str], str]
"""Runs a script on the device and gives its output."""

Read = Callable[[str], Running]
"""Makes sense of the output of a script that ends in a reading."""


@dataclass(frozen=True, slots=True)
class Device:
    """How to run a script on one device, read what it printed, and the script that reads."""

    run: Run
    read: Read
    reading: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What runs now, and what of the goal was refused."""

    running: Running
    refusals: tuple[Refusal, ...]


def difference(wanted: Goal, now: Running, *, additive: bool) -> dict[str, list[str]]:
    """By file, the lines that a person reads as the difference; files without one are left out."""
    want = linux.facts(wanted.linux.state, wanted.linux.state)
    have = linux.facts(now.linux, wanted.linux.state)
    tables = {**now.tables, **wanted.tables} if additive else wanted.tables
    if additive:
        have = {key: line for key, line in have.items() if key in want}
    made = {
        FRR_CONF: config.shown(config.difference(wanted.frr, now.frr)),
        LINUX_STATE: [
            *(f"-{line}" for key, line in have.items() if want.get(key) != line),
            *(f"+{line}" for key, line in want.items() if have.get(key) != line),
        ],
        NFTABLES: nft.shown(tables, now.tables),
    }
    return {file: lines for file, lines in made.items() if lines}


def present(wanted: Goal, now: Running) -> frozenset[str]:
    """The interfaces and VRFs that the kernel may have when FRR is given its part.

    What is to come is there by then; of what goes, some is not, or FRR does not know it yet.
    """
    return frozenset(now.linux.links.keys() | wanted.linux.state.links.keys())


def carry_out(
    device: Device, wanted: Goal, now: Running, *, additive: bool = False, back: bool = False
) -> Outcome:
    """Bring a device from `now` to `wanted`, re-reading until they agree or nothing helps.

    Policy first, then what comes in the kernel, then FRR, so that nothing crosses before it may
    and FRR finds what it speaks of; what goes in the kernel follows, and tables go last. `back`
    carries on after failures: as much as can be is put back.
    """
    there = present(wanted, now)
    steps = plan(wanted.linux.state, now.linux, additive=additive)
    before, named = script.linux_steps(steps.first, "linux")
    behind, more = script.linux_steps(steps.last, "left")
    first = commands(wanted, now, there, 0)
    routing = _routing("round0", wanted, now, first)
    load = _nft("nft", nft.load(wanted.tables, now.tables))
    unload = "" if additive else _nft("unload", nft.unload(wanted.tables, now.tables))
    go_on = "failed=\n" if back else ""
    order = go_on.join(("failed=\n", load, before, routing, behind, unload))
    output = device.run(order + device.reading)
    after = device.read(output)
    failed = list(_failures(output, wanted, named | more))
    if failed and not back:
        return Outcome(after, tuple(failed))
    said = _said(output, "round0", first)
    for attempt in range(1, ROUNDS):
        if not config.difference(wanted.frr, after.frr):
            break
        again = commands(wanted, after, there, attempt)
        name = f"round{attempt}"
        routing = _routing(name, wanted, after, again)
        output = device.run("failed=\n" + routing + device.reading)
        after = device.read(output)
        said = {**_said(output, name, again), **said}
    failed += _left(wanted, after, said, additive=additive)
    return Outcome(after, tuple(failed))


def commands(wanted: Goal, now: Running, there: frozenset[str], attempt: int) -> Script:
    """What FRR is given in a round, once those of its daemons that must have started again."""
    remains = alive.remaining(now.frr, alive.lost(wanted.frr, now.frr))
    diff = config.difference(wanted.frr, remains)
    return config.script(diff, wanted.frr, remains, there, attempt)


def _routing(name: str, wanted: Goal, now: Running, given: Script) -> str:
    if not config.difference(wanted.frr, now.frr):
        return ""
    daemons = [each.daemon for each in alive.lost(wanted.frr, now.frr)]
    return "".join(map(script.again, daemons)) + script.vtysh(name, given)


def _nft(name: str, text: str) -> str:
    return script.guarded(name, "nft -f - 2>&1", text) if text else ""


def _failures(output: str, wanted: Goal, named: dict[str, list[Step]]) -> Iterator[Refusal]:
    """Steps of the Linux side, or rulesets, that the device did not take."""
    for name, part in script.parts(output).items():
        if not part.status:
            continue
        if name in named:
            yield _step_refusal(wanted, named[name], part.text)
        elif name in ("nft", "unload"):
            yield nft_refusal(wanted, part.text)
        elif name.startswith(script.AGAIN):
            yield Refusal(FRR_CONF, None, "", part.text.strip() or f"{name} failed")


def _step_refusal(wanted: Goal, steps: list[Step], said: str) -> Refusal:
    found = _FAILED.search(said)
    number = min(int(found.group(1)), len(steps)) if found else 1
    step = steps[number - 1]
    lines = [line for line in said.splitlines() if line and not _FAILED.match(line)]
    message = " ".join(lines) or "refused"
    at = wanted.linux.lines.get(step.about)
    text = _line(wanted, LINUX_STATE, at) or step.text
    return Refusal(LINUX_STATE, at, text, f"{step.text}: {message}")


def unfit_ruleset(wanted: Goal, canonical: script.Part) -> Refusal | None:
    """Why a ruleset cannot be compared; `canonical` is what nft makes of it."""
    if canonical.status:
        return nft_refusal(wanted, canonical.text)
    for name in nft.foreign(canonical.text):
        lines = wanted.artifact.files.get(NFTABLES, "").splitlines()
        said = (number for number, line in enumerate(lines, 1) if f" {name} " in f"{line} ")
        at = next(said, None)
        message = f"table {name} is not citynet's: its name must begin with {nft.PREFIX}"
        return Refusal(NFTABLES, at, _line(wanted, NFTABLES, at), message)
    return None


def nft_refusal(wanted: Goal, said: str) -> Refusal:
    """What nft says of a ruleset, at the line that it names."""
    found = _NFT_LINE.search(said)
    at = int(found.group(1)) if found else None
    message = next((line for line in said.splitlines() if "Error" in line), said.strip())
    return Refusal(NFTABLES, at, _line(wanted, NFTABLES, at), message)


def _line(wanted: Goal, file: str, number: int | None) -> str:
    lines = wanted.artifact.files.get(file, "").splitlines()
    return lines[number - 1].strip() if number and number <= len(lines) else ""


def _said(output: str, name: str, sent: Script) -> dict[config.Path | None, str]:
    """What vtysh said of each line; what it said of none of them under None."""
    part = script.parts(output).get(name)
    if part is None:
        return {}
    made: dict[config.Path | None, str] = {}
    for number, message in _REFUSED.findall(part.text):
        index = int(number) - 1
        path = sent.about[index] if 0 <= index < len(sent.about) else None
        if path is not None:
            made.setdefault(path, _plain(message))
    rest = [line for line in part.text.splitlines() if line and not _SMALL_TALK.match(line)]
    if rest:
        made[None] = " ".join(dict.fromkeys(map(without_secrets, rest)))
    return made


def _plain(message: str) -> str:
    """`% Unknown command[21]:  isis bogus 3` and the like, for people."""
    said = re.sub(r"\[\d+\]", "", without_secrets(message).partition(", line:")[0])
    return said.removeprefix("% ").strip()


def dry_refusals(wanted: Goal, said: str, sent: Script) -> list[Refusal]:
    """What `vtysh -C` refuses of the commands of a first round."""
    made = []
    for number, message in dict.fromkeys(_REFUSED.findall(said)):
        path = sent.about[int(number) - 1] if int(number) <= len(sent.about) else None
        at = wanted.frr.lines.get(path) if path else None
        text = path[-1] if path else sent.lines[int(number) - 1].strip()
        if at is not None:  # a negation in other words may do; what is left is found after
            made.append(Refusal(FRR_CONF, at, without_secrets(text), _plain(message)))
    return made


def _left(
    wanted: Goal, now: Running, said: dict[config.Path | None, str], *, additive: bool
) -> list[Refusal]:
    """What does not run as wanted although everything was tried."""
    diff: FrrDiff = config.difference(wanted.frr, now.frr)
    known = [path for path in diff.added if path in said]
    why = said.get(None, "FRR does not show it after it was given")
    made = [
        Refusal(FRR_CONF, wanted.frr.lines[path], without_secrets(path[-1]), said.get(path, why))
        for path in (known or diff.added)
    ]
    replaced = {(path[:-1], slot(path[-1])) for path in diff.added if slot(path[-1])}
    made += [
        Refusal(FRR_CONF, None, shown[-1], f"{' / '.join(shown)}: cannot be removed: {why}")
        for path in diff.removed
        for shown in [[without_secrets(line) for line in path]]
        if not known and (path[:-1], slot(path[-1])) not in replaced
    ]
    rest = difference(wanted, now, additive=additive)
    for file in (LINUX_STATE, NFTABLES):
        made += [
            Refusal(file, None, line[1:], f"after the change there is still a difference: {line}")
            for line in rest.get(file, ())
        ]
    return made
