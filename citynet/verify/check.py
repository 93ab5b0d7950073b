"""What a check is: a small class that says what must be observed, and judges what was."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from citynet.verify.observe import Kind, Needs, NotObservedError, Observations, Probe

K = TypeVar("K")
V = TypeVar("V")
Expected = TypeVar("Expected", bound="Input")
OfNode = TypeVar("OfNode", bound="NodeInput")
OfProbes = TypeVar("OfProbes", bound="ProbesInput")
NO_WAY = frozenset({"ENETUNREACH", "EHOSTUNREACH"})
"""What a kernel says of what it has no route for."""
TWIN = "(twin)"
"""Behind the message of a verdict on what a twin has made up."""
SHOWN = 3
"""How many findings the one-line message of a verdict names; its detail has all."""


class Status(StrEnum):
    """What a check found. `error`: it could not be run, which counts as a failure."""

    OK = "ok"
    FAILED = "failed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a check: one line for a table, and every finding."""

    status: Status
    message: str
    detail: tuple[str, ...] = ()


def judge(findings: Iterable[str], proved: str) -> Verdict:
    """`ok` with what was proved if there are no findings, else `failed` with all of them."""
    detail = tuple(findings)
    if not detail:
        return Verdict(Status.OK, proved)
    more = f" (and {len(detail) - SHOWN} more)" if len(detail) > SHOWN else ""
    return Verdict(Status.FAILED, "; ".join(detail[:SHOWN]) + more, detail)


class Input(BaseModel):
    """What a check expects, taken from the intent. Frozen; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Check(ABC, Generic[Expected]):
    """One thing that must be true of the running network.

    A check never talks to a device and never reads a configuration. `needs` says what to
    observe; `evaluate` is a pure function of what was observed. What is expected is in
    `input`, made from intent by `roles/<role>/checks.py`. `session` checks are cheap, and
    `citynet verify --wait` polls them until the network has settled. `NodeCheck` and `ProbeCheck`
    have `concerns` and `needs` for the two common cases.

    Example::

        class AdjacenciesInput(Input):
            node: str
            expected: Mapping[str, str]  # interface: peer

        class Adjacencies(Check[AdjacenciesInput]):
            '''IS-IS: exactly the adjacencies the links imply.'''

            name = "isis-adjacencies"
            role = "underlay"
            session = True

            @property
            def concerns(self) -> frozenset[str]:
                return frozenset({self.input.node})

            def needs(self) -> Needs:
                return Needs(states=frozenset({(self.input.node, Kind.ISIS)}))

            def evaluate(self, seen: Observations) -> Verdict:
                found = seen.state(self.input.node, Kind.ISIS, Adjacency)
                ...
                return judge(findings, f"{len(found)} adjacencies")
    """

    name: ClassVar[str]
    role: ClassVar[str]
    tags: ClassVar[frozenset[str]] = frozenset()
    session: ClassVar[bool] = False

    def __init__(self, subject: str, expected: Expected) -> None:
        self.subject = subject
        self.input = expected

    @property
    def id(self) -> str:
        """A name of its own: `underlay/isis-adjacencies/gov-core1`."""
        return f"{self.role}/{self.name}/{self.subject}"

    @property
    def labels(self) -> frozenset[str]:
        """What `--tags` selects by: the role, the name, and the class's tags."""
        return self.tags | {self.role, self.name}

    @property
    @abstractmethod
    def concerns(self) -> frozenset[str]:
        """The nodes and VPNs it is about: what `--limit` selects by."""

    @abstractmethod
    def needs(self) -> Needs:
        """What has to be observed."""

    @abstractmethod
    def evaluate(self, seen: Observations) -> Verdict:
        """Judge what was observed. `NotObservedError` may pass through."""

    def result(self, seen: Observations) -> "Result":
        """The verdict, also where something could not be observed.

        Of what a twin has made up, it says so: that proves nothing of a vendor's device.
        """
        try:
            verdict = self.evaluate(seen)
        except NotObservedError as error:
            verdict = Verdict(Status.ERROR, str(error), (str(error),))
        made_up = bool(seen.made_up and {node for node, _ in self.needs().states} & seen.made_up)
        if made_up:
            verdict = replace(verdict, message=f"{verdict.message} {TWIN}")
        summary = (type(self).__doc__ or "").partition("\n")[0]
        return Result(
            self.id,
            self.name,
            self.role,
            self.subject,
            tuple(sorted(self.labels)),
            summary,
            verdict,
            made_up,
        )


