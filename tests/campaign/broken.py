"""Ways to break citynet, from within its process, that the campaign has to find."""

from collections.abc import Mapping, Sequence
from typing import Any

from citynet.deploy import engine, outcome
from citynet.netconf import device, driver
from citynet.netconf.driver import NetconfDriver
from citynet.netconf.truth import Truth
from citynet.transaction import ending, protocol
from citynet.transaction.fleet import FleetNetwork
from citynet.transaction.words import Answer, Decision, How, Runs, Step


def confirm_before_deciding() -> None:
    """The first device is confirmed while the others may still refuse."""
    ask = FleetNetwork.ask

    def early(
        self: FleetNetwork, step: Step, devices: Sequence[str], **more: Any
    ) -> Mapping[str, Answer]:
        if step is Step.COMPARE:
            ask(self, Step.CONFIRM, list(devices)[:1])
            return {**ask(self, step, list(devices)[1:], **more), devices[0]: Answer(How.DONE)}
        return ask(self, step, devices, **more)

    FleetNetwork.ask = early  # type: ignore[method-assign]


def believe_every_confirmation() -> None:
    """A device that has gone back is taken for one that has confirmed, and is not looked at."""

    def confirmed(self: NetconfDriver, run: str, errors: Sequence[Any]) -> None:
        return None

    NetconfDriver._pending = confirmed  # type: ignore[method-assign]
    compare_nothing()


def believe_every_ok() -> None:
    """What a device says is taken for what it does."""

    def nothing(self: Truth, store: str, now: Any, staged: Any = None) -> list[Any]:
        return []

    Truth.refusals = nothing  # type: ignore[method-assign]


def compare_nothing() -> None:
    """What runs when it is confirmed is not looked at."""

    def unseen(self: NetconfDriver, read: Any, runs: str) -> None:
        return None

    NetconfDriver._compared = unseen  # type: ignore[method-assign]


def know_nothing_of_what_is_left() -> None:
    """Every candidate that is not what runs is of others."""
    vars(device)["STAGED"] = vars(device)["MARK"] = "no note"
    vars(driver)["wanted_already"] = lambda *_: False


def report_what_was_hoped_for() -> None:
    """Whatever is unknown is said to be new."""
    results = outcome.results

    def rosy(prepared: Any, todo: Any, verdict: Any, *rest: Any) -> Any:
        runs = {n: Runs.NEW if r is Runs.UNKNOWN else r for n, r in verdict.runs.items()}
        hoped = ending.Verdict(verdict.outcome, runs, verdict.reason, verdict.said)
        return results(prepared, todo, hoped, *rest)

    vars(engine)["results"] = rosy


def forget_to_go_back() -> None:
    """A refusal is reported, and nobody is rolled back."""

    def stay(ledger: Any, network: Any, terms: Any, reason: str) -> Any:
        runs = dict.fromkeys(ledger.devices, Runs.OLD)
        return ending.end(ledger, network, runs, Decision.BACK, reason)

    vars(protocol)["go_back"] = stay
