"""Shell scripts for the device: few forks, each part's output and status under its own heading.

A fork costs 17 ms in an emulated lab, so everything that can be is done by the shell itself or
by one process for many things.
"""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from citynet.deploy.driver import DeviceError

from .config import Script
from .linux import PROTOCOL
from .reconcile import Step

MARK = "@@citynet"
_HEADING = re.compile(rf"^{MARK} (\S+) (\d+)$", re.MULTILINE)

STATE_DIR = "/var/lib/citynet"
RUN_DIR = "/run/citynet"
FRR_CONF = "/etc/frr/frr.conf"
SAVED_LINUX = f"{STATE_DIR}/linux.state"
SAVED_NFT = f"{STATE_DIR}/nftables.nft"
SAVED_BEFORE = f"{STATE_DIR}/sysctl.before"
BOOT = f"{STATE_DIR}/boot"
COMMANDS = "/run/citynet.vtysh"
UNWRITTEN = 73
SPARE = "/dev/shm"  # noqa: S108 - where mktemp makes a file
"""Room for a router whose disk is full and that has to go back all the same."""
SAVED = (FRR_CONF, SAVED_LINUX, SAVED_NFT, SAVED_BEFORE, BOOT)
UPTIME = "/proc/uptime"
WAITING = (
    *(
        f"{STATE_DIR}/{phase}/{name}.json"
        for phase in ("commit", "reverting", "confirmed")
        for name in ("about", "deadline")
    ),
    UPTIME,
)
"""What says whether a commit waits, in the order that it goes through: it is seen on its way."""
KERNEL = (
    "/proc/sys/net/ipv4",
    "/proc/sys/net/ipv6",
    "/proc/sys/net/vrf",
    "/proc/sys/net/netfilter/nf_hooks_lwtunnel",
)
"""Where the kernel's settings are that make a router."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of a script printed, and its exit status."""

    text: str
    status: int


WHOLE = "# the end of a script of citynet"
"""The last line of every script; being a comment, it leaves the status of the line before."""
CUT = 74
"""The status of one that arrived without its end."""
RUN = f"""text="$(cat)"; case "$text" in *'{WHOLE}') eval "$text";; *) exit {CUT};; esac"""
"""Runs the script on its standard input, as text that no list of processes shows.

One that was cut off, by a session that was lost, is not begun.
"""


def whole(text: str) -> str:
    """A script as `RUN` takes it."""
    gap = "" if text.endswith("\n") or not text else "\n"
    return f"{text}{gap}{WHOLE}\n"


def here(text: str) -> str:
    """A here-document with `text`, taken literally; its end is a word that is not in it."""
    end = f"END_{sha256(text.encode()).hexdigest()[:16]}"
    gap = "" if text.endswith("\n") or not text else "\n"
    return f"<<'{end}'\n{text}{gap}{end}"


def part(name: str, command: str, document: str | None = None) -> str:
    """A part of a script: `command`, with `document` as its standard input."""
    given = f" {here(document)}" if document is not None else " </dev/null"
    return f"{command}{given}\nstatus=$?; echo; echo {MARK} {name} $status\n"


def parts(output: str) -> dict[str, Part]:
    """What each part printed, by name."""
    found: dict[str, Part] = {}
    start = 0
    for heading in _HEADING.finditer(output):
        text = output[start : heading.start()].removesuffix("\n")
        found[heading.group(1)] = Part(text, int(heading.group(2)))
        start = heading.end() + 1
    return found


def reading(sysctl_paths: Sequence[str], ruleset: str) -> str:
    """A script that reads all there is to know. `ruleset`: to be put in the kernel's words.

    Whether a commit waits comes first: where none does, nothing changes by itself after it.
    """
    made = [
        part("saved", f"tail -v -n +1 {' '.join(SAVED + WAITING)} 2>/dev/null"),
        part("frr", "vtysh -c 'show daemons' -c 'show running-config'"),
        part("links", "ip -j -d addr"),
        part("fences", f"ip -j route show table all proto {PROTOCOL}"),
        part("tables", "nft -s list ruleset"),
        part("session", 'echo "$SSH_CONNECTION"'),
    ]
    if sysctl_paths:
        names = " ".join(shlex.quote(path) for path in sysctl_paths)
        made.append(part("sysctls", f"grep -sH '' {names}"))
    if ruleset.strip():
        made.append(canonical(ruleset))
    return "".join(made)


def settings() -> str:
    """A part that prints every setting of the kernel that makes a router."""
    return part("kernel", f"grep -rsH '' {' '.join(KERNEL)}")


