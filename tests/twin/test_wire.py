"""Framing, hello and SSH as the RFCs have them, and who does not follow them is sent away."""

from itertools import pairwise
from pathlib import Path

import paramiko
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citynet.lab.keys import new_pair
from citynet.twin.server.framing import Chunks, EndMarks, Framing, FramingError
from tests.twin.twins import BASE, Twin, edit, name, named, started
from tests.twin.wire import END, logged_in, rpc, wire

twins = pytest.mark.twin
MESSAGES = st.lists(st.binary(min_size=1, max_size=40).filter(lambda each: END not in each))


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


@pytest.mark.parametrize("kind", [Chunks, EndMarks])
@given(messages=MESSAGES, cuts=st.lists(st.integers(0, 10_000), max_size=20))
def test_messages_survive_however_the_stream_is_cut(
    kind: type[Chunks | EndMarks], messages: list[bytes], cuts: list[int]
) -> None:
    framing: Framing = kind()
    messages = [each.rstrip(b"]") + b">" for each in messages]
    stream = b"".join(framing.wrap(each) for each in messages)
    found = [each for piece in pieces(stream, cuts) for each in framing.feed(piece)]
    assert found == messages
    assert not framing.rest()


@pytest.mark.parametrize(
    "stream", [b"<rpc/>", b"\n#0\n", b"\n#-1\n", b"\n#12345678901\n", b"\n##\n", b"\n#4\nabcdX\n#"]
)
def test_what_is_no_chunk_is_an_error(stream: bytes) -> None:
    with pytest.raises(FramingError):
        Chunks().feed(stream)


@twins
def test_one_zero_is_spoken_with_who_knows_no_better(twin: Twin) -> None:
    with wire(twin) as session:
        greeting = session.greet("1.0")
        assert b":base:1.1" in greeting
        assert b"<session-id>" in greeting
        session.send(rpc("<get-config><source><running/></source></get-config>").encode() + END)
        assert b"<data" in session.until(END)


@twins
def test_requests_sent_at_once_are_answered_in_order(twin: Twin) -> None:
    with wire(twin) as session:
        session.greet("1.0")
        many = [rpc("<validate><source><running/></source></validate>", at) for at in range(20)]
        session.send(b"".join(each.encode() + END for each in many))
        for at in range(20):
            assert f'message-id="{at}"'.encode() in session.until(END)


@twins
def test_attributes_of_a_request_come_back(twin: Twin) -> None:
    with wire(twin) as session:
        session.greet("1.1")
        asked = (
            f'<n:rpc xmlns:n="{BASE}" xmlns:x="urn:x" message-id="a&lt;b" x:colour="red">'
            "<n:discard-changes/></n:rpc>"
        )
        reply = session.chunked(asked)
        assert 'message-id="a&lt;b"' in reply
        assert 'x:colour="red"' in reply
        assert "<ok/>" in reply


@twins
@pytest.mark.parametrize(
    ("request_", "tag"),
    [
        (f'<rpc xmlns="{BASE}"><discard-changes/></rpc>', "missing-attribute"),
        (rpc("<reboot xmlns='urn:x'/>"), "operation-not-supported"),
        (rpc("<delete-config><target><startup/></target></delete-config>"), "not-supported"),
        (rpc("<get-config/>"), "missing-element"),
        (rpc("<get-config><source><startup/></source></get-config>"), "invalid-value"),
        (rpc("<commit><confirmed/><confirm-timeout>0</confirm-timeout></commit>"), "invalid-value"),
        (rpc("<unlock><target><running/></target></unlock>"), "operation-failed"),
        (rpc("<kill-session><session-id>0</session-id></kill-session>"), "invalid-value"),
        (rpc("<lock>") + "</lock>", "malformed-message"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + rpc("<discard-changes/>"), "malformed-message"),
        (
            rpc(
                "<edit-config><target><candidate/></target>"
                "<error-option>continue-on-error</error-option><config/></edit-config>"
            ),
            "operation-not-supported",
        ),
    ],
)
def test_a_wrong_request_is_an_error_and_the_session_lives_on(
    twin: Twin, request_: str, tag: str
) -> None:
    with wire(twin) as session:
        session.greet("1.1")
        reply = session.chunked(request_)
        assert tag in reply
        assert "<rpc-error>" in reply
        assert "<ok/>" in session.chunked(rpc("<discard-changes/>", 2))


@twins
@pytest.mark.parametrize(
    "said",
    [
        b"\n#4\nabcdX",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_a_broken_stream_ends_the_session(twin: Twin, said: bytes) -> None:
    with wire(twin) as session:
        session.greet("1.1")
        session.send(said)
        assert session.closed()
    with twin.session() as session_:
        assert session_.connected


@twins
@pytest.mark.parametrize("hello", [b"<rpc/>", b"<hello/>", b"no xml at all"])
def test_who_does_not_say_hello_is_sent_away(twin: Twin, hello: bytes) -> None:
    with wire(twin) as session:
        session.send(hello + END)
        assert session.closed()


@twins
def test_there_is_no_shell(twin: Twin) -> None:
    with logged_in(twin) as client:
        _, _, stderr = client.exec_command("id")
        assert "management plane only" in stderr.read().decode()


@twins
def test_nobody_else_logs_in(twin: Twin, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(new_pair().private)
    for user, key in (("admin", twin.files.key), ("root", other)):
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507
        with pytest.raises(paramiko.AuthenticationException):
            client.connect(
                "127.0.0.1",
                port=twin.port,
                username=user,
                key_filename=str(key),
                look_for_keys=False,
                allow_agent=False,
            )
        client.close()


@twins
def test_a_password_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("opensesame\n", encoding="utf-8")
    with started("huawei_vrp", tmp_path / "twin", password_file=secret) as twin:
        with logged_in(twin, password="opensesame") as client:
            assert client.get_transport() is not None
        with pytest.raises(paramiko.AuthenticationException), logged_in(twin, password="wrong"):
            pass
        assert "opensesame" not in twin.log()
        for nothing in ("", "\n"):
            (tmp_path / "twin" / "keys" / "password").write_text(nothing)
            with pytest.raises(paramiko.AuthenticationException), logged_in(twin, password=""):
                pass


@twins
def test_hello_says_what_there_is_and_monitoring_who_is_there(twin: Twin) -> None:
    with twin.session() as session:
        offered = set(session.server_capabilities)
        assert any(each.endswith(":confirmed-commit:1.1") for each in offered)
        assert any("module=huawei-ifm" in each for each in offered)
        assert not any("xpath" in each or "startup" in each for each in offered)
        session.lock("candidate")
        state = session.get(
            filter=(
                "subtree",
                '<netconf-state xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"/>',
            )
        ).data_xml
        assert f"<session-id>{session.session_id}</session-id>" in state
        assert f"<locked-by-session>{session.session_id}</locked-by-session>" in state
        assert "<identifier>huawei-bgp</identifier>" in state
        assert "module huawei-bgp" in session.get_schema("huawei-bgp").data


@twins
def test_labels_of_any_script_survive(twin: Twin) -> None:
    with twin.session() as session:
        edit(session, named("城东&lt;&amp;\"'"))
        assert name(session, "candidate") == "城东<&\"'"
