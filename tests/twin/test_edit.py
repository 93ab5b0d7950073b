"""What edit-config does, operation by operation, and what it refuses."""

import pytest
from lxml import etree
from ncclient.operations import RPCError

from tests.twin.twins import (
    BASE,
    PUBLIC,
    Twin,
    config,
    edit,
    errors,
    name,
    named,
    port,
    ports,
    text,
)

pytestmark = pytest.mark.twin

LOOPBACK = port("LoopBack7", "<type>LoopBack</type><number>7</number>")


def test_an_edit_is_in_the_candidate_and_runs_when_committed(twin: Twin) -> None:
    with twin.session() as session:
        edit(session, named("one"))
        assert (name(session, "candidate"), name(session)) == ("one", None)
        session.commit()
        assert name(session) == "one"


def test_merge_leaves_the_rest_and_replace_does_not(twin: Twin) -> None:
    with twin.session() as session:
        edit(session, ports(port("GE1", "<description>a</description><mtu>1500</mtu>")))
        edit(session, ports(port("GE1", "<description>b</description>")))
        assert "<mtu>1500" in text(session, "candidate")
        changed = port("GE1", "<description>c</description>", operation="replace")
        edit(session, ports(changed))
        found = text(session, "candidate")
        assert "<description>c" in found
        assert "<mtu>" not in found


def test_default_operation_replace_is_of_everything(twin: Twin) -> None:
    with twin.session() as session:
        edit(session, named("one"), ports(LOOPBACK))
        edit(session, named("two"), default_operation="replace")
        found = text(session, "candidate")
        assert "two" in found
        assert "LoopBack7" not in found


def test_default_operation_none_changes_only_what_says_so(twin: Twin) -> None:
    with twin.session() as session:
        edit(session, ports(port("GE1", "<description>a</description><mtu>1500</mtu>")))
        inside = '<mtu>1400</mtu><description nc:operation="replace">b</description>'
        edit(session, ports(port("GE1", inside)), default_operation="none")
        found = text(session, "candidate")
        assert "<description>b" in found
        assert "<mtu>1500" in found
        with pytest.raises(RPCError) as caught:
            edit(session, ports(port("GE2", "<mtu>1500</mtu>")), default_operation="none")
        assert caught.value.tag == "data-missing"


def test_create_of_what_is_there_is_refused_with_its_path(twin: Twin) -> None:
    with twin.session() as session:
        edit(session, ports(LOOPBACK))
        with pytest.raises(RPCError) as caught:
            edit(session, ports(port("LoopBack7", operation="create")))
        assert caught.value.tag == "data-exists"
        assert "interface[huawei-ifm:name='LoopBack7']" in str(caught.value.path)


def test_delete_wants_it_to_be_there_and_remove_does_not(twin: Twin) -> None:
    with twin.session() as session:
        edit(session, ports(port("GE7", operation="remove")))
        with pytest.raises(RPCError) as caught:
            edit(session, ports(port("GE7", operation="delete")))
        assert caught.value.tag == "data-missing"
        assert "interface[huawei-ifm:name='GE7']" in str(caught.value.path)
        edit(session, ports(port("GE7", "<mtu>1500</mtu>")))
        edit(session, ports(port("GE7", '<mtu nc:operation="delete"/>')))
        assert "<mtu>" not in text(session, "candidate")
        edit(session, ports(port("GE7", operation="delete")))
        assert "GE7" not in text(session, "candidate")


def test_an_edit_with_one_error_changes_nothing(twin: Twin) -> None:
    with twin.session() as session:
        with pytest.raises(RPCError):
            edit(
                session,
                named("half"),
                ports(port("GE7", operation="delete")),
                error_option="rollback-on-error",
            )
        assert name(session, "candidate") is None


def test_several_errors_come_in_one_reply_each_with_its_path(twin: Twin) -> None:
    wrong = "<type>LoopBark</type><mtu>99999999</mtu>"
    with twin.session() as session, pytest.raises(RPCError) as caught:
        edit(session, ports(port("GE1", wrong), port("GE2", "<mtu>x</mtu>")))
    said = errors(caught.value)
    assert [each.tag for each in said] == ["invalid-value"] * 3
    assert [str(each.path).rpartition(":")[2] for each in said] == ["type", "mtu", "mtu"]
    assert "name='GE2'" in str(said[2].path)


