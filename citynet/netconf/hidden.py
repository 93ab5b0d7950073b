"""What of a configuration is not shown, by the names that models give it and by how it looks.

Models mark what only those may read who are allowed to by name (`nacm:default-deny-all`, RFC 8341,
section 8.2). A device sends no marks with its configuration, so the names of what is marked are
here, and with them the names that vendors' models have for the same things. A name counts as a
secret's until it ends in a word that is about a secret and tells none: `key-id`, `password-length`.
"""

import re

_SECRETS = (
    r"(.*-)?(password|passwd|passphrase|pwd|secrets?|psk|cak|credentials?)(-.*)?",
    r"(.*-)?pre-?shared(-.*)?",
    r"(.*-)?(md5|ao|auth|user)-pass|pass",
    r"(.*-)?md5(-.*)?",
    r"(.*-)?(api|auth\w*|bearer|access|refresh|session)-token|token",
    r"(.*-)?auth\w*-(text|string|code|data|value|phrase)(-.*)?",
    r"(.*-)?cipher-?(text|string|value|password)(-.*)?|(.*-)?cookie-cipher",
    r"(.*-)?(simple|clear)-?text(-.*)?",
    r"(.*-)?encrypted(-.*)?",
    r"(.*-)?\w*keys?",
    r"(.*-)?key-?(string|text|data|value|octets|material|contents?)(-.*)?",
    r"(.*-)?key-(hex|hash(ed)?|cipher)(-.*)?",
)
_SECRET = re.compile("|".join(_SECRETS))
_MARKED = re.compile(
    r"((snmp|read|write|ro|rw|trap|access)-)?community(-(name|string|text|value))?"
    r"|text-name|binary-name|security-name"
)
"""Of SNMP (RFC 7407, default-deny-all): they are what `name` says, and are secrets."""
_TELLS_NONE = re.compile(
    r".*-(key)?(ids?|identifier|names?|refs?|types?|mode|method|length|len|size|lock|format|policy"
    r"|enabled?|check|change|required|days|timeout|interval|count|cnt|number|num|index|version|on"
    r"|state|status|algorithm|alg|server|priority|usage|chain|file|path|label|missing|invalid"
    r"|expired|time|lifetime|role|exchange|sets?|list|member|filter|fingerprint)"
)
_OPEN_KEY = re.compile(
    r"(.*-)?((public|pub|host|ssh\d?|authorized|trusted|revoked|ca|admin|oper|actor|partner|gre"
    r"|tunnel|sort|index|primary|string|redir|send|rsa-server|port|hash|lookup)-keys?"
    r"|portkey|turkey)"
)
"""Keys that are public, or that are numbers of something, such as LACP's."""
_LOOKS = re.compile(
    r"\s*(\$[0-9a-zA-Z]{1,8}\$\S|-----BEGIN [A-Z ]*PRIVATE KEY|%[\^@#$]%[\^@#$].+%[\^@#$]%)"
)
"""crypt(3) and what vendors write like it, PEM, and Huawei's cipher text."""
_JOINT = re.compile(r"[_.]|(?<=[a-z0-9])(?=[A-Z])")


def hides(name: str, value: str = "", *, first: bool = False) -> bool:
    """Whether a leaf of this name, or of this value, is not to be shown.

    `first`: it is the first leaf of several, so that `key` is the key of a list's entry.
    """
    plain = _JOINT.sub("-", name).lower()
    if _LOOKS.match(value) or _MARKED.fullmatch(plain):
        return True
    if plain == "key" and first:
        return False
    public = _TELLS_NONE.fullmatch(plain) or _OPEN_KEY.fullmatch(plain)
    return not public and _SECRET.fullmatch(plain) is not None
