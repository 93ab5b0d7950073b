"""What a lab is built from: toolbox, node images, containerlab, and the VM's base disk."""

import hashlib
import json
import shlex
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citynet.lab import debian, gobuild
from citynet.lab.cache import Cache, digest_of, folder_digest
from citynet.lab.debian import Recipe
from citynet.lab.errors import BuildError
from citynet.lab.host import Need
from citynet.lab.paths import Paths
from citynet.lab.progress import Progress, timed
from citynet.lab.qemu import Toolbox, kvm_works

NODE_SUITE = "forky"
VM_SUITE = "trixie"
ENTRYPOINT = 'ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/sbin/entrypoint"]'
DISK_SIZE = "32G"


@dataclass(frozen=True, slots=True)
class NodeImage:
    """A container image as a tar of its root. `digest` is SHA-256 of the tar."""

    reference: str
    tar: Path
    digest: str
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Containerlab:
    """The binary that goes to the lab host."""

    binary: Path
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class VmRoot:
    """The VM as built by mmdebstrap: never booted yet."""

    folder: Path
    versions: Mapping[str, str]

    @property
    def kernel(self) -> Path:
        """The kernel that QEMU boots directly."""
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        """Its initial file system: one module and a mount."""
        return self.folder / "initrd"

    @property
    def disk(self) -> Path:
        """The root file system, as a qcow2."""
        return self.folder / "root.qcow2"


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds what is not in the cache, and says so."""

    paths: Paths
    progress: Progress

    def toolbox(self) -> Toolbox:
        """QEMU and mke2fs of Debian 13, whatever the host has."""
        return self._unpacked("toolbox", "unpack QEMU")

    def validator(self) -> Toolbox:
        """The `yanglint` of Debian 13, for hosts whose own is older than a vendor's models."""
        return self._unpacked("yanglint", "unpack yanglint")

    def image(self, key: str) -> NodeImage:
        """The node image of `labs/images/<key>`."""
        recipe = Recipe(self.paths.recipes / "images" / key, NODE_SUITE)
        if not (recipe.folder / "packages").is_file():
            raise BuildError(f"there is no node image {key!r}: {recipe.folder} has no `packages`")

        def build(folder: Path) -> None:
            with timed(self.progress, f"build the {key} image"):
                tar = folder / "image.tar"
                sources = folder / "sources"
                debian.python_sources(recipe, sources)
                versions = debian.make_root(recipe, debian.image_hooks(recipe, sources), tar)
                shutil.rmtree(sources, ignore_errors=True)
                _write_json(folder / "image.json", {"digest": _sha256(tar), "versions": versions})

        digest = _digest(recipe, debian.image_hooks(recipe, Path("sources")))
        folder = self._cache().get(f"image-{key}", digest, build)
        about = _read_json(folder / "image.json")
        reference = f"citynet/{key}:{digest}"
        return NodeImage(reference, folder / "image.tar", about["digest"], about["versions"])

    def images(self, keys: Iterable[str]) -> dict[str, NodeImage]:
        """The node images that are wanted; a lab waits for no others."""
        return {key: self.image(key) for key in sorted(set(keys))}

    def containerlab(self) -> Containerlab:
        """The one on PATH, else one built from the pinned Go module."""
        found = shutil.which(gobuild.NAME)
        binary = Path(found) if found else self._built_containerlab()
        said = subprocess.run(
            [str(binary), "version"], capture_output=True, text=True, check=False
        ).stdout
        return Containerlab(binary, gobuild.version_in(said), _sha256(binary))

    def containerlab_need(self) -> Need:
        """Where `containerlab` will take it from. Nothing is built."""
        module = self._containerlab_module()
        built = self._cache().find(gobuild.NAME, folder_digest(module))
        if found := shutil.which(gobuild.NAME):
            return Need(gobuild.NAME, met=True, why=f"{found}, on PATH", remedy="")
        if built is not None:
            why = f"{built / gobuild.NAME}, built before"
            return Need(gobuild.NAME, met=True, why=why, remedy="")
        return gobuild.need(module)

    def vm_root(self, toolbox: Toolbox) -> VmRoot:
        """Kernel, initrd and root disk of the VM."""
        recipe = Recipe(self.paths.recipes / "vm", VM_SUITE)

        def build(folder: Path) -> None:
            with timed(self.progress, "build the VM's root"):
                tar = folder / "root.tar"
                versions = debian.make_root(recipe, debian.vm_hooks(recipe), tar)
                _write_json(folder / "root.json", versions)
                _boot_files(tar, folder)
                _make_disk(toolbox, tar, folder)

        folder = self._cache().get("vm", _digest(recipe, debian.vm_hooks(recipe)), build)
        return VmRoot(folder, _read_json(folder / "root.json"))

    def kvm(self, toolbox: Toolbox, root: VmRoot) -> tuple[bool, str]:
        """Whether KVM works here, and why; asked once per boot of this machine."""
        boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        digest = digest_of([boot_id.encode(), str(toolbox.root).encode()])

        def build(folder: Path) -> None:
            with timed(self.progress, "try whether KVM boots a kernel"):
                works, why = kvm_works(toolbox, root.kernel, root.initrd, folder)
            _write_json(folder / "kvm.json", {"works": works, "why": why})

        answer = _read_json(self._cache().get("kvm", digest, build) / "kvm.json")
        return answer["works"], answer["why"]

    def _unpacked(self, key: str, step: str) -> Toolbox:
        """The packages of `labs/<key>`, unpacked and not installed."""
        recipe = Recipe(self.paths.recipes / key, VM_SUITE)

        def build(folder: Path) -> None:
            with timed(self.progress, step):
                tar = folder / f"{key}.tar"
                debian.make_root(recipe, [], tar, variant="extract")
                unpack(tar, folder / "root")
                tar.unlink()

        return Toolbox(self._cache().get(key, _digest(recipe), build) / "root")

    def _cache(self) -> Cache:
        return Cache(self.paths.cache)

    def _containerlab_module(self) -> Path:
        return self.paths.recipes / "containerlab"

    def _built_containerlab(self) -> Path:
        module = self._containerlab_module()

        def build(folder: Path) -> None:
            with timed(self.progress, "build containerlab"):
                gobuild.build(module, folder / "containerlab", folder / "scratch")
                shutil.rmtree(folder / "scratch", ignore_errors=True)

        digest = folder_digest(module)
        return self._cache().get(gobuild.NAME, digest, build) / "containerlab"


