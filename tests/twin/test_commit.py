"""Confirmed commits: they wait, they are confirmed, and else everything goes back."""

import time
from collections.abc import Callable
from math import ceil

import pytest
from ncclient import manager
from ncclient.operations import RPCError

from tests.speed import seconds
from tests.twin.twins import PUBLIC, Twin, edit, name, named, port, ports, text

pytestmark = pytest.mark.twin


def until(condition: Callable[[], bool], bound: float = 20.0) -> None:
    """Wait for it."""
    end = time.monotonic() + seconds(bound)
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def timer(idle: float) -> int:
    """A commit's time, in which much happens: as many seconds on an idle machine."""
    return ceil(seconds(idle))


def waiting(session: manager.Manager, to: str = "new", **options: str) -> None:
    """Run `to` until it is confirmed."""
    edit(session, named(to))
    session.commit(confirmed=True, **options)
    assert name(session) == to


@pytest.fixture
def old(twin: Twin) -> Twin:
    with twin.session() as session:
        edit(session, PUBLIC, named("old"), ports(port("GE1", "<mtu>1500</mtu>")))
        session.commit()
    return twin


def test_a_commit_confirmed_in_time_stays(old: Twin) -> None:
    with old.session() as session:
        waiting(session, timeout=str(within := timer(6)))
        session.commit()
        time.sleep(within + 0.5)
        assert name(session) == "new"


def test_a_commit_not_confirmed_goes_back_as_a_whole_when_its_time_is_up(old: Twin) -> None:
    with old.session() as session:
        before = text(session)
        edit(session, named("new"), ports(port("GE1", operation="delete"), port("GE2")))
        began, within = time.monotonic(), timer(2)
        session.commit(confirmed=True, timeout=str(within))
        assert text(session) != before
        until(lambda: text(session) == before, within + 20.0)
        assert time.monotonic() - began > within - 1
        assert text(session, "candidate") == before


@pytest.mark.parametrize("end", ["close", "drop", "kill"])
def test_a_lost_session_takes_its_commit_back(old: Twin, end: str) -> None:
    with old.session() as other:
        first = old.connect()
        waiting(first, timeout="600")
        if end == "close":
            first.close_session()
        elif end == "drop":
            first._session._transport.sock.close()
        else:
            other.kill_session(first.session_id)
        until(lambda: name(other) == "old")


def test_a_named_commit_outlives_its_session_and_any_session_confirms_it(old: Twin) -> None:
    with old.session() as first:
        waiting(first, timeout=str(within := timer(8)), persist="run-1")
    with old.session() as other:
        assert name(other) == "new"
        other.commit(persist_id="run-1")
        time.sleep(within + 0.5)
        assert name(other) == "new"


def test_a_named_commit_goes_back_when_its_time_is_up(old: Twin) -> None:
    with old.session() as first:
        waiting(first, timeout=str(timer(2)), persist="run-1")
    with old.session() as other:
        until(lambda: name(other) == "old")


def test_extending_starts_the_time_again_and_keeps_what_it_goes_back_to(old: Twin) -> None:
    with old.session() as session:
        waiting(session, timeout=str(within := timer(6)))
        edit(session, named("newer"))
        session.commit(confirmed=True, timeout="600")
        time.sleep(within + 0.5)
        assert name(session) == "newer"
        session.commit(confirmed=True, timeout="2")
        until(lambda: name(session) == "old")


def test_cancel_goes_back_at_once(old: Twin) -> None:
    with old.session() as session:
        waiting(session, timeout="600")
        session.cancel_commit()
        assert name(session) == "old"


def test_cancel_by_name_from_another_session(old: Twin) -> None:
    with old.session() as first, old.session() as other:
        waiting(first, timeout="600", persist="run-1")
        other.cancel_commit(persist_id="run-1")
        assert name(first) == "old"


@pytest.mark.parametrize(
    ("persist", "persist_id", "tag"),
    [("run-1", "run-2", "invalid-value"), ("run-1", None, "in-use"), (None, "x", "invalid-value")],
)
def test_a_wrong_name_settles_nothing(
    old: Twin, persist: str | None, persist_id: str | None, tag: str
) -> None:
    named_by = {"persist": persist} if persist else {}
    with old.session() as first, old.session() as other:
        waiting(first, timeout="600", **named_by)
        for settle in (other.commit, other.cancel_commit):
            with pytest.raises(RPCError) as caught:
                settle(persist_id=persist_id)
            assert caught.value.tag == tag
            assert name(other) == "new"
        first.cancel_commit(persist_id=persist)


def test_nothing_waits(old: Twin) -> None:
    with old.session() as session:
        with pytest.raises(RPCError) as caught:
            session.cancel_commit()
        assert caught.value.tag == "operation-failed"
        with pytest.raises(RPCError) as caught:
            session.commit(persist_id="run-1")
        assert caught.value.tag == "invalid-value"


def test_another_session_cannot_commit_while_one_waits(old: Twin) -> None:
    with old.session() as first, old.session() as other:
        waiting(first, timeout="600")
        edit(other, named("theirs"))
        with pytest.raises(RPCError) as caught:
            other.commit()
        assert caught.value.tag == "in-use"
        other.discard_changes()


def test_an_invalid_candidate_does_not_wait(old: Twin) -> None:
    with old.session() as session:
        edit(session, ports(port("GE1", "<vrf-name>nowhere</vrf-name>")))
        with pytest.raises(RPCError):
            session.commit(confirmed=True, timeout="600")
        with pytest.raises(RPCError):
            session.cancel_commit()


def test_what_others_prepare_meanwhile_is_not_lost_when_it_goes_back(old: Twin) -> None:
    with old.session() as first, old.session() as other:
        waiting(first, timeout="600")
        edit(other, ports(port("GE9", "<mtu>9000</mtu>")))
        first.cancel_commit()
        assert "GE9" in text(other, "candidate")
        assert name(other) == "old"
