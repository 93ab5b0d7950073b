"""Where a line of an artifact came from: a line of a template, and a line of the inventory.

Nothing is recorded while a city is rendered. When somebody asks, the one device is rendered
again in an environment that ends each line with a mark: the template, its line, and the piece
of intent (`origin`) that the template read last.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from citynet.errors import KeyPath
from citynet.pipeline import Prepared
from citynet.render.render import Renderer, environment

MARK = "citynet_mark"
RESET = "citynet_reset"
_MARKED = re.compile("\x02([^:]*):([0-9]+):([0-9]+)\x03")


@dataclass
class _Trail:
    """The pieces of intent that templates read. The first of `origins` is the device itself.

    A line comes from the last piece it read other than the device itself, from the device if
    it read nothing else, and from what the line before came from if it read nothing.
    """

    origins: list[KeyPath]
    read: list[int] = field(default_factory=list)
    last: int = 0

    def saw(self, origin: KeyPath) -> None:
        """A template read a piece of intent."""
        if origin not in self.origins:
            self.origins.append(origin)
        self.read.append(self.origins.index(origin))

    def mark(self, name: str, line: int) -> str:
        """A line ends: where it came from."""
        if self.read:
            self.last = next((each for each in reversed(self.read) if each), 0)
        self.read.clear()
        return f"\x02{name}:{line}:{self.last}\x03"

    def reset(self) -> str:
        """A block begins: with the device itself."""
        self.read.clear()
        self.last = 0
        return ""


class _Tracing(Environment):
    """A Jinja environment that follows which piece of intent a template reads."""

    trail: _Trail

    def getattr(self, obj: Any, attribute: str) -> Any:
        value = super().getattr(obj, attribute)
        origin = getattr(obj, "origin", None)
        if isinstance(origin, tuple):
            self.trail.saw(origin)
        return value


class _Marks(Extension):
    """Ends every line of a template's text with a call of `citynet_mark`."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        name, before, opening = stream.name or "?", "", False
        for token in stream:
            if token.type == "data" and "\n" in token.value:
                yield from self._marked(token, name)
                continue
            opening = opening or (before == "block_begin" and token.value == "block")
            yield token
            if opening and token.type == "block_end":
                opening = False
                yield from self._call(token.lineno, RESET)
            before = token.type

    def _marked(self, token: Token, name: str) -> Iterator[Token]:
        for offset, line in enumerate(token.value.splitlines(keepends=True)):
            at = token.lineno + offset
            yield Token(at, "data", line.removesuffix("\n"))
            if line.endswith("\n"):
                yield from self._call(at, MARK, name, at)
                yield Token(at, "data", "\n")

    @staticmethod
    def _call(at: int, function: str, *arguments: str | int) -> Iterator[Token]:
        yield Token(at, "variable_begin", "{{")
        yield Token(at, "name", function)
        yield Token(at, "lparen", "(")
        for argument in arguments:
            kind = "string" if isinstance(argument, str) else "integer"
            yield Token(at, kind, argument)  # type: ignore[arg-type]  # integers are held so
            yield Token(at, "comma", ",")
        yield Token(at, "rparen", ")")
        yield Token(at, "variable_end", "}}")


@dataclass(frozen=True, slots=True)
class Provenance:
    """The template and its line (from 1), and the piece of intent, that made a line."""

    template: str
    line: int
    origin: KeyPath


def _environment(prepared: Prepared, platform: str, trail: _Trail) -> Environment:
    found = prepared.house.platforms[platform]
    made = environment(found, _Tracing, extensions=[_Marks])
    made.trail = trail
    made.globals[RESET] = trail.reset
    made.globals[MARK] = trail.mark
    return made


def trace(prepared: Prepared, device: str, file: str, line: int) -> Provenance | None:
    """What made `line` (from 1) of `file` of `device`; None if no template did."""
    facts = prepared.facts[device]
    trail = _Trail([facts.origin])
    tracing = _environment(prepared, facts.platform, trail)
    renderer = Renderer(prepared.house.platforms, {facts.platform: tracing})
    lines = renderer.render(facts).files[file].splitlines()
    if not 1 <= line <= len(lines):
        return None
    marks = _MARKED.findall(lines[line - 1])
    if not marks:
        return None
    name, at, origin = marks[-1]
    return Provenance(f"{facts.platform}/{name}", int(at), trail.origins[int(origin)])


def explain(prepared: Prepared, device: str, file: str, line: int) -> str:
    """`templates/frr/vpn.j2:14, from inventory/demo/services.yaml:9:5`, for people."""
    found = trace(prepared, device, file, line)
    if found is None:
        return f"{file}:{line} of {device}, which no template made"
    place = prepared.sources.locate(found.origin)
    intent = f"{place}" if place else ".".join(map(str, found.origin))
    return f"templates/{found.template}:{found.line}, from {intent}"
