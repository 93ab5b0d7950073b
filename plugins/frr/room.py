"""Whether a router has room for a commit and its way back, asked before any router commits."""

from collections.abc import Iterator

from . import script

SPARE = 65536
"""Bytes that must be left on the device beside the configurations themselves."""
FILES = 32
"""Files that a commit makes at most, the program that keeps its promise included."""

_PLACES = (script.STATE_DIR, script.FRR_CONF.rpartition("/")[0])
_NUMBERS = 4


def asking() -> str:
    """A part of a script, a line a place: free blocks, their size, free and all inodes.

    Nothing is written; `sealed` follows where nothing could be.
    """
    ways = "".join(
        f"at={place}; [ -d $at ] || at=${{at%/*}}; no=; [ -w $at ] || no=sealed; "
        f"echo {place} $(stat -f -c '%a %S %d %c' $at) $no\n"
        for place in _PLACES
    )
    return script.part("room", f"{{ {ways}}}")


def lacking(output: str, needed: int) -> Iterator[str]:
    """In sentences, where there is less room than `needed` bytes. Some systems count no inodes."""
    found = script.parts(output).get("room")
    for line in found.text.splitlines() if found else ():
        place, *words = line.split() or [""]
        if words[_NUMBERS:]:
            yield f"{place} cannot be written, and the way back is kept there"
        if len(words) < _NUMBERS or not all(each.isdigit() for each in words[:_NUMBERS]):
            continue
        blocks, size, free, inodes = map(int, words[:_NUMBERS])
        if blocks * size < needed:
            have, need = blocks * size // 1024, -(-needed // 1024)
            yield f"{place} has {have} KiB left, and a commit with its way back needs {need} KiB"
        elif inodes and free < FILES:
            yield f"{place} has room for {free} files more, and a commit needs {FILES}"
