"""What a person reads while devices are asked again."""

from collections.abc import Callable

from citynet.transaction.retries import Retries
from citynet.transaction.words import Answer, How, Step

LOCKED = "r1 refused: its startup is locked by session 77"


class Asked:
    """Devices that are asked once a second until `until`, as a run that ends does it."""

    def __init__(self, until: float, answer: Callable[[float], Answer]) -> None:
        self.now = 0.0
        self.said: list[tuple[float, str]] = []
        retries = Retries(lambda line: self.said.append((self.now, line)), lambda: self.now)
        self.quiet: list[bool] = []
        while True:
            for step in (Step.CONFIRM, Step.READ):
                self.quiet.append(retries.quiet(step))
                found = answer(self.now) if step is Step.CONFIRM else Answer(How.DONE)
                retries.heard(step, {"r1": found, "r2": Answer(How.DONE)})
            if self.now >= until or answer(self.now).how is How.DONE:
                break
            retries.pause(until)
            self.now += 1.0
        self.quiet_at_last = retries.quiet(Step.UNLOCK)

    @property
    def times(self) -> list[float]:
        return [when for when, _ in self.said]


def test_150_attempts_are_a_few_lines() -> None:
    """The first attempt is said by the processors, with its reason; then it is ever more seldom."""
    found = Asked(150.0, lambda _: Answer(How.REFUSED, LOCKED))
    assert found.times == [0, 1, 3, 7, 15, 31, 63, 123]
    assert found.said[0][1] == "r1: asked again for 0 s so far, and for up to 150 s more"
    assert found.said[3][1] == (
        f"confirm: {LOCKED}; asked again for 7 s so far, and for up to 143 s more"
    )
    assert found.quiet == [False, False, *[True] * (2 * 150)]
    assert not found.quiet_at_last


def test_another_reason_is_said_at_once() -> None:
    def answer(now: float) -> Answer:
        return Answer(How.LOST, "no route to host") if now >= 40 else Answer(How.REFUSED, LOCKED)

    found = Asked(60.0, answer)
    assert found.times == [0, 1, 3, 7, 15, 31, 40, 41, 43, 47, 55]
    assert found.said[6][1].startswith("confirm: r1: no route to host; asked again for 40 s")


def test_numbers_alone_are_no_other_reason() -> None:
    """A session of its own at each attempt, and one that is named."""
    found = Asked(30.0, lambda now: Answer(How.REFUSED, f"it names {now:.0f}, which is the one"))
    assert found.times == [0, 1, 3, 7, 15]


def test_two_reasons_by_turns_are_said_once_each() -> None:
    words = ("one reason", "another reason")
    found = Asked(30.0, lambda now: Answer(How.FAILED, words[int(now) % 2]))
    assert found.times == [0, 1, 2, 4, 8, 16]


def test_one_that_answers_after_all() -> None:
    found = Asked(60.0, lambda now: Answer(How.DONE if now >= 5 else How.LOST, "no route to host"))
    assert found.said[-1] == (5.0, "confirm: done by r1 after 5 s")


def test_what_is_asked_first_is_not_said() -> None:
    """Processors have said it."""
    said: list[str] = []
    retries = Retries(said.append, lambda: 0.0)
    retries.heard(Step.CONFIRM, {"r1": Answer(How.LOST, "no route to host")})
    assert not said
    assert not retries.quiet(Step.CONFIRM)
    retries.pause(60.0)
    assert retries.quiet(Step.CONFIRM)
    assert not retries.quiet(Step.REDO)
    retries.over()
    assert not retries.quiet(Step.CONFIRM)
