"""What all intent models share: frozen, nothing unknown let through, and the shape of names."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

ID_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


class Intent(BaseModel):
    """A frozen piece of intent. A key that the model does not know is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _text(value: object) -> object:
    """YAML reads `12` and `yes` as other types; a name must be written as text."""
    if isinstance(value, bool | int | float):
        raise ValueError(f"a name is text: write it in quotes, '{value}'")
    return value


def _id(longest: int) -> object:
    return StringConstraints(pattern=ID_PATTERN, min_length=2, max_length=longest, strict=True)


Id = Annotated[str, BeforeValidator(_text), _id(32)]
"""A safe ASCII name for a device, site, ring or service: `gov-core1` (RFC 1123 label)."""

VrfId = Annotated[str, BeforeValidator(_text), _id(15)]
"""A VPN's name is its VRF's name on Linux, so 15 characters is the most (IFNAMSIZ)."""

Label = Annotated[str, Field(min_length=1, max_length=120)]
"""What people call it, in any language. Control characters are refused by the loader."""

EndpointRef = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)?$", max_length=64),
]
"""`vpn/endpoint`, or `vpn` for every endpoint of it."""

Prefix4 = IPv4Network
Prefix6 = IPv6Network
