"""What cannot be measured: a twin is management plane only and forwards nothing.

Packets of a domain find their way over whatever its routers do, so a domain with a twin in it
is not measured at all, and neither is what lies between it and another one. That a twin is
silent proves nothing either. A vendor's own image forwards, and is no machine of ours: what
has to be read or sent on it is not measured.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from citynet.build.context import Context
from citynet.verify.check import Check
from citynet.verify.observe import Needs

AnyCheck = Check[Any]


def unmeasured(
    checks: Iterable[AnyCheck],
    context: Context,
    twins: frozenset[str],
    closed: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Why a check cannot be measured, by its id; checks that can are absent.

    `twins` are the nodes that are management plane only, `closed` those that nothing of ours
    runs on.
    """
    every = tuple(checks)
    return _closed(every, closed) | _forwarded_by_twins(every, context, twins)


def _closed(checks: Iterable[AnyCheck], closed: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for check in checks if closed else ():
        names = sorted(_read(check.needs()) & closed)
        if names:
            found[check.id] = f"{', '.join(names)}: a vendor's own image, which tells us nothing"
    return found


def _read(needs: Needs) -> frozenset[str]:
    """The devices that something is read on, or sent from."""
    probes = {*needs.probes, *(capture.probe for capture in needs.captures)}
    return frozenset(
        {
            *needs.counters,
            *(node for node, _ in needs.states),
            *(node for capture in needs.captures for node in capture.nodes),
            *(probe.source for probe in probes),
        }
    )


def _forwarded_by_twins(
    checks: Iterable[AnyCheck], context: Context, twins: frozenset[str]
) -> dict[str, str]:
    if not twins:
        return {}
    domains = _domains(context)
    inside: dict[str, list[str]] = {}
    for name in sorted(twins & context.city.nodes.keys()):
        inside.setdefault(context.domain_of(name), []).append(name)
    found: dict[str, str] = {}
    for check in checks:
        touched = {domain for name in _names(check) for domain in domains.get(name, ())}
        for domain in sorted(touched & inside.keys()):
            names = ", ".join(inside[domain])
            found[check.id] = f"{names}: twins in domain {domain}, management plane only"
    return found


def _names(check: AnyCheck) -> set[str]:
    """All that a check is about or asks for: nodes, VPNs, customers and addresses."""
    needs = check.needs()
    names = {check.subject, *check.concerns, *needs.counters}
    names |= {node for node, _ in needs.states}
    names |= {node for capture in needs.captures for node in capture.nodes}
    probes = {*needs.probes, *(capture.probe for capture in needs.captures)}
    for probe in probes:
        names |= {probe.source, probe.target, probe.address.removeprefix("@"), probe.via}
    return names


def _domains(context: Context) -> Mapping[str, frozenset[str]]:
    """The domains of everything that has a name or an address."""
    city, plan = context.city, context.plan
    found = {name: frozenset({node.domain}) for name, node in city.nodes.items()}
    found |= {name: frozenset({vpn.domain}) for name, vpn in city.vpns.items()}
    found |= {each.ref: found[each.vpn] for each in plan.endpoints.values()}
    for name, gateway in city.gateways.items():
        found[name] = frozenset(context.domain_of(end) for end in gateway.ends)
    for name, numbers in plan.nodes.items():
        if name in found:
            found[str(numbers.loopback)] = found[name]
    for link in plan.links.values():
        found[link.id] = found[link.ends[0].node]
        found |= {str(end.address.ip): found[end.node] for end in link.ends}
    return found
