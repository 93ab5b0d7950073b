"""Observe everything that checks need, in as few sessions and programs as possible.

A router runs one program: its state, and its own probes. The customers' device runs one for
all probes of all customers. Captures run on all routers at once around a few probes. Routers that
knock at their neighbours run one more, between two readings of counters.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from citynet.allocate.plan import Plan
from citynet.fleet.shell import Output
from citynet.verify.capture import frames, start_command, stop_command
from citynet.verify.knock import Knock
from citynet.verify.knocking import Answers, knocking
from citynet.verify.models import ModelReader
from citynet.verify.network import Network, Sessions
from citynet.verify.observe import (
    Capture,
    Counter,
    Counts,
    Frame,
    Kind,
    Needs,
    NotObservedError,
    Observations,
    Outcome,
    Probe,
    State,
    by_node,
    renamed,
)
from citynet.verify.probe import Patience, Request, request

Progress = Callable[[str], None]
States = dict[tuple[str, Kind], State | str]
Outcomes = dict[Probe, Outcome | str]
ROUTER_PATIENCE = Patience(wait=0.6, tries=2, patience=4)
CAPTURE_PATIENCE = Patience(wait=0.5, tries=3, patience=3)
RUN_TIMEOUT = 60.0
MATRIX_TIMEOUT = 300.0
NO_PROBES = "is managed over NETCONF, and sends no probes of ours"
UNASKED = "the models of its platform are not asked for it"


def _quiet(text: str) -> None:
    pass


@dataclass(frozen=True)
class Gatherer:
    """Observes a running network for the checks of one city."""

    network: Network
    sessions: Sessions
    plan: Plan
    progress: Progress = _quiet
    patience: Patience = field(default_factory=Patience)

    @property
    def made_up(self) -> frozenset[str]:
        """The nodes that have said by now that what they tell is made up."""
        return self.sessions.made_up

    def everything(self, needs: Needs) -> Observations:
        """All of `needs`. What cannot be observed is a sentence in its place; never raises."""
        return self.packets(needs, *self.nodes(needs))

    def nodes(self, needs: Needs) -> tuple[States, Outcomes]:
        """State, and probes from routers: one program on each."""
        mine = [probe for probe in needs.probes if probe.at_node]
        wanted = {name: frozenset[Kind]() for name in {probe.source for probe in mine}}
        wanted |= dict(by_node(needs.states))
        for name in needs.counters:
            wanted[name] = wanted.get(name, frozenset()) | {Kind.COUNTERS}
        self.progress(f"reading {len(wanted)} routers, {len(mine)} probes between them")

        def one(name: str) -> tuple[States, Outcomes]:
            return self._node(name, wanted[name], [each for each in mine if each.source == name])

        states: States = {}
        outcomes: Outcomes = {}
        with ThreadPoolExecutor(self.network.at_once) as pool:
            for state, outcome in pool.map(one, sorted(wanted)):
                states |= state
                outcomes |= outcome
        return states, outcomes

    def packets(self, needs: Needs, states: States, outcomes: Outcomes) -> Observations:
        """Knocks, captures, customers' probes, after `nodes`, whose counters are the first."""
        knocked = _counters(states, needs.counters)
        answers = self._knocks(needs.knocks)
        before = self._counted(needs.counters) if needs.knocks else knocked
        captured = self._captures(needs.captures)
        theirs = [probe for probe in needs.probes if not probe.at_node]
        seen = self._customers(theirs, self.patience, "probes between customers")
        return Observations(
            states=states,
            outcomes=outcomes | seen,
            frames=captured,
            before=before,
            after=self._counted(needs.counters),
            made_up=self.made_up,
            answers=answers,
            knocked=knocked,
        )

    def _counted(self, nodes: frozenset[str]) -> Counts:
        """Their counters as they are now."""
        if not nodes:
            return {}
        states, _ = self.nodes(Needs(states=frozenset((name, Kind.COUNTERS) for name in nodes)))
        return _counters(states, nodes)

    def _knocks(self, knocks: frozenset[Knock]) -> Answers:
        """One program on each router that knocks."""
        if not knocks:
            return {}
        sources = sorted({each.source for each in knocks})
        self.progress(f"{len(knocks)} knocks of {len(sources)} routers at their neighbours")

        def one(name: str) -> Answers:
            asked = knocking((k for k in knocks if k.source == name), secrets.randbits(48))
            if isinstance(self.network.readers[name], ModelReader):
                return dict.fromkeys(asked.knocks, NO_PROBES)
            try:
                output = self.sessions.run(name, "python3 -ISE -", asked.script, RUN_TIMEOUT)
            except NotObservedError as error:
                return dict.fromkeys(asked.knocks, str(error))
            return asked.answers(_said(output))

        with ThreadPoolExecutor(self.network.at_once) as pool:
            return {
                knock: each for found in pool.map(one, sources) for knock, each in found.items()
            }

    def _node(
        self, name: str, kinds: frozenset[Kind], probes: list[Probe]
    ) -> tuple[States, Outcomes]:
        reader = self.network.readers[name]
        if isinstance(reader, ModelReader):
            return self._told(name, reader, kinds), dict.fromkeys(probes, NO_PROBES)
        asked = self._request(probes, {name: ""}, {}, ROUTER_PATIENCE)
        program = reader.program(kinds, asked.script if probes else "")
        try:
            output = self.sessions.run(name, program.command, program.stdin, RUN_TIMEOUT)
        except NotObservedError as error:
            return {(name, kind): str(error) for kind in kinds}, dict.fromkeys(probes, str(error))
        found = reader.read(_said(output), kinds)
        state = {(name, kind): value for kind, value in found.state.items()}
        return state, asked.outcomes(found.agent) if probes else {}

    def _told(self, name: str, reader: ModelReader, kinds: frozenset[Kind]) -> States:
        """State by the device's own models; its ports are called what the plan calls them."""
        asked = sorted(kinds & reader.kinds)
        found: States = {(name, kind): UNASKED for kind in kinds - reader.kinds}
        filters = [reader.questions[kind].filter for kind in asked]
        try:
            replies = self.sessions.ask(name, filters, RUN_TIMEOUT) if asked else []
        except NotObservedError as error:
            return found | {(name, kind): str(error) for kind in asked}
        ports = self.network.ports.get(name, {})
        for kind, reply in zip(asked, replies, strict=True):
            found[name, kind] = renamed(reader.read(kind, reply), ports)
        return found

    def _request(
        self,
        probes: Iterable[Probe],
        spaces: Mapping[str, str],
        addresses: Mapping[str, Mapping[str, str]],
        patience: Patience,
    ) -> Request:
        hosts = {f"@{node}": address for node, address in self.network.management.items()}
        nonce = secrets.randbits(48)
        return request(probes, spaces, addresses, hosts, nonce=nonce, patience=patience)

    def _customers(self, probes: list[Probe], patience: Patience, what: str) -> Outcomes:
        if not probes:
            return {}
        self.progress(f"{len(probes)} {what}")
        known = {f"@{node}" for node in self.network.management}
        lost = [
            probe
            for probe in probes
            if probe.source not in self.network.spaces
            or (probe.address.startswith("@") and probe.address not in known)
        ]
        left = sorted(set(probes) - set(lost))
        asked = self._request(left, self.network.spaces, self._addresses(), patience)
        failed: Outcomes = dict.fromkeys(lost, "no such customer, or no such address")
        try:
            device = self.network.customers
            output = self.sessions.run(device, "python3 -ISE -", asked.script, MATRIX_TIMEOUT)
        except NotObservedError as error:
            return failed | dict.fromkeys(left, str(error))
        return failed | asked.outcomes(_said(output))

    def _addresses(self) -> dict[str, dict[str, str]]:
        """Each customer's own addresses, by family."""
        return {
            each.ref: {"4": str(each.customer_ipv4.ip), "6": str(each.customer_ipv6.ip)}
            for each in self.plan.endpoints.values()
            if each.ref in self.network.spaces
        }

    def _captures(self, captures: frozenset[Capture]) -> dict[Capture, tuple[Frame, ...] | str]:
        if not captures:
            return {}
        nodes = sorted({node for capture in captures for node in capture.nodes})
        self.progress(f"capturing at {len(nodes)} routers")
        with ThreadPoolExecutor(self.network.at_once) as pool:
            started = dict(zip(nodes, pool.map(self._start, nodes), strict=True))
            sent = self._customers(
                [capture.probe for capture in captures], CAPTURE_PATIENCE, "probes to be captured"
            )
            seen = dict(zip(nodes, pool.map(self._stop, started.items()), strict=True))
        found: dict[Capture, tuple[Frame, ...] | str] = {}
        for capture in captures:
            parts = [seen[node] for node in capture.nodes]
            troubles = [part for part in parts if isinstance(part, str)]
            troubles += _unsent(sent[capture.probe])
            good = tuple(frame for part in parts if not isinstance(part, str) for frame in part)
            found[capture] = "; ".join(troubles) if troubles else good
        return found

    def _start(self, node: str) -> int | str:
        try:
            output = self.sessions.run(node, start_command(), None, RUN_TIMEOUT)
            return int(output.stdout.strip())
        except (NotObservedError, ValueError) as error:
            return f"tcpdump did not start: {error}"

    def _stop(self, started: tuple[str, int | str]) -> tuple[Frame, ...] | str:
        node, process = started
        if isinstance(process, str):
            return process
        try:
            output = self.sessions.run(node, stop_command(process), None, RUN_TIMEOUT)
            return frames(node, output.stdout)
        except NotObservedError as error:
            return str(error)


def _unsent(outcome: Outcome | str) -> list[str]:
    """Why a probe never left: whoever waits for it sees nothing."""
    why = outcome if isinstance(outcome, str) else outcome.unsent
    return [f"the probe could not be sent: {why}"] if why else []


def _said(output: Output) -> str:
    """Standard output, or where there is none what went wrong."""
    return output.stdout if output.stdout.strip() else output.stderr


def _counters(states: States, nodes: Iterable[str]) -> Counts:
    found: dict[str, Mapping[str, int] | str] = {}
    for node in nodes:
        state = states.get((node, Kind.COUNTERS), "was not read")
        if isinstance(state, str):
            found[node] = state
        else:
            found[node] = {each.name: each.packets for each in state if isinstance(each, Counter)}
    return found
