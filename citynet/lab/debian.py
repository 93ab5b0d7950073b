"""Debian root file systems from recipes in labs/, by mmdebstrap with its own defaults."""

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from citynet.lab.errors import BuildError
from citynet.lab.tool import run_tool

EPOCH = "1767225600"
"""2026-01-01: no file of an image is younger, so the same packages give the same bytes."""
SLIM = tuple(
    f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("man", "doc", "locale", "info")
)
DAYS = {"forky": 120}
"""How old a suite's Release file may be where the suite says less and is often not renewed in time.

Its own word holds for every other suite. What a mirror, or who is in between, shows of forky is
signed by Debian and no older than this: a state from before is refused (`Min-ValidTime` in
apt.conf(5)).
"""
TIDY = (
    'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/etc/machine-id && '
    'find "$1/var/log" -type f -delete'
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A folder with `packages` (one a line) and `files/`, for one Debian suite."""

    folder: Path
    suite: str

    def listed(self, name: str) -> tuple[str, ...]:
        """The lines of a file of the recipe, without comments; none where it is not there."""
        file = self.folder / name
        lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        return tuple(line.strip() for line in lines if line.strip() and line[0] != "#")

    def packages(self) -> tuple[str, ...]:
        """Package names."""
        return self.listed("packages")

    def file(self, name: str) -> Path:
        """A file that goes into the image."""
        return self.folder / "files" / name


def image_hooks(recipe: Recipe, scratch: Path) -> list[str]:
    """What makes a node image of Debian's packages: its entrypoint, and what `customize` does.

    A recipe with `python` gets the sources of these Python packages, downloaded to `scratch`.
    """
    words = [shlex.quote(str(scratch)), *recipe.listed("build-packages")]
    return [
        *_copies(recipe, "/usr/local/sbin", "entrypoint"),
        _hook(f'sh {_quoted(recipe, "customize")} "$1" {" ".join(words)}'),
        _hook(TIDY),
    ]


def python_sources(recipe: Recipe, scratch: Path) -> None:
    """Download what the recipe's `python` asks for: pinned sources, each with its SHA-256.

    Only these as sources: pip looks into them with their build tools, and building those too
    would need a compiler on this machine.
    """
    listed = recipe.listed("python")
    if not listed:
        return
    names = ",".join(sorted({line.partition("==")[0] for line in listed}))
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    options = ["--require-hashes", "--no-deps", "--no-binary", names]
    wanted = ["-r", str(recipe.folder / "python"), "-d", str(scratch)]
    done = subprocess.run(
        [*command, *options, *wanted], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip()[-1000:]
        raise BuildError(f"pip could not download the sources for {recipe.folder.name}:\n{said}")


def vm_hooks(recipe: Recipe) -> list[str]:
    """What makes a bootable VM: our init, unpacked modules, an initrd that finds the disk."""
    kernel = (
        "find /lib/modules -name '*.ko.xz' -exec xz -d {} + ; version=$(ls /lib/modules); "
        'depmod "$version"; mktirfs -o /boot/initrd "$version"; mv /boot/vmlinuz-* /boot/vmlinuz'
    )
    return [
        '--essential-hook=mkdir -p "$1/etc/tiny-initramfs" "$1/etc/docker" "$1/etc/citynet"',
        f"--essential-hook=copy-in {_quoted(recipe, 'tiny-initramfs.conf')} /etc/tiny-initramfs",
        *_copies(recipe, "/usr/sbin", "init"),
        *_copies(recipe, "/etc/ssh", "sshd_config"),
        *_copies(recipe, "/etc/docker", "daemon.json"),
        _hook(f'chroot "$1" sh -ec "{_escape(kernel)}"'),
        _hook('rm -f "$1"/etc/ssh/ssh_host_* && echo citynet-lab >"$1/etc/hostname"'),
        _hook('echo "127.0.0.1 localhost citynet-lab" >"$1/etc/hosts" && ' + TIDY),
    ]


def make_root(
    recipe: Recipe, hooks: list[str], target: Path, variant: str = "minbase"
) -> dict[str, str]:
    """Write a tar of the root to `target` and return its packages and versions."""
    versions = target.with_suffix(".versions")
    extract = variant == "extract"
    listing = [
        _hook('chroot "$1" dpkg-query -W >"$1/versions"'),
        f"--customize-hook=download /versions {shlex.quote(str(versions))}",
        _hook('rm "$1/versions"'),
    ]
    command = [
        _mmdebstrap(),
        f"--variant={variant}",
        "--quiet",
        *valid_for(recipe.suite),
        *SLIM,
        f"--include={','.join(recipe.packages())}",
        *hooks,
        *([] if extract else listing),
        recipe.suite,
        str(target),
    ]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "LC_ALL": "C.UTF-8"}
    completed = run_tool(command, environment)
    if completed.returncode:
        said = "\n".join(completed.stderr.strip().splitlines()[-12:])
        raise BuildError(f"mmdebstrap could not make {recipe.folder.name} (network?):\n{said}")
    target.chmod(0o600)
    return {} if extract else parse_versions(versions.read_text(encoding="utf-8"))


def valid_for(suite: str) -> tuple[str, ...]:
    """What mmdebstrap is to let apt take: without any, what the suite says of its own age."""
    if suite not in DAYS:
        return ()
    return (f'--aptopt=Acquire::Min-ValidTime "{DAYS[suite] * 86400}"',)


def parse_versions(text: str) -> dict[str, str]:
    """`dpkg-query -W` output as package -> version."""
    pairs = (line.split("\t", 1) for line in text.splitlines() if "\t" in line)
    return {name.partition(":")[0]: version for name, version in pairs}


def _mmdebstrap() -> str:
    found = shutil.which("mmdebstrap")
    if found is None:
        raise BuildError("mmdebstrap is not installed; `labs/bootstrap.sh` installs it")
    return found


def _copies(recipe: Recipe, target: str, *names: str) -> list[str]:
    """copy-in keeps modes, which a git checkout's umask decides: set them as well."""
    files = " ".join(_quoted(recipe, name) for name in names)
    placed = " ".join(f'"$1{target}/{name}"' for name in names)
    mode = "755" if target.endswith("sbin") else "644"
    return [
        _hook(f'mkdir -p "$1{target}"'),
        f"--customize-hook=copy-in {files} {target}",
        _hook(f"chmod {mode} {placed}"),
    ]


def _quoted(recipe: Recipe, name: str) -> str:
    return shlex.quote(str(recipe.file(name)))


def _hook(text: str) -> str:
    return f"--customize-hook={text}"


def _escape(text: str) -> str:
    """For use between double quotes of sh."""
    return "".join(f"\\{char}" if char in '"$`\\' else char for char in text)
