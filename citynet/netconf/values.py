"""Whether two texts are one value, whatever form a device gives it.

Without models the type of a leaf is not known, so that a form is recognised by its look: RFC 7950,
section 9 (numbers, booleans, identities), RFC 6991 (addresses, prefixes, hexadecimal). A leaf whose
name is that of a text (`Profile.verbatim`) is compared as it is written, unless its prefix is
declared.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_interface

from citynet.netconf.profile import Profile
from citynet.xml import Element

Scope = Mapping[str, frozenset[str]]
"""The prefixes that a document declares anywhere -> the namespaces that they stand for."""

_NUMBER = re.compile(r"([+-]?)(\d+)(?:\.(\d+))?", re.ASCII)
_HEX_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+")
_HEX = re.compile(r"[0-9a-fA-F]{2,}([:.-][0-9a-fA-F]+)+")
_MAC_DIGITS = 12
_TRUTH = {"true": "true", "1": "true", "false": "false", "0": "false"}
_IDENTITY = re.compile(r"(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)")


def scope(root: Element) -> Scope:
    """What the prefixes of a document stand for."""
    found: dict[str, frozenset[str]] = {}
    for element in root.walk():
        for prefix, namespace in element.prefixes:
            found[prefix] = found.get(prefix, frozenset()) | {namespace}
    return found


class Values:
    """Compares values of a wanted document with those that a device holds."""

    def __init__(self, profile: Profile, wanted: Scope, held: Scope) -> None:
        self._profile = profile
        self._wanted = wanted
        self._held = held

    def same(self, name: str, wanted: str, held: str) -> bool:
        """Whether a leaf `name` holds what is wanted. Of a secret: whether it holds any at all.

        A device keeps a secret hashed or encrypted, with another salt each time.
        """
        wanted, held = wanted.strip(), held.strip()
        if wanted == held:
            return True
        if self._profile.is_secret(name):
            return bool(wanted and held)
        if self._profile.is_verbatim(name):
            return self._declared(wanted) and self._declared(held) and self._identity(wanted, held)
        one, other = (self._profile.spelled(name, each) for each in (wanted, held))
        return (
            plain(one) == plain(other)
            or _truth(one, other)
            or (self._profile.is_network(name) and _network(one, other))
            or self._identity(one, other)
        )

    def is_default(self, name: str, default: str, text: str) -> bool:
        """Whether a leaf `name` has the default of a model, of which an identity has no prefix."""
        text = text.strip()
        if text == default:
            return True
        if self._profile.is_secret(name) or self._profile.is_verbatim(name):
            return False
        text = self._profile.spelled(name, text)
        alike = plain(text) == plain(default) or _truth(default, text)
        return alike or (self._declared(text) and text.partition(":")[2] == default)

    def coarse(self, name: str, text: str) -> str:
        """Equal for all values that are the same, and for few others."""
        text = text.strip()
        if self._profile.is_verbatim(name):
            return text.partition(":")[2] if self._declared(text) else text
        kind, form = plain(self._profile.spelled(name, text))
        form = _TRUTH.get(form, form)
        return form.rpartition(":")[2] if kind == "text" else form

    def _declared(self, text: str) -> bool:
        """Whether a text begins with a prefix that stands for a namespace: it is an identity.

        SR Linux has one under the name of a text, `afi-safi-name`.
        """
        prefix, colon, _ = text.partition(":")
        return bool(colon) and (prefix in self._wanted or prefix in self._held)

    def _identity(self, wanted: str, held: str) -> bool:
        """One identity, with or without prefixes (RFC 7950, section 9.10.3)."""
        one, other = _IDENTITY.fullmatch(wanted), _IDENTITY.fullmatch(held)
        if one is None or other is None or one[2] != other[2]:
            return False
        mine = self._wanted.get(one[1] or "", frozenset())
        theirs = self._held.get(other[1] or "", frozenset())
        if one[1] and other[1] and mine and theirs:
            return bool(mine & theirs)
        return bool(mine if one[1] else theirs)


def plain(text: str) -> tuple[str, str]:
    """The kind of a value by its look, and its canonical form."""
    if number := _NUMBER.fullmatch(text):
        return "number", _number(*number.groups(default=""))
    if _HEX_NUMBER.fullmatch(text):
        return "number", str(int(text, 16))
    address = _address(text)
    if address:
        return "address", address
    if _HEX.fullmatch(text):
        digits = re.sub(r"[:.-]", "", text).lower()
        return "hex", digits if len(digits) == _MAC_DIGITS else text.lower()
    return "text", text


def _number(sign: str, whole: str, fraction: str) -> str:
    """Without leading zeros, without those at the end of a fraction."""
    fraction = fraction.rstrip("0")
    digits = (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
    return f"-{digits}" if sign == "-" and digits != "0" else digits


def _address(text: str) -> str:
    """An address or one with its length, in canonical form; empty where it is neither."""
    try:
        return str(ip_interface(text)) if "/" in text else str(ip_address(text))
    except ValueError:
        return ""


def _truth(one: str, other: str) -> bool:
    """`true` and `1`; two numbers are no booleans."""
    if not {one, other} & {"true", "false"}:
        return False
    return _TRUTH.get(one, one) == _TRUTH.get(other, other)


def _network(wanted: str, held: str) -> bool:
    """Whether a device has cleared the host bits of a prefix."""
    try:
        return str(ip_interface(wanted).network) == str(ip_interface(held))
    except ValueError:
        return False