class NodeInput(Input):
    """What is expected of one device."""

    node: str


class NodeCheck(Check[OfNode]):
    """A check of what one device says of one `kind` of state."""

    kind: ClassVar[Kind]

    @property
    def concerns(self) -> frozenset[str]:
        """The device."""
        return frozenset({self.input.node})

    def needs(self) -> Needs:
        """Its state."""
        return Needs(states=frozenset({(self.input.node, self.kind)}))


class ProbesInput(Input):
    """Probes, and the nodes and VPNs that they are about.

    Where `probes` must get nowhere, `controls` must be answered, or silence proves nothing: at
    least one of each source and family.
    """

    about: frozenset[str]
    probes: tuple[Probe, ...]
    controls: tuple[Probe, ...] = ()


class ProbeCheck(Check[OfProbes]):
    """A check of what becomes of probes."""

    @property
    def concerns(self) -> frozenset[str]:
        """What the probes are about."""
        return self.input.about

    def needs(self) -> Needs:
        """The probes, and their controls."""
        return Needs(probes=frozenset(self.input.probes + self.input.controls))


@dataclass(frozen=True, slots=True)
class Result:
    """A check's verdict, with what it takes to print it. `summary` is what must be true.

    `made_up`: it was judged by what a twin has made up.
    """

    id: str
    name: str
    role: str
    subject: str
    labels: tuple[str, ...]
    summary: str
    verdict: Verdict
    made_up: bool = False

    @property
    def passed(self) -> bool:
        """Whether it holds; an error is not a pass."""
        return self.verdict.status is Status.OK


def differences(expected: Mapping[K, V], observed: Mapping[K, V], what: str) -> list[str]:
    """Sentences for what is missing, extra or different, in a sorted order."""
    found = [f"{what} {key} is missing" for key in expected.keys() - observed.keys()]
    found += [
        f"{what} {key} is extra: {observed[key]}" for key in observed.keys() - expected.keys()
    ]
    found += [
        f"{what} {key} is {observed[key]}, expected {expected[key]}"
        for key in expected.keys() & observed.keys()
        if expected[key] != observed[key]
    ]
    return sorted(found)


def unanswered(seen: Observations, probes: Iterable[Probe]) -> list[str]:
    """Sentences for probes that should have been answered and were not, or went astray."""
    found = []
    for probe in sorted(probes):
        outcome = seen.outcome(probe)
        if not outcome.answered:
            half = ", although it arrived" if outcome.reached else ""
            why = f" ({outcome.error})" if outcome.error else ""
            found.append(f"{probe}: no answer{half}{why}")
        if outcome.strays:
            found.append(f"{probe}: also seen by {', '.join(outcome.strays)}")
    return found


def leaked(seen: Observations, expected: ProbesInput) -> list[str]:
    """Sentences for probes that should have got nowhere, and did.

    Raises `NotObservedError` if none did, but some could not have.
    """
    found = []
    for probe in sorted(expected.probes):
        outcome = seen.outcome(probe)
        seers = [probe.target] if outcome.reached and probe.target else []
        seers += outcome.strays
        if outcome.answered:
            found.append(f"{probe}: was answered")
        elif seers:
            found.append(f"{probe}: arrived at {', '.join(seers)}, although no answer came back")
    mute = [] if found else [*_unsent(seen, expected.probes), *_deaf(seen, expected.controls)]
    if mute:
        raise NotObservedError(judge(mute, "").message)
    return found


def _unsent(seen: Observations, probes: Iterable[Probe]) -> Iterator[str]:
    """Probes that never left. A router without a route has refused; a customer has one to all."""
    for probe in sorted(probes):
        outcome = seen.outcome(probe)
        if outcome.unsent and not (probe.at_node and outcome.unsent in NO_WAY):
            yield f"{probe}: could not be sent ({outcome.error or outcome.unsent})"


def _deaf(seen: Observations, controls: Iterable[Probe]) -> Iterator[str]:
    """Sources that nobody answers at all, by the controls of each family."""
    tried: dict[tuple[str, str], list[Probe]] = {}
    for probe in sorted(controls):
        tried.setdefault((probe.source, probe.family), []).append(probe)
    for probes in tried.values():
        if not any(seen.outcome(probe).answered for probe in probes):
            yield f"{probes[0]}: no answer, so that silence proves nothing"
