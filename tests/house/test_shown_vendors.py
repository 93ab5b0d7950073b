"""`labs/vendors.sh` where the vendors' models are missing: said, and an error only to who asked."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from tests.cities import ROOT


@pytest.mark.parametrize(("city", "code"), [("demo", 0), ("vendors", 1)])
def test_without_the_models_it_says_what_it_needs(tmp_path: Path, city: str, code: int) -> None:
    # In a folder of its own: beside this one the models may well be.
    alone = tmp_path / "alone" / "citynet"
    copytree(ROOT / "labs", alone / "labs")
    program = tmp_path / "citynet"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m citynet "$@"\n')
    program.chmod(0o700)
    none = {"CITYNET_YANG_FROM": str(tmp_path / "none"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(
        ["sh", "labs/vendors.sh", str(program), "auto", city],
        cwd=alone,
        env={key: value for key, value in os.environ.items() if key != "CITYNET_YANG"} | none,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == code, done.stderr
    assert f"cannot reach {tmp_path}/none/Huawei/yang" in done.stderr
    assert "CITYNET_YANG=that/folder make run CITY=vendors" in done.stdout
    assert "Traceback" not in done.stderr
