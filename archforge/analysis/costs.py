"""Parameters and multiply-accumulates of a whole graph.

Weights that several nodes share count once; their MACs count for each call. Convolutions and dense
layers only, padding counted as real positions, one image; FLOPs are twice the MACs.
"""

from dataclasses import dataclass

from archforge.graph import Graph, Parameters


@dataclass(frozen=True)
class Costs:
    """Totals of a graph."""

    parameters: Parameters
    macs: int


def costs(graph: Graph) -> Costs:
    """Parameters and MACs of ``graph``."""
    parameters = sum((node.parameters for node in graph), Parameters())
    return Costs(parameters, sum(graph.macs(node) for node in graph))
