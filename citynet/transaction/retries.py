"""What is said while devices are asked again: each reason at once, then ever more seldom."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from citynet.transaction.ending import some
from citynet.transaction.seldom import Seldom
from citynet.transaction.words import Answer, How, Step

REPEATED = (Step.ROLL_BACK, Step.CONFIRM, Step.READ, Step.REDO, Step.RENEW)
"""What devices are asked again and again; any other step is the end of that."""
WELL = (How.DONE, How.NOT_PENDING)
_DIGITS = re.compile(r"\d+")
"""Numbers of sessions and times are others at each attempt; the reason is the same."""


@dataclass(slots=True)
class Retries:
    """Says what devices answer that are asked once more; what they are asked first is for others.

    Times are of `clock`, in seconds.
    """

    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _began: float = 0.0
    _until: float | None = None
    _failing: dict[Step, frozenset[str]] = field(default_factory=dict)
    _seldom: dict[Step, Seldom] = field(default_factory=dict)

    def quiet(self, step: Step) -> bool:
        """Whether a step that is about to be asked is one that was, before a pause."""
        if step not in REPEATED:
            self.over()
        return self._until is not None and step in self._failing

    def over(self) -> None:
        """No device is asked again; what is asked from now on is asked first."""
        self._until = None
        self._failing.clear()
        self._seldom.clear()

    def pause(self, until: float) -> None:
        """Devices are going to be asked again, until then."""
        if self._until is None:
            self._began, self._until = self.clock(), until
            names = sorted({name for each in self._failing.values() for name in each})
            self.say(f"{some(names) or 'devices'}: {self._times()}")

    def heard(self, step: Step, answers: Mapping[str, Answer]) -> None:
        """Say what devices have just answered, if it is time for it."""
        again = self.quiet(step)
        wrong = {name: each for name, each in sorted(answers.items()) if each.how not in WELL}
        done = sorted(self._failing.get(step, frozenset()) & (answers.keys() - wrong.keys()))
        self._failing[step] = frozenset(wrong)
        reasons = frozenset(f"{n} {_DIGITS.sub('#', each.message)}" for n, each in wrong.items())
        due = self._seldom.setdefault(step, Seldom()).due(reasons, self.clock())
        if again and done:
            self.say(f"{step}: done by {some(done)} after {self.clock() - self._began:.0f} s")
        if again and wrong and due:
            words = some(_said(name, each) for name, each in wrong.items())
            self.say(f"{step}: {words}; {self._times()}")

    def _times(self) -> str:
        now = self.clock()
        left = max(0.0, (self._until or now) - now)
        return f"asked again for {now - self._began:.0f} s so far, and for up to {left:.0f} s more"


def _said(name: str, answer: Answer) -> str:
    message = answer.message.strip().partition("\n")[0]
    return message if message.startswith(name) else f"{name}: {message or answer.how}"
