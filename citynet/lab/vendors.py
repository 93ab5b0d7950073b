"""Nodes that are the vendor's own image: `image: real` in an inventory.

Nobody but the vendor may give such an image away, so the inventory names the one that whoever
runs the lab has (`city.images`). The node then stands where its twin would, and forwards.
"""

from collections.abc import Iterable, Iterator

from citynet.lab.errors import LabError
from citynet.lab.topology import Vendor
from citynet.model.nodes import Image
from citynet.pipeline import Prepared
from citynet.render.platform import Platform

End = tuple[str, str]
"""A node and the plan's name of its interface."""


def core_ends(prepared: Prepared) -> Iterator[tuple[str, tuple[End, End]]]:
    """The links between nodes: id, and the two ends."""
    for link in prepared.plan.links.values():
        a, b = link.ends
        yield link.id, ((a.node, a.interface), (b.node, b.interface))
    for name, gateway in prepared.plan.gateways.items():
        (left, right), (mine, other) = gateway.ends, gateway.interfaces
        yield f"gateway/{name}", ((left, mine), (right, other))


def vendor_platform(prepared: Prepared, name: str) -> Platform | None:
    """The platform of a node that is the vendor's own image; None of any other."""
    node = prepared.context.city.nodes.get(name)
    if node is None or node.image is not Image.REAL:
        return None
    return prepared.house.platforms[prepared.facts[name].platform]


def vendor_of(prepared: Prepared, name: str) -> Vendor | None:
    """The image of such a node, as `check_vendors` has found it to be possible."""
    platform = vendor_platform(prepared, name)
    if platform is None or platform.real is None:
        return None
    image, real = prepared.context.city.city.images[platform.name], platform.real
    return Vendor(
        kind=real.kind,
        reference=image.reference,
        type=image.type or "",
        username=real.username,
        password=image.password,
        memory=image.memory,
    )


def vendor_port(platform: Platform, interface: str) -> str:
    """What containerlab calls a port. Raises `LabError` for one that the image has not got."""
    if platform.ports and platform.ports.unnamed([interface]):
        raise LabError(f"no port is named for {interface}: a real image needs it pinned")
    found = platform.real.interface(interface) if platform.real else None
    if found is None:
        what = f"the image that containerlab has of {platform.name}"
        raise LabError(f"{interface} is no port of {what}")
    return found


def check_vendors(prepared: Prepared) -> None:
    """Raise `LabError` with all that keeps nodes from being their vendor's own image."""
    wrong = [said for name in prepared.facts for said in _wrong(prepared, name)]
    if wrong:
        raise LabError("\n".join(wrong))


def _wrong(prepared: Prepared, name: str) -> Iterator[str]:
    platform = vendor_platform(prepared, name)
    if platform is None:
        return
    if platform.real is None:
        yield f"{name}: citynet knows no image of {platform.name} other than its own"
        return
    image = prepared.context.city.city.images[platform.name]
    if not platform.real.takes_key and image.password is None:
        key = f"city.images.{platform.name}.password"
        yield f"{name}: the first login of {platform.name} takes no key; {key} says where one is"
    for interface in _interfaces(prepared, name):
        try:
            vendor_port(platform, interface)
        except LabError as error:
            yield f"{name}: {error}"


def _interfaces(prepared: Prepared, name: str) -> Iterable[str]:
    """What of its ports is plugged in, each once."""
    ends = [end for _, both in core_ends(prepared) for end in both]
    ends += [(each.node, each.interface) for each in prepared.plan.endpoints.values()]
    return dict.fromkeys(interface for node, interface in ends if node == name)
