"""SSH keys made for one lab: who may log in, and who each node is."""

from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SSH_PORT = 22


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An Ed25519 pair in OpenSSH's formats. The private half never appears in a repr."""

    private: bytes
    public: str

    def __repr__(self) -> str:
        """Show the public half only."""
        return f"KeyPair(public={self.public!r})"


def new_pair() -> KeyPair:
    """A fresh pair from the operating system's random numbers."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return KeyPair(private, public.decode("ascii"))


def public_of(private: bytes) -> str:
    """The public half of a private key in OpenSSH's format."""
    key = serialization.load_ssh_private_key(private, password=None)
    public = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return public.decode("ascii")


def known_host(address: str, port: int, public: str) -> str:
    """One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""
    name = address if port == SSH_PORT else f"[{address}]:{port}"
    return f"{name} {public}\n"