def _digest(recipe: Recipe, hooks: Sequence[str] = ()) -> str:
    """Of all that decides the result: the recipe's files, its suite, and what is done to it."""
    steps = "\n".join(hooks)
    for file in sorted((recipe.folder / "files").glob("*")):
        steps = steps.replace(shlex.quote(str(file)), f"/files/{file.name}")
    return digest_of([folder_digest(recipe.folder).encode(), recipe.suite.encode(), steps.encode()])


def unpack(tar: Path, target: Path) -> None:
    """Unpack without device nodes and owners: neither needs root then. Raises `BuildError`."""
    target.mkdir()
    command = ["tar", "-C", str(target), "-xf", str(tar), "--exclude=./dev", "--no-same-owner"]
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    if completed.returncode:
        raise BuildError(f"cannot unpack {tar}: {completed.stderr.strip()[-500:]}")


def _boot_files(tar: Path, folder: Path) -> None:
    with tarfile.open(tar) as archive:
        for name in ("vmlinuz", "initrd"):
            member = archive.extractfile(f"./boot/{name}")
            if member is None:
                raise BuildError(f"the VM's root has no /boot/{name}")
            (folder / name).write_bytes(member.read())


def _make_disk(toolbox: Toolbox, tar: Path, folder: Path) -> None:
    """A sparse ext4 of the tar. mke2fs 1.47.1 and newer read a tar, so nobody needs root."""
    raw, disk = folder / "root.raw", folder / "root.qcow2"
    megabytes = tar.stat().st_size // 2**20 * 3 // 2 + 256
    options = ("-q", "-t", "ext4", "-L", "root", "-m", "0", "-E", "lazy_itable_init=1")
    toolbox.run("usr/sbin/mke2fs", *options, "-d", str(tar), str(raw), f"{megabytes}M")
    toolbox.run("usr/bin/qemu-img", "convert", "-f", "raw", "-O", "qcow2", str(raw), str(disk))
    toolbox.run("usr/bin/qemu-img", "resize", str(disk), DISK_SIZE)
    raw.unlink()
    tar.unlink()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()


def _write_json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _read_json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