def canonical(ruleset: str) -> str:
    """A part that prints a ruleset as the device's kernel would, and changes nothing.

    It is loaded in a network namespace of its own, which is gone when the command ends.
    """
    return part("canonical", "unshare -n sh -c 'nft -f - 2>&1 && nft -s list ruleset'", ruleset)


def sysctl_values(text: str) -> dict[str, str]:
    """Path -> value from `grep -H '' paths`, tabs as single spaces."""
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {path: " ".join(value.split()) for path, _, value in pairs}


def saved_files(text: str) -> dict[str, str]:
    """Path -> content from `tail -v -n +1 paths`; files that are not there are left out."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in text.splitlines():
        name = line.removeprefix("==> ").removesuffix(" <==")
        if line.startswith("==> ") and name in (*SAVED, *WAITING):
            current = found.setdefault(name, [])
        elif line.startswith("tail: "):
            current = None
        elif current is not None:
            current.append(line)
    return {
        name: "".join(f"{line}\n" for line in lines).rstrip("\n") + "\n" if any(lines) else ""
        for name, lines in found.items()
    }


def documents(part_: Part) -> list[Mapping[str, Any]]:
    """A list of JSON objects, as iproute2 prints it; an empty table prints nothing."""
    text = part_.text.strip()
    try:
        found = json.loads(text) if text else []
    except ValueError as error:
        raise DeviceError(f"iproute2 printed no JSON: {text[:200]!r}") from error
    return [each for each in found if isinstance(each, dict)]


def linux_steps(steps: Sequence[Step], prefix: str) -> tuple[str, dict[str, list[Step]]]:
    """A script that carries out steps and stops at the first that fails.

    Also gives, by name of each part, the steps in it: the n-th line of a part is its n-th step.
    """
    groups: list[list[Step]] = []
    for step in steps:
        if groups and groups[-1][0].tool == step.tool:
            groups[-1].append(step)
        else:
            groups.append([step])
    made: list[str] = []
    named: dict[str, list[Step]] = {}
    for number, group in enumerate(groups):
        name = f"{prefix}{number}"
        named[name] = group
        made.append(guarded(name, *_command(group)))
    return "".join(made), named


def _command(group: Sequence[Step]) -> tuple[str, str | None]:
    if group[0].tool == "ip":
        return "ip -batch - 2>&1", "".join(f"{step.text}\n" for step in group)
    writes = []
    for number, step in enumerate(group, 1):
        path, _, value = step.text.partition(" ")
        target = shlex.quote(path)
        failing = f"{{ echo Command failed -:{number}; false; }}"
        writes.append(f"{{ echo {shlex.quote(value)} >{target}; }} 2>&1 || {failing}")
    return "{ " + " && ".join(writes) + "; }", None


def guarded(name: str, command: str, document: str | None) -> str:
    """A part that is left out once an earlier one has failed."""
    given = f" {here(document)}" if document is not None else " </dev/null"
    return (
        f'if [ -z "$failed" ]; then\n{command}{given}\nstatus=$?\n'
        f"[ $status = 0 ] || failed=1\necho; echo {MARK} {name} $status\nfi\n"
    )


def vtysh(name: str, lines: Script) -> str:
    """A part that gives lines to vtysh. It forks for each daemon, and each reads the file again.

    Of a file that could not be written whole nothing is given.
    """
    return (
        f'if [ -z "$failed" ]; then\n'
        f"umask 077; text={shlex.quote(lines.text())}; file={COMMANDS}\n"
        f'printf %s "$text" >$file || {{ file=$(mktemp -p {SPARE}) && printf %s "$text" >$file; }} '
        f"|| file=\n"
        f'if [ -n "$file" ]; then vtysh -f "$file" 2>&1 </dev/null; status=$?\n'
        f"else status={UNWRITTEN}; echo 'there is no room for what vtysh is to read'; fi\n"
        f'echo; echo {MARK} {name} $status; [ -z "$file" ] || : >"$file"\n'
        f'case "$file" in {SPARE}/*) rm -f "$file";; esac\nfi\n'
    )


AGAIN = "again-"


def again(daemon: str) -> str:
    """A part that starts a daemon again, with nothing; one that runs is needed by all after it."""
    program = Path(__file__).with_name("again.py").read_text(encoding="utf-8")
    return guarded(f"{AGAIN}{daemon}", f"python3 -IS - {shlex.quote(daemon)} 2>&1", program)


def bootable(files: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """Each file for the next boot with its mode and its owner."""
    made: dict[str, dict[str, object]] = {}
    for path, text in files.items():
        mode = {FRR_CONF: 0o640, BOOT: 0o700}.get(path, 0o600)
        owner = "frr" if path == FRR_CONF else None
        made[path] = {"text": text, "mode": mode, "owner": owner}
    return made
