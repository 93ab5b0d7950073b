"""What can go wrong, as values a person can act on.

Every error that citynet expects is a `CitynetError`; the command line prints it and exits 1.
An error in an inventory is a list of `Problem`s, each at a place in a file, all at once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

KeyPath = tuple[str | int, ...]
"""Where a value stands in the merged inventory: `("nodes", "gov-core1", "loopback")`."""


class CitynetError(Exception):
    """Anything a user can put right. The text is a sentence that says what to do."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file; `line` and `column` count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in an inventory.

    `path` says where in the intent, `position` where in a file (filled in by the loader's
    source map). `expected` and `hint` complete the sentence: what would have been right,
    and the nearest valid name or a command that helps. `code` names the kind of mistake, for
    `citynet explain`; two problems that differ in nothing else are the same.
    """

    what: str
    path: KeyPath = ()
    expected: str | None = None
    hint: str | None = None
    position: Position | None = None
    code: str = field(default="", compare=False)

    def __str__(self) -> str:
        where = f"{self.position}: " if self.position else ""
        expected = f", expected {self.expected}" if self.expected else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{where}{self.what}{expected}{hint}"


def coded(code: str, problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems, each of this kind where it does not say of which."""
    return (each if each.code else replace(each, code=code) for each in problems)


class InventoryError(CitynetError):
    """All the problems found in an inventory, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = [str(problem) for problem in self.problems]
        lines.append(f"{count} problem{'s' if count != 1 else ''}")
        super().__init__("\n".join(lines))
