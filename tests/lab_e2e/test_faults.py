"""Prove the prover: in the demo city's lab, one fault at a time, caught and gone again."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from citynet.build import Context
from citynet.lab import api as labs
from citynet.pipeline import Prepared, prepare
from citynet.verify.fault import Fault
from citynet.verify.gather import Gatherer
from citynet.verify.lab import network_of
from citynet.verify.network import Sessions
from citynet.verify.proving import prove
from citynet.verify.run import AnyCheck, all_checks, verify
from plugins.frr.faults import faults
from tests.cities import DEMO
from tests.speed import seconds

pytestmark = pytest.mark.lab
PREPARED = prepare(DEMO)
CONTEXT: Context = PREPARED.context
SETTLE = 90.0
AROUND = 20.0
"""Seconds that the rest of the network has to find its way around a fault."""
THOROUGH = 4
"""Of so many faults one is looked at from all sides; `make test-long` does it with the others."""
FAULTS = faults(CONTEXT)
ALL_SIDES = {each.name for each in FAULTS[::THOROUGH]}
CASES = [pytest.param(fault, fault.name in ALL_SIDES, id=fault.name) for fault in FAULTS] + [
    pytest.param(fault, True, id=f"{fault.name}-and-no-other", marks=pytest.mark.long)
    for fault in FAULTS
    if fault.name not in ALL_SIDES
]


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return PREPARED


@pytest.fixture(scope="module")
def checks(prepared: Prepared) -> tuple[AnyCheck, ...]:
    return all_checks(prepared.context, prepared.house.roles)


@pytest.fixture(scope="module")
def gatherer(prepared: Prepared) -> Iterator[Gatherer]:
    lab = labs.find(prepared.name)
    assert lab is not None, "`citynet lab up` and `citynet deploy` come first"
    network = network_of(prepared, lab)
    with Sessions(network.open_shell) as sessions:
        yield Gatherer(network, sessions, prepared.plan)


def test_the_city_is_healthy_before(gatherer: Gatherer, checks: tuple[AnyCheck, ...]) -> None:
    report = verify("demo", gatherer, checks, seconds(SETTLE))
    assert report.ok, [f"{each.id}: {each.verdict.message}" for each in report.failed]


@pytest.mark.parametrize(("fault", "thorough"), CASES)
def test_a_fault_is_caught_and_the_lab_heals(
    fault: Fault, gatherer: Gatherer, checks: tuple[AnyCheck, ...], *, thorough: bool
) -> None:
    patient = replace(fault, within=seconds(fault.within))
    waits = seconds(SETTLE), seconds(AROUND)
    proof = prove(patient, gatherer, checks, waits[0], thorough=thorough, settle=waits[1])
    assert not proof.missed, f"not caught by {proof.missed}; {proof.said}"
    assert not proof.astray, f"not of this fault: {proof.astray}"
    assert proof.healed, proof.still_failing


def test_the_city_is_healthy_after(gatherer: Gatherer, checks: tuple[AnyCheck, ...]) -> None:
    report = verify("demo", gatherer, checks, seconds(SETTLE))
    assert report.ok, [f"{each.id}: {each.verdict.message}" for each in report.failed]
