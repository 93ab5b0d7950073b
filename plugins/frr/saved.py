"""What a router is given for its next boot: the same as what runs, in files."""

import shlex
from collections.abc import Mapping
from dataclasses import replace

from . import config, linux, nft, script
from .linux import State
from .reconcile import interface_of, plan
from .state import Goal, Running


def expected(wanted: Goal, now: Running, *, additive: bool) -> dict[str, str]:
    """Path -> content of every file that should be there, for what runs `now`."""
    state = _linux_text(wanted, now, additive=additive)
    made = {
        script.FRR_CONF: _frr_text(now.frr_text),
        script.SAVED_LINUX: state,
        script.SAVED_BEFORE: "",
        script.BOOT: boot(state, nft.load(now.tables, {})),
    }
    if now.tables or now.saved.get(script.SAVED_NFT):
        made[script.SAVED_NFT] = nft.load(now.tables, {})
    return made


def stale(wanted: Goal, now: Running, *, additive: bool) -> list[str]:
    """The files that would boot something else than what runs."""
    want = expected(wanted, now, additive=additive)
    found = []
    if config.difference(config.parse(now.saved.get(script.FRR_CONF, "")), now.frr):
        found.append(script.FRR_CONF)
    kernel = (path for path in (script.SAVED_LINUX, script.SAVED_NFT, script.BOOT) if path in want)
    return found + [path for path in kernel if now.saved.get(path) != want[path]]


def before(wanted: Goal, first: Running, *, additive: bool) -> str:
    """What kernel settings were before they were first changed, for when they are not wanted."""
    old = first.before()
    keys = wanted.own_sysctls()
    known = {
        key: old.get(key, value)
        for key, value in first.linux.sysctls.items()
        if key in keys and interface_of(key, wanted.linux.state.links) is None
    }
    if additive:
        known = {**known, **old}
    return "".join(f"{key} {value}\n" for key, value in sorted(known.items()))


def _linux_text(wanted: Goal, now: Running, *, additive: bool) -> str:
    like = replace(wanted.linux.state, sysctls=wanted.own_sysctls())
    lines: Mapping[str, str] = linux.facts(now.linux, like)
    if additive:
        try:
            old = linux.parse(now.saved.get(script.SAVED_LINUX, "")).state
        except linux.StateSyntaxError:
            old = State()
        lines = {**linux.facts(old, old), **lines}
    return "".join(f"{line}\n" for line in lines.values())


def _frr_text(text: str) -> str:
    """A running configuration without what FRR says around it."""
    _, _, body = text.partition("Current configuration:\n")
    lines = (body or text).splitlines()
    return "".join(f"{line}\n" for line in lines if line.strip() and line != "end")


CLOSED = 78
"""The boot script's status where the router must not forward (`sysexits.h`: EX_CONFIG)."""

_HEAD = f"""#!/bin/sh
# Made by citynet deploy: what this router was last given. Status 1: something of it was not taken;
# {CLOSED}: not the policy, so that nothing is forwarded.
failed= closed= refused=
setting() {{
    case "$closed $2" in
        "1 "*/forwarding | "1 "*/ip_forward) return ;;
    esac
    echo "$1" >"$2" || failed=1
}}
"""
_CLOSE = """ || {
    for each in net/ipv4/ip_forward net/ipv6/conf/all/forwarding; do setting 0 /proc/sys/$each; done
    closed=1
}
"""


def boot(state: str, ruleset: str) -> str:
    """A script that gives the kernel all of it, to be run before FRR starts.

    The policy comes first, and a router that does not take it does not forward. What else fails is
    passed over, so that as much as can be comes up.
    """
    wanted = linux.parse(state).state
    made = [_HEAD]
    if ruleset:
        document, end, rest = script.here(ruleset).partition("\n")
        made.append(f"nft -f - {document} || refused=1{end}{rest}\n")
        made.append(f'[ -z "$refused" ]{_CLOSE}')
    lines: list[str] = []
    for step in (*plan(wanted, State()).first, None):
        if lines and (step is None or step.tool != "ip"):
            document, end, rest = script.here(chr(10).join(lines)).partition("\n")
            made.append(f"ip -force -batch - {document} || failed=1{end}{rest}\n")
            lines = []
        if step is not None and step.tool == "ip":
            lines.append(step.text)
        elif step is not None:
            path, _, value = step.text.partition(" ")
            made.append(f"setting {shlex.quote(value)} {shlex.quote(path)}\n")
    made.append(f'[ -z "$closed" ] || exit {CLOSED}\nexit ${{failed:-0}}\n')
    return "".join(made)
