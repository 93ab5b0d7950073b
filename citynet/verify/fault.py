"""Faults to prove the prover: each breaks one thing, and names the checks that must see it.

A fault is plain data made from intent: shell commands on one device, how to undo them, and which
checks (by `role/name`) catch it. What breaks a device is its platform's business, so that faults
are in `plugins/<platform>/faults/`. citynet never runs one on its own; tests do, in a lab.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong on `node`: how, how it is undone, and what must see it.

    `caught_by` are checks as `role/name`, each of which must fail for some subject, `within`
    seconds; `concerning` narrows a run to what is needed (nodes, VPNs or links, as `--limit`);
    the same is done on the nodes of `also`. `touches` are other checks that may fail, because
    what broke carries what they measure. Every check that is in neither must still hold.
    """

    name: str
    summary: str
    node: str
    inject: str
    undo: str
    caught_by: tuple[str, ...]
    concerning: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    within: float = 30.0

    @property
    def nodes(self) -> tuple[str, ...]:
        """Where it is injected."""
        return (self.node, *self.also)
