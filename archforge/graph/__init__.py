"""Networks as data: shapes, layers, nodes and the graph they make.

Knows neither YAML nor Keras. A ``Layer`` is a frozen record of one Keras layer's arguments that can
say its own output shape, parameters, MACs and reach; the registry of them is ``archforge.layers``.
A node may only name earlier nodes, so a graph is acyclic and sorted by construction.
"""

from archforge.graph.argument import Argument, arg
from archforge.graph.described import Described, Example, record
from archforge.graph.fingerprint import fingerprint
from archforge.graph.graph import Frame, Graph, Included, Node
from archforge.graph.layer import Input, Layer, Parameters
from archforge.graph.shape import AXES, PLACES, Shape, ShapeError, Span, show_axes, show_shape

__all__ = [
    "AXES",
    "PLACES",
    "Argument",
    "Described",
    "Example",
    "Frame",
    "Graph",
    "Included",
    "Input",
    "Layer",
    "Node",
    "Parameters",
    "Shape",
    "ShapeError",
    "Span",
    "arg",
    "fingerprint",
    "record",
    "show_axes",
    "show_shape",
]
