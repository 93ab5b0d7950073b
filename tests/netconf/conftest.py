"""The servers that the suite for any device runs on."""

from collections.abc import Iterator

import pytest

from citynet.netconf.driver import NetconfDriver
from tests.netconf.servers import Server, fake, netconfd, twin
from tests.netconf.vendors import HuaweiDriver

STARTS = {"fake": fake, "netconfd": netconfd, "twin": twin}
SERVERS = [
    pytest.param(name, marks=[] if name == "fake" else [pytest.mark.twin]) for name in STARTS
]
"""Those of real servers are run where twins are: beside the labs, since they mostly wait."""


@pytest.fixture(scope="module", params=SERVERS)
def started(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp(request.param)
    with STARTS[request.param](folder, HuaweiDriver) as made:
        yield made


@pytest.fixture
def server(started: Server) -> Server:
    started.reset()
    return started


@pytest.fixture
def driver(server: Server) -> Iterator[NetconfDriver]:
    made = server.make()
    yield made
    made.close()
