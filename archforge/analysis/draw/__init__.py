"""The picture of a graph, from our own layout: no graphviz, no system package.

``fold`` makes boxes out of blocks and repeated layers, ``place`` puts them in rows by resolution,
so that a U-Net comes out as a U with its skips across, ``svg`` writes them down.
"""

from archforge.analysis.draw.fold import fold
from archforge.analysis.draw.place import place
from archforge.analysis.draw.svg import write_svg
from archforge.graph import Graph


def draw_svg(graph: Graph) -> str:
    """The picture of ``graph`` as an SVG document."""
    boxes, edges = fold(graph)
    return write_svg(graph, place(boxes, edges), edges)


__all__ = ["draw_svg"]
