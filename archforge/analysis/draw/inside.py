"""The inside of an included architecture as a graph of its own."""

from collections.abc import Mapping
from dataclasses import replace

from archforge.analysis.draw.boxes import Box
from archforge.graph import Graph, Input, Node


def inside(graph: Graph, box: Box) -> Graph:
    """The nodes in ``box``; what they read becomes inputs, what is read from outside outputs.

    Nodes have the names that they have in the architecture itself.
    """
    own = {name: name.removeprefix(f"{box.name}.") for name in box.nodes}
    nodes: dict[str, Node] = {}
    for name, short in own.items():
        for source in graph.nodes[name].inputs:
            if source not in own:
                nodes.setdefault(source, _entrance(graph.nodes[source]))
        nodes[short] = _freed(graph.nodes[name], box.name, own)
    read = {s: own[s] for node in graph if node.name not in own for s in node.inputs if s in own}
    given_back = {node: name for name, node in graph.outputs.items() if node in own}
    outputs = {given_back.get(name, own[name]): own[name] for name in [*read, *given_back]}
    return Graph(f"{box.name}: {box.label}", graph.task, nodes, outputs)


def _entrance(node: Node) -> Node:
    return Node(node.name, Input(declared=node.shape), (), node.shape)


def _freed(node: Node, frame: str, names: Mapping[str, str]) -> Node:
    """Without the frames up to the architecture's own, and with short names."""
    place = next(index for index, one in enumerate(node.within) if one.name == frame)
    within = tuple(
        replace(one, name=one.name.removeprefix(f"{frame}.")) for one in node.within[place + 1 :]
    )
    return replace(
        node,
        name=names[node.name],
        inputs=tuple(names.get(source, source) for source in node.inputs),
        shares=names.get(node.shares, node.shares) if node.shares else None,
        within=within,
    )
