"""Settings of one run over what an inventory says: `platform=huawei_vrp`.

`platform` is that of every node, whatever the inventory names; `options.ROLE.NAME` is an
option of a role for the whole city, below what domains and nodes say.
"""

from collections.abc import Mapping

from citynet.errors import CitynetError
from citynet.model.city import City, Options

OPTION_PARTS = 3


def _options(options: Options, key: str, value: object) -> Options:
    parts = key.split(".")
    if len(parts) != OPTION_PARTS or not all(parts):
        raise CitynetError(f"{key!r} cannot be set, expected platform or options.ROLE.NAME")
    _, role, name = parts
    return {**options, role: {**options.get(role, {}), name: value}}


def with_settings(city: City, settings: Mapping[str, object]) -> City:
    """The city with `settings` applied. Raises `CitynetError` for what cannot be set."""
    header, nodes = city.city, city.nodes
    for key, value in settings.items():
        if key == "platform":
            header = header.model_copy(update={"platform": str(value)})
            nodes = {
                name: node.model_copy(update={"platform": None}) for name, node in nodes.items()
            }
        elif key.partition(".")[0] == "options":
            options = _options(header.options, key, value)
            header = header.model_copy(update={"options": options})
        else:
            raise CitynetError(f"{key!r} cannot be set, expected platform or options.ROLE.NAME")
    return city.model_copy(update={"city": header, "nodes": nodes})
