"""Platforms that have YANG models, as commands take them by name."""

from citynet.errors import CitynetError
from citynet.house import open_house
from citynet.text import listed, with_nearest
from citynet.yang.models import ModelSet


def models_of(platform: str, missing: str) -> ModelSet:
    """The models of a platform. Raises `CitynetError`, which begins as `missing` does."""
    platforms = open_house().platforms
    known = [name for name, each in sorted(platforms.items()) if each.models is not None]
    found = platforms[platform].models if platform in platforms else None
    if found is None:
        said = f"{missing} {platform!r}, expected one of {listed(known)}"
        raise CitynetError(with_nearest(said, platform, known))
    return found
