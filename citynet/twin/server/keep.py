"""The configuration that the twin starts with: one file that is old or new, never half of one."""

import os
from pathlib import Path

NAME = "startup.xml"


def load(folder: Path) -> bytes:
    """What was kept; nothing where nothing was."""
    file = folder / NAME
    return file.read_bytes() if file.is_file() else b""


def save(folder: Path, config: bytes) -> None:
    """Keep it, on the disk and not only in the kernel's memory. Raises `OSError`."""
    scratch = folder / f"{NAME}.new"
    try:
        with scratch.open("wb") as stream:
            stream.write(config)
            stream.flush()
            os.fsync(stream.fileno())
        scratch.replace(folder / NAME)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
