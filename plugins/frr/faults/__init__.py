"""What can go wrong with FRR on Linux, to prove the prover: see `citynet.verify.fault`."""

from collections.abc import Callable, Iterator

from citynet.build.context import Context
from citynet.verify.fault import Fault

from .access import access_faults
from .gateway import gateway_faults
from .scene import Scene, scene
from .srv6 import srv6_faults
from .underlay import underlay_faults
from .vpn import vpn_faults

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
