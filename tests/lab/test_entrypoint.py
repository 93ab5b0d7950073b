"""What a router starts with, and what is said of it where it fails."""

import subprocess
from pathlib import Path

import pytest

from plugins.frr.saved import CLOSED
from tests.cities import ROOT

ENTRYPOINT = ROOT / "labs/images/node/files/entrypoint"


def booted(saved: Path) -> subprocess.CompletedProcess[str]:
    """Run the entrypoint's `boot` as its first part defines it, with another folder and FRR."""
    functions = ENTRYPOINT.read_text().partition("\nkey net/")[0]
    script = functions.replace("/var/lib/citynet", str(saved))
    script += "\nstart_frr() { echo FRR; }\nvtysh() { echo vtysh; }\nboot\necho sshd\n"
    command = ["sh", "-s"]
    return subprocess.run(
        command, input=script, text=True, check=True, capture_output=True, timeout=30
    )


def saved_in(folder: Path, guard: str, boot: str) -> Path:
    (folder / "guard").mkdir()
    (folder / "guard/__main__.py").write_text(guard)
    (folder / "boot").write_text(f"#!/bin/sh\n{boot}\n")
    (folder / "boot").chmod(0o700)
    return folder


def test_a_router_that_is_new_has_nothing_to_start_with(tmp_path: Path) -> None:
    done = booted(tmp_path)
    assert (done.stdout.split(), done.stderr) == (["FRR", "sshd"], "")


def test_a_router_starts_with_what_was_saved(tmp_path: Path) -> None:
    done = booted(saved_in(tmp_path, "print('guard')", "echo boot"))
    assert done.stdout.split() == ["guard", "boot", "FRR", "vtysh", "sshd"]
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("guard", "boot", "said"),
    [
        ("raise SystemExit(3)", "echo boot", "status 3: python3 -I {}/guard start"),
        ("print('guard')", "exit 4", "status 4: {}/boot"),
    ],
)
def test_what_fails_is_said_and_ssh_comes_up(
    guard: str, boot: str, said: str, tmp_path: Path
) -> None:
    done = booted(saved_in(tmp_path, guard, boot))
    assert done.stdout.split()[-3:] == ["FRR", "vtysh", "sshd"]
    assert done.stderr == f"entrypoint: FAILED, {said.format(tmp_path)}\n"


def test_without_its_policy_a_router_is_given_no_routes_and_ssh_comes_up(tmp_path: Path) -> None:
    done = booted(saved_in(tmp_path, "print('guard')", f"exit {CLOSED}"))
    assert done.stdout.split() == ["guard", "FRR", "sshd"]
    assert f"FAILED, status {CLOSED}: {tmp_path}/boot" in done.stderr
    assert "without its policy this router does not forward" in done.stderr
