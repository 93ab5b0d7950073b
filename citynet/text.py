"""Words for people: the nearest right name, and lists that read well."""

from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str | None:
    """`did you mean 'gov-core1'?`, or None where nothing is near `name`."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    close = get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else None


def with_nearest(sentence: str, name: str, names: Iterable[str]) -> str:
    """A sentence about an unknown `name`; `…; did you mean 'gov-core1'?` where one is near it."""
    hint = nearest(name, names)
    return f"{sentence}; {hint}" if hint else sentence


def listed(names: Iterable[str], most: int = 8) -> str:
    """`a, b, c`, cut after `most` names with how many more there are."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def parts(text: str) -> list[str]:
    """What is between commas, without blanks around it. Raises `ValueError` for an empty part.

    A part that is a sign alone, as `deploy --limit` has them (`!`, `&`), is empty as well.
    """
    found = [part.strip() for part in text.split(",")]
    if not all(part.lstrip("!&").strip() for part in found):
        raise ValueError(f"{text!r} has an empty name in it")
    return found


def amount(count: int, noun: str) -> str:
    """`1 ring`, `2 rings`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
