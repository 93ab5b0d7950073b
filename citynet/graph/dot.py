"""The city for Graphviz: nodes in a cluster for each domain, links as they are."""

from collections.abc import Iterator

from citynet.build.context import Context
from citynet.model import NodeRole, OpticalKind

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


def _optical(context: Context) -> Iterator[str]:
    """Line systems and terminals in a cluster of their own, joined by fibre."""
    city = context.city
    if not city.optical:
        return
    yield f"  subgraph {_quoted('cluster_optical')} {{"
    yield '    label="城市光网 optical network";'
    for name, node in sorted(city.optical.items()):
        shape = "ellipse" if node.kind is OpticalKind.LINE_SYSTEM else "Msquare"
        yield f"    {_quoted(name)} [label={_called(name, node.label)}, shape={shape}];"
        if node.line:
            yield f"    {_quoted(name)} -- {_quoted(node.line)} [style=dotted];"
    for degree in context.plan.degrees:
        if degree.line < degree.peer:
            look = f"penwidth=3, color=purple, tooltip={_quoted(degree.span)}"
            yield f"    {_quoted(degree.line)} -- {_quoted(degree.peer)} [{look}];"
    yield "  }"


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
    yield from _optical(context)
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
