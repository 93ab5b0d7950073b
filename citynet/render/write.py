"""Artifacts -> files: a folder for each device, and no file that is ever half-written."""

import os
from collections.abc import Mapping
from pathlib import Path

from citynet.errors import CitynetError
from citynet.render.artifact import Artifact


def write(artifacts: Mapping[str, Artifact], output: Path) -> None:
    """Write every device's files below `output`, which need not exist.

    Each file is written beside and renamed. One that says the same already is left alone, so
    that its time of change tells when what it says last changed. Raises `CitynetError`.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, artifact in artifacts.items():
            folder = f"{output}/{name}"
            new = _made(folder)
            for file, text in artifact.files.items():
                data = text.encode()
                if new or not _says(f"{folder}/{file}", data):
                    _put(folder, file, data)
    except OSError as error:
        raise CitynetError(f"cannot write {error.filename}: {error.strerror}") from error


def _made(folder: str) -> bool:
    """Make a folder; False if it was there already."""
    try:
        os.mkdir(folder)  # noqa: PTH102 - pathlib's takes three times as long
    except FileExistsError:
        return False
    return True


def _says(path: str, data: bytes) -> bool:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return file.read() == data
    except OSError:
        return False


def _put(folder: str, file: str, data: bytes) -> None:
    beside = f"{folder}/.{file}.partial"
    with open(beside, "wb") as partial:  # noqa: PTH123 - as above
        partial.write(data)
    os.replace(beside, f"{folder}/{file}")  # noqa: PTH105 - as above
