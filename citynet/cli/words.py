"""Values of options: text that says something, names with commas between, paths, settings.

An empty value is not an absent one: it is what a shell makes of a variable that is not set.
"""

import math
import os
from typing import Any

import click

from citynet.environ import SettingError, setting
from citynet.text import parts

UNSET = "is a variable not set?"


class Word(click.ParamType[Any]):
    """Text that is neither empty nor blank; `expected` says what it is for people."""

    name = "text"

    def __init__(self, expected: str) -> None:
        self.expected = expected

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The text as it is."""
        if not str(value).strip():
            self.fail(f"the value is empty, expected {self.expected}: {UNSET}", param, ctx)
        return value


class Pattern(Word):
    """Parts with commas between, none of them empty, as they are."""

    def parts(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[str]:
        """The parts, without the blanks around them."""
        try:
            return parts(value)
        except ValueError as error:
            self.fail(f"{error}, expected {self.expected}: {UNSET}", param, ctx)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The whole text."""
        super().convert(value, param, ctx)
        self.parts(value, param, ctx)
        return value


class Names(Pattern):
    """Names with commas between, as a set."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The names."""
        if isinstance(value, frozenset):
            return value
        return frozenset(self.parts(super().convert(value, param, ctx), param, ctx))


class PathName(click.Path):
    """A path. An empty one is not the current folder."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        """As `click.Path`, and no empty or blank text."""
        if not os.fspath(value).strip():
            kind = "a folder" if not self.file_okay else "a path" if self.dir_okay else "a file"
            self.fail(f"the path is empty, expected {kind}: {UNSET}", param, ctx)
        return super().convert(value, param, ctx)


class Number(click.FloatRange):
    """A number with an end: neither `nan`, which no range refuses, nor `inf`."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """As `click.FloatRange`."""
        found = float(super().convert(value, param, ctx))
        if not math.isfinite(found):
            self.fail(f"{value!r} is not a valid number, expected one with an end", param, ctx)
        return found


class Setting(click.Option):
    """An option that a variable of the environment gives as well: not with an empty value."""

    def __init__(self, *words: Any, expected: str, **rest: Any) -> None:
        super().__init__(*words, **rest)
        self._expected = expected

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """As `click.Option`, for which an empty variable is none."""
        if isinstance(self.envvar, str) and not ctx.resilient_parsing:
            try:
                setting(os.environ, self.envvar, self._expected)
            except SettingError as error:
                raise click.UsageError(str(error), ctx) from error
        return super().resolve_envvar_value(ctx)
