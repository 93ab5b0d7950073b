"""What `citynet render` says of documents that nobody has validated."""

from pathlib import Path

import pytest

from citynet.cli.main import run
from tests.cities import ROOT


@pytest.mark.parametrize(
    ("city", "told"), [("vendors", "huawei_vrp, nokia_srlinux, openconfig"), ("demo", "")]
)
def test_documents_that_were_not_validated(
    city: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("CITYNET_YANG", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert run(["render", "-i", str(ROOT / "inventory" / city), "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().err
    assert ("not validated" in said) is bool(told)
    assert told in said
