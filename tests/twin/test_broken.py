"""What the offline validation rejects, the twin rejects: the same tables of broken documents.

NETCONF takes a few of them, since an edit is not a document: TAKEN says which, and why.
"""

from collections.abc import Iterator

import pytest
from lxml import etree
from ncclient import manager
from ncclient.operations import RPCError

from tests.twin.twins import Twin, errors, started
from tests.yang.test_broken import TABLES, valid

pytestmark = pytest.mark.twin
ONCE = "an edit may say one thing twice: it is there once"
TAKEN = {
    "twice": ONCE,
    "an entry twice": ONCE,
    "empty": "an edit may change nothing",
    "a template's key left in": "attributes that NETCONF does not know are passed over",
    "document type": "ncclient does not send it",
}
BESIDE = {
    "openconfig": {"text between nodes": "text directly in <config> is in none of the models"}
}
"""What one platform's table has in another place than the others'."""
PLACELESS = {"state, not configuration", "text between nodes", "a container where a leaf is"}
"""Refused by libyang while it reads, which names the node and no path."""


@pytest.fixture(scope="module", params=sorted(TABLES))
def vendor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Twin]]:
    platform: str = request.param
    with started(platform, tmp_path_factory.mktemp(platform)) as made:
        yield platform, made


@pytest.fixture(scope="module")
def answers(vendor: tuple[str, Twin]) -> dict[str, list[RPCError]]:
    """All errors of what each document makes the device say, in edit-config or in validate.

    A document that is no XML never leaves the client.
    """
    platform, twin = vendor
    found = {}
    with twin.session() as session:
        for broken in TABLES[platform]:
            document = broken.of(valid(platform))
            try:
                etree.fromstring(document.encode())
            except etree.XMLSyntaxError:
                continue
            found[broken.name] = refused(session, document)
    return found


def refused(session: manager.Manager, document: str) -> list[RPCError]:
    try:
        session.edit_config(target="candidate", config=document, default_operation="replace")
        session.validate("candidate")
    except RPCError as error:
        return errors(error)
    finally:
        session.discard_changes()
    return []


def test_the_valid_document_is_taken_and_comes_back(vendor: tuple[str, Twin]) -> None:
    platform, twin = vendor
    with twin.session() as session:
        whole = valid(platform)
        session.edit_config(target="candidate", config=whole, default_operation="replace")
        session.validate("candidate")
        session.commit()
        first = session.get_config("running").data_xml
        session.edit_config(target="candidate", config=whole, default_operation="replace")
        assert session.get_config("candidate").data_xml == first


def test_no_broken_document_gets_past(
    vendor: tuple[str, Twin], answers: dict[str, list[RPCError]]
) -> None:
    assert len(answers) > 30
    taken = {*TAKEN, *BESIDE.get(vendor[0], {})}
    assert {name for name, said in answers.items() if not said} == taken & set(answers)


def test_refusals_name_a_place_or_a_thing(answers: dict[str, list[RPCError]]) -> None:
    placeless = {
        name: [(each.tag, each.message) for each in said]
        for name, said in answers.items()
        if said and not any(each.path or each.info for each in said)
    }
    assert set(placeless) <= PLACELESS, placeless
