"""`labs/vendors.sh` where the vendors' models are missing: said, and an error only to who asked."""

import os
import subprocess
from pathlib import Path
from shutil import copytree

import pytest

from tests.cities import ROOT


@pytest.mark.parametrize(("city", "code"), [("demo", 0), ("vendors", 1)])
def test_without_the_models_it_says_what_it_needs(tmp_path: Path, city: str, code: int) -> None:
    # In a folder of its own: beside this one the models may well be.
    alone = tmp_path / "alone" / "citynet"
    copytree(ROOT / "labs", alone / "labs")
    done = subprocess.run(
        ["sh", "labs/vendors.sh", "/bin/false", "auto", city],
        cwd=alone,
        env={name: value for name, value in os.environ.items() if name != "CITYNET_YANG"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == code, done.stderr
    assert "CITYNET_YANG=that/folder make run CITY=vendors" in done.stdout
    assert not done.stderr
