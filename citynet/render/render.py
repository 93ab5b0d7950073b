"""Templates to files. Each role's template has blocks; each platform makes files of them."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError

from citynet.build.facts import DeviceFacts
from citynet.errors import CitynetError
from citynet.render.artifact import Artifact
from citynet.render.compiled import compiled
from citynet.render.platform import Platform
from citynet.render.printed import printed

E = TypeVar("E", bound=Environment)


class RenderError(CitynetError):
    """A template failed or rendered nothing."""


def templates_of(platform: Platform) -> Path:
    """The folder of a platform's templates. Raises `RenderError` where it names none."""
    if platform.templates is None:
        raise RenderError(f"platform {platform.name} names no templates folder")
    return platform.templates


def environment(platform: Platform, kind: type[E] = Environment, **more: Any) -> E:  # type: ignore[assignment]  # the default is E's bound
    """A Jinja environment where a name that does not exist is an error, never empty text.

    `kind` and `more` are for who wants to watch the templates (citynet.render.provenance).
    """
    made = kind(
        loader=FileSystemLoader(templates_of(platform)),
        undefined=StrictUndefined,
        finalize=printed,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=platform.autoescape,
        **more,
    )
    made.filters |= dict(platform.filters)
    if platform.ports:
        made.filters["port"] = platform.ports.name
    return made


class Renderer:
    """Renders devices of all `platforms`; each template is compiled once, when it is needed."""

    def __init__(
        self,
        platforms: Mapping[str, Platform],
        environments: Mapping[str, Environment] | None = None,
    ) -> None:
        self._platforms = platforms
        self._environments = dict(environments or {})

    def render(self, facts: DeviceFacts) -> Artifact:
        """The files of one device. Raises `RenderError` where a template says nothing."""
        platform = self._platforms[facts.platform]
        parts: dict[str, list[str]] = {block: [] for block in platform.blocks}
        for role in facts.roles:
            for block, text in self._role(facts, role):
                parts.setdefault(block, []).append(text)
        return Artifact(facts.name, facts.platform, platform.assemble(facts, parts))

    def _role(self, facts: DeviceFacts, role: str) -> Iterator[tuple[str, str]]:
        name = f"{role}.j2"
        where = f"{facts.platform}/{name} for {facts.name}"
        try:
            template = self._environment(facts.platform).get_template(name)
            texts = list(_blocks(template, facts))
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            raise RenderError(f"{where}: {error}{f' (line {line})' if line else ''}") from error
        if not any(text.strip() for _, text in texts):
            raise RenderError(f"{where}: the template rendered nothing")
        yield from texts

    def _environment(self, name: str) -> Environment:
        if name not in self._environments:
            platform = self._platforms[name]
            cache = compiled(os.environ, autoescape=platform.autoescape)
            self._environments[name] = environment(platform, bytecode_cache=cache)
        return self._environments[name]


def _blocks(template: Template, facts: DeviceFacts) -> Iterator[tuple[str, str]]:
    module_context = template.new_context({"device": facts, **facts.roles})
    for _ in template.root_render_func(module_context):
        pass  # defines the template's macros, which blocks then see
    for name, block in template.blocks.items():
        yield name, "".join(block(module_context))
