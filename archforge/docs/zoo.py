"""The page of each shipped architecture: source, figures of every preset, the picture, the spec."""

from pathlib import Path

from archforge.analysis import costs
from archforge.analysis.draw import draw_svg
from archforge.catalog import Architecture, read_architecture
from archforge.docs.markdown import fence, page, table
from archforge.graph import Graph, show_shape
from archforge.spec.rewrite import written


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
