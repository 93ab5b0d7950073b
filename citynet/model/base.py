"""What all intent models share: frozen, nothing unknown let through, and the shape of names."""

from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

TWO_BYTES, FOUR_BYTES = 0xFFFF, 0xFFFFFFFF
ID_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


class Intent(BaseModel):
    """A frozen piece of intent. A key that the model does not know is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def words(text: str) -> FieldInfo:
    """Say what a pattern means: the words of an error, here and in an editor (VS Code)."""
    info: FieldInfo = Field(json_schema_extra={"patternErrorMessage": text})
    return info


def _id(longest: int) -> StringConstraints:
    return StringConstraints(pattern=ID_PATTERN, min_length=2, max_length=longest, strict=True)


def _target(text: str) -> str:
    """A route target in the one way that it is rendered, so that equal ones are equal text."""
    who, _, what = text.partition(":")
    try:
        administrator = int(IPv4Address(who)) if "." in who else int(who)
    except ValueError as error:
        raise PydanticCustomError("target_address", "no IPv4 address") from error
    number, long = int(what), "." in who or administrator > TWO_BYTES
    if not 0 < administrator <= FOUR_BYTES or number > (TWO_BYTES if long else FOUR_BYTES):
        raise PydanticCustomError("target_range", "more than the bytes of a route target")
    return f"{who if '.' in who else administrator}:{number}"


def _written(value: Any) -> Any:
    """An address in an inventory is text; a bare number is a slip, not 0.0.0.12.

    It is the same on every machine and read in one way: no zone (`%eth0`), no mask (`/0.0.0.255`).
    """
    if isinstance(value, bool | int | bytes):
        raise PydanticCustomError("address_text", "an address is text")
    if isinstance(value, str):
        _, slash, length = value.partition("/")
        if "%" in value or (slash and not length.isdecimal()):
            raise PydanticCustomError("address_form", "an address without a zone or a mask")
    return value


Id = Annotated[
    str,
    _id(32),
    words("a name of 2 to 32 small letters, digits and single hyphens, beginning with a letter"),
]
"""A safe ASCII name for a device, site, ring or service: `gov-core1` (RFC 1123 label)."""

VrfId = Annotated[
    str,
    _id(15),
    words("a name of 2 to 15 small letters, digits and single hyphens, beginning with a letter"),
]
"""A VPN's name is its VRF's name on Linux, so 15 characters is the most (IFNAMSIZ)."""

Label = Annotated[
    str,
    StringConstraints(pattern=r"^[^\n\r\t]*[^\s][^\n\r\t]*$", max_length=120),
    words("one line of text, at most 120 characters"),
]
"""What people call it, in any language. Control characters are refused by the loader."""

PlatformId = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=32),
    words("a platform: small letters, digits and underscores, such as frr or huawei_vrp"),
]
"""A platform's name: a folder of `plugins/` and `templates/`."""

InterfaceName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9/._:-]*$", max_length=64),
    words("an interface name such as eth3 or 100GE0/3/0, no spaces"),
]
"""What a device calls an interface; it goes into configuration as it is."""

SecretPlace = Annotated[
    str,
    Field(pattern=r"^(env|file|command):.*\S"),
    words("where it is: env:NAME, file:/path or command:words"),
]
"""Where a secret is (`citynet.fleet.secret`); what is written down never has it."""

EndpointRef = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)?$", max_length=64),
    words("vpn/endpoint, or vpn for all its endpoints"),
]
"""`vpn/endpoint`, or `vpn` for every endpoint of it."""

RouteTarget = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9]{1,10}|[0-9]{1,3}(\.[0-9]{1,3}){3}):[0-9]{1,10}$"),
    AfterValidator(_target),
    words(
        "a route target such as 64512:100, or with two bytes after the colon where there are four "
        "before it: 70000:100, 192.0.2.1:100"
    ),
]
"""Types 0 and 1 of RFC 4360, and that of RFC 5668 for an AS of four bytes."""

Prefix4 = Annotated[IPv4Network, BeforeValidator(_written)]
Prefix6 = Annotated[IPv6Network, BeforeValidator(_written)]
Address4 = Annotated[IPv4Address, BeforeValidator(_written)]
Address6 = Annotated[IPv6Address, BeforeValidator(_written)]
Attached4 = Annotated[IPv4Interface, BeforeValidator(_written)]
Attached6 = Annotated[IPv6Interface, BeforeValidator(_written)]
