"""The pages of layers and blocks, worded from their records."""

import inspect
import textwrap
from collections.abc import Iterator

from archforge.blocks import Recipe
from archforge.docs.examples import example_graph, example_text
from archforge.docs.markdown import fence, file_name, page, plain, table
from archforge.graph import AXES, Described, Graph, Input, Layer, show_axes, show_shape
from archforge.schema import accepts, shown

RULES = ("shape", "weights", "macs")
"""Methods whose code is the rule."""


def layer_page(name: str, record: type[Layer]) -> str:
    """One layer: what it does, an example with its figures, arguments, shape and cost."""
    return page(
        name,
        _text(record),
        "## Example",
        *_example("layer", name, record),
        "## Arguments",
        _arguments(record),
        "## Shape and cost",
        "\n".join(f"- {line}" for line in _rules(record)),
        *_code(record),
    )


def block_page(name: str, record: type[Recipe]) -> str:
    """One block: what it does, its source, an example with the layers that it makes."""
    text, *figures = _example("block", name, record)
    return page(
        name,
        _text(record),
        f"Source: {record.SOURCE}.",
        f"It takes {_inputs(record)}.",
        "## Example",
        text,
        *figures,
        "It is made of these layers:",
        _made(example_graph(name, example_text("block", name, record))),
        "## Arguments",
        _arguments(record) or "It has none.",
    )


def _text(record: type[Described]) -> str:
    return plain(inspect.cleandoc(record.__doc__ or ""))


def _example(kind: str, name: str, record: type[Described]) -> list[str]:
    text = example_text(kind, name, record)
    graph = example_graph(name, text)
    shape = next(show_shape(graph.nodes[node].shape) for node in graph.outputs.values())
    counted = sum(node.parameters.total for node in graph)
    macs = sum(graph.macs(node) for node in graph)
    figures = f"Its output is {shape}; it has {counted:,} parameters and takes {macs:,} MACs."
    return [fence("yaml", text), figures]


def _arguments(record: type[Described]) -> str:
    required = record.required()
    rows = [
        (
            f"`{name}`",
            accepts(argument.schema) or "anything",
            "must be given" if name in required else f"`{shown(record.default(name))}`",
            argument.text,
        )
        for name, argument in record.arguments().items()
    ]
    return table(("argument", "accepts", "default", "what it does"), rows) if rows else ""


def _inputs(record: type[Described]) -> str:
    fewest, most = record.INPUTS
    count = str(fewest) if fewest == most else f"{fewest} or more"
    return f"{count} input{'s' * (count != '1')}"


def _rules(record: type[Layer]) -> Iterator[str]:
    axes = "" if record.RANK is None else f" with {show_axes(record.RANK)}"
    yield f"It takes {_inputs(record)}{axes}."
    yield from _shape(record)
    if record.weights is Layer.weights:
        yield "It has no parameters."
    if record.macs is Layer.macs:
        yield "It counts no MACs: those of convolutions and dense layers are counted alone."


def _shape(record: type[Layer]) -> Iterator[str]:
    if record.keeps_shape():
        yield "Its output has the shape of its input."
        return
    sides = record.sides()
    if sides is None:
        yield "The shape of its output may hang on every argument."
        return
    *others, last = AXES[record.RANK or 3][:-1]
    if others:
        which = f"{', '.join(others)} and {last} of its output come from those"
    else:
        which = f"{last} of its output comes from that"
    yield f"{which.capitalize()} of its inputs{_and(sides)}."
    yield f"Its channels come from theirs{_and(record.CHANNELS)}."


def _and(names: tuple[str, ...]) -> str:
    return f", and from {', '.join(f'`{name}`' for name in names)}" if names else ""


def _code(record: type[Layer]) -> Iterator[str]:
    own = [name for name in RULES if getattr(record, name) is not getattr(Layer, name)]
    if own:
        yield "The rules as they run:"
        sources = [textwrap.dedent(inspect.getsource(getattr(record, name))) for name in own]
        yield fence("python", "\n".join(sources))


def _made(graph: Graph) -> str:
    rows = [
        (
            f"`{node.name.partition('.')[2]}`",
            f"[{node.kind}](../layers/{file_name(node.kind)})",
            show_shape(node.shape),
            f"{node.parameters.total:,}",
        )
        for node in graph
        if not isinstance(node.layer, Input)
    ]
    return table(("node", "layer", "shape", "parameters"), rows)
