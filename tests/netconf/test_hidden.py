"""What is hidden and what is shown, name by name."""

import re

import pytest

from citynet.netconf.hidden import hides
from citynet.netconf.profile import Profile
from citynet.netconf.tree import compare, node
from citynet.xml import parse_document
from tests.yang.models import MODELS

HIDDEN = (
    # RFC 9640, 9642 (crypto types and keystore) and RFC 7317, 7407, 8177
    *("cleartext-private-key", "cleartext-symmetric-key", "cleartext-password", "private-key"),
    *("encrypted-value", "encrypted-private-key", "symmetric-key", "hidden-private-key"),
    *("shared-secret", "password", "text-name", "binary-name", "security-name"),
    *("keystring", "hexadecimal-string-key-data", "key-string", "key"),
    # Huawei
    *("shared-key", "shared-key-cipher", "md5-password", "md5-cipher-password", "cipher-string"),
    *("auth-text-md5", "auth-text-simple", "community", "community-name", "key-clear-text"),
    *("user-mac-aes128-cipher-text", "local-cookie-cipher", "cak", "wpa2-psk", "new-masterkey"),
    *("attribute-password-value", "monitor-key-string", "diameter-monitor-key", "simple-text"),
    # Nokia SR Linux and OpenConfig
    *("secret-key", "secret-key-hashed", "password-hashed", "admin-password", "ha-key-hashed"),
    *("auth-key", "authentication-key", "auth-password", "pre-shared-key", "preshared-key"),
    *("tcp-ao-pass", "token", "api-token", "bearer_token", "sharedSecret", "preSharedKey"),
    *("passphrase", "enable-secret", "read-community", "psk", "encryption-key", "wep-key"),
)
SHOWN = (
    *("key-id", "key-name", "key-chain", "key-chain-name", "keychain", "keychain-name", "psk-id"),
    *("private-key-format", "public-key", "public-key-format", "host-key", "ssh-key", "keyid"),
    *("key-type", "key-size", "key-exchange", "key-server", "key-server-priority", "portkey"),
    *("host-key-fingerprint", "ssh-host-key-fingerprint", "fingerprint", "rsa-host-key", "turkey"),
    *("admin-key", "oper-key", "partner-key", "gre-key", "tunnel-key", "string-key", "keyboard"),
    *("password-min-length", "password-type", "password-expire-in-days", "password-lock"),
    *("force-password-change", "cak-type", "cipher-suite-name", "ctos-cipher", "ssl-ciphers"),
    *("auth-type", "auth-mode", "authentication", "authentication-type", "auth-key-id", "author"),
    *("send-community", "ext-community", "community-set", "communities", "community-filter-ref"),
    *("pass-bytes", "bypass", "by-pass", "hash", "hash-mode", "digest", "lsp-token", "pwe3"),
    *("description", "name", "mtu", "user-name", "certificate", "monkey-bars", "passive"),
)
HASHES = ("$6$ab$cd/ef.", "$1$x$y", "$9$abc", "$2y$10$abcdef", "$y$j9T$ab$cd", "%^%#k2~!%^%#")


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden(name: str) -> None:
    assert hides(name)
    assert hides(name.upper()) or "_" in name or name != name.lower()


@pytest.mark.parametrize("name", SHOWN)
def test_shown(name: str) -> None:
    assert not hides(name, "some text")


@pytest.mark.parametrize("value", [*HASHES, "-----BEGIN OPENSSH PRIVATE KEY-----\nMII"])
def test_what_looks_like_a_secret_is_one(value: str) -> None:
    assert hides("description", value)


@pytest.mark.parametrize(
    "value", ["$", "$HOME/x", "10 % of 100 %", "$1.50", "-----BEGIN CERTIFICATE"]
)
def test_what_does_not_look_like_one_is_none(value: str) -> None:
    assert not hides("description", value)


PROFILE = Profile("any", ())


def lines(text: str) -> list[str]:
    """What is shown of a configuration that is new."""
    old, new = (parse_document(each.encode()) for each in ("<c/>", f"<c>{text}</c>"))
    none: frozenset[str] = frozenset()
    return [each.strip() for each in compare(node(old, none), node(new, none), PROFILE).lines]


def test_the_key_of_an_entry_is_shown_and_a_key_alone_is_not() -> None:
    entry = lines("<e><key>eth1</key><mtu>9</mtu></e>")
    assert "+  <key>eth1</key>" in entry
    assert "+  <key>******</key>" in lines("<md5><key>00:11:22</key></md5>")


@pytest.mark.models
def test_nothing_that_models_mark_is_shown() -> None:
    """RFC 8341, section 8.2: every leaf with `default-deny-all` in the models that are here."""
    found = set()
    for file in MODELS.rglob("*.yang"):
        text = file.read_text(errors="replace")
        if "default-deny-all" in text:
            found |= marked(text)
    assert {"shared-secret", "key", "security-name"} <= found
    assert not {name for name in found if not hides(name)}


def marked(text: str) -> set[str]:
    """Leaves whose own statement has the mark."""
    leaf = re.compile(r"leaf ([\w-]+) \{((?:[^{}]|\{[^{}]*\})*)\}")
    return {name for name, body in leaf.findall(text) if "default-deny-all;" in body}
