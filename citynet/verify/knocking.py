"""Knocks as the agent's request, and the agent's answer."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from citynet.verify.knock import COPIES, Answer, Knock
from citynet.verify.probe import agent_source

WAIT, PATIENCE = 0.6, 4
"""Seconds to hear for after each round, and rounds for what is wanted."""

Answers = dict[Knock, Answer | str]


@dataclass(frozen=True, slots=True)
class Knocking:
    """One run of the agent: its standard input, and the knock that each number stands for."""

    script: str
    knocks: tuple[Knock, ...]

    def answers(self, text: str) -> Answers:
        """What the agent printed. Everything is a sentence where that cannot be read."""
        try:
            rows: dict[int, Answer | str] = {
                int(number): f"could not be sent ({error})" if error else Answer(said)
                for number, said, error in json.loads(text)["said"]
            }
        except (ValueError, KeyError, TypeError) as error:
            said = text.strip().splitlines()[-1:] or ["nothing"]
            return dict.fromkeys(self.knocks, f"the knocking agent said {said[0]!r} ({error!r})")
        silent = "the knocking agent did not report it"
        return {each: rows.get(number, silent) for number, each in enumerate(self.knocks)}


def knocking(
    knocks: Iterable[Knock], nonce: int, wait: float = WAIT, patience: int = PATIENCE
) -> Knocking:
    """The agent's request for the knocks of one router."""
    ordered = tuple(sorted(knocks))
    rows = [
        [
            number,
            each.via,
            each.own,
            each.neighbor,
            each.address,
            each.protocol,
            each.port,
            each.own_port,
            each.hops,
            each.sid,
            each.wanted,
        ]
        for number, each in enumerate(ordered)
    ]
    body = {"nonce": nonce, "wait": wait, "patience": patience, "copies": COPIES, "knocks": rows}
    call = f"main({json.dumps(body, separators=(',', ':'))!r})"
    return Knocking(f"{agent_source('agent_knock.py')}\n{call}\n", ordered)
