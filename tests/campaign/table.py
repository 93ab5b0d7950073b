"""The campaign's table: what was injected, and what became of it."""

from collections import Counter
from collections.abc import Iterable, Sequence

from tests.campaign.case import Kind, Phase
from tests.campaign.play import Found

HEAD = (
    "what goes wrong",
    "injected",
    "kept",
    "back",
    "killed or open, then settled",
    "refused",
    "wrong reports",
    "in between",
    "other defects",
)


def _ended(found: Found) -> str:
    """How the first run ended; what was left is told by the last one."""
    first = found.ways[0] if found.ways else "refused"
    if first in ("killed", "open", "split"):
        return "settled"
    return {"same": "kept"}.get(first, first)


def _row(name: str, cases: Sequence[Found], injected: int) -> str:
    ended = Counter(_ended(each) for each in cases)
    cells = [
        name,
        injected,
        *(ended[way] for way in ("kept", "back", "settled", "refused")),
        sum(bool(each.wrong) for each in cases),
        sum(bool(each.between) for each in cases),
        sum(bool(each.defects) for each in cases),
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def by_kind(every: Sequence[Found]) -> Iterable[str]:
    """A line a kind; a case with two faults is in both of their lines."""
    yield "| " + " | ".join(HEAD) + " |"
    yield "|---" + "|---:" * (len(HEAD) - 1) + "|"
    for kind in Kind:
        hit = [each for each in every if any(name == kind for name, _ in each.fired)]
        injected = sum(name == kind for each in every for name, _ in each.fired)
        if hit:
            yield _row(kind, hit, injected)
    idle = [each for each in every if not each.fired]
    if idle:
        yield _row("nothing (its moment never came)", idle, 0)
    like = [each for each in every if each.like_netopeer2]
    if like:
        yield _row("in a fleet with devices like netopeer2", like, injections(like))
    yield _row("**all cases**", every, injections(every))


def by_phase(every: Sequence[Found]) -> Iterable[str]:
    """How often each kind came at each moment."""
    counted = Counter(fired for each in every for fired in each.fired)
    phases = [each for each in Phase if any(phase == each for _, phase in counted)]
    yield (
        "| what goes wrong | " + " | ".join(each.removeprefix("record: ") for each in phases) + " |"
    )
    yield "|---" + "|---:" * len(phases) + "|"
    for kind in Kind:
        cells = [counted[kind, phase] or "" for phase in phases]
        if any(cells):
            yield f"| {kind} | " + " | ".join(str(cell) for cell in cells) + " |"


def injections(every: Iterable[Found]) -> int:
    return sum(len(each.fired) for each in every)


def verdict(every: Sequence[Found]) -> str:
    """One sentence."""
    wrong, between = (sum(len(getattr(each, n)) for each in every) for n in ("wrong", "between"))
    defects = sum(len(each.defects) for each in every)
    return (
        f"{injections(every)} faults in {len(every)} cases: {between} devices in between, "
        f"{wrong} wrong reports, {defects} other defects"
    )


def whole(every: Sequence[Found]) -> str:
    """Both tables, as Markdown."""
    return "\n".join([*by_kind(every), "", *by_phase(every), "", verdict(every), ""])
