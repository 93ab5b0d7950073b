"""A twin that loses power, or has no room on its disk."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ncclient.operations import RPCError

from tests.root import SUDO
from tests.twin.twins import PUBLIC, edit, name, named, port, ports, started, text

pytestmark = pytest.mark.twin


@contextmanager
def tiny_disk(folder: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    folder.mkdir()
    options = f"size=64k,uid={os.getuid()}"
    mount = [*SUDO, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield folder
    finally:
        subprocess.run([*SUDO, "umount", str(folder)], check=True)


def test_what_was_committed_is_there_after_a_power_cut(tmp_path: Path) -> None:
    with started("huawei_vrp", tmp_path) as twin:
        with twin.session() as session:
            edit(session, PUBLIC, named("kept"), ports(port("GE1", "<mtu>1500</mtu>")))
            session.commit()
            before = text(session)
            edit(session, named("half"))
        twin.kill()
    with started("huawei_vrp", tmp_path) as twin, twin.session() as session:
        assert text(session) == before
        assert text(session, "candidate") == before


@pytest.mark.parametrize("persist", [{}, {"persist": "run-1"}])
def test_a_restart_in_the_window_reverts(tmp_path: Path, persist: dict[str, str]) -> None:
    with started("huawei_vrp", tmp_path) as twin:
        with twin.session() as session:
            edit(session, named("old"))
            session.commit()
        session = twin.connect()
        edit(session, named("new"))
        session.commit(confirmed=True, timeout="600", **persist)
        assert name(session) == "new"
        twin.kill()
    with started("huawei_vrp", tmp_path) as twin, twin.session() as session:
        assert name(session) == "old"
        with pytest.raises(RPCError) as caught:
            session.commit(persist_id="run-1")
        assert caught.value.tag == "invalid-value"


def test_a_full_disk_refuses_the_commit_and_nothing_has_changed(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "state"), started("huawei_vrp", tmp_path) as twin:
        with twin.session() as session:
            edit(session, named("old"))
            session.commit()
            before = text(session)
            (tmp_path / "state" / "full").write_bytes(bytes(60 << 10))
            many = [
                port(f"GE{each}", f"<description>{'d' * 200}</description>") for each in range(60)
            ]
            edit(session, PUBLIC, ports(*many))
            with pytest.raises(RPCError) as caught:
                session.commit()
            assert caught.value.tag == "resource-denied"
            assert "No space" in str(caught.value.message)
            assert text(session) == before
            assert "GE59" in text(session, "candidate")
            session.commit(confirmed=True, timeout="600")
            with pytest.raises(RPCError) as caught:
                session.commit()
            assert caught.value.tag == "resource-denied"
            session.cancel_commit()
            assert text(session) == before
        twin.kill()
        (tmp_path / "state" / "full").unlink()
        with started("huawei_vrp", tmp_path) as again, again.session() as session:
            assert text(session) == before
