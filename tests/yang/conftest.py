"""A server of models, and a cache that nothing has been fetched into."""

from pathlib import Path

import pytest

from citynet.yang import Source
from citynet.yang.fetch import VARIABLE
from tests.yang.published import publish


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """What the environment says of both."""
    server = tmp_path / "a server"
    return {VARIABLE: f"file://{server}/", "XDG_CACHE_HOME": str(tmp_path / "a cache")}


@pytest.fixture
def published(tmp_path: Path) -> Source:
    return publish(tmp_path / "a server", tmp_path / "export")
