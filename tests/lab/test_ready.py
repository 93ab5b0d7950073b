"""A router that ends instead of starting is told at once, with its last words."""

import pytest

from citynet.lab import engine
from citynet.lab.errors import LabError
from citynet.lab.host import Completed
from citynet.lab.topology import Topology
from tests.lab.fakes import FakeHost


class Deaf(FakeHost):
    """A host whose nodes' sshd never answers."""

    def listening(self, address: str, port: int) -> bool:
        return False


def states(**nodes: str) -> Completed:
    rows = [f'{{"name": "clab-tiny-{name}", "state": "{state}"}}' for name, state in nodes.items()]
    return Completed(0, "\n".join(rows), "")


def test_a_node_that_ended_is_named_with_its_last_words(
    topology: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ENDED_EVERY", 1)
    words = Completed(0, "", "entrypoint: line 39: no such directory\n")
    host = Deaf({"docker ps": states(east="running", west="exited"), "docker logs": words})
    with pytest.raises(LabError, match=r"west ended instead of starting.*line 39"):
        engine.wait_ready(host, topology)


def test_a_node_that_says_nothing_is_waited_for_only_so_long(
    topology: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "READY_SECONDS", 0.1)
    host = Deaf({"docker ps": states(east="running", west="running")})
    with pytest.raises(LabError, match="no SSH from"):
        engine.wait_ready(host, topology)
