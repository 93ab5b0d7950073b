"""Which groups a device is in: by domain, network, platform, ring, role and site.

Optical equipment has its kind for a role, is of no domain, and is all in `kind_optical`.

Group names are safe for Ansible (letters, digits and underscores, a letter first): names in an
inventory have no underscore, so putting one for each hyphen never makes two of them equal.
"""

from citynet.build.context import Context
from citynet.model import DeviceKind, device


def safe_group(kind: str, name: str) -> str:
    """`role_core`, `ring_gov_ring`: the group of everything whose `kind` is `name`."""
    return f"{kind}_{name.replace('-', '_')}"


def rings_of(context: Context, node: str) -> tuple[str, ...]:
    """The rings that pass `node`, sorted: those whose spans its links ride on.

    Of an optical node: those whose fibre ends on it, or whose channels begin there.
    """
    origins = (link.origin for link in context.index.links.get(node, ()))
    found = {str(origin[1]) for origin in origins if origin[0] == "rings"}
    found |= {light.ring for light in context.index.lights.get(node, ())}
    return tuple(sorted(found))


def networks_of(context: Context, node: str) -> tuple[str, ...]:
    """The service networks at `node`, sorted: its own, and those of the VPNs present there."""
    city = context.city
    own = city.nodes[node].network if node in city.nodes else None
    carried = (city.vpns[vpn].network for vpn in context.index.vpns.get(node, ()))
    return tuple(sorted({name for name in (own, *carried) if name is not None}))


def platform_of(context: Context, node: str) -> str:
    """The node's platform, or the city's where it names none."""
    return device(context.city, node).platform


def groups_of(context: Context, node: str) -> tuple[str, ...]:
    """The groups of `node`, sorted: `("domain_government", "platform_frr", "role_core", ...)`.

    Raises `KeyError` if the city has no such node.
    """
    intent = device(context.city, node)
    found = {
        safe_group("platform", intent.platform),
        safe_group("role", intent.part),
        safe_group("site", intent.site),
    }
    if intent.domain is not None:
        found.add(safe_group("domain", intent.domain))
    if intent.kind is DeviceKind.OPTICAL:
        found.add(safe_group("kind", intent.kind.value))
    found.update(safe_group("ring", ring) for ring in rings_of(context, node))
    found.update(safe_group("network", network) for network in networks_of(context, node))
    return tuple(sorted(found))
