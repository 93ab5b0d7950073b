"""The tables of docs/each_key.md."""

from collections.abc import Iterator, Sequence

from tests.each_key.offline import Change
from tests.each_key.play import Found, Way


def offline(every: Sequence[Change]) -> Iterator[str]:
    """A line a key that changes a device; the others by name."""
    yield "| key | given | files | FRR commands, most on a router | removed or made again whole |"
    yield "|---|---|---|---:|---|"
    for each in every:
        if each.files:
            files = ", ".join(sorted({file for some in each.files.values() for file in some}))
            most = max(each.commands.values(), default=0)
            notes = [note.partition(":")[0] for note in each.notes]
            removed = "; ".join([*notes, *(f"`{line}`" for line in each.removals[:3])])
            where = f"{files} on {len(each.files)}"
            yield f"| `{each.key}` | `{each.value}` | {where} | {most} | {removed} |"
    silent = [f"`{each.key}`" for each in every if not each.files and not each.why]
    yield ""
    yield f"Valid, and nothing changes on any router: {', '.join(silent) or 'none'}."
    yield ""
    yield "No other value is valid alone:"
    yield ""
    for each in every:
        if each.why:
            yield f"- `{each.key}`: {each.why}"


def lab(every: Sequence[Found]) -> Iterator[str]:
    """A line a key that was changed in the lab."""
    yield "| key | given | there: s, lost s | back: s, lost s | checks | started again | defects |"
    yield "|---|---|---:|---:|---:|---|---|"
    for each in every:
        again = sorted({one.split(":")[1] for one in (*each.there.restarted, *each.back.restarted)})
        names = ", ".join(again)
        defects = "; ".join(each.defects)
        ways = f"{_way(each.there)} | {_way(each.back)}"
        key = f"`{each.key}`" + (" (lab up)" if each.grown else "")
        yield f"| {key} | `{each.value}` | {ways} | {each.proved} | {names} | {defects} |"


def _way(way: Way) -> str:
    lost = "–" if way.lost is None else f"{way.lost:g}"
    return f"{way.seconds:g}, {lost}"
