"""What an inventory says of each host: its place, its part and its numbers."""

from dataclasses import asdict, dataclass

from citynet.build.context import Context
from citynet.errors import CitynetError
from citynet.inventory.groups import platform_of
from citynet.text import nearest


@dataclass(frozen=True, slots=True)
class HostVars:
    """The variables of a host. Addresses are text, as JSON and YAML have them."""

    site: str
    domain: str
    role: str
    platform: str
    label: str | None
    loopback: str
    locator: str
    asn: int
    net: str
    vpns: tuple[str, ...]


def host_vars(context: Context, node: str) -> HostVars:
    """The variables of `node`. Raises `CitynetError` if the city has no such node."""
    intent = context.city.nodes.get(node)
    if intent is None:
        hint = nearest(node, context.city.nodes)
        raise CitynetError(f"no node is called {node!r}" + (f"; {hint}" if hint else ""))
    numbers = context.plan.nodes[node]
    return HostVars(
        site=intent.site,
        domain=intent.domain,
        role=intent.role.value,
        platform=platform_of(context, node),
        label=intent.label,
        loopback=str(numbers.loopback),
        locator=str(numbers.locator),
        asn=context.plan.domains[intent.domain].asn,
        net=numbers.net,
        vpns=context.index.vpns.get(node, ()),
    )


def as_variables(host: HostVars) -> dict[str, object]:
    """Plain values for JSON: lists for tuples."""
    values: dict[str, object] = asdict(host)
    return values | {"vpns": list(host.vpns)}
