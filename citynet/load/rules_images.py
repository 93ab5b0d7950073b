"""What must hold for nodes that a lab is to have as the vendor's own image."""

from collections.abc import Iterator

from citynet.errors import Problem
from citynet.model import City
from citynet.model.nodes import Image


def real_image_is_named(city: City) -> Iterator[Problem]:
    """A vendor's image has no name that everybody knows: the inventory says it."""
    for name, node in city.nodes.items():
        platform = node.platform or city.city.platform
        if node.image is Image.REAL and platform not in city.city.images:
            yield Problem(
                f"no image of {platform} is named",
                ("nodes", name, "image"),
                expected=f"its reference at `city.images.{platform}`",
            )
