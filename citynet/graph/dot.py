"""The city for Graphviz: nodes in a cluster for each domain, links as they are."""

from collections.abc import Iterator

from citynet.build.context import Context
from citynet.model import NodeRole

SHAPES = {
    NodeRole.CORE: "hexagon",
    NodeRole.AGGREGATION: "circle",
    NodeRole.ACCESS: "house",
    NodeRole.SERVICE: "box",
    NodeRole.GATEWAY: "component",
}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _called(name: str, label: str | None) -> str:
    """A name above what people call it."""
    return _quoted(name) if not label else f"{_quoted(name)[:-1]}\\n{_quoted(label)[1:]}"


def _lines(context: Context) -> Iterator[str]:
    city = context.city
    yield f"graph {_quoted(city.city.name)} {{"
    yield '  node [fontname="Noto Sans CJK SC"];'
    for domain, intent in sorted(city.domains.items()):
        yield f"  subgraph {_quoted('cluster_' + domain)} {{"
        yield f"    label={_called(domain, intent.label)};"
        for name, node in sorted(city.nodes.items()):
            if node.domain == domain:
                look = f"label={_called(name, node.label)}, shape={SHAPES[node.role]}"
                yield f"    {_quoted(name)} [{look}];"
        yield "  }"
    for link in sorted(context.plan.links.values(), key=lambda each: each.id):
        a, b = link.ends
        wide = 3 if link.origin[0] == "rings" else 1
        look = f"penwidth={wide}, tooltip={_quoted(link.id)}"
        yield f"  {_quoted(a.node)} -- {_quoted(b.node)} [{look}];"
    for name, gateway in sorted(city.gateways.items()):
        a_end, b_end = gateway.ends
        look = f"style=dashed, penwidth=2, label={_called(name, gateway.label)}"
        yield f"  {_quoted(a_end)} -- {_quoted(b_end)} [{look}];"
    yield "}"


def dot(context: Context) -> str:
    """The city in Graphviz's language."""
    return "\n".join(_lines(context)) + "\n"
