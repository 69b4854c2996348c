"""All figures of a graph as plain data: what ``show --json`` prints."""

from collections.abc import Mapping
from typing import Any

from archforge.analysis.activations import memory
from archforge.analysis.costs import costs
from archforge.analysis.receptive import receptive_field
from archforge.analysis.sizes import AcceptedSizes
from archforge.graph import Graph, Input, Node, fingerprint


def facts(graph: Graph, sizes: Mapping[str, AcceptedSizes] | None = None) -> dict[str, Any]:
    """Every figure of ``graph``.

    Args:
        graph: An expanded network.
        sizes: The accepted sizes of each image, which need the spec to be found.
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
        "accepted_sizes": _sizes(sizes or {}),
        **({"loss_weights": dict(graph.loss_weights)} if graph.loss_weights else {}),
        "fingerprint": fingerprint(graph),
        "nodes": [_node(graph, node) for node in graph if not isinstance(node.layer, Input)],
    }


def _sizes(sizes: Mapping[str, AcceptedSizes]) -> dict[str, Any] | None:
    """Of one image its record, of several one for each by name."""
    known = {name: _accepted(one) for name, one in sizes.items()}
    return next(iter(known.values())) if len(known) == 1 else known or None


def _accepted(one: AcceptedSizes) -> dict[str, Any]:
    halo = None if one.halo is None else list(one.halo)
    return {"minimum": list(one.minimum), "step": list(one.step), "halo": halo}


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
