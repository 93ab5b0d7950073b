"""Names of devices that something around them has taken already."""

from collections.abc import Iterator

from citynet.errors import KeyPath, Problem
from citynet.model import City

ANSIBLE = "Ansible has it for itself"
CONTAINERLAB = "containerlab has it for the machine that carries a lab"

TAKEN = {
    "all": f"{ANSIBLE}: the group of all devices",
    "ungrouped": f"{ANSIBLE}: the group of those in no other",
    "localhost": f"{ANSIBLE}: the machine that it runs on",
    "customers": "a lab has it for the container of all customers",
    "host": CONTAINERLAB,
    "mgmt-net": CONTAINERLAB,
}
"""Names that no device can have, and why."""


def _devices(city: City) -> Iterator[KeyPath]:
    yield from (("nodes", name) for name in city.nodes)
    yield from (("optical", name) for name in city.optical)


def device_name_is_free(city: City) -> Iterator[Problem]:
    """A device's name is a host's in inventories and a node's in labs, which have some already."""
    for section, name in _devices(city):
        if name in TAKEN:
            yield Problem(
                f"`{name}` cannot be a device: {TAKEN[str(name)]}",
                (section, name),
                expected="another name",
                hint=f"for example `{name}-1`",
            )
