"""All figures of a graph as plain data: what ``show --json`` prints."""

from typing import Any

from archforge.analysis.costs import costs
from archforge.analysis.memory import memory
from archforge.analysis.receptive import receptive_field
from archforge.analysis.sizes import AcceptedSizes
from archforge.graph import Graph, Input, Node, fingerprint


def facts(graph: Graph, sizes: AcceptedSizes | None = None) -> dict[str, Any]:
    """Every figure of ``graph``.

    Args:
        graph: An expanded network.
        sizes: Its accepted sizes, which need the spec to be found.
    """
    total, alive = costs(graph), memory(graph)
    return {
        "name": graph.name,
        "preset": graph.preset,
        "task": graph.task,
        "hyperparameters": dict(graph.hyperparameters),
        "inputs": {name: list(node.shape) for name, node in graph.inputs.items()},
        "outputs": {name: list(graph.nodes[n].shape) for name, n in graph.outputs.items()},
        "parameters": {
            "total": total.parameters.total,
            "trainable": total.parameters.trainable,
            "non_trainable": total.parameters.non_trainable,
        },
        "macs": total.macs,
        "activation_bytes": {
            "training": alive.training,
            "inference": alive.inference,
            "dtype": alive.dtype,
        },
        "receptive_field": {name: list(field) for name, field in receptive_field(graph).items()},
        "accepted_sizes": None
        if sizes is None
        else {"minimum": list(sizes.minimum), "step": list(sizes.step)},
        "fingerprint": fingerprint(graph),
        "nodes": [_node(graph, node) for node in graph if not isinstance(node.layer, Input)],
    }


def _node(graph: Graph, node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "layer": node.kind,
        "from": list(node.inputs),
        "shape": list(node.shape),
        "parameters": node.parameters.total,
        "macs": graph.macs(node),
        "line": node.mark.line if node.mark else None,
    }
