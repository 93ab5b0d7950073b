"""The folder of an inventory: which files belong to it, and their bytes."""

import stat
from pathlib import Path

from citynet.errors import Problem
from citynet.load.source import top

SUFFIXES = (".yaml", ".yml")
MAX_BYTES = 64 * 1024 * 1024
"""The largest file that is read. A city of 10,000 nodes is a tenth of it."""

TIDY = "a name that can be printed"
LAYOUT = "a folder with files such as city.yaml"


def find(folder: Path) -> tuple[list[Path], list[Problem]]:
    """List the files of an inventory, sorted: `*.yaml` and `*.yml`, not hidden ones.

    Subfolders and files with other names are not part of an inventory. A link may point at
    another file of the folder, never out of it: who may change the inventory may not read
    the rest of the machine through its error messages.
    """
    name = str(folder)
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except FileNotFoundError:
        return [], [_about(name, f"the folder {name} does not exist", expected=LAYOUT)]
    except NotADirectoryError:
        hint = f"did you mean {folder.parent}?"
        return [], [_about(name, f"{name} is not a folder", expected=LAYOUT, hint=hint)]
    except (OSError, ValueError) as error:
        return [], [_about(name, f"the folder {name} cannot be read: {_reason(error)}")]
    files = [entry for entry in entries if _is_ours(entry)]
    if not files:
        what = f"the folder {name} holds no inventory"
        return [], [_about(name, what, expected="at least one *.yaml file")]
    odd = [entry for entry in files if not entry.name.isprintable()]
    problems = [_about(name, f"a file has the name {entry.name!a}", expected=TIDY) for entry in odd]
    return [entry for entry in files if entry not in odd], problems


def read(file: Path, folder: Path) -> tuple[bytes | None, list[Problem]]:
    """Read one file's bytes, or say why not."""
    refused = _refuse(file, folder)
    if refused:
        return None, [refused]
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return None, [_about(str(file), f"the file cannot be read: {_reason(error)}")]
    if len(data) > MAX_BYTES:
        return None, [_too_large(file)]
    return data, []


def _is_ours(entry: Path) -> bool:
    return entry.suffix.lower() in SUFFIXES and not entry.name.startswith(".")


def _refuse(file: Path, folder: Path) -> Problem | None:
    try:
        if file.is_symlink() and not _inside(file, folder):
            what = f"the file is a link to {file.readlink()}, outside the inventory"
            return _about(str(file), what, expected="a file in the folder itself")
        status = file.stat()
    except (OSError, RuntimeError) as error:
        return _about(str(file), f"the file cannot be read: {_reason(error)}")
    if stat.S_ISDIR(status.st_mode):
        return _about(str(file), "this is a folder", expected="a file", hint="rename it")
    if not stat.S_ISREG(status.st_mode):
        return _about(str(file), "this is a device or a pipe", expected="a file")
    return _too_large(file) if status.st_size > MAX_BYTES else None


def _inside(file: Path, folder: Path) -> bool:
    return file.resolve().is_relative_to(folder.resolve())


def _too_large(file: Path) -> Problem:
    limit = f"at most {MAX_BYTES // 1024 // 1024} MiB"
    hint = "split it: sections merge across files"
    return _about(str(file), "the file is too large", expected=limit, hint=hint)


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]


def _about(
    file: str, what: str, *, expected: str | None = None, hint: str | None = None
) -> Problem:
    return Problem(what, expected=expected, hint=hint, position=top(file), code="file")
