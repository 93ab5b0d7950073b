"""A twin for the tests of a module, empty before each of them."""

from collections.abc import Iterator

import pytest

from tests.twin.ring import Ring, ring_of_twins
from tests.twin.twins import Twin, started


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    with started("huawei_vrp", tmp_path_factory.mktemp("twin")) as made:
        yield made


@pytest.fixture
def twin(running: Twin) -> Twin:
    """Nothing is configured, changed or locked, and nothing waits."""
    with running.session() as session:
        session.edit_config(
            target="candidate",
            config='<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"/>',
            default_operation="replace",
        )
        session.commit()
    return running


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ring]:
    with ring_of_twins(tmp_path_factory.mktemp("ring")) as made:
        yield made


@pytest.fixture
def ring(built: Ring) -> Ring:
    """Deployed, whole and up."""
    built.deploy()
    return built
