"""`citynet twin run`, as a person types it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from citynet.cli.main import cli
from citynet.cli.main import run as citynet
from citynet.lab.vm import free_port
from tests.processes import started
from tests.speed import seconds
from tests.yang.models import MODELS

RUN = [sys.executable, "-m", "citynet", "twin", "run"]


def test_help_says_how() -> None:
    said = CliRunner().invoke(cli, ["twin", "run", "--help"]).output
    assert "citynet twin run huawei_vrp --port" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["huawei", "--port", "8300"], "did you mean"),
        (["frr", "--port", "8300"], "no twin of 'frr'"),
        (["huawei_vrp", "--port", "0"], "1<=x<=65535"),
    ],
)
def test_what_is_wrong_is_a_sentence(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert citynet(["twin", "run", *words, "--yang", str(tmp_path)])
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


def test_models_must_be_fetched_or_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CITYNET_YANG", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert citynet(["twin", "run", "huawei_vrp", "--port", "8300"]) == 1
    said = capsys.readouterr().err
    assert "`citynet yang models --fetch` fetches them, or set CITYNET_YANG to" in said


@pytest.mark.twin
def test_it_runs_until_it_is_interrupted_and_leaves_nothing(tmp_path: Path) -> None:
    port = free_port()
    argv = [*RUN, "huawei_vrp", "--port", str(port), "--yang", str(MODELS)]
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with started(argv, environment) as process:
        assert process.stderr is not None
        said = ""
        while "NETCONF on 127.0.0.1" not in said:
            line = process.stderr.readline()
            assert line, f"it ended: {said}"
            said += line
        assert "management plane only" in said
        process.send_signal(signal.SIGINT)
        subprocess.run(["kill", "-INT", *_children(process.pid)], check=True)
        deadline = time.monotonic() + seconds(30)
        while process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert "Traceback" not in process.stderr.read()
    assert not list(tmp_path.iterdir())


@pytest.mark.twin
def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        argv = [*RUN, "huawei_vrp", "--port", str(port), "--yang", str(MODELS)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
