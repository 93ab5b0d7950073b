"""Standard output that is full, closed or cannot show Chinese: one sentence, exit 1."""

import os
import subprocess
import sys

import pytest

from tests.cities import DEMO

COMMANDS = (
    ("--help",),
    ("--version",),
    ("validate", "-i", str(DEMO)),
    ("inventory", "-i", str(DEMO)),
    ("inventory", "-i", str(DEMO), "--list"),
    ("graph", "-i", str(DEMO)),
    ("render", "-i", str(DEMO)),
    ("lab", "file", "--help"),
)


def citynet(shell: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command with its output where a shell would send it."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {shell}', "sh", sys.executable, "-m", "citynet", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environ},
        timeout=60,
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_disk_that_is_full(command: tuple[str, ...]) -> None:
    done = citynet(">/dev/full", *command)
    assert done.returncode == 1
    assert done.stderr == "standard output cannot be written: No space left on device\n"


@pytest.mark.parametrize("command", COMMANDS[2:4], ids=" ".join)
def test_standard_output_that_is_closed(command: tuple[str, ...]) -> None:
    done = citynet(">&-", *command)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "standard output is closed: send it to a file, or to /dev/null"
    ]


@pytest.mark.parametrize("command", COMMANDS[2:5], ids=" ".join)
def test_an_encoding_without_chinese(command: tuple[str, ...]) -> None:
    done = citynet("", *command, PYTHONIOENCODING="latin-1")
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("standard output is ")
    assert "which has no U+" in line
    assert line.endswith("PYTHONIOENCODING=utf-8 makes it UTF-8")


def test_a_picture_is_bytes_whatever_text_would_be() -> None:
    done = citynet("", "graph", "-i", str(DEMO), PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "</svg>" in done.stdout


def test_a_reader_that_leaves_is_nothing_to_speak_of() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "citynet", "render", "-i", str(DEMO)],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")
