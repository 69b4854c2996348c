"""The pages of shipped architectures: one for each, and a gallery of all their pictures."""

from collections.abc import Mapping
from pathlib import Path

from archforge.analysis import costs
from archforge.analysis.draw import draw_svg
from archforge.catalog import Architecture, read_architecture
from archforge.docs.markdown import fence, file_name, page, table
from archforge.graph import Graph, show_shape
from archforge.spec.rewrite import written


def gallery(zoo: Mapping[str, Path]) -> str:
    """The page of all pictures, by task, each with the way to its own page."""
    shown: dict[str, list[str]] = {}
    for name, path in zoo.items():
        found = read_architecture(str(path))
        shown.setdefault(found.spec.task, []).append(_shown(name, found))
    parts = [part for task, each in shown.items() for part in (f"## For {task}", *each)]
    head = "Every architecture of the zoo at its own size. [All pages](index.md)"
    return page("Gallery", head, *parts)


def _shown(name: str, found: Architecture) -> str:
    graph, spec = found.graph(), found.spec
    total = costs(graph)
    figures = f"{total.parameters.total:,} parameters, {total.macs:,} MACs"
    title = f"### [{spec.title or name}](architectures/{file_name(name)})"
    picture = f"![The network `{name}`](architectures/{name}.svg)"
    return f"{title}\n\n`{name}`, {spec.year}: {figures}.\n\n{picture}"


def architecture_pages(name: str, path: Path) -> dict[str, str]:
    """The page of one architecture, and its picture."""
    found = read_architecture(str(path))
    graphs: dict[str | None, Graph] = {None: found.graph()}
    graphs |= {preset: found.graph(preset) for preset in found.spec.presets}
    spec, year = found.spec, f", {found.spec.year}" if found.spec.year else ""
    text = page(
        spec.title or name,
        f"`{name}`, {spec.task}{year}. Source: {spec.source}.",
        f"![The network `{name}`]({name}.svg)",
        "## Presets" if spec.presets else "## Figures",
        _figures(name, graphs),
        "## Hyperparameters",
        _hyperparameters(found),
        "## Spec",
        fence("yaml", found.text),
    )
    return {f"{name}.md": text, f"{name}.svg": draw_svg(graphs[None])}


def _figures(name: str, graphs: dict[str | None, Graph]) -> str:
    rows = [
        (
            f"`{name}`" if preset is None else f"`{name} --preset {preset}`",
            ", ".join(show_shape(node.shape) for node in graph.inputs.values()),
            ", ".join(show_shape(graph.nodes[node].shape) for node in graph.outputs.values()),
            f"{costs(graph).parameters.total:,}",
            f"{costs(graph).macs:,}",
        )
        for preset, graph in graphs.items()
    ]
    return table(("spec", "input", "output", "parameters", "MACs"), rows)


def _hyperparameters(found: Architecture) -> str:
    rows = [
        (f"`{name}`", f"`{written(known.default)}`", "searched" if known.search else "")
        for name, known in found.spec.hyperparameters.items()
    ]
    return table(("name", "default", ""), rows)
