"""A vendor of our own, who publishes models in a real Git repository."""

import subprocess
from pathlib import Path

from citynet.yang import Source

LISTING = "find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum"
REPOSITORY = "acme/yang"
FILES = {
    "LICENSE": "do as you like\n",
    "models/10.yang": "module ten {}\n",
    "models/deep/9.yang": "module nine {}\n",
    "tools/not-wanted": "x\n",
}


def sh(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder: Path, name: str, text: str) -> str:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    author = "-c user.name=t -c user.email=t@example.net"
    return sh(f"git add -A && git {author} commit -qm x && git rev-parse HEAD", folder)


def publish(server: Path, export: Path) -> Source:
    """Models at a commit that is no longer the newest one; `export` is a folder to work in."""
    folder = server / REPOSITORY
    folder.mkdir(parents=True)
    sh("git init -q", folder)
    for name, text in FILES.items():
        pinned = commit(folder, name, text)
    paths = ("LICENSE", "models")
    export.mkdir()
    for each in paths:
        sh(f"cp -R '{folder}/{each}' .", export)
    found = sh(LISTING, export).split()[0]
    commit(folder, "models/10.yang", "module ten { // of tomorrow\n}\n")
    return Source(REPOSITORY, pinned, paths, found)