@pytest.mark.parametrize(
    ("nodes", "tag", "words"),
    [
        (ports(port("GE1", "<typo>1</typo>")), "unknown-element", "typo"),
        ("<x xmlns='urn:none'/>", "unknown-namespace", "urn:none"),
        (ports("<interface><mtu>1500</mtu></interface>"), "missing-element", "name"),
        (ports(port("GE1", operation="upsert")), "bad-attribute", "upsert"),
        (ports(port("GE1", "<index>4</index>")), "invalid-value", "index"),
    ],
)
def test_what_no_model_allows_is_refused(twin: Twin, nodes: str, tag: str, words: str) -> None:
    with twin.session() as session:
        with pytest.raises(RPCError) as caught:
            edit(session, nodes)
        first = errors(caught.value)[0]
        assert first.tag == tag
        assert words in str(first.message)
        assert text(session, "candidate") == text(session)


def test_a_dangling_reference_is_found_by_validate_and_by_commit(twin: Twin) -> None:
    with twin.session() as session:
        edit(session, ports(port("GE1", "<vrf-name>nowhere</vrf-name>")))
        for refuse in (lambda: session.validate("candidate"), session.commit):
            with pytest.raises(RPCError) as caught:
                refuse()
            assert caught.value.tag == "data-missing"
            assert caught.value.app_tag == "instance-required"
            assert str(caught.value.path).endswith("huawei-ifm:vrf-name")
        assert "GE1" not in text(session)
        assert "GE1" in text(session, "candidate")


def test_a_must_is_told_as_such(twin: Twin) -> None:
    family = (
        '<ipv6 xmlns="urn:huawei:yang:huawei-ip"><addresses><address><ip>2001:db8::1</ip>'
        "<prefix-length>64</prefix-length><type>global</type></address></addresses></ipv6>"
    )
    with twin.session() as session:
        edit(session, PUBLIC, ports(port("GE1", family)))
        with pytest.raises(RPCError) as caught:
            session.validate("candidate")
        assert caught.value.app_tag == "must-violation"
        assert "2001:db8::1" in str(caught.value.path)


def test_tests_before_an_edit(twin: Twin) -> None:
    dangling = ports(port("GE1", "<vrf-name>nowhere</vrf-name>"))
    with twin.session() as session:
        for option in ("test-then-set", "test-only"):
            with pytest.raises(RPCError):
                edit(session, dangling, test_option=option)
            assert "GE1" not in text(session, "candidate")
        edit(session, named("one"), test_option="test-only")
        assert name(session, "candidate") is None
        edit(session, named("one"), test_option="test-then-set")
        assert name(session, "candidate") == "one"


def test_a_whole_configuration_is_validated_without_being_stored(twin: Twin) -> None:
    with twin.session() as session:
        session.validate(source=etree.fromstring(config(named("one"))))
        with pytest.raises(RPCError) as caught:
            session.validate(source=etree.fromstring(config(ports(port("GE1", "<mtu>9</mtu>")))))
        assert caught.value.tag in {"invalid-value", "data-missing"}
        assert name(session, "candidate") is None


def test_running_is_changed_by_commit_only(twin: Twin) -> None:
    with twin.session() as session:
        assert not any("writable-running" in each for each in session.server_capabilities)
        request = etree.fromstring(
            f'<edit-config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><target><running/>'
            f"</target>{config(named('one'))}</edit-config>"
        )
        with pytest.raises(RPCError) as caught:
            session.dispatch(request)
        assert caught.value.tag == "operation-not-supported"


def test_copy_config_takes_running_or_a_document(twin: Twin) -> None:
    with twin.session() as session:
        edit(session, named("one"))
        session.commit()
        edit(session, named("two"))
        session.copy_config(source="running", target="candidate")
        assert name(session, "candidate") == "one"
        whole = f"<source xmlns='{BASE}'>{config(named('three'))}</source>"
        session.copy_config(source=etree.fromstring(whole), target="candidate")
        assert name(session, "candidate") == "three"


def test_discard(twin: Twin) -> None:
    with twin.session() as session:
        edit(session, named("one"))
        session.discard_changes()
        assert name(session, "candidate") is None
