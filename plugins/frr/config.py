"""FRR's configuration as a set of lines in their contexts, and the commands between two of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .words import ATTACHED, EXIT, HOLLOW, LASTING, NOISE, negation, slot, without_secrets

Path = tuple[str, ...]
"""A line and the contexts around it: `("router bgp 1", "address-family ipv4 vpn", "…")`."""


@dataclass(frozen=True, slots=True)
class FrrConfig:
    """Every line by its path, in order, with its number (from 1) in the text it came from."""

    lines: Mapping[Path, int]
    contexts: frozenset[Path]

    def without(self, gone: frozenset[Path]) -> "FrrConfig":
        """The same without some lines and all that is below them."""
        kept = {
            path: number
            for path, number in self.lines.items()
            if not any(path[:depth] in gone for depth in range(1, len(path) + 1))
        }
        return FrrConfig(kept, self.contexts)

    def text(self) -> str:
        """The configuration as FRR reads it."""
        return "".join(f"{line}\n" for line, _ in _tree(self, frozenset(self.lines)))


@dataclass(frozen=True, slots=True)
class FrrDiff:
    """What to take away and what to put in; both in the order of the text they came from."""

    removed: tuple[Path, ...]
    added: tuple[Path, ...]

    def __bool__(self) -> bool:
        return bool(self.removed or self.added)


@dataclass(frozen=True, slots=True)
class Script:
    """Lines for `vtysh -f`, each with the path it is about, None where it only leads there."""

    lines: tuple[str, ...]
    about: tuple[Path | None, ...]

    def text(self) -> str:
        """What vtysh reads."""
        return "".join(f"{line}\n" for line in self.lines)


def parse(text: str) -> FrrConfig:
    """Read a configuration by its indentation, as FRR writes it and our templates do."""
    lines: dict[Path, int] = {}
    contexts: set[Path] = set()
    stack: list[tuple[int, str]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or NOISE.match(line):
            continue
        indent = len(raw) - len(raw.lstrip())
        while stack and stack[-1][0] > indent:
            stack.pop()
        if EXIT.match(line):
            contexts.add(tuple(each for _, each in stack))
            continue
        if stack and stack[-1][0] == indent:
            stack.pop()
        stack.append((indent, line))
        path = tuple(each for _, each in stack)
        lines.setdefault(path, number)
        contexts.update(path[:depth] for depth in range(1, len(path)))
    return _ordered(lines, frozenset(contexts & lines.keys()))


def _ordered(lines: Mapping[Path, int], contexts: frozenset[Path]) -> FrrConfig:
    """Each context in one piece, its own lines before the contexts inside it, as FRR shows it."""
    children: dict[Path, list[Path]] = {}
    for path in lines:
        children.setdefault(path[:-1], []).append(path)
    made: dict[Path, int] = {}
    todo = list(reversed(children.get((), [])))
    while todo:
        path = todo.pop()
        made[path] = lines[path]
        inside = sorted(children.get(path, []), key=lambda each: each in contexts)
        todo.extend(reversed(inside))
    return FrrConfig(made, contexts)


def meaning(config: FrrConfig) -> dict[Path, int]:
    """The lines without contexts that are empty and mean nothing."""
    needed: set[Path] = set()
    for path in config.lines:
        if path not in config.contexts or not HOLLOW.match(path[-1]):
            needed.update(path[:depth] for depth in range(1, len(path) + 1))
    return {path: number for path, number in config.lines.items() if path in needed}


def difference(wanted: FrrConfig, running: FrrConfig) -> FrrDiff:
    """What has to change for `running` to be `wanted`."""
    want, have = meaning(wanted), meaning(running)
    removed = tuple(path for path in have if path not in want)
    added = tuple(path for path in want if path not in have)
    return FrrDiff(removed, added)


def merged(wanted: FrrConfig, running: FrrConfig) -> FrrConfig:
    """`running` with the lines of `wanted` put in; only values that they replace go."""
    taken = {(path[:-1], slot(path[-1])) for path in wanted.lines if slot(path[-1])}
    replaced = frozenset(
        path
        for path in running.lines
        if path not in wanted.lines and (path[:-1], slot(path[-1])) in taken
    )
    kept = running.without(replaced)
    lines = dict(kept.lines) | dict(wanted.lines)
    return _ordered(lines, wanted.contexts | kept.contexts)


def script(
    diff: FrrDiff, wanted: FrrConfig, running: FrrConfig, present: frozenset[str], attempt: int
) -> Script:
    """The commands of one round: removals last line first, then additions in order.

    `present` are the interfaces and VRFs that the kernel may have by then: FRR lets go of others
    only. The first round (`attempt` 0) takes away whole contexts and leaves replaced values to the
    lines that replace them; later rounds go line by line, and leave alone what means nothing: one
    line that FRR refuses takes all of its transaction with it.
    """
    made: list[tuple[str, Path | None]] = []
    for path, command in _removals(diff, running, present, attempt):
        made += _inside(path, command)
    made += _leftovers(diff, wanted, running, present, attempt)
    made += _tree(wanted, _with_parents(diff.added))
    return Script(tuple(line for line, _ in made), tuple(path for _, path in made))


def _removals(
    diff: FrrDiff, running: FrrConfig, present: frozenset[str], attempt: int
) -> Iterator[tuple[Path, str]]:
    removed = frozenset(diff.removed)
    replaced = {(path[:-1], slot(path[-1])) for path in diff.added} if attempt == 0 else set()
    whole = {
        path
        for path in removed
        if path in running.contexts and not LASTING.match(path[-1]) and attempt < 1
    }
    for path in reversed(diff.removed):
        if any(path[:depth] in whole for depth in range(1, len(path))):
            continue
        key = slot(path[-1])
        if key is not None and (path[:-1], key) in replaced:
            continue
        if path in running.contexts and LASTING.match(path[-1]):
            attached = ATTACHED.match(path[-1])
            if attached is None or attached.group(2) in present:
                continue
        yield path, negation(path[-1], 0 if path in whole else attempt)


def _leftovers(
    diff: FrrDiff, wanted: FrrConfig, running: FrrConfig, present: frozenset[str], attempt: int
) -> Iterator[tuple[str, Path | None]]:
    """Empty contexts of interfaces and VRFs that the kernel has no more."""
    for path in running.lines:
        if len(path) > 1 or path in wanted.lines:
            continue
        attached = ATTACHED.match(path[0])
        gone = attached is not None and attached.group(2) not in present and attempt == 0
        if gone and path not in diff.removed:
            yield f"no {path[0]}", path


def _inside(path: Path, command: str) -> Iterator[tuple[str, Path | None]]:
    depth = len(path) - 1
    for level, context in enumerate(path[:-1]):
        yield " " * level + context, None
    yield " " * depth + command, path
    for level in reversed(range(depth)):
        yield " " * level + "exit", None


def _with_parents(paths: Sequence[Path]) -> frozenset[Path]:
    return frozenset(path[:depth] for path in paths for depth in range(1, len(path) + 1))


def _tree(config: FrrConfig, paths: frozenset[Path]) -> list[tuple[str, Path | None]]:
    """The lines of `paths` in their contexts, each context left by `exit`, in order."""
    children: dict[Path, list[Path]] = {}
    for path in config.lines:
        if path in paths:
            children.setdefault(path[:-1], []).append(path)
    made: list[tuple[str, Path | None]] = []
    todo: list[Path | str] = list(reversed(children.get((), [])))
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            made.append((item, None))
            continue
        indent = " " * (len(item) - 1)
        made.append((indent + item[-1], item))
        if item in config.contexts:
            todo.append(indent + "exit")
        todo.extend(reversed(children.get(item, [])))
    return made


def shown(diff: FrrDiff) -> list[str]:
    """The difference as lines for people: contexts once, then `-` and `+`; no secrets."""
    changed: dict[Path, list[str]] = {}
    marks = [("-", path) for path in diff.removed] + [("+", path) for path in diff.added]
    own = {path for _, path in marks}
    for mark, path in marks:
        top = path
        while top[:-1] in own:
            top = top[:-1]
        line = f"{mark}{' ' * (len(path) - 1)}{without_secrets(path[-1])}"
        changed.setdefault(top[:-1], []).append(line)
    made: list[str] = []
    for context, lines in changed.items():
        made += [f" {' ' * level}{without_secrets(line)}" for level, line in enumerate(context)]
        made += lines
    return made
