"""Faults to prove the prover: each breaks one thing, and names the checks that must see it.

A fault is plain data made from intent: shell commands on one device, how to undo them, and
which checks (by `role/name`) catch it. `citynet` never runs one on its own; tests do, in a lab.
"""

from collections.abc import Callable, Iterator

from citynet.build.context import Context
from citynet.verify.faults.access import access_faults
from citynet.verify.faults.fault import Fault, Scene, scene
from citynet.verify.faults.gateway import gateway_faults
from citynet.verify.faults.srv6 import srv6_faults
from citynet.verify.faults.underlay import underlay_faults
from citynet.verify.faults.vpn import vpn_faults

__all__ = ["Fault", "faults"]
MAKERS: tuple[Callable[[Scene], Iterator[Fault]], ...] = (
    underlay_faults,
    vpn_faults,
    srv6_faults,
    access_faults,
    lambda at: gateway_faults(at.context),
)


def faults(context: Context) -> tuple[Fault, ...]:
    """Every fault this city has room for, in a fixed order."""
    at = scene(context)
    return tuple(fault for make in MAKERS for fault in make(at))
