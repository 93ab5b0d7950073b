"""What cannot be measured, and what of it a device's own models tell.

A twin is management plane only and forwards nothing. Packets of a domain find their way over
whatever its routers do, so no packet is sent in a domain with a twin in it, nor between it and
another one: that a twin is silent proves nothing. A twin tells of its sessions, which it makes
up from what it runs and from the twins that it hears on its links; a router of another kind is
no neighbour of it. So sessions are looked at where all routers of a domain are twins.

A vendor's own image forwards, and is no machine of ours: what has to be sent from it, or
captured or counted on it, is not measured. Of devices that are managed over NETCONF, what their
platform's reader does not ask their models for is not measured either.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from citynet.build.context import Context
from citynet.verify.check import Check
from citynet.verify.observe import Kind, Needs

AnyCheck = Check[Any]
Told = Mapping[str, frozenset[Kind]]
"""By device, the kinds of state that it tells by its own models."""
NOTHING: Told = {}


def unmeasured(
    checks: Iterable[AnyCheck],
    context: Context,
    twins: frozenset[str],
    closed: frozenset[str] = frozenset(),
    told: Told = NOTHING,
) -> dict[str, str]:
    """Why a check cannot be measured, by its id; checks that can are absent.

    `twins` are the nodes that are management plane only, `closed` those that nothing of ours
    runs on, `told` what devices of either kind, or real ones, tell by their models.
    """
    every = tuple(checks)
    return (
        _forwarded_by_twins(every, context, twins, told)
        | _unasked(every, told)
        | _closed(every, closed, told)
    )


def _closed(checks: Iterable[AnyCheck], closed: frozenset[str], told: Told) -> dict[str, str]:
    found: dict[str, str] = {}
    for check in checks if closed else ():
        needs = check.needs()
        asked = {name for name, kind in needs.states if kind not in told.get(name, frozenset())}
        names = sorted((_used(needs) | asked) & closed)
        if names:
            found[check.id] = f"{', '.join(names)}: a vendor's own image, which does not tell it"
    return found


def _unasked(checks: Iterable[AnyCheck], told: Told) -> dict[str, str]:
    """What devices that tell something by their models are not asked for."""
    found: dict[str, str] = {}
    for check in checks:
        states = check.needs().states
        wanted = sorted((name, kind) for name, kind in states if told.get(name))
        lacking = [(name, kind) for name, kind in wanted if kind not in told[name]]
        if lacking:
            kinds = ", ".join(dict.fromkeys(kind for _, kind in lacking))
            found[check.id] = f"no reader asks a device for {kinds} by its own models"
    return found


def _used(needs: Needs) -> set[str]:
    """The devices that something is sent from, captured on or counted on."""
    probes = {*needs.probes, *(capture.probe for capture in needs.captures)}
    return {
        *needs.counters,
        *(node for capture in needs.captures for node in capture.nodes),
        *(probe.source for probe in probes),
        *(knock.source for knock in needs.knocks),
    }


def _forwarded_by_twins(
    checks: Iterable[AnyCheck], context: Context, twins: frozenset[str], told: Told
) -> dict[str, str]:
    if not twins:
        return {}
    domains = _domains(context)
    inside: dict[str, list[str]] = {}
    for name in sorted(twins & context.city.nodes.keys()):
        inside.setdefault(context.domain_of(name), []).append(name)
    whole = _whole(context, twins)
    found: dict[str, str] = {}
    for check in checks:
        touched = {domain for name in _names(check) for domain in domains.get(name, ())}
        if touched <= whole and _told_whole(check.needs(), told):
            continue
        for domain in sorted(touched & inside.keys()):
            names = ", ".join(inside[domain])
            found[check.id] = f"{names}: twins in domain {domain}, management plane only"
    return found


def _whole(context: Context, twins: frozenset[str]) -> set[str]:
    """The domains of which every router is a twin."""
    every: dict[str, set[str]] = {}
    for name, node in context.city.nodes.items():
        every.setdefault(node.domain, set()).add(name)
    return {domain for domain, names in every.items() if names <= twins}


def _told_whole(needs: Needs, told: Told) -> bool:
    """Whether a check needs nothing but state that devices tell by their models."""
    telling = all(kind in told.get(name, frozenset()) for name, kind in needs.states)
    return bool(needs.states) and telling and not _used(needs)


def _names(check: AnyCheck) -> set[str]:
    """All that a check is about or asks for: nodes, VPNs, customers and addresses."""
    needs = check.needs()
    names = {check.subject, *check.concerns, *needs.counters}
    names |= {knock.source for knock in needs.knocks}
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
