"""What a device is given: its files. Needs nothing of the renderer that makes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Artifact:
    """The files of one device, by name."""

    device: str
    platform: str
    files: Mapping[str, str]

    def digest(self) -> str:
        """SHA-256 over the names and contents of all files, in hexadecimal."""
        total = sha256()
        for name, text in sorted(self.files.items()):
            total.update(f"{name}\0{len(text)}\0{text}".encode())
        return total.hexdigest()
