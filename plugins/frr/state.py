"""What a router says of itself, read in one go, and what is wanted of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from citynet.deploy.driver import DeviceError, Refusal, Refused
from citynet.render.artifact import Artifact

from . import config, linux, nft, script
from .files import FRR_CONF, LINUX_STATE, NFTABLES
from .linux import State, Wanted
from .reconcile import interface_of, kernel_path, missing_ports
from .words import DAEMONS, without_secrets

MANAGEMENT = "eth0"
"""What containerlab gives a node for management; the session's own interface is added to it."""


@dataclass(frozen=True, slots=True)
class Running:
    """All that was read: FRR, the kernel, our tables, the files for the next boot."""

    frr: config.FrrConfig
    frr_text: str
    daemons: frozenset[str]
    linux: State
    tables: nft.Tables
    canonical: script.Part | None
    saved: Mapping[str, str]
    management: frozenset[str]

    def before(self) -> dict[str, str]:
        """What kernel settings were before they were first changed, by key."""
        text = self.saved.get(script.SAVED_BEFORE, "")
        return {key: value for key, _, value in (each.partition(" ") for each in text.splitlines())}


@dataclass(frozen=True, slots=True)
class Goal:
    """An artifact as values. `tables` are filled in once the device has said them its way."""

    artifact: Artifact
    frr: config.FrrConfig
    linux: Wanted
    ruleset: str
    tables: nft.Tables

    def own_sysctls(self) -> dict[str, str]:
        """Kernel settings that the artifact names, without those that go back to before."""
        lines = self.linux.lines
        return {k: v for k, v in self.linux.state.sysctls.items() if f"sysctl {k}" in lines}

    def sysctl_paths(self) -> dict[str, str]:
        """`/proc/sys/…` of every kernel setting that is wanted -> its key."""
        state = self.linux.state
        return {kernel_path(key, state.links): key for key in state.sysctls}


def goal(artifact: Artifact) -> Goal:
    """Read an artifact. Raises `Refused` for a line that is not of its file's format."""
    try:
        wanted = linux.parse(artifact.files.get(LINUX_STATE, ""))
    except linux.StateSyntaxError as error:
        refusal = Refusal(LINUX_STATE, error.line, error.text, str(error))
        raise Refused(artifact.device, [refusal]) from error
    frr = config.parse(artifact.files.get(FRR_CONF, ""))
    return Goal(artifact, frr, wanted, artifact.files.get(NFTABLES, ""), {})


def restored(wanted: Goal, now: Running) -> Goal:
    """The goal with what we once changed and no longer want put back to what it was before."""
    state = wanted.linux.state
    back = {
        key: value
        for key, value in now.before().items()
        if key not in state.sysctls and interface_of(key, now.linux.links) is None
    }
    if not back:
        return wanted
    sysctls = {**state.sysctls, **back}
    return replace(wanted, linux=replace(wanted.linux, state=replace(state, sysctls=sysctls)))


def scoped(now: Running, wanted: Goal) -> Goal:
    """What runs now as a goal: everything that going to `wanted` could touch, and nothing else."""
    state = now.linux
    names = (wanted.linux.state.links.keys() | state.ours) & state.links.keys()
    old = State(
        links={name: state.links[name] for name in names},
        addresses={name: state.addresses.get(name, frozenset()) for name in names},
        sysctls=state.sysctls,
        ours=state.ours,
    )
    return Goal(wanted.artifact, now.frr, Wanted(old, {}), "", now.tables)


def running(device: str, output: str, wanted: Goal | None) -> Running:
    """Make sense of what `script.reading` printed. Raises `DeviceError` if FRR does not answer."""
    found = script.parts(output)
    for name in ("frr", "links", "fences", "tables"):
        if name not in found or found[name].status:
            text = found[name].text.strip() if name in found else "nothing"
            said = without_secrets(text)[-300:]
            raise DeviceError(f"{device}: reading {name} failed: {said or 'no output'}")
    paths = wanted.sysctl_paths() if wanted else {}
    values = script.sysctl_values(found["sysctls"].text) if "sysctls" in found else {}
    sysctls = {paths[path]: value for path, value in values.items() if path in paths}
    interfaces = script.documents(found["links"])
    local = found["session"].text.split()[2:3]
    daemons, _, text = found["frr"].text.partition("\n")
    return Running(
        frr=config.parse(text),
        frr_text=text,
        daemons=frozenset(daemons.split()),
        linux=linux.observed(interfaces, script.documents(found["fences"]), sysctls),
        tables=nft.tables(found["tables"].text),
        canonical=found.get("canonical"),
        saved=script.saved_files(found["saved"].text),
        management=frozenset({MANAGEMENT} | linux.holders(interfaces, local)),
    )


def refusals(wanted: Goal, now: Running) -> list[Refusal]:
    """What can be seen to be impossible before anything is changed."""
    made: list[Refusal] = []
    lines = wanted.linux.lines
    for name, number in sorted(missing_ports(wanted.linux, now.linux).items()):
        made.append(_refusal(wanted, number, f"the device has no interface {name} of that kind"))
    for name in sorted(now.management & wanted.linux.state.links.keys()):
        at = lines.get(f"link {name}", 0)
        made.append(_refusal(wanted, at, f"{name} is the management interface, left alone"))
    links = wanted.linux.state.links
    for key in sorted(wanted.linux.state.sysctls.keys() - now.linux.sysctls.keys()):
        if interface_of(key, links) is None:
            at = lines.get(f"sysctl {key}", 0)
            made.append(_refusal(wanted, at, f"the kernel has no setting {key}"))
    return made + [_stopped(wanted, path, needs) for path, needs in _without(wanted, now)]


def misnamed(text: str, now: Running) -> Iterator[Refusal]:
    """Host names other than the machine's, which FRR shows and would not keep."""
    shown = {line.strip() for line in now.frr_text.splitlines()}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("hostname ") and line.strip() not in shown:
            message = "the name is the machine's, and is not set by FRR's configuration"
            yield Refusal(FRR_CONF, number, line.strip(), message)


def _without(wanted: Goal, now: Running) -> Iterator[tuple[config.Path, str]]:
    """The contexts whose daemon does not run, once a daemon."""
    stopped: dict[str, config.Path] = {}
    for path in wanted.frr.lines:
        for pattern, needs in DAEMONS:
            if len(path) == 1 and pattern.match(path[0]) and needs not in now.daemons:
                stopped.setdefault(needs, path)
    for needs, path in stopped.items():
        yield path, needs


def _stopped(wanted: Goal, path: config.Path, needs: str) -> Refusal:
    return Refusal(FRR_CONF, wanted.frr.lines[path], path[0], f"{needs} does not run")


def _refusal(wanted: Goal, number: int, message: str) -> Refusal:
    lines = wanted.artifact.files.get(LINUX_STATE, "").splitlines()
    text = lines[number - 1] if 0 < number <= len(lines) else ""
    return Refusal(LINUX_STATE, number or None, text, message)
