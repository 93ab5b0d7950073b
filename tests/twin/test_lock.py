"""Locks, and who is told that whom holds them."""

import pytest
from ncclient.operations import RPCError

from tests.twin.twins import Twin, edit, name, named

pytestmark = pytest.mark.twin


def holder(error: RPCError) -> str:
    assert error.tag == "lock-denied"
    return str(error.info)


@pytest.mark.parametrize("target", ["candidate", "running"])
def test_of_two_sessions_one_gets_the_lock_and_the_other_is_told_who(
    twin: Twin, target: str
) -> None:
    with twin.session() as first, twin.session() as other:
        first.lock(target)
        with pytest.raises(RPCError) as caught:
            other.lock(target)
        assert f">{first.session_id}<" in holder(caught.value)
        first.unlock(target)
        other.lock(target)
        other.unlock(target)


def test_a_lock_ends_with_its_session_and_so_does_what_it_prepared(twin: Twin) -> None:
    with twin.session() as first:
        first.lock("candidate")
        edit(first, named("half"))
    with twin.session() as other:
        other.lock("candidate")
        assert name(other, "candidate") is None
        other.unlock("candidate")


def test_unlock_discards_what_is_not_committed(twin: Twin) -> None:
    with twin.session() as session:
        session.lock("candidate")
        edit(session, named("half"))
        session.unlock("candidate")
        assert name(session, "candidate") is None


def test_nobody_else_changes_what_is_locked(twin: Twin) -> None:
    with twin.session() as first, twin.session() as other:
        first.lock("candidate")
        first.lock("running")
        for act in (lambda: edit(other, named("x")), other.commit, other.discard_changes):
            with pytest.raises(RPCError) as caught:
                act()
            assert caught.value.tag == "in-use"
        edit(first, named("mine"))
        first.commit()
        assert name(other) == "mine"


def test_a_changed_candidate_cannot_be_locked(twin: Twin) -> None:
    with twin.session() as first, twin.session() as other:
        edit(first, named("half"))
        with pytest.raises(RPCError) as caught:
            other.lock("candidate")
        assert ">0<" in holder(caught.value)
        first.discard_changes()
        other.lock("candidate")


def test_running_cannot_be_locked_while_another_s_commit_waits(twin: Twin) -> None:
    with twin.session() as first, twin.session() as other:
        edit(first, named("new"))
        first.commit(confirmed=True, timeout="600")
        with pytest.raises(RPCError) as caught:
            other.lock("running")
        assert f">{first.session_id}<" in holder(caught.value)
        first.cancel_commit()
        other.lock("running")


def test_a_lock_that_is_not_one_s_own_is_not_let_go(twin: Twin) -> None:
    with twin.session() as first, twin.session() as other:
        first.lock("candidate")
        with pytest.raises(RPCError) as caught:
            other.unlock("candidate")
        assert caught.value.tag == "operation-failed"


def test_a_killed_session_lets_go(twin: Twin) -> None:
    first = twin.connect()
    first.lock("candidate")
    with twin.session() as other:
        other.kill_session(first.session_id)
        other.lock("candidate")
        with pytest.raises(RPCError) as caught:
            other.kill_session(first.session_id)
        assert caught.value.tag == "invalid-value"
